//! Each rule in a situation without luck: all shares are 0 or 1.

use super::*;

/// Sends messages at `sends` and holds arrivals (`-` none, `+` between copies) and facts, kind and
/// milliseconds, against what is expected.
fn check(transport: Transport, rules: Vec<FaultRule>, sends: &str, arrivals: &str, facts: &str) {
    let mut line = Line::new(transport, 0.0, rules, 1);
    for (number, millis) in (0..).zip(sends.split(' ')) {
        line.send(at(millis.parse().expect("milliseconds")), number);
    }
    let line = line.finish();
    let spell = |times: &Vec<VirtualTime>| match times.as_slice() {
        [] => "-".to_owned(),
        times => times.iter().map(|time| spelt(time.as_nanos())).collect::<Vec<_>>().join("+"),
    };
    let got: Vec<String> = line.arrivals.values().map(spell).collect();
    assert_eq!(got.join(" "), arrivals, "arrivals of {sends} under {:?}", line.topology.rules);
    let fact = |(kind, by): &(FateKind, Span)| format!("{kind:?}:{}", spelt(by.as_nanos()));
    let got: Vec<String> = line.facts.iter().map(fact).collect();
    assert_eq!(got.join(" "), facts, "facts of {sends} under {:?}", line.topology.rules);
}

/// Milliseconds with as many digits as it takes; `'` is one nanosecond more.
fn spelt(nanos: u64) -> String {
    let (millis, rest) = (nanos / 1_000_000, nanos % 1_000_000);
    match rest {
        0 => millis.to_string(),
        1..=3 => format!("{millis}{}", "'".repeat(rest as usize)),
        _ => format!("{}", nanos as f64 / 1e6),
    }
}

use Transport::{Datagram, Stream};

const CLOG: LinkEffect = LinkEffect::Clog;
const PARTITION: LinkEffect = LinkEffect::Partition;
const TWICE: LinkEffect = LinkEffect::Duplicate(1.0);

fn reorder(form: Reordering, gap: u32) -> LinkEffect {
    LinkEffect::Reorder { share: 1.0, form, gap }
}

fn once(from: u64, until: u64, effect: LinkEffect) -> Vec<FaultRule> {
    vec![rule(0, vec![window(from, until, effect)])]
}

#[test]
fn a_link_carries_many_messages_at_once() {
    check(Datagram, vec![], "0 0 1 2", "50 50 51 52", "");
}

#[test]
fn a_stream_keeps_its_order_even_within_an_instant() {
    check(Stream, vec![], "0 0 0 1", "50 50' 50'' 51", "");
    // Head-of-line blocking: what was sent after the delay waits behind what met it.
    check(Stream, once(0, 5, delay(100, 0)), "4 6 99 101", "154 154' 154'' 154'''", "Delayed:100");
    check(Datagram, once(0, 5, delay(100, 0)), "4 6", "154 56", "Delayed:100");
}

#[test]
fn a_rule_is_on_from_its_begin_until_just_before_its_end() {
    let rules = || once(10, 20, delay(100, 0));
    check(Datagram, rules(), "9 10 19 20", "59 160 169 70", "Delayed:100 Delayed:100");
}

#[test]
fn delays_add_and_copies_multiply_and_a_drop_is_final() {
    let rules = vec![always(0, delay(5, 0)), always(1, delay(7, 0))];
    check(Datagram, rules, "0", "62", "Delayed:5 Delayed:7");
    let rules = vec![always(0, loss(1.0)), always(1, delay(7, 0))];
    check(Datagram, rules, "0", "-", "Lost:0");
    let rules = vec![always(0, TWICE), always(1, TWICE)];
    let mut line = Line::new(Datagram, 0.0, rules, 1);
    line.send(at(0), 0);
    assert_eq!(line.finish().arrivals[&0].len(), 3, "a message and two copies");
}

#[test]
fn a_partition_drops_datagrams_and_makes_streams_try_again() {
    check(Datagram, once(0, 100, PARTITION), "0 99 100", "- - 150", "Blocked:0 Blocked:0");
    // Tries after 200, 400, 800 ms; the link opens at 1,000 ms.
    let facts = "Blocked:1400 Blocked:200";
    check(Stream, once(0, 1_000, PARTITION), "0 900 1000", "1450 1450' 1450''", facts);
    check(Stream, once(0, u64::MAX, PARTITION), "0", "-", "Blocked:0");
    // The try at 200 ms meets the second partition.
    let twice = rule(0, vec![window(0, 100, PARTITION), window(150, 300, PARTITION)]);
    check(Stream, vec![twice], "0", "650", "Blocked:600");
}

#[test]
fn a_partition_goes_one_way_or_both() {
    let mut one = always(0, PARTITION);
    (one.from, one.to) = (one.to, one.from);
    check(Datagram, vec![one.clone()], "0", "50", "");
    one.both = true;
    check(Datagram, vec![one], "0", "-", "Blocked:0");
}

#[test]
fn a_clog_holds_everything_and_releases_it_in_order() {
    let facts = "Held:100 Held:60 Held:1";
    check(Datagram, once(0, 100, CLOG), "0 40 99 100", "150 150 150 150", facts);
    check(Stream, once(0, 100, CLOG), "0 40 99 100", "150 150' 150'' 150'''", facts);
    // A step of another effect of the same fault is not an end.
    let steps = rule(0, vec![window(0, 50, CLOG), window(50, 100, CLOG)]);
    check(Datagram, vec![steps], "0 60", "150 150", "Held:100 Held:40");
}

