//! What is known of one operation, and what one validator knows of it.

use super::event::Events;
use super::sessions::Known;
use crate::attestation::Verdict;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Conclusion, Fact, Kind};

/// An instant that has not come.
pub(super) const NEVER: VirtualTime = VirtualTime::MAX;

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) intended: VirtualTime,
    pub(super) last_touch: VirtualTime,
    pub(super) phases: u64,
    /// The first try.
    pub(super) first_try: Try,
    /// The latest try, from the second on.
    pub(super) last_try: Try,
    /// First admitted, and first routed, whichever try.
    pub(super) router: [VirtualTime; 2],
    /// Its client was promised that it will be in.
    pub(super) promised: VirtualTime,
    /// How long it waited at a router for a worker.
    pub(super) queued: Option<Span>,
    /// A correct validator first put it into a block.
    pub(super) proposed: VirtualTime,
    /// q correct validators verified, delivered, accepted it, hold it as final.
    pub(super) verified: VirtualTime,
    pub(super) ordered: VirtualTime,
    pub(super) applied: VirtualTime,
    pub(super) finalised: VirtualTime,
    /// The first and the latest acceptance by a correct validator.
    pub(super) first: VirtualTime,
    pub(super) last: VirtualTime,
    /// Its client was told.
    pub(super) answered: VirtualTime,
    /// q correct validators accepted its revocation, its replacement.
    pub(super) revoked: VirtualTime,
    pub(super) replaced: VirtualTime,
    /// Since when some client knows what became of it.
    pub(super) known: Known,
    pub(super) client: u32,
    pub(super) sequence: u32,
    pub(super) subject: u32,
    pub(super) target: u32,
    /// Another operation with its attester's number.
    pub(super) twin: u32,
    /// The first of those that claim one subject.
    pub(super) claim_root: u32,
    /// Of those that claim or replace this one, which was accepted.
    pub(super) claimed_by: u32,
    pub(super) replaced_by: u32,
    /// What its client had last been told exists when it was first sent.
    pub(super) follows: u32,
    /// Its place in the order of the reference for inversions.
    pub(super) place: u32,
    pub(super) events: Events,
    pub(super) received: u32,
    pub(super) reordered: u32,
    pub(super) count: Count,
    /// The q-th validator to accept it, and the try it accepted.
    pub(super) decider: u16,
    pub(super) decided_try: u8,
    pub(super) attempts: u8,
    pub(super) kind: Kind,
    pub(super) conclusion: Option<Conclusion>,
    pub(super) is_planned: bool,
    pub(super) is_sent: bool,
    pub(super) divergence: Divergence,
    /// While young: when validators must agree.
    pub(super) agree_by: VirtualTime,
}

/// When a try was sent by its client, admitted and routed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try {
    pub(super) sent: VirtualTime,
    pub(super) admitted: VirtualTime,
    pub(super) routed: VirtualTime,
}

/// How many correct validators did what.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) verified: u16,
    pub(super) delivered: u16,
    pub(super) accepted: u16,
    /// Refused for good.
    pub(super) refused: u16,
    /// Refused for now: another order of arrival, or another instant, would have changed that.
    pub(super) for_now: u16,
    pub(super) finals: u16,
}

/// Whether validators must agree on it by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Divergence {
    /// No validator has delivered it.
    Unseen,
    /// They have until some time after the first delivery.
    Young,
    /// They must, and do.
    Agreed,
    /// They must, and do not.
    Diverged,
}

impl Count {
    /// The count of validators whose verdict this is.
    pub(super) fn of(&mut self, verdict: Verdict) -> &mut u16 {
        if verdict == Verdict::Accepted {
            &mut self.accepted
        } else if verdict.may_pass_later() {
            &mut self.for_now
        } else {
            &mut self.refused
        }
    }
}

impl Try {
    pub(super) const NEVER: Self = Self { sent: NEVER, admitted: NEVER, routed: NEVER };
}

