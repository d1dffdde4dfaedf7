//! Policies by name, with their parameters in JSON.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{admission, backpressure, balance, breaker, bulkheads, routing};

/// The parameters of a policy: what `[parameters.<axis>.<choice>]` holds.
pub trait Params: Default + DeserializeOwned + Serialize + JsonSchema {
    /// Whether every value is within its range.
    ///
    /// # Errors
    /// Names key, value and what is allowed.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// A policy has nothing to set.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoParams {}

impl Params for NoParams {}

/// What a scenario knows of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// The field's name for it.
    pub name: &'static str,
    /// One line for listings.
    pub summary: &'static str,
    /// Checks parameters and fills in defaults; the error names key, value and what is allowed.
    pub check: fn(&Value) -> Result<Value, String>,
    /// The JSON Schema of its parameters.
    pub schema: fn() -> Value,
}

impl Described {
    /// The policy of that name with parameters of type `P`.
    pub(super) const fn of<P: Params>(name: &'static str, summary: &'static str) -> Self {
        let schema = || schemars::schema_for!(P).to_value();
        Self { name, summary, check: check::<P>, schema }
    }
}

/// A policy and how one is made.
#[derive(Clone, Copy, Debug)]
pub struct Choice<M> {
    /// What scenarios know of it.
    pub described: Described,
    /// Makes one from checked parameters.
    pub make: M,
}

/// All policies for one thing.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// As `[routers]` and `[parameters]` spell it.
    pub name: &'static str,
    /// In order of listing; the first is the default.
    pub choices: &'static [Described],
}

impl Axis {
    /// The policy of that name.
    pub fn find(&self, name: &str) -> Option<&'static Described> {
        self.choices.iter().find(|choice| choice.name == name)
    }
}

/// Everything about flow that a scenario can choose.
pub const fn axes() -> [Axis; 6] {
    [
        Axis { name: "admission", choices: &admission::DESCRIBED },
        Axis { name: "backpressure", choices: &backpressure::DESCRIBED },
        Axis { name: "balance", choices: &balance::DESCRIBED },
        Axis { name: "bulkheads", choices: &bulkheads::DESCRIBED },
        Axis { name: "breaker", choices: &breaker::DESCRIBED },
        Axis { name: "routing", choices: &routing::DESCRIBED },
    ]
}

/// What an axis lists of its choices.
pub(super) const fn described<M: Copy, const N: usize>(all: &[Choice<M>; N]) -> [Described; N] {
    let mut described = [all[0].described; N];
    let mut at = 0;
    while at < N {
        described[at] = all[at].described;
        at += 1;
    }
    described
}

/// The choice of that name, which must have been checked.
pub(super) fn chosen<'a, M>(all: &'a [Choice<M>], name: &str) -> &'a Choice<M> {
    all.iter().find(|choice| choice.described.name == name).expect("the name was checked")
}

/// Parameters that were checked; `null` is all defaults.
pub(super) fn checked<P: Params>(params: &Value) -> P {
    read(params).expect("parameters were checked")
}

fn check<P: Params>(params: &Value) -> Result<Value, String> {
    let params: P = read(params)?;
    params.check()?;
    serde_json::to_value(params).map_err(|error| error.to_string())
}

fn read<P: Params>(params: &Value) -> Result<P, String> {
    match params {
        Value::Null => Ok(P::default()),
        given => serde_json::from_value(given.clone()).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_range_and_written_out() {
        for axis in axes() {
            for choice in axis.choices {
                let name = format!("{}.{}", axis.name, choice.name);
                let filled = (choice.check)(&Value::Null).expect("defaults are within range");
                assert_eq!((choice.check)(&filled), Ok(filled.clone()), "{name}: nothing changes");
                let known = (choice.schema)()["properties"].as_object().map_or(0, |all| all.len());
                let written = filled.as_object().map_or(0, |all| all.len());
                assert_eq!(known, written, "{name}: all keys in the schema");
                assert!(axis.find(choice.name).is_some(), "{name} is found");
            }
        }
    }
}
