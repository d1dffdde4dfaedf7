//! The horizontal axis of a sweep: `validators.count=4,7,16` or `load.issuers.rate=50/s..800/s`.

use crate::scenario::claim::Axis;

/// Points of a range.
const POINTS: u32 = 5;
/// A range that spans so much is cut into equal ratios.
const DECADE: f64 = 8.0;

/// A path and the values that it takes, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Over {
    /// The path, as `--set` takes it.
    pub(super) path: String,
    values: Vec<String>,
}

impl Over {
    /// Reads `path=a,b,c`, or `path=a..b` for five points between two numbers of one unit; fewer
    /// where so few can be counted.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let Axis { path, values } = Axis::parse(text)?;
        let values = match values.as_slice() {
            [only] if only.contains("..") => range(only)?,
            [_] => return Err("name at least two points, or a range as in 0%..4%".to_owned()),
            _ => values,
        };
        Ok(Self { path, values })
    }

    /// The points, in order.
    pub(super) fn points(&self) -> Vec<String> {
        self.values.clone()
    }
}

fn range(text: &str) -> Result<Vec<String>, String> {
    let form = || format!("`{text}` is no range: write two numbers of one unit, as in 50/s..800/s");
    let (first, last) = text.split_once("..").ok_or_else(form)?;
    let ((from, unit), (to, other)) =
        split(first.trim()).zip(split(last.trim())).ok_or_else(form)?;
    if unit != other || from >= to {
        return Err(form());
    }
    let is_whole = from.fract() == 0.0 && to.fract() == 0.0;
    let is_log = from > 0.0 && to / from >= DECADE;
    // What has no unit is counted, and there are no parts of one.
    let is_rounded = is_whole && (unit.is_empty() || to - from >= f64::from(POINTS - 1));
    let point = |step: u32| {
        let share = f64::from(step) / f64::from(POINTS - 1);
        let value = match is_log {
            true => from * libm::pow(to / from, share),
            false => from + (to - from) * share,
        };
        let value = if is_rounded { value.round() } else { (value * 1e4).round() / 1e4 };
        format!("{value}{unit}")
    };
    let mut points: Vec<String> = (0..POINTS).map(point).collect();
    points.dedup();
    Ok(points)
}

/// A number and its unit.
fn split(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_points_or_a_range() {
        let check = |text: &str, points: &str| {
            let found = Over::parse(text).map(|over| over.points().join(" "));
            assert_eq!(found.as_deref(), Ok(points), "{text}");
        };
        check("validators.count=4,7,16", "4 7 16");
        check("fault.storm.loss=0%..4%", "0% 1% 2% 3% 4%");
        check("load.issuers.rate=100/s..10000/s", "100/s 316/s 1000/s 3162/s 10000/s");
        check("fault.storm.loss=0%..1%", "0% 0.25% 0.5% 0.75% 1%");
        check("validators.count=4..7", "4 5 6 7");
        check("validators.count=4..10", "4 6 7 9 10");
        check("validators.count=1..2", "1 2");
        check("validators.count=1..10", "1 2 3 6 10");
        check("parameters.x=0.5..1", "0.5 0.625 0.75 0.875 1");
        for wrong in ["validators.count=4", "a=4..", "a=x..y", "a=1s..2ms", "a=5..4", "a"] {
            assert!(Over::parse(wrong).is_err(), "{wrong}");
        }
    }
}
