//! What lies outside the registry, end to end and under both profiles: data stored elsewhere,
//! schemas that are read before they are used, readers of other versions, dates, an outer chain.

use serde_json::Value;

use crate::program::{run_small, value};

/// A small network whose users need what is attested.
fn scenario(load: &str, dependants: &str, rest: &str) -> String {
    format!(
        r#"
name = "small"
duration = "20s"
warmup = "2s"
settle = "15s"
crypto = "modelled"

[validators]
count = 4
regions = ["frankfurt", "tokyo"]

[routers]
count = 2
regions = ["frankfurt", "tokyo"]

[load.issuers]
rate = "40/s"
clients = 12
regions = ["frankfurt", "tokyo"]
{load}

[indexers]
count = 1
regions = ["frankfurt"]
dates = true

[dependants]
count = 10
regions = ["frankfurt", "tokyo"]
share = "50%"
again = "1s"
retry = "1s"
lasts = "8s"
{dependants}
{rest}"#
    )
}

/// Under `eas` and under `sign`.
fn both(text: &str, options: &str) -> [Value; 2] {
    ["eas", "sign"]
        .map(|profile| run_small(text, &format!("--set profile={profile} {options}"), [0, 97]).1)
}

fn per10k(summary: &Value, metric: &str) -> f64 {
    value(summary, metric, "run", "per10k")
}

const REVOKED: &str = "mix = { attest = \"80%\", revoke = \"20%\" }";

#[test]
fn a_flag_taken_for_a_time_lets_the_revoked_pass_where_it_is_a_flag() {
    let load = format!("{REVOKED}\ndata = {{ place = \"off-chain\" }}");
    let [eas, sign] = both(&scenario(&load, "", ""), "");
    let usual = [per10k(&eas, "allowed_wrongly"), per10k(&sign, "allowed_wrongly")];
    let [eas, sign] = both(&scenario(&load, "reading = \"flag-as-time\"", ""), "");
    assert_eq!(per10k(&eas, "allowed_wrongly"), usual[0], "eas keeps the time beside");
    let wrongly = per10k(&sign, "allowed_wrongly");
    assert!(wrongly > 10.0 * usual[1].max(20.0), "{wrongly} after {}", usual[1]);
}

/// The same with readers of the copies that indexers make, or with relying parties, who read so.
fn indexed(load: &str, reading: &str) -> String {
    let dates = format!("dates = true\n{reading}");
    scenario(load, "source = \"index\"", "").replace("dates = true", &dates)
}

fn relied(load: &str, reading: &str) -> String {
    let parties = format!("\n[trust]\nshare = \"100%\"\npatience = \"9s\"\n{reading}\n");
    scenario(load, "", &parties)
}

#[test]
fn an_index_that_takes_a_flag_for_a_time_says_so_to_all_who_ask_it() {
    let load = format!("{REVOKED}\ndata = {{ place = \"off-chain\" }}");
    let wrongly = |reading| {
        both(&indexed(&load, reading), "").map(|summary| per10k(&summary, "allowed_wrongly"))
    };
    let [usual, flag] = [wrongly(""), wrongly("reading = \"flag-as-time\"")];
    assert_eq!(flag[0], usual[0], "eas keeps the time beside");
    assert!(flag[1] > 2.0 * usual[1].max(100.0), "{flag:?} after {usual:?}");
}

#[test]
fn an_index_of_three_locations_lacks_what_is_in_the_fourth() {
    let load = "data = { place = \"custom\", share = \"50%\" }";
    let refused = |reading| {
        both(&indexed(load, reading), "").map(|summary| per10k(&summary, "denied_wrongly"))
    };
    let [usual, three] = [refused(""), refused("reading = \"three-locations\"")];
    assert_eq!(three[0], usual[0], "eas does not say where it lies");
    assert!(three[1] > usual[1] + 4_000.0, "{three:?} after {usual:?}");
}

