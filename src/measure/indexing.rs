//! How long it takes until what is in can be found in every index.

use std::collections::BTreeMap;

use super::record::Record;
use super::sample::Sample;
use super::setting::phases_of;
use super::tally::Tally;
use crate::kernel::{Span, VirtualTime};

/// Statements that indexers do not have yet, whether or not they are settled otherwise.
#[derive(Clone, Debug)]
pub(super) struct Indexing {
    indexers: u32,
    waiting: BTreeMap<u32, Waiting>,
    /// By statement and indexer: the phases in which rows came that the second chain lacks, where
    /// there is one.
    on_the_way: Option<BTreeMap<(u32, u32), u64>>,
    pub(super) is_capped: bool,
}

#[derive(Clone, Debug)]
struct Waiting {
    intended: VirtualTime,
    phases: u64,
    /// The indexers that have it, as processes, and when the last of them got it.
    had_by: Vec<u32>,
    last: VirtualTime,
    /// It is settled, and q validators had accepted it.
    is_proven: bool,
}

/// More are not waited for.
const MOST: usize = 1 << 20;

impl Indexing {
    pub(super) fn new(indexers: u32, carries: bool) -> Self {
        let on_the_way = carries.then(BTreeMap::new);
        Self { indexers, waiting: BTreeMap::new(), on_the_way, is_capped: false }
    }

    pub(super) fn plan(&mut self, operation: u32, record: &Record) {
        if self.indexers == 0 || record.is_question() {
            return;
        }
        let (intended, phases) = (record.intended, record.phases);
        let (had_by, last, is_proven) = (Vec::new(), VirtualTime::ZERO, false);
        let waiting = Waiting { intended, phases, had_by, last, is_proven };
        self.waiting.insert(operation, waiting);
        if self.waiting.len() > MOST {
            self.waiting.pop_first();
            self.is_capped = true;
        }
    }

    pub(super) fn indexed(
        &mut self,
        operation: u32,
        (indexer, lag): (u32, Span),
        (now, phases): (VirtualTime, u64),
        tallies: &mut [Tally],
    ) {
        phases_of(phases).for_each(|phase| tallies[phase].due(Sample::IndexLag, Some(lag)));
        if let Some(on_the_way) = &mut self.on_the_way {
            on_the_way.insert((operation, indexer), phases);
            if on_the_way.len() > MOST {
                on_the_way.pop_first();
                self.is_capped = true;
            }
        }
        let Some(waiting) = self.waiting.get_mut(&operation) else { return };
        if !waiting.had_by.contains(&indexer) {
            waiting.had_by.push(indexer);
            waiting.last = now;
        }
        self.judge(operation, tallies);
    }

    /// It holds on the second chain.
    pub(super) fn carried(
        &mut self,
        (operation, indexer): (u32, u32),
        lag: Span,
        tallies: &mut [Tally],
    ) {
        let on_the_way = self.on_the_way.as_mut();
        let phases = on_the_way.and_then(|rows| rows.remove(&(operation, indexer)));
        let phases = phases.into_iter().flat_map(phases_of);
        phases.for_each(|phase| tallies[phase].due(Sample::CarryLag, Some(lag)));
    }

    pub(super) fn settle(&mut self, operation: u32, is_applied: bool, tallies: &mut [Tally]) {
        let Some(waiting) = self.waiting.get_mut(&operation) else { return };
        waiting.is_proven = is_applied;
        if is_applied {
            self.judge(operation, tallies);
        } else {
            self.waiting.remove(&operation);
        }
    }

    /// Adds it up if it is settled and all have it.
    fn judge(&mut self, operation: u32, tallies: &mut [Tally]) {
        let is_everywhere = |waiting: &&Waiting| waiting.had_by.len() as u32 == self.indexers;
        let found = self.waiting.get(&operation).filter(is_everywhere);
        if found.is_some_and(|waiting| waiting.is_proven)
            && let Some(waiting) = self.waiting.remove(&operation)
        {
            let took = waiting.last.since(waiting.intended);
            waiting.add_up(Some(took), tallies);
        }
    }

    /// What is not everywhere by now never will be.
    pub(super) fn finish(&mut self, tallies: &mut [Tally]) {
        let left = self.on_the_way.take().into_iter().flat_map(BTreeMap::into_values);
        for phase in left.flat_map(phases_of) {
            tallies[phase].due(Sample::CarryLag, None);
        }
        for waiting in std::mem::take(&mut self.waiting).into_values() {
            if waiting.is_proven {
                waiting.add_up(None, tallies);
            }
        }
    }
}

impl Waiting {
    fn add_up(&self, took: Option<Span>, tallies: &mut [Tally]) {
        phases_of(self.phases).for_each(|phase| tallies[phase].due(Sample::Index, took));
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;
    use crate::measure::{Measurement, Statistic};

    fn millis(run: &Measurement, metric: &str, statistic: Statistic) -> Option<f64> {
        run.value(metric, statistic, 0, None).value().map(f64::round)
    }

    #[test]
    fn it_is_found_when_the_last_indexer_has_it() {
        let script = "indexers 2; 0ms c9 plan 0; 5ms v0-3 accept 0; 20ms i12 index 0 15ms;
            20ms i12 index 0 15ms; 90ms i13 index 0 85ms";
        let run = measure(4, 3, script);
        assert_eq!(millis(&run, "latency.index", Statistic::Max), Some(90.0));
        assert_eq!(millis(&run, "index.lag", Statistic::Max), Some(85.0));
        assert_eq!(run.due("index.lag", 0), 3);
    }

    #[test]
    fn what_an_indexer_never_gets_counts_as_never_and_what_was_not_in_is_not_due() {
        let script = "indexers 2; 0ms c9 plan 0; 0ms c9 plan 1; 5ms v0-3 accept 0;
            20ms i12 index 0 15ms";
        let run = measure(4, 3, script);
        assert_eq!(
            (run.due("latency.index", 0), millis(&run, "latency.index", Statistic::Max)),
            (1, None)
        );
    }

    #[test]
    fn an_index_that_comes_after_all_is_waited_for_beyond_retention() {
        let script = "indexers 1; retention 1s; 0ms c9 plan 0; 5ms v0-3 accept 0; 6s c9 plan 1;
            7s i12 index 0 6995ms";
        let run = measure(4, 3, script);
        assert_eq!(millis(&run, "latency.index", Statistic::Min), Some(7_000.0));
    }

    #[test]
    fn what_the_second_chain_never_has_is_never() {
        let script = "indexers 1; carries; 0ms c9 plan 0; 0ms c9 plan 1; 20ms i12 index 0 15ms;
            20ms i12 index 1 15ms; 90ms i12 carry 0 85ms";
        let run = measure(4, 3, script);
        assert_eq!(millis(&run, "carry.lag", Statistic::Min), Some(85.0));
        assert_eq!(run.due("carry.lag", 0), 2, "one of them never came");
    }

    #[test]
    fn a_date_is_as_far_from_signing_as_its_indexer_says() {
        let script = "indexers 1; 0ms c9 plan 0; 20ms i12 index 0 15ms; 20ms i12 date 0 7ms";
        let run = measure(4, 3, script);
        assert_eq!(millis(&run, "drift", Statistic::Max), Some(7.0));
    }
}
