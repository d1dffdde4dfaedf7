//! What a fault achieved, beside what was planned.

use super::grouped::grouped;
use crate::kernel::Span;
use crate::measure::Measurement;
use crate::scenario::model::{Behaviour, Climb, Effect, Fault, TimePolicy, TimeSources};
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

/// Reports on a fault, which has that number in its scenario, where time sources may be struck.
pub(super) fn report_fault(
    (fault, number): (&Fault, usize),
    time: Option<&TimeSources>,
    measurement: &Measurement,
) -> FaultReport {
    let (mut achieved, mut missing) = (Vec::new(), None);
    for effect in &fault.effects {
        let done = match time.and_then(|time| Some((time, time.moved_by(fault)?))) {
            Some((time, moved)) => {
                achieve_on_sources(time, moved, measurement.host_changes(number))
            }
            None => achieve(effect, number, measurement),
        };
        achieved.push(done.text);
        missing = missing.or(done.missing.map(|(miss, reason)| (effect, miss, reason)));
    }
    let name = fault.name.clone();
    let did_not_occur = missing.as_ref().map(|(.., reason)| format!("fault `{name}` {reason}"));
    let way_out = missing.map(|(effect, miss, _)| way_out(fault, effect, miss));
    FaultReport {
        planned: plan(fault),
        achieved: achieved.join(", "),
        must_occur: fault.must_occur,
        did_not_occur,
        way_out,
        name,
    }
}

/// What an effect did, and why it counts as nothing, if it does.
struct Achieved {
    text: String,
    missing: Option<(Miss, String)>,
}

/// How an effect can fail to occur.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// Nothing passed where it waited.
    Nothing,
    /// It met messages and hardly touched them.
    Hardly,
}

fn achieve(effect: &Effect, fault: usize, measurement: &Measurement) -> Achieved {
    let Some((kind, verb, share)) = on_messages(effect) else {
        return achieve_on_actors(measurement.host_changes(fault));
    };
    let (seen, count) = (measurement.seen_by(fault, kind), measurement.fated(fault, kind));
    let reached = count as f64 / seen.max(1) as f64;
    let mut text = format!("{} of {} messages {verb}", grouped(count), grouped(seen));
    if share.is_some() && seen > 0 {
        text = format!("{text} ({})", percent(reached));
    }
    let missing = if seen == 0 {
        Some((Miss::Nothing, "saw nothing: no message passed there".to_owned()))
    } else if count == 0 || share.is_some_and(|share| reached < share * LEAST_SHARE) {
        let planned =
            share.map_or("messages".to_owned(), |share| format!("{} of messages", percent(share)));
        Some((Miss::Hardly, format!("was to have {planned} {verb} and reached {text}")))
    } else {
        None
    };
    Achieved { text, missing }
}

fn achieve_on_actors(changes: u64) -> Achieved {
    let plural = if changes == 1 { "" } else { "s" };
    let text = format!("{} change{plural} of actors", grouped(changes));
    let missing = (changes == 0).then(|| (Miss::Nothing, "struck nobody".to_owned()));
    Achieved { text, missing }
}

/// A lie that the policy withstands has occurred, and it was the policy that made it harmless.
fn achieve_on_sources(time: &TimeSources, moved: i64, changes: u64) -> Achieved {
    let policy = match time.policy {
        TimePolicy::Average => "average",
        TimePolicy::Median => "median",
    };
    let of = format!("the {policy} of {} time sources", time.count);
    if moved == 0 && changes == 0 {
        return Achieved { text: format!("no clock moved: {of} withstands it"), missing: None };
    }
    let Achieved { text, missing } = achieve_on_actors(changes);
    if moved == 0 {
        return Achieved { text: format!("{text}, with others that lie, by {of}"), missing };
    }
    Achieved { text: format!("{text}, {} by {of}", signed(moved)), missing }
}

/// Ahead or behind by so many nanoseconds: `+4h`.
fn signed(nanos: i64) -> String {
    let sign = if nanos < 0 { '-' } else { '+' };
    format!("{sign}{}", Span::from_nanos(nanos.unsigned_abs()))
}

