//! `[time]` and `validators.ahead`: who goes by which clock, and what a clock lets in.

use super::report_inside;
use crate::scenario::cast::{Cast, Target, is_of_sources};
use crate::scenario::file::{AheadFile, Early, ScenarioFile};
use crate::scenario::model::{Ahead, TimeSources};
use crate::scenario::written::{Field, Reader};

/// How many time sources there are, where there are any.
pub(super) fn count(file: &ScenarioFile) -> Option<u32> {
    Some(file.time.get()?.sources.get()?.0)
}

/// The time sources; `Some(None)` if there are none.
pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    cast: Option<&Cast<'_>>,
) -> Option<Option<TimeSources>> {
    if file.time.is_absent() {
        return Some(None);
    }
    let written = file.time.get()?;
    let hosts = written.hosts.at()?;
    let hosts = match cast?.select(&hosts.value, Target::Clocks) {
        Ok(asked) => {
            if asked.terms.iter().any(is_of_sources) {
                let note = "write who asks them: `validator-0..2, issuers`";
                reader.report(hosts.place, "time sources ask nobody", note);
            }
            asked
        }
        Err(mistake) => {
            report_inside(reader, &hosts.value, hosts.place, mistake);
            return None;
        }
    };
    let (count, policy) = (written.sources.get()?.0, *written.policy.get()?);
    Some(Some(TimeSources { count, policy, hosts }))
}

/// `Some(None)` where nobody looks.
pub(super) fn read_ahead(
    field: &Field<AheadFile>,
    reader: &mut Reader<'_>,
) -> Option<Option<Ahead>> {
    let Some(at) = field.at() else { return Some(None).filter(|_| field.is_absent()) };
    let most = reader.require(&at.value.most, at.place, "`most`", "`most = \"500ms\"`").copied()?;
    let holds = *at.value.then.get()? == Early::Hold;
    Some(Some(Ahead { most: most.value, holds }))
}
