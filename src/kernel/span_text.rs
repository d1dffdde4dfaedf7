//! Lengths of time as text: `250ms`, `1m30s`. One spelling for scenarios, parameters and outputs.

use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Span;

/// Why a text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotASpan;

impl std::fmt::Display for NotASpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a length of time is written like `250ms`, `10s` or `1m30s`")
    }
}

impl std::error::Error for NotASpan {}

impl FromStr for Span {
    type Err = NotASpan;

    /// Numbers with units `d h m s ms us ns`, the first may have a fraction: `1.5s`.
    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let mut rest = text.trim();
        let mut total = 0_u128;
        if rest.is_empty() {
            return Err(NotASpan);
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(NotASpan)?;
            let (number, tail) = rest.split_at(digits);
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, after) = tail.split_at(letters);
            total += nanos(number, unit).ok_or(NotASpan)?;
            rest = after;
        }
        u64::try_from(total).map(Self::from_nanos).map_err(|_| NotASpan)
    }
}

/// `number` of `unit` in nanoseconds; exact, a fraction beyond a nanosecond is refused.
fn nanos(number: &str, unit: &str) -> Option<u128> {
    let size: u128 = match unit {
        "d" => 86_400_000_000_000,
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let parts = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? };
    let fraction = fraction.checked_mul(size)?;
    (fraction % parts == 0).then_some(())?;
    whole.parse::<u128>().ok()?.checked_mul(size)?.checked_add(fraction / parts)
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time with its units, such as 250ms, 10s or 1m30s.",
            "pattern": "^([0-9.]+(d|h|m|s|ms|us|ns))+$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_exactly_or_refused() {
        let check = |text: &str, nanos: Option<u64>| {
            assert_eq!(text.parse().ok(), nanos.map(Span::from_nanos), "{text}");
        };
        check("250ms", Some(250_000_000));
        check("1m30s", Some(90_000_000_000));
        check("1.5s", Some(1_500_000_000));
        check("0s", Some(0));
        check("10", None);
        check("s", None);
        check("1x", None);
        check("-1s", None);
        check("", None);
        check("1.0000000001s", None);
        check("99999999999999999999d", None);
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for nanos in [0, 1, 999, 1_500, 90_000_000_001, 86_400_000_000_000] {
            let span = Span::from_nanos(nanos);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
