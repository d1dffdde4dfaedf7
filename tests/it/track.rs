//! `attestorm track` as a user meets it.

use std::fs;

use crate::program::{Place, SMALL};

fn with_result() -> Place {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place.expect(0, "run small.toml --ordering arrival --quiet");
    place
}

#[test]
fn the_worst_are_listed_and_one_of_them_is_followed() {
    let place = with_result();
    let listed = place.expect(0, "track small --worst 3").out;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2 + 3 + 1, "{listed}");
    assert!(lines[2].contains("orphans"), "{listed}");
    let next = lines[5].strip_prefix("next: attestorm ").expect("the next command");
    let told = place.expect(0, next).out;
    assert!(told.contains("REFUSED, NotFound") && told.contains("sends again"), "{told}");
    let id = next.split(' ').next_back().expect("an id");
    let files = place.names("results/small/latest");
    for end in ["svg", "png", "csv"] {
        assert!(files.contains(&format!("journey-{id}.{end}")), "{files:?}");
    }
    assert!(files.iter().all(|name| !name.starts_with('.')), "nothing half-written: {files:?}");
    let svg = place.result(&format!("small/latest/journey-{id}.svg"));
    let story = |told: &str| told.split("files  ").next().map(ToOwned::to_owned);
    let again = place.expect(0, &format!("track #{id}")).out;
    assert_eq!(story(&again), story(&told), "the latest result of all is the same");
    assert!(svg.contains("NotFound"), "the diagram says it as well");
    let quiet = place.expect(0, &format!("track small {id} --quiet")).out;
    assert_eq!(quiet.lines().count(), 2, "{quiet}");
}

#[test]
fn what_cannot_be_followed_gets_one_clear_error_and_its_way_out() {
    let place = with_result();
    let grid = "compare small.toml --by ordering=arrival,causal --seeds 1..2 --out grids --quiet";
    place.expect(0, grid);
    for (command, words) in [
        ("track small", "attestorm track small --worst 5"),
        ("track", "attestorm track <result> 123"),
        ("track small x12", "`x12` is no id"),
        ("track small 99999", "there is no operation #99999; this run has #0 to #"),
        ("track small 1 --worst 3", "cannot be used with"),
        ("track small --worst 0", "1..=1000"),
        ("track out-of-order-links 1", "make one with: attestorm run out-of-order-links"),
        ("track small.toml 1", "make one with: attestorm run small.toml"),
        ("track nosuch.toml 1", "there is no result `nosuch.toml`"),
        ("track results 1", "results is no result: it holds no digest.txt"),
        ("track nosuchthing 1", "there is no result `nosuchthing`"),
        ("track grids/small/latest 1", "is a grid of runs"),
    ] {
        let ran = place.expect(104, command);
        assert!(ran.err.contains(words), "{command}: no `{words}` in {}", ran.err);
        assert!(ran.out.is_empty(), "{command}: {}", ran.out);
        let errors = ran.err.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{command}: {}", ran.err);
    }
}

#[test]
fn of_a_grid_the_latest_run_beside_it_is_followed() {
    let place = with_result();
    let grid = "compare small.toml --by ordering=arrival,causal --seeds 1..2 --quiet";
    place.expect(0, grid);
    let told = place.expect(0, "track small 100").out;
    let first = told.lines().next().unwrap_or_default();
    assert!(first.ends_with("is a grid of runs; this is of the latest run beside it:"), "{told}");
    assert!(told.contains("\n\n#100 "), "{told}");
}

#[test]
fn a_run_that_cannot_be_repeated_is_refused() {
    let place = with_result();
    let latest = fs::canonicalize(place.path().join("results/small/latest")).expect("a folder");
    let (digest, scenario) = (latest.join("digest.txt"), latest.join("scenario.toml"));
    let stored = fs::read_to_string(&digest).expect("reads");
    let model = stored.lines().find(|line| line.starts_with("model")).expect("a model number");
    fs::write(&digest, stored.replace(model, "model    1")).expect("writes");
    let ran = place.expect(104, "track small 3");
    assert!(
        ran.err.contains("made by model 1") && ran.err.contains("run it anew: "),
        "{}",
        ran.err
    );
    fs::write(&digest, &stored).expect("writes");
    let text = fs::read_to_string(&scenario).expect("reads");
    let changed = text.replacen("rate = \"50/s\"", "rate = \"40/s\"", 1);
    assert_ne!(changed, text, "the scenario says its rate");
    fs::write(&scenario, changed).expect("writes");
    let ran = place.expect(1, "track small 3");
    assert!(ran.err.contains("its scenario was changed after the run"), "{}", ran.err);
    assert!(ran.err.contains("attestorm replay"), "{}", ran.err);
}
