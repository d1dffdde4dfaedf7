//! Each strategy's own parameters, searched on other seeds than those it is judged on: nobody's
//! favourite loses for a bad batch size.

mod space;

use std::sync::Arc;

use serde_json::Value;

use self::space::{NEAR, Space, WIDE};
use super::check::Met;
use super::compare::{Variant, parameters};
use super::pool::run_all;
use super::single::{Pair, run_pair};
use super::verdict::Word;
use crate::measure::{Measured, NoRows, Statistic};
use crate::ordering::{Catalogue, Committee};
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::Options;

/// Seeds to search on.
const SEEDS: usize = 3;
/// The first of them.
const FIRST_SEED: u64 = 1001;
/// One that never came counts as this late, in microseconds: longer than any run.
const NEVER_US: u64 = 1 << 40;

/// How strategies are tuned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Settings of each, the default among them.
    pub trials: u32,
    /// The seeds to search on.
    pub seeds: Vec<u64>,
}

/// A variant with the best setting that was found.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The variant's label.
    pub label: String,
    /// All trials in order, the default first.
    pub trials: Vec<Trial>,
    /// The best of them; the default if none was better.
    pub chosen: Value,
}

/// One setting and how it fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// All parameters.
    pub setting: Value,
    /// How it fared.
    pub score: Score,
}

/// How a setting fared, over all seeds; less is better, and what is named first counts first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// Runs that broke a guarantee, or came to nothing.
    pub broken: u64,
    /// Thresholds not met.
    pub missed: u64,
    /// Sums over seeds, in the phase that the scenario is about: p99 to applied,
    pub p99_us: u64,
    /// operations without an answer,
    pub unfinished: u64,
    /// p50 to applied,
    pub p50_us: u64,
    /// and messages for a thousand operations.
    pub messages: u64,
}

impl Tuning {
    /// So many trials on the first three seeds from 1001 on that are not judged.
    pub fn new(trials: u32, judged: &[u64]) -> Self {
        let others = (FIRST_SEED..).filter(|seed| !judged.contains(seed));
        Self { trials, seeds: others.take(SEEDS).collect() }
    }

    /// The variant with the best setting found for it, if any is better than its own.
    pub fn best(tuned: &Tuned, variant: &Variant) -> Option<Variant> {
        let default = tuned.trials.first().map(|trial| &trial.setting);
        if default == Some(&tuned.chosen) {
            return None;
        }
        let mut scenario = variant.scenario.clone();
        scenario.parameters.insert(scenario.ordering.clone(), tuned.chosen.clone());
        Some(Variant { label: format!("{}{}", variant.label, Tuned::SUFFIX), scenario })
    }

    /// Searches the parameters of a variant's ordering: half of the trials anywhere within a
    /// quarter and four times of what they are, the others around the best; then what makes no
    /// difference is put back. `progress` hears of each trial.
    pub fn tune(
        &self,
        variant: &Variant,
        (catalogue, options, threads): (&Catalogue, Options, usize),
        mut progress: impl FnMut(),
    ) -> Tuned {
        let scenario = &variant.scenario;
        let entry = catalogue.find(&scenario.ordering).expect("the ordering was checked");
        let default = parameters(scenario, catalogue);
        let committee = Committee::new(scenario.validators.count);
        let seed = self.seeds.first().copied().unwrap_or(FIRST_SEED);
        let mut space = Space::new(entry, committee, &default, seed);
        let catalogue = Arc::new(catalogue.clone());
        let mut measure = |settings: Vec<Value>| -> Vec<Trial> {
            let scores = self.scores(scenario, &settings, &catalogue, (options, threads));
            settings.iter().for_each(|_| progress());
            let trials = settings.into_iter().zip(scores);
            trials.map(|(setting, score)| Trial { setting, score }).collect()
        };
        let mut trials = measure(vec![default.clone()]);
        for (share, steps) in [(2, &WIDE[..]), (1, &NEAR[..])] {
            let from = best(&trials).setting.clone();
            let wanted = (self.trials.saturating_sub(trials.len() as u32)).div_ceil(share);
            let mut known: Vec<Value> = trials.iter().map(|trial| trial.setting.clone()).collect();
            let first = known.len();
            for _ in 0..wanted {
                let Some(new) = space.draw(&from, steps, &known) else { break };
                known.push(new);
            }
            trials.extend(measure(known.split_off(first)));
        }
        let mut chosen = best(&trials).clone();
        let keys: Vec<String> = default.as_object().into_iter().flatten().map(key).collect();
        for key in keys {
            let mut setting = chosen.setting.clone();
            setting[&key] = default[&key].clone();
            let is_candidate = setting != chosen.setting
                && (entry.check)(&setting).is_ok()
                && space.covers(&setting);
            if is_candidate {
                let back = measure(vec![setting]).remove(0);
                chosen = if back.score <= chosen.score { back } else { chosen };
            }
        }
        Tuned { label: variant.label.clone(), trials, chosen: chosen.setting }
    }

