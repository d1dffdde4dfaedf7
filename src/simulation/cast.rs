//! Who a selector names in one run.

use std::collections::BTreeSet;

use crate::actors::{Layout, Role};
use crate::flow::Lane;
use crate::kernel::{Draws, Luck, ProcessId, Purpose};
use crate::network::ProcessSet;
use crate::scenario::selector::{ActorKind, ActorPick, ActorSet, Selector, Term};

/// The actors of a run, to be picked from.
pub struct Cast<'a> {
    /// Who is who.
    pub layout: &'a Layout,
    /// The region of each process.
    pub region_of: &'a [u16],
    /// Whom `leader` and `sequencer` name; validator-0 where nobody leads.
    pub leader: u32,
    /// Picks where the selector leaves a choice.
    pub seed: u64,
}

/// Links from one set to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSet {
    /// Where messages start.
    pub from: ProcessSet,
    /// Where they go.
    pub to: ProcessSet,
    /// The other direction as well.
    pub both: bool,
}

impl Cast<'_> {
    /// The links that a selector names, for the fault with that number. Actors stand for all links
    /// to and from them.
    pub fn links(&self, selector: &Selector, fault: usize) -> Vec<LinkSet> {
        let mut choice = 0;
        let links = selector.terms.iter().map(|term| match term {
            Term::Links { from, to, both } => LinkSet {
                from: self.pick(from, fault, &mut choice),
                to: self.pick(to, fault, &mut choice),
                both: *both,
            },
            Term::Actors(actors) => LinkSet {
                from: self.pick(actors, fault, &mut choice),
                to: ProcessSet::new((0..self.layout.processes()).map(ProcessId)),
                both: true,
            },
        });
        links.collect()
    }

    /// The actors that a selector names, for the fault with that number; none for links.
    pub fn actors(&self, selector: &Selector, fault: usize) -> ProcessSet {
        let mut choice = 0;
        let sets = selector.terms.iter().filter_map(|term| match term {
            Term::Actors(actors) => Some(self.pick(actors, fault, &mut choice)),
            Term::Links { .. } => None,
        });
        ProcessSet::new(sets.flat_map(|set| set.iter().collect::<Vec<_>>()))
    }

    /// The same, each with the kind of work that is meant, and nobody twice.
    pub fn parts(&self, selector: &Selector, fault: usize) -> BTreeSet<(ProcessId, Option<Lane>)> {
        let mut choice = 0;
        let sets = selector.terms.iter().filter_map(|term| match term {
            Term::Actors(actors) => Some((self.pick(actors, fault, &mut choice), actors.lane)),
            Term::Links { .. } => None,
        });
        let parts = |(set, lane): (ProcessSet, _)| -> Vec<_> {
            set.iter().map(|process| (process, lane)).collect()
        };
        sets.flat_map(parts).collect()
    }

    fn pick(&self, actors: &ActorSet, fault: usize, choice: &mut u64) -> ProcessSet {
        let mut members = self.candidates(actors);
        match actors.pick {
            ActorPick::All => {}
            ActorPick::Range(first, last) => {
                let number = |process: &ProcessId| self.number(*process);
                members.retain(|process| (first..=last).contains(&number(process)));
            }
            ActorPick::Some(count) => self.draw(&mut members, count as usize, fault, *choice),
            ActorPick::Share(share) => {
                let count = libm::round(share * members.len() as f64) as usize;
                self.draw(&mut members, count, fault, *choice);
            }
        }
        *choice += 1;
        ProcessSet::new(members)
    }

    fn candidates(&self, actors: &ActorSet) -> Vec<ProcessId> {
        let all = (0..self.layout.processes()).map(ProcessId);
        let is_wanted = |process: &ProcessId| {
            let role = self.layout.role(*process);
            let is_kind = match (&actors.kind, role) {
                (_, None | Some(Role::Plan(_))) => false,
                (ActorKind::Anyone, _)
                | (ActorKind::Validators, Some(Role::Validator(_)))
                | (ActorKind::Routers, Some(Role::Router(_)))
                | (ActorKind::Indexers, Some(Role::Indexer(_)))
                | (ActorKind::Dependants, Some(Role::Dependant(_)))
                | (ActorKind::Clients(None), Some(Role::Client(..))) => true,
                (ActorKind::Clients(Some(group)), Some(Role::Client(of, _))) => *group == of,
                (ActorKind::Leader, Some(Role::Validator(number))) => number == self.leader,
                _ => false,
            };
            let region = usize::from(self.region_of[process.index()]);
            let is_theirs = |(operator, of)| self.is_of(*process, operator, of);
            is_kind
                && actors.operator.is_none_or(is_theirs)
                && actors.region.is_none_or(|wanted| wanted == region)
        };
        all.filter(is_wanted).collect()
    }

    /// Whether a host is that organisation's: they are dealt in turn, each kind from the first.
    fn is_of(&self, process: ProcessId, operator: u16, of: u16) -> bool {
        let is_run =
            matches!(self.layout.role(process), Some(Role::Validator(_) | Role::Router(_)));
        is_run && self.number(process) % u32::from(of) == u32::from(operator)
    }

    /// The number that outputs print behind an actor's kind.
    fn number(&self, process: ProcessId) -> u32 {
        match self.layout.role(process) {
            Some(
                Role::Validator(number)
                | Role::Router(number)
                | Role::Client(_, number)
                | Role::Party(number)
                | Role::Indexer(number)
                | Role::Dependant(number),
            ) => number,
            Some(Role::Plan(_) | Role::Monitor | Role::Operators) | None => u32::MAX,
        }
    }

    /// Keeps `count` of `members`, drawn one after another (the first steps of Fisher-Yates).
    fn draw(&self, members: &mut Vec<ProcessId>, count: usize, fault: usize, choice: u64) {
        let mut draws = Draws::new(self.seed);
        let entity = (fault as u64) << 8 | choice;
        for at in 0..count.min(members.len()) {
            let luck = Luck { purpose: Purpose::Selector, entity, index: at as u64 };
            let rest = (members.len() - at) as u128;
            let offset = ((u128::from(draws.word(luck)) * rest) >> 64) as usize;
            members.swap(at, at + offset);
        }
        members.truncate(count);
        members.sort_unstable();
    }
}
