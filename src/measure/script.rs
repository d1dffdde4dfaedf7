//! Runs for tests, written down fact by fact.
//!
//! `5ms v0-2 accept 0; 9ms c9 conclude 0 applied`: when, who (the letter is for the reader), what,
//! and words that say more. `0.1` is the second try of operation 0. `accept` and `refuse` deliver
//! at the next position and apply. Without an instant: `retention 2s`, `settled 60s`,
//! `byzantine 3`, `phase storm 2s 4s`, `trusting` for relying parties with the usual model,
//! `needed 9 500ms` for a deadline of all that client 9 does, `measured 60s` for another length,
//! `faulted 2s 4s`, `objective 500ms` for 99 %, `routers 3`, `indexers 2`, `chains 9 10 3` for
//! workflows of three parts by 9 and 10, `one 12` and `quorum 12` for whom client 12 asks; `of 9`
//! after a phase is what client 9 intends in it.

use std::fmt::Debug;

use super::{
    Event, Measurement, NoRows, Observers, Overlay, PhaseWindow, Rows, Setting, Violations,
};
use crate::attestation::{Status, Verdict};
use crate::kernel::{EventKey, ProcessId, Recorded, Span, VirtualTime};
use crate::measure::achievement::{CHANGES, FATES};
use crate::trace::{Conclusion, Fact, Kind, Refusal};
use crate::trust::Model;

/// Measures a script with so many validators and that quorum: 10 s, 16 processes.
pub(super) fn measure(validators: u32, quorum: u32, script: &str) -> Measurement {
    measure_with(validators, quorum, script, &mut NoRows)
}

/// The same, with a row for every operation.
pub(super) fn measure_with(
    validators: u32,
    quorum: u32,
    script: &str,
    rows: &mut dyn Rows,
) -> Measurement {
    let end = VirtualTime::ZERO + Span::from_secs(10);
    let mut setting = Setting::new(validators, quorum, 16, (VirtualTime::ZERO, end));
    let facts = facts(&mut setting, script);
    let mut observers = Observers::new(setting);
    facts.chunks(3).for_each(|some| observers.observe_with(some, rows));
    observers.finish_with(rows)
}

/// The facts of a script, in order of time; directives change the setting.
pub(super) fn facts(setting: &mut Setting, script: &str) -> Vec<Recorded<Fact>> {
    let mut next = vec![0; setting.validators as usize];
    let mut facts = Vec::new();
    for line in script.split(';').filter(|line| !line.trim().is_empty()) {
        let words = Words(line.split_whitespace().collect());
        if !direct(setting, &words) {
            lines(&words, &mut next, &mut facts);
        }
    }
    facts.sort_by_key(|fact| fact.key.time);
    facts
}

/// The events that happened in phase 0 and how often.
pub(super) fn events(measured: &Measurement) -> String {
    let count = |event: &Event| (event.name(), measured.phases[0].count(*event));
    listed(Event::ALL.iter().map(count))
}

/// The first violation in words.
pub(super) fn first(of: &Violations) -> Option<&str> {
    of.first.as_ref().map(|first| first.words.as_str())
}

/// What was observed of the order, and how often.
pub(super) fn seen(measured: &Measurement) -> String {
    listed(measured.order.all().into_iter().map(|(name, violations)| (name, violations.count)))
}

/// How many stretches of divergence in phase 0, and the longest.
pub(super) fn stretches(measured: &Measurement) -> String {
    let stretches = measured.phases[0].divergence;
    format!("{} {}", stretches.count, stretches.longest)
}

fn listed(counts: impl Iterator<Item = (&'static str, u64)>) -> String {
    let happened = counts.filter(|(_, count)| *count > 0);
    happened.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(" ")
}

struct Words<'a>(Vec<&'a str>);

impl Words<'_> {
    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    fn at(&self, place: usize) -> &str {
        self.0.get(place).copied().unwrap_or_else(|| panic!("{:?} lacks a word", self.0))
    }

    fn after(&self, word: &str) -> Option<&str> {
        self.0.iter().position(|w| *w == word).map(|place| self.at(place + 1))
    }

    /// `0.1` is try 1 of operation 0.
    fn operation(&self) -> (u32, u8) {
        let (operation, attempt) = self.at(3).split_once('.').unwrap_or((self.at(3), "0"));
        (number(operation), number(attempt) as u8)
    }

    fn other(&self) -> u32 {
        self.after("on").map_or(Fact::NONE, number)
    }

    fn tagged(&self, tag: char) -> Option<u32> {
        self.0.iter().find_map(|word| word.strip_prefix(tag)).map(number)
    }
}

