//! Claims against values written by hand: `left | right`, one value per seed.

use super::*;
use crate::scenario::check::Stat;
use crate::scenario::claim::{Axis, Holds};

fn claim(relation: Relation) -> Claim {
    Claim {
        text: "a is like b".to_owned(),
        by: Axis { path: "ordering".to_owned(), values: vec!["a".to_owned(), "b".to_owned()] },
        holds: Holds {
            text: String::new(),
            stat: Stat::Mean,
            metric: "messages".to_owned(),
            window: None,
            phase: None,
            left: "a".to_owned(),
            relation,
            right: Side::Variant { times: 1.0, label: "b".to_owned(), plus: 0.0 },
        },
    }
}

fn side(text: &str) -> Vec<Option<f64>> {
    let value = |word: &str| match word {
        "-" => None,
        "never" => Some(f64::INFINITY),
        number => Some(number.parse().expect("a number")),
    };
    text.split_whitespace().map(value).collect()
}

fn check(relation: Relation, values: &str, expected: &str) {
    let (left, right) = values.split_once('|').expect("two sides");
    let result = decide(&claim(relation), side(left), side(right));
    let seeds = result.seeds_needed.map_or_else(String::new, |seeds| format!(" {seeds}"));
    assert_eq!(format!("{}{seeds}", result.standing.text()), expected, "{relation:?} {values}");
}

#[test]
fn a_claim_is_decided_when_the_interval_leaves_out_zero() {
    use Relation::{AtLeast, AtMost, Equal, Less, More};
    check(Less, "10 11 12 13 | 20 21 22.5 23", "HOLDS");
    check(More, "10 11 12 13 | 20 21 22.5 23", "FAILS");
    check(Less, "10 11 12 13 | 11 10 13 12.5", "OPEN 264");
    check(More, "10 11 12 13 | 11 10 13 12.5", "OPEN 264");
    check(Less, "0 0 0 | 0 0 0", "FAILS");
    check(AtMost, "0 0 0 | 0 0 0", "HOLDS");
    check(AtLeast, "0 0 0 | 0 0 0", "HOLDS");
    check(Equal, "0 0 0 | 0 0 0", "HOLDS");
    check(Equal, "10 11 12 13 | 20 21 22.5 23", "FAILS");
    check(Equal, "1 2 | 2 1", "OPEN");
}

#[test]
fn one_seed_or_a_seed_without_samples_decides_nothing() {
    check(Relation::Less, "1 | 2", "OPEN");
    check(Relation::Less, "1 1 - | 2 2 2", "OPEN");
    check(Relation::Less, "|", "OPEN");
}

#[test]
fn where_something_never_comes_signs_decide() {
    check(Relation::Less, "1 1 1 1 1 1 | never never never never never 9", "HOLDS");
    check(Relation::More, "1 1 1 1 1 1 | never never never never never 9", "FAILS");
    check(Relation::Less, "1 1 1 | never never never", "OPEN 6");
    check(Relation::Less, "1 1 1 1 1 1 | never never never never never 0", "OPEN 12");
    // One in nine is rare by the sign test (p = 0.039), one in eight is not (0.070).
    let most = "1 1 1 1 1 1 1 1 1 | never 2 2 2 2 2 2 2";
    check(Relation::Less, &format!("{most} 0"), "HOLDS");
    check(Relation::More, &format!("{most} 0"), "FAILS");
    check(Relation::Less, "1 1 1 1 1 1 1 1 | never 2 2 2 2 2 2 0", "OPEN 9");
    check(Relation::Less, "1 1 1 1 | never never 0 0", "OPEN");
}

#[test]
fn of_two_that_never_come_nothing_can_be_said() {
    use Relation::{AtLeast, AtMost, Equal, Less, More};
    for relation in [Less, AtMost, Equal, AtLeast, More] {
        check(relation, "never never never | never never never", "OPEN");
        check(relation, "1 1 1 1 1 never | 2 2 2 2 2 never", "OPEN 6");
    }
    check(Less, "1 1 1 1 1 1 never | 2 2 2 2 2 2 never", "HOLDS");
    check(Less, "1 1 1 1 1 1 | never never never never never never", "HOLDS");
}

#[test]
fn one_open_claim_leaves_the_answer_open() {
    let of = |values: &str| {
        let (left, right) = values.split_once('|').expect("two sides");
        decide(&claim(Relation::Less), side(left), side(right))
    };
    let (holds, fails, open) = (of("1 1|2 2"), of("3 3|2 2"), of("1|2"));
    assert_eq!(gravest(&[]), Standing::Holds);
    assert_eq!(gravest(&[holds.clone(), fails.clone()]), Standing::Fails);
    assert_eq!(gravest(&[holds, fails, open]), Standing::Open);
}

#[test]
fn a_ratio_is_of_values_above_zero() {
    let found = ratio(&[1.0, 2.0], &[2.0, 4.0]).expect("both are sound");
    assert!((found.estimate - 0.5).abs() < 1e-12 && found.low <= 0.5);
    assert_eq!(ratio(&[1.0], &[0.0]), None);
    assert_eq!(ratio(&[f64::INFINITY], &[1.0]), None);
}
