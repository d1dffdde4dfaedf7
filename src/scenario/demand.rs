//! Reads checks:
//! `<stat>(<metric> [over <window>]) [in <phase> | after <fault>] [of <group>] <op> <value>`.
//! What stands before the `:` of a claim is read by the same words.

use super::check::{Bound, Check, Relation, Stat};
use super::model::Phase;
use super::problem::suggest;
use super::quantity::{Factor, Quantity, Rate, Share, Size};
use super::words::{Mistake, Word, Words};
use crate::kernel::Span;
use crate::measure::metric::{self, Kind, Metric, Unit};

/// The names that a check may use besides metrics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Every phase.
    pub(crate) phases: Vec<String>,
    /// Every load group, if they are looked at apart.
    pub(crate) groups: Vec<String>,
    /// Every fault.
    pub(crate) faults: Vec<String>,
    /// Some fault is wrong, so that phases may be missing.
    pub(crate) incomplete: bool,
    /// What is measured; a window must fit into it.
    pub(crate) duration: Option<Span>,
}

/// Every statistic with its name.
const STATS: [(&str, Stat); 13] = [
    ("p50", Stat::Percentile(0.5)),
    ("p90", Stat::Percentile(0.9)),
    ("p95", Stat::Percentile(0.95)),
    ("p99", Stat::Percentile(0.99)),
    ("p99.9", Stat::Percentile(0.999)),
    ("max", Stat::Max),
    ("min", Stat::Min),
    ("mean", Stat::Mean),
    ("count", Stat::Count),
    ("share", Stat::Share),
    ("per10k", Stat::Per10k),
    ("longest", Stat::Longest),
    ("recovery", Stat::Recovery),
];

const FORM: &str = "a check is like `p99(latency.applied) in storm < 800ms`";

/// What is computed, as far as it is written before the comparison.
pub(super) struct Measure {
    pub(super) stat: Stat,
    pub(super) metric: String,
    pub(super) window: Option<Span>,
    pub(super) phase: Option<String>,
    /// How values of it are written.
    pub(super) scale: Scale,
}

/// Reads one check and makes sure that its names exist and its units fit.
pub(crate) fn read_check(text: &str, names: &Names) -> Result<Check, Mistake> {
    let mut words = Words::new(text);
    let Measure { stat, metric, window, phase, scale } = read_measure(&mut words, names, FORM)?;
    let relation = read_relation(&mut words)?;
    let bound = read_bound(&words.remainder(), scale)?;
    Ok(Check { text: text.to_owned(), stat, metric, window, phase, relation, bound })
}

/// Reads up to the comparison, or the `:` of a claim; `form` is how the whole is written.
pub(super) fn read_measure(
    words: &mut Words<'_>,
    names: &Names,
    form: &str,
) -> Result<Measure, Mistake> {
    if let Some(moment) = read_moment(words) {
        return Ok(moment);
    }
    let stat = read_stat(words, form)?;
    if words.sign(&["("]).is_none() {
        return Err(words.here().wrong("`(` is missing here", form));
    }
    let (metric, scale) = read_subject(words, stat, names)?;
    let window = read_window(words, stat, names)?;
    if words.sign(&[")"]).is_none() {
        return Err(words.here().wrong("`)` is missing here", form));
    }
    let phase = read_phase(words, stat, names)?;
    let phase = read_group(words, (stat, window), phase, names)?;
    Ok(Measure { stat, metric, window, phase, scale })
}

/// A moment is one number of the whole run: it needs no statistic and no phase.
fn read_moment(words: &mut Words<'_>) -> Option<Measure> {
    let metric = metric::find(words.peek().text).filter(|found| found.kind == Kind::Moment)?;
    words.word();
    let (stat, scale) = (Stat::Single, scale_of(Stat::Single, metric));
    Some(Measure { stat, metric: metric.name.to_owned(), window: None, phase: None, scale })
}

fn read_stat(words: &mut Words<'_>, form: &str) -> Result<Stat, Mistake> {
    let word = words.word();
    if word.text.is_empty() {
        return Err(words.here().wrong("a statistic is missing here", form));
    }
    let found = STATS.iter().find(|(name, _)| *name == word.text).map(|(_, stat)| *stat);
    found.ok_or_else(|| {
        let meant = suggest(word.text, STATS.iter().map(|(name, _)| *name));
        let all: Vec<&str> = STATS.iter().map(|(name, _)| *name).collect();
        let message = format!("there is no statistic `{}`", word.text);
        word.wrong(message, format!("{meant}statistics: {}", all.join(" ")))
    })
}

/// How the right side of a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Millis,
    Share,
    Rate,
    Bytes,
    Plain,
}

