//! What a fault does.

use crate::kernel::Span;
use crate::scenario::cast::Target;
use crate::scenario::file::{Climbing, DelayFile, FaultFile, LossFile, ReorderFile, WithholdFile};
use crate::scenario::model::{Behaviour, Climb, Effect};
use crate::scenario::problem::Place;
use crate::scenario::quantity::Share;
use crate::scenario::written::{At, Field, Reader};

/// All effects of one fault.
pub(super) struct Effects {
    pub(super) list: Vec<Effect>,
    pub(super) steps: u32,
    pub(super) target: Target,
}

/// Effects being collected: each with its key, its place, and whom it strikes.
#[derive(Default)]
struct Found {
    effects: Vec<(&'static str, Place, Target, Effect)>,
    steps: Vec<At<u32>>,
    wrong: bool,
}

pub(super) fn read(fault: &At<FaultFile>, reader: &mut Reader<'_>) -> Option<Effects> {
    let mut found = Found::default();
    read_on_links(&fault.value, &mut found, reader);
    read_on_actors(&fault.value, &mut found, reader);
    read_byzantine(&fault.value, &mut found, reader);
    let steps = common_steps(fault, &found, reader);
    if found.wrong {
        return None;
    }
    let Some(&(first, _, of_first, _)) = found.effects.first() else {
        let note = "delay, reorder, loss, duplicate, bandwidth, partition, clog; \
                    crash, stall, slow, gossip, skew, drift, rules, upstream, snapshot, pause, \
                    misreport; equivocate, forge, withhold, replay, censor, shuffle, hold, amnesia";
        if !reader.is_misspelt(fault.place, None) {
            reader.report(fault.place, "this fault has no effect", note);
        }
        return None;
    };
    let on_links = |target| target == Target::Links;
    let unlike = |effect: &&(_, _, Target, _)| on_links(effect.2) != on_links(of_first);
    if let Some((other, place, ..)) = found.effects.iter().find(unlike) {
        let message = format!("`{first}` strikes links and `{other}` strikes actors");
        reader.report(*place, message, "write two faults: each has one `on`");
        return None;
    }
    let target = found.effects.iter().map(|effect| effect.2).max().unwrap_or(of_first);
    let is_skew = |effect: &(_, _, _, Effect)| matches!(effect.3, Effect::Skew(_));
    let target = if found.effects.iter().all(is_skew) { Target::Clocks } else { target };
    let list = found.effects.into_iter().map(|(_, _, _, effect)| effect).collect();
    Some(Effects { list, steps: steps?, target })
}

impl Found {
    fn link<T>(&mut self, key: &'static str, field: &Field<T>, effect: Option<Effect>) {
        self.push(key, Target::Links, field, effect);
    }

    fn actor<T>(&mut self, key: &'static str, field: &Field<T>, effect: Option<Effect>) {
        self.push(key, Target::Actors, field, effect);
    }

    fn pool<T>(&mut self, key: &'static str, field: &Field<T>, effect: Option<Effect>) {
        self.push(key, Target::Pools, field, effect);
    }

    fn byzantine<T>(&mut self, key: &'static str, field: &Field<T>, does: Option<Behaviour>) {
        self.push(key, Target::Validators, field, does.map(Effect::Byzantine));
    }

    /// So long on validators.
    fn span(&mut self, key: &'static str, field: &Field<Span>, effect: fn(Span) -> Effect) {
        self.push(key, Target::Validators, field, field.get().map(|span| effect(*span)));
    }

    fn push<T>(&mut self, key: &'static str, on: Target, field: &Field<T>, effect: Option<Effect>) {
        match (field, effect) {
            (Field::Given(at), Some(effect)) => self.effects.push((key, at.place, on, effect)),
            (Field::Absent, _) | (Field::Given(_), None) => {}
            (Field::Wrong, _) => self.wrong = true,
        }
    }

    fn climb<T: Copy, U>(&mut self, climbing: &Climbing<T>, value: impl Fn(T) -> U) -> Climb<U> {
        self.steps.extend(climbing.steps);
        Climb { from: value(climbing.from), to: value(climbing.to) }
    }

