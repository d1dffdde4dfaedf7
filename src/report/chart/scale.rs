//! From figures to places, and the round figures to print along the way.

use super::number;

/// How an axis spaces its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences are equal lengths; from zero.
    Linear,
    /// Equal ratios are equal lengths; figures at or below zero stand on the lower end.
    Log,
}

/// The figures an axis spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Domain {
    pub(super) spacing: Spacing,
    pub(super) low: f64,
    pub(super) high: f64,
    /// The lower end of a log axis stands for zero, because figures there are.
    zero: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) domain: Domain,
    /// Where `domain.low` is, in pixels.
    pub(super) start: f64,
    /// Where `domain.high` is; may be less than `start`.
    pub(super) end: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Beyond this, sums and ratios of figures might not stay finite.
pub(super) const LARGEST: f64 = 1e15;
const SMALLEST: f64 = 1e-9;

impl Domain {
    /// From zero to a little above the largest value.
    fn from_zero(values: &[f64]) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let (low, high) = (low.min(0.0), high.max(0.0));
        let (low, high) = if high - low < SMALLEST { (0.0, 1.0) } else { (low, high) };
        let room = |end: f64| if end == 0.0 { 0.0 } else { (high - low) * 0.04 };
        Self {
            spacing: Spacing::Linear,
            low: low - room(low),
            high: high + room(high),
            zero: false,
        }
    }

    /// From the smallest to the largest value, no further.
    pub(super) fn tight(values: &[f64], spacing: Spacing) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        if low > SMALLEST && high > low * 1.000_001 && spacing == Spacing::Log {
            return Self { spacing, low, high, zero: false };
        }
        let alike = high - low <= low.abs().max(high.abs()).max(1.0) * SMALLEST;
        let room = if alike { low.abs().max(1.0) / 2.0 } else { 0.0 };
        Self { spacing: Spacing::Linear, low: low - room, high: high + room, zero: false }
    }

    /// Out to the next round figures on both sides.
    fn rounded_log(values: &[f64]) -> Self {
        let positive = values.iter().copied().filter(|value| *value > 0.0).collect::<Vec<_>>();
        let (low, high) = extent(&positive).unwrap_or((1.0, 10.0));
        let zero = values.iter().any(|value| *value <= 0.0);
        let low = round_figure(low.max(SMALLEST), Side::Below);
        let low = if zero { low / 10.0 } else { low };
        let high = round_figure(high.max(SMALLEST), Side::Above);
        let high = if high <= low { low * 10.0 } else { high };
        Self { spacing: Spacing::Log, low, high, zero }
    }

    /// What a vertical axis spans for `values`.
    pub(super) fn vertical(values: &[f64], spacing: Spacing) -> Self {
        match spacing {
            Spacing::Linear => Self::from_zero(values),
            Spacing::Log => Self::rounded_log(values),
        }
    }

    /// At most about `most` round figures inside the domain, ascending.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        match self.spacing {
            Spacing::Linear => self.linear_ticks(most),
            Spacing::Log => self.log_ticks(most),
        }
    }

    fn linear_ticks(&self, most: usize) -> Vec<Tick> {
        let step = nice_step((self.high - self.low) / most.max(1) as f64);
        let first = libm::ceil(self.low / step - 1e-9);
        let count = libm::floor(self.high / step + 1e-9) - first;
        (0..=count.clamp(0.0, 100.0) as u32)
            .map(|index| (first + f64::from(index)) * step)
            .map(|value| Tick { value, label: number::tick(value, step) })
            .collect()
    }

    fn log_ticks(&self, most: usize) -> Vec<Tick> {
        let every = |mantissas: &[f64]| {
            let decades = decade(self.low)..=decade(self.high);
            decades
                .flat_map(|decade| mantissas.iter().map(move |m| m * power(decade)))
                .filter(|value| (self.low * 0.999..=self.high * 1.001).contains(value))
                .collect::<Vec<_>>()
        };
        let sets: [&[f64]; 4] =
            [&[1.0, 2.0, 3.0, 5.0, 7.0], &[1.0, 2.0, 3.0, 5.0], &[1.0, 2.0, 5.0], &[1.0, 3.0]];
        let fine = sets.into_iter().map(every).find(|values| values.len() <= most);
        let values = fine.unwrap_or_else(|| {
            let decades = every(&[1.0]);
            let stride = decades.len().div_ceil(most.max(1)).max(1);
            decades.into_iter().step_by(stride).collect()
        });
        let mut ticks = values
            .into_iter()
            .map(|value| Tick { value, label: number::tick(value, value) })
            .collect::<Vec<_>>();
        if self.zero {
            ticks.retain(|tick| tick.value > self.low * 3.0);
            ticks.insert(0, Tick { value: self.low, label: "0".to_owned() });
        }
        ticks
    }
}

