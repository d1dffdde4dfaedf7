//! Plans run on the sequential engine, with clients that record what they are told to do.

mod delegated;
mod elsewhere;
mod replay;
mod singles;
mod waiting;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::*;
use crate::actors::{Arrivals, Burst, ChainShape, MixShares, REFERENCE_AGE, RateStage, StoredData};
use crate::attestation::Profile;
use crate::kernel::Zipf;
use crate::kernel::{Limits, Model, Recorded, Sink, sequential};
use crate::network::sampled::{SEEDS, check_mean};
use crate::network::{Control, Host, Order, Signal, Topology, Transport};

const CLIENTS: u32 = 10;
const PLAN: ProcessId = ProcessId(CLIENTS);

/// What clients were told, and how much the plan remembered: at most, and in the end.
#[derive(Default)]
struct Record {
    told: Vec<(ProcessId, Arc<Planned>)>,
    /// Users who turned up: when, and with what.
    needed: Vec<(VirtualTime, Operation)>,
    most: usize,
    last: usize,
}

enum Actor {
    Plan(Box<LoadPlan>, Arc<Mutex<Record>>),
    /// Answers after so long, if at all.
    Client(Option<Span>, Arc<Mutex<Record>>),
}

impl Actor {
    fn take_stock(&self) {
        if let Self::Plan(plan, record) = self {
            let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
            record.last =
                plan.leads.len() + plan.standing.len() + plan.replayed.len() + plan.due.len();
            record.most = record.most.max(record.last);
        }
    }
}

impl Resident for Actor {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        if let Self::Plan(plan, _) = self {
            plan.start(desk);
        }
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (&mut *self, packet) {
            (Self::Plan(plan, _), packet) => plan.packet(from, packet, desk),
            (Self::Client(answer, record), Packet::Plan(planned)) => {
                assert_eq!(desk.now(), planned.intended, "told when it is due");
                if let (Some(after), Some(user)) = (*answer, planned.user) {
                    desk.timer(after, TimerSlot(user));
                }
                let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
                record.told.push((desk.me(), planned));
            }
            (Self::Client(_, record), Packet::Need(need)) => {
                let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
                record.needed.push((desk.now(), need.operation));
            }
            (Self::Client(..), other) => panic!("a plan does not send {other:?}"),
        }
        self.take_stock();
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        match self {
            Self::Plan(plan, _) => plan.timer(slot, desk),
            Self::Client(..) => {
                let done = Packet::Done { user: slot.0, is_applied: true };
                desk.tell(PLAN, desk.now() + CONTROL_FLOOR, done);
            }
        }
        self.take_stock();
    }
}

/// Facts are not looked at: what clients are told says it all.
struct Ignored;

impl Sink<Fact> for Ignored {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        for recorded in facts {
            let Fact::Planned { target, operation, .. } = recorded.fact else { continue };
            assert!(target == Fact::NONE || target < operation, "references go back");
        }
    }
}

fn run(seed: u64, setting: LoadSetting, answer: Option<Span>) -> Record {
    let record = Arc::new(Mutex::new(Record::default()));
    let topology = Arc::new(Topology {
        region_of: vec![0; CLIENTS as usize + 1],
        one_way: vec![vec![Span::from_millis(1)]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: vec![],
    });
    let host = |actor| Host::new(seed, Arc::clone(&topology), actor);
    let client = |_| host(Actor::Client(answer, Arc::clone(&record)));
    let mut processes: Vec<_> = (0..CLIENTS).map(client).collect();
    let plan = Box::new(LoadPlan::new(setting));
    processes.push(host(Actor::Plan(plan, Arc::clone(&record))));
    let start = Control { rule: Control::OF_THE_RUN, order: Order::Start };
    let script = vec![(VirtualTime::from_nanos(1), PLAN, Signal::Control(Arc::new(start)))];
    let until = VirtualTime::ZERO + Span::from_secs(10_000);
    sequential::run(
        Model { processes, script },
        Limits { until, max_events: u64::MAX },
        &mut Ignored,
    );
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *record)
}

/// Open Poisson load of statements about 100 subjects, so many a second for so many seconds.
fn open(per_second: f64, seconds: u64) -> LoadSetting {
    let duration = Span::from_secs(seconds);
    let stage = RateStage { duration, from: per_second, to: per_second };
    let begin = VirtualTime::ZERO + CONTROL_FLOOR;
    LoadSetting {
        group: (0, 1),
        first_client: ProcessId(0),
        clients: CLIENTS,
        arrivals: Some(Arrivals::new(begin, vec![stage], 0, true)),
        recorded: None,
        closed: None,
        mix: MixShares::default(),
        keys: KeyPick::Zipf(Zipf::new(100, 0.0)),
        chain: None,
        burst: None,
        expires: None,
        profile: Profile::Eas,
        batch: 1,
        delegated: None,
        data: None,
        upstream: 0.0,
        forged: 0.0,
        until: begin + duration,
        reliance: None,
        dependence: None,
    }
}

