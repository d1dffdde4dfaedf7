//! Faults written out again: when, on whom, and what they do.

use super::{Text, fields, quoted};
use crate::kernel::Span;
use crate::scenario::model::{Behaviour, Climb, Effect, Fault};
use crate::scenario::spelt;
use crate::scenario::written::Choice as _;

pub(super) fn write_fault(file: &mut Text, fault: &Fault) {
    file.section("[[fault]]");
    file.text("name", &fault.name);
    file.text("at", fault.starts.first().copied().unwrap_or_default());
    if let Some(length) = fault.length {
        file.text("for", length);
    }
    if let [first, second, ..] = fault.starts[..] {
        file.text("every", second.saturating_sub(first));
    }
    file.text("on", &fault.on.text);
    file.plain("must_occur", fault.must_occur);
    if fault.is_standing {
        file.plain("standing", true);
    }
    for effect in &fault.effects {
        write_effect(file, effect, fault.steps);
    }
}

fn write_effect(file: &mut Text, effect: &Effect, steps: u32) {
    match effect {
        Effect::Delay { add, jitter, spread, correlation } => {
            let span = |climb: &Climb<Span>| climb_text(climb, steps, |span| span.to_string());
            let correlation = quoted(spelt::share(*correlation));
            let (add, jitter, spread) = (span(add), span(jitter), span(spread));
            let parts = [("add", add), ("jitter", jitter), ("spread", spread)];
            let all: Vec<_> = parts.into_iter().chain([("correlation", correlation)]).collect();
            file.plain("delay", fields(&all));
        }
        Effect::Reorder { share, form, gap } => {
            let (share, gap) = (climb_text(share, steps, spelt::share), gap.to_string());
            let parts = [("share", share), ("form", quoted(form.word())), ("gap", gap)];
            file.plain("reorder", fields(&parts));
        }
        Effect::Loss { share, burst } => {
            let share = climb_text(share, steps, spelt::share);
            file.plain("loss", fields(&[("share", share), ("burst", quoted(burst))]));
        }
        Effect::Duplicate(share) => file.plain("duplicate", climb_text(share, steps, spelt::share)),
        Effect::Bandwidth(rate) => {
            file.plain("bandwidth", climb_text(rate, steps, spelt::bit_rate))
        }
        Effect::Partition => file.plain("partition", true),
        Effect::Clog => file.plain("clog", true),
        Effect::Crash { state_lost } => {
            let state = quoted(if *state_lost { "lost" } else { "kept" });
            file.plain("crash", fields(&[("state", state)]));
        }
        Effect::Stall => file.plain("stall", true),
        Effect::Slow(factor) => file.plain("slow", climb_text(factor, steps, spelt::factor)),
        Effect::Gossip(factor) => file.plain("gossip", climb_text(factor, steps, spelt::factor)),
        Effect::Skew(nanos) => file.text("skew", spelt::signed(*nanos)),
        Effect::Drift(ppm) => file.text("drift", spelt::drift(*ppm)),
        Effect::Rules(version) => file.text("rules", version.word()),
        Effect::Upstream(lag) => file.text("upstream", lag),
        Effect::Snapshot(age) => file.text("snapshot", age),
        Effect::Misreport(share) => file.text("misreport", spelt::share(*share)),
        Effect::Pause => file.plain("pause", true),
        Effect::Byzantine(behaviour) => write_behaviour(file, *behaviour),
    }
}

fn write_behaviour(file: &mut Text, behaviour: Behaviour) {
    match behaviour {
        Behaviour::Equivocate => file.plain("equivocate", true),
        Behaviour::Forge(share) => file.text("forge", spelt::share(share)),
        Behaviour::Withhold { messages, peers } => {
            let [messages, peers] = [messages, peers].map(|share| quoted(spelt::share(share)));
            file.plain("withhold", fields(&[("messages", messages), ("peers", peers)]));
        }
        Behaviour::Replay(share) => file.text("replay", spelt::share(share)),
        Behaviour::Censor(share) => file.text("censor", spelt::share(share)),
        Behaviour::Shuffle(share) => file.text("shuffle", spelt::share(share)),
        Behaviour::Hold(span) => file.text("hold", span),
        Behaviour::Amnesia(every) => file.text("amnesia", every),
    }
}

/// A number that does not move is written alone, so that only what climbs has steps.
fn climb_text<T: Copy>(climb: &Climb<T>, steps: u32, spell: impl Fn(T) -> String) -> String {
    let (from, to) = (quoted(spell(climb.from)), quoted(spell(climb.to)));
    if from == to && steps == 1 {
        return from;
    }
    fields(&[("from", from), ("to", to), ("steps", steps.to_string())])
}
