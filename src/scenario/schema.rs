//! The JSON Schema of scenario files, from the same declarations that read them.

use serde_json::{Map, Value as Json, json};

use super::catalogue::Catalogue;
use super::file::ScenarioFile;
use super::written::Written as _;

/// The JSON Schema of a scenario file, for editors; with the strategies of `catalogue`.
pub fn schema(catalogue: &Catalogue<'_>) -> Json {
    let mut schema = ScenarioFile::schema();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "attestorm scenario".into();
    schema["required"] = json!(["name", "duration", "load"]);
    schema["properties"]["ordering"]["enum"] = json!(catalogue.ordering_names());
    let orderings: Map<String, Json> =
        catalogue.orderings.iter().map(|entry| (entry.name.to_owned(), (entry.schema)())).collect();
    let parameters = &mut schema["properties"]["parameters"]["properties"]["ordering"];
    parameters["properties"] = Json::Object(orderings);
    parameters["additionalProperties"] = false.into();
    for axis in crate::flow::axes() {
        let names: Vec<&str> = axis.choices.iter().map(|choice| choice.name).collect();
        schema["properties"]["routers"]["properties"][axis.name]["enum"] = json!(names);
        let sets = axis.choices.iter().map(|known| (known.name.to_owned(), (known.schema)()));
        let parameters = &mut schema["properties"]["parameters"]["properties"][axis.name];
        parameters["properties"] = Json::Object(sets.collect());
        parameters["additionalProperties"] = false.into();
    }
    schema
}

/// Every key that a scenario file can have, wherever it stands; sorted, each once.
pub fn keys() -> Vec<&'static str> {
    let mut keys = Vec::new();
    ScenarioFile::list_keys(&mut keys);
    keys.sort_unstable();
    keys.dedup();
    keys
}
