//! `trace` of a load group: who says what about what, by time.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Timing, report_file};
use crate::kernel::Span;
use crate::scenario::file::{LoadFile, TraceFile, Unknown};
use crate::scenario::model::{LoadGroup, RecordedKind, Trace, TraceRow};
use crate::scenario::problem::Place;
use crate::scenario::source::read_text;
use crate::scenario::trace_rows::{Row, read_rows};
use crate::scenario::words::{Mistake, Word};
use crate::scenario::written::{At, Field, Reader};

/// As many rows as traces of one scenario have at most: more could not be written into one file.
pub(super) const MOST_ROWS: usize = 100_000;

/// What a trace says itself.
pub(super) fn check_alone(written: &LoadFile, reader: &mut Reader<'_>) {
    fn at<T>(field: &Field<T>) -> Option<Place> {
        field.at().map(|at| at.place)
    }
    let said = [
        ("rate", at(&written.rate)),
        ("stages", at(&written.stages)),
        ("arrivals", at(&written.arrivals)),
        ("users", at(&written.users)),
        ("think", at(&written.think)),
        ("clients", at(&written.clients)),
        ("mix", at(&written.mix)),
        ("keys", at(&written.keys)),
        ("chain", at(&written.chain)),
        ("overlap", at(&written.overlap)),
    ];
    for (key, place) in said.into_iter().filter_map(|(key, place)| Some((key, place?))) {
        let note = "it says itself who does what, and when: leave this out";
        reader.report(place, format!("a trace has no `{key}`"), note);
    }
}

pub(super) fn read(
    trace: &At<TraceFile>,
    reader: &mut Reader<'_>,
    (timing, folder): (Timing, &Path),
) -> Option<Trace> {
    let speed = trace.value.speed.at()?;
    if speed.value.0 <= 0.0 {
        let message = format!("`{}.trace.speed` must be more than 0x", reader.path());
        reader.report(speed.place, message, "");
        return None;
    }
    let unknown = *trace.value.unknown.get()?;
    let Written { name, text, place } = find_text(trace, reader, folder)?;
    let recording = Recording { speed: speed.value.0, unknown, timing };
    let rows = read_rows(&text).and_then(|rows| recording.resolve(rows, reader));
    let mistakes = match rows {
        Ok(rows) => return Some(Trace { name, rows: rows.into() }),
        Err(mistakes) => mistakes,
    };
    for Mistake { part, message, note } in mistakes {
        let place = match place {
            Standing::File(origin) => Place::new(origin, part),
            Standing::Within(place) => reader.log.inside(&text, place, part),
        };
        reader.report(place, message, note);
    }
    None
}

/// The text of a trace, what it is called, and where it stands.
struct Written {
    name: String,
    text: String,
    place: Standing,
}

#[derive(Clone, Copy)]
enum Standing {
    /// In a file of its own.
    File(usize),
    /// In quotes in the scenario.
    Within(Place),
}

fn find_text(trace: &At<TraceFile>, reader: &mut Reader<'_>, folder: &Path) -> Option<Written> {
    let written = &trace.value;
    match (&written.file, &written.rows) {
        (Field::Given(file), Field::Absent) => {
            let (text, origin) = read_file(file, reader, folder)?;
            Some(Written { name: file.value.clone(), text, place: Standing::File(origin) })
        }
        (Field::Absent, Field::Given(rows)) => {
            let (name, text) = (written.name.get()?.clone(), rows.value.clone());
            Some(Written { name, text, place: Standing::Within(rows.place) })
        }
        (Field::Wrong, _) | (_, Field::Wrong) => None,
        (Field::Given(file), Field::Given(_)) => {
            let message = "this trace comes from a file and is written here, too";
            reader.report(file.place, message, "leave out one of `file` and `rows`");
            None
        }
        (Field::Absent, Field::Absent) if reader.is_misspelt(trace.place, None) => None,
        (Field::Absent, Field::Absent) => {
            reader.report(trace.place, "this trace has no rows", "write `trace = \"ours.csv\"`");
            None
        }
    }
}

fn read_file(file: &At<String>, reader: &mut Reader<'_>, folder: &Path) -> Option<(String, usize)> {
    match read_text(&folder.join(&file.value)) {
        Ok(text) => {
            let origin = reader.log.add_file(&file.value, &text);
            Some((text, origin))
        }
        Err(refusal) => {
            report_file(reader, file, refusal);
            None
        }
    }
}

/// How rows become operations.
struct Recording {
    speed: f64,
    unknown: Unknown,
    timing: Timing,
}

