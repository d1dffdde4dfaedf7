//! `mahi-mahi`: an uncertified DAG for asynchrony, with waves long enough that nobody has to wait
//! for a leader (Jovanovic, Kokoris-Kogias, Kumara, Sonnino, Tennage, Zablotchi, *Mahi-Mahi:
//! Low-Latency Asynchronous BFT DAG-Based Consensus*, arXiv 2410.08670). Between a leader and the
//! round that votes on it there are one or two rounds, in which the leader's block spreads; a block
//! votes for what a search of its past meets first.
//!
//! The coin that names leaders is one that all know beforehand: that is enough where no adversary
//! delays the next leader on purpose. The published code has plain round-robin in its place, which
//! is not enough: where a wave is as long as the committee is large, whoever is too slow to be
//! decided on directly is its own anchor in every wave, and nothing is ordered any more, in a calm
//! network and for ever (five validators in three regions, found by the hunt).

use super::dag::{
    self, Commit, Durable, Message, Planted, Protocol, Settings, Table, params, strategy,
};
use super::limit::between;
use super::prelude::*;

params! {
    /// Rounds from a leader to the decision about it, 4 or 5.
    wave: u32 = 5;
    /// How many leaders a round has.
    leaders: u32 = 2;
    /// From one own block to the next at least, unless that is full; `min_round_delay` of Sui.
    block_delay: Span = Span::from_millis(50);
}

strategy! {
    /// The strategy.
    MahiMahi, "mahi-mahi", "an uncertified DAG, no timeouts, leaders every round",
    guarantee: "total, Byzantine; lives whatever messages take",
    faults: Committee::byzantine,
    certified: false,
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        between("wave", self.wave, &(4..=5))?;
        between("leaders", self.leaders, &(1..=1_000))
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let quorum = committee.quorum() - u32::from(self.has(Planted::SmallQuorum));
        let table = Table {
            commit: quorum,
            skip: quorum,
            certificate: quorum,
            links: 1,
            wave: self.wave.into(),
            is_pipelined: true,
            leaders: self.leaders.min(committee.size()),
            has_coin: true,
            is_hasty: self.has(Planted::NoIndirectRule),
        };
        self.settings_of(Protocol {
            commit: Commit::Uncertified { table, waits: false },
            quorum,
            header_bytes: u32::MAX,
            header_delay: self.block_delay,
            timeout: Span::ZERO,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::transcript::{self, Hunt};
    use super::*;

    #[test]
    fn transcripts() {
        transcript::check::<MahiMahi>();
    }

    fn settling(replicas: u32, planted: Option<Planted>) -> Hunt<MahiMahi> {
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
