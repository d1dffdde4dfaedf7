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
    let mut rows = csv.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let (head, row) = (rows.next().expect("a head"), rows.next().expect("a row"));
    let cell = |name: &str| {
        // The axis has a comma of its own, in quotes.
        let at = head.iter().position(|head| *head == name).expect("a column");
        row[if at > 2 { at + 1 } else { at }]
    };
    assert_eq!(
        [cell("standing"), cell("claim"), cell("seeds")],
        ["HOLDS", "each sends something", "2"]
    );
    let figure = |name: &str| cell(name).parse::<f64>().expect("a figure");
    assert!(figure("left") > 1.0 && figure("right") == 1.0, "{csv}");
    assert!(figure("low") <= figure("difference") && figure("difference") <= figure("high"));
}

#[test]
fn none_is_a_variant_of_what_is_optional() {
    let place = claiming(&[]);
    let by = "--by load.issuers.promise=24s,none --seeds 1..2";
    let ran = place.expect(0, &format!("compare small.toml {by}"));
    for row in ["\n24s  ", "\nnone "] {
        assert!(ran.out.contains(row), "no {row} in\n{}", ran.out);
    }
    let variant = |number| {
        place.result(&format!("small/compare-load-issuers-promise/variants/{number}.toml"))
    };
    assert!(variant(0).contains("promise = \"24s\"") && !variant(1).contains("promise"));
    place.expect(0, "replay results/small/compare-load-issuers-promise");
}

#[test]
fn what_issue_four_ablates_is_one_flow_away() {
    let place = claiming(&[("it sends more", "mean(tries): causal <= 1x arrival")]);
    let text = std::fs::read_to_string(place.path().join("small.toml")).expect("it is there");
    let claim = text.replace("ordering=arrival,causal", "load.issuers.retry.tries=1,9");
    place.write("small.toml", claim.replace("causal <= 1x arrival", "1 < 9"));
    for by in ["flow.retry=none,{tries=9,after=\"300ms\"}", "flow.arrivals=even,poisson"] {
        place.expect(0, &format!("compare small.toml --by {by} --seeds 1..2"));
    }
    let ran = place.expect(0, "compare small.toml --by flow.retry.tries=1,9 --seeds 1..3");
    assert!(ran.out.contains("CLAIMS   1 of 1 claims hold"), "{}", ran.out);
}

#[test]
fn two_stored_results_are_compared_and_a_gate_says_what_is_too_much() {
    let place = claiming(&[]);
    place.expect(0, "run small.toml --seeds 1..4 --out before --quiet");
    place.expect(0, "run small.toml --seeds 2..5 --set costs.verify=40ms --out after --quiet");
    let compare = |later: &str, rest: &str| {
        format!("compare before/small {later}/small --on p50(latency.applied) {rest}")
    };
    let ran = place.expect(99, &compare("after", "--fail-if-worse 5%"));
    let first = ran.out.lines().next().unwrap_or_default();
    assert!(first.starts_with("p50(latency.applied)  ") && first.contains(" -> "), "{first}");
    assert!(first.ends_with("worse by more than 5 %   exit 99"), "{first}");
    assert!(ran.out.contains("\n3 seeds, paired"), "{}", ran.out);
    assert!(ran.out.contains("their scenarios are not the same"), "{}", ran.out);
    place.expect(0, &compare("after", "--fail-if-worse 5000%"));
    let none = place.expect(0, &compare("after", "")).out;
    assert!(none.lines().next().is_some_and(|line| line.ends_with("    worse")), "{none}");
    let same = place.expect(0, &compare("before", "--fail-if-worse 0%")).out;
    assert!(same.contains("+0 %") && same.contains("    not worse"), "{same}");
    let json = place.expect(99, &compare("after", "--fail-if-worse 5% --format json")).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["exit"], &json["same_scenario"]), (&99.into(), &false.into()));
    assert_eq!(json["seeds"], serde_json::json!([2, 3, 4]));
}

#[test]
fn single_runs_and_grids_are_compared_too_and_what_they_do_not_hold_is_said() {
    let place = claiming(&[]);
    for out in ["a", "b"] {
        place.expect(0, &format!("run small.toml --seed 3 --out {out} --quiet"));
        let grid = "compare small.toml --by ordering=arrival,causal --seeds 1..2";
        place.expect(0, &format!("{grid} --out {out} --quiet"));
    }
    let run = |out: &str| {
        let all = place.names(&format!("{out}/small"));
        let run = all.into_iter().find(|name| name.ends_with("-s3")).expect("the run");
        format!("{out}/small/{run}")
    };
    let (one, other) = (run("a"), run("b"));
    let ran = place.expect(0, &format!("compare {one} {other} --on p90(latency.applied)"));
    assert!(ran.out.contains("    same\n") && ran.out.contains("no interval"), "{}", ran.out);
    let grids = "compare a/small/compare-ordering b/small/compare-ordering";
    let ran = place.expect(0, &format!("{grids} --on per10k(orphans) --fail-if-worse 5%"));
    for row in ["\n  arrival  ", "\n  causal   ", "not worse by more than 5 %"] {
        assert!(ran.out.contains(row), "no {row} in\n{}", ran.out);
    }
    for (wrong, way_out) in [
        (format!("{grids} --on p90(latency.applied)"), "only p50, p99 and means"),
        (format!("{grids} --on min(goodput_over)"), "there is no metric"),
        (format!("{grids} --on mean(offered) --fail-if-worse 5%"), "neither more nor less"),
        (format!("compare {one} b/small/compare-ordering"), "no seed in common"),
        (format!("compare {one} nowhere"), "there is no result `nowhere`"),
        ("compare small.toml".to_owned(), "--by"),
        (format!("{grids} --fail-if-worse 5"), "write it like 5%"),
    ] {
        let ran = place.expect(104, &wrong);
        assert!(ran.err.contains(way_out), "{wrong}\n{}", ran.err);
    }
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
    for part in [
        "each assumption moved alone",
        "\nfault.storm.delay.jitter     300ms ",
        "  150ms",
        "network.delays",
        "x0.8",
        "x1.25",
        "\nload.issuers.chain.gap       100ms ",
        "\nparameters.ordering.*        defaults ",
        "tuned: best of 8 trials each, on seeds 1001..1003",
        "the verdict holds in",
    ] {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    assert!(ran.out.lines().count() <= 40, "{}", ran.out);
    let page = place.result("small/challenge-ordering/challenge.md");
    assert!(page.contains("\n## Tuned\n\nbest of 8 trials each"), "{page}");
    let csv = place.result("small/challenge-ordering/challenge.csv");
    assert!(csv.contains("\nfault.storm.delay.jitter,300ms,150ms,"), "{csv}");
    assert!(!place.result("small/challenge-ordering/tuning.csv").is_empty());
    place.expect(0, "replay results/small/challenge-ordering");
}

#[test]
fn who_has_no_parameters_is_not_tuned_in_a_challenge() {
    let place = claiming(&[]);
    let by = "--by flow.backpressure=none,credit --seeds 1 --challenge";
    let ran = place.expect(0, &format!("compare small.toml {by}"));
    assert!(!ran.out.contains("tuned"), "{}", ran.out);
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
    assert!(ran.out.contains("\ncausal first misses a threshold at\n"), "{}", ran.out);
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
