//! Where the time to applied went, stage by stage.

use super::frame;
use crate::experiment::Pair;
use crate::measure::{Measurement, STAGE_NAMES};
use crate::report::chart::{BarGroup, Breakdown, Quantity, Waterfall};
use crate::report::sentence::during;

/// The waterfall of a run, in the phase that it is about.
pub(super) fn of(pair: &Pair, command: &str) -> Waterfall {
    let focus = pair.slowest();
    let breakdown = |of: &Measurement, share: f64| {
        let stages = of.phase(focus).and_then(|phase| of.waterfall(phase, share));
        stages.map_or(Breakdown::NoData, |stages| {
            Breakdown::Stages(stages.into_iter().map(|(_, millis)| millis).collect())
        })
    };
    let group = |name: &str, share: f64| BarGroup {
        name: name.to_owned(),
        run: breakdown(&pair.run.measurement, share),
        twin: pair.twin.as_ref().map(|twin| breakdown(&twin.measurement, share)),
    };
    Waterfall {
        frame: frame(pair, title(pair), command),
        time: Quantity::new("time to applied, ms", "time", "ms"),
        phase: focus.to_owned(),
        stages: STAGE_NAMES.map(ToOwned::to_owned).to_vec(),
        groups: vec![group("p50", 0.5), group("p99", 0.99)],
    }
}

/// The stage that takes most of the tail.
fn title(pair: &Pair) -> String {
    let focus = pair.slowest();
    let run = &pair.run.measurement;
    let stages = run.phase(focus).and_then(|phase| run.waterfall(phase, 0.99));
    let most = stages.as_ref().and_then(|stages| {
        let total: f64 = stages.iter().map(|(_, millis)| millis).sum();
        let (name, millis) = stages.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (total > 0.0).then(|| (*name, millis / total * 100.0))
    });
    match most {
        Some((stage, share)) => format!(
            "{}, {share:.0} % of the time of an operation at p99 goes to {}",
            during(focus),
            words(stage)
        ),
        None => {
            format!("{}, too few were applied to say where the time at p99 went", during(focus))
        }
    }
}

/// A stage in the words of a sentence.
///
/// A router admits a try as it comes and routes it when it has worked on it, or another has to
/// which it was sent on: its queue is in `route`. `verify`, `batch` and `apply` have queues too.
fn words(stage: &str) -> &str {
    match stage {
        "wait" => "waiting to be sent at all",
        "retry" => "tries that failed and the pauses after them",
        "admit" => "the way to the router",
        "route" => "routers: their queues, their work and the ways between them",
        "network" => "the network between router and validators",
        "verify" => "verifying signatures, and the queue for that",
        "batch" => "waiting for a block",
        "order" => "ordering",
        "apply" => "applying",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{STAGE_NAMES, title, words};
    use crate::report::sample::{SMALL, pair_of};

    #[test]
    fn who_waits_in_a_routers_queue_is_told_so() {
        assert_eq!(words("admit"), "the way to the router");
        assert_eq!(words("route"), "routers: their queues, their work and the ways between them");
        let bare = STAGE_NAMES.into_iter().filter(|stage| words(stage) == *stage);
        assert_eq!(bare.collect::<Vec<_>>(), Vec::<&str>::new(), "a name is no words");
    }

    #[test]
    fn a_run_without_faults_is_told_as_a_whole() {
        let calm = &SMALL[..SMALL.find("[[fault]]").expect("a fault")];
        let title = title(&pair_of(calm));
        assert!(title.starts_with("Over the whole run, "), "{title}");
    }
}
