//! Journeys of small real runs, held against files.

use super::*;
use crate::experiment::track;
use crate::ordering::Catalogue;
use crate::report::journey_chart;
use crate::report::sample::{OPTIONS, SMALL, scenario};
use crate::simulation::World;

/// Holds the journey of an operation against `tests/transcripts/journeys/<name>.txt`;
/// `ATTESTORM_REWRITE=1` writes down what is told now.
fn check(name: &str, text: &str, overrides: &[(&str, &str)], operation: u32) -> String {
    let catalogue = Catalogue::bundled();
    let scenario = scenario(text, overrides, &catalogue);
    let tracked = track(&scenario, &catalogue, OPTIONS, operation).expect("it runs");
    let followed = tracked.followed.expect("the load plan has such an operation");
    let names = World::new(&scenario, &catalogue).layout;
    let files = String::new();
    let view = JourneyView {
        followed: &followed,
        scenario: &scenario,
        names: &names,
        files,
        result: name,
    };
    let told = journey_screen(&view);
    let path = format!("{}/tests/transcripts/journeys/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("ATTESTORM_REWRITE").is_some() {
        std::fs::write(&path, &told).expect("transcripts can be written");
    } else {
        let written = std::fs::read_to_string(&path).expect("a transcript is text");
        assert_eq!(told, written, "{path}: not what is told now");
    }
    assert!(told.lines().all(|line| line.chars().count() <= WIDTH), "{told}");
    told
}

/// Lines may break anywhere between words.
fn all_in(told: &str, words: &[&str]) {
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    words.iter().for_each(|words| assert!(told.contains(words), "no `{words}` in {told}"));
}

#[test]
fn a_link_waits_for_its_parent() {
    let links = include_str!("../../../scenarios/out-of-order-links.toml");
    let short = [("duration", "30s"), ("fault.storm.at", "5s"), ("fault.storm.for", "16s")];
    let told = check("waits", links, &short, 1840);
    all_in(&told, &["WAITS", "what it refers to", "next: attestorm track waits"]);
}

#[test]
fn what_is_lost_says_where() {
    let lossy = SMALL.replace("delay = { jitter = \"300ms\" }", "loss = \"85%\"");
    let told = check("lost", &lossy, &[("clock", "23:59:56")], 169);
    all_in(
        &told,
        &["NEVER APPLIED", "LOST on the way to", "lost by storm", "GIVES UP after try 3"],
    );
    all_in(&told, &[" 23:59:", " 00:00:"]);
}

#[test]
fn who_passed_it_on_is_told() {
    let lossy = SMALL.replace("delay = { jitter = \"300ms\" }", "loss = \"85%\"");
    let told = check("passed-on", &lossy, &[("ordering", "themis")], 208);
    all_in(&told, &["validator-0 has it from validator-2"]);
}

#[test]
fn a_refusal_and_the_next_try_are_told() {
    let told = check("refused", SMALL, &[("ordering", "arrival")], 159);
    all_in(
        &told,
        &["REFUSED, NotFound: #", "sends again, try 2 to router-", ": NotFound by too many"],
    );
}

#[test]
fn a_claim_that_another_won_names_it() {
    let claims = include_str!("../../../scenarios/overlapping-claims.toml");
    let short = [
        ("ordering", "arrival"),
        ("duration", "10s"),
        ("fault.jitter.at", "5s"),
        ("fault.jitter.for", "2s"),
    ];
    let told = check("divided", claims, &short, 1090);
    all_in(&told, &["AlreadyReplaced", "rivals", "double_accepted"]);
}

#[test]
fn a_doubt_names_its_cause() {
    let relied_on = format!(
        "{SMALL}\n[trust]\nregions = [\"frankfurt\"]\nshare = \"50%\"\nexpected = \"500ms\"\n"
    );
    let told = check("doubted", &relied_on, &[("ordering", "arrival")], 155);
    let words = ["expected 500 ms: LATE", "more like this", "did NOT trust it, because of delay"];
    all_in(&told, &words);
}

#[test]
fn a_stalled_centre_and_what_it_held_are_named() {
    let postal = include_str!("../../../scenarios/postal-holiday-rush.toml");
    let told = check("stalled", postal, &[], 4513);
    let words = [
        "0m50.211 +0 ms sender-13 means to send, and sends to router-1",
        "router-4 HELD it for up to 14.6 s, stalled by closed, takes it in behind 16",
        "faults router-4 was stalled by closed from 0m50.000 to 1m05.000 and held 2 messages, for \
         up to 14.6 s",
    ];
    all_in(&told, &words);
    let first = check("stalled-first", postal, &[], 4504);
    all_in(&first, &["means to send, and sends to router-4"]);
}

#[test]
fn what_a_host_that_was_down_never_took_in_says_so() {
    let crash = SMALL.replace("delay = { jitter = \"300ms\" }", "crash = true");
    let crash = crash.replace("on = \"routers -> validators\"", "on = \"validator-1\"");
    let told = check("down", &crash, &[], 159);
    all_in(&told, &["LOST on the way to validator-1 (down by storm)", "was down by storm from"]);
}

#[test]
fn nothing_is_cut_off_before_it_is_applied() {
    let catalogue = Catalogue::bundled();
    let postal = include_str!("../../../scenarios/postal-holiday-rush.toml");
    let scenario = scenario(postal, &[], &catalogue);
    let tracked = track(&scenario, &catalogue, OPTIONS, 4513).expect("it runs");
    let followed = tracked.followed.expect("the load plan has such an operation");
    let names = World::new(&scenario, &catalogue).layout;
    let (files, result) = (String::new(), "");
    let scenario = &scenario;
    let view = JourneyView { followed: &followed, scenario, names: &names, files, result };
    let chart = journey_chart(&view, &tracked.digest, "track").expect("it can be drawn");
    let rows = |what: &str, actor: &str, words: &str| {
        let begin = format!("{what},{actor},");
        chart.csv.lines().filter(|row| row.starts_with(&begin) && row.ends_with(words)).count()
    };
    assert_eq!(rows("outage", "router-4", "stalled by closed"), 1, "{}", chart.csv);
    assert_eq!(rows("moment", "validator-0", "accepted at 5640"), 1, "{}", chart.csv);
    assert_eq!(rows("message", "router-5", ""), 1, "{}", chart.csv);
}

#[test]
fn of_many_the_first_and_the_last_are_listed() {
    let check = |count: u32, text: &str| {
        assert_eq!(listed((1..=count).map(|number| number.to_string()).collect()), text);
    };
    check(0, "");
    check(3, "1, 2, 3");
    check(12, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12");
    check(14, "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2 more, and 14");
}
