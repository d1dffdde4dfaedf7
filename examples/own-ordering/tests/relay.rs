//! `relay` by attestorm's own means: a golden transcript, a hunt, its parameters.

use std::path::Path;

use attestorm::experiment::{Hunt, hunt};
use attestorm::kernel::{Recorded, Span};
use attestorm::measure::Rows;
use attestorm::ordering::{Catalogue, Strategy};
use attestorm::scenario::model::Scenario;
use attestorm::scenario::{Catalogue as Known, OrderingEntry, Source, load};
use attestorm::simulation::{Listener, Options, Standing, World, run};
use attestorm::trace::{Fact, line};
use own_ordering::{Params, Relay};

fn catalogue() -> Catalogue {
    Catalogue::bundled().with::<Relay>()
}

fn scenario(name: &str, ordering: &str) -> Scenario {
    let source = Source::find(name).expect("the scenario is there");
    let chosen = [("ordering".to_owned(), ordering.to_owned())];
    let orderings = OrderingEntry::all(&catalogue());
    load(&source, &chosen, &Known { orderings: &orderings }).expect("it makes sense")
}

/// What the ordering itself did, and what befell validators, a line each.
struct Transcript {
    world: World,
    text: String,
}

impl Rows for Transcript {}

impl Listener for Transcript {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        for fact in facts {
            if let Fact::Waits { .. } | Fact::Delivered { .. } | Fact::Host { .. } = fact.fact {
                self.text += &line(fact, &self.world.layout);
                self.text.push('\n');
            }
        }
    }
}

/// Run with `GOLDEN=write` after a change that is meant, and read the difference.
#[test]
fn the_golden_transcript_comes_out_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let file = folder.join("late-parent.toml");
    let scenario = scenario(&file.to_string_lossy(), "relay");
    let world = World::new(&scenario, &catalogue());
    let mut transcript = Transcript { world, text: String::new() };
    let outcome = run(&scenario, &catalogue(), Options::default(), &mut transcript);
    let outcome = outcome.expect("it ends");
    assert!(outcome.guarantees.iter().all(|verdict| verdict.standing == Standing::Held));
    let golden = folder.join("late-parent.txt");
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&golden, &transcript.text).expect("the folder is writable");
    }
    let golden = std::fs::read_to_string(golden).expect("it was written once");
    assert_eq!(transcript.text, golden);
    assert!(golden.contains("waits") && golden.contains("RestartedEmpty"), "it shows something");
}

#[test]
fn a_hunt_finds_nothing() {
    let scenario = scenario("out-of-order-links", "relay");
    let report = hunt(&Hunt { scenario, from: 1, runs: 20 }, &catalogue(), 2, |_, _| {});
    assert_eq!(report.clean, 20, "{:?}", report.finds.first());
    assert!(report.struck >= 15, "faults struck in {} of 20", report.struck);
}

#[test]
fn parameters_have_ranges() {
    let check = |params: Params, error: &str| {
        assert_eq!(Relay::check(&params).err().as_deref().unwrap_or("fine"), error);
    };
    check(Params::default(), "fine");
    check(Params { depth: 65, ..Params::default() }, "depth = 65: must be between 0 and 64");
    check(Params { wait: Span::ZERO, ..Params::default() }, "wait = 0s: must be at least 1ms");
    check(Params { held: 0, ..Params::default() }, "held = 0: must be at least 1");
}
