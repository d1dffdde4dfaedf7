//! Quantities as scenario files write them: a number and its unit in one text.

use crate::kernel::{NotASpan, NotWhole, Span, decimal_times};

/// A quantity that is written as a text with its unit.
pub(crate) trait Quantity: Sized {
    /// What it is, with its article: `a rate`.
    const WHAT: &'static str;
    /// How to write it, as an error and the schema say it.
    const EXAMPLES: &'static str;
    /// A regular expression for editors.
    const PATTERN: &'static str;

    /// Reads a text without space around it. `Err` is a more exact reason than "this is not one";
    /// it may be empty.
    fn parse(text: &str) -> Result<Self, String>;
}

/// Operations per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate(pub(crate) f64);

/// A share, 0 to 1; written in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

/// So many times as much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factor(pub(crate) f64);

/// Bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// Bits per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BitRate(pub(crate) f64);

/// A length of time with a sign, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignedSpan(pub(crate) i64);

/// Parts per million, with a sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Drift(pub(crate) f64);

/// Complaints of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tickets(pub(crate) u32);

/// A time of day, since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock(pub(crate) Span);

impl Quantity for Span {
    const WHAT: &'static str = "a length of time";
    const EXAMPLES: &'static str = "write it like `250ms` or `1m30s`";
    const PATTERN: &'static str = Self::PATTERN;

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|NotASpan(why)| reason(why))
    }
}

impl Quantity for Rate {
    const WHAT: &'static str = "a rate";
    const EXAMPLES: &'static str = "write it like `60/s` or `6/m`";
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?/ ?(s|m|h)$";

    fn parse(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_once('/').ok_or_else(String::new)?;
        let seconds = match unit.trim() {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(String::new()),
        };
        if number.starts_with('-') {
            return Err("a rate cannot be negative".into());
        }
        Ok(Self(plain(number.trim_end(), 0)? / seconds))
    }
}

impl Quantity for Share {
    const WHAT: &'static str = "a share";
    const EXAMPLES: &'static str = "write it like `10%`, from `0%` to `100%`";
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?%$";

    fn parse(text: &str) -> Result<Self, String> {
        let Some(number) = text.strip_suffix('%') else {
            return Err(percent_instead(text));
        };
        let share = plain(number.trim_end(), -2)?;
        if share <= 1.0 { Ok(Self(share)) } else { Err("a share is at most `100%`".into()) }
    }
}

impl Quantity for Tickets {
    const WHAT: &'static str = "a number of tickets";
    const EXAMPLES: &'static str = "write it like `5 tickets`";
    const PATTERN: &'static str = r"^[1-9][0-9]* tickets?$";

    fn parse(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix("tickets").or_else(|| text.strip_suffix("ticket"));
        let number = number.ok_or_else(String::new)?.trim_end();
        let count = number.parse().ok().filter(|count| *count > 0);
        count.map(Self).ok_or_else(|| "at least one ticket must come".into())
    }
}

impl Quantity for Factor {
    const WHAT: &'static str = "a factor";
    const EXAMPLES: &'static str = "write it like `20x`";
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)?x$";

    fn parse(text: &str) -> Result<Self, String> {
        plain(text.strip_suffix('x').ok_or_else(String::new)?, 0).map(Self)
    }
}

impl Quantity for Size {
    const WHAT: &'static str = "a size";
    const EXAMPLES: &'static str = "write it like `4kB` or `16MiB`";
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?(B|kB|MB|GB|KiB|MiB|GiB)$";

    fn parse(text: &str) -> Result<Self, String> {
        let (digits, unit) = split_number(text);
        let unit = match unit.trim_start() {
            "B" => 1,
            "kB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "KiB" | "kiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(String::new()),
        };
        decimal_times(digits, unit).map(Self).map_err(reason)
    }
}

impl Quantity for BitRate {
    const WHAT: &'static str = "a bit rate";
    const EXAMPLES: &'static str = "write it like `2 Mbit/s`";
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?(bit|kbit|Mbit|Gbit)/s$";

