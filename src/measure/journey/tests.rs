//! Journeys of scripted facts: four validators, three of which decide.

use super::*;
use crate::measure::script::{facts, measure_with};
use crate::measure::{Event, OperationRow, Setting, Worst};

const WAY: &str = "0ms c9 plan 0; 5ms c9 plan 1 on 0 at 10ms; 10ms c9 send 1; 20ms r8 admit 1;
    20ms r8 begin 1; 25ms r8 route 1 #0;";

fn journey(script: &str) -> Journey {
    let mut setting = Setting::new(4, 3, 16, (VirtualTime::ZERO, VirtualTime::MAX));
    let facts = facts(&mut setting, script);
    let mut tracker = Tracker::new(1);
    facts.chunks(2).for_each(|some| tracker.observe(some));
    tracker.finish(Quorum { votes: 3, of: 4 }).expect("operation 1 is planned")
}

fn millis(at: Option<VirtualTime>) -> String {
    at.map_or(String::new(), |at| (at.as_nanos() / 1_000_000).to_string())
}

/// Expected: process, from and until in ms, cause.
fn check_waits(script: &str, expected: &[&str]) {
    let waits = journey(script).waits;
    let text = |wait: &Wait| {
        let Wait { process, from, until, cause } = wait;
        format!("{process} {}-{} {cause:?}", millis(Some(*from)), millis(*until))
    };
    assert_eq!(waits.iter().map(text).collect::<Vec<_>>(), expected, "{script}");
}

#[test]
fn a_way_without_trouble_has_no_waits() {
    let calm = "30ms v0 receive 1 from 8 #0; 30ms v0 verify 1; 30ms v0 deliver 1 @0;
        30ms v0 apply 1 ok on 0; 90ms c9 conclude 1 applied";
    check_waits(&format!("{WAY}{calm}"), &[]);
}

#[test]
fn what_comes_in_the_same_event_was_waited_for() {
    let held = "30ms v0 receive 1 from 8 #0; 30ms v0 verify 1; 30ms v0 wait 1;";
    let script = |end: &str| format!("{WAY}{held}{end}");
    let released = "70ms v0 deliver 0 @0; 70ms v0 deliver 1 @1; 71ms v0 apply 1 ok on 0";
    check_waits(&script(released), &["0 30-70 Held(Some(0))"]);
    let alone = "69ms v0 deliver 0 @0; 70ms v0 deliver 1 @1; 71ms v0 apply 1 ok on 0";
    check_waits(&script(alone), &["0 30-70 Held(None)"]);
    check_waits(&script(""), &["0 30- Held(None)"]);
    let again = "50ms v0 receive 1.1 from 8 #1; 50ms v0 verify 1.1; 50ms v0 wait 1.1;";
    check_waits(&script(&format!("{again}{released}")), &["0 30-70 Held(Some(0))"]);
}

#[test]
fn a_try_follows_what_became_of_the_last_one() {
    let way = "0ms c9 plan 1; 0ms c9 send 1;";
    let again = "200ms c9 send 1.1";
    let check = |between: &str, expected: &str| {
        check_waits(&format!("{way}{between}{again}"), &[expected]);
    };
    check("", "9 0-200 Retry(Silence)");
    check("20ms r8 reject 1;", "9 20-200 Retry(Router(Full))");
    let one = "30ms v0 refuse 1 NotFound;";
    check(one, "9 0-200 Retry(Silence)");
    let both = format!("{one} 50ms v2 refuse 1 NotFound;");
    check(&both, "9 50-200 Retry(Validators(NotFound))");
}

#[test]
fn a_client_a_queue_a_check_a_pool_and_an_order_are_waited_for() {
    let way = "0ms c9 plan 1; 10ms c9 send 1; 20ms r8 admit 1; 27ms r8 begin 1; 27ms r8 route 1 #0;
        30ms v0 receive 1 from 8 #0; 34ms v0 verify 1; 50ms v0 propose 1; 80ms v0 deliver 1 @0;
        31ms v1 receive 1 from 8 #0; 31ms v1 verify 1; 85ms v1 deliver 1 @0;
        32ms v2 receive 1 from 8 #0;";
    let expected = [
        "9 0-10 Permit",
        "8 20-27 Queue",
        "0 30-34 Verify",
        "1 31-85 Order",
        "2 32- Verify",
        "0 34-50 Pool",
        "0 50-80 Order",
    ];
    check_waits(way, &expected);
    let in_a_block = format!("{way} 86ms v2 deliver 1 @0");
    let others = expected.iter().filter(|wait| !wait.starts_with('2')).copied();
    check_waits(&in_a_block, &others.collect::<Vec<_>>());
}

