//! Nights as transcripts: one validator, one router whose order stage stalls at one second, and
//! the people who run them. Links take 10 ms.

use std::sync::Arc;

use super::*;
use crate::actors::{Group, Layout};
use crate::flow::Lane;
use crate::kernel::{Limits, Model, Recorded, Sink, sequential};
use crate::network::{
    Control, Fortune, Host, Order, PartHealth, PartOrder, Signal, Topology, Transport,
};
use crate::ops::{
    Answers, Crowd, Guess, Hours, Job, PartReading, Reading, Role, Scope, Step, Structure,
};
use crate::trace::{Names as _, Remedy, line};

mod hands;
mod remedies;

enum Player {
    /// Answers scrapes; its order stage is stalled since then, if it is. Validator 0 leads, and
    /// validator 1 cannot yet.
    Target(Option<VirtualTime>),
    /// A client, who says what it is told.
    User,
    Operators(Box<Operators>),
}

impl Resident for Player {
    type Packet = Packet;

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match (self, packet) {
            (Self::Operators(operators), packet) => operators.packet(from, packet, desk),
            (Self::Target(stalled), Packet::Scrape(round)) => {
                let oldest = stalled.map_or(Span::ZERO, |since| desk.now().since(since));
                let part = PartReading { part: Lane::Order as u8, waiting: 1, oldest };
                let parts = stalled.iter().map(|_| part).collect();
                let (leader, can_lead) = (Some(0), desk.me().0 != 1);
                let reading = Reading { oldest, parts, leader, can_lead, ..Reading::default() };
                desk.send(from, Packet::Reading(round, Arc::new(reading)), Fortune::Protocol);
            }
            (Self::User, Packet::Known(is_known)) => {
                desk.fact(Fact::Note { note: 1, value: is_known.into() });
            }
            (Self::Target(_) | Self::User, other) => panic!("not for me: {other:?}"),
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if let Self::Operators(operators) = self {
            operators.timer(slot, desk);
        }
    }

    fn lead(&mut self, leader: u16, desk: &mut Desk<'_, Packet>) {
        desk.fact(Fact::Note { note: 0, value: leader.into() });
    }

    fn limit(&mut self, most: u32) {
        assert_eq!(most, 40, "what the step says");
    }

    fn ail(&mut self, _: u8, health: PartHealth, desk: &mut Desk<'_, Packet>) {
        if let Self::Target(stalled) = self {
            *stalled = health.is_stalled.then(|| desk.now());
        }
    }
}

struct Told {
    layout: Layout,
    lines: Vec<String>,
}

impl Sink<Fact> for Told {
    fn accept(&mut self, facts: &[Recorded<Fact>]) {
        let layout = &self.layout;
        let wanted = facts.iter().filter(|fact| !matches!(fact.fact, Fact::Usage { .. }));
        self.lines.extend(wanted.map(|fact| {
            let text = line(fact, layout);
            let name = layout.name(fact.process.0);
            let (_, words) = text.split_once(&name).expect("lines name who tells");
            format!("{} {name} {}", fact.key.time.whole_seconds(), words.trim())
        }));
    }
}

fn minutes(count: u64) -> Span {
    Span::from_secs(60 * count)
}

fn answers() -> Answers {
    let hours = Hours { from: Span::ZERO, until: Span::from_secs(86_399) };
    Answers { day: minutes(3), night: minutes(7), hours, misses: 0.0 }
}

fn role(name: &str, operator: u16, escalate: Option<u16>) -> Role {
    Role {
        name: name.to_owned(),
        job: Job::Responder,
        operator,
        answers: answers(),
        escalate: escalate.map(|to| (minutes(6), to)),
        is_reached: true,
    }
}

fn setting() -> OperatorsSetting {
    let people = People {
        structure: Structure::Central,
        operators: vec!["north".to_owned(), "south".to_owned()],
        roles: vec![role("primary", 0, Some(1)), role("secondary", 1, None)],
        guess: Guess {
            takes: Span::from_secs(300),
            right: 1.0,
            waits: Span::from_secs(120),
            patch: 0.0,
        },
        others: answers(),
        declares: minutes(10),
        crowd: Crowd { beta: 1.0, overlap: 1.0 },
        calm: Span::from_secs(180),
        boot: Span::from_secs(20),
        tickets: 2,
        hears: Span::from_secs(600),
    };
    let step = |remedy, on, takes| {
        let takes = Span::from_secs(takes);
        Step { takes, ..Step::at_once(remedy, on) }
    };
    let steps = vec![
        step(Remedy::Inspect, Scope::Bulkheads, 90),
        step(Remedy::Drain, Scope::Suspect, 60),
        step(Remedy::Restart, Scope::Suspect, 110),
    ];
    OperatorsSetting {
        people,
        runbooks: vec![Runbook { alert: Some(0), steps }],
        automations: Vec::new(),
        pages: vec![Some(0)],
        has_people: true,
        is_prepared: true,
        clients: 0..0,
        validators: 1,
        routers: 1,
        midnight: Span::ZERO,
        one_client: Vec::new(),
    }
}

