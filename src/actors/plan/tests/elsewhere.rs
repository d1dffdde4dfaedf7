//! Data elsewhere, schemas that are registered, and the outer chain.

use super::*;
use crate::actors::packet::Before;
use crate::attestation::{Id, Schema, SchemaId, Storage};

fn stored(place: Storage, share: f64) -> Option<StoredData> {
    let (upload, readable) = (Span::from_millis(300), Span::from_secs(5));
    Some(StoredData { place, share, upload, readable, lost: 0.25 })
}

#[test]
fn statements_have_their_data_elsewhere_and_revocations_say_where() {
    let data = stored(Storage::OffChain, 0.5);
    let told = run(1, LoadSetting { mix: mixed(), data, ..open(50.0, 60) }, None).told;
    let said: Vec<_> =
        told.iter().filter_map(|(_, planned)| planned.attestation.as_ref()).collect();
    let place = |id| said.iter().find(|said| said.id() == id).map(|said| said.storage);
    let mut count = [0; 3];
    for (_, planned) in &told {
        let Some(said) = &planned.attestation else { continue };
        let is_elsewhere = said.storage == Storage::OffChain;
        match planned.kind {
            Kind::Attest => count[usize::from(is_elsewhere)] += 1,
            Kind::Revoke => {
                let target = said.action.reference().expect("it takes something back");
                assert_eq!(place(target), Some(said.storage));
                count[2] += u32::from(is_elsewhere);
            }
            _ => assert!(!is_elsewhere, "{:?} is in the registry", planned.kind),
        }
        let stores = is_elsewhere && planned.kind == Kind::Attest;
        let wait = if stores { Span::from_millis(300) } else { Span::ZERO };
        assert_eq!(planned.before, Before { reads: None, stores: wait });
    }
    let [here, elsewhere, revoked] = count;
    assert!(here.abs_diff(elsewhere) < 150 && revoked > 20, "{count:?}");
}

#[test]
fn statements_use_the_schema_that_was_registered_last() {
    let mix = MixShares { register: 0.02, ..MixShares::default() };
    let data = stored(Storage::OffChain, 1.0);
    for profile in [Profile::Eas, Profile::Sign] {
        let setting = LoadSetting { mix, data, profile, ..open(20.0, 60) };
        let mut latest: Option<(SchemaId, Id, Operation)> = None;
        let mut registered = 0;
        for (_, planned) in run(1, setting, None).told {
            let said = planned.attestation.as_ref().expect("nobody asks");
            if planned.kind == Kind::Register {
                let numbered = SchemaId(2 + registered);
                let named = SchemaId(2 + planned.operation.0);
                assert_eq!(said.schema, if profile == Profile::Sign { numbered } else { named });
                latest = Some((said.schema, said.id(), planned.operation));
                registered += 1;
                continue;
            }
            let (schema, reads) = latest
                .map_or((Schema::STATEMENT, None), |(schema, id, by)| (schema, Some((id, by))));
            assert_eq!(said.schema, schema);
            assert!(planned.before.reads.is_none_or(|read| Some(read) == reads));
        }
        assert!(registered > 10, "{registered} schemas");
    }
}

#[test]
fn statements_about_the_outer_chain_are_about_its_state_when_they_are_due() {
    let told = run(1, LoadSetting { upstream: 0.3, ..open(50.0, 20) }, None).told;
    let about = told.iter().filter(|(_, planned)| {
        let at = planned.attestation.as_ref().and_then(|said| said.upstream);
        assert!(at.is_none_or(|at| at.0 == planned.intended.as_nanos() as i64));
        at.is_some()
    });
    let share = about.count() as f64 / told.len() as f64;
    assert!((share - 0.3).abs() < 0.06, "{share}");
}
