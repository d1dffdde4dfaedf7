//! `[trust]`: who relies on what is attested, and when they are confident.

use super::read_regions;
use crate::kernel::Span;
use crate::scenario::file::{ScenarioFile, TrustFile};
use crate::scenario::model::{DelayTable, Trust};
use crate::scenario::written::Reader;
use crate::trust::Model;

/// A party looks at most so often.
const MOST_LOOKS: u64 = 250;

/// The section; `Some(None)` if there is none.
pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Option<Trust>> {
    if file.trust.is_absent() {
        return Some(None);
    }
    let written = file.trust.get()?;
    check(written, reader);
    let regions = read_regions(&written.regions, reader, table)?;
    Some(Some(Trust {
        parties: written.parties.get()?.0,
        regions,
        share: written.share.get()?.0,
        model: Model {
            formula: *written.model.get()?,
            kept: u8::try_from(written.looks.get()?.0).unwrap_or(u8::MAX),
            confident: written.confident.get()?.0,
            tolerance: *written.tolerance.get()?,
            tau: *written.tau.get()?,
        },
        pause: *written.pause.get()?,
        timeout: *written.timeout.get()?,
        patience: *written.patience.get()?,
        expected: written.expected.get().copied(),
        reading: *written.reading.get()?,
    }))
}

fn check(written: &TrustFile, reader: &mut Reader<'_>) {
    let never_zero = [
        ("pause", &written.pause),
        ("timeout", &written.timeout),
        ("patience", &written.patience),
        ("expected", &written.expected),
    ];
    for (key, field) in never_zero {
        if let Some(at) = field.at().filter(|at| at.value == Span::ZERO) {
            reader.report(at.place, format!("`trust.{key}` must be more than 0s"), "");
        }
    }
    if let Some(at) = written.confident.at().filter(|at| at.value.0 <= 0.0) {
        reader.report(at.place, "`trust.confident` must be more than 0%", "");
    }
    if let (Some(pause), Some(patience)) = (written.pause.get(), written.patience.at())
        && patience.value.as_nanos() > pause.as_nanos().saturating_mul(MOST_LOOKS)
    {
        let note = "make `patience` shorter or `pause` longer";
        let message = format!("`trust.patience` is room for more than {MOST_LOOKS} looks");
        reader.report(patience.place, message, note);
    }
}