#[test]
fn parties_of_three_locations_are_never_confident_in_the_fourth() {
    let load = "data = { place = \"custom\", share = \"50%\" }";
    let confident =
        |reading| both(&relied(load, reading), "").map(|summary| per10k(&summary, "confident"));
    let [usual, three] = [confident(""), confident("reading = \"three-locations\"")];
    assert_eq!(three[0], usual[0], "eas does not say where it lies");
    assert!(usual[1] > 9_000.0 && (4_000.0..6_000.0).contains(&three[1]), "{three:?}, {usual:?}");
}

#[test]
fn parties_that_take_a_flag_for_a_time_trust_what_was_revoked() {
    let load = format!("{REVOKED}\ndata = {{ place = \"off-chain\" }}");
    // They look for six seconds: of some, the revocation comes before they have seen enough.
    let confident = |reading| {
        let parties = format!("looks = 15\npause = \"400ms\"\n{reading}");
        both(&relied(&load, &parties), "").map(|summary| per10k(&summary, "confident"))
    };
    let [usual, flag] = [confident(""), confident("reading = \"flag-as-time\"")];
    assert_eq!(flag[0], usual[0], "eas keeps the time beside");
    assert!(flag[1] > usual[1] + 300.0, "{flag:?} after {usual:?}");
}

#[test]
fn who_knows_three_locations_refuses_what_is_in_the_fourth_where_there_are_four() {
    let load = "data = { place = \"custom\", share = \"50%\" }";
    let [eas, sign] = both(&scenario(load, "reading = \"three-locations\"", ""), "");
    assert_eq!(per10k(&eas, "denied_wrongly"), 0.0);
    assert!(per10k(&sign, "denied_wrongly") > 4_000.0);
    let [eas, sign] = both(&scenario(load, "", OLD), "");
    assert!(value(&eas, "proof_ok", "old", "per10k") > 9_900.0);
    let proven = value(&sign, "proof_ok", "old", "per10k");
    assert!((4_000.0..6_000.0).contains(&proven), "{proven} lie where all know it");
}

const OLD: &str = r#"
[[fault]]
name = "old"
at = "5s"
for = "10s"
on = "validator-0, validator-1"
rules = "knows-three-locations"
"#;

#[test]
fn data_may_be_missing_behind_a_record_that_holds() {
    let load =
        "data = { place = \"arweave\", upload = \"500ms\", readable = \"6s\", lost = \"10%\" }";
    for summary in both(&scenario(load, "", ""), "") {
        assert_eq!(per10k(&summary, "proof_ok"), 10_000.0, "the record is there");
        let missing = per10k(&summary, "data_missing");
        assert!((2_000.0..7_000.0).contains(&missing), "{missing}");
        // What is stored first leaves later.
        assert!(value(&summary, "latency_applied_ms", "run", "p50") > 500.0);
    }
    for summary in both(&scenario("data = { place = \"arweave\" }", "", ""), "") {
        assert_eq!(per10k(&summary, "data_missing"), 0.0);
    }
}

#[test]
fn who_reads_a_schema_right_after_its_registration_may_find_none() {
    let load = |more: &str| {
        format!("mix = {{ attest = \"98%\", register = \"2%\" }}\ndata = {{ {more} }}\n{PATIENT}")
    };
    let off_chain = "place = \"off-chain\"";
    for (profile, summary) in
        ["eas", "sign"].iter().zip(both(&scenario(&load(off_chain), "", ""), ""))
    {
        let unread = per10k(&summary, "schema_unread");
        assert!((50.0..3_000.0).contains(&unread), "{profile}: {unread}");
        assert!(per10k(&summary, "proof_ok") > 9_990.0, "{profile}: later it is there");
    }
    // In the registry, nobody reads it first: those of the first moment are refused for good.
    let registry = "place = \"registry\"";
    for summary in both(&scenario(&load(registry), "", ""), "") {
        assert_eq!(per10k(&summary, "schema_unread"), 0.0);
        assert!(per10k(&summary, "proof_ok") < 9_900.0);
    }
}

const PATIENT: &str = r#"retry = { tries = 6, after = "500ms" }"#;

