//! `attestorm replay`: a stored result must come out again, byte for byte.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::ReplayArgs;
use super::output::{FAILED, fail, print};
use super::progress::Progress;
use super::source;
use crate::experiment::{Word, run_all, twin_of};
use crate::kernel::Recorded;
use crate::measure::{NoRows, OperationRow, Rows};
use crate::ordering::Catalogue;
use crate::report::{StoreError, find_result, read};
use crate::scenario::Source;
use crate::scenario::model::Scenario;
use crate::simulation::{Listener, MODEL, Options, World, run};
use crate::trace::{Checkpoint, Digest, Fact, Names, line};

pub(super) fn replay(args: &ReplayArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let folder = match find_result(args.result.as_deref(), &args.engine.out) {
        Ok(folder) => folder,
        Err(error) => return fail(error, FAILED),
    };
    let options = source::options(&args.engine);
    let result = match folder.join("digests.txt").is_file() {
        true => replay_grid(&folder, catalogue, options, quiet),
        false => replay_run(&folder, catalogue, options),
    };
    match result {
        Ok(Replayed { text, same: true, .. }) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Ok(Replayed { text, model, .. }) => {
            print(&text);
            differs(model)
        }
        Err(error) => fail(error, FAILED),
    }
}

/// How a replay came out.
struct Replayed {
    text: String,
    same: bool,
    /// The model number that the result was made by.
    model: u32,
}

/// What a difference means.
fn differs(model: u32) -> ExitCode {
    if model == MODEL {
        print(
            "same model and still different: a defect of attestorm. Please report it, with the result's folder.\n",
        );
        return ExitCode::from(FAILED);
    }
    print(&format!("made by model {model}, this is model {MODEL}: results differ by design\n"));
    ExitCode::from(Word::Inconclusive.exit())
}

/// The value behind a key of `digest.txt`.
fn field(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(key))?;
    Some(line[key.len()..].trim().to_owned())
}

fn model_of(text: &str) -> u32 {
    field(text, "model").and_then(|model| model.parse().ok()).unwrap_or(0)
}

/// The scenario of a stored result.
pub(super) fn restore(folder: &Path, catalogue: &Catalogue) -> Result<Scenario, String> {
    restore_file(&folder.join("scenario.toml"), catalogue)
}

fn restore_file(file: &Path, catalogue: &Catalogue) -> Result<Scenario, String> {
    let stored = Source::File(file.to_owned());
    source::read(&stored, &[], catalogue)
        .map_err(|errors| format!("the stored scenario is damaged\n{}", errors.render(false)))
}

fn replay_run(folder: &Path, catalogue: &Catalogue, options: Options) -> Result<Replayed, String> {
    let digest_file = read(folder, "digest.txt").map_err(|error| error.to_string())?;
    let stored = field(&digest_file, "digest").and_then(|hex| Digest::from_hex(&hex));
    let stored = stored.ok_or("digest.txt holds no digest; the result is damaged")?;
    let scenario = restore(folder, catalogue)?;
    let mut comparer = Comparer::new(folder, &scenario, catalogue).map_err(|e| e.to_string())?;
    let outcome =
        run(&scenario, catalogue, options, &mut comparer).map_err(|failure| failure.to_string())?;
    let twin = replay_twin(&digest_file, &scenario, catalogue, options)?;
    let model = model_of(&digest_file);
    let same = outcome.digest == stored && twin != Some(false);
    let name = &scenario.name;
    let text = if same {
        let with_twin = if twin.is_some() { " and its twin" } else { "" };
        format!(
            "{name}, seed {}{with_twin}: reproduced byte for byte    digest {}\n",
            scenario.seed,
            stored.short()
        )
    } else {
        format!(
            "{name}, seed {}: differs\n  stored digest  {stored}\n  here           {}\n{}",
            scenario.seed,
            outcome.digest,
            comparer.tell()
        )
    };
    Ok(Replayed { text, same, model })
}

/// Whether the twin came out again; `None` if there was none.
fn replay_twin(
    digest_file: &str,
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
) -> Result<Option<bool>, String> {
    let Some(stored) = field(digest_file, "twin").and_then(|hex| Digest::from_hex(&hex)) else {
        return Ok(None);
    };
    let outcome = run(&twin_of(scenario), catalogue, options, &mut NoRows);
    Ok(Some(outcome.map_err(|failure| failure.to_string())?.digest == stored))
}

/// Compares a run with what is stored of it, and keeps the first difference.
struct Comparer {
    world: World,
    checkpoints: Lines<BufReader<std::fs::File>>,
    trace: Option<Lines<BufReader<std::fs::File>>>,
    difference: Option<String>,
    first_event: Option<String>,
    events: u64,
}

