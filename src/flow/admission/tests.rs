//! Who is next, told job by job.

use serde_json::json;

use super::*;
use crate::kernel::Span;

fn at(millis: u64) -> VirtualTime {
    VirtualTime::ZERO + Span::from_millis(millis)
}

/// A job that comes at 0, by its slot, client, urgency and deadline in milliseconds.
fn job(slot: u32, flow: u32, priority: u8, deadline: u64) -> Job {
    let (came, work) = (VirtualTime::ZERO, Span::from_millis(10));
    Job { slot, came, deadline: at(deadline), priority, flow, work }
}

/// All jobs come at 0; a worker asks every 10 ms, and what it is told.
fn served(name: &str, params: &Value, jobs: &[Job]) -> String {
    let mut queue = make(name, params);
    jobs.iter().for_each(|job| queue.put(*job));
    assert_eq!(queue.waiting(), jobs.len() as u32);
    assert_eq!(queue.oldest(), Some(at(0)));
    let told = (0..20).map_while(|turn| match queue.next(at(turn * 10)) {
        Next::Start(job) => Some(job.slot.to_string()),
        Next::Late(job) => Some(format!("late {}", job.slot)),
        Next::Wait(_) => Some("-".to_owned()),
        Next::Nothing => None,
    });
    let told: Vec<String> = told.collect();
    assert_eq!((queue.waiting(), queue.oldest()), (0, None));
    told.join(" ")
}

/// Client 7 sends four, clients 8 and 9 one each; 4 is urgent, 5 is due first, 3 is too late.
fn rush() -> [Job; 6] {
    [
        job(0, 7, 1, 900),
        job(1, 7, 1, 800),
        job(2, 7, 1, 700),
        job(3, 7, 1, 5),
        job(4, 8, 0, 600),
        job(5, 9, 1, 100),
    ]
}

#[test]
fn each_policy_has_its_own_order() {
    let none = Value::Null;
    assert_eq!(served("fifo", &none, &rush()), "0 1 2 3 4 5");
    assert_eq!(served("priority", &none, &rush()), "4 0 1 2 3 5");
    assert_eq!(served("wfq", &none, &rush()), "0 4 5 1 2 3");
}

#[test]
fn the_earliest_deadline_goes_first_and_what_is_late_makes_nobody_else_late() {
    let none = Value::Null;
    let mut jobs = rush().to_vec();
    assert_eq!(served("edf", &none, &jobs), "3 5 4 2 1 0", "at 0 the third is not late");
    jobs.insert(0, job(6, 7, 1, 1));
    assert_eq!(served("edf", &none, &jobs), "6 late 3 5 4 2 1 0");
    let keep = json!({ "turn_away": false });
    assert_eq!(served("edf", &keep, &jobs), "6 3 5 4 2 1 0");
}

#[test]
fn a_bucket_lets_a_burst_in_and_then_the_rate() {
    let params = json!({ "rate": 50, "burst": 3 });
    assert_eq!(served("token-bucket", &params, &rush()), "0 1 2 3 4 - 5");
    let mut queue = make("token-bucket", &params);
    rush().iter().for_each(|job| queue.put(*job));
    for _ in 0..3 {
        assert!(matches!(queue.next(at(0)), Next::Start(_)));
    }
    assert_eq!(queue.next(at(0)), Next::Wait(at(20)));
}

#[test]
fn under_fair_queueing_clients_get_equal_work_whatever_they_ask_for() {
    let mut queue = make("wfq", &Value::Null);
    (0..900).for_each(|slot| queue.put(job(slot, 1, 0, 900)));
    (900..1_000).for_each(|slot| queue.put(job(slot, 2, 0, 900)));
    let mut counts = [0; 2];
    for _ in 0..200 {
        if let Next::Start(job) = queue.next(at(0)) {
            counts[job.flow as usize - 1] += 1;
        }
    }
    assert_eq!(counts, [100, 100]);
}
