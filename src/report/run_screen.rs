//! The screen of one run: verdict, reason, numbers, doubt, files, next command.

use std::fmt::Write;

use super::format::{grouped, measured, millis, none_in, number, span};
use super::sentence;
use crate::experiment::{CheckResult, Met, Pair, Word};
use crate::kernel::Span;
use crate::measure::metric::{self, Kind, Metric};
use crate::measure::{Measured, Measurement, Statistic};
use crate::scenario::model::{Arrivals, Crypto};
use crate::simulation::{MODEL, Standing};

/// What the screen says about the making of a result, beside the result itself.
#[derive(Clone, Debug, Default)]
pub struct Making {
    /// Wall-clock seconds that it took.
    pub wall_secs: f64,
    /// Where the files are, and what they are.
    pub files: Option<String>,
    /// The one most useful next command.
    pub next: String,
}

/// Columns of a screen.
const WIDTH: usize = 100;

/// The screen.
pub fn run_screen(pair: &Pair, making: &Making) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = head(&mut text, pair, making)
        .and_then(|()| verdict(&mut text, pair))
        .and_then(|()| reasons(&mut text, pair))
        .and_then(|()| numbers(&mut text, pair))
        .and_then(|()| faults(&mut text, pair))
        .and_then(|()| foot(&mut text, pair, making));
    text.lines().map(str::trim_end).map(clip).collect::<Vec<_>>().join("\n") + "\n"
}

/// The verdict line alone.
pub fn verdict_line(pair: &Pair) -> String {
    let mut text = String::new();
    let _ = verdict(&mut text, pair);
    for finding in &pair.verdict.findings {
        let _ = write!(text, "  {}.", finding.text);
    }
    text.replace('\n', " ").trim_end().to_owned()
}

fn clip(line: &str) -> String {
    line.chars().take(WIDTH).collect::<String>()
}

fn head(to: &mut String, pair: &Pair, making: &Making) -> std::fmt::Result {
    let scenario = &pair.scenario;
    writeln!(to, "{}   {}", scenario.name, scenario.question)?;
    let mut regions = scenario.validators.regions.clone();
    regions.sort_unstable();
    regions.dedup();
    let setting = format!(
        "{}, {} validators in {} regions, {}, seed {}",
        scenario.ordering,
        scenario.validators.count,
        regions.len(),
        load(pair),
        scenario.seed
    );
    let simulated = scenario.warmup + scenario.duration + scenario.settle;
    let took = format!("{} simulated in {:.1} s", span(simulated), making.wall_secs);
    let gap = WIDTH.saturating_sub(setting.chars().count() + took.chars().count()).max(2);
    writeln!(to, "{setting}{:gap$}{took}\n", "")
}

/// The load in a few words.
fn load(pair: &Pair) -> String {
    let groups = pair.scenario.load.iter().map(|load| match &load.arrivals {
        Arrivals::Closed { users, .. } => format!("{users} users"),
        Arrivals::Open { stages, .. } => {
            let ends = stages.iter().flat_map(|stage| [stage.from, stage.to]);
            let (least, most) = ends
                .fold((f64::MAX, 0.0_f64), |(least, most), rate| (least.min(rate), most.max(rate)));
            match (most - least).abs() < 1e-9 {
                true => format!("{}/s", number(most)),
                false => format!("{}..{}/s", number(least), number(most)),
            }
        }
    });
    groups.collect::<Vec<_>>().join(" + ")
}

fn verdict(to: &mut String, pair: &Pair) -> std::fmt::Result {
    let words: Vec<&str> = pair.verdict.words().into_iter().map(Word::text).collect();
    write!(to, "{}", words.join(" "))?;
    let met = pair.thresholds.iter().filter(|result| result.met == Met::Yes).count();
    if !pair.thresholds.is_empty() {
        write!(to, "   {met} of {} thresholds", pair.thresholds.len())?;
    }
    let guarantees = pair.guarantees();
    let count = |wanted: fn(&Standing) -> bool| {
        guarantees.iter().filter(|verdict| wanted(&verdict.standing)).count()
    };
    let held = count(|standing| matches!(standing, Standing::Held));
    let not_owed = count(|standing| matches!(standing, Standing::NotOwed { .. }));
    let name = &pair.scenario.ordering;
    write!(to, "   {held} of {} guarantees of {name} held", guarantees.len())?;
    if not_owed > 0 {
        write!(to, ", {not_owed} not owed")?;
    }
    let occurred = pair.faults.iter().filter(|fault| fault.did_not_occur.is_none()).count();
    if !pair.faults.is_empty() {
        write!(to, "   {occurred} of {} faults took effect", pair.faults.len())?;
    }
    writeln!(to, "\n")
}

