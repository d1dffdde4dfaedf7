//! Hosts on the sequential engine. Host 0 sends a ping every 100 ms; host 1 works 10 ms on each,
//! and notes each ping's number, its own clock in milliseconds when it was done. Links take 50 ms.

use super::*;
use crate::kernel::{Limits, Model, Recorded, Sink, sequential};
use crate::network::{FaultRule, LinkEffect, ProcessSet, Reordering, Transport, Window};
use crate::trace::FateKind;

const WORK: Span = Span::from_millis(10);

#[derive(Clone, Debug)]
struct Ping(u32);

impl Payload for Ping {
    fn wire_len(&self) -> u32 {
        100
    }
}

enum Player {
    /// Sends so many pings and counts them.
    Sender { sent: u32, of: u32 },
    /// Pings in work, and what it keeps on disk: how many it has noted.
    Worker { kept: i64 },
}

fn note(note: u16, value: i64, desk: &mut Desk<'_, Ping>) {
    desk.fact(Fact::Note { note, value });
}

/// Notes of workers beside the numbers of pings.
const RESTARTED: u16 = 1_000;

impl Resident for Player {
    type Packet = Ping;

    fn start(&mut self, desk: &mut Desk<'_, Ping>) {
        if let Self::Sender { .. } = self {
            desk.timer(Span::from_millis(100), TimerSlot(0));
        }
    }

    fn packet(&mut self, _: ProcessId, Ping(number): Ping, desk: &mut Desk<'_, Ping>) {
        desk.work(WORK, TimerSlot(number));
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Ping>) {
        match self {
            Self::Sender { sent, of } => {
                desk.send(ProcessId(1), Ping(*sent), Fortune::Protocol);
                *sent += 1;
                if sent < of {
                    desk.timer(Span::from_millis(100), TimerSlot(0));
                }
            }
            Self::Worker { kept } => {
                *kept += 1;
                note(slot.0 as u16, desk.local_now().0 / 1_000_000, desk);
            }
        }
    }

    fn crash(&mut self, state_lost: bool) {
        if let (Self::Worker { kept }, true) = (self, state_lost) {
            *kept = 0;
        }
    }

    fn restart(&mut self, desk: &mut Desk<'_, Ping>) {
        if let Self::Worker { kept } = self {
            note(RESTARTED, *kept, desk);
        }
    }
}

#[derive(Default)]
struct Facts(Vec<Recorded<Fact>>);

impl Sink<Fact> for Facts {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        self.0.extend(facts);
    }
}

impl Facts {
    /// Notes as `number@clock`, changes of hosts by name.
    fn told(&self) -> String {
        let spell = |recorded: &Recorded<Fact>| match recorded.fact {
            Fact::Note { note: RESTARTED, value } => Some(format!("kept={value}")),
            Fact::Note { note, value } => Some(format!("{note}@{value}")),
            Fact::Host { change, .. } => Some(format!("{change:?}")),
            _ => None,
        };
        self.0.iter().filter_map(spell).collect::<Vec<_>>().join(" ")
    }
}

fn order(millis: u64, to: u32, order: Order) -> (VirtualTime, ProcessId, Signal<Ping>) {
    ordered(millis, to, 0, order)
}

fn ordered(
    millis: u64,
    to: u32,
    rule: u16,
    order: Order,
) -> (VirtualTime, ProcessId, Signal<Ping>) {
    let at = VirtualTime::from_nanos(millis * 1_000_000 + 1);
    (at, ProcessId(to), Signal::Control(Arc::new(Control { rule, order })))
}

fn run(pings: u32, rules: Vec<FaultRule>, orders: &[(u64, u32, Order)]) -> Facts {
    let orders = orders.iter().map(|(at, to, what)| order(*at, *to, what.clone()));
    run_script(pings, rules, orders.collect())
}

