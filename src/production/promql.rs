//! Expressions of PromQL, compared by what they say and not by how they are laid out.

use std::time::Duration;

use promql_parser::label::Matchers;
use promql_parser::parser::token::{T_ADD, T_DIV, T_MUL, T_POW, T_SUB, TokenType};
use promql_parser::parser::{AggregateExpr, Expr, LabelModifier, VectorSelector, parse};
use promql_parser::util::{display_duration, parse_duration};

use crate::kernel::Span;

/// Stands for the window of a rule.
const WINDOW: &str = "$window";

/// What stands for it while an expression is parsed.
const ANY: &str = "97s";

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Query(pub(super) Expr);

impl Query {
    /// Parses an expression, in which `$window` may stand for a window.
    ///
    /// # Errors
    /// What the parser says.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Whoever walks through an expression recurses; nobody nests so deeply.
        const MOST_WORDS: usize = 600;
        let words = text.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
        if words.filter(|word| !word.trim().is_empty()).count() > MOST_WORDS {
            return Err("it is too long".to_owned());
        }
        parse(&text.replace(WINDOW, ANY)).map(Self)
    }
}

/// A span as Prometheus writes it, at least a millisecond.
pub fn duration(span: Span) -> String {
    display_duration(&Duration::from_nanos(span.as_nanos()))
}

/// Reads `1m30s` as Prometheus writes it.
pub fn span(text: &str) -> Option<Span> {
    let duration = match text {
        "0" => Duration::ZERO,
        _ => parse_duration(text).ok()?,
    };
    u64::try_from(duration.as_nanos()).ok().map(Span::from_nanos)
}

/// An expression with every window in it as given.
pub(super) fn windowed(expr: &str, window: Span) -> String {
    if expr.contains(WINDOW) {
        return expr.replace(WINDOW, &duration(window));
    }
    let Ok(Query(mut parsed)) = Query::parse(expr) else { return expr.to_owned() };
    let mut has_window = false;
    each(&mut parsed, &mut |expr| {
        if let Expr::MatrixSelector(matrix) = expr {
            has_window = true;
            matrix.range = Duration::from_nanos(window.as_nanos());
        }
    });
    if has_window { parsed.to_string() } else { expr.to_owned() }
}

/// Visits an expression and all its parts.
fn each(expr: &mut Expr, visit: &mut impl FnMut(&mut Expr)) {
    visit(expr);
    match expr {
        Expr::Aggregate(inner) => {
            each(&mut inner.expr, visit);
            inner.param.iter_mut().for_each(|param| each(param, visit));
        }
        Expr::Unary(inner) => each(&mut inner.expr, visit),
        Expr::Binary(inner) => {
            each(&mut inner.lhs, visit);
            each(&mut inner.rhs, visit);
        }
        Expr::Paren(inner) => each(&mut inner.expr, visit),
        Expr::Subquery(inner) => each(&mut inner.expr, visit),
        Expr::Call(call) => call.args.args.iter_mut().for_each(|arg| each(arg, visit)),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => {}
    }
}

/// An expression without the parentheses around it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// What an expression says, its windows apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meaning {
    pub(super) text: String,
    /// Every window, in order.
    pub(super) windows: Vec<Duration>,
    /// Every function that it calls.
    pub(super) functions: Vec<String>,
    /// Every metric that it selects.
    pub(super) metrics: Vec<String>,
    /// How often a recorded name was followed.
    followed: u32,
}

/// What an expression says. Names of `records` stand for their expressions.
pub(super) fn meaning(expr: &Expr, records: &[(String, Query)]) -> Meaning {
    let mut meaning = Meaning::default();
    meaning.text = meaning.say(expr, records, 0);
    meaning
}

/// Recorded names that refer to one another are followed so deep, and so often in all.
const DEEPEST: u32 = 8;
const MOST_FOLLOWED: u32 = 64;

