//! A cause planted for every gap.

use crate::measure::script::{events, measure};
use crate::measure::{Held, Measured, Measurement, Statistic};
use crate::trust::{Model, VARIANTS};

/// Operation 0 of c9 about subject 5 is proven at 20 ms and relied on.
const PROVEN: &str = "trusting; 0ms c9 plan 0 about 5; 0ms c9 want 0; 1ms c9 send 0;
    10ms v0-2 accept 0; 20ms c9 conclude 0 applied; 20ms p15 rely 0 took 20ms expects 50ms;";

fn run(rest: &str) -> Measurement {
    measure(4, 3, &format!("{PROVEN}{rest}"))
}

/// Expected: the events of trust, and how often.
fn check(rest: &str, expected: &str) {
    let all = events(&run(rest));
    let words: Vec<&str> = all.split(' ').collect();
    let ours = |name: &str| name.starts_with("trust_gap") || name == "confident";
    let found = words.chunks(2).filter(|event| ours(event[0])).map(|event| event.join(" "));
    assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{rest}");
}

const AGREED: &str = "30ms p15 look 0 at v0 valid; 40ms p15 look 0 at v1 valid;
    50ms p15 look 0 at v2 valid;";

#[test]
fn who_is_confident_trusts_and_hesitated_since_the_proof() {
    let run = run(&format!("{AGREED} 50ms p15 trust 0"));
    check(&format!("{AGREED} 50ms p15 trust 0"), "confident 1");
    let value = |metric, statistic| run.value(metric, statistic, 0, None);
    assert_eq!(value("confident", Statistic::Share), Measured::Value(1.0));
    let hesitation = value("hesitation", Statistic::Max).value().expect("one");
    assert!((hesitation - 30.0).abs() < 0.1, "{hesitation}");
    assert_eq!(value("looks", Statistic::Max), Measured::Value(3.0));
    assert_eq!(value("friction", Statistic::Mean), Measured::Value(2.0));
    assert_eq!(value("same_answer", Statistic::Share), Measured::Value(1.0));
}

#[test]
fn a_proof_that_came_late_is_delay() {
    let late = PROVEN.replace("took 20ms expects 50ms", "took 90ms expects 50ms");
    let all = events(&measure(4, 3, &format!("{late}{AGREED} 50ms p15 doubt 0")));
    assert!(all.contains("trust_gap 1 trust_gap.delay 1"), "{all}");
}

#[test]
fn what_has_not_come_where_it_is_read_is_delay_too() {
    let absent = AGREED.replace("v2 valid", "v3 unknown");
    check(&format!("{absent} 50ms p15 doubt 0"), "trust_gap 1 trust_gap.delay 1");
}

#[test]
fn a_missing_parent_is_reorder_seen_or_refused() {
    let orphaned = AGREED.replace("v2 valid", "v3 unknown orphaned");
    check(&format!("{orphaned} 50ms p15 doubt 0"), "trust_gap 1 trust_gap.reorder 1");
    let refused = AGREED.replace("v2 valid", "v3 unknown");
    let refused = format!("12ms v3 refuse 0 NotFound; {refused} 50ms p15 doubt 0");
    check(&refused, "trust_gap 1 trust_gap.reorder 1");
}

