//! Histories as people write them, and a dumb second checker that tries every order.

mod dumb;
mod files;
mod labelled;
mod property;
mod recorded;

use super::{Checked, Core, Finding, Limit, Model, Operation, check, read, shrink};

/// States that a check of a small history may visit.
const ENOUGH: u64 = 1_000_000;

fn operations(text: &str, model: Model) -> Vec<Operation> {
    read(text, model).unwrap_or_else(|fault| panic!("{fault:?} in\n{text}"))
}

fn judge(text: &str, model: Model) -> Checked {
    check(&operations(text, model), model, ENOUGH)
}

/// The core of what is violated.
fn core(text: &str, model: Model) -> Core {
    let operations = operations(text, model);
    let Finding::NoOrder(suspects) = check(&operations, model, ENOUGH).finding else {
        panic!("it is not violated:\n{text}");
    };
    shrink(&operations, model, &suspects, ENOUGH)
}

/// Operations as `client word arguments result called..returned` with `;` between; `..` alone for
/// what never returned.
fn columns(short: &str) -> String {
    let mut text = String::new();
    for operation in short.split(';') {
        let words: Vec<&str> = operation.split_whitespace().collect();
        let [said @ .., times] = words.as_slice() else { panic!("empty: {short}") };
        let (called, returned) = times.split_once("..").expect("two times");
        let returned = if returned.is_empty() { "-" } else { returned };
        text += &format!("0\t{called}\t{returned}\t{}\n", said.join("\t"));
    }
    text
}

/// Expected: `ok`, or the places of the core.
fn check_short(model: Model, short: &str, expected: &str) {
    let found = match judge(&columns(short), model).finding {
        Finding::Order => "ok".to_owned(),
        Finding::Undecided(_) => "undecided".to_owned(),
        Finding::NoOrder(_) => {
            let core = core(&columns(short), model);
            assert!(core.is_minimal, "{short}");
            core.places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(found, expected, "{short}");
}

#[test]
fn registers_with_times() {
    let check = |short: &str, expected: &str| check_short(Model::Register, short, expected);
    check("read nil 1..2", "ok");
    check("read 3 1..2", "0");
    check("write 3 ok 1..2; read 3 3..4", "ok");
    check("write 3 ok 1..2; read nil 3..4", "0 1");
    check("write 3 ok 1..3; read nil 3..4", "ok");
    check("write 3 ok 1..9; read nil 3..4; read 3 5..6; read nil 7..8", "2 3");
    check("write 1 ok 1..2; write 2 ok 3..4; read 1 5..6", "1 2");
    check("write 1 ok 1..9; write 2 ok 1..9; read 1 2..3; read 2 4..5; read 1 6..7", "0 2 3 4");
    check("read 1 1..2; write 1 ok 3..4", "0");
}

#[test]
fn what_never_returned_may_happen_once_or_never() {
    let check = |short: &str, expected: &str| check_short(Model::Register, short, expected);
    check("write 1 - 1..; read nil 2..3; read 1 8..9", "ok");
    check("write 1 - 5..; read 1 2..3", "1");
    let twice = "write 2 ok 10..11; read 2 12..13; read 1 14..15";
    check(&format!("write 1 - 1..; write 1 ok 1..2; read 1 3..4; {twice}"), "ok");
    check(&format!("write 1 - 1..; read 1 3..4; {twice}"), "0 1 2 4");
    check("write 1 unknown 1..2; read nil 3..4; read 1 5..6", "ok");
}

#[test]
fn a_failed_cas_is_an_observation_for_one_model_only() {
    let short = "write 1 ok 1..2; cas 1 2 fail 3..4";
    check_short(Model::Register, short, "0 1");
    check_short(Model::CasRegister, short, "ok");
    check_short(Model::Register, "write 1 ok 1..2; write 2 - 3..; cas 1 2 fail 5..6", "ok");
    check_short(Model::Register, "cas nil 2 fail 5..6", "0");
    check_short(Model::Register, "cas nil 2 ok 5..6; write nil ok 7..8; read nil 9..9", "ok");
}

#[test]
fn a_cas_that_succeeded_found_what_it_expected() {
    let check = |short: &str, expected: &str| check_short(Model::CasRegister, short, expected);
    check("cas 0 2 ok 1..2; cas 2 3 ok 3..4; read 3 5..6", "ok");
    check("cas 0 2 ok 1..2; cas 0 3 ok 3..4", "0 1");
    check("cas 0 2 - 1..; cas 2 3 - 1..; read 3 5..6", "ok");
    check("cas 0 2 - 1..; cas 2 3 - 7..; read 3 5..6", "2");
    check("read nil 1..2; write 3 fail 1..2; read 0 3..4", "ok");
}

#[test]
fn the_budget_is_kept_and_told() {
    let cas = (0..12).map(|n| format!("cas {} {} ok 1..99", n % 3, (n + 1) % 3));
    let cas: Vec<String> = cas.chain(["read 7 1..99".to_owned()]).collect();
    let operations = read(&columns(&cas.join(";")), Model::CasRegister).expect("a history");
    let little = check(&operations, Model::CasRegister, 10);
    assert_eq!((little.finding, little.visited), (Finding::Undecided(Limit::Budget), 10));
    let much = check(&operations, Model::CasRegister, ENOUGH);
    assert!(matches!(much.finding, Finding::NoOrder(_)), "{much:?}");
}

#[test]
fn an_easy_key_is_judged_beside_a_hard_one() {
    let hard = (0..12).map(|n| {
        let arg = format!("[{}, {}]", n % 3, (n + 1) % 3);
        let cas = r#""op":"cas","key":"a","out":"ok""#;
        format!(r#"{{"client":{n},"call":1,"ret":99,{cas},"arg":{arg}}}"#)
    });
    let easy = r#"{"client":1,"call":1,"ret":2,"op":"read","key":"b","out":5}"#;
    let ask = r#"{"client":99,"call":1,"ret":99,"op":"read","key":"a","out":7}"#;
    let text: Vec<String> = hard.chain([ask.to_owned(), easy.to_owned()]).collect();
    let operations = read(&text.join("\n"), Model::CasRegister).expect("a history");
    let Finding::NoOrder(suspects) = check(&operations, Model::CasRegister, 20).finding else {
        panic!("the easy key is violated");
    };
    let core = shrink(&operations, Model::CasRegister, &suspects, 20);
    assert_eq!((core.places, core.is_minimal), (vec![13], true));
}

#[test]
fn texts_that_spell_out_their_parts_need_no_search() {
    let mut text = String::new();
    let mut whole = String::new();
    for number in 0..50 {
        let part = format!("({number})");
        whole += &part;
        let put = |time: u32, op: &str, arg: &str, out: &str| {
            format!(
                "{{\"client\":1,\"call\":{time},\"ret\":{},\"op\":\"{op}\",\"key\":\"k\",\
                 \"arg\":\"{arg}\",\"out\":\"{out}\"}}\n",
                time + 90
            )
        };
        text += &put(number, "append", &part, "ok");
        text += &put(number + 60, "get", "", &whole);
    }
    let all = judge(&text, Model::Kv);
    assert_eq!((all.finding, all.visited), (Finding::Order, 0));
    let swapped = text.replacen("(3)(4)(5)", "(3)(5)(4)", 1);
    let core = core(&swapped, Model::Kv);
    assert!(core.places.len() == 2 && core.is_minimal, "two rows of one text: {core:?}");
}
