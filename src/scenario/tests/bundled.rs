//! Bundled files: they load, they write themselves out, the template is complete.

use std::fs;
use std::path::Path;

use super::{CATALOGUE, load_text, same};
use crate::kernel::Span;
use crate::scenario::{BUNDLED, BUNDLED_TABLES, Source, TEMPLATE, keys, load, schema, show};

#[test]
fn every_bundled_scenario_loads_and_is_called_as_listed() {
    for bundled in &BUNDLED {
        let scenario = load(&Source::Bundled(bundled), &[], &CATALOGUE);
        let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!((&*scenario.name, &*scenario.question), (bundled.name, bundled.question));
    }
}

#[test]
fn a_resolved_scenario_reads_back_the_same() {
    for text in BUNDLED.iter().map(|bundled| bundled.text).chain([TEMPLATE]) {
        let scenario = load_text(text).unwrap_or_else(|errors| panic!("{errors}"));
        let written = scenario.to_toml();
        let again = load_text(&written).unwrap_or_else(|errors| panic!("{errors}\n{written}"));
        same(&scenario, &again);
        assert_eq!(again.to_toml(), written);
    }
}

#[test]
fn the_template_mentions_every_key_of_the_schema() {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: Vec<&str> = TEMPLATE.split(|c| !word(c)).collect();
    let missing: Vec<&str> = keys().into_iter().filter(|key| !words.contains(key)).collect();
    assert!(missing.is_empty(), "the template says nothing of {missing:?}");
}

#[test]
fn the_schema_knows_the_keys_and_the_choices() {
    let schema = schema(&CATALOGUE);
    let text = schema.to_string();
    for key in keys() {
        assert!(text.contains(&format!("\"{key}\":")), "the schema lacks {key}");
    }
    let properties = &schema["properties"];
    assert_eq!(properties["ordering"]["enum"][3], "causal");
    assert_eq!(properties["warmup"]["default"], "10s");
    assert_eq!(properties["crypto"]["enum"][1], "modelled");
    let watermark = &properties["parameters"]["properties"]["ordering"]["properties"]["watermark"];
    assert_eq!(watermark["properties"]["bound"]["type"], "string");
}

#[test]
fn aws_13_is_what_cometbft_published() {
    let path = "../shared/data/latency_cometbft_aws13_oneway_ms.csv";
    let Ok(published) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)) else {
        println!("skipped: {path} is not here");
        return;
    };
    let ours = BUNDLED_TABLES[0].read();
    let lines: Vec<&str> = published.lines().filter(|line| !line.starts_with('#')).collect();
    let names: Vec<String> =
        lines[0].split(',').skip(1).map(|name| name.to_lowercase().replace('_', "-")).collect();
    assert_eq!(ours.regions, names);
    for (from, line) in lines[1..].iter().enumerate() {
        for (to, cell) in line.split(',').skip(1).enumerate().filter(|(to, _)| *to != from) {
            let millis = Span::from_millis(cell.parse().expect("the published file has numbers"));
            assert_eq!(ours.one_way[from][to], millis, "{from} to {to}");
        }
    }
}

#[test]
fn aws_5_is_half_of_the_round_trips() {
    let table = BUNDLED_TABLES[1].read();
    assert_eq!(table.one_way[0][1], Span::from_micros(56_397));
    assert_eq!(table.one_way[4][3], Span::from_micros(54_372));
    assert!((0..5).all(|region| table.one_way[region][region] == Span::from_micros(1_500)));
}

