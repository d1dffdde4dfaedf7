//! Load groups written out again: when what is sent, by whom, about what.

use super::{Text, fields, list, quoted, region_names};
use crate::kernel::Span;
use crate::scenario::file::LawFile;
use crate::scenario::model::{
    Arrivals, Curve, Diurnal, Law, LoadGroup, Mix, Pick, Service, Shape, Spacing, Trace,
};
use crate::scenario::spelt;
use crate::scenario::trace_rows::write_rows;
use crate::scenario::written::Choice as _;

/// One word where the rate does not swing.
pub(super) fn write_arrivals(file: &mut Text, spacing: Spacing, shape: &Shape) {
    if shape.is_plain() {
        return file.text("arrivals", spacing.word());
    }
    let mut written = vec![("spacing", quoted(spacing.word()))];
    if let Some(bursty) = shape.bursty {
        let phases = [("on", quoted(bursty.on)), ("off", quoted(bursty.off))];
        written.push(("bursty", fields(&phases)));
    }
    written.extend(shape.diurnal.as_ref().map(|diurnal| ("diurnal", day(diurnal))));
    if let Some(flash) = shape.flash {
        let (at, decay) = (quoted(flash.at), quoted(flash.decay));
        let factor = quoted(spelt::factor(flash.factor));
        written.push(("flash", fields(&[("at", at), ("factor", factor), ("decay", decay)])));
    }
    file.plain("arrivals", fields(&written));
}

fn day(diurnal: &Diurnal) -> String {
    let period = ("period", quoted(diurnal.period));
    match &diurnal.curve {
        Curve::Sine { swing, peak } => {
            let (swing, peak) = (quoted(spelt::share(*swing)), quoted(peak));
            fields(&[period, ("swing", swing), ("peak", peak)])
        }
        Curve::Weights(weights) => {
            fields(&[period, ("weights", list(weights.iter().map(f64::to_string)))])
        }
    }
}

/// With all its rows, so that nobody needs the file.
pub(super) fn write_trace(file: &mut Text, trace: &Trace) {
    let rows = format!("'''\n{}'''", write_rows(&trace.rows));
    file.plain("trace", fields(&[("name", quoted(&trace.name)), ("rows", rows)]));
}

/// Who sends it from where, and what it is about; the most of that a trace says itself.
pub(super) fn write_choices(file: &mut Text, group: &LoadGroup, regions: &[String]) {
    let is_recorded = matches!(group.arrivals, Arrivals::Trace(_));
    if !is_recorded {
        file.plain("clients", group.clients);
    }
    file.plain("regions", region_names(&group.regions, regions));
    if is_recorded {
        return;
    }
    let Mix { attest, revoke, replace, claim, query } = group.mix;
    let shares = [
        ("attest", attest),
        ("revoke", revoke),
        ("replace", replace),
        ("claim", claim),
        ("query", query),
    ];
    file.plain("mix", fields(&shares.map(|(kind, share)| (kind, quoted(spelt::share(share))))));
    let pick = match group.keys.pick {
        Pick::Zipf(exponent) => ("zipf", exponent.to_string()),
        Pick::InTurn => ("pick", quoted("in-turn")),
    };
    file.plain("keys", fields(&[("count", group.keys.count.to_string()), pick]));
}

/// One word where it always takes the same; nothing where there is none.
pub(super) fn write_hook(file: &mut Text, hook: Service) {
    let (law, cv) = match hook.law {
        Law::Fixed if hook.mean == Span::ZERO => return,
        Law::Fixed => return file.text("hook", hook.mean),
        Law::Exponential => (LawFile::Exponential, None),
        Law::Uniform => (LawFile::Uniform, None),
        Law::LogNormal(cv) => (LawFile::LogNormal, Some(cv)),
    };
    let mut written = vec![("mean", quoted(hook.mean)), ("law", quoted(law.word()))];
    written.extend(cv.map(|cv| ("cv", cv.to_string())));
    file.plain("hook", fields(&written));
}
