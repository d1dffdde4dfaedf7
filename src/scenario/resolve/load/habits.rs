//! What clients of a group do beside sending: hooks, retries, batches, delegated calls.

use crate::flow::{Law, Service};
use crate::kernel::Span;
use crate::scenario::file::{HookFile, LawFile, LoadFile};
use crate::scenario::model::{Data, Delegated, Patience, Retry, Storage};
use crate::scenario::written::{Field, Reader};

/// No hook is one that takes no time.
pub(super) fn read_hook(field: &Field<HookFile>, reader: &mut Reader<'_>) -> Option<Service> {
    let Some(at) = field.at() else {
        return field.is_absent().then(Service::default);
    };
    let mean = reader.require(&at.value.mean, at.place, "`mean`", "`mean = \"2ms\"`").copied();
    let law = *at.value.law.get()?;
    let cv = at.value.cv.at();
    if let Some(cv) = cv.filter(|_| law != LawFile::LogNormal) {
        let note = "write `law = \"lognormal\"`, or leave `cv` out";
        reader.report(cv.place, "only a log-normal law has a variation of its own", note);
    }
    if let Some(cv) = cv.filter(|cv| cv.value.0 <= 0.0) {
        reader.report(cv.place, format!("`{}.hook.cv` must be more than 0", reader.path()), "");
    }
    let law = match law {
        LawFile::Fixed => Law::Fixed,
        LawFile::Exponential => Law::Exponential,
        LawFile::Uniform => Law::Uniform,
        LawFile::LogNormal => Law::LogNormal(cv.map_or(1.0, |cv| cv.value.0)),
    };
    Some(Service { mean: mean?.value, law })
}

/// Longer than this nobody waits, and less than this nobody sees anything new.
const LONGEST_WAIT: Span = Span::from_secs(86_400);
const SHORTEST_REFRESH: Span = Span::from_millis(100);

pub(super) fn read_patience(
    written: &LoadFile,
    reader: &mut Reader<'_>,
) -> Option<Option<Patience>> {
    let Some(at) = written.patience.at() else {
        return Some(None).filter(|_| written.patience.is_absent());
    };
    let path = reader.path();
    if let Some(at) = at.value.leaves.at().filter(|at| at.value > LONGEST_WAIT) {
        let message = format!("`{path}.patience.leaves` must be at most {LONGEST_WAIT}");
        reader.report(at.place, message, "");
    }
    if let Some(at) = at.value.refresh.at().filter(|at| at.value < SHORTEST_REFRESH) {
        let message = format!("`{path}.patience.refresh` must be at least {SHORTEST_REFRESH}");
        reader.report(at.place, message, "");
    }
    Some(Some(Patience {
        median: *at.value.median.get()?,
        refresh: *at.value.refresh.get()?,
        ticket: at.value.ticket.get()?.0,
        leaves: *at.value.leaves.get()?,
        told: at.value.told.get()?.0,
    }))
}

pub(super) fn read_retry(written: &LoadFile, reader: &mut Reader<'_>) -> Option<Option<Retry>> {
    let Some(at) = written.retry.at() else {
        return Some(None).filter(|_| written.retry.is_absent());
    };
    let tries = reader.require(&at.value.tries, at.place, "`tries`", "`tries = 3`").copied();
    let after =
        reader.require(&at.value.after, at.place, "`after`", "`after = \"500ms\"`").copied();
    let timeout = at.value.timeout.at()?;
    if timeout.value == Span::ZERO {
        reader.report(
            timeout.place,
            format!("`{}.retry.timeout` must be more than 0s", reader.path()),
            "",
        );
    }
    Some(Some(Retry {
        tries: tries?.value.0,
        after: after?.value,
        timeout: timeout.value,
        backoff: *at.value.backoff.get()?,
        longest: *at.value.longest.get()?,
        jitter: at.value.jitter.get()?.0,
        budget: at.value.budget.get().map(|share| share.0),
        anew: *at.value.anew.get()?,
    }))
}

/// Subjects of a batch are drawn by weight: nobody's turn is kept, and no trace has recorded them.
pub(super) fn read_batch(written: &LoadFile, reader: &mut Reader<'_>) -> Option<u32> {
    let batch = written.batch.at()?;
    let in_turn = written.keys.get().is_some_and(|keys| !keys.pick.is_absent());
    if batch.value.0 > 1 && (in_turn || !written.trace.is_absent()) {
        let note = "a batch draws its subjects by their weight: leave out `batch`";
        let what = if in_turn { "keys in turn" } else { "a trace" };
        reader.report(batch.place, format!("{what}, and batches"), note);
    }
    Some(batch.value.0)
}

pub(super) fn read_delegated(
    written: &LoadFile,
    reader: &mut Reader<'_>,
    clients: u32,
) -> Option<Option<Delegated>> {
    let Some(at) = written.delegated.at() else {
        return Some(None).filter(|_| written.delegated.is_absent());
    };
    let share = reader.require(&at.value.share, at.place, "`share`", "`share = \"30%\"`").copied();
    if clients < 2 {
        let note = "somebody else submits a delegated call: there must be at least 2 clients";
        reader.report(at.place, "delegated calls, and 1 client", note);
    }
    let deadline = at.value.deadline.get().copied();
    Some(Some(Delegated { share: share?.value.0, deadline }))
}

/// `Some(None)` where all data lies in the registry.
pub(super) fn read_data(written: &LoadFile, reader: &mut Reader<'_>) -> Option<Option<Data>> {
    let Some(at) = written.data.at() else {
        return Some(None).filter(|_| written.data.is_absent());
    };
    let example = "`place = \"arweave\"`";
    let place = reader.require(&at.value.place, at.place, "`place`", example)?.value;
    let others = [
        ("a chain", written.chain.at().map(|at| at.place)),
        ("an overlap", written.overlap.at().map(|at| at.place)),
        ("a trace", written.trace.at().map(|at| at.place)),
        ("batches", written.batch.at().filter(|at| at.value.0 > 1).map(|at| at.place)),
    ];
    let other = others.iter().find_map(|(what, place)| Some((what, (*place)?)));
    if let Some((what, place)) = other.filter(|_| place == Storage::OffChain) {
        let note = "nothing is linked to what lies off chain, and nothing comes with it";
        reader.report(place, format!("{what}, and statements off chain"), note);
    }
    Some(Some(Data {
        place,
        share: at.value.share.get()?.0,
        upload: *at.value.upload.get()?,
        readable: *at.value.readable.get()?,
        lost: at.value.lost.get()?.0,
    }))
}
