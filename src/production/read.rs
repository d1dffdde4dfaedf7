//! From an expression of a rule to what attestorm judges, or to the reason why it does not.

use promql_parser::parser::token::{
    T_EQLC, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_MAX, T_MUL, T_SUB, TokenId,
};
use promql_parser::parser::{BinaryExpr, Expr};

use super::names::{Names, Said};
use super::promql::{Meaning, Query, bare, is_plain, meaning, number};
use crate::kernel::Span;
use crate::ops::{Burn, Condition, Gauge, GaugeUnit, Sense};

/// What expressions are read by.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// What gauges are called.
    pub names: &'a Names,
    /// An operation is late after so long.
    pub objective: Span,
    /// From one round of the monitor to the next.
    pub scrape: Span,
    /// Recorded expressions of the same files, by name.
    pub records: &'a [(String, Query)],
}

/// What an expression means.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Any of these; one, unless it says `or`.
    pub conditions: Vec<Condition>,
    /// In what the judgement differs from Prometheus', if it does.
    pub remark: Option<&'static str>,
}

/// Every series for itself there, the worst of them here.
const WORST: &str = "judged for the worst target, not for each";

/// The longest reason.
const LONGEST: usize = 160;

/// Reads the expression of a rule.
///
/// # Errors
/// Why it is not judged: `it uses predict_linear`.
pub fn read(expr: &str, setting: Setting<'_>) -> Result<Judged, String> {
    let short = |reason: String| reason.chars().take(LONGEST).collect::<String>();
    let parsed = Query::parse(expr).map_err(|why| short(format!("it cannot be parsed: {why}")))?;
    let known = setting.names.known(setting.objective);
    Reading { setting, known }.any(&parsed.0).map_err(short)
}

struct Reading<'a> {
    setting: Setting<'a>,
    known: Vec<(Gauge, Said, Query)>,
}

/// A gauge that an expression is.
struct Found {
    gauge: Gauge,
    scale: f64,
    /// Zero without one.
    window: Span,
    remark: Option<&'static str>,
}

