//! One line per fact: a run that can be read.
//!
//! `1m43.207118000  validator-0  delivered #118 try 0 position 6190`: instant, actor, what
//! happened, and the numbers that say more. `#118` is an operation of the load plan.

use std::fmt::Write;

use super::Fact;
use crate::attestation::Status;
use crate::kernel::{Recorded, Span};

/// What processes are called.
pub trait Names {
    /// The name of a process by its number.
    fn name(&self, process: u32) -> String;

    /// The name of a kind of work at routers by its number.
    fn lane(&self, lane: u8) -> &'static str;
}

/// The line for one fact, without a line break.
pub fn line(recorded: &Recorded<Fact>, names: &impl Names) -> String {
    let mut text = format!("{}  {:<13} ", recorded.key.time, names.name(recorded.process.0));
    // Writing into a String cannot fail.
    let _ = say(&mut text, &recorded.fact, names);
    text
}

fn say(to: &mut String, fact: &Fact, names: &impl Names) -> std::fmt::Result {
    let other = |operation: u32| match operation {
        Fact::NONE => "none".to_owned(),
        known => format!("#{known}"),
    };
    match *fact {
        Fact::Planned { operation, kind, sequence, client, target, intended, .. } => write!(
            to,
            "planned #{operation} {} by {} number {sequence} on {} for {intended}",
            kind.name(),
            names.name(client),
            other(target)
        ),
        Fact::Sent { operation, attempt } => write!(to, "sent #{operation} try {attempt}"),
        Fact::Admitted { operation, attempt, queue } => {
            write!(to, "admitted #{operation} try {attempt} queue {queue}")
        }
        Fact::Rejected { operation, attempt, why } => {
            write!(to, "rejected #{operation} try {attempt} {why:?}")
        }
        Fact::Begun { operation, attempt } => write!(to, "begun #{operation} try {attempt}"),
        Fact::Queue { lane, waiting, busy, oldest } => {
            let lane = names.lane(lane);
            write!(to, "queue {lane} {waiting} waiting {busy} busy oldest {oldest}")
        }
        Fact::Routed { operation, attempt, sequence } => {
            write!(to, "routed #{operation} try {attempt} sequence {sequence}")
        }
        Fact::Forwarded { operation, attempt, hop, copy, to: next, home, eta } => {
            let (next, home) = (names.name(next), names.name(home));
            let eta = Span::from_micros(eta.into());
            let copy = if copy > 0 { format!(" copy {copy}") } else { String::new() };
            write!(
                to,
                "forwarded #{operation} try {attempt}{copy} hop {hop} to {next} for {home} in {eta}"
            )
        }
        Fact::Scanned { operation, attempt, scans, valid } => {
            write!(to, "scanned #{operation} try {attempt} {valid} of {scans} stamps valid")
        }
        Fact::Received { operation, attempt, router, sequence } => {
            let router = names.name(router);
            write!(to, "received #{operation} try {attempt} from {router} sequence {sequence}")
        }
        Fact::Verified { operation, attempt, genuine } => {
            let word = if genuine { "genuine" } else { "FORGED" };
            write!(to, "verified #{operation} try {attempt} {word}")
        }
        Fact::Relayed { operation, attempt, from } => {
            write!(to, "received #{operation} try {attempt} from {}", names.name(from))
        }
        Fact::Proposed { operation, attempt } => {
            write!(to, "proposed #{operation} try {attempt}")
        }
        Fact::Waits { operation, attempt } => write!(to, "waits #{operation} try {attempt}"),
        Fact::Delivered { operation, attempt, position, is_final, joins } => {
            let word = if is_final { "final" } else { "provisional" };
            let batch = if joins { " in the same batch" } else { "" };
            write!(to, "delivered #{operation} try {attempt} position {position} {word}{batch}")
        }
        Fact::Retracted { operation, attempt, position, .. } => {
            write!(to, "retracted #{operation} try {attempt} position {position}")
        }
        Fact::Finalised { operation, attempt } => {
            write!(to, "finalised #{operation} try {attempt}")
        }
        Fact::Applied { operation, attempt, verdict, again, resolved } => {
            let again = if again { " again" } else { "" };
            let (name, on) = (verdict.name(), other(resolved));
            write!(to, "applied #{operation} try {attempt} {name}{again} on {on}")
        }
        Fact::Concluded { operation, attempt, conclusion } => {
            write!(to, "concluded #{operation} try {attempt} {conclusion:?}")
        }
        Fact::Answered { operation, target, said } => {
            write!(to, "answered #{operation} about {} {said:?}", other(target))
        }
        Fact::Wanted { operation, party } => {
            write!(to, "wanted #{operation} by {}", names.name(party))
        }
        Fact::Relied { operation, elapsed, expected } => {
            let expected = match expected {
                Fact::NONE => "nothing yet".to_owned(),
                micros => Span::from_micros(micros.into()).to_string(),
            };
            let took = Span::from_micros(elapsed.into());
            write!(to, "relied #{operation} proven after {took} expected {expected}")
        }
        Fact::Looked { operation, validator, look, said: None, .. } => {
            let asked = names.name(validator.into());
            write!(to, "looked #{operation} look {look} at {asked} silence")
        }
        Fact::Looked { said: Some(said), .. } => looked(to, fact, said, names),
        Fact::Confident { operation, looks, confidence } => {
            write!(to, "confident #{operation} after {looks} looks {}", share(confidence))
        }
        Fact::Doubted { operation, looks, confidence } => {
            write!(to, "doubted #{operation} after {looks} looks {}", share(confidence))
        }
        Fact::Needed { operation, dependant, at } => {
            write!(to, "needed #{operation} at {} from {at}", names.name(dependant))
        }
        Fact::Used { operation, said, is_allowed, waited } => {
            let said = said.map_or_else(|| "silence".to_owned(), |said| format!("{said:?}"));
            let word = if is_allowed { "allowed" } else { "refused" };
            let waited = Span::from_micros(waited.into());
            write!(to, "used #{operation} {word} on {said} after {waited}")
        }
        Fact::Released { operation } => write!(to, "released #{operation}"),
        Fact::Indexed { operation, lag } => {
            write!(to, "indexed #{operation} lag {}", Span::from_micros(lag.into()))
        }
        Fact::Dated { operation, drift } => {
            let (sign, drift) = (if drift < 0 { "-" } else { "" }, drift.unsigned_abs());
            write!(to, "dated #{operation} {sign}{} after it was signed", Span::from_nanos(drift))
        }
        Fact::Carried { operation, lag } => write!(to, "carried #{operation} lag {lag}"),
        Fact::Unread { operation, schema } => {
            write!(to, "unread #{operation} whose schema is #{schema}")
        }
        Fact::Fate { rule, kind, to: receiver, by } => {
            write!(to, "fate by rule {rule} {kind:?} to {} by {by}", names.name(receiver))
        }
        Fact::Host { rule, change } => write!(to, "host by rule {rule} {change:?}"),
        Fact::Usage { second, messages, bytes, cpu, .. } => {
            write!(to, "used in second {second} {messages} messages {bytes} bytes {cpu} cpu")
        }
        Fact::Seen { rule, kind, messages } => {
            write!(to, "seen by rule {rule} {kind:?} {messages} messages")
        }
        Fact::Note { note, value } => write!(to, "note {note} is {value}"),
        Fact::Refreshed { operation, before } => {
            write!(to, "refreshed #{operation} after {before} looks")
        }
        Fact::Ticket { operation } => write!(to, "ticket about #{operation}"),
        Fact::Suspicion { process, phi: 0 } => write!(to, "trusts {} again", names.name(process)),
        Fact::Suspicion { process, phi: Fact::DIFFERS } => {
            write!(to, "suspects {} for what it decided", names.name(process))
        }
        Fact::Suspicion { process, phi } => {
            write!(to, "suspects {} phi {}.{}", names.name(process), phi / 10, phi % 10)
        }
        Fact::Alert { rule, stage, value } => {
            write!(to, "alert {rule} {stage:?} at {:.3}", value as f64 / 1_000.0)
        }
        Fact::Duty { incident, duty, about } => {
            write!(to, "incident {incident} {duty:?} about {about}")
        }
        Fact::Step { .. } => step(to, fact, names),
    }
}

