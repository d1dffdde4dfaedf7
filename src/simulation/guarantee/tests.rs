//! Late and lost told apart: validators that have more to do than they can, and one that loses. And
//! what makes validators part for good.

mod reads;

use super::*;
use crate::measure::NoRows;
use crate::ordering::Catalogue;
use crate::ordering::arrival::{Message, Params};
use crate::ordering::crdt::Crdt;
use crate::ordering::prelude::*;
use crate::scenario::{Catalogue as KnownOrderings, OrderingEntry, Source, load};
use crate::simulation::{Options, Outcome, run};

/// Delivers what comes as it comes, and says that all will deliver it. With `LOSSY`, validator 0
/// drops one in ten.
struct Hands<const LOSSY: bool>;

struct Hand {
    may_drop: bool,
    seen: u32,
}

impl<const LOSSY: bool> Strategy for Hands<LOSSY> {
    const NAME: &'static str = "arrival";
    const SUMMARY: &'static str = "delivers what it gets";
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Hand;
    type Submitter = NoSubmitter;

    fn guarantees(_: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "all deliver the same".to_owned(),
            owed: vec![Property::Agreement, Property::Convergence],
            assumptions: Assumptions {
                faults: FaultModel::None,
                transport: TransportNeed::Reliable,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Option<Liveness> {
        let within = Span::from_secs(1);
        Some(Liveness { delta: Span::from_secs(1), within, trouble: None })
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(seat: Seat, _: &Params) -> Hand {
        Hand { may_drop: LOSSY && seat.me == 0, seen: 0 }
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

impl<const LOSSY: bool> Replica<Hands<LOSSY>> for Hand {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Hands<LOSSY>>) {
        self.seen += 1;
        if !(self.may_drop && self.seen.is_multiple_of(10)) {
            out.deliver(item);
        }
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Hands<LOSSY>>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Hands<LOSSY>>) {}

    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Hands<LOSSY>>) {}
}

/// A second of one validator's core does 25 operations, and those far away hear later.
fn outcome<S: Strategy>(rate: &str) -> Outcome {
    outcome_of::<S>(format!(
        "name = \"small\"\nduration = \"6s\"\nwarmup = \"1s\"\nsettle = \"4s\"\n\
         crypto = \"modelled\"\nordering = \"arrival\"\n\
         [network]\ntransport = \"stream\"\n\
         [validators]\ncount = 4\ncores = 1\nregions = [\"frankfurt\", \"tokyo\"]\n\
         [routers]\nregions = [\"frankfurt\"]\n\
         [load.issuers]\nrate = \"{rate}\"\nclients = 8\nregions = [\"frankfurt\"]\n\
         [costs]\nverify = \"20ms\"\n"
    ))
}

fn outcome_of<S: Strategy>(text: String) -> Outcome {
    let catalogue = Catalogue::bundled().with::<S>();
    let entry = |entry: &crate::ordering::Entry| OrderingEntry {
        name: entry.name,
        check: entry.check,
        schema: entry.schema,
    };
    let orderings: Vec<OrderingEntry> = catalogue.entries().iter().map(entry).collect();
    let source = Source::Text { name: "small.toml".to_owned(), text };
    let scenario = load(&source, &[], &KnownOrderings { orderings: &orderings });
    let scenario = scenario.unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    run(&scenario, &catalogue, Options::default(), &mut NoRows).expect("it ends")
}

fn word(standing: &Standing) -> String {
    match standing {
        Standing::Held => "held".to_owned(),
        Standing::Broken { .. } => "broken".to_owned(),
        Standing::NotOwed { why, .. } => format!("not owed: {why}"),
    }
}

/// Expected: agreement, convergence, liveness.
fn check(outcome: &Outcome, expected: [&str; 3]) {
    let found = outcome.guarantees.iter().map(|verdict| &verdict.standing);
    let found: Vec<String> = found.chain(&outcome.liveness).map(word).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_lost_breaks_agreement_and_what_is_late_does_not() {
    let calm = "10/s";
    check(&outcome::<Hands<false>>(calm), ["held", "held", "held"]);
    check(&outcome::<Hands<true>>(calm), ["broken", "held", "held"]);
    let late = "not owed: validator-1 had 11.5 s of work left at the end, and 3 more had some";
    check(&outcome::<Hands<false>>("80/s"), [late, "held", late]);
}

/// Whether liveness is judged where a clock is set back by so much, five seconds before the end.
fn judged(ahead: &str) -> bool {
    let outcome = outcome_of::<Hands<true>>(format!(
        "name = \"small\"\nduration = \"6s\"\nwarmup = \"1s\"\nsettle = \"4s\"\n\
         crypto = \"modelled\"\nordering = \"arrival\"\n\
         [validators]\ncount = 4\n[load.issuers]\nrate = \"10/s\"\nclients = 8\n\
         [[fault]]\nname = \"ahead\"\nat = \"1s\"\nfor = \"4s\"\non = \"validator-0\"\n\
         skew = \"{ahead}\"\n"
    ));
    outcome.liveness.is_some()
}

#[test]
fn pauses_are_over_once_a_clock_shows_what_it_had_shown() {
    assert_eq!([judged("+3s"), judged("+5s")], [true, false]);
}

/// What `load` brings, much out of order, and how `crdt` fares with it.
fn converged(load: &str) -> String {
    let outcome = outcome_of::<Crdt>(format!(
        "name = \"small\"\nduration = \"12s\"\nwarmup = \"1s\"\nsettle = \"10s\"\n\
         crypto = \"modelled\"\nordering = \"crdt\"\n{load}\nrate = \"20/s\"\nclients = 6\n\
         retry = {{ tries = 3, after = \"50ms\", timeout = \"250ms\" }}\n\
         [network]\ntransport = \"datagram\"\n\
         [validators]\ncount = 4\nregions = [\"frankfurt\", \"tokyo\"]\n[routers]\ncount = 2\n\
         [[fault]]\nname = \"jitter\"\nat = \"1s\"\nfor = \"9s\"\non = \"routers -> validators\"\n\
         delay = {{ jitter = \"300ms\" }}\n"
    ));
    let verdict = outcome.guarantees.iter().find(|one| one.property == Property::Convergence);
    verdict.map(|one| word(&one.standing)).unwrap_or_default()
}

#[test]
fn calls_in_turn_converge_and_names_by_number_need_not() {
    assert_eq!(converged("[load.relayed]\ndelegated = \"100%\""), "held");
    let mix = "mix = { attest = \"60%\", revoke = \"20%\", replace = \"20%\" }";
    assert_eq!(converged(&format!("[load.issuers]\n{mix}")), "held");
    let numbered = converged(&format!("profile = \"sign\"\n[load.issuers]\n{mix}"));
    assert!(numbered.starts_with("not owed: ") && numbered.contains("by its number"), "{numbered}");
}
