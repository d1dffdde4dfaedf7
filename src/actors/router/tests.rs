//! A router between one client and two validators. It takes 10 ms an operation, links take 50 ms.

use serde_json::Value;

use super::*;
use crate::actors::one_region;
use crate::actors::packet::{Needs, Submission};
use crate::attestation::{Attestation, KeyRing, Signed};
use crate::flow::backpressure::Site;
use crate::flow::{admission, backpressure, bulkheads};
use crate::kernel::{Recorded, Sink, VirtualTime};
use crate::network::{Order, PartOrder};
use crate::ordering::Item;

const ROUTER: ProcessId = ProcessId(2);
const CLIENT: ProcessId = ProcessId(3);

enum Player {
    /// Notes what it gets: the operation, and whether the stamp is the router's.
    Validator,
    Router(Box<Router>),
    /// Sends one operation at each of these milliseconds, and wants promises or not; notes what it
    /// is told below zero.
    Client(Vec<u64>, bool),
}

fn keys() -> KeyRing {
    KeyRing::real(1, 4)
}

/// Every third operation has a hook of 30 ms.
fn submission(operation: u32, promise: bool) -> Packet {
    let hook = Span::from_millis(if operation % 3 == 2 { 30 } else { 0 });
    let needs = Needs { hook, deadline: VirtualTime::MAX, priority: 0, promise };
    let attestation = Attestation { data_len: 128, ..Attestation::plain(operation, CLIENT.0) };
    let signed = Signed::new(attestation, &keys().signer(CLIENT.0));
    Packet::Submit(Arc::new(Submission { item: Item { signed, attempt: 0 }, needs }))
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Client(sends, _) = self {
            for (millis, slot) in sends.iter().zip(0..) {
                desk.timer(Span::from_millis(*millis), TimerSlot(slot));
            }
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Router(router), packet) => router.packet(from, packet, desk),
            (Self::Validator, Packet::Handed(handed)) => {
                let by = |router: u32| handed.is_stamped_by(router, &keys());
                assert!(by(ROUTER.0) && !by(ROUTER.0 + 1), "the router's stamp, nobody else's");
                let number = handed.item.signed.attestation.operation.0;
                let (note, value) = (number as u16, handed.sequence.into());
                desk.fact(Fact::Note { note, value });
            }
            (Self::Client(..), Packet::Busy(operation, 0)) => {
                desk.fact(Fact::Note { note: operation.0 as u16, value: -1 });
            }
            (Self::Client(..), Packet::Permit(operation, 0)) => {
                desk.fact(Fact::Note { note: operation.0 as u16, value: -2 });
            }
            (Self::Client(..), Packet::Promise(promise)) => {
                let statement = Promise::statement(&promise.id);
                assert!(keys().verify(ROUTER.0, &statement, &promise.signature), "a real one");
                assert!(!keys().verify(CLIENT.0, &statement, &promise.signature), "of nobody else");
                desk.fact(Fact::Note { note: promise.operation.0 as u16, value: -3 });
            }
            (Self::Client(..) | Self::Validator, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Router(router) => router.timer(slot, desk),
            Self::Client(_, promise) => {
                let fortune = Fortune::Operation { number: slot.0, attempt: 0, leg: 0 };
                desk.send(ROUTER, submission(slot.0, *promise), fortune);
            }
            Self::Validator => {}
        }
    }

    fn crash(&mut self, state_lost: bool) {
        if let Self::Router(router) = self {
            router.crash(state_lost);
        }
    }

    fn ail(&mut self, part: u8, health: PartHealth, desk: &mut Desk<'_, Packet>) {
        if let Self::Router(router) = self {
            router.ail(part, health, desk);
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
                (CLIENT, Fact::Note { note, value: -1 }) => Some(format!("{note} busy@{millis}")),
                (CLIENT, Fact::Note { note, value: -3 }) => {
                    Some(format!("{note} promise@{millis}"))
                }
                (CLIENT, Fact::Note { note, .. }) => Some(format!("{note} permit@{millis}")),
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

/// The policies of a router.
#[derive(Clone, Copy)]
struct Ways {
    workers: u32,
    bulkheads: &'static str,
    backpressure: &'static str,
    promise: bool,
}

/// One worker, and room for two operations.
const PLAIN: Ways =
    Ways { workers: 1, bulkheads: "shared", backpressure: "reject", promise: false };

impl Ways {
    fn policies(self) -> RouterPolicies {
        let site = Site { queue: Some(2), clients: 1 };
        RouterPolicies {
            bulkheads: bulkheads::make(self.bulkheads, &Value::Null, self.workers),
            admission: Box::new(|_| admission::make("fifo", &Value::Null)),
            backpressure: backpressure::make(self.backpressure, &Value::Null, site),
            breakers: None,
            seat: None,
        }
    }
}

/// Sends at these milliseconds to a router; what one validator gets as
/// `operation#sequence@millisecond`, what the router takes in, what the client is told.
fn check(sends: &[u64], orders: &[(u64, Order)], told: &[&str]) {
    check_ways(PLAIN, sends, orders, told);
}

fn check_ways(ways: Ways, sends: &[u64], orders: &[(u64, Order)], told: &[&str]) {
    let mut work = Lanes([Span::ZERO; Lane::ALL.len()]);
    (*work.of_mut(Lane::Ingress), *work.of_mut(Lane::Order)) =
        (Span::from_millis(4), Span::from_millis(6));
    let setting = Arc::new(RouterSetting {
        validators: 2,
        work,
        promise: Span::from_millis(1),
        listeners: None,
    });
    let router = Box::new(Router::new(setting, ways.policies(), keys().signer(ROUTER.0)));
    let players = [
        Player::Validator,
        Player::Validator,
        Player::Router(router),
        Player::Client(sends.to_vec(), ways.promise),
    ];
    let start = (0, CLIENT, Order::Start);
    let orders = orders.iter().map(|(at, what)| (*at, ROUTER, what.clone()));
    let script = [start].into_iter().chain(orders);
    let facts = one_region::run(players, Span::from_millis(50), script, (10, Told::default()));
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
        &["0 behind 0", "1 behind 1", "2 behind 0", "3 behind 1", "0#0@110", "2#1@170", "3#2@180"],
    );
}

/// Operations 0 to 6 come in behind one another.
const SEVEN_COME: [&str; 7] = [
    "0 behind 0",
    "1 behind 1",
    "2 behind 2",
    "3 behind 3",
    "4 behind 4",
    "5 behind 5",
    "6 behind 6",
];

#[test]
fn in_a_shared_pool_a_hook_holds_up_everybody_and_separate_workers_do_not_wait() {
    let ways = |bulkheads| Ways { workers: 6, bulkheads, backpressure: "none", promise: false };
    let sends = [0, 1, 2, 3, 4, 5, 6];
    // Two workers, and operations 2 and 5 take both of them for 40 ms.
    check_ways(
        Ways { workers: 2, ..ways("shared") },
        &sends,
        &[],
        &SEVEN_COME
            .iter()
            .chain(&["0#0@110", "1#1@111", "3#2@121", "4#3@131", "2#4@150", "6#5@160", "5#6@171"])
            .copied()
            .collect::<Vec<_>>(),
    );
    // One never gets to the hook: 3, 4 and 6 follow one another.
    check_ways(
        Ways { workers: 2, ..ways("reserved") },
        &sends,
        &[],
        &SEVEN_COME
            .iter()
            .chain(&["0#0@110", "1#1@111", "3#2@120", "4#3@121", "6#4@130", "2#5@161", "5#6@201"])
            .copied()
            .collect::<Vec<_>>(),
    );
    // One worker each: 4 ms of ingress, then 6 ms of order, and the hook's own 30 ms.
    check_ways(
        ways("separate"),
        &sends,
        &[],
        &SEVEN_COME
            .iter()
            .chain(&["0#0@110", "1#1@116", "3#2@122", "4#3@128", "6#4@134", "2#5@148", "5#6@178"])
            .copied()
            .collect::<Vec<_>>(),
    );
}

#[test]
fn what_is_blocked_waits_outside_and_permits_go_back_when_it_is_in() {
    let ways = Ways { backpressure: "block", ..PLAIN };
    check_ways(
        ways,
        &[0, 1, 3],
        &[],
        &[
            "0 behind 0",
            "1 behind 1",
            "2 behind 1",
            "0 permit@100",
            "1 permit@101",
            "0#0@110",
            "2 permit@110",
            "1#1@120",
            "2#2@160",
        ],
    );
}

#[test]
fn credit_comes_back_when_the_work_is_done() {
    let ways = Ways { backpressure: "credit", ..PLAIN };
    check_ways(
        ways,
        &[0, 1],
        &[],
        &["0 behind 0", "1 behind 1", "0#0@110", "0 permit@110", "1#1@120", "1 permit@120"],
    );
}

#[test]
fn a_stalled_lane_keeps_its_work_silently_and_a_slow_one_takes_longer() {
    let ways = Ways { workers: 6, bulkheads: "separate", backpressure: "none", promise: false };
    let part = |order| Order::Part(Lane::Order as u8, order);
    check_ways(
        ways,
        &[0, 1],
        &[(52, part(PartOrder::Stall)), (200, part(PartOrder::Resume))],
        &["0 behind 0", "1 behind 1", "0#0@256", "1#1@262"],
    );
    let slow = [(0, part(PartOrder::Slow(10_000)))];
    check_ways(ways, &[0], &slow, &["0 behind 0", "0#0@164"]);
}

#[test]
fn a_promise_is_made_when_an_operation_comes_in_and_costs_a_signature() {
    check_ways(
        Ways { promise: true, ..PLAIN },
        &[0, 1, 2],
        &[],
        &[
            "0 behind 0",
            "1 behind 1",
            "0 promise@100",
            "1 promise@101",
            "2 busy@102",
            "0#0@111",
            "1#1@122",
        ],
    );
}
