//! A client at centre 0 of three or four, one validator behind them. Links take 50 ms, work 10 ms.

use serde_json::{Value, json};

use super::*;
use crate::actors::one_region;
use crate::actors::packet::{Needs, Submission};
use crate::actors::{Router, RouterPolicies, RouterSetting};
use crate::attestation::{Attestation, KeyRing, Signed};
use crate::flow::backpressure::Site as Door;
use crate::flow::routing::{self, Overlay, Site};
use crate::flow::{Lane, Lanes, admission, backpressure, bulkheads};
use crate::kernel::{Recorded, Sink};
use crate::network::{Order, Resident};
use crate::ordering::Item;

enum Player {
    /// Checks stamps and notes what it gets.
    Validator,
    Centre(Box<Router>),
    /// Sends an operation at each of these milliseconds, and notes what is returned.
    Client(Vec<u64>, u32),
}

fn keys() -> KeyRing {
    KeyRing::real(1, 8)
}

/// An operation addressed to that centre.
fn submission(operation: u32, home: (usize, usize)) -> Packet {
    let subject = (0..).find(|subject| routing::home(*subject, home.1) == home.0);
    let attestation = Attestation {
        subject: subject.expect("some subject is addressed there"),
        data_len: 128,
        ..Attestation::plain(operation, 7)
    };
    let needs = Needs { hook: Span::ZERO, deadline: VirtualTime::MAX, priority: 0, promise: false };
    let item = Item { signed: Signed::new(attestation, &keys().signer(7)), attempt: 0 };
    Packet::Submit(Arc::new(Submission { item, needs }))
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Centre(router) => router.start(desk),
            Self::Client(sends, _) => {
                for (millis, slot) in sends.iter().zip(0..) {
                    desk.timer(Span::from_millis(*millis), TimerSlot(slot));
                }
            }
            Self::Validator => {}
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Centre(router), packet) => router.packet(from, packet, desk),
            (Self::Validator, Packet::Handed(handed)) => {
                let id = handed.item.id();
                let scans = handed.scans.as_ref().expect("centres stamp");
                for (scan, before) in scans.iter().zip(0..) {
                    let statement = scan.stay.statement(&id, before);
                    assert!(keys().verify(scan.centre.0, &statement, &scan.signature));
                    let other = scan.stay.statement(&id, before + 1);
                    assert!(!keys().verify(scan.centre.0, &other, &scan.signature), "its place");
                }
                let note = handed.item.signed.attestation.operation.0 as u16;
                desk.fact(Fact::Note { note, value: scans.len() as i64 });
            }
            (Self::Client(..), Packet::Busy(operation, 0)) => {
                desk.fact(Fact::Note { note: operation.0 as u16, value: -1 });
            }
            (_, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Centre(router) => router.timer(slot, desk),
            Self::Client(_, centres) => {
                let centres = *centres as usize;
                let fortune = Fortune::Operation { number: slot.0, attempt: 0, leg: 0 };
                desk.send(ProcessId(1), submission(slot.0, (2, centres)), fortune);
            }
            Self::Validator => {}
        }
    }

    fn crash(&mut self, state_lost: bool) {
        if let Self::Centre(router) = self {
            router.crash(state_lost);
        }
    }

    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Centre(router) = self {
            router.restart(desk);
        }
    }
}

#[derive(Default)]
struct Told(Vec<String>);

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        self.0.extend(facts.iter().filter_map(|recorded| {
            let millis = recorded.key.time.as_nanos() / 1_000_000;
            let centre = |process: u32| process.wrapping_sub(1);
            match recorded.fact {
                Fact::Forwarded { operation, to, copy, .. } => {
                    let (from, to) = (centre(recorded.process.0), centre(to));
                    let copy = if copy > 0 { " anew" } else { "" };
                    Some(format!("#{operation} {from}→{to}{copy}@{millis}"))
                }
                Fact::Note { note, value: -1 } => Some(format!("#{note} back@{millis}")),
                Fact::Note { note, value } => {
                    Some(format!("#{note} in after {value} scans@{millis}"))
                }
                _ => None,
            }
        }));
    }
}

