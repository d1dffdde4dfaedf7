//! What the layers above offer to scenarios by name.

use serde_json::Value as Json;

use crate::ordering;

/// Every choice that a scenario can name and that this layer does not know itself.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue<'a> {
    /// The ordering strategies.
    pub orderings: &'a [OrderingEntry],
}

/// One ordering strategy as scenarios see it.
#[derive(Clone, Copy, Debug)]
pub struct OrderingEntry {
    /// Its name.
    pub name: &'static str,
    /// Checks `[parameters.ordering.<name>]`, an object of what was written, and returns it as it
    /// is to be used. An error that names a key, as in "`gap` is", or "gap = 0s:" at its beginning,
    /// is shown at that key.
    pub check: fn(&Json) -> Result<Json, String>,
    /// The JSON Schema of its parameters; keys outside its `properties` are refused.
    pub schema: fn() -> Json,
}

impl OrderingEntry {
    /// The strategies of a build.
    pub fn all(catalogue: &ordering::Catalogue) -> Vec<Self> {
        let entries = catalogue.entries().iter();
        let entries = entries.map(|at| Self { name: at.name, check: at.check, schema: at.schema });
        entries.collect()
    }
}

impl<'a> Catalogue<'a> {
    /// The names of all ordering strategies, in order.
    pub fn ordering_names(&self) -> Vec<&'static str> {
        self.orderings.iter().map(|entry| entry.name).collect()
    }

    /// The strategy of that name.
    pub fn ordering(&self, name: &str) -> Option<&'a OrderingEntry> {
        self.orderings.iter().find(|entry| entry.name == name)
    }
}
