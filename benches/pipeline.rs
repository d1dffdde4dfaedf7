//! End to end: client → router → 10 validators → signed acknowledgements of a quorum, with digest
//! and observers on. Prints attestations per CPU-second; `--quick` for a look in a second.
//!
//! `cargo bench --bench pipeline`

#[path = "engine/clock.rs"]
#[expect(dead_code, reason = "shared with the engine's bench, which uses all of it")]
mod clock;

use attestorm::measure::NoRows;
use attestorm::ordering::Catalogue;
use attestorm::scenario::{Catalogue as Known, OrderingEntry, Source, load};
use attestorm::simulation::{Engine, Options, run};

const SCENARIO: &str = r#"
name = "pipeline"
question = "How fast is the whole path?"
duration = "20s"
warmup = "1s"
settle = "5s"
crypto = "modelled"
[validators]
count = 10
cores = 64
[routers]
count = 4
[load.issuers]
rate = "2000/s"
clients = 1000
[costs]
verify = "1us"
apply = "1us"
sign = "1us"
"#;

/// Attestations of a run: the load's rate times its length, warm-up included.
const ATTESTATIONS: f64 = 2_000.0 * 21.0;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let rounds = if is_quick { 1 } else { 5 };
    let catalogue = Catalogue::bundled();
    let entries = catalogue.entries().iter();
    let orderings: Vec<OrderingEntry> =
        entries.map(|e| OrderingEntry { name: e.name, check: e.check, schema: e.schema }).collect();
    println!("ordering     attestations/CPU-s: median (least .. most)      events/attestation");
    for entry in &orderings {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == entry.name) {
            continue;
        }
        let (rates, events) = measure(entry.name, rounds, &catalogue, &orderings);
        let (least, most) = (rates[0], rates[rates.len() - 1]);
        let median = rates[rates.len() / 2];
        println!("{:<12} {median:>10.0} ({least:.0} .. {most:.0}) {events:>30.1}", entry.name);
    }
}

/// Sorted rates of all rounds, and events per attestation.
fn measure(
    ordering: &str,
    rounds: usize,
    catalogue: &Catalogue,
    orderings: &[OrderingEntry],
) -> (Vec<f64>, f64) {
    let overrides = [("ordering".to_owned(), ordering.to_owned())];
    let source = Source::Text { name: "pipeline.toml".to_owned(), text: SCENARIO.to_owned() };
    let scenario = load(&source, &overrides, &Known { orderings }).expect("the scenario is valid");
    let options = Options { engine: Engine::Sequential, ..Options::default() };
    let mut events = 0;
    let mut rates: Vec<f64> = (0..rounds)
        .map(|_| {
            let cost = clock::measure(|| {
                let outcome = run(&scenario, catalogue, options, &mut NoRows);
                outcome.expect("the run ends").report.events
            });
            events = cost.events;
            ATTESTATIONS / cost.cpu.as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    (rates, events as f64 / ATTESTATIONS)
}
