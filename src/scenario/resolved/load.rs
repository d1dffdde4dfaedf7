//! Load groups written out again: when what is sent, by whom, about what.

use super::{Text, fields, list, quoted, region_names};
use crate::kernel::Span;
use crate::scenario::file::LawFile;
use crate::scenario::model::{
    Arrivals, Curve, Data, Delegated, Diurnal, Law, LoadGroup, Mix, Pick, Service, Shape, Spacing,
    Stage, Trace,
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
    let Mix { attest, revoke, replace, claim, query, register } = group.mix;
    let shares = [
        ("attest", attest),
        ("revoke", revoke),
        ("replace", replace),
        ("claim", claim),
        ("query", query),
    ];
    let registers = Some(("register", register)).filter(|_| register > 0.0);
    let shares = shares.into_iter().chain(registers);
    let mix: Vec<_> = shares.map(|(kind, share)| (kind, quoted(spelt::share(share)))).collect();
    file.plain("mix", fields(&mix));
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

/// Nothing where all of it lies in the registry.
pub(super) fn write_data(file: &mut Text, data: Option<Data>) {
    let Some(Data { place, share, upload, readable, lost }) = data else { return };
    let [share, lost] = [share, lost].map(|share| quoted(spelt::share(share)));
    file.plain(
        "data",
        fields(&[
            ("place", quoted(place.word())),
            ("share", share),
            ("upload", quoted(upload)),
            ("readable", quoted(readable)),
            ("lost", lost),
        ]),
    );
}

/// What its clients do beside sending.
pub(super) fn write_habits(file: &mut Text, group: &LoadGroup) {
    if let Some(chain) = group.chain {
        let (length, attesters) = (chain.length.to_string(), chain.attesters.to_string());
        let mut written =
            vec![("length", length), ("gap", quoted(chain.gap)), ("attesters", attesters)];
        written.extend(chain.waits.then(|| ("waits", "true".to_owned())));
        file.plain("chain", fields(&written));
    }
    if let Some(overlap) = group.overlap {
        let issuers = format!("[{}, {}]", overlap.from, overlap.to);
        file.plain("overlap", fields(&[("issuers", issuers), ("window", quoted(overlap.window))]));
    }
    if let Some(reads) = group.reads {
        file.text("reads", reads.word());
    }
    if let Some(retry) = group.retry {
        let (after, timeout) = (quoted(retry.after), quoted(retry.timeout));
        let (backoff, longest) = (quoted(retry.backoff.word()), quoted(retry.longest));
        let mut written = vec![
            ("tries", retry.tries.to_string()),
            ("after", after),
            ("timeout", timeout),
            ("backoff", backoff),
            ("longest", longest),
            ("jitter", quoted(spelt::share(retry.jitter))),
        ];
        written.extend(retry.budget.map(|budget| ("budget", quoted(spelt::share(budget)))));
        written.extend(retry.anew.then(|| ("anew", "true".to_owned())));
        file.plain("retry", fields(&written));
    }
    if let Some(expires) = group.expires {
        file.text("expires", expires);
    }
    if let Some(deadline) = group.deadline {
        file.text("deadline", deadline);
    }
    if let Some(promise) = group.promise {
        file.text("promise", promise);
    }
    file.plain("priority", group.priority);
    write_hook(file, group.hook);
    super::ops::write_patience(file, group.patience);
    if group.forged > 0.0 {
        file.text("forged", spelt::share(group.forged));
    }
    if group.batch > 1 {
        file.plain("batch", group.batch);
    }
    if let Some(Delegated { share, deadline }) = group.delegated {
        let mut written = vec![("share", quoted(spelt::share(share)))];
        written.extend(deadline.map(|deadline| ("deadline", quoted(deadline))));
        file.plain("delegated", fields(&written));
    }
    write_data(file, group.data);
    if group.upstream > 0.0 {
        file.text("upstream", spelt::share(group.upstream));
    }
}

/// A steady rate over the whole run as a rate, anything else as stages.
pub(super) fn write_stages(file: &mut Text, stages: &[Stage], duration: Span) {
    let first = stages.first().map_or(0.0, |stage| stage.from);
    file.text("rate", spelt::rate(first));
    if let [only] = stages
        && only.name.is_none()
        && only.duration == duration
        && only.from == only.to
    {
        return;
    }
    let mut rate = first;
    let mut written = Vec::new();
    for stage in stages {
        if stage.from != rate {
            let target = quoted(spelt::rate(stage.from));
            written.push(fields(&[("duration", quoted("0s")), ("target", target)]));
        }
        let name = stage.name.iter().map(|name| ("name", quoted(name)));
        let (duration, target) = (quoted(stage.duration), quoted(spelt::rate(stage.to)));
        let parts: Vec<_> = name.chain([("duration", duration), ("target", target)]).collect();
        written.push(fields(&parts));
        rate = stage.to;
    }
    file.0 += &format!("stages = [\n  {},\n]\n", written.join(",\n  "));
}
