//! Rule 2 of two real registries (reference/real-systems 2.1): the uids of EAS have the time of
//! inclusion, where `fifteen` has them without.

use std::sync::Arc;

use super::lab::{Lab, verdicts};
use super::*;
use crate::attestation::Name;

/// A history in the words of `fifteen`, and what it is told by `eas`, by `eas` with uids of
/// inclusion, and by `sign`.
///
/// Blocks have 12 s. `/w13` is signed at second 13, in block 1; `%1` is the uid of block 1, and
/// `%1+2` the third of the same content there. `a1<a0#3%1` names number 3, or that uid of a0.
const RULES: &[[&str; 4]] = &[
    ["a0 a1/w11 a2/w12", "accepted accepted accepted", "%0 %0 %1", "#1 #2 #3"],
    // Another order, or a delay until somebody has signed in the next block: another uid.
    ["a0/w11 b0/w12", "accepted accepted", "%0 %1", "#1 #2"],
    ["b0/w12 a0/w11", "accepted accepted", "%1 %1", "#1 #2"],
    // A copy is the same transaction, whatever the time.
    ["a0/w11 b0/w12 a0/w11", "accepted accepted accepted", "%0 %1 %0", "#1 #2 #1"],
    // What names the uid of a block means what is in that block, and nothing else.
    ["a0/w11 b0/w12 c0<a0%0", "accepted accepted accepted", "%0 %1 %1", "#1 #2 #3"],
    ["b0/w12 a0/w11 c0<a0%0", "accepted accepted accepted", "%1 %1 NotFound", "#1 #2 #3"],
    ["b0/w12 a0/w11 c0<a0%1", "accepted accepted accepted", "%1 %1 %1", "#1 #2 #3"],
    ["a0 b0<a0", "accepted accepted", "%0 NotFound", "#1 #2"],
    ["a1<a0%0 a0 a1<a0%0", "NotFound accepted accepted", "NotFound %0 %0", "#1 #2 #1"],
    // Revocations name it too.
    [
        "a0/w13 a1>a0#1%0 a2>a0#1%1 a3>a0#1%1",
        "accepted accepted AlreadyRevoked AlreadyRevoked",
        "%1 NotFound accepted AlreadyRevoked",
        "#1 accepted AttestationAlreadyRevoked AttestationAlreadyRevoked",
    ],
    ["a0 b0>a0#1%0", "accepted AccessDenied", "%0 AccessDenied", "#1 AttestationWrongAttester"],
    // The same content in one block is bumped: three of one subject in one transaction.
    [
        "a0/o00 b0<a0%0+1 b1<a0%0+2 b2<a0%0+3",
        "accepted accepted accepted accepted",
        "%0 %0 %0 NotFound",
        "#1 #4 #5 #6",
    ],
    ["a0/o01 b0<a0%0+1 b1<a0%0+2", "accepted accepted accepted", "%0 %0 NotFound", "#1 #4 #5"],
    // A refusal gives nothing, and no time passes with it.
    [
        "a0/e0/w99 b0 c0<a0%8",
        "InvalidExpirationTime accepted NotFound",
        "InvalidExpirationTime %0 NotFound",
        "#1 #2 #3",
    ],
    // Schemas, and what is off chain, are named by their content all the same.
    ["c0+/x7 a0/x7/w12", "accepted accepted", "accepted %1", "accepted SchemaNonexistent"],
    ["a0/l4 a1>a0/l4", "accepted accepted", "accepted accepted", "accepted accepted"],
];

#[test]
fn a_uid_has_the_time_of_inclusion() {
    for [history, content, inclusion, sign] in RULES {
        let labs = [Lab::new(Profile::Eas), Lab::of_inclusion(), Lab::new(Profile::Sign)];
        let said = labs.map(|lab| verdicts(lab, history));
        assert_eq!(said, [*content, *inclusion, *sign], "{history}");
    }
}

#[test]
fn an_author_is_told_the_uid_beside_its_next_nonce() {
    let mut lab = Lab::of_inclusion();
    let signed = lab.make("a0@b/w13");
    lab.apply(&signed, 0);
    let told = lab.registry.told(&signed, 0);
    assert_eq!((told.name.and_then(Name::number), told.nonce), (None, Some(1)));
    assert!(told.name.is_some(), "it has a uid");
}

#[test]
fn time_on_the_chain_goes_back_with_what_is_undone_and_on_with_what_is_forgotten() {
    let second = |second| VirtualTime::ZERO + Span::from_secs(second);
    let mut lab = Lab::of_inclusion();
    let words = ["a0/w1", "b0/w13", "b1/w25"];
    let [first, next, last] = words.map(|word| lab.make(word));
    for (at, signed) in (10..).step_by(10).zip([&first, &next, &last]) {
        lab.at = second(at);
        assert_eq!(lab.apply(signed, 0), Verdict::Accepted);
    }
    assert!(lab.registry.retract(&last, 0), "it was in");
    assert_eq!(lab.take("c0/w2").as_deref(), Some("%1"), "as the one before it");
    let undone: Vec<Arc<Signed>> =
        lab.registry.roll_back(second(10)).into_iter().map(|(signed, _)| signed).collect();
    assert_eq!(undone.len(), 2, "all but the first");
    assert_eq!(lab.take("c1/w2").as_deref(), Some("%0"), "as the first");
    assert_eq!(lab.apply(&next, 0), Verdict::Accepted);
    // Registries of these tests forget after 60 s.
    lab.at = second(200);
    assert_eq!(lab.take("c2/w2").as_deref(), Some("%1"), "nobody is left of that block");
    assert_eq!(lab.take("c3<c2%1").as_deref(), Some("%1"));
    assert_eq!(lab.take("c4<b0%1").as_deref(), Some("NotFound"), "it is forgotten");
}
