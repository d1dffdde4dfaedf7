//! The names that a registry gives, in order of application.

use std::collections::{BTreeMap, VecDeque};

use crate::attestation::{Id, Name, Naming};
use crate::kernel::{LocalTime, Span};

/// Numbers from 1, and the uids of those who have them.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// How many have been forgotten.
    forgotten: u32,
    keys: VecDeque<Id>,
    /// Where others name the uid, not the number.
    uids: Option<Box<Uids>>,
}

impl Numbers {
    /// None, where names are not given.
    pub(super) fn new(naming: Naming) -> Option<Self> {
        let uids = match naming {
            Naming::Content => return None,
            Naming::Number => None,
            Naming::Inclusion { block } => Some(Box::new(Uids::new(block))),
        };
        Some(Self { forgotten: 0, keys: VecDeque::new(), uids })
    }

    /// Whether others name the number.
    pub(super) fn are_names(&self) -> bool {
        self.uids.is_none()
    }

    /// The number of the next.
    pub(super) fn next(&self) -> u32 {
        self.forgotten + self.keys.len() as u32 + 1
    }

    /// What has that name, as a key.
    pub(super) fn key(&self, name: Name) -> Option<Id> {
        match &self.uids {
            Some(uids) => uids.keys.get(&name).copied(),
            None => self.keys.get(self.place(name.number()?)?).copied(),
        }
    }

    /// The name of what has that number.
    pub(super) fn name(&self, number: u32) -> Option<Name> {
        match &self.uids {
            Some(uids) => uids.given.get(self.place(number)?).map(|(name, _)| *name),
            None => Some(Name::of_number(number)),
        }
    }

    fn place(&self, number: u32) -> Option<usize> {
        number.checked_sub(self.forgotten + 1).map(|place| place as usize)
    }

    /// The next number is that of `key`; its content, and when its author signed it, are asked
    /// for where uids are made of them.
    pub(super) fn give(&mut self, key: Id, of: impl FnOnce() -> (Id, LocalTime)) -> u32 {
        let number = self.next();
        self.keys.push_back(key);
        if let Some(uids) = &mut self.uids {
            uids.give(key, of());
        }
        number
    }

    /// Takes the last number back, if `key` has it.
    pub(super) fn take_back(&mut self, key: &Id) {
        if self.keys.pop_back_if(|last| last == key).is_some()
            && let Some(uids) = &mut self.uids
        {
            uids.take_back();
        }
    }

    /// Forgets the first number, if `key` has it.
    pub(super) fn forget(&mut self, key: &Id) {
        if self.keys.pop_front_if(|first| first == key).is_some() {
            self.forgotten += 1;
            if let Some(uids) = &mut self.uids {
                uids.forget();
            }
        }
    }
}

/// Uids, and the time on the chain that they are made of.
///
/// Validators agree on no clock. They may agree on an order, so that time is the latest at which
/// anybody signed what has got a uid by then: whoever applied the same knows the same time.
#[derive(Clone, Debug)]
struct Uids {
    block: Span,
    /// The time on the chain at the last that was forgotten.
    forgotten: LocalTime,
    /// In order of application, with the time on the chain.
    given: VecDeque<(Name, LocalTime)>,
    keys: BTreeMap<Name, Id>,
}

impl Uids {
    fn new(block: Span) -> Self {
        let (given, keys) = (VecDeque::new(), BTreeMap::new());
        Self { block, forgotten: LocalTime(i64::MIN), given, keys }
    }

    /// Nothing is included before it was signed.
    fn give(&mut self, key: Id, (content, signed_at): (Id, LocalTime)) {
        let time = self.given.back().map_or(self.forgotten, |(_, time)| *time).max(signed_at);
        let mut bump = 0;
        let mut name = Name::uid(&content, (time, self.block), bump);
        while self.keys.contains_key(&name) {
            bump += 1;
            name = Name::uid(&content, (time, self.block), bump);
        }
        self.keys.insert(name, key);
        self.given.push_back((name, time));
    }

    fn take_back(&mut self) {
        if let Some((name, _)) = self.given.pop_back() {
            self.keys.remove(&name);
        }
    }

    fn forget(&mut self) {
        if let Some((name, time)) = self.given.pop_front() {
            self.keys.remove(&name);
            self.forgotten = time;
        }
    }
}
