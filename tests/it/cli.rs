//! The command line as a user meets it: greeting, help, errors, files, exit codes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::program::{Place, SMALL};

#[test]
fn without_arguments_it_greets() {
    let ran = Place::new().run("");
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("attestorm run out-of-order-links"), "{}", ran.out);
}

#[test]
fn help_has_groups_and_every_command_has_examples() {
    let place = Place::new();
    let help = place.run("--help").out;
    for group in ["Everyday", "Look closer", "Search", "Files"] {
        assert!(help.contains(group), "{help}");
    }
    for command in ["run", "compare", "replay", "report", "hunt", "metrics", "completions"] {
        let help = place.run(&format!("{command} --help")).out;
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

#[test]
fn a_run_leaves_a_whole_folder_and_latest() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let ran = place.run("run small.toml --ordering causal");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for file in ["scenario.toml", "summary.json", "summary.md", "series.csv", "digest.txt"] {
        assert!(!place.result(&format!("small/latest/{file}")).is_empty(), "{file}");
    }
    let charts = place.names("results/small/latest/charts");
    for chart in ["latency.csv", "latency.png", "latency.svg", "percentiles.svg"] {
        assert!(charts.contains(&chart.to_owned()), "{charts:?}");
    }
    let hidden = place.names("results/small");
    assert!(hidden.iter().all(|name| !name.starts_with('.')), "nothing half-written: {hidden:?}");
    let last = ran.out.lines().last().unwrap_or_default();
    assert!(last.starts_with("next: attestorm"), "{last}");
}

#[test]
fn screens_keep_to_their_size() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    for command in
        ["run small.toml", "compare small.toml --by ordering=arrival,causal --seeds 1..2"]
    {
        let ran = place.run(command);
        assert!(ran.out.lines().count() <= 44, "{}", ran.out);
        let widest = ran.out.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap_or(0) <= 100, "{}", ran.out);
    }
}

#[test]
fn quiet_prints_one_line() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let ran = place.run("run small.toml --quiet");
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.err.is_empty(), "{}", ran.err);
}

#[test]
fn a_missed_threshold_exits_99_and_an_idle_fault_97() {
    let place = Place::new();
    let missed = format!("{SMALL}\n[thresholds]\nfast = \"p50(latency.applied) < 1ms\"\n");
    place.write("missed.toml", missed);
    assert_eq!(place.run("run missed.toml").code, 99);
    place.write("idle.toml", SMALL.replace("routers -> validators", "router-0 -> router-1"));
    let idle = place.run("run idle.toml");
    assert_eq!(idle.code, 97, "{}{}", idle.out, idle.err);
    assert!(idle.out.contains("storm"), "it names the fault: {}", idle.out);
}

#[test]
fn bad_scenarios_get_one_clear_error_each_and_leave_nothing() {
    let bad: [(&str, String, &str); 8] = [
        ("misspelt.toml", SMALL.replace("warmup", "warmpu"), "did you mean `warmup`"),
        ("unit.toml", SMALL.replace("50/s", "50ms"), "50/s"),
        ("negative.toml", SMALL.replace("50/s", "-50/s"), "-50/s"),
        ("actor.toml", SMALL.replace("routers ->", "rooters ->"), "routers"),
        ("late.toml", SMALL.replace("at = \"2s\"", "at = \"9s\""), "the run lasts 6s"),
        ("empty.toml", String::new(), "empty"),
        (
            "metric.toml",
            format!("{SMALL}\n[thresholds]\nx = \"count(orphan) == 0\"\n"),
            "did you mean `orphans`",
        ),
        ("huge.toml", "#".repeat(10_000_000), "1 MiB"),
    ];
    let place = Place::new();
    for (name, text, words) in bad {
        place.write(name, text);
        let ran = place.run(&format!("run {name}"));
        assert_eq!(ran.code, 104, "{name}: {}", ran.err);
        assert!(ran.err.contains(words), "{name}: no `{words}` in {}", ran.err);
        assert!(ran.err.contains("nothing was run"), "{name}: {}", ran.err);
    }
    place.write("junk.toml", [0_u8, 159, 146, 150, 255, 7]);
    assert_eq!(place.run("run junk.toml").code, 104);
    assert_eq!(place.run("run nowhere.toml").code, 104);
    assert!(place.names("results").is_empty(), "nothing was written");
}

#[test]
fn a_folder_that_cannot_be_written_is_one_clear_error() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place.write("file", "in the way");
    let ran = place.run("run small.toml --out file");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("--out"), "{}", ran.err);
    let locked = place.path().join("locked");
    fs::create_dir(&locked).expect("makes");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).expect("locks");
    // The superuser may write anywhere; whoever may not must be told.
    let ran = place.run("run small.toml --out locked");
    assert!(ran.code == 0 || ran.err.contains("--out"), "{}", ran.err);
}

#[test]
fn metrics_and_scenarios_are_listed() {
    let place = Place::new();
    assert!(place.run("metrics orphan").out.contains("orphans"));
    assert_eq!(place.run("metrics nosuchthing").code, 104);
    let list = place.run("scenario list").out;
    for name in ["calm-baseline", "ramp-to-breaking", "out-of-order-links", "overlapping-claims"] {
        assert!(list.contains(name), "{list}");
        assert_eq!(place.run(&format!("scenario check {name}")).code, 0);
        assert!(place.run(&format!("scenario show {name}")).out.contains("phases"));
    }
    assert_eq!(place.run("scenario new --from calm-baseline ours.toml").code, 0);
    assert_eq!(place.run("scenario check ours.toml").code, 0);
    assert_eq!(place.run("scenario new ours.toml").code, 1, "nothing is overwritten");
    let schema: serde_json::Value =
        serde_json::from_str(&place.run("scenario schema").out).expect("JSON");
    assert!(schema["properties"]["network"].is_object());
}

#[test]
fn a_short_hunt_finds_nothing() {
    let place = Place::new();
    for ordering in ["arrival", "fifo", "watermark", "causal", "sequencer", "bcb", "jolteon"] {
        let ran = place.run(&format!("hunt out-of-order-links --ordering {ordering} --runs 20"));
        assert_eq!(ran.code, 0, "{ordering}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn an_interrupted_run_leaves_nothing_half_written() {
    let place = Place::new();
    place.write("long.toml", SMALL.replace("duration = \"6s\"", "duration = \"30m\""));
    let program = env!("CARGO_BIN_EXE_attestorm");
    let mut child = std::process::Command::new(program)
        .args(["run", "long.toml"])
        .current_dir(place.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let folder = "results/small";
    while place.names(folder).is_empty() && child.try_wait().expect("waits").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
    let status = child.wait().expect("waits");
    assert_eq!(status.code(), Some(105));
    assert!(place.names(folder).is_empty(), "{:?}", place.names(folder));
}
