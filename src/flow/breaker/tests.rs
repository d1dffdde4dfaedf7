//! A breaker's life.

use serde_json::json;

use super::*;

fn at(millis: u64) -> VirtualTime {
    VirtualTime::ZERO + Span::from_millis(millis)
}

#[test]
fn it_opens_when_half_are_slow_tries_one_and_closes_when_that_is_quick() {
    let params = json!({ "slow": "100ms", "calls": 4, "share": 50, "open": "1s" });
    let mut breaker = make("slow-call", &params).expect("it is one");
    let (quick, slow) = (Span::from_millis(10), Span::from_millis(500));
    for span in [slow, quick, quick, quick, slow] {
        breaker.took(at(0), span);
        assert!(breaker.lets_in(at(0)), "of the last four one is slow");
    }
    breaker.took(at(10), slow);
    assert!(!breaker.lets_in(at(10)) && !breaker.lets_in(at(1_009)), "two of four");
    assert!(breaker.lets_in(at(1_010)), "one tries");
    assert!(!breaker.lets_in(at(1_010)), "and only one");
    breaker.took(at(1_500), slow);
    assert!(!breaker.lets_in(at(2_499)), "open again");
    assert!(breaker.lets_in(at(2_500)));
    breaker.took(at(2_510), quick);
    assert!(breaker.lets_in(at(2_511)) && breaker.lets_in(at(2_511)), "closed");
}

#[test]
fn a_trial_that_is_lost_is_followed_by_another() {
    let params = json!({ "calls": 1, "open": "1s" });
    let mut breaker = make("slow-call", &params).expect("it is one");
    breaker.took(at(0), Span::from_secs(9));
    assert!(breaker.lets_in(at(1_000)) && !breaker.lets_in(at(1_999)));
    assert!(breaker.lets_in(at(2_000)));
    assert!(make("none", &Value::Null).is_none());
}
