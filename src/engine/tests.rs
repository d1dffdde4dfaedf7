//! The sharded engine against the sequential one, and planted violations.

use super::{EngineFailure, ShardPlan, run};
use crate::kernel::{
    Draws, Ended, EventKey, Incoming, Limits, Luck, Model, Outbox, Process, ProcessId, Purpose,
    Recorded, RunReport, Sink, Span, VirtualTime, sequential,
};

const PROCESSES: u32 = 12;
const LOOKAHEAD: Span = Span::from_micros(50);

/// A node of a random graph: every message causes others, some at the same instant as others,
/// some to itself within a few nanoseconds, and facts.
struct Node {
    draws: Draws,
    drawn: u64,
    heard: u64,
    shard_of: Vec<u16>,
    fault: Option<Fault>,
}

/// What a node does wrong at its n-th event.
#[derive(Clone, Copy)]
struct Fault {
    process: u32,
    event: u64,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Panic,
    Undercut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    at: VirtualTime,
    from: ProcessId,
    message: u64,
}

impl Node {
    fn draw(&mut self, process: ProcessId, below: u64) -> u64 {
        self.drawn += 1;
        let (entity, index) = (u64::from(process.0), self.drawn);
        self.draws.word(Luck { purpose: Purpose::Bench, entity, index }) % below
    }

    /// Everything across shards takes at least the lookahead, whatever the plan.
    fn forward(&mut self, hops: u64, out: &mut Outbox<u64, Heard>) {
        let to = ProcessId(self.draw(out.process(), u64::from(PROCESSES)) as u32);
        let delay = match self.draw(out.process(), 4) {
            0 => LOOKAHEAD,
            1 => LOOKAHEAD * 2,
            _ => LOOKAHEAD + Span::from_nanos(self.draw(out.process(), 200_000)),
        };
        out.send(to, out.now() + delay, hops);
    }

    fn commit(&self, fault: Fault, out: &mut Outbox<u64, Heard>) {
        match fault.kind {
            Kind::Panic => panic!("planted at event {}", fault.event),
            Kind::Undercut => {
                let own = self.shard_of[out.process().index()];
                let other = self.shard_of.iter().position(|&shard| shard != own);
                if let Some(other) = other {
                    let soon = out.now() + LOOKAHEAD.saturating_sub(Span::TICK);
                    out.send(ProcessId(other as u32), soon, 0);
                }
            }
        }
    }
}

impl Process for Node {
    type Message = u64;
    type Fact = Heard;

    fn handle(&mut self, now: VirtualTime, incoming: Incoming<u64>, out: &mut Outbox<u64, Heard>) {
        self.heard += 1;
        let Incoming { source, message } = incoming;
        for _ in 0..self.draw(out.process(), 3) {
            out.fact(Heard { at: now, from: source, message: message ^ self.heard << 32 });
        }
        let own = Some(out.process().0);
        if let Some(fault) = self.fault.filter(|f| Some(f.process) == own && f.event == self.heard)
        {
            self.commit(fault, out);
        }
        match message {
            0 => {}
            1 => out.timer(Span::from_nanos(self.heard % 3), 0),
            hops => {
                self.forward(hops - 1, out);
                if self.draw(out.process(), 8) == 0 {
                    self.forward(hops / 2, out);
                    out.timer(Span::from_nanos(10), 1);
                }
            }
        }
    }
}

#[derive(Default)]
struct Collected(Vec<Recorded<Heard>>);

impl Sink<Heard> for Collected {
    fn accept(&mut self, facts: &[Recorded<Heard>]) {
        self.0.extend_from_slice(facts);
    }
}

type Stream = Vec<(EventKey, u32, ProcessId, Heard)>;

impl Collected {
    fn stream(&self) -> Stream {
        self.0.iter().map(|fact| (fact.key, fact.index, fact.process, fact.fact)).collect()
    }
}

fn plan(shards: u16) -> ShardPlan {
    let shard_of = (0..PROCESSES as u16).map(|process| process * 7 % shards).collect();
    ShardPlan { shard_of, shards, lookahead: LOOKAHEAD }
}

fn model(plan: &ShardPlan, fault: Option<Fault>) -> Model<Node> {
    let shard_of = &plan.shard_of;
    let node =
        |_| Node { draws: Draws::new(5), drawn: 0, heard: 0, shard_of: shard_of.clone(), fault };
    let start = |n: u32| {
        let at = VirtualTime::from_nanos(u64::from(n % 5) * 1_000);
        (at, ProcessId(n % PROCESSES), 60)
    };
    Model { processes: (0..PROCESSES).map(node).collect(), script: (0..40).map(start).collect() }
}

fn sequentially(limits: Limits) -> (RunReport, Stream) {
    let mut sink = Collected::default();
    let report = sequential::run(model(&plan(1), None), limits, &mut sink);
    (report, sink.stream())
}

fn sharded(
    shards: u16,
    limits: Limits,
    fault: Option<Fault>,
) -> (Result<RunReport, EngineFailure>, Stream) {
    let (plan, mut sink) = (plan(shards), Collected::default());
    let report = run(model(&plan, fault), &plan, limits, &mut sink);
    (report, sink.stream())
}

