//! Maps by id that cannot be iterated.

use hashbrown::HashTable;

use super::Id;

/// Something with an id of its own.
pub trait Named {
    /// That id; it never changes.
    fn id(&self) -> &Id;
}

impl<V> Named for (Id, V) {
    fn id(&self) -> &Id {
        &self.0
    }
}

/// A map by id. It offers no iteration, so no hash order can reach an event, a draw or a print.
#[derive(Clone, Debug)]
pub struct IdMap<V>(IdSet<(Id, V)>);

/// The same of things that know their ids.
///
/// They lie in the order in which they came, and a table says where: who only asks whether an id
/// is known finds that out in the table's control bytes, of which one stands for each cell, so
/// that those of many validators fit into a cache together.
#[derive(Clone, Debug)]
pub struct IdSet<V> {
    table: HashTable<Cell>,
    values: Vec<Option<V>>,
    /// Places of `values` that are free.
    free: Vec<u32>,
}

/// The first bytes of an id, and the place of its value.
#[derive(Clone, Copy, Debug)]
struct Cell {
    tag: u32,
    place: u32,
}

impl Cell {
    /// Ids are hashes already. The table looks at the lowest bits and the highest ones.
    const fn hash(tag: u32) -> u64 {
        (tag as u64) << 32 | tag as u64
    }
}

impl<V> IdMap<V> {
    /// The value under `id`.
    pub fn find(&self, id: &Id) -> Option<&V> {
        self.0.find(id).map(|(_, value)| value)
    }

    /// The value under `id`, to change.
    pub fn find_mut(&mut self, id: &Id) -> Option<&mut V> {
        self.0.find_mut(id).map(|(_, value)| value)
    }

    /// The value under `id`, made first if there is none.
    pub fn find_or_insert_with(&mut self, id: Id, make: impl FnOnce() -> V) -> &mut V {
        let known = self.0.place(&id);
        let place = known.unwrap_or_else(|| self.0.put((id, make())));
        let (_, value) = self.0.values[place].as_mut().expect("the table names places in use");
        value
    }

    /// Whether there is a value under `id`.
    pub fn contains(&self, id: &Id) -> bool {
        self.0.contains(id)
    }

    /// Puts `value` under `id` and gives back what was there.
    pub fn insert(&mut self, id: Id, value: V) -> Option<V> {
        if let Some(known) = self.find_mut(&id) {
            return Some(std::mem::replace(known, value));
        }
        self.0.add((id, value));
        None
    }

    /// Takes out the value under `id`.
    pub fn remove(&mut self, id: &Id) -> Option<V> {
        self.0.remove(id).map(|(_, value)| value)
    }

    /// How many values there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Named> IdSet<V> {
    /// The one with that id.
    pub fn find(&self, id: &Id) -> Option<&V> {
        self.values[self.place(id)?].as_ref()
    }

    /// The same, to change.
    pub fn find_mut(&mut self, id: &Id) -> Option<&mut V> {
        let place = self.place(id)?;
        self.values[place].as_mut()
    }

    /// Whether there is one with that id.
    pub fn contains(&self, id: &Id) -> bool {
        self.place(id).is_some()
    }

    /// Puts one in with whose id there is none.
    pub fn add(&mut self, value: V) {
        debug_assert!(!self.contains(value.id()), "what is added is new");
        self.put(value);
    }

    /// Takes out the one with that id.
    pub fn remove(&mut self, id: &Id) -> Option<V> {
        let tag = id.first_bytes();
        let values = &self.values;
        let found = self.table.find_entry(Cell::hash(tag), |cell| is_named(values, *cell, tag, id));
        let (cell, _) = found.ok()?.remove();
        self.free.push(cell.place);
        self.values[cell.place as usize].take()
    }

    /// Where the one with that id lies.
    fn place(&self, id: &Id) -> Option<usize> {
        let tag = id.first_bytes();
        let cell =
            self.table.find(Cell::hash(tag), |cell| is_named(&self.values, *cell, tag, id))?;
        Some(cell.place as usize)
    }

    /// Puts in what is not there, and says where.
    fn put(&mut self, value: V) -> usize {
        let place = self.free.pop().map_or(self.values.len(), |place| place as usize);
        let named = u32::try_from(place).expect("a map has fewer than 2^32 values");
        let cell = Cell { tag: value.id().first_bytes(), place: named };
        self.table.insert_unique(Cell::hash(cell.tag), cell, |cell| Cell::hash(cell.tag));
        match self.values.get_mut(place) {
            Some(free) => *free = Some(value),
            None => self.values.push(Some(value)),
        }
        place
    }
}

/// Whether the value that a cell stands for has that id.
fn is_named<V: Named>(values: &[Option<V>], cell: Cell, tag: u32, id: &Id) -> bool {
    cell.tag == tag && values[cell.place as usize].as_ref().is_some_and(|value| value.id() == id)
}

impl<V> IdSet<V> {
    const fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self(IdSet::default())
    }
}

impl<V> Default for IdSet<V> {
    fn default() -> Self {
        Self { table: HashTable::new(), values: Vec::new(), free: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// An id of which `first` is all that a table sees.
    fn id(first: u32, rest: u8) -> Id {
        (0_u32..)
            .map(|salt| Id::of(&(salt, u32::from(rest))))
            .find(|id| id.first_bytes() % 8 == first % 8)
            .expect("one id in eight will do")
    }

    #[test]
    fn ids_that_begin_alike_are_told_apart() {
        let (one, other) = (Id::of(&16_079_u32), Id::of(&47_609_u32));
        assert_eq!(one.first_bytes(), other.first_bytes(), "found by trying");
        let mut map = IdMap::default();
        assert_eq!((map.insert(one, 1), map.find(&other)), (None, None));
        assert_eq!((map.insert(other, 2), map.remove(&one)), (None, Some(1)));
        assert_eq!((map.find(&one), map.find(&other)), (None, Some(&2)));
    }

    proptest! {
        /// Whatever is put in and taken out: a tree says the same. There are few ids, and many of
        /// them begin their search in one place.
        #[test]
        fn a_map_finds_what_a_tree_finds(steps in prop::collection::vec(
            (0_u32..3, 0_u8..12, 0_u8..3), 0..200,
        )) {
            let (mut map, mut tree) = (IdMap::default(), BTreeMap::new());
            for (number, (first, rest, what)) in steps.into_iter().enumerate() {
                let id = id(first, rest);
                match what {
                    0 => prop_assert_eq!(map.insert(id, number), tree.insert(id, number)),
                    1 => prop_assert_eq!(map.remove(&id), tree.remove(&id)),
                    _ => prop_assert_eq!(
                        *map.find_or_insert_with(id, || number),
                        *tree.entry(id).or_insert(number)
                    ),
                }
                prop_assert_eq!(map.len(), tree.len());
                for (id, value) in &mut tree {
                    prop_assert_eq!(map.find(id), Some(&*value));
                    prop_assert_eq!(map.find_mut(id), Some(value));
                }
            }
        }
    }
}
