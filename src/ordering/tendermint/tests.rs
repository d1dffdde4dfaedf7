use super::super::transcript::{self, Hunt};
use super::*;

#[test]
fn transcripts() {
    transcript::check::<Tendermint>();
}

#[test]
fn storms() {
    settling().check();
    Hunt { replicas: 7, runs: 40, ..settling() }.check();
}

fn settling() -> Hunt<Tendermint> {
    Hunt { catches_up: true, settles: true, runs: 150, ..Hunt::default() }
}

/// What breaks when a bug is planted, with rounds that are hardly long enough, and too short.
fn broken(planted: Option<Planted>, runs: u64) -> Option<String> {
    [70, 25, 5].into_iter().find_map(|millis| {
        let (pause, delta) = (Span::from_millis(millis), Span::from_millis(millis / 5));
        let params = Params {
            planted,
            timeout_propose: pause,
            timeout_propose_delta: delta,
            timeout_prevote: pause,
            timeout_prevote_delta: delta,
            timeout_precommit: pause,
            timeout_precommit_delta: delta,
            timeout_commit: Span::from_millis(10),
            resend: Span::from_millis(100),
            ..Params::default()
        };
        let hunt = Hunt::<Tendermint> { params, runs, ..settling() };
        hunt.find().map(|(_, how)| how)
    })
}

#[test]
fn short_rounds_break_nothing() {
    assert_eq!(broken(None, 120), None);
}

#[test]
fn a_hunt_finds_a_quorum_that_is_too_small() {
    assert!(broken(Some(Planted::SmallQuorum), 120).is_some());
}

#[test]
fn a_hunt_finds_a_forgotten_lock() {
    assert!(broken(Some(Planted::ForgetsLock), 1_500).is_some());
}

#[test]
fn a_hunt_finds_a_proposer_that_forgets_what_was_valid() {
    assert!(broken(Some(Planted::ForgetsValid), 120).is_some());
}

#[test]
fn parameters_have_ranges() {
    let check = |params: Params, error: &str| {
        assert_eq!(Tendermint::check(&params).err().as_deref().unwrap_or("fine"), error);
    };
    check(Params::default(), "fine");
    let params = Params { timeout_prevote: Span::ZERO, ..Params::default() };
    check(params, "timeout_prevote = 0s: must be at least 1ms");
    let params = Params { batch_bytes: 0, ..Params::default() };
    check(params, "batch_bytes = 0: must be between 1 and 100000000");
}
