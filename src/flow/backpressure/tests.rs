//! What becomes of what comes, policy by policy.

use serde_json::json;

use super::*;

const SITE: Site = Site { queue: Some(10), clients: 3 };

fn at(millis: u64) -> VirtualTime {
    VirtualTime::ZERO + Span::from_millis(millis)
}

#[test]
fn a_full_router_does_as_its_policy_says() {
    let entry = |name: &str, here: u32| make(name, &Value::Null, SITE).arrives(here);
    let full = |name| [entry(name, 9), entry(name, 10)];
    assert_eq!(full("none"), [Entry::Take, Entry::Take]);
    assert_eq!(full("reject"), [Entry::Take, Entry::Refuse]);
    assert_eq!(full("drop"), [Entry::Take, Entry::Lose]);
    assert_eq!(full("block"), [Entry::Take, Entry::Park]);
    assert_eq!(full("credit"), [Entry::Take, Entry::Refuse]);
    assert_eq!(full("codel"), [Entry::Take, Entry::Refuse]);
    let endless = Site { queue: None, ..SITE };
    assert_eq!(make("reject", &Value::Null, endless).arrives(1_000_000), Entry::Take);
}

#[test]
fn operators_set_the_limit_of_every_policy() {
    for policy in DESCRIBED {
        let mut policy = make(policy.name, &Value::Null, SITE);
        for most in [40, 4] {
            policy.limit(most);
            let taken = (0..100).take_while(|here| policy.arrives(*here) == Entry::Take).count();
            assert_eq!(taken, most as usize);
        }
    }
}

#[test]
fn permits_share_the_queue_among_the_clients() {
    let window = |name: &str, site| make(name, &Value::Null, site).window();
    let credits = |permits| Some(Window { permits, back: Back::Done });
    assert_eq!(window("credit", SITE), credits(3));
    assert_eq!(window("credit", Site { clients: 50, ..SITE }), credits(1), "at least one");
    assert_eq!(window("block", SITE), Some(Window { permits: 1, back: Back::Entered }));
    assert_eq!(window("reject", SITE), None);
    let given = make("credit", &json!({ "credits": 7 }), SITE).window();
    assert_eq!(given, credits(7));
}

#[test]
fn the_limit_of_aimd_climbs_by_one_a_round_and_falls_once_for_what_is_late_together() {
    let params = json!({ "target": "100ms", "initial": 10, "decrease": 500 });
    let mut policy = make("aimd", &params, SITE);
    let limit = |policy: &mut Box<dyn Backpressure>| {
        (0..100).find(|here| policy.arrives(*here) == Entry::Refuse)
    };
    assert_eq!(limit(&mut policy), Some(10));
    (0..11).for_each(|_| policy.ends(at(0), Span::from_millis(50), 9));
    assert_eq!(limit(&mut policy), Some(12), "between 11 and 12 fit 12");
    (0..50).for_each(|_| policy.ends(at(0), Span::from_millis(50), 1));
    assert_eq!(limit(&mut policy), Some(12), "what is not used up says nothing");
    (0..5).for_each(|_| policy.ends(at(10), Span::from_millis(500), 9));
    assert_eq!(limit(&mut policy), Some(6), "one event");
    (0..9).for_each(|round| policy.ends(at(200 * (round + 1)), Span::from_secs(1), 9));
    assert_eq!(limit(&mut policy), Some(1), "never below the least");
}

#[test]
fn the_limit_of_gradient_climbs_in_usual_times_and_falls_in_long_ones() {
    let mut policy = make("gradient", &Value::Null, SITE);
    let limit = |policy: &mut Box<dyn Backpressure>| {
        (0..300).find(|here| policy.arrives(*here) == Entry::Refuse)
    };
    let rounds = |policy: &mut Box<dyn Backpressure>, times, millis, here| {
        (0..times).for_each(|_| policy.ends(at(0), Span::from_millis(millis), here));
    };
    assert_eq!(limit(&mut policy), Some(20));
    // A fifth of four more each time: 0.8.
    rounds(&mut policy, 9, 50, 250);
    assert_eq!(limit(&mut policy), Some(28), "27 and two tenths");
    rounds(&mut policy, 1_000, 50, 250);
    assert_eq!(limit(&mut policy), Some(200), "never above the most");
    rounds(&mut policy, 50, 50, 3);
    assert_eq!(limit(&mut policy), Some(200), "what is not used up says nothing");
    // Four times as long as usual: half the limit and four, a fifth of the way each time.
    rounds(&mut policy, 1, 200, 250);
    assert_eq!(limit(&mut policy), Some(181), "180 and eight tenths");
    rounds(&mut policy, 30, 200, 250);
    assert_eq!(limit(&mut policy), Some(20), "never below the least");
    // What lasts becomes usual.
    rounds(&mut policy, 2_000, 200, 250);
    assert_eq!(limit(&mut policy), Some(200));
}

/// Someone starts every 10 ms, having waited so long; the milliseconds at which one is turned away.
fn turned_away(waits: impl Fn(u64) -> u64) -> Vec<u64> {
    let mut policy = make("codel", &json!({ "target": "5ms", "interval": "100ms" }), SITE);
    let times = (0..100).map(|turn| turn * 10);
    times.filter(|now| !policy.starts(at(*now), Span::from_millis(waits(*now)))).collect()
}

#[test]
fn codel_turns_away_more_and_more_often_while_all_wait_long() {
    assert!(turned_away(|_| 4).is_empty(), "short waits");
    let seldom = turned_away(|now| if now % 90 == 0 { 1 } else { 50 });
    assert!(seldom.is_empty(), "never for long: {seldom:?}");
    // 100 ms after the first long wait, then after 100/sqrt(1), 100/sqrt(2), 100/sqrt(3) ms and so on.
    assert_eq!(turned_away(|_| 50)[..7], [100, 200, 280, 330, 380, 430, 470]);
    let pause = turned_away(|now| if (400..500).contains(&now) { 1 } else { 50 });
    assert_eq!(pause[..5], [100, 200, 280, 330, 380]);
    assert_eq!(pause[5], 600, "begins anew an interval after waits are long again");
    assert!(pause[6] - pause[5] < 100, "but not from the start: {pause:?}");
}
