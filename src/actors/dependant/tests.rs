//! One dependant and one source that answers as it is told. Links take 50 ms, a user comes again
//! after 1 s, or after 500 ms if refused, for 4 s.

use super::*;
use crate::actors::one_region;
use crate::actors::{Group, Layout};
use crate::attestation::{Id, Profile, Reading, Storage};
use crate::kernel::{Recorded, Sink};
use crate::network::{CONTROL_FLOOR, Order};
use crate::trace::line;

const PLAN: ProcessId = ProcessId(1);
const DEPENDANT: ProcessId = ProcessId(3);

enum Player {
    /// Answers ask n with the n-th of these, then with the last; `None` is silence.
    Source(Vec<Option<Status>>, usize),
    /// Sends one user.
    Plan(Need),
    Dependant(Box<Dependant>),
    Nobody,
}

impl Resident for Player {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Plan(need) = self {
            let at = desk.now() + CONTROL_FLOOR;
            desk.tell(DEPENDANT, at, Packet::Need(Arc::new(*need)));
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Dependant(dependant), packet) => dependant.packet(from, packet, desk),
            (Self::Source(answers, asked), Packet::Ask(ask)) => {
                let said = answers[(*asked).min(answers.len() - 1)];
                *asked += 1;
                if let Some(status) = said {
                    let (operation, attempt) = (ask.operation, ask.attempt);
                    let answer = Answer { operation, attempt, status };
                    desk.send(from, Packet::Answer(Arc::new(answer)), Fortune::Protocol);
                }
            }
            (_, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if let Self::Dependant(dependant) = self {
            dependant.timer(slot, desk);
        }
    }
}

#[derive(Default)]
struct Told(Vec<String>);

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        let group = Group { name: "issuers".to_owned(), clients: 1 };
        let layout = Layout::new(1, 0, vec![group]).with_readers(0, 1);
        let ours = facts.iter().filter(|fact| fact.process == DEPENDANT);
        let ours = ours.filter(|fact| !matches!(fact.fact, Fact::Usage { .. }));
        self.0.extend(ours.map(|fact| {
            let text = line(fact, &layout);
            let (_, words) = text.split_once("dependant-0").expect("it is the dependant's");
            let millis = fact.key.time.as_nanos() / 1_000_000;
            format!("{millis} {}", words.trim())
        }));
    }
}

fn setting() -> DependantSetting {
    DependantSetting {
        sources: 0..1,
        ttl: Span::ZERO,
        timeout: Span::from_millis(300),
        silence: Silence::HardFail,
        reads: Interpretation { profile: Profile::Sign, reading: Reading::AsMeant },
        again: Span::from_secs(1),
        retry: Span::from_millis(500),
        lasts: Span::from_secs(4),
    }
}

/// What a user brings whose attestation is all in the registry.
const NEED: Need = Need {
    operation: Operation(7),
    id: Id::LEAST,
    storage: Storage::Registry,
    readable: VirtualTime::ZERO,
};

/// What the dependant tells where ask n gets answer n.
fn journey(setting: DependantSetting, answers: &[Option<Status>]) -> Vec<String> {
    journey_of(NEED, setting, answers)
}

fn journey_of(need: Need, setting: DependantSetting, answers: &[Option<Status>]) -> Vec<String> {
    let players = [
        Player::Source(answers.to_vec(), 0),
        Player::Plan(need),
        Player::Nobody,
        Player::Dependant(Box::new(Dependant::new(Arc::new(setting)))),
    ];
    let start = (0, PLAN, Order::Start);
    one_region::run(players, Span::from_millis(50), [start], (60, Told::default())).0
}

const VALID: Option<Status> = Some(Status::Valid);
const REVOKED: Option<Status> = Some(Status::Revoked);

#[test]
fn without_a_cache_it_asks_every_time() {
    assert_eq!(
        journey(setting(), &[Some(Status::Unknown), VALID, VALID, REVOKED]),
        [
            "110 used #7 refused on Unknown after 100ms",
            "710 used #7 allowed on Valid after 100ms",
            "1810 used #7 allowed on Valid after 100ms",
            "2910 used #7 refused on Revoked after 100ms",
            "3510 used #7 refused on Revoked after 100ms",
            "4010 released #7",
        ]
    );
}

