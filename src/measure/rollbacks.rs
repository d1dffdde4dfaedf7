//! How much validators take back at once.

use super::sample::Sample;
use super::setting::phases_of;
use super::tally::Tally;

/// By validator, what it has taken back since it delivered something last.
#[derive(Clone, Debug)]
pub(super) struct Rollbacks(Vec<Rollback>);

#[derive(Clone, Copy, Debug, Default)]
struct Rollback {
    depth: u64,
    /// Of the earliest delivery that was taken back.
    phases: u64,
}

impl Rollbacks {
    pub(super) fn new(validators: usize) -> Self {
        Self(vec![Rollback::default(); validators])
    }

    /// Takes back one more, intended in these phases.
    pub(super) fn retract(&mut self, validator: usize, phases: u64) {
        let depth = self.0[validator].depth + 1;
        self.0[validator] = Rollback { depth, phases };
    }

    /// The validator delivers again.
    pub(super) fn deliver(&mut self, validator: usize, tallies: &mut [Tally]) {
        let Rollback { depth, phases } = std::mem::take(&mut self.0[validator]);
        if depth > 0 {
            let each = phases_of(phases);
            each.for_each(|phase| tallies[phase].samples_mut(Sample::Rollback).record(depth));
        }
    }

    /// Nobody delivers any more.
    pub(super) fn finish(&mut self, tallies: &mut [Tally]) {
        (0..self.0.len()).for_each(|validator| self.deliver(validator, tallies));
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::Sample;
    use crate::measure::script::measure;

    /// How many rollbacks there were, and the deepest.
    fn check(script: &str, count: u64, deepest: Option<u64>) {
        let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1; 0ms c9 plan 2 seq 2;";
        let all = "1ms v0-2 deliver 0 @0; 2ms v0-2 deliver 1 @1; 3ms v0-2 deliver 2 @2;";
        let measured = measure(3, 2, &format!("{plan}{all}{script}"));
        let samples = measured.phases[0].samples(Sample::Rollback);
        assert_eq!((samples.due(), samples.histogram().max()), (count, deepest), "{script}");
    }

    #[test]
    fn a_rollback_is_as_deep_as_deliveries_are_taken_back_in_a_row() {
        check("", 0, None);
        check("4ms v1 retract 2 @2; 5ms v1 deliver 2 @2; 6ms v1 retract 2 @2", 2, Some(1));
        check("4ms v1 retract 2 @2; 5ms v1 retract 1 @1; 6ms v1 deliver 2 @1", 1, Some(2));
        check("4ms v1 retract 2 @2; 5ms v2 deliver 2 @2; 6ms v1 retract 1 @1", 1, Some(2));
    }
}
