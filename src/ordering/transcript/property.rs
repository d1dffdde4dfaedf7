//! What replicas did, held against what was promised.

use std::collections::{BTreeMap, BTreeSet};

use super::fairness::Receipts;
use super::network::{Deed, Node};
use crate::attestation::{Id, KeyRing};
use crate::ordering::{Committee, Item, Property, Strategy, Try};

/// What one replica did in one life.
pub(super) struct Life<'a> {
    pub(super) node: usize,
    /// Whether it was there all the time, or ought to have caught up with those who were.
    pub(super) whole: bool,
    /// Whether it began with nothing behind it.
    pub(super) first: bool,
    pub(super) deeds: &'a [Deed],
}

impl<'a> Life<'a> {
    /// The lives of `node`; `whole` is said of its only one.
    pub(super) fn all<S: Strategy>(number: usize, node: &'a Node<S>, whole: bool) -> Vec<Self> {
        let whole = whole && node.lives.len() == 1;
        let lives = node.lives.iter().enumerate();
        lives.map(|(nth, deeds)| Self { node: number, whole, first: nth == 0, deeds }).collect()
    }

    /// What it delivered and did not take back, in order.
    fn sequence(&self) -> Vec<&'a Item> {
        let mut sequence = Vec::new();
        for deed in self.deeds {
            match deed {
                Deed::Delivered { item, .. } => sequence.push(item),
                Deed::Retracted(item) => {
                    let last = sequence.pop().map(Item::named);
                    assert_eq!(last, Some(item.named()), "retraction undoes the last delivery");
                }
                Deed::Certified(_) => {}
            }
        }
        sequence
    }
}

/// All that was seen of a run.
pub(super) struct Seen<'a> {
    pub(super) lives: Vec<Life<'a>>,
    /// What clients were told is applied, and how many replicas hold it at the end.
    pub(super) told: Vec<(&'a Item, u32)>,
    /// What each replica received since it came up last, in order.
    pub(super) received: Vec<&'a [Id]>,
    pub(super) keys: KeyRing,
    pub(super) committee: Committee,
}

impl Seen<'_> {
    /// What is wrong, if `property` was owed.
    pub(super) fn violation(&self, property: Property) -> Option<String> {
        let lives = self.lives.as_slice();
        let each = |check: &dyn Fn(&Life<'_>) -> Option<String>| lives.iter().find_map(check);
        match property {
            Property::Integrity => forged(lives, &self.keys),
            Property::NoDuplication => each(&delivered_twice),
            Property::PerAttesterOrder => each(&out_of_attester_order),
            Property::CausalOrder => each(&before_its_reference),
            Property::Consistency => two_for_one_number(lives),
            Property::PerSubjectOrder => {
                pairs(lives).find_map(|(one, other)| two_orders_of_a_subject(one, other))
            }
            Property::TotalOrder => pairs(lives).find_map(|(one, other)| two_orders(one, other)),
            Property::OrderFairness(_) => {
                let receipts = Receipts::new(&self.received);
                each(&|life| unfair(life, &receipts))
            }
            Property::Agreement => pairs(lives).find_map(|(one, other)| missing(one, other)),
            Property::Convergence => pairs(lives).find_map(|(one, other)| unequal(one, other)),
            Property::Finality => each(&final_taken_back),
            Property::Durability => self.lost(),
            // Readers are no part of a transcript; what they are told goes back with this.
            Property::MonotonicReads | Property::RegularReads => each(&taken_back),
        }
    }

    /// Of the quorum that held it those that lost their state may be missing, as long as one is
    /// left in every quorum; the same rule as for runs, in `measure::holders`.
    fn lost(&self) -> Option<String> {
        let forgot: BTreeSet<usize> =
            self.lives.iter().filter(|life| !life.first).map(|life| life.node).collect();
        let (size, quorum) = (self.committee.size(), self.committee.quorum());
        let wanted = quorum.saturating_sub(forgot.len() as u32).max(size - quorum + 1);
        let (item, holders) = self.told.iter().find(|(_, holders)| *holders < wanted)?;
        Some(format!("{item:?} was told to be applied, and is held by {holders}"))
    }
}

fn pairs<'a>(lives: &'a [Life<'a>]) -> impl Iterator<Item = (&'a Life<'a>, &'a Life<'a>)> {
    lives.iter().flat_map(move |one| lives.iter().map(move |other| (one, other)))
}

