//! Who disagrees, what acts by itself, and what nobody can do alone: end to end.

use serde_json::Value;

use crate::program::Place;

/// Fifteen minutes of thin load.
fn day(validators: u32, more: &str) -> String {
    format!(
        r#"
name     = "day"
clock    = "12:00"
duration = "15m"
warmup   = "30s"
settle   = "60s"
ordering = "sequencer"
profile  = "sign"
crypto   = "modelled"

[validators]
count   = {validators}
regions = ["frankfurt", "n-virginia", "tokyo"]

[routers]
count = 2

[load.issuers]
rate    = "5/s"
clients = 40
retry   = {{ tries = 20, after = "5s", timeout = "1m" }}
{more}
[ops.role.primary]
answers = {{ day = "1m" }}
"#
    )
}

fn run(text: &str) -> (Value, String) {
    let place = Place::new();
    place.write("day.toml", text);
    let ran = place.run("run day.toml");
    assert!([0, 99].contains(&ran.code), "{}\n{}", ran.out, ran.err);
    let story = place.run("incident day");
    assert_eq!(story.code, 0, "{}", story.err);
    (place.summary("day"), story.out)
}

fn count(summary: &Value, metric: &str) -> Option<f64> {
    summary["metrics"][metric]["run"]["count"].as_f64()
}

/// The registry of one validator is paused, and of nobody else: it is up, it keeps up, and it says
/// otherwise. No rule about age or silence sees that.
#[test]
fn who_decides_otherwise_is_seen_by_its_peers_and_by_an_alert_on_agreement() {
    let paused = r#"
[[fault]]
name  = "paused"
at    = "12:03"
for   = "8m"
on    = "validator-2"
pause = true

[[ops.alert]]
name = "disagree"
when = "disagree > 0"
for  = "30s"

[[ops.alert]]
name = "oldest"
when = "oldest_unconfirmed > 20s"
"#;
    let (summary, story) = run(&day(4, paused));
    assert_eq!(count(&summary, "alerts"), Some(1.0), "{story}");
    assert!(story.contains("ALERT disagree, at 1."), "{story}");
    let suspicion = "validator-2 suspects validator-1 (it decides otherwise). Suspected as well: \
                     validator-2, validator-0, validator-3. Nobody is told.";
    let in_a_line = story.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(in_a_line.contains(suspicion), "{story}");
    assert_eq!(summary["metrics"]["alerts"]["run@twin"]["count"].as_f64(), Some(0.0));
}

/// The leader crawls, and the next in turn has lost its state. Nobody but automation and people
/// hands the lead over.
const CRAWLS: &str = r#"
[parameters.ordering.sequencer]
takeover = "2h"
history  = "4h"

[[fault]]
name = "lag"
at   = "12:03"
on   = "leader"
slow = "4000x"

[[fault]]
name     = "provisioning"
at       = "12:01"
for      = "10s"
on       = "validator-1"
crash    = { state = "lost" }
standing = true

[[ops.alert]]
name = "no-progress"
when = "applied < 1/s"
for  = "60s"
page = "primary"

[[ops.alert]]
name = "behind"
when = "applied < 1/s"
for  = "15s"

[[ops.automation]]
name     = "elect"
alert    = "behind"
do       = "fail-over"
on       = "leader"
cooldown = "2h"
gate     = false

[[ops.runbook]]
alert = "no-progress"
steps = [
  { do = "pause-automation", on = "everybody", takes = "10s" },
  { do = "inspect", on = "validators", takes = "30s" },
  { do = "fail-over", on = "leader", takes = "30s" },
]
"#;

#[test]
fn automation_without_a_gate_harms_and_people_repair_it() {
    let (ungated, story) = run(&day(7, CRAWLS));
    assert_eq!(count(&ungated, "harmful_automation"), Some(1.0), "{story}");
    assert_eq!(count(&ungated, "acts"), Some(1.0), "{story}");
    assert!(story.contains("fail-over validator-1"), "{story}");
    let (gated, story) = run(&day(7, &CRAWLS.replace("gate     = false", "gate     = true")));
    assert_eq!(count(&gated, "harmful_automation"), Some(0.0), "{story}");
    assert_eq!(count(&gated, "pages"), Some(0.0), "nobody need wake up: {story}");
    let bad = |summary: &Value| summary["metrics"]["bad_minutes_min"]["run"]["value"].as_f64();
    assert!(bad(&gated) < bad(&ungated), "{:?} {:?}", bad(&gated), bad(&ungated));
}

/// All have stopped; four operators of five bring them back together. What they did is known: more
/// validators were down than the ordering withstands, until they were back.
#[test]
fn a_quorum_of_operators_brings_everybody_back() {
    let halted = r#"
[[fault]]
name  = "poisoned"
at    = "12:03"
on    = "validators"
crash = true

[ops]
structure = "federated"
operators = 5
others    = { day = "1m" }

[[ops.alert]]
name = "quorum-lost"
when = "down > 2"
for  = "30s"
page = "primary"

[[ops.runbook]]
alert = "quorum-lost"
steps = [{ do = "restart", on = "validators", takes = "60s", together = "80%" }]
"#;
    let (summary, story) = run(&day(5, halted));
    assert!(story.contains("5 operators are called to act together."), "{story}");
    assert_eq!(count(&summary, "acts"), Some(1.0), "{story}");
    let quiet = &summary["metrics"]["quiet_ms"]["run"]["value"];
    assert!(quiet.as_f64().is_some_and(|millis| millis < 720_000.0), "{quiet}: {story}");
    assert_eq!(count(&summary, "lost_after_ack"), Some(0.0));
}
