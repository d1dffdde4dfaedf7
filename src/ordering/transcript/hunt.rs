//! A small hunt: many runs under random weather, each within what the strategy assumes, then
//! calm, then the promises are held against what the replicas did.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::network::{Network, Post};
use super::property::{Life, Seen};
use crate::attestation::{Id, KeyRing};
use crate::kernel::{Draws, Luck, Purpose, Span};
use crate::ordering::{
    Assumptions, Committee, FaultModel, Item, Peer, Property, Strategy, TransportNeed,
};

/// What to hunt. Weather follows from what the strategy assumes: messages are lost, doubled and
/// cut off only if it needs no more than datagrams, and overtaken unless it needs streams; so
/// many replicas crash as it withstands.
#[derive(Clone)]
pub(in crate::ordering) struct Hunt<S: Strategy> {
    pub(in crate::ordering) params: S::Params,
    pub(in crate::ordering) replicas: u32,
    pub(in crate::ordering) runs: u64,
    /// Instead of what `params` promise: to see a planted fault, or weaker parameters, caught.
    pub(in crate::ordering) held_to: Option<(Vec<Property>, Assumptions)>,
    /// Whether a replica that comes back with its state misses nothing.
    pub(in crate::ordering) catches_up: bool,
    /// Whether, once all is calm, every statement is accepted by a quorum: clients try again.
    pub(in crate::ordering) settles: bool,
    /// How often clients try again at most. Without it nothing but the strategy repairs anything.
    pub(in crate::ordering) tries: u8,
    /// Whether routers bring a statement to one validator only, every time, instead of all.
    pub(in crate::ordering) reaches_one: bool,
    /// How many subjects statements are about.
    pub(in crate::ordering) subjects: u64,
    /// Whether attester `d` says two things under one number, now and then.
    pub(in crate::ordering) equivocates: bool,
    /// Whether operators hand the lead over now and then, to anybody.
    pub(in crate::ordering) hands_over: bool,
}

impl<S: Strategy> Default for Hunt<S> {
    fn default() -> Self {
        Self {
            params: S::Params::default(),
            replicas: 4,
            runs: 300,
            held_to: None,
            catches_up: false,
            settles: false,
            tries: 40,
            reaches_one: false,
            subjects: 1,
            equivocates: false,
            hands_over: false,
        }
    }
}

impl<S: Strategy> Hunt<S> {
    /// Panics with a transcript of the first run that breaks a promise.
    pub(in crate::ordering) fn check(&self) {
        if let Some((seed, broken)) = self.find() {
            let mut run = Run::new(self, seed, true);
            run.storm();
            let log = run.network.take_log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines[lines.len().saturating_sub(200)..].join("\n");
            panic!("{tail}\n{}: {}", S::NAME, run.network.names.legible(&broken));
        }
    }

    /// The first run that breaks a promise, and how.
    pub(in crate::ordering) fn find(&self) -> Option<(u64, String)> {
        (0..self.runs).find_map(|seed| {
            let mut run = Run::new(self, seed, false);
            run.storm();
            Some((seed, format!("run {seed}: {}", run.verdict()?)))
        })
    }

    fn promises(&self) -> (Vec<Property>, Assumptions) {
        self.held_to.clone().unwrap_or_else(|| {
            let stated = S::guarantees(&Committee::new(self.replicas), &self.params);
            (stated.owed, stated.assumptions)
        })
    }
}

/// Words of luck, one after another.
struct Dice {
    draws: Draws,
    entity: u64,
    next: u64,
}

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.next += 1;
        let luck = Luck { purpose: Purpose::Hunt, entity: self.entity, index: self.next };
        self.draws.word(luck) % bound
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

struct Run<'a, S: Strategy> {
    hunt: &'a Hunt<S>,
    owed: Vec<Property>,
    assumed: Assumptions,
    network: Network<S>,
    dice: Dice,
    calm: Rc<Cell<bool>>,
    /// Those who may crash; everybody else is whole.
    victims: Vec<usize>,
    /// How far the clocks of `a`, `b` and `c` are ahead.
    ahead: [Span; 3],
    written: Vec<Written>,
    counts: BTreeMap<char, u32>,
}

/// What a client wants settled.
struct Written {
    item: Item,
    /// When it was sent last.
    tried: Span,
    /// Whether a quorum held it at some time, so that its client may have been told so.
    told: bool,
}

const STEPS: u64 = 100;
const PATIENCE: Span = Span::from_millis(600);

