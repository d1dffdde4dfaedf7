//! The screen of two stored results: what became of one quantity.

use std::fmt::Write;

use serde_json::{Value, json};

use super::compare_files::quoted;
use super::format::{duration, many, number};
use crate::experiment::{ClaimStanding, Shift};
use crate::measure::metric::{self, Better, Unit};
use crate::measure::statistics::{Interval, mean};
use crate::scenario::check::Sought;

/// A quantity of two results.
#[derive(Clone, Copy)]
pub struct GateView<'a> {
    /// Which.
    pub on: &'a Sought,
    /// By what share of what it was it may be worse; `None` if nobody asked.
    pub allowed: Option<f64>,
    /// Every variant that both have; one alone has no label.
    pub rows: &'a [(String, Shift)],
    /// The seeds that both have.
    pub seeds: &'a [u64],
    /// Where each is, and what made it.
    pub origins: [&'a str; 2],
    /// Whether their scenarios are not the same.
    pub is_another_scenario: bool,
}

impl GateView<'_> {
    /// Which way its quantity is better; a recovery if it is short.
    pub fn better(on: &Sought) -> Better {
        metric::find(&on.metric).map_or(Better::Lower, |metric| metric.better)
    }

    /// The gravest of its rows, if anybody asked: left open, then failed.
    pub fn standing(&self) -> ClaimStanding {
        let is = |standing| self.rows.iter().any(|(_, shift)| shift.standing == standing);
        match self.allowed {
            None => ClaimStanding::Holds,
            Some(_) if is(ClaimStanding::Open) => ClaimStanding::Open,
            Some(_) if is(ClaimStanding::Fails) => ClaimStanding::Fails,
            Some(_) => ClaimStanding::Holds,
        }
    }
}

/// The screen; its first line is the verdict. `exit` is the exit code.
pub fn gate_screen(view: GateView<'_>, exit: u8) -> String {
    let code = if exit > 0 { format!("   exit {exit}") } else { String::new() };
    let mut text = match view.rows {
        [(label, shift)] if label.is_empty() => {
            format!("{}  {}{code}\n", view.on.text, line(view, shift))
        }
        rows => {
            let wide = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
            let rows = rows.iter();
            let rows =
                rows.map(|(label, shift)| format!("  {label:<wide$}  {}", line(view, shift)));
            format!("{}{code}\n{}\n", view.on.text, rows.collect::<Vec<_>>().join("\n"))
        }
    };
    let seeds = match view.seeds.len() {
        1 => format!("seed {} of each: one run, no interval", view.seeds[0]),
        count => format!("{count} seeds, paired; mean and 95 % interval"),
    };
    let [before, after] = view.origins;
    let _ = writeln!(text, "\n{seeds}\nbefore   {before}\nafter    {after}");
    if view.is_another_scenario {
        text.push_str("doubt    their scenarios are not the same\n");
    }
    text
}

/// `474 -> 512 ms, +8 % ± 0.6    worse by more than 5 %`.
fn line(view: GateView<'_>, shift: &Shift) -> String {
    if shift.before.is_empty() {
        return words(view, shift);
    }
    let (before, after) = (side(view.on, &shift.before), side(view.on, &shift.after));
    let unit = [" ms", " s", " %", "/s"].into_iter().find(|unit| after.ends_with(unit));
    let before = unit.and_then(|unit| before.strip_suffix(unit)).unwrap_or(&before);
    let change = shift.change.map_or_else(String::new, |change| format!(", {}", percent(change)));
    format!("{before} -> {after}{change}    {}", words(view, shift))
}

fn side(on: &Sought, values: &[f64]) -> String {
    let never = values.iter().filter(|value| value.is_infinite()).count();
    if never > 0 {
        return format!("never on {}", many(never as f64, "seed"));
    }
    let value = mean(values).unwrap_or(0.0);
    let is_rate = || metric::find(&on.metric).is_some_and(|it| it.unit == Unit::PerSecond);
    match super::is_share(on.stat) {
        true => format!("{} %", number(value * 100.0)),
        false if super::is_time(on.stat, &on.metric) => duration(value),
        false if is_rate() => format!("{}/s", number(value)),
        false => number(value),
    }
}

fn percent(change: Interval) -> String {
    let half = (change.high - change.low) / 2.0 * 100.0;
    let around = if half < 1e-7 { String::new() } else { format!(" ± {}", number(half)) };
    let sign = if change.estimate < 0.0 { "" } else { "+" };
    format!("{sign}{} %{around}", number(change.estimate * 100.0))
}

fn words(view: GateView<'_>, shift: &Shift) -> String {
    if shift.before.is_empty() {
        return format!("no data: {}", doubt(shift));
    }
    let Some(allowed) = view.allowed else { return difference(view.on, shift).to_owned() };
    let by = format!("worse by more than {} %", number(allowed * 100.0));
    match shift.standing {
        ClaimStanding::Fails => by,
        ClaimStanding::Holds => format!("not {by}"),
        ClaimStanding::Open => format!("open: {}", doubt(shift)),
    }
}

/// What the seeds show where nobody says how much is too much.
fn difference(on: &Sought, shift: &Shift) -> &'static str {
    let Shift { before, after, change, .. } = shift;
    let worse = match GateView::better(on) {
        Better::Lower => 1.0,
        Better::Higher => -1.0,
        Better::Neither => 0.0,
    };
    let shown = change.map_or(0.0, |Interval { low, high, .. }| match (low > 0.0, high < 0.0) {
        (true, _) => worse,
        (_, true) => -worse,
        (false, false) => 0.0,
    });
    match (change, shift.standing) {
        _ if before == after => "same",
        _ if worse == 0.0 => "neither way is better",
        (Some(_), _) if shown > 0.0 => "worse",
        (Some(_), _) if shown < 0.0 => "better",
        (None, ClaimStanding::Fails) => "worse",
        (None, ClaimStanding::Holds) => "not worse",
        _ => "no difference shown",
    }
}

