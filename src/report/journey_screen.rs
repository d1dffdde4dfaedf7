//! One operation's journey, like a parcel's: where it came by, what it waited for, who saw it in
//! which order, what was assumed, why it was trusted or not.

use std::fmt::Write;

use super::format::{millis, number};
use super::journey_lines::Story;
use super::journey_way::way;
use super::journey_words::{fate, in_millis};
use super::run_screen::wrapped;
use crate::attestation::Verdict;
use crate::experiment::Followed;
use crate::kernel::Span;
use crate::measure::{
    CAUSE_NAMES, CAUSES, Cause, Intent, OperationRow, Relation, Relative, STAGE_NAMES,
};
use crate::scenario::model::Scenario;
use crate::trace::{Conclusion, Fact, FateKind, Kind, Names};
use crate::trust::FACTOR_NAMES;

/// What is told of one operation.
pub struct JourneyView<'a, N> {
    /// What befell it.
    pub followed: &'a Followed,
    /// The scenario that was run.
    pub scenario: &'a Scenario,
    /// What actors are called.
    pub names: &'a N,
    /// Files that were written, in words; empty for none.
    pub files: String,
    /// The result as the next command names it.
    pub result: &'a str,
}

const WIDTH: usize = 100;

/// The journey in words.
pub fn journey_screen<N: Names>(view: &JourneyView<'_, N>) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_journey(&mut text, view);
    text
}

fn write_journey<N: Names>(to: &mut String, view: &JourneyView<'_, N>) -> std::fmt::Result {
    let journey = &view.followed.journey;
    let story = Story { journey, scenario: view.scenario, names: view.names };
    let (scenario, seed) = (&view.scenario.name, view.scenario.seed);
    let head = format!("#{}   {}", journey.intent.operation, meaning(&journey.intent, &story));
    let place = format!("{scenario}, {}, seed {seed}", view.scenario.ordering);
    match head.chars().count() + 2 + place.chars().count() <= WIDTH {
        true => writeln!(to, "{head}{place:>0$}", WIDTH - head.chars().count())?,
        false => writeln!(to, "{head}\n{place}")?,
    }
    writeln!(to, "{}\n", end_line(view.followed))?;
    for line in story.lines() {
        writeln!(to, "{line}")?;
    }
    if !journey.facts().any(|fact| is_end(&fact.fact)) {
        writeln!(to, "{:42}its client never learns how it ended", "")?;
    }
    writeln!(to)?;
    let rows = [
        ("stages", view.followed.row.and_then(|row| stages(&row, &story))),
        ("way", way(&story)),
        ("seen by", seen(&story)),
        ("assumed", assumed(&story)),
        ("rivals", rivals(&story)),
        ("verdicts", view.followed.row.and_then(|row| verdicts(&row))),
        ("faults", faults(&story)),
        ("trust", view.followed.row.map(|row| trust(&row, view.scenario, &story))),
        ("what befell", view.followed.row.and_then(|row| events(&row))),
    ];
    for (label, words) in rows {
        if let Some(words) = words {
            let lines = wrapped(&words, WIDTH - 15, &" ".repeat(15));
            writeln!(to, "  {label:<11}  {}", lines.join("\n"))?;
        }
    }
    if !view.files.is_empty() {
        writeln!(to, "\nfiles  {}", view.files)?;
    }
    writeln!(to, "next: {}", next(view))
}

fn is_end(fact: &Fact) -> bool {
    matches!(fact, Fact::Concluded { .. })
}

/// `issuer-1 attests, linked to #153 of issuer-7 (its statement 26)`
fn meaning<N: Names>(intent: &Intent, story: &Story<'_, N>) -> String {
    let of = story.journey.relative(Relation::Target);
    let of = of.map(|target| format!(" of {}", story.name(target.intent.client)));
    let target = intent.target.map(|target| format!("#{target}{}", of.unwrap_or_default()));
    let linked = target.as_ref().map_or(String::new(), |target| format!(", linked to {target}"));
    let target = target.unwrap_or_else(|| "nothing".to_owned());
    let does = match intent.kind {
        Kind::Attest => format!("attests{linked}"),
        Kind::Claim => format!("claims subject {}{linked}", intent.subject),
        Kind::Revoke => format!("revokes {target}"),
        Kind::Replace => format!("replaces {target}"),
        Kind::Query => format!("asks about {target}"),
        Kind::Register => "registers a schema".to_owned(),
    };
    let by = story.name(intent.client);
    match intent.kind {
        Kind::Query => format!("{by} {does}"),
        _ => format!("{by} {does} (its statement {})", intent.sequence + 1),
    }
}

