//! What variants of operations cost users: bad minutes, beside the first variant.

use crate::experiment::{Comparison, Pair};
use crate::measure::statistics::{mean, mean_interval};
use crate::measure::{Measured, Statistic};
use crate::scenario::model::{Level, Ops, Scenario};

/// How sure the intervals are.
const CONFIDENCE: f64 = 0.95;

/// A line for every variant: the mean over seeds, the paired difference to the first variant, and
/// what else is worth a word. Nothing where nobody watches and nothing went wrong.
pub(super) fn minutes_lines(comparison: &Comparison) -> Vec<String> {
    let is_run = |pair: &Pair| pair.scenario.ops.is_some() && !pair.scenario.faults.is_empty();
    if !comparison.runs.iter().flatten().any(is_run) {
        return Vec::new();
    }
    let minutes: Vec<Vec<f64>> =
        comparison.runs.iter().map(|runs| each(runs, "bad_minutes")).collect();
    let width = comparison.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let line = |(place, label): (usize, &String)| {
        let average = mean(&minutes[place]);
        let average = average.map_or_else(|| "no data".to_owned(), |mean| format!("{mean:.1}"));
        let difference = difference(place, &minutes);
        let notes = notes(&comparison.runs[place]);
        let line = format!("  {label:<width$}  {average:>8}   {difference:<14} {notes}");
        line.trim_end().to_owned()
    };
    comparison.labels.iter().enumerate().map(line).collect()
}

/// To the first variant, on the same seeds.
fn difference(place: usize, minutes: &[Vec<f64>]) -> String {
    if place == 0 {
        return String::new();
    }
    let pairs = minutes[place].iter().zip(&minutes[0]);
    let differences: Vec<f64> = pairs.map(|(ours, first)| ours - first).collect();
    match mean_interval(&differences, CONFIDENCE) {
        Some(interval) => {
            let half = (interval.high - interval.low) / 2.0;
            format!("{:+.1} ± {half:.1}", interval.estimate)
        }
        None => "one seed".to_owned(),
    }
}

/// What two variants say together, each beside the first on the same nights: the gap that hope
/// leaves (capabilities B19), and what the hour costs (B1).
pub(super) fn together(comparison: &Comparison) -> Vec<String> {
    let Some((staffed, others)) = comparison.runs.split_first() else { return Vec::new() };
    let Some(own) = staffed.first().map(|pair| &pair.scenario) else { return Vec::new() };
    let other = |is_it: &dyn Fn(&Scenario) -> bool| {
        others.iter().find(|runs| runs.first().is_some_and(|pair| is_it(&pair.scenario)))
    };
    let is_alone = |ops: &Ops| ops.level == Level::None;
    let alone = other(&|scenario| scenario.ops.as_ref().is_some_and(is_alone));
    let later = other(&|scenario| scenario.clock != own.clock);
    let gap = alone.and_then(|runs| hope_gap(staffed, runs));
    let penalty = later.and_then(|runs| penalty(staffed, runs));
    gap.into_iter().chain(penalty).collect()
}

/// Bad minutes without people, less those with them.
fn hope_gap(staffed: &[Pair], alone: &[Pair]) -> Option<String> {
    let gaps = paired(staffed, alone, "bad_minutes");
    let gap =
        mean_interval(&gaps.iter().map(|(own, none)| none - own).collect::<Vec<_>>(), CONFIDENCE)?;
    let half = gap.high - gap.estimate;
    Some(format!(
        "hope_gap       {:+.1} ± {half:.1} bad minutes if nobody watches: what hope leaves",
        gap.estimate
    ))
}

/// How many times as long it lasts as twelve hours later: the geometric mean over nights.
fn penalty(staffed: &[Pair], later: &[Pair]) -> Option<String> {
    let pairs = paired(staffed, later, "mttr");
    let ended = pairs.iter().filter(|(own, other)| *own > 0.0 && *other > 0.0);
    let ratios: Vec<f64> = ended.map(|(own, other)| libm::log(own / other)).collect();
    let ratio = mean_interval(&ratios, CONFIDENCE)?;
    let [mean, low, high] = [ratio.estimate, ratio.low, ratio.high].map(libm::exp);
    Some(format!(
        "night_penalty  {mean:.2}x ({low:.2}x to {high:.2}x): mttr over that of twelve hours \
         later, {} of {} nights that ended",
        ratios.len(),
        staffed.len()
    ))
}

/// What both have of the same nights.
fn paired(first: &[Pair], second: &[Pair], metric: &str) -> Vec<(f64, f64)> {
    let pairs = each(first, metric).into_iter().zip(each(second, metric));
    pairs.filter(|(first, second)| first.is_finite() && second.is_finite()).collect()
}

/// A number of each night, beside its twin; not a number if there is none.
fn each(runs: &[Pair], metric: &str) -> Vec<f64> {
    let of = |pair: &Pair| {
        let twin = pair.twin_measurement()?;
        pair.run.measurement.beside_twin(metric, 0, twin)?.value()
    };
    runs.iter().map(|pair| of(pair).unwrap_or(f64::NAN)).collect()
}

/// What else is worth a word: never over, never owned, wrong hosts.
fn notes(runs: &[Pair]) -> String {
    let seeds = runs.len();
    let number_of =
        |wanted: &dyn Fn(&Pair) -> bool| runs.iter().filter(|pair| wanted(pair)).count();
    let moment =
        |pair: &Pair, metric: &str| pair.run.measurement.value(metric, Statistic::Max, 0, None);
    let lasting = number_of(&|pair| {
        let twin = pair.twin_measurement();
        twin.and_then(|twin| pair.run.measurement.beside_twin("mttr", 0, twin))
            == Some(Measured::Never)
    });
    let unowned = number_of(&|pair| moment(pair, "unowned") == Measured::Never);
    let wrong = number_of(&|pair| {
        let count = pair.run.measurement.value("wrong_acts", Statistic::Count, 0, None);
        count.value().is_some_and(|count| count > 0.0)
    });
    let say =
        |count: usize, what: &str| (count > 0).then(|| format!("{what} in {count} of {seeds}"));
    let by_users = number_of(&|pair| {
        let lead = moment(pair, "alert_lead").value();
        lead.is_some_and(|lead| lead < 0.0)
    });
    let words = [
        say(lasting, "not over when the run ends"),
        say(unowned, "never owned"),
        say(wrong, "a healthy host acted on"),
        say(by_users, "users heard first"),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    words.join(", ")
}
