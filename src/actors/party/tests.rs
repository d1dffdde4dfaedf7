//! One party, three validators that answer as they are told, and a client with a proof. Links take
//! 50 ms, a pause 200 ms, patience ends after 3 s.

use super::*;
use crate::actors::one_region;
use crate::actors::{Group, Layout};
use crate::attestation::{Attestation, Profile, Reading, Status};
use crate::kernel::{Recorded, Sink};
use crate::network::{CONTROL_FLOOR, Order};
use crate::trace::line;
use crate::trust::Stamps;

const CLIENT: ProcessId = ProcessId(4);
const PARTY: ProcessId = ProcessId(5);

fn id() -> Id {
    Attestation { sequence: 0, ..Attestation::plain(7, CLIENT.0) }.id()
}

enum Player {
    /// Answers look n with the n-th of these words, then with the last.
    Validator(Vec<String>),
    /// Tells of proofs of operations 1, 2 … that took so many milliseconds, one every 10 s.
    Client(Vec<u64>),
    Party(Box<RelyingParty>),
    Nobody,
}

/// `valid`, `unknown`, `silence`; `orphaned`, `bare`, `old`, `@4`.
fn show(words: &str, look: &Look, now: LocalTime) -> Option<Show> {
    let has = |word: &str| words.split(' ').any(|one| one == word);
    let status = if has("unknown") { Status::Unknown } else { Status::Valid };
    let position = words.split('@').nth(1).and_then(|digits| digits.parse().ok());
    (!has("silence")).then(|| Show {
        operation: look.operation,
        look: look.look,
        status,
        position,
        digest: 9,
        as_of: if has("old") { now - Span::from_secs(9) } else { now },
        stamps: if has("bare") { Stamps(1) } else { Stamps(7) },
        is_orphaned: has("orphaned"),
    })
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Client(proofs) = self {
            for (at, slot) in (0..proofs.len() as u64).zip(0..) {
                desk.timer(Span::from_secs(10 * at), TimerSlot(slot));
            }
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Party(party), packet) => party.packet(from, packet, desk),
            (Self::Validator(answers), Packet::Look(look)) => {
                let last = answers.len() - 1;
                let words = &answers[usize::from(look.look).min(last)];
                if let Some(show) = show(words, &look, desk.local_now()) {
                    let (number, attempt) = (look.operation.0, look.look);
                    let fortune = Fortune::Operation { number, attempt, leg: 7 };
                    desk.send(from, Packet::Show(Arc::new(show)), fortune);
                }
            }
            (_, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Party(party) => party.timer(slot, desk),
            Self::Client(proofs) => {
                let operation = Operation(slot.0 + 1);
                let elapsed = Span::from_millis(proofs[slot.0 as usize]);
                let proof =
                    Proof { operation, id: id(), parent: None, storage: Storage::Custom, elapsed };
                let at = desk.now() + CONTROL_FLOOR;
                desk.tell(PARTY, at, Packet::Proof(Arc::new(proof)));
            }
            Self::Validator(_) | Self::Nobody => {}
        }
    }

    fn crash(&mut self, state_lost: bool) {
        if let Self::Party(party) = self {
            party.crash(state_lost);
        }
    }
}

#[derive(Default)]
struct Told(Vec<String>);

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        let group = Group { name: "issuers".to_owned(), clients: 1 };
        let layout = Layout::new(3, 0, vec![group]).with_parties(1);
        let ours = facts.iter().filter(|fact| fact.process == PARTY);
        let ours = ours.filter(|fact| !matches!(fact.fact, Fact::Usage { .. }));
        self.0.extend(ours.map(|fact| {
            let text = line(fact, &layout);
            let (_, words) = text.split_once("party-0").expect("it is the party's");
            let millis = fact.key.time.as_nanos() / 1_000_000;
            format!("{millis} {}", words.trim())
        }));
    }
}

fn setting() -> PartySetting {
    PartySetting {
        validators: 3,
        model: Model::DEFAULT,
        pause: Span::from_millis(200),
        timeout: Span::from_secs(1),
        patience: Span::from_secs(3),
        expected: Some(Span::from_millis(100)),
        learnt: VirtualTime::ZERO,
        reads: Interpretation { profile: Profile::Sign, reading: Reading::AsMeant },
        total_order: true,
    }
}

/// What the party tells of proofs that took so many milliseconds, where look n gets answer n.
fn journey(setting: PartySetting, proofs: &[u64], answers: &[&str]) -> Vec<String> {
    let answers: Vec<String> = answers.iter().map(|words| (*words).to_owned()).collect();
    let validator = || Player::Validator(answers.clone());
    let players = [
        validator(),
        validator(),
        validator(),
        Player::Nobody,
        Player::Client(proofs.to_vec()),
        Player::Party(Box::new(RelyingParty::new(setting))),
    ];
    let start = (0, CLIENT, Order::Start);
    one_region::run(players, Span::from_millis(50), [start], (300, Told::default())).0
}

fn check(answers: &[&str], told: &[&str]) {
    assert_eq!(journey(setting(), &[80], answers), told, "{answers:?}");
}

