//! A grid of runs: variants of one scenario on the same seeds.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::check::Met;
use super::pool::{Panicked, run_all};
use super::single::{Pair, run_pair};
use super::trail::Trail;
use super::tune::Tuning;
use super::verdict::Word;
use crate::measure::{NoRows, Statistic};
use crate::ordering::{Catalogue, Committee, Guarantees};
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::{Failure, Options, run};
use crate::trace::Digest;

/// One variant: what the axis says, and what that makes of the scenario.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The value on the axis, as written.
    pub label: String,
    /// The scenario with it.
    pub scenario: Scenario,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The path that differs between variants.
    pub axis: String,
    /// The variants, in the order in which they were named.
    pub variants: Vec<Variant>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// Whether the first seed of each variant runs once more with real signatures.
    pub with_real: bool,
}

/// One run of a grid.
pub type GridRun = Pair;

/// All runs of a grid.
pub struct Comparison {
    /// The path that differs between variants.
    pub axis: String,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// What the axis says, by variant.
    pub labels: Vec<String>,
    /// By variant: the parameters of its ordering, defaults filled in.
    pub parameters: Vec<Value>,
    /// By variant: what its ordering owes, and what it assumes.
    pub guarantees: Vec<Guarantees>,
    /// `runs[variant][seed]`.
    pub runs: Vec<Vec<GridRun>>,
    /// `trails[variant][seed]`: how each run came to its digest.
    pub trails: Vec<Vec<Trail>>,
    /// Whether the first seed of each variant has the same digest with real signatures; nothing
    /// if that was not wanted.
    pub real_agrees: Vec<bool>,
    /// How tuned variants were tuned; `None` if none was, or nobody remembers.
    pub tuning: Option<Tuning>,
}

impl Comparison {
    /// One digest over all runs, variant by variant, seed by seed.
    pub fn digest(&self) -> Digest {
        Digest::of_digests(self.runs.iter().flatten().map(|pair| &pair.run.digest))
    }

    /// The gravest word of any run.
    pub fn gravest(&self) -> Word {
        let words = self.runs.iter().flatten().map(|pair| pair.verdict.word());
        words.min().unwrap_or(Word::Pass)
    }

    /// The seed of the first variant that fared worst: by its word, then by thresholds missed,
    /// then by its p99 to applied; the first of equals.
    pub fn worst_seed(&self) -> u64 {
        let runs = self.seeds.iter().zip(self.runs.first().into_iter().flatten());
        let worst = runs.min_by(|(_, a), (_, b)| badness(b).total_cmp(&badness(a)));
        worst.map_or(0, |(seed, _)| *seed)
    }

    /// Cuts a grid of these variants, once for each of several settings, into one comparison for
    /// each setting.
    ///
    /// # Panics
    /// If it is no such grid.
    pub fn split(self, labels: &[String]) -> Vec<Self> {
        let Self { axis, seeds, parameters, guarantees, runs, trails, .. } = self;
        assert!(!labels.is_empty() && runs.len() % labels.len() == 0, "a whole number of settings");
        let settings = runs.len() / labels.len();
        let (mut parameters, mut guarantees) = (parameters.into_iter(), guarantees.into_iter());
        let (mut runs, mut trails) = (runs.into_iter(), trails.into_iter());
        let count = labels.len();
        let one = |_| Self {
            axis: axis.clone(),
            seeds: seeds.clone(),
            labels: labels.to_vec(),
            parameters: parameters.by_ref().take(count).collect(),
            guarantees: guarantees.by_ref().take(count).collect(),
            runs: runs.by_ref().take(count).collect(),
            trails: trails.by_ref().take(count).collect(),
            real_agrees: Vec::new(),
            tuning: None,
        };
        (0..settings).map(one).collect()
    }

