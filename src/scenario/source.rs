//! Where a scenario comes from: the binary, a file, or a text.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::bundled::{BUNDLED, Bundled, find};
use super::problem::{ScenarioErrors, suggest};

/// A larger file is not a scenario, even with the longest traces written into it.
const LARGEST: u64 = 8 << 20;

/// Where a scenario comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// One inside the binary.
    Bundled(&'static Bundled),
    /// A TOML or JSON file.
    File(PathBuf),
    /// A text; paths in it start from the working directory.
    Text {
        /// What errors call it.
        name: String,
        /// TOML, or JSON.
        text: String,
    },
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) note: String,
}

impl Source {
    /// What `<scenario>` on a command line names: a file if it looks like one or is one, else a
    /// bundled scenario.
    ///
    /// # Errors
    ///
    /// If it is neither; the error says what it could have been.
    pub fn find(argument: &str) -> Result<Self, ScenarioErrors> {
        let path = Path::new(argument);
        let extension = path.extension().is_some_and(|end| end == "toml" || end == "json");
        if let Some(bundled) = find(argument).filter(|_| !extension) {
            return Ok(Self::Bundled(bundled));
        }
        if extension || argument.contains(['/', '\\']) || path.exists() {
            return Ok(Self::File(path.to_owned()));
        }
        let names = BUNDLED.iter().map(|bundled| bundled.name);
        let meant = suggest(argument, names);
        let note = format!("{meant}bundled ones: attestorm scenario list; a file ends in .toml");
        let message = format!("there is no scenario `{argument}`");
        Err(ScenarioErrors::about(argument, message, note))
    }

    /// What errors call it.
    pub fn name(&self) -> String {
        match self {
            Self::Bundled(bundled) => bundled.name.to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Text { name, .. } => name.clone(),
        }
    }

    /// The text as it stands, for copying.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, is no text, or is too large for a scenario.
    pub fn read(&self) -> Result<String, ScenarioErrors> {
        match self {
            Self::Bundled(bundled) => Ok(bundled.text.to_owned()),
            Self::Text { text, .. } => Ok(text.clone()),
            Self::File(path) => read_text(path).map_err(|refusal| {
                let message = format!("`{}` {}", path.display(), refusal.message);
                let bundled = "bundled scenarios: attestorm scenario list".to_owned();
                let note = if refusal.note.is_empty() { bundled } else { refusal.note };
                ScenarioErrors::about(&self.name(), message, note)
            }),
        }
    }

    /// The folder that paths in the scenario start from.
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::File(path) => path.parent().unwrap_or(Path::new("")),
            Self::Bundled(_) | Self::Text { .. } => Path::new(""),
        }
    }
}

/// The text of a file, if it can be one.
pub(crate) fn read_text(path: &Path) -> Result<String, Refusal> {
    let refuse = |message: String, note: &str| Refusal { message, note: note.to_owned() };
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => refuse("does not exist".into(), ""),
        kind => refuse(format!("cannot be read: {kind}"), ""),
    };
    if path.is_dir() {
        return Err(refuse("is a folder".into(), "a file is expected here"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(cannot)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(refuse(
            "is larger than 8 MiB".into(),
            "no scenario is; is this the right file?",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refuse(format!("is not text: byte {at} is not UTF-8"), "is this the right file?")
    })?;
    match text.bytes().position(|byte| byte == 0) {
        Some(at) => Err(refuse(format!("is not text: byte {at} is 0"), "is this the right file?")),
        None => Ok(text),
    }
}