/// What an effect does to messages, in a word, and to what share of them if not to all.
fn on_messages(effect: &Effect) -> Option<(FateKind, &'static str, Option<f64>)> {
    Some(match effect {
        Effect::Delay { .. } => (FateKind::Delayed, "delayed", None),
        Effect::Reorder { share, .. } => (FateKind::Reordered, "reordered", Some(middle(*share))),
        Effect::Loss { share, .. } => (FateKind::Lost, "lost", Some(middle(*share))),
        Effect::Duplicate(share) => (FateKind::Duplicated, "duplicated", Some(middle(*share))),
        Effect::Bandwidth(_) | Effect::Clog => (FateKind::Held, "held back", None),
        Effect::Partition => (FateKind::Blocked, "blocked", None),
        Effect::Byzantine(behaviour) => return Some(wronged(*behaviour)),
        Effect::Crash { .. }
        | Effect::Stall
        | Effect::Slow(_)
        | Effect::Gossip(_)
        | Effect::Skew(_)
        | Effect::Drift(_)
        | Effect::Rules(_)
        | Effect::Upstream(_)
        | Effect::Snapshot(_)
        | Effect::Pause
        | Effect::Misreport(_) => return None,
    })
}

/// What a Byzantine validator does to messages. Submissions and relapses count as messages.
const fn wronged(behaviour: Behaviour) -> (FateKind, &'static str, Option<f64>) {
    let (verb, share) = match behaviour {
        Behaviour::Equivocate => ("said by a twin", None),
        Behaviour::Forge(share) => ("forged", Some(share)),
        Behaviour::Withhold { messages, peers: 0.0 } => ("withheld", Some(messages)),
        Behaviour::Withhold { .. } => ("withheld", None),
        Behaviour::Replay(share) => ("followed by an old one", Some(share)),
        // Of attesters, who do not all say the same number of things.
        Behaviour::Censor(_) => ("censored", None),
        // What waits takes the next with it, which cannot wait.
        Behaviour::Shuffle(share) => ("sent out of turn", Some(share / (1.0 + share))),
        Behaviour::Hold(_) => ("held back", None),
        Behaviour::Amnesia(_) => ("followed by a relapse", None),
    };
    (behaviour.kind(), verb, share)
}

