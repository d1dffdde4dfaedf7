//! Scenario files as written and scenarios as meant.

pub mod check;
pub mod model;
pub mod selector;
