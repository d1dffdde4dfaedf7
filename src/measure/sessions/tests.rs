use proptest::prelude::*;

use crate::history::{Action, Finding, Model, Operation, check as judge};
use crate::measure::Event;
use crate::measure::script::{first, measure};

/// c9 states #0 and revokes it with #1; it is told so at 20 ms and 60 ms.
const STATE: &str = "0ms c9 plan 0; 0ms c9 send 0; 20ms c9 conclude 0 applied;
    30ms c9 plan 1 revoke seq 1 on 0; 30ms c9 send 1; 60ms c9 conclude 1 applied;";

/// Question `number` by a reader, asked at one instant and answered at another.
fn ask(number: u32, reader: u32, asked: u32, answered: u32, said: &str) -> String {
    format!(
        "{asked}ms c{reader} plan {number} query on 0; {asked}ms c{reader} send {number};
         {answered}ms c{reader} answer {number} on 0 {said};"
    )
}

/// Expected: answers that fit into no order, and that break what a session promises its client.
fn check(answers: &str, unlinearizable: u64, own_writes: u64, own_reads: u64) {
    let measured = measure(4, 3, &format!("{STATE}{answers}"));
    let count = |event| measured.phases[0].count(event);
    let found = [Event::Unlinearizable, Event::ReadYourWrites, Event::MonotonicReads].map(count);
    assert_eq!(found, [unlinearizable, own_writes, own_reads], "{answers}");
    assert_eq!(measured.order.unlinearizable.count, unlinearizable);
}

#[test]
fn answers_beside_a_write_may_be_either() {
    check(&(ask(2, 12, 10, 15, "unknown") + &ask(3, 12, 16, 18, "valid")), 0, 0, 0);
    check(&(ask(2, 12, 20, 25, "unknown") + &ask(3, 13, 40, 50, "revoked")), 0, 0, 0);
    check(&ask(2, 9, 60, 70, "valid"), 0, 0, 0);
}

#[test]
fn what_its_writer_knew_nobody_may_miss() {
    check(&ask(2, 12, 21, 25, "unknown"), 1, 0, 0);
    check(&ask(2, 12, 61, 70, "valid"), 1, 0, 0);
    check(&ask(2, 9, 61, 70, "valid"), 1, 1, 0);
    check(&ask(2, 9, 21, 25, "unknown"), 1, 1, 0);
}

#[test]
fn what_one_reader_knew_no_other_may_miss() {
    let early = ask(2, 12, 5, 8, "valid");
    check(&(early.clone() + &ask(3, 13, 9, 12, "unknown")), 1, 0, 0);
    check(&(early.clone() + &ask(3, 12, 9, 12, "unknown")), 1, 0, 1);
    check(&(early + &ask(3, 12, 8, 12, "unknown")), 0, 0, 0);
}

/// What is asked by c12 of one validator, and the same of a quorum. Expected: answers that go back,
/// and answers that are behind what was known to be applied.
fn check_reads(answers: &str, backward: u64, behind: u64) {
    let seen = |whom: &str| measure(4, 3, &format!("{whom} 12; {STATE}{answers}")).order;
    let counts = |whom: &str| (seen(whom).reads_backward.count, seen(whom).reads_behind.count);
    assert_eq!(counts("one"), (backward, 0), "{answers}");
    assert_eq!(counts("quorum"), (0, behind), "{answers}");
    let nobody = measure(4, 3, &format!("{STATE}{answers}")).order;
    assert_eq!((nobody.reads_backward.count, nobody.reads_behind.count), (0, 0));
}

#[test]
fn who_asks_one_never_goes_back() {
    let early = ask(2, 12, 5, 8, "valid");
    check_reads(&(early.clone() + &ask(3, 12, 9, 12, "unknown")), 1, 0);
    check_reads(&(early.clone() + &ask(3, 12, 8, 12, "unknown")), 0, 0);
    check_reads(&(early.clone() + &ask(3, 12, 61, 70, "valid")), 0, 1);
    check_reads(&(early + &ask(3, 13, 9, 12, "unknown")), 0, 0);
    let revoked = ask(2, 12, 40, 45, "revoked");
    check_reads(&(revoked + &ask(3, 12, 46, 50, "valid")), 1, 0);
}