#[test]
fn a_scenario_shows_its_time_line() {
    let scenario = load_text(BUNDLED[2].text).unwrap_or_else(|errors| panic!("{errors}"));
    insta::assert_snapshot!(show(&scenario), @r#"
    Does a late parent cost a wait, or a wrong answer?   4m20s   7 validators, 3 regions   causal

              0           1m          2m           3m          4m
    load      ██████████████████████████████████████████████████████   60/s, chains of 5
    storm                 ▁▁▁▁▁▂▂▂▂▃▃▃▃▄▄▄▄▅▅▅▅▆▆▆▆▇▇▇▇▇████           jitter 50..400ms on
    phases    calm        storm.1 .. storm.8             after storm   routers -> validators

    5 thresholds, 2 expectations, 5 claims
    next: attestorm scenario new --from out-of-order-links ours.toml
    "#);
    let scenario = load_text(BUNDLED[1].text).unwrap_or_else(|errors| panic!("{errors}"));
    insta::assert_snapshot!(show(&scenario), @r#"
    At which load does it break, and does it come back?   3m   7 validators, 3 regions   arrival

              0        30s      1m       1m30s    2m       2m30s    3m
    load      ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▃▄▄▄▄▄▄▄▇██████▆▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁   50..2000/s
    phases    calm   twenty   full    double             back
              five

    4 thresholds, 1 expectation, 2 claims
    next: attestorm scenario new --from ramp-to-breaking ours.toml
    "#);
    let scenario = load_text(TEMPLATE).unwrap_or_else(|errors| panic!("{errors}"));
    insta::assert_snapshot!(show(&scenario), @r#"
    What can a scenario say?   3m   7 validators, 3 regions   arrival

              02:00    02:00:30 02:01    02:01:30 02:02    02:02:30 02:03
    issuers   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄██████████████████   60..120/s, chains of 5, 1%
                                                                       forged, 10% delegated
    rivals    ▅▆▆▇▇▇▇████▇▇▇▇▆▆▅▅▄▄▃▃▃▃▂▂█▇▆▆▅▅▅▆▆▆▆▇▇▇▇██████▇▇▇▆▆▅   10/s, bursts of 2s after 8s, days
                                                                       of 2m, 5x at 1m30s, 2..5 issuers
                                                                       within 300ms
    readers   ██████████████████████████████████████████████████████   20 users, think 2s
    recorded              █      ▄                                     3 as in ours, 2 attesters
    storm              ▂▄▄▆██            ▂▄▄▆██            ▂▄▄▆██      delay 10ms, jitter 200ms, spread
                                                                       5ms, reorder 10%, loss 1..4%,
                                                                       duplicate 1%, bandwidth 2 Mbit/s
                                                                       on routers -> validators
    cut                                                           ██   partition on
                                                                       validators in tokyo <-> *
    crash                                      ███                     crash, state lost on 1 validators
    slow                                              ██████████████   slow 20x, skew +30s, drift 200ppm
                                                                       on router-1
    skewed                                             █               rules accepts-expired, upstream
                                                                       8s behind, snapshot 10s old on
                                                                       1 validators
    wrong                                              █               misreport 10% on indexers
    liars                                               ██████         Byzantine: withholds 10 %, shuns
    phases    calm     storm.1 .. storm.4      crash  slow       cut   30 % of peers, Byzantine: forges
              steady                              after crash          5 %, Byzantine: replays 10 %,
                                                  rush skewed          Byzantine: censors 20 %,
                                                       wrong           Byzantine: shuffles 10 %,
                                                        after skewed   Byzantine: holds for 300ms,
                                                        after wrong    Byzantine: amnesia every 5s on
                                                        liars          1 validators
                                                         after liars
                                                         after storm

    4 thresholds, 2 expectations, 1 claim
    next: attestorm scenario new --from template ours.toml
    "#);
}

#[test]
fn a_run_of_days_has_marks_that_differ_and_rates_that_can_be_read() {
    let found = BUNDLED.iter().find(|bundled| bundled.name == "clock-skew");
    let scenario = load_text(found.expect("it is bundled").text);
    let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
    let picture = show(&scenario);
    insta::assert_snapshot!(picture.lines().skip(3).take(4).collect::<Vec<_>>().join("\n"), @r"
                 18:00       +1d          +2d          +3d          +4d
    users        ███████████████████████████████████████████████████   2/m
    chains       ███████████████████████████████████████████████████   2/m, chains of 2
    nodes        ███████████████████████████████████████████████████   2/m
    ");
}

#[test]
fn no_line_of_a_bundled_file_or_of_its_picture_is_too_wide() {
    for text in BUNDLED.iter().map(|bundled| bundled.text).chain([TEMPLATE]) {
        let scenario = load_text(text).unwrap_or_else(|errors| panic!("{errors}"));
        for line in text.lines().chain(show(&scenario).lines()) {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
