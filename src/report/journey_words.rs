//! What verdicts, fates and setbacks are called in the story of one operation.

use super::format::millis;
use crate::attestation::Status;
use crate::kernel::Span;
use crate::measure::{Setback, Wait};
use crate::trace::{Fact, FateKind, Refusal};

/// What a look showed, without how old it was.
pub(super) fn shown(fact: &Fact) -> String {
    let Fact::Looked { said, stamps, is_orphaned, .. } = *fact else { return String::new() };
    let Some(said) = said else { return "silence".to_owned() };
    let orphan = if is_orphaned { ", without its parent" } else { "" };
    let stamps = match stamps.count_ones() {
        3 => String::new(),
        count => format!(", {count} of 3 stamps"),
    };
    format!("{}{orphan}{stamps}", status(said))
}

/// What indexers and dependants do with it.
pub(super) fn reading(fact: &Fact) -> Option<String> {
    let micros = |micros: u32| millis(Span::from_micros(micros.into()).as_millis_f64());
    Some(match *fact {
        Fact::Indexed { lag, .. } => format!("has it in its index, {} late", micros(lag)),
        Fact::Dated { drift, .. } => {
            format!("dates it {} from its signing", millis(drift as f64 / 1e6))
        }
        Fact::Carried { lag, .. } => {
            format!("has it on the second chain, {} after", millis(lag.as_millis_f64()))
        }
        Fact::Unread { schema, .. } => {
            format!("FINDS NO SCHEMA: #{schema} is not there where it reads")
        }
        Fact::Used { said, is_allowed, waited, .. } => {
            let does = if is_allowed { "lets its user pass" } else { "KEEPS ITS USER OUT" };
            let said = said.map_or("silence", status);
            format!("{does}: {said}, after {}", micros(waited))
        }
        _ => return None,
    })
}

pub(super) const fn status(said: Status) -> &'static str {
    match said {
        Status::Unknown => "UNKNOWN",
        Status::Valid => "valid",
        Status::Revoked => "revoked",
        Status::Replaced => "replaced",
        Status::Expired => "expired",
    }
}

pub(super) const fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::Full => "TURNS IT AWAY: full",
        Refusal::Lost => "LOSES IT: full, and nobody is told",
        Refusal::Late => "TURNS IT AWAY: too late",
        Refusal::Broken => "TURNS IT AWAY: its breaker is open",
        Refusal::Strayed => "RETURNS IT to its sender: it has been to too many centres",
        Refusal::Drained => "TURNS IT AWAY: its operators have drained it",
        Refusal::Unreachable => "RETURNS IT to its sender: no way is known",
    }
}

pub(super) fn setback_words(setback: Setback) -> String {
    match setback {
        Setback::Router(Refusal::Full | Refusal::Lost) => "turned away, full,".to_owned(),
        Setback::Router(Refusal::Late) => "turned away, too late,".to_owned(),
        Setback::Router(Refusal::Broken) => "turned away, breaker open,".to_owned(),
        Setback::Router(Refusal::Strayed) => "returned, strayed,".to_owned(),
        Setback::Router(Refusal::Drained) => "turned away, drained,".to_owned(),
        Setback::Router(Refusal::Unreachable) => "returned, no way known,".to_owned(),
        Setback::Validators(verdict) => format!("{} by too many,", verdict.name()),
        Setback::Silence => "nothing heard".to_owned(),
    }
}

pub(super) const fn fate(kind: FateKind) -> &'static str {
    match kind {
        FateKind::Delayed => "delayed",
        FateKind::Reordered => "reordered",
        FateKind::Lost => "lost",
        FateKind::Duplicated => "duplicated",
        FateKind::Blocked => "blocked",
        FateKind::Held => "held",
        FateKind::Equivocated => "equivocated",
        FateKind::Forged => "forged",
        FateKind::Withheld => "withheld",
        FateKind::Replayed => "replayed",
        FateKind::Censored => "censored",
        FateKind::Forgotten => "forgotten",
    }
}

pub(super) fn in_millis(span: Span) -> String {
    millis(span.as_millis_f64())
}

pub(super) fn length(wait: &Wait) -> String {
    wait.length().map_or("the rest of the run".to_owned(), in_millis)
}
