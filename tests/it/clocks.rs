//! Time sources that lie, what is dated in the future, and limits that operators set: end to end.

use attestorm::ordering::Catalogue;
use serde_json::Value;

use crate::program::{Place, Ran};

/// Four of seven validators go by six time sources, and so do the issuers of one of two groups.
fn scenario(more: &str) -> String {
    format!(
        r#"
name     = "clocks"
clock    = "12:00"
duration = "12m"
warmup   = "30s"
settle   = "60s"
ordering = "arrival"
crypto   = "modelled"

[validators]
count   = 7
regions = ["frankfurt", "n-virginia", "tokyo"]
ahead   = "500ms"

[routers]
count = 1
queue = 100

[load.users]
rate    = "4/s"
clients = 20
expires = "30s"

[load.nodes]
rate    = "1/s"
clients = 4

[time]
hosts = "validator-0..3, nodes"
{more}"#
    )
}

const LIE: &str = r#"
[[fault]]
name = "lie"
at   = "12:02"
for  = "5m"
on   = "time-source-4"
skew = "+24h"
"#;

fn run(way: &str, more: &str) -> (Place, Ran, Value) {
    let place = Place::new();
    place.write("clocks.toml", scenario(more));
    let ran = place.run(&format!("run clocks.toml {way}"));
    let summary = place.summary("clocks");
    (place, ran, summary)
}

fn achieved(summary: &Value) -> &str {
    summary["faults"][0]["achieved"].as_str().expect("a text")
}

/// Of 10,000 operations due in that phase.
fn per10k(summary: &Value, metric: &str, phase: &str) -> f64 {
    summary["metrics"][metric][phase]["per10k"].as_f64().expect("a share")
}

/// A sixth of a day: to those four everything has expired, and the other three let nothing in that
/// these issuers date. Either is short of five.
#[test]
fn the_average_of_time_sources_moves_whoever_asks_and_stops_the_network() {
    let (_, ran, summary) = run("", LIE);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(achieved(&summary), "16 changes of actors, +4h by the average of 6 time sources");
    for phase in ["lie of users", "lie of nodes"] {
        assert!(per10k(&summary, "proof_ok", phase) < 500.0, "{phase}");
        assert!(per10k(&summary, "diverged", phase) > 9_500.0, "{phase}");
    }
    for phase in ["calm", "after lie of users", "after lie of nodes"] {
        assert!(per10k(&summary, "proof_ok", phase) > 9_900.0, "{phase}");
    }
}

/// But for two whose order is that of the time of day: who waits until a clock shows what it showed
/// before would wait for four hours. What some validators refused is not older than `fifo` remembers,
/// and they did not receive it: it binds no order of `themis`.
#[test]
fn no_ordering_waits_for_a_clock_that_was_set_back() {
    let short = "--set duration=4m --set fault.lie.for=40s --set load.users.rate=1/s \
                 --set load.nodes.rate=1/s";
    let catalogue = Catalogue::bundled();
    let names = catalogue.entries().iter().map(|entry| entry.name);
    for name in names.filter(|name| !["hlc", "watermark"].contains(name)) {
        let (_, ran, summary) = run(&format!("{short} --ordering {name}"), LIE);
        assert_eq!(ran.code, 0, "{name}: {}", ran.out);
        for phase in ["after lie of users", "after lie of nodes"] {
            assert!(per10k(&summary, "proof_ok", phase) > 9_900.0, "{name}: {phase}");
        }
    }
}

/// Nothing happened, and nothing is missing: it was the policy.
#[test]
fn the_median_withstands_one_liar_and_says_so() {
    let (_, ran, summary) = run("--set time.policy=median", LIE);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(achieved(&summary), "no clock moved: the median of 6 time sources withstands it");
    assert_eq!(summary["digest"], summary["twin_digest"]);
    let most = LIE.replace("time-source-4", "4 time-sources");
    let (_, ran, summary) = run("--set time.policy=median", &most);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(achieved(&summary), "16 changes of actors, +1d by the median of 6 time sources");
}

/// Two lies overlap: four of six move the median, two do not. The fault that begins last moves all
/// clocks, and the one that ends first sets them right.
#[test]
fn lies_add_up_to_what_the_policy_makes_of_them_all() {
    let second = LIE
        .replace("lie\"", "other\"")
        .replace("12:02", "12:04")
        .replace("time-source-4", "time-source-0..1");
    let first = LIE.replace("time-source-4", "time-source-2..3");
    let (_, ran, summary) = run("--set time.policy=median", &format!("{first}{second}"));
    assert_eq!(ran.code, 0, "{}", ran.out);
    let both = "8 changes of actors, with others that lie, by the median of 6 time sources";
    assert_eq!(achieved(&summary), both);
    assert_eq!(summary["faults"][1]["achieved"], both);
}

/// What is dated half a minute ahead is let in half a minute later where it is held, and never
/// where it is refused.
#[test]
fn what_is_of_the_future_is_refused_or_held_until_it_is_not() {
    let ahead = "[[fault]]\nname = \"lie\"\nat = \"12:02\"\nfor = \"5m\"\non = \"nodes\"\n\
                 skew = \"+30s\"\n";
    let (_, _, refused) = run("", ahead);
    assert!(per10k(&refused, "proof_ok", "lie of nodes") < 200.0);
    assert!(per10k(&refused, "proof_ok", "lie of users") > 9_990.0);
    let place = Place::new();
    let held = scenario(ahead).replace("\"500ms\"", "{ most = \"500ms\", then = \"hold\" }");
    place.write("clocks.toml", held);
    place.expect(0, "run clocks.toml");
    let held = place.summary("clocks");
    assert!(per10k(&held, "proof_ok", "lie of nodes") > 9_990.0);
    let p50 = held["metrics"]["latency_applied_ms"]["lie of nodes"]["p50"].as_f64();
    let p50 = p50.expect("it came");
    assert!((29_500.0..30_000.0).contains(&p50), "{p50}");
}

/// One rule, one role that answers soon, and that step on what it says.
fn staff(step: &str) -> String {
    format!(
        "{LIE}[ops]\nstructure = \"central\"\n[ops.role.primary]\nanswers = {{ day = \"20s\" }}\n\
         [[ops.alert]]\nname = \"disagree\"\nwhen = \"disagree > 0\"\npage = \"primary\"\n\
         [[ops.runbook]]\nalert = \"disagree\"\nsteps = [{step}]\n"
    )
}

/// By hand, while the source still lies: it does not move them again, and does not when it is
/// right again.
#[test]
fn clocks_are_set_by_hand_and_stay_right() {
    let set = "{ do = \"set-clock\", on = \"validators\", takes = \"20s\" }";
    let (place, ran, summary) = run("", &staff(set));
    assert_eq!(ran.code, 0, "{}", ran.out);
    let of_users = per10k(&summary, "proof_ok", "lie of users");
    assert!((3_000.0..9_000.0).contains(&of_users), "they stop and go on again: {of_users}");
    assert!(per10k(&summary, "proof_ok", "after lie") > 9_990.0);
    let told = place.expect(0, "incident clocks").out;
    assert!(told.contains("step 1: set-clock, everywhere."), "{told}");
}

/// A hundred operations at once are more than come; none is the end.
#[test]
fn a_limit_that_is_too_low_harms() {
    let limit = |most: u32| {
        let step =
            format!("{{ do = \"limit\", on = \"routers\", takes = \"20s\", limit = {most} }}");
        let (_, _, summary) = run("", &staff(&step));
        per10k(&summary, "rejected", "after lie")
    };
    assert_eq!([limit(100), limit(0)], [0.0, 10_000.0]);
}
