//! Same scenario and seed, same digest: in separate processes, on both engines, for any number of
//! shards, traced or not, with real signatures or modelled ones.

use crate::program::{Place, SMALL};

const ORDERINGS: [&str; 7] =
    ["arrival", "fifo", "watermark", "causal", "sequencer", "bcb", "jolteon"];

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
    for ordering in ORDERINGS {
        let base = digest(&format!("--ordering {ordering}"));
        for way in [
            "",
            "--engine sequential",
            "--shards 2",
            "--shards 3",
            "--shards 8",
            "--trace",
            "--crypto real",
            "--no-twin",
        ] {
            assert_eq!(digest(&format!("--ordering {ordering} {way}")), base, "{ordering} {way}");
        }
    }
}

#[test]
fn another_seed_is_another_run() {
    assert_ne!(digest("--seed 1"), digest("--seed 2"));
}

#[test]
fn a_stored_run_is_replayed_and_a_changed_one_is_narrowed_down() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place.run("run small.toml --ordering causal --trace");
    let same = place.run("replay small --shards 2");
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
    assert!(same.out.contains("reproduced byte for byte"), "{}", same.out);

    let latest = place.path().join("results/small/latest");
    let stored = |name: &str| std::fs::read_to_string(latest.join(name)).expect("a file");
    place.write(
        "results/small/latest/scenario.toml",
        stored("scenario.toml").replace("seed = 1", "seed = 2"),
    );
    let other = place.run("replay small");
    assert_eq!(other.code, 1, "{}{}", other.out, other.err);
    for word in ["first difference", "in second", "at fact", "stored", "here", "defect"] {
        assert!(other.out.contains(word), "no `{word}` in {}", other.out);
    }

    let digest = stored("digest.txt").replace("model    1", "model    0");
    place.write("results/small/latest/digest.txt", digest);
    assert_eq!(place.run("replay small").code, 97, "another model is no defect");
}

#[test]
fn a_grid_is_replayed_whole() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let compared = place.run("compare small.toml --by ordering=arrival,causal --seeds 1..3");
    assert_eq!(compared.code, 0, "{}{}", compared.out, compared.err);
    assert!(compared.out.contains("same digests"), "{}", compared.out);
    let same = place.run("replay small");
    assert_eq!(same.code, 0, "{}{}", same.out, same.err);
    assert!(same.out.starts_with("6 of 6 runs reproduced"), "{}", same.out);
}
