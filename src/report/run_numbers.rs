//! The numbers of a run's screen: the twin, the phase that the run is about, and the time after.

use std::fmt::Write;

use super::format::{cut, measured, millis, none_in, number, ratio};
use super::run_screen::Most;
use super::sentence;
use crate::experiment::{CheckResult, Met, Pair};
use crate::measure::metric::{self, Kind, Metric};
use crate::measure::{Measured, Measurement, Statistic};

/// One column: its head, and where its values come from.
struct Column<'a> {
    head: String,
    of: &'a Measurement,
    phase: usize,
}

/// Most columns of values beside a run's own; more would not fit.
const STAGES: usize = 4;

/// The twin and what it is compared with, and the time after; of a run without faults its stages.
fn columns(pair: &Pair) -> Vec<Column<'_>> {
    let (focus, run) = (pair.slowest(), &pair.run.measurement);
    let column =
        |head: &str, of: &'_ Measurement, phase: &str| Some((cut(head, 13), of.phase(phase)?));
    let mut columns = Vec::new();
    if let Some(twin) = &pair.twin {
        let of = &twin.measurement;
        let found = column("twin", of, focus);
        columns.extend(found.map(|(head, phase)| Column { head, of, phase }));
    }
    let mut own = vec![focus.to_owned()];
    match pair.scenario.faults.is_empty() {
        false => own.push(format!("after {focus}")),
        true => {
            own.extend(run.common_phase_names().into_iter().skip(1).filter(|name| name != "calm"))
        }
    }
    let own = own.iter().take(1 + STAGES);
    let own = own.filter_map(|name| column(name, run, name));
    columns.extend(own.map(|(head, phase)| Column { head, of: run, phase }));
    columns
}

/// Width of what a row is called, and of a column.
const LABEL: usize = 24;
const CELL: usize = 14;

/// The numbers of a screen: latency, events, cost, and checks that stand in no row.
pub(super) fn numbers(to: &mut String, pair: &Pair, most: Most) -> std::fmt::Result {
    let columns = columns(pair);
    write!(to, "  {:<LABEL$}", "from intended send")?;
    for (at, column) in columns.iter().enumerate() {
        write!(to, "{:>CELL$}", column.head)?;
        if at == 1 && pair.twin.is_some() {
            write!(to, "{:>RATIO$}", "ratio")?;
        }
    }
    let has_thresholds = !pair.thresholds.is_empty();
    writeln!(to, "{}", if has_thresholds { "   threshold" } else { "" })?;
    let mut inline = Vec::new();
    for share in [0.5, 0.99, 0.999] {
        let label = format!("p{}", number(share * 100.0));
        let name = if share < 0.6 { "latency.applied" } else { "" };
        let shown = ("latency.applied", Statistic::Percentile(share));
        row(to, pair, &columns, shown, &format!("{name:<18}{label}"), &mut inline)?;
    }
    let unfinished = ("unfinished", Statistic::Count);
    row(to, pair, &columns, unfinished, "unfinished", &mut inline)?;
    sentence::waterfall(pair).map_or(Ok(()), |line| writeln!(to, "  {line}"))?;
    writeln!(to, "\n  per 10,000 operations")?;
    for name in shown_events(pair).into_iter().take(most.events) {
        let statistic = match SHARES.contains(&name) {
            true => Statistic::Share,
            false => Statistic::Per10k,
        };
        row(to, pair, &columns, (name, statistic), name, &mut inline)?;
    }
    pair_row(to, pair, &columns)?;
    let due = pair.run.measurement.due("orphans", 0);
    writeln!(to, "  a count of 0 means {}", none_in(due))?;
    let cost = |name: &str| match pair.run.measurement.value(name, Statistic::Mean, 0, None) {
        Measured::Value(value) => number(value),
        Measured::Never | Measured::Few | Measured::NoData => "-".to_owned(),
    };
    let (messages, bytes, cpu) = (cost("messages"), cost("bytes"), cost("cpu"));
    writeln!(to, "  cost each   {messages} messages, {bytes} bytes, {cpu} ms CPU")?;
    routers_row(to, &pair.run.measurement)?;
    readers_rows(to, &pair.run.measurement)?;
    other_checks(to, pair, &inline, most)
}

/// Fewer that wait are no news.
const LONG_QUEUE: f64 = 10.0;