fn way_out(fault: &Fault, effect: &Effect, miss: Miss) -> String {
    let on = &fault.on.text;
    match effect {
        Effect::Reorder { .. } if miss == Miss::Hardly => format!(
            "Messages on {on} may be too far apart to change places: raise the load's rate, or \
             give `{}` form = \"hold\"; a stream keeps its order, a datagram does not.",
            fault.name
        ),
        Effect::Duplicate(_) if miss == Miss::Hardly => {
            "A stream drops copies before anybody sees them: use transport = \"datagram\"."
                .to_owned()
        }
        Effect::Loss { .. } if miss == Miss::Hardly => format!(
            "The share holds in the long run: let `{}` last longer (`for`), raise the load's \
             rate, or choose shorter bursts.",
            fault.name
        ),
        _ if on_messages(effect).is_none() => {
            format!("Is anybody up to be struck on {on} when the fault begins?")
        }
        _ => format!(
            "Is there traffic on {on} while the fault is on? It lasts from its `at` for its `for`."
        ),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
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
        Effect::Gossip(factor) => format!("gossip {}", range(factor.from, factor.to, "x")),
        Effect::Skew(nanos) => format!("skew {}", signed(*nanos)),
        Effect::Drift(ppm) => format!("drift {ppm:+}ppm"),
        Effect::Rules(version) => format!("rules {}", version.word()),
        Effect::Upstream(lag) => format!("upstream {lag} behind"),
        Effect::Snapshot(age) => format!("snapshot {age} old"),
        Effect::Misreport(share) => format!("misreport {}", self::percent(*share)),
        Effect::Pause => "paused".to_owned(),
        Effect::Byzantine(behaviour) => behaviour.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{EventKey, ProcessId, Recorded, Span, VirtualTime};
    use crate::measure::{Observers, Setting};
    use crate::scenario::model::ReorderForm;
    use crate::scenario::selector::Selector;
    use crate::trace::Fact;

    /// A run in which a rule of that kind met and touched so many messages.
    fn measured(kind: FateKind, seen: u32, touched: u32) -> Measurement {
        let end = VirtualTime::ZERO + Span::from_secs(1);
        let mut observers = Observers::new(Setting::new(1, 1, 2, (VirtualTime::ZERO, end)));
        let key = EventKey { time: VirtualTime::ZERO, source: ProcessId(0), sequence: 0 };
        let told = |fact| Recorded { key, index: 0, process: ProcessId(0), fact };
        let fate = Fact::Fate { rule: 0, kind, to: 1, by: Span::ZERO };
        (0..touched).for_each(|_| observers.observe(&[told(fate)]));
        observers.observe(&[told(Fact::Seen { rule: 0, kind, messages: seen })]);
        observers.finish()
    }

    fn report(effect: Effect, kind: FateKind, seen: u32, touched: u32) -> FaultReport {
        let fault = Fault {
            name: "storm".to_owned(),
            starts: vec![Span::ZERO],
            length: None,
            on: Selector { text: "routers -> validators".to_owned(), terms: Vec::new() },
            must_occur: true,
            is_standing: false,
            steps: 1,
            effects: vec![effect],
            line: 0,
        };
        report_fault((&fault, 0), None, &measured(kind, seen, touched))
    }

    /// What a fault did that met and touched so many messages, and why that is nothing.
    fn check(effect: &Effect, (seen, touched): (u32, u32), achieved: &str, reason: &str) {
        let kind = on_messages(effect).expect("an effect on messages").0;
        let report = report(effect.clone(), kind, seen, touched);
        assert_eq!(report.achieved, achieved);
        assert_eq!(report.did_not_occur.unwrap_or_default(), reason, "{achieved}");
        assert_eq!(report.way_out.is_some(), !reason.is_empty(), "{achieved}");
    }

    #[test]
    fn a_fault_that_hardly_bites_did_not_occur() {
        let fifth = Climb { from: 0.2, to: 0.2 };
        let loss = Effect::Loss { share: fifth, burst: Span::ZERO };
        check(&loss, (1_000, 180), "180 of 1,000 messages lost (18.0 %)", "");
        check(&loss, (1_000, 50), "50 of 1,000 messages lost (5.0 %)", "");
        check(
            &loss,
            (1_000, 20),
            "20 of 1,000 messages lost (2.0 %)",
            "fault `storm` was to have 20.0 % of messages lost and reached 20 of 1,000 messages \
             lost (2.0 %)",
        );
        let reorder = Effect::Reorder { share: fifth, form: ReorderForm::Jump, gap: 1 };
        check(
            &reorder,
            (200, 0),
            "0 of 200 messages reordered (0.0 %)",
            "fault `storm` was to have 20.0 % of messages reordered and reached 0 of 200 \
             messages reordered (0.0 %)",
        );
        check(&Effect::Duplicate(fifth), (10, 1), "1 of 10 messages duplicated (10.0 %)", "");
        check(&Effect::Clog, (10, 1), "1 of 10 messages held back", "");
    }

    #[test]
    fn a_lie_that_the_policy_withstands_is_said_and_one_that_moved_nobody_did_not_occur() {
        let hosts = Selector { text: "validators".to_owned(), terms: Vec::new() };
        let told = |policy, moved, changes| {
            let time = TimeSources { count: 6, policy, hosts: hosts.clone() };
            let done = achieve_on_sources(&time, moved, changes);
            (done.text, done.missing.is_some())
        };
        let four_hours = 4 * 3_600_000_000_000;
        let text = |text: &str| text.to_owned();
        assert_eq!(
            told(TimePolicy::Average, four_hours, 14),
            (text("14 changes of actors, +4h by the average of 6 time sources"), false)
        );
        assert_eq!(
            told(TimePolicy::Median, 0, 0),
            (text("no clock moved: the median of 6 time sources withstands it"), false)
        );
        let (_, is_missing) = told(TimePolicy::Average, four_hours, 0);
        assert!(is_missing, "nobody was up to be moved");
    }

    #[test]
    fn a_fault_that_met_nothing_says_so() {
        let reason = "fault `storm` saw nothing: no message passed there";
        check(&Effect::Partition, (0, 0), "0 of 0 messages blocked", reason);
        let share = Climb { from: 0.0, to: 0.5 };
        check(&Effect::Duplicate(share), (0, 0), "0 of 0 messages duplicated", reason);
    }
}
