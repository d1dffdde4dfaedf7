//! The checker against the dumb one, over many small random histories.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{ENOUGH, dumb};
use crate::history::problem::Problem;
use crate::history::search::{Found, Search};
use crate::history::{Action, Finding, Model, Operation, check};

/// One operation as small numbers: kind, argument, second argument, call, length, whether it ended.
type Drawn = (u8, u8, u8, u8, u8, bool);

const CASES: u32 = 3_000;

fn operation(model: Model, place: usize, values: u8, drawn: Drawn) -> Operation {
    let (kind, one, two, called, length, has_ended) = drawn;
    let value = |number: u8| Some((number % values).to_string());
    let action = match (model, kind % 6) {
        (Model::Register, 0) => Action::Read(None),
        (Model::Kv, 0) => Action::Read(Some(String::new())),
        (Model::Kv, 1) => Action::Read(Some(format!("{}{}", one % values, two % values))),
        (_, 0..=2) => Action::Read(value(one)),
        (Model::Kv, 4 | 5) => Action::Append((one % values).to_string()),
        (Model::Register, 4) => Action::CasFailed(value(one)),
        (_, 4) => Action::Cas { expected: value(one), new: value(two) },
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
    let steps = problem.steps.clone();
    let initial = problem.initial;
    let mut search = Search::new(&mut problem, |at| kept.contains(&steps[at].operation));
    let found = search.run(initial, &mut ENOUGH.clone());
    assert_ne!(found, Found::Undecided);
    found == Found::Order
}

/// Both checkers agree, the core is one, and both verdicts are seen often.
fn agree(model: Model, values: u8, is_unique: bool) {
    let (good, bad) = (Cell::new(0), Cell::new(0));
    let config = Config { failure_persistence: None, ..Config::with_cases(CASES) };
    let ran = TestRunner::new_with_rng(config, rng()).run(
        &histories(model, values, is_unique),
        |operations| {
            let expected = dumb::is_linearizable(&operations, model);
            let everything: Vec<usize> = (0..operations.len()).collect();
            prop_assert_eq!(searched(&operations, model, &everything), expected, "search");
            match check(&operations, model, ENOUGH).finding {
                Finding::Order => {
                    prop_assert!(expected);
                    good.set(good.get() + 1);
                }
                Finding::NoOrder { core, is_minimal } => {
                    prop_assert!(!expected && is_minimal);
                    prop_assert!(!searched(&operations, model, &core), "a core of {core:?}");
                    for left_out in &core {
                        let rest: Vec<usize> =
                            core.iter().copied().filter(|at| at != left_out).collect();
                        prop_assert!(searched(&operations, model, &rest), "{core:?} is too much");
                    }
                    bad.set(bad.get() + 1);
                }
                Finding::Undecided => prop_assert!(false, "undecided"),
            }
            Ok(())
        },
    );
    ran.unwrap_or_else(|fault| panic!("{model:?}: {fault}"));
    let (good, bad) = (good.get(), bad.get());
    assert!(good.min(bad) > CASES / 20, "{model:?}: {good} good, {bad} bad");
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
