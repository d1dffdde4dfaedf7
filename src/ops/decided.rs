//! What validators decided, in digests that they can compare while work goes on.
//!
//! Validators are never at the same place at once. So operations are taken in blocks by their
//! numbers, each load group by itself, and a block is compared only between those who decided on
//! as many of it.

use std::collections::BTreeMap;

use crate::kernel::ProcessId;

/// What one validator decided on of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest {
    /// The block's number.
    pub block: u32,
    /// Operations of it that have a verdict.
    pub count: u32,
    /// Names the set of them with their verdicts, whatever their order.
    pub name: u64,
}

/// The last verdicts of one validator.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Load groups, which take turns with numbers however fast each is.
    groups: u32,
    /// The group of what was decided last.
    latest: u32,
    /// By operation, what was said last.
    verdicts: BTreeMap<Place, u8>,
    /// What these come to, by block, without empty ones: every beat asks.
    blocks: BTreeMap<u32, Digest>,
}

/// A load group, and which of its operations.
type Place = (u32, u32);

/// Operations in a block.
const BLOCK: u32 = 256;

/// Blocks of a group that are remembered, and shown.
const BLOCKS: u32 = 16;

impl Decided {
    /// Nothing, where so many load groups take turns with numbers.
    pub fn new(groups: u32) -> Self {
        let groups = groups.max(1);
        Self { groups, latest: 0, verdicts: BTreeMap::new(), blocks: BTreeMap::new() }
    }

    const fn place(&self, operation: u32) -> Place {
        (operation % self.groups, operation / self.groups)
    }

    const fn block(&self, (group, index): Place) -> u32 {
        index / BLOCK * self.groups + group
    }

    /// Of what is remembered of a group, the first and the last.
    fn ends(&self, group: u32) -> Option<(Place, Place)> {
        let mut of_group = self.verdicts.range((group, 0)..=(group, u32::MAX));
        let (&first, _) = of_group.next()?;
        Some((first, of_group.next_back().map_or(first, |(&last, _)| last)))
    }

    /// A verdict, by its number.
    pub fn decide(&mut self, operation: u32, verdict: u8) {
        let place = self.place(operation);
        if let Some(before) = self.verdicts.insert(place, verdict) {
            self.count_out(place, before);
        }
        self.count_in(place, verdict);
        self.latest = place.0;
        while let Some((first, last)) = self.ends(place.0)
            && last.1 / BLOCK - first.1 / BLOCK >= BLOCKS
        {
            self.forget(first);
        }
    }

    /// A verdict is taken back.
    pub fn undo(&mut self, operation: u32) {
        self.forget(self.place(operation));
    }

    fn forget(&mut self, place: Place) {
        if let Some(verdict) = self.verdicts.remove(&place) {
            self.count_out(place, verdict);
        }
    }

    fn count_in(&mut self, place: Place, verdict: u8) {
        let block = self.block(place);
        let digest = self.blocks.entry(block).or_insert(Digest::empty(block));
        digest.count += 1;
        digest.name ^= named(place, verdict);
    }

    fn count_out(&mut self, place: Place, verdict: u8) {
        let block = self.block(place);
        let Some(digest) = self.blocks.get_mut(&block) else { return };
        digest.count -= 1;
        digest.name ^= named(place, verdict);
        if digest.count == 0 {
            self.blocks.remove(&block);
        }
    }

    /// Every block that is remembered, oldest first.
    pub fn digests(&self) -> Vec<Digest> {
        self.blocks.values().copied().collect()
    }

    /// One block.
    pub fn digest(&self, block: u32) -> Digest {
        self.blocks.get(&block).copied().unwrap_or(Digest::empty(block))
    }

    /// A block that is likely to be complete: the last but two of the group that decided last.
    pub fn settled(&self) -> Option<Digest> {
        let (_, (group, last)) = self.ends(self.latest)?;
        let index = last.checked_sub(2 * BLOCK)?;
        Some(self.digest(self.block((group, index))))
    }

    /// Nothing is remembered.
    pub fn clear(&mut self) {
        self.verdicts.clear();
        self.blocks.clear();
    }
}

impl Digest {
    const fn empty(block: u32) -> Self {
        Self { block, count: 0, name: 0 }
    }
}

