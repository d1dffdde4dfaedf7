//! Why a guarantee broke: the facts of a run that lead to the violation, and no others.
//!
//! The observers' words name instant, validators and operations. From there the walk goes back
//! over what befell these operations at these validators, and these validators themselves. It
//! tells facts in order of time and claims no cause that is not one of them.

use std::collections::BTreeSet;

use crate::kernel::{Recorded, VirtualTime};
use crate::measure::Rows;
use crate::ordering::Property;
use crate::simulation::Listener;
use crate::trace::{Fact, Names, line};

/// Keeps all facts of a run.
#[derive(Default)]
pub(super) struct Recording {
    pub(super) facts: Vec<Recorded<Fact>>,
}

impl Rows for Recording {}

impl Listener for Recording {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        self.facts.extend_from_slice(facts);
    }
}

/// The facts that lead to the violation `first`, as a trace prints them, but with instants since
/// the start of what is measured, `begin`, as the violation has them.
pub(super) fn why(
    property: Property,
    (first, begin): (&str, VirtualTime),
    facts: &[Recorded<Fact>],
    names: &impl Names,
) -> Vec<String> {
    let mut walk = Walk::new(first, begin, facts);
    walk.find_later_one(property);
    let mut steps: Vec<usize> = (0..walk.facts.len()).filter(|at| walk.tells(*at)).collect();
    walk.add_missing(property, facts, &mut steps);
    steps.sort_unstable();
    steps.dedup();
    let steps = walk.without_implied(&steps);
    let told = |at: usize| {
        let now = facts[at].key.time;
        line(&facts[at], names).replacen(&now.to_string(), &now.spelt_since(begin), 1)
    };
    steps.into_iter().map(told).collect()
}

/// What the violation names, and all facts up to it.
struct Walk<'a> {
    validators: BTreeSet<u32>,
    operations: BTreeSet<u32>,
    facts: &'a [Recorded<Fact>],
    /// Where the first of the operations was sent.
    begin: usize,
}

impl<'a> Walk<'a> {
    fn new(first: &str, start: VirtualTime, facts: &'a [Recorded<Fact>]) -> Self {
        let instant = first.split_whitespace().next().unwrap_or_default();
        let last = facts.iter().rposition(|fact| fact.key.time.spelt_since(start) == instant);
        let facts = &facts[..last.map_or(facts.len(), |last| last + 1)];
        let (validators, operations) = (numbers(first, "validator-"), numbers(first, "#"));
        let is_sent = |at: &Recorded<Fact>| match at.fact {
            Fact::Sent { operation, .. } => operations.contains(&operation),
            _ => false,
        };
        let begin = facts.iter().position(is_sent).unwrap_or(0);
        Self { validators, operations, facts, begin }
    }

    /// An attester's later statement that was delivered too early has no name in the words.
    fn find_later_one(&mut self, property: Property) {
        let Some(named) = self.operations.first().copied() else { return };
        if property != Property::PerAttesterOrder {
            return;
        }
        let plan = |wanted: u32| {
            self.facts.iter().find_map(|at| match at.fact {
                Fact::Planned { operation, client, sequence, .. } if operation == wanted => {
                    Some((client, sequence))
                }
                _ => None,
            })
        };
        let Some((client, sequence)) = plan(named) else { return };
        let later = self.facts.iter().find_map(|at| match at.fact {
            Fact::Delivered { operation, .. } if self.validators.contains(&at.process.0) => {
                plan(operation).filter(|own| own.0 == client && own.1 > sequence)?;
                Some(operation)
            }
            _ => None,
        });
        self.operations.extend(later);
    }

