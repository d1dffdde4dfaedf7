//! `history check` on recorded histories, ours and others'.

use crate::program::Place;

/// Retyped from Knossos (EPL-1.0) and Porcupine (MIT), in columns and as JSON.
const STALE: &str = "0\t1\t2\twrite\t3\tok\n1\t5\t6\tread\tnil\n0\t7\t-\twrite\t4\t-\n";

#[test]
fn a_recorded_history_is_judged() {
    let place = Place::new();
    place.write("stale.tsv", STALE);
    let ran = place.expect(98, "history check stale.tsv --model register");
    assert!(ran.out.starts_with("VIOLATED  stale.tsv as register"), "{}", ran.out);
    assert!(ran.out.contains("no order explains these 2:"), "{}", ran.out);
    for row in
        ["1       1         2       0   write 3 -> ok", "2       5         6       1   read -> nil"]
    {
        assert!(ran.out.contains(row), "{}", ran.out);
    }
    let quiet = place.expect(98, "history check stale.tsv --model register --quiet").out;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    place.expect(0, "history check stale.tsv --model cas-register");
    place.write("empty.jsonl", "");
    let empty = place.expect(0, "history check empty.jsonl --model kv").out;
    assert!(empty.contains("no operation in it"), "{empty}");
    let cas = |n| format!("{n}\t1\t99\tcas\t{}\t{}\tok\n", n % 3, (n + 1) % 3);
    let hard: String = (0..12).map(cas).chain(["12\t1\t99\tread\t7\n".to_owned()]).collect();
    place.write("hard.tsv", hard);
    let hard = place.expect(97, "history check hard.tsv --model cas-register --budget 5").out;
    assert!(hard.contains("5 states visited") && hard.contains("--budget 1000"), "{hard}");
    let help = place.expect(0, "history check --help").out;
    assert!(help.contains("Examples") && help.contains("\"ret\": null"), "{help}");
}

#[test]
fn a_file_that_is_no_history_gets_one_clear_error() {
    let place = Place::new();
    place.write("early.tsv", STALE.replace("5\t6", "5\t4"));
    place.write("cut.jsonl", "{\"client\": 0, \"call\": 1");
    place.write("junk.jsonl", [0_u8, 159, 146, 150, 255, 7]);
    for (command, words) in [
        ("early.tsv --model register", "early.tsv:2:5"),
        ("cut.jsonl --model kv", "cut.jsonl:1:"),
        ("junk.jsonl --model kv", "not UTF-8"),
        ("early.tsv --model kv", "try --model register"),
        ("early.tsv --model registre", "register"),
        ("nowhere.tsv --model kv", "cannot read `nowhere.tsv`"),
        (". --model kv", "it is a folder"),
    ] {
        let ran = place.expect(104, &format!("history check {command}"));
        assert!(ran.err.contains(words), "{command}: no `{words}` in {}", ran.err);
        assert!(ran.out.is_empty(), "{command}: {}", ran.out);
        assert_eq!(ran.err.matches("error:").count(), 1, "{command}: {}", ran.err);
    }
}
