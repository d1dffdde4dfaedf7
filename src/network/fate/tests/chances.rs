//! Rules with luck against what their shares and closed forms say, with seeds fixed beforehand.

use super::super::super::link::message_luck;
use super::super::super::sampled::{SEEDS, agrees, check_mean};
use super::*;

/// Sends messages `every` so many microseconds under `rules`; one value per seed of `measure`.
fn sample(
    rules: &[FaultRule],
    messages: u32,
    every: u64,
    measure: impl Fn(&Line) -> f64,
) -> Vec<f64> {
    let run = |seed| {
        let mut line = Line::new(Transport::Datagram, 0.0, rules.to_vec(), seed);
        for number in 0..messages {
            let sent = VirtualTime::ZERO + Span::from_micros(u64::from(number) * every);
            line.send(sent, number);
        }
        measure(&line.finish())
    };
    SEEDS.map(run).collect()
}

fn missing(line: &Line) -> f64 {
    let lost = line.arrivals.values().filter(|times| times.is_empty()).count();
    lost as f64 / line.arrivals.len() as f64
}

#[test]
fn uniform_jitter_overtakes_as_often_as_the_closed_form_says() {
    // Metrics, section 4: two messages x apart, each with uniform jitter w: (1 - x/w)^2 / 2.
    for (every, jitter) in [(5_000_u64, 50_u64), (10_000, 40), (20_000, 25)] {
        let overtaken = |line: &Line| {
            let times: Vec<_> = line.arrivals.values().map(|times| times[0]).collect();
            let pairs = times.windows(2);
            pairs.clone().filter(|pair| pair[1] < pair[0]).count() as f64 / pairs.len() as f64
        };
        let values = sample(&[always(0, delay(0, jitter))], 2_000, every, overtaken);
        let rest = 1.0 - every as f64 / 1e3 / jitter as f64;
        check_mean("overtaking", &values, rest * rest / 2.0, rest / 2.0);
    }
}

#[test]
fn shares_of_loss_copies_and_reordering_are_reached() {
    let values = sample(&[always(0, loss(0.2))], 3_000, 1_000, missing);
    check_mean("loss", &values, 0.2, 0.21);
    let share = |kind: FateKind| move |line: &Line| line.count(kind) as f64 / 3_000.0;
    let twice = [always(0, LinkEffect::Duplicate(0.1))];
    let values = sample(&twice, 3_000, 1_000, share(FateKind::Duplicated));
    check_mean("copies", &values, 0.1, 0.11);
    // A held message lets none else be held beside it when one is to pass: 1 in 1/share + 1.
    let reorder = |form, gap| [always(0, LinkEffect::Reorder { share: 0.2, form, gap })];
    for form in [Reordering::Swap, Reordering::Hold] {
        let values = sample(&reorder(form, 1), 3_000, 1_000, share(FateKind::Reordered));
        check_mean("swap", &values, 1.0 / 6.0, 0.2);
    }
    let values = sample(&reorder(Reordering::Hold, 10), 3_000, 1_000, share(FateKind::Reordered));
    assert!(values.iter().all(|share| (0.16..0.24).contains(share)), "{values:?}");
    let mut jump = vec![always(1, delay(50, 0))];
    jump.extend(reorder(Reordering::Jump, 3));
    let values = sample(&jump, 3_000, 1_000, share(FateKind::Reordered));
    assert!(values.iter().all(|share| (0.16..0.24).contains(share)), "{values:?}");
}

#[test]
fn every_reordering_told_has_happened() {
    for form in [Reordering::Swap, Reordering::Jump, Reordering::Hold] {
        let rules =
            [always(0, delay(30, 0)), always(1, LinkEffect::Reorder { share: 0.3, form, gap: 3 })];
        let told_and_done = sample(&rules, 500, 2_000, |line| {
            let times: Vec<_> = line.arrivals.values().map(|times| times[0]).collect();
            let is_inverted = |place: usize| {
                times[..place].iter().any(|before| *before > times[place])
                    || times[place + 1..].iter().any(|after| *after < times[place])
            };
            let moved = (0..times.len()).filter(|place| is_inverted(*place)).count();
            assert!(line.count(FateKind::Reordered) > 0, "{form:?} took place");
            moved as f64 - line.count(FateKind::Reordered) as f64
        });
        assert!(told_and_done.iter().all(|surplus| *surplus >= 0.0), "{form:?}");
    }
}