fn reasons(to: &mut String, pair: &Pair) -> std::fmt::Result {
    for finding in pair.verdict.findings.iter().take(6) {
        wrap(to, &format!("{}: {}", finding.word.text(), finding.text))?;
        if let Some(way_out) = &finding.way_out {
            wrap(to, &format!("  {way_out}"))?;
        }
    }
    for verdict in pair.guarantees() {
        if let Standing::NotOwed { why } = &verdict.standing {
            wrap(to, &format!("not owed: {} ({why})", verdict.property.name()))?;
        }
    }
    for sentence in sentence::of_run(pair) {
        wrap(to, &sentence)?;
    }
    writeln!(to)
}

/// Writes `text` indented by two, broken between words.
fn wrap(to: &mut String, text: &str) -> std::fmt::Result {
    let mut width = WIDTH;
    for word in text.split(' ') {
        if width + 1 + word.chars().count() > WIDTH {
            write!(to, "{}  {word}", if width == WIDTH && to.ends_with('\n') { "" } else { "\n" })?;
            width = 2 + word.chars().count();
        } else {
            write!(to, " {word}")?;
            width += 1 + word.chars().count();
        }
    }
    writeln!(to)
}

/// One column: its head, and where its values come from.
struct Column<'a> {
    head: String,
    of: &'a Measurement,
    phase: usize,
}

fn columns(pair: &Pair) -> Vec<Column<'_>> {
    let focus = pair.focus();
    let run = &pair.run.measurement;
    let mut columns = Vec::new();
    let mut add = |head: &str, of: Option<&'_ Measurement>, phase: &str| {
        if let Some((of, phase)) = of.and_then(|of| Some((of, of.phase(phase)?))) {
            columns.push((head.to_owned(), std::ptr::from_ref(of), phase));
        }
    };
    add("twin", pair.twin_measurement(), focus);
    add(focus, Some(run), focus);
    let after = format!("after {focus}");
    add(&after, Some(run), &after);
    let columns = columns.into_iter().map(|(head, of, phase)| {
        let is_twin = !std::ptr::eq(of, run);
        let of = if is_twin { pair.twin_measurement().unwrap_or(run) } else { run };
        Column { head, of, phase }
    });
    columns.collect()
}

fn numbers(to: &mut String, pair: &Pair) -> std::fmt::Result {
    let columns = columns(pair);
    write!(to, "  {:<31}", "from intended send")?;
    columns.iter().try_for_each(|column| write!(to, "{:>14}", column.head))?;
    writeln!(to, "   threshold")?;
    for share in [0.5, 0.99, 0.999] {
        let label = format!("p{}", number(share * 100.0));
        let name = if share < 0.6 { "latency.applied" } else { "" };
        let statistic = Statistic::Percentile(share);
        row(to, pair, &columns, ("latency.applied", statistic), &format!("{name:<21}{label}"))?;
    }
    row(to, pair, &columns, ("unfinished", Statistic::Count), "unfinished")?;
    sentence::waterfall(pair).map_or(Ok(()), |line| writeln!(to, "  {line}"))?;
    writeln!(to, "\n  per 10,000 operations")?;
    for name in shown_events(pair) {
        row(to, pair, &columns, (name, Statistic::Per10k), name)?;
    }
    let due = pair.run.measurement.due("orphans", 0);
    writeln!(to, "  a count of 0: {}", none_in(due))?;
    let cost = |name: &str| match pair.run.measurement.value(name, Statistic::Mean, 0, None) {
        Measured::Value(value) => number(value),
        Measured::Never | Measured::Few | Measured::NoData => "-".to_owned(),
    };
    let bytes = cost("bytes");
    writeln!(
        to,
        "  cost each   {} messages, {bytes} bytes, {} ms CPU",
        cost("messages"),
        cost("cpu")
    )?;
    other_thresholds(to, pair)
}

/// Events that are always shown, and those that occurred or are demanded.
fn shown_events(pair: &Pair) -> Vec<&'static str> {
    const ALWAYS: [&str; 3] = ["orphans", "diverged", "lost_after_ack"];
    const HIDDEN: [&str; 6] =
        ["unfinished", "proof_ok", "inversions", "refused", "reordered", "forged_refused"];
    let measurement = &pair.run.measurement;
    let occurred = |metric: &&Metric| {
        let count = measurement.value(metric.name, Statistic::Count, 0, None);
        count.value().is_some_and(|count| count > 0.0)
    };
    let wanted = metric::TABLE.iter().filter(|metric| metric.kind == Kind::Event);
    let wanted = wanted.filter(|metric| {
        ALWAYS.contains(&metric.name) || !HIDDEN.contains(&metric.name) && occurred(metric)
    });
    wanted.map(|metric| metric.name).collect()
}

