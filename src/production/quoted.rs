//! Scalars of YAML.

/// A text as YAML reads it back: plain where that is safe, else in double quotes.
pub fn quoted(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || " _-./()<>=+*$".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '(');
    let word = text.to_ascii_lowercase();
    let is_other = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = begins
        && text.chars().all(is_safe)
        && !text.ends_with(' ')
        && !is_other.contains(&word.as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
