//! Which conclusions survive another model of confidence: the same looks, judged anew.
//!
//! A party that was confident looked no further, so that a stricter model does not know what it
//! would have seen: every number is a range, and what its ends decide differently is open.

use super::claims::{Standing, decide};
use super::compare::Comparison;
use super::single::Pair;
use crate::measure::{CAUSE_NAMES, CAUSES, Event, Held, Measurement, Tally};
use crate::scenario::check::{Bound, Check, Relation, Stat, Subject};
use crate::scenario::claim::{Axis, Claim, Holds, Side};
use crate::trust::{VARIANTS, Variant};

/// From the least to the most that something may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// If nobody who looked no further counts.
    pub least: f64,
    /// If all of them count.
    pub most: f64,
}

/// Something that the declared model says, and whether other models say it as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    /// What is said.
    pub what: String,
    /// By variant, the declared one first; `None` where the looks do not tell.
    pub holds: [Option<bool>; VARIANTS],
}

impl Conclusion {
    /// Whether it holds as declared.
    pub fn is_held(&self) -> bool {
        self.holds[0] == Some(true)
    }

    /// The variants that say otherwise than the declared one.
    pub fn against(&self) -> Vec<usize> {
        self.variants(|holds| holds.is_some() && holds != self.holds[0])
    }

    /// The variants of which the looks do not tell.
    pub fn open(&self) -> Vec<usize> {
        self.variants(|holds| holds.is_none())
    }

    fn variants(&self, is_wanted: impl Fn(Option<bool>) -> bool) -> Vec<usize> {
        (0..VARIANTS).filter(|at| is_wanted(self.holds[*at])).collect()
    }
}

/// The declared model of a run and its variants; nothing where nobody relies on anything.
pub fn variants_of(pair: &Pair) -> Option<[Variant; VARIANTS]> {
    pair.scenario.trust.as_ref().map(|trust| trust.model.variants())
}

/// The share that a variant of the model would have been confident in, in a phase.
pub fn confident_share(of: &Measurement, phase: usize, variant: usize) -> Option<Range> {
    scaled(&of.phases[phase], Stat::Share, held(Event::Confident, &of.phases[phase], variant)?)
}

/// What a run says of trust: against its twin, of the cause, and by its thresholds.
pub fn conclusions(pair: &Pair) -> Vec<Conclusion> {
    if pair.scenario.trust.is_none() {
        return Vec::new();
    }
    let against_twin = fewer_than_in_twin(pair);
    let cause = main_cause(pair);
    let thresholds = pair.scenario.thresholds.iter();
    let thresholds = thresholds.filter_map(|threshold| threshold_anew(pair, &threshold.check));
    against_twin.into_iter().chain(cause).chain(thresholds).collect()
}

fn fewer_than_in_twin(pair: &Pair) -> Option<Conclusion> {
    let (run, twin) = (&pair.run.measurement, &pair.twin.as_ref()?.measurement);
    let focus = pair.least_trusted();
    let phase = run.phase(focus)?;
    let what = format!("\"fewer are confident in {focus} than in the twin\"");
    let holds = |variant| {
        let here = confident_share(run, phase, variant)?;
        compare(here, Relation::Less, confident_share(twin, phase, variant)?)
    };
    Some(Conclusion { what, holds: std::array::from_fn(holds) })
}

/// Which cause the most of what was proven and not trusted is put down to.
fn main_cause(pair: &Pair) -> Option<Conclusion> {
    let focus = pair.least_trusted();
    let tally = &pair.run.measurement.phases[pair.run.measurement.phase(focus)?];
    let declared = tally.trust.variants[0].causes;
    let main = (0..CAUSES.len()).max_by_key(|cause| (declared[*cause], CAUSES.len() - cause))?;
    let what = format!("\"most of the trust_gap in {focus} is {}\"", CAUSE_NAMES[main]);
    let holds = |variant: usize| is_most(main, &tally.trust.variants[variant]);
    let holds = std::array::from_fn(holds);
    (declared[main] > 0).then_some(Conclusion { what, holds })
}

