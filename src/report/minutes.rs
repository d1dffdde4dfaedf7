//! What variants of operations cost users: bad minutes, beside the first variant.

use crate::experiment::{Comparison, Pair};
use crate::measure::statistics::{mean, mean_interval};
use crate::measure::{Measured, Statistic};

/// How sure the intervals are.
const CONFIDENCE: f64 = 0.95;

/// A line for every variant: the mean over seeds, the paired difference to the first variant, and
/// what else is worth a word. Nothing where nobody watches and nothing went wrong.
pub(super) fn minutes_lines(comparison: &Comparison) -> Vec<String> {
    let is_run = |pair: &Pair| pair.scenario.ops.is_some() && !pair.scenario.faults.is_empty();
    if !comparison.runs.iter().flatten().any(is_run) {
        return Vec::new();
    }
    let minutes: Vec<Vec<f64>> = comparison.runs.iter().map(|runs| each(runs)).collect();
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

/// Bad minutes by seed.
fn each(runs: &[Pair]) -> Vec<f64> {
    let of = |pair: &Pair| {
        let twin = pair.twin_measurement()?;
        pair.run.measurement.beside_twin("bad_minutes", twin)?.value()
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
        twin.and_then(|twin| pair.run.measurement.beside_twin("mttr", twin))
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
