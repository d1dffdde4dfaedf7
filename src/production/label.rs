//! Names of rules: `OldestUnconfirmed` there, `oldest-unconfirmed` here.

/// A rule's name as scenarios write names: small letters, digits and `-`. At most 56, so that
/// there is room for a number.
pub fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    let mut before = '-';
    for letter in name.chars() {
        let begins = letter.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if (begins || !letter.is_ascii_alphanumeric()) && !kebab.is_empty() {
            kebab.push('-');
        }
        if letter.is_ascii_alphanumeric() {
            kebab.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    let parts: Vec<&str> = kebab.split('-').filter(|part| !part.is_empty()).collect();
    let kebab: String = parts.join("-").chars().take(56).collect();
    if kebab.is_empty() { "rule".to_owned() } else { kebab }
}

/// The same in the manner of Prometheus, where [`kebab`] leads back.
pub fn camel(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let camel: String = name.split('-').map(capital).collect();
    if kebab(&camel) == name { camel } else { name.to_owned() }
}
