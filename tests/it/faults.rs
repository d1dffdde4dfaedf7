//! Faults end to end: what they achieve, and how they go together.

use crate::program::{Place, Ran};

/// A calm small network under these faults.
fn scenario(faults: &str) -> String {
    format!(
        r#"
name = "small"
duration = "8s"
warmup = "1s"
settle = "4s"
crypto = "modelled"
ordering = "arrival"

[network]
transport = "datagram"

[validators]
count = 4
regions = ["frankfurt", "tokyo"]

[routers]
count = 2

[load.issuers]
rate = "50/s"
clients = 8
{faults}"#
    )
}

/// A fault of that name, from 2 s to 5 s.
fn fault(name: &str, on: &str, effect: &str) -> String {
    format!("[[fault]]\nname = \"{name}\"\nat = \"2s\"\nfor = \"3s\"\non = \"{on}\"\n{effect}\n")
}

/// Runs a scenario with these faults and expects that code.
fn run(code: i32, faults: &str) -> (Place, Ran) {
    let place = Place::new();
    place.write("small.toml", scenario(faults));
    let ran = place.expect(code, "run small.toml");
    (place, ran)
}

/// What the fault with that number achieved, by `summary.json`.
fn achieved(place: &Place, fault: usize) -> String {
    let summary = place.summary("small");
    summary["faults"][fault]["achieved"].as_str().expect("a text").to_owned()
}

#[test]
fn a_fault_that_bites_says_how_much_of_what_it_saw() {
    let (place, _) = run(0, &fault("storm", "routers -> validators", "loss = \"20%\""));
    let text = achieved(&place, 0);
    let numbers: Vec<f64> =
        text.split([' ', '(']).filter_map(|word| word.replace(',', "").parse().ok()).collect();
    let [lost, seen, share] = numbers[..] else { panic!("{text}") };
    assert!((550.0..650.0).contains(&seen), "50 operations a second to 4 validators: {text}");
    assert!((lost / seen * 100.0 - share).abs() < 0.06 && (15.0..25.0).contains(&share), "{text}");
}

#[test]
fn a_fault_that_hardly_bites_is_inconclusive_and_names_the_way_out() {
    let jump = "reorder = { share = \"50%\", form = \"jump\" }";
    let (_, ran) = run(97, &fault("storm", "router-0 -> validator-0", jump));
    let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["fault `storm` was to have 50.0 % of messages reordered", "raise the load's rate"]
    {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_fault_where_nothing_passes_says_so() {
    let (place, ran) = run(97, &fault("cut", "issuer-0 -> issuer-1", "partition = true"));
    assert!(ran.out.contains("no message passed there"), "{}", ran.out);
    assert_eq!(achieved(&place, 0), "0 of 0 messages blocked");
}

#[test]
fn overlapping_faults_of_one_host_end_one_by_one() {
    for (effect, end) in [("crash = true", "Restarted"), ("stall = true", "Resumed")] {
        let first = fault("first", "validator-1", effect);
        let second = fault("second", "validator-1", effect).replace("2s", "3s");
        let place = Place::new();
        place.write("small.toml", scenario(&(first + &second)));
        place.expect(0, "run small.toml --trace");
        let trace = place.result("small/latest/trace.txt");
        let ends: Vec<&str> = trace.lines().filter(|line| line.contains(end)).collect();
        let [only] = ends[..] else { panic!("{effect}: {ends:?}") };
        assert!(only.starts_with("0m07.0") && only.contains("rule 1"), "{effect}: {only}");
    }
}

#[test]
fn forgeries_are_refused_everywhere_and_counted() {
    let place = Place::new();
    let digest = |crypto: &str| {
        let text = scenario("").replace("clients = 8", "clients = 8\nforged = \"10%\"");
        place.write("small.toml", text);
        place.expect(0, &format!("run small.toml --ordering fifo --crypto {crypto}"));
        place.result("small/latest/digest.txt").lines().next().unwrap_or_default().to_owned()
    };
    let modelled = digest("modelled");
    assert_eq!(digest("real"), modelled, "forgeries are known without arithmetic");
    let count = |metric: &str| {
        place.summary("small")["metrics"][metric]["run"]["count"].as_f64().unwrap_or(-1.0)
    };
    let refused = count("forged_refused");
    assert!((20.0..60.0).contains(&refused), "a tenth of 400: {refused}");
    assert_eq!((count("forged_accepted"), count("unfinished")), (0.0, 0.0));
    let rows = place.result("small/latest/attestations.csv");
    let forged: Vec<&str> = rows.lines().filter(|row| row.contains("InvalidSignature")).collect();
    let everywhere = forged.iter().all(|row| row.contains("InvalidSignature:4"));
    assert!(forged.len() as f64 >= refused && everywhere, "by all four validators: {forged:#?}");
    let is_shown = || place.result("small/latest/summary.md").contains("forged_refused");
    assert!(is_shown());
    // What a validator forges are messages, and no statement of anybody: its fault counts them.
    let liar = fault("liar", "validator-1", "forge = \"30%\"");
    for faults in ["", liar.as_str()] {
        place.write("small.toml", scenario(faults));
        place.expect(0, "run small.toml --ordering pbft");
        assert_eq!((count("forged_refused"), count("forged_accepted")), (0.0, 0.0), "{faults}");
        assert!(!is_shown(), "{faults}");
    }
    let achieved = place.summary("small")["faults"][0]["achieved"].to_string();
    assert!(achieved.contains("messages forged") && !achieved.starts_with("\"0 "), "{achieved}");
}

/// By their clocks, which are 20 s ahead, all that comes is old: 50 times the 20 us to apply it.
#[test]
fn who_replays_what_is_old_works_fifty_times_as_long() {
    let cpu = |effects: &str| {
        let (place, _) = run(0, &fault("ahead", "validators", effects));
        place.summary("small")["metrics"]["cpu_ms"]["ahead"]["mean"].as_f64().expect("work")
    };
    let usual = cpu("skew = \"+20s\"");
    let replayed = cpu("skew = \"+20s\"\nrules = \"replays-old\"");
    let more = 4.0 * 49.0 * 0.02;
    assert!((replayed - usual - more).abs() < 0.05 * more, "{usual} ms, then {replayed} ms");
    let young = cpu("skew = \"+10s\"\nrules = \"replays-old\"");
    assert!((young - usual).abs() < 0.05, "{usual} ms, then {young} ms");
}

/// For three seconds each costs 200 ms, and ten seconds of work come in a second. What waits is
/// judged by the rules of its turn: when they are the usual ones again, it is done in a moment.
#[test]
fn what_waits_costs_what_it_costs_when_its_turn_comes() {
    let dear = fault("ahead", "validators", "skew = \"+20s\"\nrules = \"replays-old\"");
    let (place, _) = run(0, &format!("{dear}\n[costs]\napply = \"4ms\""));
    let metrics = &place.summary("small")["metrics"];
    let slowest = metrics["latency_applied_ms"]["run"]["max"].as_f64().expect("a latency");
    assert!((2_500.0..4_000.0).contains(&slowest), "{slowest} ms");
    assert_eq!(metrics["unfinished"]["run"]["count"].as_f64(), Some(0.0));
}
