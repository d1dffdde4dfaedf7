//! End to end: client → router → 10 validators → signed acknowledgements of a quorum, with digest
//! and observers on. Prints attestations per CPU-second; `--quick` for a look in a second.
//!
//! `cargo bench --bench pipeline`; words after `--` pick orderings, `batches` the rows in which a
//! transaction makes several attestations, and `real` the row with real signatures: how much of its
//! time they would take on their own.

#[path = "engine/clock.rs"]
#[expect(dead_code, reason = "shared with the engine's bench, which uses all of it")]
mod clock;

use attestorm::attestation::KeyRing;
use attestorm::kernel::Recorded;
use attestorm::measure::{NoRows, Rows};
use attestorm::ordering::{Catalogue, Committee};
use attestorm::scenario::model::Scenario;
use attestorm::scenario::{Catalogue as Known, OrderingEntry, Source, load};
use attestorm::simulation::{Engine, Listener, Options, run};
use attestorm::trace::Fact;

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

/// Transactions of a run: the load's rate times its length, warm-up included.
const TRANSACTIONS: f64 = 2_000.0 * 21.0;

/// How many attestations one transaction makes in the rows of `batches`.
const BATCHES: [u32; 3] = [2, 4, 16];

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let rounds = if is_quick { 1 } else { 5 };
    let catalogue = Catalogue::bundled();
    let entries = catalogue.entries().iter();
    let orderings: Vec<OrderingEntry> =
        entries.map(|e| OrderingEntry { name: e.name, check: e.check, schema: e.schema }).collect();
    let is_wanted = |row: &str| wanted.is_empty() || wanted.iter().any(|name| name == row);
    println!("ordering     attestations/CPU-s: median (least .. most)      events/attestation");
    for entry in &orderings {
        if !is_wanted(entry.name) {
            continue;
        }
        row(entry.name, &scenario(&[("ordering", entry.name)], &orderings), rounds, &catalogue);
    }
    for batch in BATCHES.into_iter().filter(|_| is_wanted("batches")) {
        let text = batch.to_string();
        let own = [("ordering", "arrival"), ("load.issuers.batch", text.as_str())];
        row(&format!("arrival x{batch}"), &scenario(&own, &orderings), rounds, &catalogue);
    }
    if is_wanted("real") {
        let mut shares: Vec<f64> = (0..rounds).map(|_| share(&catalogue, &orderings)).collect();
        shares.sort_by(f64::total_cmp);
        let (least, most) = (shares[0], shares[rounds - 1]);
        let median = shares[rounds / 2];
        println!(
            "real         signatures alone: {median:.0} % of the time ({least:.0} .. {most:.0})"
        );
    }
}

/// The scenario of all rows, with what one row has of its own.
fn scenario(own: &[(&str, &str)], orderings: &[OrderingEntry]) -> Scenario {
    let own: Vec<_> =
        own.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let source = Source::Text { name: "pipeline.toml".to_owned(), text: SCENARIO.to_owned() };
    load(&source, &own, &Known { orderings }).expect("the scenario is valid")
}

const OPTIONS: Options = Options { engine: Engine::Sequential, max_events: u64::MAX };

/// Runs a scenario `rounds` times, and prints its rate and its events per attestation.
fn row(name: &str, scenario: &Scenario, rounds: usize, catalogue: &Catalogue) {
    let attestations = TRANSACTIONS * f64::from(scenario.load[0].batch);
    let mut events = 0;
    let mut rates: Vec<f64> = (0..rounds)
        .map(|_| {
            let cost = clock::measure(|| {
                let outcome = run(scenario, catalogue, OPTIONS, &mut NoRows);
                outcome.expect("the run ends").report.events
            });
            events = cost.events;
            attestations / cost.cpu.as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let (least, median, most) = (rates[0], rates[rounds / 2], rates[rounds - 1]);
    let events = events as f64 / attestations;
    println!("{name:<12} {median:>10.0} ({least:.0} .. {most:.0}) {events:>30.1}");
}

/// What signatures take on their own, in percent of a short run with real ones.
fn share(catalogue: &Catalogue, orderings: &[OrderingEntry]) -> f64 {
    let own = [("ordering", "arrival"), ("crypto", "real"), ("duration", "1s"), ("settle", "2s")];
    let scenario = scenario(&own, orderings);
    let before = prices();
    let mut effort = Effort::default();
    let cost = clock::measure(|| {
        let outcome = run(&scenario, catalogue, OPTIONS, &mut effort);
        outcome.expect("the run ends").report.events
    });
    let quorum = f64::from(Committee::new(scenario.validators.count).quorum());
    let verified = 2.0 * effort.routed + quorum * effort.concluded;
    let after = prices();
    let alone = |(sign, verify): (f64, f64)| effort.signed * sign + verified * verify;
    f64::midpoint(alone(before), alone(after)) / cost.cpu.as_secs_f64() * 100.0
}

/// Seconds that it takes to make one signature, and to verify one.
fn prices() -> (f64, f64) {
    const MANY: u32 = 1_000;
    let (keys, message) = (KeyRing::real(1, 1), |number: u32| [number as u8; 38]);
    let signer = keys.signer(0);
    let mut signatures = vec![signer.sign(&message(0))];
    let signing = clock::measure(|| {
        signatures = (0..MANY).map(|number| signer.sign(&message(number))).collect();
        MANY.into()
    });
    let verifying = clock::measure(|| {
        let numbered = (0..MANY).zip(&signatures);
        numbered.filter(|(number, one)| keys.verify(0, &message(*number), one)).count() as u64
    });
    assert_eq!(verifying.events, u64::from(MANY), "every signature is genuine");
    let each = |cost: clock::Cost| cost.cpu.as_secs_f64() / f64::from(MANY);
    (each(signing), each(verifying))
}

/// What a run signs and verifies, as its facts tell: clients sign what they send, routers what they
/// pass on, validators what they say. Whoever checks a signature first has checked it for all, and
/// clients check what validators say until a quorum has spoken.
#[derive(Default)]
struct Effort {
    signed: f64,
    routed: f64,
    concluded: f64,
}

impl Rows for Effort {}

impl Listener for Effort {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        for recorded in facts {
            match recorded.fact {
                Fact::Sent { .. } | Fact::Applied { .. } => self.signed += 1.0,
                Fact::Routed { .. } => {
                    (self.signed, self.routed) = (self.signed + 1.0, self.routed + 1.0)
                }
                Fact::Concluded { .. } => self.concluded += 1.0,
                _ => {}
            }
        }
    }
}
