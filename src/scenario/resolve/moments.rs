//! When faults begin: moments after the start, by the clock, and relative to other faults.

use super::Timing;
use crate::kernel::Span;
use crate::scenario::problem::suggest;
use crate::scenario::quantity::{Clock, Quantity};
use crate::scenario::words::{Mistake, Words};

/// A moment as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// So long after the start of what is measured.
    After(Span),
    /// So long after another fault's first start, or its last end.
    Relative { fault: usize, end: bool, plus: Span },
}

const FORMS: &str =
    "a moment is like `1m` after the start, `02:13`, `storm + 2m` or `end of storm + 30s`";

/// Reads a moment; `faults` are the names that it may refer to.
pub(super) fn read(text: &str, timing: Timing, faults: &[&str]) -> Result<Moment, Mistake> {
    let mut words = Words::new(text);
    let whole = words.remainder();
    if let Ok(span) = Span::parse(whole.text) {
        return Ok(Moment::After(span));
    }
    if let Ok(time) = Clock::parse(whole.text) {
        let Some(start) = timing.clock else {
            let note = "set `clock` at the top, the time of day at which the run starts";
            return Err(whole.wrong("this run has no clock", note));
        };
        return Ok(Moment::After(Span::from_nanos(
            (time.0 + super::DAY).as_nanos().saturating_sub(start.as_nanos())
                % super::DAY.as_nanos(),
        )));
    }
    if whole.text.is_empty() || whole.text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(whole.wrong(format!("`{text}` is not a moment"), FORMS));
    }
    read_relative(text, faults)
}

fn read_relative(text: &str, faults: &[&str]) -> Result<Moment, Mistake> {
    let mut words = Words::new(text);
    let mut ahead = words;
    let end = ahead.word().text == "end" && ahead.word().text == "of";
    if end {
        words = ahead;
    }
    let name = words.word();
    let Some(fault) = faults.iter().position(|fault| *fault == name.text) else {
        let meant = suggest(name.text, faults.iter().copied());
        let message = format!("there is no fault `{}`", name.text);
        return Err(name.wrong(message, format!("{meant}{FORMS}")));
    };
    if words.is_done() {
        return Ok(Moment::Relative { fault, end, plus: Span::ZERO });
    }
    if words.sign(&["+"]).is_none() {
        return Err(words.here().wrong("`+` is missing here", FORMS));
    }
    let plus = words.remainder();
    let span = Span::parse(plus.text).map_err(|_| {
        plus.wrong(format!("`{}` is not a length of time", plus.text), Span::EXAMPLES)
    })?;
    Ok(Moment::Relative { fault, end, plus: span })
}

/// One fault's time: where it is told from, how long it lasts, how often it comes.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) at: Option<Moment>,
    pub(super) length: Option<Span>,
    pub(super) every: Option<Span>,
}

/// Why a fault has no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoStart {
    /// It waits for itself.
    Circle,
    /// It waits for the end of a fault that has none.
    Endless(usize),
    /// What it waits for is wrong, and that has been reported.
    Unknown,
}

/// Every start of fault `index`, as long as it ends within `duration`.
pub(super) fn starts(
    plans: &[Plan],
    index: usize,
    duration: Span,
    depth: usize,
) -> Result<Vec<Span>, NoStart> {
    if depth > plans.len() {
        return Err(NoStart::Circle);
    }
    let plan = &plans[index];
    let first = match plan.at.as_ref().ok_or(NoStart::Unknown)? {
        Moment::After(span) => *span,
        Moment::Relative { fault, end, plus } => {
            let other = starts(plans, *fault, duration, depth + 1)?;
            let length = plans[*fault].length.filter(|_| *end);
            if *end && length.is_none() {
                return Err(NoStart::Endless(*fault));
            }
            let from = if *end { other.last() } else { other.first() };
            *from.ok_or(NoStart::Unknown)? + length.unwrap_or(Span::ZERO) + *plus
        }
    };
    let (Some(every), Some(length)) = (plan.every, plan.length) else { return Ok(vec![first]) };
    let fits = |start: &Span| *start + length <= duration;
    let next = |start: &Span| Some(*start + every).filter(fits);
    Ok(std::iter::successors(Some(first), next).take(MOST_STARTS).collect())
}

/// A fault that comes more often than this is load.
pub(super) const MOST_STARTS: usize = 10_000;
