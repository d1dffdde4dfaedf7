//! The checker against the dumb one, over many small random histories. `ATTESTORM_HISTORIES` says
//! over how many, for long hunts.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::recorded::{Luck, Recording, plant_old_sight};
use super::{ENOUGH, dumb};
use crate::history::budget::Budget;
use crate::history::problem::Problem;
use crate::history::search::{Found, Search};
use crate::history::{Action, Finding, Model, Operation, check, shrink};

/// One operation as small numbers: kind, argument, second argument, call, length, whether it ended.
type Drawn = (u8, u8, u8, u8, u8, bool);

/// Histories of each kind, unless a long hunt is asked for.
const CASES: u32 = 3_000;

fn cases() -> u32 {
    std::env::var("ATTESTORM_HISTORIES")
        .map_or(CASES, |cases| cases.parse().expect("ATTESTORM_HISTORIES is a number"))
}

fn operation(model: Model, place: usize, values: u8, drawn: Drawn) -> Operation {
    let (kind, one, two, called, length, has_ended) = drawn;
    let value = |number: u8| Some((number % values).to_string());
    // One that may begin another, or be empty.
    let text = || value(one).unwrap_or_default().repeat(usize::from(two % 6).min(4) % 3);
    let action = match (model, kind % 8) {
        (Model::Register, 0) => Action::Read(None),
        (Model::Kv, 0) => Action::Read(Some(text())),
        (Model::Kv, 1 | 2) => Action::Read(Some(format!("{}{}", one % values, two % values))),
        (_, 0..=3) => Action::Read(value(one)),
        (Model::Kv, 4 | 5) => Action::Append((one % values).to_string()),
        (Model::Kv, 6) => Action::Append(text()),
        (Model::Register, 4) => Action::CasFailed(value(one)),
        (_, 4 | 5) => Action::Cas { expected: value(one), new: value(two) },
        (_, _) => Action::Write(value(one)),
    };
    let called = i64::from(called % 12);
    let returned = has_ended.then(|| called + i64::from(length % 6));
    let (client, words) = (place.to_string(), format!("{action:?}"));
    Operation { line: place + 1, client, called, returned, key: String::new(), action, words }
}

/// Histories of up to seven operations; with `is_unique` every change writes what no other does.
fn histories(model: Model, values: u8, is_unique: bool) -> impl Strategy<Value = Vec<Operation>> {
    let is_over = prop_oneof![5 => Just(true), 1 => Just(false)];
    let drawn = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), is_over);
    let histories = prop::collection::vec(drawn, 1..8);
    histories.prop_map(move |drawn| {
        let all = drawn.into_iter().enumerate();
        let mut all: Vec<Operation> =
            all.map(|(place, drawn)| operation(model, place, values, drawn)).collect();
        if is_unique {
            let mut seen = Vec::new();
            all.retain(|operation| {
                let is_new = !seen.contains(&operation.action);
                seen.push(operation.action.clone());
                let is_read = matches!(operation.action, Action::Read(_));
                let is_plain = matches!(operation.action, Action::Write(_) | Action::Append(_));
                is_read || is_plain && is_new
            });
        }
        all
    })
}

/// The search alone, without chains.
fn searched(operations: &[Operation], model: Model, kept: &[usize]) -> bool {
    let places: Vec<usize> = (0..operations.len()).collect();
    let mut problem = Problem::new(model, operations, &places);
    let is_kept: Vec<bool> =
        problem.steps.iter().map(|step| kept.contains(&step.operation)).collect();
    let mut search = Search::new(&mut problem, &is_kept, usize::MAX);
    let found = search.run(&mut Budget::new(ENOUGH));
    assert_ne!(found, Found::Undecided);
    found == Found::Order
}

/// By the dumb checker; by the one that remembers where it has been if there are many.
fn is_linearizable(operations: &[Operation], model: Model) -> bool {
    if operations.len() < 9 {
        return dumb::is_linearizable(operations, model);
    }
    let everything: Vec<usize> = (0..operations.len()).collect();
    dumb::explains(operations, model, &everything)
}

