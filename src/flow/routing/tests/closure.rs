//! A centre closes and opens again: transcripts of what the others come to think.

use serde_json::{Value, json};

use super::*;

/// A message or a call is due: when, at whom, and from whom if it is a message.
type Due = (VirtualTime, usize, Option<(usize, News)>);

/// Four centres in a ring with links of 10 ms; nobody waits but as said.
struct Ring {
    centres: Vec<Box<dyn Routing>>,
    waits: [Span; 4],
    due: Vec<Due>,
    closed: Option<(usize, VirtualTime, VirtualTime)>,
    told: usize,
    lines: Vec<String>,
}

impl Ring {
    fn new(name: &str, params: &Value) -> Self {
        let overlay = overlay(4, &[(0, 1, 10), (1, 2, 10), (2, 3, 10), (3, 0, 10)]);
        let make = |site: &Site| make(name, params, site).expect("it has centres");
        let mut centres: Vec<_> = sites(&overlay).iter().map(make).collect();
        centres.iter_mut().for_each(|centre| centre.begin(VirtualTime::ZERO, false));
        let due = centres.iter().zip(0..).map(|(centre, me)| (centre.due(), me, None)).collect();
        let waits = [Span::ZERO; 4];
        Self { centres, waits, due, closed: None, told: 0, lines: Vec::new() }
    }

    /// Runs until a second, and says where ways to others changed.
    fn run(&mut self, until: u64) {
        let end = VirtualTime::ZERO + Span::from_secs(until);
        loop {
            self.due.sort_by_key(|(at, me, _)| (*at, *me));
            if self.due.first().is_none_or(|due| due.0 > end) {
                return;
            }
            let (at, me, message) = self.due.remove(0);
            match self.closed {
                // What comes waits at the door.
                Some((who, from, until)) if who == me && from <= at && at < until => {
                    self.due.push((until, me, message));
                }
                _ => self.step(at, me, message),
            }
        }
    }

    fn step(&mut self, at: VirtualTime, me: usize, message: Option<(usize, News)>) {
        let before = self.ways(me);
        let was_call = message.is_none();
        if let Some((from, news)) = message {
            self.centres[me].hear(at, from, &news);
        }
        let mut out = Vec::new();
        self.centres[me].act(at, self.waits[me], &mut out);
        for effect in out {
            match effect {
                Effect::Tell(to, news) => {
                    self.told += 1;
                    self.due.push((at + Span::from_millis(10), to, Some((me, news))));
                }
                Effect::Closed(neighbour) => self.say(at, format!("{me} closes {neighbour}")),
            }
        }
        let next = self.centres[me].due().max(at + Span::TICK);
        let is_earlier =
            !self.due.iter().any(|(at, who, what)| *who == me && what.is_none() && *at <= next);
        if was_call || is_earlier {
            self.due.push((next, me, None));
        }
        for (to, (was, is)) in before.into_iter().zip(self.ways(me)).enumerate() {
            if was != is && to != me {
                let name =
                    |way: Option<usize>| way.map_or("none".to_owned(), |via| via.to_string());
                self.say(at, format!("{me} to {to} by {} now {}", name(was), name(is)));
            }
        }
    }

    fn say(&mut self, at: VirtualTime, words: String) {
        self.lines.push(format!("{:.2} {words}", at.since(VirtualTime::ZERO).as_secs_f64()));
    }

    fn ways(&self, me: usize) -> Vec<Option<usize>> {
        (0..4).map(|to| self.centres[me].route(to).map(|way| way.via)).collect()
    }
}

/// Centre 2 is closed from 5.1 s to 20.1 s.
fn check(name: &str, pace: u64, expected: &[&str]) {
    let mut ring = Ring::new(name, &Value::Null);
    let second = |millis| VirtualTime::ZERO + Span::from_millis(millis);
    ring.centres.iter_mut().for_each(|centre| centre.pace(VirtualTime::ZERO, pace));
    ring.closed = Some((2, second(5_100), second(20_100)));
    ring.run(30);
    assert_eq!(ring.lines, expected, "{name}");
}

#[test]
fn coordinated_centres_see_a_closure_after_three_heartbeats_and_its_end_at_once() {
    // A heartbeat came at 4.88 s, and for a moment centre 3 takes centre 0's word for a way.
    let lines = [
        "6.38 1 closes 2",
        "6.38 1 to 2 by 2 now none",
        "6.38 3 closes 2",
        "6.38 3 to 2 by 2 now 0",
        "6.39 0 to 2 by 1 now 3",
        "6.39 0 to 2 by 3 now none",
        "6.41 1 to 2 by none now 0",
        "6.41 3 to 2 by 0 now none",
        "6.66 1 to 2 by 0 now none",
        "20.10 2 closes 3",
        "20.10 2 to 3 by 3 now 1",
        "20.10 2 to 3 by 1 now 3",
        "20.11 1 to 2 by none now 2",
        "20.11 3 to 2 by none now 2",
        "20.12 0 to 2 by none now 1",
    ];
    check("coordinated", 20_000, &lines);
}

#[test]
fn tables_alone_see_it_after_six_rounds_and_slow_ones_never() {
    let lines = [
        "10.76 1 to 2 by 2 now none",
        "10.76 3 to 2 by 2 now 0",
        "11.51 0 to 2 by 1 now none",
        "12.26 3 to 2 by 0 now none",
        "20.10 2 to 3 by 3 now 1",
        "20.10 2 to 3 by 1 now 3",
        "20.11 1 to 2 by none now 2",
        "20.11 3 to 2 by none now 2",
        "20.51 0 to 2 by none now 1",
    ];
    check("relay", 1_000, &lines);
    check("relay", 20_000, &[]);
}

#[test]
fn a_queue_is_told_at_once_or_with_the_next_round() {
    let told = |name: &str, params: &Value| {
        let mut ring = Ring::new(name, params);
        ring.run(5);
        let before = ring.told;
        ring.waits[1] = Span::from_millis(400);
        ring.run(6);
        (ring.told - before, ring.lines)
    };
    let (messages, lines) = told("coordinated", &json!({ "gossip": "20s" }));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(lines, ["5.02 0 to 2 by 1 now 3", "5.02 2 to 0 by 1 now 3"]);
    assert!(messages <= 40, "{messages}");
    let (messages, lines) = told("relay", &json!({ "gossip": "20s" }));
    assert_eq!((messages, lines), (0, Vec::new()));
}
