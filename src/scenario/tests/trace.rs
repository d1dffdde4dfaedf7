//! Recorded traces: what rows mean, from a file and written into the scenario.

use std::fs;

use super::{CATALOGUE, load_text, same};
use crate::scenario::model::{Arrivals, Scenario, Trace};
use crate::scenario::{ScenarioErrors, Source, load};

const HEAD: &str = "name = 'ours'\nduration = '3m'\n[load.a]\n";

/// A scenario beside a file `ours.csv` with these rows.
fn beside(rows: &str, load_group: &str) -> Result<Scenario, ScenarioErrors> {
    let folder = tempfile::tempdir().expect("a test has a folder");
    fs::write(folder.path().join("ours.csv"), rows).expect("a test can write");
    let path = folder.path().join("ours.toml");
    fs::write(&path, format!("{HEAD}{load_group}")).expect("a test can write");
    load(&Source::File(path), &[], &CATALOGUE)
}

fn trace(scenario: &Scenario) -> &Trace {
    let Arrivals::Trace(trace) = &scenario.load[0].arrivals else { panic!("it is recorded") };
    trace
}

/// Rows as `time attester key kind > what it refers to`.
fn spell(scenario: &Scenario) -> Vec<String> {
    let row = |row: &crate::scenario::model::TraceRow| {
        let target = row.refers_to.map_or(String::new(), |target| format!(" > {target}"));
        format!("{} {} {} {:?}{target}", row.at, row.attester, row.key, row.kind)
    };
    trace(scenario).rows.iter().map(row).collect()
}

const OURS: &str = "\
# from the field
kind, time, key, attester
attest, 0, oil, zoe
attest, 1.5, oil, adam

replace, 2s500ms, oil, zoe
query, 2.000000001, oil, eve
revoke, 31.6, oil, adam
revoke, 31.4, oil, adam
claim, 90, gas, adam
query, 1m30s, gas, adam
";

#[test]
fn rows_are_sorted_numbered_and_refer_to_what_stands() {
    let read = beside(OURS, "trace = { file = 'ours.csv', unknown = 'attest' }");
    let scenario = read.unwrap_or_else(|errors| panic!("{errors}"));
    let expected = [
        "0s 0 0 Attest",
        "1s500ms 1 0 Attest",
        "2s1ns 2 0 Query > 1",
        "2s500ms 0 0 Replace > 0",
        "31s400ms 1 0 Revoke > 1",
        "31s600ms 1 0 Revoke > 3",
        "1m30s 1 1 Claim",
        "1m30s 1 1 Query > 6",
    ];
    assert_eq!(spell(&scenario), expected);
    let group = &scenario.load[0];
    assert_eq!((group.clients, group.keys.count, group.mix.query), (3, 2, 0.25));
    assert_eq!(trace(&scenario).name, "ours.csv");
}

#[test]
fn a_resolved_trace_needs_no_file() {
    for speed in ["1x", "3x", "0.7x"] {
        let file = "file = 'ours.csv', unknown = 'attest'";
        let read = beside(OURS, &format!("trace = {{ {file}, speed = '{speed}' }}"));
        let scenario = read.unwrap_or_else(|errors| panic!("{errors}"));
        let written = scenario.to_toml();
        let again = load_text(&written).unwrap_or_else(|errors| panic!("{errors}\n{written}"));
        same(&scenario, &again);
        assert_eq!(again.to_toml(), written);
    }
}

#[test]
fn a_trace_is_replayed_as_fast_as_one_likes() {
    let rows = "time,attester,key,kind\n6,a,k,attest\n90,a,k,query\n";
    let read = beside(rows, "trace = { file = 'ours.csv', speed = '3x' }");
    let scenario = read.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(spell(&scenario), ["2s 0 0 Attest", "30s 0 0 Query > 0"]);
}

