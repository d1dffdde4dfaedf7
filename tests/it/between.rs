//! Questions between variants: claims, sweeps, challenges.

use crate::program::{Place, SMALL};

/// [`SMALL`] with claims of arrival and causal.
fn claiming(claims: &[(&str, &str)]) -> Place {
    let place = Place::new();
    let claim = |(text, holds): &(&str, &str)| {
        format!(
            "\n[[claim]]\ntext = \"{text}\"\nby = \"ordering=arrival,causal\"\n\
             holds = \"{holds}\"\n"
        )
    };
    place.write("small.toml", SMALL.to_owned() + &claims.iter().map(claim).collect::<String>());
    place
}

const TRUE: (&str, &str) = ("each sends something", "mean(messages): causal > 1");
const FALSE: (&str, &str) = ("each sends nothing", "mean(messages): causal < 1");
const OPEN: (&str, &str) = ("nobody knows", "p99.9(latency.applied): causal < arrival");

#[test]
fn claims_hold_fail_or_stay_open_and_the_exit_says_which() {
    for (claims, code, word) in [
        (&[TRUE][..], 0, "1 of 1 claims hold"),
        (&[TRUE, FALSE], 99, "1 of 2 claims hold, 1 fails"),
        (&[TRUE, FALSE, OPEN], 97, "1 of 3 claims hold, 1 fails, 1 open"),
    ] {
        let place = claiming(claims);
        let ran = place.expect(code, "claims small.toml --seeds 1..2");
        assert!(ran.out.contains(word), "{}", ran.out);
        assert!(ran.out.contains("digest   "), "{}", ran.out);
        let compared = "compare small.toml --by ordering=arrival,causal --seeds 1..2";
        assert!(place.expect(code, compared).out.contains(word), "{compared}");
    }
    let place = claiming(&[TRUE]);
    let json = place.expect(0, "claims small.toml --seeds 1..2 --format json").out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["standing"], "HOLDS");
    let csv = place.expect(0, "claims small.toml --seeds 1..2 --format csv").out;
    assert!(csv.contains("HOLDS,\"each sends something\""), "{csv}");
}

#[test]
fn who_claims_nothing_or_nonsense_is_told_the_way_out() {
    let place = claiming(&[]);
    let ran = place.expect(104, "claims small.toml");
    assert!(ran.err.contains("claims nothing") && ran.err.contains("[[claim]]"), "{}", ran.err);
    let place = claiming(&[("typo", "mean(messages): casual < 1")]);
    let ran = place.expect(104, "claims small.toml");
    assert!(ran.err.contains("did you mean `causal`?"), "{}", ran.err);
}

#[test]
fn a_sweep_is_a_table_a_chart_and_can_be_replayed() {
    let place = claiming(&[]);
    let sweep = "sweep small.toml --by ordering=arrival,bcb --over validators.count=4,7,10 \
                 --on p50(latency.applied) --seeds 1..2";
    let ran = place.expect(0, sweep);
    for part in ["by ordering over validators.count", "p50(latency.applied)", " ms", "bcb "] {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    for file in ["sweep.md", "sweep.csv", "charts/degradation.svg", "digests.txt"] {
        let file = format!("small/sweep-validators-count/{file}");
        assert!(!place.result(&file).is_empty(), "{file}");
    }
    let replayed = place.expect(0, "replay results/small/sweep-validators-count");
    assert!(replayed.out.contains("12 of 12"), "{}", replayed.out);
    for (wrong, way_out) in [
        ("sweep small.toml --by ordering=arrival,bcb --over validators.count=4", "two points"),
        ("sweep small.toml --by ordering=arrival,bcb --over a=4..x", "two numbers of one unit"),
        (
            "sweep small.toml --by ordering=arrival,bcb --over seed=1,2 --on p75(messages)",
            "there is no statistic `p75`",
        ),
    ] {
        let ran = place.expect(104, wrong);
        assert!(ran.err.contains(way_out), "{wrong}\n{}", ran.err);
    }
}

#[test]
fn a_challenge_moves_each_assumption_alone() {
    let place = claiming(&[]);
    let ran =
        place.expect(0, "compare small.toml --by ordering=arrival,causal --seeds 1 --challenge");
    for part in
        ["each assumption moved alone", "network.delays", "x0.8", "x1.25", "the verdict holds in"]
    {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    assert!(!place.result("small/challenge-ordering/challenge.md").is_empty());
}

#[test]
fn a_claim_about_two_that_never_come_is_open() {
    let place = claiming(&[("both are as late", "p50(latency.applied): causal <= arrival")]);
    let busy = "--set costs.verify=200ms";
    let ran = place.run(&format!("claims small.toml --seeds 1..2 {busy}"));
    assert!(
        ran.out.contains("no seed tells, never on either side on 2"),
        "{}\n{}",
        ran.out,
        ran.err
    );
    assert_eq!(ran.code, 97, "{}", ran.out);
}

#[test]
fn a_challenge_says_how_far_its_verdict_carries() {
    let place = Place::new();
    let fast = "\n[thresholds]\nfast = \"p50(latency.applied) in storm < 600ms\"\n";
    place.write("small.toml", SMALL.to_owned() + fast);
    let ran =
        place.expect(0, "compare small.toml --by ordering=arrival,causal --seeds 1 --challenge");
    assert!(ran.out.contains("\narrival first misses a threshold at\n"), "{}", ran.out);
    let storm = ran.out.lines().find(|line| line.starts_with("  fault.storm"));
    assert!(
        storm.is_some_and(|line| line.contains("x") && line.contains("fast = ")),
        "{}",
        ran.out
    );
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
}

#[test]
fn tuned_variants_stand_beside_those_as_published_and_can_be_replayed() {
    let place = claiming(&[]);
    let bad = "--set parameters.ordering.jolteon.batch_delay=1s";
    let compare = format!("compare small.toml --by ordering=arrival,jolteon --seeds 1..2 {bad}");
    let ran = place.expect(0, &format!("{compare} --tune 12"));
    for part in [
        "TUNED    best of 12 trials each, on seeds 1001..1003",
        "  jolteon: ",
        "batch_delay 1s -> ",
        "\njolteon tuned ",
    ] {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    let chosen = place.result("small/compare-ordering/variants/2.toml");
    assert!(chosen.contains("batch_delay") && !chosen.contains("batch_delay = \"1s\""), "{chosen}");
    let trials = place.result("small/compare-ordering/tuning.csv");
    assert_eq!(trials.lines().count(), 1 + 1 + 12, "{trials}");
    assert!(place.result("small/compare-ordering/decision.md").contains("## Tuned"));
    let replayed = place.expect(0, "replay results/small/compare-ordering");
    assert!(replayed.out.contains("6 of 6"), "{}", replayed.out);
    let again = place.expect(0, &format!("{compare} --tune 12 --format json")).out;
    let json = place.expect(0, &format!("{compare} --tune 12 --format json")).out;
    assert_eq!(again, json, "the same settings are chosen every time");
}
