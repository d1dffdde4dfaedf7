//! A stall at night, end to end: who notices, who owns it, what each control is worth.

use serde_json::Value;

use crate::program::Place;

/// Twenty minutes of thin load; the order stage of one router stops after three.
const NIGHT: &str = r#"
name     = "night"
clock    = "02:00"
duration = "20m"
warmup   = "10s"
settle   = "30s"
ordering = "sequencer"
crypto   = "modelled"

[validators]
count   = 4
regions = ["frankfurt", "n-virginia", "tokyo"]

[routers]
count   = 3
regions = ["frankfurt", "n-virginia", "tokyo"]

[load.issuers]
rate     = "12/s"
clients  = 60
regions  = ["frankfurt", "n-virginia", "tokyo"]
patience = { median = "30s", refresh = "10s", ticket = "0.4%" }

[[fault]]
name  = "stall"
at    = "02:03"
on    = "router-1.order"
stall = true
"#;

const OPS: &str = r#"
[ops]
operators = ["north"]

[[ops.alert]]
name = "oldest"
when = "oldest_unconfirmed > 20s"
for  = "30s"
page = "primary"

[ops.role.primary]
answers = { day = "2m", night = "2m", misses = "0%" }

[[ops.runbook]]
alert = "oldest"
steps = [
  { do = "inspect", on = "bulkheads", takes = "60s" },
  { do = "restart", on = "suspect", takes = "60s" },
]
"#;

/// What a night comes to, and its digest.
fn run(ops: &str) -> (Value, String) {
    let place = Place::new();
    place.write("night.toml", format!("{NIGHT}{ops}"));
    let ran = place.run("run night.toml");
    assert!([0, 99].contains(&ran.code), "{}\n{}", ran.out, ran.err);
    (place.summary("night"), place.result("night/latest/digest.txt"))
}

fn none() -> String {
    OPS.replace("[ops]", "[ops]\nlevel = \"none\"")
}

/// A moment in minutes; `None` if it never came.
fn minutes(summary: &Value, metric: &str) -> Option<f64> {
    let metric = format!("{}_ms", metric.replace('.', "_"));
    summary["metrics"][metric]["run"]["value"].as_f64().map(|millis| millis / 60_000.0)
}

fn bad(summary: &Value) -> f64 {
    let bad = &summary["metrics"]["bad_minutes_min"]["run"]["value"];
    bad.as_f64().expect("minutes can be counted")
}

#[test]
fn an_alert_on_age_finds_a_silent_stall_and_the_runbook_ends_it() {
    let (night, _) = run(OPS);
    let alert = minutes(&night, "noticed.monitor").expect("it fires");
    assert!((0.8..1.5).contains(&alert), "20 s of age, 30 s of patience, rounds of 15 s: {alert}");
    let owned = minutes(&night, "unowned").expect("somebody takes it");
    let quiet = minutes(&night, "quiet").expect("it ends");
    assert!(alert < owned && owned < quiet && quiet < 15.0, "{alert} {owned} {quiet}");
    let (nobody, _) = run(&none());
    assert!(bad(&night) + 3.0 < bad(&nobody), "{} {}", bad(&night), bad(&nobody));
    assert_eq!(minutes(&nobody, "unowned"), None);
    for metric in ["pages", "tickets", "suspicions", "alerts"] {
        let count = &night["metrics"][metric]["run@twin"]["count"];
        assert_eq!(count.as_f64(), Some(0.0), "a calm night wakes nobody: {metric}");
    }
}

#[test]
fn a_rule_that_counts_instead_of_ageing_is_blind() {
    let (night, _) = run(&OPS.replace("oldest_unconfirmed > 20s", "waiting > 6000"));
    assert_eq!(minutes(&night, "noticed.monitor"), None, "4 a second wait: never 6,000");
    let users = minutes(&night, "noticed.users").expect("users find it");
    let detected = minutes(&night, "mttd").expect("they open an incident");
    assert!((detected - users).abs() < 0.01, "{detected} {users}");
    assert!(minutes(&night, "alert_lead").is_some_and(|lead| lead < 0.0));
}

/// Several groups of load and nothing that goes wrong: there is nothing to compare, and no chart.
#[test]
fn probes_of_a_calm_day_are_answered_and_wake_nobody() {
    let place = Place::new();
    let calm = NIGHT.split("[[fault]]").next().unwrap_or_default();
    let probes = "[load.probes]\nrate = \"1/s\"\nclients = 3\n";
    let late = OPS.replace("oldest_unconfirmed > 20s", "probe.oldest > 5s");
    let ops = late.replace("[ops]", "[ops]\nprobes = \"probes\"");
    place.write("night.toml", format!("{calm}{probes}{ops}"));
    place.expect(0, "run night.toml");
    let summary = place.summary("night");
    for metric in ["pages", "alerts", "suspicions"] {
        assert_eq!(summary["metrics"][metric]["run"]["count"].as_f64(), Some(0.0), "{metric}");
    }
}

/// The long form is `run calm-day --seeds 1..20`: twenty days.
#[test]
fn a_calm_day_wakes_nobody_and_a_bad_one_does() {
    let place = Place::new();
    place.expect(0, "run calm-day --set duration=30m --no-twin");
    let calm = include_str!("../../scenarios/calm-day.toml");
    let stall = "[[fault]]\nname = 'stall'\nat = '10m'\non = 'router-1.order'\nstall = true\n";
    place.write("bad-day.toml", format!("{calm}{stall}"));
    let bad = place.expect(99, "run bad-day.toml --set duration=30m --no-twin").out;
    let missed =
        |name: &str| bad.lines().any(|line| line.contains(name) && line.contains("MISSED"));
    assert!(missed("count(pages) == 0"), "{bad}");
}