impl Scale {
    pub(super) const fn new(domain: Domain, start: f64, end: f64) -> Self {
        Self { domain, start, end }
    }

    /// Where `value` is; at an end when it lies outside.
    pub(super) fn at(&self, value: f64) -> f64 {
        let Domain { spacing, low, high, .. } = self.domain;
        let value = value.clamp(low, high);
        let part = match spacing {
            Spacing::Linear => (value - low) / (high - low),
            Spacing::Log => libm::log10(value / low) / libm::log10(high / low),
        };
        self.start + (self.end - self.start) * part
    }
}

/// The largest round figure that is not larger than `value`, which is positive.
pub(super) fn round_below(value: f64) -> f64 {
    round_figure(value.max(SMALLEST), Side::Below)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Below,
    Above,
}

fn round_figure(value: f64, side: Side) -> f64 {
    let decade = decade(value);
    let figures = [1.0, 2.0, 3.0, 5.0, 7.0, 10.0].map(|mantissa| mantissa * power(decade));
    let found = match side {
        Side::Below => figures.iter().rev().find(|figure| **figure <= value * 1.000_001),
        Side::Above => figures.iter().find(|figure| **figure >= value * 0.999_999),
    };
    found.copied().unwrap_or(value)
}

fn nice_step(rough: f64) -> f64 {
    let power = power(decade(rough.max(SMALLEST)));
    let steps = [1.0, 2.0, 5.0, 10.0].map(|mantissa| mantissa * power);
    steps.into_iter().find(|step| *step >= rough * 0.999_999).unwrap_or(rough)
}

fn decade(value: f64) -> i32 {
    libm::floor(libm::log10(value) + 1e-9) as i32
}

fn power(decade: i32) -> f64 {
    if decade < 0 { 1.0 / libm::exp10(f64::from(-decade)) } else { libm::exp10(f64::from(decade)) }
}

fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let values = values.iter().filter(|value| value.is_finite());
    values.map(|value| value.clamp(-LARGEST, LARGEST)).fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(domain: Domain, most: usize) -> String {
        let labels = domain.ticks(most).into_iter().map(|tick| tick.label);
        labels.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn linear_axes_begin_at_zero_and_step_in_round_figures() {
        let check = |values: &[f64], text: &str| {
            assert_eq!(labels(Domain::vertical(values, Spacing::Linear), 5), text);
        };
        check(&[3006.0], "0 1,000 2,000 3,000");
        check(&[0.0], "0.0 0.5 1.0");
        check(&[], "0.0 0.5 1.0");
        check(&[f64::NAN, 7.0], "0 2 4 6");
        check(&[0.004], "0.000 0.001 0.002 0.003 0.004");
        check(&[1e300], "0 500 T 1,000 T");
    }

    #[test]
    fn log_axes_run_between_round_figures() {
        let check = |values: &[f64], text: &str| {
            assert_eq!(labels(Domain::vertical(values, Spacing::Log), 8), text);
        };
        check(&[262.0, 2007.0], "200 300 500 700 1,000 2,000 3,000");
        check(&[1.0, 90_000.0], "1 10 100 1,000 10,000 100,000");
        check(&[0.0, 20.0, 90.0], "0 10 20 30 50 100");
        check(&[5.0, 5.0], "5 7 10 20 30 50");
        check(&[], "1 2 3 5 7 10");
    }

    #[test]
    fn every_figure_has_a_finite_place() {
        for spacing in [Spacing::Linear, Spacing::Log] {
            for values in [&[][..], &[0.0], &[-5.0, -1.0], &[1e300, 1e-300], &[3.0, 3.0]] {
                let domain = Domain::vertical(values, spacing);
                let scale = Scale::new(domain, 300.0, 20.0);
                for value in [-1e300, -1.0, 0.0, 1e-300, 1.0, 1e300] {
                    let place = scale.at(value);
                    assert!((20.0..=300.0).contains(&place), "{spacing:?} {values:?}: {place}");
                }
            }
        }
    }
}