    /// A number of an effect, 0 when it is not written.
    fn part<T: Copy, U: Copy>(
        &mut self,
        field: &Field<Climbing<T>>,
        zero: U,
        value: impl Fn(T) -> U,
    ) -> Climb<U> {
        self.wrong |= matches!(field, Field::Wrong);
        match field.get() {
            Some(climbing) => self.climb(climbing, value),
            None => Climb { from: zero, to: zero },
        }
    }
}

fn read_on_links(file: &FaultFile, found: &mut Found, reader: &mut Reader<'_>) {
    let delay = file.delay.at().and_then(|at| read_delay(at, found, reader));
    found.link("delay", &file.delay, delay);
    let reorder = file.reorder.at().and_then(|at| read_reorder(at, found, reader));
    found.link("reorder", &file.reorder, reorder);
    let loss = file.loss.at().and_then(|at| read_loss(at, found, reader));
    found.link("loss", &file.loss, loss);
    let duplicate = file.duplicate.get().map(|climbing| found.climb(climbing, |share| share.0));
    found.link("duplicate", &file.duplicate, duplicate.map(Effect::Duplicate));
    if let Some(at) = file.bandwidth.at() {
        let least = at.value.from.0.min(at.value.to.0);
        refuse(reader, at.place, least < 1.0, "`bandwidth` must be at least 1 bit/s");
    }
    let bandwidth = file.bandwidth.get().map(|climbing| found.climb(climbing, |rate| rate.0));
    found.link("bandwidth", &file.bandwidth, bandwidth.map(Effect::Bandwidth));
    let partition = file.partition.get().filter(|happens| **happens);
    found.link("partition", &file.partition, partition.map(|_| Effect::Partition));
    let clog = file.clog.get().filter(|happens| **happens);
    found.link("clog", &file.clog, clog.map(|_| Effect::Clog));
}

fn read_on_actors(file: &FaultFile, found: &mut Found, reader: &mut Reader<'_>) {
    let crash = file.crash.get().filter(|crash| crash.happens);
    let crash = crash.map(|crash| Effect::Crash { state_lost: crash.state_lost });
    found.actor("crash", &file.crash, crash);
    let stall = file.stall.get().filter(|happens| **happens);
    found.pool("stall", &file.stall, stall.map(|_| Effect::Stall));
    for (key, field) in [("slow", &file.slow), ("gossip", &file.gossip)] {
        let Some(at) = field.at() else { continue };
        let (least, most) =
            (at.value.from.0.min(at.value.to.0), at.value.from.0.max(at.value.to.0));
        let outside = least < 1.0 || most > 1e6;
        let message = format!("`{key}` must be between 1x and 1000000x");
        refuse(reader, at.place, outside, &message);
    }
    let slow = file.slow.get().map(|climbing| found.climb(climbing, |factor| factor.0));
    found.pool("slow", &file.slow, slow.map(Effect::Slow));
    let gossip = file.gossip.get().map(|climbing| found.climb(climbing, |factor| factor.0));
    found.push("gossip", Target::Routers, &file.gossip, gossip.map(Effect::Gossip));
    found.actor("skew", &file.skew, file.skew.get().map(|skew| Effect::Skew(skew.0)));
    if let Some(at) = file.drift.at() {
        let outside = at.value.0.abs() > 500_000.0;
        refuse(reader, at.place, outside, "`drift` must be between -500000ppm and 500000ppm");
    }
    found.actor("drift", &file.drift, file.drift.get().map(|drift| Effect::Drift(drift.0)));
    let rules = file.rules.get().map(|version| Effect::Rules(*version));
    found.push("rules", Target::Validators, &file.rules, rules);
    found.span("upstream", &file.upstream, Effect::Upstream);
    found.span("snapshot", &file.snapshot, Effect::Snapshot);
    let misreport = file.misreport.get().map(|share| Effect::Misreport(share.0));
    found.push("misreport", Target::Indexers, &file.misreport, misreport);
    let pause = file.pause.get().filter(|happens| **happens);
    found.push("pause", Target::Validators, &file.pause, pause.map(|_| Effect::Pause));
}

/// A key of the file, and the behaviour that its value makes.
type Behaves<'a, T> = (&'static str, &'a Field<T>, fn(T) -> Behaviour);

fn read_byzantine(file: &FaultFile, found: &mut Found, reader: &mut Reader<'_>) {
    let equivocates = file.equivocate.get().filter(|happens| **happens);
    found.byzantine("equivocate", &file.equivocate, equivocates.map(|_| Behaviour::Equivocate));
    let withhold = file.withhold.at().and_then(|at| read_withhold(at, found, reader));
    found.byzantine("withhold", &file.withhold, withhold);
    let shares: [Behaves<'_, Share>; 4] = [
        ("forge", &file.forge, |share| Behaviour::Forge(share.0)),
        ("replay", &file.replay, |share| Behaviour::Replay(share.0)),
        ("censor", &file.censor, |share| Behaviour::Censor(share.0)),
        ("shuffle", &file.shuffle, |share| Behaviour::Shuffle(share.0)),
    ];
    for (key, field, behaviour) in shares {
        found.byzantine(key, field, field.get().map(|share| behaviour(*share)));
    }
    let spans: [Behaves<'_, Span>; 2] =
        [("hold", &file.hold, Behaviour::Hold), ("amnesia", &file.amnesia, Behaviour::Amnesia)];
    for (key, field, behaviour) in spans {
        if let Some(at) = field.at() {
            let message = format!("`{key}` must be at least 1ms");
            refuse(reader, at.place, at.value < Span::from_millis(1), &message);
        }
        found.byzantine(key, field, field.get().map(|span| behaviour(*span)));
    }
}

fn read_withhold(
    at: &At<WithholdFile>,
    found: &mut Found,
    reader: &mut Reader<'_>,
) -> Option<Behaviour> {
    let WithholdFile { messages, peers } = &at.value;
    if messages.is_absent() && peers.is_absent() {
        found.wrong = true;
        if !reader.is_misspelt(at.place, None) {
            let note = "write at least one of: messages, peers";
            reader.report(at.place, "this withholding does not say of what", note);
        }
    }
    found.wrong |= [messages, peers].into_iter().any(|field| matches!(field, Field::Wrong));
    let share = |field: &Field<Share>| field.get().map_or(0.0, |share| share.0);
    Some(Behaviour::Withhold { messages: share(messages), peers: share(peers) })
}

fn refuse(reader: &mut Reader<'_>, place: Place, wrong: bool, message: &str) {
    if wrong {
        reader.report(place, message, "");
    }
}

fn read_delay(at: &At<DelayFile>, found: &mut Found, reader: &mut Reader<'_>) -> Option<Effect> {
    let file = &at.value;
    let parts = [&file.add, &file.jitter, &file.spread];
    if parts.iter().all(|part| part.is_absent()) {
        found.wrong = true;
        if !reader.is_misspelt(at.place, None) {
            let note = "write at least one of: add, jitter, spread";
            reader.report(at.place, "this delay does not say how long", note);
        }
    }
    let [add, jitter, spread] = parts.map(|part| found.part(part, Span::ZERO, |span| span));
    let Some(correlation) = file.correlation.get() else {
        found.wrong = true;
        return None;
    };
    Some(Effect::Delay { add, jitter, spread, correlation: correlation.0 })
}

fn read_reorder(
    at: &At<ReorderFile>,
    found: &mut Found,
    reader: &mut Reader<'_>,
) -> Option<Effect> {
    let example = "`share = \"10%\"`";
    found.wrong |= reader.require(&at.value.share, at.place, "`share`", example).is_none();
    let share = found.part(&at.value.share, 0.0, |share| share.0);
    let (Some(form), Some(gap)) = (at.value.form.get(), at.value.gap.get()) else {
        found.wrong = true;
        return None;
    };
    Some(Effect::Reorder { share, form: *form, gap: gap.0 })
}

fn read_loss(at: &At<LossFile>, found: &mut Found, reader: &mut Reader<'_>) -> Option<Effect> {
    let example = "`share = \"2%\"`";
    found.wrong |= reader.require(&at.value.share, at.place, "`share`", example).is_none();
    let share = found.part(&at.value.share, 0.0, |share| share.0);
    let Some(burst) = at.value.burst.get() else {
        found.wrong = true;
        return None;
    };
    Some(Effect::Loss { share, burst: *burst })
}

/// The steps of all climbs of a fault, which must be the same; 1 without any.
fn common_steps(fault: &At<FaultFile>, found: &Found, reader: &mut Reader<'_>) -> Option<u32> {
    let Some(first) = found.steps.first() else { return Some(1) };
    if fault.value.length.is_absent() {
        let note = "give it a `for`: each step is an equal part of it";
        reader.report(first.place, "a fault that climbs must end", note);
        return None;
    }
    if let Some(other) = found.steps.iter().find(|steps| steps.value != first.value) {
        let note = format!("the other climb of this fault has {}", first.value);
        reader.report(other.place, "the steps of one fault go together", note);
        return None;
    }
    Some(first.value)
}
