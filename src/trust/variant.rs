//! Other models than the one declared: would anybody conclude something else?

use super::{FACTORS, Factors, Model, Read, Wait};
use crate::kernel::Span;

/// How many variants of a model are tried, the declared one first.
pub const VARIANTS: usize = 12 + FACTORS;

/// A model with one thing changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variant {
    /// What differs, as tables print it.
    pub name: &'static str,
    /// The model with it.
    pub model: Model,
    /// A proof may take so many times as long as the party expects.
    pub expecting: f64,
    /// A factor that does not count, by its place in [`FACTOR_NAMES`](super::FACTOR_NAMES).
    pub without: Option<usize>,
}

const WITHOUT: [&str; FACTORS] = [
    "without agreement",
    "without freshness",
    "without order",
    "without timeliness",
    "without explainability",
];

impl Variant {
    /// What [`Model::factors`] of this model are.
    pub fn factors(&self, looks: &[Read], wait: Wait, now: Span) -> Factors {
        self.weighed(self.model.factors(looks, self.expected(wait), now))
    }

    /// Whether any further look could make a party confident that waited so long.
    pub fn may_reach(&self, wait: Wait) -> bool {
        let most = self.weighed(self.model.ceiling(self.expected(wait)));
        self.model.is_confident(most.confidence())
    }

    fn expected(&self, wait: Wait) -> Wait {
        Wait { expected: wait.expected.map(|expected| expected.scaled(self.expecting)), ..wait }
    }

    fn weighed(&self, mut factors: Factors) -> Factors {
        if let Some(factor) = self.without {
            factors.0[factor] = 1.0;
        }
        factors
    }
}

impl Model {
    /// The model as declared, then with one thing changed each: a parameter, the formula, or one
    /// factor left out.
    pub fn variants(&self) -> [Variant; VARIANTS] {
        let declared = *self;
        let variant = |name, model| Variant { name, model, expecting: 1.0, without: None };
        let expecting = |name, expecting| Variant { expecting, ..variant(name, declared) };
        let kept = |kept: u8| Self { kept: kept.max(1), ..declared };
        let confident = |confident| Self { confident, ..declared };
        let tolerance = |times| Self { tolerance: declared.tolerance.scaled(times), ..declared };
        let tau = |times| Self { tau: declared.tau.scaled(times), ..declared };
        let other = declared.formula.other();
        let mut all = [variant("as declared", declared); VARIANTS];
        let changed = [
            variant("confident from 0.8", confident(0.8)),
            variant("confident from 0.95", confident(0.95)),
            expecting("proof in half the time", 0.5),
            expecting("proof in twice the time", 2.0),
            variant("tolerance halved", tolerance(0.5)),
            variant("tolerance doubled", tolerance(2.0)),
            variant("tau halved", tau(0.5)),
            variant("tau doubled", tau(2.0)),
            variant("one look less", kept(declared.kept.saturating_sub(1))),
            variant("one look more", kept(declared.kept.saturating_add(1))),
            variant(other.name(), Self { formula: other, ..declared }),
        ];
        all[1..=changed.len()].copy_from_slice(&changed);
        for (factor, name) in WITHOUT.into_iter().enumerate() {
            all[1 + changed.len() + factor] =
                Variant { without: Some(factor), ..variant(name, declared) };
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::Status;
    use crate::trust::{FACTOR_NAMES, Formula, Sight, Stamps};

    #[test]
    fn every_variant_has_a_name_of_its_own_and_changes_one_thing() {
        let all = Model::DEFAULT.variants();
        let as_declared = |variant: &Variant| {
            (variant.model, variant.expecting, variant.without) == (Model::DEFAULT, 1.0, None)
        };
        assert_eq!(all.iter().filter(|variant| as_declared(variant)).count(), 1);
        assert!(as_declared(&all[0]));
        for (at, variant) in all.iter().enumerate() {
            assert!(all[..at].iter().all(|other| other.name != variant.name), "{}", variant.name);
        }
        for (name, factor) in WITHOUT.into_iter().zip(FACTOR_NAMES) {
            assert_eq!(name, format!("without {factor}"));
        }
    }

    /// Three looks that agree, the last so old, of a proof that took twice what was expected.
    fn confidence(variant: &str, model: Model, age: u64) -> f64 {
        let stamps = Stamps(7);
        let sight = |age| Sight {
            status: Status::Valid,
            position: 1,
            digest: 1,
            age: Span::from_secs(age),
            stamps,
            is_orphaned: false,
        };
        let read = |validator, age| Read { validator, at: Span::ZERO, sight: Some(sight(age)) };
        let looks = [read(0, 0), read(1, 0), read(2, age)];
        let (elapsed, expected) = (Span::from_secs(2), Some(Span::from_secs(1)));
        let all = model.variants();
        let found = all.iter().find(|one| one.name == variant).expect("a variant of that name");
        let wait = Wait { elapsed, expected };
        (found.factors(&looks, wait, Span::ZERO).confidence() * 1e3).round() / 1e3
    }

    #[test]
    fn a_variant_weighs_the_same_looks_by_its_own_measure() {
        let check = |variant, age, expected| {
            assert_eq!(confidence(variant, Model::DEFAULT, age), expected, "{variant}, {age} s");
        };
        check("as declared", 0, 0.5);
        check("proof in half the time", 0, 0.25);
        check("proof in twice the time", 0, 1.0);
        check("without timeliness", 0, 1.0);
        check("without freshness", 7, 0.5);
        check("as declared", 7, 0.303);
        check("tau doubled", 7, 0.389);
        check("tau halved", 7, 0.184);
        check("tolerance doubled", 7, 0.37);
        check("tolerance halved", 7, 0.274);
        check("one look more", 0, 0.375);
        check("first-answer", 7, 1.0);
        let told = Model { formula: Formula::FirstAnswer, ..Model::DEFAULT };
        assert_eq!(confidence("default-1", told, 0), 0.5);
        assert_eq!(confidence("as declared", told, 7), 1.0);
    }

    #[test]
    fn no_look_makes_up_for_a_proof_that_came_too_late() {
        let (elapsed, expected) = (Span::from_secs(2), Some(Span::from_secs(1)));
        let may = Model::DEFAULT.variants().into_iter();
        let may = may.filter(|variant| variant.may_reach(Wait { elapsed, expected }));
        let names: Vec<_> = may.map(|variant| variant.name).collect();
        assert_eq!(names, ["proof in twice the time", "first-answer", "without timeliness"]);
    }
}
