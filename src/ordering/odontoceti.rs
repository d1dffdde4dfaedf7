//! `odontoceti`: an uncertified DAG that commits in two message delays and withstands f Byzantine
//! validators of 5 f + 1 (*BlueBottle*, as in `protocol.rs` of the code of Mysticeti). A vote is a
//! certificate here: n - f votes commit, n - f blocks without a vote skip, and in an anchor's past
//! n - 3 f votes decide, since of the n - f that committed so many are seen by everybody, and of
//! n - f blames at most 2 f validators can also be seen to have voted. Of two blocks of a leader
//! that pass, which takes a Byzantine one, the one with the lower hash is taken.

use super::dag::{
    self, Commit, Durable, Message, Planted, Protocol, Settings, Table, params, strategy,
};
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;

params! {
    /// How long a round waits for its leaders.
    timeout: Span = Span::from_secs(1);
    /// How many leaders a round has.
    leaders: u32 = 2;
    /// From one own block to the next at least, unless that is full; `min_round_delay` of Sui.
    block_delay: Span = Span::from_millis(50);
}

strategy! {
    /// The strategy.
    Odontoceti, "odontoceti", "an uncertified DAG, two message delays, f of 5 f + 1",
    guarantee: "total, Byzantine f of 5 f + 1; lives while messages are timely",
    faults: faults,
    certified: false,
}

/// How many Byzantine validators are withstood.
fn faults(committee: &Committee) -> u32 {
    (committee.size() - 1) / 5
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        between("leaders", self.leaders, &(1..=1_000))?;
        at_least("timeout", self.timeout, SHORTEST)
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let (size, faults) = (committee.size(), faults(committee));
        let quorum = size - faults;
        assert!(size - 3 * faults > 2 * faults, "blames and votes cannot both be enough");
        let table = Table {
            commit: quorum,
            skip: quorum,
            certificate: quorum,
            links: size - 3 * faults,
            wave: 2,
            is_pipelined: true,
            leaders: self.leaders.min(size),
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
        transcript::check::<Odontoceti>();
    }

    fn settling(replicas: u32, planted: Option<Planted>) -> Hunt<Odontoceti> {
        let params = Params { planted, block_delay: Span::from_millis(2), ..Params::default() };
        Hunt { params, replicas, catches_up: true, settles: true, ..Hunt::default() }
    }

    #[test]
    fn storms() {
        Hunt { runs: 150, ..settling(6, None) }.check();
        Hunt { runs: 40, ..settling(11, None) }.check();
    }

    #[test]
    fn hunts_find_what_is_planted() {
        for planted in [Planted::NeverTimesOut, Planted::TieByArrival] {
            assert!(settling(6, Some(planted)).find().is_some(), "{planted:?}");
        }
    }
}