#[test]
fn what_refers_to_nothing_is_refused_stated_or_left_out() {
    let rows = "time,attester,key,kind\n0,a,k,attest\n1,b,l,revoke\n30,c,k,query\n31,a,k,claim\n";
    let check = |unknown: &str, expected: &[&str]| {
        let group = format!("trace = {{ file = 'ours.csv', unknown = '{unknown}' }}");
        let scenario = beside(rows, &group).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(spell(&scenario), expected, "{unknown}");
    };
    check("attest", &["0s 0 0 Attest", "1s 1 1 Attest", "30s 2 0 Attest", "31s 0 0 Claim"]);
    check("skip", &["0s 0 0 Attest", "31s 0 0 Claim"]);
    let refused = beside(rows, "trace = 'ours.csv'").expect_err("it refers to nothing");
    assert_eq!(refused.count(), 2);
}

#[test]
fn a_mark_before_the_text_and_quotes_are_no_part_of_cells() {
    let rows = "\u{feff}\"time\",attester,key,kind\r\n1,\"a,b\", k ,attest\r\n\
                2,\"a,b\",\"k\",\"attest\"\r\n";
    let scenario = beside(rows, "trace = 'ours.csv'").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(spell(&scenario), ["1s 0 0 Attest", "2s 0 0 Attest"]);
    let rows = "time,attester,key,kind\n1,\"a,k,attest\n2,\"a\"b,k,attest\n";
    insta::assert_snapshot!(shown(beside(rows, "trace = 'ours.csv'")), @r#"
    error: this quote is not closed
      --> ours.csv:2:3
    2 | 1,"a,k,attest
      |   ^^^^^^^^^^^ a cell in quotes ends with one, in the same line; a comma comes after it

    error: this quote is not closed
      --> ours.csv:3:3
    3 | 2,"a"b,k,attest
      |   ^^^^ a cell in quotes ends with one, in the same line; a comma comes after it
    "#);
}

#[test]
fn mistakes_in_a_file_are_named_at_their_line_and_column_all_at_once() {
    let rows = "time,attester,key,kind\n\n1,a,k,attest\n-2,,k,atest\n3,a,k\n4x,a,k,claim\n";
    insta::assert_snapshot!(shown(beside(rows, "trace = 'ours.csv'")), @r"
    error: `-2` is not a time
      --> ours.csv:4:1
    4 | -2,,k,atest
      | ^^ times count from the start of what is measured

    error: this row has no attester
      --> ours.csv:4:4
    4 | -2,,k,atest
      |    ^

    error: there is no kind of operation `atest`
      --> ours.csv:4:7
    4 | -2,,k,atest
      |       ^^^^^ did you mean `attest`? kinds: attest, revoke, replace, claim, query

    error: this row has 3 cells
      --> ours.csv:5:1
    5 | 3,a,k
      | ^ a row has 4

    error: `4x` is not a time
      --> ours.csv:6:1
    6 | 4x,a,k,claim
      | ^^ write seconds, like `1.25`, or a unit, like `1250ms`
    ");
    let rows = "time,attester,kind,who\n1,a,k,attest\n";
    insta::assert_snapshot!(shown(beside(rows, "trace = 'ours.csv'")), @r"
    error: a trace has no column `who`
      --> ours.csv:1:20
    1 | time,attester,kind,who
      |                    ^^^ its first row is `time,attester,key,kind`, in any order
    ");
    let rows = "key,time,attester,kind\nk,1,a,attest\nl,2,a,query\nk,200,a,attest\n";
    insta::assert_snapshot!(shown(beside(rows, "trace = 'ours.csv'")), @r#"
    error: nothing about `l` is known to query
      --> ours.csv:3:7
    3 | l,2,a,query
      |       ^^^^^
      | it must be said in this trace within 30s before; `unknown = "attest"` makes a statement of what
      | refers to nothing, `unknown = "skip"` leaves it out

    error: this is due at 3m20s, after the end of the run
      --> ours.csv:4:3
    4 | k,200,a,attest
      |   ^^^ the run lasts 3m (line 2); `speed = "2x"` replays faster
    "#);
}

fn shown(read: Result<Scenario, ScenarioErrors>) -> String {
    let errors = read.expect_err("it is wrong");
    let shown = errors.to_string();
    // The last line names a folder of this test.
    shown.rsplit_once("\n\n").map_or(String::new(), |(problems, _)| problems.to_owned())
}
