//! Unit tests for exported rules, for `promtool test rules`: silent until the condition has held
//! for as long as it did in the run, then firing.

use std::fmt::Write;

use super::promql::duration;
use super::quoted::quoted;
use super::solve::{Way, kept_labels};
use super::write::{Exported, Group, first, window};
use crate::kernel::Span;
use crate::ops::{Burn, Condition, Sense};

/// When a rule fired in a run, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// From the round in which its condition first held to the one in which it fired.
    pub waited: Span,
    /// What the condition looked at in the first of them: a gauge's unit, or a multiple of a
    /// budget.
    pub pending: f64,
    /// The same when it fired.
    pub firing: f64,
}

/// The tests of one file, and the rules for which no samples were found.
pub fn tests(
    file: &str,
    group: Group<'_>,
    rules: &[(Exported<'_>, Moment)],
) -> (String, Vec<String>) {
    let interval = duration(group.interval);
    let mut text = format!(
        "# Drawn from the run: each rule is silent until its condition has held as long as it did\n\
         # there, and fires then. What came before is half of the bound, or twice.\n\
         rule_files:\n  - {}\nevaluation_interval: {interval}\ntests:\n",
        quoted(file)
    );
    let mut without = Vec::new();
    for (exported, moment) in rules {
        match Case::of(exported, *moment, group) {
            // Writing into a String cannot fail.
            Some(case) => case.write(&mut text, exported, group).unwrap_or_default(),
            None => without.push(exported.rule.name.clone()),
        }
    }
    (text, without)
}

/// One test: samples round by round.
struct Case {
    series: Vec<(String, Vec<f64>)>,
    /// The last round in which it is silent.
    silent: usize,
    /// The round in which it fires.
    fires: usize,
    labels: Vec<(String, String)>,
}

impl Case {
    fn of(exported: &Exported<'_>, moment: Moment, group: Group<'_>) -> Option<Self> {
        let story = Story::of(&exported.rule.when, moment, group);
        let mut ways = Way::all(&story.expr).into_iter();
        ways.find_map(|way| Self::by(&way, &story, exported, (moment.waited, group)))
    }

    /// The test with one selector varied; `None` if its samples cannot be so.
    fn by(
        way: &Way,
        story: &Story,
        exported: &Exported<'_>,
        (waited, group): (Span, Group<'_>),
    ) -> Option<Self> {
        let waited = (waited.as_nanos() / group.interval.as_nanos().max(1)) as usize;
        // So that the longest window is full, and nothing was before it.
        let begins = story.rounds + 2;
        let fires = begins + waited;
        let round = |round: usize| match round {
            round if round < begins => story.quiet,
            round if round < fires => story.pending,
            _ => story.firing,
        };
        let seconds = group.interval.as_secs_f64();
        let is_slow = way.all[way.varied].is_rate && story.falls && story.rounds > 1;
        let mut series = Vec::new();
        for (place, selected) in way.all.iter().enumerate() {
            for instance in 0..way.instances {
                let is_varied = place == way.varied && instance == 0;
                let base = way.bases[place];
                let at = |number: usize, value: f64| match is_varied {
                    true => way.solve(value, number as f64 * seconds),
                    false => Some(base),
                };
                let levels = (0..=fires + 1).map(|number| at(number, round(number)));
                let levels: Vec<f64> = levels.collect::<Option<_>>()?;
                let values = match selected.is_rate {
                    true if is_varied => {
                        counted(&bent(levels, begins, story.rounds, is_slow)?, seconds)
                    }
                    true => counted(&levels, seconds),
                    false => levels,
                };
                series.push((selected.series(instance), values));
            }
        }
        let mut labels = exported.labels();
        labels.extend(kept_labels(&story.expr));
        labels.sort();
        Some(Self { series, silent: fires - 1 - usize::from(is_slow), fires, labels })
    }

    fn write(
        &self,
        to: &mut String,
        exported: &Exported<'_>,
        group: Group<'_>,
    ) -> std::fmt::Result {
        let at = |round: usize| duration(group.interval * round as u64);
        writeln!(to, "  - name: {}", quoted(&exported.rule.name))?;
        writeln!(to, "    interval: {}\n    input_series:", duration(group.interval))?;
        for (name, values) in &self.series {
            writeln!(to, "      - series: {}", quoted(name))?;
            writeln!(to, "        values: {}", quoted(&notation(values)))?;
        }
        writeln!(to, "    alert_rule_test:")?;
        let alert = quoted(&exported.alert());
        writeln!(to, "      - eval_time: {}\n        alertname: {alert}", at(self.silent))?;
        writeln!(to, "        exp_alerts: []")?;
        writeln!(to, "      - eval_time: {}\n        alertname: {alert}", at(self.fires))?;
        writeln!(to, "        exp_alerts:\n          - exp_labels:")?;
        for (label, value) in &self.labels {
            writeln!(to, "              {label}: {}", quoted(value))?;
        }
        writeln!(to, "            exp_annotations:")?;
        writeln!(to, "              summary: {}", quoted(&exported.summary))
    }
}

/// What a condition looks at, in the unit of its expression.
struct Story {
    expr: String,
    quiet: f64,
    pending: f64,
    firing: f64,
    /// Rounds in the longest window.
    rounds: usize,
    /// It fires below its bound.
    falls: bool,
}

impl Story {
    fn of(when: &Condition, moment: Moment, group: Group<'_>) -> Self {
        let rounds = |window: Span| {
            (window.as_nanos().div_ceil(group.interval.as_nanos().max(1))).max(1) as usize
        };
        match when {
            Condition::Compare { gauge, over, sense, bound } => {
                let said = first(*gauge, group);
                let window = window(*over, group.interval);
                // Traces keep thousandths, which may lie on the bound.
                let beyond = |value: f64| match sense.holds(value, *bound) {
                    true => value / said.scale,
                    false => beyond(*sense, *bound) / said.scale,
                };
                Self {
                    expr: said.over(window),
                    quiet: quiet(*sense, *bound) / said.scale,
                    pending: beyond(moment.pending),
                    firing: beyond(moment.firing),
                    rounds: if gauge.is_rate() { rounds(window) } else { 1 },
                    falls: matches!(sense, Sense::Below | Sense::AtMost),
                }
            }
            Condition::Burn(Burn { objective, factor, long, .. }) => {
                let said = first(crate::ops::Gauge::Bad, group);
                let unit = (1.0 - objective) / said.scale;
                let beyond = |value: f64| value.max(factor * 1.01) * unit;
                Self {
                    expr: said.over(*long),
                    quiet: 0.0,
                    pending: beyond(moment.pending),
                    firing: beyond(moment.firing),
                    rounds: rounds(*long),
                    falls: false,
                }
            }
        }
    }
}

/// On the quiet side of a bound.
fn quiet(sense: Sense, bound: f64) -> f64 {
    match sense {
        Sense::Above | Sense::AtLeast if bound > 0.0 => bound / 2.0,
        Sense::Above | Sense::AtLeast => bound,
        Sense::Below | Sense::AtMost if bound > 0.0 => bound * 2.0,
        Sense::Below | Sense::AtMost => bound + 1.0,
    }
}

/// Just on the other side.
fn beyond(sense: Sense, bound: f64) -> f64 {
    match sense {
        Sense::Above | Sense::AtLeast => bound * 1.01 + 1e-6,
        Sense::Below | Sense::AtMost => bound * 0.99,
    }
}

/// Rates round by round under which the mean of a window is as wanted from `begins` on. It rises by
/// a round that makes up for all the others of the window, and falls as the window moves on.
fn bent(mut rates: Vec<f64>, begins: usize, rounds: usize, is_slow: bool) -> Option<Vec<f64>> {
    let (quiet, held) = (rates[begins - 1], rates[begins..].iter().copied());
    if is_slow {
        let low = held.fold(f64::INFINITY, f64::min);
        if low >= quiet {
            return None;
        }
        let since = begins + 1 - rounds.min(begins);
        rates[since..].fill(low);
        // High enough for the mean to lie over the bound until the last high round has gone.
        let high = quiet * rounds as f64;
        rates[..since].fill(high);
        return Some(rates);
    }
    // The greatest, where the mean rises with the rate; the least, where it falls.
    let wanted = held.clone().fold(f64::NEG_INFINITY, f64::max);
    let least = held.fold(f64::INFINITY, f64::min);
    let wanted = if wanted >= quiet { wanted } else { least };
    let jump = rounds as f64 * wanted - (rounds as f64 - 1.0) * quiet;
    rates[begins..].fill(wanted);
    rates[begins] = jump;
    (jump >= 0.0).then_some(rates)
}

/// A counter with these rates per second.
fn counted(rates: &[f64], seconds: f64) -> Vec<f64> {
    let mut counter = 1_000.0;
    let mut values = Vec::with_capacity(rates.len());
    for rate in rates {
        counter += rate * seconds;
        values.push(counter);
    }
    values
}

/// Samples as tests write them: `1+0x9 25 40`.
fn notation(values: &[f64]) -> String {
    let round = |value: f64| (value * 1e6).round() / 1e6;
    let mut parts = Vec::new();
    let mut at = 0;
    while at < values.len() {
        let step = values.get(at + 1).map_or(0.0, |next| round(next - values[at]));
        let even = values[at..].windows(2).take_while(|two| round(two[1] - two[0]) == step);
        let steps = even.count();
        let start = round(values[at]);
        parts.push(match steps {
            0 | 1 => start.to_string(),
            _ if step < 0.0 => format!("{start}-{}x{steps}", -step),
            _ => format!("{start}+{step}x{steps}"),
        });
        at += if steps > 1 { steps + 1 } else { 1 };
    }
    parts.join(" ")
}
