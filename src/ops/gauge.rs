//! What alert rules may look at: one table that scenarios, monitors and exports read.

use super::decided::minority;
use super::rates::Rates;
use super::reading::Scraped;

/// A quantity that a monitor has after every round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// Age of the oldest operation that a router or validator has and is not done with.
    OldestUnconfirmed,
    /// Operations at the fullest router.
    Waiting,
    /// Operations that all routers passed on, per second.
    Routed,
    /// Operations that the busiest validator applied, per second.
    Applied,
    /// Share of operations that routers turned away.
    Refused,
    /// Share of operations that came too late for the objective, or were turned away.
    Bad,
    /// Targets that did not answer.
    Down,
    /// How many operations the last validator is behind the first, by what they applied.
    Behind,
    /// Validators that decided otherwise than most, of what as many decided on.
    Disagree,
    /// Age of the oldest probe without an answer.
    ProbeOldest,
    /// How long the last probe with an answer took.
    ProbeLatency,
}

/// How values of a gauge are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaugeUnit {
    /// Milliseconds.
    Millis,
    /// A share, 0 to 1.
    Share,
    /// Per second.
    PerSecond,
    /// A plain number.
    Plain,
}

impl Gauge {
    /// Every gauge with its name in alert rules.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("oldest_unconfirmed", Self::OldestUnconfirmed),
        ("waiting", Self::Waiting),
        ("routed", Self::Routed),
        ("applied", Self::Applied),
        ("refused", Self::Refused),
        ("bad", Self::Bad),
        ("down", Self::Down),
        ("behind", Self::Behind),
        ("disagree", Self::Disagree),
        ("probe.oldest", Self::ProbeOldest),
        ("probe.latency", Self::ProbeLatency),
    ];

    /// Its name in alert rules.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, gauge)| *gauge == self).map_or("", |(name, _)| name)
    }

    /// How its values are written.
    pub const fn unit(self) -> GaugeUnit {
        match self {
            Self::OldestUnconfirmed | Self::ProbeOldest | Self::ProbeLatency => GaugeUnit::Millis,
            Self::Refused | Self::Bad => GaugeUnit::Share,
            Self::Routed | Self::Applied => GaugeUnit::PerSecond,
            Self::Waiting | Self::Down | Self::Behind | Self::Disagree => GaugeUnit::Plain,
        }
    }

    /// Whether it is a rate, which can be looked at over a window.
    pub const fn is_rate(self) -> bool {
        match self {
            Self::Routed | Self::Applied | Self::Refused | Self::Bad => true,
            Self::OldestUnconfirmed
            | Self::Waiting
            | Self::Down
            | Self::Behind
            | Self::Disagree
            | Self::ProbeOldest
            | Self::ProbeLatency => false,
        }
    }

    /// Its value in a round; `None` where nothing says anything about it, as Prometheus has no
    /// sample then and the rule does not fire.
    pub(super) fn value(self, round: &Scraped, rates: Option<Rates>) -> Option<f64> {
        let per_second = |count: u64, rates: &Rates| count as f64 / rates.span.as_secs_f64();
        match self {
            Self::OldestUnconfirmed => {
                round.all().map(|(_, reading)| reading.oldest.as_millis_f64()).reduce(f64::max)
            }
            Self::Waiting => {
                let waiting = round.routers.iter().map(|(_, reading)| reading.waiting);
                waiting.max().map(f64::from)
            }
            Self::Routed => rates.map(|rates| per_second(rates.routed, &rates)),
            Self::Applied => rates.map(|rates| per_second(rates.applied, &rates)),
            Self::Refused => rates.and_then(|rates| {
                let all = rates.routed + rates.refused;
                (all > 0).then(|| rates.refused as f64 / all as f64)
            }),
            Self::Bad => rates.and_then(|rates| rates.bad()),
            Self::Down => Some(f64::from(round.silent())),
            Self::Behind => {
                let passed = || round.validators.iter().map(|(_, reading)| reading.passed);
                Some((passed().max()? - passed().min()?) as f64)
            }
            Self::Disagree => {
                let all = round.validators.iter();
                let all = all.map(|(process, reading)| (*process, reading.decided.as_slice()));
                Some(minority(all).len() as f64)
            }
            Self::ProbeOldest => round.probes.map(|probes| probes.oldest.as_millis_f64()),
            Self::ProbeLatency => round.probes.map(|probes| probes.last.as_millis_f64()),
        }
    }
}
