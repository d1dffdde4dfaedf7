//! A router between one client and two validators. It takes 10 ms an operation, links take 50 ms.

use super::*;
use crate::actors::packet::Submission;
use crate::attestation::{Action, Attestation, AttesterId, KeyRing, Operation, Schema, Signed};
use crate::kernel::{Limits, LocalTime, Model, Recorded, Sink, VirtualTime, sequential};
use crate::network::{Control, Host, Order, Signal, Topology, Transport};
use crate::ordering::Item;

const ROUTER: ProcessId = ProcessId(2);
const CLIENT: ProcessId = ProcessId(3);

enum Player {
    /// Notes what it gets: the operation, and whether the stamp is the router's.
    Validator,
    Router(Box<Router>),
    /// Sends one operation at each of these milliseconds; notes refusals below zero.
    Client(Vec<u64>),
}

fn keys() -> KeyRing {
    KeyRing::real(1, 4)
}

fn submission(operation: u32) -> Packet {
    let attestation = Attestation {
        operation: Operation(operation),
        attester: AttesterId(CLIENT.0),
        sequence: operation,
        schema: Schema::STATEMENT,
        subject: 0,
        action: Action::Attest { parent: None },
        written_at: LocalTime(0),
        expires_at: None,
        data_len: 128,
    };
    let signed = Signed::new(attestation, &keys().signer(CLIENT.0));
    Packet::Submit(Arc::new(Submission { item: Item { signed, attempt: 0 } }))
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Client(sends) = self {
            for (millis, slot) in sends.iter().zip(0..) {
                desk.timer(Span::from_millis(*millis), TimerSlot(slot));
            }
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Router(router), packet) => router.packet(from, packet, desk),
            (Self::Validator, Packet::Handed(handed)) => {
                let stamp = Handed::statement(&handed.item.id(), handed.sequence);
                assert!(keys().verify(ROUTER.0, &stamp, &handed.stamp), "the router's stamp");
                let number = handed.item.signed.attestation.operation.0;
                let (note, value) = (number as u16, handed.sequence.into());
                desk.fact(Fact::Note { note, value });
            }
            (Self::Client(_), Packet::Busy(operation, 0)) => {
                desk.fact(Fact::Note { note: operation.0 as u16, value: -1 });
            }
            (Self::Client(_) | Self::Validator, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Router(router) => router.timer(slot, desk),
            Self::Client(_) => {
                let fortune = Fortune::Operation { number: slot.0, attempt: 0, leg: 0 };
                desk.send(ROUTER, submission(slot.0), fortune);
            }
            Self::Validator => {}
        }
    }

    fn crash(&mut self, state_lost: bool) {
        if let Self::Router(router) = self {
            router.crash(state_lost);
        }
    }
}

#[derive(Default)]
struct Told(Vec<String>);

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        self.0.extend(facts.iter().filter_map(|recorded| {
            let millis = recorded.key.time.as_nanos() / 1_000_000;
            match (recorded.process, recorded.fact) {
                (CLIENT, Fact::Note { note, .. }) => Some(format!("{note} busy@{millis}")),
                (ProcessId(1), Fact::Note { note, value }) => {
                    Some(format!("{note}#{value}@{millis}"))
                }
                (ROUTER, Fact::Admitted { operation, queue, .. }) => {
                    Some(format!("{operation} behind {queue}"))
                }
                _ => None,
            }
        }));
    }
}

/// Sends at these milliseconds to a router that holds at most two; what one validator gets as
/// `operation#sequence@millisecond`, what the router takes in, what the client is refused.
fn check(sends: &[u64], orders: &[(u64, Order)], told: &[&str]) {
    let topology = Arc::new(Topology {
        region_of: vec![0; 4],
        one_way: vec![vec![Span::from_millis(50)]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: vec![],
    });
    let setting = RouterSetting { validators: 2, queue: Some(2), work: Span::from_millis(10) };
    let router = Box::new(Router::new(setting, keys().signer(ROUTER.0)));
    let players = [
        Player::Validator,
        Player::Validator,
        Player::Router(router),
        Player::Client(sends.to_vec()),
    ];
    let host = |(number, player)| Host::new(ProcessId(number), 1, Arc::clone(&topology), player);
    let order = |millis, to, order| {
        let at = VirtualTime::from_nanos(millis * 1_000_000 + 1);
        (at, to, Signal::Control(Box::new(Control { rule: 0, order })))
    };
    let mut script = vec![order(0, CLIENT, Order::Start)];
    script.extend(orders.iter().map(|(at, what)| order(*at, ROUTER, what.clone())));
    let until = VirtualTime::ZERO + Span::from_secs(10);
    let model = Model { processes: (0..).zip(players).map(host).collect(), script };
    let mut facts = Told::default();
    sequential::run(model, Limits { until, max_events: 1_000 }, &mut facts);
    assert_eq!(facts.0, told);
}

#[test]
fn operations_are_stamped_in_turn_and_passed_to_every_validator() {
    check(&[0, 1], &[], &["0 behind 0", "1 behind 1", "0#0@110", "1#1@120"]);
}

#[test]
fn a_full_router_refuses_and_has_room_again_later() {
    check(
        &[0, 1, 2, 30],
        &[],
        &["0 behind 0", "1 behind 1", "3 behind 0", "2 busy@102", "0#0@110", "1#1@120", "3#2@140"],
    );
}

#[test]
fn a_crash_drops_what_the_router_holds_and_counts_on() {
    let orders = [(65, Order::Crash { state_lost: false }), (70, Order::Restart)];
    check(
        &[0, 1, 30, 31],
        &orders,
        &["0 behind 0", "1 behind 1", "2 behind 0", "3 behind 1", "0#0@110", "2#1@140", "3#2@150"],
    );
}
