//! Which statements may not trade places, because a registry may judge them by their order. All
//! others commute: whoever applies them in another order comes to the same state.

use super::Item;
use crate::attestation::{Action, Id, Schema, SchemaId};

/// Something that a statement reads or changes in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Whether this statement stands.
    Statement(Id),
    /// Who holds the claim to a subject.
    Claim(SchemaId, u32),
    /// Which schemas there are.
    Schemas,
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