fn row(
    to: &mut String,
    pair: &Pair,
    columns: &[Column<'_>],
    (name, statistic): (&str, Statistic),
    label: &str,
) -> std::fmt::Result {
    let Some(metric) = metric::find(name) else { return Ok(()) };
    write!(to, "  {label:<31}")?;
    for column in columns {
        let value = column.of.value(name, statistic, column.phase, None);
        let text = match (metric.kind, value) {
            (Kind::Event, Measured::Value(value)) => number(value),
            _ => measured(value, metric),
        };
        write!(to, "{text:>14}")?;
    }
    let threshold = pair.scenario.thresholds.iter().zip(&pair.thresholds).find(|(demand, _)| {
        let check = &demand.check;
        let is_focus = check.phase.as_deref().unwrap_or("run") == pair.focus();
        check.metric == name && is_focus && super::same_statistic(check.stat, statistic)
    });
    if let Some((demand, result)) = threshold {
        write!(to, "   {} {}", relation_and_bound(&demand.check.text), met(result))?;
    }
    writeln!(to)
}

/// The part of a check that says how much: `< 800ms`.
fn relation_and_bound(check: &str) -> &str {
    check.find(['<', '>', '=']).map_or(check, |at| &check[at..])
}

const fn met(result: &CheckResult) -> &'static str {
    match result.met {
        Met::Yes => "ok",
        Met::No => "MISSED",
        Met::Unknown => "no data",
    }
}

/// Every threshold by name, with what was measured.
fn other_thresholds(to: &mut String, pair: &Pair) -> std::fmt::Result {
    if pair.thresholds.is_empty() {
        return Ok(());
    }
    writeln!(to)?;
    for (demand, result) in pair.scenario.thresholds.iter().zip(&pair.thresholds) {
        let value = super::check_value(&demand.check, result.measured);
        let verdict = met(result);
        writeln!(to, "  {:<10} {:<58} {value:>14}   {verdict}", result.name, result.check)?;
    }
    Ok(())
}

fn faults(to: &mut String, pair: &Pair) -> std::fmt::Result {
    if pair.faults.is_empty() {
        return writeln!(to);
    }
    writeln!(to, "\n  {:<10} {:<36} achieved", "fault", "planned")?;
    for fault in &pair.faults {
        writeln!(to, "  {:<10} {:<36} {}", fault.name, fault.planned, fault.achieved)?;
    }
    if let Some(line) = sentence::disorder(pair) {
        writeln!(to, "  {:<10} {line}", "")?;
    }
    writeln!(to)
}

fn foot(to: &mut String, pair: &Pair, making: &Making) -> std::fmt::Result {
    let scenario = &pair.scenario;
    let crypto = match scenario.crypto {
        Crypto::Real => "ed25519, each made and strictly verified",
        Crypto::Modelled => "modelled: costs charged, no arithmetic; same digest as real ones",
    };
    writeln!(to, "  signatures   {crypto}")?;
    let delays = &scenario.network.delays;
    writeln!(to, "  delays       {}, one-way ({})", delays.name, delays.source)?;
    write!(to, "  digest       {} (model {MODEL})", pair.run.digest.short())?;
    if let Some(twin) = &pair.twin {
        write!(to, "     twin   {}", twin.digest.short())?;
    }
    writeln!(to)?;
    if let Some(files) = &making.files {
        writeln!(to, "  results      {files}")?;
    }
    let exit = pair.verdict.word().exit();
    let gap = WIDTH.saturating_sub(6 + making.next.chars().count() + 8).max(2);
    match exit {
        0 => writeln!(to, "\nnext: {}", making.next),
        code => writeln!(to, "\nnext: {}{:gap$}exit {code}", making.next, ""),
    }
}

/// Milliseconds of a span, for sentences.
pub(super) fn of_span(span: Span) -> String {
    millis(span.as_millis_f64())
}

/// Operations due in the focus, for sentences.
pub(super) fn due_in_focus(pair: &Pair, metric: &str) -> String {
    let phase = pair.run.measurement.phase(pair.focus()).unwrap_or(0);
    grouped(pair.run.measurement.due(metric, phase))
}
