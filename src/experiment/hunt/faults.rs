//! The scenario of one hunted run: which faults strike whom, drawn by the run's number.

use crate::kernel::{Draws, Luck, Purpose, Span};
use crate::ordering::{
    Assumptions, Catalogue, Committee, FaultModel, Guarantees, Liveness, TransportNeed,
};
use crate::scenario::model::{
    Arrivals, Behaviour, Climb, Crypto, Effect, Fault, LoadGroup, Network, Reads, ReorderForm,
    Retry, Scenario, Shape, Spacing, Stage, Transport,
};
use crate::scenario::selector::{ActorKind, ActorPick, ActorSet, Selector, Term};

/// How long a hunted run measures, warms up and settles.
const MEASURED: Span = Span::from_secs(10);
const WARMUP: Span = Span::from_secs(1);
const SETTLE: Span = Span::from_secs(30);
/// How far a clock is off at most where none is assumed to be right; trouble lasts as much longer.
const MOST_SKEW: Span = Span::from_secs(2);

/// Committees that are hunted with: the least validators and the most.
pub(super) const SIZES: [u32; 2] = [4, 7];

/// The luck of one hunted run.
struct Dice {
    draws: Draws,
    run: u64,
    next: u64,
}

impl Dice {
    fn word(&mut self) -> u64 {
        self.next += 1;
        let index = self.next - 1;
        self.draws.word(Luck { purpose: Purpose::Hunt, entity: self.run & 0xff_ffff_ffff, index })
    }

    /// A number from `least` to `most`, both included.
    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + ((u128::from(self.word()) * u128::from(most - least + 1)) >> 64) as u64
    }

    fn millis(&mut self, least: u64, most: u64) -> Span {
        Span::from_millis(self.between(least, most))
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.between(1, times) == 1
    }
}

/// The scenario of the run with that number.
pub(super) fn drawn(base: &Scenario, number: u64, catalogue: &Catalogue) -> Scenario {
    let mut dice = Dice { draws: Draws::new(number), run: number, next: 0 };
    let mut scenario = Scenario {
        name: format!("hunt-{}", base.ordering),
        question: format!("What breaks {}?", base.ordering),
        duration: MEASURED,
        warmup: WARMUP,
        settle: SETTLE,
        seed: number,
        crypto: Crypto::Modelled,
        // Relying parties and readers cannot break a guarantee; without them cases are smaller.
        trust: None,
        indexers: None,
        dependants: None,
        faults: Vec::new(),
        thresholds: Vec::new(),
        always: Vec::new(),
        sometimes: Vec::new(),
        claims: Vec::new(),
        ..base.clone()
    };
    scenario.phases.truncate(1);
    scenario.load.iter_mut().for_each(steady);
    if scenario.validators.reads == Reads::Index {
        scenario.validators.reads = Reads::One;
    }
    let [least, most] = SIZES;
    scenario.validators.count = dice.between(least.into(), most.into()) as u32;
    let committee = Committee::new(scenario.validators.count);
    let params = scenario.parameters.get(&scenario.ordering).unwrap_or(&serde_json::Value::Null);
    let entry = catalogue.find(&scenario.ordering);
    let guarantees = entry.map(|entry| (entry.guarantees)(&committee, params));
    if let Some(liveness) = entry.and_then(|entry| (entry.liveness)(&committee, params).ok()) {
        wait_for(liveness, &mut scenario);
    }
    scenario.network.transport = transport(&mut dice, guarantees.as_ref());
    let is_beyond = dice.one_in(8);
    let size = scenario.validators.count;
    let limits = Limits::new(&mut dice, guarantees.as_ref(), &scenario.network, size, is_beyond);
    let kinds = limits.swarm(&mut dice);
    for at in 0..dice.between(2, 5) {
        let effect = effect(&mut dice, &kinds, &limits);
        scenario.faults.push(fault(&mut dice, at, effect, &limits));
    }
    scenario
}

/// Open load at its first rate that is not zero, and recorded load at its mean one, for as long as
/// a hunted run measures.
fn steady(load: &mut LoadGroup) {
    load.reads = None;
    let (rate, spacing) = match &load.arrivals {
        Arrivals::Open { stages, spacing, .. } => {
            let rates = stages.iter().flat_map(|stage| [stage.from, stage.to]);
            (rates.into_iter().find(|rate| *rate > 0.0).unwrap_or(0.0), *spacing)
        }
        Arrivals::Trace(trace) => (trace.rate(), Spacing::Poisson),
        Arrivals::Closed { .. } => return,
    };
    let stages = vec![Stage { name: None, duration: MEASURED, from: rate, to: rate }];
    load.arrivals = Arrivals::Open { stages, spacing, shape: Shape::default() };
}