fn mixed() -> MixShares {
    MixShares { revoke: 0.1, replace: 0.2, claim: 0.05, query: 0.3, register: 0.0 }
}

fn chains() -> LoadSetting {
    let shape = ChainShape { length: 5, gap: Span::from_millis(70), attesters: 3, waits: false };
    LoadSetting { chain: Some(shape), ..open(20.0, 30) }
}

fn bursts() -> LoadSetting {
    let burst = Burst { from: 3, to: 6, window: Span::from_millis(400) };
    LoadSetting { burst: Some(burst), mix: mixed(), ..open(20.0, 30) }
}

fn said(planned: &Planned) -> &Attestation {
    planned.attestation.as_ref().expect("an attestation, not a question")
}

fn parent(planned: &Planned) -> Option<crate::attestation::Id> {
    match said(planned).action {
        Action::Attest { parent } => parent,
        Action::Revoke(target) | Action::Replace(target) => Some(target),
        Action::Register(_) => None,
    }
}

/// Chains or bursts, by subject: each has one of its own in the settings that use this.
fn groups(record: &Record) -> Vec<Vec<(ProcessId, Arc<Planned>)>> {
    let mut by_lead: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (client, planned) in &record.told {
        let entry = (*client, Arc::clone(planned));
        by_lead.entry(said(planned).subject).or_default().push(entry);
    }
    by_lead.into_values().collect()
}

#[test]
fn operations_are_numbered_as_they_are_due_and_sequences_have_no_gaps() {
    let closed = LoadSetting {
        arrivals: None,
        closed: Some((25, Span::from_millis(300))),
        mix: mixed(),
        ..open(1.0, 30)
    };
    let single = LoadSetting { mix: mixed(), ..open(50.0, 30) };
    for (setting, group) in [(single, 0), (chains(), 0), (bursts(), 2), (closed, 1)] {
        let setting = LoadSetting { group: (group, 3), ..setting };
        let record = run(1, setting, Some(Span::from_millis(80)));
        let mut sequences = [0; CLIENTS as usize];
        let mut last = VirtualTime::ZERO;
        let mut told: Vec<_> = record.told.iter().collect();
        told.sort_by_key(|(_, planned)| planned.operation);
        assert!(told.len() > 500, "enough to judge");
        for ((client, planned), number) in told.into_iter().zip(0..) {
            assert_eq!(planned.operation.0, group + 3 * number, "groups take turns");
            assert!(planned.intended >= last, "numbered as due");
            last = planned.intended;
            if let Some(attestation) = &planned.attestation {
                assert_eq!(attestation.attester.0, client.0);
                assert_eq!(attestation.sequence, sequences[client.index()]);
                sequences[client.index()] += 1;
            }
        }
    }
}

#[test]
fn open_load_is_the_same_whatever_actors_do() {
    for setting in [LoadSetting { mix: mixed(), ..open(50.0, 20) }, chains(), bursts()] {
        let spell = |record: Record| format!("{:?}", record.told);
        let first = spell(run(5, setting.clone(), None));
        assert_eq!(first, spell(run(5, setting.clone(), Some(Span::from_millis(5)))));
        assert_ne!(first, spell(run(6, setting, None)));
    }
}

#[test]
fn parts_of_a_chain_link_to_the_part_before_at_exactly_the_gap() {
    let keys = KeyPick::InTurn(1_000_000);
    let record = run(2, LoadSetting { keys, ..chains() }, None);
    let until = VirtualTime::ZERO + CONTROL_FLOOR + Span::from_secs(30);
    for chain in groups(&record) {
        assert_eq!(parent(&chain[0].1), None, "a chain begins");
        for pair in chain.windows(2) {
            assert_eq!(parent(&pair[1].1), Some(said(&pair[0].1).id()));
            assert_eq!(pair[1].1.intended.since(pair[0].1.intended), Span::from_millis(70));
            assert_ne!(pair[0].0, pair[1].0, "attesters take turns");
        }
        let attesters: BTreeSet<_> = chain.iter().map(|(by, _)| by).collect();
        assert_eq!(attesters.len(), chain.len().min(3), "three differ");
        let end = chain[0].1.intended + Span::from_millis(4 * 70);
        assert!(chain.len() == 5 || end >= until, "only the end of the load cuts a chain");
    }
}

