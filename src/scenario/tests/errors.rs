//! What is wrong, where, and the way out: one line for each problem, and a few whole screens.

use super::load_text;
use crate::scenario::{Problem, ScenarioErrors};

const BASE: &str = r#"name     = "ours"
duration = "3m"

[network]
jitter = "15%"

[validators]
regions = ["frankfurt", "n-virginia", "tokyo"]

[load.issuers]
rate  = "60/s"

[[fault]]
name  = "storm"
at    = "1m"
for   = "80s"
on    = "routers -> validators"
delay = { jitter = { from = "50ms", to = "400ms", steps = 8 } }

[thresholds]
fast = "p99(latency.applied) in storm < 800ms"
"#;

/// Problems as `line:column message | note`.
fn summary(errors: &ScenarioErrors) -> String {
    let line = |problem: &Problem| {
        let place = problem.location.trim_start_matches("ours.toml").trim_start_matches(':');
        format!("{place} {} | {}", problem.message, problem.note).trim().to_owned()
    };
    errors.problems().iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Replaces `old` in the base file, or the whole last part of it if there is nothing to replace.
fn edit(text: &str, change: &str) -> String {
    match change.split_once(" => ") {
        Some((old, new)) => {
            assert!(text.contains(old), "the base file has no `{old}`");
            text.replacen(old, new, 1)
        }
        None => format!("{text}\n{change}\n"),
    }
}

#[test]
fn every_mistake_is_named_at_its_place_with_the_way_out() {
    let mut cases = 0;
    for paragraph in include_str!("errors.txt").split("\n\n") {
        let (changes, expected): (Vec<&str>, Vec<&str>) =
            paragraph.lines().partition(|line| line.starts_with("> "));
        if changes.is_empty() {
            continue;
        }
        let change = |text: String, line: &&str| edit(&text, &line[2..].replace("\\n", "\n"));
        let text = changes.iter().fold(BASE.to_owned(), change);
        let found = load_text(&text).map_or_else(|errors| summary(&errors), |_| "fine".to_owned());
        assert_eq!(found, expected.join("\n"), "{changes:#?}");
        cases += 1;
    }
    assert!(cases > 100, "the file of cases has {cases}");
}

#[test]
fn all_errors_come_at_once_with_the_line_and_the_way_out() {
    let changes = ["\"1m\" => \"4m\"", "jitter = { => jiter = {", "latency.applied => orphan"];
    let text = changes.iter().fold(BASE.to_owned(), |text, change| edit(&text, change));
    let errors = load_text(&text).expect_err("three things are wrong");
    insta::assert_snapshot!(errors, @r#"
    error: fault `storm` starts after the end of the run
      --> ours.toml:15:9
    15 | at    = "4m"
       |         ^^^^ the run lasts 3m (line 2)

    error: a delay has no field `jiter`
      --> ours.toml:18:11
    18 | delay = { jiter = { from = "50ms", to = "400ms", steps = 8 } }
       |           ^^^^^ did you mean `jitter`? a delay takes: add, jitter, spread, correlation

    error: there is no metric `orphan`
      --> ours.toml:21:13
    21 | fast = "p99(orphan) in storm < 800ms"
       |             ^^^^^^ did you mean `orphans`? see: attestorm metrics orphan

    3 errors in ours.toml, nothing was run
    "#);
    assert!(errors.render(true).contains("\u{1b}[1;31merror:\u{1b}[0m fault `storm` starts"));
}

#[test]
fn long_lines_and_long_notes_stay_on_the_screen() {
    let text =
        edit(BASE, "delay = { => delay = { add = { from = \"1s\", to = \"2s\", steps = 4 },");
    let text = edit(&text, "frankfurt => frankfrt");
    insta::assert_snapshot!(load_text(&text).expect_err("two things are wrong"), @r#"
    error: there is no region `frankfrt`
      --> ours.toml:8:12
    8 | regions = ["frankfrt", "n-virginia", "tokyo"]
      |            ^^^^^^^^^^
      | did you mean `frankfurt`? regions: n-virginia, canada, n-california, london, oregon, ireland,
      | frankfurt, s-paulo, tokyo, mumbai, sydney, seoul, singapore

    error: the steps of one fault go together
      --> ours.toml:18:104
    18 | "50ms", to = "400ms", steps = 8 } }
       |                               ^ the other climb of this fault has 4

    2 errors in ours.toml, nothing was run
    "#);
}

/// The base file with so many further parts of `on` and so many further faults.
fn crowded(parts: usize, faults: usize) -> Result<(), String> {
    let on = vec!["router-0 -> validator-0"; parts].join(", ");
    let mut text = BASE.replace("routers -> validators", &on);
    for number in 0..faults {
        text += &format!("\n[[fault]]\nname = \"f{number}\"\nat = \"1s\"\nfor = \"1s\"\n");
        text += "on = \"validator-0\"\nstall = true\n";
    }
    load_text(&text).map(|_| ()).map_err(|errors| summary(&errors))
}

#[test]
fn there_are_addresses_for_so_many_rules_and_no_more() {
    assert_eq!(crowded(127, 0), Ok(()));
    let expected = "17:9 with `storm` the faults make more than 127 rules | each effect on links \
                    is a rule for each part of its `on`, 1 times 128 here: name whole kinds, as in \
                    `routers -> validators`, or leave some out";
    assert_eq!(crowded(128, 0), Err(expected.to_owned()));
    assert_eq!(crowded(1, 26), Ok(()));
    let expected = "205:1 faults and stages make 65 phases | a run has at most 63: use fewer steps \
                    or faults";
    assert_eq!(crowded(1, 27), Err(expected.to_owned()));
}
