//! One link from process 0 to process 1, 50 ms long. Times are in milliseconds.

mod against_dumb;
mod chances;
mod situations;

use std::collections::BTreeMap;

use super::super::{
    FaultRule, Fortune, LinkEffect, Payload, ProcessSet, Reordering, Topology, Transport, Window,
};
use super::*;
use crate::kernel::{EventKey, ProcessId};

const FROM: ProcessId = ProcessId(0);
const TO: ProcessId = ProcessId(1);

/// A message by its number, 1,000 bytes long.
impl Payload for u32 {
    fn wire_len(&self) -> u32 {
        1_000
    }
}

/// A link with its rules, fed message by message.
struct Line {
    topology: Topology,
    rules: Vec<Concern>,
    link: LinkState<u32>,
    draws: Draws,
    out: Out<u32>,
    releases: BTreeMap<VirtualTime, u32>,
    /// Arrivals of each message, in order of sending; facts as they come.
    arrivals: BTreeMap<u32, Vec<VirtualTime>>,
    facts: Vec<(FateKind, Span)>,
}

impl Line {
    fn new(transport: Transport, jitter: f64, rules: Vec<FaultRule>, seed: u64) -> Self {
        let base = Span::from_millis(50);
        let concern = |place| Concern { place, seen: 0 };
        let concerns = (0..rules.len() as u16).map(concern).collect();
        let topology = Topology {
            region_of: vec![0, 0],
            one_way: vec![vec![base]],
            jitter,
            bandwidth: None,
            transport,
            rules,
        };
        Self {
            topology,
            rules: concerns,
            link: LinkState::default(),
            draws: Draws::new(seed),
            out: Outbox::new(),
            releases: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            facts: Vec::new(),
        }
    }

    /// Sends a strategy's message, after what must be released before.
    fn send(&mut self, now: VirtualTime, number: u32) {
        self.send_as(now, number, Fortune::Protocol);
    }

    fn send_as(&mut self, now: VirtualTime, number: u32, fortune: Fortune) {
        self.release_until(now);
        self.open(now);
        self.arrivals.entry(number).or_default();
        let may_jump = self.topology.rules.iter().any(FaultRule::may_jump);
        let (topology, rules, draws) = (&self.topology, &mut self.rules[..], &mut self.draws);
        let road = Road { topology, rules, may_jump, draws };
        let parcel = Parcel { to: TO, packet: number, len: number.wire_len(), fortune };
        carry(parcel, road, &mut self.link, &mut self.out);
        self.collect(now);
    }

    fn release_until(&mut self, now: VirtualTime) {
        while let Some(entry) = self.releases.first_entry().filter(|entry| *entry.key() <= now) {
            let (at, _) = entry.remove_entry();
            self.open(at);
            release_overdue(TO, Span::from_millis(50), &mut self.link, &mut self.out);
            self.collect(at);
        }
    }

    fn open(&mut self, now: VirtualTime) {
        self.out.open(EventKey { time: now, source: FROM, sequence: 0 }, FROM, 0);
    }

    fn collect(&mut self, now: VirtualTime) {
        let floor = self.topology.floor(FROM, TO);
        for event in self.out.drain_events() {
            match event.message {
                Signal::Packet(number) => {
                    assert!(event.key.time >= now + floor, "a link keeps its floor");
                    self.arrivals.entry(number).or_default().push(event.key.time);
                }
                Signal::Release { .. } => drop(self.releases.insert(event.key.time, 0)),
                Signal::Timer { .. } | Signal::Control(_) => panic!("a link knows no such signal"),
            }
        }
        let facts = self.out.facts().drain(..);
        self.facts.extend(facts.map(|recorded| match recorded.fact {
            Fact::Fate { kind, by, .. } => (kind, by),
            other => panic!("a link tells no {other:?}"),
        }));
    }

    fn finish(mut self) -> Self {
        self.release_until(VirtualTime::MAX);
        self.arrivals.values_mut().for_each(|times| times.sort_unstable());
        self
    }

    fn count(&self, kind: FateKind) -> usize {
        self.facts.iter().filter(|(other, _)| *other == kind).count()
    }
}

fn at(millis: u64) -> VirtualTime {
    VirtualTime::ZERO + Span::from_millis(millis)
}

/// A rule on the line with these windows.
fn rule(number: u8, windows: Vec<Window>) -> FaultRule {
    let (from, to) = (ProcessSet::new([FROM]), ProcessSet::new([TO]));
    FaultRule { fault: number.into(), number, windows, from, to, both: false }
}

fn window(from: u64, until: u64, effect: LinkEffect) -> Window {
    let until = if until == u64::MAX { VirtualTime::MAX } else { at(until) };
    Window { from: at(from), until, effect }
}

fn always(number: u8, effect: LinkEffect) -> FaultRule {
    rule(number, vec![window(0, u64::MAX, effect)])
}

fn delay(add: u64, jitter: u64) -> LinkEffect {
    let (add, jitter) = (Span::from_millis(add), Span::from_millis(jitter));
    LinkEffect::Delay { add, jitter, spread: Span::ZERO, correlation: 0.0 }
}

fn loss(share: f64) -> LinkEffect {
    LinkEffect::Loss { share, burst: Span::ZERO }
}