/// How it ended, and for whom.
pub(super) fn end_line(followed: &Followed) -> String {
    let Some(row) = &followed.row else {
        return "planned too late to be counted".to_owned();
    };
    let tries = match row.attempts {
        0 => "never sent".to_owned(),
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    };
    let known = followed.journey.facts().find_map(|fact| match fact.fact {
        Fact::Concluded { conclusion, .. } => Some((conclusion, fact.key.time)),
        _ => None,
    });
    let known = match known {
        None => "its client was never told".to_owned(),
        Some((conclusion, at)) => {
            let after = in_millis(at.since(followed.journey.intent.at));
            match conclusion {
                Conclusion::GaveUp => format!("its client gave up after {after}"),
                Conclusion::Applied | Conclusion::Refused => {
                    format!("known to its client after {after}")
                }
                Conclusion::Promised => format!("promised to its client after {after}"),
            }
        }
    };
    let fate = match (row.applied, row.kind) {
        (Some(applied), _) => {
            let than = followed.slower.as_ref().map_or(String::new(), |(phase, faster)| {
                format!(", slower than {} % of {phase}", number((faster * 100.0).floor()))
            });
            format!("applied after {}{than}", in_millis(applied))
        }
        (None, Kind::Query) => "a question".to_owned(),
        (None, _) if row.conclusion == Some(Conclusion::Refused) => "REFUSED".to_owned(),
        (None, _) => "NEVER APPLIED".to_owned(),
    };
    format!("{fate}; {known}; {tries}")
}

/// The parts of the time to applied; they add up to it.
fn stages<N: Names>(row: &OperationRow, story: &Story<'_, N>) -> Option<String> {
    let decided = row.decided?;
    let total = decided.stages.iter().fold(Span::ZERO, |sum, stage| sum + *stage);
    let parts = STAGE_NAMES.iter().zip(decided.stages).filter(|(_, span)| *span > Span::ZERO);
    let parts: Vec<String> =
        parts.map(|(name, span)| format!("{name} {}", number(span.as_millis_f64()))).collect();
    let by = story.name(decided.validator.into());
    let votes = story.journey.quorum.votes;
    let total = millis(total.as_millis_f64());
    Some(format!("{total} = {}; {by} was number {votes} to accept", parts.join(" + ")))
}

/// Validators in the order in which they delivered it, with the places they gave it.
fn seen<N: Names>(story: &Story<'_, N>) -> Option<String> {
    let seen = story.journey.seen();
    let first = seen.first()?.at;
    let words = seen.iter().map(|seen| {
        let place = seen.place().map_or("nowhere".to_owned(), |place| format!("at {place}"));
        let number = story.name(seen.validator).replace("validator-", "");
        format!("{number} {place} +{}", in_millis(seen.at.since(first)))
    });
    let missing = story.journey.quorum.of as usize - seen.len();
    let never = match missing {
        0 => String::new(),
        count => format!("; {count} never did"),
    };
    Some(format!("validators {}{never}", listed(words.collect())))
}

/// All of a few; of many, the first and the last.
fn listed(all: Vec<String>) -> String {
    const MOST: usize = 12;
    match all.last() {
        Some(last) if all.len() > MOST => {
            let left_out = all.len() - MOST;
            format!("{}, {left_out} more, and {last}", all[..MOST - 1].join(", "))
        }
        _ => all.join(", "),
    }
}

/// What had to be there before it, and where it was not.
fn assumed<N: Names>(story: &Story<'_, N>) -> Option<String> {
    let target = story.journey.relative(Relation::Target)?;
    let missing = missing(target, story);
    let number = target.intent.operation;
    let accepted = target.accepted.len();
    Some(match missing.is_empty() {
        true if accepted == 0 => format!("#{number} is there before it: nobody accepted that one"),
        true => format!("#{number} is there before it: it was, wherever this one came"),
        false => format!("#{number} is there before it: not at {}", listed(missing)),
    })
}

/// Validators that this one reached before its target was accepted there.
fn missing<N: Names>(target: &Relative, story: &Story<'_, N>) -> Vec<String> {
    let arrivals = story.journey.facts().filter_map(|fact| match fact.fact {
        Fact::Received { .. } => Some((fact.process.0, fact.key.time)),
        _ => None,
    });
    let mut told: Vec<u32> = Vec::new();
    let mut words = Vec::new();
    for (validator, came) in arrivals {
        if told.contains(&validator) {
            continue;
        }
        told.push(validator);
        match target.accepted_at(validator) {
            Some(at) if at > came => {
                words.push(format!("{} for {}", story.name(validator), in_millis(at.since(came))));
            }
            Some(_) => {}
            None => words.push(format!("{} at all", story.name(validator))),
        }
    }
    words
}