#[test]
fn a_parent_that_was_refused_is_interpretation_and_one_that_is_missing_is_not() {
    let linked =
        PROVEN.replace("plan 0 about 5;", "plan 0 about 5 on 1; 0ms c9 plan 1 about 5 on 2;");
    let linked = format!("{linked} 0ms c9 plan 2 about 5; 9ms v0-2 accept 1; 8ms v0-2 accept 2;");
    let cause = |at_3: &str, look: &str| {
        let looks = AGREED.replace("v2 valid", look);
        let all = events(&measure(4, 3, &format!("{linked}{at_3}{looks} 50ms p15 doubt 0")));
        let cause = all.split("trust_gap.").nth(1).and_then(|rest| rest.split(' ').next());
        cause.unwrap_or_default().to_owned()
    };
    let orphan = "12ms v3 refuse 0 NotFound;";
    let refused = format!("9ms v3 refuse 1 InvalidSchema; {orphan}");
    let above = format!("8ms v3 refuse 2 InvalidSchema; 9ms v3 refuse 1 NotFound; {orphan}");
    let missing = format!("9ms v3 refuse 1 NotFound; {orphan}");
    let late = format!("{orphan} 13ms v3 accept 1;");
    for look in ["v3 unknown", "v3 unknown orphaned"] {
        assert_eq!(cause(&refused, look), "interpretation", "{look}");
        assert_eq!(cause(&above, look), "interpretation", "{look}");
        assert_eq!(cause(&missing, look), "reorder", "{look}");
        assert_eq!(cause(&late, look), "reorder", "{look}");
    }
    // One of the two that lack it refused it, the other has not got it yet.
    let two = "v3 valid orphaned; 50ms p15 look 0 at v2 valid orphaned";
    assert_eq!(cause(&refused, two), "reorder");
}

#[test]
fn an_answer_that_flips_where_it_was_refused_is_interpretation() {
    let flips = AGREED.replace("v1 valid", "v3 unknown") + "50ms p15 doubt 0;";
    check(&flips, "trust_gap 1 trust_gap.reorder 1");
    check(&format!("12ms v3 refuse 0 NotFound;{flips}"), "trust_gap 1 trust_gap.reorder 1");
    let refused = format!("12ms v3 refuse 0 InvalidSchema;{flips}");
    check(&refused, "trust_gap 1 trust_gap.interpretation 1");
}

#[test]
fn another_statement_on_that_subject_is_overlap_unless_it_is_linked_or_over() {
    let split = AGREED.replace("v2 valid", "v3 unknown");
    let split = format!("12ms v3 refuse 0 AlreadyClaimed; {split} 50ms p15 doubt 0;");
    check(&split, "trust_gap 1 trust_gap.interpretation 1");
    let rival = "0ms c10 plan 1 claim about 5";
    check(&format!("{split}{rival}"), "trust_gap 1 trust_gap.overlap 1");
    let elsewhere = rival.replace("about 5", "about 6");
    check(&format!("{split}{elsewhere}"), "trust_gap 1 trust_gap.interpretation 1");
    let linked = "0ms c10 plan 1 on 0 about 5";
    check(&format!("{split}{linked}"), "trust_gap 1 trust_gap.interpretation 1");
    let later = "60ms c10 plan 1 claim about 5";
    check(&format!("{split}{later}"), "trust_gap 1 trust_gap.interpretation 1");
}

#[test]
fn another_place_in_the_order_is_interpretation() {
    let places = "30ms p15 look 0 at v0 valid @3; 40ms p15 look 0 at v1 valid @3;
        50ms p15 look 0 at v2 valid @4; 50ms p15 doubt 0";
    check(places, "trust_gap 1 trust_gap.interpretation 1");
}

#[test]
fn no_answer_an_old_one_and_one_without_stamps_are_silence() {
    let silent = AGREED.replace("v2 valid", "v2 silence");
    check(&format!("{silent} 50ms p15 doubt 0"), "trust_gap 1 trust_gap.silence 1");
    let old = AGREED.replace("v2 valid", "v2 valid age 9s");
    check(&format!("{old} 50ms p15 doubt 0"), "trust_gap 1 trust_gap.silence 1");
    let bare = AGREED.replace("valid", "valid stamps 1");
    check(&format!("{bare} 50ms p15 doubt 0"), "trust_gap 1 trust_gap.silence 1");
}

