//! Relations between variants: what an author claims about orderings, over seeds.

use super::check::{Relation, Stat, Subject};
use super::overrides::meant;
use crate::kernel::Span;

/// One claim, parsed: every name in it exists and its units fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What is claimed, in the author's words.
    pub text: String,
    /// What differs between the variants.
    pub by: Axis,
    /// What must hold between them.
    pub holds: Holds,
}

/// A path of the scenario and the values that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The path, as `--set` takes it: `ordering`, `load.issuers.rate`.
    pub path: String,
    /// Its values, in order, each once.
    pub values: Vec<String>,
}

/// `<stat>(<metric>) [in <phase>]: <variant> <op> [<factor>x] <variant> [+ <value>]`, or a plain
/// value on the right.
#[derive(Clone, Debug, PartialEq)]
pub struct Holds {
    /// As written.
    pub text: String,
    /// What is computed of each variant.
    pub stat: Stat,
    /// Of what; the fault's name for [`Stat::Recovery`].
    pub metric: String,
    /// In every window of this length on its own.
    pub window: Option<Span>,
    /// A phase's name; `None` is all that is measured.
    pub phase: Option<String>,
    /// The variant that something is said of.
    pub left: String,
    /// How it compares.
    pub relation: Relation,
    /// With what.
    pub right: Side,
}

/// The right side of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// A value in the metric's unit: milliseconds, shares 0 to 1, per second.
    Value(f64),
    /// So many times another variant's value, and so much more.
    Variant {
        /// The factor; 1 when none is written.
        times: f64,
        /// The other variant.
        label: String,
        /// In the metric's unit; 0 when nothing is written.
        plus: f64,
    },
}

impl Holds {
    /// What is compared.
    pub fn subject(&self) -> Subject<'_> {
        let Self { stat, window, .. } = *self;
        Subject { stat, metric: &self.metric, window, phase: self.phase.as_deref() }
    }
}

impl Holds {
    /// The variants that are compared.
    pub fn variants(&self) -> impl Iterator<Item = &String> {
        let right = match &self.right {
            Side::Value(_) => None,
            Side::Variant { label, .. } => Some(label),
        };
        std::iter::once(&self.left).chain(right)
    }
}

impl Axis {
    /// Reads `path=a,b,c`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "write PATH=A,B, as in ordering=arrival,causal".to_owned();
        let (path, values) = text.split_once('=').ok_or_else(form)?;
        let values: Vec<String> = split(values).map(|value| value.trim().to_owned()).collect();
        if path.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(form());
        }
        if let Some(twice) = (1..values.len()).find(|at| values[..*at].contains(&values[*at])) {
            return Err(format!("`{}` stands there twice", values[twice]));
        }
        Ok(Self { path: path.trim().to_owned(), values })
    }

    /// Whether that path leads to the same, in a scenario whose only load group, if it has but one,
    /// is `group`.
    pub fn leads_to(&self, path: &str, group: Option<&str>) -> bool {
        meant(&self.path, group) == meant(path, group)
    }
}

/// Splits at commas, but not within brackets or quotes: `{ bursty = { on = "2s", off = "8s" } }`
/// is one value.
fn split(values: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    values.split(move |letter| {
        match letter {
            '"' => is_quoted = !is_quoted,
            '{' | '[' if !is_quoted => depth += 1,
            '}' | ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0 && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_commas_of_their_own_are_one() {
        let check = |text: &str, expected: &[&str]| {
            let axis = Axis::parse(text).expect("it is an axis");
            assert_eq!(axis.values, expected, "{text}");
        };
        check("ordering=arrival, causal", &["arrival", "causal"]);
        let bursty = "{ bursty = { on = \"2s\", off = \"8s\" } }";
        check(&format!("load.issuers.arrivals={bursty},poisson"), &[bursty, "poisson"]);
        check("a=[1, 2],\"3, 4\",5", &["[1, 2]", "\"3, 4\"", "5"]);
        check("a=1},2", &["1}", "2"]);
        assert!(Axis::parse("a=1,,2").is_err());
    }

    #[test]
    fn flow_is_what_routers_have() {
        let check = |one: &str, other: &str, expected: bool| {
            let axis = Axis { path: one.to_owned(), values: Vec::new() };
            assert_eq!(axis.leads_to(other, Some("issuers")), expected, "{one} {other}");
        };
        check("routers.routing", "flow.routing", true);
        check("flow.routing", "routers.routing", true);
        check("ordering", "ordering", true);
        check("routers.routing", "flow.balance", false);
        check("ordering", "flow.ordering", false);
        check("ordering", "seed", false);
        check("load.issuers.retry.tries", "flow.retry.tries", true);
        check("flow.arrivals", "load.issuers.arrivals", true);
        check("load.others.retry", "flow.retry", false);
        check("load.issuers.rate", "flow.rate", false);
        let axis = Axis { path: "load.issuers.retry".to_owned(), values: Vec::new() };
        assert!(!axis.leads_to("flow.retry", None), "of several groups it means all");
    }
}
