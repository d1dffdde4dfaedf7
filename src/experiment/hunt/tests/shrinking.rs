use super::super::lesser::PASSES;
use super::super::{Smallest, shrink};
use super::forgetful::Forgetful;
use super::*;
use crate::report::hunt_screen;

/// The smallest case of the first find.
fn smallest(ordering: &str, catalogue: &Catalogue) -> (Find, Smallest) {
    let report = go("out-of-order-links", ordering, 12, catalogue);
    let find = report.finds.into_iter().next().expect("what breaks it is soon drawn");
    let smallest = shrink(&find.scenario, catalogue, 2, |_| {}).expect("it breaks again");
    (find, smallest)
}

#[test]
fn a_find_becomes_the_smallest_case_with_the_facts_that_lead_there() {
    let catalogue = Catalogue::bundled().with::<Forgetful>();
    let (find, smallest) = smallest("forgetful", &catalogue);
    insta::assert_snapshot!(hunt_screen(&smallest), @r#"
    BROKEN  causal order: 0m00.137196550 validator-0: delivered #2 before #0, which it refers to
      smallest case: 4 validators (of 6), 1 fault (of 2), 0.3 s (of 41), 3 attestations (of 727)
          at = "30ms"  for = "10ms"  on = "validator-0"  crash = { state = "kept" }
      why, in 4 steps (of 77 events):
          -0m00.063172337  router-2      routed #0 try 0 sequence 0
          0m00.030000000  validator-0   host by rule 0 Crashed
          0m00.040000000  validator-0   host by rule 0 Restarted
          0m00.137196550  validator-0   delivered #2 try 0 position 1 final
      found in 338 runs; no single step makes it smaller
    "#);

    let text = smallest.scenario.to_toml();
    let stored = Source::Text { name: "scenario.toml".to_owned(), text };
    let scenario = read(&stored, None, &catalogue);
    let again = run_pair(&scenario, &catalogue, Options::default(), false, &mut NoRows);
    let again = again.expect("it ends");
    assert_eq!(again.verdict.word().exit(), 98);
    let words = broken(&again.run);
    assert_eq!(words, Some(format!("BROKEN  causal order: {}", smallest.first)));
    let alone = shrink(&find.scenario, &catalogue, 1, |_| {}).expect("it breaks again");
    assert_eq!(alone.scenario, smallest.scenario, "cores have no say");
}

#[test]
fn two_orders_are_told_with_what_came_where() {
    let catalogue = Catalogue::bundled().with::<Boastful>();
    let (_, smallest) = smallest("arrival", &catalogue);
    insta::assert_snapshot!(hunt_screen(&smallest), @r#"
    BROKEN  total order: 0m00.083926118 position 2: #2 at validator-0, #3 at validator-1
      smallest case: 4 validators (of 4), 0 faults (of 5), 0.3 s (of 41), 6 attestations (of 553)
      why, in 4 steps (of 92 events):
          0m00.060444649  router-0      routed #2 try 0 sequence 2
          0m00.060822649  validator-0   delivered #2 try 0 position 2 final
          0m00.083548118  router-1      routed #3 try 0 sequence 0
          0m00.083926118  validator-1   delivered #3 try 0 position 2 final
      found in 116 runs; no single step makes it smaller
    "#);
}

#[test]
fn what_breaks_nothing_is_not_shrunk() {
    let catalogue = Catalogue::bundled();
    let source = Source::find("calm-baseline").expect("it is bundled");
    let mut scenario = read(&source, Some("arrival"), &catalogue);
    scenario.faults.clear();
    assert!(shrink(&scenario, &catalogue, 1, |_| {}).is_none());
}

/// Where nothing is needed for the find, nothing of what the scenario is about is left.
#[test]
fn whatever_a_scenario_has_can_be_left_out() {
    for name in ["split-interpretation", "inscription-flood", "clock-skew"] {
        let catalogue = Catalogue::bundled();
        let mut scenario = read(&Source::find(name).expect("it is bundled"), None, &catalogue);
        while let Some(lesser) = PASSES.iter().find_map(|pass| pass(&scenario).into_iter().next()) {
            scenario = lesser;
        }
        let text = scenario.to_toml();
        let parts = [
            "[ops]",
            "[time]",
            "[[fault]]",
            "ahead = ",
            "upstream = ",
            "patience = {",
            "promise = ",
        ];
        let left: Vec<&str> = parts.into_iter().filter(|part| text.contains(part)).collect();
        assert!(left.is_empty(), "{name}: {left:?} in\n{text}");
    }
}