/// So many centres with these links, and a fault of one of them.
fn check(
    (centres, links): (usize, &[(usize, usize)]),
    (policy, params): (&str, &Value),
    sends: &[u64],
    orders: &[(u64, usize, Order)],
    told: &[&str],
) {
    let delay = Span::from_millis(50);
    let mut work = Lanes([Span::ZERO; Lane::ALL.len()]);
    *work.of_mut(Lane::Order) = Span::from_millis(10);
    let setting =
        Arc::new(RouterSetting { validators: 1, work, promise: Span::ZERO, listeners: None });
    let overlay = Arc::new(Overlay::new(centres, links, |_, _| delay));
    let centre = |me: usize| {
        let site = Site { me, overlay: Arc::clone(&overlay) };
        let routing = routing::make(policy, params, &site).expect("it has centres");
        let door = Door { queue: None, clients: 1 };
        let policies = RouterPolicies {
            bulkheads: bulkheads::make("shared", &Value::Null, 1),
            admission: Box::new(|_| admission::make("fifo", &Value::Null)),
            backpressure: backpressure::make("none", &Value::Null, door),
            breakers: None,
            seat: Some(CentreSeat { routing, me, centres, first: ProcessId(1) }),
        };
        let signer = keys().signer(me as u32 + 1);
        Player::Centre(Box::new(Router::new(Arc::clone(&setting), policies, signer)))
    };
    let client = Player::Client(sends.to_vec(), centres as u32);
    let players = [Player::Validator].into_iter().chain((0..centres).map(centre)).chain([client]);
    let starts = (1..centres as u32 + 2).map(|to| (0, ProcessId(to), Order::Start));
    let faults =
        orders.iter().map(|(at, who, what)| (*at, ProcessId(*who as u32 + 1), what.clone()));
    let facts = one_region::run(players, delay, starts.chain(faults), (20, Told::default()));
    assert_eq!(facts.0, told);
}

const LINE: (usize, &[(usize, usize)]) = (3, &[(0, 1), (1, 2)]);
/// From 0 to 2 there are two ways, and that through 1 comes first.
const RING: (usize, &[(usize, usize)]) = (4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);

#[test]
fn an_operation_goes_from_centre_to_centre_and_gathers_stamps() {
    let told = ["#0 0→1@60", "#0 1→2@120", "#0 in after 2 scans@230"];
    for policy in ["relay", "coordinated"] {
        check(LINE, (policy, &Value::Null), &[0], &[], &told);
    }
}

#[test]
fn after_too_many_hops_it_goes_back_to_its_sender() {
    let told = ["#0 0→1@60", "#0 back@170"];
    check(LINE, ("relay", &json!({ "most_hops": 1 })), &[0], &[], &told);
}

#[test]
fn where_no_way_is_known_it_goes_back_to_its_sender() {
    // After six silent rounds centre 0 takes centre 1 for gone.
    let orders = [(500, 1, Order::Stall)];
    let told = ["#0 0→1@1060", "#1 back@9110"];
    check(LINE, ("relay", &Value::Null), &[1_000, 9_000], &orders, &told);
}

#[test]
fn what_a_closed_centre_has_not_taken_goes_another_way() {
    let orders = [(500, 1, Order::Stall), (9_000, 1, Order::Resume)];
    // The original goes on once the centre is open again.
    let told = [
        "#0 0→1@1060",
        "#0 0→3 anew@2050",
        "#0 3→2 anew@2110",
        "#0 in after 2 scans@2220",
        "#0 1→2@9010",
        "#0 in after 2 scans@9120",
    ];
    check(RING, ("coordinated", &Value::Null), &[1_000], &orders, &told);
}

#[test]
fn a_centre_that_comes_back_asks_for_tables_and_has_forgotten_what_it_held() {
    let orders = [(1_105, 1, Order::Crash { state_lost: false }), (1_200, 1, Order::Restart)];
    let told = ["#0 0→1@1060", "#1 0→1@2060", "#1 1→2@2120", "#1 in after 2 scans@2230"];
    check(LINE, ("relay", &json!({ "gossip": "10s" })), &[1_000, 2_000], &orders, &told);
}
