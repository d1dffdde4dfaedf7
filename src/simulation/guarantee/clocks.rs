//! Whether clocks were further apart than an ordering assumes.

use std::collections::BTreeMap;

use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{Control, Order};

/// Whose clock, by which rule, and whether it drifts: a rule may do both.
type Cause = (ProcessId, u16, bool);

/// From when on two clocks differed by more than `bound`; what several rules do to one clock adds,
/// and a clock that no rule touches is right. A drift counts from its beginning with all that it
/// gains until `end`. Orders come in order of time.
pub(super) fn parted<'a>(
    orders: impl Iterator<Item = (VirtualTime, ProcessId, &'a Control)>,
    end: VirtualTime,
    bound: Span,
) -> Option<VirtualTime> {
    // From then on that clock is ahead by so many nanoseconds.
    let shifts: Vec<(VirtualTime, Cause, i128)> = orders
        .filter_map(|(at, process, Control { rule, order })| {
            let (drifts, nanos) = match order {
                Order::Skew(nanos) | Order::Steer(nanos) => (false, i128::from(*nanos)),
                Order::Drift(billionths) => {
                    let gained = i128::from(end.as_nanos()) * i128::from(*billionths);
                    (true, gained / 1_000_000_000)
                }
                _ => return None,
            };
            Some((at, (process, *rule, drifts), nanos))
        })
        .collect();
    let mut ahead: BTreeMap<Cause, i128> = BTreeMap::new();
    shifts.chunk_by(|one, other| one.0 == other.0).find_map(|together| {
        ahead.extend(together.iter().map(|(_, cause, nanos)| (*cause, *nanos)));
        let at = together.first()?.0;
        (apart(&ahead) > i128::from(bound.as_nanos())).then_some(at)
    })
}

/// From the slowest clock to the fastest.
fn apart(ahead: &BTreeMap<Cause, i128>) -> i128 {
    let mut clocks: BTreeMap<ProcessId, i128> = BTreeMap::new();
    for ((process, ..), nanos) in ahead {
        *clocks.entry(*process).or_default() += nanos;
    }
    let fastest = clocks.values().copied().max().unwrap_or(0).max(0);
    fastest - clocks.values().copied().min().unwrap_or(0).min(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(secs: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(secs)
    }

    /// Words such as `3s:p1.0=-60ms`: what rule 0 does to the clock of process 1 from then on. With
    /// a bound of 100 ms; the second in which it was exceeded.
    fn check(words: &str, expected: Option<u64>) {
        let controls = words.split_whitespace().map(|word| {
            let (at, rest) = word.split_once("s:p").expect("an instant and a process");
            let (process, rest) = rest.split_once('.').expect("a process and a rule");
            let (rule, by) = rest.split_once('=').expect("a rule and what it does");
            let number = |text: &str| text.parse::<i64>().expect("a number");
            let order = match by.strip_suffix("ppm") {
                Some(drift) => Order::Drift(number(drift) * 1_000),
                None => Order::Skew(number(by.trim_end_matches("ms")) * 1_000_000),
            };
            let control = Control { rule: number(rule) as u16, order };
            (instant(number(at) as u64), ProcessId(number(process) as u32), control)
        });
        let controls: Vec<_> = controls.collect();
        let orders = controls.iter().map(|(at, process, control)| (*at, *process, control));
        let found = parted(orders, instant(100), Span::from_millis(100));
        assert_eq!(found, expected.map(instant), "{words}");
    }

    #[test]
    fn one_clock_is_far_off() {
        check("1s:p0.0=100ms", None);
        check("1s:p0.0=101ms", Some(1));
        check("1s:p0.0=-101ms", Some(1));
        check("1s:p0.0=900ppm", None);
        check("1s:p0.0=-1100ppm", Some(1));
    }

    #[test]
    fn what_rules_do_to_one_clock_adds() {
        check("1s:p2.0=-46ms 1s:p2.1=-47ms 1s:p2.2=-36ms", Some(1));
        check("1s:p2.0=-46ms 1s:p3.1=-47ms 1s:p4.2=-36ms", None);
        check("1s:p2.0=60ms 2s:p2.0=0ms 2s:p2.1=60ms", None);
        check("1s:p2.0=60ms 3s:p2.1=60ms 5s:p2.0=0ms", Some(3));
        check("1s:p2.0=60ms 2s:p2.0=70ms", None);
        check("1s:p2.0=60ms 2s:p2.1=600ppm", Some(2));
    }

    #[test]
    fn clocks_part_in_both_directions() {
        check("1s:p1.0=60ms 2s:p2.1=-60ms", Some(2));
        check("1s:p1.0=60ms 2s:p2.1=60ms", None);
    }
}
