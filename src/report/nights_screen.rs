//! Many nights of one trouble: when each moment came, beside when it really did.

use std::fmt::Write;

use super::format::{many, number, span as spelt, wall};
use crate::experiment::{Band, Comparison, Pair, first_noticer, is_in_order, moments};
use crate::kernel::Span;
use crate::measure::statistics::mean_interval;
use crate::measure::{Measured, PARTS, Statistic};
use crate::scenario::model::{Milestone, Scenario};

/// The moments of many nights, and the files that were written.
pub fn nights_screen(comparison: &Comparison, files: &str, wall_secs: f64) -> String {
    let mut text = String::new();
    let Some(nights) = comparison.runs.first() else { return text };
    // Writing into a String cannot fail.
    let _ = write_nights(&mut text, nights)
        .and_then(|()| {
            writeln!(text, "\n{} in {}", many(nights.len() as f64, "night"), wall(wall_secs))
        })
        .and_then(|()| writeln!(text, "files  {files}"));
    text
}

fn write_nights(to: &mut String, nights: &[Pair]) -> std::fmt::Result {
    let Some(first) = nights.first() else { return Ok(()) };
    let history = &first.scenario.history;
    let real = if history.is_empty() { "" } else { "it was" };
    writeln!(
        to,
        "{:<22} {:>9}    {:<24} {real}",
        format!("{}, {}", first.scenario.name, many(nights.len() as f64, "night")),
        "median",
        "10-90 % of nights"
    )?;
    for (_, milestone) in Milestone::NAMES {
        let Some(band) = Band::of(&moments(nights, *milestone)) else { continue };
        let between = format!("{} to {}", time(band.low), time(band.high));
        let real = real_times(&first.scenario, *milestone, band);
        let name = words(*milestone);
        let line = format!("  {name:<20} {:>9}    {between:<24} {real}", time(band.median));
        writeln!(to, "{}", line.trim_end())?;
    }
    writeln!(to)?;
    writeln!(to, "noticed first  {}", first_noticers(nights))?;
    writeln!(to, "response       {}", parts(nights))?;
    if history.iter().filter(|row| row.event.is_some()).count() > 1 {
        let count = nights.iter().filter(|night| is_in_order(night, history)).count();
        writeln!(to, "order          the real one in {count} of {}", nights.len())?;
    }
    Ok(())
}

/// What a moment of a trouble is called.
pub(super) const fn words(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::Looked => "a user looks again",
        Milestone::Suspected => "a validator suspects",
        Milestone::Alerted => "an alert fires",
        Milestone::Users => "users are heard",
        Milestone::Detected => "detected",
        Milestone::Owned => "owned",
        Milestone::Mitigated => "mitigated",
        Milestone::Quiet => "alerts resolved",
        Milestone::Over => "over for users",
    }
}

/// A length of time in milliseconds, to the second.
pub(super) fn time(millis: f64) -> String {
    match millis.is_finite() {
        true => spelt(Span::from_secs((millis / 1_000.0).round() as u64)),
        false => "never".to_owned(),
    }
}

/// When it really came, and whether that lies inside; a run tells nothing of what came later.
fn real_times(scenario: &Scenario, milestone: Milestone, band: Band) -> String {
    let rows = scenario.history.iter().filter(|row| row.event == Some(milestone));
    let said = rows.map(|row| {
        let lies = match band.may_contain(row.at.as_millis_f64(), row.about.as_millis_f64()) {
            _ if row.at > scenario.duration => "longer than the run",
            true => "inside",
            false => "OUTSIDE",
        };
        let about = if row.about == Span::ZERO { "" } else { "about " };
        format!("{about}{}, {lies}", spelt(row.at))
    });
    said.collect::<Vec<_>>().join("; ")
}

/// Who was first in how many nights.
fn first_noticers(nights: &[Pair]) -> String {
    let firsts: Vec<Option<Milestone>> = nights.iter().map(first_noticer).collect();
    let share = |wanted: Option<Milestone>| {
        let count = firsts.iter().filter(|first| **first == wanted).count();
        (count > 0).then(|| number(count as f64 * 100.0 / nights.len() as f64))
    };
    let mut said: Vec<String> = crate::experiment::WATCHERS
        .into_iter()
        .filter_map(|watcher| Some(format!("{} in {} %", words(watcher), share(Some(watcher))?)))
        .collect();
    said.extend(share(None).map(|share| format!("nobody in {share} %")));
    said.join(", ")
}

/// The parts of the response on average, over nights that became quiet.
fn parts(nights: &[Pair]) -> String {
    let measured = PARTS.map(|part| (part, part_minutes(nights, part)));
    let quiet = measured[0].1.len();
    if quiet == 0 {
        return "no night became quiet: there is nothing to take apart".to_owned();
    }
    let each = measured.map(|(part, minutes)| {
        let name = part.trim_start_matches("response.");
        match mean_interval(&minutes, 0.95) {
            Some(mean) => {
                format!("{name} {:.1} ± {:.1}", mean.estimate, mean.high - mean.estimate)
            }
            None => format!("{name} {:.1}", minutes[0]),
        }
    });
    format!("{} min; mean of {quiet} that became quiet", each.join(", "))
}

/// A part of the response in minutes, night by night, of those that became quiet.
pub(super) fn part_minutes(nights: &[Pair], part: &str) -> Vec<f64> {
    let measured = nights.iter().map(|night| {
        night.run.measurement.value(part, Statistic::Max, 0, None).map(|millis| millis / 60_000.0)
    });
    measured.filter_map(Measured::value).collect()
}

/// What really happened, row by row, beside when it came in this run.
pub(super) fn beside_history(to: &mut String, night: &Pair) -> std::fmt::Result {
    let history = &night.scenario.history;
    if history.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{:<10} {:<52} here", "it was", "")?;
    for row in history {
        let came = row.event.and_then(|event| {
            let millis = crate::experiment::moment(night, event)?;
            Some(format!("{} {}", words(event), time(millis)))
        });
        let what = super::format::cut(&row.what, 52);
        let line = format!("{:<10} {what:<52} {}", spelt(row.at), came.unwrap_or_default());
        writeln!(to, "{}", line.trim_end())?;
    }
    let mut sources: Vec<&str> = history.iter().map(|row| row.source.as_str()).collect();
    sources.dedup();
    for source in sources.into_iter().filter(|source| !source.is_empty()) {
        writeln!(to, "           {source}")?;
    }
    Ok(())
}
