//! `attestorm replay`: a stored result must come out again, byte for byte.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::ReplayArgs;
use super::follow::Comparer;
use super::output::{FAILED, INVALID, fail, print};
use super::progress::Progress;
use super::source;
use super::stored::{Cell, Origin, StoredGrid, StoredRun};
use crate::experiment::{Trail, Word, run_all, run_pair};
use crate::ordering::Catalogue;
use crate::report::{find_result, grouped, pretty, read, summary};
use crate::scenario::model::Scenario;
use crate::simulation::{MODEL, Options, World, run};
use crate::trace::{Digest, Names};

pub(super) fn replay(args: &ReplayArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let folder = match find_result(args.result.as_deref(), &args.engine.out) {
        Ok(folder) => folder,
        Err(error) => return fail(error, INVALID),
    };
    let options = source::options(&args.engine);
    let replayed = match StoredGrid::is_in(&folder) {
        true => replay_grid(&folder, catalogue, options, quiet),
        false => replay_run(&folder, catalogue, options),
    };
    match replayed {
        Ok(replayed) => tell(&replayed, quiet),
        Err(error) => fail(error, FAILED),
    }
}

/// How a replay came out.
struct Replayed {
    /// The first line says it all.
    text: String,
    /// The facts are the same.
    is_same: bool,
    /// A scenario was changed after the run.
    is_edited: bool,
    origin: Origin,
}

fn tell(replayed: &Replayed, quiet: bool) -> ExitCode {
    let Replayed { text, is_same, is_edited, origin } = replayed;
    let (meaning, code) = meaning(*is_same, *is_edited, origin);
    match quiet {
        true => print(&format!("{}\n", text.lines().next().unwrap_or_default())),
        false => print(&format!("{text}{meaning}")),
    }
    ExitCode::from(code)
}

/// What the outcome means, and the exit code.
fn meaning(is_same: bool, is_edited: bool, origin: &Origin) -> (String, u8) {
    let Origin { model, version, .. } = origin;
    match (is_same, is_edited) {
        (true, false) => (String::new(), 0),
        (true, true) => {
            let text = "a stored scenario was changed after the run: the facts are the same, what \
                        is demanded of them may not be\n";
            (text.to_owned(), FAILED)
        }
        (false, true) => {
            let text = "a stored scenario was changed after the run: put back what it was, or run \
                        it anew\n";
            (text.to_owned(), FAILED)
        }
        (false, false) if *model != MODEL => {
            let text = format!(
                "made by model {model}, this is model {MODEL}: results differ by design\n\
                 next: git checkout v{version}\n"
            );
            (text, Word::Inconclusive.exit())
        }
        (false, false) => {
            let text = "same model and still different: a defect of attestorm, or a file that was \
                        changed. Please report it,\nwith the result's folder.\n";
            (text.to_owned(), FAILED)
        }
    }
}

fn replay_run(folder: &Path, catalogue: &Catalogue, options: Options) -> Result<Replayed, String> {
    let StoredRun { origin, scenario, is_edited } = StoredRun::read(folder, catalogue)?;
    let world = World::new(&scenario, catalogue);
    let mut comparer = Comparer::new(folder, &world)?;
    let with_twin = origin.twin.is_some();
    let pair = run_pair(&scenario, catalogue, options, with_twin, &mut comparer)
        .map_err(|failure| failure.to_string())?;
    let twin = pair.twin.as_ref().map(|twin| &twin.digest);
    let (name, seed) = (&scenario.name, scenario.seed);
    let is_run_same = pair.run.digest == origin.digest;
    let mut text = match (is_run_same, twin == origin.twin.as_ref()) {
        (true, true) => {
            let with_twin = if with_twin { " and its twin" } else { "" };
            let short = origin.digest.short();
            format!("{name}, seed {seed}{with_twin}: reproduced byte for byte    digest {short}\n")
        }
        (true, false) => format!("{name}, seed {seed}: the run is the same, its twin differs\n"),
        (false, _) => format!(
            "{name}, seed {seed}: differs\n  stored digest  {}\n  here           {}\n{}",
            origin.digest,
            pair.run.digest,
            comparer.tell()
        ),
    };
    let mut is_same = is_run_same && twin == origin.twin.as_ref();
    let stored = read(folder, "summary.json").map_err(|error| error.to_string())?;
    if is_same && !is_edited && stored != pretty(&summary(&pair)) {
        is_same = false;
        text = format!(
            "{name}, seed {seed}: the facts are the same, and summary.json is not what they give\n"
        );
    }
    Ok(Replayed { text, is_same, is_edited, origin })
}

