//! What a fault achieved, beside what was planned.

use super::grouped::grouped;
use crate::measure::Measurement;
use crate::scenario::model::{Climb, Effect, Fault, Scenario};
use crate::trace::FateKind;

/// What one fault did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultReport {
    /// Its name.
    pub name: String,
    /// What was planned, in the words of the scenario.
    pub planned: String,
    /// What was counted.
    pub achieved: String,
    /// The run is inconclusive if it did not occur.
    pub must_occur: bool,
    /// Why it counts as not having occurred, if so.
    pub did_not_occur: Option<String>,
    /// What would make it occur.
    pub way_out: Option<String>,
}

/// A fault that reaches less than this share of what was planned did not occur.
const LEAST_SHARE: f64 = 0.25;

/// Reports on the fault with that number.
pub(super) fn report_fault(
    scenario: &Scenario,
    number: usize,
    measurement: &Measurement,
) -> FaultReport {
    let fault = &scenario.faults[number];
    let (mut achieved, mut missing) = (Vec::new(), None);
    for effect in &fault.effects {
        match achieve(effect, number, measurement) {
            Ok(text) => achieved.push(text),
            Err((text, reason)) => {
                achieved.push(text);
                missing.get_or_insert((reason, effect));
            }
        }
    }
    let name = fault.name.clone();
    let did_not_occur = missing.as_ref().map(|(reason, _)| format!("fault `{name}` {reason}"));
    let way_out = missing.map(|(_, effect)| way_out(fault, effect));
    FaultReport {
        planned: plan(fault),
        achieved: achieved.join(", "),
        must_occur: fault.must_occur,
        did_not_occur,
        way_out,
        name,
    }
}

/// What an effect did, or that and why it counts as nothing.
fn achieve(
    effect: &Effect,
    fault: usize,
    measurement: &Measurement,
) -> Result<String, (String, String)> {
    let seen = measurement.seen_by(fault);
    let count = |kind: FateKind| measurement.fated(fault, kind);
    let share = |kind: FateKind| count(kind) as f64 / seen.max(1) as f64;
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let enough = |kind: FateKind, planned: f64, verb: &str| {
        let reached = share(kind);
        let text = format!("{} of {} messages {verb}", percent(reached), grouped(seen));
        if count(kind) == 0 || reached < planned * LEAST_SHARE {
            let wanted = percent(planned);
            let got = percent(reached);
            return Err((
                text,
                format!("was to have {wanted} of messages {verb} and reached {got}"),
            ));
        }
        Ok(text)
    };
    let some = |kind: FateKind, verb: &str| {
        let text = format!("{} of {} messages {verb}", grouped(count(kind)), grouped(seen));
        match count(kind) {
            0 => Err((text, format!("concerned no message: none was {verb}"))),
            _ => Ok(text),
        }
    };
    match effect {
        Effect::Delay { .. } => some(FateKind::Delayed, "delayed"),
        Effect::Reorder { share, .. } => enough(FateKind::Reordered, middle(*share), "reordered"),
        Effect::Loss { share, .. } => enough(FateKind::Lost, middle(*share), "lost"),
        Effect::Duplicate(share) => enough(FateKind::Duplicated, middle(*share), "duplicated"),
        Effect::Bandwidth(_) | Effect::Clog => some(FateKind::Held, "held back"),
        Effect::Partition => some(FateKind::Blocked, "blocked"),
        Effect::Crash { .. }
        | Effect::Stall
        | Effect::Slow(_)
        | Effect::Skew(_)
        | Effect::Drift(_) => {
            let changes = measurement.host_changes(fault);
            let plural = if changes == 1 { "" } else { "s" };
            let text = format!("{} change{plural} of actors", grouped(changes));
            match changes {
                0 => Err((text, "struck nobody".to_owned())),
                _ => Ok(text),
            }
        }
    }
}

fn way_out(fault: &Fault, effect: &Effect) -> String {
    let on = &fault.on.text;
    match effect {
        Effect::Reorder { .. } => format!(
            "Messages on {on} may be too far apart to change places: raise the load's rate, or \
             give `{}` form = \"hold\"; a stream keeps its order, a datagram does not.",
            fault.name
        ),
        Effect::Duplicate(_) => {
            "A stream drops copies before anybody sees them: use transport = \"datagram\"."
                .to_owned()
        }
        _ => format!(
            "Is there traffic on {on} while the fault is on? It lasts from its `at` for its `for`."
        ),
    }
}

fn middle(climb: Climb<f64>) -> f64 {
    (climb.from + climb.to) / 2.0
}

/// What a fault is to do, in one line.
fn plan(fault: &Fault) -> String {
    let steps = if fault.steps > 1 { format!(", {} steps", fault.steps) } else { String::new() };
    let effects: Vec<String> = fault.effects.iter().map(name).collect();
    format!("{}{steps}", effects.join(", "))
}

fn name(effect: &Effect) -> String {
    let percent = |climb: &Climb<f64>| range(climb.from * 100.0, climb.to * 100.0, " %");
    match effect {
        Effect::Delay { add, jitter, spread, .. } => {
            let parts = [("add", add), ("jitter", jitter), ("spread", spread)];
            let parts = parts.iter().filter(|(_, climb)| climb.to.as_nanos() > 0);
            let parts = parts.map(|(name, climb)| {
                let (from, to) = (climb.from.as_millis_f64(), climb.to.as_millis_f64());
                format!("{name} {}", range(from, to, "ms"))
            });
            parts.collect::<Vec<_>>().join(" ")
        }
        Effect::Reorder { share, form, gap } => {
            format!("reorder {} {} by {gap}", percent(share), format!("{form:?}").to_lowercase())
        }
        Effect::Loss { share, burst } if burst.as_nanos() > 0 => {
            format!("loss {} in bursts of {burst}", percent(share))
        }
        Effect::Loss { share, .. } => format!("loss {}", percent(share)),
        Effect::Duplicate(share) => format!("duplicate {}", percent(share)),
        Effect::Bandwidth(rate) => {
            format!("bandwidth {}", range(rate.from / 1e6, rate.to / 1e6, " Mbit/s"))
        }
        Effect::Partition => "partition".to_owned(),
        Effect::Clog => "clog".to_owned(),
        Effect::Crash { state_lost: true } => "crash, state lost".to_owned(),
        Effect::Crash { state_lost: false } => "crash, state kept".to_owned(),
        Effect::Stall => "stall".to_owned(),
        Effect::Slow(factor) => format!("slow {}", range(factor.from, factor.to, "x")),
        Effect::Skew(nanos) => format!("skew {:+.3}s", *nanos as f64 / 1e9),
        Effect::Drift(ppm) => format!("drift {ppm:+}ppm"),
    }
}

fn range(from: f64, to: f64, unit: &str) -> String {
    let tidy = |value: f64| format!("{}", (value * 1_000.0).round() / 1_000.0);
    if (from - to).abs() < 1e-12 {
        format!("{}{unit}", tidy(from))
    } else {
        format!("{}..{}{unit}", tidy(from), tidy(to))
    }
}