/// The verdict is right, and so is what is said of a core: that no order explains it, and that one
/// explains it without any one of its operations.
fn is_right(operations: &[Operation], model: Model, values: u8) -> Result<bool, TestCaseError> {
    let expected = is_linearizable(operations, model);
    let everything: Vec<usize> = (0..operations.len()).collect();
    prop_assert_eq!(searched(operations, model, &everything), expected, "search");
    // Any part of a history, so that a search with something left out is right too.
    let part: Vec<usize> =
        everything.into_iter().filter(|at| at % 3 != usize::from(values % 3)).collect();
    let explained = dumb::explains(operations, model, &part);
    prop_assert_eq!(searched(operations, model, &part), explained, "{:?} kept", part);
    match check(operations, model, ENOUGH).finding {
        Finding::Order => prop_assert!(expected),
        Finding::Undecided(_) => prop_assert!(false, "undecided"),
        Finding::NoOrder(suspects) => {
            let core = shrink(operations, model, &suspects, ENOUGH);
            prop_assert!(!expected && core.is_minimal);
            let core = core.places;
            prop_assert!(!dumb::explains(operations, model, &core), "a core of {:?}", core);
            for left_out in &core {
                let rest: Vec<usize> = core.iter().copied().filter(|at| at != left_out).collect();
                prop_assert!(dumb::explains(operations, model, &rest), "{:?} is too much", core);
            }
        }
    }
    Ok(expected)
}

/// Both checkers agree, and both verdicts are seen often.
fn agree(model: Model, values: u8, is_unique: bool) {
    let (good, bad) = (Cell::new(0), Cell::new(0));
    let config = Config { failure_persistence: None, ..Config::with_cases(cases()) };
    let ran = TestRunner::new_with_rng(config, rng()).run(
        &histories(model, values, is_unique),
        |operations| {
            let count = if is_right(&operations, model, values)? { &good } else { &bad };
            count.set(count.get() + 1);
            Ok(())
        },
    );
    ran.unwrap_or_else(|fault| panic!("{model:?}: {fault}"));
    let (good, bad) = (good.get(), bad.get());
    assert!(good.min(bad) > cases() / 20, "{model:?}: {good} good, {bad} bad");
}

fn rng() -> proptest::test_runner::TestRng {
    use proptest::test_runner::{RngAlgorithm, TestRng};
    TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32])
}

#[test]
fn registers_agree_with_the_dumb_checker() {
    agree(Model::Register, 2, false);
    agree(Model::Register, 4, true);
}

#[test]
fn cas_registers_agree_with_the_dumb_checker() {
    agree(Model::CasRegister, 3, false);
    agree(Model::CasRegister, 5, true);
}

#[test]
fn maps_agree_with_the_dumb_checker() {
    agree(Model::Kv, 2, false);
    agree(Model::Kv, 4, true);
}

/// Small histories that one order explains, before something is planted in them and after. They
/// are longer than others, and so fewer.
fn nearly(model: Model, values: Option<u64>) {
    let (mut good, mut bad) = (0, 0);
    let count = cases() / 5;
    for seed in 0..u64::from(count) {
        let mut luck = Luck::new(seed);
        let (lost, clients) = (luck.below(6), 2 + luck.below(3));
        let operations = 5 + luck.below(8) as usize;
        let recording = Recording { model, operations, clients, values, lost };
        let mut operations = recording.record(&mut luck);
        assert!(is_linearizable(&operations, model), "{seed}: {}", shown(&operations));
        judged_rightly(&operations, model, seed);
        plant_old_sight(&mut operations, &mut luck);
        let verdicts = if judged_rightly(&operations, model, seed) { &mut good } else { &mut bad };
        *verdicts += 1;
    }
    assert!(good.min(bad) > count / 50, "{model:?}: {good} good, {bad} bad");
}

fn judged_rightly(operations: &[Operation], model: Model, seed: u64) -> bool {
    is_right(operations, model, (seed % 3) as u8)
        .unwrap_or_else(|fault| panic!("{model:?}, seed {seed}: {fault} in{}", shown(operations)))
}

fn shown(operations: &[Operation]) -> String {
    let line = |operation: &Operation| {
        let Operation { called, returned, action, .. } = operation;
        format!("\n  {called}..{returned:?} {action:?}")
    };
    operations.iter().map(line).collect()
}

#[test]
fn histories_that_are_nearly_in_order_are_judged_as_by_the_dumb_checker() {
    for model in [Model::Register, Model::CasRegister, Model::Kv] {
        nearly(model, Some(2));
        nearly(model, Some(3));
        nearly(model, None);
    }
}
