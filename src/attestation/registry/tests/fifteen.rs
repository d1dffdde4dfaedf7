//! Rules of two real registries by which order, delay or a copy changes the outcome
//! (reference/real-systems 2.1, by its numbers): the same little history in both profiles.

use std::sync::Arc;

use super::lab::{Lab, verdicts};
use super::*;
use crate::attestation::{Interpretation, Name, Reading};

/// Rule, history, and what each word of it is told by `eas` and by `sign`.
///
/// `a1` is statement 1 of attester a, `a1<b0#3` links to b0 and takes it for number 3, `a1>a0#1`
/// revokes. `a0@b` is a's call, submitted by b, with a nonce of its digit; `a0@b.1` submits it
/// once more. `/e3` expires at second 3, `/d3` is good until then, `/x2` is of schema 2; `c0+`
/// registers a schema. `/l1` has its data on Arweave, `/l3` in a location of its own, and `/l4` is
/// off chain. `/s4` is about subject 4, not 0, and `/o12` is a batch that states the same
/// of subjects 1 and 2. `max=2` is the longest validity of schemas in seconds, `pause` pulls the
/// brake, `three` knows three locations, `go` ends both. A second passes with each word. `#2` is accepted as number 2, and
/// `on b0` what a reference names if it means another.
const RULES: &[(u8, &str, &str, &str)] = &[
    // The number depends on the order, the content id does not.
    (1, "a0 b0", "accepted accepted", "#1 #2"),
    (1, "b0 a0", "accepted accepted", "#1 #2"),
    // The same content once more is another attestation; a copy of a transaction is not. (EAS
    // hashes the time of inclusion and a bump, see `uids`; or here, its attester's count.)
    (2, "a0 a1 a0", "accepted accepted accepted", "#1 #2 #1"),
    // A guessed number may exist and be another attestation: a valid signature on a wrong link.
    (3, "a0 a1<a0#1", "accepted accepted", "#1 #2"),
    (3, "a0 a1 a2<a1#1", "accepted accepted accepted", "#1 #2 #3 on a0"),
    (3, "a0 b0 a1<a0#2", "accepted accepted accepted", "#1 #2 AttestationWrongAttester"),
    (3, "a0 b0<a0#1", "accepted accepted", "#1 AttestationWrongAttester"),
    (3, "a0 a1<a0#9", "accepted accepted", "#1 AttestationNonexistent"),
    // The counter has moved on when the link is looked at: its own number exists.
    (3, "a1<a0#1", "NotFound", "AttestationWrongAttester"),
    // Of a delegated call, the contract compares with its submitter.
    (3, "a0 a0@b<a0#1", "accepted accepted", "#1 AttestationWrongAttester"),
    // A child before its parent.
    (
        4,
        "a1<a0#5 a0 a1<a0#5",
        "NotFound accepted accepted",
        "AttestationNonexistent #1 AttestationNonexistent",
    ),
    (
        4,
        "a1<a0#2 b0 a0 a1<a0#2",
        "NotFound accepted accepted accepted",
        "AttestationNonexistent #1 #2 #3",
    ),
    // A revocation before its attestation.
    (5, "a1>a0#1 a0 a1>a0#1", "NotFound accepted accepted", "AttestationNonexistent #1 accepted"),
    (5, "a0 b0>a0#1", "accepted AccessDenied", "#1 AttestationWrongAttester"),
    // A second revocation looks like an error, though the goal is reached; a copy does not.
    (6, "a0 a1>a0#1 a1>a0#1", "accepted accepted accepted", "#1 accepted accepted"),
    (
        6,
        "a0 a1>a0#1 a2>a0#1",
        "accepted accepted AlreadyRevoked",
        "#1 accepted AttestationAlreadyRevoked",
    ),
    // First use before registration.
    (7, "a0/x2 c0+/x2 a0/x2", "InvalidSchema accepted accepted", "SchemaNonexistent accepted #1"),
    // EAS names a schema by its content, Sign by the order of registration.
    (
        7,
        "c0+/x7 a0/x7 d0+/x7",
        "accepted accepted AlreadyExists",
        "accepted SchemaNonexistent accepted",
    ),
    // One late message, opposite verdicts.
    (8, "b0 a0/e1", "accepted InvalidExpirationTime", "#1 #2"),
    (8, "max=9 b0/e5 a0/e0", "accepted InvalidExpirationTime", "#1 Panic(0x11)"),
    (8, "max=9 a0", "accepted", "Panic(0x11)"),
    (8, "max=2 a0/e2 b0/e9", "accepted accepted", "#1 AttestationInvalidDuration"),
    // One signature submitted twice; too late; out of turn.
    (9, "a0@b a0@b a0@b.1", "accepted accepted InvalidSignature", "#1 #1 #2"),
    (9, "c0 a0@b/d0", "accepted DeadlineExpired", "#1 #2"),
    (9, "a1@b a0@b a1@b", "InvalidSignature accepted accepted", "#1 #2 #1"),
    (
        9,
        "a0@b b0>a0@b#1 a1@b>a0@b#1",
        "accepted AccessDenied accepted",
        "#1 AttestationWrongAttester accepted",
    ),
    (9, "a0 c0@b>a0#1", "accepted AccessDenied", "#1 InvalidDelegateSignature"),
    // The emergency brake is an outage; where there is none, nothing stops.
    (11, "a0 pause a1 go a1", "accepted accepted accepted", "#1 Paused #2"),
    // Off chain: EAS keeps who revoked what, whether or not it was there; Sign overwrites the time
    // of what must be there.
    (
        13,
        "a1>a0/l4 a0/l4 a2>a0/l4",
        "accepted accepted AlreadyRevokedOffchain",
        "OffchainAttestationNonexistent accepted accepted",
    ),
    (
        13,
        "a0/l4 b0>a0/l4 a1>a0/l4 a2>a0/l4",
        "accepted accepted accepted AlreadyRevokedOffchain",
        "accepted AttestationWrongAttester accepted OffchainAttestationAlreadyRevoked",
    ),
    (
        13,
        "a0@b/l4 a0@b/l4 a0@b.1/l4",
        "accepted accepted InvalidSignature",
        "accepted accepted OffchainAttestationExists",
    ),
    (13, "a0/l4 pause a1>a0/l4 go", "accepted accepted", "accepted Paused"),
    // An enum of three where there are four: EAS says of no data where it lies.
    (14, "a0/l3 three a1/l3 a2/l1", "accepted accepted accepted", "#1 Panic(0x21) #2"),
    // What is stored elsewhere is accepted, there or not, and off chain no schema is looked at: it
    // is the SDK that stores first and reads the schema first.
    (15, "a0/l1", "accepted", "#1"),
    (15, "a0/x9/l4 b0/x9/l1", "accepted InvalidSchema", "accepted SchemaNonexistent"),
];

