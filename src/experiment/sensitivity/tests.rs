//! Conclusions that survive, fall and stay open, each planted.

use super::*;

/// A range as a reader writes it: `3` or `3..5`.
fn range(text: &str) -> Range {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.parse().expect("a number");
    Range { least: number(least), most: number(most) }
}

#[test]
fn a_relation_is_decided_only_if_both_ends_say_the_same() {
    let check = |left: &str, relation, right: &str, expected: Option<bool>| {
        let found = compare(range(left), relation, range(right));
        assert_eq!(found, expected, "{left} {relation:?} {right}");
    };
    check("3", Relation::Less, "4", Some(true));
    check("4", Relation::Less, "4", Some(false));
    check("3..5", Relation::Less, "4", None);
    check("3..5", Relation::Less, "5..6", None);
    check("3..5", Relation::AtMost, "5..6", Some(true));
    check("5..6", Relation::AtMost, "3..4", Some(false));
    check("5..6", Relation::AtLeast, "5", Some(true));
    check("5..6", Relation::More, "5", None);
    check("3..4", Relation::More, "4..5", Some(false));
    check("4", Relation::Equal, "4", Some(true));
    check("4..5", Relation::Equal, "5", None);
    check("4..5", Relation::Equal, "6", Some(false));
}

#[test]
fn a_cause_has_the_most_only_if_those_who_looked_no_further_cannot_change_it() {
    let check = |causes: [u64; 5], open, expected: Option<bool>| {
        assert_eq!(is_most(0, &Held { confident: 0, open, causes }), expected, "{causes:?} {open}");
    };
    check([6, 2, 1, 0, 0], 0, Some(true));
    check([6, 2, 1, 0, 0], 2, Some(true));
    check([6, 2, 1, 0, 0], 3, None);
    check([2, 6, 0, 0, 0], 3, Some(false));
    check([3, 3, 0, 0, 0], 0, Some(false));
}

#[test]
fn what_says_otherwise_and_what_is_open_is_named() {
    let mut holds = [Some(true); VARIANTS];
    (holds[2], holds[4]) = (Some(false), None);
    let conclusion = Conclusion { what: String::new(), holds };
    assert!(conclusion.is_held());
    assert_eq!((conclusion.against(), conclusion.open()), (vec![2], vec![4]));
}

#[test]
fn only_shares_and_numbers_of_the_trusted_in_a_phase_are_judged_anew() {
    let check = |stat, metric, window, expected| {
        let subject = Subject { stat, metric, window, phase: None };
        assert_eq!(is_judged_anew(subject), expected, "{metric}");
    };
    check(Stat::Share, "confident", None, true);
    check(Stat::Count, "trust_gap.silence", None, true);
    check(Stat::Share, "proof_ok", None, false);
    check(Stat::Mean, "hesitation", None, false);
    check(Stat::Share, "confident", Some(crate::kernel::Span::from_secs(1)), false);
}
