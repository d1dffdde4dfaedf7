//! Time along a run, below a plot: clock times, and the bands of faults behind it.

use crate::kernel::Span;

use super::axis::Below;
use super::label::Flag;
use super::scale::Scale;
use super::scene::{Area, Ink, Point, Scene, Stroke};

/// A fault, from when to when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultBand {
    /// As in the scenario.
    pub name: String,
    /// When it begins.
    pub from: Span,
    /// When it ends.
    pub to: Span,
}

const FAULTS: [Ink; 2] = [Ink::solid(0xfa, 0xe6, 0xd8), Ink::solid(0xf5, 0xec, 0xc9)];

/// Bands behind the plot, for when faults were on.
pub(super) fn draw_faults(scene: &mut Scene, faults: &[FaultBand], plot: Area, x: &Scale) {
    for (index, fault) in faults.iter().enumerate() {
        let (left, right) = (x.at(fault.from.as_secs_f64()), x.at(fault.to.as_secs_f64()));
        let right = right.max(left + 1.0);
        let ink = FAULTS[index % FAULTS.len()];
        scene.rect(Area { left, right, ..plot }, ink.faded(750));
        for edge in [left, right] {
            let stroke = Stroke::solid(Ink::solid(0xc8, 0xa2, 0x86), 0.8);
            scene.line(Point::new(edge, plot.top), Point::new(edge, plot.bottom), stroke);
        }
    }
}

/// The names of faults, above the plot.
pub(super) fn flags(faults: &[FaultBand], x: &Scale) -> Vec<Flag> {
    let flag = |fault: &FaultBand| Flag {
        from: x.at(fault.from.as_secs_f64()),
        to: x.at(fault.to.as_secs_f64()),
        words: fault.name.clone(),
    };
    faults.iter().map(flag).collect()
}

/// The names of the faults that were on between two instants.
pub(super) fn faults_in(faults: &[FaultBand], from: Span, to: Span) -> String {
    let on = |fault: &&FaultBand| fault.from < to && from < fault.to;
    faults.iter().filter(on).map(|fault| fault.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// The clock below a plot of a run so many seconds long.
pub(super) fn figures(x: &Scale, length: f64) -> Vec<Below> {
    let clock = Clock::for_length(length);
    let (low, high) = (x.domain.low, x.domain.high);
    let step = clock.step(high - low);
    let first = libm::ceil(low / step - 1e-9);
    let count = libm::floor(high / step + 1e-9) - first;
    (0..=count.clamp(0.0, 200.0) as u32)
        .map(|index| (first + f64::from(index)) * step)
        .map(|at| Below { x: x.at(at), words: clock.spell(at), grey: String::new() })
        .collect()
}

/// What stands below the clock.
pub(super) fn title(length: f64) -> &'static str {
    Clock::for_length(length).title()
}

/// How times along a run are spelt, by how long it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Seconds,
    Minutes,
    Hours,
}

impl Clock {
    fn for_length(seconds: f64) -> Self {
        match seconds {
            length if length <= 300.0 => Self::Seconds,
            length if length <= 2.0 * 3600.0 => Self::Minutes,
            _ => Self::Hours,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Seconds => "time since the start of what is measured, s",
            Self::Minutes => "time since the start of what is measured, min:s",
            Self::Hours => "time since the start of what is measured, h:min",
        }
    }

    /// Seconds between figures, for at most a dozen of them.
    fn step(self, length: f64) -> f64 {
        const STEPS: [f64; 21] = [
            0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0,
            1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0,
        ];
        STEPS.into_iter().find(|step| *step * 12.0 >= length).unwrap_or(length / 10.0)
    }

    fn spell(self, seconds: f64) -> String {
        let whole = libm::round(seconds) as u64;
        match self {
            Self::Seconds => super::number::exact(seconds),
            Self::Minutes => format!("{}:{:02}", whole / 60, whole % 60),
            Self::Hours => format!("{}:{:02}", whole / 3600, whole / 60 % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_spelt_by_the_length_of_the_run() {
        let check = |length, at, words: &str| {
            assert_eq!(Clock::for_length(length).spell(at), words);
        };
        check(60.0, 10.0, "10");
        check(60.0, 0.5, "0.5");
        check(600.0, 90.0, "1:30");
        check(40_000.0, 5_400.0, "1:30");
    }
}
