//! `arrivals` of a load group: how they lie within the rate, and how the rate swings.

use super::Timing;
use crate::kernel::Span;
use crate::scenario::file::{ArrivalsFile, DiurnalFile};
use crate::scenario::model::{Bursty, Curve, Diurnal, Flash, Shape, Spacing};
use crate::scenario::written::{At, Field, Ratio, Reader};

/// Nothing that comes again does so sooner, and nothing falls faster.
const SHORTEST: Span = Span::from_millis(1);
const MOST_WEIGHTS: usize = 1_440;
const HIGHEST_FACTOR: f64 = 10_000.0;

pub(super) fn read(
    field: &Field<ArrivalsFile>,
    reader: &mut Reader<'_>,
    timing: Timing,
) -> Option<(Spacing, Shape)> {
    let Some(at) = field.at() else {
        return field.is_absent().then(|| (Spacing::Poisson, Shape::default()));
    };
    let shape = reader.inside("arrivals", |reader| Shape {
        bursty: read_bursty(&at.value, reader),
        diurnal: at.value.diurnal.at().and_then(|at| read_diurnal(at, reader)),
        flash: read_flash(&at.value, reader, timing),
    });
    Some((*at.value.spacing.get()?, shape))
}

fn at_least(reader: &mut Reader<'_>, key: &str, at: &At<Span>, least: Span) {
    if at.value < least {
        reader.report(at.place, format!("`{}.{key}` must be at least {least}", reader.path()), "");
    }
}

fn read_bursty(written: &ArrivalsFile, reader: &mut Reader<'_>) -> Option<Bursty> {
    let at = written.bursty.at()?;
    let on = reader.require(&at.value.on, at.place, "`on`", "`on = \"2s\"`").copied();
    let off = reader.require(&at.value.off, at.place, "`off`", "`off = \"8s\"`").copied();
    for (key, at) in [("bursty.on", on), ("bursty.off", off)] {
        at.iter().for_each(|at| at_least(reader, key, at, SHORTEST));
    }
    Some(Bursty { on: on?.value, off: off?.value })
}

fn read_diurnal(at: &At<DiurnalFile>, reader: &mut Reader<'_>) -> Option<Diurnal> {
    let written = &at.value;
    let example = "`period = \"24h\"`";
    let period = reader.require(&written.period, at.place, "`period`", example).copied()?;
    at_least(reader, "diurnal.period", &period, Span::from_secs(1));
    let period = period.value;
    let curve = match (&written.swing, &written.weights) {
        (Field::Given(swing), Field::Absent) => read_sine(swing.value.0, written, reader, period),
        (Field::Absent, Field::Given(weights)) => {
            if let Some(peak) = written.peak.at() {
                let note = "a peak belongs to a `swing`: leave it out";
                reader.report(peak.place, "weights say themselves when it is highest", note);
            }
            read_weights(weights, reader)
        }
        (Field::Wrong, _) | (_, Field::Wrong) => return None,
        (Field::Absent, Field::Absent) if reader.is_misspelt(at.place, None) => return None,
        (swing, _) => {
            let message = match swing {
                Field::Absent => "this day does not say what it looks like",
                Field::Given(_) | Field::Wrong => "this day looks like two things at once",
            };
            let note = "write `swing = \"60%\"`, or `weights`, one for each part of the period";
            reader.report(at.place, message, note);
            return None;
        }
    };
    Some(Diurnal { period, curve })
}

fn read_sine(swing: f64, written: &DiurnalFile, reader: &mut Reader<'_>, period: Span) -> Curve {
    if let Some(late) = written.peak.at().filter(|peak| peak.value >= period) {
        let note = format!("the period lasts {period}");
        reader.report(late.place, "this peak is not within the period", note);
    }
    let middle = Span::from_nanos(period.as_nanos() / 2);
    Curve::Sine { swing, peak: written.peak.at().map_or(middle, |peak| peak.value) }
}

fn read_weights(weights: &At<Vec<At<Ratio<1_000_000>>>>, reader: &mut Reader<'_>) -> Curve {
    let all: Vec<f64> = weights.value.iter().map(|weight| weight.value.0).collect();
    if !(2..=MOST_WEIGHTS).contains(&all.len()) || all.iter().sum::<f64>() <= 0.0 {
        let note = format!("there are 2 to {MOST_WEIGHTS} of them, not all 0");
        reader.report(weights.place, "these weights make no day", note);
    }
    Curve::Weights(all)
}

fn read_flash(written: &ArrivalsFile, reader: &mut Reader<'_>, timing: Timing) -> Option<Flash> {
    let whole = written.flash.at()?;
    let file = &whole.value;
    let at = reader.require(&file.at, whole.place, "`at`", "`at = \"1m\"`").copied();
    let factor = reader.require(&file.factor, whole.place, "`factor`", "`factor = \"20x\"`");
    let factor = factor.copied();
    let decay = reader.require(&file.decay, whole.place, "`decay`", "`decay = \"30s\"`").copied();
    if let Some(at) = at.filter(|at| at.value == Span::ZERO || at.value >= timing.duration) {
        let line = reader.log.beside(timing.duration_place);
        let note = format!("the run lasts {}{line}", timing.duration);
        reader.report(at.place, "a flash crowd comes while the run is measured", note);
    }
    if let Some(factor) = factor.filter(|at| !(1.0..=HIGHEST_FACTOR).contains(&at.value.0)) {
        let message = format!("`{}.flash.factor` must be 1x to {HIGHEST_FACTOR}x", reader.path());
        reader.report(factor.place, message, "");
    }
    decay.iter().for_each(|at| at_least(reader, "flash.decay", at, SHORTEST));
    Some(Flash { at: at?.value, factor: factor?.value.0, decay: decay?.value })
}
