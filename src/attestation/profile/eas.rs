//! Profile `eas`: an attestation is named by its content id, or by a uid that has the time of its
//! inclusion too; what it refers to must be known when it is applied, whoever made it
//! (eas-contracts aa47c22, `EAS.sol`). That its parent be in force is a resolver's rule, which
//! schemas of the laboratory have.

use super::{Call, Code, Verdict, judge_hook, judge_replace};
use crate::attestation::registry::{Entries, Entry};
use crate::attestation::{Action, Attestation, Id, Rules, Storage};

/// The rules.
pub(super) const CODE: Code = Code {
    judge,
    reference,
    numbers: false,
    has_terms: true,
    wrong_call: Verdict::InvalidSignature,
    has_brake: false,
    locates_data: false,
    flags_by_time: false,
};

/// Where uids are given, that which is named; off chain a hash names it, which has no time.
fn reference(entries: &Entries, said: &Attestation) -> Option<Id> {
    match said.action.reference() {
        Some(_) if entries.gives_names() && said.storage != Storage::OffChain => {
            entries.key_named(said.named?)
        }
        meant => meant,
    }
}

fn judge(entries: &Entries, call: &Call<'_>) -> Verdict {
    let said = call.said;
    if let Some(refusal) = judge_terms(entries, call) {
        return refusal;
    }
    match said.action {
        Action::Register(_) => return judge_schema(entries, said),
        // `timestamp` looks at nothing: what is stamped is a hash.
        Action::Attest { .. } if said.storage == Storage::OffChain => return Verdict::Accepted,
        Action::Revoke(target) if said.storage == Storage::OffChain => {
            return judge_revoke_offchain(entries, said, target);
        }
        Action::Attest { .. } | Action::Revoke(_) | Action::Replace(_) => {}
    }
    let Some(schema) = entries.schema(said.schema) else { return Verdict::InvalidSchema };
    let has_expired = said.expires_at.is_some_and(|at| at <= call.now);
    if has_expired && call.rules != Rules::AcceptsExpired {
        return Verdict::InvalidExpirationTime;
    }
    let referred = || entries.find(&reference(entries, said)?);
    match said.action {
        Action::Attest { parent: Some(_) } if call.rules == Rules::KnowsNoLinks => {
            Verdict::InvalidSchema
        }
        Action::Attest { parent: Some(_) } => match referred() {
            None => Verdict::NotFound,
            Some(parent) if parent.revoked => Verdict::Revoked,
            Some(_) => judge_hook(entries, schema, call),
        },
        Action::Attest { parent: None } => judge_hook(entries, schema, call),
        Action::Revoke(_) => judge_revoke(entries, said, referred()),
        Action::Replace(_) => {
            let (unknown, revoked) = (Verdict::NotFound, Verdict::AlreadyRevoked);
            judge_replace(referred(), said, unknown, revoked)
        }
        Action::Register(_) => Verdict::Accepted,
    }
}

/// A schema is named by its content (`SchemaRegistry.sol`).
fn judge_schema(entries: &Entries, new: &Attestation) -> Verdict {
    match entries.schema(new.schema) {
        Some(_) => Verdict::AlreadyExists,
        None => Verdict::Accepted,
    }
}

/// Anybody may revoke anything off chain, stamped or not, and once: it is kept under who says so,
/// with its time (`_revokeOffchain`).
fn judge_revoke_offchain(entries: &Entries, new: &Attestation, target: Id) -> Verdict {
    match entries.has_revoked_offchain(new.author(), &target) {
        true => Verdict::AlreadyRevokedOffchain,
        false => Verdict::Accepted,
    }
}

/// A delegated call is good until its deadline, and when its nonce is next (`EIP1271Verifier.sol`,
/// `_verifyAttest`): any other nonce makes another hash, of which this is no signature.
fn judge_terms(entries: &Entries, call: &Call<'_>) -> Option<Verdict> {
    let delegation = call.said.delegation.as_ref()?;
    let terms = delegation.terms?;
    if terms.deadline.is_some_and(|deadline| deadline < call.now) {
        return Some(Verdict::DeadlineExpired);
    }
    let is_next = terms.nonce == entries.nonce(delegation.attester);
    (!is_next).then_some(Verdict::InvalidSignature)
}

fn judge_revoke(entries: &Entries, new: &Attestation, target: Option<&Entry>) -> Verdict {
    let Some(entry) = target else { return Verdict::NotFound };
    let schema = entries.schema(entry.said().schema);
    if entry.said().author() != new.author() {
        Verdict::AccessDenied
    } else if !schema.is_some_and(|schema| schema.revocable) {
        Verdict::Irrevocable
    } else if entry.revoked {
        Verdict::AlreadyRevoked
    } else {
        Verdict::Accepted
    }
}
