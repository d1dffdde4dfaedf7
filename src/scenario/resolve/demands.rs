//! `[thresholds]` and `[expect]`.

use super::report_inside;
use crate::scenario::check::Check;
use crate::scenario::demand::{Names, read_check};
use crate::scenario::file::ScenarioFile;
use crate::scenario::model::Threshold;
use crate::scenario::written::{At, Reader};

/// What the author wants of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands {
    pub(super) thresholds: Vec<Threshold>,
    pub(super) always: Vec<Check>,
    pub(super) sometimes: Vec<Check>,
}

pub(super) fn read(file: &ScenarioFile, reader: &mut Reader<'_>, names: &Names) -> Demands {
    let mut demands = Demands::default();
    for (name, text) in file.thresholds.get().iter().flat_map(|thresholds| &thresholds.0) {
        let check = read_one(text, reader, names);
        let threshold = check.map(|check| Threshold { name: name.value.clone(), check });
        demands.thresholds.extend(threshold);
    }
    let Some(expect) = file.expect.get() else { return demands };
    for text in expect.always.get().into_iter().flatten() {
        demands.always.extend(read_one(text, reader, names));
    }
    for text in expect.sometimes.get().into_iter().flatten() {
        demands.sometimes.extend(read_one(text, reader, names));
    }
    demands
}

fn read_one(text: &At<String>, reader: &mut Reader<'_>, names: &Names) -> Option<Check> {
    match read_check(&text.value, names) {
        Ok(check) => Some(check),
        Err(mistake) => {
            report_inside(reader, &text.value, text.place, mistake);
            None
        }
    }
}
