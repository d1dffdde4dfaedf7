//! `jolteon`: a leader orders, two certified blocks in a row commit; the 2-chain HotStuff with
//! the quadratic view change (Gelashvili, Kokoris-Kogias, Sonnino, Spiegelman, Xiang, *Jolteon
//! and Ditto*, arXiv 2106.10362). Settings are those of the published measurements. What it shares
//! with other protocols is in [`chained`].
//!
//! A block of round r is committed where a block of round r + 2 is seen that carries the
//! certificate of round r + 1: five message delays, four at the leader of r + 2. A silent leader
//! costs a timeout.

use super::chained::{self, Durable, Message, Params, strategy};
use super::prelude::*;

strategy! {
    /// The strategy.
    Jolteon, "jolteon", "rotating leaders, two certified blocks in a row commit",
    chain: 2,
}

#[cfg(test)]
mod tests {
    use super::super::chained::tests::{broken, by_reputation, settling};
    use super::super::chained::{Leaders, Planted};
    use super::super::transcript::{self, Hunt};
    use super::*;
    use crate::kernel::Span;

    #[test]
    fn transcripts() {
        transcript::check::<Jolteon>();
    }

    #[test]
    fn storms() {
        settling::<Jolteon>().check();
        Hunt { replicas: 7, runs: 50, ..settling::<Jolteon>() }.check();
    }

    #[test]
    fn storms_with_leaders_by_reputation() {
        by_reputation::<Jolteon>().check();
        Hunt { replicas: 7, runs: 50, ..by_reputation::<Jolteon>() }.check();
    }

    #[test]
    fn short_rounds_break_nothing() {
        assert_eq!(broken::<Jolteon>(None, Leaders::RoundRobin), None);
        assert_eq!(broken::<Jolteon>(None, Leaders::Reputation), None);
    }

    #[test]
    fn a_hunt_finds_a_quorum_that_is_too_small() {
        assert!(broken::<Jolteon>(Some(Planted::SmallQuorum), Leaders::RoundRobin).is_some());
    }

    #[test]
    fn a_hunt_finds_votes_after_the_wish_to_leave() {
        assert!(broken::<Jolteon>(Some(Planted::VotesLate), Leaders::RoundRobin).is_some());
    }

    #[test]
    fn a_hunt_finds_a_forgotten_lock() {
        assert!(broken::<Jolteon>(Some(Planted::ForgetsLock), Leaders::RoundRobin).is_some());
    }

    #[test]
    fn a_hunt_finds_timeouts_that_never_grow() {
        let how = broken::<Jolteon>(Some(Planted::NeverGrows), Leaders::RoundRobin);
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(
                <Jolteon as Strategy>::check(&params).err().as_deref().unwrap_or("fine"),
                error
            );
        };
        check(Params::default(), "fine");
        let params = Params { timeout: Span::from_secs(60), ..Params::default() };
        check(params, "timeout_longest = 40s: must be at least 1m");
        let params = Params { batch_bytes: 0, ..Params::default() };
        check(params, "batch_bytes = 0: must be between 1 and 100000000");
    }
}