fn read_subject(
    words: &mut Words<'_>,
    stat: Stat,
    names: &Names,
) -> Result<(String, Scale), Mistake> {
    let word = words.word();
    if stat == Stat::Recovery {
        if names.faults.iter().any(|fault| fault == word.text) {
            return Ok((word.text.to_owned(), Scale::Millis));
        }
        return Err(no_fault(&word, names));
    }
    let Some(metric) = metric::find(word.text) else {
        let meant = suggest(word.text, metric::TABLE.iter().map(|metric| metric.name));
        let note = format!("{meant}see: attestorm metrics {}", word.text);
        return Err(word.wrong(format!("there is no metric `{}`", word.text), note));
    };
    let allowed = stats_of(metric.kind);
    if !allowed.contains(&stat_name(stat)) {
        let message = format!("`{}` of `{}` makes no sense", stat_name(stat), metric.name);
        let note = match metric.kind {
            Kind::Moment => format!("write it alone: `{} < …`", metric.name),
            _ => format!("`{}` has: {}", metric.name, allowed.join(" ")),
        };
        return Err(word.wrong(message, note));
    }
    Ok((metric.name.to_owned(), scale_of(stat, metric)))
}

fn stat_name(stat: Stat) -> &'static str {
    STATS.iter().find(|(_, known)| *known == stat).map_or("", |(name, _)| name)
}

fn stats_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sample => &["p50", "p90", "p95", "p99", "p99.9", "max", "min", "mean"],
        Kind::Event => &["count", "share", "per10k"],
        Kind::Stretch => &["longest", "count"],
        Kind::Rate => &["min", "mean", "max"],
        Kind::Cost => &["mean"],
        Kind::Portion => &["share"],
        Kind::Moment => &[],
        Kind::Happening => &["count"],
    }
}

fn scale_of(stat: Stat, metric: &Metric) -> Scale {
    match stat {
        Stat::Count | Stat::Per10k => Scale::Plain,
        Stat::Share => Scale::Share,
        Stat::Longest | Stat::Recovery => Scale::Millis,
        Stat::Percentile(_) | Stat::Max | Stat::Min | Stat::Mean | Stat::Single => {
            match metric.unit {
                Unit::Millis => Scale::Millis,
                Unit::PerSecond => Scale::Rate,
                Unit::Bytes => Scale::Bytes,
                Unit::Part => Scale::Share,
                Unit::Operations
                | Unit::Places
                | Unit::Versions
                | Unit::Messages
                | Unit::Acts
                | Unit::Minutes
                | Unit::Times => Scale::Plain,
            }
        }
    }
}

fn read_window(words: &mut Words<'_>, stat: Stat, names: &Names) -> Result<Option<Span>, Mistake> {
    if words.peek().text != "over" {
        return Ok(None);
    }
    let over = words.word();
    let word = words.word();
    let span = Span::parse(word.text).map_err(|_| {
        word.wrong(format!("`{}` is not a length of time", word.text), Span::EXAMPLES)
    })?;
    if matches!(stat, Stat::Longest | Stat::Recovery) {
        let note = format!("`{}` looks at the whole phase", stat_name(stat));
        return Err(over.wrong("no window fits here", note));
    }
    let limit = names.duration.unwrap_or(Span::MAX);
    if span == Span::ZERO || span > limit {
        let note = format!("a window is more than 0s and at most the run, {limit}");
        return Err(word.wrong("this window does not fit into the run", note));
    }
    Ok(Some(span))
}

fn read_phase(words: &mut Words<'_>, stat: Stat, names: &Names) -> Result<Option<String>, Mistake> {
    let before = words.peek();
    let after = match before.text {
        "in" => false,
        "after" => true,
        _ => return Ok(None),
    };
    words.word();
    if stat == Stat::Recovery {
        return Err(before.wrong("`recovery` has no phase", "it starts where the fault ends"));
    }
    let word = words.word();
    let name = if after { format!("after {}", word.text) } else { word.text.to_owned() };
    if names.phases.contains(&name) {
        return Ok(Some(name));
    }
    let fault = word.text.split('.').next().unwrap_or("");
    if names.incomplete && names.faults.iter().any(|known| known == fault) {
        return Ok(Some(name));
    }
    if after && !names.faults.iter().any(|known| known == word.text) {
        return Err(no_fault(&word, names));
    }
    if after {
        let message = format!("there is nothing after `{}`", word.text);
        return Err(
            word.wrong(message, "the fault lasts until the end of the run: give it a `for`")
        );
    }
    let meant = suggest(word.text, names.phases.iter().map(String::as_str));
    let note = format!("{meant}phases: {}", list(&names.phases));
    Err(word.wrong(format!("there is no phase `{}`", word.text), note))
}

