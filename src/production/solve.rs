//! Samples under which an expression has a wanted value: what its unit test is fed.

use std::collections::BTreeMap;

use promql_parser::label::MatchOp;
use promql_parser::parser::token::{T_AVG, T_MAX, T_MIN, T_SUM};
use promql_parser::parser::{Expr, VectorSelector};

use super::promql::{Query, bare, combine};

/// What one selector of an expression gives, as a level or as a rate per second.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selected {
    /// As a test names its series, without an instance: `up{job="attest"}`.
    pub(super) name: String,
    labels: Vec<(String, String)>,
    /// Whether only its rate is looked at.
    pub(super) is_rate: bool,
}

impl Selected {
    /// Its series of one instance.
    pub(super) fn series(&self, instance: usize) -> String {
        let labels = self.labels.iter().map(|(label, value)| format!("{label}=\"{value}\""));
        let instance = format!("instance=\"{}\"", NAMES[instance]);
        let all: Vec<String> = labels.chain([instance]).collect();
        format!("{}{{{}}}", self.name, all.join(", "))
    }
}

/// Instances of a test.
const NAMES: [&str; 2] = ["a", "b"];

/// What others have while one selector is varied.
const BASES: [f64; 2] = [100.0, 0.0];

/// An expression with more is not tested.
const MOST_SELECTORS: usize = 5;

/// One way to give an expression any of the wanted values: vary one selector, keep the rest.
#[derive(Clone, Debug)]
pub(super) struct Way {
    query: Query,
    pub(super) all: Vec<Selected>,
    /// Which is varied, at the first instance.
    pub(super) varied: usize,
    /// What each has that is not varied.
    pub(super) bases: Vec<f64>,
    pub(super) instances: usize,
}

impl Way {
    /// Every way, the simplest first; none where some selector cannot be given samples.
    pub(super) fn all(expr: &str) -> Vec<Self> {
        let mut found = BTreeMap::new();
        let parsed = Query::parse(expr).ok();
        let parsed = parsed.filter(|query| collect(&query.0, false, &mut found).is_some());
        let all: Vec<Selected> = found.into_values().collect();
        let Some(query) = parsed.filter(|_| all.len() <= MOST_SELECTORS) else { return Vec::new() };
        let mut ways = Vec::new();
        for instances in [1, 2] {
            for varied in 0..all.len() {
                for mask in 0..1_usize << all.len() {
                    let base = |at: usize| BASES[mask >> at & 1];
                    let bases = (0..all.len()).map(base).collect();
                    let (query, all) = (query.clone(), all.clone());
                    ways.push(Self { query, all, varied, bases, instances });
                }
            }
        }
        ways
    }

    /// What the varied selector must have for the expression to have that value at that second.
    pub(super) fn solve(&self, value: f64, second: f64) -> Option<f64> {
        let at = |x: f64| self.value(x, second);
        let is_good = |x: f64| {
            let near = 1e-9 * value.abs().max(1.0);
            at(x).is_some_and(|got| (got - value).abs() <= near)
                && (x >= 0.0 || !self.all[self.varied].is_rate)
        };
        if let (Some(zero), Some(one)) = (at(0.0), at(1.0)) {
            let x = (value - zero) / (one - zero);
            if x.is_finite() && is_good(x) {
                return Some(x);
            }
        }
        let (mut low, mut high) = (0.0, 1e9);
        let rises = at(high)? > at(low)?;
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if (at(middle)? < value) == rises { low = middle } else { high = middle }
        }
        is_good(high).then_some(high)
    }

    fn value(&self, x: f64, second: f64) -> Option<f64> {
        match self.eval(&self.query.0, x, second)? {
            Value::Scalar(value) => Some(value),
            // Any series that is over the bound fires; a lone one is all there is.
            Value::Vector(values) => match values[..] {
                [value] => Some(value),
                _ => None,
            },
        }
        .filter(|value| value.is_finite())
    }

    fn eval(&self, expr: &Expr, x: f64, second: f64) -> Option<Value> {
        match expr {
            Expr::Paren(inner) => self.eval(&inner.expr, x, second),
            Expr::NumberLiteral(number) => Some(Value::Scalar(number.val)),
            Expr::Unary(inner) => self.eval(&inner.expr, x, second)?.map(|value| -value),
            Expr::Binary(binary) => {
                let left = self.eval(&binary.lhs, x, second)?;
                let right = self.eval(&binary.rhs, x, second)?;
                left.with(right, |left, right| combine(binary.op, left, right))
            }
            Expr::Aggregate(aggregate) => {
                let Value::Vector(values) = self.eval(&aggregate.expr, x, second)? else {
                    return None;
                };
                let sum = || values.iter().sum::<f64>();
                let one = match aggregate.op.id() {
                    T_MAX => values.iter().copied().reduce(f64::max)?,
                    T_MIN => values.iter().copied().reduce(f64::min)?,
                    T_SUM => sum(),
                    T_AVG => sum() / values.len() as f64,
                    _ => return None,
                };
                Some(Value::Vector(vec![one]))
            }
            Expr::Call(call) => match (call.func.name, call.args.args.first().map(|arg| bare(arg)))
            {
                ("time", _) => Some(Value::Scalar(second)),
                ("rate", Some(Expr::MatrixSelector(matrix))) => self.level(&matrix.vs, true, x),
                _ => None,
            },
            Expr::VectorSelector(selector) => self.level(selector, false, x),
            Expr::Subquery(_)
            | Expr::StringLiteral(_)
            | Expr::MatrixSelector(_)
            | Expr::Extension(_) => None,
        }
    }

    fn level(&self, selector: &VectorSelector, is_rate: bool, x: f64) -> Option<Value> {
        let name = selector.name.as_ref()?;
        let labels = labels(selector)?;
        let is_it = |known: &Selected| {
            known.name == *name && known.labels == labels && known.is_rate == is_rate
        };
        let place = self.all.iter().position(is_it)?;
        let base = self.bases[place];
        let first = if place == self.varied { x } else { base };
        let rest = std::iter::repeat_n(base, self.instances - 1);
        Some(Value::Vector(std::iter::once(first).chain(rest).collect()))
    }
}

