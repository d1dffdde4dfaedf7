//! The screen of one run: verdict, reason, numbers, doubt, files, next command.

use std::fmt::Write;

use super::format::{cut, measured, none_in, number, ratio, span, wall};
use super::sentence;
use crate::experiment::{CheckResult, Met, Pair, Word};
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
/// Lines of a screen.
const HEIGHT: usize = 40;

/// How much a screen shows; the files have the rest.
#[derive(Clone, Copy)]
struct Most {
    findings: usize,
    events: usize,
    checks: usize,
    faults: usize,
}

impl Most {
    const ALL: Self = Self { findings: 6, events: 9, checks: 9, faults: 6 };

    const fn less(self) -> Self {
        const fn fewer(count: usize) -> usize {
            if count > 2 { count - 1 } else { count }
        }
        Self {
            findings: fewer(self.findings),
            events: fewer(self.events),
            checks: fewer(self.checks),
            faults: fewer(self.faults),
        }
    }
}

/// The screen.
pub fn run_screen(pair: &Pair, making: &Making) -> String {
    let mut most = Most::ALL;
    let mut text = drawn(pair, making, most);
    for _ in 0..Most::ALL.events {
        if text.lines().count() <= HEIGHT {
            break;
        }
        most = most.less();
        text = drawn(pair, making, most);
    }
    text
}

fn drawn(pair: &Pair, making: &Making, most: Most) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = head(&mut text, pair, making)
        .and_then(|()| verdict(&mut text, pair))
        .and_then(|()| reasons(&mut text, pair, most))
        .and_then(|()| numbers(&mut text, pair, most))
        .and_then(|()| faults(&mut text, pair, most))
        .and_then(|()| foot(&mut text, pair, making));
    text.lines().map(|line| cut(line.trim_end(), WIDTH)).collect::<Vec<_>>().join("\n") + "\n"
}

/// The verdict in one line.
pub fn verdict_line(pair: &Pair) -> String {
    let mut parts = vec![words(pair)];
    parts.extend(score(pair));
    let mut text = parts.join("   ");
    text.extend(findings(pair).iter().map(|finding| format!("   {finding}.")));
    match pair.verdict.word().exit() {
        0 => text,
        code => format!("{text}   exit {code}"),
    }
}

fn head(to: &mut String, pair: &Pair, making: &Making) -> std::fmt::Result {
    let scenario = &pair.scenario;
    writeln!(to, "{}   {}", scenario.name, scenario.question)?;
    let mut regions = scenario.validators.regions.clone();
    regions.sort_unstable();
    regions.dedup();
    let plural = if regions.len() == 1 { "" } else { "s" };
    let setting = format!(
        "{}, {} validators in {} region{plural}, {}, seed {}",
        scenario.ordering,
        scenario.validators.count,
        regions.len(),
        load(pair),
        scenario.seed
    );
    let simulated = scenario.warmup + scenario.duration + scenario.settle;
    let took = format!("{} simulated in {}", span(simulated), wall(making.wall_secs));
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
    let exit = match pair.verdict.word().exit() {
        0 => String::new(),
        code => format!("exit {code}"),
    };
    let room = WIDTH - exit.len();
    let mut line = words(pair);
    for part in score(pair) {
        if line.chars().count() + 3 + part.chars().count() > room {
            writeln!(to, "{line}")?;
            line.clear();
        }
        write!(line, "   {part}")?;
    }
    let gap = WIDTH.saturating_sub(line.chars().count() + exit.len());
    writeln!(to, "{line}{:gap$}{exit}\n", "")
}

/// Every word that applies.
fn words(pair: &Pair) -> String {
    pair.verdict.words().into_iter().map(Word::text).collect::<Vec<_>>().join(" ")
}