#[test]
fn bursts_lose_their_share_in_runs_of_their_length() {
    let burst = Span::from_millis(200);
    let rules = [always(0, LinkEffect::Loss { share: 0.2, burst })];
    let values = sample(&rules, 40_000, 5_000, missing);
    check_mean("burst loss", &values, 0.2, 0.23);
    let run = |line: &Line| {
        let lost: Vec<bool> = line.arrivals.values().map(Vec::is_empty).collect();
        let ends = lost.windows(2).filter(|pair| pair[0] && !pair[1]).count();
        5.0 * lost.iter().filter(|lost| **lost).count() as f64 / ends as f64
    };
    // Two-state chain seen every t: P(good | lost) = (1 - share) (1 - e^(-t (1/b + 1/g))).
    let (bad, good, seen) = (200.0_f64, 800.0_f64, 5.0_f64);
    let leave = 0.8 * (1.0 - (-seen * (1.0 / bad + 1.0 / good)).exp());
    let values = sample(&rules, 40_000, 5_000, run);
    check_mean("run of losses", &values, seen / leave, 1.3 * seen / leave);
    // From the first message on: a short window is no calmer than a long one.
    let first = sample(&rules, 1, 1, missing);
    assert!(agrees(&first, 0.2), "{first:?}");
}

#[test]
fn traffic_has_no_say_in_bursts() {
    let burst = Span::from_millis(300);
    let lossy = |share| LinkEffect::Loss { share, burst };
    let steps = || rule(0, (0..5).map(|n| window(n * 900, n * 900 + 900, lossy(0.3))).collect());
    let lost = |every: usize| -> Vec<bool> {
        let mut line = Line::new(Transport::Datagram, 0.0, vec![steps()], 5);
        (0..4_500).step_by(every).for_each(|millis| line.send(at(millis), millis as u32));
        line.finish().arrivals.values().map(Vec::is_empty).collect()
    };
    let (often, seldom) = (lost(1), lost(90));
    assert!(often.iter().step_by(90).eq(&seldom), "the same stretches are seen");
    assert!(often.contains(&true) && often.contains(&false));
}

#[test]
fn correlated_delays_keep_their_range_and_repeat_their_share() {
    let effect = LinkEffect::Delay {
        add: Span::ZERO,
        jitter: Span::from_millis(40),
        spread: Span::ZERO,
        correlation: 0.7,
    };
    let delays =
        |line: &Line| -> Vec<f64> { line.facts.iter().map(|(_, by)| by.as_millis_f64()).collect() };
    let rules = [always(0, effect)];
    let mean = sample(&rules, 3_000, 1_000, |line| delays(line).iter().sum::<f64>() / 3_000.0);
    check_mean("mean of correlated jitter", &mean, 20.0, 22.0);
    let repeats = sample(&rules, 3_000, 1_000, |line| {
        let same = |pair: &&[f64]| (pair[0] - pair[1]).abs() < f64::EPSILON;
        delays(line).windows(2).filter(same).count() as f64 / 2_999.0
    });
    check_mean("repeated luck", &repeats, 0.7, 0.68);
}

#[test]
fn spread_is_the_positive_half_of_a_normal() {
    let (add, spread) = (Span::ZERO, Span::from_millis(10));
    let effect = LinkEffect::Delay { add, jitter: Span::ZERO, spread, correlation: 0.0 };
    let mean = sample(&[always(0, effect)], 2_000, 1_000, |line| {
        line.facts.iter().map(|(_, by)| by.as_millis_f64()).sum::<f64>() / 2_000.0
    });
    let half = 10.0 / std::f64::consts::TAU.sqrt();
    check_mean("spread", &mean, half, 10.0 * (2.0 / std::f64::consts::PI).sqrt());
}

#[test]
fn an_operation_has_the_same_luck_whatever_else_is_sent() {
    let rules = || {
        vec![always(0, delay(0, 40)), always(1, loss(0.3)), always(2, LinkEffect::Duplicate(0.2))]
    };
    let fate = |others: u32| {
        let mut line = Line::new(Transport::Datagram, 0.3, rules(), 3);
        for other in 0..others {
            line.send(at(0), 1_000 + other);
            let fortune = Fortune::Operation { number: 90 + other, attempt: 0, leg: 1 };
            line.send_as(at(1), 2_000 + other, fortune);
        }
        for number in 0..50 {
            let fortune = Fortune::Operation { number, attempt: 0, leg: 1 };
            line.send_as(at(2), number, fortune);
        }
        line.finish().arrivals.into_iter().filter(|(number, _)| *number < 50).collect::<Vec<_>>()
    };
    assert_eq!(fate(0), fate(7));
}

#[test]
fn tries_legs_and_links_have_luck_of_their_own() {
    let word = |number, attempt, leg, link| {
        let luck = message_luck(Fortune::Operation { number, attempt, leg }, 0, link, 0, 0);
        Draws::new(1).word(luck)
    };
    let here = word(1, 0, 1, link_entity(ProcessId(3), ProcessId(9)));
    assert_ne!(here, word(1, 1, 1, link_entity(ProcessId(3), ProcessId(9))));
    assert_ne!(here, word(1, 0, 2, link_entity(ProcessId(3), ProcessId(9))));
    assert_ne!(here, word(1, 0, 1, link_entity(ProcessId(4), ProcessId(9))), "another sender");
    assert_ne!(here, word(1, 0, 1, link_entity(ProcessId(3), ProcessId(8))), "another receiver");
}
