//! `bullshark`: the partially synchronous commit rule over a certified DAG (Spiegelman, Giridharan,
//! Sonnino, Kokoris-Kogias, *Bullshark: DAG BFT Protocols Made Practical*, arXiv 2201.05677, and
//! *Bullshark: The Partially Synchronous Version*, 2209.05633; the DAG is that of Narwhal, arXiv
//! 2105.11827). What it shares with other protocols is in [`dag`], the rule in
//! `dag/anchors.rs`.
//!
//! A round takes three message delays: a block, votes for it to its author, its certificate. Every
//! other round has a leader; f + 1 blocks of the next round that refer to it commit it. A round
//! waits for its leader, and the next one for votes, until a timeout.
//!
//! The published code has one timer of 5 s for leaders and for blocks that are not full. Here a
//! block waits for its payload as long as in `tusk`, and only leaders are waited for so long: a
//! quiet network would order an attestation in half a minute otherwise.

use super::dag::{
    self, Anchors, Commit, Durable, Message, Planted, Protocol, Settings, params, strategy,
};
use super::limit::{SHORTEST, at_least, between};
use super::prelude::*;

params! {
    /// Bytes of names of attestations that make a block large enough to be proposed at once.
    header_bytes: u32 = 1_000;
    /// How long a block waits to become so large, counted from the one before.
    header_delay: Span = Span::from_millis(200);
    /// How long a round waits for its leader, and for votes on it.
    timeout: Span = Span::from_secs(5);
}

strategy! {
    /// The strategy.
    Bullshark, "bullshark", "certified blocks, leaders every other round commit",
    guarantee: "total, Byzantine; lives while messages are timely",
    faults: Committee::byzantine,
    certified: true,
}

impl Params {
    fn check_own(&self) -> Result<(), String> {
        between("header_bytes", self.header_bytes, &(1..=100_000_000))?;
        at_least("timeout", self.timeout, SHORTEST)
    }

    fn settings(&self, committee: &Committee) -> Settings {
        let quorum = committee.quorum() - u32::from(self.has(Planted::SmallQuorum));
        let anchors = Anchors {
            committee: *committee,
            lag: 1,
            shares: 1,
            support: committee.one_correct() - u32::from(self.has(Planted::SmallQuorum)),
            walks_back: !self.has(Planted::NoIndirectRule),
        };
        self.settings_of(Protocol {
            commit: Commit::Certified { anchors, waits: true },
            quorum,
            header_bytes: self.header_bytes,
            header_delay: self.header_delay,
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
        transcript::check::<Bullshark>();
    }

    fn settling() -> Hunt<Bullshark> {
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
        let runs = if planted.is_some() { 1_000 } else { 100 };
        [40, 5, 150].into_iter().find_map(|millis| {
            let (timeout, header_delay) = (Span::from_millis(millis), Span::from_millis(2));
            let params = Params { planted, timeout, header_delay, ..Params::default() };
            let hunt = Hunt::<Bullshark> { params, runs, ..settling() };
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
    fn a_hunt_finds_leaders_that_are_not_walked_back_to() {
        assert!(broken(Some(Planted::NoIndirectRule)).is_some());
    }

    #[test]
    fn a_hunt_finds_rounds_that_wait_for_ever() {
        let how = broken(Some(Planted::NeverTimesOut));
        assert!(how.is_some_and(|how| how.contains("never settled")));
    }

    #[test]
    fn parameters_have_ranges() {
        let check = |params: Params, error: &str| {
            assert_eq!(Bullshark::check(&params).err().as_deref().unwrap_or("fine"), error);
        };
        check(Params::default(), "fine");
        let params = Params { header_bytes: 0, ..Params::default() };
        check(params, "header_bytes = 0: must be between 1 and 100000000");
    }
}
