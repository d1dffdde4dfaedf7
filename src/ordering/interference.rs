//! Which statements may not trade places, because a registry may judge them by their order. All
//! others commute: whoever applies them in another order comes to the same state.

use super::Item;
use crate::attestation::{Action, AttesterId, Id, Schema, SchemaId};

/// Something that a statement reads or changes in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Whether this statement stands.
    Statement(Id),
    /// Who holds the claim to a subject.
    Claim(SchemaId, u32),
    /// Which schemas there are.
    Schemas,
    /// How many delegated calls of that author were accepted.
    Nonce(AttesterId),
}

/// What `item` reads or changes, given what it takes back, if that is known. Two statements
/// interfere only if they share a key.
pub(super) fn keys(item: &Item, target: Option<&Item>) -> Vec<Key> {
    let attestation = &item.signed.attestation;
    let mut keys = vec![Key::Statement(item.id())];
    keys.extend(attestation.action.reference().map(Key::Statement));
    match attestation.action {
        Action::Attest { .. } => keys.extend(claim(item)),
        Action::Revoke(_) => keys.extend(target.and_then(claim)),
        Action::Replace(_) => {}
        Action::Register(_) => keys.push(Key::Schemas),
    }
    if schema(attestation.schema).is_none() {
        keys.push(Key::Schemas);
    }
    let call = attestation.delegation.as_ref().filter(|call| call.terms.is_some());
    keys.extend(call.map(|call| Key::Nonce(call.attester)));
    keys
}

/// The claim that a statement may hold. Of a schema that was registered later we do not know
/// whether its statements are claims, and take them for some.
fn claim(item: &Item) -> Option<Key> {
    let attestation = &item.signed.attestation;
    let may_claim = schema(attestation.schema).is_none_or(|schema| schema.exclusive);
    may_claim.then_some(Key::Claim(attestation.schema, attestation.subject))
}

fn schema(id: SchemaId) -> Option<Schema> {
    Schema::GENESIS.get(id.0 as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::{Attestation, Delegation, KeyRing, Profile, Signed};
    use std::sync::Arc;

    /// Statement `number` about a subject of its own, that 7 says and 8 or 9 submits.
    fn called(number: u32, profile: Profile) -> Item {
        let ring = KeyRing::modelled(1);
        let delegation = Delegation { attester: AttesterId(7), terms: profile.terms(None) };
        let plain = Attestation::plain(number, 8 + number % 2);
        let said = Attestation { subject: number, delegation: Some(Box::new(delegation)), ..plain };
        let submitter = ring.signer(said.attester.0);
        Item { signed: Arc::new(Signed::delegated(said, &ring.signer(7), &submitter)), attempt: 0 }
    }

    #[test]
    fn calls_of_one_author_interfere_where_they_are_numbered() {
        let share = |profile| {
            let (one, other) = (keys(&called(1, profile), None), keys(&called(2, profile), None));
            one.iter().any(|key| other.contains(key))
        };
        assert!(share(Profile::Eas));
        assert!(!share(Profile::Sign));
    }
}
