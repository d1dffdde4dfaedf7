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

/// Retyped from Knossos (EPL-1.0) and Porcupine (MIT), in columns and as JSON.
const STALE: &str = "0\t1\t2\twrite\t3\tok\n1\t5\t6\tread\tnil\n0\t7\t-\twrite\t4\t-\n";

#[test]
fn a_recorded_history_is_judged() {
    let place = Place::new();
    place.write("stale.tsv", STALE);
    let ran = place.expect(98, "history check stale.tsv --model register");
    assert!(ran.out.starts_with("VIOLATED  stale.tsv as register"), "{}", ran.out);
    assert!(ran.out.contains("no order explains these 2:"), "{}", ran.out);
    for row in
        ["1       1         2       0   write 3 -> ok", "2       5         6       1   read -> nil"]
    {
        assert!(ran.out.contains(row), "{}", ran.out);
    }
    let quiet = place.expect(98, "history check stale.tsv --model register --quiet").out;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    place.expect(0, "history check stale.tsv --model cas-register");
    place.write("empty.jsonl", "");
    let empty = place.expect(0, "history check empty.jsonl --model kv").out;
    assert!(empty.contains("no operation in it"), "{empty}");
    let cas = |n| format!("{n}\t1\t99\tcas\t{}\t{}\tok\n", n % 3, (n + 1) % 3);
    let hard: String = (0..12).map(cas).chain(["12\t1\t99\tread\t7\n".to_owned()]).collect();
    place.write("hard.tsv", hard);
    let hard = place.expect(97, "history check hard.tsv --model cas-register --budget 100").out;
    assert!(hard.contains("100 states visited") && hard.contains("--budget 1000"), "{hard}");
    let help = place.expect(0, "history check --help").out;
    assert!(help.contains("Examples") && help.contains("\"ret\": null"), "{help}");
}

#[test]
fn a_file_that_is_no_history_gets_one_clear_error() {
    let place = Place::new();
    place.write("early.tsv", STALE.replace("5\t6", "5\t4"));
    place.write("cut.jsonl", "{\"client\": 0, \"call\": 1");
    place.write("junk.jsonl", [0_u8, 159, 146, 150, 255, 7]);
    for (command, words) in [
        ("early.tsv --model register", "early.tsv:2:5"),
        ("cut.jsonl --model kv", "cut.jsonl:1:"),
        ("junk.jsonl --model kv", "not UTF-8"),
        ("early.tsv --model kv", "try --model register"),
        ("early.tsv --model registre", "register"),
        ("nowhere.tsv --model kv", "cannot read `nowhere.tsv`"),
        (". --model kv", "it is a folder"),
    ] {
        let ran = place.expect(104, &format!("history check {command}"));
        assert!(ran.err.contains(words), "{command}: no `{words}` in {}", ran.err);
        assert!(ran.out.is_empty(), "{command}: {}", ran.out);
        assert_eq!(ran.err.matches("error:").count(), 1, "{command}: {}", ran.err);
    }
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
fn a_bad_command_line_gets_one_clear_error_and_its_way_out() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    fs::create_dir_all(place.path().join("results/empty")).expect("makes");
    for (command, words) in [
        ("run small.toml --set nonsense", "PATH=VALUE"),
        ("run small.toml --set foo.bar=3", "has no key `foo`"),
        ("run small.toml --set load.issuers.rate=abc", "60/s"),
        ("run small.toml --set fault.strom.at=1s", "storm"),
        ("run small.toml --seeds 5..1", "runs backwards: write 1..5"),
        ("run small.toml --seeds 1..999999999999", "more than 100000 seeds"),
        ("run small.toml --seed -1", "a seed is a whole number from 0"),
        ("run small.toml --seed 1e3", "a seed is a whole number from 0"),
        ("run small.toml --seeds x", "1..20"),
        ("run small.toml --seed 1 --seeds 1..2", "cannot be used with"),
        ("run small.toml --ordering cuasal", "causal"),
        ("run small.toml --shards 0", "1..=64"),
        ("run small.toml --shards 1000", "1..=64"),
        ("run results", "`results` is a folder"),
        ("compare small.toml --by ordering", "PATH=A,B"),
        ("compare small.toml --by ordering=arrival", "two values"),
        ("compare small.toml --by ordering=fifo,fifo", "twice"),
        ("compare small.toml --by ordering=arrival,nope", "nope"),
        ("comapre small.toml", "compare"),
        ("replay nosuchthing", "there is no result `nosuchthing`"),
        ("replay empty", "holds no digest.txt"),
        ("report nosuchthing", "there is no result `nosuchthing`"),
    ] {
        let ran = place.expect(104, command);
        assert!(ran.err.contains(words), "{command}: no `{words}` in {}", ran.err);
        assert!(ran.out.is_empty(), "{command}: {}", ran.out);
        let errors = ran.err.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{command}: {}", ran.err);
    }
    assert_eq!(place.names("results"), ["empty"], "nothing was run");
}

