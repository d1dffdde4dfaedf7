//! What goes wrong on links, as data. Rules apply in order and compose: a drop is final, delays
//! add, copies multiply; each counts what it did.

use super::ProcessSet;
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::trace::FateKind;

/// One effect on some links during some windows.
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// The fault it belongs to, by its place in the scenario. Facts name it.
    pub fault: u16,
    /// Its own number among all rules, below [`Self::MOST`]; draws are addressed by it.
    pub number: u8,
    /// When it is on, in order and apart.
    pub windows: Vec<Window>,
    /// Senders it concerns.
    pub from: ProcessSet,
    /// Receivers it concerns.
    pub to: ProcessSet,
    /// The other direction as well.
    pub both: bool,
}

/// A stretch of time with the effect's values in it.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// When it begins.
    pub from: VirtualTime,
    /// When it is over; [`VirtualTime::MAX`] for never.
    pub until: VirtualTime,
    /// What happens in it.
    pub effect: LinkEffect,
}

/// What happens to messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LinkEffect {
    /// They take longer: `add`, plus uniform up to `jitter`, plus the positive half of a normal
    /// with deviation `spread`.
    Delay {
        /// The same for every message.
        add: Span,
        /// Drawn for every message.
        jitter: Span,
        /// Drawn for every message.
        spread: Span,
        /// Share of messages that fare like the one before on the same link, 0 to 1.
        correlation: f64,
    },
    /// A share of them changes places.
    Reorder {
        /// The share, 0 to 1.
        share: f64,
        /// How.
        form: Reordering,
        /// How many places; at least 1.
        gap: u32,
    },
    /// A share of them is lost, in bursts of that mean length or each on its own.
    Loss {
        /// The share in the long run, 0 to 1.
        share: f64,
        /// Zero for independent losses.
        burst: Span,
    },
    /// A share of them arrives twice.
    Duplicate(f64),
    /// The link carries at most so many bits per second; what waits at the end leaves then.
    Bandwidth(u64),
    /// Nothing gets through: a stream sends again until it does, a datagram is gone.
    Partition,
    /// Everything waits until the window is over.
    Clog,
}

/// How a reordered message moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reordering {
    /// It changes places with the next one.
    Swap,
    /// It overtakes those before it, as far as the floor lets it.
    Jump,
    /// It is held until `gap` later ones have passed it, at most `gap` at once.
    Hold,
}

/// A rule that concerns a sender, with the sender's count of what met it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Concern {
    /// The rule by its place in the topology.
    pub(super) place: u16,
    /// Messages that met the rule while it was on and have not been told.
    pub(super) seen: u32,
}

impl LinkEffect {
    /// What it does to messages, in the words of facts.
    pub(super) const fn kind(&self) -> FateKind {
        match self {
            Self::Delay { .. } => FateKind::Delayed,
            Self::Reorder { .. } => FateKind::Reordered,
            Self::Loss { .. } => FateKind::Lost,
            Self::Duplicate(_) => FateKind::Duplicated,
            Self::Partition => FateKind::Blocked,
            Self::Bandwidth(_) | Self::Clog => FateKind::Held,
        }
    }
}

impl FaultRule {
    /// A run has at most so many: seven bits of an address are theirs.
    pub const MOST: usize = 128;

    /// What it does to messages; nothing without windows.
    pub(super) fn kind(&self) -> Option<FateKind> {
        self.windows.first().map(|window| window.effect.kind())
    }

    /// Whether it concerns messages on this link.
    pub fn concerns(&self, from: ProcessId, to: ProcessId) -> bool {
        self.from.contains(from) && self.to.contains(to)
            || self.both && self.from.contains(to) && self.to.contains(from)
    }

    /// Whether it can concern messages of this sender.
    pub fn concerns_sender(&self, from: ProcessId) -> bool {
        self.from.contains(from) || self.both && self.to.contains(from)
    }

    /// The place of the window that is on at `now`.
    pub fn place(&self, now: VirtualTime) -> Option<usize> {
        let place = self.windows.partition_point(|window| window.until <= now);
        self.windows.get(place).filter(|window| window.from <= now).map(|_| place)
    }

    /// When the window that is on at `now`, and those that adjoin it, are over; `now` if none is.
    pub fn over(&self, now: VirtualTime) -> VirtualTime {
        let first = self.windows.partition_point(|window| window.until <= now);
        let mut end = now;
        for window in &self.windows[first..] {
            if window.from > end {
                break;
            }
            end = window.until;
        }
        end
    }

    /// Whether it lets messages jump ahead at some time.
    pub(super) fn may_jump(&self) -> bool {
        let is_jump = |window: &Window| {
            matches!(window.effect, LinkEffect::Reorder { form: Reordering::Jump, .. })
        };
        self.windows.iter().any(is_jump)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(seconds)
    }

    fn rule(windows: &[(u64, u64)]) -> FaultRule {
        let effect = LinkEffect::Clog;
        let window = |&(from, until)| Window { from: at(from), until: at(until), effect };
        let windows = windows.iter().map(window).collect();
        let (from, to) = (ProcessSet::new([ProcessId(1)]), ProcessSet::new([ProcessId(2)]));
        FaultRule { fault: 0, number: 0, windows, from, to, both: false }
    }

    #[test]
    fn windows_are_found_and_adjoining_ones_end_together() {
        let rule = rule(&[(10, 20), (20, 30), (40, 50)]);
        let check = |now, place, over| {
            assert_eq!(rule.place(at(now)), place, "place at {now} s");
            assert_eq!(rule.over(at(now)), at(over), "over at {now} s");
        };
        check(9, None, 9);
        check(10, Some(0), 30);
        check(19, Some(0), 30);
        check(20, Some(1), 30);
        check(30, None, 30);
        check(40, Some(2), 50);
        check(50, None, 50);
    }

    #[test]
    fn a_rule_concerns_its_direction_or_both() {
        let (one, two) = (ProcessId(1), ProcessId(2));
        let mut rule = rule(&[]);
        assert!(rule.concerns(one, two) && !rule.concerns(two, one));
        assert!(rule.concerns_sender(one) && !rule.concerns_sender(two));
        rule.both = true;
        assert!(rule.concerns(two, one) && !rule.concerns(one, one));
        assert!(rule.concerns_sender(two) && !rule.concerns_sender(ProcessId(3)));
    }
}