    fn parse(text: &str) -> Result<Self, String> {
        let (digits, unit) = split_number(text);
        let exponent = match unit.trim_start() {
            "bit/s" => 0,
            "kbit/s" => 3,
            "Mbit/s" => 6,
            "Gbit/s" => 9,
            _ => return Err(String::new()),
        };
        plain(digits, exponent).map(Self)
    }
}

impl Quantity for SignedSpan {
    const WHAT: &'static str = "a time ahead or behind";
    const EXAMPLES: &'static str = "write it like `+30s` or `-2s`";
    const PATTERN: &'static str = r"^[+-]([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$";

    fn parse(text: &str) -> Result<Self, String> {
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            Some(_) | None => return Err(String::new()),
        };
        let span = Span::parse(rest)?;
        let nanos = i64::try_from(span.as_nanos()).map_err(|_| "this is too long a time")?;
        Ok(Self(sign * nanos))
    }
}

impl Quantity for Drift {
    const WHAT: &'static str = "a drift";
    const EXAMPLES: &'static str = "write it like `200ppm` or `-50ppm`";
    const PATTERN: &'static str = r"^[+-]?[0-9]+(\.[0-9]+)? ?ppm$";

    fn parse(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix("ppm").ok_or_else(String::new)?.trim_end();
        let (sign, number) = match number.strip_prefix('-') {
            Some(number) => (-1.0, number),
            None => (1.0, number.strip_prefix('+').unwrap_or(number)),
        };
        Ok(Self(sign * plain(number, 0)?))
    }
}

impl Quantity for Clock {
    const WHAT: &'static str = "a time of day";
    const EXAMPLES: &'static str = "write it like `02:13`";
    const PATTERN: &'static str = r"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$";

    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let limits: &[u64] = match parts.len() {
            2 => &[24, 60],
            3 => &[24, 60, 60],
            _ => return Err(String::new()),
        };
        let mut seconds = 0;
        for (part, limit) in parts.iter().zip(limits) {
            let two_digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let number = part.parse::<u64>().ok().filter(|n| two_digits && n < limit);
            seconds = seconds * 60 + number.ok_or_else(String::new)?;
        }
        Ok(Self(Span::from_secs(seconds * if limits.len() == 2 { 60 } else { 1 })))
    }
}

/// What a number without a unit would be in percent, if it can have been meant as a share.
pub(crate) fn percent_instead(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) && split_number(text).1.is_empty() => {
            plain(text, 2).map_or_else(|_| String::new(), |number| format!("write `{number}%`"))
        }
        Ok(_) | Err(_) => String::new(),
    }
}

/// Splits digits and a decimal point from what follows them.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// A plain decimal number, times ten to `exponent`; as exact as a float can be.
fn plain(digits: &str, exponent: i32) -> Result<f64, String> {
    let whole = digits.split('.').next().unwrap_or("");
    let well_formed = !whole.is_empty()
        && digits.len() <= 40
        && digits.matches('.').count() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !well_formed {
        return Err(String::new());
    }
    format!("{digits}e{exponent}").parse().map_err(|_| String::new())
}