#[test]
fn a_relying_party_hesitates_until_it_decides() {
    let script =
        "trusting; 0ms c9 plan 1; 0ms c9 want 1; 0ms c9 send 1; 40ms c9 conclude 1 applied;
        50ms c15 rely 1 took 40ms expects 50ms;";
    check_waits(script, &["15 50- Hesitation"]);
    check_waits(&format!("{script} 90ms c15 trust 1"), &["15 50-90 Hesitation"]);
    check_waits(&format!("{script} 95ms c15 doubt 1"), &["15 50-95 Hesitation"]);
}

#[test]
fn a_fate_belongs_to_the_message_that_was_sent_in_its_event() {
    let script =
        "0ms c9 plan 0; 0ms c9 plan 1; 10ms c9 send 1; 20ms r8 admit 1; 25ms r8 route 1 #0;
        25ms r8 fate 0 Delayed to v1 by 40ms; 25ms r8 fate 0 Lost to v2; 25ms r8 route 0 #1;
        25ms r8 fate 0 Lost to v3; 30ms v0 receive 1 from 8 #0; 70ms v1 receive 1 from 8 #0;
        71ms v3 receive 1 from 8 #0";
    let text = |message: &Message| {
        let Message { leg, from, sent, to, arrived, fates, .. } = message;
        let fates: Vec<_> = fates.iter().map(|(_, kind, by)| format!("{kind:?} {by}")).collect();
        let (sent, arrived) = (millis(Some(*sent)), millis(*arrived));
        format!("{leg:?} {from} {sent} > {to} {arrived} {}", fates.join(" ")).trim_end().to_owned()
    };
    let messages: Vec<String> = journey(script).messages.iter().map(text).collect();
    let expected = [
        "Submit 9 10 > 8 20",
        "HandOver 8 25 > 0 30",
        "HandOver 8 25 > 1 70 Delayed 40ms",
        "HandOver 8 25 > 2  Lost 0s",
        "HandOver 8 25 > 3 71",
    ];
    assert_eq!(messages, expected);
}

/// Expected: the rule of the stall, and since when at the earliest what it held was there, in ms.
fn check_held(script: &str, expected: &[&str]) {
    let journey = journey(&format!("{WAY}{script}"));
    let held = journey.hops.iter().filter_map(|hop| journey.held(hop));
    let held = held.map(|(stall, from)| format!("{} {}", stall.rule, millis(Some(from))));
    assert_eq!(held.collect::<Vec<_>>(), expected, "{script}");
}

#[test]
fn what_comes_as_a_stall_ends_was_held_by_it() {
    let comes = "70ms v0 receive 1 from 8 #0; 70ms v0 verify 1";
    check_held(&format!("22ms v0 host 3 Stalled; 70ms v0 host 3 Resumed; {comes}"), &["3 25"]);
    check_held(&format!("28ms v0 host 3 Stalled; 70ms v0 host 3 Resumed; {comes}"), &["3 28"]);
    check_held(&format!("28ms v1 host 3 Stalled; 70ms v1 host 3 Resumed; {comes}"), &[]);
    check_held(&format!("28ms v0 host 3 Stalled; 69ms v0 host 3 Resumed; {comes}"), &[]);
    let down = "28ms v0 host 3 Stalled; 40ms v0 host 2 Crashed; 70ms v0 host 2 Restarted;";
    check_held(&format!("{down} {comes}"), &[]);
}

