//! What observers must be told before a run.

use std::ops::Range;

use crate::kernel::{Span, VirtualTime};
use crate::trust::Model;

/// From the first instant to just before the second.
pub type Interval = (VirtualTime, VirtualTime);

/// A named part of the run. An operation belongs to every phase that contains its intended send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseWindow {
    /// As checks and screens spell it.
    pub name: String,
    /// When it holds; apart from one another, in order.
    pub spans: Vec<Interval>,
    /// Only what these clients, by process, intend; `None` is everybody.
    pub clients: Option<Range<u32>>,
}

/// Routers that are sorting centres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The process of the first; the others follow.
    pub first: u32,
    /// Delays of links, from and to; at most 64 centres.
    pub delays: Vec<Vec<Option<Span>>>,
    /// Work on one operation at one of them, without its schema's hook.
    pub work: Span,
    /// Workers of each; at least 1.
    pub workers: u32,
}

/// What observers must know about the run that they watch.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Validators; they are the processes 0, 1, 2 …
    pub validators: u32,
    /// q: so many correct validators decide.
    pub quorum: u32,
    /// All processes.
    pub processes: u32,
    /// How many routers there are.
    pub routers: u32,
    /// Validators that the script makes Byzantine: never counted as correct.
    pub byzantine: Vec<u32>,
    /// When the measurement begins and ends, by intended send.
    pub measured: Interval,
    /// When settle ends; facts after it are not looked at.
    pub settled: VirtualTime,
    /// With Byzantine validators, how long a delivery may be with some correct ones only.
    pub spread: Span,
    /// How long after its first delivery validators must agree on an operation.
    pub diverged_after: Span,
    /// An operation that nothing has touched for so long is settled.
    pub retention: Span,
    /// Phase 0 is the whole measurement; at most 64, and they may overlap.
    pub phases: Vec<PhaseWindow>,
    /// When faults were at work, in order.
    pub faulted: Vec<Interval>,
    /// The processes that faults strike, in order.
    pub struck: Vec<u32>,
    /// Users are heard when so many have complained.
    pub tickets_heard: u32,
    /// What takes longer is late, and which share must not be; `None` if nobody says.
    pub objective: Option<(Span, f64)>,
    /// Whether the order of what is about each subject is looked at.
    pub by_subject: bool,
    /// By which relying parties are confident, if there are any.
    pub trust: Option<Model>,
    /// The clients whose operations have a deadline, as processes, and how long after the intended
    /// send it is.
    pub deadlines: Vec<(Range<u32>, Span)>,
    /// The clients to which routers promise inclusion, and within which time of the promise.
    pub promises: Vec<(Range<u32>, Span)>,
    /// The clients whose statements come as chains, and of how many parts.
    pub chains: Vec<(Range<u32>, u32)>,
    /// The clients that ask one validator, always the same.
    pub lone_readers: Vec<Range<u32>>,
    /// The clients that ask all validators and go by what q say.
    pub quorum_readers: Vec<Range<u32>>,
    /// How many indexers there are.
    pub indexers: u32,
    /// Whether they carry what they have to a second chain.
    pub carries: bool,
    /// Where operations go from router to router.
    pub overlay: Option<Overlay>,
}

impl Setting {
    /// The usual setting: phase 0 named `run`, no Byzantine validators, no faults, 1 s until
    /// validators must agree, 60 s of retention, nothing to wait for after the measurement.
    pub fn new(validators: u32, quorum: u32, processes: u32, measured: Interval) -> Self {
        let run = PhaseWindow { name: "run".to_owned(), spans: vec![measured], clients: None };
        Self {
            validators,
            quorum,
            processes,
            routers: 1,
            byzantine: Vec::new(),
            measured,
            settled: measured.1,
            spread: Span::ZERO,
            diverged_after: Span::from_secs(1),
            retention: Span::from_secs(60),
            phases: vec![run],
            faulted: Vec::new(),
            struck: Vec::new(),
            tickets_heard: 1,
            objective: None,
            by_subject: false,
            trust: None,
            deadlines: Vec::new(),
            promises: Vec::new(),
            chains: Vec::new(),
            lone_readers: Vec::new(),
            quorum_readers: Vec::new(),
            indexers: 0,
            carries: false,
            overlay: None,
        }
    }

    /// When an operation of that client is of no use any more; `None` if it always is.
    pub fn deadline(&self, client: u32, intended: VirtualTime) -> Option<VirtualTime> {
        let found = self.deadlines.iter().find(|(clients, _)| clients.contains(&client));
        found.map(|(_, span)| intended + *span)
    }

    /// The place of the phase of that name.
    pub fn phase(&self, name: &str) -> Option<usize> {
        self.phases.iter().position(|phase| phase.name == name)
    }

