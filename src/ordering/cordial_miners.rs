//! `cordial-miners`: an uncertified DAG with one leader in every wave of three rounds (Keidar,
//! Naor, Poupko, Shapiro, *Cordial Miners: Fast and Efficient Consensus for Every Eventuality*,
//! arXiv 2205.09174, the version for eventual synchrony). It is [`mysticeti`](super::mysticeti)
//! without pipelining: most blocks wait for the leader of a later wave, and a leader is skipped
//! directly only if nobody at all votes for it.

use super::dag::{
    self, Commit, Durable, Message, Planted, Protocol, Settings, Table, params, strategy,
};
use super::limit::{SHORTEST, at_least};
use super::prelude::*;

params! {
    /// How long a round waits for its leaders.
    timeout: Span = Span::from_secs(1);
    /// From one own block to the next at least, unless that is full; `min_round_delay` of Sui.
    block_delay: Span = Span::from_millis(50);
}

strategy! {
    /// The strategy.
    CordialMiners, "cordial-miners", "an uncertified DAG, one leader in three rounds",
    guarantee: "total, Byzantine; lives while messages are timely",
    faults: Committee::byzantine,
    certified: false,
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        at_least("timeout", self.timeout, SHORTEST)
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let quorum = committee.quorum() - u32::from(self.has(Planted::SmallQuorum));
        let table = Table {
            commit: quorum,
            skip: committee.size(),
            certificate: quorum,
            links: 1,
            wave: 3,
            is_pipelined: false,
            leaders: 1,
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
        transcript::check::<CordialMiners>();
    }

    fn settling(replicas: u32, planted: Option<Planted>) -> Hunt<CordialMiners> {
        let params = Params { planted, block_delay: Span::from_millis(2), ..Params::default() };
        Hunt { params, replicas, catches_up: true, settles: true, ..Hunt::default() }
    }

    #[test]
    fn storms() {
        Hunt { runs: 150, ..settling(4, None) }.check();
        Hunt { runs: 40, ..settling(7, None) }.check();
    }

    #[test]
    fn hunts_find_what_is_planted() {
        for planted in [Planted::SmallQuorum, Planted::TieByArrival] {
            assert!(settling(4, Some(planted)).find().is_some(), "{planted:?}");
        }
    }
}
