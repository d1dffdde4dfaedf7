//! Workflows, whose parts wait for one another, and users who need what is planned.

use super::*;
use crate::actors::Dependence;

/// Chains of three, a part 70 ms after the one before is in.
fn workflows() -> LoadSetting {
    let shape = ChainShape { length: 3, gap: Span::from_millis(70), attesters: 3, waits: true };
    LoadSetting { chain: Some(shape), ..open(0.5, 60) }
}

#[test]
fn a_part_of_a_workflow_waits_until_the_one_before_is_in() {
    let answer = Span::from_millis(400);
    let record = run(1, workflows(), Some(answer));
    // What waits is sent a way of the plan and a way of the answer later.
    let least = answer + Span::from_millis(70) + CONTROL_FLOOR * 2;
    let mut links = 0;
    for (client, planned) in &record.told {
        let Some(parent) = parent(planned) else { continue };
        let found = record.told.iter().find(|(_, other)| said(other).id() == parent);
        let (before, other) = found.expect("its parent was planned");
        assert!(before != client, "attesters take turns");
        assert_eq!(planned.intended.since(other.intended), least);
        links += 1;
    }
    assert!(links > 30, "{links} links of about 30 workflows");
    assert_eq!(record.last, 0, "nothing is left of workflows that are over");
}

#[test]
fn a_workflow_ends_with_the_part_that_nobody_answers() {
    let record = run(1, workflows(), None);
    assert!(record.told.len() > 15 && record.told.iter().all(|(_, one)| parent(one).is_none()));
}

#[test]
fn users_turn_up_some_time_after_the_intended_send_of_what_they_need() {
    let after = Span::from_secs(2);
    let dependence = Dependence { share: 0.25, first: ProcessId(0), dependants: CLIENTS, after };
    let record = run(1, LoadSetting { dependence: Some(dependence), ..open(50.0, 40) }, None);
    for (at, operation) in &record.needed {
        let found = record.told.iter().find(|(_, planned)| planned.operation == *operation);
        let (_, planned) = found.expect("it was planned");
        assert_eq!(*at, planned.intended + after);
    }
    let share = record.needed.len() as f64 / record.told.len() as f64;
    assert!((0.2..0.3).contains(&share), "{share} of {}", record.told.len());
}

#[test]
fn nobody_needs_a_revocation_or_a_forgery() {
    let dependence =
        Dependence { share: 1.0, first: ProcessId(0), dependants: CLIENTS, after: Span::TICK };
    let dependence = Some(dependence);
    let setting = LoadSetting { dependence, mix: mixed(), forged: 0.2, ..open(50.0, 40) };
    let record = run(1, setting, None);
    let needed: BTreeSet<Operation> = record.needed.iter().map(|(_, one)| *one).collect();
    for (_, planned) in &record.told {
        let is_statement = !matches!(planned.kind, Kind::Revoke | Kind::Query);
        let expected = is_statement && planned.forgery.is_none();
        assert_eq!(needed.contains(&planned.operation), expected, "{:?}", planned.kind);
    }
}
