//! Shares and queues of scripts.

use crate::kernel::Span;
use crate::measure::script::measure;
use crate::measure::{Measured, Measurement, Statistic};

fn share(run: &Measurement, metric: &str) -> Option<f64> {
    run.value(metric, Statistic::Share, 0, None).value()
}

fn mean(run: &Measurement, metric: &str) -> Option<f64> {
    run.value(metric, Statistic::Mean, 0, None).value()
}

/// Client 9 gets two of two, client 10 one of two, client 11 none of one.
const UNFAIR: &str = "0ms c9 plan 0; 0ms c9 plan 1; 0ms c10 plan 2; 0ms c10 plan 3; 0ms c11 plan 4;
    5ms v0-3 accept 0; 5ms v0-3 accept 1; 5ms v0-3 accept 2;";

#[test]
fn fairness_is_jains_index_of_what_clients_got_of_what_they_had_due() {
    // Shares 1, 1/2 and 0: (3/2)² / (3 · 5/4).
    assert_eq!(share(&measure(4, 3, UNFAIR), "fairness"), Some(0.6));
    let fair = "0ms c9 plan 0; 0ms c10 plan 1; 0ms c10 plan 2;
        5ms v0-3 accept 0; 5ms v0-3 accept 1; 5ms v0-3 accept 2";
    assert_eq!(share(&measure(4, 3, fair), "fairness"), Some(1.0), "who asks more gets more");
    assert_eq!(share(&measure(4, 3, "0ms c9 plan 0"), "fairness"), None, "nobody got anything");
}

#[test]
fn imbalance_is_of_what_routers_took_in() {
    let script = "routers 3; 0ms c9 plan 0; 0ms c9 plan 1; 0ms c9 plan 2;
        1ms r7 admit 0; 1ms r7 admit 1; 1ms r8 admit 2; 2ms r7 admit 2.1";
    let run = measure(4, 3, script);
    assert_eq!(mean(&run, "imbalance"), Some(2.25), "3 of 4, where the mean is 4/3");
    assert_eq!(share(&run, "hot_router"), Some(0.75));
    assert_eq!(mean(&measure(4, 3, "0ms c9 plan 0"), "imbalance"), None);
}

#[test]
fn routers_are_as_uneven_as_the_busiest_and_the_idlest() {
    let spread = |routers: u32| {
        let script = format!(
            "routers {routers}; 0ms c9 plan 0; 1ms r7 admit 0; 2ms r8 admit 0.1;
            1001ms r7 use 0 20 4000 3s; 1001ms r8 use 0 20 4000 1s; 1001ms v1 use 0 20 4000 9s"
        );
        share(&measure(4, 3, &script), "utilisation_spread")
    };
    assert_eq!(spread(2), Some(0.2), "3 s and 1 s of ten");
    assert_eq!(spread(3), Some(0.3), "one did nothing at all");
    assert_eq!(share(&measure(4, 3, "0ms c9 plan 0"), "utilisation_spread"), None);
}

#[test]
fn a_hot_key_is_the_subject_of_most_statements() {
    let script = "0ms c9 plan 0 about 5; 0ms c9 plan 1 about 5; 0ms c9 plan 2 about 6;
        0ms c9 plan 3 about 5; 0ms c9 plan 4 query on 0";
    assert_eq!(share(&measure(4, 3, script), "hot_key"), Some(0.75));
}

#[test]
fn every_try_costs() {
    let script = "0ms c9 plan 0; 0ms c9 plan 1; 1ms c9 send 0; 1ms c9 send 1; 9ms c9 send 1.1;
        20ms c9 send 1.2";
    assert_eq!(mean(&measure(4, 3, script), "tries"), Some(2.0));
}

#[test]
fn an_operation_waits_from_its_admission_until_a_worker_begins() {
    let script =
        "0ms c9 plan 0; 1ms r8 admit 0; 5ms r8 begin 0; 6ms r8 admit 0.1; 9ms r8 begin 0.1;
        0ms c9 plan 1; 2ms r8 admit 1";
    let run = measure(4, 3, script);
    let max = run.value("admission.wait", Statistic::Max, 0, None);
    assert_eq!(max.value().map(f64::round), Some(4.0), "of the try that began first");
    assert_eq!(run.due("admission.wait", 0), 1);
}

#[test]
fn queues_are_told_pool_by_pool_and_second_by_second() {
    let script = "phase late 2s 4s; 500ms r8 queue 2 7 40ms; 600ms r9 queue 2 5 90ms;
        700ms r8 queue 3 1 0ms; 2500ms r8 queue 2 9 20ms";
    let run = measure(4, 3, script);
    let max = |metric, phase| run.value(metric, Statistic::Max, phase, None).value();
    assert_eq!((max("queue", 0), max("queue", 1)), (Some(9.0), Some(9.0)));
    assert_eq!(max("queue.age", 0).map(f64::round), Some(90.0));
    assert_eq!(max("queue.age", 1).map(f64::round), Some(20.0));
    let rows: Vec<Vec<(u8, u32)>> = run.queues.items()[..3]
        .iter()
        .map(|queues| queues.0.iter().map(|(lane, waiting)| (*lane, waiting.most)).collect())
        .collect();
    assert_eq!(rows, [vec![(2, 7), (3, 1)], vec![], vec![(2, 9)]]);
    assert_eq!(run.queues.items()[0].0[&2].oldest, Span::from_millis(90));
}

#[test]
fn what_one_group_intends_is_looked_at_apart() {
    let run = measure(4, 3, &format!("phase quiet 0s 10s of 11; {UNFAIR}"));
    let count = |metric, phase| run.value(metric, Statistic::Count, phase, None);
    assert_eq!(count("unfinished", 0), Measured::Value(2.0));
    assert_eq!(count("unfinished", 1), Measured::Value(1.0));
    assert_eq!(run.due("unfinished", 1), 1);
}
