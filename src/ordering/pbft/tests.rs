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
        timeout_longest: Span::from_secs(10),
        resend: Span::from_millis(100),
        checkpoint: 4,
        window: 8,
        ..Params::default()
    }
}

/// What is said or done wrongly when a bug is planted; with views so short, batches may still be on
/// their way when the hunt ends.
fn wrong(planted: Option<Planted>, runs: u64) -> Option<String> {
    HASTE.into_iter().find_map(|millis| {
        let hunt = Hunt::<Pbft> { params: hasty(planted, millis), runs, ..Hunt::default() };
        hunt.find().map(|(_, how)| how)
    })
}

#[test]
fn short_views_break_nothing() {
    assert_eq!(wrong(None, 120), None);
}

#[test]
fn a_hunt_finds_a_quorum_that_is_too_small() {
    let how = wrong(Some(Planted::SmallQuorum), 240);
    assert!(how.as_ref().is_some_and(|how| how.contains("order")), "{how:?}");
}

#[test]
fn a_hunt_finds_view_changes_that_forget_what_was_prepared() {
    let how = wrong(Some(Planted::ForgetsPrepared), 240);
    assert!(how.as_ref().is_some_and(|how| how.contains("order")), "{how:?}");
}

#[test]
fn a_hunt_finds_views_that_never_get_longer() {
    let stuck = |planted| {
        let hunt = Hunt::<Pbft> { params: hasty(planted, 5), runs: 50, ..settling() };
        hunt.find().map(|(_, how)| how)
    };
    assert_eq!(stuck(None), None);
    let how = stuck(Some(Planted::NeverGrows));
    assert!(how.as_ref().is_some_and(|how| how.contains("never settled")), "{how:?}");
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
