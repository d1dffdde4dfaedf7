//! Lengths of time as text: `250ms`, `1m30s`. One spelling for scenarios, parameters and outputs.

use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Span;

/// Why a text is not a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASpan(pub NotWhole);

/// Why a decimal number of units is no whole number of their smallest part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWhole {
    /// It is not written as one.
    Malformed,
    /// There is a fraction of the smallest part.
    TooFine,
    /// There are too many of them.
    TooMany,
}

impl std::fmt::Display for NotASpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            NotWhole::Malformed => "a length of time is written like `250ms`, `10s` or `1m30s`",
            NotWhole::TooFine => "a length of time has whole nanoseconds",
            NotWhole::TooMany => "this is too long a time",
        })
    }
}

impl std::error::Error for NotASpan {}

/// The units of a length of time, in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

impl FromStr for Span {
    type Err = NotASpan;

    /// Numbers with units, coarser ones first; each may have a fraction: `1m30s`, `1.5s`.
    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let malformed = || NotASpan(NotWhole::Malformed);
        let (mut rest, mut total, mut coarser) = (text, 0_u64, u64::MAX);
        while !rest.is_empty() {
            let is_digit = |c: char| c.is_ascii_digit() || c == '.';
            let (digits, after) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
            let word = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
            let (word, after) = after.split_at(word);
            let unit = UNITS.iter().find(|(name, size)| *name == word && *size < coarser);
            let (_, size) = *unit.ok_or_else(malformed)?;
            let nanos = decimal_times(digits, size).map_err(NotASpan)?;
            total = total.checked_add(nanos).ok_or(NotASpan(NotWhole::TooMany))?;
            (rest, coarser) = (after, size);
        }
        if text.is_empty() { Err(malformed()) } else { Ok(Self::from_nanos(total)) }
    }
}

/// A plain decimal number of units of `unit` smallest parts, which must come out whole.
///
/// # Errors
/// If it is not written as one, or does not come out whole.
pub fn decimal_times(digits: &str, unit: u64) -> Result<u64, NotWhole> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.contains('.') {
        return Err(NotWhole::Malformed);
    }
    let whole: u128 = whole.parse().map_err(|_| NotWhole::TooMany)?;
    let scale = u32::try_from(fraction.len()).ok().and_then(|n| 10_u128.checked_pow(n));
    let scale = scale.filter(|scale| *scale <= 10_u128.pow(18)).ok_or(NotWhole::TooMany)?;
    let parts: u128 = if fraction.is_empty() { 0 } else { fraction.parse().unwrap_or(0) };
    if !(parts * u128::from(unit)).is_multiple_of(scale) {
        return Err(NotWhole::TooFine);
    }
    let total = whole.checked_mul(u128::from(unit)).ok_or(NotWhole::TooMany)?;
    u64::try_from(total + parts * u128::from(unit) / scale).map_err(|_| NotWhole::TooMany)
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

impl Span {
    /// What its text looks like, as a regular expression.
    pub const PATTERN: &'static str = r"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$";
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time with its units, such as 250ms, 10s or 1m30s.",
            "pattern": Self::PATTERN
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