#[test]
fn dates_are_those_of_inclusion_and_drift_with_the_queue() {
    for (profile, summary) in ["eas", "sign"].iter().zip(both(&scenario("", "", ""), "")) {
        let (drift, applied) = (
            value(&summary, "drift_ms", "run", "p50"),
            value(&summary, "latency_applied_ms", "run", "p50"),
        );
        assert!(drift > 0.0 && drift <= applied, "{profile}: {drift} of {applied} ms");
    }
    let slow = "[[fault]]\nname = \"slow\"\nat = \"5s\"\nfor = \"10s\"\n\
                on = \"routers -> validators\"\ndelay = \"2s\"\n";
    for summary in both(&scenario("", "", slow), "") {
        assert!(value(&summary, "drift_ms", "slow", "p90") > 2_000.0);
    }
    // A clock that is wrong dates wrongly, however fast it is.
    let skew = "[[fault]]\nname = \"skew\"\nat = \"1s\"\non = \"validators\"\nskew = \"+1h\"\n";
    for summary in both(&scenario("", "", skew), "") {
        assert!(value(&summary, "drift_ms", "run", "p50") > 3_599_000.0);
    }
}

#[test]
fn what_some_do_not_see_of_the_outer_chain_they_refuse_for_now() {
    let behind = r#"
[[fault]]
name = "behind"
at = "5s"
for = "10s"
on = "validator-0, validator-1"
upstream = "4s"
"#;
    let load = |more: &str| format!("upstream = \"30%\"\n{more}");
    for summary in both(&scenario(&load(""), "", behind), "") {
        let proven = value(&summary, "proof_ok", "behind", "per10k");
        assert!((6_000.0..8_000.0).contains(&proven), "{proven} are not about it");
    }
    let patient = "retry = { tries = 15, after = \"500ms\" }";
    for summary in both(&scenario(&load(patient), "", behind), "") {
        assert_eq!(value(&summary, "proof_ok", "behind", "per10k"), 10_000.0, "they see it later");
    }
}

#[test]
fn a_snapshot_of_before_lacks_what_came_since() {
    let restored = |snapshot: &str| {
        format!(
            r#"
[[fault]]
name = "restored"
at = "8s"
for = "1s"
on = "validator-1"
crash = true
snapshot = "{snapshot}"
"#
        )
    };
    let wrongly = |snapshot: &str| {
        both(&scenario("", "", &restored(snapshot)), "")
            .map(|summary| value(&summary, "denied_wrongly", "after restored", "per10k"))
    };
    // A fresh one lacks what came while it was down.
    for (fresh, old) in wrongly("1ms").into_iter().zip(wrongly("5s")) {
        assert!(old > fresh + 200.0, "{fresh} and {old}");
    }
}

#[test]
fn a_second_chain_has_it_a_block_and_its_finality_later() {
    let with = |carries: &str| {
        scenario("", "", "").replace("dates = true", &format!("carries = {{ {carries} }}"))
    };
    for summary in both(&with("block = \"4s\", finality = \"6s\""), "") {
        let lag = |statistic| value(&summary, "carry_lag_ms", "run", statistic);
        assert!(lag("p50") > 6_000.0 && lag("max") < 12_500.0, "{} {}", lag("p50"), lag("max"));
    }
    // Forty rows a second and room for ten: most of them never come.
    for summary in both(&with("block = \"1s\", room = 10"), "") {
        let lag = &summary["metrics"]["carry_lag_ms"]["run"];
        assert_eq!(lag["p90"], "never", "{lag}");
    }
}

#[test]
fn all_of_it_is_one_result_on_every_engine_and_with_real_signatures() {
    let load = "mix = { attest = \"75%\", revoke = \"20%\", register = \"5%\" }\nupstream = \"20%\"\n\
                data = { place = \"off-chain\", share = \"50%\", upload = \"100ms\", readable = \"1s\" }\n\
                retry = { tries = 3, after = \"500ms\" }\ndelegated = \"20%\"";
    let reading = "reading = \"flag-as-time\"";
    let parties = format!("{OLD}\n[trust]\n{reading}\n");
    let text = scenario(load, reading, &parties);
    let text = text.replace("dates = true", &format!("dates = true\n{reading}"));
    let sequential = both(&text, "--engine sequential");
    for way in ["--shards 2", "--crypto real"] {
        for (one, other) in sequential.iter().zip(both(&text, way)) {
            assert_eq!(one["digest"], other["digest"], "{way}");
        }
    }
}
