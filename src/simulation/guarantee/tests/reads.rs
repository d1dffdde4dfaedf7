//! What readers are told, where validators take back what they delivered.

use super::*;
use crate::ordering::arrival::Arrival;

/// Has second thoughts: takes the latest statements back, and delivers them again when it takes back
/// the next. What it says of reads is not so.
struct Wavering;

#[derive(Default)]
struct Waverer {
    latest: Vec<Item>,
    regretted: Vec<Item>,
}

impl Strategy for Wavering {
    const NAME: &'static str = "arrival";
    const SUMMARY: &'static str = "delivers, and takes back";
    type Params = Params;
    type Message = Message;
    type Durable = ();
    type Replica = Waverer;
    type Submitter = NoSubmitter;

    fn guarantees(_: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "reads never go back".to_owned(),
            owed: vec![Property::MonotonicReads, Property::RegularReads],
            assumptions: Assumptions {
                faults: FaultModel::Byzantine(4),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    fn work(message: &Message) -> Work {
        match *message {}
    }

    fn replica(_: Seat, _: &Params) -> Waverer {
        Waverer::default()
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

impl Replica<Wavering> for Waverer {
    fn submit(&mut self, _: LocalTime, item: Item, out: &mut Out<Wavering>) {
        if self.latest.len() == 100 {
            self.latest.iter().rev().for_each(|item| out.retract(item.clone()));
            let regretted =
                std::mem::replace(&mut self.regretted, std::mem::take(&mut self.latest));
            regretted.into_iter().for_each(|item| out.deliver(item));
        }
        self.latest.push(item.clone());
        out.deliver(item);
    }

    fn receive(&mut self, _: LocalTime, _: Peer, message: &Message, _: &mut Out<Wavering>) {
        match *message {}
    }

    fn timer(&mut self, _: LocalTime, _: TimerId, _: &mut Out<Wavering>) {}

    fn restart(&mut self, _: LocalTime, _: Option<()>, _: &mut Out<Wavering>) {}
}

/// One client asks four times as much as it states, one validator or a quorum.
fn read<S: Strategy>(reads: &str, more: &str) -> String {
    let outcome = outcome_of::<S>(format!(
        "name = \"small\"\nduration = \"6s\"\nwarmup = \"1s\"\nsettle = \"4s\"\n\
         crypto = \"modelled\"\nordering = \"arrival\"\n\
         [validators]\ncount = 4\nregions = [\"frankfurt\", \"tokyo\"]\n\
         [routers]\nregions = [\"frankfurt\"]\n\
         [load.issuers]\nrate = \"400/s\"\nclients = 1\nreads = \"{reads}\"\n\
         mix = {{ attest = \"20%\", query = \"80%\" }}\n{more}"
    ));
    let words = outcome.guarantees.iter();
    let words = words.map(|one| format!("{} {}", one.property.name(), word(&one.standing)));
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn reads_that_go_back_break_what_is_owed_to_who_asks_so() {
    assert_eq!(read::<Wavering>("one", ""), "monotonic reads broken");
    assert_eq!(read::<Wavering>("quorum", ""), "regular reads broken");
    let honest = "integrity held, monotonic reads held";
    assert_eq!(read::<Arrival>("one", ""), honest);
    let honest = honest.replace("monotonic", "regular");
    assert_eq!(read::<Arrival>("quorum", ""), honest);
}

#[test]
fn who_asks_relies_on_those_who_answer() {
    let turns = |at: &str, who: &str| {
        format!("[[fault]]\nname = \"turn\"\nat = \"{at}\"\non = \"{who}\"\nreplay = \"10%\"")
    };
    let one = "monotonic reads not owed: who asks one relies on it, and 0s after the start \
               validator-1 lost its state or was Byzantine";
    assert_eq!(read::<Wavering>("one", &turns("0s", "validator-1")), one);
    let late = read::<Wavering>("one", &turns("4s", "validator-1"));
    assert_eq!(late, "monotonic reads broken", "it had gone back before");
    assert_eq!(read::<Wavering>("quorum", &turns("0s", "validator-1")), "regular reads broken");
    let two = "regular reads not owed: a reader of a quorum endures 1 that lost their state or are \
               Byzantine, and 0s after the start there were 2";
    assert_eq!(read::<Wavering>("quorum", &turns("0s", "validator-1, validator-2")), two);
}
