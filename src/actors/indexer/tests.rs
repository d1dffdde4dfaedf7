//! Pages as a validator would send them, and what an indexer makes of them.

use super::*;
use crate::attestation::{Operation, Profile, Reading};

fn setting() -> IndexerSetting {
    IndexerSetting {
        validators: 1,
        poll: Span::from_secs(1),
        work: Span::from_millis(1),
        rewrite: Span::from_micros(100),
        read: Span::from_micros(10),
        is_strict: false,
        keeps: Span::from_secs(10),
        reads: Interpretation { profile: Profile::Sign, reading: Reading::AsMeant },
        dates: false,
        carries: None,
    }
}

fn id(number: u32) -> Id {
    struct Numbered(u32);
    impl crate::attestation::Encode for Numbered {
        fn encode(&self, to: &mut dyn crate::attestation::Encoder) {
            self.0.encode(to);
        }
    }
    Id::of(&Numbered(number))
}

fn row(number: u32, change: RowChange) -> Row {
    Row {
        operation: Operation(number),
        id: id(number),
        attester: AttesterId(7),
        change,
        storage: Storage::Registry,
        expires_at: None,
        at: VirtualTime::ZERO,
        drift: 0,
    }
}

/// What it says of 0, 1 and 2 after these rows.
fn after(setting: IndexerSetting, rows: &[Row]) -> [Status; 3] {
    let mut indexer = Indexer::new(setting);
    let are_known = rows.iter().all(|row| indexer.enter(row, VirtualTime::ZERO));
    assert!(are_known || setting.is_strict, "only a strict one stumbles");
    [0, 1, 2].map(|number| indexer.status(LocalTime(5), &id(number)))
}

#[test]
fn it_says_what_the_registry_said() {
    use RowChange::{Made, Replaces, Revokes, Undone};
    use Status::{Replaced, Revoked, Unknown, Valid};
    let cases = [
        (vec![row(0, Made)], [Valid, Unknown, Unknown]),
        (vec![row(0, Made), row(1, Revokes(id(0)))], [Revoked, Valid, Unknown]),
        (vec![row(0, Made), row(1, Replaces(id(0)))], [Replaced, Valid, Unknown]),
        (
            vec![row(0, Made), row(1, Revokes(id(0))), row(1, Undone(Some(id(0))))],
            [Valid, Unknown, Unknown],
        ),
        // The first to take it back counts, and another's end changes nothing.
        (
            vec![
                row(0, Made),
                row(1, Revokes(id(0))),
                row(2, Replaces(id(0))),
                row(2, Undone(Some(id(0)))),
            ],
            [Revoked, Valid, Unknown],
        ),
        // What is revoked before it is known stays valid here: the order of rows is lost.
        (vec![row(1, Revokes(id(0))), row(0, Made)], [Valid, Valid, Unknown]),
    ];
    for (rows, expected) in cases {
        assert_eq!(after(setting(), &rows), expected, "{rows:?}");
    }
}

#[test]
fn what_expires_is_void_from_then_on() {
    let expiring = |at| Row { expires_at: Some(LocalTime(at)), ..row(0, RowChange::Made) };
    assert_eq!(after(setting(), &[expiring(6)])[0], Status::Valid);
    assert_eq!(after(setting(), &[expiring(5)])[0], Status::Expired);
}

#[test]
fn a_record_is_made_out_as_its_reader_reads() {
    let said = |(profile, reading), storage, rows: &[Row]| {
        let setting = IndexerSetting { reads: Interpretation { profile, reading }, ..setting() };
        let rows: Vec<Row> = rows.iter().map(|row| Row { storage, ..*row }).collect();
        after(setting, &rows)[0]
    };
    let rows = [row(0, RowChange::Made), row(1, RowChange::Revokes(id(0)))];
    let (eas, sign) = (Profile::Eas, Profile::Sign);
    let (flag, three) = (Reading::FlagAsTime, Reading::ThreeLocations);
    assert_eq!(said((sign, Reading::AsMeant), Storage::OffChain, &rows), Status::Revoked);
    assert_eq!(said((sign, flag), Storage::OffChain, &rows), Status::Valid, "1 is a time");
    assert_eq!(said((sign, flag), Storage::Registry, &rows), Status::Revoked);
    assert_eq!(said((eas, flag), Storage::OffChain, &rows), Status::Revoked, "no flag there");
    assert_eq!(said((sign, three), Storage::Custom, &rows[..1]), Status::Unknown);
    assert_eq!(said((sign, three), Storage::Arweave, &rows[..1]), Status::Valid);
    assert_eq!(said((eas, three), Storage::Custom, &rows[..1]), Status::Valid, "not said there");
}

#[test]
fn a_strict_one_stumbles_over_a_revocation_of_what_it_does_not_know() {
    let strict = IndexerSetting { is_strict: true, ..setting() };
    let mut indexer = Indexer::new(strict);
    assert!(!indexer.enter(&row(1, RowChange::Revokes(id(0))), VirtualTime::ZERO));
    assert!(indexer.enter(&row(0, RowChange::Made), VirtualTime::ZERO));
    assert!(indexer.enter(&row(1, RowChange::Revokes(id(0))), VirtualTime::ZERO));
}

#[test]
fn it_forgets_what_is_old_and_counts_rows_by_attester() {
    let mut indexer = Indexer::new(setting());
    let second = |n| VirtualTime::ZERO + Span::from_secs(n);
    for n in 0..5 {
        assert!(indexer.enter(&row(n, RowChange::Made), second(n.into())));
    }
    assert_eq!(indexer.by_attester[&AttesterId(7)], 5);
    indexer.forget_old(second(12));
    assert_eq!(indexer.by_attester[&AttesterId(7)], 3);
    let known = [1, 2, 4].map(|n| indexer.status(LocalTime(0), &id(n)));
    assert_eq!(known, [Status::Unknown, Status::Valid, Status::Valid]);
}

#[test]
fn it_misreports_the_share_that_it_is_told_to() {
    let mut indexer = Indexer::new(setting());
    let said = |indexer: &Indexer| {
        let revoked = |n: &u32| indexer.status(LocalTime(0), &id(*n)) == Status::Revoked;
        (0..1_000).filter(revoked).count()
    };
    assert_eq!(said(&indexer), 0);
    indexer.misreport(0.3);
    assert!((250..350).contains(&said(&indexer)), "{} of 1,000", said(&indexer));
    indexer.misreport(1.0);
    assert_eq!(said(&indexer), 1_000);
    indexer.misreport(0.0);
    assert_eq!(said(&indexer), 0);
}

#[test]
fn a_second_chain_takes_rows_in_order_and_only_what_has_room() {
    let carriage = Carriage { block: Span::from_secs(12), room: 2, finality: Span::ZERO };
    let mut indexer = Indexer::new(IndexerSetting { carries: Some(carriage), ..setting() });
    let mut enter = |number, change| indexer.enter(&row(number, change), VirtualTime::ZERO);
    let all = [0, 1, 2, 3].map(|number| enter(number, RowChange::Made));
    assert!(all.iter().all(|is_known| *is_known) && enter(1, RowChange::Undone(None)));
    let relay = indexer.relay.as_mut().expect("there is a second chain");
    let mut block = || relay.block().iter().map(|row| row.operation.0).collect::<Vec<_>>();
    assert_eq!([block(), block(), block()], [vec![0, 2], vec![3], vec![]], "1 was taken back");
}