#[test]
fn a_record_is_made_out_as_its_reader_reads() {
    let told = |(profile, reading)| {
        let reads = Interpretation { profile, reading };
        journey(PartySetting { reads, ..setting() }, &[80], &["valid @4"])
    };
    // What the proof is of has its data in the fourth location.
    let meant = told((Profile::Sign, Reading::AsMeant));
    assert!(meant.iter().any(|line| line.contains("confident")), "{meant:?}");
    assert_eq!(told((Profile::Eas, Reading::ThreeLocations)), meant, "it is not said there");
    let nowhere = told((Profile::Sign, Reading::ThreeLocations));
    assert!(nowhere.iter().all(|line| !line.contains("Valid")), "{nowhere:?}");
}

#[test]
fn three_looks_at_three_validators_that_agree_are_enough() {
    check(
        &["valid @4"],
        &[
            "10 relied #1 proven after 80ms expected 100ms",
            "110 looked #1 look 0 at validator-0 Valid position 4 age 50ms stamps 3",
            "410 looked #1 look 1 at validator-1 Valid position 4 age 50ms stamps 3",
            "710 looked #1 look 2 at validator-2 Valid position 4 age 50ms stamps 3",
            "710 confident #1 after 3 looks 1.0000",
        ],
    );
}

#[test]
fn one_that_disagrees_is_outlived_by_three_that_agree() {
    check(
        &["valid @4", "unknown orphaned", "valid @4"],
        &[
            "10 relied #1 proven after 80ms expected 100ms",
            "110 looked #1 look 0 at validator-0 Valid position 4 age 50ms stamps 3",
            "410 looked #1 look 1 at validator-1 Unknown age 50ms stamps 3 without parent",
            "710 looked #1 look 2 at validator-2 Valid position 4 age 50ms stamps 3",
            "1010 looked #1 look 3 at validator-0 Valid position 4 age 50ms stamps 3",
            "1310 looked #1 look 4 at validator-1 Valid position 4 age 50ms stamps 3",
            "1310 confident #1 after 5 looks 1.0000",
        ],
    );
}

#[test]
fn silence_and_another_place_cost_looks() {
    check(
        &["valid @4", "silence", "valid @5", "valid @4", "valid @5"],
        &[
            "10 relied #1 proven after 80ms expected 100ms",
            "110 looked #1 look 0 at validator-0 Valid position 4 age 50ms stamps 3",
            "1310 looked #1 look 1 at validator-1 silence",
            "1610 looked #1 look 2 at validator-2 Valid position 5 age 50ms stamps 3",
            "1910 looked #1 look 3 at validator-0 Valid position 4 age 50ms stamps 3",
            "2210 looked #1 look 4 at validator-1 Valid position 5 age 50ms stamps 3",
            "2510 looked #1 look 5 at validator-2 Valid position 5 age 50ms stamps 3",
            "2810 looked #1 look 6 at validator-0 Valid position 5 age 50ms stamps 3",
            "2810 confident #1 after 7 looks 1.0000",
        ],
    );
}

#[test]
fn an_old_state_without_stamps_is_not_enough_however_long_patience_lasts() {
    let setting = PartySetting { patience: Span::from_millis(850), ..setting() };
    let told = journey(setting, &[80], &["valid old bare"]);
    assert_eq!(
        told,
        [
            "10 relied #1 proven after 80ms expected 100ms",
            "110 looked #1 look 0 at validator-0 Valid age 9s50ms stamps 1",
            "410 looked #1 look 1 at validator-1 Valid age 9s50ms stamps 1",
            "710 looked #1 look 2 at validator-2 Valid age 9s50ms stamps 1",
            // Agreement 1, freshness e^-0.705, explainability a third: the next look is at 900 ms.
            "710 doubted #1 after 3 looks 0.1647",
        ]
    );
}

#[test]
fn positions_say_nothing_where_no_total_order_is_owed() {
    let setting = PartySetting { total_order: false, ..setting() };
    let told = journey(setting, &[80], &["valid @4", "valid @5", "valid @6"]);
    assert!(told.last().is_some_and(|last| last.contains("confident #1 after 3 looks 1.0000")));
}

#[test]
fn what_a_proof_may_take_is_the_p95_of_those_before_the_measurement() {
    let learnt = VirtualTime::ZERO + Span::from_secs(205);
    let setting = PartySetting { expected: None, learnt, ..setting() };
    let mut proofs: Vec<u64> = (1..=21).map(|tens| 10 * tens).collect();
    proofs.extend([200, 400]);
    let told = journey(setting, &proofs, &["valid @4"]);
    let of = |number: u32| {
        let about = format!("relied #{number} ");
        told.iter().find(|line| line.contains(&about)).map_or("", |line| line.as_str())
    };
    assert!(of(21).ends_with("expected nothing yet"), "{}", of(21));
    assert!(of(22).ends_with("proven after 200ms expected 200ms"), "{}", of(22));
    let doubted = told.iter().find(|line| line.contains("doubted #23")).expect("it came late");
    assert!(doubted.ends_with("0.5000"), "{doubted}");
}

#[test]
fn a_party_that_stops_forgets_what_it_was_looking_at() {
    let mut party = RelyingParty::new(setting());
    let case = Case {
        id: id(),
        parent: None,
        storage: Storage::Registry,
        wait: Wait { elapsed: Span::ZERO, expected: None },
        told_at: LocalTime(0),
        first: 0,
        looks: 0,
        kept: Vec::new(),
    };
    party.cases.insert(Operation(1), case);
    party.crash(false);
    assert!(party.cases.is_empty());
}
