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
    register(&with("\"write\"", "\"read\""), "\"read\"", "`read` has 1 here, and needs 0");
    register(&with("\"out\": \"ok\"", "\"out\": \"late\""), "\"late\"", "whether it happened");
    register(r#"{"client": 1, "call": 1, "ret": 2, "op": "read"}"#, "\"read\"", "what it saw");
    let cas = GOOD.replace("\"write\", \"arg\": 3, \"out\": \"ok\"", "\"cas\", \"arg\": [3, 4]");
    register(&cas, "\"cas\"", "does not say whether it happened");
    register(r#"{"process": 1, "type": "invoke", "f": "read"}"#, "{", "join what was invoked");
    register("what is this\n", "what is this", "neither a JSON object nor");
    register("0\t5\t4\tread\t3", "4", "before it was called");
    register("0\t5\t6\tcas\t3\tok", "cas", "needs 2 arguments");
    register("0\t5\t6\tcas\t3\t4\t7", "7", "does not say whether it happened");
    register("0\t5\t6\tread\tx\t3", "read", "only under kv a key stands before");
    let kv = |text: &str, blamed, words| check(Model::Kv, text, blamed, words);
    kv("0\t5\t6\tget\tx", "0\t5\t6\tget\tx", "op, key, arguments, result");
    kv("0\t5\t6\tput\tx\tok", "put", "`put` has 0 here, and needs 1 argument");
    kv("0\t5\t6\tget\tx\tnil", "get", "an empty text");
    kv(
        &GOOD.replace("\"write\"", "\"put\", \"key\": 1").replace("3", "[null]"),
        "\"put\"",
        "a null",
    );
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
    check(&GOOD.replace("\"ok\"", "7"), 1);
    check(&GOOD.replace("\"ok\"", "3"), 1);
    check(&GOOD.replace(", \"out\": \"ok\"", ""), 1);
    check("0\t1\t2\twrite\t3\tok\t\n0\t3\t4\tread\tnil\t3\n", 2);
    // A client may have several calls under way, and lines need no order.
    check("7\t5\t6\tread\t3\n7\t1\t9\twrite\t3\tok\n7\t1\t9\twrite\t3\tok", 3);
}

#[test]
fn values_are_one_however_they_are_written() {
    let check = |model: Model, write: &str, read: &str, expected: bool| {
        let text = write.to_owned() + "\n" + read;
        let is_one = judge(&text, model).finding == Finding::Order;
        assert_eq!(is_one, expected, "{}: {text}", model.name());
    };
    let json = |model: Model, written: &str, seen: &str, expected: bool| {
        let [write, read] = match model {
            Model::Register | Model::CasRegister => ["write", "read"],
            Model::Kv => ["put", "get"],
        };
        let one = format!(
            r#"{{"client":0,"call":1,"ret":2,"op":"{write}","key":1,"arg":{written},"out":"ok"}}"#
        );
        let other =
            format!(r#"{{"client":0,"call":3,"ret":4,"op":"{read}","key":"1","out":{seen}}}"#);
        check(model, &one, &other, expected);
    };
    for model in [Model::Register, Model::CasRegister] {
        json(model, "1", "1.0", true);
        json(model, "1e2", "100", true);
        json(model, "1", "\"1\"", true);
        json(model, "1", "\"01\"", false);
        json(model, "9007199254740993", "9007199254740992", false);
        check(model, "0\t1\t2\twrite\t01\tok", "0\t3\t4\tread\t1", true);
        check(model, "0\t1\t2\twrite\t1\tok", "0\t3\t4\tread\t1.0", true);
        check(model, "0\t1\t2\twrite\t1e2\tok", "0\t3\t4\tread\t100", false);
        check(model, "0\t1\t2\twrite\ta1\tok", "0\t3\t4\tread\ta01", false);
    }
    check(Model::Register, "0\t1\t2\twrite\tnil\tok", "0\t3\t4\tread\tnil", true);
    json(Model::Register, "[null]", "\"nil\"", true);
    json(Model::Kv, "1", "\"1\"", true);
    json(Model::Kv, "1", "\"1.0\"", false);
    check(Model::Kv, "0\t1\t2\tput\tx\t01\tok", "0\t3\t4\tget\tx\t1", false);
}

#[test]
fn maps_in_columns_name_the_key_first() {
    let text = "0\t1\t2\tput\tx\ta b \tok\n0\t3\t4\tappend\tx\tc\tok\n\
        1\t5\t6\tget\tx\ta b c\n1\t5\t6\tget\ty\t\n1\t5\t-\tget\ty\t-\r\n";
    let operations = read(text, Model::Kv).expect("a history");
    let keys: Vec<&str> = operations.iter().map(|operation| operation.key.as_str()).collect();
    assert_eq!(keys, ["x", "x", "x", "y", "y"]);
    assert_eq!(judge(text, Model::Kv).finding, Finding::Order);
    let stale = text.replace("a b c\n", "a b \n");
    assert!(matches!(judge(&stale, Model::Kv).finding, Finding::NoOrder(_)));
}

#[test]
fn what_failed_did_not_happen_whether_it_returned_or_not() {
    let check = |model: Model, fail: &str| {
        let text = format!("{fail}\n0\t8\t9\tread\t3");
        assert!(matches!(judge(&text, model).finding, Finding::NoOrder(_)), "{text}");
    };
    for model in [Model::Register, Model::CasRegister] {
        check(model, &GOOD.replace("\"ok\"", "\"fail\""));
        check(model, &GOOD.replace("\"ok\"", "null, \"status\": \"fail\""));
        check(model, &GOOD.replace("\"ret\": 4", "\"ret\": null, \"status\": \"fail\""));
        check(model, "0\t1\t-\twrite\t3\tfail");
    }
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
