//! Profile `sign`: attestations are numbered by apply order, from 1, and links and revocations name
//! the number (sign-protocol-evm 3850947, contract version 1.1.1, `SP.sol`: `_attest`, `_revoke`,
//! in their order of checks).

use super::{Call, Code, Verdict, judge_hook, judge_replace};
use crate::attestation::registry::{Entries, Entry};
use crate::attestation::{Action, Attestation, Name, Rules, Schema, Storage};

/// The rules.
pub(super) const CODE: Code = Code {
    judge,
    reference: |entries, said| match said.storage {
        // A text of its attester's names it, not a number.
        Storage::OffChain => said.action.reference(),
        Storage::Registry | Storage::Arweave | Storage::Ipfs | Storage::Custom => {
            entries.key_named(said.named?)
        }
    },
    numbers: true,
    has_terms: false,
    wrong_call: Verdict::InvalidDelegateSignature,
    has_brake: true,
    locates_data: true,
    flags_by_time: true,
};

fn judge(entries: &Entries, call: &Call<'_>) -> Verdict {
    let said = call.said;
    let named = || entries.named(said.named?);
    match said.action {
        _ if call.rules == Rules::Paused => Verdict::Paused,
        // It cannot be read as a call, whatever it says.
        _ if call.rules == Rules::KnowsThreeLocations && said.storage == Storage::Custom => {
            Verdict::EnumConversion
        }
        Action::Register(_) => Verdict::Accepted,
        Action::Attest { .. } if said.storage == Storage::OffChain => {
            judge_attest_offchain(entries, said)
        }
        Action::Revoke(target) if said.storage == Storage::OffChain => {
            judge_revoke_offchain(said, entries.find(&target))
        }
        Action::Attest { .. } => judge_attest(entries, call),
        Action::Revoke(_) => judge_revoke(entries, said, named()),
        Action::Replace(_) => {
            let unknown = Verdict::AttestationNonexistent;
            judge_replace(named(), said, unknown, Verdict::AttestationAlreadyRevoked)
        }
    }
}

fn judge_attest(entries: &Entries, call: &Call<'_>) -> Verdict {
    let said = call.said;
    if let Some(refusal) = said.named.and_then(|name| judge_link(entries, said, name)) {
        return refusal;
    }
    let Some(schema) = entries.schema(said.schema) else { return Verdict::SchemaNonexistent };
    if said.named.is_some() && call.rules == Rules::KnowsNoLinks {
        return Verdict::SchemaNonexistent;
    }
    if call.rules != Rules::AcceptsExpired
        && let Some(refusal) = judge_duration(schema, call)
    {
        return refusal;
    }
    judge_hook(entries, schema, call)
}

/// No schema, no link and no end is looked at (`_attestOffchain`).
fn judge_attest_offchain(entries: &Entries, new: &Attestation) -> Verdict {
    match entries.find(&new.id()) {
        Some(_) => Verdict::OffchainAttestationExists,
        None => Verdict::Accepted,
    }
}

/// Whatever has that number is taken for what is meant, if it is by who sends this. The counter
/// has moved on by then: the number that this one is about to get exists, and is nobody's yet.
fn judge_link(entries: &Entries, said: &Attestation, name: Name) -> Option<Verdict> {
    if name > Name::of_number(entries.next_number()) {
        return Some(Verdict::AttestationNonexistent);
    }
    // Of a delegated call too it is the sender, not the author, that the contract compares.
    let linked = entries.named(name);
    let is_own = linked.is_some_and(|entry| entry.said().author() == said.attester);
    (!is_own).then_some(Verdict::AttestationWrongAttester)
}

/// Looked at only where the schema limits it: then a past end, or none, underflows; without a
/// limit what has expired is accepted.
fn judge_duration(schema: &Schema, call: &Call<'_>) -> Option<Verdict> {
    if schema.max_valid_for.as_nanos() == 0 {
        return None;
    }
    // No end is written as 0, and 0 is before any now.
    let Some(until) = call.said.expires_at else { return Some(Verdict::Underflow) };
    match u64::try_from(until.0 - call.now.0) {
        Err(_) => Some(Verdict::Underflow),
        Ok(valid_for) if valid_for > schema.max_valid_for.as_nanos() => {
            Some(Verdict::AttestationInvalidDuration)
        }
        Ok(_) => None,
    }
}

/// Of a delegated revocation the signature must be that of whoever made what the number names.
fn judge_revoke(entries: &Entries, new: &Attestation, target: Option<&Entry>) -> Verdict {
    let Some(entry) = target else { return Verdict::AttestationNonexistent };
    let schema = entries.schema(entry.said().schema);
    if entry.said().author() != new.author() {
        of_another(new)
    } else if !schema.is_some_and(|schema| schema.revocable) {
        Verdict::AttestationIrrevocable
    } else if entry.revoked {
        Verdict::AttestationAlreadyRevoked
    } else {
        Verdict::Accepted
    }
}

/// What is said to who takes back what is another's.
const fn of_another(new: &Attestation) -> Verdict {
    match new.delegation {
        Some(_) => Verdict::InvalidDelegateSignature,
        None => Verdict::AttestationWrongAttester,
    }
}

/// The schema is not asked whether this can be revoked (`_revokeOffchain`).
fn judge_revoke_offchain(new: &Attestation, target: Option<&Entry>) -> Verdict {
    let Some(entry) = target else { return Verdict::OffchainAttestationNonexistent };
    if entry.said().author() != new.author() {
        of_another(new)
    } else if entry.revoked {
        Verdict::OffchainAttestationAlreadyRevoked
    } else {
        Verdict::Accepted
    }
}
