//! A setting made bad on purpose must be found better, without promising less.

use serde_json::json;

use super::*;
use crate::scenario::{Catalogue as KnownOrderings, OrderingEntry, Source, load};

fn variant(ordering: &str, setting: Value) -> Variant {
    let catalogue = Catalogue::bundled();
    let orderings = OrderingEntry::all(&catalogue);
    let source = Source::find("calm-baseline").expect("it is bundled");
    let set = |(path, value): (&str, &str)| (path.to_owned(), value.to_owned());
    let overrides = [("ordering", ordering), ("duration", "10s"), ("validators.count", "4")];
    let overrides = overrides.map(set);
    let loaded = load(&source, &overrides, &KnownOrderings { orderings: &orderings });
    let mut scenario = loaded.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    scenario.parameters.insert(ordering.to_owned(), setting);
    Variant { label: ordering.to_owned(), scenario }
}

fn tune(variant: &Variant, trials: u32, threads: usize) -> Tuned {
    let tuning = Tuning::new(trials, &[1, 2]);
    let catalogue = Catalogue::bundled();
    tuning.tune(variant, (&catalogue, Options::default(), threads), || {})
}

#[test]
fn training_seeds_are_none_that_are_judged() {
    assert_eq!(Tuning::new(8, &[1, 2]).seeds, [1001, 1002, 1003]);
    assert_eq!(Tuning::new(8, &[1001, 1003, 7]).seeds, [1002, 1004, 1005]);
}

#[test]
fn a_bad_setting_is_found_better_and_the_same_on_any_number_of_threads() {
    let bad = variant("jolteon", json!({ "batch_delay": "1s" }));
    let tuned = tune(&bad, 12, 1);
    let again = tune(&bad, 12, 2);
    assert_eq!((&tuned.trials, &tuned.chosen), (&again.trials, &again.chosen));
    assert_eq!(tuned.trials.len(), 12);
    let delay = |setting: &Value| {
        let text = setting["batch_delay"].as_str().expect("a length of time");
        text.parse::<crate::kernel::Span>().expect("a length of time")
    };
    assert!(delay(&tuned.chosen) < delay(&tuned.trials[0].setting), "{}", tuned.chosen);
    let best = Tuning::best(&tuned, &bad).expect("it is better");
    assert_eq!(best.label, "jolteon tuned");
    assert_eq!(best.scenario.parameters["jolteon"], tuned.chosen);
    // On a calm day nobody times out: what makes no difference stays as it was.
    for key in ["timeout_longest", "history", "remembered"] {
        assert_eq!(tuned.chosen[key], tuned.trials[0].setting[key], "{key}");
    }
}

#[test]
fn who_has_nothing_to_tune_is_left_alone() {
    let arrival = variant("arrival", json!({}));
    let tuned = tune(&arrival, 4, 1);
    assert_eq!(tuned.trials.len(), 1);
    assert!(Tuning::best(&tuned, &arrival).is_none());
}

#[test]
fn what_breaks_is_worse_than_what_misses_and_that_than_what_is_late() {
    let late = Score { p99_us: 9, unfinished: 9, p50_us: 9, messages: 9, ..Score::default() };
    let missed = Score { missed: 1, ..Score::default() };
    let broken = Score { broken: 1, ..Score::default() };
    assert!(Score::default() < late && late < missed && missed < broken);
    assert!(broken < Score::NOTHING, "a run that came to nothing has no latency either");
    assert_eq!(Score::sum(&[late, missed]), Score { missed: 1, ..late });
}
