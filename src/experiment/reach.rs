//! How far one assumption can be moved before a threshold is missed.

use std::sync::Arc;

use super::challenge::Change;
use super::check::{CheckResult, Met};
use super::pool::run_all;
use super::single::run_pair;
use crate::measure::NoRows;
use crate::ordering::Catalogue;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::Options;

/// The first miss is known to so much of its factor.
const WITHIN: f64 = 0.05;

/// How far one assumption can be moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// Which.
    pub assumption: String,
    /// So many times the number where the first miss was found, and what was missed; `None` if
    /// nothing was up to [`Reach::MOST`] times as hard.
    pub first_miss: Option<(f64, CheckResult)>,
}

impl Reach {
    /// Nothing is moved further than this.
    pub const MOST: f64 = 8.0;
}

/// Doubles what `change` moves until a threshold is missed on some seed, then halves the interval
/// until it is known to a twentieth. What misses, meets and misses again is not looked for.
///
/// # Errors
/// If a run comes to nothing.
pub fn reach(
    change: &Change,
    scenario: &Scenario,
    seeds: &[u64],
    (catalogue, options, threads): (&Arc<Catalogue>, Options, usize),
) -> Result<Reach, String> {
    let first_miss = bisected(|factor| {
        let moved = change.moved(scenario, factor);
        let with_seed = |seed: &u64| {
            let (seed, crypto) = (*seed, Crypto::Modelled);
            Scenario { seed, crypto, ..moved.clone() }
        };
        let jobs: Vec<Scenario> = seeds.iter().map(with_seed).collect();
        let catalogue = Arc::clone(catalogue);
        let missed = move |scenario: Scenario| {
            let pair = run_pair(&scenario, &catalogue, options, true, &mut NoRows);
            let pair = pair.map_err(|failure| failure.to_string())?;
            Ok(pair.thresholds.into_iter().find(|result| result.met == Met::No))
        };
        let runs = run_all(jobs, threads, missed, |_, _| {}).into_iter();
        let runs = runs.map(|run| run.unwrap_or_else(|panicked| Err(panicked.0)));
        let missed = runs.collect::<Result<Vec<_>, String>>()?;
        Ok(missed.into_iter().flatten().next())
    })?;
    let first_miss = first_miss.map(|(factor, missed)| (change.times(factor), missed));
    Ok(Reach { assumption: change.assumption.clone(), first_miss })
}

/// The least factor above 1 at which `probe` finds something, and what.
fn bisected<T>(
    mut probe: impl FnMut(f64) -> Result<Option<T>, String>,
) -> Result<Option<(f64, T)>, String> {
    let (mut low, mut high) = (1.0, 2.0);
    let mut found = loop {
        match probe(high)? {
            Some(found) => break found,
            None if high >= Reach::MOST => return Ok(None),
            None => (low, high) = (high, high * 2.0),
        }
    };
    while high - low > WITHIN * low {
        // Two decimals, so that anybody can write the factor down.
        let middle = ((low + high) * 50.0).round() / 100.0;
        match probe(middle)? {
            Some(nearer) => (high, found) = (middle, nearer),
            None => low = middle,
        }
    }
    Ok(Some((high, found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_miss_is_found_to_a_twentieth() {
        let check = |first: f64, expected: Option<f64>| {
            let mut probes = 0;
            let found = bisected(|factor| {
                probes += 1;
                Ok((factor >= first).then_some(()))
            });
            assert_eq!(found, Ok(expected.map(|factor| (factor, ()))), "{first}");
            assert!(probes <= 9, "{first}: {probes}");
        };
        check(1.0, Some(1.04));
        check(2.0, Some(2.0));
        check(2.03, Some(2.07));
        check(7.9, Some(8.0));
        check(8.1, None);
        let failing = bisected(|_| Err::<Option<()>, _>("a run panicked".to_owned()));
        assert_eq!(failing, Err("a run panicked".to_owned()));
    }
}