impl Reading<'_> {
    fn any(&self, expr: &Expr) -> Result<Judged, String> {
        let Expr::Binary(binary) = bare(expr) else {
            return Err(self.reason(expr, "it compares nothing with a number"));
        };
        match binary.op.id() {
            T_LOR if is_plain(bare(expr)) => {
                let (mut left, right) = (self.any(&binary.lhs)?, self.any(&binary.rhs)?);
                left.conditions.extend(right.conditions);
                Ok(Judged { remark: left.remark.or(right.remark), ..left })
            }
            T_LAND if is_plain(bare(expr)) => {
                let burn = self.burn(&binary.lhs, &binary.rhs)?;
                Ok(Judged { conditions: vec![Condition::Burn(burn)], remark: None })
            }
            _ => self
                .compare(binary)
                .map(|(condition, remark)| Judged { conditions: vec![condition], remark }),
        }
    }

    fn compare(&self, binary: &BinaryExpr) -> Result<(Condition, Option<&'static str>), String> {
        let whole = Expr::Binary(binary.clone());
        if binary.return_bool() {
            return Err("it uses `bool`".to_owned());
        }
        let (looked, bound, is_mirrored) = match (number(&binary.lhs), number(&binary.rhs)) {
            (None, Some(bound)) => (&binary.lhs, bound, false),
            (Some(bound), None) => (&binary.rhs, bound, true),
            _ => return Err(self.reason(&whole, "it compares nothing with a number")),
        };
        if let Some(condition) = self.down(binary.op.id(), looked, bound) {
            return Ok((condition, Some(WORST)));
        }
        let sense = sense(binary.op.id(), is_mirrored)
            .ok_or_else(|| self.reason(&whole, "it compares by another sign than > < >= <="))?;
        let Found { gauge, scale, window, remark } = self.find(looked)?;
        let is_worst = matches!(sense, Sense::Above | Sense::AtLeast);
        if remark.is_some() && !is_worst {
            return Err("it looks at each target, from below".to_owned());
        }
        let over = self.over(gauge, window)?;
        let bound = rounded(bound * scale, gauge);
        Ok((Condition::Compare { gauge, over, sense, bound }, remark))
    }

    /// `up == 0`, with the labels of the mapped `up`: somebody is down.
    fn down(&self, op: TokenId, looked: &Expr, bound: f64) -> Option<Condition> {
        let Expr::VectorSelector(selector) = bare(looked) else { return None };
        let is_down = (op == T_EQLC && bound == 0.0) || (op == T_LSS && bound == 1.0);
        if selector.name.as_deref() != Some("up") || !is_down {
            return None;
        }
        let own = meaning(looked, self.setting.records).text;
        let mut down = self.known.iter().filter(|(gauge, _, _)| *gauge == Gauge::Down);
        let is_ours = down.any(|(_, _, query)| meaning(&query.0, &[]).text.contains(&own));
        is_ours.then_some(Condition::Compare {
            gauge: Gauge::Down,
            over: Span::ZERO,
            sense: Sense::Above,
            bound: 0.0,
        })
    }

    fn find(&self, expr: &Expr) -> Result<Found, String> {
        let said = meaning(expr, self.setting.records);
        for (gauge, spelt, query) in &self.known {
            let remark = match &query.0 {
                whole if meaning(whole, &[]).text == said.text => None,
                Expr::Aggregate(max) if max.op.id() == T_MAX && is_of_each(max, expr, &said) => {
                    Some(WORST)
                }
                _ => continue,
            };
            let window = window(&said)?;
            return Ok(Found { gauge: *gauge, scale: spelt.scale, window, remark });
        }
        Err(self.reason(expr, "no name in the map says what it looks at"))
    }

    /// The window of a rate; one that holds just two scrapes is from one round to the next.
    fn over(&self, gauge: Gauge, window: Span) -> Result<Span, String> {
        let least = self.setting.scrape + self.setting.scrape;
        match window {
            Span::ZERO => Ok(Span::ZERO),
            _ if !gauge.is_rate() => Err("it looks at how things stand over a window".to_owned()),
            window if window < least => {
                let scrape = self.setting.scrape;
                Err(format!("its window of {window} does not hold two scrapes {scrape} apart"))
            }
            window if window == least => Ok(Span::ZERO),
            window => Ok(window),
        }
    }

    fn burn(&self, left: &Expr, right: &Expr) -> Result<Burn, String> {
        let (one, bound) = self.half(left)?;
        let (other, same) = self.half(right)?;
        if number(bound) != number(same) {
            return Err("the two windows of its burn rate have two bounds".to_owned());
        }
        if one.window == other.window || one.window == Span::ZERO || other.window == Span::ZERO {
            return Err("it joins by `and` what are not two windows of a burn rate".to_owned());
        }
        let is_bare = one.scale == 1.0;
        let (factor, objective) = budget(bound).filter(|_| is_bare).unwrap_or_else(|| {
            let bound = number(bound).unwrap_or(0.0) * one.scale;
            (1.0, tidy(1.0 - bound))
        });
        if !(objective > 0.0 && objective < 1.0 && factor > 0.0) {
            return Err("its burn rate leaves no budget, or nothing but budget".to_owned());
        }
        let long = one.window.max(other.window);
        Ok(Burn { objective, factor, long, short: one.window.min(other.window) })
    }

    /// One window of a burn rate, and its bound.
    fn half<'e>(&self, expr: &'e Expr) -> Result<(Found, &'e Expr), String> {
        let other = "it joins by `and` what are not two windows of a burn rate";
        let Expr::Binary(binary) = bare(expr) else { return Err(self.reason(expr, other)) };
        if binary.op.id() != T_GTR || number(&binary.rhs).is_none() || binary.return_bool() {
            return Err(self.reason(expr, other));
        }
        let found = self.find(&binary.lhs)?;
        match found.gauge {
            Gauge::Bad => Ok((found, &binary.rhs)),
            gauge => Err(format!("it joins by `and`, and burns no budget but `{}`", gauge.name())),
        }
    }

    /// Why an expression is not read: what it uses, what it names, or else `otherwise`.
    fn reason(&self, expr: &Expr, otherwise: &str) -> String {
        let said = meaning(expr, self.setting.records);
        let known: Vec<Meaning> =
            self.known.iter().map(|(_, _, query)| meaning(&query.0, &[])).collect();
        let is_used = |used: &&String| !known.iter().any(|known| known.functions.contains(used));
        if let Some(function) = said.functions.iter().find(is_used) {
            return match function.as_str() {
                "a subquery" => "it uses a subquery".to_owned(),
                function => format!("it uses `{function}`"),
            };
        }
        let is_strange = |name: &&String| !known.iter().any(|known| known.metrics.contains(name));
        match said.metrics.iter().find(is_strange) {
            Some(metric) => format!("no name in the map says what `{metric}` is"),
            None => otherwise.to_owned(),
        }
    }
}