/// What waited at routers, if it was ever much.
fn routers_row(to: &mut String, run: &Measurement) -> std::fmt::Result {
    let value = |name: &str, statistic| run.value(name, statistic, 0, None).value();
    let most = value("queue", Statistic::Max).unwrap_or(0.0);
    if most < LONG_QUEUE {
        return Ok(());
    }
    let age = value("queue.age", Statistic::Max).map_or("-".to_owned(), millis);
    let plain = |name: &str| value(name, Statistic::Mean).map_or("-".to_owned(), number);
    let fairness = value("fairness", Statistic::Share).map_or("-".to_owned(), number);
    let (tries, imbalance) = (plain("tries"), plain("imbalance"));
    let most = number(most);
    writeln!(to, "  routers     at most {most} waited in a pool, the first in line for {age}")?;
    writeln!(
        to,
        "  clients     {tries} tries each; busiest router {imbalance}x the mean; \
         fairness {fairness}"
    )
}

/// What came of it at indexers, for users, and in workflows, where there are any.
fn readers_rows(to: &mut String, run: &Measurement) -> std::fmt::Result {
    let shown = |name: &str, statistic| match run.value(name, statistic, 0, None) {
        Measured::Value(value) => millis(value),
        Measured::Never => "never".to_owned(),
        Measured::Few | Measured::NoData => "-".to_owned(),
    };
    let share = |name: &str| {
        let share = run.value(name, Statistic::Share, 0, None).value().unwrap_or(0.0);
        format!("{} %", number(share * 100.0))
    };
    let p99 = Statistic::Percentile(0.99);
    if run.due("latency.index", 0) > 0 {
        let (index, lag) = (shown("latency.index", p99), shown("index.lag", p99));
        writeln!(to, "  index       p99 {index} from intended send, {lag} behind its validator")?;
    }
    if run.due("uses", 0) > 0 {
        let most = run.value("blast_radius", Statistic::Max, 0, None).value().map(number);
        let (kept_out, passed) = (share("denied_wrongly"), share("allowed_wrongly"));
        let most = most.unwrap_or_else(|| "-".to_owned());
        writeln!(
            to,
            "  users       of uses {kept_out} wrongly refused, {passed} wrongly allowed; at most \
             {most} waited"
        )?;
    }
    if run.due("workflows", 0) > 0 {
        let (broken, late) = (share("workflows.broken"), share("workflows.late"));
        let p99 = shown("makespan", p99);
        writeln!(to, "  workflows   {broken} broken, {late} late; p99 {p99} from first to last")?;
    }
    Ok(())
}

/// Events that are told as a share.
const SHARES: [&str; 3] = ["proof_ok", "reordered", "showed_up"];

/// Events that are always shown, those that a check names, and those that occurred.
fn shown_events(pair: &Pair) -> Vec<&'static str> {
    const ALWAYS: [&str; 3] = ["orphans", "diverged", "lost_after_ack"];
    const HIDDEN: [&str; 13] = [
        "unfinished",
        "proof_ok",
        "inversions",
        "order_unfair",
        "refused",
        "reordered",
        "stale",
        "relied_on",
        "confident",
        "needed",
        "showed_up",
        "uses",
        "workflows",
    ];
    let measurement = &pair.run.measurement;
    let occurred = |metric: &&Metric| {
        let count = measurement.value(metric.name, Statistic::Count, 0, None);
        count.value().is_some_and(|count| count > 0.0)
    };
    let events = metric::TABLE.iter().filter(|metric| metric.kind == Kind::Event);
    let thresholds = pair.scenario.thresholds.iter().map(|threshold| &threshold.check);
    let mut checks = thresholds.chain(&pair.scenario.always).chain(&pair.scenario.sometimes);
    let mut named = |metric: &&Metric| checks.any(|check| check.metric == metric.name);
    let mut shown: Vec<&str> = Vec::new();
    for metric in events.clone() {
        let is_first = ALWAYS.contains(&metric.name);
        if metric.name != "unfinished" && (is_first || named(&metric)) {
            shown.push(metric.name);
        }
    }
    // Of trust, only the pair stands here; the rest is in summary.md.
    let is_told = |name: &str| HIDDEN.contains(&name) || name.starts_with("trust_gap");
    let rest = events.filter(|metric| !is_told(metric.name) && occurred(metric));
    for metric in rest {
        if !shown.contains(&metric.name) {
            shown.push(metric.name);
        }
    }
    shown
}

/// Room for how many times the twin's a value is.
const RATIO: usize = 8;