impl Comparer {
    fn new(folder: &Path, scenario: &Scenario, catalogue: &Catalogue) -> std::io::Result<Self> {
        let open = |name: &str| std::fs::File::open(folder.join(name));
        let mut checkpoints = BufReader::new(open("checkpoints.csv")?).lines();
        checkpoints.next();
        let trace = open("trace.txt").ok().map(|file| BufReader::new(file).lines());
        let world = World::new(scenario, catalogue);
        Ok(Self { world, checkpoints, trace, difference: None, first_event: None, events: 0 })
    }

    /// The first difference in words: the event if a trace is stored, else process and second.
    fn tell(&self) -> String {
        let place =
            self.difference.as_deref().unwrap_or("no stored second differs: only the end does");
        let event = self.first_event.as_deref();
        let event = event
            .unwrap_or("with --trace in the first place, the event itself would be named here");
        format!("{place}\n{event}\n")
    }
}

impl Rows for Comparer {
    fn row(&mut self, _: &OperationRow) {}

    fn are_wanted(&self) -> bool {
        false
    }
}

impl Listener for Comparer {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        let Some(trace) = self.trace.as_mut().filter(|_| self.first_event.is_none()) else {
            return;
        };
        for fact in facts {
            self.events += 1;
            let here = line(fact, &self.world.layout);
            let stored =
                trace.next().and_then(Result::ok).unwrap_or_else(|| "(the trace ends)".to_owned());
            if here != stored {
                self.first_event =
                    Some(format!("at fact {}\n  stored  {stored}\n  here    {here}", self.events));
                return;
            }
        }
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        if self.difference.is_some() {
            return;
        }
        let Checkpoint { second, process, chain } = checkpoint;
        let here = format!("{second},{process},{chain:016x}");
        if self.checkpoints.next().and_then(Result::ok).as_deref() != Some(&here) {
            let name = self.world.layout.name(process);
            self.difference =
                Some(format!("first difference: {name} in second {second} of the run"));
        }
    }
}

/// One line of `digests.txt`.
struct Cell {
    variant: usize,
    seed: u64,
    digest: String,
}

fn replay_grid(
    folder: &Path,
    catalogue: &Catalogue,
    options: Options,
    quiet: bool,
) -> Result<Replayed, String> {
    let stored = read(folder, "digests.txt").map_err(|error: StoreError| error.to_string())?;
    let digest_file = read(folder, "digest.txt").map_err(|error| error.to_string())?;
    let cells: Vec<Cell> = stored.lines().filter_map(cell).collect();
    let variants = 1 + cells.iter().map(|cell| cell.variant).max().unwrap_or(0);
    let scenarios = (0..variants)
        .map(|variant| restore_file(&folder.join(format!("variants/{variant}.toml")), catalogue))
        .collect::<Result<Vec<_>, _>>()?;
    let jobs: Vec<Scenario> = cells
        .iter()
        .map(|cell| Scenario { seed: cell.seed, ..scenarios[cell.variant].clone() })
        .collect();
    let total = jobs.len();
    let shared = Arc::new(catalogue.clone());
    let work = move |scenario: Scenario| {
        run(&scenario, &shared, options, &mut NoRows).map(|outcome| outcome.digest.to_string())
    };
    let mut progress = Progress::new("replayed", total as u64, quiet);
    let done =
        run_all(jobs, source::cores(), work, |at, _| progress.at(at as u64 + 1, total as u64));
    drop(progress);
    let mut different = Vec::new();
    for (number, (cell, result)) in cells.iter().zip(&done).enumerate() {
        let here = result.as_ref().ok().and_then(|digest| digest.as_ref().ok());
        if here != Some(&cell.digest) {
            let ordering = &scenarios[cell.variant].ordering;
            different.push(format!(
                "run {} of {total} differs: ordering {ordering}, variant {}, seed {}",
                number + 1,
                cell.variant,
                cell.seed
            ));
        }
    }
    let short = field(&digest_file, "digest").and_then(|hex| Digest::from_hex(&hex));
    let short = short.map_or(String::new(), |digest| digest.short());
    let same = total - different.len();
    let mut text = format!(
        "{same} of {total} runs reproduced byte for byte        digest of digests {short}\n"
    );
    if let Some(first) = different.first() {
        text.push_str(&format!(
            "{first}\nto narrow it down: attestorm run with that variant and seed, then replay\n"
        ));
    }
    Ok(Replayed { text, same: different.is_empty(), model: model_of(&digest_file) })
}

fn cell(line: &str) -> Option<Cell> {
    let mut fields = line.split_whitespace();
    let variant = fields.next()?.parse().ok()?;
    let seed = fields.next()?.parse().ok()?;
    Some(Cell { variant, seed, digest: fields.next()?.to_owned() })
}
