//! `mysticeti`: an uncertified DAG, with leaders in every round and commits in three message
//! delays (Babel, Chursin, Danezis, Kichidis, Kokoris-Kogias, Koshy, Sonnino, Tian, *Mysticeti:
//! Reaching the Latency Limits with Uncertified DAGs*, arXiv 2310.14821; Mysticeti-C, with the
//! defaults of its code). What it shares with other protocols is in [`dag`], the
//! decision rules in `dag/waves.rs`.
//!
//! A block of the round after a leader's votes for it by referring to it; a block of the round
//! after that is a certificate if a quorum of its parents vote. A quorum of certificates commits
//! the leader, a quorum of blocks that do not vote skips it, and what neither decides is decided
//! by the next leader committed a wave later. A silent leader costs its round a timeout.

use super::dag::{
    self, Commit, Durable, Message, Planted, Protocol, Settings, Table, params, strategy,
};
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;

params! {
    /// How many leaders a round has.
    leaders: u32 = 2;
    /// How long a round waits for its leaders.
    timeout: Span = Span::from_secs(1);
    /// From one own block to the next at least, unless that is full; `min_round_delay` of Sui.
    block_delay: Span = Span::from_millis(50);
}

strategy! {
    /// The strategy.
    Mysticeti, "mysticeti", "everybody proposes, the shape of the DAG commits",
    guarantee: "total, Byzantine; lives while messages are timely",
    faults: Committee::byzantine,
    certified: false,
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        between("leaders", self.leaders, &(1..=1_000))?;
        at_least("timeout", self.timeout, SHORTEST)
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let quorum = committee.quorum() - u32::from(self.has(Planted::SmallQuorum));
        let table = Table {
            commit: quorum,
            skip: quorum,
            certificate: quorum,
            links: 1,
            wave: 3,
            is_pipelined: true,
            leaders: self.leaders.min(committee.size()),
            has_coin: false,
            is_hasty: self.has(Planted::NoIndirectRule),
        };
        self.settings_of(Protocol {
            commit: Commit::Uncertified { table, waits: true },
            quorum,
            header_bytes: u32::MAX,
            header_delay: self.block_delay,
            timeout: self.timeout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<Mysticeti>();
    }

    fn settling() -> Hunt<Mysticeti> {
        Hunt { catches_up: true, settles: true, ..Hunt::default() }
    }

    #[test]
    fn storms() {
        settling().check();
        Hunt { replicas: 7, runs: 50, ..settling() }.check();
    }

    /// What breaks when a bug is planted, with rounds that wait for their leaders for hardly long
    /// enough, and for long enough in most weather.
    fn broken(planted: Option<Planted>) -> Option<String> {
        let runs = if planted.is_some() { 1_000 } else { 150 };
        [40, 5, 150].into_iter().find_map(|millis| {
            let (timeout, block_delay) = (Span::from_millis(millis), Span::from_millis(2));
            let params = Params { planted, timeout, block_delay, ..Params::default() };
            let hunt = Hunt::<Mysticeti> { params, runs, ..settling() };
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
    fn a_hunt_finds_leaders_skipped_without_the_indirect_rule() {
        assert!(broken(Some(Planted::NoIndirectRule)).is_some());
    }

    #[test]
    fn a_hunt_finds_ties_broken_by_arrival() {
        assert!(broken(Some(Planted::TieByArrival)).is_some());
    }

    #[test]
    fn a_hunt_finds_rounds_that_wait_for_ever() {
        let how = broken(Some(Planted::NeverTimesOut));
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Mysticeti::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { leaders: 0, ..Params::default() };
        check(params, "leaders = 0: must be between 1 and 1000");
    }
}
