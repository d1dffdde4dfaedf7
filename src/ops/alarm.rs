//! Alert rules and how they stand, with the semantics of Prometheus: a condition that holds is
//! pending, one that has held for long enough fires, and one for which there is no sample does not
//! hold.

use super::gauge::Gauge;
use super::rates::Counters;
use super::reading::Scraped;
use crate::kernel::{Span, VirtualTime};
use crate::trace::AlertStage;

/// What a rule looks for, and whom it wakes.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Its name.
    pub name: String,
    /// What must hold.
    pub when: Condition,
    /// For how long before it fires.
    pub lasts: Span,
    /// The role that it pages, by place; `None` only shows on a dashboard.
    pub page: Option<u16>,
}

/// What must hold for a rule to fire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// A gauge compared with a bound, in the gauge's unit.
    Compare {
        /// What is looked at.
        gauge: Gauge,
        /// Over which window, for a gauge that is a rate; zero is from one round to the next.
        over: Span,
        /// How.
        sense: Sense,
        /// With what: milliseconds, a share, a rate or a number.
        bound: f64,
    },
    /// The budget of errors burns too fast, in two windows at once.
    Burn(Burn),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// `>`
    Above,
    /// `<`
    Below,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

impl Sense {
    /// Every comparison with its sign, the longer ones first.
    pub const SIGNS: &'static [(&'static str, Self)] =
        &[(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below)];

    /// As rules write it.
    pub fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, sense)| *sense == self).map_or("", |(sign, _)| sign)
    }

    /// Whether a value lies on that side of a bound.
    pub const fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Above => value > bound,
            Self::Below => value < bound,
            Self::AtLeast => value >= bound,
            Self::AtMost => value <= bound,
        }
    }
}

/// A multi-window, multi-burn-rate condition (Google SRE workbook, chapter 5): both windows must
/// have more than `factor` times the errors that the objective allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// Share of events that must be good, below 1.
    pub objective: f64,
    /// How many times as fast as the objective allows: 14.4, 6, 3 or 1 by the workbook.
    pub factor: f64,
    /// The long window.
    pub long: Span,
    /// The short one, which lets the rule reset soon.
    pub short: Span,
}

impl Condition {
    /// What is looked at, and whether that is too much; `None` without a sample.
    fn look(
        &self,
        round: &Scraped,
        counters: &Counters,
        gauge: Measure<'_>,
    ) -> Option<(f64, bool)> {
        match self {
            Self::Compare { gauge: of, over, sense, bound } => {
                let value = match *over {
                    Span::ZERO => gauge(*of)?,
                    window => of.value(round, counters.over(round.at, window))?,
                };
                Some((value, sense.holds(value, *bound)))
            }
            Self::Burn(burn) => {
                let budget = 1.0 - burn.objective;
                let long = counters.bad_over(round.at, burn.long);
                let short = counters.bad_over(round.at, burn.short);
                let rate = long.min(short) / budget;
                Some((rate, rate > burn.factor))
            }
        }
    }

    /// The longest window that it needs.
    fn keeps(&self) -> Span {
        match self {
            Self::Compare { over, .. } => *over,
            Self::Burn(burn) => burn.long,
        }
    }
}

/// Reads a gauge of the round at hand.
type Measure<'a> = &'a dyn Fn(Gauge) -> Option<f64>;

/// A change of one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Changed {
    /// Which, by place.
    pub rule: u16,
    /// How it stands now.
    pub stage: AlertStage,
    /// What its condition looks at, in the gauge's unit; a multiple of the budget for a burn.
    pub value: f64,
}

/// All rules of a monitor, and how they stand.
#[derive(Clone, Debug)]
pub struct Alarm {
    rules: Vec<AlertRule>,
    /// By rule: since when its condition holds, and whether it fires.
    stands: Vec<(Option<VirtualTime>, bool)>,
    counters: Counters,
    until: VirtualTime,
}

impl Alarm {
    /// Rules that have seen nothing. From `until` on no condition begins to hold: load ends then,
    /// and that nothing more comes is no trouble.
    pub fn new(rules: Vec<AlertRule>, until: VirtualTime) -> Self {
        let keeps = rules.iter().map(|rule| rule.when.keeps()).max().unwrap_or_default();
        let stands = vec![(None, false); rules.len()];
        Self { rules, stands, counters: Counters::new(keeps), until }
    }

    /// Judges a round; what has changed, in the order of the rules.
    pub fn judge(&mut self, round: &Scraped) -> Vec<Changed> {
        let rates = self.counters.take(round);
        let mut changes = Vec::new();
        for (place, (rule, stand)) in self.rules.iter().zip(&mut self.stands).enumerate() {
            let look = rule.when.look(round, &self.counters, &|gauge| gauge.value(round, rates));
            let (value, is_so) = look.unwrap_or((0.0, false));
            let holds = is_so && (stand.0.is_some() || round.at < self.until);
            let stage = step(stand, holds, round.at, rule.lasts);
            changes.extend(stage.map(|stage| Changed { rule: place as u16, stage, value }));
        }
        changes
    }

    /// What fires, by place.
    pub fn firing(&self) -> impl Iterator<Item = u16> {
        self.stands.iter().zip(0..).filter(|((_, fires), _)| *fires).map(|(_, place)| place)
    }
}

