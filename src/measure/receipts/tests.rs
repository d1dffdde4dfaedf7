use super::*;
use crate::kernel::Span;
use crate::measure::Event;
use crate::measure::script::{measure, seen};

/// What each validator received, in this order, a letter each; a word per validator, in capitals
/// what another validator passed on. Then what the first of them delivers; what follows in
/// capitals is of one batch. Expected: pairs that all received in one order, and of these unfair.
fn check(received: &str, delivered: &str, expected: [u64; 2]) {
    let words: Vec<&str> = received.split(' ').collect();
    let number = |letter: char| letter.to_ascii_lowercase() as u32 - 'a' as u32;
    let mut script = String::new();
    let count = delivered.chars().map(number).max().map_or(0, |most| most + 1);
    (0..count).for_each(|n| script += &format!("0ms c9 plan {n} seq {n};"));
    for (validator, word) in words.iter().enumerate() {
        for (at, letter) in word.chars().enumerate() {
            let what = if letter.is_ascii_uppercase() { "relay" } else { "verify" };
            let who = "from 0";
            script += &format!("{}ms v{validator} {what} {} {who};", at + 1, number(letter));
        }
    }
    for (at, letter) in delivered.chars().enumerate() {
        let joins = if letter.is_ascii_uppercase() { "joins" } else { "" };
        script += &format!("{}ms v0 deliver {} @{at} {joins};", at + 1_000, number(letter));
    }
    let measured = measure(words.len() as u32, 1, &script);
    let counts = &measured.phases[0].counts;
    let found = [counts.due(Event::OrderUnfair), counts.count(Event::OrderUnfair)];
    assert_eq!(found, expected, "{received}, delivered {delivered}");
    let listed = seen(&measured);
    assert_eq!(listed.contains("order_unfair"), expected[1] > 0, "{listed}");
}

#[test]
fn what_all_received_first_must_not_be_delivered_later() {
    check("ab ab ab ab", "ab", [1, 0]);
    check("ab ab ab ab", "ba", [1, 1]);
    check("ab ab ab ba", "ba", [0, 0]);
    check("abcd abcd abcd abcd", "dcba", [6, 6]);
    check("abcd abcd abcd abcd", "badc", [6, 2]);
    check("abc bca cab", "cba", [0, 0]);
    check("abc abc cab", "cba", [1, 1]);
}

#[test]
fn what_another_validator_passed_on_is_received() {
    check("ab ab Bab", "ba", [0, 0]);
    check("ab ab Aab", "ba", [1, 1]);
    check("ab ab abB", "ba", [1, 1]);
}

#[test]
fn within_a_batch_that_hangs_together_no_order_is_owed() {
    check("abc bca cab", "cBA", [0, 0]);
    check("abcd bcda cdab dabc", "dCBA", [0, 0]);
    check("abcd cabd", "dCBA", [4, 3]);
    check("abcd bcda", "dCBA", [3, 0]);
    check("abcd bcda", "dCbA", [3, 3]);
    check("abcdef bacdfe", "fEDCBA", [13, 13]);
    check("adbec daecb adebc", "cEBDA", [7, 6]);
}

#[test]
fn what_is_called_a_batch_and_falls_apart_is_none() {
    check("ab ab ab ab", "bA", [1, 1]);
    check("abcd abcd abcd abcd", "dCBA", [6, 6]);
    check("bacd abcd abcd abcd", "dCBA", [5, 5]);
    check("bcad abcd abcd abcd", "dCBA", [4, 3]);
}

#[test]
fn what_is_delivered_again_may_hold_a_batch_together() {
    check("abc abc abc", "acB", [3, 1]);
    check("abc abc abc", "acAB", [3, 0]);
    check("abcd abcd abcd", "acADb", [6, 2]);
}

#[test]
fn who_has_only_one_of_two_receives_the_other_later() {
    check("ab ab a", "ba", [1, 1]);
    check("ab ab b", "ba", [0, 0]);
    check("ab ab ", "ba", [0, 0]);
}

