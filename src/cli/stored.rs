//! Stored results as they are read back; what is damaged is told.

use std::path::{Path, PathBuf};

use super::source;
use crate::experiment::{Grid, Trail, Variant};
use crate::ordering::Catalogue;
use crate::report::{fingerprint, read};
use crate::scenario::Source;
use crate::scenario::model::Scenario;
use crate::trace::Digest;

/// What `digest.txt` says of a result.
pub(super) struct Origin {
    /// Of the run, or of all digests of a grid.
    pub(super) digest: Digest,
    /// The twin's; `None` if there was none.
    pub(super) twin: Option<Digest>,
    pub(super) model: u32,
    pub(super) version: String,
    /// The command that made it.
    pub(super) command: String,
    axis: String,
    /// Fingerprint of the scenarios as stored.
    scenario: Option<String>,
}

impl Origin {
    /// Reads `digest.txt`.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = read(folder, "digest.txt").map_err(|error| error.to_string())?;
        let field = |key: &str| {
            let line = text.lines().find(|line| line.split_whitespace().next() == Some(key))?;
            Some(line.trim_start()[key.len()..].trim().to_owned())
        };
        let lacks = |what: &str| {
            let file = folder.join("digest.txt");
            format!("{} holds no {what}; the result is damaged", file.display())
        };
        let hex = |key: &str| field(key).and_then(|hex| Digest::from_hex(&hex));
        let model = field("model").and_then(|model| model.parse().ok());
        Ok(Self {
            digest: hex("digest").ok_or_else(|| lacks("digest"))?,
            twin: hex("twin"),
            model: model.ok_or_else(|| lacks("model number"))?,
            version: field("version").ok_or_else(|| lacks("version"))?,
            command: field("command").unwrap_or_default(),
            axis: field("axis").unwrap_or_else(|| "ordering".to_owned()),
            scenario: field("scenario"),
        })
    }

    /// Whether scenario files were changed after the run; nobody knows of a result without a
    /// fingerprint.
    fn differs_from(&self, scenarios: &str) -> bool {
        self.scenario.as_ref().is_some_and(|stored| *stored != fingerprint(scenarios))
    }
}

/// A stored run.
pub(super) struct StoredRun {
    pub(super) origin: Origin,
    pub(super) scenario: Scenario,
    /// The scenario was changed after the run.
    pub(super) is_edited: bool,
}

impl StoredRun {
    pub(super) fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, String> {
        let origin = Origin::read(folder)?;
        let (scenario, text) = scenario(folder, "scenario.toml", catalogue)?;
        let is_edited = origin.differs_from(&text);
        Ok(Self { origin, scenario, is_edited })
    }
}

/// One run of a stored grid.
pub(super) struct Cell {
    pub(super) variant: usize,
    pub(super) seed: u64,
    pub(super) digest: Digest,
}

/// A stored grid.
pub(super) struct StoredGrid {
    folder: PathBuf,
    pub(super) origin: Origin,
    pub(super) cells: Vec<Cell>,
    /// By variant.
    pub(super) labels: Vec<String>,
    pub(super) scenarios: Vec<Scenario>,
    /// A scenario was changed after the runs.
    pub(super) is_edited: bool,
}

impl StoredGrid {
    /// Whether a folder holds a grid rather than one run.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join("digests.txt").is_file()
    }

    pub(super) fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, String> {
        let origin = Origin::read(folder)?;
        let text = read(folder, "digests.txt").map_err(|error| error.to_string())?;
        let (mut cells, mut labels) = (Vec::new(), Vec::new());
        for (number, line) in text.lines().enumerate() {
            let damaged = || format!("line {} of digests.txt is damaged: `{line}`", number + 1);
            let (cell, label) = cell(line).ok_or_else(damaged)?;
            match cell.variant {
                known if known < labels.len() => {}
                new if new == labels.len() => labels.push(label),
                _ => return Err(damaged()),
            }
            cells.push(cell);
        }
        if Digest::of_digests(cells.iter().map(|cell| &cell.digest)) != origin.digest {
            let text = "digests.txt and digest.txt do not belong together; the result is damaged";
            return Err(text.to_owned());
        }
        let (mut scenarios, mut texts) = (Vec::new(), String::new());
        for variant in 0..labels.len() {
            let file = format!("variants/{variant}.toml");
            let (scenario, text) = scenario(folder, &file, catalogue)?;
            scenarios.push(scenario);
            texts.push_str(&text);
        }
        let is_edited = origin.differs_from(&texts);
        Ok(Self { folder: folder.to_owned(), origin, cells, labels, scenarios, is_edited })
    }

    /// The trail of a run; `None` if there is none that can be read.
    pub(super) fn trail(&self, cell: &Cell) -> Option<Trail> {
        let name = format!("trails/{}-s{}.txt", cell.variant, cell.seed);
        Trail::from_text(&read(&self.folder, &name).ok()?)
    }

    /// The grid that it was.
    pub(super) fn grid(&self) -> Grid {
        let variants = self.labels.iter().zip(&self.scenarios);
        let variants = variants
            .map(|(label, scenario)| Variant { label: label.clone(), scenario: scenario.clone() });
        let of_first = self.cells.iter().filter(|cell| cell.variant == 0);
        Grid {
            axis: self.origin.axis.clone(),
            variants: variants.collect(),
            seeds: of_first.map(|cell| cell.seed).collect(),
            with_real: true,
        }
    }
}

fn cell(line: &str) -> Option<(Cell, String)> {
    let mut fields = line.splitn(4, ' ');
    let variant = fields.next()?.parse().ok()?;
    let seed = fields.next()?.parse().ok()?;
    let digest = Digest::from_hex(fields.next()?)?;
    Some((Cell { variant, seed, digest }, fields.next()?.to_owned()))
}

/// A stored scenario, and its text.
fn scenario(
    folder: &Path,
    name: &str,
    catalogue: &Catalogue,
) -> Result<(Scenario, String), String> {
    let text = read(folder, name).map_err(|error| error.to_string())?;
    let scenario =
        source::read(&Source::File(folder.join(name)), &[], catalogue).map_err(|errors| {
            format!("the stored scenario is damaged\n{}", errors.render(false).trim_end())
        })?;
    Ok((scenario, text))
}
