//! Each behaviour on its own; and twins under real strategies, message by message.

mod lab;

use super::*;
use crate::attestation::{KeyRing, Operation, Told, Verdict};
use crate::ordering::{Catalogue, Committee, Seat};
use lab::Lab;

const LIAR: ProcessId = ProcessId(1);

/// Some strategy's replica of validator 1 among seven.
fn replica() -> Box<dyn HostedReplica> {
    let signer = KeyRing::modelled(1).signer(LIAR.0);
    let seat = Seat { me: LIAR.0 as u16, committee: Committee::new(7), signer };
    let catalogue = Catalogue::bundled();
    let entry = catalogue.find("jolteon").expect("it is bundled");
    (entry.replica)(1, seat, &serde_json::Value::Null)
}

fn liar(behaviour: Behaviour) -> Byzantine {
    let accomplices = Arc::new(ProcessSet::new([LIAR, ProcessId(4)]));
    let mut liar = Byzantine::new(LIAR, 7);
    let misdeed = Misdeed { behaviour, accomplices };
    liar.begin(0, misdeed, replica().as_ref(), &mut Draws::new(1));
    liar
}

fn ack(number: u32) -> Packet {
    let keys = KeyRing::modelled(1);
    let id = Id::of(&number);
    let told = Told::default();
    let signature = keys.signer(LIAR.0).sign(&Ack::statement(&id, Verdict::Accepted, told));
    let (operation, attempt, verdict) = (Operation(number), 0, Verdict::Accepted);
    Packet::Ack(Arc::new(Ack { id, operation, attempt, verdict, told, signature }))
}

fn genuine(packet: &Packet) -> bool {
    let Packet::Ack(ack) = packet else { panic!("an answer") };
    let statement = Ack::statement(&ack.id, ack.verdict, ack.told);
    KeyRing::modelled(1).verify(LIAR.0, &statement, &ack.signature)
}

fn number(packet: &Packet) -> u32 {
    let Packet::Ack(ack) = packet else { panic!("an answer") };
    ack.operation.0
}

/// What leaves of answers 0, 1, 2 … to validators 0, 2, 3, 5, 6 in turn, and the books.
fn said(liar: &mut Byzantine, count: u32) -> (Vec<Parcel>, Books) {
    let (mut draws, mut books, mut left) = (Draws::new(7), Books::default(), Vec::new());
    for at in 0..count {
        let to = ProcessId([0, 2, 3, 5, 6][at as usize % 5]);
        let fortune = Fortune::Operation { number: at, attempt: 0, leg: 4 };
        let parcel = Parcel { to, packet: ack(at), fortune, delay: Span::ZERO };
        left.extend(liar.say(Face::First, parcel, &mut draws, &mut books));
    }
    (left, books)
}

#[test]
fn a_share_is_withheld_and_every_one_is_counted() {
    let (left, books) = said(&mut liar(Behaviour::Withhold { messages: 0.3, peers: 0.0 }), 1_000);
    assert_eq!((left.len() + books.wronged.len(), books.met.len()), (1_000, 1_000));
    assert!((250..350).contains(&books.wronged.len()), "{}", books.wronged.len());
}

#[test]
fn the_same_peers_are_shunned_all_the_time() {
    let (left, books) = said(&mut liar(Behaviour::Withhold { messages: 0.0, peers: 0.5 }), 1_000);
    let mut told: Vec<ProcessId> = left.iter().map(|parcel| parcel.to).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(left.len(), told.len() * 200, "who is told at all is told everything");
    assert_eq!(left.len() + books.wronged.len(), 1_000);
    assert!(told.len() < 5, "{told:?}");
}

#[test]
fn a_share_of_answers_is_signed_falsely() {
    let (left, books) = said(&mut liar(Behaviour::Forge(0.4)), 1_000);
    let false_ones = left.iter().filter(|parcel| !genuine(&parcel.packet)).count();
    assert_eq!((left.len(), false_ones), (1_000, books.wronged.len()));
    assert!((350..450).contains(&false_ones), "{false_ones}");
}

