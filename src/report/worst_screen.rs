//! The operations of a run that are worth a look, worst first.

use super::format::{cut, millis, span};
use super::grouped;
use crate::experiment::Ranked;
use crate::kernel::Span;
use crate::measure::{Event, OperationRow};
use crate::scenario::model::Scenario;
use crate::trace::Names;

const WIDTH: usize = 100;

/// A table with the reasons, and the next command; `result` is how that names the result.
pub fn worst_screen(
    ranked: &Ranked,
    scenario: &Scenario,
    names: &impl Names,
    result: &str,
) -> String {
    let rows = ranked.worst.rows();
    let shown = rows.len();
    let all = grouped(ranked.worst.count());
    let (name, ordering, seed) = (&scenario.name, &scenario.ordering, scenario.seed);
    let mut text =
        format!("The worst {shown} of {all} operations     {name}, {ordering}, seed {seed}\n");
    text += &format!(
        "  {:<9} {:<8} {:<13} {:>9}  {:>5}  why\n",
        "id", "kind", "by", "applied", "tries"
    );
    for row in rows {
        let applied = row.applied.map_or("never".to_owned(), |span| millis(span.as_millis_f64()));
        let line = format!(
            "  {:<9} {:<8} {:<13} {applied:>9}  {:>5}  {}",
            format!("#{}", row.operation),
            row.kind.name(),
            names.name(row.client),
            row.attempts,
            why(row)
        );
        text += cut(line.trim_end(), WIDTH).as_str();
        text.push('\n');
    }
    match rows.first() {
        Some(first) => text += &format!("next: attestorm track {result} {}\n", first.operation),
        None => text += "nothing was sent in this run\n",
    }
    text
}

/// What befell it that should not have; what other columns or words say is left out.
fn why(row: &OperationRow) -> String {
    let is_told = |event: &Event| {
        !matches!(
            event,
            Event::ProofOk
                | Event::Relied
                | Event::Confident
                | Event::Needed
                | Event::ShowedUp
                | Event::Unfinished
                | Event::Retried
                | Event::Promised
                | Event::TrustGap
        )
    };
    let names: Vec<&str> = row.events.iter().filter(is_told).map(|event| event.name()).collect();
    let words = if names.is_empty() { "slow".to_owned() } else { names.join(" ") };
    match row.wronged.filter(|wronged| *wronged > Span::ZERO) {
        Some(wronged) => format!("{words} for {}", span(wronged)),
        None => words,
    }
}
