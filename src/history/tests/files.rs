//! Files as people have them: strange, cut, empty.

use super::super::{Finding, Model, read};
use super::judge;

/// Expected: the first line's place of blame as written, and words of the message or the note.
fn check(model: Model, text: &str, blamed: &str, words: &str) {
    let fault = read(text, model).expect_err(text);
    let said = format!("{}; {}", fault.message, fault.note);
    assert!(said.contains(words), "{said}\n{text}");
    assert_eq!(text.get(fault.place).unwrap_or_default(), blamed, "{text}");
}

const GOOD: &str = r#"{"client": 0, "call": 1, "ret": 4, "op": "write", "arg": 3, "out": "ok"}"#;

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_way_out() {
    let register = |text: &str, blamed, words| check(Model::Register, text, blamed, words);
    let with = |old: &str, new: &str| {
        assert!(GOOD.contains(old));
        format!("{GOOD}\n\n{}", GOOD.replace(old, new))
    };
    register(&with("\"ret\": 4", "\"ret\": 0"), "0", "before it was called at 1");
    register(&with("\"call\": 1, ", ""), "{", "no `call`");
    register(&with("\"call\": 1", "\"call\": 1.5"), "1.5", "whole number");
    register(&with("\"call\": 1", "\"call\": \"noon\""), "\"noon\"", "`noon` is no time");
    register(
        &with("\"call\": 1", "\"call\": 99999999999999999999"),
        "99999999999999999999",
        "time",
    );
    register(&with("\"call\": 1", "\"call\": 1, \"call\": 2"), "2", "given twice");
    register(&with("\"write\"", "\"wirte\""), "\"wirte\"", "`read`, `write`, `cas` are");
    register(&with("\"write\"", "\"put\""), "\"put\"", "try --model kv");
    register(&with("\"arg\": 3, ", ""), "\"write\"", "needs 1 argument");
    register(&with("\"arg\": 3", "\"arg\": {}"), "{}", "no value here");
    register(&with("\"write\"", "\"cas\""), "\"cas\"", "needs 2 arguments");
    register(&with("\"ok\"", "\"ok\", \"status\": \"fine\""), "\"fine\"", "is no status");
    register(&with("\"ok\"}", "\"ok\""), "\"", "not JSON");
    register(&format!("[{GOOD}]"), "[", "jq -c");
    register("what is this\n", "what is this", "neither a JSON object nor");
    register("0\t5\t4\tread\t3", "4", "before it was called");
    register("0\t5\t6\tcas\t3\tok", "cas", "needs 2 arguments");
    check(Model::Kv, &GOOD.replace("write", "put"), &GOOD.replace("write", "put"), "no `key`");
    let twice = GOOD.replace("{", "{\"id\": 7, ");
    register(&format!("{twice}\n{twice}"), "7", "that of line 1");
}

#[test]
fn what_is_merely_unusual_is_read() {
    let check = |text: &str, count: usize| {
        let operations = read(text, Model::Register).unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!(operations.len(), count, "{text}");
        assert_eq!(judge(text, Model::Register).finding, Finding::Order, "{text}");
    };
    check("", 0);
    check("\n\r\n# nothing\n", 0);
    check(&format!("\u{feff}{GOOD}\r\n"), 1);
    check(&GOOD.replace("{", "{\"node\": {\"deep\": [1, null]}, "), 1);
    check(&GOOD.replace("\"ret\": 4", "\"ret\": null"), 1);
    check(&GOOD.replace("\"client\": 0", "\"client\": \"n1/3\""), 1);
    check(&GOOD.replace("\"ok\"", "null, \"status\": \"info\""), 1);
    // A client may have several calls under way, and lines need no order.
    check("7\t5\t6\tread\t3\n7\t1\t9\twrite\t3\tok\n7\t1\t9\twrite\t3\tok", 3);
}

#[test]
fn no_text_panics() {
    let strange = ["{", "{}", "{\"op\":", "{\"client\":\"é", "\u{0}", "{{{{", "-\t-\t-\t-\t-"];
    for model in [Model::Register, Model::CasRegister, Model::Kv] {
        for text in strange {
            assert!(read(text, model).is_err(), "{text:?}");
        }
        for end in 0..GOOD.len() {
            assert!(read(&GOOD[..end], model).is_err() || end == 0, "{end}");
        }
    }
}