#[test]
fn who_asks_a_quorum_is_told_what_was_known_to_be_applied() {
    check_reads(&ask(2, 12, 21, 25, "unknown"), 0, 1);
    check_reads(&ask(2, 12, 19, 25, "unknown"), 0, 0);
    check_reads(&ask(2, 12, 61, 70, "valid"), 0, 1);
    check_reads(&ask(2, 12, 59, 70, "valid"), 0, 0);
    check_reads(&(ask(2, 13, 40, 45, "revoked") + &ask(3, 12, 46, 50, "valid")), 0, 0);
}

#[test]
fn the_first_is_told_in_words() {
    let measured = measure(4, 3, &format!("{STATE}{}", ask(2, 12, 61, 70, "valid")));
    let words = "0m00.070000000 process 12: told that #0 is valid, asked at 0m00.061000000; \
                 another state was known since 0m00.060000000";
    assert_eq!(first(&measured.order.unlinearizable), Some(words));
    let script = format!("quorum 12; one 13; {STATE}{}", ask(2, 12, 61, 70, "valid"));
    let again = ask(3, 13, 40, 45, "revoked") + &ask(4, 13, 46, 50, "valid");
    let order = measure(4, 3, &(script + &again)).order;
    let words = "0m00.070000000 process 12: told that #0 is valid, asked at 0m00.061000000; \
                 a later one was known to be applied since 0m00.060000000";
    assert_eq!(first(&order.reads_behind), Some(words));
    let words = "0m00.050000000 process 13: told that #0 is valid, asked at 0m00.046000000; \
                 it had been told a later one at 0m00.045000000";
    assert_eq!(first(&order.reads_backward), Some(words));
}

#[test]
fn writes_out_of_their_clients_order_are_seen_where_they_are_delivered() {
    let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1;";
    let count = |script: &str, event| measure(4, 3, script).phases[0].count(event);
    let turned = format!("{plan} 5ms v0 deliver 1 @0; 6ms v0 deliver 0 @1");
    assert_eq!(count(&turned, Event::MonotonicWrites), 1);
    let right = format!("{plan} 5ms v0 deliver 0 @0; 6ms v0 deliver 1 @1");
    assert_eq!(count(&right, Event::MonotonicWrites), 0);
    // c12 reads #0, which nothing links to what it states then.
    let read = format!("{STATE}{} 30ms c12 plan 3; 30ms c12 send 3;", ask(2, 12, 10, 15, "valid"));
    let turned = format!("{read} 40ms v1 deliver 3 @0; 41ms v1 deliver 0 @1");
    assert_eq!(count(&turned, Event::WritesFollowReads), 1);
    let right = format!("{read} 40ms v1 deliver 0 @0; 41ms v1 deliver 3 @1");
    assert_eq!(count(&right, Event::WritesFollowReads), 0);
}

/// The same as cas on a register, for the checker of recorded histories.
fn operation(line: usize, called: i64, returned: i64, action: Action) -> Operation {
    let (client, key, words) = (line.to_string(), String::new(), String::new());
    Operation { line, client, called, returned: Some(returned), key, action, words }
}

fn value(version: u8) -> Option<String> {
    Some(version.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_search_for_an_order_agrees(
        reads in prop::collection::vec((0_u8..70, 1_u8..30, 0_u8..3), 1..6)
    ) {
        let cas = |from, to| Action::Cas { expected: value(from), new: value(to) };
        let mut operations = vec![operation(0, 0, 20, cas(0, 1)), operation(1, 30, 60, cas(1, 2))];
        let mut script = STATE.to_owned();
        for (at, (asked, took, version)) in reads.into_iter().enumerate() {
            let answered = asked + took;
            // Nobody knows of a revocation before it is sent: facts cannot say so.
            let version = if answered < 30 { version.min(1) } else { version };
            let said = ["unknown", "valid", "revoked"][usize::from(version)];
            let (asked, answered) = (u32::from(asked), u32::from(answered));
            script += &ask(2 + at as u32, 12, asked, answered, said);
            let (called, returned) = (i64::from(asked), i64::from(answered));
            operations.push(operation(2 + at, called, returned, Action::Read(value(version))));
        }
        let seen = measure(4, 3, &script).phases[0].count(Event::Unlinearizable);
        let found = judge(&operations, Model::CasRegister, 100_000).finding;
        prop_assert_eq!(seen == 0, found == Finding::Order, "{}", script);
    }
}