fn number(text: &str) -> u32 {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_lowercase());
    digits.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

fn span(text: &str) -> Option<Span> {
    let parse = |digits: &str| digits.parse().ok();
    let millis = text.strip_suffix("ms").and_then(parse).map(Span::from_millis);
    millis.or_else(|| text.strip_suffix('s').and_then(parse).map(Span::from_secs))
}

fn instant(text: &str) -> VirtualTime {
    VirtualTime::ZERO + span(text).unwrap_or_else(|| panic!("`{text}` is no time"))
}

/// The one of these whose name starts as the word does.
fn one_of<T: Copy + Debug>(all: &[T], word: &str) -> T {
    let named = |one: &&T| format!("{one:?}").to_lowercase() == word.to_lowercase();
    *all.iter().find(named).unwrap_or_else(|| panic!("{word} is none of {all:?}"))
}

fn direct(setting: &mut Setting, words: &Words<'_>) -> bool {
    match words.at(0) {
        "retention" => setting.retention = instant(words.at(1)).since(VirtualTime::ZERO),
        "trusting" => setting.trust = Some(Model::DEFAULT),
        "needed" => {
            let clients = number(words.at(1))..number(words.at(1)) + 1;
            setting.deadlines.push((clients, span(words.at(2)).expect("a deadline")));
        }
        "measured" => {
            let end = instant(words.at(1));
            (setting.measured.1, setting.settled) = (end, end);
            setting.phases[0].spans = vec![setting.measured];
        }
        "one" => setting.lone_readers.push(number(words.at(1))..number(words.at(1)) + 1),
        "quorum" => setting.quorum_readers.push(number(words.at(1))..number(words.at(1)) + 1),
        "objective" => setting.objective = span(words.at(1)).map(|span| (span, 0.99)),
        "faulted" => setting.faulted.push((instant(words.at(1)), instant(words.at(2)))),
        // Three in a row from process 7 on: links of 10 ms, one worker, 10 ms of work.
        "row" => {
            let link = Some(Span::from_millis(10));
            let delays =
                vec![vec![None, link, None], vec![link, None, link], vec![None, link, None]];
            setting.overlay =
                Some(Overlay { first: 7, delays, work: Span::from_millis(10), workers: 1 });
        }
        "routers" => setting.routers = number(words.at(1)),
        "indexers" => setting.indexers = number(words.at(1)),
        "carries" => setting.carries = true,
        "chains" => {
            let clients = number(words.at(1))..number(words.at(2)) + 1;
            setting.chains.push((clients, number(words.at(3))));
        }
        "promise" => {
            let clients = number(words.at(1))..number(words.at(1)) + 1;
            setting.promises.push((clients, span(words.at(2)).expect("a merge delay")));
        }
        "bysubject" => setting.by_subject = true,
        "spread" => setting.spread = span(words.at(1)).expect("a time"),
        "settled" => setting.settled = instant(words.at(1)),
        "byzantine" => setting.byzantine.push(number(words.at(1))),
        "phase" => {
            let spans = vec![(instant(words.at(2)), instant(words.at(3)))];
            let name = words.at(1).to_owned();
            let clients = words.after("of").map(|client| number(client)..number(client) + 1);
            setting.phases.push(PhaseWindow { name, spans, clients });
        }
        _ => return false,
    }
    true
}

/// The facts of one line: one or two for each process that it names.
fn lines(words: &Words<'_>, next: &mut [u32], facts: &mut Vec<Recorded<Fact>>) {
    let time = instant(words.at(0));
    let (from, to) = words.at(1).split_once('-').unwrap_or((words.at(1), words.at(1)));
    for process in number(from)..=number(to) {
        let mut add = |fact| {
            let (key, process) =
                (EventKey { time, source: ProcessId(0), sequence: 0 }, ProcessId(process));
            facts.push(Recorded { key, index: 0, process, fact });
        };
        let verb = words.at(2);
        let position = next.get_mut(process as usize);
        if matches!(verb, "accept" | "refuse") {
            let (operation, attempt) = words.operation();
            let position = position.expect("only validators accept and refuse");
            let (is_final, joins) = (words.has("final"), false);
            add(Fact::Delivered { operation, attempt, position: *position, is_final, joins });
            *position += 1;
            let verdict = match verb {
                "accept" => Verdict::Accepted,
                _ => one_of(&Verdict::ALL, words.at(4)),
            };
            let (again, resolved) = (words.has("again"), words.other());
            add(Fact::Applied { operation, attempt, verdict, again, resolved });
        } else {
            add(fact(words, process));
            if let (Some(position), Some(at)) = (position, words.tagged('@')) {
                *position = at + u32::from(verb == "deliver");
            }
        }
    }
}