/// What is told in an hour in which these packets come to the operators, by second. The processes
/// are validators, a router, users if there are any, and the operators.
fn night(mut setting: OperatorsSetting, came: &[(u64, Packet)]) -> Vec<String> {
    let users = setting.clients.len() as u32;
    let groups = vec![Group { name: "users".to_owned(), clients: users }];
    let layout = Layout::new(setting.validators, 1, groups).with_watchers(false, true);
    setting.clients = layout.clients();
    let router = ProcessId(setting.validators);
    let operators = ProcessId(layout.processes() - 1);
    let topology = Arc::new(Topology {
        region_of: vec![0; layout.processes() as usize],
        one_way: vec![vec![Span::from_millis(10)]],
        jitter: 0.0,
        bandwidth: None,
        transport: Transport::Stream,
        rules: Vec::new(),
    });
    let mut staff = Some(Box::new(Operators::new(setting)));
    let mut player = |process: ProcessId| match process {
        _ if process == operators => staff.take().map_or(Player::User, Player::Operators),
        _ if process <= router => Player::Target(None),
        _ => Player::User,
    };
    let at = |seconds| VirtualTime::ZERO + Span::from_secs(seconds);
    let stall = Order::Part(Lane::Order as u8, PartOrder::Stall);
    let stall = Signal::Control(Arc::new(Control { rule: 0, order: stall }));
    let mut script = vec![(at(1), router, stall)];
    script.extend(
        came.iter()
            .map(|(seconds, packet)| (at(*seconds), operators, Signal::Packet(packet.clone()))),
    );
    let mut host = |process| Host::new(5, Arc::clone(&topology), player(process));
    let processes = (0..layout.processes()).map(ProcessId).map(&mut host).collect();
    let model = Model { processes, script };
    let mut told = Told { layout, lines: Vec::new() };
    sequential::run(model, Limits { until: at(3_600), max_events: 10_000 }, &mut told);
    told.lines
}

const FIRES: Packet = Packet::Alert(0, true);
const RESOLVES: Packet = Packet::Alert(0, false);

/// Who is told what, and what is done; not what hosts say of it.
fn told_by(setting: OperatorsSetting, came: &[(u64, Packet)]) -> Vec<String> {
    let lines = night(setting, came).into_iter();
    let ours = lines.filter(|line| line.contains("operators incident"));
    ours.map(|line| line.replacen(" operators incident", "", 1)).collect()
}

#[test]
fn a_page_is_answered_and_the_runbook_repairs_what_it_finds() {
    assert_eq!(
        night(setting(), &[(60, FIRES), (460, RESOLVES)]),
        [
            "1 router-0 host by rule 0 Stalled",
            "60 operators incident 0 OpenedByAlert about 0",
            "60 operators incident 0 Paged about 0",
            "135 operators incident 0 Acknowledged about 0",
            "135 operators incident 0 step 0 inspect nobody Begun by 0",
            "227 operators incident 0 step 0 inspect router-0.order Done by 0",
            "227 operators incident 0 step 1 drain nobody Begun by 0",
            "287 operators incident 0 step 1 drain router-0.order Done by 0",
            "287 operators incident 0 step 2 restart nobody Begun by 0",
            "287 router-0 host by rule 65534 Throttled",
            "397 operators incident 0 step 2 restart router-0.order Done by 0",
            "397 router-0 host by rule 65534 Resumed",
            "397 router-0 host by rule 65534 Throttled",
            "460 operators incident 0 Quiet about 0",
            "640 operators incident 0 Closed about 0",
        ]
    );
}

/// The pager of the first role is dead: nobody hears it until the page goes to the second.
#[test]
fn a_dead_channel_costs_the_time_until_escalation() {
    let mut setting = setting();
    setting.people.roles[0].is_reached = false;
    setting.runbooks[0].steps.truncate(1);
    assert_eq!(
        told_by(setting, &[(60, FIRES), (700, RESOLVES)])[..6],
        [
            "60 0 OpenedByAlert about 0",
            "60 0 PagedInVain about 0",
            "420 0 Escalated about 1",
            "420 0 Paged about 1",
            "486 0 Acknowledged about 1",
            "486 0 step 0 inspect nobody Begun by 1",
        ]
    );
}

