//! `attestorm history check`: is a history that somebody recorded linearizable?

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::args::HistoryArgs;
use super::output::{INVALID, colours, fail, print, print_error};
use crate::experiment::Word;
use crate::history::{
    Checked, Core, Fault, Finding, Limit, Model, Operation, check as judge, read, shrink,
};
use crate::report::grouped;
use crate::scenario::Problem;

/// Operations of a core that are printed.
const MOST_SHOWN: usize = 60;

pub(super) fn check(args: &HistoryArgs, quiet: bool) -> ExitCode {
    let model = Model::from(args.model);
    let operations = match load(&args.file, model) {
        Ok(operations) => operations,
        Err(code) => return code,
    };
    let checked = judge(&operations, model, args.budget);
    let name = args.file.display().to_string();
    print(&verdict(&name, model, &checked));
    if !quiet {
        // The verdict stands before it is asked who is to blame, which takes longer.
        print(&counts(&operations, &checked));
        print(&details(args, &operations, &checked));
    }
    ExitCode::from(match checked.finding {
        Finding::Order => Word::Pass.exit(),
        Finding::NoOrder(_) => Word::Broken.exit(),
        Finding::Undecided(_) => Word::Inconclusive.exit(),
    })
}

/// The operations of a file; every error is printed.
fn load(file: &Path, model: Model) -> Result<Vec<Operation>, ExitCode> {
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| {
        let way = match file.is_dir() {
            true => "it is a folder: name one file",
            false => "the format is told by: attestorm history check --help",
        };
        fail(format!("cannot read `{name}`: {error}\n{way}"), INVALID)
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let fault = match std::str::from_utf8(&bytes) {
        Ok(text) => match read(text, model) {
            Ok(operations) => return Ok(operations),
            Err(fault) => fault,
        },
        Err(error) => {
            let at = error.valid_up_to();
            let (message, note) = ("this is not UTF-8", "is this the right file?");
            Fault { place: at..at + 1, message: message.to_owned(), note: note.to_owned() }
        }
    };
    let Fault { place, message, note } = fault;
    let problem = Problem::inside((&name, &text), place, &message, &note);
    print_error(&format!("{}\n1 error in {name}, nothing was judged", problem.screen(colours())));
    Err(ExitCode::from(INVALID))
}

/// The first line.
fn verdict(name: &str, model: Model, checked: &Checked) -> String {
    let (word, what) = match checked.finding {
        Finding::Order => ("LINEARIZABLE", "one order explains every answer"),
        Finding::NoOrder(_) => ("VIOLATED", "no order explains every answer"),
        Finding::Undecided(Limit::Budget) => ("UNDECIDED", "the budget did not suffice"),
        Finding::Undecided(Limit::Memory) => ("UNDECIDED", "the memory did not suffice"),
    };
    format!("{word}  {name} as {}: {what}\n", model.name())
}

fn counts(operations: &[Operation], checked: &Checked) -> String {
    if operations.is_empty() {
        return "no operation in it: any model explains that\n".to_owned();
    }
    let open = operations.iter().filter(|operation| operation.returned.is_none()).count();
    let [count, open] = [operations.len(), open].map(|count| grouped(count as u64));
    let keys = match checked.keys {
        1 => String::new(),
        keys => format!(", {} keys", grouped(keys as u64)),
    };
    let (visited, plural) = (grouped(checked.visited), if checked.visited == 1 { "" } else { "s" });
    format!("{count} operations{keys}, {open} of unknown end; {visited} state{plural} visited\n")
}

fn details(args: &HistoryArgs, operations: &[Operation], checked: &Checked) -> String {
    let (file, model) = (args.file.display(), Model::from(args.model));
    match &checked.finding {
        Finding::Order => String::new(),
        Finding::NoOrder(violation) => {
            let core = shrink(operations, model, violation, args.budget);
            listed(operations, &core, args.budget)
        }
        Finding::Undecided(Limit::Budget) => {
            let more = args.budget.saturating_mul(10).max(1_000);
            let model = model.name();
            format!("next: attestorm history check {file} --model {model} --budget {more}\n")
        }
        Finding::Undecided(Limit::Memory) => {
            "next: judge a part of it, its first operations or one of its keys\n".to_owned()
        }
    }
}

/// The operations of a core, what makes it one, and what else its reader looks for.
fn listed(operations: &[Operation], core: &Core, budget: u64) -> String {
    let few = |places: &[usize]| {
        let few: Vec<&Operation> = places.iter().map(|place| &operations[*place]).collect();
        table(&few)
    };
    let these = match core.places.len() {
        1 => "this one".to_owned(),
        count => format!("these {count}"),
    };
    let mut text = format!("\nno order explains {these}:\n{}", few(&core.places));
    text += match (core.is_minimal, core.places.len()) {
        (true, 1) => "Without it there is an order.",
        (true, _) => "Without any one of them there is an order.",
        (false, _) => "Not shrunk further within the budget: some of them may not be needed.",
    };
    text += " What is left out is held to its times\nonly: it may have happened while it was under \
        way, once, often or never.\n";
    if !core.is_minimal {
        let _ = writeln!(text, "next: the same with --budget {}", budget.saturating_mul(10));
    }
    if core.is_minimal && !core.sources.is_empty() {
        let _ = write!(text, "\nwhat they saw was set by:\n{}", few(&core.sources));
    }
    text
}

/// Operations, a row each.
fn table(few: &[&Operation]) -> String {
    let has_key = few.iter().any(|operation| !operation.key.is_empty());
    let rows = few.iter().map(|operation| {
        let returned = operation.returned.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let mut row = vec![
            operation.line.to_string(),
            operation.called.to_string(),
            returned,
            operation.client.clone(),
            operation.to_string(),
        ];
        if has_key {
            row.insert(4, operation.key.clone());
        }
        row
    });
    let mut head = vec!["line", "called", "returned", "client", "operation"];
    if has_key {
        head.insert(4, "key");
    }
    let head = head.into_iter().map(ToOwned::to_owned).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows.take(MOST_SHOWN)).collect();
    let mut text = aligned(&rows);
    if few.len() > MOST_SHOWN {
        let _ = writeln!(text, "  and {} more", few.len() - MOST_SHOWN);
    }
    text
}

/// Columns; all but the last are set to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let (last, first) = row.split_last().expect("every row has an operation");
        for (cell, width) in first.iter().zip(&widths) {
            let _ = write!(text, "  {cell:>width$}");
        }
        let _ = writeln!(text, "   {last}");
    }
    text
}