/// Whether `expr` is what `max` takes the largest of, alone or by some labels.
fn is_of_each(max: &promql_parser::parser::AggregateExpr, expr: &Expr, said: &Meaning) -> bool {
    let inner = meaning(&max.expr, &[]).text;
    match bare(expr) {
        Expr::Aggregate(own) if own.op.id() == T_MAX => meaning(&own.expr, &[]).text == inner,
        _ => said.text == inner,
    }
}

/// The one window of an expression; zero without any.
fn window(said: &Meaning) -> Result<Span, String> {
    let Some(first) = said.windows.first() else { return Ok(Span::ZERO) };
    if said.windows.iter().any(|window| window != first) {
        return Err("its parts look at different windows".to_owned());
    }
    u64::try_from(first.as_nanos())
        .map(Span::from_nanos)
        .map_err(|_| "its window is too long".to_owned())
}

const fn sense(op: TokenId, is_mirrored: bool) -> Option<Sense> {
    match (op, is_mirrored) {
        (T_GTR, false) | (T_LSS, true) => Some(Sense::Above),
        (T_LSS, false) | (T_GTR, true) => Some(Sense::Below),
        (T_GTE, false) | (T_LTE, true) => Some(Sense::AtLeast),
        (T_LTE, false) | (T_GTE, true) => Some(Sense::AtMost),
        _ => None,
    }
}

/// Factor and objective of `14.4 * (1 - 0.999)` or `14.4 * 0.001`.
fn budget(bound: &Expr) -> Option<(f64, f64)> {
    let Expr::Binary(product) = bare(bound) else { return None };
    if product.op.id() != T_MUL {
        return None;
    }
    let (left, right) = (number(&product.lhs)?, number(&product.rhs)?);
    let spelt = |side: &Expr| match bare(side) {
        Expr::Binary(rest) if rest.op.id() == T_SUB && number(&rest.lhs) == Some(1.0) => {
            number(&rest.rhs)
        }
        _ => None,
    };
    match (spelt(&product.lhs), spelt(&product.rhs)) {
        (_, Some(objective)) => Some((left, objective)),
        (Some(objective), None) => Some((right, objective)),
        (None, None) => Some((left.max(right), tidy(1.0 - left.min(right)))),
    }
}

/// A number without the last digits, which arithmetic has spoilt.
fn tidy(number: f64) -> f64 {
    (number * 1e12).round() / 1e12
}

/// A bound as scenarios can write it: spans are whole nanoseconds.
fn rounded(bound: f64, gauge: Gauge) -> f64 {
    match gauge.unit() {
        GaugeUnit::Millis => (bound * 1e6).round() / 1e6,
        GaugeUnit::Share | GaugeUnit::PerSecond | GaugeUnit::Plain => tidy(bound),
    }
}