fn forged(lives: &[Life<'_>], keys: &KeyRing) -> Option<String> {
    lives.iter().find_map(|life| {
        let forged = life.sequence().into_iter().find(|item| !item.signed.is_genuine(keys))?;
        Some(format!("{} delivers {forged:?}, which is forged", life.node))
    })
}

fn delivered_twice(life: &Life<'_>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let twice = life.sequence().into_iter().find(|item| !seen.insert(item.named()))?;
    Some(format!("{} delivers {twice:?} twice", life.node))
}

fn out_of_attester_order(life: &Life<'_>) -> Option<String> {
    let (mut seen, mut last) = (BTreeSet::new(), BTreeMap::new());
    life.sequence().into_iter().filter(|item| seen.insert(item.id())).find_map(|item| {
        let (attester, sequence) = (item.signed.attestation.attester, number(item));
        let before = last.insert(attester, sequence);
        let wrong = before.is_some_and(|before| before >= sequence);
        wrong.then(|| format!("{} delivers {item:?} after a later one", life.node))
    })
}

fn number(item: &Item) -> u32 {
    item.signed.attestation.sequence
}

fn before_its_reference(life: &Life<'_>) -> Option<String> {
    let sequence = life.sequence();
    let all: BTreeSet<Id> = sequence.iter().map(|item| item.id()).collect();
    let mut seen = BTreeSet::new();
    sequence.into_iter().find_map(|item| {
        seen.insert(item.id());
        let reference = item.signed.attestation.action.reference()?;
        let ill = !seen.contains(&reference) && (life.first || all.contains(&reference));
        ill.then(|| format!("{} delivers {item:?} before what it refers to", life.node))
    })
}

fn two_for_one_number(lives: &[Life<'_>]) -> Option<String> {
    let mut known = BTreeMap::new();
    lives.iter().find_map(|life| {
        life.sequence().into_iter().find_map(|item| {
            let place = (item.signed.attestation.attester, number(item));
            let first = *known.entry(place).or_insert(item.id());
            let other = first != item.id();
            other.then(|| format!("{} delivers {item:?}, another {first:?}", life.node))
        })
    })
}

/// Of two whole lives one is the beginning of the other. Who was away has gaps, and yet what
/// both have comes in one order.
fn two_orders(one: &Life<'_>, other: &Life<'_>) -> Option<String> {
    parting((one, names(one)), (other, names(other)))
}

/// The same, of what is about one subject.
fn two_orders_of_a_subject(one: &Life<'_>, other: &Life<'_>) -> Option<String> {
    let subject = |item: &Item| item.signed.attestation.subject;
    let subjects: BTreeSet<u32> = one.sequence().into_iter().map(subject).collect();
    subjects.into_iter().find_map(|about| {
        let names = |life: &Life<'_>| {
            let sequence = life.sequence().into_iter().filter(|item| subject(item) == about);
            sequence.map(Item::named).collect::<Vec<Try>>()
        };
        parting((one, names(one)), (other, names(other)))
    })
}

fn parting(
    (one, mine): (&Life<'_>, Vec<Try>),
    (other, theirs): (&Life<'_>, Vec<Try>),
) -> Option<String> {
    let wrong = |at: Try| Some(format!("{} and {} part at {at:?}", one.node, other.node));
    if one.whole && other.whole {
        let parting = mine.iter().zip(&theirs).find(|(mine, theirs)| mine != theirs);
        return parting.and_then(|(mine, _)| wrong(*mine));
    }
    let places: BTreeMap<Try, usize> = theirs.iter().enumerate().map(|(at, t)| (*t, at)).collect();
    let common: Vec<(Try, usize)> =
        mine.iter().filter_map(|name| Some((*name, *places.get(name)?))).collect();
    let swapped = common.windows(2).find(|two| two[0].1 > two[1].1)?;
    wrong(swapped[1].0)
}

fn unfair(life: &Life<'_>, receipts: &Receipts) -> Option<String> {
    let mut batch = 0;
    // Who owes this takes nothing back.
    let delivered = life.deeds.iter().filter_map(|deed| {
        let Deed::Delivered { item, joins, .. } = deed else { return None };
        batch += u32::from(!joins);
        Some((item.id(), batch))
    });
    let (first, late) = receipts.unfair(delivered)?;
    let node = life.node;
    Some(format!("{node} delivers {first:?}, and then {late:?}, which all received first"))
}

fn missing(one: &Life<'_>, other: &Life<'_>) -> Option<String> {
    if !one.whole || !other.whole {
        return None;
    }
    let theirs: BTreeSet<Id> = names(other).into_iter().map(|name| name.id).collect();
    let missing = names(one).into_iter().find(|name| !theirs.contains(&name.id))?;
    Some(format!("{} never delivers {missing:?}, which {} delivers", other.node, one.node))
}

/// Two whole lives that delivered the same, and not to the same end.
fn unequal(one: &Life<'_>, other: &Life<'_>) -> Option<String> {
    let ids = |life| names(life).into_iter().map(|name| name.id).collect::<BTreeSet<Id>>();
    if !one.whole || !other.whole || ids(one) != ids(other) {
        return None;
    }
    let (ours, theirs) = (standing(one), standing(other));
    let (about, _) = ours.iter().find(|(about, first)| theirs.get(about) != Some(first))?;
    Some(format!("{} and {} part on who was first about {about:?}", one.node, other.node))
}

/// What stands in a registry in which only the first statement about another does, and nothing
/// before what it is about: by what they are about, those who stand.
fn standing(life: &Life<'_>) -> BTreeMap<Id, Id> {
    let (mut first, mut accepted) = (BTreeMap::new(), BTreeSet::new());
    for item in life.sequence() {
        let about = item.signed.attestation.action.reference();
        let stands = about.is_none_or(|about| {
            accepted.contains(&about) && *first.entry(about).or_insert(item.id()) == item.id()
        });
        if stands {
            accepted.insert(item.id());
        }
    }
    first
}

fn names(life: &Life<'_>) -> Vec<Try> {
    life.sequence().into_iter().map(Item::named).collect()
}

fn taken_back(life: &Life<'_>) -> Option<String> {
    life.deeds.iter().find_map(|deed| match deed {
        Deed::Retracted(item) => Some(format!("{} takes {item:?} back", life.node)),
        Deed::Delivered { .. } | Deed::Certified(_) => None,
    })
}

fn final_taken_back(life: &Life<'_>) -> Option<String> {
    let mut settled = BTreeSet::new();
    life.deeds.iter().find_map(|deed| match deed {
        Deed::Delivered { item, is_final: true, .. } | Deed::Certified(item) => {
            settled.insert(item.named());
            None
        }
        Deed::Delivered { is_final: false, .. } => None,
        Deed::Retracted(item) => settled
            .contains(&item.named())
            .then(|| format!("{} takes {item:?} back, which was final", life.node)),
    })
}
