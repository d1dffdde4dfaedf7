//! Ways of scripts over three centres in a row: processes 7, 8 and 9.

use super::*;
use crate::measure::Statistic;
use crate::measure::script::{events, measure};

/// The events of a script about operation 0, which client 15 sends at once.
fn check(script: &str, expected: &str) {
    let script = format!("row; 0ms c15 plan 0; {script}; 100ms v0-3 accept 0");
    let run = measure(4, 3, &script);
    let befell = events(&run).replace("proof_ok 1", "");
    assert_eq!(befell.split_whitespace().collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn a_straight_way_is_nothing_to_speak_of() {
    let way = "1ms r7 admit 0; 2ms r7 forward 0 to r8 home r9; 12ms r8 admit 0;
        13ms r8 forward 0 to r9 home r9; 23ms r9 admit 0; 24ms r9 route 0";
    check(way, "");
}

#[test]
fn the_wrong_way_is_misrouted_and_straight_back_is_a_loop_as_well() {
    check("1ms r8 admit 0; 2ms r8 forward 0 to r7 home r9; 12ms r7 admit 0", "misrouted 1");
    let back = "1ms r7 admit 0; 2ms r7 forward 0 to r8 home r9; 12ms r8 admit 0;
        13ms r8 forward 0 to r7 home r9; 23ms r7 admit 0";
    check(back, "misrouted 1 ping_pong 1 loops 1");
}

#[test]
fn a_closed_centre_is_no_way_unless_everything_leads_there() {
    let way = "1ms r7 host 0 stalled; 2ms r8 forward 0 to r7 home r9; 12ms r7 reject 0";
    check(way, "rejected 1 misrouted 1 handoff_failed 1");
    let home = "1ms r9 host 0 stalled; 2ms r8 forward 0 to r9 home r9; 12ms r9 admit 0";
    check(home, "");
    let opened = "1ms r9 host 0 crashed; 2ms r9 host 0 restarted; 3ms r8 forward 0 to r9 home r9;
        13ms r9 admit 0";
    check(opened, "");
}

#[test]
fn a_copy_sent_another_way_has_a_way_of_its_own() {
    let copy = "1ms r7 admit 0; 2ms r7 forward 0 to r8 home r9; 500ms r7 forward 0 copy 1 to r8 \
        home r9; 510ms r8 admit 0; 511ms r8 forward 0 copy 1 to r9 home r9; 521ms r9 admit 0";
    check(copy, "");
    let back = copy.replace("copy 1 to r9", "to r7");
    check(&back, "misrouted 1 ping_pong 1 loops 1 handoff_failed 1");
}

#[test]
fn what_is_not_taken_in_within_a_second_was_not_handed_over() {
    check("2ms r7 forward 0 to r8 home r9; 1001ms r8 admit 0", "");
    check("2ms r7 forward 0 to r8 home r9; 1003ms r8 admit 0", "handoff_failed 1");
    check("2ms r7 forward 0 to r8 home r9", "handoff_failed 1");
    check("2ms r7 return 0", "returned 1");
}

#[test]
fn hops_are_counted_against_the_fewest_and_time_against_what_the_table_said() {
    let run = measure(
        4,
        3,
        "row; 0ms c15 plan 0; 0ms c15 plan 1; 2ms r8 forward 0 to r7 home r9 eta 60ms;
        12ms r7 admit 0; 13ms r7 forward 0 to r8 home r9; 23ms r8 admit 0;
        24ms r8 forward 0 to r9 home r9; 34ms r9 admit 0; 42ms r9 route 0; 5ms r7 route 1",
    );
    let value = |metric, statistic| run.value(metric, statistic, 0, None).value();
    assert_eq!(value("hops", Statistic::Max), Some(3.0));
    assert_eq!(value("hops", Statistic::Min), Some(0.0));
    assert_eq!(value("hop_stretch", Statistic::Mean), Some(3.0));
    assert_eq!(value("eta_error", Statistic::Max).map(f64::round), Some(20.0));
}

#[test]
fn a_stamp_that_is_nobodys_shows() {
    let share = |script: &str| {
        let run = measure(4, 3, &format!("row; 0ms c15 plan 0; {script}"));
        run.value("scan_validity", Statistic::Share, 0, None).value()
    };
    assert_eq!(share("5ms v0-3 scan 0 5 of 5"), Some(1.0));
    assert_eq!(share("5ms v0 scan 0 5 of 5; 5ms v1 scan 0 4 of 5"), Some(0.9));
    assert_eq!(share("5ms v0 accept 0"), None);
}

#[test]
fn what_is_settled_is_forgotten() {
    let overlay = Overlay {
        first: 7,
        delays: vec![vec![None, Some(Span::TICK)], vec![Some(Span::TICK), None]],
        work: Span::TICK,
        workers: 1,
    };
    let mut relays = Relays::new(overlay);
    for operation in 0..1_000 {
        let forward = Forward { operation, attempt: 0, copy: 0, from: 7, to: 8, home: 8, eta: 0 };
        relays.forward(&forward, VirtualTime::ZERO);
        assert!(operation < 10 || relays.settle(operation - 10));
    }
    assert_eq!(relays.under_way(), 10);
}
