use super::super::chained::tests::settling;
use super::super::transcript::{self, Hunt};
use super::*;

#[test]
fn transcripts() {
    transcript::check::<Themis>();
}

fn storming(replicas: u32, params: Params) -> Hunt<Themis> {
    Hunt { replicas, params, runs: 150, ..settling::<Themis>() }
}

#[test]
fn storms() {
    storming(5, Params::default()).check();
    storming(4, Params::default()).check();
    storming(7, Params { gamma: 80, ..Params::default() }).check();
}

#[test]
fn short_rounds_break_nothing() {
    let timeout = Span::from_millis(70);
    storming(5, Params { timeout, ..Params::default() }).check();
}

/// What breaks when validator 1, the one Byzantine of five, reverses what follows.
fn broken(planted: Planted) -> Option<String> {
    let (batch_delay, timeout) = (Span::from_millis(10), Span::from_millis(300));
    let params = Params { planted: Some(planted), batch_delay, timeout, ..Params::default() };
    let stated = Themis::guarantees(&Committee::new(5), &params);
    let others = Assumptions { faults: FaultModel::None, ..stated.assumptions };
    let held_to = Some((stated.owed, others));
    Hunt { held_to, ..storming(5, params) }.find().map(|(_, how)| how)
}

#[test]
fn a_leader_that_reverses_the_order_is_refused() {
    assert_eq!(broken(Planted::Reverses), None);
}

#[test]
fn a_hunt_finds_that_nobody_checks_the_order() {
    let how = broken(Planted::ReversesUnchecked).unwrap_or_default();
    assert!(how.contains("order fairness"), "{how}");
}

#[test]
fn liars_withstood() {
    let check = |size, gamma, withstood| {
        let committee = Committee::new(size);
        assert_eq!(Fairness::withstood(&committee, gamma), withstood, "{size} with {gamma} %");
    };
    check(4, 100, 0);
    check(5, 100, 1);
    check(9, 100, 2);
    check(10, 75, 1);
    check(8, 75, 0);
    check(9, 75, 1);
    check(100, 51, 0);
}

#[test]
fn thresholds_fit_at_every_size() {
    for size in 1..300 {
        for gamma in 51..=100 {
            Fairness::new(Committee::new(size), gamma, 1);
        }
    }
}

#[test]
fn parameters_have_ranges() {
    let check = |params: Params, error: &str| {
        let found = <Themis as Strategy>::check(&params).err();
        assert_eq!(found.as_deref().unwrap_or("fine"), error);
    };
    check(Params::default(), "fine");
    let params = Params { gamma: 50, ..Params::default() };
    check(params, "gamma = 50: must be between 51 and 100");
    check(Params { listed: 0, ..Params::default() }, "listed = 0: must be between 1 and 2000");
}
