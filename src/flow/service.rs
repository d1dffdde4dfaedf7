//! How long a piece of work takes, by luck.

use crate::kernel::{Span, exponential, standard_normal, unit};

/// Work whose length is drawn anew each time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Service {
    /// Its mean.
    pub mean: Span,
    /// How it lies about the mean.
    pub law: Law,
}

/// How lengths lie about their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Law {
    /// All the same.
    #[default]
    Fixed,
    /// Without memory.
    Exponential,
    /// As likely anywhere from nothing to twice the mean.
    Uniform,
    /// Log-normal with this coefficient of variation, more than 0.
    LogNormal(f64),
}

impl Service {
    /// Work that always takes `mean`.
    pub const fn fixed(mean: Span) -> Self {
        Self { mean, law: Law::Fixed }
    }

    /// The length that luck gives; word 0 or 1 of it is asked for only where the law needs it.
    pub fn draw(self, mut word: impl FnMut(u64) -> u64) -> Span {
        match self.law {
            Law::Fixed => self.mean,
            Law::Exponential => exponential(self.mean, word(0)),
            Law::Uniform => self.mean.scaled(2.0 * unit(word(0))),
            Law::LogNormal(cv) => {
                // The mean of e^(m + s·N) is e^(m + s²/2), its squared variation e^(s²) - 1.
                let variance = libm::log1p(cv * cv);
                let normal = standard_normal(word(0), word(1));
                let exponent = libm::sqrt(variance).mul_add(normal, -variance / 2.0);
                self.mean.scaled(libm::exp(exponent))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Draws, Luck, Purpose};

    /// Mean in milliseconds and squared coefficient of variation of 200,000 lengths.
    fn moments(law: Law) -> (f64, f64) {
        let service = Service { mean: Span::from_millis(10), law };
        let mut draws = Draws::new(1);
        let lengths: Vec<f64> = (0..200_000)
            .map(|index| {
                service
                    .draw(|half| {
                        let (purpose, entity) = (Purpose::Bench, 7);
                        draws.word(Luck { purpose, entity, index: 2 * index + half })
                    })
                    .as_millis_f64()
            })
            .collect();
        let mean = lengths.iter().sum::<f64>() / lengths.len() as f64;
        let squares = lengths.iter().map(|at| (at - mean) * (at - mean)).sum::<f64>();
        (mean, squares / lengths.len() as f64 / (mean * mean))
    }

    #[test]
    fn every_law_has_its_mean_and_its_variation() {
        let cases = [
            (Law::Fixed, 0.0),
            (Law::Exponential, 1.0),
            (Law::Uniform, 1.0 / 3.0),
            (Law::LogNormal(0.5), 0.25),
            (Law::LogNormal(1.2), 1.44),
        ];
        for (law, variation) in cases {
            let (mean, found) = moments(law);
            assert!((mean - 10.0).abs() < 0.1, "{law:?}: mean {mean}");
            assert!((found - variation).abs() < 0.05, "{law:?}: variation {found}");
        }
    }
}
