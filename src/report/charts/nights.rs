//! Charts of many nights: who noticed first, and what the response is made of.

use super::compared_frame;
use crate::experiment::{Band, Comparison, Pair, WATCHERS, first_noticer, moment, moments};
use crate::measure::PARTS;
use crate::measure::statistics::{Interval, mean, mean_interval};
use crate::report::chart::{Estimate, Parts, PartsBar, Race, Racer, Rendered};
use crate::report::nights_screen::{part_minutes, time, words};
use crate::scenario::model::Milestone;

/// Who noticed first in the nights of the first variant; `None` if nothing went wrong.
pub fn race_chart(comparison: &Comparison, command: &str) -> Option<Rendered> {
    let nights = comparison.runs.first().filter(|nights| are_troubled(nights))?;
    let firsts: Vec<Option<Milestone>> = nights.iter().map(first_noticer).collect();
    let racer = |watcher: Milestone| Racer {
        name: words(watcher).to_owned(),
        seconds: nights.iter().map(|night| seconds(night, watcher)).collect(),
        firsts: WATCHERS
            .contains(&watcher)
            .then(|| firsts.iter().filter(|first| **first == Some(watcher)).count()),
    };
    let all = std::iter::once(Milestone::Looked).chain(WATCHERS);
    let mut racers: Vec<Racer> = all.map(racer).collect();
    // The favourite stands on top, and who does not count below all.
    racers.sort_by_key(|racer| std::cmp::Reverse(racer.firsts.map_or(0, |firsts| firsts + 1)));
    let title = race_title(nights, &firsts);
    let frame = compared_frame(comparison, title, command, "a dot is a night, a bar the median");
    Race { frame, seeds: comparison.seeds.clone(), racers }.render().ok()
}

fn seconds(night: &Pair, watcher: Milestone) -> Option<f64> {
    moment(night, watcher).filter(|millis| millis.is_finite()).map(|millis| millis / 1_000.0)
}

fn race_title(nights: &[Pair], firsts: &[Option<Milestone>]) -> String {
    let count = |watcher| firsts.iter().filter(|first| **first == watcher).count();
    let best = WATCHERS.into_iter().max_by_key(|watcher| count(Some(*watcher)));
    let Some(best) = best.filter(|best| count(Some(*best)) > 0) else {
        return "Nobody notices in any night".to_owned();
    };
    let noun = match best {
        Milestone::Suspected => "A validator is",
        Milestone::Alerted => "The alert is",
        _ => "Users are",
    };
    let share = count(Some(best)) as f64 * 100.0 / nights.len() as f64;
    let median = Band::of(&moments(nights, best));
    let median = median
        .map_or(String::new(), |band| format!(", half of the time within {}", time(band.median)));
    format!("{noun} first in {share:.0} % of nights{median}")
}

/// What the response is made of, a bar for each variant with people and trouble; `None` if no
/// alert was resolved in any of them.
pub fn response_chart(comparison: &Comparison, command: &str) -> Option<Rendered> {
    let variants = comparison.labels.iter().zip(&comparison.runs);
    let bars: Vec<PartsBar> = variants
        .filter(|(_, nights)| are_troubled(nights))
        .map(|(label, nights)| bar(label, nights))
        .collect();
    let frame = compared_frame(comparison, parts_title(&bars)?, command, "means of nights, 95 %");
    let name = |part: &&str| part.trim_start_matches("response.").to_owned();
    Parts { frame, parts: PARTS.iter().map(name).collect(), bars }.render().ok()
}

fn are_troubled(nights: &[Pair]) -> bool {
    nights
        .iter()
        .any(|night| night.scenario.ops.is_some() && night.run.measurement.night.onset().is_some())
}

fn bar(label: &str, nights: &[Pair]) -> PartsBar {
    let parts = PARTS.map(|part| part_minutes(nights, part));
    let quiet = parts[0].len();
    let whole: Vec<f64> =
        (0..quiet).map(|night| parts.iter().map(|part| part[night]).sum()).collect();
    PartsBar {
        name: label.to_owned(),
        means: parts.iter().filter_map(|part| estimate(part)).collect(),
        whole: estimate(&whole),
        nights: format!("{quiet} of {} nights", nights.len()),
    }
}

/// The mean with its interval; one night has none.
fn estimate(values: &[f64]) -> Option<Estimate> {
    match mean_interval(values, 0.95) {
        Some(Interval { estimate, low, high }) => Some(Estimate { value: estimate, low, high }),
        None => mean(values).map(Estimate::exact),
    }
}

/// The part that takes longest in the first variant in which it ends at all, if any.
fn parts_title(bars: &[PartsBar]) -> Option<String> {
    const DOING: [&str; 5] = [
        "until anybody notices",
        "between the page and somebody who takes it",
        "until the first act",
        "between the first act and the last",
        "between the last act and the end of the alert",
    ];
    let (bar, whole) = bars.iter().find_map(|bar| Some((bar, bar.whole?)))?;
    let longest = bar.means.iter().zip(DOING).max_by(|a, b| a.0.value.total_cmp(&b.0.value))?;
    let (mean, doing) = longest;
    let minutes = format!("{:.1} of the {:.1} minutes pass {doing}", mean.value, whole.value);
    Some(match bars.len() {
        1 => minutes,
        _ => format!("{}: {minutes}", bar.name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, means: [f64; 5]) -> PartsBar {
        let whole: f64 = means.iter().sum();
        PartsBar {
            name: name.to_owned(),
            means: means.map(Estimate::exact).to_vec(),
            whole: (whole > 0.0).then(|| Estimate::exact(whole)),
            nights: String::new(),
        }
    }

    /// A variant in which it never ends says nothing about the others.
    #[test]
    fn the_title_is_about_a_variant_in_which_it_ends() {
        let (never, ends) = (bar("none", [0.0; 5]), bar("full", [1.0, 6.0, 4.0, 5.0, 0.5]));
        let pass = "6.0 of the 16.5 minutes pass between the page and somebody who takes it";
        let title = |bars: &[PartsBar]| parts_title(bars);
        assert_eq!(title(&[]), None);
        assert_eq!(title(std::slice::from_ref(&never)), None);
        assert_eq!(title(std::slice::from_ref(&ends)).as_deref(), Some(pass));
        assert_eq!(title(&[never, ends]), Some(format!("full: {pass}")));
    }
}
