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

/// Delivers what comes as it comes, once, and says that all will deliver it.
type Careful = Hands<0>;
/// Its validator 0 drops one in ten.
type Lossy = Hands<1>;
/// Its validator 0 delivers one in ten twice.
type Stuttering = Hands<2>;
/// It reads the time of day.
type Clocked = Hands<3>;

struct Hands<const FLAW: u8>;

struct Hand {
    flaw: u8,
    seen: u32,
}

impl<const FLAW: u8> Strategy for Hands<FLAW> {
    const NAME: &'static str = "arrival";
    const SUMMARY: &'static str = "delivers what it gets";
    const READS_CLOCK: bool = FLAW == 3;
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Hand;
    type Submitter = NoSubmitter;

    fn guarantees(_: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "all deliver the same".to_owned(),
            owed: vec![Property::Agreement, Property::Convergence, Property::NoDuplication],
            assumptions: Assumptions {
                faults: FaultModel::None,
                transport: TransportNeed::Reliable,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn liveness(_: &Committee, _: &Params) -> Result<Liveness, &'static str> {
        let within = Span::from_secs(1);
        Ok(Liveness { delta: Span::from_secs(1), within, trouble: None })
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(seat: Seat, _: &Params) -> Hand {
        Hand { flaw: if seat.me == 0 { FLAW } else { 0 }, seen: 0 }
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

impl<const FLAW: u8> Replica<Hands<FLAW>> for Hand {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Hands<FLAW>>) {
        self.seen += 1;
        let times = match self.flaw {
            1 if self.seen.is_multiple_of(10) => 0,
            2 if self.seen.is_multiple_of(10) => 2,
            _ => 1,
        };
        (0..times).for_each(|_| out.deliver(item.clone()));
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Hands<FLAW>>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Hands<FLAW>>) {}

    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Hands<FLAW>>) {}
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

/// Expected: agreement, convergence, no duplication, liveness.
fn check(outcome: &Outcome, expected: [&str; 4]) {
    let found = outcome.guarantees.iter().map(|verdict| &verdict.standing);
    let found: Vec<String> = found.chain(&outcome.liveness).map(word).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_lost_breaks_agreement_and_what_is_late_does_not() {
    let calm = "10/s";
    check(&outcome::<Careful>(calm), ["held", "held", "held", "held"]);
    check(&outcome::<Lossy>(calm), ["broken", "held", "held", "held"]);
    let late = "not owed: validator-1 had 11.5 s of work left at the end, and 3 more had some";
    check(&outcome::<Careful>("80/s"), [late, "held", "held", late]);
}

/// Four validators; two of them stop so long after the first attestation, and for good.
fn stopped<S: Strategy>(at: &str) -> Outcome {
    outcome_of::<S>(format!(
        "name = \"small\"\nduration = \"6s\"\nwarmup = \"1s\"\nsettle = \"4s\"\n\
         crypto = \"modelled\"\nordering = \"arrival\"\n\
         [validators]\ncount = 4\n[load.issuers]\nrate = \"10/s\"\nclients = 8\n\
         [[fault]]\nname = \"stop\"\nat = \"{at}\"\non = \"validator-2..3\"\ncrash = true\n"
    ))
}

#[test]
fn what_was_violated_before_an_assumption_failed_is_broken() {
    let none_left = |at| format!("not owed: it withstands 0 failed validators, and {at}");
    let late = none_left("4s after the start 1 had failed");
    check(&stopped::<Stuttering>("4s"), ["held", "held", "broken", &late]);
    let soon = none_left("100ms after the start 1 had failed");
    check(&stopped::<Stuttering>("100ms"), ["held", "held", &soon, &soon]);
}

#[test]
fn who_is_beyond_its_assumptions_owes_no_progress_and_says_so() {
    let why = "not owed: it withstands 0 failed validators, and 4s after the start 1 had failed";
    check(&stopped::<Careful>("4s"), ["held", "held", "held", why]);
}

/// Whether liveness is judged where a clock is set back by so much, five seconds before the end.
fn judged<S: Strategy>(ahead: &str) -> bool {
    let outcome = outcome_of::<S>(format!(
        "name = \"small\"\nduration = \"6s\"\nwarmup = \"1s\"\nsettle = \"4s\"\n\
         crypto = \"modelled\"\nordering = \"arrival\"\n\
         [validators]\ncount = 4\n[load.issuers]\nrate = \"10/s\"\nclients = 8\n\
         [[fault]]\nname = \"ahead\"\nat = \"1s\"\nfor = \"4s\"\non = \"validator-0\"\n\
         skew = \"{ahead}\"\n"
    ));
    outcome.liveness.is_some()
}

#[test]
fn pauses_by_a_clock_are_over_once_it_shows_what_it_had_shown() {
    assert_eq!(["+3s", "+5s"].map(judged::<Clocked>), [true, false]);
    assert_eq!(["+3s", "+5s"].map(judged::<Careful>), [true, true]);
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

/// How agreement fares in `crdt`, which assumes nobody to be away for more than 7 s, if links of a
/// validator are closed for so long.
fn parted(length: &str, transport: &str) -> String {
    let outcome = outcome_of::<Crdt>(format!(
        "name = \"small\"\nduration = \"30s\"\nwarmup = \"1s\"\nsettle = \"10s\"\n\
         crypto = \"modelled\"\nordering = \"crdt\"\n\
         parameters.ordering.crdt = {{ history = \"14s\" }}\n\
         [load.issuers]\nrate = \"20/s\"\nclients = 6\n\
         [network]\ntransport = \"{transport}\"\n\
         [validators]\ncount = 4\nregions = [\"frankfurt\", \"tokyo\"]\n\
         [[fault]]\nname = \"split\"\nat = \"1s\"\nfor = \"{length}\"\n\
         on = \"validator-1 <-> *\"\npartition = true\n"
    ));
    let verdict = outcome.guarantees.iter().find(|one| one.property == Property::Agreement);
    verdict.map(|one| word(&one.standing)).unwrap_or_default()
}

#[test]
fn a_stream_is_closed_until_it_tries_again() {
    let away = "not owed: it assumes that nobody is out of reach for more than 7s; 1s after the \
                start it was 1";
    assert_eq!(parted("7s", "datagram"), "held");
    let found = parted("7s", "stream");
    assert!(found.starts_with(away), "{found}");
    assert_eq!(parted("3s", "stream"), "held");
}
