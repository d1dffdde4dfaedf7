//! Relying parties end to end: what is proven and not trusted, why, and where it is told.

use serde_json::Value;

use crate::program::{Place, SMALL, run_small, value};

/// A calm network in which half of all is relied on, with these further lines.
fn scenario(rest: &str) -> String {
    format!(
        r#"
name = "small"
duration = "20s"
warmup = "5s"
settle = "15s"
crypto = "modelled"

[network]
jitter = "5%"

[validators]
count = 7
regions = ["frankfurt", "tokyo"]

[routers]
count = 2
regions = ["frankfurt", "tokyo"]

[trust]
regions = ["frankfurt", "tokyo"]
share = "50%"
patience = "3s"

[load.issuers]
rate = "60/s"
clients = 12
regions = ["frankfurt", "tokyo"]
{rest}"#
    )
}

fn run(text: &str, arguments: &str) -> (Place, Value) {
    run_small(text, arguments, [0, 99])
}

/// A count of an event in a phase.
fn count(summary: &Value, metric: &str, phase: &str) -> f64 {
    value(summary, metric, phase, "count")
}

/// The gap in a phase as a share, and the part of each cause in it.
fn gap(summary: &Value, phase: &str) -> (f64, [f64; 5]) {
    let relied = count(summary, "relied_on", phase);
    let all = count(summary, "trust_gap", phase);
    let causes = ["delay", "reorder", "overlap", "interpretation", "silence"];
    let causes = causes.map(|cause| count(summary, &format!("trust_gap_{cause}"), phase));
    assert!(relied > 100.0, "{relied} relied on in {phase}");
    assert!((causes.iter().sum::<f64>() - all).abs() < 0.5, "{causes:?} of {all}");
    (all / relied, causes.map(|cause| if all > 0.0 { cause / all } else { 0.0 }))
}

#[test]
fn on_a_calm_day_what_is_proven_is_trusted() {
    for ordering in ["arrival", "jolteon"] {
        let (_, summary) = run(&scenario(""), &format!("--ordering {ordering}"));
        let (gap, causes) = gap(&summary, "run");
        assert!(gap < 0.01, "{ordering}: {gap} {causes:?}");
        assert!(count(&summary, "confident", "run") > 400.0, "{ordering}");
    }
}

#[test]
fn validators_that_stall_open_a_gap_of_silence_which_closes_again() {
    let stall = "[[fault]]\nname = \"stall\"\nat = \"6s\"\nfor = \"6s\"\n\
                 on = \"validator-1, validator-4\"\nstall = true\n";
    let (place, summary) = run(&scenario(stall), "");
    let (before, _) = gap(&summary, "calm");
    let (during, causes) = gap(&summary, "stall");
    let (after, _) = gap(&summary, "after stall");
    let (twin, _) = gap(&summary, "stall@twin");
    assert!(before < 0.05 && after < 0.05 && twin < 0.01, "{before} {after} {twin}");
    assert!(during > 0.1, "{during}");
    assert!(causes[4] > 0.9, "{causes:?}");
    let proven = &summary["metrics"]["proof_ok"]["stall"]["per10k"];
    assert_eq!(proven.as_f64(), Some(10_000.0), "five of seven are a quorum");
    let steady = &summary["metrics"]["steadiness_pct"]["stall@twin"]["share"];
    assert!(steady.as_f64().is_some_and(|share| share > 90.0), "in percent: {steady}");
    let times = &summary["promise_gap"]["hesitation_ms"]["stall"]["p50"];
    assert!(times.as_f64().is_none_or(|times| times > 1.2), "{times}");
    let rows = place.result("small/latest/attestations.csv");
    let head = "hesitation_ms,looks,agreement,freshness,order,timeliness,explainability";
    assert!(rows.lines().next().is_some_and(|line| line.ends_with(head)), "{rows:.300}");
    let trusted = rows.lines().filter(|row| row.ends_with(",3,1.0000,1.0000,1.0000,1.0000,1.0000"));
    assert!(trusted.count() > 300, "on a calm day three looks are enough");
    for chart in ["trust-gap", "agreement"] {
        for kind in ["svg", "csv"] {
            let file = format!("small/latest/charts/{chart}.{kind}");
            assert!(!place.result(&file).is_empty(), "{file}");
        }
    }
}

#[test]
fn late_parents_are_reorder_and_rivals_are_overlap() {
    let fault = "[[fault]]\nname = \"storm\"\nat = \"4s\"\nfor = \"12s\"\n\
                 on = \"routers -> validators\"\ndelay = { jitter = \"500ms\" }\n";
    let datagram = "--set network.transport=datagram --ordering arrival";
    let patient = "--set trust.expected=5s --set trust.patience=1500ms";
    let chain = "chain = { length = 5, gap = \"100ms\", attesters = 2 }\n";
    let (_, summary) = run(&scenario(&format!("{chain}{fault}")), &format!("{datagram} {patient}"));
    let (share, causes) = gap(&summary, "storm");
    assert!(share > 0.02 && causes[1] > 0.6 && causes[2] == 0.0, "{share} {causes:?}");
    let rivals = "overlap = { issuers = 3, window = \"100ms\" }\n\
                  mix = { attest = \"20%\", claim = \"80%\" }\nkeys = { count = 50, zipf = 0 }\n";
    let (_, summary) =
        run(&scenario(&format!("{rivals}{fault}")), &format!("{datagram} {patient}"));
    let (share, causes) = gap(&summary, "storm");
    assert!(share > 0.02 && causes[2] > 0.2, "{share} {causes:?}");
}