/// In a federation the host is another organisation's, and its operator has to answer first.
#[test]
fn who_may_not_touch_a_host_asks_its_operator() {
    let mut setting = setting();
    setting.people.structure = Structure::Federated;
    setting.people.roles[0].operator = 1;
    setting.people.roles[1].operator = 0;
    assert_eq!(
        told_by(setting, &[(60, FIRES), (1_200, RESOLVES)])[..9],
        [
            "60 0 OpenedByAlert about 0",
            "60 0 Paged about 0",
            "135 0 Acknowledged about 0",
            "135 0 step 0 inspect nobody Begun by 0",
            "227 0 step 0 inspect router-0.order Done by 0",
            "227 0 AsksOperator about 0",
            "288 0 OperatorAnswers about 0",
            "288 0 step 1 drain nobody Begun by 0",
            "348 0 step 1 drain router-0.order Done by 0",
        ]
    );
}

/// Without named roles everybody sees it, and the first to act takes it.
#[test]
fn without_roles_whoever_acts_first_takes_it() {
    let mut setting = setting();
    setting.people.structure = Structure::Leaderless;
    assert_eq!(
        told_by(setting, &[(60, FIRES)])[..5],
        [
            "60 0 OpenedByAlert about 0",
            "60 0 Paged about 0",
            "60 0 Paged about 1",
            "278 0 Acknowledged about 0",
            "278 0 step 0 inspect nobody Begun by 0",
        ]
    );
}

/// What users complain of opens an incident at the second complaint, unless an alert was earlier.
#[test]
fn users_are_heard_at_the_complaint_that_counts() {
    let ticket = || Packet::Ticket(crate::attestation::Operation(1));
    let complaints = [(100, ticket()), (130, ticket()), (140, ticket())];
    assert_eq!(
        told_by(setting(), &complaints)[..3],
        ["130 0 OpenedByUsers about 65535", "130 0 Paged about 0", "205 0 Acknowledged about 0",]
    );
    let late = [(60, FIRES), (100, ticket()), (130, ticket())];
    let told = told_by(setting(), &late);
    assert!(told.iter().all(|line| !line.contains("OpenedByUsers")), "{told:?}");
    let apart = [(100, ticket()), (800, ticket())];
    assert_eq!(told_by(setting(), &apart), [""; 0], "the first is forgotten after ten minutes");
}

/// An alert that comes and goes is one incident, and work goes on when it comes back.
#[test]
fn a_flapping_alert_is_one_incident() {
    let mut setting = setting();
    setting.runbooks[0].steps.truncate(1);
    let came = [(60, FIRES), (90, RESOLVES), (150, FIRES), (400, RESOLVES), (500, FIRES)];
    assert_eq!(
        told_by(setting, &came)[..13],
        [
            "60 0 OpenedByAlert about 0",
            "60 0 Paged about 0",
            "90 0 Quiet about 0",
            "135 0 Acknowledged about 0",
            "150 0 Joined about 0",
            "150 0 Reopened about 0",
            "150 0 step 0 inspect nobody Begun by 0",
            "242 0 step 0 inspect router-0.order Done by 0",
            "362 0 step 0 inspect nobody Begun by 0",
            "400 0 Quiet about 0",
            "500 0 Joined about 0",
            "500 0 Reopened about 0",
            "500 0 step 0 inspect nobody Begun by 0",
        ]
    );
}

/// Alerts that come while an incident is open join it: nobody is paged again.
#[test]
fn an_alert_storm_is_one_incident() {
    let mut setting = setting();
    setting.pages = vec![Some(0); 4];
    let storm: Vec<(u64, Packet)> =
        (0..4).map(|rule| (60 + u64::from(rule), Packet::Alert(rule, true))).collect();
    let told = told_by(setting, &storm);
    let count = |word: &str| told.iter().filter(|line| line.contains(word)).count();
    assert_eq!((count("Opened"), count("Joined"), count("Paged")), (1, 3, 1), "{told:?}");
}

/// Without a runbook people take longer, and with four alarms on they often act on the wrong host.
#[test]
fn without_a_runbook_people_guess() {
    let mut setting = setting();
    setting.runbooks.clear();
    assert_eq!(
        told_by(setting.clone(), &[(60, FIRES), (1_200, RESOLVES)]),
        [
            "60 0 OpenedByAlert about 0",
            "60 0 Paged about 0",
            "135 0 Acknowledged about 0",
            "841 0 guess drain router-0 Done by 0",
            "1113 0 guess refill router-0 Done by 0",
            "1113 0 guess drain router-0 Done by 0",
            "1200 0 Quiet about 0",
            "1380 0 Closed about 0",
        ]
    );
    setting.people.guess.right = 0.0;
    let wrong = told_by(setting, &[(60, FIRES)]);
    let acts: Vec<&String> = wrong.iter().filter(|line| line.ends_with("Done by 0")).collect();
    assert!(acts.iter().any(|line| line.contains("validator-0")), "{acts:?}");
}
