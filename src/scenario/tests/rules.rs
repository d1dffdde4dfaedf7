//! Rules of production and the name map: what is judged, what is listed, what is refused.

use std::fs;

use super::{CATALOGUE, load_text, same};
use crate::scenario::model::{Ops, Scenario};
use crate::scenario::{ScenarioErrors, Source, condition, load};

const HEAD: &str = "name = 'ours'\nduration = '3m'\n[load.a]\nrate = '10/s'\n";

/// A scenario beside `prod.yml` and `names.toml`.
fn beside(ops: &str, rules: &str, names: &str) -> Result<Scenario, ScenarioErrors> {
    let folder = tempfile::tempdir().expect("a test has a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a test can write");
        path
    };
    write("prod.yml", rules);
    write("names.toml", names);
    let path = write("ours.toml", &format!("{HEAD}[ops]\nalerts = 'prod.yml'\n{ops}"));
    load(&Source::File(path), &[], &CATALOGUE)
}

fn ops(scenario: &Scenario) -> &Ops {
    scenario.ops.as_ref().expect("it is watched")
}

/// Rules as `name: condition for span -> role`.
fn spell(scenario: &Scenario) -> Vec<String> {
    let ops = ops(scenario);
    let role = |page: Option<u16>| {
        page.map_or("nobody", |place| &ops.people.roles[usize::from(place)].name)
    };
    let rules = ops.alerts.iter();
    rules
        .map(|rule| {
            let (when, page) = (condition(&rule.when), role(rule.page));
            format!("{}: {when} for {} -> {page}", rule.name, rule.lasts)
        })
        .collect()
}