/// Rule, history, how a reader reads, and what it takes the first statement for by each profile.
const READINGS: &[(u8, &str, Reading, Status, Status)] = &[
    (13, "a0/l4", Reading::FlagAsTime, Status::Valid, Status::Valid),
    (13, "a0/l4 a1>a0/l4", Reading::AsMeant, Status::Revoked, Status::Revoked),
    // "Revoked" is the time 1: second 1 of 1970, long ago and no reason for doubt.
    (13, "a0/l4 a1>a0/l4", Reading::FlagAsTime, Status::Revoked, Status::Valid),
    (13, "a0 a1>a0#1", Reading::FlagAsTime, Status::Revoked, Status::Revoked),
    // EAS: revoked by somebody else, and by its attester before it was there.
    (13, "a0/l4 b0>a0/l4", Reading::AsMeant, Status::Valid, Status::Valid),
    (13, "a1>a0/l4 a0/l4", Reading::AsMeant, Status::Revoked, Status::Valid),
    (14, "a0/l3", Reading::AsMeant, Status::Valid, Status::Valid),
    (14, "a0/l3", Reading::ThreeLocations, Status::Valid, Status::Unknown),
    (14, "a0/l1", Reading::ThreeLocations, Status::Valid, Status::Valid),
];

#[test]
fn readers_of_another_version_take_the_same_record_for_something_else() {
    for (rule, history, reading, eas, sign) in READINGS {
        let seen = [Profile::Eas, Profile::Sign].map(|profile| {
            let mut lab = Lab::new(profile);
            history.split(' ').for_each(|word| drop(lab.take(word)));
            let first = Arc::clone(&lab.made["a0"]);
            let status = lab.registry.status(LocalTime(0), &first.id);
            let reading = *reading;
            Interpretation { profile, reading }.of(first.attestation.storage, status)
        });
        assert_eq!(seen, [*eas, *sign], "rule {rule}: {history}, read {reading:?}");
    }
}

