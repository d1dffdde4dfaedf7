//! `attestorm history check`: is a history that somebody recorded linearizable?

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::args::HistoryArgs;
use super::output::{INVALID, colours, fail, print, print_error};
use crate::experiment::Word;
use crate::history::{Checked, Fault, Finding, Model, Operation, check as judge, read};
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
    let mut text = verdict(&name, model, &checked);
    if !quiet {
        text += &counts(&operations, &checked);
        text += &details(args, &operations, &checked);
    }
    print(&text);
    ExitCode::from(match checked.finding {
        Finding::Order => Word::Pass.exit(),
        Finding::NoOrder { .. } => Word::Broken.exit(),
        Finding::Undecided => Word::Inconclusive.exit(),
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
        Finding::NoOrder { .. } => ("VIOLATED", "no order explains every answer"),
        Finding::Undecided => ("UNDECIDED", "the budget did not suffice"),
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
    let file = args.file.display();
    match &checked.finding {
        Finding::Order => String::new(),
        Finding::NoOrder { core, is_minimal } => {
            let core: Vec<&Operation> = core.iter().map(|place| &operations[*place]).collect();
            listed(&core, *is_minimal)
        }
        Finding::Undecided => {
            let more = args.budget.saturating_mul(10).max(1_000);
            let model = Model::from(args.model).name();
            format!("next: attestorm history check {file} --model {model} --budget {more}\n")
        }
    }
}

/// The operations of a core, and what makes it one.
fn listed(core: &[&Operation], is_minimal: bool) -> String {
    let has_key = core.iter().any(|operation| !operation.key.is_empty());
    let rows = core.iter().map(|operation| {
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
    let mut text = format!("\nno order explains these {}:\n", core.len());
    text += &aligned(&rows);
    if core.len() > MOST_SHOWN {
        let _ = writeln!(text, "  and {} more", core.len() - MOST_SHOWN);
    }
    text += match is_minimal {
        true => {
            "\nWithout any one of them there is an order. What is left out may have happened at \
             any\ntime, or never: only that these happened, and when, is held against them.\n"
        }
        false => {
            "\nSome of them may not be needed: the budget did not suffice to tell. What is left \
             out\nmay have happened at any time, or never.\n"
        }
    };
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