/// Clients keep trying until what was held up must have come through.
fn wait_for(liveness: Liveness, scenario: &mut Scenario) {
    scenario.settle = scenario.settle.max(liveness.within + MOST_SKEW);
    for load in &mut scenario.load {
        let (after, timeout) = (Span::from_millis(500), Span::from_secs(5));
        let retry = load.retry.unwrap_or(Retry::plain(1, after, timeout));
        load.retry = Some(Retry { tries: u8::MAX.into(), ..retry });
    }
}

fn transport(dice: &mut Dice, guarantees: Option<&Guarantees>) -> Transport {
    let need = guarantees.map(|guarantees| guarantees.assumptions.transport);
    match need {
        Some(TransportNeed::Stream) => Transport::Stream,
        _ if dice.one_in(2) => Transport::Stream,
        _ => Transport::Datagram,
    }
}

/// What faults may do so that guarantees stay owed.
struct Limits {
    /// Those who may crash, from and to. All crashes are among them, so that together they stay
    /// within what is withstood.
    victims: Option<(u32, u32)>,
    /// Whether they may be Byzantine.
    may_turn: bool,
    is_datagram: bool,
    may_lose: bool,
    may_delay: Option<Span>,
    /// How far a clock may be off, either way.
    may_skew: Span,
    /// As long as a validator may be out of reach.
    longest: Option<Span>,
}

impl Limits {
    fn new(
        dice: &mut Dice,
        guarantees: Option<&Guarantees>,
        network: &Network,
        validators: u32,
        is_beyond: bool,
    ) -> Self {
        let is_datagram = network.transport == Transport::Datagram;
        let assumptions = guarantees.map_or(Assumptions::STRICTEST, |known| known.assumptions);
        let withstood = match assumptions.faults {
            FaultModel::None => 0,
            FaultModel::Crash(most) | FaultModel::Byzantine(most) => most,
        };
        let crashes = (withstood + u32::from(is_beyond)).min(validators);
        let first = dice.between(0, u64::from(validators - crashes)) as u32;
        let survives_loss = assumptions.transport == TransportNeed::Datagram || !is_datagram;
        let may_delay = assumptions.delay_bound.filter(|_| !is_beyond);
        let skew = assumptions.clock_bound.filter(|_| !is_beyond);
        Self {
            victims: (crashes > 0).then(|| (first, first + crashes - 1)),
            may_turn: matches!(assumptions.faults, FaultModel::Byzantine(_)),
            is_datagram,
            // A stream makes delay of loss.
            may_lose: is_beyond || survives_loss && may_delay.is_none(),
            may_delay,
            may_skew: skew.map_or(MOST_SKEW, |bound| bound.scaled(0.5)),
            longest: assumptions.absence_bound.filter(|_| !is_beyond),
        }
    }

    fn allow(&self, kind: Kind) -> bool {
        match kind {
            Kind::Delay => true,
            // Streams drop copies and keep their order.
            Kind::Duplicate | Kind::Reorder => self.is_datagram,
            Kind::Loss | Kind::Burst | Kind::Partition => self.may_lose,
            Kind::Crash => self.victims.is_some(),
            Kind::Byzantine => self.may_turn && self.victims.is_some(),
            Kind::Stall => self.may_delay.is_none(),
            Kind::Skew => self.may_skew > Span::ZERO,
        }
    }

    /// Which kinds of fault a run uses: each allowed one or not, at least one.
    fn swarm(&self, dice: &mut Dice) -> Vec<Kind> {
        let allowed: Vec<Kind> = KINDS.into_iter().filter(|kind| self.allow(*kind)).collect();
        let sure = allowed[dice.between(0, allowed.len() as u64 - 1) as usize];
        let word = dice.word();
        let drawn = (0..).zip(allowed).filter(|(at, kind)| *kind == sure || word >> at & 1 == 1);
        drawn.map(|(_, kind)| kind).collect()
    }
}

/// Kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Delay,
    Loss,
    Burst,
    Duplicate,
    Reorder,
    Partition,
    Crash,
    Stall,
    Skew,
    Byzantine,
}

const KINDS: [Kind; 10] = [
    Kind::Delay,
    Kind::Loss,
    Kind::Burst,
    Kind::Duplicate,
    Kind::Reorder,
    Kind::Partition,
    Kind::Crash,
    Kind::Stall,
    Kind::Skew,
    Kind::Byzantine,
];

