//! `direct`: the router that takes an operation in hands it to every validator.

use super::Make;
use crate::flow::{Choice, Described, NoParams};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<NoParams>("direct", "who takes it in hands it to the validators"),
    make: |_, _| None,
};
