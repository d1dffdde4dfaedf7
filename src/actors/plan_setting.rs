//! What a load group does, as data.

use std::sync::Arc;

use super::Arrivals;
use crate::attestation::{AttesterId, Delegation, Profile, Storage};
use crate::kernel::{LocalTime, ProcessId, Span, VirtualTime, Zipf, unit};
use crate::trace::Kind;

/// What a load group does.
#[derive(Clone, Debug)]
pub struct LoadSetting {
    /// Its place among the groups, and how many there are: operations are numbered in turn.
    pub group: (u32, u32),
    /// The process of its first client.
    pub first_client: ProcessId,
    /// How many clients it has.
    pub clients: u32,
    /// When chains, bursts or single operations begin, in open load.
    pub arrivals: Option<Arrivals>,
    /// What is replayed, by time; then it says itself when, who, what and of what kind.
    pub recorded: Option<Arc<[Recorded]>>,
    /// Users and mean thinking time beyond the least, in closed load.
    pub closed: Option<(u32, Span)>,
    /// Shares of the kinds of operation.
    pub mix: MixShares,
    /// How subjects are picked.
    pub keys: KeyPick,
    /// Attestations come as chains.
    pub chain: Option<ChainShape>,
    /// Operations come as bursts on one subject.
    pub burst: Option<Burst>,
    /// How long after their intended send attestations expire.
    pub expires: Option<Span>,
    /// Whose rules registries follow.
    pub profile: Profile,
    /// Statements that one transaction makes; 1 to 100.
    pub batch: u32,
    /// Statements that another client submits, if any are.
    pub delegated: Option<Delegated>,
    /// Statements whose data lies elsewhere, if that of any does.
    pub data: Option<StoredData>,
    /// Share of statements about the outer chain as it stands; 0 to 1.
    pub upstream: f64,
    /// Share of statements whose signature is forged or tampered with, one as often as the other.
    pub forged: f64,
    /// When the load ends.
    pub until: VirtualTime,
    /// Who relies on what is said, if anybody does.
    pub reliance: Option<Reliance>,
    /// What depends on it, if anything does.
    pub dependence: Option<Dependence>,
}

impl LoadSetting {
    /// Which client submits a statement of `client`'s for it, if `word` has it so: always the
    /// same one, that knows its nonces.
    pub(super) fn relayer(&self, client: u32, word: impl FnOnce() -> u64) -> Option<u32> {
        let share = self.delegated?.share;
        (unit(word()) < share).then(|| (client + 1) % self.clients)
    }

    /// The other subjects of a batch, one drawn with each word: what refers to something, or takes
    /// something back, goes with no others of its kind.
    pub(super) fn others(
        &self,
        kind: Kind,
        mut word: impl FnMut(u64) -> u64,
    ) -> Option<Box<[u32]>> {
        let KeyPick::Zipf(zipf) = &self.keys else { return None };
        let states = matches!(kind, Kind::Attest | Kind::Claim) && self.batch > 1;
        states.then(|| (1..self.batch).map(|part| zipf.key(word(part.into())) as u32).collect())
    }

    /// The author's part of a delegated call that it signs at `written_at`.
    pub(super) fn delegation(&self, client: u32, written_at: LocalTime) -> Box<Delegation> {
        let deadline = self.delegated.and_then(|delegated| delegated.deadline);
        let attester = AttesterId(self.first_client.0 + client);
        let terms = self.profile.terms(deadline.map(|span| written_at + span));
        Box::new(Delegation { attester, terms })
    }
}

/// Statements that their authors sign and others submit.
#[derive(Clone, Copy, Debug)]
pub struct Delegated {
    /// Share of statements; 0 to 1.
    pub share: f64,
    /// How long after their intended send they are good, where registries look at that.
    pub deadline: Option<Span>,
}

/// Statements whose data lies elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct StoredData {
    /// Where.
    pub place: Storage,
    /// Share of statements; 0 to 1.
    pub share: f64,
    /// How long it takes to store.
    pub upload: Span,
    /// How long after the intended send it can be had, in the mean.
    pub readable: Span,
    /// Share that never can; 0 to 1.
    pub lost: f64,
}

/// An operation that was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// When it is due.
    pub at: VirtualTime,
    /// What it does.
    pub kind: Kind,
    /// Its attester by number in the group.
    pub client: u32,
    /// What it concerns.
    pub subject: u32,
    /// The place of what it refers to, less than [`REFERENCE_AGE`](super::REFERENCE_AGE) before it.
    pub refers_to: Option<u32>,
}

/// Who relies on what is said.
#[derive(Clone, Copy, Debug)]
pub struct Reliance {
    /// Share of statements, revocations excepted, that somebody relies on; 0 to 1.
    pub share: f64,
    /// The process of the first relying party.
    pub first: ProcessId,
    /// How many there are; at least 1.
    pub parties: u32,
}

/// What depends on what is said.
#[derive(Clone, Copy, Debug)]
pub struct Dependence {
    /// Share of statements, revocations excepted, that a user needs at a dependant; 0 to 1.
    pub share: f64,
    /// The process of the first dependant.
    pub first: ProcessId,
    /// How many there are; at least 1.
    pub dependants: u32,
    /// The user turns up so long after the intended send.
    pub after: Span,
}

/// Shares of the kinds, adding up to 1; what is left is statements.
#[derive(Clone, Copy, Debug, Default)]
pub struct MixShares {
    /// Revocations.
    pub revoke: f64,
    /// Replacements.
    pub replace: f64,
    /// Claims.
    pub claim: f64,
    /// Questions.
    pub query: f64,
    /// Registrations.
    pub register: f64,
}

impl MixShares {
    /// What an operation does, by `word`.
    pub(super) fn kind(self, word: u64) -> Kind {
        let Self { revoke, replace, claim, query, register } = self;
        let shares = [
            (revoke, Kind::Revoke),
            (replace, Kind::Replace),
            (query, Kind::Query),
            (claim, Kind::Claim),
            (register, Kind::Register),
        ];
        pick_kind(unit(word), &shares)
    }

    /// What an issuer does about a statement that is being made: by the mix, without claims and
    /// registrations.
    pub(super) fn reaction(self, word: u64) -> Kind {
        let Self { revoke, replace, claim, query, register } = self;
        let luck = unit(word) * (1.0 - claim - register);
        pick_kind(luck, &[(revoke, Kind::Revoke), (replace, Kind::Replace), (query, Kind::Query)])
    }
}

fn pick_kind(mut luck: f64, shares: &[(f64, Kind)]) -> Kind {
    for (share, kind) in shares {
        if luck < *share {
            return *kind;
        }
        luck -= share;
    }
    Kind::Attest
}

/// How subjects are picked.
#[derive(Clone, Debug)]
pub enum KeyPick {
    /// By their frequency.
    Zipf(Zipf),
    /// One after another out of so many; each has one writer.
    InTurn(u32),
}

/// Linked attestations by attesters in turn.
#[derive(Clone, Copy, Debug)]
pub struct ChainShape {
    /// Parts.
    pub length: u32,
    /// Between intended sends.
    pub gap: Span,
    /// Attesters that take turns.
    pub attesters: u32,
    /// A part is only sent when the one before is in, and the gap after that.
    pub waits: bool,
}

/// Several issuers on one subject.
#[derive(Clone, Copy, Debug)]
pub struct Burst {
    /// Least issuers.
    pub from: u32,
    /// Most issuers.
    pub to: u32,
    /// Their sends lie within this.
    pub window: Span,
}