impl Meaning {
    fn say(&mut self, expr: &Expr, records: &[(String, Query)], depth: u32) -> String {
        match expr {
            Expr::Paren(inner) => self.say(&inner.expr, records, depth),
            Expr::Aggregate(inner) => {
                let param = inner.param.as_ref().map(|param| self.say(param, records, depth));
                let of = self.say(&inner.expr, records, depth);
                format!("{}{}({}{of})", inner.op, grouping(inner), param.unwrap_or_default())
            }
            Expr::Unary(inner) => format!("-({})", self.say(&inner.expr, records, depth)),
            Expr::Binary(inner) => {
                let left = self.say(&inner.lhs, records, depth);
                let right = self.say(&inner.rhs, records, depth);
                let how = inner.modifier.as_ref().map(|how| format!("{how:?}"));
                let how = how.filter(|_| !is_plain(expr)).unwrap_or_default();
                format!("({left} {}{how} {right})", inner.op)
            }
            Expr::Subquery(_) => {
                self.functions.push("a subquery".to_owned());
                expr.to_string()
            }
            Expr::NumberLiteral(number) => number.val.to_string(),
            Expr::StringLiteral(text) => format!("{:?}", text.val),
            Expr::VectorSelector(selector) => self.select(selector, records, depth),
            Expr::MatrixSelector(matrix) => {
                self.windows.push(matrix.range);
                format!("{}[w]", self.select(&matrix.vs, &[], depth))
            }
            Expr::Call(call) => {
                self.functions.push(call.func.name.to_owned());
                let args = call.args.args.iter().map(|arg| self.say(arg, records, depth));
                format!("{}({})", call.func.name, args.collect::<Vec<_>>().join(", "))
            }
            Expr::Extension(_) => expr.to_string(),
        }
    }

    fn select(
        &mut self,
        selector: &VectorSelector,
        records: &[(String, Query)],
        depth: u32,
    ) -> String {
        let name = selector.name.clone().unwrap_or_default();
        let is_bare = selector.matchers.is_empty_matchers()
            && selector.matchers.matchers.is_empty()
            && selector.offset.is_none()
            && selector.at.is_none();
        let record = records.iter().find(|(record, _)| *record == name && is_bare);
        let may_follow = depth < DEEPEST && self.followed < MOST_FOLLOWED;
        if let Some((_, Query(expr))) = record.filter(|_| may_follow) {
            self.followed += 1;
            return self.say(expr, records, depth + 1);
        }
        self.metrics.push(name.clone());
        let offset = selector.offset.as_ref().map(|offset| format!(" offset {offset}"));
        let at = selector.at.as_ref().map(|at| format!(" {at}"));
        let rest = offset.unwrap_or_default() + &at.unwrap_or_default();
        format!("{name}{{{}}}{rest}", matchers(&selector.matchers))
    }
}

fn grouping(aggregate: &AggregateExpr) -> String {
    match &aggregate.modifier {
        Some(LabelModifier::Include(labels)) if labels.is_empty() => String::new(),
        Some(LabelModifier::Include(labels)) => format!(" by {labels} "),
        Some(LabelModifier::Exclude(labels)) => format!(" without {labels} "),
        None => String::new(),
    }
}

fn matchers(matchers: &Matchers) -> String {
    let mut all: Vec<String> = matchers.matchers.iter().map(ToString::to_string).collect();
    all.sort();
    let others = matchers.or_matchers.iter().map(|or| format!(" or {or:?}"));
    all.join(",") + &others.collect::<String>()
}

/// Whether two sides are put together without more words.
pub(super) fn is_plain(expr: &Expr) -> bool {
    let Expr::Binary(binary) = expr else { return true };
    binary
        .modifier
        .as_ref()
        .is_none_or(|how| how.matching.is_none() && !how.return_bool && how.card.labels().is_none())
}

/// The number that an expression is, if it is one.
pub(super) fn number(expr: &Expr) -> Option<f64> {
    match bare(expr) {
        Expr::NumberLiteral(number) => Some(number.val),
        Expr::Unary(inner) => number(&inner.expr).map(|number| -number),
        Expr::Binary(inner) => combine(inner.op, number(&inner.lhs)?, number(&inner.rhs)?),
        Expr::Aggregate(_)
        | Expr::Paren(_)
        | Expr::Subquery(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Call(_)
        | Expr::Extension(_) => None,
    }
}

/// Two numbers put together by arithmetic.
pub(super) fn combine(op: TokenType, left: f64, right: f64) -> Option<f64> {
    match op.id() {
        T_ADD => Some(left + right),
        T_SUB => Some(left - right),
        T_MUL => Some(left * right),
        T_DIV => Some(left / right),
        T_POW => Some(left.powf(right)),
        _ => None,
    }
}