fn fact(words: &Words<'_>, process: u32) -> Fact {
    match words.at(2) {
        "fate" | "seen" | "host" | "use" | "note" | "plan" | "answer" | "conclude" => {
            other(words, process)
        }
        "queue" => Fact::Queue {
            lane: number(words.at(3)) as u8,
            waiting: number(words.at(4)),
            busy: 0,
            oldest: span(words.at(5)).expect("an age"),
        },
        "need" | "pass" | "release" | "index" | "date" | "carry" | "unread" => {
            reading(words, process)
        }
        "want" | "rely" | "look" | "trust" | "doubt" => reliance(words),
        verb => step(words, verb),
    }
}

/// What indexers and dependants do: `need 0 from 2s`, `pass 0 valid allowed 20ms`, `index 0 5ms`,
/// `date 0 5ms`, `carry 0 9s`; and `unread 0` a client.
fn reading(words: &Words<'_>, dependant: u32) -> Fact {
    let operation = number(words.at(3));
    let micros = |place| span(words.at(place)).map_or(0, |span| span.as_nanos() / 1_000) as u32;
    match words.at(2) {
        "need" => {
            let at = instant(words.after("from").expect("an instant"));
            Fact::Needed { operation, dependant, at }
        }
        "pass" => {
            let all = [Status::Unknown, Status::Valid, Status::Revoked];
            let said = (words.at(4) != "silence").then(|| one_of(&all, words.at(4)));
            let is_allowed = words.has("allowed");
            Fact::Used { operation, said, is_allowed, waited: micros(6) }
        }
        "release" => Fact::Released { operation },
        "date" => Fact::Dated { operation, drift: i64::from(micros(4)) * 1_000 },
        "carry" => {
            let lag = span(words.at(4)).expect("a lag");
            Fact::Carried { operation, lag }
        }
        "unread" => Fact::Unread { operation, schema: 0 },
        _ => Fact::Indexed { operation, lag: micros(4) },
    }
}

/// What a relying party does: `rely 0 took 20ms expects 50ms`, `look 0 at v2 valid @3 age 5ms`.
fn reliance(words: &Words<'_>) -> Fact {
    let operation = number(words.at(3));
    let micros = |word| {
        let span = words.after(word).and_then(span);
        span.map_or(Fact::NONE, |span| (span.as_nanos() / 1_000) as u32)
    };
    match words.at(2) {
        "want" => Fact::Wanted { operation, party: 15 },
        "rely" => Fact::Relied { operation, elapsed: micros("took"), expected: micros("expects") },
        "trust" => Fact::Confident { operation, looks: 3, confidence: 10_000 },
        "doubt" => Fact::Doubted { operation, looks: 3, confidence: 0 },
        _ => {
            let all = [Status::Unknown, Status::Valid, Status::Revoked, Status::Replaced];
            let said = (!words.has("silence")).then(|| one_of(&all, words.at(6)));
            Fact::Looked {
                operation,
                validator: number(words.after("at").expect("a look is at a validator")) as u16,
                look: 0,
                said,
                position: words.tagged('@').unwrap_or(Fact::NONE),
                digest: words.tagged('#').unwrap_or(0),
                age: words.after("age").map_or(0, |_| micros("age")),
                stamps: words.after("stamps").map_or(7, |stamps| number(stamps) as u8),
                is_orphaned: words.has("orphaned"),
            }
        }
    }
}

