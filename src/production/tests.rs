//! What is read of expressions, one a line.

use super::*;
use crate::kernel::Span;
use crate::ops::{Burn, Condition, Gauge, Sense};

/// A condition in a few words.
fn said(condition: &Condition) -> String {
    match condition {
        Condition::Compare { gauge, over, sense, bound } => {
            format!("{} over {over} {} {bound}", gauge.name(), sense.sign())
        }
        Condition::Burn(Burn { objective, factor, long, short }) => {
            format!("{factor} x 1-{objective} in {long} and {short}")
        }
    }
}

fn setting<'a>(names: &'a Names, records: &'a [(String, Query)]) -> Setting<'a> {
    Setting { names, objective: Span::from_secs(5), scrape: Span::from_secs(15), records }
}

fn told(expr: &str, names: &Names, records: &[(String, Query)]) -> String {
    match read(expr, setting(names, records)) {
        Ok(judged) => {
            let all: Vec<String> = judged.conditions.iter().map(said).collect();
            all.join(" or ") + judged.remark.map_or("", |_| ", for the worst")
        }
        Err(why) => format!("not: {why}"),
    }
}

fn check(expr: &str, expected: &str) {
    assert_eq!(told(expr, &Names::default(), &[]), expected, "{expr}");
}

#[test]
fn what_compares_a_gauge_with_a_number_is_read() {
    check("max(attest_oldest_unconfirmed_seconds) > 20", "oldest_unconfirmed over 0s > 20000");
    check(
        "(max( attest_oldest_unconfirmed_seconds{} )) >= 4 * 5",
        "oldest_unconfirmed over 0s >= 20000",
    );
    check("0.3 < max(attest_oldest_unconfirmed_seconds)", "oldest_unconfirmed over 0s > 300");
    check("max(attest_router_waiting) <= 1e3", "waiting over 0s <= 1000");
    check("sum(rate(attest_routed_total[30s])) < 10", "routed over 0s < 10");
    check("sum(rate(attest_routed_total[5m])) < 10", "routed over 5m < 10");
    check("up{job=\"attest\"} == 0", "down over 0s > 0, for the worst");
    check("attest_router_waiting > 5", "waiting over 0s > 5, for the worst");
    check("max by (instance) (attest_router_waiting) > 5", "waiting over 0s > 5, for the worst");
    check(
        "max(attest_router_waiting) > 5 or max(attest_probe_oldest_seconds) > 1",
        "waiting over 0s > 5 or probe.oldest over 0s > 1000",
    );
}

#[test]
fn what_says_more_is_not_read_and_the_reason_is_told() {
    check("predict_linear(attest_x[1h], 60) > 5", "not: it uses `predict_linear`");
    check("absent(up{job=\"attest\"})", "not: it uses `absent`");
    check("max_over_time(max(attest_router_waiting)[5m:]) > 1", "not: it uses `max_over_time`");
    check("node_load1 > 5", "not: no name in the map says what `node_load1` is");
    check("up{job=\"node\"} == 0", "not: it compares by another sign than > < >= <=");
    check("min(attest_router_waiting) > 5", "not: no name in the map says what it looks at");
    check(
        "max(attest_router_waiting{dc=\"a\"}) > 5",
        "not: no name in the map says what it looks at",
    );
    check(
        "max(attest_router_waiting offset 5m) > 5",
        "not: no name in the map says what it looks at",
    );
    check("attest_router_waiting < 5", "not: it looks at each target, from below");
    check("max(attest_router_waiting) > bool 5", "not: it uses `bool`");
    check("max(attest_router_waiting)", "not: it compares nothing with a number");
    check(
        "sum(rate(attest_routed_total[15s])) < 10",
        "not: its window of 15s does not hold two scrapes 15s apart",
    );
    check("1 +", "not: it cannot be parsed: invalid promql query");
    let long = format!("1{} > 0", " + 1".repeat(5_000));
    check(&long, "not: it cannot be parsed: it is too long");
}

#[test]
fn burn_rates_have_two_windows_and_one_bound() {
    let names = Names(vec![Name::Histogram("commit_seconds".to_owned())]);
    let bad = |window: &str| {
        format!(
            "1 - sum(rate(commit_seconds_bucket{{le=\"5\"}}[{window}])) \
             / sum(rate(commit_seconds_count[{window}]))"
        )
    };
    let check = |expr: String, expected: &str| {
        assert_eq!(told(&expr, &names, &[]), expected, "{expr}");
    };
    let both = |bound: &str, other: &str| {
        format!("({}) > {bound} and ({}) > {other}", bad("1h"), bad("5m"))
    };
    check(both("14.4 * 0.001", "(14.4*0.001)"), "14.4 x 1-0.999 in 1h and 5m");
    check(both("14.4 * (1 - 0.995)", "14.4 * (1 - 0.995)"), "14.4 x 1-0.995 in 1h and 5m");
    check(both("0.02", "0.02"), "1 x 1-0.98 in 1h and 5m");
    check(both("0.02", "0.01"), "not: the two windows of its burn rate have two bounds");
    let once = format!("({}) > 0.02 and max(attest_router_waiting) > 5", bad("1h"));
    check(once, "not: it joins by `and`, and burns no budget but `waiting`");
    let same = format!("({0}) > 0.02 and ({0}) > 0.02", bad("1h"));
    check(same, "not: it joins by `and` what are not two windows of a burn rate");
    let mixed = format!("{} > 0.02", bad("1h").replacen("1h", "5m", 1));
    check(mixed, "not: its parts look at different windows");
}