#[test]
fn who_is_still_looking_at_the_end_is_not_confident_and_what_is_not_proven_is_no_gap() {
    let unfinished = "30ms p15 look 0 at v0 valid; 40ms p15 look 0 at v1 valid";
    check(unfinished, "trust_gap 1 trust_gap.silence 1");
    let untold =
        PROVEN.replace("20ms p15 rely 0 took 20ms expects 50ms", "1s c9 conclude 0 gaveup");
    let all = events(&measure(4, 3, &untold.replace("20ms c9 conclude 0 applied;", "")));
    assert!(all.contains("trust_gap 1 trust_gap.silence 1"), "{all}");
    let unproven = "trusting; 0ms c9 plan 0 about 5; 0ms c9 want 0; 1ms c9 send 0";
    let all = events(&measure(4, 3, unproven));
    assert!(all.contains("relied_on 1") && !all.contains("trust_gap"), "{all}");
}

#[test]
fn answers_that_change_are_counted() {
    let split = AGREED.replace("v1 valid", "v1 unknown");
    let run = run(&format!("{split} 50ms p15 doubt 0"));
    assert_eq!(run.value("same_answer", Statistic::Share, 0, None), Measured::Value(0.0));
    assert_eq!(run.value("hesitation", Statistic::Max, 0, None), Measured::Never);
    assert_eq!(run.value("friction", Statistic::Mean, 0, None), Measured::NoData);
}

/// The variants of which something holds, by name.
fn variants(looks: &str, holds: fn(&Held) -> bool) -> String {
    let held = run(looks).phases[0].trust.variants;
    let all = Model::DEFAULT.variants().into_iter().zip(held);
    let names = all.filter(|(_, held)| holds(held)).map(|(variant, _)| variant.name);
    names.collect::<Vec<_>>().join(", ")
}

#[test]
fn other_models_say_what_they_make_of_the_same_looks() {
    // Two of three agree: enough for who keeps two looks and saw those last.
    let looks = "30ms p15 look 0 at v3 unknown; 40ms p15 look 0 at v1 valid;
        50ms p15 look 0 at v2 valid; 50ms p15 doubt 0";
    let confident = variants(looks, |held| held.confident == 1);
    assert_eq!(confident, "one look less, first-answer, without agreement");
    assert_eq!(variants(looks, |held| held.open == 1), "");
    let delayed = variants(looks, |held| held.causes == [1, 0, 0, 0, 0]);
    assert_eq!(delayed.split(", ").count(), VARIANTS - 3, "{delayed}");
    let trusted = format!("{AGREED} 50ms p15 trust 0");
    assert_eq!(variants(&trusted, |held| held.open == 1), "one look more", "it looked no further");
    assert_eq!(variants(&trusted, |held| held.causes != [0; 5]), "");
}

#[test]
fn a_variant_puts_the_same_doubt_down_to_its_own_cause() {
    // The proof took 45 of 50 ms, and the last answer is 3.5 s old.
    let slow = PROVEN.replace("took 20ms expects 50ms", "took 45ms expects 50ms");
    let looks = "30ms p15 look 0 at v0 valid; 40ms p15 look 0 at v1 valid;
        50ms p15 look 0 at v2 valid age 3500ms; 50ms p15 doubt 0";
    let held = measure(4, 3, &format!("{slow}{looks}")).phases[0].trust.variants;
    let named = |name: &str| {
        let all = Model::DEFAULT.variants();
        held[all.iter().position(|variant| variant.name == name).expect("a variant")]
    };
    assert_eq!(named("as declared").causes, [0, 0, 0, 0, 1]);
    assert_eq!(named("proof in half the time").causes, [1, 0, 0, 0, 0]);
    assert_eq!(named("tolerance doubled").confident, 1);
}

#[test]
fn on_a_calm_day_without_relying_parties_nothing_is_kept() {
    let proven = PROVEN.replace("trusting;", "");
    let measured = measure(4, 3, &proven);
    assert_eq!(measured.concord.rows().count(), 0);
    let faulted = measure(4, 3, &format!("faulted 5s 6s;{proven}"));
    assert_eq!(faulted.concord.rows().count(), 1, "faults are of interest by themselves");
    let value = measured.value("friction", Statistic::Mean, 0, None);
    assert_eq!(value, Measured::NoData);
}
