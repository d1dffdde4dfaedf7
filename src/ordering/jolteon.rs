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
    use super::super::transcript::{self, Hunt};
    use super::chained::Planted;
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Jolteon>();
    }

    #[test]
    fn storms() {
        settling().check();
        Hunt { replicas: 7, runs: 50, ..settling() }.check();
    }

    fn settling() -> Hunt<Jolteon> {
        Hunt { catches_up: true, settles: true, ..Hunt::default() }
    }

    /// What breaks when a bug is planted, with rounds that are hardly long enough, too short, and
    /// in between. Where about as many votes as timeouts are in time a bug in either shows best.
    fn broken(planted: Option<Planted>) -> Option<String> {
        [70, 1, 40, 15].into_iter().find_map(|millis| {
            let (timeout, batch_delay) = (Span::from_millis(millis), Span::from_millis(10));
            let params = Params { planted, timeout, batch_delay, ..Params::default() };
            // The shortest rounds take longest to hunt in, as so many of them fail.
            let runs = if millis == 1 { 60 } else { 300 };
            let hunt = Hunt::<Jolteon> { params, runs, ..settling() };
            hunt.find().map(|(_, how)| how)
        })
    }

    #[test]
    fn short_rounds_break_nothing() {
        assert_eq!(broken(None), None);
    }

    #[test]
    fn a_hunt_finds_a_quorum_that_is_too_small() {
        assert!(broken(Some(Planted::SmallQuorum)).is_some());
    }

    #[test]
    fn a_hunt_finds_votes_after_the_wish_to_leave() {
        assert!(broken(Some(Planted::VotesLate)).is_some());
    }

    #[test]
    fn a_hunt_finds_a_forgotten_lock() {
        assert!(broken(Some(Planted::ForgetsLock)).is_some());
    }

    #[test]
    fn a_hunt_finds_timeouts_that_never_grow() {
        let how = broken(Some(Planted::NeverGrows));
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Jolteon::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { timeout: Span::from_secs(60), ..Params::default() };
        check(params, "timeout_longest = 40s: must be at least 1m");
        let params = Params { batch_bytes: 0, ..Params::default() };
        check(params, "batch_bytes = 0: must be between 1 and 100000000");
    }
}
