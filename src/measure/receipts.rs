//! Whether deliveries respect the order of receipt (Kelkar, Zhang, Goldfeder, Juels, CRYPTO 2020).
//!
//! Of every operation that the reference of the inversions delivers, and the 32 that it delivers
//! next, all validators say in which order they received both. Unanimity has no circles; but what
//! an ordering goes by may have some, for a liar or through what was received in another order by
//! a few: then it delivers a batch, and no order is owed within one. What the ordering calls one
//! batch is believed only as far as it hangs together: by pairs of which no order binds.

use std::collections::VecDeque;
use std::mem;

use super::record::NEVER;
use crate::kernel::VirtualTime;
use crate::trace::Fact;

/// Deliveries after an operation that are compared with it.
const NEIGHBOURS: usize = 32;
/// Operations whose receipts are known at most.
const MOST: usize = 1 << 14;
/// Receipts that are known at most, unless the fewest operations have more.
const RECEIPTS: usize = 1 << 20;
const FEWEST: usize = 4 * NEIGHBOURS;
/// A batch of so many deliveries is not looked at: whether it hangs together takes their square.
const LONGEST: usize = 1 << 12;

/// When each validator first received what came lately, and what the reference delivered lately.
#[derive(Clone, Debug)]
pub(super) struct Receipts {
    validators: usize,
    /// So many that are up and received one operation before another bind the order of both.
    binding: usize,
    /// Operations planned before are not looked at.
    from: u32,
    /// A ring by number: whose row it is, and when each validator received that.
    owners: Vec<u32>,
    rows: Vec<VirtualTime>,
    /// What the reference delivers as one batch, so far, as far as that is for the first time; how
    /// much it is in all; and whether a batch was too long.
    batch: Vec<Recent>,
    announced: usize,
    is_too_long: bool,
    /// What it delivered before, oldest first, and how many of these are judged.
    recent: VecDeque<Recent>,
    judged: usize,
    /// Parts of batches so far.
    parts: u32,
}

/// A delivery, where its row is, and of which part of its batch it is: a part hangs together.
#[derive(Clone, Copy, Debug)]
struct Recent {
    lead: Lead,
    place: usize,
    part: u32,
}

/// What the reference delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    pub(super) operation: u32,
    pub(super) intended: VirtualTime,
    pub(super) phases: u64,
    pub(super) now: VirtualTime,
}

/// How an operation fared beside those delivered next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) lead: Lead,
    /// Pairs that all validators received in one order,
    pub(super) pairs: u64,
    /// of these, those delivered in the other one, and not in a batch that hangs together.
    pub(super) unfair: u64,
    /// What was received first and is delivered later: the first of them.
    pub(super) late: Option<Lead>,
}

impl Receipts {
    pub(super) fn new(validators: usize) -> Self {
        let kept = (RECEIPTS / validators).clamp(FEWEST, MOST);
        Self {
            validators,
            binding: validators,
            from: 0,
            owners: vec![Fact::NONE; kept],
            rows: vec![NEVER; kept * validators],
            batch: Vec::new(),
            announced: 0,
            is_too_long: false,
            recent: VecDeque::new(),
            judged: 0,
            parts: 0,
        }
    }

    /// A validator received an operation.
    pub(super) fn receive(&mut self, validator: usize, operation: u32, now: VirtualTime) {
        let place = self.place(operation);
        let owner = self.owners[place];
        if validator >= self.validators {
            return;
        }
        if owner != Fact::NONE && owner > operation {
            return;
        }
        let row = &mut self.rows[place * self.validators..][..self.validators];
        if owner != operation {
            self.owners[place] = operation;
            row.fill(NEVER);
        }
        row[validator] = row[validator].min(now);
    }

    /// The reference delivers something, perhaps not for the first time: in a batch with what it
    /// delivered last, or in one that begins.
    pub(super) fn announce(&mut self, joins: bool) {
        if !joins {
            self.end_batch();
        }
        self.announced += 1;
    }

    /// What was announced is delivered for the first time.
    pub(super) fn deliver(&mut self, lead: Lead) {
        if lead.operation >= self.from && self.batch.len() < LONGEST {
            let (place, part) = (self.place(lead.operation), 0);
            self.batch.push(Recent { lead, place, part });
        }
    }

