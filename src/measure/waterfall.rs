//! Where the time to applied went, stage by stage, by how long it was.

use super::histogram::bucket_of;
use super::record::{Cell, NEVER, Record};
use crate::kernel::{Span, VirtualTime};

/// Stages between the intended send and the acceptance by the q-th correct validator.
pub const STAGES: usize = 9;

/// What the stages are called, in order.
pub const STAGE_NAMES: [&str; STAGES] =
    ["wait", "retry", "admit", "route", "network", "verify", "batch", "order", "apply"];

/// Groups of a sixteenth of an octave each, so within 6 % of each other.
const BITS: u32 = 4;

/// Operations of about one latency: how many, and how long they spent in each stage together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Group {
    count: u64,
    stages: [Span; STAGES],
}

/// Time by stage, for operations grouped by their `latency.applied`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waterfall {
    groups: Vec<Group>,
}

impl Waterfall {
    /// How `latency` divides into stages, in the shares that the operations nearest to it had;
    /// they add up to it but for rounding. `None` if there were none.
    ///
    /// Stages: `wait` until it was sent at all, `retry` until the try that succeeded was sent,
    /// `admit` until a router took that in, `route` until it was sent on, `network` until it
    /// arrived at the validator that decided, `verify`, `batch` until some validator put it into a
    /// block, `order`, and `apply`.
    pub fn divide(&self, latency: Span) -> Option<[Span; STAGES]> {
        let at = bucket_of::<BITS>(latency.as_nanos() / 1_000);
        let groups = self.groups.iter().enumerate().filter(|(_, group)| group.count > 0);
        let (_, nearest) = groups.min_by_key(|(group, _)| group.abs_diff(at))?;
        let total: u64 = nearest.stages.iter().map(|stage| stage.as_nanos()).sum();
        let scale = latency.as_nanos() as f64 / total.max(1) as f64;
        Some(nearest.stages.map(|sum| Span::from_nanos((sum.as_nanos() as f64 * scale) as u64)))
    }

    pub(super) fn add(&mut self, latency: Span, stages: &[Span; STAGES]) {
        let group = bucket_of::<BITS>(latency.as_nanos() / 1_000);
        if group >= self.groups.len() {
            self.groups.resize(group + 1, Group::default());
        }
        let group = &mut self.groups[group];
        group.count += 1;
        group.stages.iter_mut().zip(stages).for_each(|(sum, part)| *sum += *part);
    }
}

/// The stages of an applied operation; `cell` is that of the validator that decided. A stage
/// whose end is unknown takes no time, its time is the next one's.
pub(super) fn stages(record: &Record, cell: &Cell) -> [Span; STAGES] {
    let again = usize::from(record.decided_try > 0);
    let decided = if again == 0 { record.first_try } else { record.last_try };
    let after = |micros: u32| match micros {
        Cell::NEVER => NEVER,
        micros => record.intended + Span::from_micros(micros.into()),
    };
    let ends = [
        record.first_try.sent,
        decided.sent,
        decided.admitted,
        decided.routed,
        after(cell.received[again]),
        after(cell.verified[again]),
        record.proposed,
        after(cell.delivered),
        record.applied,
    ];
    let mut from = record.intended;
    ends.map(|end: VirtualTime| {
        let end = if end == NEVER { from } else { end.clamp(from, record.applied.max(from)) };
        let stage = end.since(from);
        from = end;
        stage
    })
}

#[cfg(test)]
mod tests {
    use crate::kernel::Span;
    use crate::measure::script::measure;

    fn check(script: &str, at: f64, expected: &str) {
        let measured = measure(4, 3, script);
        let latency = Span::from_micros((at * 1_000.0) as u64);
        let stages = measured.phases[0].waterfall.divide(latency).expect("operations there");
        assert_eq!(stages.map(|stage| stage.to_string()).join(" "), expected, "{script}");
    }

    const JOURNEY: &str = "11ms c9 send 0; 20ms r8 admit 0; 25ms r8 route 0 #0;
        30ms v0-1 receive 0 from 8 #0; 31ms v0-1 verify 0; 32ms v0-1 deliver 0 @0;
        33ms v0-1 apply 0 ok; 50ms v2 receive 0 from 8 #0; 54ms v2 verify 0;
        70ms v2 deliver 0 @0; 73ms v2 apply 0 ok";

    #[test]
    fn stages_are_those_of_the_validator_that_decided() {
        let script = format!("0ms c9 plan 0 at 10ms; {JOURNEY}");
        check(&script, 63.0, "1ms 0s 9ms 5ms 25ms 4ms 0s 16ms 3ms");
    }

    #[test]
    fn a_retry_is_a_stage_of_its_own() {
        let second = JOURNEY.replace(" 0;", " 0.1;").replace(" 0 ", " 0.1 ");
        let script = format!("0ms c9 plan 0 at 1ms; 2ms c9 send 0; 3ms r8 reject 0; {second}");
        check(&script, 72.0, "1ms 9ms 9ms 5ms 25ms 4ms 0s 16ms 3ms");
    }

    #[test]
    fn a_retry_that_was_not_needed_moves_no_stage() {
        let late = JOURNEY.replace(
            "54ms v2 verify 0;",
            "52ms v2 receive 0.1 from 8 #1; 54ms v2 verify 0; 60ms v2 verify 0.1;",
        );
        let script = format!("0ms c9 plan 0 at 10ms; {late}");
        check(&script, 63.0, "1ms 0s 9ms 5ms 25ms 4ms 0s 16ms 3ms");
    }

    #[test]
    fn a_block_begins_at_whichever_validator_makes_it() {
        let script = format!("0ms c9 plan 0 at 10ms; {JOURNEY}");
        let proposed = |at: &str| script.replace("70ms v2", &format!("{at} v1 propose 0; 70ms v2"));
        check(&proposed("60ms"), 63.0, "1ms 0s 9ms 5ms 25ms 4ms 6ms 10ms 3ms");
        let early = script.replace("50ms v2", "40ms v1 propose 0; 50ms v2");
        check(&early, 63.0, "1ms 0s 9ms 5ms 25ms 4ms 0s 16ms 3ms");
    }

    #[test]
    fn a_stage_that_nobody_saw_takes_no_time() {
        let script = format!("0ms c9 plan 0 at 10ms; {}", JOURNEY.replace("admit", "wait"));
        check(&script, 63.0, "1ms 0s 0s 14ms 25ms 4ms 0s 16ms 3ms");
    }
}
