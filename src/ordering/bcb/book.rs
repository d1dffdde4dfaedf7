//! What a validator must not forget: what it signed and what it delivered.

use std::collections::{BTreeMap, VecDeque};

use super::{Claim, Confirm};
use crate::attestation::{Id, Signature};
use crate::kernel::{LocalTime, Span};
use crate::ordering::kept::Journaled;

/// One validator's durable state.
#[derive(Clone, Debug)]
pub struct Book {
    history: Span,
    accounts: BTreeMap<u32, Account>,
    /// Whose delivery happened when, oldest first: what is forgotten next.
    ages: VecDeque<(LocalTime, u32)>,
    locks: usize,
}

#[derive(Clone, Debug, Default)]
struct Account {
    /// The sequence number delivered next.
    next: u32,
    /// What was delivered last, without gaps, up to the one before `next`.
    kept: VecDeque<Confirm>,
    /// What was signed and is not yet delivered, by number.
    locks: VecDeque<(u32, Lock)>,
}

/// A content signed for an attester's number, and the signature.
#[derive(Clone, Debug)]
pub(super) struct Lock {
    pub(super) id: Id,
    pub(super) signature: Signature,
}

/// Where an attester's number stands at a validator.
#[derive(Debug)]
pub(super) enum Standing<'a> {
    /// Nothing was signed for it.
    Free,
    /// This was signed for it.
    Locked(&'a Lock),
    /// This was delivered for it.
    Delivered(&'a Confirm),
    /// It was delivered too long ago.
    Forgotten,
}

/// One durable step.
#[derive(Debug)]
pub enum Change {
    /// A content was signed.
    Sign(Claim, Signature),
    /// The next of an attester was delivered.
    Deliver(Confirm, LocalTime),
    /// A later try of what was delivered before was delivered.
    Again(Claim, u8),
    /// What everybody else has forgotten is passed over: an attester, and its next number.
    Skip(u32, u32),
}

impl Book {
    pub(super) fn new(history: Span) -> Self {
        Self { history, accounts: BTreeMap::new(), ages: VecDeque::new(), locks: 0 }
    }

    pub(super) fn standing(&self, attester: u32, sequence: u32) -> Standing<'_> {
        let Some(account) = self.accounts.get(&attester) else { return Standing::Free };
        if sequence >= account.next {
            return account.lock(sequence).map_or(Standing::Free, Standing::Locked);
        }
        let kept = account.index(sequence).and_then(|index| account.kept.get(index));
        kept.map_or(Standing::Forgotten, Standing::Delivered)
    }

    /// The sequence number delivered next.
    pub(super) fn next(&self, attester: u32) -> u32 {
        self.accounts.get(&attester).map_or(0, |account| account.next)
    }

    /// From which number on its deliveries are kept.
    pub(super) fn oldest(&self, attester: u32) -> u32 {
        self.accounts.get(&attester).map_or(0, Account::oldest)
    }

    /// What is kept of an attester from a number on.
    pub(super) fn kept(&self, attester: u32, from: u32) -> impl Iterator<Item = &Confirm> {
        let account = self.accounts.get(&attester);
        account.into_iter().flat_map(move |account| {
            account.kept.iter().skip(from.saturating_sub(account.oldest()) as usize)
        })
    }

    /// Every attester with its next number, in order.
    pub(super) fn frontier(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.accounts.iter().map(|(attester, account)| (*attester, account.next))
    }

    /// What was signed and is not yet delivered, in order.
    pub(super) fn signed<'a>(&'a self) -> impl Iterator<Item = (u32, u32)> + 'a {
        let locks = |(attester, account): (&u32, &'a Account)| {
            let attester = *attester;
            account.locks.iter().map(move |(sequence, _)| (attester, *sequence))
        };
        self.accounts.iter().flat_map(locks)
    }

    fn forget(&mut self, now: LocalTime) {
        let horizon = now - self.history;
        while self.ages.front().is_some_and(|(at, _)| *at < horizon) {
            let Some((_, attester)) = self.ages.pop_front() else { return };
            if let Some(account) = self.accounts.get_mut(&attester) {
                account.kept.pop_front();
            }
        }
    }

    fn advance(&mut self, attester: u32, next: u32) -> &mut Account {
        let account = self.accounts.entry(attester).or_default();
        account.next = next;
        while account.locks.front().is_some_and(|(sequence, _)| *sequence < next) {
            account.locks.pop_front();
            self.locks -= 1;
        }
        account
    }
}

impl Account {
    fn lock(&self, sequence: u32) -> Option<&Lock> {
        let at = self.locks.binary_search_by_key(&sequence, |(known, _)| *known).ok()?;
        self.locks.get(at).map(|(_, lock)| lock)
    }

    /// Whether there was none before.
    fn set_lock(&mut self, sequence: u32, lock: Lock) -> bool {
        match self.locks.binary_search_by_key(&sequence, |(known, _)| *known) {
            Ok(at) => {
                self.locks[at].1 = lock;
                false
            }
            Err(at) => {
                self.locks.insert(at, (sequence, lock));
                true
            }
        }
    }

    fn oldest(&self) -> u32 {
        self.next - self.kept.len() as u32
    }

    fn index(&self, sequence: u32) -> Option<usize> {
        sequence.checked_sub(self.oldest()).map(|index| index as usize)
    }
}

impl Journaled for Book {
    type Change = Change;

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Sign(claim, signature) => {
                let lock = Lock { id: claim.id, signature: signature.clone() };
                let account = self.accounts.entry(claim.attester).or_default();
                self.locks += usize::from(account.set_lock(claim.sequence, lock));
            }
            Change::Deliver(confirm, at) => {
                let claim = confirm.claim();
                self.advance(claim.attester, claim.sequence + 1).kept.push_back(confirm.clone());
                self.ages.push_back((*at, claim.attester));
                self.forget(*at);
            }
            Change::Again(claim, attempt) => {
                let Some(account) = self.accounts.get_mut(&claim.attester) else { return };
                let index = account.index(claim.sequence);
                let kept = index.and_then(|index| account.kept.get_mut(index));
                if let Some(confirm) = kept {
                    confirm.attempt = *attempt;
                }
            }
            Change::Skip(attester, next) => {
                self.advance(*attester, *next).kept.clear();
                self.ages.retain(|(_, whose)| whose != attester);
            }
        }
    }

    fn weight(&self) -> usize {
        self.accounts.len() + self.ages.len() + self.locks
    }
}
