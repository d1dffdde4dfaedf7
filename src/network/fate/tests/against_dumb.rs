//! Fates of datagrams against a second implementation without state, and what holds of all fates.

use proptest::prelude::*;

use super::super::super::link::message_luck;
use super::*;
use crate::kernel::{Luck, Purpose, unit};

/// Arrivals of one datagram under delays without memory, independent loss, copies, partitions.
fn dumb(rules: &[FaultRule], seed: u64, count: u64, now: u64) -> Vec<u64> {
    let draw = |luck| unit(Draws::new(seed).word(luck));
    let link = link_entity(FROM, TO);
    let mut extra = 0;
    let mut copies = vec![];
    for rule in rules {
        for window in &rule.windows {
            if now < window.from.as_nanos() || window.until.as_nanos() <= now {
                continue;
            }
            let word = |word| draw(message_luck(Fortune::Protocol, rule.number, link, count, word));
            match window.effect {
                LinkEffect::Partition => return vec![],
                LinkEffect::Loss { share, .. } if word(0) < share => return vec![],
                LinkEffect::Duplicate(share) if word(0) < share => {
                    copies.push((35_000_000.0 * word(1)) as u64);
                }
                LinkEffect::Delay { add, jitter, .. } => {
                    extra += add.as_nanos() + (jitter.as_nanos() as f64 * word(0)) as u64;
                }
                _ => {}
            }
        }
    }
    let (slot, rest) = (now / 1_000_000_000, now % 1_000_000_000);
    let weather = |index| 2.0 * draw(Luck { purpose: Purpose::Weather, entity: link, index }) - 1.0;
    let glide = weather(slot) + (weather(slot + 1) - weather(slot)) * (rest as f64 / 1e9);
    let way = (50_000_000.0 * (1.0 + 0.3 * glide)) as u64;
    let arrival = now + way.max(35_000_000) + extra;
    let mut all = vec![arrival];
    all.extend(copies.into_iter().map(|after| arrival + after.max(1)));
    all.sort_unstable();
    all
}

fn simple_effect() -> impl Strategy<Value = LinkEffect> {
    prop_oneof![
        (0..200_u64, 0..200_u64).prop_map(|(add, jitter)| delay(add, jitter)),
        (0.0..1.0).prop_map(loss),
        (0.0..1.0).prop_map(LinkEffect::Duplicate),
        Just(LinkEffect::Partition),
    ]
}

fn any_effect() -> impl Strategy<Value = LinkEffect> {
    let form = prop_oneof![Just(Reordering::Swap), Just(Reordering::Jump), Just(Reordering::Hold)];
    let delay = (0..300_u64, 0..300_u64, 0..100_u64, 0.0..1.0).prop_map(
        |(add, jitter, spread, correlation)| LinkEffect::Delay {
            add: Span::from_millis(add),
            jitter: Span::from_millis(jitter),
            spread: Span::from_millis(spread),
            correlation,
        },
    );
    let burst = (0.01..0.9, 1..500_u64)
        .prop_map(|(share, burst)| LinkEffect::Loss { share, burst: Span::from_millis(burst) });
    let reorder = (0.0..1.0, form, 1..8_u32).prop_map(|(share, form, gap)| LinkEffect::Reorder {
        share,
        form,
        gap,
    });
    let bandwidth = (10_000..10_000_000_u64).prop_map(LinkEffect::Bandwidth);
    prop_oneof![simple_effect(), delay, burst, reorder, bandwidth, Just(LinkEffect::Clog)]
}

/// Rules whose windows lie apart or adjoin; the last may be endless.
fn rules(
    effect: impl Strategy<Value = LinkEffect> + Clone,
) -> impl Strategy<Value = Vec<FaultRule>> {
    let windows = prop::collection::vec((0..2_000_u64, 1..2_000_u64, effect), 1..4);
    prop::collection::vec(windows, 0..5).prop_map(|rules| {
        let build = |(number, parts): (u8, Vec<(u64, u64, LinkEffect)>)| {
            let mut end = 0;
            let windows = parts.into_iter().map(|(gap, length, effect)| {
                let from = end + gap.saturating_sub(1_000);
                end = from + length;
                window(from, end, effect)
            });
            rule(number, windows.collect())
        };
        (0..).zip(rules).map(build).collect()
    })
}

fn instants() -> impl Strategy<Value = Vec<VirtualTime>> {
    prop::collection::vec(0..60_000_000_u64, 1..150).prop_map(|gaps| {
        let mut now = VirtualTime::ZERO;
        let next = |gap| {
            now += Span::from_nanos(gap);
            now
        };
        gaps.into_iter().map(next).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fates_are_those_of_the_dumb_implementation(
        rules in rules(simple_effect().boxed()),
        sends in instants(),
        seed in 0..1_000_u64,
    ) {
        let mut line = Line::new(Transport::Datagram, 0.3, rules.clone(), seed);
        (0..).zip(&sends).for_each(|(number, now)| line.send(*now, number));
        let line = line.finish();
        for ((number, times), now) in line.arrivals.iter().zip(&sends) {
            let times: Vec<u64> = times.iter().map(|time| time.as_nanos()).collect();
            prop_assert_eq!(times, dumb(&rules, seed, u64::from(*number), now.as_nanos()));
        }
    }

    /// The floor is asserted by the line itself, for every arrival.
    #[test]
    fn no_datagram_appears_or_disappears_untold(
        rules in rules(any_effect().boxed()),
        sends in instants(),
        seed in 0..1_000_u64,
    ) {
        let mut line = Line::new(Transport::Datagram, 0.9, rules, seed);
        (0..).zip(&sends).for_each(|(number, now)| line.send(*now, number));
        let line = line.finish();
        let arrived: usize = line.arrivals.values().map(Vec::len).sum();
        let gone = line.arrivals.values().filter(|times| times.is_empty()).count();
        prop_assert_eq!(gone, line.count(FateKind::Lost) + line.count(FateKind::Blocked));
        let copies = line.count(FateKind::Duplicated);
        prop_assert!(arrived <= sends.len() - gone + copies, "no more than a copy for each told");
        let lost_with_copy = line.count(FateKind::Lost) + line.count(FateKind::Blocked);
        prop_assert!(lost_with_copy > 0 || arrived == sends.len() + copies);
    }

    #[test]
    fn a_stream_keeps_order_and_loses_nothing(
        rules in rules(any_effect().boxed()),
        sends in instants(),
        seed in 0..1_000_u64,
    ) {
        let mut line = Line::new(Transport::Stream, 0.9, rules, seed);
        (0..).zip(&sends).for_each(|(number, now)| line.send(*now, number));
        let line = line.finish();
        let times: Vec<_> = line.arrivals.values().flatten().collect();
        prop_assert_eq!(times.len(), sends.len(), "each arrives once");
        prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "in order of sending");
    }
}
