//! `[[claim]]`: what is claimed of variants.

use super::{Setting, report_inside};
use crate::scenario::claim::{Axis, Claim};
use crate::scenario::demand::Names;
use crate::scenario::file::{ClaimFile, ScenarioFile};
use crate::scenario::problem::suggest;
use crate::scenario::relation::read_holds;
use crate::scenario::words::Word;
use crate::scenario::written::{At, Reader};

pub(super) fn read(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    setting: Setting<'_>,
    names: &Names,
) -> Vec<Claim> {
    let claims = file.claim.get().into_iter().flatten();
    claims.filter_map(|claim| read_one(claim, reader, setting, names)).collect()
}

fn read_one(
    claim: &At<ClaimFile>,
    reader: &mut Reader<'_>,
    setting: Setting<'_>,
    names: &Names,
) -> Option<Claim> {
    let ClaimFile { text, by, holds } = &claim.value;
    let place = claim.place;
    let example = "`text = \"causal waits where arrival refuses\"`";
    let text = reader.require(text, place, "the claim's `text`", example).cloned();
    let example = "`by = \"ordering=arrival,causal\"`";
    let by = reader.require(by, place, "the claim's `by`", example).cloned();
    let example = "`holds = \"per10k(orphans): causal < 0.1x arrival\"`";
    let holds = reader.require(holds, place, "the claim's `holds`", example).cloned();
    let axis = read_axis(&by?, reader, setting)?;
    let holds = holds?;
    match read_holds(&holds.value, &axis.values, names) {
        Ok(holds) => Some(Claim { text: text?.value, by: axis, holds }),
        Err(mistake) => {
            report_inside(reader, &holds.value, holds.place, mistake);
            None
        }
    }
}

/// What differs; orderings must be known.
fn read_axis(by: &At<String>, reader: &mut Reader<'_>, setting: Setting<'_>) -> Option<Axis> {
    let axis = match Axis::parse(&by.value) {
        Ok(axis) => axis,
        Err(reason) => {
            reader.report(by.place, format!("`{}` is no list of variants", by.value), reason);
            return None;
        }
    };
    if axis.path != "ordering" {
        return Some(axis);
    }
    let known = setting.catalogue.ordering_names();
    let unknown = axis.values.iter().find(|value| !known.contains(&value.as_str()));
    let Some(unknown) = unknown else { return Some(axis) };
    let at = by.value.rfind(unknown.as_str()).unwrap_or(0);
    let word = Word { text: unknown, part: at..at + unknown.len() };
    let meant = suggest(unknown, known.iter().copied());
    let note = format!("{meant}orderings: {}", known.join(", "));
    let mistake = word.wrong(format!("there is no ordering `{unknown}`"), note);
    report_inside(reader, &by.value, by.place, mistake);
    None
}