/// `of <group>`: only what one load group intends.
fn read_group(
    words: &mut Words<'_>,
    (stat, window): (Stat, Option<Span>),
    phase: Option<String>,
    names: &Names,
) -> Result<Option<String>, Mistake> {
    let of = words.peek();
    if of.text != "of" {
        return Ok(phase);
    }
    words.word();
    let word = words.word();
    if window.is_some() || matches!(stat, Stat::Longest | Stat::Recovery) {
        let note = "windows, stretches and recovery are of everybody";
        return Err(of.wrong("no load group fits here", note));
    }
    if !names.groups.iter().any(|group| group == word.text) {
        let meant = suggest(word.text, names.groups.iter().map(String::as_str));
        let note = match names.groups.is_empty() {
            true => "there is one, or there are too many phases to look at groups apart".to_owned(),
            false => format!("{meant}load groups: {}", names.groups.join(", ")),
        };
        return Err(word.wrong(format!("there is no load group `{}` to look at", word.text), note));
    }
    Ok(Some(Phase::of_group(phase.as_deref().unwrap_or("run"), word.text)))
}

/// A list of names, shortened when a climb has made many.
fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().map(String::as_str).take(12).collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    if names.is_empty() { "none".to_owned() } else { format!("{}{more}", shown.join(", ")) }
}

fn no_fault(word: &Word<'_>, names: &Names) -> Mistake {
    let meant = suggest(word.text, names.faults.iter().map(String::as_str));
    let note = format!("{meant}faults: {}", list(&names.faults));
    word.wrong(format!("there is no fault `{}`", word.text), note)
}

pub(super) fn read_relation(words: &mut Words<'_>) -> Result<Relation, Mistake> {
    match words.sign(&["<=", ">=", "==", "<", ">"]) {
        Some("<") => Ok(Relation::Less),
        Some("<=") => Ok(Relation::AtMost),
        Some("==") => Ok(Relation::Equal),
        Some(">=") => Ok(Relation::AtLeast),
        Some(">") => Ok(Relation::More),
        Some(_) | None => {
            let message = "a comparison is missing here";
            Err(words.here().wrong(message, "one of: < <= == >= >"))
        }
    }
}

fn read_bound(word: &Word<'_>, scale: Scale) -> Result<Bound, Mistake> {
    if word.text.is_empty() {
        return Err(word.wrong("a value is missing here", FORM));
    }
    if let Some(factor) = word.text.strip_suffix("twin") {
        return read_twin(factor.trim_end()).ok_or_else(|| {
            let message = format!("`{}` is not a multiple of the twin", word.text);
            word.wrong(message, "write it like `1.2x twin` or `80% of twin`")
        });
    }
    read_value(word, scale).map(Bound::Value)
}

/// A value in the unit of what it is compared with.
pub(super) fn read_value(word: &Word<'_>, scale: Scale) -> Result<f64, Mistake> {
    let (value, what, note) = match scale {
        Scale::Millis => read_as::<Span>(word.text, Span::as_millis_f64),
        Scale::Share => read_as::<Share>(word.text, |share| share.0),
        Scale::Rate => read_as::<Rate>(word.text, |rate| rate.0),
        Scale::Bytes => read_as::<Size>(word.text, |size| size.0 as f64),
        Scale::Plain => (plain_number(word.text), "a plain number", "write it without a unit"),
    };
    let no_unit = scale != Scale::Plain && plain_number(word.text).is_some();
    value.ok_or_else(|| {
        let is = if no_unit { "has no unit".to_owned() } else { format!("is not {what}") };
        word.wrong(format!("`{}` {is}", word.text), note)
    })
}

/// The value of a quantity if it is one, and its words for an error.
fn read_as<T: Quantity>(
    text: &str,
    value: impl Fn(T) -> f64,
) -> (Option<f64>, &'static str, &'static str) {
    (T::parse(text).ok().map(value), T::WHAT, T::EXAMPLES)
}

/// `1.2x` or `80% of`.
fn read_twin(text: &str) -> Option<Bound> {
    let factor = match text.strip_suffix("of") {
        Some(percent) => {
            let percent = percent.trim_end().strip_suffix('%')?;
            Factor::parse(&format!("{}x", percent.trim_end())).ok()?.0 / 100.0
        }
        None => Factor::parse(text).ok()?.0,
    };
    Some(Bound::TimesTwin(factor))
}

fn plain_number(text: &str) -> Option<f64> {
    Factor::parse(&format!("{text}x")).ok().map(|factor| factor.0)
}
