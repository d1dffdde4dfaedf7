//! What validators say to one another.

use std::fmt;

use super::instance::{Attributes, Ballot, Command, Record, Slot, write_command};
use crate::ordering::prelude::*;

/// A message about one instance, or about many.
pub enum Message {
    /// Figure 2, step 1: the command with what its proposer knows to interfere.
    PreAccept(Slot, Ballot, Command, Attributes),
    /// What the receiver knows besides; nothing if the attributes stay as asked.
    PreAccepted(Slot, Ballot, Option<Attributes>),
    /// Slow path, Paxos-Accept.
    Accept(Slot, Ballot, Command, Attributes),
    /// Accepted.
    Accepted(Slot, Ballot),
    /// Committed, without the command, which the receiver ought to have; whether it is a no-op.
    Commit(Slot, Attributes, bool),
    /// Recovery: promise this ballot and tell what you have.
    Prepare(Slot, Ballot),
    /// What there is.
    Prepared(Slot, Ballot, Option<Record>),
    /// A higher ballot is promised.
    Refuse(Slot, Ballot),
    /// Send me the decision.
    Need(Slot),
    /// Per validator the number from which on instances are missed.
    Status(Vec<u64>),
    /// Decisions, and per validator the number below which all is executed and forgotten;
    /// whether there is more.
    Supply(Vec<Decision>, Vec<u64>, bool),
}

/// A committed instance.
#[derive(Clone)]
pub struct Decision {
    /// Which.
    pub slot: Slot,
    /// What is ordered.
    pub command: Command,
    /// After what.
    pub attributes: Attributes,
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.slot)?;
        write_command(&self.command, f)?;
        write!(f, " {:?}", self.attributes)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = |f: &mut fmt::Formatter<'_>, kind, at: (Slot, Ballot), what: &Command, how| {
            write!(f, "{kind}({:?} {:?} ", at.0, at.1)?;
            write_command(what, f)?;
            write!(f, " {how:?})")
        };
        match self {
            Self::PreAccept(slot, ballot, command, attributes) => {
                order(f, "PreAccept", (*slot, *ballot), command, attributes)
            }
            Self::Accept(slot, ballot, command, attributes) => {
                order(f, "Accept", (*slot, *ballot), command, attributes)
            }
            Self::PreAccepted(slot, ballot, Some(attributes)) => {
                write!(f, "PreAccepted({slot:?} {ballot:?} {attributes:?})")
            }
            Self::PreAccepted(slot, ballot, None) => {
                write!(f, "PreAccepted({slot:?} {ballot:?} as asked)")
            }
            Self::Accepted(slot, ballot) => write!(f, "Accepted({slot:?} {ballot:?})"),
            Self::Commit(slot, attributes, is_nop) => {
                let what = if *is_nop { "no-op " } else { "" };
                write!(f, "Commit({slot:?} {what}{attributes:?})")
            }
            Self::Prepare(slot, ballot) => write!(f, "Prepare({slot:?} {ballot:?})"),
            Self::Prepared(slot, ballot, Some(record)) => {
                write!(f, "Prepared({slot:?} {ballot:?} {record:?})")
            }
            Self::Prepared(slot, ballot, None) => {
                write!(f, "Prepared({slot:?} {ballot:?} nothing)")
            }
            Self::Refuse(slot, ballot) => write!(f, "Refuse({slot:?} {ballot:?})"),
            Self::Need(slot) => write!(f, "Need({slot:?})"),
            Self::Status(from) => write!(f, "Status(from {from:?})"),
            Self::Supply(decisions, bases, more) => {
                let more = if *more { ", more" } else { "" };
                write!(f, "Supply({decisions:?}, forgotten below {bases:?}{more})")
            }
        }
    }
}

encode_fields!(Decision { slot, command, attributes });

encode_variants!(Message {
    0: PreAccept(slot, ballot, command, attributes),
    1: PreAccepted(slot, ballot, attributes),
    2: Accept(slot, ballot, command, attributes),
    3: Accepted(slot, ballot),
    4: Commit(slot, attributes, is_nop),
    5: Prepare(slot, ballot),
    6: Prepared(slot, ballot, record),
    7: Refuse(slot, ballot),
    8: Need(slot),
    9: Status(from),
    10: Supply(decisions, bases, more),
});