/// Whether that cause has more than half of all, whatever became of those that are open.
fn is_most(cause: usize, held: &Held) -> Option<bool> {
    let all: u64 = held.causes.iter().sum();
    let one = held.causes[cause];
    decided(2 * one > all + held.open, 2 * (one + held.open) <= all + held.open)
}

/// `None` if the check is about something that models share, or that a range says nothing of.
fn threshold_anew(pair: &Pair, check: &Check) -> Option<Conclusion> {
    let subject = check.subject();
    if !is_judged_anew(subject) {
        return None;
    }
    let of = |measurement: &Measurement, variant| value(measurement, subject, variant);
    let holds = |variant: usize| {
        let bound = match check.bound {
            Bound::Value(value) => Range { least: value, most: value },
            Bound::TimesTwin(times) => of(pair.twin_measurement()?, variant)?.times(times),
        };
        compare(of(&pair.run.measurement, variant)?, check.relation, bound)
    };
    let what = format!("`{}`", check.text);
    Some(Conclusion { what, holds: std::array::from_fn(holds) })
}

/// Whether a subject is a share or a number of those who were confident or were not, in a phase.
pub fn is_judged_anew(subject: Subject<'_>) -> bool {
    let is_counted = matches!(subject.stat, Stat::Count | Stat::Share | Stat::Per10k);
    is_counted && subject.window.is_none() && trusted(subject.metric).is_some()
}

/// What the variants of a comparison say of one another under each model: who is trusted most,
/// and the claims.
pub fn claims_anew(comparison: &Comparison) -> Vec<Conclusion> {
    let Some(first) = comparison.runs.first().and_then(|runs| runs.first()) else {
        return Vec::new();
    };
    let claims = first.scenario.claims.iter();
    let claims = claims.filter_map(|claim| claim_anew(claim, comparison));
    most_trusted(comparison, first.focus()).into_iter().chain(claims).collect()
}

/// The variant that is trusted more than every other, if the seeds show one.
fn most_trusted(comparison: &Comparison, phase: &str) -> Option<Conclusion> {
    let found = comparison.labels.iter().find_map(|best| {
        let others = comparison.labels.iter().filter(|label| *label != best);
        let claims: Vec<Claim> =
            others.map(|other| trusted_more(best, other, &comparison.axis, phase)).collect();
        let holds = |variant| {
            let each = claims.iter().map(|claim| standing_with(claim, comparison, variant));
            let each: Vec<Option<bool>> = each.collect();
            let fails = each.contains(&Some(false));
            decided(each.iter().all(|holds| *holds == Some(true)), fails)
        };
        let is_best = !claims.is_empty() && holds(0) == Some(true);
        is_best.then(|| (best, std::array::from_fn(holds)))
    });
    let (best, holds) = found?;
    Some(Conclusion { what: format!("\"{best} is trusted most in {phase}\""), holds })
}

fn trusted_more(one: &str, other: &str, axis: &str, phase: &str) -> Claim {
    let text = format!("share(confident) in {phase}: {one} > {other}");
    let holds = Holds {
        text: text.clone(),
        stat: Stat::Share,
        metric: "confident".to_owned(),
        window: None,
        phase: Some(phase.to_owned()),
        left: one.to_owned(),
        relation: Relation::More,
        right: Side::Variant { times: 1.0, label: other.to_owned(), plus: 0.0 },
    };
    let values = vec![one.to_owned(), other.to_owned()];
    Claim { text, by: Axis { path: axis.to_owned(), values }, holds }
}

/// The mean over seeds of the share that each variant of a comparison is trusted with.
pub fn mean_confident(runs: &[Pair], phase: &str, variant: usize) -> Option<Range> {
    let share = |pair: &Pair| {
        let run = &pair.run.measurement;
        confident_share(run, run.phase(phase)?, variant)
    };
    let shares: Option<Vec<Range>> = runs.iter().map(share).collect();
    let shares = shares.filter(|shares| !shares.is_empty())?;
    let mean = |of: fn(&Range) -> f64| shares.iter().map(of).sum::<f64>() / shares.len() as f64;
    Some(Range { least: mean(|share| share.least), most: mean(|share| share.most) })
}

