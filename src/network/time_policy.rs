//! How a host that asks several time sources makes one time of what they say.

/// What is made of several answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimePolicy {
    /// The mean: whoever lies moves it by its share.
    Average,
    /// The middle one, or the mean of the two in the middle: less than half of them move nothing.
    Median,
}

impl TimePolicy {
    /// How far ahead a host's clock is whose sources are so far ahead, in nanoseconds; at least
    /// one of them.
    ///
    /// # Panics
    /// Without any source.
    pub fn ahead(self, sources: &[i64]) -> i64 {
        assert!(!sources.is_empty(), "a host that asks has somebody to ask");
        match self {
            Self::Average => mean(sources),
            Self::Median => {
                let mut sorted = sources.to_vec();
                sorted.sort_unstable();
                let middle = (sorted.len() - 1) / 2..=sorted.len() / 2;
                mean(&sorted[middle])
            }
        }
    }
}

/// Rounded towards zero.
fn mean(all: &[i64]) -> i64 {
    let sum: i128 = all.iter().map(|one| i128::from(*one)).sum();
    (sum / all.len() as i128) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    /// The first of six sources are a day ahead, so many.
    fn check(liars: usize, average: i64, median: i64) {
        let sources: Vec<i64> = (0..6).map(|at| if at < liars { 24 * HOUR } else { 0 }).collect();
        let hours = [TimePolicy::Average, TimePolicy::Median].map(|by| by.ahead(&sources) / HOUR);
        assert_eq!(hours, [average, median], "{liars} of six");
    }

    #[test]
    fn a_liar_moves_the_average_and_half_of_them_the_median() {
        check(0, 0, 0);
        check(1, 4, 0);
        check(2, 8, 0);
        check(3, 12, 12);
        check(4, 16, 24);
        assert_eq!(TimePolicy::Median.ahead(&[-7]), -7);
        assert_eq!(TimePolicy::Average.ahead(&[i64::MAX, i64::MAX]), i64::MAX);
    }
}