#[test]
fn what_is_undone_off_chain_is_as_it_was() {
    for profile in [Profile::Eas, Profile::Sign] {
        let mut lab = Lab::new(profile);
        let [first, second, third] = ["a0/l4", "a1>a0/l4", "a2>a0/l4"].map(|word| lab.make(word));
        assert_eq!(lab.apply(&first, 0), Verdict::Accepted);
        assert_eq!(lab.apply(&second, 0), Verdict::Accepted);
        assert!(lab.registry.retract(&second, 0), "it was in");
        assert_eq!(lab.registry.status(LocalTime(0), &first.id), Status::Valid);
        assert_eq!(lab.apply(&third, 0), Verdict::Accepted, "{profile:?}: nothing is revoked");
    }
}

#[test]
fn what_is_not_seen_of_the_outer_chain_is_refused_until_it_is() {
    let second = |second| VirtualTime::ZERO + Span::from_secs(second);
    for profile in [Profile::Eas, Profile::Sign] {
        let mut lab = Lab::new(profile);
        lab.registry.see_upstream(second(1), Span::from_secs(5));
        let mut says = |at, word| {
            lab.at = second(at);
            let signed = lab.make(word);
            lab.apply(&signed, 0)
        };
        // It stands still at second 1 until second 6, and is 5 s behind from then on.
        assert_eq!(says(2, "a0/u1"), Verdict::Accepted, "seen before");
        assert_eq!(says(4, "a1/u2"), Verdict::UpstreamUnseen);
        assert_eq!(says(6, "a1/u2"), Verdict::UpstreamUnseen);
        assert_eq!(says(7, "a1/u2"), Verdict::Accepted, "{profile:?}: seen by now");
        assert_eq!(says(8, "a2"), Verdict::Accepted, "it says nothing of it");
        assert_eq!(says(8, "a3/u8"), Verdict::UpstreamUnseen);
        lab.registry.see_upstream(second(9), Span::ZERO);
        let last = lab.make("a3/u8");
        lab.at = second(9);
        assert_eq!(lab.apply(&last, 0), Verdict::Accepted, "it is seen as it is again");
    }
}

#[test]
fn a_registry_of_before_has_what_it_had_and_numbers_on_from_there() {
    for profile in [Profile::Eas, Profile::Sign] {
        let mut lab = Lab::new(profile);
        let words = ["a0", "a1", "a2>a0#1", "a3/l4"];
        let all = words.map(|word| lab.make(word));
        for (second, signed) in (10..).step_by(10).zip(&all) {
            lab.at = VirtualTime::ZERO + Span::from_secs(second);
            assert_eq!(lab.apply(signed, 0), Verdict::Accepted);
        }
        let undone = lab.registry.roll_back(VirtualTime::ZERO + Span::from_secs(10));
        let undone: Vec<_> = undone.iter().map(|(signed, _)| signed.id).collect();
        assert_eq!(undone, [all[3].id, all[2].id, all[1].id], "the latest first");
        let status = all.each_ref().map(|one| lab.registry.status(LocalTime(0), &one.id));
        assert_eq!(status[0], Status::Valid, "{profile:?}: its revocation came later");
        assert_eq!(status[1..], [Status::Unknown; 3]);
        let next = lab.take("b0").expect("it is told");
        assert_eq!(next, if profile == Profile::Sign { "#2" } else { "accepted" });
    }
}

