//! Numbers as charts print them.

/// `value` with `decimals` digits after the point and separators between thousands.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let negative = value < 0.0 && text.contains(|c: char| c.is_ascii_digit() && c != '0');
    format!("{}{grouped}{fraction}", if negative { "-" } else { "" })
}

/// About three digits that count: `1,240`, `97.2`, `9.71`, `0.031`.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    match () {
        () if size >= 1e7 => scaled(value),
        () if size >= 99.95 || size == 0.0 => grouped(value, 0),
        () if size >= 9.995 => grouped(value, 1),
        () if size >= 0.9995 => grouped(value, 2),
        () => trimmed(grouped(value, decimals_for(size) + 1)),
    }
}

/// About two digits that count: `1,240`, `14`, `4.5`.
pub(super) fn brief(value: f64) -> String {
    if (9.95..1e7).contains(&value.abs()) { grouped(value, 0) } else { trimmed(grouped(value, 1)) }
}

/// A tick label: as many digits as ticks `step` apart need.
pub(super) fn tick(value: f64, step: f64) -> String {
    if value.abs().max(step) >= 1e7 { scaled(value) } else { grouped(value, decimals_for(step)) }
}

/// A number that stands for itself, without needless digits: `50`, `0.25`.
pub(super) fn exact(value: f64) -> String {
    if value.abs() >= 1e7 {
        return scaled(value);
    }
    trimmed(grouped(value, if value.abs() < 0.01 { 6 } else { 3 }))
}

/// A figure of a CSV file: every digit, no separators.
pub(super) fn figure(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value}") }
}

/// Digits after the point that tell `size` from zero: 0 from one on.
fn decimals_for(size: f64) -> usize {
    if size >= 1.0 || size <= 0.0 {
        return 0;
    }
    // A hair more, or 0.001 would need four digits.
    (-libm::floor(libm::log10(size) + 1e-9)).clamp(0.0, 9.0) as usize
}

fn scaled(value: f64) -> String {
    let (unit, name) = match value.abs() {
        size if size >= 1e12 => (1e12, " T"),
        size if size >= 1e9 => (1e9, " G"),
        size if size >= 1e6 => (1e6, " M"),
        _ => (1.0, ""),
    };
    format!("{}{name}", trimmed(grouped(value / unit, 1)))
}

fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let check = |value, decimals, text: &str| assert_eq!(grouped(value, decimals), text);
        check(0.0, 0, "0");
        check(999.0, 0, "999");
        check(1000.0, 0, "1,000");
        check(1_234_567.89, 1, "1,234,567.9");
        check(-4_300.0, 0, "-4,300");
        check(-0.01, 0, "0");
    }

    #[test]
    fn three_digits_count() {
        let check = |value, text: &str| assert_eq!(short(value), text);
        check(1_240.4, "1,240");
        check(97.21, "97.2");
        check(9.714, "9.71");
        check(0.0314, "0.031");
        check(0.0, "0");
        check(25_300_000.0, "25.3 M");
    }

    #[test]
    fn ticks_have_the_digits_their_step_needs() {
        let check = |value, step, text: &str| assert_eq!(tick(value, step), text);
        check(1500.0, 500.0, "1,500");
        check(0.3, 0.1, "0.3");
        check(0.004, 0.001, "0.004");
        check(20_000_000.0, 5_000_000.0, "20 M");
        check(0.0, 5_000_000.0, "0");
    }

    #[test]
    fn exact_numbers_lose_needless_digits() {
        let check = |value, text: &str| assert_eq!(exact(value), text);
        check(50.0, "50");
        check(0.25, "0.25");
        check(10_000.0, "10,000");
    }
}