#[test]
fn who_looks_and_how_leaves_no_mark_of_the_machine() {
    let digest = |arguments: &str| run(&scenario(""), arguments).1["digest"].clone();
    let base = digest("--ordering jolteon");
    for way in ["--engine sequential --trace", "--shards 3 --crypto real"] {
        assert_eq!(digest(&format!("--ordering jolteon {way}")), base, "{way}");
    }
    assert_ne!(digest("--ordering jolteon --set trust.share=40%"), base);
}

#[test]
fn the_declared_model_is_said_and_can_be_another() {
    let demand = "[thresholds]\ntrusted = \"share(confident) > 99%\"\n\
                  proven = \"share(proof_ok) > 99%\"\n";
    let (place, summary) = run(&scenario(demand), "");
    let page = place.result("small/latest/summary.md");
    let words = [
        "doubt  `trusted` rests on the declared model default-1 alone; other models differ",
        "proof_ok / confident",
        "confident    declared model default-1: 0.9 in 3 looks",
        "## Trust",
        "### With other models",
        "| without timeliness |",
        "`share(confident) > 99%` holds, but not with: ",
        "open: one look more",
    ];
    words.iter().for_each(|word| assert!(page.contains(word), "no `{word}` in\n{page}"));
    assert!(page.lines().take_while(|line| *line != "## Trust").count() < 46, "{page}");
    assert_eq!(summary["trust"]["model"], "default-1");
    assert_eq!(summary["trust"]["parameters"]["tau_ms"], 10_000.0);
    let conclusion = &summary["trust"]["conclusions"][0];
    assert_eq!(conclusion["holds"], true, "{conclusion}");
    assert_eq!(conclusion["open"].as_array().map(Vec::len), Some(1), "{conclusion}");
    let (place, _) = run(&scenario(""), "--set trust.model=first-answer");
    let page = place.result("small/latest/summary.md");
    assert!(page.contains("declared model first-answer: told once"), "{page}");
}

#[test]
fn a_comparison_says_which_claims_survive_other_models() {
    let claim = |holds: &str| {
        let by = "ordering=arrival,causal";
        format!("[[claim]]\ntext = \"{holds}\"\nby = \"{by}\"\nholds = \"{holds}\"\n")
    };
    let doubted = claim("share(trust_gap.reorder) in storm: causal < 0.5x arrival");
    let proven = claim("share(proof_ok) in storm: causal > 0.1x arrival");
    let storm = "[[fault]]\nname = \"storm\"\nat = \"4s\"\nfor = \"12s\"\n\
                 on = \"routers -> validators\"\ndelay = { jitter = \"500ms\" }\n";
    let chain = "chain = { length = 5, gap = \"100ms\", attesters = 2 }\n";
    let place = Place::new();
    place.write("small.toml", scenario(&format!("{chain}{storm}{doubted}{proven}")));
    let patient = "--set network.transport=datagram --set trust.expected=5s \
                   --set trust.patience=1500ms";
    place.expect(
        0,
        &format!("compare small.toml --by ordering=arrival,causal --seeds 1..4 {patient}"),
    );
    let page = place.result("small/compare-ordering/compare.md");
    let words = [
        "## Trust",
        "| model | arrival | causal |",
        "- \"causal is trusted most in storm\" holds",
        "- \"share(trust_gap.reorder) in storm: causal < 0.5x arrival\" holds",
    ];
    words.iter().for_each(|word| assert!(page.contains(word), "no `{word}` in\n{page}"));
    assert!(!page.contains("- \"share(proof_ok)"), "models have no say in it\n{page}");
}

#[test]
fn what_is_needed_in_time_shows_up_on_a_calm_day_and_not_where_a_quorum_stalls() {
    let needed = "deadline = \"1s\"\n";
    let stall = "[[fault]]\nname = \"stall\"\nat = \"6s\"\nfor = \"6s\"\n\
                 on = \"validator-1, validator-4, validator-5\"\nstall = true\n\
                 [thresholds]\nthere = \"share(showed_up) in calm > 99%\"\n";
    let (place, summary) = run(&scenario(&format!("{needed}{stall}")), "");
    let share =
        |phase: &str| count(&summary, "showed_up", phase) / count(&summary, "needed", phase);
    assert!(share("calm") > 0.99 && share("stall@twin") > 0.99);
    assert!(share("stall") < 0.3, "{}", share("stall"));
    let page = place.result("small/latest/summary.md");
    assert!(page.contains("| showed_up | 100 % | "), "{page}");
}

#[test]
fn without_the_section_nobody_looks_and_nothing_is_said() {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place.expect(0, "run small.toml");
    let page = place.result("small/latest/summary.md");
    assert!(!page.contains("confident") && !page.contains("Trust"), "{page}");
    let summary = place.summary("small");
    assert!(summary["trust"].is_null() && summary["metrics"]["hesitation_ms"]["run"]["n"] == 0);
    assert!(place.names("results/small/latest/charts").iter().all(|name| !name.contains("trust")));
}

#[test]
fn nonsense_about_trust_is_refused() {
    let place = Place::new();
    for (line, words) in [
        ("looks = 0", "between 1 and 100"),
        ("confident = \"0%\"", "must be more than 0%"),
        ("pause = \"1ms\"", "room for more than 250 looks"),
        ("model = \"default-2\"", "there is no model of confidence `default-2`"),
    ] {
        let text = scenario("").replace("share = \"50%\"", &format!("share = \"50%\"\n{line}"));
        place.write("small.toml", text);
        let ran = place.expect(104, "run small.toml");
        assert!(ran.err.contains(words), "{line}\n{}", ran.err);
    }
    let alone = "[thresholds]\ntrusted = \"share(confident) > 99%\"\n";
    place.write("small.toml", scenario(alone));
    let ran = place.expect(104, "run small.toml");
    assert!(ran.err.contains("is all that this run is judged by"), "{}", ran.err);
}