/// What would settle it.
fn doubt(shift: &Shift) -> String {
    match (shift.without_data, shift.seeds_needed) {
        (0, Some(seeds)) => format!("about {} would tell", many(seeds as f64, "seed")),
        (0, None) => "the seeds do not tell".to_owned(),
        (without, _) => format!("too few samples on {}", many(without as f64, "seed")),
    }
}

/// A row for each variant. Times are in milliseconds, shares 0 to 1.
pub fn gate_csv(view: GateView<'_>) -> String {
    let head = "variant,on,seeds,before,after,change_pct,low_pct,high_pct,standing\n";
    let rows = view.rows.iter().map(|(label, shift)| {
        let side = |values: &[f64]| match mean(values) {
            Some(mean) if mean.is_finite() => format!("{mean:.6}"),
            Some(_) => "never".to_owned(),
            None => String::new(),
        };
        let change = shift.change.map_or([String::new(), String::new(), String::new()], |it| {
            [it.estimate, it.low, it.high].map(|share| format!("{:.6}", share * 100.0))
        });
        let (before, after) = (side(&shift.before), side(&shift.after));
        let (label, on, seeds) = (quoted(label), quoted(&view.on.text), shift.before.len());
        let standing = words(view, shift);
        format!(
            "{label},{on},{seeds},{before},{after},{},{}\n",
            change.join(","),
            quoted(&standing)
        )
    });
    std::iter::once(head.to_owned()).chain(rows).collect()
}

/// The same as JSON. What is infinite, never, is null.
pub fn gate_json(view: GateView<'_>, exit: u8) -> Value {
    let row = |(label, shift): &(String, Shift)| {
        json!({
            "variant": label,
            "before_by_seed": shift.before,
            "after_by_seed": shift.after,
            "change_pct": shift.change.map(|it| json!({
                "mean": it.estimate * 100.0, "low": it.low * 100.0, "high": it.high * 100.0 })),
            "says": words(view, shift),
            "seeds_needed": shift.seeds_needed,
            "seeds_without_data": shift.without_data,
        })
    };
    json!({
        "schema": "attestorm.gate/1",
        "on": view.on.text,
        "worse_by_pct": view.allowed.map(|share| share * 100.0),
        "seeds": view.seeds,
        "before": view.origins[0],
        "after": view.origins[1],
        "same_scenario": !view.is_another_scenario,
        "rows": view.rows.iter().map(row).collect::<Vec<_>>(),
        "exit": exit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::shift;
    use crate::scenario::check::Stat;

    fn screen(on: (&str, Stat, &str), allowed: Option<f64>, pairs: &[(f64, f64)]) -> String {
        let (text, stat, metric) = on;
        let (text, metric) = (text.to_owned(), metric.to_owned());
        let on = Sought { text, stat, metric, window: None, phase: None };
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (Some(*a), Some(*b))).collect();
        let seeds: Vec<u64> = (1..=pairs.len() as u64).collect();
        let rows = [(String::new(), shift(GateView::better(&on), &pairs, allowed.unwrap_or(0.0)))];
        let origins = ["results/a", "results/b"];
        let view = GateView {
            on: &on,
            allowed,
            rows: &rows,
            seeds: &seeds,
            origins,
            is_another_scenario: false,
        };
        gate_screen(view, 0).lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_line_says_what_it_was_what_it_is_and_whether_that_is_too_much() {
        let p99 = ("p99(latency.applied)", Stat::Percentile(0.99), "latency.applied");
        let good = ("mean(goodput)", Stat::Mean, "goodput");
        let three = [(470.0, 508.0), (474.0, 513.0), (478.0, 515.0)];
        let wide = [(100.0, 104.0), (100.0, 120.0), (100.0, 99.0)];
        let less = [(100.0, 80.0), (101.0, 82.0), (102.0, 81.0)];
        let never = [(474.0, f64::INFINITY), (474.0, 480.0)];
        let lines = [
            screen(p99, Some(0.05), &three),
            screen(p99, Some(0.1), &three),
            screen(p99, None, &three),
            screen(p99, Some(0.05), &[(474.0, 512.0)]),
            screen(p99, Some(0.05), &[(474.0, 474.0)]),
            screen(p99, Some(0.05), &wide),
            screen(p99, None, &wide),
            screen(p99, Some(0.05), &never),
            screen(good, Some(0.05), &less),
            screen(good, None, &less),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        p99(latency.applied)  474 -> 512 ms, +8.02 % ± 0.52    worse by more than 5 %
        p99(latency.applied)  474 -> 512 ms, +8.02 % ± 0.52    not worse by more than 10 %
        p99(latency.applied)  474 -> 512 ms, +8.02 % ± 0.52    worse
        p99(latency.applied)  474 -> 512 ms, +8.02 %    worse by more than 5 %
        p99(latency.applied)  474 -> 474 ms, +0 %    not worse by more than 5 %
        p99(latency.applied)  100 -> 108 ms, +7.67 % ± 27.3    open: about 68 seeds would tell
        p99(latency.applied)  100 -> 108 ms, +7.67 % ± 27.3    no difference shown
        p99(latency.applied)  474 ms -> never on 1 seed    open: the seeds do not tell
        mean(goodput)  101 -> 81/s, -19.8 % ± 2.46    worse by more than 5 %
        mean(goodput)  101 -> 81/s, -19.8 % ± 2.46    worse
        ");
    }
}
