//! What a client was told of names and nonces, and what it makes of that as it writes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::actors::{Packet, REFERENCE_AGE};
use crate::attestation::{
    Action, Attestation, AttesterId, Id, Name, Naming, Operation, Signed, Storage, Told,
};
use crate::kernel::{LocalTime, ProcessId, VirtualTime};
use crate::network::{CONTROL_FLOOR, Desk};

/// Naming of attestations, and nonces of those it submits for.
#[derive(Default)]
pub(super) struct Book {
    /// As long as anything may refer to them.
    names: BTreeMap<Id, Name>,
    ages: VecDeque<(VirtualTime, Id)>,
    /// The highest number that it was told, where names are numbers.
    highest: u32,
    /// Its own statements under way whose names it has not been told, as it wrote them, and how
    /// many each is.
    untold: VecDeque<(Id, u32)>,
    calls: BTreeMap<AttesterId, Calls>,
}

/// The delegated calls of one author.
#[derive(Default)]
struct Calls {
    /// The nonce that it was told comes next.
    next: u32,
    /// Nonces of those under way.
    under_way: BTreeMap<Operation, u32>,
}

impl Book {
    /// Fills in what its writer has to know, or guess: the name of what it refers to, where names
    /// are given, and the nonce of a call that has one.
    pub(super) fn fill_in(&mut self, said: &mut Attestation, naming: Naming) {
        let is_named = naming.are_given() && said.storage != Storage::OffChain;
        let reference = said.action.reference().filter(|_| is_named);
        said.named = reference.and_then(|id| self.name(&id, said.written_at, naming));
        if let Some(delegation) = &mut said.delegation
            && let Some(terms) = &mut delegation.terms
        {
            let calls = self.calls.entry(delegation.attester).or_default();
            terms.nonce = calls.nonce();
            calls.under_way.insert(said.operation, terms.nonce);
        }
    }

    /// It has written that statement of its own, or is going to submit it for another.
    pub(super) fn wrote(&mut self, said: &Attestation, id: Id) {
        let is_numbered = said.storage != Storage::OffChain;
        if is_numbered && matches!(said.action, Action::Attest { .. } | Action::Replace(_)) {
            self.untold.push_back((id, said.statements()));
        }
    }

    /// The name of `id`, for who writes now. Who has not been told a uid takes it that `id` is
    /// included in the block of this instant, whoever wrote it.
    fn name(&self, id: &Id, now: LocalTime, naming: Naming) -> Option<Name> {
        let guess = || match naming {
            Naming::Content => None,
            Naming::Number => Some(Name::of_number(self.next_number(id))),
            Naming::Inclusion { block } => Some(Name::uid(id, (now, block), 0)),
        };
        self.names.get(id).copied().or_else(guess)
    }

    /// The number of `id`, of which it has not been told. It takes it that nobody else writes: then
    /// the next after the highest it was told is its own next, and so on; of another's it knows no
    /// more than that it is new.
    fn next_number(&self, id: &Id) -> u32 {
        let place = self.untold.iter().position(|(own, _)| own == id).unwrap_or(0);
        self.highest + 1 + self.untold.iter().take(place).map(|(_, count)| count).sum::<u32>()
    }

    /// A registry that has accepted `signed` says its name, and the nonce of its author's next
    /// call. Who submitted it for another passes its name on, out of band.
    pub(super) fn told(&mut self, signed: &Signed, told: Told, desk: &mut Desk<'_, Packet>) {
        let author = || signed.attestation.author();
        if let Some(next) = told.nonce {
            self.told_nonce(author(), next);
        }
        if let Some(name) = told.name
            && self.told_name(desk.now(), signed.id, name)
            && author().0 != desk.me().0
        {
            let packet = Packet::Named(Arc::new((signed.id, name)));
            desk.tell(ProcessId(author().0), desk.now() + CONTROL_FLOOR, packet);
        }
    }

    /// Somebody says that `id` has that name; whether it is news. Who said so first is believed.
    pub(super) fn told_name(&mut self, now: VirtualTime, id: Id, name: Name) -> bool {
        self.highest = self.highest.max(name.number().unwrap_or_default());
        if self.names.contains_key(&id) {
            return false;
        }
        self.names.insert(id, name);
        self.ages.push_back((now, id));
        self.untold.retain(|(own, _)| *own != id);
        while let Some((_, old)) =
            self.ages.front().copied().filter(|(at, _)| now.since(*at) > REFERENCE_AGE)
        {
            self.names.remove(&old);
            self.ages.pop_front();
        }
        true
    }

    /// A registry says which nonce of `author` comes next there.
    pub(super) fn told_nonce(&mut self, author: AttesterId, next: u32) {
        let calls = self.calls.entry(author).or_default();
        calls.next = calls.next.max(next);
    }