    /// The score of each setting, over all seeds.
    fn scores(
        &self,
        scenario: &Scenario,
        settings: &[Value],
        catalogue: &Arc<Catalogue>,
        (options, threads): (Options, usize),
    ) -> Vec<Score> {
        let run = |setting: &Value, seed: &u64| {
            let (seed, crypto) = (*seed, Crypto::Modelled);
            let mut scenario = Scenario { seed, crypto, ..scenario.clone() };
            scenario.parameters.insert(scenario.ordering.clone(), setting.clone());
            scenario
        };
        let jobs =
            settings.iter().flat_map(|one| self.seeds.iter().map(move |seed| run(one, seed)));
        let catalogue = Arc::clone(catalogue);
        let work = move |scenario: Scenario| {
            let pair = run_pair(&scenario, &catalogue, options, true, &mut NoRows);
            pair.map_or(Score::NOTHING, |pair| Score::of(&pair))
        };
        let scores = run_all(jobs.collect(), threads, work, |_, _| {});
        let scores: Vec<Score> =
            scores.into_iter().map(|score| score.unwrap_or(Score::NOTHING)).collect();
        scores.chunks(self.seeds.len().max(1)).map(Score::sum).collect()
    }
}

impl Tuned {
    /// What the label of a tuned variant ends with.
    pub const SUFFIX: &'static str = " tuned";
}

fn key((key, _): (&String, &Value)) -> String {
    key.clone()
}

/// The first of the best.
fn best(trials: &[Trial]) -> &Trial {
    trials.iter().min_by_key(|trial| trial.score).expect("the default is a trial")
}

impl Score {
    /// The run came to nothing.
    const NOTHING: Self = Self {
        broken: 1,
        missed: 0,
        p99_us: NEVER_US,
        unfinished: 0,
        p50_us: NEVER_US,
        messages: 0,
    };

    fn of(pair: &Pair) -> Self {
        let measurement = &pair.run.measurement;
        let phase = measurement.phase(pair.focus()).unwrap_or(0);
        let value = |metric, statistic| measurement.value(metric, statistic, phase, None);
        let late = |share| match value("latency.applied", Statistic::Percentile(share)) {
            Measured::Value(millis) => (millis * 1_000.0) as u64,
            Measured::Never => NEVER_US,
            Measured::Few | Measured::NoData => 0,
        };
        let count = |measured: Measured| measured.value().unwrap_or(0.0);
        let missed = pair.thresholds.iter().filter(|result| result.met != Met::Yes).count();
        Self {
            broken: u64::from(pair.verdict.word() == Word::Broken),
            missed: missed as u64,
            p99_us: late(0.99),
            unfinished: count(value("unfinished", Statistic::Count)) as u64,
            p50_us: late(0.5),
            messages: (count(value("messages", Statistic::Mean)) * 1_000.0) as u64,
        }
    }

    fn sum(scores: &[Self]) -> Self {
        scores.iter().fold(Self::default(), |sum, score| Self {
            broken: sum.broken + score.broken,
            missed: sum.missed + score.missed,
            p99_us: sum.p99_us + score.p99_us,
            unfinished: sum.unfinished + score.unfinished,
            p50_us: sum.p50_us + score.p50_us,
            messages: sum.messages + score.messages,
        })
    }
}

#[cfg(test)]
mod tests;