/// What is proven beside what is trusted, where somebody relies on it.
fn pair_row(to: &mut String, pair: &Pair, columns: &[Column<'_>]) -> std::fmt::Result {
    if pair.scenario.trust.is_none() {
        return Ok(());
    }
    write!(to, "  {:<LABEL$}", "proof_ok / confident")?;
    for (at, column) in columns.iter().enumerate() {
        let text = super::trust_page::pair_text(column.of, column.phase);
        write!(to, "{text:>CELL$}")?;
        if at == 1 && pair.twin.is_some() {
            write!(to, "{:>RATIO$}", "")?;
        }
    }
    writeln!(to)
}

fn row(
    to: &mut String,
    pair: &Pair,
    columns: &[Column<'_>],
    (name, statistic): (&str, Statistic),
    label: &str,
    inline: &mut Vec<usize>,
) -> std::fmt::Result {
    let Some(metric) = metric::find(name) else { return Ok(()) };
    let values: Vec<Measured> =
        columns.iter().map(|column| column.of.value(name, statistic, column.phase, None)).collect();
    let mut line = format!("  {label:<LABEL$}");
    for (at, value) in values.iter().enumerate() {
        let text = match (metric.kind, statistic, value) {
            (Kind::Event, Statistic::Share, Measured::Value(value)) => {
                format!("{} %", number(value * 100.0))
            }
            (Kind::Event, _, Measured::Value(value)) => number(*value),
            (_, _, value) => measured(*value, metric),
        };
        write!(line, "{text:>CELL$}")?;
        if at == 1 && pair.twin.is_some() {
            let times = (metric.kind == Kind::Sample).then(|| ratio(values[1], values[0]));
            write!(line, "{:>RATIO$}", times.flatten().unwrap_or_default())?;
        }
    }
    let threshold =
        pair.scenario.thresholds.iter().zip(&pair.thresholds).position(|(demand, _)| {
            let check = &demand.check;
            let is_focus = check.phase.as_deref().unwrap_or("run") == pair.slowest();
            let is_plain = check.window.is_none() && check.metric == name;
            is_plain && is_focus && super::same_statistic(check.stat, statistic)
        });
    if let Some(at) = threshold {
        inline.push(at);
        let bound = relation_and_bound(&pair.scenario.thresholds[at].check.text);
        write!(line, "   {bound} {}", met(&pair.thresholds[at]))?;
    } else if values.iter().all(|value| *value == Measured::Few) {
        line.push_str(&over_the_run(pair, metric, statistic));
    }
    writeln!(to, "{line}")
}

/// What the whole run has where a phase has too few samples: `   run: 250 ms -> 522 ms`.
fn over_the_run(pair: &Pair, metric: &Metric, statistic: Statistic) -> String {
    let of = |measurement: &Measurement| measurement.value(metric.name, statistic, 0, None);
    let here = of(&pair.run.measurement);
    let twin = pair.twin.as_ref().map(|twin| of(&twin.measurement));
    // The unit is said once, or the line grows too long.
    match (here, twin) {
        (Measured::Few | Measured::NoData, _) => String::new(),
        (here, Some(twin)) => {
            let (twin, here) = (measured(twin, metric), measured(here, metric));
            let unit = here.find(' ').map_or("", |at| &here[at..]);
            let twin = twin.strip_suffix(unit).unwrap_or(&twin);
            format!("  run: {twin} -> {here}")
        }
        (here, None) => format!("   run: {}", measured(here, metric)),
    }
}

/// The part of a check that says how much: `< 800ms`.
pub(super) fn relation_and_bound(check: &str) -> &str {
    check.find(['<', '>', '=']).map_or(check, |at| &check[at..])
}

const fn met(result: &CheckResult) -> &'static str {
    match result.met {
        Met::Yes => "ok",
        Met::No => "MISSED",
        Met::Unknown => "no data",
    }
}

/// Checks that stand in no row above, with what was measured.
fn other_checks(to: &mut String, pair: &Pair, inline: &[usize], most: Most) -> std::fmt::Result {
    let thresholds = pair.scenario.thresholds.iter().zip(&pair.thresholds).enumerate();
    let thresholds = thresholds.filter(|(at, _)| !inline.contains(at));
    let thresholds =
        thresholds.map(|(_, (demand, result))| (demand.name.as_str(), &demand.check, result));
    let always = pair.scenario.always.iter().zip(&pair.always);
    let always = always.map(|(check, result)| ("always", check, result));
    let sometimes = pair.scenario.sometimes.iter().zip(&pair.sometimes);
    let sometimes = sometimes.map(|(check, result)| ("sometimes", check, result));
    let mut rows: Vec<_> = thresholds.chain(always).chain(sometimes).collect();
    // What did not hold must be seen, whatever is cut.
    rows.sort_by_key(|(_, _, result)| result.met == Met::Yes);
    if !rows.is_empty() {
        writeln!(to)?;
    }
    for (name, check, result) in rows.iter().take(most.checks) {
        let value = super::check_value(check, result.measured);
        let (text, verdict) = (cut(&check.text, 56), met(result));
        writeln!(to, "  {:<12} {text:<56} {value:>12}   {verdict}", cut(name, 12))?;
    }
    match rows.len().saturating_sub(most.checks) {
        0 => Ok(()),
        more => writeln!(to, "  and {more} more in summary.json"),
    }
}
