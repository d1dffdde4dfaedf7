//! The monitor: scrapes, looks at probes, evaluates alert rules, and tells operators.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Packet;
use crate::attestation::Operation;
use crate::kernel::{ProcessId, Span, VirtualTime};
use crate::network::{Desk, Fortune, Resident, TimerSlot};
use crate::ops::{Alarm, AlertRule, Probes, Reading, Scraped};
use crate::trace::{AlertStage, Fact};

/// What the monitor does.
#[derive(Clone, Debug)]
pub struct MonitorSetting {
    /// Validators, as processes 0 and up.
    pub validators: u32,
    /// How many routers follow them.
    pub routers: u32,
    /// From one round to the next.
    pub scrape: Span,
    /// What it looks for.
    pub rules: Vec<AlertRule>,
    /// When load ends: then no rule begins to fire.
    pub until: VirtualTime,
    /// By rule: whether operators are told.
    pub heard: Vec<bool>,
    /// Who is told; `None` if nobody listens.
    pub operators: Option<ProcessId>,
    /// Whether clients of some group report what they send.
    pub has_probes: bool,
}

/// A target that has not answered within this time, or half of the round, is down.
const TIMEOUT: Span = Span::from_secs(5);

/// A probe that has waited for longer has failed, and is not waited for any more.
const PROBE: Span = Span::from_secs(60);

/// More probes without an answer are not remembered.
const MOST_PROBES: usize = 1 << 16;

/// A round begins.
const ROUND: TimerSlot = TimerSlot(0);
/// It is judged.
const JUDGE: TimerSlot = TimerSlot(1);

/// The monitor.
pub struct Monitor {
    setting: MonitorSetting,
    alarm: Alarm,
    round: u32,
    gathered: Scraped,
    /// Probes without an answer, and when they were sent.
    probes: BTreeMap<Operation, VirtualTime>,
    last_probe: Span,
}

impl Monitor {
    /// A monitor that has seen nothing.
    pub fn new(setting: MonitorSetting) -> Self {
        let alarm = Alarm::new(setting.rules.clone(), setting.until);
        let (gathered, probes) = (Scraped::default(), BTreeMap::new());
        Self { setting, alarm, round: 0, gathered, probes, last_probe: Span::ZERO }
    }

    fn begin_round(&mut self, desk: &mut Desk<'_, Packet>) {
        self.round = self.round.wrapping_add(1);
        let asked = self.setting.validators + self.setting.routers;
        self.gathered = Scraped { at: desk.now(), asked, ..Scraped::default() };
        scrape((0..asked).map(ProcessId), self.round, desk);
        desk.timer(TIMEOUT.min(self.setting.scrape / 2), JUDGE);
        desk.timer(self.setting.scrape, ROUND);
    }

    fn judge(&mut self, desk: &mut Desk<'_, Packet>) {
        let now = desk.now();
        self.probes.retain(|_, sent| now.since(*sent) <= PROBE);
        let oldest = self.probes.values().min();
        let oldest = oldest.map_or(Span::ZERO, |sent| desk.now().since(*sent));
        let probes = Probes { oldest, last: self.last_probe };
        self.gathered.probes = self.setting.has_probes.then_some(probes);
        for changed in self.alarm.judge(&self.gathered) {
            let value = (changed.value * 1_000.0) as i64;
            desk.fact(Fact::Alert { rule: changed.rule, stage: changed.stage, value });
            let fires = match changed.stage {
                AlertStage::Firing => true,
                AlertStage::Resolved => false,
                AlertStage::Pending | AlertStage::Dropped => continue,
            };
            let is_heard = self.setting.heard[usize::from(changed.rule)];
            if let Some(operators) = self.setting.operators.filter(|_| is_heard) {
                desk.send(operators, Packet::Alert(changed.rule, fires), Fortune::Protocol);
            }
        }
    }

    fn probe(&mut self, operation: Operation, has_answer: bool, now: VirtualTime) {
        if !has_answer && self.probes.len() < MOST_PROBES {
            self.probes.insert(operation, now);
        } else if let Some(sent) = self.probes.remove(&operation).filter(|_| has_answer) {
            self.last_probe = now.since(sent);
        }
    }
}

/// Asks everybody how they are.
pub(super) fn scrape(
    whom: impl Iterator<Item = ProcessId>,
    round: u32,
    desk: &mut Desk<'_, Packet>,
) {
    whom.for_each(|to| desk.send(to, Packet::Scrape(round), Fortune::Protocol));
}

/// Files an answer of that round.
pub(super) fn gather(
    to: &mut Scraped,
    validators: u32,
    (from, reading): (ProcessId, &Arc<Reading>),
) {
    let list = if from.0 < validators { &mut to.validators } else { &mut to.routers };
    list.push((from, Reading::clone(reading)));
}

impl Resident for Monitor {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        desk.timer(self.setting.scrape, ROUND);
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        match packet {
            Packet::Reading(round, reading) if round == self.round => {
                gather(&mut self.gathered, self.setting.validators, (from, &reading));
            }
            Packet::Probe(operation, has_answer) => self.probe(operation, has_answer, desk.now()),
            // Nobody sends it anything else, and an answer that is late is none.
            _ => {}
        }
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if slot == ROUND {
            self.begin_round(desk);
        } else {
            self.judge(desk);
        }
    }

    /// It has its rules from a file, and no memory of how they stood.
    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        self.alarm = Alarm::new(self.setting.rules.clone(), self.setting.until);
        self.start(desk);
    }
}
