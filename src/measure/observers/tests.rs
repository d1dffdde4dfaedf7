//! What observers keep, hand out and settle.

use super::*;
use crate::attestation::Verdict;
use crate::kernel::{EventKey, ProcessId};
use crate::measure::{OperationRow, Statistic};
use crate::trace::Kind;

fn at(millis: u64, process: u32, fact: Fact) -> Recorded<Fact> {
    let time = VirtualTime::ZERO + Span::from_millis(millis);
    let key = EventKey { time, source: ProcessId(0), sequence: 0 };
    Recorded { key, index: 0, process: ProcessId(process), fact }
}

fn planned(operation: u32, millis: u64) -> Recorded<Fact> {
    let intended = VirtualTime::ZERO + Span::from_millis(millis);
    let (kind, client, subject, target) = (Kind::Attest, 3, 0, Fact::NONE);
    let sequence = operation;
    let fact = Fact::Planned { operation, kind, sequence, client, subject, target, intended };
    at(millis, 3, fact)
}

/// One operation a millisecond, delivered and applied at once by all three validators.
fn facts(operation: u32) -> Vec<Recorded<Fact>> {
    let millis = u64::from(operation);
    let mut facts = vec![planned(operation, millis)];
    for validator in 0..3 {
        let (attempt, position, is_final, joins) = (0, operation, true, false);
        let delivered = Fact::Delivered { operation, attempt, position, is_final, joins };
        facts.push(at(millis, validator, delivered));
        let (verdict, again, resolved) = (Verdict::Accepted, false, Fact::NONE);
        let applied = Fact::Applied { operation, attempt, verdict, again, resolved };
        facts.push(at(millis, validator, applied));
    }
    facts
}

fn observers(seconds: u64) -> Observers {
    let end = VirtualTime::ZERO + Span::from_secs(seconds);
    let mut setting = Setting::new(3, 2, 4, (VirtualTime::ZERO, end));
    setting.retention = Span::from_secs(2);
    Observers::new(setting)
}

#[test]
fn memory_does_not_grow_with_the_length_of_a_run() {
    let mut observers = observers(100);
    for operation in 0..100_000 {
        observers.observe(&facts(operation));
        let kept = observers.ledger.end() - observers.ledger.front();
        assert!(kept < 2_300, "{kept} operations kept after {operation}");
        assert!(observers.positions.len() < 2_300, "positions after {operation}");
        assert!(observers.inversions.len() < 2_300, "deliveries after {operation}");
    }
    let measured = observers.finish();
    assert_eq!(measured.value("proof_ok", Statistic::Share, 0, None).value(), Some(1.0));
    assert_eq!((measured.late_after_retention, measured.is_complete()), (0, true));
}

#[test]
fn what_comes_after_an_operation_was_settled_is_told() {
    let mut observers = observers(10);
    (0..5_000).for_each(|operation| observers.observe(&facts(operation)));
    observers.observe(&[at(5_000, 3, Fact::Sent { operation: 7, attempt: 1 })]);
    assert_eq!(observers.finish().late_after_retention, 1);
}

#[test]
fn too_many_operations_in_flight_are_a_cap_that_is_told() {
    let mut observers = observers(10);
    observers.most = 1_000;
    (0..3_000).for_each(|operation| observers.observe(&facts(operation)));
    let measured = observers.finish();
    assert!(!measured.is_complete());
    assert_eq!(measured.phases[0].counts.statements, 3_000, "nothing is forgotten");
}

#[test]
fn an_actor_that_holds_too_much_is_a_cap_that_is_told() {
    let mut observers = observers(10);
    let change = HostChange::Overflowed;
    let told = |millis| at(millis, 1, Fact::Host { rule: Fact::OF_THE_RUN, change });
    observers.observe(&[told(1), told(2)]);
    let measured = observers.finish();
    assert_eq!((measured.caps_reached.len(), measured.achievements.len()), (1, 0));
}

#[test]
fn every_operation_is_handed_out_once_and_in_order() {
    let (mut rows, mut observers) = (Vec::<OperationRow>::new(), observers(10));
    (0..5_000).for_each(|operation| observers.observe_with(&facts(operation), &mut rows));
    observers.finish_with(&mut rows);
    assert!(rows.iter().map(|row| row.operation).eq(0..5_000));
    let row = rows[4_321];
    assert_eq!((row.verdicts[0], row.applied, row.answered), (3, Some(Span::ZERO), None));
    assert_eq!((row.client, row.target, row.phases), (3, None, 1));
}

#[test]
fn borders_of_batches_carry_no_meaning() {
    let all: Vec<_> = (0..3_000).flat_map(facts).collect();
    let measure = |size| {
        let mut observers = observers(4);
        all.chunks(size).for_each(|some| observers.observe(some));
        format!("{:?}", observers.finish())
    };
    assert_eq!(measure(1), measure(10_000));
}