/// Why a number does not come out whole; nothing if it is none.
fn reason(why: NotWhole) -> String {
    match why {
        NotWhole::Malformed => String::new(),
        NotWhole::TooFine => "this is finer than the smallest unit".to_owned(),
        NotWhole::TooMany => "this is more than can be counted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::spelt;
    use super::*;

    fn show<T: Quantity>(parsed: Result<T, String>, value: impl Fn(T) -> String) -> String {
        parsed.map_or_else(|reason| format!("! {reason}").trim_end().to_owned(), value)
    }

    #[test]
    fn spans_are_exact() {
        let check = |text: &str, expected: &str| {
            assert_eq!(show(Span::parse(text), |span| span.to_string()), expected, "{text}");
        };
        check("250ms", "250ms");
        check("1m30s", "1m30s");
        check("1.5ms", "1ms500us");
        check("7us", "7us");
        check("2d4h", "2d4h");
        check("90s", "1m30s");
        check("0s", "0s");
        check("", "!");
        check("5", "!");
        check("s", "!");
        check("5 parsecs", "!");
        check("-5s", "!");
        check("30s1m", "!");
        check("1.2.3s", "!");
        check("0.5ns", "! this is finer than the smallest unit");
        check("99999999999999999999999d", "! this is more than can be counted");
        check("213503d", "213503d");
        check("999999d", "! this is more than can be counted");
    }

    #[test]
    fn every_other_quantity_has_its_unit() {
        let check = |text: &str, expected: &str| {
            let found = match text.split_once(": ") {
                Some(("rate", text)) => show(Rate::parse(text), |rate| rate.0.to_string()),
                Some(("share", text)) => show(Share::parse(text), |share| share.0.to_string()),
                Some(("factor", text)) => show(Factor::parse(text), |factor| factor.0.to_string()),
                Some(("size", text)) => show(Size::parse(text), |size| size.0.to_string()),
                Some(("bits", text)) => show(BitRate::parse(text), |bits| bits.0.to_string()),
                Some(("skew", text)) => show(SignedSpan::parse(text), |skew| skew.0.to_string()),
                Some(("drift", text)) => show(Drift::parse(text), |drift| drift.0.to_string()),
                Some(("clock", text)) => show(Clock::parse(text), |clock| clock.0.to_string()),
                other => format!("no quantity: {other:?}"),
            };
            assert_eq!(found, expected, "{text}");
        };
        check("rate: 50/s", "50");
        check("rate: 6/m", "0.1");
        check("rate: -5/s", "! a rate cannot be negative");
        check("rate: 50", "!");
        check("rate: inf/s", "!");
        check("rate: 1e3/s", "!");
        check("share: 10%", "0.1");
        check("share: 0.07%", "0.0007");
        check("share: 7 %", "0.07");
        check("share: 0.1", "! write `10%`");
        check("share: 101%", "! a share is at most `100%`");
        check("factor: 20x", "20");
        check("factor: 20", "!");
        check("size: 4kB", "4000");
        check("size: 16MiB", "16777216");
        check("size: 16MB/s", "!");
        check("bits: 2 Mbit/s", "2000000");
        check("bits: 2Mbit", "!");
        check("skew: +30s", "30000000000");
        check("skew: -2s", "-2000000000");
        check("skew: 2s", "!");
        check("drift: 200ppm", "200");
        check("drift: -50ppm", "-50");
        check("clock: 02:13", "2h13m");
        check("clock: 23:59:59", "23h59m59s");
        check("clock: 24:00", "!");
        check("clock: 2:1", "!");
    }

    #[test]
    fn rates_are_spelt_short_where_they_read_back_the_same() {
        let check = |text: &str, spelt: &str| {
            let rate = Rate::parse(text).map(|rate| spelt::rate(rate.0));
            assert_eq!(rate.as_deref(), Ok(spelt), "{text}");
        };
        check("60/s", "60/s");
        check("6/m", "0.1/s");
        check("2/m", "2/m");
        check("7/h", "7/h");
        check("2.5/m", "2.5/m");
        check("0.123456789/s", "0.123456789/s");
    }

    proptest::proptest! {
        #[test]
        fn what_is_spelt_reads_back_the_same(share in 0.0..=1.0_f64, rate in 0.0..1e6_f64,
                                             bits in 1.0..1e11_f64, nanos in -1e18..1e18_f64) {
            assert_eq!(Share::parse(&spelt::share(share)), Ok(Share(share)));
            assert_eq!(Rate::parse(&spelt::rate(rate)), Ok(Rate(rate)));
            assert_eq!(BitRate::parse(&spelt::bit_rate(bits)), Ok(BitRate(bits)));
            let skew = nanos as i64;
            assert_eq!(SignedSpan::parse(&spelt::signed(skew)), Ok(SignedSpan(skew)));
        }
    }
}
