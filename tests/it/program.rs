//! The program as a user runs it: in a process of its own, in an empty folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// An empty folder to run in.
pub(crate) struct Place(TempDir);

/// What a run of the program left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), content).expect("writes");
    }

    /// Runs the program with these arguments, split at spaces.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        let program = env!("CARGO_BIN_EXE_attestorm");
        let output = Command::new(program)
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .output()
            .expect("the program starts");
        Ran::from(output)
    }

    /// Runs the program and expects it to end with this code.
    pub(crate) fn expect(&self, code: i32, arguments: &str) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments}\n{}\n{}", ran.out, ran.err);
        ran
    }

    /// The orderings that the program knows, as its schema lists them.
    pub(crate) fn orderings(&self) -> Vec<String> {
        let schema: Value =
            serde_json::from_str(&self.run("scenario schema").out).expect("a schema");
        let names = schema["properties"]["ordering"]["enum"].as_array().expect("a list");
        names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
    }

    /// `summary.json` of the latest result of a scenario.
    pub(crate) fn summary(&self, scenario: &str) -> Value {
        let text = self.result(&format!("{scenario}/latest/summary.json"));
        serde_json::from_str(&text).expect("JSON")
    }

    /// The text of a file below `results`.
    pub(crate) fn result(&self, name: &str) -> String {
        fs::read_to_string(self.path().join("results").join(name)).expect("a result file")
    }

    /// Names in a folder, sorted, hidden ones included.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path().join(folder)) else { return Vec::new() };
        let names = entries.map(|entry| entry.expect("entries are readable").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into()).collect();
        names.sort();
        names
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs that scenario, which calls itself `small`, and expects it to end with one of these codes;
/// with its `summary.json`.
pub(crate) fn run_small(text: &str, arguments: &str, codes: [i32; 2]) -> (Place, Value) {
    let place = Place::new();
    place.write("small.toml", text);
    let ran = place.run(&format!("run small.toml {arguments}"));
    assert!(codes.contains(&ran.code), "{arguments}\n{}\n{}", ran.out, ran.err);
    let summary = place.summary("small");
    (place, summary)
}

/// A number of a summary: of a metric, in a phase.
pub(crate) fn value(summary: &Value, metric: &str, phase: &str, statistic: &str) -> f64 {
    let value = &summary["metrics"][metric][phase][statistic];
    value.as_f64().unwrap_or_else(|| panic!("{metric} in {phase}: {}", summary["metrics"][metric]))
}

/// A small scenario that runs in well under a second.
pub(crate) const SMALL: &str = include_str!("small.toml");
