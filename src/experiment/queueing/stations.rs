//! The stations that are run, and what is predicted of them.

use super::closed::{md1_wait_at, mg1_wait, mm1k_refused, mmc_wait, mmc_wait_at, shortest_of};
use crate::kernel::Span;
use crate::scenario::model::Law;

/// Routers before which Poisson arrivals queue up.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    /// In Kendall's notation, or in words.
    pub name: &'static str,
    /// How many routers, among whom clients choose by this policy.
    pub routers: u32,
    /// The policy of `routers.balance`.
    pub balance: &'static str,
    /// Workers of each.
    pub servers: u32,
    /// No more than so many are there at once; `None` is no limit.
    pub limit: Option<u32>,
    /// Mean length of the work.
    pub service: Span,
    /// How it lies about its mean.
    pub law: Law,
    /// Offered work per worker, 1 keeps it busy for ever.
    pub load: f64,
}

/// What is read off a station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// Mean time from arrival until a worker begins.
    MeanWait,
    /// The time that this share of arrivals waits at most.
    WaitAt(f64),
    /// Mean time from arrival until the work is done.
    MeanTime,
    /// Share of arrivals that are turned away.
    Refused,
}

/// One prediction, and another that must not fit.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// What is read.
    pub reading: Reading,
    /// What the closed form says, in units of the mean service time, or as a share.
    pub predicted: f64,
    /// What another formula would say, and whose it is.
    pub rival: (&'static str, f64),
}

/// A station and what is predicted of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The station.
    pub station: Station,
    /// The predictions.
    pub lines: Vec<Line>,
}

const fn single(name: &'static str, law: Law, load: f64) -> Station {
    let service = Span::from_millis(10);
    let (routers, balance, servers, limit) = (1, "nearest", 1, None);
    Station { name, routers, balance, servers, limit, service, law, load }
}

fn line(reading: Reading, predicted: f64, rival: (&'static str, f64)) -> Line {
    Line { reading, predicted, rival }
}

/// Every station. None is loaded by more than 0.9: at 0.99 a mean within 1 % takes more than a
/// thousand million arrivals (Whitt 1989).
pub fn rows() -> Vec<Row> {
    [memoryless(), pools(), fixed(), general(), limited(), choices()].concat()
}

/// M/M/1.
fn memoryless() -> Vec<Row> {
    let row = |load: f64| Row {
        station: single("M/M/1", Law::Exponential, load),
        lines: vec![
            line(Reading::MeanWait, mg1_wait(load, 1.0), ("M/D/1", mg1_wait(load, 0.0))),
            line(
                Reading::WaitAt(0.9),
                mmc_wait_at(1, load, 0.9),
                ("M/D/1", md1_wait_at(load, 0.9)),
            ),
            line(
                Reading::WaitAt(0.99),
                mmc_wait_at(1, load, 0.99),
                ("M/D/1", md1_wait_at(load, 0.99)),
            ),
        ],
    };
    [0.3, 0.5, 0.7, 0.8].map(row).into()
}

/// M/M/c: one line before several workers.
fn pools() -> Vec<Row> {
    let row = |(name, servers, load): (_, u32, f64)| Row {
        station: Station { servers, ..single(name, Law::Exponential, load) },
        lines: vec![
            line(
                Reading::MeanWait,
                mmc_wait(servers, load),
                ("a line before each", mg1_wait(load, 1.0)),
            ),
            line(
                Reading::WaitAt(0.99),
                mmc_wait_at(servers, load, 0.99),
                ("a line before each", mmc_wait_at(1, load, 0.99)),
            ),
        ],
    };
    let all = [
        ("M/M/2", 2, 0.5),
        ("M/M/2", 2, 0.8),
        ("M/M/5", 5, 0.7),
        ("M/M/5", 5, 0.8),
        ("M/M/10", 10, 0.8),
    ];
    all.map(row).into()
}

/// M/D/1: all work is the same.
fn fixed() -> Vec<Row> {
    let row = |load: f64| Row {
        station: single("M/D/1", Law::Fixed, load),
        lines: vec![
            line(Reading::MeanWait, mg1_wait(load, 0.0), ("M/M/1", mg1_wait(load, 1.0))),
            line(
                Reading::WaitAt(0.9),
                md1_wait_at(load, 0.9),
                ("M/M/1", mmc_wait_at(1, load, 0.9)),
            ),
            line(
                Reading::WaitAt(0.99),
                md1_wait_at(load, 0.99),
                ("M/M/1", mmc_wait_at(1, load, 0.99)),
            ),
        ],
    };
    [0.3, 0.5, 0.7, 0.8].map(row).into()
}

/// M/G/1: Pollaczek and Khinchine.
fn general() -> Vec<Row> {
    let row = |(name, law, variation, load): (_, _, f64, f64)| Row {
        station: single(name, law, load),
        lines: vec![line(
            Reading::MeanWait,
            mg1_wait(load, variation),
            ("M/M/1", mg1_wait(load, 1.0)),
        )],
    };
    let third = 1.0 / 3.0;
    let skewed = Law::LogNormal(std::f64::consts::SQRT_2);
    let all = [
        ("M/uniform/1", Law::Uniform, third, 0.5),
        ("M/uniform/1", Law::Uniform, third, 0.8),
        ("M/lognormal/1", skewed, 2.0, 0.5),
        ("M/lognormal/1", skewed, 2.0, 0.8),
    ];
    all.map(row).into()
}

/// M/M/1/K: the door is shut when K are there.
fn limited() -> Vec<Row> {
    let row = |(name, limit, load): (_, u32, f64)| Row {
        station: Station { limit: Some(limit), ..single(name, Law::Exponential, load) },
        lines: vec![line(
            Reading::Refused,
            mm1k_refused(load, limit),
            ("room for one more", mm1k_refused(load, limit + 1)),
        )],
    };
    let all = [
        ("M/M/1/2", 2, 0.8),
        ("M/M/1/5", 5, 0.7),
        ("M/M/1/5", 5, 1.2),
        ("M/M/1/10", 10, 1.0),
        ("M/M/1/10", 10, 0.9),
    ];
    all.map(row).into()
}

/// Many routers, and clients that hear of every change of their queues.
fn choices() -> Vec<Row> {
    let station = |name, balance, load| Station {
        routers: 300,
        balance,
        service: Span::from_secs(1),
        ..single(name, Law::Exponential, load)
    };
    let two = |load: f64| Row {
        station: station("two choices", "two-choices", load),
        lines: vec![line(
            Reading::MeanTime,
            shortest_of(2, load),
            ("three choices", shortest_of(3, load)),
        )],
    };
    let one = |load: f64| Row {
        station: station("one choice", "random", load),
        lines: vec![line(
            Reading::MeanTime,
            mg1_wait(load, 1.0) + 1.0,
            ("two choices", shortest_of(2, load)),
        )],
    };
    vec![one(0.7), two(0.5), two(0.7), two(0.9)]
}
