//! Somebody who works on an incident.

use std::collections::BTreeSet;

use super::Operators;
use crate::kernel::ProcessId;
use crate::ops::{Scraped, Worst};

/// One of those who work on an incident.
#[derive(Debug, Default)]
pub(super) struct Worker {
    /// The role.
    pub(super) role: u16,
    /// The step at hand, and how often it was tried.
    pub(super) at: usize,
    pub(super) tries: u32,
    /// Draws for work so far.
    pub(super) worked: u64,
    /// What an inspection asks for, and what has come.
    pub(super) round: u32,
    pub(super) looked: Scraped,
    /// What an inspection found, or a guess.
    pub(super) suspect: Option<Worst>,
    /// Whom a guess drained last.
    pub(super) drained: Option<ProcessId>,
    /// The operator whose answer is waited for.
    pub(super) waits_for: Option<u16>,
    /// Those who act together.
    pub(super) gathering: Option<Gathering>,
    /// Is at it, or waits for something to have its effect.
    pub(super) is_busy: bool,
    /// The commander has sent it away.
    pub(super) is_dismissed: bool,
}

/// Operators who do one step together.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// How many were called.
    pub(super) called: usize,
    /// Who has come.
    pub(super) came: BTreeSet<u16>,
    /// There were enough of them.
    pub(super) has_begun: bool,
    /// They have done it; who comes later does it alone.
    pub(super) is_done: bool,
}

impl Worker {
    pub(super) fn of(role: u16) -> Self {
        Self { role, ..Self::default() }
    }

    /// Whether it could begin anew.
    pub(super) const fn is_free(&self) -> bool {
        !self.is_busy && !self.is_dismissed
    }
}

impl Operators {
    pub(super) fn worker(&self, who: u16) -> Option<&Worker> {
        self.incident.as_ref()?.workers.get(usize::from(who))
    }

    pub(super) fn worker_mut(&mut self, who: u16) -> Option<&mut Worker> {
        self.incident.as_mut()?.workers.get_mut(usize::from(who))
    }

    pub(super) fn suspect(&self, who: u16) -> Option<Worst> {
        self.worker(who)?.suspect
    }

    /// Whether nothing is to be done any more; whoever was at work is free.
    pub(super) fn rests(&mut self, who: u16) -> bool {
        let is_quiet = self.incident.as_ref().is_none_or(|incident| incident.quiet.is_some());
        let Some(worker) = self.worker_mut(who) else { return true };
        let rests = is_quiet || worker.is_dismissed;
        worker.is_busy &= !rests;
        rests
    }
}