/// A step on an operation's way.
fn step(words: &Words<'_>, verb: &str) -> Fact {
    let (operation, attempt) = words.operation();
    let position = words.tagged('@').unwrap_or(0);
    let sequence = words.tagged('#').unwrap_or(0);
    match verb {
        "send" => Fact::Sent { operation, attempt },
        "admit" => {
            let queue = words.after("behind").map_or(0, number);
            Fact::Admitted { operation, attempt, queue }
        }
        "forward" => Fact::Forwarded {
            operation,
            attempt,
            hop: 0,
            copy: words.after("copy").map_or(0, number) as u8,
            to: words.after("to").map_or(0, number),
            home: words.after("home").map_or(0, number),
            eta: words.after("eta").and_then(span).map_or(0, |eta| (eta.as_nanos() / 1_000) as u32),
        },
        "scan" => {
            let (valid, scans) = (number(words.at(4)) as u8, number(words.at(6)) as u8);
            Fact::Scanned { operation, attempt, scans, valid }
        }
        "begin" => Fact::Begun { operation, attempt },
        "reject" => Fact::Rejected { operation, attempt, why: Refusal::Full },
        "return" => Fact::Rejected { operation, attempt, why: Refusal::Unreachable },
        "route" => Fact::Routed { operation, attempt, sequence },
        "receive" => {
            let router = number(words.after("from").expect("a message is from a router"));
            Fact::Received { operation, attempt, router, sequence }
        }
        "verify" => Fact::Verified { operation, attempt, genuine: !words.has("forged") },
        "relay" => {
            let from = number(words.after("from").expect("a relay is from a validator"));
            Fact::Relayed { operation, attempt, from }
        }
        "propose" => Fact::Proposed { operation, attempt },
        "wait" => Fact::Waits { operation, attempt },
        "deliver" => {
            let (is_final, joins) = (words.has("final"), words.has("joins"));
            Fact::Delivered { operation, attempt, position, is_final, joins }
        }
        "retract" => {
            Fact::Retracted { operation, attempt, position, was_final: words.has("final") }
        }
        "finalise" => Fact::Finalised { operation, attempt },
        "apply" => {
            let verdict = match words.at(4) {
                "ok" => Verdict::Accepted,
                word => one_of(&Verdict::ALL, word),
            };
            let (again, resolved) = (words.has("again"), words.other());
            Fact::Applied { operation, attempt, verdict, again, resolved }
        }
        _ => panic!("nobody can {verb}"),
    }
}

fn other(words: &Words<'_>, process: u32) -> Fact {
    match words.at(2) {
        "plan" => {
            let kinds = Kind::ALL.iter().copied();
            let kind = kinds.clone().find(|kind| words.has(kind.name()));
            Fact::Planned {
                operation: number(words.at(3)),
                kind: kind.unwrap_or(Kind::Attest),
                sequence: words.after("seq").map_or(0, number),
                client: process,
                subject: words.after("about").map_or(0, number),
                target: words.other(),
                intended: instant(words.after("at").unwrap_or(words.at(0))),
            }
        }
        "answer" => {
            let all = [Status::Unknown, Status::Valid, Status::Revoked, Status::Replaced];
            let said = one_of(&all, words.at(words.0.len() - 1));
            Fact::Answered { operation: number(words.at(3)), target: words.other(), said }
        }
        "conclude" => {
            let all = [
                Conclusion::Applied,
                Conclusion::Refused,
                Conclusion::GaveUp,
                Conclusion::Promised,
            ];
            let (operation, attempt) = words.operation();
            Fact::Concluded { operation, attempt, conclusion: one_of(&all, words.at(4)) }
        }
        "fate" => Fact::Fate {
            rule: number(words.at(3)) as u16,
            kind: one_of(&FATES, words.at(4)),
            to: words.after("to").map_or(0, number),
            by: words.after("by").and_then(span).unwrap_or(Span::ZERO),
        },
        "seen" => Fact::Seen {
            rule: number(words.at(3)) as u16,
            kind: one_of(&FATES, words.at(4)),
            messages: number(words.at(5)),
        },
        "host" => {
            Fact::Host { rule: number(words.at(3)) as u16, change: one_of(&CHANGES, words.at(4)) }
        }
        "note" => {
            let value = words.at(4).parse().expect("a whole number");
            Fact::Note { note: number(words.at(3)) as u16, value }
        }
        _ => Fact::Usage {
            second: number(words.at(3)),
            messages: number(words.at(4)),
            bytes: number(words.at(5)).into(),
            cpu: span(words.at(6)).expect("a length of time"),
            backlog_ms: words.after("left").map_or(0, number),
        },
    }
}