impl<'a, S: Strategy> Run<'a, S> {
    fn new(hunt: &'a Hunt<S>, seed: u64, written: bool) -> Self {
        let (owed, assumed) = hunt.promises();
        let mut dice = Dice { draws: Draws::new(seed), entity: 0, next: 0 };
        let calm = Rc::new(Cell::new(false));
        let post = weather(&assumed, seed, dice.below(3) * 10, calm.clone());
        let params = hunt.params.clone();
        let mut network = Network::new(hunt.replicas, seed, params, post, written);
        let mut ahead = [Span::ZERO; 3];
        if let Some(bound) = assumed.clock_bound {
            for node in &mut network.nodes {
                node.skew = dice.below(bound.as_nanos() / 2) as i64;
            }
            for ahead in &mut ahead {
                *ahead = Span::from_nanos(dice.below(bound.as_nanos() / 2));
            }
        }
        let victims = victims(&assumed, hunt.replicas, &mut dice);
        let (written, counts) = (Vec::new(), BTreeMap::new());
        Self { hunt, owed, assumed, network, dice, calm, victims, ahead, written, counts }
    }

    /// Trouble, then calm until everything that can arrive has arrived.
    fn storm(&mut self) {
        self.network.start();
        for _ in 0..STEPS {
            self.step();
            self.try_again();
            let span = Span::from_millis(1 + self.dice.below(60));
            self.network.run(span, true);
        }
        self.calm.set(true);
        self.network.note(|_| "calm".to_owned());
        self.heal();
        self.victims.clone().into_iter().for_each(|node| self.raise(node));
        for _ in 0..20 {
            self.network.run(PATIENCE, true);
            self.try_again();
        }
        self.network.run(Span::from_secs(10), true);
    }

    fn step(&mut self) {
        let cuts =
            self.assumed.transport == TransportNeed::Datagram && self.assumed.delay_bound.is_none();
        match self.dice.below(100) {
            0..10 if self.hunt.equivocates => self.equivocate(),
            0..50 => self.write(),
            50..56 if !self.victims.is_empty() => {
                let victim = self.victims[self.dice.below(self.victims.len() as u64) as usize];
                if self.network.nodes[victim].up {
                    self.network.note(|_| format!("{victim} crashes"));
                    self.network.crash(victim);
                } else {
                    self.raise(victim);
                }
            }
            56..59 if cuts => {
                for node in 0..self.network.nodes.len() {
                    let side = self.dice.below(2) as u8;
                    self.network.nodes[node].side = side;
                    self.network.note(|_| format!("{node} is on side {side}"));
                }
            }
            59..64 => self.heal(),
            64..67 if self.hunt.hands_over => {
                let to = self.dice.below(self.network.nodes.len() as u64) as u16;
                self.network.note(|_| format!("{to} is to lead"));
                self.network.hand_over(to);
            }
            _ => {}
        }
    }

    fn heal(&mut self) {
        self.network.note(|_| "one side".to_owned());
        self.network.nodes.iter_mut().for_each(|node| node.side = 0);
    }

    fn raise(&mut self, node: usize) {
        if !self.network.nodes[node].up {
            let kept = self.dice.percent(70);
            self.network.note(|_| format!("{node} restarts, state kept: {kept}"));
            self.network.restart(node, kept);
        }
    }

    fn write(&mut self) {
        let number = self.dice.below(3) as usize;
        let attester = ['a', 'b', 'c'][number];
        let count = self.counts.entry(attester).or_default();
        let mut name = format!("{attester}{count}");
        *count += 1;
        if self.hunt.subjects > 1 {
            name += &"'".repeat(self.dice.below(self.hunt.subjects) as usize);
        }
        if self.dice.percent(40) && !self.written.is_empty() {
            let parent = self.dice.below(self.written.len() as u64) as usize;
            let parent = self.network.names.name(&self.written[parent].item);
            name += &format!("<{}", parent.split('.').next().unwrap_or(&parent));
        }
        let now = self.network.now;
        let item = self.network.names.item(&name, now + self.ahead[number]);
        let item = item.expect("the name is well formed");
        self.network.note(|_| format!("{attester} writes {name}"));
        self.network.hand_in(&item);
        self.route(&item);
        self.written.push(Written { item, tried: now, told: false });
    }

    fn route(&mut self, item: &Item) {
        let (size, attestation) = (self.network.nodes.len() as u32, &item.signed.attestation);
        let one = (attestation.attester.0 + attestation.sequence) % size;
        self.network.route(item, self.hunt.reaches_one.then_some(one as u16));
    }

    /// The client of `d` hands in two contents for one number; they race to the validators.
    fn equivocate(&mut self) {
        let count = self.counts.entry('d').or_default();
        let names = [format!("d{count}"), format!("d{count}'")];
        *count += 1;
        for name in names {
            let item = self.network.names.item(&name, self.network.now);
            let item = item.expect("the name is well formed");
            self.network.note(|_| format!("d writes {name}"));
            self.network.hand_in(&item);
            self.route(&item);
        }
    }

