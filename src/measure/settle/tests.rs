//! Scripts of single operations, and what is said of them once they are settled.

use super::*;
use crate::measure::script::{events, measure};
use crate::measure::{Measured, Statistic};

/// Expected: names of the events that befell operations, and how often.
fn check(script: &str, expected: &str) {
    assert_eq!(events(&measure(4, 3, script)), expected, "{script}");
}

#[test]
fn a_statement_that_is_applied_everywhere_is_proven() {
    check("0ms c9 plan 0; 1ms c9 send 0; 5ms v0-3 accept 0", "proof_ok 1");
}

#[test]
fn what_never_comes_is_unfinished_and_lost_if_it_was_sent() {
    check("0ms c9 plan 0", "unfinished 1");
    check("0ms c9 plan 0; 1ms c9 send 0", "unfinished 1 lost 1");
    check("0ms c9 plan 0; 1ms c9 send 0; 5ms v0-1 accept 0", "unfinished 1 diverged 1");
}

#[test]
fn a_refusal_is_an_answer_and_an_orphan_is_not() {
    check("0ms c9 plan 0; 5ms v0-3 refuse 0 AlreadyRevoked", "refused 1");
    check("0ms c9 plan 0; 5ms v0-3 refuse 0 NotFound", "unfinished 1 orphans 1");
    let retry = "5ms v0-3 refuse 0 NotFound; 9ms c9 send 0.1; 12ms v0-3 accept 0.1";
    check(&format!("0ms c9 plan 0; {retry}"), "orphans 1 retried 1 proof_ok 1");
}

#[test]
fn waiting_and_rejection_are_noted() {
    let script = "0ms c9 plan 0; 1ms c9 send 0; 2ms r8 reject 0; 3ms v1 wait 0; 5ms v0-3 accept 0";
    check(script, "waited 1 rejected 1 proof_ok 1");
}

#[test]
fn a_reference_that_names_another_is_mislinked() {
    let plan = "0ms c9 plan 0; 0ms c10 plan 1 on 0; 5ms v0-3 accept 0;";
    check(&format!("{plan} 6ms v0-3 accept 1 on 0"), "proof_ok 2");
    check(
        &format!("{plan} 6ms v0-2 accept 1 on 0; 6ms v3 accept 1 on 7"),
        "mislinked 1 proof_ok 2",
    );
}

#[test]
fn an_effect_before_its_cause_is_noted_once() {
    let script = "0ms c9 plan 0; 0ms c10 plan 1 on 0; 5ms v0-3 accept 1 on 0; 6ms v0-3 accept 0";
    check(script, "effect_before_cause 1 proof_ok 2");
}

#[test]
fn two_that_replace_or_claim_the_same_are_double_accepted() {
    let plan = "0ms c9 plan 0; 0ms c10 plan 1 replace on 0; 0ms c11 plan 2 replace on 0;
                5ms v0-3 accept 0; 6ms v0-3 accept 1 on 0;";
    check(&format!("{plan} 7ms v0-3 refuse 2 AlreadyReplaced"), "refused 1 proof_ok 2");
    let script = format!("{plan} 7ms v0-2 refuse 2 AlreadyReplaced; 7ms v3 accept 2 on 0");
    check(&script, "refused 1 diverged 1 double_accepted 1 proof_ok 2");
    let plan = "0ms c9 plan 0 claim; 0ms c10 plan 1 claim on 0; 0ms c11 plan 2 claim on 1;
                5ms v0-3 accept 0; 6ms v0-3 refuse 1 AlreadyClaimed;";
    check(&format!("{plan} 7ms v0-3 accept 2"), "refused 1 double_accepted 1 proof_ok 2");
    let plan = plan.replace("6ms", "0ms c9 plan 3 seq 1 revoke on 0; 6ms v0-3 accept 3 on 0; 6ms");
    check(&format!("{plan} 7ms v0-3 accept 2"), "refused 1 proof_ok 3");
}

#[test]
fn one_applied_twice_by_a_validator_is_duplicated() {
    let plan = "0ms c9 plan 0; 5ms v0-3 accept 0;";
    check(&format!("{plan} 6ms v2 apply 0 ok again"), "proof_ok 1");
    check(&format!("{plan} 6ms v2 apply 0 ok"), "duplicated 1 proof_ok 1");
    let restart = "6ms v2 host 0 crashed; 7ms v2 host 0 restarted; 8ms v2 accept 0";
    check(&format!("{plan} {restart}"), "proof_ok 1");
}

