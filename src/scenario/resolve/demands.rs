//! `[thresholds]` and `[expect]`.

use super::report_inside;
use crate::measure::metric::{Metric, find};
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
    read_expectations(file, reader, names, &mut demands);
    ask_for_evidence(file, reader, &demands);
    demands
}

fn read_expectations(
    file: &ScenarioFile,
    reader: &mut Reader<'_>,
    names: &Names,
    demands: &mut Demands,
) {
    let Some(expect) = file.expect.get() else { return };
    for text in expect.always.get().into_iter().flatten() {
        demands.always.extend(read_one(text, reader, names));
    }
    for text in expect.sometimes.get().into_iter().flatten() {
        demands.sometimes.extend(read_one(text, reader, names));
    }
}

/// A model of confidence is never the only thing that a run is judged by: beside a demand that
/// rests on it there is one on what was counted.
fn ask_for_evidence(file: &ScenarioFile, reader: &mut Reader<'_>, demands: &Demands) {
    let thresholds = file.thresholds.get();
    let thresholds = thresholds.iter().flat_map(|thresholds| &thresholds.0);
    let always = file.expect.get().and_then(|expect| expect.always.get());
    let always = always.into_iter().flatten();
    let written: Vec<_> = thresholds.map(|(_, text)| text).chain(always).collect();
    let thresholds = demands.thresholds.iter().map(|threshold| &threshold.check);
    let read: Vec<_> = thresholds.chain(&demands.always).collect();
    let is_modelled = |check: &&Check| find(&check.metric).is_some_and(Metric::is_modelled);
    let Some(first) = written.first().filter(|_| read.len() == written.len()) else { return };
    if read.iter().all(is_modelled) {
        let message = "a declared model of confidence is all that this run is judged by";
        let note = "add a threshold on what is counted, such as `share(proof_ok) > 99%`";
        reader.report(first.place, message, note);
    }
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