#[test]
fn a_kept_answer_outlives_what_it_says() {
    let setting = DependantSetting { ttl: Span::from_millis(2_500), ..setting() };
    assert_eq!(
        journey(setting, &[REVOKED, VALID]),
        [
            "110 used #7 refused on Revoked after 100ms",
            "610 used #7 refused on Revoked after 0s",
            "1110 used #7 refused on Revoked after 0s",
            "1610 used #7 refused on Revoked after 0s",
            "2110 used #7 refused on Revoked after 0s",
            "2710 used #7 allowed on Valid after 100ms",
            "3710 used #7 allowed on Valid after 0s",
            "4710 released #7",
        ]
    );
}

#[test]
fn silence_means_what_the_setting_says() {
    let first_three = |silence| {
        let told = journey(DependantSetting { silence, ..setting() }, &[VALID, None, VALID]);
        told[..3].join("; ")
    };
    assert_eq!(
        first_three(Silence::HardFail),
        "110 used #7 allowed on Valid after 100ms; \
         1410 used #7 refused on silence after 300ms; \
         2010 used #7 allowed on Valid after 100ms"
    );
    assert_eq!(
        first_three(Silence::SoftFail),
        "110 used #7 allowed on Valid after 100ms; \
         1410 used #7 allowed on silence after 300ms; \
         2510 used #7 allowed on Valid after 100ms"
    );
    assert_eq!(
        first_three(Silence::Stale),
        "110 used #7 allowed on Valid after 100ms; \
         1410 used #7 allowed on Valid after 300ms; \
         2510 used #7 allowed on Valid after 100ms"
    );
}

#[test]
fn the_last_answer_may_be_a_refusal_and_without_one_users_pass() {
    let stale = |answers: &[Option<Status>]| {
        let setting = DependantSetting { silence: Silence::Stale, ..setting() };
        journey(setting, answers)[..2].join("; ")
    };
    assert_eq!(
        stale(&[REVOKED, None]),
        "110 used #7 refused on Revoked after 100ms; 910 used #7 refused on Revoked after 300ms"
    );
    assert!(stale(&[None, VALID]).starts_with("310 used #7 allowed on silence after 300ms"));
}

#[test]
fn an_answer_that_comes_after_its_time_is_not_heard() {
    let setting = DependantSetting { timeout: Span::from_millis(80), ..setting() };
    let told = journey(setting, &[VALID]);
    assert_eq!(told[0], "90 used #7 refused on silence after 80ms");
    assert!(told.iter().all(|line| !line.contains("allowed")), "{told:?}");
}

#[test]
fn a_record_is_made_out_as_its_reader_reads() {
    let first = |reading, storage, answer| {
        let reads = Interpretation { profile: Profile::Sign, reading };
        let setting = DependantSetting { reads, ..setting() };
        journey_of(Need { storage, ..NEED }, setting, &[answer]).swap_remove(0)
    };
    let [revoked, passes] = ["110 used #7 refused on Revoked", "110 used #7 allowed on Valid"];
    let [revoked, passes] = [revoked, passes].map(|words| format!("{words} after 100ms"));
    assert_eq!(first(Reading::AsMeant, Storage::OffChain, REVOKED), revoked);
    assert_eq!(first(Reading::FlagAsTime, Storage::OffChain, REVOKED), passes, "1 is a time");
    assert_eq!(first(Reading::FlagAsTime, Storage::Registry, REVOKED), revoked);
    assert_eq!(first(Reading::AsMeant, Storage::Custom, VALID), passes);
    let nowhere = "110 used #7 refused on Unknown after 100ms";
    assert_eq!(first(Reading::ThreeLocations, Storage::Custom, VALID), nowhere);
}

#[test]
fn what_holds_is_of_no_use_before_its_data_can_be_had() {
    let readable = VirtualTime::ZERO + Span::from_millis(500);
    let need = Need { storage: Storage::Arweave, readable, ..NEED };
    let told = journey_of(need, setting(), &[VALID]);
    assert_eq!(
        told[..2],
        ["110 used #7 refused on Valid after 100ms", "710 used #7 allowed on Valid after 100ms"]
    );
}