/// A disk of 64 KiB, or `None` where nobody may mount one.
fn tiny_disk(at: &std::path::Path) -> Option<()> {
    fs::create_dir_all(at).expect("makes");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(at)
        .stderr(std::process::Stdio::null())
        .status();
    mounted.is_ok_and(|status| status.success()).then_some(())
}

#[test]
fn a_full_disk_is_one_clear_error() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    let disk = place.path().join("disk");
    if tiny_disk(&disk).is_none() {
        eprintln!("SKIPPED: only root may mount a disk that is soon full");
        return;
    }
    let ran = place.run("run small.toml --out disk");
    let left = place.names("disk/small");
    std::process::Command::new("umount").arg(&disk).status().expect("umount runs");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("make room"), "{}", ran.err);
    assert_eq!(ran.err.lines().filter(|line| line.starts_with("error")).count(), 1, "{}", ran.err);
    assert!(left.is_empty(), "nothing half-written: {left:?}");
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
    let with = |old: &str, new: &str| {
        assert!(SMALL.contains(old), "the small scenario has `{old}`");
        SMALL.replace(old, new)
    };
    let bad = [
        ("nobody.toml", with("count = 4", "count = 0"), "must be between 1 and 1000"),
        ("routers.toml", format!("{SMALL}\n[routers]\ncount = 0\n"), "between 1 and 1000"),
        ("nan.toml", with("\"50/s\"", "nan"), "write it like `60/s`"),
        ("inf.toml", with("50/s", "inf/s"), "is not a rate"),
        ("vast.toml", with("50/s", &format!("{}/s", "9".repeat(60))), "is not a rate"),
        ("wide.toml", with("clients = 8", "clients = 9999999999999999999999"), "1000000"),
        ("never.toml", with("\"6s\"", "\"0s\""), "more than 0s"),
        ("decade.toml", with("\"6s\"", "\"3650d\""), "at most 366d"),
        ("year.toml", with("\"6s\"", "\"366d\""), "shorten it, or lower its rates"),
        ("ghost.toml", with("\"routers ->", "\"validator-9 ->"), "validator-0 to validator-3"),
        ("name.toml", with("\"small\"", "\"größe-測試\""), "small letters, digits and `-`"),
        ("escape.toml", with("\"small\"", "\"../small\""), "is no name"),
        ("nested.toml", format!("a = {}", "[".repeat(200_000)), "recursion"),
        ("list.json", "[1, 2]".to_owned(), "the scenario is a list"),
        ("cut.json", "{\"name\": \"x\"".to_owned(), "is expected here"),
        ("misspelt.toml", SMALL.replace("warmup", "warmpu"), "did you mean `warmup`"),
        ("unit.toml", SMALL.replace("50/s", "50ms"), "is not a rate"),
        ("negative.toml", SMALL.replace("50/s", "-50/s"), "-50/s"),
        ("actor.toml", SMALL.replace("routers ->", "rooters ->"), "routers"),
        ("late.toml", SMALL.replace("at = \"2s\"", "at = \"9s\""), "the run lasts 6s"),
        ("empty.toml", String::new(), "empty"),
        (
            "metric.toml",
            format!("{SMALL}\n[thresholds]\nx = \"count(orphan) == 0\"\n"),
            "did you mean `orphans`",
        ),
        ("huge.toml", "#".repeat(10_000_000), "8 MiB"),
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
fn what_cannot_be_printed_is_an_error() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    for command in ["metrics", "scenario list", "run small.toml"] {
        let full = fs::File::options().write(true).open("/dev/full").expect("opens");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_attestorm"))
            .args(command.split(' '))
            .current_dir(place.path())
            .stdout(full)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command}: {said}");
        assert_eq!(said.matches("error: cannot print").count(), 1, "{command}: {said}");
    }
    assert!(!place.result("small/latest/summary.json").is_empty(), "the run itself is stored");
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