/// One transaction with several statements; `/x1` is the schema of which a subject has only one.
const BATCHES: &[(&str, &str, &str)] = &[
    ("a0/o12 b0", "accepted accepted", "#1 #4"),
    // One refused statement reverts all, and its place and its subjects are free again.
    ("b0/x1/s2 a0/x1/o12", "accepted AlreadyClaimed", "#1 AlreadyClaimed"),
    ("b0/x1/s2 a0/x1/o12 c0/x1/s1", "accepted AlreadyClaimed accepted", "#1 AlreadyClaimed #2"),
    ("a0/x1/o12 b0/x1/s2", "accepted AlreadyClaimed", "#1 AlreadyClaimed"),
    ("a0/x1/o11", "AlreadyClaimed", "AlreadyClaimed"),
    ("a1<a0#9/o12 b0", "NotFound accepted", "AttestationNonexistent #1"),
];

#[test]
fn a_batch_is_accepted_as_a_whole_or_not_at_all() {
    for (history, eas, sign) in BATCHES {
        let said =
            [Profile::Eas, Profile::Sign].map(|profile| verdicts(Lab::new(profile), history));
        assert_eq!(said, [*eas, *sign], "{history}");
    }
    let mut lab = Lab::new(Profile::Sign);
    let batch = lab.make("a0/x1/o12");
    lab.apply(&batch, 0);
    assert!(lab.registry.retract(&batch, 0), "it was in");
    let claims = ["b0/x1/s2", "c0/x1/s1", "d0/x1"].map(|word| lab.take(word));
    let free = ["#1", "#2", "#3"].map(|number| Some(number.to_owned()));
    assert_eq!(claims, free, "undone as a whole too");
}

#[test]
fn order_delay_and_copies_change_the_outcome_by_the_profile() {
    for (rule, history, eas, sign) in RULES {
        let said =
            [Profile::Eas, Profile::Sign].map(|profile| verdicts(Lab::new(profile), history));
        assert_eq!(said, [*eas, *sign], "rule {rule}: {history}");
    }
}

#[test]
fn what_is_undone_gives_its_number_and_its_nonce_back() {
    for profile in [Profile::Eas, Profile::Sign] {
        let mut lab = Lab::new(profile);
        let first = lab.make("a0@b");
        let again = lab.make("a0@b.1");
        lab.apply(&first, 0);
        if lab.apply(&again, 1) == Verdict::Accepted {
            assert!(lab.registry.retract(&again, 1), "the second of two");
        }
        assert!(!lab.registry.retract(&again, 1), "it is not in");
        assert!(lab.registry.retract(&first, 0));
        lab.apply(&again, 1);
        let told = lab.registry.told(&again, 1);
        let number = Told { name: Some(Name::of_number(1)), nonce: None };
        let next = Told { name: None, nonce: Some(1) };
        let expected = if profile == Profile::Sign { number } else { next };
        assert_eq!(told, expected, "{profile:?}: the first number is free, and the nonce good");
        assert_eq!(lab.registry.status(LocalTime(0), &first.id), Status::Valid);
    }
}

#[test]
fn a_number_that_is_forgotten_is_given_to_nobody_else() {
    let mut lab = Lab::new(Profile::Sign);
    for (word, second) in [("a0", 0), ("a1", 50), ("a2", 100)] {
        lab.at = VirtualTime::ZERO + Span::from_secs(second);
        let signed = lab.make(word);
        lab.apply(&signed, 0);
    }
    let numbers = ["a0", "a1", "a2"].map(|word| {
        let signed = lab.make(word);
        lab.registry.told(&signed, 0).name.and_then(Name::number)
    });
    assert_eq!(numbers, [None, Some(2), Some(3)]);
}
