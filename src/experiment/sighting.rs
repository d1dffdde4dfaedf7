//! What watchers and users see of a night, without the rest of its story.

use std::sync::Arc;

use super::fault_report::report_fault;
use super::pool::{Panicked, run_all};
use crate::kernel::{Recorded, Span, VirtualTime};
use crate::measure::metric::{self, Kind, Metric};
use crate::measure::{Measured, Measurement, Rows, Statistic};
use crate::ordering::Catalogue;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::{Listener, Options, run};
use crate::trace::{AlertStage, Fact};

/// What was seen of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sighting {
    /// The seed of the run.
    pub seed: u64,
    /// Every change of every rule, in order.
    pub changes: Vec<Change>,
    /// When the first fault began; `None` in a calm run.
    pub onset: Option<VirtualTime>,
    /// When users were heard, since the onset: the n-th ticket.
    pub users: Option<Span>,
    /// When a validator first suspected another process, since the onset.
    pub validators: Option<Span>,
    /// Pages sent in the whole run.
    pub pages: u64,
    /// Why the first fault counts as not having occurred, if so.
    pub did_not_occur: Option<String>,
    /// Every metric of the whole run that does not speak of faults, in the order of the table.
    pub measured: Vec<Measured>,
}

/// A change of one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Which, by place.
    pub rule: u16,
    /// How it stands now.
    pub stage: AlertStage,
    /// When.
    pub at: VirtualTime,
    /// What its condition looked at, in the gauge's unit; a multiple of the budget for a burn.
    pub value: f64,
}

impl Sighting {
    /// When a rule first fired after the onset, since the onset.
    pub fn fired(&self, rule: u16) -> Option<Span> {
        self.firings().find(|(of, _)| *of == rule).map(|(_, after)| after)
    }

    /// Which rule fired first after the onset, and how long after.
    pub fn first(&self) -> Option<(u16, Span)> {
        self.firings().next()
    }

    /// Every firing after the onset, in order.
    fn firings(&self) -> impl Iterator<Item = (u16, Span)> {
        let firing = self.changes.iter().filter(|change| change.stage == AlertStage::Firing);
        firing.filter_map(|change| {
            let onset = self.onset.filter(|onset| *onset <= change.at)?;
            Some((change.rule, change.at.since(onset)))
        })
    }

    /// Firings before any fault.
    pub fn false_alarms(&self) -> usize {
        let firing = self.changes.iter().filter(|change| change.stage == AlertStage::Firing);
        firing.filter(|change| self.onset.is_none_or(|onset| change.at < onset)).count()
    }

    /// The change with which a rule began to hold and the one with which it first fired after the
    /// onset; both the same if it fired at once.
    pub fn moment(&self, rule: u16) -> Option<(Change, Change)> {
        let own: Vec<&Change> = self.changes.iter().filter(|change| change.rule == rule).collect();
        let fired = own.iter().position(|change| {
            change.stage == AlertStage::Firing && self.onset.is_some_and(|onset| onset <= change.at)
        })?;
        let before = own[..fired].last().filter(|before| before.stage == AlertStage::Pending);
        Some((**before.unwrap_or(&own[fired]), *own[fired]))
    }
}

/// Keeps what changes of rules.
#[derive(Default)]
struct Keeper(Vec<Change>);

/// Rules that change more often tell nothing more.
const MOST: usize = 1 << 16;

impl Rows for Keeper {}

impl Listener for Keeper {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        for recorded in facts {
            if let Fact::Alert { rule, stage, value } = recorded.fact
                && self.0.len() < MOST
            {
                let (at, value) = (recorded.key.time, value as f64 / 1_000.0);
                self.0.push(Change { rule, stage, at, value });
            }
        }
    }
}

