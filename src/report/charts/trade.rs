//! Which variants are worth their latency, their anomalies and their messages.

use super::compared_frame;
use crate::experiment::{Comparison, Pair};
use crate::measure::Statistic;
use crate::report::chart::{Contender, Look, Pareto, Quantity, Reading};
use crate::report::compare_table::{Estimate, estimate};

/// Latency against orphans, with messages as area.
pub(super) fn pareto(comparison: &Comparison, command: &str) -> Pareto {
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
    Pareto {
        frame: compared_frame(
            comparison,
            title(&contenders, phase),
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
    }
}

/// Who refuses nothing at the least latency.
fn title(contenders: &[Contender], phase: &str) -> String {
    let place = |contender: &Contender| match (contender.latency, contender.anomalies) {
        (Reading::Value(latency), Reading::Value(anomalies)) => {
            Some((anomalies.value, latency.value))
        }
        _ => None,
    };
    let clean = contenders.iter().filter_map(|contender| Some((contender, place(contender)?)));
    let clean = clean.filter(|(_, (anomalies, _))| *anomalies <= 0.0);
    match clean.min_by(|a, b| a.1.1.total_cmp(&b.1.1)) {
        Some((contender, _)) => format!(
            "In {phase}, {} has the shortest mean tail of those that refuse nothing for a \
             missing reference",
            contender.name
        ),
        None => format!("In {phase}, every variant refuses something for a missing reference"),
    }
}
