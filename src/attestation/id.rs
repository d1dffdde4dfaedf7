//! Content ids, and a map by id that cannot be iterated.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Encode, Encoder};

/// The BLAKE3 hash of a canonical encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 32]);

impl Id {
    /// No id is less: where a range of keys that end in an id begins.
    pub const LEAST: Self = Self([0; 32]);

    /// The id of whatever encodes like `content`.
    pub fn of(content: &(impl Encode + ?Sized)) -> Self {
        let mut hasher = blake3::Hasher::new();
        content.encode(&mut hasher);
        Self(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Encode for Id {
    fn encode(&self, to: &mut dyn Encoder) {
        to.bytes(&self.0);
    }
}

impl fmt::Display for Id {
    /// The first eight hex digits, as screens and traces print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A map by id. It offers no iteration, so no hash order can reach an event, a draw or a print.
#[derive(Clone, Debug)]
pub struct IdMap<V>(HashMap<Id, V, BuildHasherDefault<FirstBytes>>);

impl<V> IdMap<V> {
    /// The value under `id`.
    pub fn find(&self, id: &Id) -> Option<&V> {
        self.0.get(id)
    }

    /// The value under `id`, to change.
    pub fn find_mut(&mut self, id: &Id) -> Option<&mut V> {
        self.0.get_mut(id)
    }

    /// The value under `id`, made first if there is none.
    pub fn find_or_insert_with(&mut self, id: Id, make: impl FnOnce() -> V) -> &mut V {
        self.0.entry(id).or_insert_with(make)
    }

    /// Whether there is a value under `id`.
    pub fn contains(&self, id: &Id) -> bool {
        self.0.contains_key(id)
    }

    /// Puts `value` under `id` and gives back what was there.
    pub fn insert(&mut self, id: Id, value: V) -> Option<V> {
        self.0.insert(id, value)
    }

    /// Takes out the value under `id`.
    pub fn remove(&mut self, id: &Id) -> Option<V> {
        self.0.remove(id)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

/// An id is a hash already: its first bytes will do.
#[derive(Clone, Copy, Debug, Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<8>() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}
}