fn rivals<N: Names>(story: &Story<'_, N>) -> Option<String> {
    let others = story.journey.relatives.iter();
    let others = others.filter(|other| other.relation >= Relation::Rival);
    let words = others.map(|other| {
        let Intent { operation, client, kind, .. } = other.intent;
        let accepted = other.accepted.len();
        let (by, kind) = (story.name(client), kind.name());
        format!("#{operation} ({kind} by {by}) accepted by {accepted}")
    });
    let words = words.collect::<Vec<_>>().join("; ");
    (!words.is_empty()).then_some(words)
}

fn verdicts(row: &OperationRow) -> Option<String> {
    let counts = Verdict::ALL.iter().zip(row.verdicts).filter(|(_, count)| *count > 0);
    let words: Vec<String> =
        counts.map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
    (!words.is_empty()).then(|| format!("{}, of correct validators", words.join(", ")))
}

/// Which faults its messages met, and by how much at most, and whom on its way they stalled.
fn faults<N: Names>(story: &Story<'_, N>) -> Option<String> {
    let mut met: Vec<(u16, FateKind, u32, Span)> = Vec::new();
    for (rule, kind, by) in story.journey.messages.iter().flat_map(|message| &message.fates) {
        match met.iter_mut().find(|(r, k, ..)| (r, k) == (rule, kind)) {
            Some((_, _, count, most)) => (*count, *most) = (*count + 1, (*most).max(*by)),
            None => met.push((*rule, *kind, 1, *by)),
        }
    }
    let words = met.iter().map(|(rule, kind, count, most)| {
        let by = match *most {
            Span::ZERO => String::new(),
            most => format!(", by up to {}", in_millis(most)),
        };
        let plural = if *count == 1 { "" } else { "s" };
        format!("{} {} {count} message{plural}{by}", story.fault(*rule), fate(*kind))
    });
    let words = words.chain(story.outages()).collect::<Vec<_>>().join("; ");
    (!words.is_empty()).then_some(words)
}

/// Why it was trusted, or was not.
fn trust<N: Names>(row: &OperationRow, scenario: &Scenario, story: &Story<'_, N>) -> String {
    if scenario.trust.is_none() {
        return "nobody was asked: the scenario has no [trust]".to_owned();
    }
    let wanted = story.journey.facts().find_map(|fact| match fact.fact {
        Fact::Wanted { party, .. } => Some(party),
        _ => None,
    });
    let Some(party) = wanted else { return "nobody relies on it".to_owned() };
    let party = story.name(party);
    let Some(trusted) = row.trust else {
        return format!("{party} was never told that it is proven");
    };
    let factors = FACTOR_NAMES.iter().zip(trusted.factors.0);
    let factors: Vec<String> =
        factors.map(|(name, factor)| format!("{name} {}", number(factor))).collect();
    let product = number(trusted.factors.confidence());
    let sum = format!("{} = {product}", factors.join(" x "));
    match trusted.hesitation {
        Some(after) => format!("{party} trusted it {} after the proof: {sum}", in_millis(after)),
        None => {
            let cause = CAUSES.iter().position(|cause| row.events.has(*cause));
            let cause = cause.map_or("no cause found", |at| CAUSE_NAMES[at]);
            format!("{party} did NOT trust it, because of {cause}: {sum}")
        }
    }
}

/// What the metrics counted it as.
fn events(row: &OperationRow) -> Option<String> {
    let names: Vec<&str> = row.events.iter().map(|event| event.name()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What it waited for, lacked or lost against, if that is another operation; else the others that
/// are worth a look.
fn next<N>(view: &JourneyView<'_, N>) -> String {
    let journey = &view.followed.journey;
    let held = journey.waits.iter().find_map(|wait| match wait.cause {
        Cause::Held(by) => by,
        _ => None,
    });
    let is_orphan = journey
        .facts()
        .any(|fact| matches!(fact.fact, Fact::Applied { verdict, .. } if verdict.is_orphan()));
    let lacked = journey.intent.target.filter(|_| is_orphan);
    let rival = journey.relative(Relation::Rival).map(|rival| rival.intent.operation);
    let result = view.result;
    match held.or(lacked).or(rival) {
        Some(other) => format!("attestorm track {result} {other}"),
        None => format!("attestorm track {result} --worst 5"),
    }
}

#[cfg(test)]
mod tests;
