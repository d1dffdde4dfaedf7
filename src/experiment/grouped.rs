//! Whole numbers as sentences print them.

/// A whole number with separators: `12,540`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1_000, 12_540, 1_234_567].map(grouped);
        assert_eq!(texts.join(" "), "0 999 1,000 12,540 1,234,567");
    }
}
