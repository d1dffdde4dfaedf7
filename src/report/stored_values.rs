//! One quantity of a stored result, read back from its files: whichever build and model made them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::run_files::name_with_unit;
use super::store::read;
use crate::measure::metric::{self, Metric};
use crate::scenario::check::{Sought, Stat};

/// By seed: what was measured; infinite is never, `None` too few to say.
pub type BySeed = BTreeMap<u64, Option<f64>>;

/// Of a grid: every variant in order, by its label, with what was measured of it by seed.
///
/// # Errors
/// If files do not hold it, or are damaged; in words.
pub fn grid_values(
    folder: &Path,
    seeds: &[u64],
    on: &Sought,
) -> Result<Vec<(String, BySeed)>, String> {
    let wanted = Wanted::of(on)?;
    let text = read(folder, "seeds.csv").map_err(|error| error.to_string())?;
    let mut variants: Vec<(String, BySeed)> = Vec::new();
    let mut is_known = false;
    for (number, line) in text.lines().enumerate().skip(1) {
        let damaged = || format!("line {} of seeds.csv is damaged: `{line}`", number + 1);
        let row = Row::read(line).ok_or_else(damaged)?;
        let at = variants.iter().position(|(label, _)| *label == row.variant);
        let at = at.unwrap_or_else(|| {
            let nothing = seeds.iter().map(|seed| (*seed, None)).collect();
            variants.push((row.variant.clone(), nothing));
            variants.len() - 1
        });
        if row.metric == wanted.metric && row.phase == wanted.phase {
            is_known = true;
            if row.statistic == wanted.statistic {
                variants[at].1.insert(row.seed, wanted.value(row.value).ok_or_else(damaged)?);
            }
        }
    }
    match is_known && wanted.is_in_grids {
        true => Ok(variants),
        false => Err(wanted.not_in(folder, "seeds.csv")),
    }
}

/// Of one run.
///
/// # Errors
/// If files do not hold it, or are damaged; in words.
pub fn run_values(folder: &Path, seed: u64, on: &Sought) -> Result<BySeed, String> {
    let wanted = Wanted::of(on)?;
    let text = read(folder, "summary.json").map_err(|error| error.to_string())?;
    let json: Value = serde_json::from_str(&text)
        .map_err(|error| format!("summary.json of {} is damaged: {error}", folder.display()))?;
    let of_phase = &json["metrics"][&wanted.metric][&wanted.phase];
    let value = match &of_phase[wanted.statistic] {
        Value::Number(number) => number.as_f64().and_then(|value| wanted.value(&value.to_string())),
        Value::String(never) => wanted.value(never),
        Value::Null if of_phase.get(wanted.statistic).is_some() => Some(None),
        _ => None,
    };
    let value = value.ok_or_else(|| wanted.not_in(folder, "summary.json"))?;
    Ok([(seed, value)].into())
}

/// What is sought, as files call it.
struct Wanted<'a> {
    text: &'a str,
    metric: String,
    phase: String,
    statistic: &'static str,
    /// The value is so many times what the file has.
    scale: f64,
    /// Whether grids keep that statistic.
    is_in_grids: bool,
}

impl<'a> Wanted<'a> {
    fn of(on: &'a Sought) -> Result<Self, String> {
        let none = || {
            format!(
                "stored results do not hold `{}`\nthey hold percentiles, means, counts and the \
                 longest of whole phases",
                on.text
            )
        };
        let known: &Metric = metric::find(&on.metric).ok_or_else(none)?;
        let (statistic, scale, is_in_grids) = stored(on.stat, known).ok_or_else(none)?;
        if on.window.is_some() {
            return Err(none());
        }
        Ok(Self {
            text: &on.text,
            metric: name_with_unit(known),
            phase: on.phase.clone().unwrap_or_else(|| "run".to_owned()),
            statistic,
            scale,
            is_in_grids,
        })
    }

    fn value(&self, text: &str) -> Option<Option<f64>> {
        match text {
            "never" => Some(Some(f64::INFINITY)),
            number => number.parse().ok().map(|value: f64| Some(value * self.scale)),
        }
    }

    fn not_in(&self, folder: &Path, file: &str) -> String {
        let held =
            if self.is_in_grids { "" } else { "\nof many seeds only p50, p99 and means are" };
        format!("{file} of {} does not hold `{}`{held}", folder.display(), self.text)
    }
}

/// How files call a statistic, what a value of theirs is multiplied by, and whether grids have it.
fn stored(stat: Stat, metric: &Metric) -> Option<(&'static str, f64, bool)> {
    use crate::measure::metric::Kind;
    let percentile = |share: f64| {
        [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9")]
            .into_iter()
            .find(|(known, _)| (known - share).abs() < 1e-9)
            .map(|(_, name)| (name, 1.0, name == "p50" || name == "p99"))
    };
    match stat {
        Stat::Percentile(share) => percentile(share),
        Stat::Mean => Some(("mean", 1.0, true)),
        Stat::Max => Some(("max", 1.0, false)),
        Stat::Min => Some(("min", 1.0, false)),
        Stat::Count => Some(("count", 1.0, metric.kind != Kind::Stretch)),
        Stat::Per10k => Some(("per10k", 1.0, true)),
        Stat::Share if metric.kind == Kind::Event => Some(("per10k", 1e-4, true)),
        Stat::Share => Some(("share", 0.01, true)),
        Stat::Longest => Some(("longest", 1.0, true)),
        Stat::Single => Some(("value", 1.0, true)),
        Stat::Recovery => None,
    }
}

/// A row of `seeds.csv`.
struct Row<'a> {
    seed: u64,
    variant: String,
    phase: &'a str,
    metric: &'a str,
    statistic: &'a str,
    value: &'a str,
}

impl<'a> Row<'a> {
    /// Only the variant may have commas of its own, and stands in quotes then.
    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.rsplitn(5, ',');
        let mut field = || fields.next();
        let (value, statistic, metric, phase) = (field()?, field()?, field()?, field()?);
        let (seed, variant) = field()?.split_once(',')?;
        let bare = variant.strip_prefix('"').and_then(|variant| variant.strip_suffix('"'));
        let variant = bare.map_or_else(|| variant.to_owned(), |bare| bare.replace("\"\"", "\""));
        Some(Self { seed: seed.parse().ok()?, variant, phase, metric, statistic, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_with_the_commas_of_their_variants() {
        let row =
            Row::read("7,\"{ a = 1, b = \"\"x\"\" }\",after storm,latency_applied_ms,p99,never");
        let row = row.expect("it is a row");
        assert_eq!((row.seed, row.variant.as_str()), (7, "{ a = 1, b = \"x\" }"));
        assert_eq!((row.phase, row.metric), ("after storm", "latency_applied_ms"));
        assert_eq!((row.statistic, row.value), ("p99", "never"));
        assert!(Row::read("seed,variant,phase").is_none());
    }
}