#[test]
fn issuers_of_a_burst_are_distinct_and_act_on_the_first_within_the_window() {
    let setting = LoadSetting {
        keys: KeyPick::InTurn(1_000_000),
        mix: MixShares { claim: 0.3, ..MixShares::default() },
        ..bursts()
    };
    let record = run(3, setting, None);
    let bursts = groups(&record);
    let mut sizes = [0; 7];
    for burst in &bursts {
        let (_, first) = &burst[0];
        for (_, planned) in &burst[1..] {
            assert!(planned.intended.since(first.intended) <= Span::from_millis(400));
            assert_eq!(planned.kind, first.kind, "all claim, or all state");
            let expected = (first.kind == Kind::Attest).then(|| said(first).id());
            assert_eq!(parent(planned), expected, "a statement refers to the first, always");
        }
        let issuers: BTreeSet<_> = burst.iter().map(|(by, _)| by).collect();
        assert_eq!(issuers.len(), burst.len(), "issuers differ");
        sizes[burst.len()] += 1;
    }
    assert!(sizes[3..].iter().all(|count| *count > bursts.len() / 8), "{sizes:?}");
    let claims = bursts.iter().filter(|burst| burst[0].1.kind == Kind::Claim).count();
    let share = claims as f64 / bursts.len() as f64;
    assert!((share - 0.3).abs() < 0.08, "{share}");
}

#[test]
fn bursts_of_two_groups_claim_different_subjects() {
    let subjects = |group| {
        let mix = MixShares { claim: 1.0, ..MixShares::default() };
        let record = run(3, LoadSetting { mix, group: (group, 2), ..bursts() }, None);
        record.told.iter().map(|(_, planned)| said(planned).subject).collect()
    };
    let (first, second): (BTreeSet<_>, _) = (subjects(0), subjects(1));
    assert!(first.is_disjoint(&second) && !first.is_empty());
}

#[test]
fn closed_load_waits_for_answers_and_thinks() {
    let users = 20;
    let setting =
        |mean| LoadSetting { arrivals: None, closed: Some((users, mean)), ..open(1.0, 60) };
    let silent = run(1, setting(Span::from_millis(500)), None);
    assert_eq!(silent.told.len(), users as usize, "nobody sends again without an answer");
    // A round is 30 ms of service, 20 ms of least thinking and 500 ms in the mean: a renewal
    // process with E[N(t)] = t / m + (s^2 - m^2) / (2 m^2), which begins 50 ms into a round.
    let counts: Vec<f64> = SEEDS
        .map(|seed| {
            let record = run(seed, setting(Span::from_millis(500)), Some(Span::from_millis(30)));
            record.told.len() as f64
        })
        .collect();
    let expected = |constant: f64| {
        let (mean, variance) = (constant + 0.5, 0.25);
        let rest = (variance - mean * mean) / (2.0 * mean * mean);
        f64::from(users) * ((60.0 + constant) / mean + rest)
    };
    check_mean("rounds", &counts, expected(0.05), expected(0.03));
}

#[test]
fn what_a_user_thinks_does_not_depend_on_other_users() {
    let setting =
        LoadSetting { arrivals: None, closed: Some((2, Span::from_millis(500))), ..open(1.0, 30) };
    let of_first = |users| -> Vec<VirtualTime> {
        let closed = Some((users, Span::from_millis(500)));
        let record = run(1, LoadSetting { closed, ..setting.clone() }, Some(Span::TICK));
        let own = record.told.iter().filter(|(_, planned)| planned.user == Some(0));
        own.map(|(_, planned)| planned.intended).collect()
    };
    assert_eq!(of_first(2), of_first(9));
}

#[test]
fn memory_does_not_grow_with_the_run_and_is_given_back_at_its_end() {
    let single = |seconds| {
        let keys = KeyPick::Zipf(Zipf::new(1_000_000, 0.0));
        LoadSetting { mix: mixed(), keys, ..open(20.0, seconds) }
    };
    let (short, long) = (run(1, single(100), None), run(1, single(1_000), None));
    assert!(long.most < short.most * 5 / 4, "{} and {}", short.most, long.most);
    for setting in [chains(), bursts()] {
        let record = run(1, setting, None);
        assert_eq!(record.last, 0, "nothing is left of chains and bursts");
        assert!(record.most < 300, "{}", record.most);
    }
}