/// Thresholds met, guarantees held, faults that took effect.
fn score(pair: &Pair) -> Vec<String> {
    let mut parts = Vec::new();
    let met = pair.thresholds.iter().filter(|result| result.met == Met::Yes).count();
    if !pair.thresholds.is_empty() {
        parts.push(format!("{met} of {} thresholds", pair.thresholds.len()));
    }
    let guarantees = pair.guarantees();
    let count = |wanted: fn(&Standing) -> bool| {
        guarantees.iter().filter(|verdict| wanted(&verdict.standing)).count()
    };
    let held = count(|standing| matches!(standing, Standing::Held));
    let not_owed = count(|standing| matches!(standing, Standing::NotOwed { .. }));
    let name = &pair.scenario.ordering;
    let mut owed = format!("{held} of {} guarantees of {name} held", guarantees.len());
    if not_owed > 0 {
        let _ = write!(owed, ", {not_owed} not owed");
    }
    parts.push(owed);
    let occurred = pair.faults.iter().filter(|fault| fault.did_not_occur.is_none()).count();
    if !pair.faults.is_empty() {
        parts.push(format!("{occurred} of {} faults took effect", pair.faults.len()));
    }
    parts
}

/// Why it is not a pass: findings in the order of their words; missed checks with their values.
fn findings(pair: &Pair) -> Vec<String> {
    let graver = pair.verdict.findings.iter().filter(|finding| finding.word != Word::Missed);
    let mut all: Vec<String> = graver.map(|finding| finding.text.clone()).collect();
    let missed = pair.scenario.thresholds.iter().map(|threshold| &threshold.check);
    let missed = missed.zip(&pair.thresholds).filter(|(_, result)| result.met == Met::No);
    all.extend(missed.map(|(check, result)| {
        let value = super::check_value(check, result.measured);
        format!("{}: {value} ({})", result.name, relation_and_bound(&check.text))
    }));
    let always = pair.scenario.always.iter().zip(&pair.always);
    let always = always.filter(|(_, result)| result.met == Met::No);
    all.extend(always.map(|(check, result)| {
        format!("not always {}: {}", check.text, super::check_value(check, result.measured))
    }));
    all
}

fn reasons(to: &mut String, pair: &Pair, most: Most) -> std::fmt::Result {
    let graver = pair.verdict.findings.iter().filter(|finding| finding.word != Word::Missed);
    for finding in graver.clone().take(most.findings) {
        wrap(to, &format!("{}  {}", finding.word.text(), finding.text))?;
        if let Some(way_out) = &finding.way_out {
            wrap(to, way_out)?;
        }
    }
    let missed: Vec<String> = findings(pair).split_off(graver.count());
    if !missed.is_empty() {
        wrap(to, &format!("{}  {}", Word::Missed.text(), missed.join("   ")))?;
    }
    let not_owed = pair.guarantees().iter().filter_map(|verdict| match &verdict.standing {
        Standing::NotOwed { why } => Some((verdict.property.name(), why)),
        Standing::Held | Standing::Broken { .. } => None,
    });
    for (property, why) in not_owed.take(most.findings) {
        wrap(to, &format!("not owed  {property}: {why}"))?;
    }
    for sentence in sentence::of_run(pair) {
        wrap(to, &sentence)?;
    }
    writeln!(to)
}

/// Writes `text` indented by two, broken between words.
fn wrap(to: &mut String, text: &str) -> std::fmt::Result {
    wrapped(text, WIDTH - 2, "").iter().try_for_each(|line| writeln!(to, "  {line}"))
}