/// The name of one verdict (the finaliser of SplitMix64, Steele, Lea and Flood 2014): what belongs
/// to one set and not to another tells them apart.
const fn named((group, index): Place, verdict: u8) -> u64 {
    let number = (group as u64) << 40 | (index as u64) << 8 | verdict as u64;
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Who decided otherwise than most of those who decided on as much of the same block.
pub fn minority<'a>(all: impl Iterator<Item = (ProcessId, &'a [Digest])>) -> Vec<ProcessId> {
    let mut blocks: BTreeMap<(u32, u32), Vec<(u64, ProcessId)>> = BTreeMap::new();
    for (process, digests) in all {
        for digest in digests {
            let same = blocks.entry((digest.block, digest.count)).or_default();
            same.push((digest.name, process));
        }
    }
    let mut others: Vec<ProcessId> = Vec::new();
    for block in blocks.values() {
        let votes = |name: u64| block.iter().filter(|(other, _)| *other == name).count();
        let names = block.iter().map(|(name, _)| *name);
        let Some(most) = names.max_by_key(|name| (votes(*name), *name)) else { continue };
        others.extend(block.iter().filter(|(name, _)| *name != most).map(|(_, who)| *who));
    }
    others.sort_unstable();
    others.dedup();
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a validator knows that accepted these, but for those it refused.
    fn decided(operations: impl Iterator<Item = u32>, refused: &[u32]) -> Vec<Digest> {
        let mut decided = Decided::new(1);
        operations.for_each(|number| decided.decide(number, u8::from(refused.contains(&number))));
        decided.digests()
    }

    fn found(all: &[Vec<Digest>]) -> Vec<u32> {
        let all = (0..).zip(all).map(|(who, digests)| (ProcessId(who), digests.as_slice()));
        minority(all).into_iter().map(|who| who.0).collect()
    }

    #[test]
    fn who_says_otherwise_of_the_same_is_found_and_who_is_behind_is_not() {
        let same = decided(0..600, &[]);
        let other_order = decided((0..600).rev(), &[]);
        let behind = decided(0..400, &[]);
        let differs = decided(0..600, &[7]);
        assert_eq!(same, other_order);
        assert_eq!(found(&[same.clone(), other_order.clone(), behind.clone()]), [0_u32; 0]);
        assert_eq!(found(&[same.clone(), differs.clone(), other_order, behind]), [1]);
        let late = decided(0..600, &[599]);
        assert_eq!(found(&[same.clone(), late, same.clone()]), [1], "in a block that is not full");
        let less = decided(1..600, &[]);
        assert_eq!(found(&[same.clone(), less, same]), [0_u32; 0], "it has not decided on as much");
    }

    #[test]
    fn what_is_taken_back_never_was_and_what_is_old_is_forgotten() {
        let mut decided = Decided::new(1);
        (0..300).for_each(|number| decided.decide(number, 0));
        let before = decided.digests();
        decided.decide(300, 1);
        decided.undo(300);
        decided.decide(299, 1);
        assert_ne!(decided.digests(), before);
        decided.decide(299, 0);
        assert_eq!(decided.digests(), before);
        assert_eq!(decided.settled(), None, "two blocks are open");
        (300..100_000).for_each(|number| decided.decide(number, 0));
        assert_eq!(decided.digests().len(), BLOCKS as usize);
        let settled = decided.settled().expect("there are many");
        assert_eq!((settled.block, settled.count), (99_999 / BLOCK - 2, BLOCK));
        assert_eq!(decided.digests().iter().find(|one| one.block == settled.block), Some(&settled));
    }

    #[test]
    fn a_slow_group_is_not_forgotten_beside_a_fast_one() {
        let with = |refused: Option<u32>| {
            let mut decided = Decided::new(2);
            // The second group says one thing for each hundred of the first.
            (0..40_000).for_each(|count| {
                decided.decide(2 * count, 0);
                if count % 100 == 0 {
                    let slow = 2 * (count / 100) + 1;
                    decided.decide(slow, u8::from(refused == Some(slow)));
                }
            });
            assert_eq!(decided.settled(), Some(decided.digest(2 * (39_999 / BLOCK - 2))));
            decided.digests()
        };
        let (all, otherwise) = (with(None), with(Some(701)));
        assert_eq!(found(&[all.clone(), otherwise, all]), [1]);
    }
}
