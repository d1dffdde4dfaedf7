//! The screen of one run: verdict, reason, numbers, doubt, files, next command.

use std::fmt::Write;

use super::format::{cut, number, span, wall};
use super::run_numbers::{numbers, relation_and_bound};
use super::sentence;
use crate::experiment::{Met, Pair, Word, grouped};
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
pub(super) struct Most {
    findings: usize,
    pub(super) events: usize,
    pub(super) checks: usize,
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
        Arrivals::Open { stages, shape, .. } => {
            let swings: String = shape.words().iter().map(|word| format!(", {word}")).collect();
            let ends = stages.iter().flat_map(|stage| [stage.from, stage.to]);
            let (least, most) = ends
                .fold((f64::MAX, 0.0_f64), |(least, most), rate| (least.min(rate), most.max(rate)));
            match (most - least).abs() < 1e-9 {
                true => format!("{}/s{swings}", number(most)),
                false => format!("{}..{}/s{swings}", number(least), number(most)),
            }
        }
        Arrivals::Trace(trace) => format!("{} recorded", trace.rows.len()),
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
        Standing::NotOwed { why, first, count } => {
            Some((verdict.property.name(), why, times(*count), first))
        }
        Standing::Held | Standing::Broken { .. } => None,
    });
    for (property, why, times, first) in not_owed.take(most.findings) {
        wrap(to, &format!("not owed  {property}: {why}. Violated {times}: {first}"))?;
    }
    for sentence in sentence::of_run(pair) {
        wrap(to, &sentence)?;
    }
    if let Some(doubt) = super::trust_anew::doubt(pair) {
        wrap(to, &doubt)?;
    }
    writeln!(to)
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{} times, first", grouped(count)),
    }
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
    if let Some(model) = super::trust_page::model_line(pair) {
        writeln!(to, "  confident    {model}")?;
    }
    if let Some(rules) = super::production_line(scenario) {
        writeln!(to, "  rules        {rules}")?;
    }
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
        check(calm, &["PASS", "Of 258, none was", "from intended send", "run"]);
        let screen = screen(calm);
        for word in ["twin", " ratio", "achieved"] {
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
