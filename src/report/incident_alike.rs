//! What an incident's story tells once, although it befell many.

use crate::kernel::Recorded;
use crate::trace::{Fact, Remedy};

/// Whether the same befell two hosts at once, or was done to them: that is told once. Whom an
/// inspection suspects is said of each.
pub(super) fn is_alike(one: &Recorded<Fact>, next: &Recorded<Fact>) -> bool {
    let is_at_once = one.key.time == next.key.time;
    match (one.fact, next.fact) {
        (Fact::Host { .. }, fact) => is_at_once && one.fact == fact,
        (Fact::Step { on, part, remedy, .. }, Fact::Step { on: other, .. }) => {
            let mut alike = next.fact;
            if let Fact::Step { on: theirs, part: lane, .. } = &mut alike {
                (*theirs, *lane) = (on, part);
            }
            let are_acts = remedy != Remedy::Inspect && on != Fact::NONE && other != Fact::NONE;
            are_acts && is_at_once && alike == one.fact
        }
        (Fact::Suspicion { phi, .. }, Fact::Suspicion { phi: other, .. }) => {
            let second = |fact: &Recorded<Fact>| fact.key.time.as_nanos() / 1_000_000_000;
            second(one) == second(next) && (phi == Fact::DIFFERS) == (other == Fact::DIFFERS)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{EventKey, ProcessId, VirtualTime};
    use crate::trace::{HostChange, StepStage};

    fn told(millis: u64, process: u32, fact: Fact) -> Recorded<Fact> {
        let time = VirtualTime::from_nanos(millis * 1_000_000);
        let key = EventKey { time, sequence: 0, source: ProcessId(0) };
        Recorded { key, index: 0, process: ProcessId(process), fact }
    }

    fn step(remedy: Remedy, on: u32) -> Fact {
        let (stage, step) = (StepStage::Done, Fact::GUESS);
        Fact::Step { incident: 0, step, remedy, stage, on, part: u8::MAX, by: 0 }
    }

    /// How many lines it takes.
    fn lines(facts: &[Recorded<Fact>]) -> usize {
        facts.chunk_by(is_alike).count()
    }

    #[test]
    fn what_is_done_to_many_at_once_is_one_line_and_what_is_found_is_not() {
        let all = |remedy, whom: [u32; 3]| lines(&whom.map(|on| told(5, 0, step(remedy, on))));
        assert_eq!(all(Remedy::Restart, [1, 2, 3]), 1);
        assert_eq!(all(Remedy::Inspect, [1, 2, 3]), 3, "every suspect is named");
        assert_eq!(all(Remedy::Restart, [Fact::NONE, 2, 3]), 2, "everywhere is no host");
        let later = [told(5, 0, step(Remedy::Restart, 1)), told(6, 0, step(Remedy::Restart, 2))];
        assert_eq!(lines(&later), 2);
        let others = [told(5, 0, step(Remedy::Restart, 1)), told(5, 0, step(Remedy::Drain, 2))];
        assert_eq!(lines(&others), 2);
    }

    #[test]
    fn hosts_are_alike_at_one_instant_and_suspicions_of_one_kind_in_one_second() {
        let stops = Fact::Host { rule: 1, change: HostChange::Crashed };
        assert_eq!(lines(&[told(5, 1, stops), told(5, 2, stops), told(6, 3, stops)]), 2);
        let suspects = |phi| Fact::Suspicion { process: 7, phi };
        let silent = [told(1_100, 1, suspects(81)), told(1_900, 2, suspects(90))];
        assert_eq!(lines(&silent), 1);
        assert_eq!(lines(&[told(1_900, 1, suspects(81)), told(2_000, 2, suspects(90))]), 2);
        let causes = [told(1_100, 1, suspects(81)), told(1_200, 2, suspects(Fact::DIFFERS))];
        assert_eq!(lines(&causes), 2);
    }
}
