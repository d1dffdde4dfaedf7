//! What a scrape brings home of one target.

use super::decided::Digest;
use crate::kernel::{ProcessId, Span, VirtualTime};

/// What one target says of itself: counters since it last started, and how things stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Operations passed on by a router, or applied by a validator.
    pub passed: u64,
    /// Operations that a router turned away.
    pub refused: u64,
    /// Of those applied, how many took longer than the objective since they were written.
    pub late: u64,
    /// Operations that wait or are worked on.
    pub waiting: u32,
    /// How long the oldest of them has been here.
    pub oldest: Span,
    /// How many wait of each kind of a router's work that has anything, and for how long.
    pub parts: Vec<PartReading>,
    /// Whom a validator's ordering follows now, if anybody leads there.
    pub leader: Option<u16>,
    /// Whether it could lead itself.
    pub can_lead: bool,
    /// What a validator decided, block by block.
    pub decided: Vec<Digest>,
}

/// How one kind of a router's work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartReading {
    /// The kind, by its number.
    pub part: u8,
    /// Operations that wait for it or are with it.
    pub waiting: u32,
    /// How long the oldest of them has been in its queue, or at work.
    pub oldest: Span,
}

impl Reading {
    /// Bytes on the wire, as a text exposition of that many series would have.
    pub fn wire_len(&self) -> u32 {
        const SERIES: u32 = 64;
        SERIES * (5 + 2 * self.parts.len() as u32 + self.decided.len() as u32)
    }
}

/// The readings of one round; who did not answer in time is not in it.
#[derive(Clone, Debug, Default)]
pub struct Scraped {
    /// When the round began.
    pub at: VirtualTime,
    /// Targets asked.
    pub asked: u32,
    /// Validators that are not asked, or did not answer, are missing.
    pub validators: Vec<(ProcessId, Reading)>,
    /// The same for routers.
    pub routers: Vec<(ProcessId, Reading)>,
    /// When the oldest probe without an answer was to be sent, and whether there are probes.
    pub probes: Option<Probes>,
}

/// What probes found, from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    /// How long the oldest without an answer has waited.
    pub oldest: Span,
    /// How long the last with an answer took.
    pub last: Span,
}

impl Scraped {
    /// Everybody who answered.
    pub fn all(&self) -> impl Iterator<Item = &(ProcessId, Reading)> {
        self.validators.iter().chain(&self.routers)
    }

    /// Targets that did not answer.
    pub fn silent(&self) -> u32 {
        self.asked.saturating_sub(self.all().count() as u32)
    }

    /// The target and part whose oldest has waited longest; of a part if `by_part`. `None` if
    /// nothing has waited for a second anywhere: that is every day.
    pub fn worst(&self, by_part: bool, of: impl Fn(ProcessId) -> bool) -> Option<Worst> {
        let known = self.all().filter(|(process, _)| of(*process));
        let each = known.flat_map(|(process, reading)| {
            let whole = Worst { process: *process, part: None, oldest: reading.oldest };
            let parts = reading.parts.iter().map(|part| Worst {
                process: *process,
                part: Some(part.part),
                oldest: part.oldest,
            });
            let none = std::iter::once(whole).filter(|_| !by_part);
            none.chain(parts.filter(|_| by_part)).collect::<Vec<_>>()
        });
        each.filter(|worst| worst.oldest >= UNUSUAL)
            .max_by_key(|worst| (worst.oldest, std::cmp::Reverse((worst.process, worst.part))))
    }
}

/// Nobody looks twice at what has waited for less.
const UNUSUAL: Span = Span::from_secs(1);

/// What an inspection finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worst {
    /// Whose.
    pub process: ProcessId,
    /// Which part of it; `None` for the whole.
    pub part: Option<u8>,
    /// How long its oldest has waited.
    pub oldest: Span,
}

impl Worst {
    /// A process as a whole, whatever waits there.
    pub const fn whole(process: ProcessId) -> Self {
        Self { process, part: None, oldest: Span::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(oldest: u64, parts: &[(u8, u64)]) -> Reading {
        let part = |&(part, oldest): &(u8, u64)| PartReading {
            part,
            waiting: 1,
            oldest: Span::from_secs(oldest),
        };
        let (oldest, parts) = (Span::from_secs(oldest), parts.iter().map(part).collect());
        Reading { oldest, parts, ..Reading::default() }
    }

    #[test]
    fn the_worst_is_who_has_kept_something_longest() {
        let routers = vec![
            (ProcessId(7), reading(3, &[(0, 1), (2, 3)])),
            (ProcessId(8), reading(9, &[(2, 9)])),
            (ProcessId(9), reading(9, &[(1, 9)])),
        ];
        let validators = vec![(ProcessId(0), reading(20, &[]))];
        let scraped = Scraped { asked: 5, validators, routers, ..Scraped::default() };
        let found = |by_part, of: fn(ProcessId) -> bool| {
            let worst = scraped.worst(by_part, of);
            worst
                .map(|worst| (worst.process.0, worst.part, worst.oldest.as_nanos() / 1_000_000_000))
        };
        assert_eq!(found(true, |_| true), Some((8, Some(2), 9)), "the first of equals");
        assert_eq!(found(false, |_| true), Some((0, None, 20)));
        assert_eq!(found(false, |process| process.0 > 0), Some((8, None, 9)));
        assert_eq!(found(true, |process| process.0 == 0), None, "it has no parts");
        let routers =
            vec![(ProcessId(7), Reading { oldest: Span::from_millis(999), ..reading(0, &[]) })];
        let calm = Scraped { asked: 1, routers, ..Scraped::default() };
        assert_eq!(calm.worst(false, |_| true), None, "that is every day");
        assert_eq!(scraped.silent(), 1);
    }
}
