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

/// How often something was accepted and how often it was not found, over seeds 1 to 3, where uids
/// have the time of inclusion.
fn linked(load: &str, rest: &str, options: &str) -> [u64; 2] {
    let runs = (1..=3).map(|seed| {
        let options = format!("{options} --set uid.of=inclusion --set seed={seed}");
        let counts = counts(&run(load, rest, &options));
        ["accepted", "NotFound"].map(|name| counts.get(name).copied().unwrap_or(0))
    });
    runs.fold([0; 2], |[accepted, missed], [more, less]| [accepted + more, missed + less])
}

/// A router on either side: what is near comes first.
const NEAR: &str = "[routers]\ncount = 2\nregions = [\"frankfurt\", \"tokyo\"]\n";

/// Clients in Tokyo are a second away.
const FAR: &str = r#"
[[fault]]
name = "far"
at = "0s"
on = "issuers in tokyo -> routers"
delay = "1s"
"#;

#[test]
fn who_has_another_order_gives_another_uid_and_does_not_find_what_is_meant() {
    // Two seconds later they were told the uid, by one validator.
    let load = r#"chain = { length = 3, gap = "2s", attesters = 1 }"#;
    let linked =
        |ordering| linked(load, NEAR, &format!("--set uid.block=500ms --ordering {ordering}"));
    let [accepted, missed] = linked("sequencer");
    assert!(accepted > 1_000 && missed == 0, "one order: {accepted}, {missed}");
    // Nobody owes equal names where orders differ: `crdt` converges, and says why not here.
    for ordering in ["arrival", "crdt"] {
        let [accepted, missed] = linked(ordering);
        assert!(missed * 100 > accepted, "{ordering}: {missed} beside {accepted}");
    }
    // By content, whoever has it finds it.
    let content = counts(&run(load, NEAR, "--ordering arrival"));
    assert!(!content.contains_key("NotFound"), "{content:?}");
}

#[test]
fn a_guessed_uid_is_of_a_block_that_delay_has_let_go() {
    let load = r#"chain = { length = 3, gap = "50ms", attesters = 1 }"#;
    let [order, long] = ["--ordering sequencer", "--set uid.block=2s"];
    let [accepted, missed] = linked(load, "", &format!("{order} {long}"));
    let [far_accepted, far_missed] = linked(load, FAR, &format!("{order} {long}"));
    assert!(missed * 10 < accepted, "{missed} beside {accepted}");
    assert!(far_missed * accepted > 3 * missed * far_accepted, "{far_missed}, {far_accepted}");
    // Of one block that never ends every guess is right.
    let [_, missed] = linked(load, "", &format!("{order} --set uid.block=1h"));
    assert_eq!(missed, 0);
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
    for profile in ["profile=eas", "profile=sign", "uid=inclusion"] {
        let digest = |options: &str| {
            let place = run(&load, "", &format!("--set {profile} {options}"));
            let text = place.result("small/latest/digest.txt");
            text.lines().next().expect("the digest").to_owned()
        };
        let reference = digest("--engine sequential");
        assert_eq!(digest("--shards 2"), reference, "{profile}");
        assert_eq!(digest("--crypto real"), reference, "{profile}");
    }
}
