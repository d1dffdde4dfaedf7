//! Scenario files as written and scenarios as meant.
//!
//! [`load`] reads a file, a bundled scenario or a text, applies overrides, and returns either a
//! [`model::Scenario`] in which every name and value makes sense, or every error at once.
//!
//! **Invariant:** no input, however strange, panics.

mod bundled;
mod cast;
mod catalogue;
pub mod check;
pub mod claim;
mod demand;
mod document;
mod file;
mod json;
pub mod model;
mod overrides;
mod problem;
mod quantity;
mod relation;
mod resolve;
mod resolved;
mod schema;
pub mod selector;
mod show;
mod source;
mod spelt;
mod strength;
mod table;
#[cfg(test)]
mod tests;
mod trace_rows;
mod words;
mod written;
mod yaml;

pub use bundled::{BUNDLED, Bundled, TEMPLATE};
pub use cast::singular;
pub use catalogue::{Catalogue, OrderingEntry};
pub use problem::{Problem, ScenarioErrors};
pub use relation::sought;
pub use resolved::condition;
pub use schema::{keys, schema};
pub use show::{rate_range, show};
pub use source::Source;
pub use strength::{Strength, scale, strengths};
pub use table::{BUNDLED_TABLES, BundledTable};

use document::{Node, read_toml};
use file::ScenarioFile;
use json::read_json;
use model::{Names, Scenario};
use problem::{Log, Place};
use resolve::{Setting, resolve};
use written::{Reader, Written};

/// Reads and checks a scenario. Each override is a path and a value, as in
/// `load.issuers.rate` and `100/s`; they are applied in order.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the text.
pub fn load(
    source: &Source,
    overrides: &[(String, String)],
    catalogue: &Catalogue<'_>,
) -> Result<Scenario, ScenarioErrors> {
    let text = source.read()?;
    let name = source.name();
    let mut log = Log::new(&name, &text);
    if let Some(mut root) = read_document(&mut log, &name, &text) {
        for (path, value) in overrides {
            overrides::apply(&mut log, &mut root, path, value);
        }
        let setting = Setting { catalogue, folder: source.folder() };
        let scenario = read_scenario(&mut log, &root, setting);
        if let Some(scenario) = scenario.filter(|_| log.is_empty()) {
            return Ok(scenario);
        }
    }
    assert!(!log.is_empty(), "a scenario is refused only with a reason");
    Err(log.finish())
}

/// Reads a name map: what production calls the gauges that rules look at.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn name_map(file: &std::path::Path) -> Result<Names, ScenarioErrors> {
    let name = file.display().to_string();
    let text = source::read_text(file).map_err(|why| {
        ScenarioErrors::about(&name, format!("`{name}` {}", why.message), why.note)
    })?;
    let mut log = Log::new(&name, &text);
    let names = resolve::names_of(&mut Reader::new(&mut log), 0, &text);
    match names.filter(|_| log.is_empty()) {
        Some(names) => Ok(names),
        None => Err(log.finish()),
    }
}

fn read_document(log: &mut Log, name: &str, text: &str) -> Option<Node> {
    let is_json = name.ends_with(".json") || text.trim_start().starts_with('{');
    let root = if is_json { read_json(log, 0, text) } else { read_toml(log, 0, text) }?;
    if root.table().is_some_and(|table| table.entries.is_empty()) && log.is_empty() {
        let note = format!("for a start: attestorm scenario new --from calm-baseline {name}");
        log.add(Place::whole(0), "this scenario is empty", note);
        return None;
    }
    Some(root)
}

fn read_scenario(log: &mut Log, root: &Node, setting: Setting<'_>) -> Option<Scenario> {
    let mut reader = Reader::new(log);
    let file = ScenarioFile::read(root, &mut reader)?;
    resolve(&file, &mut reader, setting)
}