#[test]
fn forgeries_are_refused_or_accepted() {
    let plan = "0ms c9 plan 0; 1ms v0-3 verify 0 forged;";
    check(&format!("{plan} 5ms v0-3 refuse 0 InvalidSignature"), "refused 1 forged_refused 1");
    check(plan, "refused 1 forged_refused 1");
    check(&format!("{plan} 5ms v0-3 accept 0"), "forged_accepted 1 proof_ok 1");
    let genuine = "2ms v0-3 verify 0; 5ms v0-3 accept 0";
    check(&format!("{plan} {genuine}"), "forged_refused 1 proof_ok 1");
}

#[test]
fn one_that_is_taken_back_flips_and_is_no_longer_applied() {
    let plan = "0ms c9 plan 0; 5ms v0-3 accept 0; 9ms v2-3 retract 0 @0;";
    check(plan, "unfinished 1 diverged 1 flips 1");
    check(&format!("{plan} 12ms v2-3 accept 0"), "flips 1 proof_ok 1");
}

#[test]
fn latencies_count_from_the_intended_send() {
    let script = "0ms c9 plan 0 at 10ms; 30ms c9 send 0; 35ms r8 admit 0; 37ms r8 route 0 #0;
        40ms v0-1 verify 0; 41ms v2 verify 0; 50ms v0 accept 0; 51ms v1-2 accept 0 final;
        60ms v3 accept 0 final; 61ms v0 finalise 0; 70ms c9 conclude 0 applied;
        0ms c9 plan 1 query at 10ms; 90ms c9 answer 1 on 0 valid";
    let measured = measure(4, 3, script);
    let max = |sample: Sample| {
        let found = measured.phases[0].samples(sample).measure(Statistic::Max);
        found.value().map(|value| value / sample.scale())
    };
    let found: Vec<_> = Sample::ALL[..10].iter().map(|&sample| max(sample)).collect();
    let expected = [25.0, 27.0, 31.0, 41.0, 41.0, 50.0, 40.0, 50.0, 60.0, 80.0];
    assert_eq!(found, expected.map(Some));
}

#[test]
fn consensus_counts_from_the_first_block_of_a_correct_validator() {
    let script = "0ms c9 plan 0 at 10ms; 15ms v3 host 0 crashed; 16ms v3 host 0 restartedempty;
        20ms v3 propose 0; 30ms v1 propose 0; 35ms v2 propose 0; 50ms v0 deliver 0 @0;
        60ms v1-2 deliver 0 @0";
    let measured = measure(4, 3, script);
    let max = |sample: Sample| {
        let found = measured.phases[0].samples(sample).measure(Statistic::Max);
        found.value().map(|value| (value / sample.scale()).round())
    };
    let found = [Sample::ConsensusWait, Sample::ConsensusFirst, Sample::ConsensusEach].map(max);
    assert_eq!(found, [Some(20.0), Some(20.0), Some(27.0)]);
    let none = measure(4, 3, "0ms c9 plan 0; 5ms v0-3 accept 0");
    let samples = none.phases[0].samples(Sample::ConsensusFirst);
    assert_eq!(samples.measure(Statistic::Max), Measured::NoData, "it has no blocks");
}

#[test]
fn what_is_due_and_never_arrives_is_never() {
    let measured = measure(4, 3, "0ms c9 plan 0; 5ms v0-1 accept 0; 0ms c9 plan 1 query");
    let max = |sample| measured.phases[0].samples(sample).measure(Statistic::Max);
    assert_eq!(max(Sample::First), Measured::Value(5_000.0));
    assert_eq!(max(Sample::Applied), Measured::Never);
    assert_eq!(max(Sample::Read), Measured::Never);
    assert_eq!(max(Sample::Final), Measured::NoData, "this ordering offers no finality");
    let refused = measure(4, 3, "0ms c9 plan 0; 5ms v0-3 refuse 0 AlreadyRevoked");
    let samples = refused.phases[0].samples(Sample::Applied);
    assert_eq!(samples.measure(Statistic::Max), Measured::NoData);
}
