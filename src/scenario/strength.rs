//! The numbers that make an effect as strong as it is: where each stands, its range, and the same
//! moved.

use super::model::{Climb, Effect};
use super::spelt;
use crate::kernel::Span;

/// No share is moved beyond this: with all of it nothing would be left to look at.
const MOST_SHARE: f64 = 0.95;

/// A number of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Where it stands below the fault, as `--set` spells it: `delay.jitter`.
    pub path: &'static str,
    /// As a scenario writes it: `50..400ms`, or one value.
    pub range: String,
    /// Whether it climbs.
    pub climbs: bool,
}

/// The numbers of an effect that are not nothing, in the order of its fields. What Byzantine
/// validators do is what they are, and no number of a fault.
pub fn strengths(effect: &Effect) -> Vec<Strength> {
    let mut effect = effect.clone();
    let numbers = numbers(&mut effect).into_iter().filter(|(_, number)| !number.is_nothing());
    let strength = |(path, number): (_, Number<'_>)| {
        let (from, to) = number.ends();
        Strength { path, climbs: from != to, range: between(&from, &to, number.unit(&to)) }
    };
    numbers.map(strength).collect()
}

/// Makes one number of an effect so many times as large, as far as it may go: a share to 95 %,
/// unless it was more, what slows work down not below once. Whether it went all the way.
pub fn scale(effect: &mut Effect, path: &str, times: f64) -> bool {
    let found = numbers(effect).into_iter().find(|(known, _)| *known == path);
    found.is_some_and(|(_, number)| number.scale(times))
}

/// `50..400ms`, or one of them if they are the same.
pub(super) fn between(from: &str, to: &str, unit: &str) -> String {
    match from.strip_suffix(unit) {
        _ if from == to => to.to_owned(),
        Some(bare) if to.ends_with(unit) => format!("{bare}..{to}"),
        Some(_) | None => format!("{from}..{to}"),
    }
}