impl Recording {
    /// The operations by time, or all that is wrong with them.
    fn resolve(
        &self,
        mut rows: Vec<Row<'_>>,
        reader: &Reader<'_>,
    ) -> Result<Vec<TraceRow>, Vec<Mistake>> {
        if self.speed != 1.0 {
            let faster = |at: Span| Span::from_nanos((at.as_nanos() as f64 / self.speed) as u64);
            rows.iter_mut().for_each(|row| row.at = faster(row.at));
        }
        // Stable: rows of one instant stay as they were written.
        rows.sort_by_key(|row| row.at);
        let mut mistakes: Vec<Mistake> = self.check_size(&rows, reader).into_iter().collect();
        let mut known = Known::default();
        for row in &rows {
            let refers_to = known.reference(row);
            let is_unknown = row.kind.refers() && refers_to.is_none();
            match self.unknown {
                Unknown::Refuse if is_unknown => mistakes.push(refers_to_nothing(row)),
                Unknown::Skip if is_unknown => {}
                Unknown::Attest if is_unknown => known.add(row, RecordedKind::Attest, None),
                Unknown::Refuse | Unknown::Skip | Unknown::Attest => {
                    known.add(row, row.kind, refers_to);
                }
            }
        }
        if let (true, Some(row)) = (known.rows.is_empty() && mistakes.is_empty(), rows.first()) {
            let note = "all that it has refers to nothing, and is left out";
            mistakes.push(row.words[0].wrong("this trace holds no operations", note));
        }
        if mistakes.is_empty() { Ok(known.rows) } else { Err(mistakes) }
    }

    fn check_size(&self, rows: &[Row<'_>], reader: &Reader<'_>) -> Option<Mistake> {
        let Some(last) = rows.last() else {
            let nowhere = Word { text: "", part: 0..0 };
            return Some(nowhere.wrong("this trace has no rows but its header", ""));
        };
        if rows.len() > MOST_ROWS {
            let message = format!("this trace has {} rows", rows.len());
            return Some(
                last.words[0].wrong(message, format!("at most {MOST_ROWS} can be replayed")),
            );
        }
        let Timing { duration, duration_place, .. } = self.timing;
        let line = reader.log.beside(duration_place);
        (last.at >= duration).then(|| {
            let message = format!("this is due at {}, after the end of the run", last.at);
            let note = format!("the run lasts {duration}{line}; `speed = \"2x\"` replays faster");
            last.words[0].wrong(message, note)
        })
    }
}

fn refers_to_nothing(row: &Row<'_>) -> Mistake {
    let message = format!("nothing about `{}` is known to {}", row.key, row.words[1].text);
    let note = format!(
        "it must be said in this trace within {} before; `unknown = \"attest\"` makes a statement \
         of what refers to nothing, `unknown = \"skip\"` leaves it out",
        LoadGroup::REFERENCE_AGE
    );
    row.words[1].wrong(message, note)
}

/// What was said so far, and stands.
#[derive(Default)]
struct Known<'a> {
    rows: Vec<TraceRow>,
    /// Whether a row was revoked or replaced.
    gone: Vec<bool>,
    attesters: BTreeMap<&'a str, u32>,
    keys: BTreeMap<&'a str, u32>,
    /// Statements about each key, and by each attester about each key, the latest last.
    about: BTreeMap<&'a str, Vec<u32>>,
    own: BTreeMap<(&'a str, &'a str), Vec<u32>>,
}

impl<'a> Known<'a> {
    /// What a row refers to: who takes something back means its own.
    fn reference(&mut self, row: &Row<'a>) -> Option<u32> {
        if !row.kind.refers() {
            return None;
        }
        let is_change = row.kind != RecordedKind::Query;
        let own = self.own.get_mut(&(row.key, row.attester)).filter(|_| is_change);
        let (rows, gone) = (&self.rows, &self.gone);
        let standing = |stack: Option<&mut Vec<u32>>| {
            let stack = stack?;
            while stack.pop_if(|last| gone[*last as usize]).is_some() {}
            let last = *stack.last()?;
            let age = row.at.saturating_sub(rows[last as usize].at);
            (age < LoadGroup::REFERENCE_AGE).then_some(last)
        };
        standing(own).or_else(|| standing(self.about.get_mut(row.key)))
    }

    fn add(&mut self, row: &Row<'a>, kind: RecordedKind, refers_to: Option<u32>) {
        let place = self.rows.len() as u32;
        let (attesters, keys) = (self.attesters.len() as u32, self.keys.len() as u32);
        let attester = *self.attesters.entry(row.attester).or_insert(attesters);
        let key = *self.keys.entry(row.key).or_insert(keys);
        self.rows.push(TraceRow { at: row.at, attester, key, kind, refers_to });
        self.gone.push(false);
        if let Some(target) = refers_to.filter(|_| kind != RecordedKind::Query) {
            self.gone[target as usize] = true;
        }
        if !matches!(kind, RecordedKind::Query | RecordedKind::Revoke) {
            self.about.entry(row.key).or_default().push(place);
            self.own.entry((row.key, row.attester)).or_default().push(place);
        }
    }
}