/// One effect of a kind in the swarm.
fn effect(dice: &mut Dice, kinds: &[Kind], limits: &Limits) -> Effect {
    let kind = kinds[dice.between(0, kinds.len() as u64 - 1) as usize];
    let share = dice.between(1, 30) as f64 / 100.0;
    let share = Climb { from: share, to: share };
    match kind {
        Kind::Delay => {
            let most = limits.may_delay.map_or(900, |bound| bound.as_nanos() / 8_000_000).max(2);
            let jitter = dice.millis(1, most);
            let none = Climb { from: Span::ZERO, to: Span::ZERO };
            let jitter = Climb { from: jitter, to: jitter };
            Effect::Delay { add: none, jitter, spread: none, correlation: 0.0 }
        }
        Kind::Loss => Effect::Loss { share, burst: Span::ZERO },
        Kind::Burst => Effect::Loss { share, burst: dice.millis(20, 500) },
        Kind::Duplicate => Effect::Duplicate(share),
        Kind::Reorder => {
            // What is held back waits for others, however long that takes.
            let form = match dice.between(0, 2) {
                _ if limits.may_delay.is_some() => ReorderForm::Jump,
                0 => ReorderForm::Swap,
                1 => ReorderForm::Jump,
                _ => ReorderForm::Hold,
            };
            Effect::Reorder { share, form, gap: dice.between(1, 8) as u32 }
        }
        Kind::Partition => Effect::Partition,
        Kind::Crash => Effect::Crash { state_lost: dice.one_in(4) },
        Kind::Stall => Effect::Stall,
        Kind::Skew => {
            let most = limits.may_skew.as_nanos();
            Effect::Skew(dice.between(0, 2 * most) as i64 - most as i64)
        }
        Kind::Byzantine => Effect::Byzantine(behaviour(dice)),
    }
}

fn behaviour(dice: &mut Dice) -> Behaviour {
    let share = dice.between(1, 100) as f64 / 100.0;
    match dice.between(0, 8) {
        0 | 1 => Behaviour::Equivocate,
        2 => Behaviour::Forge(share),
        3 if dice.one_in(2) => Behaviour::Withhold { messages: share, peers: 0.0 },
        3 => Behaviour::Withhold { messages: 0.0, peers: share },
        4 => Behaviour::Replay(share),
        5 => Behaviour::Censor(share),
        6 => Behaviour::Shuffle(share),
        7 => Behaviour::Hold(dice.millis(1, 3_000)),
        _ => Behaviour::Amnesia(dice.millis(50, 3_000)),
    }
}

/// A fault with that effect at a random time on random actors or links; it heals.
fn fault(dice: &mut Dice, number: u64, effect: Effect, limits: &Limits) -> Fault {
    let (start, length) = when(dice, limits);
    let actors = |kind, pick| ActorSet { kind, pick, region: None, operator: None, lane: None };
    let some = |count| actors(ActorKind::Validators, ActorPick::Some(count));
    let (text, term) = match &effect {
        Effect::Crash { .. } | Effect::Byzantine(_) => {
            let (least, most) = limits.victims.unwrap_or((0, 0));
            let first = dice.between(least.into(), most.into()) as u32;
            let last = dice.between(first.into(), most.into()) as u32;
            let pick = ActorPick::Range(first, last);
            let text = format!("validator-{first}..{last}");
            (text, Term::Actors(actors(ActorKind::Validators, pick)))
        }
        Effect::Stall
        | Effect::Slow(_)
        | Effect::Gossip(_)
        | Effect::Skew(_)
        | Effect::Drift(_) => ("1 validators".to_owned(), Term::Actors(some(1))),
        _ if dice.one_in(2) => {
            let count = dice.between(1, 3) as u32;
            let (from, to) = (some(count), actors(ActorKind::Validators, ActorPick::All));
            let both = dice.one_in(2);
            let arrow = if both { "<->" } else { "->" };
            let text = format!("{count} validators {arrow} validators");
            (text, Term::Links { from, to, both })
        }
        _ => {
            let from = actors(ActorKind::Routers, ActorPick::All);
            let to = actors(ActorKind::Validators, ActorPick::All);
            ("routers -> validators".to_owned(), Term::Links { from, to, both: false })
        }
    };
    // Those who have turned may stay so: the others must come through without them.
    let goes_on = matches!(effect, Effect::Byzantine(_)) && dice.one_in(2);
    Fault {
        name: format!("fault-{number}"),
        starts: vec![start],
        length: (!goes_on).then_some(length),
        on: Selector { text, terms: vec![term] },
        must_occur: false,
        is_standing: false,
        steps: 1,
        effects: vec![effect],
        line: 0,
    }
}

/// When a fault begins, and how long it lasts: half of them short, half for as long as a slow
/// timeout takes to see them.
fn when(dice: &mut Dice, limits: &Limits) -> (Span, Span) {
    let (start, length) = match dice.one_in(2) {
        true => (dice.millis(0, 7_000), dice.millis(100, 2_900)),
        false => (dice.millis(0, 2_000), dice.millis(2_900, 7_900)),
    };
    (start, length.min(limits.longest.unwrap_or(length)))
}
