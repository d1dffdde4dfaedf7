//! The figures that charts are made of.

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value drawn as the line or the point.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// What was measured at one place of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Reading {
    /// A number; one that is not finite is drawn as `NoData`.
    Value(Estimate),
    /// So much never arrived that the quantity has no finite value.
    Never,
    /// Nothing was measured, or too little to say anything.
    #[default]
    NoData,
}

/// What an axis measures: words for the reader, a column for the CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// As printed at the axis, with its unit: `p99 to applied, ms`.
    pub label: String,
    /// The CSV column without its unit: `p99`.
    pub noun: String,
    /// The unit as a column carries it: `ms`; empty for a bare number.
    pub unit: String,
}

/// A limit drawn across a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Where, in the unit of the panel.
    pub value: f64,
    /// What is printed beside it: `threshold 800 ms`.
    pub label: String,
}

impl Estimate {
    /// A value without an interval.
    pub const fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    fn finite(self) -> Option<Self> {
        if !self.value.is_finite() {
            return None;
        }
        let end = |end: f64| if end.is_finite() { end } else { self.value };
        Some(Self { value: self.value, low: end(self.low), high: end(self.high) })
    }

    pub(super) fn has_interval(self) -> bool {
        self.low < self.value || self.high > self.value
    }
}

impl Reading {
    /// A number without an interval.
    pub const fn exact(value: f64) -> Self {
        Self::Value(Estimate::exact(value))
    }

    /// A number with its 95 % interval.
    pub const fn within(value: f64, low: f64, high: f64) -> Self {
        Self::Value(Estimate { value, low, high })
    }

    /// The number, when there is one that can be drawn.
    pub(super) fn estimate(self) -> Option<Estimate> {
        match self {
            Self::Value(estimate) => estimate.finite(),
            Self::Never | Self::NoData => None,
        }
    }

    pub(super) fn is_never(self) -> bool {
        matches!(self, Self::Never)
    }

    pub(super) fn is_drawn(self) -> bool {
        self.is_never() || self.estimate().is_some()
    }
}

impl Quantity {
    /// A quantity from its axis label, CSV noun and CSV unit.
    pub fn new(label: &str, noun: &str, unit: &str) -> Self {
        Self { label: label.to_owned(), noun: noun.to_owned(), unit: unit.to_owned() }
    }

    /// The column of this quantity, qualified: `p99_low_ms` for the qualifier `low`.
    pub(super) fn column(&self, qualifier: &str) -> String {
        let parts = [self.noun.as_str(), qualifier, self.unit.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }

    /// The column that says whether the quantity is `never`.
    pub(super) fn never_column(&self) -> String {
        format!("{}_never", self.noun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_carry_the_unit_last() {
        let check = |quantity: Quantity, qualifier, column: &str| {
            assert_eq!(quantity.column(qualifier), column);
        };
        check(Quantity::new("p99 to applied, ms", "p99", "ms"), "", "p99_ms");
        check(Quantity::new("p99 to applied, ms", "p99", "ms"), "low", "p99_low_ms");
        check(Quantity::new("validators", "validators", ""), "", "validators");
    }

    #[test]
    fn numbers_that_cannot_be_drawn_are_no_data() {
        let check = |value, low, drawn| {
            assert_eq!(Reading::within(value, low, value).estimate(), drawn);
        };
        check(f64::NAN, 1.0, None);
        check(f64::INFINITY, 1.0, None);
        check(2.0, f64::NAN, Some(Estimate::exact(2.0)));
    }
}
