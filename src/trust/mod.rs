//! When somebody who relies on an attestation is confident in it: a declared model of a feeling.
//!
//! Relying parties decide by it, observers recompute it; nobody else knows a formula. Pure
//! arithmetic over what one party was told, the same on every machine.

mod model;
mod read;
mod variant;

pub use model::{FACTOR_NAMES, FACTORS, Factors, Formula, Model, Wait, dissenting};
pub use read::{Read, Sight, Stamps};
pub use variant::{VARIANTS, Variant};
