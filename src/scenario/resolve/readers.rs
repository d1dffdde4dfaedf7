//! `[indexers]` and `[dependants]`: who copies what is attested, and who goes by it.

use super::read_regions;
use crate::kernel::Span;
use crate::scenario::file::{CarriageFile, DependantsFile, ScenarioFile};
use crate::scenario::model::{
    Carriage, DelayTable, Dependants, Indexers, LoadGroup, Reads, Source, Validators,
};
use crate::scenario::written::{Field, Reader};

/// More uses of one attestation than this are a unit that was lost.
const MOST_USES: u64 = 100_000;

/// The indexers; `Some(None)` if there are none.
pub(super) fn read_indexers(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Option<Indexers>> {
    if file.indexers.is_absent() {
        return Some(None);
    }
    let written = file.indexers.get()?;
    for (key, field) in [("poll", &written.poll), ("keeps", &written.keeps)] {
        if let Some(at) = field.at().filter(|at| at.value < Span::from_millis(1)) {
            reader.report(at.place, format!("`indexers.{key}` must be at least 1ms"), "");
        }
    }
    Some(Some(Indexers {
        count: written.count.get()?.0,
        regions: read_regions(&written.regions, reader, table)?,
        poll: *written.poll.get()?,
        work: *written.work.get()?,
        rewrite: *written.rewrite.get()?,
        strict: *written.strict.get()?,
        keeps: *written.keeps.get()?,
        reading: *written.reading.get()?,
        dates: *written.dates.get()?,
        carries: read_carriage(&written.carries, reader)?,
    }))
}

/// `Some(None)` where there is no second chain.
fn read_carriage(field: &Field<CarriageFile>, reader: &mut Reader<'_>) -> Option<Option<Carriage>> {
    let Some(at) = field.at() else { return Some(None).filter(|_| field.is_absent()) };
    let example = "`block = \"12s\"`";
    let block = reader.require(&at.value.block, at.place, "`block`", example).copied()?;
    if block.value < Span::from_millis(1) {
        reader.report(block.place, "`indexers.carries.block` must be at least 1ms", "");
    }
    let (room, finality) = (at.value.room.get()?.0, *at.value.finality.get()?);
    Some(Some(Carriage { block: block.value, room, finality }))
}

/// The dependants; `Some(None)` if there are none.
pub(super) fn read_dependants(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    table: Option<&DelayTable>,
) -> Option<Option<Dependants>> {
    if file.dependants.is_absent() {
        return Some(None);
    }
    let written = file.dependants.get()?;
    check_times(written, reader);
    if let Some(at) = written.source.at().filter(|at| at.value == Source::Index)
        && file.indexers.is_absent()
    {
        reader.report(at.place, "dependants ask an index, and there is none", NO_INDEX);
    }
    Some(Some(Dependants {
        count: written.count.get()?.0,
        regions: read_regions(&written.regions, reader, table)?,
        share: written.share.get()?.0,
        after: *written.after.get()?,
        again: *written.again.get()?,
        retry: *written.retry.get()?,
        lasts: *written.lasts.get()?,
        source: *written.source.get()?,
        ttl: *written.ttl.get()?,
        timeout: *written.timeout.get()?,
        silence: *written.silence.get()?,
        reading: *written.reading.get()?,
    }))
}

const NO_INDEX: &str = "write `[indexers]`, which has a default for everything";

fn check_times(written: &DependantsFile, reader: &mut Reader<'_>) {
    let lasts = written.lasts.get().copied().unwrap_or_default();
    for (key, field) in [("again", &written.again), ("retry", &written.retry)] {
        let Some(at) = field.at() else { continue };
        if at.value == Span::ZERO || lasts.as_nanos() / at.value.as_nanos() > MOST_USES {
            let message = format!("`dependants.{key}` makes more than {MOST_USES} uses of one");
            reader.report(at.place, message, "make it longer, or `lasts` shorter");
        }
    }
    if let Some(at) = written.timeout.at().filter(|at| at.value == Span::ZERO) {
        reader.report(at.place, "`dependants.timeout` must be more than 0s", "");
    }
}

/// What reads an index needs one, and dependants know attestations by the ids they had first.
pub(super) fn check_together(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    (validators, load): (Option<&Validators>, Option<&[LoadGroup]>),
) {
    if validators.is_some_and(|validators| validators.reads == Reads::Index)
        && file.indexers.is_absent()
        && let Some(at) = file.validators.get().and_then(|written| written.reads.at())
    {
        reader.report(at.place, "readers ask an index, and there is none", NO_INDEX);
    }
    for (written, group) in
        file.load.get().into_iter().flat_map(|load| &load.0).zip(load.into_iter().flatten())
    {
        let reads = written.1.value.reads.at().filter(|at| at.value == Reads::Index);
        if let Some(at) = reads.filter(|_| file.indexers.is_absent()) {
            reader.report(at.place, "these ask an index, and there is none", NO_INDEX);
        }
        let retry = written.1.value.retry.at();
        if let Some(at) = retry.filter(|_| group.retry.is_some_and(|retry| retry.anew))
            && !file.dependants.is_absent()
        {
            let note = "leave out `anew`, or `[dependants]`";
            reader.report(at.place, "users of dependants know the first try's id only", note);
        }
    }
}
