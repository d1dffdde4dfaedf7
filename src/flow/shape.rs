//! How the rate of open load moves beyond its stages: bursts, days, a flash crowd. Each is a factor
//! of the rate, and what is given together multiplies.

use crate::kernel::Span;

/// Factors of a rate; without any, it stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// It comes and goes.
    pub bursty: Option<Bursty>,
    /// It swings with the time of day.
    pub diurnal: Option<Diurnal>,
    /// It jumps, and falls back.
    pub flash: Option<Flash>,
}

/// An interrupted Poisson process (Kuczura, Bell System Technical Journal 52(3), 1973), which is a
/// Markov-modulated one with a silent state (Fischer and Meier-Hellstern, *The MMPP cookbook*,
/// Performance Evaluation 18, 1993): exponential phases with all of the load, and with none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bursty {
    /// Mean length of a phase with load.
    pub on: Span,
    /// Mean length of a phase without.
    pub off: Span,
}

/// A day that comes again.
#[derive(Clone, Debug, PartialEq)]
pub struct Diurnal {
    /// How long it lasts.
    pub period: Span,
    /// What it looks like.
    pub curve: Curve,
}

/// What a day looks like; the mean of a whole one is 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// A sine.
    Sine {
        /// Share of the rate by which it rises and falls, 0 to 1.
        swing: f64,
        /// When it is highest, from the start of the period.
        peak: Span,
    },
    /// Equal parts of the period with these weights, of which one is more than 0.
    Weights(Vec<f64>),
}

/// A flash crowd: a jump to many times the rate, and an exponential fall back (the shock, peak and
/// ramp-down of Ari, Hong, Miller, Brandt and Long, *Managing flash crowds on the Internet*,
/// MASCOTS 2003, without their ramp-up, which lasts seconds). It adds (factor - 1) times `decay`
/// of load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flash {
    /// When it comes.
    pub at: Span,
    /// How many times the rate it jumps to; at least 1.
    pub factor: f64,
    /// In which time what it adds falls to 1/e.
    pub decay: Span,
}

/// A sine is as good as so many straight lines: none is off by more than 4 in 100,000.
const SINE_PARTS: u64 = 360;
/// A fall to 1/e is as good as so many: none is off by more than 3 in 100,000.
const FALL_PARTS: u64 = 64;
/// After so many falls to 1/e a flash crowd is over: two in a thousand million are left.
const FALLS: u64 = 20;

impl Shape {
    /// Whether it leaves a rate as it is.
    pub const fn is_plain(&self) -> bool {
        self.bursty.is_none() && self.diurnal.is_none() && self.flash.is_none()
    }

    /// What it is made of, in a few words.
    pub fn words(&self) -> Vec<&'static str> {
        let bursty = self.bursty.map(|_| "bursty");
        let diurnal = self.diurnal.as_ref().map(|_| "diurnal");
        bursty.into_iter().chain(diurnal).chain(self.flash.map(|_| "flash crowd")).collect()
    }

    /// The factor at `at`, in the mean over bursts. What jumps does so before `since`, or after
    /// `at`. Times count from the start of what is measured.
    pub fn level(&self, since: Span, at: Span) -> f64 {
        let day = self.diurnal.as_ref().map_or(1.0, |diurnal| diurnal.level(since, at));
        day * self.flash.map_or(1.0, |flash| flash.level(since, at))
    }

    /// From `at` until then the level is as good as a straight line.
    pub fn straight_until(&self, at: Span) -> Span {
        let day = self.diurnal.as_ref().map_or(Span::MAX, |diurnal| diurnal.straight_until(at));
        day.min(self.flash.map_or(Span::MAX, |flash| flash.straight_until(at)))
    }

    /// The highest factor there may be.
    pub fn peak(&self) -> f64 {
        let day = self.diurnal.as_ref().map_or(1.0, Diurnal::peak);
        let on = self.bursty.map_or(1.0, Bursty::peak);
        on * day * self.flash.map_or(1.0, |flash| flash.factor)
    }

    /// The mean factor over `duration`, or a little more.
    pub fn most(&self, duration: Span) -> f64 {
        let day = self.diurnal.as_ref().map_or(1.0, |diurnal| {
            let (period, duration) = (diurnal.period.as_secs_f64(), duration.as_secs_f64());
            diurnal.peak().min(libm::ceil(duration / period) * period / duration)
        });
        let added = self.flash.map_or(0.0, |flash| {
            let share = flash.decay.as_secs_f64() / duration.as_secs_f64();
            (flash.factor - 1.0) * share.min(1.0)
        });
        day * (1.0 + added)
    }
}

impl Bursty {
    /// How many times the mean a phase with load has.
    pub fn peak(self) -> f64 {
        (self.on + self.off).as_secs_f64() / self.on.as_secs_f64()
    }
}

impl Diurnal {
    fn level(&self, since: Span, at: Span) -> f64 {
        match &self.curve {
            Curve::Sine { swing, peak } => {
                let period = self.period.as_nanos();
                let from_peak = at.as_nanos() % period + period - peak.as_nanos() % period;
                let turn = from_peak as f64 / period as f64;
                1.0 + swing * libm::cos(std::f64::consts::TAU * turn)
            }
            Curve::Weights(weights) => {
                let mean = weights.iter().sum::<f64>() / weights.len() as f64;
                weights[self.part(since, weights.len() as u64) as usize] / mean
            }
        }
    }

    fn straight_until(&self, at: Span) -> Span {
        let parts = match &self.curve {
            Curve::Sine { .. } => SINE_PARTS,
            Curve::Weights(weights) => weights.len() as u64,
        };
        let (period, next) = (self.period.as_nanos(), self.part(at, parts) + 1);
        let border = (u128::from(period) * u128::from(next)).div_ceil(parts.into());
        let begin = at.as_nanos() / period * period;
        Span::from_nanos(begin.saturating_add(u64::try_from(border).unwrap_or(u64::MAX)))
    }

    /// In which of so many equal parts of its period a moment lies.
    fn part(&self, at: Span, parts: u64) -> u64 {
        let period = self.period.as_nanos();
        (u128::from(at.as_nanos() % period) * u128::from(parts) / u128::from(period)) as u64
    }

    fn peak(&self) -> f64 {
        match &self.curve {
            Curve::Sine { swing, .. } => 1.0 + swing,
            Curve::Weights(weights) => {
                let most = weights.iter().copied().fold(0.0, f64::max);
                most * weights.len() as f64 / weights.iter().sum::<f64>()
            }
        }
    }
}

impl Flash {
    fn level(self, since: Span, at: Span) -> f64 {
        let age = at.saturating_sub(self.at);
        if since < self.at || age >= self.decay * FALLS {
            return 1.0;
        }
        1.0 + (self.factor - 1.0) * libm::exp(-age.as_secs_f64() / self.decay.as_secs_f64())
    }

    fn straight_until(self, at: Span) -> Span {
        if at < self.at {
            return self.at;
        }
        let age = at.saturating_sub(self.at);
        let step = Span::from_nanos((self.decay.as_nanos() / FALL_PARTS).max(1));
        match age >= self.decay * FALLS {
            true => Span::MAX,
            false => at + step,
        }
    }
}