impl Record {
    pub(super) const BLANK: Self = Self {
        intended: VirtualTime::ZERO,
        last_touch: VirtualTime::ZERO,
        phases: 0,
        first_try: Try::NEVER,
        last_try: Try::NEVER,
        router: [NEVER; 2],
        promised: NEVER,
        queued: None,
        verified: NEVER,
        proposed: NEVER,
        ordered: NEVER,
        applied: NEVER,
        finalised: NEVER,
        first: NEVER,
        last: NEVER,
        answered: NEVER,
        revoked: NEVER,
        replaced: NEVER,
        known: Known::NOTHING,
        client: Fact::NONE,
        sequence: 0,
        subject: 0,
        target: Fact::NONE,
        twin: Fact::NONE,
        claim_root: Fact::NONE,
        claimed_by: Fact::NONE,
        replaced_by: Fact::NONE,
        follows: Fact::NONE,
        place: Fact::NONE,
        events: Events::EMPTY,
        received: 0,
        reordered: 0,
        count: Count { verified: 0, delivered: 0, accepted: 0, refused: 0, for_now: 0, finals: 0 },
        decider: 0,
        decided_try: 0,
        attempts: 0,
        kind: Kind::Attest,
        conclusion: None,
        is_planned: false,
        is_sent: false,
        divergence: Divergence::Unseen,
        agree_by: NEVER,
    };

    /// The stamps of one try, as far as they are kept: of the first and of the latest.
    pub(super) fn try_of(&mut self, attempt: u8) -> &mut Try {
        if attempt == 0 { &mut self.first_try } else { &mut self.last_try }
    }

    /// Microseconds since the intended send.
    pub(super) fn offset(&self, now: VirtualTime) -> u32 {
        let micros = now.since(self.intended).as_nanos() / 1_000;
        u32::try_from(micros).unwrap_or(Cell::NEVER - 1)
    }

    pub(super) fn is_question(&self) -> bool {
        self.kind == Kind::Query
    }
}

/// One operation at one validator. Instants are microseconds since the intended send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// Of the first try, and of the latest after it.
    pub(super) received: [u32; 2],
    pub(super) verified: [u32; 2],
    /// The last delivery until one was accepted.
    pub(super) delivered: u32,
    /// The place of its first delivery.
    pub(super) position: u32,
    /// The tries delivered since the validator last started; all beyond the 16th share a bit.
    pub(super) tries: u16,
    pub(super) marks: u16,
    /// Validator starts before the delivery.
    pub(super) incarnation: u8,
    /// The try that was accepted.
    pub(super) accepted_try: u8,
    verdict: u8,
}

impl Cell {
    pub(super) const NEVER: u32 = u32::MAX;

    pub(super) const VERIFIED: u16 = 1;
    pub(super) const GENUINE: u16 = 2;
    pub(super) const FORGED: u16 = 4;
    /// Delivered and not taken back.
    pub(super) const DELIVERED: u16 = 8;
    pub(super) const FINAL: u16 = 16;
    /// What it says was revoked here.
    pub(super) const REVOKED: u16 = 32;
    /// Its delivery broke the attester's order, or came before its cause.
    pub(super) const OVERTOOK: u16 = 64;
    pub(super) const UNCAUSED: u16 = 128;
    pub(super) const FORGERY_ACCEPTED: u16 = 256;
    /// The validator restarted between two deliveries.
    pub(super) const REBORN: u16 = 512;
    /// Delivered earlier as well: another try, or before a restart.
    pub(super) const AGAIN: u16 = 1024;

    pub(super) const BLANK: Self = Self {
        received: [Self::NEVER; 2],
        verified: [Self::NEVER; 2],
        delivered: Self::NEVER,
        position: Self::NEVER,
        tries: 0,
        marks: 0,
        incarnation: 0,
        accepted_try: 0,
        verdict: 0,
    };

    pub(super) const fn is(&self, mark: u16) -> bool {
        self.marks & mark != 0
    }

    /// Sets a mark; true if it was not set.
    pub(super) const fn mark(&mut self, mark: u16) -> bool {
        let is_new = self.marks & mark == 0;
        self.marks |= mark;
        is_new
    }

    /// Clears a mark; true if it was set.
    pub(super) const fn unmark(&mut self, mark: u16) -> bool {
        let was_set = self.marks & mark != 0;
        self.marks &= !mark;
        was_set
    }

    /// What the validator's registry says, if it has said something.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        usize::from(self.verdict).checked_sub(1).map(|place| Verdict::ALL[place])
    }

    pub(super) fn set_verdict(&mut self, verdict: Option<Verdict>) {
        self.verdict = verdict.map_or(0, |verdict| verdict as u8 + 1);
    }

    pub(super) const fn is_accepted(&self) -> bool {
        self.verdict == Verdict::Accepted as u8 + 1
    }
}

/// The span between an instant that has come and another that may not have.
pub(super) fn span(from: VirtualTime, to: VirtualTime) -> Option<Span> {
    (to != NEVER).then(|| to.since(from))
}

const _: () = assert!(size_of::<Cell>() == 32, "a cell stays small");
const _: () = assert!(size_of::<Record>() <= 320, "a record stays small");
