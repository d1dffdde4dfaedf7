//! Queues with Poisson arrivals against closed forms (metrics, section 4), and small situations.

use std::sync::Arc;

use super::*;
use crate::kernel::{
    Limits, Luck, Model, ProcessId, Purpose, Recorded, Sink, VirtualTime, exponential, sequential,
};
use crate::network::sampled::{SEEDS, check_mean};
use crate::network::{Control, Host, Order, Resident, Signal, Topology, Transport};
use crate::trace::{Fact, HostChange};

/// Mean service; short, so that whole nanoseconds do not show.
const SERVICE: Span = Span::from_millis(10);

/// Customers that come before the first one counted.
const WARM_UP: u32 = 500;

#[derive(Clone)]
struct Nothing;

impl Payload for Nothing {
    fn wire_len(&self) -> u32 {
        0
    }
}

/// Service is exponential, or takes the mean every time.
#[derive(Clone, Copy, PartialEq)]
enum Service {
    Exponential,
    Even,
}

/// A queue that feeds itself; it notes how long each customer waited, in nanoseconds.
struct Counter {
    pool: Pool,
    service: Service,
    gap: Span,
    customers: u32,
    came: u32,
    /// Arrival and service of those not done.
    inside: Vec<Option<(VirtualTime, Span)>>,
}

/// In the place of a wait: there was no room.
const OVERFLOWED: i64 = -1;

const ARRIVAL: TimerSlot = TimerSlot(u32::MAX);

impl Resident for Counter {
    type Packet = Nothing;

    fn start(&mut self, desk: &mut Desk<'_, Nothing>) {
        desk.timer(self.gap, ARRIVAL);
    }

    fn packet(&mut self, _: ProcessId, _: Nothing, _: &mut Desk<'_, Nothing>) {}

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Nothing>) {
        if slot != ARRIVAL {
            self.pool.end(desk);
            let (came, service) = self.inside[slot.0 as usize].take().expect("it is inside");
            let waited = desk.now().since(came).saturating_sub(service).as_nanos();
            return desk.fact(Fact::Note { note: 0, value: waited as i64 });
        }
        let number = self.came;
        let mut word = |index| {
            desk.draws().word(Luck { purpose: Purpose::Bench, entity: index, index: number.into() })
        };
        let gap = exponential(self.gap, word(0));
        let service = match self.service {
            Service::Exponential => exponential(SERVICE, word(1)),
            Service::Even => SERVICE,
        };
        self.inside.push(Some((desk.now(), service)));
        self.pool.begin(service, TimerSlot(number), desk);
        self.came += 1;
        if self.came < self.customers {
            desk.timer(gap, ARRIVAL);
        }
    }
}

#[derive(Default)]
struct Waits(Vec<i64>);

impl Sink<Fact> for Waits {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        self.0.extend(facts.iter().filter_map(|recorded| match recorded.fact {
            Fact::Note { value, .. } => Some(value),
            Fact::Host { change: HostChange::Overflowed, .. } => Some(OVERFLOWED),
            _ => None,
        }));
    }
}

/// What a resident without neighbours notes.
fn run_alone(resident: impl Resident<Packet = Nothing>, seed: u64) -> Vec<i64> {
    run_with(resident, seed, &[])
}