    /// How many runs there are, twins not counted.
    pub fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Larger is worse.
fn badness(pair: &Pair) -> f64 {
    let word = match pair.verdict.word() {
        Word::Broken => 3.0,
        Word::Inconclusive => 2.0,
        Word::Missed => 1.0,
        Word::Pass => 0.0,
    };
    let missed = pair.thresholds.iter().filter(|result| result.met == Met::No).count() as f64;
    let p99 = Statistic::Percentile(0.99);
    let p99 = pair.run.measurement.value("latency.applied", p99, 0, None).value();
    word * 1e12 + missed * 1e9 + p99.unwrap_or(1e8)
}

/// A cell of the grid.
enum Cell {
    /// A run beside its twin, with modelled signatures.
    Pair(Box<Scenario>),
    /// The same again with real signatures: only its digest is wanted.
    Real(Box<Scenario>),
}

enum Done {
    Pair(Box<(Pair, Trail)>),
    Real(Digest),
}

/// Runs a grid on `threads` cores. Signatures are modelled; if wanted, the first seed of each
/// variant runs once more with real ones. `progress` hears how many of how many cells are done.
///
/// # Errors
/// The first run, in grid order, that came to nothing.
pub fn compare(
    grid: Grid,
    catalogue: &Catalogue,
    options: Options,
    threads: usize,
    mut progress: impl FnMut(usize, usize),
) -> Result<Comparison, String> {
    let Grid { axis, variants, seeds, with_real } = grid;
    let with =
        |scenario: &Scenario, seed, crypto| Box::new(Scenario { seed, crypto, ..scenario.clone() });
    let mut cells: Vec<Cell> = Vec::new();
    // The slow ones first, so that no core waits for one of them at the end.
    let first = seeds.first().copied().unwrap_or(1);
    let reals = variants.iter().filter(|_| with_real);
    cells.extend(reals.map(|v| Cell::Real(with(&v.scenario, first, Crypto::Real))));
    for variant in &variants {
        let modelled = |seed: &u64| Cell::Pair(with(&variant.scenario, *seed, Crypto::Modelled));
        cells.extend(seeds.iter().map(modelled));
    }
    let parameters: Vec<Value> =
        variants.iter().map(|v| parameters(&v.scenario, catalogue)).collect();
    let owed = variants.iter().zip(&parameters);
    let guarantees = owed.map(|(v, set)| guarantees(&v.scenario, set, catalogue)).collect();
    let total = cells.len();
    let shared = Arc::new(catalogue.clone());
    let work = move |cell| work_off(cell, &shared, options);
    let done = run_all(cells, threads, work, |at, _| progress(at + 1, total));
    let mut done = done.into_iter().map(flatten).collect::<Result<Vec<_>, _>>()?.into_iter();
    let real: Vec<Digest> = done
        .by_ref()
        .take(if with_real { variants.len() } else { 0 })
        .filter_map(|cell| if let Done::Real(digest) = cell { Some(digest) } else { None })
        .collect();
    let (mut runs, mut trails) = (Vec::new(), Vec::new());
    for _ in &variants {
        let pairs = done.by_ref().take(seeds.len()).filter_map(pair_of);
        let (of_variant, its_trails): (Vec<Pair>, Vec<Trail>) = pairs.unzip();
        runs.push(of_variant);
        trails.push(its_trails);
    }
    let agrees = |(real, runs): (&Digest, &Vec<Pair>)| {
        runs.first().is_some_and(|pair| pair.run.digest == *real)
    };
    let real_agrees = real.iter().zip(&runs).map(agrees).collect();
    let labels = variants.into_iter().map(|variant| variant.label).collect();
    Ok(Comparison {
        axis,
        seeds,
        labels,
        parameters,
        guarantees,
        runs,
        trails,
        real_agrees,
        tuning: None,
    })
}

/// The parameters of a scenario's ordering, defaults filled in.
pub(super) fn parameters(scenario: &Scenario, catalogue: &Catalogue) -> Value {
    let set = scenario.parameters.get(&scenario.ordering).cloned();
    let set = set.unwrap_or_else(|| Value::Object(Map::new()));
    let filled = catalogue.find(&scenario.ordering).map(|entry| (entry.check)(&set));
    filled.and_then(Result::ok).unwrap_or(set)
}

fn guarantees(scenario: &Scenario, parameters: &Value, catalogue: &Catalogue) -> Guarantees {
    let entry = catalogue.find(&scenario.ordering).expect("the ordering was checked");
    (entry.guarantees)(&Committee::new(scenario.validators.count), parameters)
}

fn work_off(cell: Cell, catalogue: &Catalogue, options: Options) -> Result<Done, Failure> {
    Ok(match cell {
        Cell::Pair(scenario) => {
            let mut trail = Trail::default();
            let pair = run_pair(&scenario, catalogue, options, true, &mut trail)?;
            Done::Pair(Box::new((pair, trail)))
        }
        Cell::Real(scenario) => Done::Real(run(&scenario, catalogue, options, &mut NoRows)?.digest),
    })
}

fn pair_of(done: Done) -> Option<(Pair, Trail)> {
    match done {
        Done::Pair(pair) => Some(*pair),
        Done::Real(_) => None,
    }
}

fn flatten(result: Result<Result<Done, Failure>, Panicked>) -> Result<Done, String> {
    match result {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(failure)) => Err(failure.to_string()),
        Err(Panicked(text)) => Err(text),
    }
}
