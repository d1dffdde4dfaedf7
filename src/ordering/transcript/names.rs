//! Names for attestations, as scripts and transcripts spell them.
//!
//! `a0` is the first statement of attester `a`; `a0'` another one with the same number; `a0.1` its
//! second try; the number of primes is the subject; `b0<a0` refers to `a0`; `a1@300ms` was written 300 ms after the run began.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::attestation::{Action, Attestation, Id, KeyRing, Signed};
use crate::kernel::{LocalTime, Span};
use crate::ordering::Item;

/// Attester `a`; validators sign under the numbers below.
const FIRST_ATTESTER: u32 = 1_000;

/// All attestations of a script by name.
pub(in crate::ordering) struct Names {
    keys: KeyRing,
    known: BTreeMap<String, Arc<Signed>>,
    by_id: BTreeMap<Id, String>,
}

impl Names {
    /// Under keys of its own, for tests without a network.
    pub(in crate::ordering) fn for_tests() -> Self {
        Self::new(KeyRing::modelled(1))
    }

    pub(super) fn new(keys: KeyRing) -> Self {
        Self { keys, known: BTreeMap::new(), by_id: BTreeMap::new() }
    }

    /// The try that `text` names; it is written `now` when first named, unless `text` says when.
    pub(in crate::ordering) fn item(&mut self, text: &str, now: Span) -> Result<Item, String> {
        let (text, at) = match text.split_once('@') {
            Some((rest, at)) => (rest, at.parse().map_err(|error| format!("{text}: {error}"))?),
            None => (text, now),
        };
        let (text, parent) = match text.split_once('<') {
            Some((rest, parent)) => (rest, Some(self.id(parent)?)),
            None => (text, None),
        };
        let (name, attempt) = match text.split_once('.') {
            Some((name, attempt)) => (name, attempt.parse().map_err(|_| format!("{text}?"))?),
            None => (text, 0),
        };
        if let Some(signed) = self.known.get(name) {
            return Ok(Item { signed: signed.clone(), attempt });
        }
        let signed = self.write(name, parent, LocalTime(0) + at)?;
        Ok(Item { signed, attempt })
    }

    /// `text` with ids, attesters and times as a script would spell them.
    pub(in crate::ordering) fn legible(&self, text: &str) -> String {
        let mut legible = text.to_owned();
        for (id, name) in &self.by_id {
            legible = legible.replace(&id.to_string(), name);
        }
        for letter in 'a'..='e' {
            let number = FIRST_ATTESTER + u32::from(letter) - u32::from('a');
            legible = legible.replace(&format!("AttesterId({number})"), &letter.to_string());
            legible = legible.replace(&format!("Submitter({number})"), &letter.to_string());
        }
        legible
    }

    pub(super) fn name(&self, item: &Item) -> String {
        self.legible(&format!("{item:?}"))
    }

    fn id(&self, name: &str) -> Result<Id, String> {
        self.known.get(name).map(|signed| signed.id).ok_or(format!("{name} is not written yet"))
    }

    fn write(
        &mut self,
        name: &str,
        parent: Option<Id>,
        written_at: LocalTime,
    ) -> Result<Arc<Signed>, String> {
        let attester = attester(name).ok_or(format!("{name}: names look like a0, b12 or a0'"))?;
        let digits = name[1..].trim_end_matches('\'');
        let attestation = Attestation {
            sequence: digits.parse().map_err(|_| format!("{name}: {digits} is not a number"))?,
            subject: name.matches('\'').count() as u32,
            action: Action::Attest { parent },
            written_at,
            data_len: 100,
            ..Attestation::plain(self.known.len() as u32, attester)
        };
        let signed = Signed::new(attestation, &self.keys.signer(attester));
        self.by_id.insert(signed.id, name.to_owned());
        self.known.insert(name.to_owned(), signed.clone());
        Ok(signed)
    }
}

/// The number of the attester whose letter begins `name`.
pub(super) fn attester(name: &str) -> Option<u32> {
    let letter = name.chars().next().filter(char::is_ascii_lowercase)?;
    Some(FIRST_ATTESTER + u32::from(letter) - u32::from('a'))
}