#[test]
fn outages_are_those_on_its_way_while_it_was_on_it() {
    let check = |script: &str, expected: &[&str]| {
        let outages = journey(&format!("{WAY}{script}; 70ms v0 receive 1 from 8 #0")).outages;
        let text = |outage: &Outage| {
            let Outage { process, from, until, rule, is_down } = outage;
            let (from, until) = (millis(Some(*from)), millis(*until));
            format!("{process} {from}-{until} {rule} {is_down}")
        };
        assert_eq!(outages.iter().map(text).collect::<Vec<_>>(), expected, "{script}");
    };
    check("30ms v3 host 1 Crashed; 40ms v3 host 1 Crashed", &["3 30- 1 true"]);
    check("30ms v3 host 1 Crashed; 40ms v3 host 2 RestartedEmpty", &["3 30-40 1 true"]);
    check("30ms v3 host 1 Slowed; 71ms v3 host 1 Crashed", &[]);
    check("30ms c11 host 1 Stalled", &[]);
    let before = "2ms v3 host 1 Stalled; 9ms v3 host 1 Resumed";
    assert_eq!(journey(&format!("{before}; {WAY}")).outages, []);
}

/// Expected: relation, number, and who accepted it when.
fn check_relatives(script: &str, expected: &[&str]) {
    let relatives = journey(script).relatives;
    let text = |relative: &Relative| {
        let accepted = relative.accepted.iter();
        let accepted: Vec<String> =
            accepted.map(|(validator, at)| format!(" {validator}@{}", millis(Some(*at)))).collect();
        format!("{:?} {}{}", relative.relation, relative.intent.operation, accepted.concat())
    };
    assert_eq!(relatives.iter().map(text).collect::<Vec<_>>(), expected, "{script}");
}

#[test]
fn relatives_are_known_before_and_after_it_is_planned() {
    let before = "0ms c9 plan 0; 3ms v0 accept 0; 5ms c9 plan 1 on 0; 8ms v1 accept 0;
        9ms v1 accept 0 again";
    check_relatives(before, &["Target 0 0@3 1@8"]);
    check_relatives("0ms c9 plan 0; 5ms c9 plan 1", &["Earlier 0"]);
    check_relatives("0ms c9 plan 0 query; 5ms c9 plan 1", &[]);
    check_relatives("0ms c12 plan 0; 5ms c9 plan 1", &[]);
    let claims = "0ms c12 plan 0 claim about 7; 4ms v2 accept 0; 5ms c9 plan 1 claim about 7;
        9ms c13 plan 2 claim about 8; 10ms c14 plan 3 claim about 7; 20ms v3 accept 3";
    check_relatives(claims, &["Rival 0 2@4", "Rival 3 3@20"]);
    let revoked = "5ms c9 plan 1; 9ms c9 plan 2 revoke on 1; 10ms c12 plan 3 attest on 1";
    check_relatives(revoked, &["Sequel 2"]);
    let replaced = "0ms c12 plan 0; 5ms c9 plan 1 replace on 0; 9ms c13 plan 2 replace on 0";
    check_relatives(replaced, &["Target 0", "Rival 2"]);
}

#[test]
fn seen_is_by_first_delivery_with_the_place_that_counts() {
    let check = |script: &str, expected: &[(u32, Option<u32>)]| {
        let seen = journey(&format!("{WAY}{script}")).seen();
        let seen: Vec<_> = seen.iter().map(|seen| (seen.validator, seen.place())).collect();
        assert_eq!(seen, expected, "{script}");
    };
    let twice = "30ms v2 deliver 1 @4; 40ms v0 deliver 1 @5; 45ms v1 deliver 1 @5;
        50ms v2 retract 1 @4; 60ms v2 deliver 1 @6; 70ms v1 retract 1 @5";
    check(twice, &[(2, Some(6)), (0, Some(5)), (1, None)]);
    let in_already = "30ms v0 deliver 1 @4; 30ms v0 deliver 1.1 @7; 31ms v0 apply 1 ok;
        32ms v0 apply 1.1 ok again";
    check(in_already, &[(0, Some(4))]);
    let refused_first = "30ms v0 deliver 1 @4; 31ms v0 apply 1 NotFound; 60ms v0 deliver 1.1 @7;
        61ms v0 apply 1.1 ok on 0";
    check(refused_first, &[(0, Some(7))]);
}

