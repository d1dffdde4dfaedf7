//! `none`: everything is tried.

use super::Make;
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> =
    Choice { described: Described::of::<NoParams>("none", "everything is tried"), make: |_| None };