    /// Whether a fact is about one of the operations at one of the validators, or about one of
    /// these alone.
    fn tells(&self, at: usize) -> bool {
        let recorded = &self.facts[at];
        let here = self.validators.contains(&recorded.process.0);
        match recorded.fact {
            Fact::Host { .. } => here && at >= self.begin,
            Fact::Delivered { operation, .. }
            | Fact::Retracted { operation, .. }
            | Fact::Finalised { operation, .. }
            | Fact::Relayed { operation, .. }
            | Fact::Proposed { operation, .. } => here && self.operations.contains(&operation),
            Fact::Received { operation, .. } => {
                here && self.operations.contains(&operation) && self.is_first_arrival(at, operation)
            }
            Fact::Routed { operation, .. } => {
                let misses =
                    |validator: &u32| self.arrivals(*validator, operation).next().is_none();
                self.operations.contains(&operation) && self.validators.iter().any(misses)
            }
            Fact::Fate { .. } => self.routed(at).is_some_and(|op| self.is_missed(at, op)),
            _ => false,
        }
    }

    fn arrivals(&self, validator: u32, wanted: u32) -> impl Iterator<Item = usize> + '_ {
        let facts = self.facts.iter().enumerate();
        let here = facts.filter(move |(_, at)| at.process.0 == validator);
        let arrived = here.filter(move |(_, at)| match at.fact {
            Fact::Received { operation, .. } => operation == wanted,
            _ => false,
        });
        arrived.map(|(at, _)| at)
    }

    fn is_first_arrival(&self, at: usize, operation: u32) -> bool {
        self.arrivals(self.facts[at].process.0, operation).next() == Some(at)
    }

    /// The operation of ours that a router was sending on when this happened to its message.
    fn routed(&self, at: usize) -> Option<u32> {
        let key = self.facts[at].key;
        let before = self.facts[..at].iter().rev().take_while(|fact| fact.key == key);
        before.into_iter().find_map(|fact| match fact.fact {
            Fact::Routed { operation, .. } => Some(operation),
            _ => None,
        })
    }

    /// Whether the message of that fate would have brought one of ours where none had come.
    fn is_missed(&self, fate: usize, operation: u32) -> bool {
        let Fact::Fate { to, .. } = self.facts[fate].fact else { return false };
        self.validators.contains(&to)
            && self.operations.contains(&operation)
            && self.arrivals(to, operation).next().is_none()
    }

    /// That it was delivered elsewhere, and what its client was told, where the words speak of it.
    fn add_missing(&self, property: Property, all: &[Recorded<Fact>], steps: &mut Vec<usize>) {
        let ours = |operation: u32| self.operations.contains(&operation);
        let is_delivery = |at: &Recorded<Fact>| match at.fact {
            Fact::Delivered { operation, .. } => ours(operation),
            _ => false,
        };
        if !steps.iter().any(|at| is_delivery(&all[*at])) {
            steps.extend(self.facts.iter().position(is_delivery));
        }
        if property == Property::Durability {
            let is_told = |at: &Recorded<Fact>| match at.fact {
                Fact::Concluded { operation, .. } => ours(operation),
                _ => false,
            };
            steps.extend(self.facts.iter().position(is_told));
        }
    }

    /// An arrival or proposal says nothing more if the delivery is the next that happens there.
    fn without_implied(&self, steps: &[usize]) -> Vec<usize> {
        let is_implied = |place: usize| {
            let here = &self.facts[steps[place]];
            let (Fact::Received { operation, .. }
            | Fact::Relayed { operation, .. }
            | Fact::Proposed { operation, .. }) = here.fact
            else {
                return false;
            };
            let mut later = steps[place + 1..].iter().map(|at| &self.facts[*at]);
            let next = later.find(|next| next.process == here.process);
            next.is_some_and(|next| match next.fact {
                Fact::Delivered { operation: delivered, .. } => delivered == operation,
                _ => false,
            })
        };
        let places = (0..steps.len()).filter(|place| !is_implied(*place));
        places.map(|place| steps[place]).collect()
    }
}

/// The numbers that follow `before` in `text`.
fn numbers(text: &str, before: &str) -> BTreeSet<u32> {
    let rests = text.split(before).skip(1);
    let digits = rests.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        &rest[..end]
    });
    digits.filter_map(|digits| digits.parse().ok()).collect()
}
