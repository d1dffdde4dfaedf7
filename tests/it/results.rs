//! Stored results: replayed, narrowed down when they differ, drawn anew.

use std::fs;

use attestorm::simulation::MODEL;

use crate::program::{Place, SMALL};

const GRID: &str = "compare small.toml --by ordering=arrival,causal --seeds 1..2";

fn place() -> Place {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place
}

/// Changes a file of the latest result.
fn change(place: &Place, name: &str, change: impl Fn(&str) -> String) {
    let file = place.path().join("results/small/latest").join(name);
    let text = fs::read_to_string(&file).expect("a file");
    let changed = change(&text);
    assert_ne!(text, changed, "{name} is changed");
    fs::write(&file, changed).expect("writes");
}

fn check(place: &Place, code: i32, words: &[&str]) {
    let ran = place.expect(code, "replay small");
    let said = format!("{}{}", ran.out, ran.err);
    words.iter().for_each(|word| assert!(said.contains(word), "no `{word}` in {said}"));
}

#[test]
fn a_stored_run_is_reproduced() {
    let place = place();
    place.expect(0, "run small.toml --ordering causal --crypto real --trace");
    for way in ["", "--shards 2", "--engine sequential"] {
        let ran = place.expect(0, &format!("replay small {way}"));
        assert!(ran.out.contains("reproduced byte for byte"), "{}", ran.out);
    }
    place.expect(0, "replay");
    place.expect(0, "run small.toml --no-twin");
    check(&place, 0, &["reproduced byte for byte"]);
}

#[test]
fn the_gallery_is_what_this_build_makes() {
    let gallery = concat!(env!("CARGO_MANIFEST_DIR"), "/results/gallery/ramp-to-breaking");
    let ran = Place::new().expect(0, &format!("replay {gallery}"));
    assert!(ran.out.contains("reproduced byte for byte"), "{}", ran.out);
}

#[test]
fn a_different_run_is_narrowed_down_to_the_event() {
    let place = place();
    place.expect(0, "run small.toml --ordering causal --seed 2 --trace --out other");
    place.expect(0, "run small.toml --ordering causal --seed 1 --trace");
    // As if another build had stored it: the same scenario, the facts of another seed.
    let other = place.path().join("other/small/latest");
    let of_other = |name: &str| fs::read_to_string(other.join(name)).expect("a file");
    for name in ["checkpoints.csv", "trace.txt"] {
        change(&place, name, |_| of_other(name));
    }
    let digest = of_other("digest.txt");
    let digest = digest.lines().next().expect("a digest").to_owned();
    change(&place, "digest.txt", |text| {
        let rest: Vec<&str> = text.lines().skip(1).collect();
        format!("{digest}\n{}\n", rest.join("\n"))
    });
    check(&place, 1, &["differs", "first difference", "in second", "at fact", "here", "defect"]);
    change(&place, "digest.txt", |text| text.replace(&format!("model    {MODEL}"), "model    0"));
    check(&place, 97, &["results differ by design", "git checkout"]);
}

#[test]
fn a_changed_scenario_is_not_called_a_defect() {
    let place = place();
    place.expect(0, "run small.toml");
    change(&place, "scenario.toml", |text| format!("{text}\n# harmless\n"));
    check(&place, 1, &["reproduced", "changed after the run"]);
    change(&place, "scenario.toml", |text| text.replace("seed = 1", "seed = 2"));
    check(&place, 1, &["differs", "changed after the run"]);
    place.expect(1, "report small");
}

#[test]
fn a_damaged_result_says_which_file() {
    let place = place();
    place.expect(0, "run small.toml");
    change(&place, "summary.json", |text| text.replace("\"pass\"", "\"broken\""));
    check(&place, 1, &["summary.json"]);
    change(&place, "digest.txt", |text| text.replace("digest ", "digits "));
    check(&place, 1, &["holds no digest"]);
    place.expect(0, "run small.toml");
    fs::remove_file(place.path().join("results/small/latest/checkpoints.csv")).expect("removes");
    check(&place, 1, &["checkpoints.csv"]);
    place.expect(0, "run small.toml");
    change(&place, "scenario.toml", |_| "nonsense".to_owned());
    check(&place, 1, &["the stored scenario is damaged"]);
}

#[test]
fn a_grid_is_replayed_whole_and_narrowed_down() {
    let place = place();
    let compared = place.expect(0, GRID);
    assert!(compared.out.contains("same digests"), "{}", compared.out);
    let by_name = place.expect(0, "replay small/compare-ordering");
    assert!(by_name.out.starts_with("4 of 4 runs reproduced"), "{}", by_name.out);
    change(&place, "digests.txt", |text| text.replacen("0 1 ", "0 1 x", 1));
    check(&place, 1, &["line 1 of digests.txt is damaged"]);
    place.expect(0, GRID);
    change(&place, "digests.txt", |text| text.lines().skip(1).map(|l| format!("{l}\n")).collect());
    check(&place, 1, &["damaged"]);
    place.expect(0, GRID);
    change(&place, "variants/1.toml", |text| text.replace("300ms", "310ms"));
    check(
        &place,
        1,
        &[
            "2 of 4 runs",
            "run 3 of 4: causal, seed 1, differs",
            "first difference: in second",
            "changed after the run",
        ],
    );
}

#[test]
fn a_result_is_drawn_anew() {
    let place = place();
    for (command, page, chart) in [
        ("run small.toml", "summary.md", "charts/latency.svg"),
        (GRID, "decision.md", "charts/percentiles.svg"),
    ] {
        place.expect(0, command);
        let read = |name: &str| place.result(&format!("small/latest/{name}"));
        let (before, digest) = (read(chart), read("digest.txt"));
        change(&place, chart, |_| "spoilt".to_owned());
        fs::remove_file(place.path().join("results/small/latest").join(page)).expect("removes");
        let ran = place.expect(0, "report small");
        assert!(ran.out.lines().last().is_some_and(|line| line.starts_with("next: ")));
        assert_eq!(read(chart), before, "{command}");
        assert_eq!(read("digest.txt"), digest, "{command}");
        assert!(!read(page).is_empty(), "{command}");
        let hidden = place.names("results/small").into_iter().filter(|name| name.starts_with('.'));
        assert_eq!(hidden.count(), 0, "nothing half-drawn is left");
    }
    let page = place.expect(0, "report small/compare-ordering --format md").out;
    assert!(page.starts_with("# small by ordering") && page.contains("## Assumptions"), "{page}");
}
