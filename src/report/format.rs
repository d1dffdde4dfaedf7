//! Numbers as people read them. One way for all screens and tables.

use crate::kernel::Span;
use crate::measure::Measured;
use crate::measure::metric::{Metric, Unit};

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

/// A number with as many digits as its size needs: `0.12`, `4.3`, `152`, `1,369`.
pub fn number(value: f64) -> String {
    if value.is_infinite() {
        return "never".to_owned();
    }
    let size = value.abs();
    if size >= 99.95 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", grouped(size.round() as u64))
    } else if size >= 9.995 {
        trim(format!("{value:.1}"))
    } else {
        trim(format!("{value:.2}"))
    }
}

fn trim(text: String) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Milliseconds as people say them: `235 ms`, `12.3 s`.
pub fn millis(value: f64) -> String {
    if value.is_infinite() {
        "never".to_owned()
    } else if value.abs() >= 10_000.0 {
        format!("{} s", number(value / 1_000.0))
    } else {
        format!("{} ms", number(value))
    }
}

/// What was measured of a metric, with its unit.
pub fn measured(measured: Measured, metric: &Metric) -> String {
    match measured {
        Measured::Value(value) if metric.unit == Unit::Millis => millis(value),
        Measured::Value(value) => number(value),
        Measured::Never => "never".to_owned(),
        Measured::Few => "few".to_owned(),
        Measured::NoData => "no data".to_owned(),
    }
}

/// A length of time in words: `3m 30s`, `850 ms`.
pub fn span(span: Span) -> String {
    let seconds = span.as_nanos() / 1_000_000_000;
    match seconds {
        0 => format!("{} ms", number(span.as_millis_f64())),
        1..60 if span.as_nanos() % 1_000_000_000 == 0 => format!("{seconds} s"),
        1..60 => format!("{} s", number(span.as_secs_f64())),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{}m {:02}s", seconds / 60, seconds % 60),
    }
}

/// The upper bound of a rate of which none was seen in `of`, per 10,000, with 95 % confidence.
pub fn none_in(of: u64) -> String {
    let bound = 1.0 - libm::pow(0.05, 1.0 / of.max(1) as f64);
    format!("none in {}, below {} per 10,000 (95 %)", grouped(of), number(bound * 10_000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_they_need() {
        let check = |value: f64, text: &str| assert_eq!(number(value), text);
        check(0.0, "0");
        check(0.123, "0.12");
        check(4.301, "4.3");
        check(52.04, "52");
        check(99.96, "100");
        check(1_369.4, "1,369");
        check(-895.0, "-895");
        check(f64::INFINITY, "never");
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        assert_eq!(millis(478.4), "478 ms");
        assert_eq!(millis(12_340.0), "12.3 s");
        assert_eq!(span(Span::from_secs(210)), "3m 30s");
        assert_eq!(span(Span::from_millis(850)), "850 ms");
        assert_eq!(span(Span::from_secs(20)), "20 s");
    }

    #[test]
    fn a_count_of_zero_carries_its_bound() {
        assert_eq!(none_in(48_221), "none in 48,221, below 0.62 per 10,000 (95 %)");
    }
}