/// A number in its place.
enum Number<'a> {
    Spans(&'a mut Climb<Span>),
    Shares(&'a mut Climb<f64>),
    Factors(&'a mut Climb<f64>),
    BitRates(&'a mut Climb<f64>),
    Span(&'a mut Span),
    Share(&'a mut f64),
    Skew(&'a mut i64),
    Drift(&'a mut f64),
}

fn numbers(effect: &mut Effect) -> Vec<(&'static str, Number<'_>)> {
    match effect {
        Effect::Delay { add, jitter, spread, .. } => vec![
            ("delay.add", Number::Spans(add)),
            ("delay.jitter", Number::Spans(jitter)),
            ("delay.spread", Number::Spans(spread)),
        ],
        Effect::Reorder { share, .. } => vec![("reorder", Number::Shares(share))],
        Effect::Loss { share, .. } => vec![("loss", Number::Shares(share))],
        Effect::Duplicate(share) => vec![("duplicate", Number::Shares(share))],
        Effect::Bandwidth(rate) => vec![("bandwidth", Number::BitRates(rate))],
        Effect::Slow(times) => vec![("slow", Number::Factors(times))],
        Effect::Gossip(times) => vec![("gossip", Number::Factors(times))],
        Effect::Skew(nanos) => vec![("skew", Number::Skew(nanos))],
        Effect::Drift(ppm) => vec![("drift", Number::Drift(ppm))],
        Effect::Upstream(span) => vec![("upstream", Number::Span(span))],
        Effect::Snapshot(span) => vec![("snapshot", Number::Span(span))],
        Effect::Misreport(share) => vec![("misreport", Number::Share(share))],
        Effect::Partition
        | Effect::Clog
        | Effect::Crash { .. }
        | Effect::Stall
        | Effect::Rules(_)
        | Effect::Pause
        | Effect::Byzantine(_) => Vec::new(),
    }
}

impl Number<'_> {
    fn is_nothing(&self) -> bool {
        match self {
            Self::Spans(climb) => climb.from.max(climb.to) == Span::ZERO,
            Self::Shares(climb) | Self::Factors(climb) | Self::BitRates(climb) => {
                climb.from.max(climb.to) == 0.0
            }
            Self::Span(span) => **span == Span::ZERO,
            Self::Share(number) | Self::Drift(number) => **number == 0.0,
            Self::Skew(nanos) => **nanos == 0,
        }
    }

    /// The first and the last value, as a scenario writes them.
    fn ends(&self) -> (String, String) {
        let same = |text: String| (text.clone(), text);
        match self {
            Self::Spans(climb) => (climb.from.to_string(), climb.to.to_string()),
            Self::Shares(climb) => (spelt::share(climb.from), spelt::share(climb.to)),
            Self::Factors(climb) => (spelt::factor(climb.from), spelt::factor(climb.to)),
            Self::BitRates(climb) => (spelt::bit_rate(climb.from), spelt::bit_rate(climb.to)),
            Self::Span(span) => same(span.to_string()),
            Self::Share(share) => same(spelt::share(**share)),
            Self::Skew(nanos) => same(spelt::signed(**nanos)),
            Self::Drift(ppm) => same(spelt::drift(**ppm)),
        }
    }

    /// What both ends have behind their digits, if they do.
    fn unit<'t>(&self, to: &'t str) -> &'t str {
        match self {
            Self::BitRates(_) => to.split_once(' ').map_or("", |(number, _)| &to[number.len()..]),
            _ => to.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'),
        }
    }

    fn scale(self, times: f64) -> bool {
        let share = |share: f64| (share * times).min(MOST_SHARE.max(share));
        let slow = |factor: f64| (factor * times).max(1.0);
        match self {
            Self::Spans(climb) => climb.scale(|span| span.scaled(times)),
            Self::Shares(climb) => return climb.scale_to(times, share),
            Self::Factors(climb) => return climb.scale_to(times, slow),
            Self::BitRates(climb) => climb.scale(|rate| rate * times),
            Self::Span(span) => *span = span.scaled(times),
            Self::Share(own) => *own = share(*own),
            Self::Skew(nanos) => *nanos = (*nanos as f64 * times) as i64,
            Self::Drift(ppm) => *ppm *= times,
        }
        true
    }
}

impl<T: Copy> Climb<T> {
    fn scale(&mut self, by: impl Fn(T) -> T) {
        (self.from, self.to) = (by(self.from), by(self.to));
    }
}

impl Climb<f64> {
    /// Whether both ends went as far as the factor says.
    fn scale_to(&mut self, times: f64, limited: impl Fn(f64) -> f64) -> bool {
        let wanted = [self.from * times, self.to * times];
        self.scale(limited);
        [self.from, self.to] == wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn climb<T: Copy>(from: T, to: T) -> Climb<T> {
        Climb { from, to }
    }

    #[test]
    fn numbers_have_paths_and_ranges_and_are_moved_alone() {
        let millis = |from, to| climb(Span::from_millis(from), Span::from_millis(to));
        let delay = Effect::Delay {
            add: millis(10, 10),
            jitter: millis(50, 400),
            spread: millis(0, 0),
            correlation: 0.0,
        };
        let check = |effect: &Effect, path: &str, times: f64, before: &str, after: &str| {
            let all = |effect: &Effect| {
                let each =
                    strengths(effect).into_iter().map(|it| format!("{} {}", it.path, it.range));
                each.collect::<Vec<_>>().join(", ")
            };
            let mut moved = effect.clone();
            scale(&mut moved, path, times);
            assert_eq!((all(effect).as_str(), all(&moved).as_str()), (before, after));
        };
        let before = "delay.add 10ms, delay.jitter 50..400ms";
        check(&delay, "delay.jitter", 0.5, before, "delay.add 10ms, delay.jitter 25..200ms");
        check(&delay, "delay.add", 2.0, before, "delay.add 20ms, delay.jitter 50..400ms");
        check(&delay, "loss", 2.0, before, before);
        let loss = |from, to| Effect::Loss { share: climb(from, to), burst: Span::ZERO };
        check(&loss(0.1, 0.8), "loss", 2.0, "loss 10..80%", "loss 20..95%");
        check(&loss(1.0, 1.0), "loss", 2.0, "loss 100%", "loss 100%");
        check(&loss(1.0, 1.0), "loss", 0.5, "loss 100%", "loss 50%");
        check(&Effect::Slow(climb(1.5, 20.0)), "slow", 0.5, "slow 1.5..20x", "slow 1..10x");
        let link = Effect::Bandwidth(climb(2e6, 4e6));
        check(&link, "bandwidth", 0.5, "bandwidth 2..4 Mbit/s", "bandwidth 1..2 Mbit/s");
        check(&Effect::Skew(-3_000_000), "skew", 2.0, "skew -3ms", "skew -6ms");
        check(&Effect::Drift(200.0), "drift", 2.0, "drift 200ppm", "drift 400ppm");
        check(&Effect::Misreport(0.6), "misreport", 2.0, "misreport 60%", "misreport 95%");
        check(&Effect::Pause, "pause", 2.0, "", "");
    }
}
