//! `uid`: by what attestations are named.

use crate::attestation::{Naming, Profile};
use crate::kernel::Span;
use crate::scenario::file::{ScenarioFile, Uid, UidFile};
use crate::scenario::written::{At, Choice as _, Reader};

/// A slot of Ethereum's (consensus-specs, `SECONDS_PER_SLOT`).
const BLOCK: Span = Span::from_secs(12);

pub(super) fn read_naming(file: &ScenarioFile, reader: &mut Reader<'_>) -> Option<Naming> {
    let uid = file.uid.at()?;
    let profile = *file.profile.get()?;
    let kind = reader.require(&uid.value.of, uid.place, "`of`", "`of = \"inclusion\"`")?.value;
    let block = match kind {
        Uid::Content => no_block(&uid.value, reader),
        Uid::Inclusion => Some(read_block((uid, profile), reader)?),
    };
    Some(profile.naming(block))
}

fn no_block(uid: &UidFile, reader: &mut Reader<'_>) -> Option<Span> {
    if let Some(block) = uid.block.at() {
        let note = "write `of = \"inclusion\"`, or remove it";
        reader.report(block.place, "`uid.block` is of uids with the time of inclusion", note);
    }
    None
}

fn read_block((uid, profile): (&At<UidFile>, Profile), reader: &mut Reader<'_>) -> Option<Span> {
    if profile.names_numbers() {
        let problem = format!("profile `{}` names attestations by numbers", profile.word());
        reader.report(uid.place, problem, "`uid` is for `profile = \"eas\"`");
    }
    let Some(block) = uid.value.block.at() else {
        return Some(BLOCK).filter(|_| uid.value.block.is_absent());
    };
    if block.value < Span::from_millis(1) || block.value > Span::from_secs(3_600) {
        reader.report(block.place, "`uid.block` must be between 1ms and 1h", "");
    }
    Some(block.value)
}