#[test]
fn who_is_down_has_no_say_and_who_lies_has() {
    let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1; 4ms v0-2 verify 0; 5ms v0-2 verify 1;";
    let unfair = "21ms v0 deliver 1 @0; 22ms v0 deliver 0 @1";
    let found = |script: &str| measure(4, 3, script).phases[0].counts.count(Event::OrderUnfair);
    assert_eq!(found(&format!("{plan} {unfair}")), 0, "one is slow");
    assert_eq!(found(&format!("1ms v3 host 0 crashed; {plan} {unfair}")), 0, "planned before");
    let later = plan.replace("0ms c9", "2ms c9");
    assert_eq!(found(&format!("1ms v3 host 0 crashed; {later} {unfair}")), 1);
    let agrees = "6ms v3 verify 0; 7ms v3 verify 1;";
    assert_eq!(found(&format!("byzantine 3; {plan} {agrees} {unfair}")), 1);
    let disagrees = "6ms v3 verify 1; 7ms v3 verify 0;";
    assert_eq!(found(&format!("byzantine 3; {plan} {disagrees} {unfair}")), 0);
}

#[test]
fn a_restart_makes_what_was_received_before_it_count_no_more() {
    let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1;
                1ms v0-3 verify 0; 2ms v0-3 verify 1;";
    let unfair = "5ms v0 deliver 1 @0; 6ms v0 deliver 0 @1";
    let found = |between: &str| {
        let script = format!("{plan} {between} {unfair}");
        measure(4, 3, &script).phases[0].counts.count(Event::OrderUnfair)
    };
    assert_eq!(found(""), 1);
    assert_eq!(found("3ms v2 host 0 crashed; 4ms v2 host 0 restarted;"), 0);
}

#[test]
fn what_was_taken_back_was_not_delivered() {
    let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1;
                1ms v0-2 verify 0; 2ms v0-2 verify 1; 5ms v0 deliver 1 @0;";
    let back = "6ms v0 retract 1 @0; 7ms v0 deliver 0 @0; 8ms v0 deliver 1 @1";
    let counts = &measure(3, 2, &format!("{plan} {back}")).phases[0].counts;
    assert_eq!([counts.due(Event::OrderUnfair), counts.count(Event::OrderUnfair)], [1, 0]);
}

#[test]
fn memory_is_bounded_and_all_is_judged() {
    let lead = |operation: u32| {
        let now = VirtualTime::ZERO + Span::from_millis(operation.into());
        Lead { operation, intended: now, phases: 1, now }
    };
    let mut receipts = Receipts::new(2);
    let (mut count, mut pairs) = (0, 0);
    for operation in 0..40_000 {
        let Lead { now, .. } = lead(operation);
        (0..2).for_each(|validator| receipts.receive(validator, operation, now));
        receipts.announce(false);
        receipts.deliver(lead(operation));
        while let Some(judged) = receipts.judge(operation == 39_999) {
            count += 1;
            pairs += judged.pairs;
        }
        assert!(receipts.len() <= MOST + 2 * NEIGHBOURS + 1, "{} known", receipts.len());
    }
    assert_eq!((count, pairs), (40_000, 40_000 * 32 - 32 * 33 / 2));
}

#[test]
fn an_endless_batch_is_not_called_fair() {
    let endless = |letters: u32| {
        let mut script = String::new();
        for n in 0..letters {
            script += &format!("0ms c9 plan {n} seq {n}; 1ms v0-1 verify {n};");
            script += &format!("2ms v0 deliver {n} @{n} {};", if n > 0 { "joins" } else { "" });
        }
        measure(2, 1, &script).caps_reached
    };
    assert_eq!(endless(LONGEST as u32 - 1), [""; 0]);
    assert_eq!(endless(LONGEST as u32), ["a batch was too long to ask whether it hangs together"]);
}