#[test]
fn recorded_names_stand_for_their_expressions() {
    let record = |name: &str, expr: &str| {
        (name.to_owned(), Query::parse(expr).expect("an expression of the test"))
    };
    let records =
        [record("job:waiting:max", "max(attest_router_waiting)"), record("endless", "endless")];
    let told = |expr| told(expr, &Names::default(), &records);
    assert_eq!(told("job:waiting:max > 5"), "waiting over 0s > 5");
    assert_eq!(told("endless > 5"), "not: no name in the map says what `endless` is");
}

#[test]
fn names_and_units_are_those_of_the_map() {
    let name = |gauge, expr: &str, unit| Name::Expression { gauge, expr: expr.to_owned(), unit };
    use crate::ops::Gauge::{OldestUnconfirmed, Refused};
    let names = Names(vec![
        name(OldestUnconfirmed, "max(time() - oldest_timestamp_seconds)", NameUnit::Base),
        name(OldestUnconfirmed, "oldest_ms", NameUnit::Milliseconds),
        name(Refused, "100 * sum(rate(no[1m])) / sum(rate(all[1m]))", NameUnit::Percent),
    ]);
    let check = |expr, expected: &str| assert_eq!(told(expr, &names, &[]), expected);
    check("max(time() - oldest_timestamp_seconds) > 20", "oldest_unconfirmed over 0s > 20000");
    check("oldest_ms > 250", "oldest_unconfirmed over 0s > 250");
    check("100 * sum(rate(no[5m])) / sum(rate(all[5m])) > 2", "refused over 5m > 0.02");
    let spelt = names.of(Refused, Span::from_secs(5))[0].over(Span::from_secs(90));
    assert_eq!(spelt, "100 * sum(rate(no[1m30s])) / sum(rate(all[1m30s]))");
}

#[test]
fn names_of_rules_change_their_manner_and_come_back() {
    let check = |theirs: &str, ours: &str| assert_eq!(kebab(theirs), ours);
    check("OldestUnconfirmed", "oldest-unconfirmed");
    check("HTTPErrors_High (prod)", "httperrors-high-prod");
    check("target-down", "target-down");
    check("Ünïcode", "n-code");
    check("…", "rule");
    for name in ["oldest-unconfirmed", "target-down", "p99-high", "burn-2", "2-slow", "a"] {
        assert_eq!(kebab(&camel(name)), name);
    }
    assert_eq!(camel("oldest-unconfirmed"), "OldestUnconfirmed");
    assert_eq!(camel("burn-2"), "burn-2", "what would not come back stays");
}

#[test]
fn texts_are_quoted_where_yaml_needs_it() {
    assert_eq!(quoted("max(x) > 20"), "max(x) > 20");
    assert_eq!(quoted("x{job=\"a\"} > 1"), "\"x{job=\\\"a\\\"} > 1\"");
    assert_eq!(quoted("a: b # c"), "\"a: b # c\"");
    assert_eq!(quoted("yes"), "\"yes\"");
    assert_eq!(quoted("20"), "\"20\"");
}

/// Every gauge, compared each way, from round to round and over a window; and a burn rate.
fn every_condition() -> Vec<Condition> {
    let mut every = Vec::new();
    for (_, gauge) in Gauge::NAMES {
        for (_, sense) in Sense::SIGNS {
            let windows = if gauge.is_rate() { &[0, 300][..] } else { &[0] };
            for over in windows.iter().map(|seconds| Span::from_secs(*seconds)) {
                for bound in [0.05, 3.0, 20_500.0] {
                    every.push(Condition::Compare { gauge: *gauge, over, sense: *sense, bound });
                }
            }
        }
    }
    let (long, short) = (Span::from_secs(21_600), Span::from_secs(1_800));
    every.push(Condition::Burn(Burn { objective: 0.999, factor: 14.4, long, short }));
    every
}

#[test]
fn what_is_written_is_read_again() {
    let own = Name::Expression {
        gauge: Gauge::OldestUnconfirmed,
        expr: "max(time() - oldest_timestamp_seconds)".to_owned(),
        unit: NameUnit::Base,
    };
    for names in [Names::default(), Names(vec![own, Name::Histogram("commit".to_owned())])] {
        let (interval, objective) = (Span::from_secs(15), Span::from_secs(5));
        let group = Group { name: "every", interval, names: &names, objective };
        for condition in every_condition() {
            let written = write::expression(&condition, group);
            let read = read(&written, setting(&names, &[])).map(|judged| judged.conditions);
            assert_eq!(read, Ok(vec![condition]), "{written}");
        }
    }
}
