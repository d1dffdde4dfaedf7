//! Stored runs that are run once more, to be looked at closely.

use std::path::{Path, PathBuf};

use super::output::FAILED;
use super::stored::{StoredGrid, StoredRun};
use crate::ordering::Catalogue;
use crate::report::{Rendered, find_result, newest_in, write_beside};
use crate::scenario::Source;
use crate::simulation::MODEL;
use crate::trace::Digest;

/// What went wrong, and the exit code.
pub(super) struct Trouble(pub(super) String, pub(super) u8);

/// A stored run that this build can repeat.
pub(super) struct Repeatable {
    pub(super) folder: PathBuf,
    pub(super) run: StoredRun,
    /// That it is not the one that was named, in words; empty if it is.
    pub(super) instead: String,
}

/// The result of that name, or the latest.
pub(super) fn stored(
    result: Option<&str>,
    out: &Path,
    catalogue: &Catalogue,
) -> Result<Repeatable, String> {
    let found = find_result(result, out).map_err(|error| way_out(result, error))?;
    let (folder, instead) = one_run(found)?;
    let run = StoredRun::read(&folder, catalogue)?;
    if run.origin.model != MODEL {
        let (model, version) = (run.origin.model, &run.origin.version);
        return Err(format!(
            "the result was made by model {model}, this is model {MODEL}: it would go otherwise\n\
             run it anew: {}\nor go back: git checkout v{version}",
            run.origin.command
        ));
    }
    Ok(Repeatable { folder, run, instead })
}

/// A run itself; of a grid, the latest run of the same scenario, and that it is this.
fn one_run(found: PathBuf) -> Result<(PathBuf, String), String> {
    if !StoredGrid::is_in(&found) {
        return Ok((found, String::new()));
    }
    let place = found.display();
    let beside = found.parent().and_then(|home| newest_in(home, |path| !StoredGrid::is_in(path)));
    match beside {
        Some(run) => {
            let words = format!(
                "{place} is a grid of runs; this is of the latest run beside it:\n{}\n\n",
                run.display()
            );
            Ok((run, words))
        }
        None => Err(format!(
            "{place} is a grid of runs; a story is told of one run\n\
             run that one alone: attestorm run <scenario> --ordering … --seed …"
        )),
    }
}

/// A scenario without results is one command away from one.
fn way_out(result: Option<&str>, error: String) -> String {
    let is_scenario = |name: &&str| match Source::find(name) {
        Ok(Source::File(path)) => path.is_file(),
        Ok(Source::Bundled(_)) => true,
        Ok(Source::Text { .. }) | Err(_) => false,
    };
    match result.filter(is_scenario) {
        Some(name) => {
            format!("`{name}` is a scenario without a result\nmake one with: attestorm run {name}")
        }
        None => error,
    }
}

/// A run that is not the stored one says nothing about it.
pub(super) fn same(digest: &Digest, stored: &Repeatable) -> Result<(), Trouble> {
    if *digest == stored.run.origin.digest {
        return Ok(());
    }
    let folder = stored.folder.display();
    let why = match stored.run.is_edited {
        true => "its scenario was changed after the run",
        false => "this build gives other facts",
    };
    let text = format!(
        "the run cannot be repeated as it was: {why}\nsee where: attestorm replay {folder}"
    );
    Err(Trouble(text, FAILED))
}

/// Writes a chart beside the result; the words about it.
pub(super) fn write_chart(folder: &Path, name: &str, chart: Rendered) -> Result<String, Trouble> {
    let files = [
        (format!("{name}.svg"), chart.svg.into_bytes()),
        (format!("{name}.png"), chart.png),
        (format!("{name}.csv"), chart.csv.into_bytes()),
    ];
    for (name, content) in files {
        write_beside(folder, &name, &content)
            .map_err(|error| Trouble(error.to_string(), FAILED))?;
    }
    Ok(format!("{}: {name}.svg, .png, .csv", folder.display()))
}
