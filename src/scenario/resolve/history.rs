//! `[[history]]`: what really happened, counted from the first fault's start.

use super::{Timing, report_inside};
use crate::kernel::Span;
use crate::scenario::file::{HistoryFile, ScenarioFile};
use crate::scenario::model::{Fault, HistoryRow};
use crate::scenario::quantity::{Clock, Quantity};
use crate::scenario::words::{Mistake, Words};
use crate::scenario::written::{At, Reader};

const FORMS: &str = "a moment of history is like `T+2m` after the fault's start, or `02:13`";

pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    timing: Option<Timing>,
    faults: Option<&[Fault]>,
) -> Vec<HistoryRow> {
    let rows = file.history.get().map_or(&[][..], |rows| rows);
    if let (Some(row), Some([])) = (rows.first(), faults) {
        let note = "its times count from the first fault's start: write a `[[fault]]`";
        reader.report(row.place, "there is history, and nothing goes wrong", note);
        return Vec::new();
    }
    let struck = faults.into_iter().flatten().filter(|fault| !fault.is_standing);
    let starts = struck.filter_map(|fault| fault.starts.first());
    let onset = timing.zip(starts.min().copied());
    rows.iter().filter_map(|row| read_row(row, reader, onset)).collect()
}

fn read_row(
    row: &At<HistoryFile>,
    reader: &mut Reader<'_>,
    onset: Option<(Timing, Span)>,
) -> Option<HistoryRow> {
    let HistoryFile { at, what, event, about, source } = &row.value;
    let at = reader.require(at, row.place, "the row's `at`", "`at = \"T+2m\"`").cloned();
    let what = reader.require(what, row.place, "the row's `what`", "`what = \"paged\"`").cloned();
    let (at, (timing, onset)) = (at?, onset?);
    match read_moment(&at.value, timing, onset) {
        Ok(at) => Some(HistoryRow {
            at,
            what: what?.value,
            event: event.get().copied(),
            about: *about.get()?,
            source: source.get()?.clone(),
        }),
        Err(mistake) => {
            report_inside(reader, &at.value, at.place, mistake);
            None
        }
    }
}

/// So long after the fault's start; a time of day is the next one after it.
fn read_moment(text: &str, timing: Timing, onset: Span) -> Result<Span, Mistake> {
    let whole = Words::new(text).remainder();
    if let Some(after) = whole.text.strip_prefix("T+") {
        let span = Span::parse(after.trim());
        return span.map_err(|_| whole.wrong(format!("`{text}` is not a moment"), FORMS));
    }
    let Ok(time) = Clock::parse(whole.text) else {
        return Err(whole.wrong(format!("`{text}` is not a moment of history"), FORMS));
    };
    let Some(start) = timing.clock else {
        let note = "set `clock` at the top, the time of day at which the run starts";
        return Err(whole.wrong("this run has no clock", note));
    };
    let day = super::DAY.as_nanos();
    let struck = (start + onset).as_nanos() % day;
    Ok(Span::from_nanos((time.0.as_nanos() + day - struck) % day))
}
