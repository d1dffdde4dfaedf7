//! Which variants are worth their latency, their anomalies and their messages.

use super::compared_frame;
use crate::experiment::{Comparison, Pair};
use crate::measure::Statistic;
use crate::report::chart::{Contender, Look, Pareto, Quantity, Reading};
use crate::report::compare_table::{Estimate, estimate};

/// Latency against orphans, with messages as area; `None` where no variant has a tail to place.
pub(super) fn pareto(comparison: &Comparison, command: &str) -> Option<Pareto> {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let phase = first.map_or("run", Pair::focus);
    let reading =
        |runs: &[Pair], metric: &str, statistic| match estimate(runs, metric, statistic, phase) {
            Estimate::Values { interval, .. } => {
                Reading::within(interval.estimate, interval.low, interval.high)
            }
            Estimate::Never(_) => Reading::Never,
            Estimate::NoData => Reading::NoData,
        };
    let variants = comparison.labels.iter().zip(&comparison.runs).enumerate();
    let contenders: Vec<Contender> = variants
        .map(|(at, (label, runs))| Contender {
            name: label.clone(),
            look: Look::nth(at),
            latency: reading(runs, "latency.applied", Statistic::Percentile(0.99)),
            anomalies: reading(runs, "orphans", Statistic::Per10k),
            messages: estimate(runs, "messages", Statistic::Mean, phase).mean().unwrap_or(0.0),
        })
        .collect();
    Some(Pareto {
        frame: compared_frame(
            comparison,
            title(&contenders, phase)?,
            command,
            "mean and 95 % interval over seeds",
        ),
        latency: Quantity::new("p99 to applied, ms", "p99", "ms"),
        anomalies: Quantity::new(
            "refused for a missing reference, per 10,000",
            "orphans",
            "per10k",
        ),
        messages: Quantity::new("messages per operation", "messages", ""),
        contenders,
    })
}

/// Who refuses nothing at the least latency; `None` if no variant has a p99.
fn title(contenders: &[Contender], phase: &str) -> Option<String> {
    let is_clean =
        |one: &&Contender| matches!(one.anomalies, Reading::Value(some) if some.value <= 0.0);
    let tail = |one: &Contender| match one.latency {
        Reading::Value(latency) => Some((one.name.clone(), latency.value)),
        Reading::Never | Reading::NoData => None,
    };
    contenders.iter().find_map(tail)?;
    let clean: Vec<&Contender> = contenders.iter().filter(is_clean).collect();
    let best = clean.iter().filter_map(|one| tail(one)).min_by(|a, b| a.1.total_cmp(&b.1));
    Some(match best {
        Some((name, _)) => format!(
            "In {phase}, {name} has the shortest mean tail of those that refuse nothing for a \
             missing reference"
        ),
        None if clean.is_empty() => {
            format!("In {phase}, every variant refuses something for a missing reference")
        }
        None => {
            format!("In {phase}, no variant that refuses nothing for a missing reference has a p99")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contender(name: &str, latency: Reading, anomalies: f64) -> Contender {
        let anomalies = Reading::within(anomalies, anomalies, anomalies);
        Contender { name: name.to_owned(), look: Look::nth(0), latency, anomalies, messages: 1.0 }
    }

    /// A title claims of all only what is so of all.
    #[test]
    fn the_title_claims_only_what_was_measured() {
        let tail = |millis| Reading::within(millis, millis, millis);
        let [quick, slow] = [("quick", 100.0), ("slow", 900.0)];
        let of = |all: &[(&str, Reading, f64)]| {
            let all: Vec<Contender> =
                all.iter().map(|one| contender(one.0, one.1, one.2)).collect();
            title(&all, "storm")
        };
        assert_eq!(of(&[("none", Reading::Never, 0.0), ("full", Reading::Never, 0.0)]), None);
        for (quick_refuses, slow_refuses, said) in [
            (0.0, 0.0, "quick has the shortest mean tail"),
            (5.0, 0.0, "slow has the shortest mean tail"),
            (5.0, 5.0, "every variant refuses something"),
        ] {
            let all =
                [(quick.0, tail(quick.1), quick_refuses), (slow.0, tail(slow.1), slow_refuses)];
            let words = of(&all).expect("there are tails");
            assert!(words.contains(said), "{words}");
        }
        for unknown in [Reading::Never, Reading::NoData] {
            let words = of(&[("quick", tail(100.0), 5.0), ("none", unknown, 0.0)]);
            let words = words.expect("there is a tail");
            assert!(
                words
                    .ends_with("no variant that refuses nothing for a missing reference has a p99"),
                "{words}"
            );
        }
    }
}