fn check(until: VirtualTime, max_events: u64) -> RunReport {
    let limits = Limits { until, max_events };
    let (expected, stream) = sequentially(limits);
    for shards in [1, 2, 3, 8] {
        let (report, facts) = sharded(shards, limits, None);
        assert_eq!(report, Ok(expected), "{shards} shards, {limits:?}");
        assert!(facts == stream, "facts differ with {shards} shards, {limits:?}");
    }
    expected
}

#[test]
fn any_number_of_shards_gives_the_facts_and_the_report_of_one_loop() {
    let report = check(VirtualTime::MAX, u64::MAX);
    assert_eq!(report.ended, Ended::Finished);
    assert!(report.events > 10_000, "{report:?}");
}

#[test]
fn a_run_stops_at_the_same_key_when_its_time_is_over() {
    for nanos in [0, 1, 50_000, 50_001, 123_456, 1_000_000, 4_000_010] {
        let report = check(VirtualTime::from_nanos(nanos), u64::MAX);
        assert_eq!(report.ended, Ended::Finished);
    }
}

#[test]
fn a_run_stops_at_the_same_key_when_its_events_are_used_up() {
    for max_events in [0, 1, 2, 39, 40, 41, 777, 5_000, 12_001] {
        let report = check(VirtualTime::MAX, max_events);
        assert_eq!(report.events, max_events);
        assert!(matches!(report.ended, Ended::OutOfEvents(_)), "{report:?}");
    }
}

#[test]
fn a_budget_of_exactly_the_events_there_are_finishes() {
    let all = check(VirtualTime::from_nanos(2_000_000), u64::MAX).events;
    let report = check(VirtualTime::from_nanos(2_000_000), all);
    assert_eq!(report, RunReport { events: all, ended: Ended::Finished });
    check(VirtualTime::from_nanos(2_000_000), all - 1);
}

#[test]
fn a_model_without_events_finishes_at_once() {
    for shards in [1, 2] {
        let plan = plan(shards);
        let mut model = model(&plan, None);
        model.script.clear();
        let limits = Limits { until: VirtualTime::MAX, max_events: 9 };
        let report = run(model, &plan, limits, &mut Collected::default());
        assert_eq!(report, Ok(RunReport { events: 0, ended: Ended::Finished }));
    }
}

fn failure(shards: u16, kind: Kind, max_events: u64) -> (EngineFailure, Stream) {
    let fault = Some(Fault { process: 7, event: 100, kind });
    let limits = Limits { until: VirtualTime::MAX, max_events };
    let (report, facts) = sharded(shards, limits, fault);
    (report.expect_err("the planted violation was not noticed"), facts)
}

#[test]
fn a_panic_names_the_process_and_the_event_whatever_the_shards() {
    let (expected, facts) = failure(1, Kind::Panic, u64::MAX);
    let EngineFailure::Process { process, key, reason } = &expected else {
        panic!("not a process: {expected}");
    };
    assert_eq!((*process, reason.as_str()), (ProcessId(7), "planted at event 100"));
    assert!(facts.iter().all(|(at, ..)| at < key));
    let text = expected.to_string();
    assert!(text.starts_with("process p7 failed while handling event 0m00.0"), "{text}");
    for shards in [2, 3, 8] {
        assert_eq!(failure(shards, Kind::Panic, u64::MAX), (expected.clone(), facts.clone()));
    }
}

#[test]
fn a_panic_beyond_the_last_event_of_the_budget_never_happened() {
    let fault = Some(Fault { process: 7, event: 100, kind: Kind::Panic });
    let handled = |max_events| {
        let limits = Limits { until: VirtualTime::MAX, max_events };
        [1, 2, 8].map(|shards| sharded(shards, limits, fault))
    };
    let (mut good, mut bad) = (0, 10_000);
    while bad - good > 1 {
        let middle = (good + bad) / 2;
        let runs = handled(middle);
        assert!(runs.iter().all(|run| *run == runs[0]), "engines disagree at {middle}");
        if runs[0].0.is_ok() { good = middle } else { bad = middle }
    }
    assert!(good > 100, "{good}");
}

#[test]
fn a_message_that_undercuts_the_lookahead_fails_the_run() {
    let (failed, _) = failure(2, Kind::Undercut, u64::MAX);
    let EngineFailure::Process { process, reason, .. } = failed else { panic!("{failed}") };
    assert_eq!(process, ProcessId(7));
    assert_eq!(
        reason,
        "p7 sent to p0 over 49us999ns, which undercuts the lookahead of 50us between shards"
    );
}

#[test]
fn several_threads_run_models_at_once() {
    let limits = Limits { until: VirtualTime::from_nanos(1_000_000), max_events: u64::MAX };
    let expected = sequentially(limits);
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|n| scope.spawn(move || sharded(1 + n, limits, None))).collect();
        for run in runs {
            let (report, facts) = run.join().expect("a run does not panic");
            assert_eq!((report, facts), (Ok(expected.0), expected.1.clone()));
        }
    });
}
