//! Recorded traces: they come out as they went in.

use super::*;
use crate::actors::Recorded;

/// Seconds, client, subject, kind, and the place of what it refers to.
type Row = (f64, u32, u32, Kind, Option<u32>);

fn trace(rows: &[Row]) -> LoadSetting {
    let row = |&(seconds, client, subject, kind, refers_to): &Row| {
        let at = VirtualTime::from_nanos((seconds * 1e9) as u64);
        Recorded { at, kind, client, subject, refers_to }
    };
    let recorded = Some(rows.iter().map(row).collect());
    LoadSetting { arrivals: None, recorded, ..open(1.0, 100) }
}

/// What was told in the order of operations: seconds, client, kind, and the operation of which.
fn replayed(rows: &[Row], forged: f64) -> Vec<String> {
    let mut told = run(1, LoadSetting { forged, ..trace(rows) }, None).told;
    told.sort_by_key(|(_, planned)| planned.operation);
    let by_id: BTreeMap<_, _> = told
        .iter()
        .filter_map(|(_, p)| Some((p.attestation.as_ref()?.id(), p.operation.0)))
        .collect();
    let spell = |(client, planned): &(ProcessId, Arc<Planned>)| {
        let target = match &planned.attestation {
            Some(_) => parent(planned),
            None => planned.question.map(|(id, _)| id),
        };
        let target = target.map_or("-".to_owned(), |id| by_id[&id].to_string());
        let seconds = planned.intended.as_nanos() as f64 / 1e9;
        format!("{seconds} {} {:?} of {target}", client.0, planned.kind)
    };
    told.iter().map(spell).collect()
}

#[test]
fn a_recorded_trace_comes_out_exactly() {
    use Kind::{Attest, Claim, Query, Replace, Revoke};
    let rows = [
        (0.0, 3, 7, Attest, None),
        (1.5, 4, 7, Replace, Some(0)),
        (1.5, 2, 7, Query, Some(1)),
        (1.5, 1, 8, Claim, None),
        (31.499, 4, 7, Revoke, Some(1)),
        (99.0, 3, 7, Attest, None),
    ];
    let expected = [
        // Nothing is due before a plan can say so.
        "0.010000002 3 Attest of -",
        "1.5 4 Replace of 0",
        "1.5 2 Query of 1",
        "1.5 1 Claim of -",
        "31.499 4 Revoke of 1",
        "99 3 Attest of -",
    ];
    assert_eq!(replayed(&rows, 0.0), expected);
    let forged = replayed(&rows, 1.0);
    let nothing = ["1.5 4 Attest of -", "1.5 2 Attest of -"];
    assert_eq!(forged[1..3], nothing, "nothing genuine to refer to");
}

#[test]
fn a_replayed_trace_is_forgotten_as_it_goes() {
    let row = |number: u32| (f64::from(number) / 21.0, number % 10, 0, Kind::Attest, None);
    let rows: Vec<Row> = (0..2_000).map(row).collect();
    let record = run(1, trace(&rows), None);
    assert_eq!(record.told.len(), 2_000);
    assert!((600..660).contains(&record.most), "30 s of 21 a second: {}", record.most);
}
