//! What registries of two profiles make of one load, end to end.

use std::collections::BTreeMap;

use crate::program::{Place, run_small};

/// A calm small network whose clients send `load`, and what else is in the file.
fn scenario(load: &str, rest: &str) -> String {
    format!(
        r#"
name = "small"
duration = "6s"
warmup = "1s"
settle = "4s"
crypto = "modelled"
max_valid_for = "0s"

[network]
transport = "datagram"
jitter = "10%"

[validators]
count = 4
regions = ["frankfurt", "tokyo"]

[load.issuers]
rate = "50/s"
clients = 8
regions = ["frankfurt", "tokyo"]
{load}

{rest}"#
    )
}

/// The place where that scenario ran, under `options`.
fn run(load: &str, rest: &str, options: &str) -> Place {
    run_small(&scenario(load, rest), options, [0, 97]).0
}

/// What was said and what befell, by name and how often.
fn counts(place: &Place) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in place.result("small/latest/attestations.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let said = cells[12].split(' ').filter_map(|said| said.split_once(':'));
        let said = said.map(|(name, count)| (name, count.parse().expect("digits")));
        for (name, count) in said.chain(cells[13].split(' ').map(|name| (name, 1))) {
            *counts.entry(name.to_owned()).or_default() += count;
        }
    }
    counts
}

/// Which of `names` came up at all, under `eas` and under `sign`.
fn check(load: &str, options: &str, names: &str, expected: [&str; 2]) {
    for (profile, expected) in ["eas", "sign"].into_iter().zip(expected) {
        let counts = counts(&run(load, "", &format!("--set profile={profile} {options}")));
        let found: Vec<&str> = names.split(' ').filter(|name| counts.contains_key(*name)).collect();
        assert_eq!(found.join(" "), expected, "{profile}: {load} {options}: {counts:?}");
    }
}

const IMPATIENT: &str = r#"retry = { tries = 3, after = "1ms", timeout = "100ms" }"#;

#[test]
fn one_signature_makes_two_attestations_where_nothing_but_the_content_is_signed() {
    let names = "accepted duplicated";
    let delegated = format!("delegated = \"100%\"\n{IMPATIENT}");
    check(&delegated, "", names, ["accepted", "accepted duplicated"]);
    // The attester's own transaction is the same, however often it is sent.
    check(IMPATIENT, "", names, ["accepted", "accepted"]);
}

#[test]
fn a_late_call_is_refused_where_its_deadline_is_signed() {
    let load = |deadline| format!("delegated = {{ share = \"100%\", deadline = \"{deadline}\" }}");
    let names = "accepted DeadlineExpired InvalidSignature";
    check(&load("20ms"), "", names, ["DeadlineExpired", "accepted"]);
    check(&load("5s"), "", names, ["accepted", "accepted"]);
}

#[test]
fn a_schema_limits_validity_where_that_is_looked_at() {
    let names = "accepted InvalidExpirationTime AttestationInvalidDuration Panic(0x11)";
    let limited = "--set max_valid_for=5s";
    check(r#"expires = "4s""#, limited, names, ["accepted", "accepted"]);
    let expected = ["accepted", "AttestationInvalidDuration"];
    check(r#"expires = "9s""#, limited, names, expected);
    check("", limited, names, ["accepted", "Panic(0x11)"]);
    let late = r#"expires = "1ms""#;
    check(late, "", names, ["InvalidExpirationTime", "accepted"]);
    check(late, limited, names, ["InvalidExpirationTime", "Panic(0x11)"]);
}

#[test]
fn a_guessed_number_links_to_what_is_not_meant() {
    let load = r#"chain = { length = 4, gap = "50ms", attesters = 1 }"#;
    check(load, "--ordering sequencer", "mislinked forged_accepted", ["", "mislinked"]);
    // Who waits until it is told guesses nothing.
    let patient = r#"chain = { length = 4, gap = "2s", attesters = 1 }"#;
    let names = "accepted mislinked AttestationNonexistent AttestationWrongAttester";
    check(patient, "--ordering sequencer", names, ["accepted", "accepted"]);
}

#[test]
fn a_batch_is_refused_as_a_whole() {
    let load = "batch = 5\nkeys = { count = 40 }\nmix = { claim = \"100%\" }";
    for profile in ["eas", "sign"] {
        let options = format!("--ordering sequencer --set profile={profile}");
        let alone = counts(&run(&load.replace("batch = 5", "batch = 1"), "", &options));
        let together = counts(&run(load, "", &options));
        let applied = |counts: &BTreeMap<String, u64>| counts["accepted"] / 4;
        assert_eq!(applied(&alone), 40, "{profile}: every subject is claimed once");
        assert!((1..=8).contains(&applied(&together)), "{profile}: five subjects each, or none");
        assert!(together["AlreadyClaimed"] > alone["AlreadyClaimed"], "{profile}");
    }
}

const BRAKE: &str = r#"
[[fault]]
name = "brake"
at = "2s"
for = "2s"
on = "validators"
pause = true
"#;

#[test]
fn a_brake_stops_all_writes_where_there_is_one() {
    let stopped = run("", BRAKE, "--set profile=sign");
    let count = counts(&stopped);
    assert!((300..=500).contains(&count["Paused"]), "100 operations at 4 validators: {count:?}");
    assert!(count["unfinished"] >= 80, "an outage is nobody's refusal: {count:?}");
    let retry = r#"retry = { tries = 5, after = "1s" }"#;
    let patient = counts(&run(retry, BRAKE, "--set profile=sign"));
    assert!(!patient.contains_key("unfinished"), "it passes later: {patient:?}");
    // There is nothing to pull: the fault does not bite, and the run says so.
    let place = Place::new();
    place.write("small.toml", scenario("", BRAKE));
    let ran = place.expect(97, "run small.toml");
    assert!(ran.out.contains("brake"), "{}", ran.out);
    assert!(!counts(&place).contains_key("Paused"));
}

#[test]
fn one_seed_is_one_result_under_every_profile_engine_and_crypto() {
    let load = format!(
        "delegated = \"40%\"\nbatch = 3\nforged = \"5%\"\n{IMPATIENT}\n\
         mix = {{ attest = \"60%\", revoke = \"20%\", claim = \"20%\" }}"
    );
    for profile in ["eas", "sign"] {
        let digest = |options: &str| {
            let place = run(&load, "", &format!("--set profile={profile} {options}"));
            let text = place.result("small/latest/digest.txt");
            text.lines().next().expect("the digest").to_owned()
        };
        let reference = digest("--engine sequential");
        assert_eq!(digest("--shards 2"), reference, "{profile}");
        assert_eq!(digest("--crypto real"), reference, "{profile}");
    }
}
