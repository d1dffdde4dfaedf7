//! Rules that come from production and rules that go there, and what no rule sees.

use std::process::Command;

use attestorm::kernel::Span;
use attestorm::ops::{AlertRule, Burn, Condition, Gauge, GaugeUnit, Sense};
use attestorm::production::{Exported, Group, Moment, Name, NameUnit, Names, rules, tests};

use crate::program::Place;

/// What Prometheus' own tool says of files, or nothing where it is not installed, which is said.
fn promtool(place: &Place, arguments: &[&str]) -> Option<(bool, String)> {
    let ran = Command::new("promtool").args(arguments).current_dir(place.path()).output();
    let Ok(ran) = ran else {
        eprintln!("skipped: no promtool (Debian: apt-get install prometheus)");
        return None;
    };
    let said = [ran.stdout, ran.stderr].concat();
    Some((ran.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// A rule for every gauge, sense and window, and two burn rates.
fn every_rule() -> Vec<AlertRule> {
    let mut every = Vec::new();
    let mut add = |name: String, when: Condition, lasts: u64| {
        every.push(AlertRule { name, when, lasts: Span::from_secs(lasts), page: Some(0) });
    };
    for (name, gauge) in Gauge::NAMES {
        let name = name.replace(['.', '_'], "-");
        let bound = match gauge.unit() {
            GaugeUnit::Millis => 20_000.0,
            GaugeUnit::Share => 0.05,
            GaugeUnit::PerSecond => 10.0,
            GaugeUnit::Plain => 3.0,
        };
        let senses = [("above", Sense::Above), ("below", Sense::Below)];
        for (word, sense) in senses {
            let when = Condition::Compare { gauge: *gauge, over: Span::ZERO, sense, bound };
            add(format!("{name}-{word}"), when, 30);
            if gauge.is_rate() {
                let over = Span::from_secs(300);
                let when = Condition::Compare { gauge: *gauge, over, sense, bound };
                add(format!("{name}-{word}-long"), when, 0);
            }
        }
    }
    let (long, short) = (Span::from_secs(3_600), Span::from_secs(300));
    for (name, factor) in [("burn-fast", 14.4), ("burn-slow", 6.0)] {
        let burn = Burn { objective: 0.999, factor, long, short };
        add(name.to_owned(), Condition::Burn(burn), 0);
    }
    every
}

fn moment(rule: &AlertRule) -> Moment {
    let value = match &rule.when {
        Condition::Compare { sense: Sense::Above, bound, .. } => bound * 1.5,
        Condition::Compare { bound, .. } => bound * 0.5,
        Condition::Burn(burn) => burn.factor * 1.5,
    };
    Moment { waited: rule.lasts, pending: value, firing: value }
}

/// Writes every rule and its test under these names; what was given no samples.
fn written(place: &Place, names: &Names) -> Vec<String> {
    let every = every_rule();
    let exported = every.iter().map(|rule| Exported {
        rule,
        role: Some("primary"),
        summary: format!("{}: look", rule.name),
        measured: vec!["Fires in the test.".to_owned()],
    });
    let exported: Vec<Exported<'_>> = exported.collect();
    let interval = Span::from_secs(15);
    let group = Group { name: "every", interval, names, objective: Span::from_secs(5) };
    place.write("every.yml", rules(&["All of them.".to_owned()], group, &exported));
    let cases: Vec<_> = exported.into_iter().map(|one| (one.clone(), moment(one.rule))).collect();
    let (text, without) = tests("every.yml", group, &cases);
    place.write("every.test.yml", text);
    without
}

fn own_names() -> Names {
    let name = |gauge, expr: &str, unit| Name::Expression { gauge, expr: expr.to_owned(), unit };
    Names(vec![
        name(
            Gauge::OldestUnconfirmed,
            "max(time() - attest_oldest_unconfirmed_timestamp_seconds)",
            NameUnit::Base,
        ),
        name(Gauge::Waiting, "router_queue{job=\"router\"}", NameUnit::Base),
        name(
            Gauge::Refused,
            "100 * sum(rate(no_total[1m])) / sum(rate(asked_total[1m]))",
            NameUnit::Percent,
        ),
        Name::Histogram("attest_commit_seconds".to_owned()),
    ])
}

#[test]
fn prometheus_takes_every_rule_and_passes_its_tests() {
    for names in [Names::default(), own_names()] {
        let place = Place::new();
        let without = written(&place, &names);
        assert!(without.is_empty(), "no samples for {without:?}");
        let Some((is_good, said)) = promtool(&place, &["check", "rules", "every.yml"]) else {
            return;
        };
        assert!(is_good, "{said}");
        let (is_good, said) = promtool(&place, &["test", "rules", "every.test.yml"])
            .expect("it was there a moment ago");
        assert!(is_good, "{said}");
    }
}

#[test]
fn the_tests_fail_where_a_rule_is_not_the_one_that_was_judged() {
    for (old, new) in [("seconds) > 20", "seconds) > 40"), ("for: 30s", "for: 1m")] {
        let place = Place::new();
        written(&place, &Names::default());
        let path = place.path().join("every.yml");
        let text = std::fs::read_to_string(&path).expect("it was written");
        assert!(text.contains(old), "{text}");
        place.write("every.yml", text.replacen(old, new, 1));
        let Some((is_good, said)) = promtool(&place, &["test", "rules", "every.test.yml"]) else {
            return;
        };
        assert!(!is_good, "{old} became {new}\n{said}");
    }
}

/// Thin load through three routers, a stall, and two rules of which one counts.
const NIGHT: &str = r#"
name     = "night"
duration = "8m"
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
rate     = "6/s"
clients  = 60
regions  = ["frankfurt", "n-virginia", "tokyo"]
patience = { median = "30s", refresh = "10s", ticket = "2%" }

[[fault]]
name  = "stall"
at    = "3m"
on    = "router-1.order"
stall = true
"#;

const AGE: &str = r#"
[[ops.alert]]
name = "oldest"
when = "oldest_unconfirmed > 20s"
for  = "30s"
page = "primary"

[[ops.alert]]
name = "down"
when = "down >= 1"
for  = "30s"
page = "primary"
"#;

#[test]
fn the_rules_judged_are_the_rules_shipped() {
    let place = Place::new();
    place.write("night.toml", format!("{NIGHT}\n[ops]\n{AGE}"));
    let told = place.expect(0, "export alerts night.toml --seeds 1..2 --out rules").out;
    assert!(told.contains("2 rules in rules/attestorm-night.yml"), "{told}");
    assert!(told.contains("down: fired in no night"), "{told}");
    let file = place.path().join("rules/attestorm-night.yml");
    let text = std::fs::read_to_string(file).expect("it was written");
    assert!(text.contains("2 calm twins: 0 pages"), "{text}");
    assert!(text.contains("      # Fires "), "{text}");
    place.write("again.toml", format!("{NIGHT}\n[ops]\nalerts = 'rules/attestorm-night.yml'"));
    let checked = place.expect(0, "scenario check again.toml").out;
    assert!(checked.contains("2 rules of rules/attestorm-night.yml judged\n"), "{checked}");
    let shown = place.expect(0, "scenario show again.toml").out;
    let rule = "oldest: oldest_unconfirmed > 20s for 30s, pages primary";
    assert!(shown.contains(rule), "{shown}");
    let digest = |file: &str| {
        let out = place.run(&format!("run {file} --no-twin --out {file}.results")).out;
        let line = out.lines().find(|line| line.contains("digest")).map(str::to_owned);
        line.expect("a run has a digest")
    };
    assert_eq!(digest("night.toml"), digest("again.toml"), "they judge alike");
    if let Some((is_good, said)) =
        promtool(&place, &["test", "rules", "rules/attestorm-night.test.yml"])
    {
        assert!(is_good, "{said}");
    }
}

#[test]
fn what_is_not_judged_is_said_on_every_screen() {
    let place = Place::new();
    let rules = "groups: [{ name: ours, rules: [{ alert: Full, \
                 expr: 'predict_linear(free[1h], 60) < 0', labels: { severity: page } }] }]";
    place.write("prod.yml", rules);
    place.write("night.toml", format!("{NIGHT}\n[ops]\nalerts = 'prod.yml'\n{AGE}"));
    let checked = place.expect(0, "scenario check night.toml").out;
    assert!(checked.contains("0 rules of prod.yml judged, 1 not: it uses `predict_linear`"));
    assert!(checked.contains("  not judged  Full (line 1): it uses `predict_linear`"), "{checked}");
    let screen = place.run("run night.toml --no-twin").out;
    assert!(screen.contains("0 rules of prod.yml judged, 1 not"), "{screen}");
    let story = place.expect(0, "incident night").out;
    assert!(story.contains("not judged  Full (line 1)"), "{story}");
}

/// The line of that fault and target.
fn line<'a>(screen: &'a str, trial: &str) -> &'a str {
    screen.lines().find(|line| line.starts_with(trial)).unwrap_or_else(|| panic!("{screen}"))
}

#[test]
fn a_rule_that_counts_is_blind_where_one_that_ages_is_not() {
    let place = Place::new();
    place.write("age.toml", format!("{NIGHT}\n[ops]\n{AGE}"));
    let count = AGE.replace("oldest_unconfirmed > 20s", "waiting > 100000");
    place.write("count.toml", format!("{NIGHT}\n[ops]\n{count}"));
    let aged = place.expect(0, "blindspots age.toml --seeds 1").out;
    let counted = place.expect(0, "blindspots count.toml --seeds 1").out;
    let trial = "stall               router-1.order ";
    let nothing = "inconclusive: it changed nothing that any metric shows";
    assert!(line(&aged, "stall               router-1.revoke ").contains(nothing), "{aged}");
    // 55 s after the fault, 24 s before users: in time to see it, not to act.
    assert!(line(&aged, trial).contains(" oldest ") && line(&aged, trial).ends_with("close"));
    assert!(line(&counted, trial).ends_with("BLIND"), "{counted}");
    assert!(line(&counted, "crash               router-1 ").contains("down"), "{counted}");
    assert!(counted.contains("1 of 2 rules never fired: oldest"), "{counted}");
    let calm = "in 0 of 1 calm twins a rule fired";
    assert!(aged.contains(calm), "{aged}");
    let widest = aged.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{aged}");
}

#[test]
fn a_game_day_has_what_to_do_and_what_to_expect() {
    let place = Place::new();
    place.write("night.toml", format!("{NIGHT}\n[ops]\n{AGE}"));
    let plan = place.expect(0, "export gameday night.toml --seeds 1..2").out;
    for part in [
        "| +3m | until repaired | router-1.order | stall",
        "`kill -STOP $PID",
        "| oldest pages primary |",
        "| down pages primary | never | never | 0 of 2 |  |",
        "no page before the fault: 0 in 2 calm twins",
        "# [[history]]",
    ] {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
}

/// A small scenario with a threshold that is missed, one that is met, and one without samples.
fn demanding() -> String {
    format!(
        "{}\n[thresholds]\nmet = \"count(unfinished) == 0\"\nmissed = \"p50(latency.applied) < \
         1ms\"\nunknown = \"p99.9(latency.applied) < 1h\"\n",
        crate::program::SMALL
    )
}

#[test]
fn results_go_out_as_test_cases_and_as_metrics() {
    let place = Place::new();
    place.write("small.toml", demanding());
    let cases = place.run("run small.toml --format junit").out;
    for part in [
        "<testsuites name=\"attestorm\"",
        "<testsuite name=\"small seed 1\"",
        "classname=\"guarantee\"",
        "<testcase name=\"met\" classname=\"threshold\"",
        "<failure message=\"p50(latency.applied) &lt; 1ms: ",
        "<error message=\"inconclusive",
        "<testcase name=\"storm\" classname=\"fault\"",
    ] {
        assert!(cases.contains(part), "{part}\n{cases}");
    }
    let by = "--by ordering=arrival,fifo --seeds 1..2";
    let grid = place.run(&format!("compare small.toml {by} --format junit")).out;
    for suite in ["small arrival seed 1", "small fifo seed 2"] {
        assert!(grid.contains(&format!("<testsuite name=\"{suite}\"")), "{suite}\n{grid}");
    }
    for command in ["run small.toml".to_owned(), format!("compare small.toml {by}")] {
        let metrics = place.run(&format!("{command} --format prometheus")).out;
        assert!(metrics.contains("# TYPE attest_latency_applied_seconds gauge"), "{metrics}");
        let sample = metrics.lines().find(|line| {
            line.starts_with("attest_latency_applied_seconds{") && line.contains("\"p50\"")
        });
        let value = sample.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        assert!(value.is_some_and(|value| (0.001..2.0).contains(&value)), "{sample:?}");
        place.write("metrics.txt", &metrics);
        let check = "promtool check metrics < metrics.txt";
        if promtool(&place, &["--version"]).is_some() {
            let ran = Command::new("sh").args(["-c", check]).current_dir(place.path()).output();
            let ran = ran.expect("a shell starts");
            let said = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stdout));
        }
    }
}
