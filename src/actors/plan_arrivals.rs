//! When open load is due: by number, so that every strategy under one seed meets the same load.

mod course;

use self::course::Course;
use crate::flow::Shape;
use crate::kernel::{Draws, Luck, Purpose, Span, VirtualTime, unit};

/// A stretch of load; the rate moves linearly.
#[derive(Clone, Copy, Debug)]
pub struct RateStage {
    /// How long it lasts.
    pub duration: Span,
    /// Arrivals per second at its start.
    pub from: f64,
    /// Arrivals per second at its end.
    pub to: f64,
}

/// Instants of arrival, one after another.
#[derive(Clone, Debug)]
pub struct Arrivals {
    course: Course,
    group: u64,
    is_poisson: bool,
    /// Luck with a page of its own: a plan draws operations in between.
    draws: Option<Draws>,
    /// Arrivals given so far.
    count: u64,
    /// Expected arrivals up to the last one given.
    due: f64,
    /// The current piece of the course, its start, and expected arrivals up to that.
    piece: Option<(VirtualTime, RateStage)>,
    before: f64,
}

impl Arrivals {
    /// From `begin` on; `group` addresses the luck of Poisson arrivals.
    pub fn new(begin: VirtualTime, stages: Vec<RateStage>, group: u64, is_poisson: bool) -> Self {
        let due = if is_poisson { 0.0 } else { -0.5 };
        let course = Course::new(begin, stages, group);
        let (draws, count, piece, before) = (None, 0, None, 0.0);
        Self { course, group, is_poisson, draws, count, due, piece, before }
    }

    /// The same with rates that swing; times of `shape` count from `origin`, and what comes before
    /// has its level then.
    #[must_use]
    pub fn shaped(self, shape: Shape, origin: VirtualTime) -> Self {
        Self { course: self.course.shaped(shape, origin), ..self }
    }

    /// The next arrival; `None` when the load is over.
    ///
    /// The expected count up to an arrival grows by one (even), or by an exponential with mean one
    /// (Poisson, by the time-change theorem); the instant follows by inverting the integral of
    /// the rate, a quadratic in each piece of the course (Çinlar, *Introduction to Stochastic
    /// Processes*, 1975). Thinning (Lewis and Shedler 1979) has no even arrivals.
    pub fn next(&mut self, draws: &mut Draws) -> Option<VirtualTime> {
        self.due += self.step(draws.seed());
        self.count += 1;
        loop {
            let piece = self.piece.or_else(|| self.course.next(draws))?;
            let (begin, stage) = *self.piece.insert(piece);
            let seconds = stage.duration.as_secs_f64();
            let total = (stage.from + stage.to) / 2.0 * seconds;
            let rest = self.due - self.before;
            if rest <= total && total > 0.0 {
                return Some(begin + into_stage(&stage, seconds, rest));
            }
            self.before += total;
            self.piece = None;
        }
    }

    fn step(&mut self, seed: u64) -> f64 {
        if !self.is_poisson {
            return 1.0;
        }
        let luck = Luck { purpose: Purpose::Arrival, entity: self.group, index: self.count };
        let draws = self.draws.get_or_insert_with(|| Draws::new(seed));
        -libm::log(1.0 - unit(draws.word(luck)))
    }
}

/// How far into a stage its expected count reaches `rest`.
fn into_stage(stage: &RateStage, seconds: f64, rest: f64) -> Span {
    let slope = (stage.to - stage.from) / seconds;
    let root = libm::sqrt((stage.from * stage.from + 2.0 * slope * rest).max(0.0));
    let at = 2.0 * rest / (stage.from + root);
    Span::from_nanos((at.clamp(0.0, seconds) * 1e9) as u64)
}

#[cfg(test)]
mod tests;
