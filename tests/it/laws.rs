//! What must hold of any run: calm means no anomaly, latency counts from the intended send, more
//! disorder harms those who do not wait, memory does not grow with the length of a run.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::program::{Place, SMALL};

/// Certified rounds, long waves, a rest of a second after every block, or telling the leader what
/// was received before it proposes take their time: on a calm day these miss one threshold.
const SLOWER_THAN_800_MS: [&str; 5] = ["tendermint", "themis", "mahi-mahi", "bullshark", "tusk"];

#[test]
fn on_a_calm_day_every_ordering_ends_with_one_registry() {
    let place = Place::new();
    for ordering in place.orderings() {
        let command = format!(
            "run calm-baseline --set duration=18s --crypto modelled \
                               --ordering {ordering}"
        );
        place.run(&command);
        let summary = place.summary("calm-baseline");
        for metric in [
            "orphans",
            "diverged",
            "effect_before_cause",
            "mislinked",
            "accepted_after_revoke",
            "flips",
            "double_accepted",
            "conflicting_certificates",
            "duplicated",
            "lost",
            "lost_after_ack",
            "forged_accepted",
            "unfinished",
        ] {
            // Nothing at all where nobody could have been told so: no questions are asked here.
            let count = &summary["metrics"][metric]["run"]["count"];
            assert!(count.is_null() || count.as_f64() == Some(0.0), "{ordering}: {metric} {count}");
        }
        let is_slow = SLOWER_THAN_800_MS.contains(&ordering.as_str());
        let findings = summary["findings"].as_array().expect("a list").iter();
        let findings: Vec<&str> = findings.filter_map(|found| found["text"].as_str()).collect();
        let expected: &[&str] = if is_slow { &["fast: p99(latency.applied) < 800ms"] } else { &[] };
        assert_eq!(findings, expected, "{ordering}");
        let rows = place.result("calm-baseline/latest/attestations.csv");
        let verdicts: Vec<&str> =
            rows.lines().skip(1).filter_map(|row| row.split(',').nth(12)).collect();
        assert!(verdicts.len() > 900, "{ordering}: {} operations", verdicts.len());
        let one = verdicts.iter().all(|verdict| verdict.ends_with(":7") && !verdict.contains(' '));
        assert!(one, "{ordering}: all seven validators end with the same answer");
    }
}

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

/// One of ten leaders is down from the start.
const DEAD_LEADER: &str = r#"
name = "dead-leader"
question = "What does a leader that is down cost?"
duration = "60s"
warmup = "5s"
settle = "30s"
crypto = "modelled"

[validators]
count = 10

[load.issuers]
rate = "20/s"
clients = 10

[[fault]]
name = "down"
at = "0s"
for = "60s"
on = "validator-3"
crash = true
"#;

#[test]
fn leaders_by_reputation_leave_out_who_is_down() {
    let place = Place::new();
    place.write("dead-leader.toml", DEAD_LEADER);
    for ordering in ["jolteon", "hotstuff"] {
        // How many times as long as without the fault the median attestation takes.
        let cost = |leaders: &str| {
            let leaders = format!("parameters.ordering.{ordering}.leaders={leaders}");
            place.expect(0, &format!("run dead-leader.toml --ordering {ordering} --set {leaders}"));
            let summary = place.summary("dead-leader");
            let applied = &summary["metrics"]["latency_applied_ms"];
            let p50 = |phase: &str| applied[phase]["p50"].as_f64().expect("a p50");
            p50("down") / p50("down@twin")
        };
        let (in_turn, by_reputation) = (cost("round-robin"), cost("reputation"));
        assert!(in_turn > 5.0, "{ordering}: every tenth leader costs timeouts: {in_turn}");
        assert!(by_reputation < 1.5, "{ordering}: hardly more than a calm day: {by_reputation}");
    }
}

/// Eight steps of jitter, short enough for a test.
const STEPS: &str = r#"
name = "steps"
question = "Who refuses, who waits?"
duration = "36s"
warmup = "2s"
settle = "6s"
crypto = "modelled"
network.transport = "datagram"

[validators]
count = 4
regions = ["frankfurt", "n-virginia"]

[load.issuers]
rate = "50/s"
clients = 20
regions = ["frankfurt", "n-virginia"]
chain = { length = 5, gap = "200ms", attesters = 2 }
retry = { tries = 3, after = "500ms" }

[[fault]]
name = "storm"
at = "2s"
for = "32s"
on = "routers -> validators"
delay = { jitter = { from = "50ms", to = "400ms", steps = 8 } }
"#;

/// Mean over seeds, by variant and phase, of one metric and statistic in `seeds.csv`.
fn means(csv: &str, metric: &str, statistic: &str) -> BTreeMap<(String, String), f64> {
    let mut sums: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for row in csv.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        if fields[3] == metric && fields[4] == statistic {
            let sum = sums.entry((fields[1].to_owned(), fields[2].to_owned())).or_default();
            *sum = (sum.0 + fields[5].parse::<f64>().expect("a number"), sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(key, (sum, count))| (key, sum / count)).collect()
}

#[test]
fn more_disorder_refuses_more_under_arrival_and_waits_under_causal() {
    let place = Place::new();
    place.write("steps.toml", STEPS);
    place.expect(0, "compare steps.toml --by ordering=arrival,fifo,causal --seeds 1..3");
    let csv = place.result("steps/compare-ordering/seeds.csv");
    let per10k = |metric: &str| means(&csv, metric, "per10k");
    let (orphans, waited, reordered) = (per10k("orphans"), per10k("waited"), per10k("reordered"));
    let steps = |of: &BTreeMap<(String, String), f64>, ordering: &str| -> Vec<f64> {
        let value = |step| of.get(&(ordering.to_owned(), format!("storm.{step}"))).copied();
        (1..=8).map(|step| value(step).unwrap_or(0.0)).collect()
    };
    let disorder = steps(&reordered, "arrival");
    let halves = |of: &[f64]| (of[..4].iter().sum::<f64>(), of[4..].iter().sum::<f64>());
    let (calmer, wilder) = halves(&disorder);
    assert!(wilder > 1.2 * calmer && disorder[7] > 2.0 * disorder[0], "{disorder:?}");
    let of = |ordering| steps(&orphans, ordering);
    let (arrival, fifo, causal) = (of("arrival"), of("fifo"), of("causal"));
    let (calmer, wilder) = halves(&arrival);
    assert!(wilder > 3.0 * calmer && calmer >= 0.0, "{arrival:?}");
    assert!(arrival.windows(2).all(|two| two[1] > 0.8 * two[0] - 100.0), "it grows: {arrival:?}");
    assert!(causal.iter().all(|orphans| *orphans == 0.0), "{causal:?}");
    let waits = steps(&waited, "causal");
    assert!(waits[7] > 3.0 * waits[0] && waits[7] > 1_000.0, "it waits instead: {waits:?}");
    let sum = |of: &[f64]| of.iter().sum::<f64>();
    assert!(0.0 < sum(&fifo) && sum(&fifo) < sum(&arrival), "{fifo:?} {arrival:?}");
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
