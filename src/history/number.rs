//! Numbers as people and programs write them: `1`, `01`, `1.0` and `10e-1` are one.

/// Digits that are written out before a power of ten is shorter.
const MOST_ZEROS: i64 = 40;

/// A decimal number in one spelling, whatever the spelling was; `None` if it is no number.
pub(super) fn canonical(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) {
        return None;
    }
    let exponent = exponent.parse::<i32>().ok()?;
    let all = format!("{whole}{part}");
    let digits = all.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let last_zeros = all.len() - all.trim_end_matches('0').len();
    let power = i64::from(exponent) - part.len() as i64 + last_zeros as i64;
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(match power {
        0..=MOST_ZEROS => format!("{sign}{digits}{}", "0".repeat(power as usize)),
        _ => format!("{sign}{digits}e{power}"),
    })
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn one_number_has_one_spelling() {
        let check = |spellings: &str, expected: &str| {
            for text in spellings.split_whitespace() {
                assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
            }
        };
        check("1 01 +1 1.0 1.000 10e-1 0.1E1 0.01e+2", "1");
        check("0 -0 0.0 000 0e9", "0");
        check("-7 -7.0 -07", "-7");
        check("1200 12e2 1.2E3", "1200");
        check("0.5 5e-1 .5".split(" .").next().expect("the first two"), "5e-1");
        check("1e99 10e98", "1e99");
        check("9007199254740993", "9007199254740993");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in
            ["", "-", "x", "1x", "0x1", "1.2.3", "1e", "e1", ".5", "1 ", "٣", "1e99999999999"]
        {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
