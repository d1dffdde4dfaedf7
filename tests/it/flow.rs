//! Textbook behaviour of flow control, as bundled scenarios claim it. Two seeds here; the claims
//! were judged over twenty.

use super::program::Place;

#[test]
fn claims_of_flow_hold() {
    let cases =
        [("noisy-hook", "6 of 6 claims hold"), ("merge-delay-breach", "7 of 7 claims hold")];
    for (scenario, expected) in cases {
        let ran = Place::new().expect(0, &format!("claims {scenario} --seeds 1..2"));
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
}

/// The essay's sentence as numbers, and one parcel's stamps.
#[test]
fn every_stamp_is_right_and_the_post_is_late() {
    let place = Place::new();
    for (routing, on_time) in [("coordinated", "on time 75"), ("relay", "on time 63")] {
        let words = format!("run postal-holiday-rush --set flow.routing={routing} --out rush");
        let ran = place.expect(0, &words);
        let sentence = format!("In closed: scans 100 % valid, {on_time}");
        assert!(ran.out.contains(&sentence), "{}", ran.out);
    }
    let told = place.expect(0, "track rush/postal-holiday-rush/latest 5000").out;
    let way = told.lines().find(|line| line.trim_start().starts_with("way ")).expect("its way");
    assert!(way.contains(" in ") && way.contains(", out ") && way.contains("behind"), "{told}");
    assert!(told.contains("stamps it and sends it on to router-"), "{told}");
}

#[test]
fn a_queue_of_what_nobody_wants_any_more_is_a_collapse_and_is_said_aloud() {
    let place = Place::new();
    let sets = "--set routers.backpressure";
    let down = place.expect(0, &format!("run retry-storm {sets}=none --out down"));
    assert!(down.out.contains("COLLAPSED: for 91 s"), "{}", down.out);
    let up = place.expect(0, &format!("run retry-storm {sets}=credit --out up"));
    assert!(!up.out.contains("COLLAPSED"), "{}", up.out);
}

#[test]
fn a_new_attestation_each_time_is_accepted_twice_and_the_same_one_is_not() {
    let place = Place::new();
    for (anew, expected) in [("false", false), ("true", true)] {
        let words = format!("run retry-after-success --set load.issuers.retry.anew={anew}");
        let ran = place.expect(0, &format!("{words} --out {anew}"));
        assert_eq!(ran.out.contains("duplicated"), expected, "{}", ran.out);
    }
}
