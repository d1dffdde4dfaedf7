//! Reads what a claim says of variants:
//! `<stat>(<metric>) [in <phase>]: <variant> <op> [<factor>x] <variant> [+ <value>]`.

use super::check::Sought;
use super::claim::{Holds, Side};
use super::demand::{Measure, Names, Scale, read_measure, read_relation, read_value};
use super::model::{Phase, Scenario};
use super::problem::suggest;
use super::quantity::{Factor, Quantity};
use super::words::{Mistake, Words};

const FORM: &str = "a claim is like `p99(latency.applied) in storm: causal < 0.5x arrival`";

/// Reads what must hold between `variants`.
pub(crate) fn read_holds(text: &str, variants: &[String], names: &Names) -> Result<Holds, Mistake> {
    let mut words = Words::new(text);
    let measure = read_measure(&mut words, names, FORM)?;
    if words.sign(&[":"]).is_none() {
        return Err(words.here().wrong("`:` is missing here", FORM));
    }
    let left = read_variant(&mut words, variants)?;
    let relation = read_relation(&mut words)?;
    let right = read_side(&mut words, variants, measure.scale)?;
    let Measure { stat, metric, window, phase, .. } = measure;
    Ok(Holds { text: text.to_owned(), stat, metric, window, phase, left, relation, right })
}

/// Reads what a command line wants to see of a scenario: `p99(latency.applied) in storm`.
///
/// # Errors
/// What is wrong with it and what is allowed, in two lines.
pub fn sought(text: &str, scenario: &Scenario) -> Result<Sought, String> {
    let names = Names {
        phases: scenario.phases.iter().map(|phase| phase.name.clone()).collect(),
        groups: match Phase::are_apart(scenario.phases.len(), scenario.load.len()) {
            true => scenario.load.iter().map(|group| group.name.clone()).collect(),
            false => Vec::new(),
        },
        faults: scenario.faults.iter().map(|fault| fault.name.clone()).collect(),
        incomplete: false,
        duration: Some(scenario.duration),
    };
    let form = "write it like `p99(latency.applied) in storm`";
    let mut words = Words::new(text);
    let read = read_measure(&mut words, &names, form).and_then(|measure| match words.is_done() {
        true => Ok(measure),
        false => Err(words.here().wrong("nothing more is expected here", form)),
    });
    let Measure { stat, metric, window, phase, .. } =
        read.map_err(|mistake| format!("{}\n{}", mistake.message, mistake.note))?;
    Ok(Sought { text: text.to_owned(), stat, metric, window, phase })
}

fn read_variant(words: &mut Words<'_>, variants: &[String]) -> Result<String, Mistake> {
    if let Some(name) = words.name(variants) {
        return Ok(name.text.to_owned());
    }
    let word = words.word();
    if word.text.is_empty() {
        return Err(words.here().wrong("a variant is missing here", FORM));
    }
    let meant = suggest(word.text, variants.iter().map(String::as_str));
    let note = format!("{meant}variants: {}", variants.join(", "));
    Err(word.wrong(format!("`by` has no variant `{}`", word.text), note))
}

fn read_side(words: &mut Words<'_>, variants: &[String], scale: Scale) -> Result<Side, Mistake> {
    if let Some(name) = words.name(variants) {
        let label = name.text.to_owned();
        return Ok(Side::Variant { times: 1.0, label, plus: read_plus(words, scale)? });
    }
    let word = words.peek();
    if let Ok(Factor(times)) = Factor::parse(word.text) {
        words.word();
        let label = read_variant(words, variants)?;
        return Ok(Side::Variant { times, label, plus: read_plus(words, scale)? });
    }
    let rest = words.remainder();
    let is_name = rest.text.starts_with(|c: char| c.is_alphabetic());
    match rest.text {
        "" => Err(rest.wrong("a variant or a value is missing here", FORM)),
        name if is_name => {
            let meant = suggest(name, variants.iter().map(String::as_str));
            let note = format!("{meant}variants: {}", variants.join(", "));
            Err(rest.wrong(format!("`by` has no variant `{name}`"), note))
        }
        _ => read_value(&rest, scale).map(Side::Value),
    }
}

/// `+ 10ms`, or nothing.
fn read_plus(words: &mut Words<'_>, scale: Scale) -> Result<f64, Mistake> {
    let plus = words.sign(&["+"]);
    let rest = words.remainder();
    match (plus, rest.text) {
        (Some(_), "") => Err(rest.wrong("a value is missing here", FORM)),
        (Some(_), _) => read_value(&rest, scale),
        (None, "") => Ok(0.0),
        (None, _) => Err(rest.wrong("nothing but `+` may follow a variant", FORM)),
    }
}