#[test]
fn bandwidth_lets_messages_queue() {
    // 1,000 bytes at 800 kbit/s take 10 ms.
    let limit = LinkEffect::Bandwidth(800_000);
    let facts = "Held:10 Held:20 Held:28 Held:10";
    check(Datagram, once(0, u64::MAX, limit), "0 0 2 90", "60 70 80 150", facts);
    // What still waits when the limit is lifted leaves then.
    check(Datagram, once(0, 15, limit), "0 0 0 15", "60 65 65 65", "Held:10 Held:15 Held:15");
    // The narrower of two limits decides the rate; the wider adds its own transmission once.
    let rules = vec![always(0, limit), always(1, LinkEffect::Bandwidth(1_600_000))];
    let facts = "Held:10 Held:5 Held:20 Held:5 Held:30 Held:5";
    check(Datagram, rules, "0 0 0", "65 75 85", facts);
}

#[test]
fn copies_come_later_and_only_as_datagrams() {
    let mut line = Line::new(Datagram, 0.0, vec![always(0, TWICE)], 1);
    line.send(at(0), 0);
    let line = line.finish();
    let [first, second] = line.arrivals[&0][..] else { panic!("two arrivals") };
    assert!(first == at(50) && second > first && second < at(100), "{first} {second}");
    check(Stream, vec![always(0, TWICE)], "0", "50", "");
}

#[test]
fn swapped_messages_change_places_with_the_next() {
    let swap = || vec![always(0, reorder(Reordering::Swap, 9))];
    let facts = "Reordered:10' Reordered:10'";
    check(Datagram, swap(), "0 10 20 30", "60' 60 80' 80", facts);
    // Nobody to change places with: it leaves by itself, and that is no reordering.
    check(Datagram, swap(), "0", "1050", "");
    check(Stream, swap(), "0 10", "50 60", "");
}

#[test]
fn held_messages_wait_until_enough_others_have_passed() {
    let hold = |gap| vec![rule(0, vec![window(0, 10, reorder(Reordering::Hold, gap))])];
    check(Datagram, hold(2), "0 10 20 30", "70' 60 70 80", "Reordered:20'");
    check(Datagram, hold(3), "0 1 10 20 30", "80' 80' 60 70 80", "Reordered:30' Reordered:29'");
    // Too few pass within a second: it leaves, and one has overtaken it.
    check(Datagram, hold(3), "0 10", "1050 60", "Reordered:1000");
    // Its own delay counts while it waits, and its copy stays with it.
    let mut rules = once(0, 10, delay(500, 0));
    rules.push(rule(1, vec![window(0, 10, reorder(Reordering::Hold, 1))]));
    check(Datagram, rules, "0 10", "550 60", "Delayed:500 Reordered:0");
}

#[test]
fn a_copy_of_a_held_message_arrives_too() {
    let rules = vec![always(0, TWICE), always(1, reorder(Reordering::Hold, 1))];
    let mut line = Line::new(Datagram, 0.0, rules, 1);
    (0..2).for_each(|number| line.send(at(u64::from(number)), number));
    let line = line.finish();
    assert_eq!(line.arrivals.values().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn a_jump_overtakes_as_many_as_the_gap_and_the_floor_allow() {
    let jump = |gap| reorder(Reordering::Jump, gap);
    // Four under way with 100 ms more each; the fifth, sent at 40 ms, has its own 100 ms, too.
    let rules = |gap| vec![always(0, delay(100, 0)), rule(1, vec![window(40, 41, jump(gap))])];
    let last = |gap| {
        let mut line = Line::new(Datagram, 0.0, rules(gap), 1);
        (0..5).for_each(|number| line.send(at(u64::from(number) * 10), number));
        let line = line.finish();
        (line.arrivals[&4][0], line.count(FateKind::Reordered))
    };
    let before = |millis: u64| VirtualTime::from_nanos(millis * 1_000_000 - 1);
    assert_eq!(last(1), (before(180), 1));
    assert_eq!(last(3), (before(160), 1));
    assert_eq!(last(99), (before(150), 1));
    // Without a delay to gain from, the floor forbids it, and nothing is claimed.
    check(Datagram, vec![always(0, jump(5))], "0 10 20", "50 60 70", "");
}

#[test]
fn calm_links_keep_their_order_in_any_weather() {
    for transport in [Datagram, Stream] {
        let mut line = Line::new(transport, 0.9, vec![], 7);
        let every = Span::from_micros(333);
        let mut now = VirtualTime::ZERO;
        for number in 0..30_000 {
            line.send(now, number);
            now += every;
        }
        let line = line.finish();
        let times: Vec<_> = line.arrivals.values().map(|times| times[0]).collect();
        assert!(times.is_sorted(), "no message overtakes another");
        let steps = times.windows(2).map(|pair| pair[1].since(pair[0]));
        let jolt = steps.map(|step| step.as_nanos().abs_diff(every.as_nanos())).max();
        assert!(jolt < Some(60_000), "delays glide: 0.9 * 50 ms * 2 in 1 s is 30 us in 333 us");
    }
}

#[test]
fn a_rule_counts_what_meets_it_while_it_is_on() {
    let lossy = rule(0, vec![window(100, 200, loss(1.0))]);
    let behind = rule(1, vec![window(0, 1_000, delay(1, 0))]);
    let elsewhere = FaultRule { to: ProcessSet::new([FROM]), ..always(2, loss(1.0)) };
    let mut line = Line::new(Datagram, 0.0, vec![lossy, behind, elsewhere], 1);
    (0..30).for_each(|number| line.send(at(u64::from(number) * 10), number));
    let seen: Vec<u32> = line.rules.iter().map(|concern| concern.seen).collect();
    assert_eq!(seen, [10, 20, 0], "what the first has lost never meets the second");
}
