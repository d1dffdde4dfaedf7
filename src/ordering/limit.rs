//! Ranges of parameters.

pub(super) use crate::kernel::limit::{SHORTEST, at_least, between};
