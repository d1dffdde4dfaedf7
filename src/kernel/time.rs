//! Instants and lengths of virtual time, in whole nanoseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// An instant: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualTime(u64);

/// A length of virtual time in nanoseconds; at most about 584 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// What a process reads off its own clock: nanoseconds, skewed and drifting, perhaps negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(pub i64);

impl LocalTime {
    /// The time since `earlier` by the same clock; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Self) -> Span {
        Span(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Span> for LocalTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }
}

impl Sub<Span> for LocalTime {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }
}

impl VirtualTime {
    /// The instant at which every run begins.
    pub const ZERO: Self = Self(0);
    /// Later than every event.
    pub const MAX: Self = Self(u64::MAX);

    /// The instant `nanos` nanoseconds after the run began.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the run began.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole virtual seconds since the run began.
    pub const fn whole_seconds(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// The instant at which the second after that one begins: who asks again and again whether it
    /// has come need not divide.
    pub const fn end_of_second(second: u64) -> Self {
        Self((second + 1).saturating_mul(1_000_000_000))
    }

    /// So long before, or the beginning.
    pub const fn before(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// The time since `earlier`; zero when `earlier` is not earlier.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl VirtualTime {
    /// As it is displayed, counted from another instant; `-0m02.5` is before that.
    pub fn spelt_since(self, begin: Self) -> String {
        let sign = if self < begin { "-" } else { "" };
        format!("{sign}{}", Self(self.0.abs_diff(begin.0)))
    }

    /// What is displayed so, with all nine digits; `None` of anything else.
    pub fn read(text: &str) -> Option<Self> {
        let (minutes, rest) = text.split_once('m')?;
        let (seconds, nanos) = rest.split_once('.')?;
        let is_whole = (seconds.len(), nanos.len()) == (2, 9);
        let number = |part: &str| part.parse::<u64>().ok().filter(|_| is_whole);
        let seconds = number(minutes)?.checked_mul(60)?.checked_add(number(seconds)?)?;
        seconds.checked_mul(1_000_000_000)?.checked_add(number(nanos)?).map(Self)
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest length.
    pub const MAX: Self = Self(u64::MAX);
    /// The shortest length that is not zero.
    pub const TICK: Self = Self(1);

    /// A length of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A length of `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// A length of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// A length of `secs` seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// Whole nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds with their fraction, for people and charts.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Seconds with their fraction, for people and charts.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This length times `factor`, rounded down; `factor` must be at least 0 and finite.
    pub fn scaled(self, factor: f64) -> Self {
        assert!(factor >= 0.0, "a length of time cannot be scaled by {factor}");
        Self((self.0 as f64 * factor) as u64)
    }

    /// The difference, or zero when `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add<Span> for VirtualTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for VirtualTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for VirtualTime {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Div<u64> for Span {
    type Output = Self;

    /// Rounded down.
    ///
    /// # Panics
    /// If the divisor is 0.
    fn div(self, parts: u64) -> Self {
        Self(self.0 / parts)
    }
}

impl Mul<u64> for Span {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl fmt::Display for VirtualTime {
    /// Minutes, seconds and nine digits, as traces print it: `1m43.207118000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        write!(f, "{}m{:02}.{nanos:09}", seconds / 60, seconds % 60)
    }
}

impl fmt::Display for Span {
    /// The shortest exact spelling that a scenario file would accept: `1m30s`, `250ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, u64); 7] = [
            ("d", 86_400_000_000_000),
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ];
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (name, size) in UNITS {
            if rest >= size {
                write!(f, "{}{name}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_spelt_as_scenarios_write_them() {
        let check = |nanos, text: &str| assert_eq!(Span::from_nanos(nanos).to_string(), text);
        check(0, "0s");
        check(250_000_000, "250ms");
        check(90_000_000_000, "1m30s");
        check(1_500, "1us500ns");
    }

    #[test]
    fn instants_are_spelt_as_traces_write_them() {
        let instant = VirtualTime::ZERO + Span::from_secs(103) + Span::from_micros(207_118);
        assert_eq!(instant.to_string(), "1m43.207118000");
    }
}