#[test]
fn what_one_actor_does_in_one_go_is_one_hop() {
    let script =
        format!("{WAY} 30ms v0 receive 1 from 8 #0; 31ms v0 verify 1; 33ms v0 deliver 1 @0");
    let hops: Vec<_> = journey(&script)
        .hops
        .iter()
        .map(|hop| (hop.process, hop.facts.len(), millis(Some(hop.at()))))
        .collect();
    let hop = |process, facts, at: &str| (process, facts, at.to_owned());
    let expected =
        [hop(9, 1, "10"), hop(8, 2, "20"), hop(8, 1, "25"), hop(0, 2, "30"), hop(0, 1, "33")];
    assert_eq!(hops, expected);
}

#[test]
fn nobody_follows_what_was_never_planned() {
    let mut setting = Setting::new(4, 3, 16, (VirtualTime::ZERO, VirtualTime::MAX));
    let mut tracker = Tracker::new(7);
    tracker.observe(&facts(&mut setting, WAY));
    assert_eq!(tracker.last(), Some(1));
    assert!(tracker.finish(Quorum { votes: 3, of: 4 }).is_none());
}

#[test]
fn the_worst_never_finished_then_were_wrong_then_were_slow() {
    let script = "0ms c9 plan 0; 0ms c9 plan 1; 0ms c9 plan 2; 0ms c9 plan 3; 0ms c9 plan 4;
        1ms c9 send 2; 10ms v0-3 accept 0; 40ms v0-3 accept 1; 5ms v0 refuse 3 NotFound;
        20ms v0-3 accept 3; 30ms v0-3 accept 4; 0ms c12 plan 5 query on 0";
    let check = |most, expected: &[u32]| {
        let mut worst = Worst::new(most);
        measure_with(4, 3, script, &mut worst);
        let numbers: Vec<u32> = worst.rows().iter().map(|row| row.operation).collect();
        assert_eq!((numbers.as_slice(), worst.count()), (expected, 6));
        worst
    };
    let worst = check(9, &[2, 3, 1, 4, 0]);
    assert!(worst.rows()[0].events.has(Event::Unfinished));
    assert!(worst.rows()[1].events.has(Event::Orphans));
    check(2, &[2, 3]);
    check(0, &[]);
}

#[test]
fn whose_users_were_wronged_long_after_is_worse_than_slow() {
    // 0 is slow, 1 is denied once, 2 for 2 s, and 3 is passed on though 4 has revoked it.
    let plans = (0..4).map(|n| format!("0ms c9 plan {n} seq {n}; 0ms p14 need {n} from 1s;"));
    let script = plans.collect::<String>()
        + "50ms v0-2 accept 0; 10ms v0-2 accept 1; 10ms v0-2 accept 2; 10ms v0-2 accept 3;
        100ms c9 plan 4 revoke on 3 seq 4; 120ms v0-2 accept 4; retention 1s;
        5s p14 pass 1 revoked refused 1ms; 5s p14 pass 2 revoked refused 1ms;
        7s p14 pass 2 revoked refused 1ms; 8s p14 pass 3 valid allowed 1ms; 8s p14 release 1";
    let mut worst = Worst::new(3);
    measure_with(4, 3, &script, &mut worst);
    let told = |row: &OperationRow| (row.operation, row.wronged.map(|span| span.to_string()));
    let rows: Vec<_> = worst.rows().iter().map(told).collect();
    let span = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [(3, span("0s")), (2, span("2s")), (1, span("0s"))]);
    assert_eq!(worst.count(), 5, "once each");
}

#[test]
fn the_stages_of_a_row_add_up_to_its_time() {
    let script = "0ms c9 plan 0; 2ms c9 send 0; 9ms r8 admit 0; 9ms r8 route 0 #0;
        20ms v0-2 receive 0 from 8 #0; 21ms v0-2 verify 0; 33ms v0-2 accept 0";
    let mut rows = Vec::new();
    measure_with(4, 3, script, &mut rows);
    let decided = rows[0].decided.expect("it was applied");
    let sum = decided.stages.iter().fold(Span::ZERO, |sum, stage| sum + *stage);
    assert_eq!((decided.validator, Some(sum)), (2, rows[0].applied));
    measure_with(4, 3, &script.replace("v0-2 accept", "v0-1 accept"), &mut rows);
    assert_eq!(rows[1].decided, None);
}
