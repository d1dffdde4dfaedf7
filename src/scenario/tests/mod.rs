//! What the whole layer does: texts in, scenarios or error screens out.

mod errors;

use serde_json::{Value as Json, json};

use super::*;

macro_rules! entries {
    ($($name:literal),*) => { &[$(OrderingEntry { name: $name, check: keep, schema: any }),*] };
}

/// The names of the first release, none with parameters but `watermark`.
pub(super) const CATALOGUE: Catalogue = Catalogue {
    orderings: &{
        let mut all =
            *entries!("arrival", "fifo", "watermark", "causal", "sequencer", "bcb", "jolteon");
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

#[test]
fn every_bundled_scenario_loads_and_is_called_as_listed() {
    for bundled in &BUNDLED {
        let scenario = load(&Source::Bundled(bundled), &[], &CATALOGUE);
        let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!((&*scenario.name, &*scenario.question), (bundled.name, bundled.question));
    }
}
