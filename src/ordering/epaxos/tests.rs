use super::super::transcript::{self, Hunt};
use super::*;

#[test]
fn transcripts() {
    transcript::check::<Epaxos>();
}

fn hunt() -> Hunt<Epaxos> {
    Hunt { catches_up: true, settles: true, ..Hunt::default() }
}

#[test]
fn storms() {
    for (replicas, subjects) in [(3, 3), (4, 1), (5, 2)] {
        Hunt { replicas, subjects, runs: 150, ..hunt() }.check();
    }
}

/// Recoveries that cross one another and the proposer's own work.
fn hasty(planted: Option<Planted>) -> Hunt<Epaxos> {
    let params = Params {
        planted,
        recovery: Span::from_millis(60),
        fast_wait: Span::from_millis(40),
        batch: Span::ZERO,
        forward: Span::from_millis(200),
        ..Params::default()
    };
    Hunt { params, replicas: 5, subjects: 2, runs: 300, ..hunt() }
}

#[test]
fn storms_with_many_recoveries() {
    hasty(None).check();
    Hunt { replicas: 3, ..hasty(None) }.check();
}

#[test]
fn a_smaller_fast_quorum_withstands_fewer_crashes() {
    let params = Params { crashes: 1, ..hasty(None).params };
    Hunt { params, replicas: 6, runs: 40, ..hasty(None) }.check();
}

#[test]
fn what_one_replica_gets_all_deliver() {
    let stated = Epaxos::guarantees(&Committee::new(4), &Params::default());
    let (faults, transport) = (FaultModel::None, TransportNeed::Reliable);
    let assumed = Assumptions { faults, transport, ..stated.assumptions };
    let held_to = Some((stated.owed, assumed));
    Hunt { held_to, reaches_one: true, runs: 100, ..hunt() }.check();
}

fn found(planted: Planted) -> String {
    let hunts = [5, 3].into_iter();
    let mut hunts = hunts.map(|replicas| Hunt { replicas, ..hasty(Some(planted)) });
    hunts.find_map(|hunt| hunt.find()).map(|(_, how)| how).unwrap_or_default()
}

#[test]
fn a_hunt_finds_answers_that_forget() {
    let how = found(Planted::Forgets);
    assert!(how.contains("per-subject order"), "{how}");
}

#[test]
fn a_hunt_finds_a_fast_quorum_that_is_too_small() {
    assert!(!found(Planted::SmallFastQuorum).is_empty());
}

#[test]
fn a_hunt_finds_recoveries_that_forget_what_was_pre_accepted() {
    assert!(!found(Planted::Hasty).is_empty());
}

#[test]
fn quorums_of_the_usual_sizes() {
    let check = |size, crashes, fast| {
        let params = Params { crashes, ..Params::default() };
        assert_eq!(params.fast_quorum(&Committee::new(size)), fast, "of {size}, {crashes}");
    };
    check(1, 0, 1);
    check(2, 0, 2);
    check(3, 0, 2);
    check(5, 0, 4);
    check(10, 0, 9);
    check(10, 1, 6);
    check(10, 9, 9);
}

#[test]
fn parameters_have_ranges() {
    let check = |params: Params, error: &str| {
        assert_eq!(Epaxos::check(&params).err().as_deref().unwrap_or("fine"), error);
    };
    check(Params::default(), "fine");
    let params = Params { recovery: Span::ZERO, ..Params::default() };
    check(params, "recovery = 0s: must be at least 1ms");
    let params = Params { crashes: 10_001, ..Params::default() };
    check(params, "crashes = 10001: must be between 0 and 10000");
}
