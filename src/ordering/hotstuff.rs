//! `hotstuff`: a leader orders, three certified blocks in a row commit (Yin, Malkhi, Reiter, Golan
//! Gueta, Abraham, *HotStuff: BFT Consensus with Linearity and Responsiveness*, PODC 2019, arXiv
//! 1803.05069, section 5 and algorithm 5; as in the branch `3-chain` of asonnino/hotstuff).
//! Settings are those of its published measurements. What it shares with other protocols is in
//! [`chained`].
//!
//! A block of round r is committed where a block of round r + 3 is seen that carries the
//! certificate of round r + 2, and the three are of consecutive rounds: seven message delays, six
//! at the leader of r + 3. A validator is locked on the grandparent of what it voted for, and
//! votes for nothing that is built on an older certificate: so a new leader may propose on the
//! highest certificate it knows without proving that there is no higher one.
//!
//! **Beyond the paper**, which leaves the pacemaker open: rounds end by certificate or by a
//! timeout certificate, as in the published code. The new leader's block carries the latter.
//!
//! **Trade-offs.** A commit takes four leaders in a row that are up: the last one shows the third
//! certificate. With leaders in turn and one of four validators down there are never so many, and
//! nothing is committed (Giridharan, Suri-Payer, Ding, Howard, Abraham, Crooks, *BeeGees: stayin'
//! alive in chained BFT*, PODC 2023, make this point); five are enough, and so is reputation.

use super::chained::{self, Durable, Message, Params, strategy};
use super::prelude::*;

strategy! {
    /// The strategy.
    Hotstuff, "hotstuff", "rotating leaders, three certified blocks in a row commit",
    chain: 3,
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
        transcript::check::<Hotstuff>();
    }

    #[test]
    fn storms() {
        settling::<Hotstuff>().check();
        Hunt { replicas: 7, runs: 50, ..settling::<Hotstuff>() }.check();
    }

    #[test]
    fn storms_with_leaders_by_reputation() {
        by_reputation::<Hotstuff>().check();
        Hunt { replicas: 7, runs: 50, ..by_reputation::<Hotstuff>() }.check();
    }

    #[test]
    fn short_rounds_break_nothing() {
        assert_eq!(broken::<Hotstuff>(None, Leaders::RoundRobin), None);
        assert_eq!(broken::<Hotstuff>(None, Leaders::Reputation), None);
    }

    #[test]
    fn a_hunt_finds_a_quorum_that_is_too_small() {
        // In turn, four leaders in a row are all there are: no half commits anything alone.
        assert!(broken::<Hotstuff>(Some(Planted::SmallQuorum), Leaders::Reputation).is_some());
    }

    /// Two orders, if leaders know no certificates but those that they made, and nobody asks before
    /// the run is over: what commits would be shown. Round after round has to go wrong in one way,
    /// so it takes many leaders and rounds that are long enough.
    fn two_orders(planted: Planted) -> Option<String> {
        let params = Params {
            planted: Some(planted),
            timeout: Span::from_millis(300),
            batch_delay: Span::from_millis(10),
            leaders: Leaders::Reputation,
            gossip: Span::from_secs(60),
            fetch: Span::from_secs(30),
            fetch_longest: Span::from_secs(30),
            ..Params::default()
        };
        let stated = Hotstuff::guarantees(&Committee::new(7), &params);
        let held_to = Some((vec![Property::TotalOrder], stated.assumptions));
        let hunt = Hunt::<Hotstuff> { params, replicas: 7, runs: 500, held_to, ..Hunt::default() };
        hunt.find().map(|(_, how)| how)
    }

    #[test]
    fn a_hunt_finds_a_forgotten_lock() {
        assert!(two_orders(Planted::ForgetsLock).is_some());
    }

    #[test]
    fn a_lock_is_enough_against_leaders_with_old_certificates() {
        assert_eq!(two_orders(Planted::ForgetsHigh), None);
    }

    #[test]
    fn a_hunt_finds_timeouts_that_never_grow() {
        let how = broken::<Hotstuff>(Some(Planted::NeverGrows), Leaders::RoundRobin);
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }
}
