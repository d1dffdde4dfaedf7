//! Numbers as people read them. One way for all screens and tables.

use crate::experiment::grouped;
use crate::kernel::{Span, VirtualTime};
use crate::measure::Measured;
use crate::measure::metric::{Metric, Unit};
use crate::scenario::model::{Gauge, GaugeUnit, Scenario};

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

/// So many of something: `1 page`, `2 pages`.
pub(super) fn many(count: f64, one: &str) -> String {
    format!("{} {one}{}", number(count), if count == 1.0 { "" } else { "s" })
}

/// Milliseconds as people say them: `235 ms`, `1.34 s`.
pub fn millis(value: f64) -> String {
    if value.is_infinite() {
        "never".to_owned()
    } else if value.abs() >= 999.5 {
        format!("{} s", number(value / 1_000.0))
    } else {
        format!("{} ms", number(value))
    }
}

/// Milliseconds where they may be hours: `235 ms`, `1.34 s`, `3m 30s`.
pub(super) fn duration(value: f64) -> String {
    match value.is_finite() && value >= 60_000.0 {
        true => span(Span::from_secs((value / 1_000.0).round() as u64)),
        false => millis(value),
    }
}

/// A gauge's value as people say it.
pub(super) fn gauge(gauge: Gauge, value: f64) -> String {
    match gauge.unit() {
        GaugeUnit::Millis => millis(value),
        GaugeUnit::Share => format!("{} %", number(value * 100.0)),
        GaugeUnit::PerSecond => format!("{}/s", number(value)),
        GaugeUnit::Plain => number(value),
    }
}

/// What was measured of a metric, with its unit.
pub(super) fn measured(measured: Measured, metric: &Metric) -> String {
    match measured {
        Measured::Value(value) if metric.unit == Unit::Millis => millis(value),
        Measured::Value(value) => number(value),
        Measured::Never => "never".to_owned(),
        Measured::Few => "few".to_owned(),
        Measured::NoData => "no data".to_owned(),
    }
}

/// A length of time in words: `5h 04m`, `3m 30s`, `850 ms`.
pub(super) fn span(span: Span) -> String {
    let seconds = span.as_nanos() / 1_000_000_000;
    match seconds {
        0 => format!("{} ms", number(span.as_millis_f64())),
        1..60 if span.as_nanos().is_multiple_of(1_000_000_000) => format!("{seconds} s"),
        1..60 => format!("{} s", number(span.as_secs_f64())),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        60..3600 if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        3600.. => {
            let rest = seconds % 60;
            let rest = if rest == 0 { String::new() } else { format!(" {rest:02}s") };
            format!("{}h {:02}m{rest}", seconds / 3600, seconds / 60 % 60)
        }
        _ => format!("{}m {:02}s", seconds / 60, seconds % 60),
    }
}

/// An instant as people name it: the time of day if the run has one, `02:13:07.418`, else the time
/// since the start of what is measured, `1m43.207`, as faults and charts have it; `-0m02.5` is in
/// the warm-up.
pub(super) fn instant(scenario: &Scenario, at: VirtualTime) -> String {
    const DAY: u64 = 86_400_000;
    let in_millis = |span: Span| span.as_nanos() / 1_000_000;
    let begin = VirtualTime::ZERO + scenario.warmup;
    let (after, before) = (in_millis(at.since(begin)), in_millis(begin.since(at)));
    let Some(clock) = scenario.clock else {
        let (sign, millis) = if before > 0 { ("-", before) } else { ("", after) };
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        return format!("{sign}{}m{:02}.{millis:03}", seconds / 60, seconds % 60);
    };
    let millis = (in_millis(clock) + after + DAY - before % DAY) % DAY;
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{millis:03}", seconds % 60)
}

/// Seconds by the wall clock: `3.6 s`, `1m 38s`.
pub(super) fn wall(seconds: f64) -> String {
    match seconds < 59.95 {
        true => format!("{seconds:.1} s"),
        false => span(Span::from_secs(seconds.round() as u64)),
    }
}

/// How many times one value is of another: `2.0x`; `None` where that says nothing.
pub(super) fn ratio(of: Measured, base: Measured) -> Option<String> {
    let (of, base) = (of.value()?, base.value()?);
    let times = of / base;
    (base > 0.0).then(|| match times < 9.95 {
        true => format!("{times:.1}x"),
        false => format!("{}x", number(times.round())),
    })
}

/// A text of at most so many characters; what is cut off is marked by `…`.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The upper bound of a rate of which none was seen in `of`, per 10,000, with 95 % confidence.
pub(super) fn none_in(of: u64) -> String {
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
    fn one_is_not_several() {
        let each = [0.0, 1.0, 2.0].map(|count| many(count, "page"));
        assert_eq!(each, ["0 pages", "1 page", "2 pages"]);
        assert_eq!(many(3.0, "host"), "3 hosts");
    }

    #[test]
    fn times_are_said_in_the_unit_that_fits() {
        assert_eq!(millis(478.4), "478 ms");
        assert_eq!(millis(1_342.0), "1.34 s");
        assert_eq!(millis(12_340.0), "12.3 s");
        assert_eq!(wall(3.62), "3.6 s");
        assert_eq!(wall(98.2), "1m 38s");
        assert_eq!(span(Span::from_secs(210)), "3m 30s");
        assert_eq!(span(Span::from_millis(850)), "850 ms");
        assert_eq!(span(Span::from_secs(20)), "20 s");
    }

    #[test]
    fn a_ratio_is_one_of_two_values() {
        use Measured::{Few, Never, Value};
        assert_eq!(ratio(Value(478.0), Value(235.0)).as_deref(), Some("2.0x"));
        assert_eq!(ratio(Value(1_481.0), Value(114.0)).as_deref(), Some("13x"));
        assert_eq!(ratio(Value(1.0), Value(0.0)), None);
        assert_eq!(ratio(Never, Value(1.0)).or(ratio(Value(1.0), Few)), None);
    }

    #[test]
    fn what_is_too_long_ends_in_dots() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abc defgh", 5), "abc…");
    }

    #[test]
    fn a_count_of_zero_carries_its_bound() {
        assert_eq!(none_in(48_221), "none in 48,221, below 0.62 per 10,000 (95 %)");
    }
}
