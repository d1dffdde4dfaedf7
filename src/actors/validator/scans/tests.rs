//! One validator is handed an operation by centre 2, which centre 1 had stamped before.

use std::sync::Arc;

use super::*;
use crate::actors::one_region;
use crate::actors::passage::Stay;
use crate::actors::{Costs, ValidatorSetting};
use crate::attestation::{Attestation, KeyRing, Profile, Schema, Signed};
use crate::kernel::{LocalTime, Recorded, Sink};
use crate::network::{Fortune, Order, Resident, TimerSlot};
use crate::ordering::{Catalogue, Committee, Item, Seat};

enum Player {
    Validator(Box<Validator>),
    /// Hands this over as it starts.
    Centre(Arc<Handed>),
    Idle,
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Centre(handed) = self {
            let fortune = Fortune::Operation { number: 0, attempt: 0, leg: 1 };
            desk.send(ProcessId(0), Packet::Handed(Arc::clone(handed)), fortune);
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        if let Self::Validator(validator) = self {
            validator.packet(from, packet, desk);
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if let Self::Validator(validator) = self {
            validator.timer(slot, desk);
        }
    }
}

#[derive(Default)]
struct Told(Vec<String>);

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        self.0.extend(facts.iter().filter_map(|recorded| match recorded.fact {
            Fact::Scanned { scans, valid, .. } => {
                let millis = recorded.key.time.as_nanos() / 1_000_000;
                Some(format!("{valid} of {scans} valid @{millis}"))
            }
            Fact::Verified { genuine, .. } => Some(format!("genuine {genuine}")),
            _ => None,
        }));
    }
}

/// Signatures by these; a link takes 10 ms, a check 1 ms.
fn check((attester, first, last): (u32, u32, u32), before: u8, told: &[&str]) {
    let keys = KeyRing::real(1, 4);
    let attestation = Attestation { data_len: 128, ..Attestation::plain(0, 3) };
    let signed = Signed::new(attestation, &keys.signer(attester));
    let stay = Stay { came: LocalTime(1), left: LocalTime(2), queue: 3 };
    let signature = keys.signer(first).sign(&stay.statement(&signed.id, before));
    let scan = Scan { centre: ProcessId(1), stay, signature };
    let item = Item { signed, attempt: 0 };
    let handed = Handed::new(item, 0, &keys.signer(last), Some(Arc::new(vec![scan])));
    let costs = Costs {
        sign: Span::ZERO,
        verify: Span::from_millis(1),
        apply: Span::ZERO,
        read: Span::ZERO,
        receive: Span::ZERO,
    };
    let retention = Span::from_secs(9);
    let setting = ValidatorSetting {
        validators: 1,
        cores: 1,
        costs,
        profile: Profile::Eas,
        naming: Profile::Eas.naming(None),
        schemas: Schema::GENESIS,
        retention,
        shows: false,
        watch: None,
        ahead: None,
        journal: None,
    };
    let seat = Seat { me: 0, committee: Committee::new(1), signer: keys.signer(0) };
    let catalogue = Catalogue::bundled();
    let entry = catalogue.find("arrival").expect("it is bundled");
    let params = (entry.check)(&serde_json::Value::Null).expect("defaults are in range");
    let replica = (entry.replica)(1, seat, &params);
    let validator = Validator::new(setting, keys.signer(0), replica);
    let players = [
        Player::Validator(Box::new(validator)),
        Player::Idle,
        Player::Centre(Arc::new(handed)),
        Player::Idle,
    ];
    let start = (0, ProcessId(2), Order::Start);
    let facts = one_region::run(players, Span::from_millis(10), [start], (1, Told::default()));
    assert_eq!(facts.0, told);
}

#[test]
fn every_stamp_is_checked_and_charged_and_one_that_is_nobodys_ends_it() {
    check((3, 1, 2), 0, &["3 of 3 valid @13", "genuine true"]);
    check((3, 2, 2), 0, &["2 of 3 valid @13"]);
    check((3, 1, 2), 1, &["2 of 3 valid @13"]);
    check((3, 1, 1), 0, &["2 of 3 valid @13"]);
    check((2, 1, 2), 0, &["2 of 3 valid @13", "genuine false"]);
}
