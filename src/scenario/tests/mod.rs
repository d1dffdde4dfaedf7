//! What the whole layer does: texts in, scenarios or error screens out.

mod bundled;
mod errors;
mod meaning;
mod rules;
mod strange;
mod trace;

use serde_json::{Value as Json, json};

use super::model::Scenario;
use super::*;

macro_rules! entries {
    ($($name:literal),*) => { [$(OrderingEntry { name: $name, check: keep, schema: any }),*] };
}

/// The names that bundled scenarios compare, none with parameters of its own but `watermark`.
pub(super) const CATALOGUE: Catalogue<'static> = Catalogue {
    orderings: &{
        let mut all = entries!(
            "arrival",
            "fifo",
            "watermark",
            "causal",
            "sequencer",
            "bcb",
            "jolteon",
            "hlc",
            "sharded-sequencer",
            "mysticeti",
            "bullshark"
        );
        all[2] = OrderingEntry { name: "watermark", check: check_watermark, schema: watermark };
        all
    },
};

fn keep(written: &Json) -> Result<Json, String> {
    Ok(written.clone())
}

fn any() -> Json {
    json!({ "type": "object" })
}

fn check_watermark(written: &Json) -> Result<Json, String> {
    match &written["bound"] {
        Json::String(text) if text == "0s" => Err("bound = 0s: must be at least 1ms".into()),
        Json::String(_) => keep(written),
        other => Err(format!("`bound` must be a length of time, not {other}")),
    }
}

fn watermark() -> Json {
    json!({ "type": "object", "properties": { "bound": { "type": "string" } } })
}

pub(super) fn load_text(text: &str) -> Result<Scenario, ScenarioErrors> {
    let source = Source::Text { name: "ours.toml".into(), text: text.into() };
    load(&source, &[], &CATALOGUE)
}

/// Equal but for the lines, which are where the text has them.
pub(super) fn same(a: &Scenario, b: &Scenario) {
    let [mut a, mut b] = [a.clone(), b.clone()];
    for fault in a.faults.iter_mut().chain(&mut b.faults) {
        fault.line = 0;
    }
    let lines = |scenario: &Scenario| format!("{scenario:#?}");
    let (left, right) = (lines(&a), lines(&b));
    let differs = left.lines().zip(right.lines()).find(|(a, b)| a != b);
    assert!(a == b, "{differs:?}\n\n{}\n\n{}", a.to_toml(), b.to_toml());
}