/// The same, where its host obeys `orders` at those milliseconds.
fn run_with(
    resident: impl Resident<Packet = Nothing>,
    seed: u64,
    orders: &[(u64, Order)],
) -> Vec<i64> {
    let topology = Topology {
        region_of: vec![0],
        one_way: vec![vec![Span::TICK]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: vec![],
    };
    let host = Host::new(seed, Arc::new(topology), resident);
    let order = |nanos, order: &Order| {
        let control = Control { rule: Control::OF_THE_RUN, order: order.clone() };
        (VirtualTime::from_nanos(nanos), ProcessId(0), Signal::Control(Arc::new(control)))
    };
    let later = orders.iter().map(|(millis, what)| order(millis * 1_000_000, what));
    let script = std::iter::once(order(1, &Order::Start)).chain(later).collect();
    let limits = Limits { until: VirtualTime::MAX, max_events: u64::MAX };
    let mut waits = Waits::default();
    sequential::run(Model { processes: vec![host], script }, limits, &mut waits);
    waits.0
}

/// The mean wait of one run in units of the mean service.
fn mean_wait(seed: u64, workers: u32, load: f64, service: Service, customers: u32) -> f64 {
    let counter = Counter {
        pool: Pool::new(workers),
        service,
        gap: SERVICE.scaled(1.0 / (load * f64::from(workers))),
        customers,
        came: 0,
        inside: Vec::new(),
    };
    let waits = run_alone(counter, seed);
    let counted = &waits[WARM_UP as usize..];
    counted.iter().sum::<i64>() as f64 / counted.len() as f64 / SERVICE.as_nanos() as f64
}

fn waits(workers: u32, load: f64, service: Service, customers: u32) -> Vec<f64> {
    SEEDS.map(|seed| mean_wait(seed, workers, load, service, customers)).collect()
}

/// The probability that a customer of M/M/c waits: Erlang's formulae B and C.
fn erlang_c(workers: u32, load: f64) -> f64 {
    let offered = load * f64::from(workers);
    let blocked = (1..=workers).fold(1.0, |b, c| offered * b / (f64::from(c) + offered * b));
    blocked / (1.0 - load * (1.0 - blocked))
}

#[test]
fn erlang_c_is_as_printed() {
    let check = |workers, load, printed: f64| {
        assert!((erlang_c(workers, load) - printed).abs() < 5e-5, "{workers} {load}");
    };
    check(2, 0.5, 0.3333);
    check(2, 0.8, 0.7111);
    check(5, 0.8, 0.5541);
    check(10, 0.9, 0.6687);
}

#[test]
fn one_worker_with_exponential_service_is_m_m_1() {
    for load in [0.5, 0.8] {
        let wait = load / (1.0 - load);
        check_mean("M/M/1", &waits(1, load, Service::Exponential, 20_000), wait, wait / 2.0);
    }
}

#[test]
fn one_worker_with_even_service_is_m_d_1() {
    for load in [0.5, 0.8] {
        let wait = load / (2.0 * (1.0 - load));
        check_mean("M/D/1", &waits(1, load, Service::Even, 20_000), wait, wait * 2.0);
    }
}

#[test]
fn many_workers_before_one_queue_are_m_m_c() {
    for (workers, load) in [(2, 0.8), (5, 0.8), (5, 0.5)] {
        let wait = erlang_c(workers, load) / (f64::from(workers) * (1.0 - load));
        let values = waits(workers, load, Service::Exponential, 20_000);
        // Not as many queues of their own, nor one worker that is as much faster.
        check_mean("M/M/c", &values, wait, load / (1.0 - load));
        let faster = load / (1.0 - load) / f64::from(workers);
        check_mean("M/M/c", &values, wait, faster);
    }
}

#[test]
fn many_workers_with_even_service_wait_about_half_as_long() {
    // No simple closed form; Cosmetatos' approximation is within 1 % at this load.
    let (workers, load) = (4_u32, 0.8_f64);
    let c = f64::from(workers);
    let exponential = erlang_c(workers, load) / (c * (1.0 - load));
    let root = (4.0 + 5.0 * c).sqrt() - 2.0;
    let wait = exponential / 2.0 * (1.0 + (1.0 - load) * (c - 1.0) * root / (16.0 * load * c));
    let values = waits(workers, load, Service::Even, 20_000);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((mean / wait - 1.0).abs() < 0.03, "{mean} and {wait}");
    assert!((mean / exponential - 1.0).abs() > 0.3, "{mean} is not {exponential}");
}

#[test]
fn a_pool_that_is_full_says_so_once() {
    struct Glutton(Pool);
    impl Resident for Glutton {
        type Packet = Nothing;
        fn start(&mut self, desk: &mut Desk<'_, Nothing>) {
            while self.0.has_room(desk) {
                self.0.begin(SERVICE, TimerSlot(0), desk);
            }
            let has_room = self.0.has_room(desk);
            desk.fact(Fact::Note { note: 0, value: self.0.waiting.len() as i64 });
            assert!(!has_room, "it stays full");
        }
        fn packet(&mut self, _: ProcessId, _: Nothing, _: &mut Desk<'_, Nothing>) {}
        fn timer(&mut self, _: TimerSlot, _: &mut Desk<'_, Nothing>) {}
    }
    assert_eq!(run_alone(Glutton(Pool::new(4)), 1), [OVERFLOWED, MOST_JOBS as i64]);
}

/// Takes six jobs in at once, and notes the millisecond at which each is done.
struct Batch(Pool);

impl Resident for Batch {
    type Packet = Nothing;
    fn start(&mut self, desk: &mut Desk<'_, Nothing>) {
        (0..6).for_each(|number| self.0.begin(SERVICE, TimerSlot(number), desk));
    }
    fn packet(&mut self, _: ProcessId, _: Nothing, _: &mut Desk<'_, Nothing>) {}
    fn timer(&mut self, _: TimerSlot, desk: &mut Desk<'_, Nothing>) {
        self.0.end(desk);
        let value = desk.now().as_nanos() as i64 / 1_000_000;
        desk.fact(Fact::Note { note: 0, value });
    }
}

#[test]
fn what_waits_is_done_at_the_pace_of_its_turn() {
    let check = |workers, orders: &[(u64, Order)], done: [i64; 6]| {
        assert_eq!(run_with(Batch(Pool::new(workers)), 1, orders), done, "{workers} {orders:?}");
    };
    check(1, &[], [10, 20, 30, 40, 50, 60]);
    check(2, &[], [10, 10, 20, 20, 30, 30]);
    // Slower while the second is worked on, and well again during the fourth.
    check(1, &[(15, Order::Slow(3_000)), (55, Order::Slow(1_000))], [10, 20, 50, 80, 90, 100]);
    check(2, &[(5, Order::Slow(2_000))], [10, 10, 30, 30, 50, 50]);
    // A host that hangs begins nothing.
    check(1, &[(15, Order::Stall), (100, Order::Resume)], [10, 100, 110, 120, 130, 140]);
}