fn step(to: &mut String, fact: &Fact, names: &impl Names) -> std::fmt::Result {
    let Fact::Step { incident, step, remedy, stage, on, part, by } = *fact else { return Ok(()) };
    let step = if step == Fact::GUESS { "guess".to_owned() } else { format!("step {step}") };
    let by = if by == Fact::AUTOMATION { "by itself".to_owned() } else { format!("by {by}") };
    let whom = match (on, part) {
        (Fact::NONE, _) => "nobody".to_owned(),
        (on, u8::MAX) => names.name(on),
        (on, part) => format!("{}.{}", names.name(on), names.lane(part)),
    };
    write!(to, "incident {incident} {step} {} {whom} {stage:?} {by}", remedy.name())
}

fn looked(to: &mut String, fact: &Fact, said: Status, names: &impl Names) -> std::fmt::Result {
    let Fact::Looked { operation, validator, look, position, age, stamps, is_orphaned, .. } = *fact
    else {
        return Ok(());
    };
    let (asked, age) = (names.name(validator.into()), Span::from_micros(age.into()));
    let place = match position {
        Fact::NONE => String::new(),
        position => format!(" position {position}"),
    };
    let orphan = if is_orphaned { " without parent" } else { "" };
    let count = stamps.count_ones();
    write!(
        to,
        "looked #{operation} look {look} at {asked} {said:?}{place} age {age} stamps \
         {count}{orphan}"
    )
}

fn share(ten_thousandths: u16) -> String {
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}