/// Runs these scenarios on `threads` cores and keeps what was seen of each, in their order;
/// signatures are modelled. `progress` hears how many are done. A run that came to nothing is its
/// reason.
pub fn sightings(
    scenarios: Vec<Scenario>,
    catalogue: &Catalogue,
    options: Options,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> Vec<Result<Sighting, String>> {
    let total = scenarios.len();
    let shared = Arc::new(catalogue.clone());
    let work = move |scenario: Scenario| sight(&scenario, &shared, options);
    let seen = run_all(scenarios, threads, work, |at, _| progress(at + 1, total));
    let flat = seen.into_iter().map(|seen| match seen {
        Ok(seen) => seen,
        Err(Panicked(text)) => Err(text),
    });
    flat.collect()
}

fn sight(scenario: &Scenario, catalogue: &Catalogue, options: Options) -> Result<Sighting, String> {
    let scenario = Scenario { crypto: Crypto::Modelled, ..scenario.clone() };
    let mut keeper = Keeper::default();
    let outcome = run(&scenario, catalogue, options, &mut keeper);
    let measurement = outcome.map_err(|failure| failure.to_string())?.measurement;
    let after = |metric: &str| match measurement.value(metric, Statistic::Max, 0, None) {
        Measured::Value(millis) => Some(Span::from_nanos((millis * 1e6) as u64)),
        _ => None,
    };
    let fault = scenario.faults.first();
    let start = fault.and_then(|fault| fault.starts.first());
    let pages = measurement.value("pages", Statistic::Count, 0, None).value();
    Ok(Sighting {
        seed: scenario.seed,
        changes: keeper.0,
        onset: start.map(|start| VirtualTime::ZERO + scenario.warmup + *start),
        users: after("noticed.users"),
        validators: after("noticed.validators"),
        pages: pages.unwrap_or(0.0) as u64,
        did_not_occur: fault.and_then(|fault| {
            report_fault((fault, 0), scenario.time.as_ref(), &measurement).did_not_occur
        }),
        measured: measured(&measurement),
    })
}

/// What counts from the end of a fault, and so differs from a twin's though the fault did nothing.
const SINCE_FAULTS: [&str; 2] = ["collapsed", "stabilising"];

fn measured(measurement: &Measurement) -> Vec<Measured> {
    let says_something =
        |metric: &&Metric| metric.kind != Kind::Moment && !SINCE_FAULTS.contains(&metric.name);
    let metrics = metric::TABLE.iter().filter(says_something);
    let statistics = [Statistic::Mean, Statistic::Max, Statistic::Count, Statistic::Share];
    let each = metrics.flat_map(|metric| {
        statistics.map(|statistic| measurement.value(metric.name, statistic, 0, None))
    });
    each.collect()
}

/// The value that this share of nights does not exceed; `None` is never, which counts as later
/// than anything, and so is the answer where too many never saw it.
pub fn quantile(nights: &[Option<Span>], share: f64) -> Option<Span> {
    let mut sorted: Vec<Span> =
        nights.iter().map(|night| night.unwrap_or(Span::from_nanos(u64::MAX))).collect();
    sorted.sort();
    let place = (sorted.len() as f64 * share).ceil().max(1.0) as usize - 1;
    let found = sorted.get(place.min(sorted.len().saturating_sub(1)))?;
    (found.as_nanos() < u64::MAX).then_some(*found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(rule: u16, stage: AlertStage, at: u64) -> Change {
        let at = VirtualTime::ZERO + Span::from_secs(at);
        Change { rule, stage, at, value: 1.0 }
    }

    #[test]
    fn what_fires_before_the_onset_is_a_false_alarm() {
        use AlertStage::{Firing, Pending, Resolved};
        let changes = vec![
            change(1, Firing, 20),
            change(1, Resolved, 30),
            change(0, Pending, 110),
            change(1, Firing, 125),
            change(0, Firing, 140),
        ];
        let onset = Some(VirtualTime::ZERO + Span::from_secs(100));
        let seen = Sighting { changes, onset, ..Sighting::default() };
        assert_eq!(seen.false_alarms(), 1);
        assert_eq!(seen.first(), Some((1, Span::from_secs(25))));
        assert_eq!(seen.fired(0), Some(Span::from_secs(40)));
        assert_eq!(seen.fired(2), None);
        let seconds =
            |rule| seen.moment(rule).map(|(a, b)| (a.at.whole_seconds(), b.at.whole_seconds()));
        assert_eq!(seconds(0), Some((110, 140)), "it was pending first");
        assert_eq!(seconds(1), Some((125, 125)), "it fired at once");
        let calm = Sighting { onset: None, ..seen };
        assert_eq!((calm.first(), calm.false_alarms()), (None, 3));
    }

    #[test]
    fn never_is_later_than_anything() {
        let nights = [Some(3), None, Some(1), Some(2)].map(|secs| secs.map(Span::from_secs));
        let seconds = |share| quantile(&nights, share).map(|span| span.as_nanos() / 1_000_000_000);
        assert_eq!([0.5, 0.75, 0.9].map(seconds), [Some(2), Some(3), None]);
        assert_eq!(quantile(&[], 0.5), None);
    }
}
