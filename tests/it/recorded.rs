//! Recorded load, from a file to the rows of a result and back.

use std::fs;

use crate::program::Place;

const SCENARIO: &str = r#"
name = "small"
duration = "6s"
warmup = "1s"
settle = "4s"
crypto = "modelled"

[validators]
count = 4
regions = ["frankfurt", "tokyo"]

[load.field]
trace = "field.csv"
"#;

const ROWS: &str = "\
time,attester,key,kind
0,zoe,oil,attest
1.5,adam,oil,replace
2500ms,zoe,oil,query
3,zoe,gas,claim
4,adam,oil,revoke
";

#[test]
fn a_recorded_trace_runs_as_it_is_and_is_reproduced_without_its_file() {
    let place = Place::new();
    place.write("small.toml", SCENARIO);
    place.write("field.csv", ROWS);
    let shown = place.expect(0, "scenario show small.toml").out;
    assert!(shown.contains("5 as in field.csv, 2 attesters"), "{shown}");
    let ran = place.expect(0, "run small.toml");
    assert!(ran.out.contains("5 recorded"), "{}", ran.out);
    let rows = place.result("small/latest/attestations.csv");
    let mut rows = rows.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let column = |name: &str| header.iter().position(|known| *known == name).expect(name);
    let wanted = ["intended_ms", "client_process", "kind", "target"].map(column);
    let found: Vec<String> = rows.map(|row| wanted.map(|at| row[at]).join(" ")).collect();
    // Four validators, three routers and the plan come before the clients.
    let expected = [
        "1000.000 8 attest ",
        "2500.000 9 replace 0",
        "3500.000 8 query 1",
        "4000.000 8 claim ",
        "5000.000 9 revoke 1",
    ];
    assert_eq!(found, expected);
    fs::remove_file(place.path().join("field.csv")).expect("removes");
    place.expect(0, "replay small");
    let missing = place.run("run small.toml");
    assert_eq!(missing.code, 104);
    assert!(missing.err.contains("`field.csv` does not exist"), "{}", missing.err);
}