fn replay_grid(
    folder: &Path,
    catalogue: &Catalogue,
    options: Options,
    quiet: bool,
) -> Result<Replayed, String> {
    let stored = StoredGrid::read(folder, catalogue)?;
    let again = repeat(&stored, catalogue, options, quiet);
    let is_same = |(cell, here): &(&Cell, &Repeated)| {
        here.as_ref().is_ok_and(|(digest, _)| *digest == cell.digest)
    };
    let total = stored.cells.len();
    let runs = || stored.cells.iter().zip(&again);
    let same = runs().filter(is_same).count();
    let mut text = format!(
        "{} of {} runs reproduced byte for byte        digest of digests {}\n",
        grouped(same as u64),
        grouped(total as u64),
        stored.origin.digest.short()
    );
    if let Some((number, (cell, here))) = runs().enumerate().find(|(_, run)| !is_same(run)) {
        let label = &stored.labels[cell.variant];
        let seed = cell.seed;
        text.push_str(&format!("run {} of {total}: {label}, seed {seed}, ", number + 1));
        text.push_str(&difference(&stored, cell, here, catalogue));
    }
    let (is_same, is_edited) = (same == total, stored.is_edited);
    Ok(Replayed { text, is_same, is_edited, origin: stored.origin })
}

/// A run once more: its digest and its trail, or why it came to nothing.
type Repeated = Result<(Digest, Trail), String>;

fn repeat(
    stored: &StoredGrid,
    catalogue: &Catalogue,
    options: Options,
    quiet: bool,
) -> Vec<Repeated> {
    let jobs: Vec<Scenario> = stored
        .cells
        .iter()
        .map(|cell| Scenario { seed: cell.seed, ..stored.scenarios[cell.variant].clone() })
        .collect();
    let total = jobs.len() as u64;
    let shared = Arc::new(catalogue.clone());
    let work = move |scenario: Scenario| {
        let mut trail = Trail::default();
        let outcome = run(&scenario, &shared, options, &mut trail);
        outcome.map(|outcome| (outcome.digest, trail)).map_err(|failure| failure.to_string())
    };
    let mut progress = Progress::new("replayed", total, quiet);
    let done = run_all(jobs, source::cores(), work, |at, _| progress.at(at as u64 + 1, total));
    done.into_iter().map(|result| result.unwrap_or_else(|panicked| Err(panicked.0))).collect()
}

/// Where a run parts from what is stored, by its trail.
fn difference(stored: &StoredGrid, cell: &Cell, here: &Repeated, catalogue: &Catalogue) -> String {
    let (digest, trail) = match here {
        Ok(here) => here,
        Err(why) => return format!("came to nothing here: {why}\n"),
    };
    let mut text =
        format!("differs\n  stored digest  {}\n  here           {digest}\n", cell.digest);
    let Some(parting) = stored.trail(cell).and_then(|stored| stored.parting(trail)) else {
        text.push_str("no second differs from the stored trail: digests.txt was changed\n");
        return text;
    };
    let scenario = Scenario { seed: cell.seed, ..stored.scenarios[cell.variant].clone() };
    let layout = World::new(&scenario, catalogue).layout;
    let known = parting.processes.iter().filter(|process| **process < layout.processes());
    let mut names: Vec<String> = known.map(|process| layout.name(*process)).collect();
    let more = names.len().saturating_sub(6);
    names.truncate(6);
    let names = names.join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let second = parting
        .second
        .map_or("at the end".to_owned(), |second| format!("in second {second} of the run"));
    text.push_str(&format!("first difference: {second}; in the end at {names}{more}\n"));
    text
}