    /// Clients try again what no quorum has accepted; then they have been told, and rely on it.
    fn try_again(&mut self) {
        let now = self.network.now;
        for at in 0..self.written.len() {
            self.written[at].told |= self.is_settled(self.written[at].item.id());
            let Written { item, tried, told } = &self.written[at];
            let patient = *tried + PATIENCE > now || item.attempt >= self.hunt.tries;
            if patient || *told {
                continue;
            }
            let item = Item { attempt: item.attempt + 1, ..item.clone() };
            self.network.hand_in(&item);
            self.route(&item);
            (self.written[at].item, self.written[at].tried) = (item, now);
        }
    }

    fn is_settled(&self, id: Id) -> bool {
        self.holders(id) >= Committee::new(self.hunt.replicas).quorum()
    }

    fn holders(&self, id: Id) -> u32 {
        let nodes = 0..self.network.nodes.len();
        nodes.filter(|node| self.network.accepted(*node, id)).count() as u32
    }

    /// Whether a quorum could accept it and does not. What it refers to may be held by fewer now
    /// than when its client was told, who does not try again.
    fn is_stuck(&self, Written { item, told, .. }: &Written) -> bool {
        let reference = item.signed.attestation.action.reference();
        !told && !self.is_settled(item.id()) && reference.is_none_or(|id| self.is_settled(id))
    }

    fn verdict(&self) -> Option<String> {
        let nodes = self.network.nodes.iter().enumerate();
        let lives: Vec<Life<'_>> = nodes
            .flat_map(|(number, node)| {
                let whole = self.hunt.catches_up || !self.victims.contains(&number);
                Life::all(number, node, whole)
            })
            .collect();
        let told = self.written.iter().filter(|written| written.told);
        let told = told.map(|Written { item, .. }| (item, self.holders(item.id()))).collect();
        let keys = KeyRing::modelled(self.dice.draws.seed());
        let received = self.network.nodes.iter().map(|node| node.received.as_slice()).collect();
        let committee = Committee::new(self.hunt.replicas);
        let seen = Seen { lives, told, received, keys, committee };
        let broken = self.owed.iter().find_map(|property| {
            let how = seen.violation(*property)?;
            Some(format!("{}: {how}", property.name()))
        });
        let mut wanted = self.written.iter().filter(|_| self.hunt.settles);
        let stuck = wanted.find(|written| self.is_stuck(written));
        let stuck = stuck.map(|written| format!("{:?} is never settled", written.item));
        let broken = broken.or(stuck);
        broken.map(|broken| self.network.names.legible(&broken))
    }
}

fn victims(assumed: &Assumptions, replicas: u32, dice: &mut Dice) -> Vec<usize> {
    let most = match assumed.faults {
        FaultModel::None => 0,
        FaultModel::Crash(most) | FaultModel::Byzantine(most) => most.min(replicas - 1),
    };
    let mut all: Vec<usize> = (0..replicas as usize).collect();
    let count = dice.below(u64::from(most) + 1) as usize;
    (0..count).map(|_| all.remove(dice.below(all.len() as u64) as usize)).collect()
}

/// Delays of every message; losses and copies as the transport may have them.
fn weather(assumed: &Assumptions, seed: u64, loss_percent: u64, calm: Rc<Cell<bool>>) -> Post {
    let need = assumed.transport;
    let longest = assumed.delay_bound.map_or(150_000, |bound| bound.as_nanos() / 1_000);
    let mut dice = Dice { draws: Draws::new(seed), entity: 1, next: 0 };
    let mut latest: BTreeMap<(Peer, Peer), Span> = BTreeMap::new();
    Box::new(move |now, from, to| {
        let rough = need == TransportNeed::Datagram && !calm.get();
        if rough && dice.percent(loss_percent) {
            return Vec::new();
        }
        let copies = if rough && dice.percent(5) { 2 } else { 1 };
        let longest = if calm.get() { longest.min(40_000) } else { longest };
        let mut delays: Vec<Span> =
            (0..copies).map(|_| Span::from_micros(1 + dice.below(longest))).collect();
        if need == TransportNeed::Stream {
            let last = latest.entry((from, to)).or_default();
            *last = (*last + Span::TICK).max(now + delays[0]);
            delays = vec![last.saturating_sub(now)];
        }
        delays
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::arrival::Arrival;

    /// What `arrival` breaks, which nobody gives back what it lost, if it owed durability while so
    /// many crash.
    fn broken(crashes: u32) -> Option<String> {
        let stated = Arrival::guarantees(&Committee::new(4), &Default::default()).assumptions;
        let assumed = Assumptions { faults: FaultModel::Crash(crashes), ..stated };
        let held_to = Some((vec![Property::Durability], assumed));
        Hunt::<Arrival> { held_to, ..Hunt::default() }.find().map(|(_, how)| how)
    }

    #[test]
    fn a_hunt_finds_what_was_lost_after_its_client_was_told() {
        assert_eq!(broken(1), None, "a quorum less one is enough to find it again");
        let how = broken(2).unwrap_or_default();
        assert!(how.contains("durability"), "{how}");
    }
}