fn claim_anew(claim: &Claim, comparison: &Comparison) -> Option<Conclusion> {
    let is_of_axis = claim.by.path == comparison.axis;
    if !is_of_axis || !is_judged_anew(claim.holds.subject()) {
        return None;
    }
    let holds = |variant| standing_with(claim, comparison, variant);
    Some(Conclusion { what: format!("\"{}\"", claim.text), holds: std::array::from_fn(holds) })
}

/// How a claim stands at both ends of what it is about; nothing if they differ.
fn standing_with(claim: &Claim, comparison: &Comparison, variant: usize) -> Option<bool> {
    let ranges = |label: &str| -> Option<Vec<Range>> {
        let at = comparison.labels.iter().position(|known| known == label)?;
        let runs = comparison.runs[at].iter();
        runs.map(|pair| value(&pair.run.measurement, claim.holds.subject(), variant)).collect()
    };
    let left = ranges(&claim.holds.left)?;
    let right = match &claim.holds.right {
        Side::Value(value) => vec![Range { least: *value, most: *value }; left.len()],
        Side::Variant { times, label, plus } => {
            let each = ranges(label)?.into_iter();
            each.map(|range| range.times(*times).plus(*plus)).collect()
        }
    };
    let ends = |left: Vec<f64>, right: Vec<f64>| {
        let some = |values: Vec<f64>| values.into_iter().map(Some).collect();
        decide(claim, some(left), some(right)).standing
    };
    let least = |of: &[Range]| of.iter().map(|range| range.least).collect::<Vec<_>>();
    let most = |of: &[Range]| of.iter().map(|range| range.most).collect::<Vec<_>>();
    match (ends(least(&left), most(&right)), ends(most(&left), least(&right))) {
        (Standing::Holds, Standing::Holds) => Some(true),
        (Standing::Fails, Standing::Fails) => Some(false),
        _ => None,
    }
}

/// What a subject comes to in a run with that variant of the model.
fn value(of: &Measurement, subject: Subject<'_>, variant: usize) -> Option<Range> {
    let phase = subject.phase.map_or(Some(0), |name| of.phase(name))?;
    let tally = &of.phases[phase];
    scaled(tally, subject.stat, held(trusted(subject.metric)?, tally, variant)?)
}

/// The event, if a model decides about it.
fn trusted(metric: &str) -> Option<Event> {
    let is_trusted = |event: &Event| {
        matches!(event, Event::Confident | Event::TrustGap) || CAUSES.contains(event)
    };
    Event::find(metric).filter(is_trusted)
}

/// How often an event happens with that variant of the model.
fn held(event: Event, tally: &Tally, variant: usize) -> Option<Range> {
    let Held { confident, open, causes } = tally.trust.variants[variant];
    let least = match event {
        Event::Confident => confident,
        Event::TrustGap => causes.iter().sum(),
        cause => causes[CAUSES.iter().position(|known| *known == cause)?],
    };
    Some(Range { least: least as f64, most: (least + open) as f64 })
}

/// A number of events as a statistic.
fn scaled(tally: &Tally, stat: Stat, count: Range) -> Option<Range> {
    let relied = tally.count(Event::Relied);
    let times = match stat {
        Stat::Share => 1.0 / relied as f64,
        Stat::Per10k => 10_000.0 / relied as f64,
        _ => 1.0,
    };
    (relied > 0).then(|| count.times(times))
}

impl Range {
    fn times(self, factor: f64) -> Self {
        Self { least: self.least * factor, most: self.most * factor }
    }

    fn plus(self, more: f64) -> Self {
        Self { least: self.least + more, most: self.most + more }
    }
}

/// Whether a relation holds wherever both are in their ranges; nothing if that depends.
fn compare(left: Range, relation: Relation, right: Range) -> Option<bool> {
    match relation {
        Relation::Less => decided(left.most < right.least, left.least >= right.most),
        Relation::AtMost => decided(left.most <= right.least, left.least > right.most),
        Relation::AtLeast => decided(left.least >= right.most, left.most < right.least),
        Relation::More => decided(left.least > right.most, left.most <= right.least),
        Relation::Equal => {
            let apart = left.most < right.least || left.least > right.most;
            let points = left.least == left.most && right.least == right.most;
            decided(points && !apart, apart)
        }
    }
}

const fn decided(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests;
