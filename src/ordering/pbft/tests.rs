use super::super::transcript::{self, Hunt};
use super::*;

#[test]
fn transcripts() {
    transcript::check::<Pbft>();
}

#[test]
fn storms() {
    settling().check();
    Hunt { replicas: 7, runs: 40, ..settling() }.check();
}

fn settling() -> Hunt<Pbft> {
    Hunt { catches_up: true, settles: true, runs: 150, ..Hunt::default() }
}

/// Milliseconds that views are given at first.
const HASTE: [u64; 4] = [400, 150, 30, 5];

/// Views that are hardly long enough, and often change; a checkpoint every few numbers.
fn hasty(planted: Option<Planted>, millis: u64) -> Params {
    Params {
        planted,
        batch_delay: Span::from_millis(5),
        timeout: Span::from_millis(millis),
        timeout_longest: Span::from_secs(1),
        resend: Span::from_millis(100),
        checkpoint: 4,
        window: 8,
        ..Params::default()
    }
}

/// What breaks when a bug is planted.
fn broken(planted: Option<Planted>, runs: u64) -> Option<String> {
    HASTE.into_iter().find_map(|millis| {
        let hunt = Hunt::<Pbft> { params: hasty(planted, millis), runs, ..settling() };
        hunt.find().map(|(_, how)| how)
    })
}

#[test]
fn short_views_break_nothing() {
    for millis in HASTE {
        Hunt::<Pbft> { params: hasty(None, millis), runs: 120, ..settling() }.check();
    }
}

#[test]
fn a_hunt_finds_a_quorum_that_is_too_small() {
    assert!(broken(Some(Planted::SmallQuorum), 120).is_some());
}

#[test]
fn a_hunt_finds_view_changes_that_forget_what_was_prepared() {
    assert!(broken(Some(Planted::ForgetsPrepared), 120).is_some());
}

#[test]
fn a_hunt_finds_views_that_never_get_longer() {
    assert!(broken(Some(Planted::NeverGrows), 120).is_some());
}

#[test]
fn parameters_have_ranges() {
    let check = |params: Params, error: &str| {
        assert_eq!(Pbft::check(&params).err().as_deref().unwrap_or("fine"), error);
    };
    check(Params::default(), "fine");
    let params = Params { resend: Span::ZERO, ..Params::default() };
    check(params, "resend = 0s: must be at least 1ms");
    let params = Params { window: 99, ..Params::default() };
    check(params, "window = 99: must be between 100 and 1000000");
}
