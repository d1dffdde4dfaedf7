//! Ranges of parameters, with errors that name key, value and what is allowed.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::Span;

/// The shortest span a timer can be set to in a scenario.
pub(crate) const SHORTEST: Span = Span::from_millis(1);

/// `key = 0s: must be at least 1ms`.
pub(crate) fn at_least<T: PartialOrd + Display>(
    key: &str,
    value: T,
    least: T,
) -> Result<(), String> {
    if value >= least {
        return Ok(());
    }
    Err(format!("{key} = {value}: must be at least {least}"))
}

/// `key = 0: must be between 1 and 100`.
pub(crate) fn between<T: PartialOrd + Display>(
    key: &str,
    value: T,
    range: &RangeInclusive<T>,
) -> Result<(), String> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(format!("{key} = {value}: must be between {} and {}", range.start(), range.end()))
}