    /// The reference takes back what it delivered last.
    pub(super) fn take_back(&mut self, operation: u32) {
        let is_it = |last: Option<&Recent>| last.is_some_and(|it| it.lead.operation == operation);
        if is_it(self.batch.last()) {
            self.batch.pop();
            self.announced -= 1;
        } else if is_it(self.recent.back()) && self.recent.len() > self.judged {
            self.recent.pop_back();
        }
    }

    /// Whether a batch was too long to be looked at.
    pub(super) const fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// Numbers the parts of the batch: two are of one part if no order binds them, and if a chain
    /// of such pairs leads from one to the other. So the order of two parts binds. What is
    /// delivered again, or was received before a crash, may hold together whatever it is with.
    fn end_batch(&mut self) {
        let mut batch = mem::take(&mut self.batch);
        let is_known = mem::take(&mut self.announced) == batch.len();
        self.is_too_long |= batch.len() == LONGEST;
        self.parts = self.parts.wrapping_add(1);
        for at in 0..batch.len() {
            batch[at].part = self.parts;
            if is_known {
                self.parts = self.parts.wrapping_add(1);
                self.join(&mut batch[..=at]);
            }
        }
        self.recent.extend(batch.drain(..));
        self.batch = batch;
    }

    /// Makes the last and all that no order binds to it one part, with all that these are with.
    fn join(&self, batch: &mut [Recent]) {
        let Some((one, before)) = batch.split_last_mut() else { return };
        for other in 0..before.len() {
            let part = before[other].part;
            if part != one.part && !self.is_bound(*one, before[other]) {
                let of_it = before.iter_mut().filter(|it| it.part == part);
                of_it.for_each(|it| it.part = one.part);
            }
        }
    }

    /// Whether all received the two in one order.
    fn is_bound(&self, one: Recent, other: Recent) -> bool {
        let rows = self.row(one).zip(self.row(other));
        rows.is_some_and(|(one, other)| {
            are_sooner(self.binding, one, other) || are_sooner(self.binding, other, one)
        })
    }

    /// A validator went down or came back: what it received before, it knows no more. So many are
    /// up.
    pub(super) fn begin_anew(&mut self, next_operation: u32, up: usize) {
        self.from = next_operation;
        self.binding = up.max(1);
        self.recent.clear();
        self.judged = 0;
    }

    /// Judges the oldest delivery that is not judged, if all that it is compared with has been
    /// delivered, or never will be.
    pub(super) fn judge(&mut self, is_over: bool) -> Option<Judged> {
        if is_over {
            self.end_batch();
        }
        let at = self.judged;
        let recent = *self.recent.get(at)?;
        let after = self.recent.len() - at - 1;
        if after < NEIGHBOURS && !is_over {
            return None;
        }
        let judged = self.compare(at, recent);
        if at < NEIGHBOURS {
            self.judged += 1;
        } else {
            self.recent.pop_front();
        }
        Some(judged)
    }

    fn compare(&self, at: usize, own: Recent) -> Judged {
        let mut judged = Judged { lead: own.lead, pairs: 0, unfair: 0, late: None };
        let Some(ours) = self.row(own) else { return judged };
        for other in self.recent.range(at + 1..).take(NEIGHBOURS) {
            let Some(theirs) = self.row(*other) else { continue };
            if are_sooner(self.binding, theirs, ours) {
                judged.pairs += 1;
                if other.part != own.part {
                    judged.unfair += 1;
                    judged.late.get_or_insert(other.lead);
                }
            } else if are_sooner(self.binding, ours, theirs) {
                judged.pairs += 1;
            }
        }
        judged
    }

    fn place(&self, operation: u32) -> usize {
        (operation % self.owners.len() as u32) as usize
    }

    fn row(&self, Recent { lead, place, .. }: Recent) -> Option<&[VirtualTime]> {
        let is_known = self.owners[place] == lead.operation;
        is_known.then(|| &self.rows[place * self.validators..][..self.validators])
    }

    /// Operations and deliveries known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.rows.len() / self.validators + self.batch.len() + self.recent.len()
    }
}

/// Whether so many received one before the other. Who has only one of two receives the other later.
fn are_sooner(many: usize, one: &[VirtualTime], other: &[VirtualTime]) -> bool {
    let Some(mut others) = one.len().checked_sub(many) else { return false };
    if others == 0 {
        return one.iter().zip(other).all(|(one, other)| one < other);
    }
    one.iter().zip(other).all(|(one, other)| {
        let is_sooner = one < other;
        let may_go_on = is_sooner || others > 0;
        others -= usize::from(!is_sooner && may_go_on);
        may_go_on
    })
}

#[cfg(test)]
mod tests;
