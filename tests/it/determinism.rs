//! Same scenario and seed, same digest: in separate processes, on both engines, for any number of
//! shards, traced or not, with real signatures or modelled ones.

use crate::program::{Place, SMALL};

/// The digest of a run with these further arguments.
fn digest(arguments: &str) -> String {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let ran = place.run(&format!("run small.toml {arguments}"));
    assert!([0, 97, 99].contains(&ran.code), "{arguments}: {} {}", ran.code, ran.err);
    let text = place.result("small/latest/digest.txt");
    let line = text.lines().find(|line| line.starts_with("digest")).expect("a digest");
    let hex = line.split_whitespace().nth(1).expect("a value").to_owned();
    assert!(hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_hexdigit()), "{hex}");
    hex
}

#[test]
fn engines_shards_tracing_and_signatures_leave_no_mark() {
    for ordering in Place::new().orderings() {
        let base = digest(&format!("--ordering {ordering}"));
        for way in [
            "",
            "--engine sequential --trace",
            "--shards 2",
            "--shards 3 --crypto real",
            "--shards 8 --no-twin",
        ] {
            assert_eq!(digest(&format!("--ordering {ordering} {way}")), base, "{ordering} {way}");
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    assert_ne!(digest("--seed 1"), digest("--seed 2"));
}
