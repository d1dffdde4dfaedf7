//! `tusk`: the asynchronous commit rule over a certified DAG (Danezis, Kokoris-Kogias, Sonnino,
//! Spiegelman, *Narwhal and Tusk: A DAG-based Mempool and Efficient BFT Consensus*, arXiv
//! 2105.11827, section 5). What it shares with other protocols is in [`dag`], the rule
//! in `dag/anchors.rs`.
//!
//! A round takes three message delays: a block, votes for it to its author, its certificate. Every
//! other round has a leader, whom a coin names two rounds later; if f + 1 blocks of the round
//! after it refer to it, it is committed. No round waits for anybody but a quorum, so nothing here
//! has a timeout, and a silent leader only delays the commit to the next one.
//!
//! No time is stated within which what was held up comes through. A leader is committed only if
//! enough of the blocks of the round after it happen to refer to it; with a fair coin that is the
//! case with probability 1/3 at least (the paper's section 5), so there is an expected number of
//! rounds and no largest one.
//!
//! As in the published code the coin is round-robin: that is enough where no adversary delays
//! the next leader on purpose.

use super::dag::{
    self, Anchors, Commit, Durable, Message, Planted, Protocol, Settings, params, strategy,
};
use super::limit::between;
use super::prelude::*;

params! {
    /// Bytes of names of attestations that make a block large enough to be proposed at once.
    header_bytes: u32 = 1_000;
    /// How long a block waits to become so large, counted from the one before.
    header_delay: Span = Span::from_millis(200);
}

strategy! {
    /// The strategy.
    Tusk, "tusk", "certified blocks, no timeouts, a coin names leaders later",
    guarantee: "total, Byzantine; lives whatever messages take",
    faults: Committee::byzantine,
    certified: true,
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        between("header_bytes", self.header_bytes, &(1..=100_000_000))
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let quorum = committee.quorum() - u32::from(self.has(Planted::SmallQuorum));
        let anchors = Anchors {
            committee: *committee,
            lag: 2,
            shares: quorum,
            support: committee.one_correct() - u32::from(self.has(Planted::SmallQuorum)),
            walks_back: true,
        };
        self.settings_of(Protocol {
            commit: Commit::Certified { anchors, waits: false },
            quorum,
            header_bytes: self.header_bytes,
            header_delay: self.header_delay,
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
        transcript::check::<Tusk>();
    }

    fn settling() -> Hunt<Tusk> {
        Hunt { catches_up: true, settles: true, ..Hunt::default() }
    }

    #[test]
    fn storms() {
        settling().check();
        Hunt { replicas: 7, runs: 50, ..settling() }.check();
    }

    /// What breaks when a bug is planted, with rounds as short as the network has them, and longer.
    fn broken(planted: Option<Planted>) -> Option<String> {
        let runs = if planted.is_some() { 1_000 } else { 100 };
        [2, 20, 100].into_iter().find_map(|millis| {
            let header_delay = Span::from_millis(millis);
            let params = Params { planted, header_delay, ..Params::default() };
            let hunt = Hunt::<Tusk> { params, runs, ..settling() };
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
    fn a_hunt_finds_ties_broken_by_arrival() {
        assert!(broken(Some(Planted::TieByArrival)).is_some());
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Tusk::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { header_bytes: 0, ..Params::default() };
        check(params, "header_bytes = 0: must be between 1 and 100000000");
    }
}
