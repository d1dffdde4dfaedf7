//! Single operations of open load: their kinds, what they refer to, and whom they concern.

use super::*;

#[test]
fn mixes_and_forgeries_have_their_shares() {
    // Many subjects, seldom the same: what refers to something must look for it elsewhere.
    let keys = KeyPick::Zipf(Zipf::new(100_000, 0.5));
    let setting = LoadSetting { mix: mixed(), keys, forged: 0.02, ..open(40.0, 40) };
    let records: Vec<_> = SEEDS.map(|seed| run(seed, setting.clone(), None).told).collect();
    let check = |what: &str, share: f64, is: &dyn Fn(&Planned) -> bool| {
        let values: Vec<f64> = records
            .iter()
            .map(|told| {
                let count = told.iter().filter(|(_, planned)| is(planned)).count();
                count as f64 / told.len() as f64
            })
            .collect();
        check_mean(what, &values, share, share * 1.4);
    };
    check("revoke", 0.1, &|planned| planned.kind == Kind::Revoke);
    check("replace", 0.2, &|planned| planned.kind == Kind::Replace);
    check("claim", 0.05, &|planned| planned.kind == Kind::Claim);
    check("query", 0.3, &|planned| planned.kind == Kind::Query);
    check("forged", 0.01 * 0.7, &|planned| planned.forgery == Some(Forgery::Forged));
    check("tampered", 0.01 * 0.7, &|planned| planned.forgery == Some(Forgery::Tampered));
}

#[test]
fn nothing_refers_to_a_forgery_and_it_uses_up_no_number() {
    let record = run(5, LoadSetting { mix: mixed(), forged: 0.3, ..open(20.0, 60) }, None);
    let ids = |is_forged: bool| -> BTreeSet<_> {
        let wanted = record.told.iter().map(|(_, planned)| planned).filter(|planned| {
            planned.attestation.is_some() && planned.forgery.is_some() == is_forged
        });
        wanted.map(|planned| said(planned).id()).collect()
    };
    // A forgery may say what its attester then says under the same number: that is one id.
    let forged: BTreeSet<_> = ids(true).difference(&ids(false)).copied().collect();
    assert!(forged.len() > 200, "{} forgeries", forged.len());
    let mut next = BTreeMap::new();
    for (_, planned) in &record.told {
        assert!(planned.question.is_none_or(|(id, _)| !forged.contains(&id)));
        let Some(said) = &planned.attestation else { continue };
        let number = next.entry(said.attester).or_insert(0);
        assert_eq!(said.sequence, *number, "{planned:?}");
        *number += u32::from(planned.forgery.is_none());
        let (Action::Revoke(target) | Action::Replace(target)) = said.action else { continue };
        assert!(!forged.contains(&target), "{said:?}");
    }
}

#[test]
fn references_name_what_is_in_force_by_its_attester_and_are_not_old() {
    let setting = LoadSetting { mix: mixed(), ..open(10.0, 300) };
    let record = run(4, setting, None);
    let by_number: BTreeMap<_, _> = record.told.iter().map(|(_, p)| (p.operation, p)).collect();
    let by_id: BTreeMap<_, _> = record
        .told
        .iter()
        .filter_map(|(_, p)| Some((p.attestation.as_ref()?.id(), p.operation)))
        .collect();
    let mut gone = BTreeSet::new();
    for planned in by_number.values() {
        let target = match planned.kind {
            Kind::Query => planned.question.map(|(id, _)| id),
            Kind::Attest | Kind::Claim | Kind::Register => {
                assert_eq!(parent(planned), None);
                continue;
            }
            Kind::Revoke | Kind::Replace => parent(planned),
        };
        let Some(target) = target else { panic!("nothing to refer to: {planned:?}") };
        let before = by_number[&by_id[&target]];
        assert!(planned.intended.since(before.intended) < REFERENCE_AGE);
        assert!(!gone.contains(&target), "in force as planned");
        if planned.kind != Kind::Query {
            assert_eq!(said(planned).subject, said(before).subject);
            gone.insert(target);
        }
        if planned.kind == Kind::Revoke {
            assert_eq!(said(planned).attester, said(before).attester);
        }
    }
}

#[test]
fn subjects_in_turn_come_back_after_all_others_with_the_same_writer() {
    let record = run(1, LoadSetting { keys: KeyPick::InTurn(37), ..open(20.0, 20) }, None);
    for ((client, planned), turn) in record.told.iter().zip(0..) {
        assert_eq!(said(planned).subject, turn % 37);
        assert_eq!(client.0, turn % 37 % CLIENTS);
    }
}

#[test]
fn zipf_subjects_are_as_frequent_as_their_rank_says() {
    let keys = KeyPick::Zipf(Zipf::new(3, 1.0));
    let setting = LoadSetting { keys, ..open(40.0, 20) };
    let shares = |subject: u32| -> Vec<f64> {
        SEEDS
            .map(|seed| {
                let told = run(seed, setting.clone(), None).told;
                let same = told.iter().filter(|(_, p)| said(p).subject == subject).count();
                same as f64 / told.len() as f64
            })
            .collect()
    };
    for (subject, share) in [(0, 6.0 / 11.0), (1, 3.0 / 11.0), (2, 2.0 / 11.0)] {
        check_mean("subject", &shares(subject), share, 1.0 / 3.0);
    }
}