/// Labels that a selector demands as they are; `None` if it demands anything else.
fn labels(selector: &VectorSelector) -> Option<Vec<(String, String)>> {
    let all = &selector.matchers;
    let is_exact = all.or_matchers.is_empty() && selector.offset.is_none() && selector.at.is_none();
    let each = all.matchers.iter().map(|matcher| match matcher.op {
        MatchOp::Equal => Some((matcher.name.clone(), matcher.value.clone())),
        MatchOp::NotEqual | MatchOp::Re(_) | MatchOp::NotRe(_) => None,
    });
    each.collect::<Option<Vec<_>>>().filter(|_| is_exact)
}

/// Finds every selector; `None` if some cannot be given samples.
fn collect(expr: &Expr, is_rate: bool, found: &mut BTreeMap<String, Selected>) -> Option<()> {
    match expr {
        Expr::Paren(inner) => collect(&inner.expr, is_rate, found),
        Expr::Unary(inner) => collect(&inner.expr, is_rate, found),
        Expr::Aggregate(inner) => collect(&inner.expr, is_rate, found),
        Expr::Binary(inner) => {
            collect(&inner.lhs, is_rate, found)?;
            collect(&inner.rhs, is_rate, found)
        }
        Expr::Call(call) => {
            call.args.args.iter().try_for_each(|arg| collect(arg, call.func.name == "rate", found))
        }
        Expr::VectorSelector(selector) => add(selector, is_rate, found),
        Expr::MatrixSelector(matrix) => add(&matrix.vs, is_rate, found),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Some(()),
        Expr::Subquery(_) | Expr::Extension(_) => None,
    }
}

fn add(
    selector: &VectorSelector,
    is_rate: bool,
    found: &mut BTreeMap<String, Selected>,
) -> Option<()> {
    let (name, labels) = (selector.name.clone()?, labels(selector)?);
    let known = found.insert(selector.to_string(), Selected { name, labels, is_rate });
    // A counter that is looked at as a level, too, has no samples that suit both.
    known.is_none_or(|known| known.is_rate == is_rate).then_some(())
}

/// Numbers with or without labels.
enum Value {
    Scalar(f64),
    Vector(Vec<f64>),
}

impl Value {
    fn map(self, change: impl Fn(f64) -> f64) -> Option<Self> {
        Some(match self {
            Self::Scalar(value) => Self::Scalar(change(value)),
            Self::Vector(values) => Self::Vector(values.into_iter().map(change).collect()),
        })
    }

    fn with(self, other: Self, join: impl Fn(f64, f64) -> Option<f64>) -> Option<Self> {
        let each = |pairs: Vec<(f64, f64)>| {
            let joined = pairs.into_iter().map(|(left, right)| join(left, right));
            joined.collect::<Option<Vec<f64>>>().map(Self::Vector)
        };
        match (self, other) {
            (Self::Scalar(left), Self::Scalar(right)) => join(left, right).map(Self::Scalar),
            (Self::Vector(left), Self::Scalar(right)) => {
                each(left.into_iter().map(|left| (left, right)).collect())
            }
            (Self::Scalar(left), Self::Vector(right)) => {
                each(right.into_iter().map(|right| (left, right)).collect())
            }
            (Self::Vector(left), Self::Vector(right)) => {
                let is_same = left.len() == right.len();
                is_same.then(|| each(left.into_iter().zip(right).collect())).flatten()
            }
        }
    }
}

/// Labels that a lone series keeps through an expression, which its alert then has.
pub(super) fn kept_labels(expr: &str) -> Vec<(String, String)> {
    let Ok(Query(parsed)) = Query::parse(expr) else { return Vec::new() };
    let mut labels = carried(&parsed).unwrap_or_default();
    labels.sort();
    labels
}

fn carried(expr: &Expr) -> Option<Vec<(String, String)>> {
    let of = |selector: &VectorSelector| {
        let own = labels(selector).unwrap_or_default().into_iter();
        Some(own.chain([("instance".to_owned(), NAMES[0].to_owned())]).collect())
    };
    match expr {
        Expr::Paren(inner) => carried(&inner.expr),
        Expr::Unary(inner) => carried(&inner.expr),
        Expr::Binary(inner) => carried(&inner.lhs).or_else(|| carried(&inner.rhs)),
        Expr::Call(call) => call.args.args.iter().find_map(|arg| carried(arg)),
        Expr::VectorSelector(selector) => of(selector),
        Expr::MatrixSelector(matrix) => of(&matrix.vs),
        Expr::Aggregate(_)
        | Expr::Subquery(_)
        | Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::Extension(_) => None,
    }
}