#[test]
fn what_is_sent_out_of_turn_comes_right_after_the_next_to_the_same_receiver() {
    let mut liar = liar(Behaviour::Shuffle(0.3));
    let (left, books) = said(&mut liar, 1_000);
    let overtaken = |to| {
        let mine = left.iter().filter(move |parcel| parcel.to == ProcessId(to));
        let numbers: Vec<u32> = mine.map(|parcel| number(&parcel.packet)).collect();
        numbers.windows(2).filter(|pair| pair[0] == pair[1] + 5).count()
    };
    let kept = liar.end(0).len();
    assert_eq!(left.len() + kept, 1_000, "nothing is lost");
    let overtaken: usize = [0, 2, 3, 5, 6].into_iter().map(overtaken).sum();
    assert_eq!(overtaken + kept, books.wronged.len());
    assert!((180..280).contains(&overtaken), "{overtaken}");
}

#[test]
fn everything_is_held_for_as_long() {
    let by = Span::from_millis(300);
    let (left, books) = said(&mut liar(Behaviour::Hold(by)), 10);
    assert!(left.iter().all(|parcel| parcel.delay == by));
    assert!(books.wronged.iter().all(|wronged| wronged.3 == by));
}

#[test]
fn what_is_forged_or_replayed_does_not_grow_without_end() {
    let mut liar = liar(Behaviour::Replay(1.0));
    let deed = &mut liar.deeds[0];
    let added = |deed: &mut Deed, second| (0..3_000).filter(|_| deed.may_add(second)).count();
    assert_eq!((added(deed, 1), added(deed, 2)), (100, 100));
}

#[test]
fn the_same_attesters_are_censored_all_the_time() {
    let liar = liar(Behaviour::Censor(0.4));
    let (mut draws, mut books) = (Draws::new(1), Books::default());
    let mut heard = || -> Vec<bool> {
        let attesters = (10..210).map(ProcessId);
        attesters.map(|attester| liar.hears(attester, &mut draws, &mut books)).collect()
    };
    let (first, second) = (heard(), heard());
    let censored = first.iter().filter(|heard| !**heard).count();
    assert_eq!(first, second);
    assert!((60..100).contains(&censored), "{censored}");
    assert_eq!((books.met.len(), books.wronged.len()), (400, 2 * censored));
}

#[test]
fn accomplices_agree_on_sides_and_speak_to_their_like() {
    let twins = liar(Behaviour::Equivocate);
    let sides = [0, 2, 3, 5, 6].map(|peer| twins.listener(ProcessId(peer), None));
    let (first, second) = (Face::First, Face::Second);
    assert_eq!(sides, [first, second, first, second, first]);
    assert_eq!(twins.listener(ProcessId(4), Some(second)), second);
}

#[test]
fn once_a_misdeed_is_over_nothing_is_left_of_it() {
    for behaviour in [Behaviour::Equivocate, Behaviour::Forge(1.0)] {
        let mut liar = liar(behaviour);
        assert!(liar.second.is_some() != liar.impostor.is_some());
        liar.end(1);
        assert!(!liar.is_idle(), "another rule has ended");
        liar.end(0);
        assert!(liar.is_idle() && liar.second.is_none() && liar.impostor.is_none());
        let (left, books) = said(&mut liar, 10);
        assert_eq!((left.len(), books.met.len()), (10, 0));
    }
}

/// Holds what twins say, and what everybody delivers, against a file; `ATTESTORM_REWRITE=1` writes
/// down what happens now.
fn check(ordering: &str) {
    let happened = Lab::new(ordering).run();
    let path = format!("{}/tests/transcripts/twins/{ordering}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("ATTESTORM_REWRITE").is_some() {
        std::fs::write(&path, happened).expect("transcripts can be written");
    } else {
        let written = std::fs::read_to_string(&path).expect("a transcript is text");
        assert_eq!(happened, written, "{path}: not what happens now");
    }
}

#[test]
fn twins_tell_each_half_another_story() {
    check("jolteon");
    check("bcb");
}
