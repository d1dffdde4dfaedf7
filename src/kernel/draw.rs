//! Luck with an address: `draw(purpose, entity, index)`.
//!
//! A draw is a word of ChaCha8 keyed by the seed, on the stream named by purpose and entity, at
//! the position named by the index. Adding a draw in one place moves no other, and whoever asks
//! for the same address under the same seed gets the same word.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a draw is for; two purposes never share a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// When the load plan sends: entity is the load group, with bit 32 for the phases of bursts.
    Arrival = 1,
    /// What an operation is: entity is its number.
    Operation = 2,
    /// How an operation's message fares on its way from client to router to validators, and
    /// back: entity is the operation, index tells message and receiver.
    Journey = 3,
    /// The weather on a link: entity is the link, index the time slot.
    Weather = 4,
    /// How a protocol's own message fares: entity is the link, index counts its messages.
    Protocol = 5,
    /// What a fault rule does to a message: entity is rule and link or operation.
    Rule = 6,
    /// Whom a selector such as `2 validators` picks: entity is the fault.
    Selector = 7,
    /// What a strategy asks for itself: entity is the process.
    Strategy = 8,
    /// Think and retry times: entity is the operation.
    Patience = 9,
    /// The faults of a hunt: entity is the run.
    Hunt = 10,
    /// Keys of signers: entity is the attester.
    Key = 11,
    /// Benchmarks and tests that need luck of their own.
    Bench = 12,
    /// What a Byzantine process does: entity is rule and process.
    Byzantine = 13,
    /// Which router a try goes to: entity is the operation, index tells try and word.
    Balance = 14,
    /// Settings to try when parameters are tuned: entity is the strategy, by its name.
    Tuning = 15,
    /// Who relies on what, and whom it asks first: entity is the operation.
    Reliance = 16,
    /// How long people take and whether they do it right: entity is incident and role.
    People = 17,
    /// When a user looks again and complains: entity is the operation, index the look.
    Impatience = 18,
}

/// The address of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Luck {
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it concerns; below 2^56.
    pub entity: u64,
    /// The position among the draws of that entity.
    pub index: u64,
}

/// Words per cached page: four ChaCha blocks, what one refill computes.
const PAGE: u64 = 32;

/// All luck under one seed, with one cached page made on first use.
///
/// Neighbouring indices of one entity share a page, so drawing for ten receivers costs one
/// refill. An unused `Draws` holds the seed alone.
#[derive(Clone, Debug)]
pub struct Draws {
    seed: u64,
    page: Option<Box<Page>>,
}

#[derive(Clone, Debug)]
struct Page {
    stream: u64,
    number: u64,
    words: [u64; PAGE as usize],
}

impl Draws {
    /// The luck under `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed, page: None }
    }

    /// The seed all draws are keyed by.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The word at an address.
    ///
    /// # Panics
    /// If the entity is 2^56 or more.
    pub fn word(&mut self, luck: Luck) -> u64 {
        assert!(luck.entity < 1 << 56, "an entity of a draw fits 56 bits");
        let stream = (luck.purpose as u64) << 56 | luck.entity;
        let number = luck.index / PAGE;
        let seed = self.seed;
        let page = self.page.get_or_insert_with(|| Box::new(Page::compute(seed, stream, number)));
        if page.stream != stream || page.number != number {
            **page = Page::compute(seed, stream, number);
        }
        page.words[(luck.index % PAGE) as usize]
    }
}

impl Page {
    fn compute(seed: u64, stream: u64, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        generator.set_word_pos(u128::from(number) * u128::from(PAGE) * 2);
        let mut bytes = [0; 8 * PAGE as usize];
        generator.fill_bytes(&mut bytes);
        let mut words = [0; PAGE as usize];
        for (word, part) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*part);
        }
        Self { stream, number, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(seed: u64, purpose: Purpose, entity: u64, index: u64) -> u64 {
        Draws::new(seed).word(Luck { purpose, entity, index })
    }

    #[test]
    fn a_word_depends_on_its_address_and_on_nothing_else() {
        let mut draws = Draws::new(7);
        let forward: Vec<u64> = (0..100)
            .map(|index| draws.word(Luck { purpose: Purpose::Rule, entity: 3, index }))
            .collect();
        for index in (0..100).rev() {
            assert_eq!(word(7, Purpose::Rule, 3, index), forward[index as usize]);
        }
    }

    #[test]
    fn neighbouring_addresses_and_seeds_differ() {
        let here = word(1, Purpose::Rule, 3, 5);
        assert_ne!(here, word(2, Purpose::Rule, 3, 5));
        assert_ne!(here, word(1, Purpose::Weather, 3, 5));
        assert_ne!(here, word(1, Purpose::Rule, 4, 5));
        assert_ne!(here, word(1, Purpose::Rule, 3, 6));
    }

    #[test]
    fn the_stream_is_pinned() {
        assert_eq!(word(1, Purpose::Arrival, 0, 0), 13_257_328_257_186_303_283);
        assert_eq!(word(42, Purpose::Weather, 9, 1_000), 9_457_517_050_275_475_326);
    }
}