const RULES: &str = "\
groups:
  - name: ours
    interval: 15s
    labels: { severity: page }
    rules:
      - record: job:waiting:max
        expr: max(attest_router_waiting)
      - alert: OldestUnconfirmed
        expr: max(oldest_ms) > 20 * 1000
        for: 30s
        labels: { role: secondary }
        annotations: { summary: Old }
      - alert: Waiting
        expr: job:waiting:max >= 1000
        labels: { severity: ticket }
      - alert: Burn
        expr: |
          1 - sum(rate(commit_bucket{le=\"2.5\"}[1h])) / sum(rate(commit_count[1h])) > 14.4 * 0.001
          and
          1 - sum(rate(commit_bucket{le=\"2.5\"}[5m])) / sum(rate(commit_count[5m])) > 14.4 * 0.001
      - alert: DiskFull
        expr: predict_linear(disk_free[1h], 3600) < 0
      - alert: Waiting
        expr: attest_router_waiting > 5000
      - alert: Sticky
        expr: max(attest_router_waiting) > 5
        keep_firing_for: 5m
";

const NAMES: &str = "\
[metrics]
oldest_unconfirmed = { expr = 'max(oldest_ms)', unit = 'milliseconds' }
'latency.applied' = { histogram = 'commit' }
";

const ROLES: &str = "names = 'names.toml'\nobjective = '2500ms'
[[ops.alert]]\nname = 'waiting'\nwhen = 'waiting > 10'
[ops.role.primary]\n[ops.role.secondary]\n
[[ops.runbook]]\nalert = 'burn'\nsteps = [{ do = 'inspect', on = 'routers', takes = '1m' }]\n";

#[test]
fn what_can_be_read_is_judged_and_the_rest_is_listed() {
    let read = beside(ROLES, RULES, NAMES).unwrap_or_else(|errors| panic!("{errors}"));
    let expected = [
        "waiting: waiting > 10 for 0s -> nobody",
        "oldest-unconfirmed: oldest_unconfirmed > 20s for 30s -> secondary",
        "waiting-2: waiting >= 1000 for 0s -> nobody",
        "burn: budget of 99.9% burns 14.4x over 1h and 5m for 0s -> primary",
        "waiting-3: waiting > 5000 for 0s -> primary",
    ];
    assert_eq!(spell(&read), expected);
    let production = ops(&read).production.as_ref().expect("a file was read");
    let unread: Vec<String> = production
        .unread
        .iter()
        .map(|unread| format!("{} {}: {}", unread.line, unread.rule, unread.why))
        .collect();
    let expected = [
        "21 DiskFull: it uses `predict_linear`",
        "25 Sticky: it keeps firing for 5m; here an alert resolves at once",
    ];
    assert_eq!(unread, expected);
    assert_eq!(production.judged, 4);
    let remarks = &production.remarks;
    assert_eq!(remarks, &["`Waiting` is judged for the worst target, not for each"]);
    assert_eq!(ops(&read).runbooks[0].alert, Some(3), "runbooks know them");
}

#[test]
fn what_is_written_out_is_the_same_without_the_files() {
    let read = beside(ROLES, RULES, NAMES).unwrap_or_else(|errors| panic!("{errors}"));
    let again = load_text(&read.to_toml()).unwrap_or_else(|errors| panic!("{errors}"));
    same(&read, &again);
}

#[test]
fn a_role_is_there_where_none_is_written() {
    let rule = "groups: [{ name: a, rules: [{ alert: A, expr: 'sum(1 - up{job=\"attest\"}) > 0', \
                labels: { severity: critical, role: primary } }] }]";
    let read = beside("", rule, "").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(spell(&read), ["a: down > 0 for 0s -> primary"]);
    let empty = beside("", "", "").expect_err("a file without groups");
    assert!(empty.to_string().contains("`groups` is missing"), "{empty}");
}

/// The first problem as `location message`.
fn problem(ops: &str, rules: &str, names: &str) -> String {
    let errors = beside(ops, rules, names).expect_err("something is wrong");
    let problem = &errors.problems()[0];
    format!("{} {}", problem.location, problem.message)
}

#[test]
fn mistakes_are_told_at_their_place() {
    let group = |rule: &str| format!("groups:\n  - name: a\n    rules:\n      - {rule}\n");
    let check = |rule: &str, expected: &str| {
        assert_eq!(problem("", &group(rule), ""), expected, "{rule}");
    };
    check("{ alrt: A, expr: up }", "prod.yml:4:11 a rule has no field `alrt`");
    check("{ alert: A }", "prod.yml:4:9 `expr` is missing");
    check("{ alert: A, expr: up, for: soon }", "prod.yml:4:36 `soon` is not a duration");
    check("{ alert: A, expr: up, expr: up }", "prod.yml:4:31 the key `expr` is given twice here");
    check("{ record: r, expr: up, for: 1m }", "prod.yml:4:9 a rule that records does not alert");
    check("[", "prod.yml:5:1 this is not YAML");
    check("*other", "prod.yml:4:9 this is not YAML");
    let paged = "{ alert: A, expr: up, labels: { severity: page, role: prim } }";
    let said = problem("[ops.role.primary]", &group(paged), "");
    assert_eq!(said, "prod.yml:4:63 there is no role `prim`");
    let deep = format!("groups: {}{}", "[".repeat(200), "]".repeat(200));
    assert!(problem("", &deep, "").contains("this is not YAML"));
}

#[test]
fn mistakes_of_the_name_map_are_told_at_their_place() {
    let check = |names: &str, expected: &str| {
        assert_eq!(problem("names = 'names.toml'", RULES, names), expected, "{names}");
    };
    check("[metrics]\noldest = 'x'", "names.toml:2:1 rules look at no metric `oldest`");
    check("[metrics]\nwaiting = 'max('", "names.toml:2:11 this is not PromQL");
    check(
        "[metrics]\nwaiting = { expr = 'x', unit = 'percent' }",
        "names.toml:2:11 `waiting` is not counted in this unit",
    );
    check(
        "[metrics]\n'latency.applied' = { histogram = 'a{b}' }",
        "names.toml:2:35 this is not the name of a histogram",
    );
    check("[metric]", "names.toml:1:2 the name map has no key `metric`");
}

#[test]
fn recorded_names_that_branch_end() {
    let record = |level: u32| {
        let next = format!("r{}", level + 1);
        format!("{{ record: r{level}, expr: {} }}", vec![next; 50].join(" + "))
    };
    let records: Vec<String> = (0..10).map(record).collect();
    let rule = "{ alert: A, expr: r0 > 1 }";
    let text = format!("groups: [{{ name: a, rules: [{}, {rule}] }}]", records.join(", "));
    let read = beside("", &text, "").unwrap_or_else(|errors| panic!("{errors}"));
    let production = ops(&read).production.as_ref().expect("a file was read");
    assert_eq!(production.unread.len(), 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// No file, however strange, does more than be refused.
    #[test]
    fn no_file_of_rules_panics(
        text in "[-a-z:{}\\[\\]|>&*!%@`'\"#, \n\t0-9é]{0,80}",
        expr in "[-+a-z(){}\\[\\]<>=!~:0-9 .\"$%^*/]{0,60}",
    ) {
        let _ = beside("", &text, "");
        let quoted = serde_json::Value::from(expr).to_string();
        let rules = format!("groups: [{{ name: a, rules: [{{ alert: A, expr: {quoted} }}] }}]");
        let _ = beside("", &rules, &text);
        let _ = beside("names = 'names.toml'", RULES, &text);
    }
}
