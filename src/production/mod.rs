//! Alert rules as production has them: rules of Prometheus read, and written with their unit tests.
//!
//! One name map says what attestorm's gauges are called there. What an expression says beyond it
//! is never guessed: it is listed, with the reason.

mod label;
mod names;
mod promql;
mod quoted;
mod read;
mod solve;
#[cfg(test)]
mod tests;
mod unit;
mod write;

pub use label::{camel, kebab};
pub use names::{Name, NameUnit, Names, Said};
pub use promql::{Query, duration, span};
pub use quoted::quoted;
pub use read::{Judged, Setting, read};
pub use unit::{Moment, tests};
pub use write::{Exported, Group, rules};
