//! How quantities are written back, so that reading them gives the same value.

use crate::kernel::Span;

/// `60/s`; `2/m` or `1/h` for what is no short decimal in seconds and reads back the same.
pub(crate) fn rate(per_second: f64) -> String {
    /// `0.0125/s`, and no longer.
    const SHORT: usize = 8;
    let in_seconds = format!("{per_second}/s");
    let longer = [(60.0, 'm'), (3600.0, 'h')].map(|(seconds, unit)| {
        let number = (per_second * seconds * 1e6).round() / 1e6;
        (number / seconds == per_second).then(|| format!("{number}/{unit}"))
    });
    let found = longer.into_iter().flatten().find(|text| text.len() < in_seconds.len());
    found.filter(|_| in_seconds.len() > SHORT).unwrap_or(in_seconds)
}

/// `2.5%`
pub(crate) fn share(share: f64) -> String {
    format!("{}%", moved(share, 2))
}

/// `20x`
pub(crate) fn factor(factor: f64) -> String {
    format!("{factor}x")
}

/// `2 Mbit/s`
pub(crate) fn bit_rate(bits_per_second: f64) -> String {
    let (unit, places) = match bits_per_second {
        rate if rate >= 1e9 => ("Gbit/s", -9),
        rate if rate >= 1e6 => ("Mbit/s", -6),
        rate if rate >= 1e3 => ("kbit/s", -3),
        _ => ("bit/s", 0),
    };
    format!("{} {unit}", moved(bits_per_second, places))
}

/// `+30s`
pub(crate) fn signed(nanos: i64) -> String {
    let span = Span::from_nanos(nanos.unsigned_abs());
    format!("{}{span}", if nanos < 0 { '-' } else { '+' })
}

/// `-50ppm`
pub(crate) fn drift(ppm: f64) -> String {
    format!("{ppm}ppm")
}

/// `02:13`, or `02:13:07`
pub(crate) fn clock(since_midnight: Span) -> String {
    let seconds = since_midnight.as_nanos() / 1_000_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match seconds {
        0 => format!("{hours:02}:{minutes:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// The shortest decimal spelling of `number` with its point moved to the right: exact, where
/// a multiplication would round.
fn moved(number: f64, places: i32) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}");
    let length = i32::try_from(whole.len()).unwrap_or(0);
    let point = length + places;
    let (whole, fraction) = if point <= 0 {
        let zeros = "0".repeat(point.unsigned_abs() as usize);
        ("0".to_owned(), format!("{zeros}{digits}"))
    } else {
        let point = point.unsigned_abs() as usize;
        let padded = format!("{digits:0<point$}");
        (padded[..point].to_owned(), padded[point..].to_owned())
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
