//! What was proven and not trusted, and which validator was of one mind with its quorum.

use super::{bands, frame};
use crate::experiment::{Pair, grouped};
use crate::kernel::{Span, VirtualTime};
use crate::measure::{CAUSE_NAMES, Event, Minds};
use crate::report::chart::{Gap, GapWindow, HeatColumn, HeatMap};
use crate::report::format::number;
use crate::report::sentence::during;
use crate::report::trust_page::main_cause;

/// At most so many windows are drawn.
const MOST_WINDOWS: u64 = 65;

/// The gap of a run; `None` where nobody relies on anything.
pub(super) fn gap(pair: &Pair, command: &str) -> Option<Gap> {
    pair.scenario.trust.as_ref()?;
    let begin = VirtualTime::ZERO + pair.scenario.warmup;
    let end = begin + pair.scenario.duration;
    let measurement = &pair.run.measurement;
    let width = wide(measurement.series_width(), pair.scenario.duration);
    let together = width.as_nanos() / measurement.series_width().as_nanos();
    let rows = measurement.series_windows(begin, together as usize);
    let windows = rows.iter().filter(|row| row.start < end).map(|row| GapWindow {
        start: row.start.since(begin),
        relied: row.relied,
        confident: row.confident,
        gap: row.gap.to_vec(),
    });
    Some(Gap {
        frame: frame(pair, gap_title(pair), command),
        causes: CAUSE_NAMES.map(ToOwned::to_owned).to_vec(),
        window: width,
        windows: windows.collect(),
        faults: bands(pair, begin),
    })
}

/// How much was not trusted in the phase that the run is about, and why.
fn gap_title(pair: &Pair) -> String {
    let focus = pair.least_trusted();
    let when = during(focus);
    let run = &pair.run.measurement;
    let tally = &run.phases[run.phase(focus).unwrap_or(0)];
    let (relied, gap) = (tally.count(Event::Relied), tally.count(Event::TrustGap));
    let proven = tally.count(Event::Confident) + gap;
    match (relied, proven, gap) {
        (0, ..) => return format!("{when}, nobody relied on anything"),
        (_, 0, _) => return format!("{when}, nothing that somebody relied on was proven"),
        (.., 0) => return format!("{when}, whatever was proven was trusted in the end"),
        _ => {}
    }
    let main = main_cause(tally)
        .map(|(count, name)| format!("{} % by {name}", number(count as f64 * 100.0 / gap as f64)));
    let (gap, proven) = (grouped(gap), grouped(proven));
    let main = main.unwrap_or_default();
    format!("{when}, {gap} of {proven} proven were not trusted in the end: {main}")
}

/// The agreement of each validator; `None` on a calm day on which nobody relies on anything.
pub(super) fn agreement(pair: &Pair, command: &str) -> Option<HeatMap> {
    if pair.scenario.trust.is_none() && pair.scenario.faults.is_empty() {
        return None;
    }
    let begin = VirtualTime::ZERO + pair.scenario.warmup;
    let concord = &pair.run.measurement.concord;
    let width = wide(concord.width(), pair.scenario.duration);
    // All of the run, for that a quorum accepted nothing is to be seen.
    let count = pair.scenario.duration.as_nanos().div_ceil(width.as_nanos());
    let windows = (0..count).map(|window| (width * window, Minds::default()));
    let mut windows: Vec<(Span, Minds)> = windows.collect();
    for (start, minds) in concord.rows().filter(|(start, _)| *start >= begin) {
        let window = start.since(begin).as_nanos() / width.as_nanos();
        if let Some((_, sum)) = windows.get_mut(window as usize) {
            sum.add(minds);
        }
    }
    let validators = pair.scenario.validators.count as usize;
    let columns = windows.iter().map(|(start, minds)| HeatColumn {
        start: *start,
        shares: (0..validators).map(|validator| minds.share(validator)).collect(),
    });
    Some(HeatMap {
        frame: frame(pair, agreement_title(&windows, validators), command),
        heading: "accepted within 1 s of the first, % of what a quorum accepted".to_owned(),
        nothing: "accepted by no quorum".to_owned(),
        rows: (0..validators).map(|validator| format!("validator-{validator}")).collect(),
        window: width,
        columns: columns.collect(),
        faults: bands(pair, begin),
    })
}

/// Who agreed least, over all.
fn agreement_title(windows: &[(Span, Minds)], validators: usize) -> String {
    let mut all = Minds::default();
    windows.iter().for_each(|(_, minds)| all.add(minds));
    let shares = (0..validators).filter_map(|validator| Some((validator, all.share(validator)?)));
    let least = shares.min_by(|a, b| a.1.total_cmp(&b.1));
    match least {
        Some((_, share)) if share >= 1.0 => {
            "Every validator was of one mind with its quorum within 1 s, all the time".to_owned()
        }
        Some((validator, share)) => format!(
            "validator-{validator} was least of one mind with its quorum: in time on {} % of what \
             a quorum accepted",
            number((share * 10_000.0).floor() / 100.0)
        ),
        None => "Nothing was accepted by a quorum".to_owned(),
    }
}

/// A whole number of buckets wide, so that there are few.
pub(super) fn wide(bucket: Span, duration: Span) -> Span {
    let buckets = duration.as_nanos().div_ceil(bucket.as_nanos().max(1));
    bucket * buckets.div_ceil(MOST_WINDOWS).max(1)
}
