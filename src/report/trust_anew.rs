//! Which conclusions survive another model of confidence, in words and tables.

use std::fmt::Write;

use serde_json::{Value, json};

use super::format::number;
use crate::experiment::{
    Comparison, Conclusion, Pair, Range, claims_anew, conclusions, confident_share, is_judged_anew,
    mean_confident, variants_of,
};
use crate::measure::metric::{self, Metric};
use crate::trust::Variant;

/// The same looks under other models, and which conclusions survive; nothing without trust.
pub(super) fn section(to: &mut String, pair: &Pair, phase: usize) -> std::fmt::Result {
    let Some(variants) = variants_of(pair) else { return Ok(()) };
    opening(to)?;
    let focus = pair.least_trusted();
    let twin = pair.twin.as_ref().map(|twin| &twin.measurement);
    let columns: Vec<_> = twin
        .into_iter()
        .map(|twin| ("twin", twin))
        .chain([(focus, &pair.run.measurement)])
        .collect();
    let heads: Vec<_> = columns.iter().map(|(head, _)| format!("confident, {head}")).collect();
    head(to, &heads)?;
    for (at, variant) in variants.iter().enumerate() {
        write!(to, "| {} |", variant.name)?;
        for (_, of) in &columns {
            write!(to, " {} |", confident_share(of, phase, at).map_or("-".to_owned(), share))?;
        }
        writeln!(to)?;
    }
    let conclusions = conclusions(pair);
    list(to, &conclusions, &variants)?;
    for name in not_judged(pair) {
        writeln!(to, "- `{name}` rests on the model and is not judged anew: run it with others.")?;
    }
    Ok(())
}

/// What a comparison says of trust, for its page; empty where nobody relies on anything.
pub(super) fn of_comparison(comparison: &Comparison) -> String {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let Some((first, variants)) = first.and_then(|pair| Some((pair, variants_of(pair)?))) else {
        return String::new();
    };
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_comparison(&mut text, comparison, first, &variants);
    text
}

fn write_comparison(
    to: &mut String,
    comparison: &Comparison,
    first: &Pair,
    variants: &[Variant],
) -> std::fmt::Result {
    let focus = first.focus();
    let model = super::trust_page::model_line(first).unwrap_or_default();
    writeln!(to, "\n## Trust\n\n{model}. Confident in {focus}, mean over seeds.")?;
    opening(to)?;
    head(to, &comparison.labels)?;
    for (at, variant) in variants.iter().enumerate() {
        write!(to, "| {} |", variant.name)?;
        for runs in &comparison.runs {
            let mean = mean_confident(runs, focus, at);
            write!(to, " {} |", mean.map_or("-".to_owned(), share))?;
        }
        writeln!(to)?;
    }
    list(to, &claims_anew(comparison), variants)
}

/// What a comparison concludes by variant of the model, for its `summary.json`.
pub(super) fn comparison_json(comparison: &Comparison) -> Value {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let variants = first.and_then(variants_of);
    variants.map_or(Value::Null, |variants| of_conclusions(&claims_anew(comparison), &variants))
}

fn opening(to: &mut String) -> std::fmt::Result {
    writeln!(to, "\n### With other models\n")?;
    writeln!(to, "The same looks, judged anew with one thing changed. A range: parties that were")?;
    writeln!(to, "confident looked no further, so that a stricter model does not know what they")?;
    writeln!(to, "would have seen.\n")
}

fn head(to: &mut String, heads: &[String]) -> std::fmt::Result {
    writeln!(to, "| model | {} |", heads.join(" | "))?;
    writeln!(to, "|---{}|", "|---".repeat(heads.len()))
}

fn list(to: &mut String, all: &[Conclusion], variants: &[Variant]) -> std::fmt::Result {
    writeln!(to)?;
    all.iter().try_for_each(|conclusion| writeln!(to, "- {}", text(conclusion, variants)))
}

fn text(conclusion: &Conclusion, variants: &[Variant]) -> String {
    let what = &conclusion.what;
    let said = match conclusion.holds[0] {
        Some(true) => format!("{what} holds"),
        Some(false) => format!("{what} does not hold"),
        None => return format!("{what} is open."),
    };
    match fate(conclusion, variants) {
        None => format!("{said}, and survives every model."),
        Some(fate) => format!("{said}{fate}."),
    }
}

/// `, but not with: tau halved; open: one look more`; nothing if it survives every variant.
fn fate(conclusion: &Conclusion, variants: &[Variant]) -> Option<String> {
    let names = |which: Vec<usize>| {
        which.into_iter().map(|at| variants[at].name).collect::<Vec<_>>().join(", ")
    };
    let (against, open) = (names(conclusion.against()), names(conclusion.open()));
    match (against.is_empty(), open.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("; open: {open}")),
        (false, true) => Some(format!(", but not with: {against}")),
        (false, false) => Some(format!(", but not with: {against}; open: {open}")),
    }
}

/// Thresholds on a modelled metric of which the looks of one run do not tell enough.
fn not_judged(pair: &Pair) -> impl Iterator<Item = &str> {
    let checks = pair.scenario.thresholds.iter().map(|threshold| &threshold.check);
    let resting =
        checks.filter(|check| metric::find(&check.metric).is_some_and(Metric::is_modelled));
    resting.filter(|check| !is_judged_anew(check.subject())).map(|check| check.text.as_str())
}

/// A line for the screen, if a threshold rests on the declared model: whether it survives others.
pub(super) fn doubt(pair: &Pair) -> Option<String> {
    let variants = variants_of(pair)?;
    let resting =
        pair.scenario.thresholds.iter().filter(|threshold| {
            metric::find(&threshold.check.metric).is_some_and(Metric::is_modelled)
        });
    let names: Vec<String> = resting.map(|threshold| format!("`{}`", threshold.name)).collect();
    if names.is_empty() {
        return None;
    }
    let (plural, model) =
        (if names.len() > 1 { "" } else { "s" }, variants[0].model.formula.name());
    let all = conclusions(pair);
    let frail = all.iter().filter(|conclusion| {
        conclusion.what.starts_with('`') && fate(conclusion, &variants).is_some()
    });
    let frail: Vec<&str> = frail.map(|conclusion| conclusion.what.as_str()).collect();
    let is_sure = frail.is_empty() && not_judged(pair).next().is_none();
    let more = if is_sure { "survives every other one tried" } else { "other models differ" };
    Some(format!(
        "doubt  {} rest{plural} on the declared model {model} alone; {more}: see summary.md",
        names.join(", ")
    ))
}

/// Conclusions by variant, for `summary.json`.
pub(super) fn json(pair: &Pair) -> Value {
    let Some(variants) = variants_of(pair) else { return Value::Null };
    of_conclusions(&conclusions(pair), &variants)
}

fn of_conclusions(all: &[Conclusion], variants: &[Variant]) -> Value {
    let one = |conclusion: &Conclusion| {
        let names = |which: Vec<usize>| -> Vec<&str> {
            which.into_iter().map(|at| variants[at].name).collect()
        };
        json!({ "what": conclusion.what, "holds": conclusion.holds[0],
                "not_with": names(conclusion.against()), "open": names(conclusion.open()) })
    };
    all.iter().map(one).collect()
}

fn share(range: Range) -> String {
    let [low, high] =
        [range.least, range.most].map(|share| number((share * 1_000.0).floor() / 10.0));
    if low == high { format!("{low} %") } else { format!("{low} to {high} %") }
}