fn step(
    (since, fires): &mut (Option<VirtualTime>, bool),
    holds: bool,
    now: VirtualTime,
    lasts: Span,
) -> Option<AlertStage> {
    if !holds {
        let was_pending = since.take().is_some();
        return match (std::mem::replace(fires, false), was_pending) {
            (true, _) => Some(AlertStage::Resolved),
            (false, true) => Some(AlertStage::Dropped),
            (false, false) => None,
        };
    }
    let is_new = since.is_none();
    let held = now.since(*since.get_or_insert(now));
    if !*fires && held >= lasts {
        *fires = true;
        return Some(AlertStage::Firing);
    }
    is_new.then_some(AlertStage::Pending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ProcessId;
    use crate::ops::Reading;

    fn rule(when: Condition, lasts: u64) -> AlertRule {
        AlertRule { name: "rule".to_owned(), when, lasts: Span::from_secs(lasts), page: Some(0) }
    }

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(seconds)
    }

    /// What a rule says of rounds 15 s apart.
    fn stages(rule: AlertRule, readings: &[Option<Reading>]) -> Vec<(u64, AlertStage)> {
        let mut alarm = Alarm::new(vec![rule], at(100));
        let rounds = readings.iter().zip(0..).map(|(reading, number)| Scraped {
            at: at(15 * number),
            asked: 1,
            routers: reading.iter().map(|reading| (ProcessId(7), reading.clone())).collect(),
            ..Scraped::default()
        });
        let judged = rounds.flat_map(|round| {
            let second = round.at.whole_seconds();
            alarm.judge(&round).into_iter().map(move |changed| (second, changed.stage))
        });
        judged.collect()
    }

    fn old(seconds: u64) -> Option<Reading> {
        Some(Reading { oldest: Span::from_secs(seconds), ..Reading::default() })
    }

    #[test]
    fn a_rule_waits_until_its_condition_has_held_for_long_enough() {
        let when = Condition::Compare {
            gauge: Gauge::OldestUnconfirmed,
            over: Span::ZERO,
            sense: Sense::Above,
            bound: 20_000.0,
        };
        use AlertStage::{Dropped, Firing, Pending, Resolved};
        let seen = stages(rule(when, 30), &[1, 25, 40, 55, 70, 2, 30, 3].map(old));
        assert_eq!(
            seen,
            [(15, Pending), (45, Firing), (75, Resolved), (90, Pending), (105, Dropped)]
        );
        let at_once = stages(rule(when, 0), &[1, 25, 2].map(old));
        assert_eq!(at_once, [(15, Firing), (30, Resolved)]);
        let late = stages(rule(when, 30), &[1, 2, 3, 4, 5, 25, 40, 55, 2, 30, 45, 60].map(old));
        assert_eq!(
            late,
            [(75, Pending), (105, Firing), (120, Resolved)],
            "none begins after 100 s"
        );
        let silence = [old(1), old(25), None, old(60), old(75)];
        let seen = stages(rule(when, 30), &silence);
        assert_eq!(seen, [(15, Pending), (30, Dropped), (45, Pending)], "no sample, no alert");
    }

    #[test]
    fn who_does_not_answer_is_down() {
        let when = Condition::Compare {
            gauge: Gauge::Down,
            over: Span::ZERO,
            sense: Sense::AtLeast,
            bound: 1.0,
        };
        let seen = stages(rule(when, 0), &[old(0), None, old(0)]);
        assert_eq!(seen, [(15, AlertStage::Firing), (30, AlertStage::Resolved)]);
    }

    /// With an objective of 99.9 % and every event bad, a factor of 14.4 over an hour fires after
    /// 51.8 s (metrics 1e), which rounds of 15 s see after 60 s.
    #[test]
    fn a_burn_rate_fires_when_both_windows_burn() {
        let burn = Burn {
            objective: 0.999,
            factor: 14.4,
            long: Span::from_secs(3_600),
            short: Span::from_secs(300),
        };
        let mut readings = Vec::new();
        let (mut passed, mut refused) = (0, 0);
        for round in 0..300 {
            let is_out = (240..250).contains(&round);
            passed += if is_out { 0 } else { 150 };
            refused += if is_out { 150 } else { 0 };
            readings.push(Some(Reading { passed, refused, ..Reading::default() }));
        }
        let mut alarm = Alarm::new(vec![rule(Condition::Burn(burn), 0)], VirtualTime::MAX);
        let mut seen = Vec::new();
        for (number, reading) in (0..).zip(readings.into_iter().flatten()) {
            let round = Scraped {
                at: at(15 * number),
                asked: 2,
                validators: vec![(ProcessId(0), reading.clone())],
                routers: vec![(ProcessId(7), reading)],
                ..Scraped::default()
            };
            let changed = alarm.judge(&round).into_iter();
            seen.extend(changed.map(|changed| (15 * number, changed.stage)));
        }
        let outage = 239 * 15;
        assert_eq!(seen[0], (outage + 60, AlertStage::Firing));
        assert_eq!(seen[1].1, AlertStage::Resolved);
        let over = seen[1].0 - 249 * 15;
        assert!((285..=300).contains(&over), "the short window resets it: {over}");
    }
}