/// A router that is down is found by whoever knocks, and by probes from outside.
#[test]
fn a_dead_router_is_down_for_the_monitor_and_late_for_probes() {
    let dead = NIGHT.replace("on    = \"router-1.order\"", "on    = \"router-1\"");
    let dead = dead.replace("stall = true", "crash = true");
    // What it held is lost: who does not send again complains long after it is up.
    let retry = "retry = { tries = 5, after = \"1s\", timeout = \"20s\" }\n\n[[fault]]";
    let dead = dead.replace("\n[[fault]]", retry);
    for when in ["down > 0", "probe.oldest > 5s"] {
        let place = Place::new();
        let probes = "[load.probes]\nrate = \"1/s\"\nclients = 3\n";
        let ops = OPS.replace("oldest_unconfirmed > 20s", when);
        let ops = ops.replace("[ops]", "[ops]\nprobes = \"probes\"");
        let ops = ops.replace("on = \"bulkheads\"", "on = \"everybody\"");
        place.write("night.toml", format!("{dead}{probes}{ops}"));
        let ran = place.run("run night.toml");
        assert!([0, 99].contains(&ran.code), "{}\n{}", ran.out, ran.err);
        let summary = place.summary("night");
        let alert = minutes(&summary, "noticed.monitor").expect("it fires");
        assert!((0.5..1.5).contains(&alert), "{when}: {alert}");
        let quiet = minutes(&summary, "quiet").expect("somebody starts it anew");
        assert!(quiet < 15.0, "{when}: {quiet}");
    }
}

#[test]
fn every_engine_tells_the_same_night() {
    let digest = |way: &str| {
        let place = Place::new();
        place.write("night.toml", format!("{NIGHT}{OPS}"));
        place.run(&format!("run night.toml {way}"));
        let text = place.result("night/latest/digest.txt");
        text.lines().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = digest("--engine sequential");
    assert_eq!(digest("--shards 3"), expected);
}

#[test]
fn who_is_off_costs_nothing() {
    let digest =
        |ops: &str| run(ops).1.lines().find(|line| line.starts_with("digest")).map(str::to_owned);
    let off = digest(&none());
    assert!(off.is_some());
    assert_eq!(off, digest(""));
    assert_ne!(off, digest(OPS));
}

#[test]
fn where_nobody_watches_the_story_says_so() {
    let place = Place::new();
    let twice = NIGHT.replace("stall = true", "stall = true\nfor = \"1m\"");
    let second = "\n[[fault]]\nname = \"cut\"\nat = \"02:06\"\nfor = \"1m\"\n\
                  on = \"validator-0 -> *\"\npartition = true\n";
    place.write("night.toml", format!("{twice}{second}"));
    place.run("run night.toml");
    let told = place.expect(0, "incident night").out;
    for words in ["stall strikes router-1.order, cut strikes validator-0 -> *", "no `[ops]`"] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    assert!(!told.contains("--what-if"), "{told}");
    assert_eq!(place.run("incident night --what-if").code, 104);
}

/// Who reads a clock time has to know of which day.
#[test]
fn a_story_that_goes_past_midnight_says_so() {
    let place = Place::new();
    let late = format!("{NIGHT}{OPS}").replace("02:00", "23:55").replace("02:03", "23:58");
    place.write("night.toml", late);
    place.run("run night.toml");
    let told = place.expect(0, "incident night").out;
    let (today, tomorrow) = told.split_once("\nday 2\n00:0").expect("it goes past midnight");
    assert!(today.contains("23:58:00  router-1 makes no progress"), "{told}");
    assert!(tomorrow.contains("Closed."), "{told}");
    assert!(!tomorrow.contains("day "), "{told}");
}

#[test]
fn an_incident_is_told_as_a_story() {
    let place = Place::new();
    let history = "\n[[history]]\nat = \"T+2m\"\nwhat = \"somebody was paged\"\n\
                   event = \"detected\"\nsource = \"a report\"\n\
                   [[history]]\nat = \"02:03:30\"\nwhat = \"it was over\"\nevent = \"quiet\"\n\
                   about = \"1h\"\n";
    place.write("night.toml", format!("{NIGHT}{OPS}{history}"));
    place.run("run night.toml");
    let told = place.expect(0, "incident night").out;
    let mut rest = told.as_str();
    for words in [
        "stall strikes router-1.order",
        "02:03:00  router-1 makes no progress",
        "looks again",
        "ALERT oldest",
        "Page to primary (north).",
        "primary (north) takes it. OWNED after",
        "step 1: inspect: router-1.order is the suspect.",
        "step 2: restart router-1.order.",
        "router-1 makes progress again",
        "QUIET after",
        "Closed.",
        "noticed first",
        "it was",
        "2m         somebody was paged",
        "detected 1m",
        "30 s       it was over",
        "a report",
        "next: attestorm incident night --what-if",
    ] {
        let at =
            rest.find(words).unwrap_or_else(|| panic!("no `{words}`, in this order, in\n{told}"));
        rest = &rest[at..];
    }
    assert!(place.names("results/night/latest").contains(&"incident.svg".to_owned()), "{told}");
    let changed = place.expect(0, "incident night --what-if --seeds 1..2").out;
    for words in ["as staffed", "without people", "hope_gap       +", "night_penalty  "] {
        assert!(changed.contains(words), "no `{words}` in\n{changed}");
    }
    let nights = place.expect(0, "incident night --nights 1..3").out;
    for words in [
        "detected",
        "2m, OUTSIDE",
        "about 30 s, inside",
        "noticed first  ",
        "in 100 %",
        "in 0 of 3",
    ] {
        assert!(nights.contains(words), "no `{words}` in\n{nights}");
    }
    let names = place.names("results/night/latest");
    for name in ["race.svg", "response.png", "what-if.csv"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
}
