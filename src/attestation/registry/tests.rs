//! Scripts of what one registry is given, and its verdicts.

mod fifteen;
mod lab;
mod uids;
mod undo;

use std::sync::Arc;

use super::*;
use crate::attestation::{Action, Attestation, KeyRing};

/// Applies a script such as `a0 a1<0 r2>0` and lists the verdicts. `a2<0` attests as number 2
/// with parent 0, `c` claims, `r2>0` revokes 0, `R2>0` replaces 0, `-2` retracts 2. Even
/// numbers are by attester 0, odd ones by attester 1, unless `!` swaps them. All are about
/// subject 0. `e` attests what has expired; `U`, `E` and `L` change the rules: usual, accepts what
/// has expired, knows no links.
fn verdicts(script: &str) -> String {
    let ring = KeyRing::modelled(1);
    let mut registry =
        Registry::new((Profile::Eas, Naming::Content), &Schema::GENESIS, Span::from_secs(60));
    let mut made: Vec<Option<Arc<Signed>>> = vec![None; 10];
    let mut said = Vec::new();
    for (at, word) in (0..).zip(script.split(' ')) {
        let rules = [("U", Rules::Usual), ("E", Rules::AcceptsExpired), ("L", Rules::KnowsNoLinks)];
        if let Some((_, rules)) = rules.iter().find(|(name, _)| *name == word) {
            registry.follow(*rules);
            continue;
        }
        let swap = word.ends_with('!');
        let word = word.trim_end_matches('!');
        let number: usize = word[1..2].parse().expect("a digit");
        if word.starts_with('-') {
            let signed = made[number].clone().expect("made before");
            said.push(if registry.retract(&signed, 0) { "undone" } else { "nothing" });
            continue;
        }
        if made[number].is_none() {
            made[number] = Some(make(word, number, swap, &made, &ring));
        }
        let signed = made[number].clone().expect("made above");
        said.push(registry.apply((VirtualTime::ZERO, LocalTime(at)), &signed, 0).verdict.name());
    }
    said.join(" ")
}

fn make(
    word: &str,
    number: usize,
    swap: bool,
    made: &[Option<Arc<Signed>>],
    ring: &KeyRing,
) -> Arc<Signed> {
    let mention = word.get(3..4).map(|digit| {
        let other: usize = digit.parse().expect("a digit");
        made[other]
            .clone()
            .unwrap_or_else(|| make(&format!("a{other}"), other, false, made, ring))
            .id
    });
    let action = match (&word[..1], mention) {
        ("r", Some(target)) => Action::Revoke(target),
        ("R", Some(target)) => Action::Replace(target),
        (_, parent) => Action::Attest { parent },
    };
    let attester = (number % 2) as u32 ^ u32::from(swap);
    let attestation = Attestation {
        schema: if word.starts_with('c') { Schema::CLAIM } else { Schema::STATEMENT },
        action,
        expires_at: word.starts_with('e').then_some(LocalTime(-1)),
        ..Attestation::plain(number as u32, attester)
    };
    Signed::new(attestation, &ring.signer(attester))
}

#[test]
fn a_reference_must_be_known_and_in_force() {
    assert_eq!(verdicts("a1<0 a0 a1<0"), "NotFound accepted accepted");
    assert_eq!(verdicts("r2>0 a0 r2>0"), "NotFound accepted accepted");
    assert_eq!(verdicts("a0 r2>0 a1<0"), "accepted accepted Revoked");
}

#[test]
fn only_its_attester_revokes_and_only_once() {
    assert_eq!(verdicts("a0 r1>0"), "accepted AccessDenied");
    assert_eq!(verdicts("a0 r2>0 r4>0"), "accepted accepted AlreadyRevoked");
    assert_eq!(verdicts("a0 r2>0 r2>0"), "accepted accepted accepted", "the same one again");
}

#[test]
fn of_two_that_exclude_each_other_the_first_wins() {
    assert_eq!(verdicts("a0 R1>0 R2>0"), "accepted accepted AlreadyReplaced");
    assert_eq!(verdicts("c0 c1"), "accepted AlreadyClaimed");
    assert_eq!(verdicts("a0 r2>0 R1>0"), "accepted accepted AlreadyRevoked");
}

#[test]
fn retracting_in_reverse_restores_what_was() {
    assert_eq!(verdicts("a0 r2>0 -2 r4>0"), "accepted accepted undone accepted");
    assert_eq!(verdicts("a0 R1>0 -1 R2>0"), "accepted accepted undone accepted");
    assert_eq!(verdicts("c0 -0 c1"), "accepted undone accepted");
    assert_eq!(verdicts("c0 r2>0 -2 c1"), "accepted accepted undone AlreadyClaimed");
    assert_eq!(verdicts("a0 -0 -0"), "accepted undone nothing");
}

#[test]
fn rules_of_another_version_judge_otherwise() {
    assert_eq!(verdicts("e0 E e0 U e1"), "InvalidExpirationTime accepted InvalidExpirationTime");
    assert_eq!(verdicts("a0 L a1<0 a2 U a1<0"), "accepted InvalidSchema accepted accepted");
    assert_eq!(verdicts("a0 L r2>0"), "accepted accepted", "revoking is no link");
}