/// A text in lines of at most so many characters, broken between words; lines after the first
/// begin with `indent`.
pub(super) fn wrapped(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (at, word) in text.split(' ').enumerate() {
        let is_full = line.chars().count() + 1 + word.chars().count() > width;
        if is_full && !line.trim().is_empty() {
            lines.push(std::mem::replace(&mut line, format!("{indent}{word}")));
        } else {
            line.push_str(if at > 0 { " " } else { "" });
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

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
    let (focus, run) = (pair.focus(), &pair.run.measurement);
    let column = |head: &str, of: &'_ Measurement, phase: &str| {
        Some((cut(head, 13), of.phase(phase)?)).map(|(head, phase)| (head, phase))
    };
    let mut columns = Vec::new();
    if let Some(twin) = &pair.twin {
        let of = &twin.measurement;
        let found = column("twin", of, focus);
        columns.extend(found.map(|(head, phase)| Column { head, of, phase }));
    }
    let mut own = vec![focus.to_owned()];
    match pair.scenario.faults.is_empty() {
        false => own.push(format!("after {focus}")),
        true => own.extend(run.phase_names().into_iter().skip(1).filter(|name| name != "calm")),
    }
    let own = own.iter().take(1 + STAGES);
    let own = own.filter_map(|name| column(name, run, name));
    columns.extend(own.map(|(head, phase)| Column { head, of: run, phase }));
    columns
}

/// Width of what a row is called, and of a column.
const LABEL: usize = 24;
const CELL: usize = 14;

fn numbers(to: &mut String, pair: &Pair, most: Most) -> std::fmt::Result {
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
    let due = pair.run.measurement.due("orphans", 0);
    writeln!(to, "  a count of 0 means {}", none_in(due))?;
    let cost = |name: &str| match pair.run.measurement.value(name, Statistic::Mean, 0, None) {
        Measured::Value(value) => number(value),
        Measured::Never | Measured::Few | Measured::NoData => "-".to_owned(),
    };
    let (messages, bytes, cpu) = (cost("messages"), cost("bytes"), cost("cpu"));
    writeln!(to, "  cost each   {messages} messages, {bytes} bytes, {cpu} ms CPU")?;
    other_checks(to, pair, &inline, most)
}

/// Events that are told as a share.
const SHARES: [&str; 2] = ["proof_ok", "reordered"];

/// Events that are always shown, those that a check names, and those that occurred.
fn shown_events(pair: &Pair) -> Vec<&'static str> {
    const ALWAYS: [&str; 3] = ["orphans", "diverged", "lost_after_ack"];
    const HIDDEN: [&str; 6] =
        ["unfinished", "proof_ok", "inversions", "refused", "reordered", "forged_refused"];
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
    let rest = events.filter(|metric| !HIDDEN.contains(&metric.name) && occurred(metric));
    for metric in rest {
        if !shown.contains(&metric.name) {
            shown.push(metric.name);
        }
    }
    shown
}

const RATIO: usize = 8;

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
            let is_focus = check.phase.as_deref().unwrap_or("run") == pair.focus();
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
    match (here, twin) {
        (Measured::Few | Measured::NoData, _) => String::new(),
        (here, Some(twin)) => {
            format!("   run: {} -> {}", measured(twin, metric), measured(here, metric))
        }
        (here, None) => format!("   run: {}", measured(here, metric)),
    }
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

