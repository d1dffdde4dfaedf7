//! What must hold of any run: calm means no anomaly, latency counts from the intended send, more
//! disorder harms those who do not wait, memory does not grow with the length of a run.

use std::fs;
use std::process::{Command, Stdio};

use crate::program::{Place, SMALL};

#[test]
fn a_stall_cannot_hide_its_queue() {
    let place = Place::new();
    for who in ["routers", "validators"] {
        let stall =
            "[[fault]]\nname = \"stall\"\nat = \"2s\"\nfor = \"3s\"\non = \"WHO\"\nstall = true\n";
        let calm = SMALL.split("[[fault]]").next().expect("a first part");
        let calm = calm.replace("chain = { length = 3, gap = \"100ms\", attesters = 2 }\n", "");
        let calm = calm.replace("retry = { tries = 3, after = \"300ms\" }\n", "");
        place.write("stall.toml", calm + &stall.replace("WHO", who));
        place.expect(0, "run stall.toml");
        let summary = place.summary("small");
        let applied = &summary["metrics"]["latency_applied_ms"];
        let due = applied["stall"]["n"].as_f64().expect("a count");
        assert!((110.0..190.0).contains(&due), "{who}: 150 were due in 3 s: {due}");
        let (p50, twin) = (&applied["stall"]["p50"], &applied["stall@twin"]["p50"]);
        let (p50, twin) = (p50.as_f64().expect("a p50"), twin.as_f64().expect("a p50"));
        assert!(
            p50 > twin + 1_200.0,
            "{who}: half waited for at least half the stall: {p50} {twin}"
        );
        let rows = place.result("small/latest/attestations.csv");
        for row in rows.lines().skip(1) {
            let fields: Vec<&str> = row.split(',').collect();
            let number = |at: usize| fields[at].parse::<f64>().expect("a number");
            // The stall lasts from 3 s to 6 s of the run; arrival takes below half a second.
            if (3_100.0..5_000.0).contains(&number(5)) {
                assert!(number(10) > 5_900.0 - number(5), "{who}: {row}");
            }
        }
    }
}

/// The most memory, in KiB, that the program held during a run.
fn peak(place: &Place, scenario: &str) -> u64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_attestorm"))
        .args(["run", scenario, "--quiet", "--out", "memory"])
        .current_dir(place.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("waits").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.split_whitespace().next());
        most = most.max(size.map_or(0, |size| size.parse().expect("a size in kB")));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    most
}

#[test]
fn ten_times_the_length_takes_no_more_memory() {
    let place = Place::new();
    let calm = SMALL.split("[[fault]]").next().expect("a first part");
    let lasting =
        |length: &str| calm.replace("duration = \"6s\"", &format!("duration = \"{length}\""));
    // Registries remember five minutes, so both runs are longer than what is remembered matters.
    place.write("short.toml", lasting("60s"));
    place.write("long.toml", lasting("600s"));
    let (short, long) = (peak(&place, "short.toml"), peak(&place, "long.toml"));
    let slope = (long as f64 - short as f64) / 540.0;
    eprintln!("peak memory {short} KiB for 60 s, {long} KiB for 600 s: {slope:.1} KiB each second");
    assert!(short > 1_000, "the peak was seen: {short} KiB");
    assert!(
        long < short + short / 2 + 16_384,
        "{short} KiB, {long} KiB, {slope:.1} KiB each second"
    );
}