    /// Nothing more will be heard of that statement.
    pub(super) fn ended(&mut self, said: &Attestation, id: Id) {
        self.untold.retain(|(own, _)| *own != id);
        if let Some(calls) = self.calls.get_mut(&said.author()) {
            calls.under_way.remove(&said.operation);
        }
    }
}

impl Calls {
    /// The next that is not taken, as far as is known here.
    fn nonce(&self) -> u32 {
        let taken = self.under_way.values().max().map_or(0, |last| last + 1);
        taken.max(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::{Delegation, Profile};
    use crate::kernel::Span;

    fn said(number: u32, parent: Option<u32>) -> Attestation {
        Attestation {
            action: Action::Attest { parent: parent.map(|parent| Id::of(&parent)) },
            ..Attestation::plain(number, 1)
        }
    }

    /// Does as `script` says and lists the numbers by which it names what it refers to: `w3` writes
    /// statement 3, `w4<3` one that refers to 3, `t3=7` is told that 3 has number 7, `e3` is told
    /// nothing more of 3. A second passes with each word.
    fn named(script: &str) -> String {
        let mut book = Book::default();
        let mut all = Vec::new();
        for (second, word) in (0..).zip(script.split(' ')) {
            let digit = |at: usize| word.get(at..).and_then(|text| text.parse().ok());
            let number: u32 = word[1..2].parse().expect("a digit");
            let id = Id::of(&number);
            match &word[..1] {
                "t" => {
                    let now = VirtualTime::ZERO + Span::from_secs(second);
                    book.told_name(now, id, Name::of_number(digit(3).expect("a number")));
                }
                "e" => book.ended(&said(number, None), id),
                _ => {
                    let mut said = said(number, digit(3));
                    book.fill_in(&mut said, Naming::Number);
                    book.wrote(&said, id);
                    all.extend(said.named.and_then(Name::number).map(|named| named.to_string()));
                }
            }
        }
        all.join(" ")
    }

    #[test]
    fn who_was_told_a_number_names_it_and_who_was_not_guesses() {
        assert_eq!(named("w1 t1=7 w2<1"), "7");
        assert_eq!(named("w1 w2<1"), "1", "nothing was told: it takes itself for the first");
        assert_eq!(named("w1 t1=7 w2 w3 w4<3"), "9", "two of its own after the seventh");
        assert_eq!(named("w1 t1=7 w2 e2 w3 w4<3"), "8", "what ended is no longer in the way");
        assert_eq!(named("w1 t1=7 t1=9 w2<1"), "7", "the first word counts");
        assert_eq!(named("w1 t1=7 w3<5"), "8", "another's is new, and no more is known");
    }

    #[test]
    fn who_was_told_a_uid_names_it_and_who_was_not_takes_it_for_one_of_this_block() {
        let naming = Naming::Inclusion { block: Span::from_secs(12) };
        let uid = |second| Name::uid(&Id::of(&3_u32), (at(second), Span::from_secs(12)), 0);
        let named = |book: &mut Book, second| {
            let mut said = Attestation { written_at: at(second), ..said(4, Some(3)) };
            book.fill_in(&mut said, naming);
            said.named
        };
        let mut book = Book::default();
        assert_eq!([named(&mut book, 5), named(&mut book, 12)], [0, 1].map(|n| Some(uid(12 * n))));
        book.told_name(VirtualTime::ZERO, Id::of(&3_u32), uid(12));
        assert_eq!(named(&mut book, 5), Some(uid(12)));
        let mut elsewhere = Attestation { storage: Storage::OffChain, ..said(4, Some(3)) };
        book.fill_in(&mut elsewhere, naming);
        assert_eq!(elsewhere.named, None, "a hash names it");
    }

    fn at(second: i64) -> LocalTime {
        LocalTime(second * 1_000_000_000)
    }

    #[test]
    fn nonces_follow_one_another_and_what_was_told() {
        let mut book = Book::default();
        let mut nonce = |operation: u32, told: Option<u32>, ended: Option<u32>| {
            if let Some(told) = told {
                book.told_nonce(AttesterId(5), told);
            }
            let delegation =
                Delegation { attester: AttesterId(5), terms: Profile::Eas.terms(None) };
            let call = |operation| Attestation {
                delegation: Some(Box::new(delegation)),
                ..said(operation, None)
            };
            if let Some(ended) = ended {
                book.ended(&call(ended), Id::LEAST);
            }
            let mut said = call(operation);
            book.fill_in(&mut said, Naming::Content);
            said.delegation.and_then(|call| call.terms).map(|terms| terms.nonce)
        };
        assert_eq!(nonce(0, None, None), Some(0));
        assert_eq!(nonce(1, None, None), Some(1), "behind the one under way");
        assert_eq!(nonce(2, Some(1), Some(1)), Some(1), "which was refused: its nonce is free");
        assert_eq!(nonce(3, Some(9), Some(2)), Some(9), "what the registry says is later");
        assert_eq!(nonce(3, None, Some(3)), Some(9), "signed anew, it takes the place it had");
    }
}
