//! The course of a rate: stages and their shape, cut into pieces in which the rate moves in a
//! straight line.

use super::RateStage;
use crate::flow::{Bursty, Shape};
use crate::kernel::{Draws, Luck, Purpose, Span, VirtualTime, exponential, unit};

/// Pieces, one after another.
#[derive(Clone, Debug)]
pub(super) struct Course {
    stages: Vec<RateStage>,
    shape: Shape,
    /// From which the times of the shape count.
    origin: VirtualTime,
    /// Addresses the luck of bursts.
    group: u64,
    /// The current stage and its start.
    stage: usize,
    began: VirtualTime,
    /// Where the next piece begins.
    at: VirtualTime,
    burst: Option<Phase>,
}

/// A phase of bursty load.
#[derive(Clone, Copy, Debug)]
struct Phase {
    is_on: bool,
    until: VirtualTime,
    /// Phases before it.
    number: u64,
}

impl Course {
    pub(super) fn new(begin: VirtualTime, stages: Vec<RateStage>, group: u64) -> Self {
        let shape = Shape::default();
        Self { stages, shape, origin: begin, group, stage: 0, began: begin, at: begin, burst: None }
    }

    pub(super) fn shaped(self, shape: Shape, origin: VirtualTime) -> Self {
        Self { shape, origin, ..self }
    }

    /// The start of the next piece, and the piece; `None` when the stages are over.
    pub(super) fn next(&mut self, draws: &mut Draws) -> Option<(VirtualTime, RateStage)> {
        let stage = *self.stages.get(self.stage)?;
        let (begin, began, end) = (self.at, self.began, self.began + stage.duration);
        let (burst, burst_ends) = self.burst(draws);
        let until = end.min(burst_ends).min(self.straight_until());
        self.at = until;
        if until == end {
            (self.stage, self.began) = (self.stage + 1, end);
        }
        if self.shape.is_plain() || end == begin {
            return Some((begin, stage));
        }
        let seconds = stage.duration.as_secs_f64();
        let rate = |at: VirtualTime| {
            let part = at.since(began).as_secs_f64() / seconds;
            let level = self.shape.level(self.moment(begin), self.moment(at));
            (stage.from + (stage.to - stage.from) * part) * level * burst
        };
        let (from, to) = (rate(begin), rate(until));
        Some((begin, RateStage { duration: until.since(begin), from, to }))
    }

    /// As the shape counts.
    fn moment(&self, at: VirtualTime) -> Span {
        at.max(self.origin).since(self.origin)
    }

    /// Until then what comes next is as good as a straight line, bursts aside.
    fn straight_until(&self) -> VirtualTime {
        if self.shape.is_plain() {
            return VirtualTime::MAX;
        }
        match self.at < self.origin {
            true => self.origin,
            false => self.origin + self.shape.straight_until(self.moment(self.at)),
        }
    }

    /// What bursts make of the rate from here on, and until when. The first phase is as in the
    /// long run, and phases have no memory.
    fn burst(&mut self, draws: &mut Draws) -> (f64, VirtualTime) {
        let Some(bursty) = self.shape.bursty else { return (1.0, VirtualTime::MAX) };
        let entity = 1 << 32 | self.group;
        let mut word = |index| draws.word(Luck { purpose: Purpose::Arrival, entity, index });
        let mut phase = self.burst.unwrap_or_else(|| {
            let is_on = unit(word(0)) * bursty.peak() < 1.0;
            Phase { is_on, until: self.at + length(bursty, is_on, word(1)), number: 0 }
        });
        while phase.until <= self.at {
            let (is_on, number) = (!phase.is_on, phase.number + 1);
            let until = phase.until + length(bursty, is_on, word(number + 1));
            phase = Phase { is_on, until, number };
        }
        self.burst = Some(phase);
        (if phase.is_on { bursty.peak() } else { 0.0 }, phase.until)
    }
}

fn length(bursty: Bursty, is_on: bool, word: u64) -> Span {
    exponential(if is_on { bursty.on } else { bursty.off }, word)
}
