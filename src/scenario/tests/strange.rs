//! Input that no friend would write: one clear error each, and never a panic.

use std::fs;

use proptest::prelude::*;

use super::{CATALOGUE, load_text};
use crate::scenario::{BUNDLED, Source, TEMPLATE, load, show};

/// Loads a file with these bytes and returns the first line of the error screen.
fn first_line(name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a test has a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a test can write");
    let errors = load(&Source::File(path), &[], &CATALOGUE).expect_err("this is no scenario");
    assert_eq!(errors.count(), 1, "{errors}");
    let shown = errors.to_string().replace(&folder.path().display().to_string(), "");
    shown.lines().next().unwrap_or("").to_owned()
}

#[test]
fn what_is_no_scenario_gets_one_clear_error() {
    let check = |bytes: &[u8], expected: &str| assert_eq!(first_line("x.toml", bytes), expected);
    check(b"", "error: this scenario is empty");
    check(b"\n# nothing\n", "error: this scenario is empty");
    check(b"\x00\x01\x02", "error: `/x.toml` is not text: byte 0 is 0");
    check(b"name = \"\xff\"", "error: `/x.toml` is not text: byte 8 is not UTF-8");
    check(&vec![b'#'; 10_000_000], "error: `/x.toml` is larger than 8 MiB");
    check(b"hello world", "error: this is not TOML");
    check(b"{ \"name\": }", "error: this is not JSON");
    check("[".repeat(100_000).as_bytes(), "error: this is not TOML");
    check(("x = ".to_owned() + &"[".repeat(100_000)).as_bytes(), "error: this is not TOML");
    check("{\"a\":".repeat(100_000).as_bytes(), "error: this is not JSON");
    assert_eq!(first_line("x.json", b"name = 1"), "error: this is not JSON");
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let check = |argument: &str, expected: &str| {
        let loaded = Source::find(argument).and_then(|source| load(&source, &[], &CATALOGUE));
        let errors = loaded.expect_err("there is no such scenario").to_string();
        assert_eq!(errors, expected);
    };
    let folder = tempfile::tempdir().expect("a test has a folder");
    let folder = folder.path().display().to_string();
    check(
        &folder,
        &format!(
            "error: `{folder}` is a folder\n  --> {folder}\n   | a file is expected here\n\n\
             1 error in {folder}, nothing was run"
        ),
    );
    check(
        "no/such.toml",
        "error: `no/such.toml` does not exist\n  --> no/such.toml\n   | bundled scenarios: \
         attestorm scenario list\n\n1 error in no/such.toml, nothing was run",
    );
    check(
        "calm-basline",
        "error: there is no scenario `calm-basline`\n  --> calm-basline\n   | did you mean \
         `calm-baseline`? bundled ones: attestorm scenario list; a file ends in .toml\n\n\
         1 error in calm-basline, nothing was run",
    );
}

#[test]
fn json_says_the_same_as_toml() {
    let text = r#"{ "name": "ours", "duration": "1m", "load": { "issuers": { "rate": "6/s" } },
      "fault": [{ "name": "cut", "at": "10s", "for": "5s", "on": "* -> *", "partition": true }] }"#;
    let toml = "name = 'ours'\nduration = '1m'\nload.issuers.rate = '6/s'\n[[fault]]\n\
                name = 'cut'\nat = '10s'\nfor = '5s'\non = '* -> *'\npartition = true\n";
    let (json, toml) = (load_text(text).expect("it is right"), load_text(toml).expect("as well"));
    super::same(&json, &toml);
    let wrong = text.replace("6/s", "6").replace("\"at\"", "\"att\"");
    let errors = load_text(&wrong).expect_err("a unit is missing").to_string();
    insta::assert_snapshot!(errors, @r#"
    error: `6` has no unit
      --> ours.toml:1:68
    1 | load": { "issuers": { "rate": "6" } },
      |                               ^^^ write it like `60/s` or `6/m`

    error: a fault has no field `att`
      --> ours.toml:2:34
    2 |       "fault": [{ "name": "cut", "att": "10s", "for": "5s", "on": "* -> *", "partition": tru
      |                                  ^^^^^ did you mean `at`?

    2 errors in ours.toml, nothing was run
    "#);
}

#[test]
fn a_thousand_mistakes_are_counted_quickly() {
    let text: String = (0..50_000).map(|n| format!("k{n} = 1\n")).collect();
    let errors = load_text(&text).expect_err("nothing in it is known");
    assert!(errors.count() >= 50_000);
    assert!(errors.to_string().contains("and 4"), "{errors}");
}

/// A bundled text with some bytes replaced, removed or repeated.
fn mutate(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (at, length, new) in changes {
        let at = at % (characters.len() + 1);
        let end = (at + length).min(characters.len());
        characters.splice(at..end, new.chars());
    }
    characters.into_iter().collect()
}

/// Every field of the template with each of these.
#[test]
fn strange_values_never_panic() {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once('=').filter(|(key, _)| !key.starts_with('#')) else {
            continue;
        };
        for value in STRANGE {
            let strange = format!("{key}= {value}");
            let mut lines = lines.clone();
            lines[index] = &strange;
            survive(&lines.join("\n"), &[]);
        }
    }
}

fn survive(text: &str, overrides: &[(String, String)]) {
    let source = Source::Text { name: "strange.toml".into(), text: text.to_owned() };
    match load(&source, overrides, &CATALOGUE) {
        Ok(scenario) => {
            show(&scenario);
            let again = load_text(&scenario.to_toml());
            super::same(&scenario, &again.unwrap_or_else(|errors| panic!("{errors}")));
        }
        Err(errors) => assert!(errors.render(true).ends_with("nothing was run")),
    }
}

const CASES: u32 = 400;

/// What no field, or hardly any, is meant to hold.
const STRANGE: [&str; 25] = [
    "-1",
    "0",
    "18446744073709551616",
    "nan",
    "inf",
    "true",
    "[]",
    "{}",
    "[[]]",
    "\"\"",
    "\"0s\"",
    "\"213503d\"",
    "\"100%\"",
    "\"0%\"",
    "\"1ns\"",
    "\"0/s\"",
    "\"*\"",
    "\"0 validators\"",
    "\"end of storm\"",
    "\"99999999999x\"",
    "1.5",
    "\"µµµ\"",
    "\"(\"",
    "{ from = 1 }",
    "1979-05-27",
];

/// What a slip of the hand, or malice, may put into a file.
const BITS: &str = "[ -~\n\"{}=%µ]{0,6}|0|nan|[0-9]{1,30}|\"[0-9]{1,9}(ms|s|%|x|/s|d)\"";
const PATHS: &str =
    "(load|fault|network|thresholds|[a-z_]{1,9})(\\.(issuers|storm|delay|[a-z_]{0,9})){0,4}";

proptest! {
    #![proptest_config(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        survive(&text, &[]);
        survive(&String::from_utf8_lossy(&bytes), &[]);
    }

    #[test]
    fn changed_scenarios_never_panic(
        which in 0..5_usize,
        changes in prop::collection::vec(
            (any::<usize>(), 0..12_usize, BITS),
            1..4,
        ),
    ) {
        let texts = [BUNDLED[0].text, BUNDLED[1].text, BUNDLED[2].text, BUNDLED[3].text, TEMPLATE];
        survive(&mutate(texts[which], &changes), &[]);
    }

    #[test]
    fn strange_overrides_never_panic(
        path in PATHS,
        value in "\\PC{0,12}",
    ) {
        survive(BUNDLED[2].text, &[(path, value)]);
    }
}