fn faults(to: &mut String, pair: &Pair, most: Most) -> std::fmt::Result {
    if pair.faults.is_empty() {
        return writeln!(to);
    }
    writeln!(to, "\n  {:<12} {:<34} achieved", "fault", "planned")?;
    for fault in pair.faults.iter().take(most.faults) {
        let (name, planned) = (cut(&fault.name, 12), cut(&fault.planned, 34));
        writeln!(to, "  {name:<12} {planned:<34} {}", fault.achieved)?;
    }
    match pair.faults.len().saturating_sub(most.faults) {
        0 => {}
        more => writeln!(to, "  and {more} more in faults.csv")?,
    }
    if let Some(line) = sentence::disorder(pair) {
        writeln!(to, "  {:<12} {line}", "")?;
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
    writeln!(to, "\nnext: {}", making.next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{SMALL, pair_of};

    fn screen(text: &str) -> String {
        let making = Making {
            wall_secs: 3.62,
            files: Some("results/small/latest: summary.json".to_owned()),
            next: "attestorm replay".to_owned(),
        };
        let screen = run_screen(&pair_of(text), &making);
        let lines: Vec<&str> = screen.lines().collect();
        assert!(lines.len() <= HEIGHT, "{} lines\n{screen}", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{screen}");
        assert_eq!(lines.last(), Some(&"next: attestorm replay"), "{screen}");
        screen
    }

    fn check(text: &str, words: &[&str]) {
        let screen = screen(text);
        let mut rest = screen.as_str();
        for word in words {
            let at = rest.find(word);
            rest =
                &rest[at.unwrap_or_else(|| panic!("no `{word}`, in this order, in\n{screen}"))..];
        }
    }

    #[test]
    fn verdict_reason_numbers_files_and_the_next_command_come_in_this_order() {
        check(
            SMALL,
            &[
                "small   Does it work at all?",
                "11 s simulated in 3.6 s",
                "PASS   1 of 1 guarantees of arrival held   1 of 1 faults took effect",
                "Of ",
                "twin",
                "storm   ratio   after storm",
                "latency.applied   p50",
                "x ",
                "orphans",
                "a count of 0 means none in",
                "fault        planned",
                "jitter 300ms",
                "out of order",
                "signatures   modelled",
                "delays       aws-13, one-way",
                "digest ",
                "results      results/small/latest",
                "next: ",
            ],
        );
    }

    #[test]
    fn a_missed_threshold_is_told_with_its_value() {
        let fast = "[thresholds]\nfast = \"p50(latency.applied) in storm < 1ms\"\n\
                    whole = \"p50(latency.applied) < 1h\"\n";
        let text = format!("{SMALL}\n{fast}");
        check(&text, &["MISSED   1 of 2 thresholds", "exit 99", "MISSED  fast: ", "ms (< 1ms)"]);
        check(&text, &["latency.applied   p50", "< 1ms MISSED", "whole ", "ok"]);
        let line = verdict_line(&pair_of(&text));
        assert!(line.starts_with("MISSED   1 of 2 thresholds   ") && line.ends_with("exit 99"));
        assert!(line.contains("fast: ") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn an_idle_fault_is_inconclusive_with_a_way_out() {
        let text = SMALL.replace("routers -> validators", "router-0 -> router-1");
        let words = ["INCONCLUSIVE", "exit 97", "fault `storm`", "Is there traffic on router-0"];
        check(&text, &words);
    }

    #[test]
    fn a_calm_run_needs_no_twin() {
        let calm = SMALL.split("[[fault]]").next().expect("a first part");
        check(calm, &["PASS", "Over the whole run", "from intended send", "run"]);
        let screen = screen(calm);
        for word in ["twin", "ratio", "achieved"] {
            assert!(!screen.contains(word), "`{word}` in\n{screen}");
        }
    }

    #[test]
    fn a_run_with_many_checks_and_faults_still_fits() {
        let mut text = SMALL.to_owned();
        for at in 0..12 {
            let on = if at % 2 == 0 { "routers" } else { "validators" };
            text += &format!(
                "[[fault]]\nname = \"cut-{at}\"\nat = \"{}ms\"\nfor = \"200ms\"\n\
                              on = \"{on} -> *\"\nloss = \"20%\"\n",
                2_000 + 100 * at
            );
        }
        text += "[thresholds]\n";
        for at in 0..20 {
            text += &format!("demand-{at} = \"count(lost) in cut-{} == 0\"\n", at % 12);
        }
        check(&text, &["more in summary.json", "more in faults.csv"]);
    }

    #[test]
    fn words_are_kept_whole_and_spaces_stay() {
        assert_eq!(wrapped("  a bc def", 6, "> "), ["  a bc", "> def"]);
        assert_eq!(wrapped("LIMITS   One", 100, ""), ["LIMITS   One"]);
        assert_eq!(wrapped("incompressible", 5, ""), ["incompressible"]);
    }
}
