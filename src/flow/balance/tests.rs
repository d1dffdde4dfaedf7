//! Where operations go, policy by policy.

use serde_json::json;

use super::*;
use crate::kernel::{Draws, Luck, Purpose};

fn routers(queues: &[u32]) -> Routers {
    let by_distance = (0..queues.len()).rev().collect();
    Routers { by_distance, queues: queues.to_vec() }
}

/// The shares of routers after 3,000 operations on as many keys, in hundredths.
fn shares(name: &str, queues: &[u32]) -> Vec<u32> {
    let (mut policy, routers) = (make(name, &Value::Null), routers(queues));
    let mut draws = Draws::new(1);
    let mut counts = vec![0; queues.len()];
    for number in 0..3_000 {
        let entity = u64::from(number);
        let mut luck = |index| draws.word(Luck { purpose: Purpose::Bench, entity, index });
        let call = Call { number, attempt: 0, key: number };
        counts[policy.pick(&call, &routers, &mut luck)] += 1;
    }
    counts.iter().map(|count| (count + 15) / 30).collect()
}

#[test]
fn each_policy_deals_in_its_own_way() {
    assert_eq!(shares("nearest", &[9, 9, 9]), [0, 0, 100]);
    assert_eq!(shares("round-robin", &[9, 0, 0]), [33, 33, 33]);
    assert_eq!(shares("least-queue", &[2, 1, 3]), [0, 100, 0], "all run to one");
    let even = |name: &str| shares(name, &[9, 0, 0]).iter().all(|share| (30..=36).contains(share));
    assert!(even("random") && even("hash"));
    // The longest queue is picked never, the shortest in two of three pairs.
    let [longest, middle, shortest] = shares("two-choices", &[9, 1, 0])[..] else { panic!() };
    assert_eq!((longest, middle + shortest), (0, 100));
    assert!((65..=69).contains(&shortest), "{shortest}");
    assert!(shares("sticky", &[0, 0, 0]).contains(&100));
}

fn call(number: u32, attempt: u8, key: u32) -> Call {
    Call { number, attempt, key }
}

#[test]
fn a_key_keeps_its_router_when_another_goes_away() {
    let before: Vec<usize> = (0..1_000).map(|key| hash::ranked(key, 4)[0]).collect();
    let moved = (0..1_000).filter(|key| {
        let ranked = hash::ranked(*key, 4);
        let left = ranked.iter().find(|place| **place != 3);
        before[*key as usize] != 3 && left != Some(&before[*key as usize])
    });
    assert_eq!(moved.count(), 0);
}

#[test]
fn a_bound_sends_a_hot_key_past_its_full_router() {
    let mut policy = make("bounded-hash", &json!({ "excess": 25 }));
    let home = hash::ranked(7, 4)[0];
    assert_eq!(policy.pick(&call(0, 0, 7), &routers(&[0; 4]), &mut |_| 0), home);
    let mut queues = [10; 4];
    queues[home] = 15;
    // The mean with the new one is 11.5, a quarter more 14.4, and 15 the bound.
    let next = hash::ranked(7, 4)[1];
    assert_eq!(policy.pick(&call(1, 0, 7), &routers(&queues), &mut |_| 0), next);
    queues[home] = 12;
    assert_eq!(policy.pick(&call(2, 0, 7), &routers(&queues), &mut |_| 0), home);
}

#[test]
fn further_tries_go_elsewhere() {
    for name in ["nearest", "round-robin", "hash", "sticky"] {
        let mut policy = make(name, &Value::Null);
        let all = routers(&[0; 3]);
        let first = policy.pick(&call(5, 0, 5), &all, &mut |_| 0);
        assert_ne!(policy.pick(&call(5, 1, 5), &all, &mut |_| 0), first, "{name}");
    }
    let mut sticky = make("sticky", &Value::Null);
    let all = routers(&[0; 3]);
    let places = [(1, 0), (2, 0), (2, 1), (3, 0)]
        .map(|(number, attempt)| sticky.pick(&call(number, attempt, 0), &all, &mut |_| 0));
    assert_eq!(places, [0, 0, 1, 1], "it stays where it went");
}