fn run_script(
    pings: u32,
    rules: Vec<FaultRule>,
    orders: Vec<(VirtualTime, ProcessId, Signal<Ping>)>,
) -> Facts {
    let topology = Arc::new(Topology {
        region_of: vec![0, 0],
        one_way: vec![vec![Span::from_millis(50)]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Datagram,
        rules,
    });
    let host = |player| Host::new(1, Arc::clone(&topology), player);
    let processes =
        vec![host(Player::Sender { sent: 0, of: pings }), host(Player::Worker { kept: 0 })];
    let mut script = vec![order(0, 0, Order::Start)];
    script.extend(orders);
    script.extend([order(60_000, 0, Order::Close), order(60_000, 1, Order::Close)]);
    let until = VirtualTime::ZERO + Span::from_secs(61);
    let mut facts = Facts::default();
    sequential::run(Model { processes, script }, Limits { until, max_events: 10_000 }, &mut facts);
    facts
}

/// Five pings to the worker, which obeys these orders, and what it tells.
fn check(orders: &[(u64, Order)], told: &str) {
    let orders: Vec<_> = orders.iter().map(|(at, order)| (*at, 1, order.clone())).collect();
    assert_eq!(run(5, vec![], &orders).told(), told, "{orders:?}");
}

const CRASH: Order = Order::Crash { state_lost: false };
const LOSE: Order = Order::Crash { state_lost: true };

#[test]
fn a_healthy_host_does_its_work() {
    check(&[], "0@160 1@260 2@360 3@460 4@560");
}

#[test]
fn a_crash_loses_what_is_volatile_and_a_restart_has_what_was_kept() {
    // Ping 1 is in work, ping 2 comes while it is down, its timer after the restart is void.
    let told = "0@160 Crashed Restarted kept=1 3@460 4@560";
    check(&[(255, CRASH), (390, Order::Restart)], told);
    check(&[(255, CRASH), (257, Order::Restart)], &told.replace("3@", "2@360 3@"));
    let told = "0@160 Crashed RestartedEmpty kept=0 3@460 4@560";
    check(&[(255, LOSE), (390, Order::Restart)], told);
    check(&[(255, CRASH)], "0@160 Crashed");
}

#[test]
fn orders_that_are_obeyed_already_change_nothing() {
    check(
        &[(255, CRASH), (256, LOSE), (390, Order::Restart), (391, Order::Restart)],
        "0@160 Crashed Restarted kept=1 3@460 4@560",
    );
    let twice = [(200, Order::Stall), (210, Order::Stall), (300, Order::Resume)];
    check(
        &[twice.as_slice(), &[(310, Order::Resume), (320, Order::Slow(1_000))]].concat(),
        "0@160 Stalled Resumed 1@310 2@360 3@460 4@560",
    );
    let starts = [(10, 0, Order::Start), (20, 0, Order::Start)];
    assert_eq!(run(2, vec![], &starts).told(), "0@160 1@260", "it starts once");
}

#[test]
fn a_stalled_host_holds_what_comes_and_then_takes_it_in_order() {
    // Ping 1 is in work when the stall begins; its end is held as well.
    check(
        &[(255, Order::Stall), (480, Order::Resume)],
        "0@160 Stalled Resumed 1@480 2@490 3@490 4@560",
    );
}

#[test]
fn a_crash_ends_a_stall() {
    check(
        &[(255, Order::Stall), (370, CRASH), (380, Order::Restart), (480, Order::Resume)],
        "0@160 Stalled Crashed Restarted kept=1 3@460 4@560",
    );
}

/// Five pings to the worker under orders of several rules, and what it tells.
fn check_rules(orders: &[(u64, u16, Order)], told: &str) {
    let script = orders.iter().map(|(at, rule, order)| ordered(*at, 1, *rule, order.clone()));
    assert_eq!(run_script(5, vec![], script.collect()).told(), told, "{orders:?}");
}

#[test]
fn a_host_is_down_until_the_last_crash_ends() {
    let told = "0@160 Crashed Restarted kept=1 4@560";
    let first = (255, 1, CRASH);
    check_rules(
        &[first.clone(), (300, 2, CRASH), (350, 1, Order::Restart), (480, 2, Order::Restart)],
        told,
    );
    check_rules(
        &[first.clone(), (300, 2, CRASH), (350, 2, Order::Restart), (480, 1, Order::Restart)],
        told,
    );
    check_rules(
        &[first.clone(), (300, 2, LOSE), (350, 2, Order::Restart), (480, 1, Order::Restart)],
        "0@160 Crashed Crashed RestartedEmpty kept=0 4@560",
    );
    check_rules(&[first.clone(), (300, 2, Order::Restart)], "0@160 Crashed");
}

#[test]
fn a_host_hangs_until_the_last_stall_ends_and_a_crash_ends_them_all() {
    let stalls = [(255, 1, Order::Stall), (300, 2, Order::Stall)];
    let ends = |first, second| [(360, first, Order::Resume), (480, second, Order::Resume)];
    let told = "0@160 Stalled Resumed 1@480 2@490 3@490 4@560";
    check_rules(&[stalls.clone(), ends(1, 2)].concat(), told);
    check_rules(&[stalls.clone(), ends(2, 1)].concat(), told);
    let crash = [(310, 3, CRASH), (320, 3, Order::Restart)];
    check_rules(
        &[stalls, crash, ends(1, 2)].concat(),
        "0@160 Stalled Crashed Restarted kept=1 2@360 3@460 4@560",
    );
}

#[test]
fn a_stall_that_begins_while_its_host_is_down_holds_once_it_is_back() {
    let (down, stall) = ((255, 3, CRASH), (300, 1, Order::Stall));
    let (back, over) = ((320, 3, Order::Restart), (480, 1, Order::Resume));
    let told = "0@160 Crashed Restarted kept=1 Stalled Resumed 2@490 3@490 4@560";
    check_rules(&[down.clone(), stall.clone(), back.clone(), over.clone()], told);
    let again = [(305, 4, CRASH), (315, 4, Order::Restart)];
    check_rules(
        &[vec![down.clone(), stall.clone()], again.to_vec(), vec![back.clone(), over]].concat(),
        told,
    );
    let soon_over = (310, 1, Order::Resume);
    check_rules(
        &[down, stall, soon_over, back],
        "0@160 Crashed Restarted kept=1 2@360 3@460 4@560",
    );
}

#[test]
fn factors_of_slow_hosts_multiply() {
    check_rules(
        &[
            (200, 1, Order::Slow(3_000)),
            (300, 2, Order::Slow(2_000)),
            (400, 1, Order::Slow(1_000)),
            (500, 2, Order::Slow(1_000)),
        ],
        "0@160 Slowed 1@280 Slowed Slowed 2@410 3@470 Slowed 4@560",
    );
}

#[test]
fn a_slow_host_takes_longer_for_all_work() {
    check(
        &[(200, Order::Slow(3_000)), (400, Order::Slow(1_000))],
        "0@160 Slowed 1@280 2@380 Slowed 3@460 4@560",
    );
}

#[test]
fn a_clock_is_wrong_as_ordered_and_hours_pass_all_the_same() {
    check(
        &[(200, Order::Skew(30_000_000_000)), (400, Order::Skew(0))],
        "0@160 ClockChanged 1@30260 2@30360 ClockChanged 3@460 4@560",
    );
    // Time sources err, until somebody sets the clock by hand: then they err in vain.
    check(
        &[(200, Order::Steer(30_000_000_000)), (300, Order::SetClock), (400, Order::Steer(0))],
        "0@160 ClockChanged 1@30260 ClockChanged 2@360 3@460 4@560",
    );
    check(
        &[(100, Order::Drift(1_000_000_000)), (200, Order::SetClock)],
        "ClockChanged 0@220 ClockChanged 1@320 2@520 3@720 4@920",
    );
    // The sender's clock runs twice as fast from 350 ms on, so its spans are half as long.
    let fast = run(5, vec![], &[(250, 0, Order::Drift(1_000_000_000))]);
    assert_eq!(fast.told(), "0@160 ClockChanged 1@260 2@360 3@410 4@460");
}

#[test]
fn usage_is_told_once_a_second_and_nothing_is_lost() {
    let facts = run(25, vec![], &[(400, 1, Order::Slow(2_000))]);
    let mut told = std::collections::BTreeMap::new();
    for recorded in &facts.0 {
        if let Fact::Usage { second, messages, bytes, cpu, .. } = recorded.fact {
            let usage = (messages, bytes, cpu.as_nanos() / 1_000_000);
            let before = told.insert((recorded.process.0, second), usage);
            assert_eq!(before, None, "once a second");
        }
    }
    let told: Vec<_> = told.into_iter().collect();
    // Pings leave just after 100, 200 ... 2,500 ms and arrive 50 ms later.
    let sent = [((0, 0), (9, 900, 0)), ((0, 1), (10, 1_000, 0)), ((0, 2), (6, 600, 0))];
    let worked = [((1, 0), (0, 0, 3 * 10 + 6 * 20)), ((1, 1), (0, 0, 200)), ((1, 2), (0, 0, 120))];
    assert_eq!(told, [sent, worked].concat());
}

#[test]
fn usage_says_how_much_work_is_left() {
    // Pings come at 150, 250 ... 2,550 ms, and work on each begins at once. What is left of the
    // last is told 50 ms into the next second: nothing of 50 ms, and most of a second.
    let left = |pace| {
        let facts = run(25, vec![], &[(0, 1, Order::Slow(pace))]);
        let left = facts.0.iter().filter_map(|recorded| match recorded.fact {
            Fact::Usage { backlog_ms, .. } if recorded.process.0 == 1 => Some(backlog_ms),
            _ => None,
        });
        left.collect::<Vec<_>>()
    };
    assert_eq!(left(5_000), [0, 0, 0]);
    assert_eq!(left(100_000), [900, 900, 500]);
}

#[test]
fn what_met_a_rule_is_told_beside_usage() {
    let effect = LinkEffect::Loss { share: 0.5, burst: Span::ZERO };
    let at = |millis| VirtualTime::ZERO + Span::from_millis(millis);
    let mut rules = hold();
    rules[0].windows = vec![Window { from: at(450), until: at(1_650), effect }];
    rules[0].fault = 3;
    let facts = run(25, rules, &[]);
    let seen = facts.0.iter().filter_map(|recorded| match recorded.fact {
        Fact::Seen { rule, kind, messages } => Some((recorded.process.0, rule, kind, messages)),
        _ => None,
    });
    let lost = |messages| (0, 3, FateKind::Lost, messages);
    // Pings leave just after 100, 200 ... ms: five until the first second is over, then seven.
    assert_eq!(seen.collect::<Vec<_>>(), [lost(5), lost(7)]);
}

fn hold() -> Vec<FaultRule> {
    let effect = LinkEffect::Reorder { share: 1.0, form: Reordering::Hold, gap: 2 };
    vec![FaultRule {
        fault: 0,
        number: 0,
        windows: vec![Window { from: VirtualTime::ZERO, until: VirtualTime::MAX, effect }],
        from: ProcessSet::new([ProcessId(0)]),
        to: ProcessSet::new([ProcessId(1)]),
        both: false,
    }]
}

#[test]
fn what_the_network_holds_back_arrives_whatever_becomes_of_its_sender() {
    let expected = "1@1260 0@1160";
    for orders in [vec![], vec![(250, 0, Order::Stall)], vec![(250, 0, LOSE)]] {
        let told = run(2, hold(), &orders).told();
        let mut notes: Vec<_> = told.split(' ').filter(|word| word.contains('@')).collect();
        notes.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(notes.join(" "), expected, "{orders:?}");
    }
}

#[test]
#[should_panic(expected = "a rule's number is small")]
fn a_rule_with_a_large_number_is_refused() {
    let mut rules = hold();
    rules[0].number = 128;
    run(1, rules, &[]);
}

/// A second in the life of a host that has nobody else.
fn run_alone<R: Resident<Packet = Ping>>(
    resident: R,
    script: Vec<(VirtualTime, ProcessId, Signal<Ping>)>,
) -> Facts {
    let topology = Topology {
        region_of: vec![0],
        one_way: vec![vec![Span::TICK]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: vec![],
    };
    let processes = vec![Host::new(1, Arc::new(topology), resident)];
    let until = VirtualTime::ZERO + Span::from_secs(1);
    let mut facts = Facts::default();
    let limits = Limits { until, max_events: 1 << 21 };
    sequential::run(Model { processes, script }, limits, &mut facts);
    facts
}

#[test]
fn what_a_host_sends_itself_is_not_on_the_network() {
    struct Monologue;
    impl Resident for Monologue {
        type Packet = Ping;
        fn start(&mut self, desk: &mut Desk<'_, Ping>) {
            desk.send(desk.me(), Ping(7), Fortune::Protocol);
        }
        fn packet(&mut self, from: ProcessId, Ping(number): Ping, desk: &mut Desk<'_, Ping>) {
            assert_eq!(from, desk.me());
            note(number as u16, 0, desk);
        }
        fn timer(&mut self, _: TimerSlot, _: &mut Desk<'_, Ping>) {}
    }
    let facts = run_alone(Monologue, vec![order(0, 0, Order::Start), order(1, 0, Order::Close)]);
    assert_eq!(facts.told(), "7@0");
    assert_eq!(facts.0.len(), 1, "no usage");
}

#[test]
fn a_stalled_host_that_holds_too_much_says_so_once() {
    struct Flood;
    impl Resident for Flood {
        type Packet = Ping;
        fn start(&mut self, desk: &mut Desk<'_, Ping>) {
            (0..MOST_HELD as u32 + 2).for_each(|number| {
                desk.send(desk.me(), Ping(number), Fortune::Protocol);
            });
        }
        fn packet(&mut self, _: ProcessId, _: Ping, _: &mut Desk<'_, Ping>) {}
        fn timer(&mut self, _: TimerSlot, _: &mut Desk<'_, Ping>) {}
    }
    let facts = run_alone(Flood, vec![order(0, 0, Order::Stall), order(0, 0, Order::Start)]);
    assert_eq!(facts.told(), "Stalled Overflowed");
}
