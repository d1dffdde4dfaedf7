//! Other parameters than those declared: would anybody conclude something else?

use super::Model;

/// How many variants of a model are tried, the declared one first.
pub const VARIANTS: usize = 8;

/// A model with one parameter changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variant {
    /// What differs, as tables print it.
    pub name: &'static str,
    /// The model with it.
    pub model: Model,
}

impl Model {
    /// The model as declared, then with one parameter changed each.
    pub fn variants(&self) -> [Variant; VARIANTS] {
        let declared = *self;
        let variant = |name, model| Variant { name, model };
        let kept = |kept: u8| Self { kept: kept.max(1), ..declared };
        [
            variant("as declared", declared),
            variant("confident from 0.8", Self { confident: 0.8, ..declared }),
            variant("confident from 0.9", Self { confident: 0.9, ..declared }),
            variant("confident from 0.95", Self { confident: 0.95, ..declared }),
            variant("tau halved", Self { tau: declared.tau.scaled(0.5), ..declared }),
            variant("tau doubled", Self { tau: declared.tau * 2, ..declared }),
            variant("one look less", kept(declared.kept.saturating_sub(1))),
            variant("one look more", kept(declared.kept.saturating_add(1))),
        ]
    }
}
