//! Indexers, dependants and workflows end to end: what the metrics say when something fails, and
//! that the engines agree on it.

use serde_json::Value;

use crate::program::{Place, run_small, value};

/// A small network whose users need what is attested, with these further lines.
fn scenario(readers: &str, rest: &str) -> String {
    format!(
        r#"
name = "small"
duration = "40s"
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
rate = "20/s"
clients = 12
regions = ["frankfurt", "tokyo"]
mix = {{ attest = "90%", revoke = "10%" }}

[indexers]
count = 2
regions = ["frankfurt", "tokyo"]
poll = "500ms"

[dependants]
count = 10
regions = ["frankfurt", "tokyo"]
share = "50%"
source = "index"
again = "1s"
retry = "1s"
lasts = "8s"
{readers}
{rest}"#
    )
}

fn run(text: &str, arguments: &str) -> (Place, Value) {
    run_small(text, arguments, [0, 99])
}

#[test]
fn users_of_a_calm_day_pass_as_soon_as_the_index_has_it() {
    let (_, calm) = run(&scenario("", ""), "");
    assert!(value(&calm, "uses", "run", "count") > 1_000.0);
    assert_eq!(value(&calm, "denied_wrongly", "run", "count"), 0.0);
    // A poll of half a second, the way of the page, and half a millisecond a row.
    let p90 = value(&calm, "latency_index_ms", "run", "p90");
    assert!((450.0..900.0).contains(&p90), "{p90} ms");
    assert!(value(&calm, "latency_use_ms", "run", "p99") < 600.0);
}

#[test]
fn a_dead_index_keeps_users_out_and_every_engine_says_so() {
    let dead = "[[fault]]\nname = \"dead\"\nat = \"15s\"\nfor = \"10s\"\non = \"indexers\"\n\
                crash = true\n";
    let text = scenario("timeout = \"800ms\"", dead);
    let (place, summary) = run(&text, "--engine sequential");
    let kept_out = value(&summary, "blast_radius", "dead", "max");
    assert!(kept_out > 20.0, "{kept_out} at once");
    assert!(value(&summary, "denied_wrongly", "dead", "per10k") > 5_000.0);
    let silent = value(&summary, "latency_use_ms", "dead", "p50");
    assert!((795.0..810.0).contains(&silent), "{silent} ms, the time that they wait");
    let digest = |place: &Place| -> Vec<String> {
        let text = place.result("small/latest/digest.txt");
        text.lines().take(2).map(str::to_owned).collect()
    };
    let expected = digest(&place);
    for way in ["--shards 2", "--shards 3 --trace"] {
        let (place, _) = run(&text, way);
        assert_eq!(digest(&place), expected, "{way}");
    }
}

/// Rows are forgotten after three seconds, and a revocation may name one of up to thirty; users
/// need what is younger than two.
#[test]
fn under_both_profiles_a_strict_index_dies_quietly_of_a_revocation_of_what_it_does_not_know() {
    let denied = |profile: &str, is_strict: bool| {
        let text = scenario("", "").replace("lasts = \"8s\"", "lasts = \"1s\"\nafter = \"1s\"");
        let poll = format!("poll = \"100ms\"\nkeeps = \"3s\"\nstrict = {is_strict}");
        let text = text.replace("poll = \"500ms\"", &poll);
        let (_, summary) = run(&text, &format!("--set profile={profile}"));
        value(&summary, "denied_wrongly", "run", "per10k")
    };
    for profile in ["eas", "sign"] {
        let (strict, lenient) = (denied(profile, true), denied(profile, false));
        let said = format!("{profile}: strict {strict}, lenient {lenient}");
        assert!(strict > 8_000.0 && lenient < 500.0, "{said}");
    }
}

#[test]
fn answers_that_are_kept_let_the_revoked_pass() {
    let (_, asked) = run(&scenario("", ""), "");
    let (_, kept) = run(&scenario("ttl = \"6s\"", ""), "");
    let wrongly = |summary: &Value| value(summary, "allowed_wrongly", "run", "count");
    assert!(wrongly(&kept) > 5.0 * wrongly(&asked).max(1.0), "{} kept", wrongly(&kept));
    let exposed = |summary: &Value| value(summary, "exposure_ms", "run", "max");
    assert!(exposed(&kept) > 4_000.0 && exposed(&asked) < 3_000.0);
}

#[test]
fn workflows_wait_and_break_where_validators_refuse_a_part() {
    let text = scenario("", "").replace(
        "mix = { attest = \"90%\", revoke = \"10%\" }",
        "chain = { length = 3, gap = \"100ms\", attesters = 3, waits = true }\n\
         retry = { tries = 2, after = \"300ms\", timeout = \"1s\" }",
    );
    let (_, calm) = run(&text, "");
    assert!(value(&calm, "workflows", "run", "count") > 150.0);
    assert_eq!(value(&calm, "workflows_broken", "run", "count"), 0.0);
    assert!(value(&calm, "makespan_ms", "run", "p50") > 600.0, "three ways, and two gaps");
    let cut = "[[fault]]\nname = \"cut\"\nat = \"10s\"\nfor = \"15s\"\n\
               on = \"clients -> routers\"\npartition = true\n";
    let (_, broken) = run(&format!("{text}{cut}"), "");
    assert!(value(&broken, "workflows_broken", "cut", "per10k") > 8_000.0);
}
