//! The command line as a user meets it: greeting, help, files, exit codes.

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
        assert!(ran.out.lines().count() <= 40, "{}", ran.out);
        let widest = ran.out.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap_or(0) <= 100, "{}", ran.out);
    }
}

#[test]
fn quiet_prints_one_line() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let grid = "compare small.toml --by ordering=arrival,causal --seeds 1..2";
    for (command, start) in [
        ("run small.toml", "PASS"),
        (grid, "VERDICT"),
        ("run small.toml --seeds 1..2", "small, 2 seeds"),
        ("replay small", "2 of 2 runs reproduced"),
        ("report small", "small, 2 seeds"),
    ] {
        let ran = place.expect(0, &format!("{command} --quiet"));
        assert_eq!(ran.out.lines().count(), 1, "{command}: {}", ran.out);
        assert!(ran.out.starts_with(start), "{command}: {}", ran.out);
        assert!(ran.err.is_empty(), "{command}: {}", ran.err);
    }
}

#[test]
fn tables_come_in_four_formats() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let csv = |text: &str, head: &str| {
        assert_eq!(text.lines().next(), Some(head));
        let fields = head.split(',').count();
        assert!(text.lines().count() > 20, "{text}");
        assert!(text.lines().all(|line| line.split(',').count() == fields), "{text}");
    };
    let json = |text: &str, schema: &str| {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(value["schema"], schema);
    };
    let get =
        |command: &str, format: &str| place.expect(0, &format!("{command} --format {format}")).out;
    let run = "run small.toml";
    csv(&get(run, "csv"), "phase,metric,statistic,value");
    json(&get(run, "json"), "attestorm.summary/1");
    assert!(get(run, "md").starts_with("```text\nsmall "));
    let grid = "compare small.toml --by ordering=arrival,causal --seeds 1..2";
    csv(&get(grid, "csv"), "seed,variant,phase,metric,statistic,value");
    json(&get(grid, "json"), "attestorm.compare/1");
    assert!(get(grid, "md").starts_with("# small by ordering"));
    assert!(get(grid, "text").starts_with("small by ordering"));
    let metrics = get("metrics", "csv");
    assert!(metrics.lines().count() > 30, "{metrics}");
}

#[test]
fn no_colour_is_printed_where_none_is_wanted() {
    let place = Place::new();
    place.write("bad.toml", SMALL.replace("warmup", "warmpu"));
    let ran = place.expect(104, "run bad.toml");
    assert!(!ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'), "{}", ran.err);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let program = env!("CARGO_BIN_EXE_attestorm");
    for command in ["metrics", "scenario schema", "scenario list"] {
        let script = format!("'{program}' {command} | head -1; exit ${{PIPESTATUS[0]}}");
        let output = std::process::Command::new("bash").args(["-c", &script]).output();
        let output = output.expect("bash runs");
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn seeds_name_the_worst_and_count_the_words() {
    let place = Place::new();
    let some = "p50(latency.applied) in storm < 320ms";
    place.write("seeds.toml", format!("{SMALL}\n[thresholds]\nfast = \"{some}\"\n"));
    let ran = place.run("run seeds.toml --seeds 1..6");
    let first = ran.out.lines().next().unwrap_or_default();
    assert!(first.starts_with("small, 6 seeds in "), "{}", ran.out);
    let count = |word: &str| -> usize {
        let mut words = first.split_whitespace().skip_while(|w| *w != word);
        words.nth(1).map_or(0, |count| count.parse().expect("a count"))
    };
    assert_eq!(count("PASS") + count("MISSED"), 6, "{}", ran.out);
    assert_eq!(ran.code, if count("MISSED") > 0 { 99 } else { 0 }, "{}", ran.out);
    let worst = first.split("worst: seed ").nth(1).and_then(|rest| rest.split(' ').next());
    let worst = worst.expect("the worst seed is named");
    let alone = place.run(&format!("run seeds.toml --seed {worst}"));
    assert_eq!(alone.code, ran.code, "the worst seed is as bad as the grid");
    assert!(ran.out.contains(&format!("next: attestorm run seeds.toml --seed {worst}")));
    assert!(ran.out.contains(&format!("{} of 6", count("PASS"))), "{}", ran.out);
}

#[test]
fn shells_get_their_completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.expect(0, &format!("completions {shell}")).out;
        assert!(script.contains("attestorm") && script.contains("compare"), "{shell}");
        assert!(script.contains("history"), "{shell}");
    }
    place.expect(104, "completions abacus");
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
fn metrics_and_scenarios_are_listed() {
    let place = Place::new();
    assert!(place.run("metrics orphan").out.contains("orphans"));
    assert_eq!(place.run("metrics nosuchthing").code, 104);
    let list = place.run("scenario list").out;
    for name in [
        "calm-baseline",
        "ramp-to-breaking",
        "out-of-order-links",
        "overlapping-claims",
        "dead-leader",
        "partition-heal",
        "wrong-clocks",
        "clock-skew",
        "wan-thirteen-regions",
        "committee-hundred",
    ] {
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
    for ordering in place.orderings() {
        place.expect(0, &format!("hunt out-of-order-links --ordering {ordering} --runs 6"));
    }
}

#[test]
fn a_hunt_stops_at_the_last_number() {
    let hunt = "hunt out-of-order-links --ordering arrival --runs 3 --from";
    let place = Place::new();
    let ran = place.expect(0, &format!("{hunt} {}", u64::MAX));
    let words = [
        "1 run in ".to_owned(),
        format!("these were the last: numbers of runs end at {}\n", u64::MAX),
    ];
    for words in words {
        assert!(ran.out.contains(&words), "no `{words}` in\n{}", ran.out);
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
