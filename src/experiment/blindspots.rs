//! Every fault of the vocabulary alone: which rule sees it, and who else.

mod trials;

use super::sighting::{Sighting, quantile, sightings};
use super::single::twin_of;
use crate::kernel::Span;
use crate::ordering::Catalogue;
use crate::scenario::model::Scenario;
use crate::simulation::Options;
use crate::trace::AlertStage;

pub use trials::{LASTS, Trial, trials};

/// What became of every fault.
#[derive(Clone, Debug, PartialEq)]
pub struct BlindSpots {
    /// In the order of the vocabulary.
    pub spots: Vec<Spot>,
    /// Names of the rules that look at something, by place.
    pub rules: Vec<String>,
    /// Rules that fired in no night, calm or not, by place.
    pub never: Vec<u16>,
    /// Calm nights, and in how many of them a rule fired.
    pub calm: (usize, usize),
    /// At which ticket users are heard.
    pub tickets: u32,
    /// Nights of each fault.
    pub seeds: usize,
    /// Faults of the vocabulary that this scenario has no target for, with the reason.
    pub without: Vec<(String, String)>,
}

/// One fault on one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// What goes wrong.
    pub fault: String,
    /// Whom it strikes.
    pub target: String,
    /// The rule that was first in most nights, and the median over nights of when any rule first
    /// fired; `None` if in at least half of the nights none did.
    pub first: Option<(u16, Span)>,
    /// The median of validators' first suspicion.
    pub validators: Option<Span>,
    /// The median of when users were heard.
    pub users: Option<Span>,
    /// Nights in which the fault did something.
    pub nights: usize,
    /// Of those, in how many a rule fired.
    pub seen: usize,
    /// Nights in which a rule fired before the fault.
    pub false_alarms: usize,
    /// What is to be said of it.
    pub verdict: Seen,
}

/// Whether rules see a fault.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// A rule fires in more than half of the nights, and in good time before the users.
    InTime,
    /// A rule fires, but less than [`CLOSE`] before the users, or after them.
    Close,
    /// In at least half of the nights no rule fires.
    Blind,
    /// The fault did nothing that any metric shows, so nothing was tested; why.
    Inconclusive(String),
}

/// A lead of less is no time to act: twice the usual round of a monitor.
pub const CLOSE: Span = Span::from_secs(30);

impl BlindSpots {
    /// Nights with a fault in which a rule fired; nights with a fault that did something; nights
    /// in which a rule fired with nothing wrong.
    pub fn counts(&self) -> (usize, usize, usize) {
        let seen = self.spots.iter().map(|spot| spot.seen).sum();
        let nights = self.spots.iter().map(|spot| spot.nights).sum();
        let early: usize = self.spots.iter().map(|spot| spot.false_alarms).sum();
        (seen, nights, self.calm.1 + early)
    }
}

/// Runs every fault that has a scenario over these seeds, and the calm twin of each seed. A run
/// that fails makes its night inconclusive.
///
/// # Errors
/// If no fault has a scenario.
pub fn blind_spots(
    found: Vec<Trial>,
    (catalogue, seeds): (&Catalogue, &[u64]),
    (options, threads): (Options, usize),
    progress: impl FnMut(usize, usize),
) -> Result<BlindSpots, String> {
    let (mut trials, mut without) = (Vec::new(), Vec::new());
    for Trial { fault, target, scenario } in found {
        match scenario {
            Ok(scenario) => trials.push((fault, target, scenario)),
            Err(why) => without.push((format!("{fault} {target}"), why)),
        }
    }
    let Some((_, _, any)) = trials.first() else {
        return Err("no fault of the vocabulary has a target in this scenario".to_owned());
    };
    let ops = any.ops.as_ref();
    let rules: Vec<String> =
        ops.map_or(Vec::new(), |ops| ops.alerts.iter().map(|rule| rule.name.clone()).collect());
    let tickets = ops.map_or(0, |ops| ops.people.tickets);
    let calm = twin_of(any);
    let nights = std::iter::once(&calm).chain(trials.iter().map(|(_, _, scenario)| &**scenario));
    let with_seed = |scenario: &Scenario, seed: u64| Scenario { seed, ..scenario.clone() };
    let all: Vec<Scenario> =
        nights.flat_map(|night| seeds.iter().map(move |seed| with_seed(night, *seed))).collect();
    let failed = |why: String| Sighting {
        did_not_occur: Some(format!("the run failed: {why}")),
        ..Sighting::default()
    };
    let seen = sightings(all, catalogue, options, threads, progress).into_iter();
    let seen: Vec<Sighting> = seen.map(|seen| seen.unwrap_or_else(failed)).collect();
    let has_fired = |rule: &u16| {
        let changes = seen.iter().flat_map(|night| &night.changes);
        let mut fired = changes.filter(|change| change.stage == AlertStage::Firing);
        fired.any(|change| change.rule == *rule)
    };
    let never = (0..rules.len() as u16).filter(|rule| !has_fired(rule)).collect();
    let mut by_night = seen.chunks(seeds.len());
    let calm = by_night.next().unwrap_or_default();
    let alarms = calm.iter().filter(|night| night.false_alarms() > 0).count();
    let spots = trials.iter().zip(by_night);
    Ok(BlindSpots {
        spots: spots
            .map(|((fault, target, _), nights)| judge(fault, target, nights, calm))
            .collect(),
        rules,
        never,
        calm: (seeds.len(), alarms),
        tickets,
        seeds: seeds.len(),
        without,
    })
}