    /// How long a phase holds in all.
    pub fn phase_length(&self, phase: usize) -> Span {
        let add = |sum: Span, &(from, until): &Interval| sum + until.since(from);
        self.phases[phase].spans.iter().fold(Span::ZERO, add)
    }

    /// The phases of which something holds, as a mask.
    fn mask(&self, holds: impl Fn(&PhaseWindow) -> bool) -> u64 {
        let bits = self.phases.iter().enumerate();
        bits.fold(0, |mask, (bit, phase)| mask | u64::from(holds(phase)) << bit)
    }

    /// # Panics
    /// If the numbers contradict one another: the scenario is checked before.
    pub(super) fn assert_sound(&self) {
        assert!((1..1 << 16).contains(&self.validators), "1 to 65,535 validators are counted");
        assert!(self.quorum > 0 && self.quorum <= self.validators, "a quorum is of validators");
        assert!(self.processes >= self.validators, "validators are processes");
        assert!((1..=64).contains(&self.phases.len()), "1 to 64 phases: a mask has 64 bits");
        assert!(self.settled >= self.measured.1, "settle follows the measurement");
    }
}

/// Which phases hold at an instant, as a mask: bit k stands for phase k.
#[derive(Clone, Debug)]
pub(super) struct PhaseCalendar {
    /// From each instant on, this mask holds; the first entry is the beginning of time.
    borders: Vec<(VirtualTime, u64)>,
    /// Where the last question was answered: the next one is nearly always there as well.
    last: usize,
    /// Phases of everybody.
    common: u64,
    /// Phases of some clients, in order of the clients.
    own: Vec<(Range<u32>, u64)>,
}

impl PhaseCalendar {
    pub(super) fn new(setting: &Setting) -> Self {
        let spans = || setting.phases.iter().flat_map(|phase| &phase.spans);
        let mut instants: Vec<VirtualTime> = spans().flat_map(|&(a, b)| [a, b]).collect();
        instants.push(VirtualTime::ZERO);
        instants.sort_unstable();
        instants.dedup();
        let mask = |at: VirtualTime| {
            setting.mask(|phase| phase.spans.iter().any(|&(a, b)| a <= at && at < b))
        };
        let borders = instants.into_iter().map(|at| (at, mask(at))).collect();
        let mut clients: Vec<_> =
            setting.phases.iter().filter_map(|phase| phase.clients.clone()).collect();
        clients.sort_by_key(|range| range.start);
        clients.dedup();
        let own = |range: Range<u32>| {
            let mask = setting.mask(|phase| phase.clients.as_ref() == Some(&range));
            (range, mask)
        };
        let own = clients.into_iter().map(own).collect();
        Self { borders, last: 0, common: setting.mask(|phase| phase.clients.is_none()), own }
    }

    /// The phases of everybody that hold at an instant.
    pub(super) fn mask(&mut self, at: VirtualTime) -> u64 {
        self.at(at) & self.common
    }

    /// The phases to which what a client intends at an instant belongs.
    pub(super) fn mask_of(&mut self, at: VirtualTime, client: u32) -> u64 {
        let own = self.own.partition_point(|(range, _)| range.end <= client);
        let own = self.own.get(own).filter(|(range, _)| range.contains(&client));
        let own = own.map_or(0, |own| own.1);
        self.at(at) & (self.common | own)
    }

    fn at(&mut self, at: VirtualTime) -> u64 {
        let next = self.borders.get(self.last + 1).map_or(VirtualTime::MAX, |border| border.0);
        if at < self.borders[self.last].0 || at >= next {
            self.last = self.borders.partition_point(|border| border.0 <= at) - 1;
        }
        self.borders[self.last].1
    }
}

/// The phases of a mask, in order.
pub(super) fn phases_of(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_belongs_to_every_phase_that_contains_it() {
        let second = |n| VirtualTime::ZERO + Span::from_secs(n);
        let mut setting = Setting::new(4, 3, 9, (second(1), second(9)));
        let spans = vec![(second(2), second(4)), (second(6), second(7))];
        setting.phases.push(PhaseWindow { name: "storm".to_owned(), spans, clients: None });
        let mut calendar = PhaseCalendar::new(&setting);
        let mut check = |at, mask| assert_eq!(calendar.mask(second(at)), mask, "at {at} s");
        let cases = [(0, 0), (1, 1), (2, 3), (3, 3), (4, 1), (6, 3), (7, 1), (9, 0), (2, 3)];
        cases.into_iter().for_each(|(at, mask)| check(at, mask));
        assert_eq!(phases_of(0b1011).collect::<Vec<_>>(), [0, 1, 3]);
        assert_eq!(setting.phase_length(1), Span::from_secs(3));
    }
}
