//! Bad input, full disks, closed doors: one clear error each, and nothing left behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::program::{Place, SMALL};

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