/// Why a fault did nothing in a night, if so: it says so itself, or no metric differs from the calm
/// twin's.
fn nothing(night: &Sighting, calm: &Sighting) -> Option<String> {
    let same = || {
        let is_same = !night.measured.is_empty() && night.measured == calm.measured;
        is_same.then(|| "it changed nothing that any metric shows".to_owned())
    };
    night.did_not_occur.clone().or_else(same)
}

fn judge(fault: &str, target: &str, nights: &[Sighting], calm: &[Sighting]) -> Spot {
    let whys: Vec<Option<String>> =
        nights.iter().zip(calm).map(|(night, calm)| nothing(night, calm)).collect();
    let bit = nights.iter().zip(&whys).filter(|(_, why)| why.is_none());
    let bit: Vec<&Sighting> = bit.map(|(night, _)| night).collect();
    let median = |of: &dyn Fn(&Sighting) -> Option<Span>| {
        let each: Vec<Option<Span>> = bit.iter().map(|night| of(night)).collect();
        // Half of the nights are not most of them: the upper median.
        quantile(&each, 0.5 + 1e-9)
    };
    let after = median(&|night| night.first().map(|(_, after)| after));
    let firsts = bit.iter().filter_map(|night| night.first()).map(|(rule, _)| rule);
    let first = after.and_then(|after| Some((most_common(firsts)?, after)));
    let users = median(&|night| night.users);
    let verdict = match (bit.len(), after, users) {
        (0, ..) => {
            let why = whys.into_iter().flatten().next().unwrap_or_default();
            Seen::Inconclusive(why.trim_start_matches("fault `trial` ").to_owned())
        }
        (_, None, _) => Seen::Blind,
        (_, Some(after), Some(users)) if after + CLOSE > users => Seen::Close,
        (_, Some(_), _) => Seen::InTime,
    };
    Spot {
        fault: fault.to_owned(),
        target: target.to_owned(),
        first,
        validators: median(&|night| night.validators),
        users,
        nights: bit.len(),
        seen: bit.iter().filter(|night| night.first().is_some()).count(),
        false_alarms: nights.iter().filter(|night| night.false_alarms() > 0).count(),
        verdict,
    }
}

/// The most common rule; of equals, the first by place.
fn most_common(rules: impl Iterator<Item = u16>) -> Option<u16> {
    let mut counts = std::collections::BTreeMap::new();
    rules.for_each(|rule| *counts.entry(rule).or_insert(0_usize) += 1);
    counts
        .into_iter()
        .max_by_key(|(rule, count)| (*count, std::cmp::Reverse(*rule)))
        .map(|(r, _)| r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::VirtualTime;

    use super::super::sighting::Change;

    /// Nights as `rule@seconds users`, `-` for never, `x` for a fault that did nothing.
    fn spot(nights: &str) -> Spot {
        let onset = VirtualTime::ZERO + Span::from_secs(100);
        let night = |text: &str| {
            let (rule, users) = text.split_once(' ').expect("a night has two words");
            let change = rule.split_once('@').map(|(rule, at)| Change {
                rule: rule.parse().expect("a rule is a number"),
                stage: AlertStage::Firing,
                at: onset + Span::from_secs(at.parse().expect("seconds")),
                value: 1.0,
            });
            Sighting {
                changes: change.into_iter().collect(),
                onset: Some(onset),
                users: users.parse().ok().map(Span::from_secs),
                did_not_occur: (rule == "x").then(|| "nothing passed".to_owned()),
                ..Sighting::default()
            }
        };
        let nights: Vec<Sighting> = nights.split(", ").map(night).collect();
        judge("stall", "router-1", &nights, &vec![Sighting::default(); nights.len()])
    }

    #[test]
    fn a_fault_that_no_metric_shows_tests_nothing() {
        use crate::measure::Measured;
        let night = |value| {
            let measured = vec![Measured::Value(value)];
            Sighting { measured, ..Sighting::default() }
        };
        let verdict = |value| judge("stall", "router-1", &[night(value)], &[night(1.0)]).verdict;
        let nothing = "it changed nothing that any metric shows".to_owned();
        assert_eq!(verdict(1.0), Seen::Inconclusive(nothing));
        assert_eq!(verdict(1.5), Seen::Blind);
    }

    #[test]
    fn a_fault_is_seen_in_time_or_close_or_not_at_all() {
        assert_eq!(spot("0@45 106, 0@60 110, 0@60 120").verdict, Seen::InTime);
        assert_eq!(spot("0@45 -, 0@60 -").verdict, Seen::InTime, "nobody complains");
        assert_eq!(spot("0@80 106, 0@90 88").verdict, Seen::Close);
        assert_eq!(spot("- 240, - 200, 1@30 200").verdict, Seen::Blind);
        assert_eq!(spot("- 240, 1@30 200").verdict, Seen::Blind, "half is not most");
        assert_eq!(spot("- -, - -").verdict, Seen::Blind, "nor do users see it");
        let nothing = Seen::Inconclusive("nothing passed".to_owned());
        assert_eq!(spot("x -, x -").verdict, nothing);
        let some = spot("x -, 1@30 -, 2@20 -, 2@40 -");
        assert_eq!((some.nights, some.seen, &some.verdict), (3, 3, &Seen::InTime));
        assert_eq!(some.first, Some((2, Span::from_secs(30))));
    }
}
