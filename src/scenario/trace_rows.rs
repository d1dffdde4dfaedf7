//! The rows of a recorded trace, as written.

use super::model::{RecordedKind, TraceRow};
use super::problem::suggest;
use super::table::{Separator, cells, lines};
use super::words::{Mistake, Word};
use super::written::Choice as _;
use crate::kernel::{NotASpan, NotWhole, Span, decimal_times};

/// The columns, in any order.
pub(crate) const COLUMNS: [&str; 4] = ["time", "attester", "key", "kind"];

/// More mistakes in one trace are not looked for.
const MOST_MISTAKES: usize = 40;

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) at: Span,
    pub(crate) attester: &'a str,
    pub(crate) key: &'a str,
    pub(crate) kind: RecordedKind,
    /// The cells of its time and its kind.
    pub(crate) words: [Word<'a>; 2],
}

/// The rows in the order of the text, or all that is wrong with it.
pub(crate) fn read_rows(text: &str) -> Result<Vec<Row<'_>>, Vec<Mistake>> {
    let mut lines = lines(text).map(|line| cells(&line, Separator::Comma));
    let Some(header) = lines.next() else {
        let nowhere = Word { text: "", part: 0..0 };
        return Err(vec![nowhere.wrong("this trace is empty", HEADER)]);
    };
    let places = read_header(&header)?;
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    for row in lines {
        match read_row(&row, places) {
            Ok(row) => rows.push(row),
            Err(wrong) => mistakes.extend(wrong),
        }
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
    }
    if mistakes.is_empty() { Ok(rows) } else { Err(mistakes) }
}

const HEADER: &str = "its first row is `time,attester,key,kind`";

/// In which cell each of the columns is.
fn read_header(header: &[Word<'_>]) -> Result<[usize; 4], Vec<Mistake>> {
    let mut mistakes = Vec::new();
    for (at, cell) in header.iter().enumerate() {
        if !COLUMNS.contains(&cell.text) {
            let note = format!("{}{HEADER}, in any order", suggest(cell.text, COLUMNS));
            mistakes.push(cell.wrong(format!("a trace has no column `{}`", cell.text), note));
        } else if header[..at].iter().any(|before| before.text == cell.text) {
            mistakes.push(cell.wrong(format!("the column `{}` comes twice", cell.text), ""));
        }
    }
    let place = |column: &str| header.iter().position(|cell| cell.text == column);
    let missing = COLUMNS.into_iter().filter(|column| place(column).is_none());
    if mistakes.is_empty() {
        let say = |column| header[0].wrong(format!("the column `{column}` is missing"), HEADER);
        mistakes.extend(missing.map(say));
    }
    match COLUMNS.map(place) {
        [Some(time), Some(attester), Some(key), Some(kind)] if mistakes.is_empty() => {
            Ok([time, attester, key, kind])
        }
        _ => Err(mistakes),
    }
}

fn read_row<'a>(cells: &[Word<'a>], places: [usize; 4]) -> Result<Row<'a>, Vec<Mistake>> {
    if let Some(cell) = cells.iter().find(|cell| cell.text.starts_with('"')) {
        let note = "a cell in quotes ends with one, in the same line; a comma comes after it";
        return Err(vec![cell.wrong("this quote is not closed", note)]);
    }
    if cells.len() != COLUMNS.len() {
        let count =
            if cells.len() == 1 { "1 cell".into() } else { format!("{} cells", cells.len()) };
        return Err(vec![cells[0].wrong(format!("this row has {count}"), "a row has 4")]);
    }
    let [time, attester, key, kind] = places.map(|place| &cells[place]);
    let (at, does) = (read_time(time), read_kind(kind));
    let nameless = [("attester", attester), ("key", key)].into_iter();
    let nameless = nameless.filter(|(_, cell)| cell.text.is_empty());
    let mut mistakes: Vec<Mistake> =
        nameless.map(|(what, cell)| cell.wrong(format!("this row has no {what}"), "")).collect();
    let (at, does) = match (at, does) {
        (Ok(at), Ok(does)) if mistakes.is_empty() => (at, does),
        (at, does) => {
            mistakes.extend(at.err().into_iter().chain(does.err()));
            return Err(mistakes);
        }
    };
    let words = [time.clone(), kind.clone()];
    Ok(Row { at, attester: attester.text, key: key.text, kind: does, words })
}

fn read_time(cell: &Word<'_>) -> Result<Span, Mistake> {
    let plain = cell.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let read = match plain {
        true => decimal_times(cell.text, 1_000_000_000).map(Span::from_nanos),
        false => cell.text.parse().map_err(|NotASpan(why)| why),
    };
    read.map_err(|why| {
        let note = match why {
            _ if cell.text.starts_with('-') => "times count from the start of what is measured",
            NotWhole::Malformed => "write seconds, like `1.25`, or a unit, like `1250ms`",
            NotWhole::TooFine => "this is finer than a nanosecond",
            NotWhole::TooMany => "this is more than can be counted",
        };
        cell.wrong(format!("`{}` is not a time", cell.text), note)
    })
}

fn read_kind(cell: &Word<'_>) -> Result<RecordedKind, Mistake> {
    let words = RecordedKind::WORDS;
    let found = words.iter().find(|(word, _)| *word == cell.text).map(|(_, kind)| *kind);
    found.ok_or_else(|| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let note = format!("{}kinds: {}", suggest(cell.text, names.clone()), names.join(", "));
        cell.wrong(format!("there is no kind of operation `{}`", cell.text), note)
    })
}

/// The rows written out again: attesters and keys by number, times in seconds.
pub(crate) fn write_rows(rows: &[TraceRow]) -> String {
    let mut text = COLUMNS.join(",") + "\n";
    for row in rows {
        let nanos = row.at.as_nanos();
        let fraction = format!("{:09}", nanos % 1_000_000_000);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let (seconds, kind) = (nanos / 1_000_000_000, row.kind.word());
        text += &format!("{seconds}{point}{fraction},{},{},{kind}\n", row.attester, row.key);
    }
    text
}
