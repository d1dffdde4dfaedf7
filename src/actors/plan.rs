//! The load plan of one group: what should be sent, by whom and when.
//!
//! A plan numbers its operations in the order in which they are due and draws each by its number.
//! Under one seed every strategy therefore meets the same operations at the same instants (closed
//! load excepted, whose arrivals wait for answers by definition).

mod elsewhere;
mod groups;
mod reliers;
mod replay;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::elsewhere::Registered;
use super::Packet;
use super::packet::{Forgery, Planned};
use super::plan_setting::{KeyPick, LoadSetting};
use super::plan_standing::{Latest, Standing};
use crate::attestation::{Action, Attestation, AttesterId, Operation, Storage};
use crate::kernel::{LocalTime, Luck, ProcessId, Purpose, Span, VirtualTime, exponential, unit};
use crate::network::{CONTROL_FLOOR, Desk, Resident, TimerSlot};
use crate::trace::{Fact, Kind};

/// Bytes of data in every attestation.
const DATA_LEN: u32 = 128;

/// So many workflows wait for an answer at most: that of the oldest will not come any more.
const MOST_WAITING: usize = 1 << 16;

/// The plan of one load group.
pub struct LoadPlan {
    setting: LoadSetting,
    /// Operations numbered so far.
    count: u32,
    /// Chains or bursts begun so far.
    begun: u32,
    /// Statements so far, by client.
    sequences: Vec<u32>,
    /// Times each user of closed load has thought.
    thoughts: Vec<u32>,
    /// What is due, by instant and order of planning.
    due: BTreeMap<(VirtualTime, u64), Draft>,
    drafted: u64,
    /// What single operations may refer to.
    standing: Standing,
    /// What recorded operations may refer to, by their place.
    replayed: BTreeMap<u32, Latest>,
    /// The chains and bursts under way, by number.
    leads: BTreeMap<u32, Lead>,
    /// The schema that the group registered last, and how many it has.
    registered: Option<Registered>,
    registrations: u32,
    /// When the plan wakes next; timers of before are void.
    wakes_at: VirtualTime,
}

/// An operation that is due and not yet numbered.
#[derive(Clone, Copy, Debug)]
enum Draft {
    /// The next arrival of open load.
    Arrival,
    /// A single operation of closed load.
    Single { user: u32 },
    /// A part of a chain.
    Part { chain: u32, part: u32 },
    /// One issuer of a burst.
    Issuer { burst: u32, issuer: u32 },
}

/// A chain or burst of which parts are due.
#[derive(Clone, Copy, Debug)]
struct Lead {
    /// What its next operation refers to.
    latest: Option<Latest>,
    /// Operations still due.
    left: u32,
}

/// What a draft becomes once it is drawn.
struct Choice {
    kind: Kind,
    client: u32,
    subject: u32,
    target: Option<Latest>,
    user: Option<u32>,
}

impl LoadPlan {
    /// A plan that has not begun.
    pub fn new(setting: LoadSetting) -> Self {
        let sequences = vec![0; setting.clients as usize];
        let thoughts = vec![0; setting.closed.map_or(0, |(users, _)| users as usize)];
        Self {
            setting,
            count: 0,
            begun: 0,
            sequences,
            thoughts,
            due: BTreeMap::new(),
            drafted: 0,
            standing: Standing::default(),
            replayed: BTreeMap::new(),
            leads: BTreeMap::new(),
            registered: None,
            registrations: 0,
            wakes_at: VirtualTime::MAX,
        }
    }

    /// Drafts an operation unless the load is over by then; whether it did.
    fn draft(&mut self, at: VirtualTime, draft: Draft) -> bool {
        let is_due = at < self.setting.until;
        if is_due {
            self.due.insert((at, self.drafted), draft);
            self.drafted += 1;
        }
        is_due
    }

    fn draft_arrival(&mut self, desk: &mut Desk<'_, Packet>) {
        let arrivals = self.setting.arrivals.as_mut();
        let next = arrivals.and_then(|arrivals| arrivals.next(desk.draws()));
        if let Some(at) = next.or_else(|| Some(self.setting.recorded(self.begun)?.at)) {
            self.draft(at, Draft::Arrival);
        }
    }

    /// Calls back just before the next draft is due, unless that is arranged already.
    fn sleep(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some((&(at, _), _)) = self.due.first_key_value() else { return };
        let wait = at.since(desk.now() + CONTROL_FLOOR).max(Span::TICK);
        if desk.now() + wait < self.wakes_at {
            self.wakes_at = desk.now() + wait;
            desk.timer(wait, TimerSlot(0));
        }
    }

    fn work_off(&mut self, desk: &mut Desk<'_, Packet>) {
        while let Some(entry) = self.due.first_entry() {
            let (at, _) = *entry.key();
            if at.since(desk.now()) > CONTROL_FLOOR {
                break;
            }
            let at = at.max(desk.now() + CONTROL_FLOOR);
            match entry.remove() {
                Draft::Arrival => self.begin(at, desk),
                Draft::Single { user } => self.single(at, Some(user), desk),
                Draft::Part { chain, part } => self.part(at, chain, part, desk),
                Draft::Issuer { burst, issuer } => self.issuer(at, burst, issuer, desk),
            }
        }
        self.sleep(desk);
    }

    /// An arrival: a single operation, or the first of a chain or burst and drafts of the others.
    fn begin(&mut self, at: VirtualTime, desk: &mut Desk<'_, Packet>) {
        let number = self.begun;
        self.begun += 1;
        let mut left = 1;
        if let Some(recorded) = self.setting.recorded(number) {
            self.replay(at, number, recorded, desk);
        } else if let Some(chain) = self.setting.chain {
            for part in 1..chain.length {
                let at = at + chain.gap * u64::from(part);
                let is_due = chain.waits || self.draft(at, Draft::Part { chain: number, part });
                left += u32::from(is_due);
            }
            self.leads.insert(number, Lead { latest: None, left });
            if self.leads.len() > MOST_WAITING {
                self.leads.pop_first();
            }
            self.part(at, number, 0, desk);
        } else if let Some(burst) = self.setting.burst {
            let of = burst.from + self.pick(desk, number, 0, burst.to - burst.from + 1);
            for issuer in 1..of {
                let share = unit(self.group_word(desk, number, 8 + u64::from(issuer)));
                let at = at + burst.window.scaled(share);
                left += u32::from(self.draft(at, Draft::Issuer { burst: number, issuer }));
            }
            self.leads.insert(number, Lead { latest: None, left });
            self.issuer(at, number, 0, desk);
        } else {
            self.single(at, None, desk);
        }
        self.draft_arrival(desk);
    }

    /// An operation on its own. What needs something to refer to and finds nothing about its
    /// subject turns to another subject, so that the mix has its shares.
    fn single(&mut self, at: VirtualTime, user: Option<u32>, desk: &mut Desk<'_, Packet>) {
        self.standing.forget_before(at);
        let mut kind = self.setting.mix.kind(operation_word(desk, self.number(), 0));
        let mut subject = match &self.setting.keys {
            KeyPick::InTurn(count) => self.count % count,
            KeyPick::Zipf(zipf) => zipf.key(operation_word(desk, self.number(), 1)) as u32,
        };
        let mut target = None;
        if !matches!(kind, Kind::Attest | Kind::Claim | Kind::Register) {
            let word = operation_word(desk, self.number(), 4);
            match self.standing.about(subject).or_else(|| self.standing.any(word)) {
                // Nothing takes the place of what is not there.
                Some(found) if kind == Kind::Replace && found.storage == Storage::OffChain => {
                    kind = Kind::Attest;
                }
                Some(found) => (subject, target) = (found.subject, Some(found)),
                None => kind = Kind::Attest,
            }
        }
        let client = match (kind, target, &self.setting.keys, user) {
            (Kind::Revoke, Some(target), ..) => target.client,
            (.., Some(user)) => user % self.setting.clients,
            (.., KeyPick::InTurn(_), None) => subject % self.setting.clients,
            (.., KeyPick::Zipf(_), None) => {
                modulo(operation_word(desk, self.number(), 2), self.setting.clients)
            }
        };
        let said = self.issue(at, Choice { kind, client, subject, target, user }, desk);
        match (kind, said) {
            (Kind::Revoke, Some(_)) => self.standing.remove(subject),
            (Kind::Register, Some(said)) => self.registers(&said),
            (_, Some(said)) => self.standing.insert(said),
            (_, None) => {}
        }
    }

    /// Numbers an operation and hands it to its client; what was said, unless it is a question or
    /// a forgery, to which nothing will refer.
    fn issue(
        &mut self,
        intended: VirtualTime,
        choice: Choice,
        desk: &mut Desk<'_, Packet>,
    ) -> Option<Latest> {
        let operation = Operation(self.number());
        self.count += 1;
        let Choice { kind, client, subject, target, user } = choice;
        let is_question = kind == Kind::Query;
        let forgery = if is_question { None } else { self.forgery(operation, desk) };
        let luck = || operation_word(desk, operation.0, 5);
        let relayer = if is_question { None } else { self.setting.relayer(client, luck) };
        let sender = relayer.unwrap_or(client);
        let process = ProcessId(self.setting.first_client.0 + sender);
        let sequence = if is_question { 0 } else { self.sequence(sender, forgery) };
        let said = (!is_question)
            .then(|| self.say((operation, process), sequence, intended, &choice, desk));
        let others = |part| operation_word(desk, operation.0, 16 + part);
        let batch = if is_question { None } else { self.setting.others(kind, others) };
        let attestation = said.map(|said| said.with_others(batch));
        let genuine = attestation.as_ref().filter(|_| forgery.is_none());
        let said = genuine.map(|attestation| {
            let id = attestation.id();
            let storage = attestation.storage;
            Latest { id, operation, client, subject, storage, at: intended }
        });
        desk.fact(Fact::Planned {
            operation: operation.0,
            kind,
            sequence,
            client: process.0,
            subject: choice.subject,
            target: target.map_or(Fact::NONE, |target| target.operation.0),
            intended,
        });
        let question = target.filter(|_| is_question).map(|target| (target.id, target.operation));
        let storage = attestation.as_ref().map_or(Storage::Registry, |said| said.storage);
        let before = self.before((storage, kind), intended);
        let party = said.and_then(|_| self.relier(operation, kind, desk));
        if let Some(said) = &said {
            self.depend(said, kind, desk);
        }
        let planned = Planned {
            kind,
            operation,
            intended,
            attestation,
            id: said.map(|said| said.id),
            question,
            forgery,
            user,
            party,
            before,
        };
        desk.tell(process, intended, Packet::Plan(Arc::new(planned)));
        said
    }

    fn say(
        &self,
        (operation, process): (Operation, ProcessId),
        sequence: u32,
        intended: VirtualTime,
        choice: &Choice,
        desk: &mut Desk<'_, Packet>,
    ) -> Attestation {
        let target = choice.target.map(|target| target.id);
        let action = match (choice.kind, target) {
            (Kind::Revoke, Some(target)) => Action::Revoke(target),
            (Kind::Replace, Some(target)) => Action::Replace(target),
            (Kind::Claim, _) => Action::Attest { parent: None },
            (Kind::Register, _) => Self::registration(),
            (_, parent) => Action::Attest { parent },
        };
        let written_at = LocalTime(intended.as_nanos() as i64);
        let is_delegated = process.0 != self.setting.first_client.0 + choice.client;
        Attestation {
            operation,
            attester: AttesterId(process.0),
            sequence,
            schema: self.schema(operation, choice.kind),
            subject: choice.subject,
            action,
            written_at,
            expires_at: self.setting.expires.map(|after| written_at + after),
            data_len: DATA_LEN,
            storage: self.storage(operation, choice, desk),
            upstream: self.upstream(operation, (choice.kind, intended), desk),
            named: None,
            batch: None,
            delegation: is_delegated.then(|| self.setting.delegation(choice.client, written_at)),
        }
    }

    fn forgery(&self, operation: Operation, desk: &mut Desk<'_, Packet>) -> Option<Forgery> {
        let luck = unit(operation_word(desk, operation.0, 3));
        let kind =
            if luck < self.setting.forged / 2.0 { Forgery::Forged } else { Forgery::Tampered };
        (luck < self.setting.forged).then_some(kind)
    }

    /// The number of a client's next statement. A forgery claims it and does not use it up.
    fn sequence(&mut self, client: u32, forgery: Option<Forgery>) -> u32 {
        let sequence = &mut self.sequences[client as usize];
        let next = *sequence;
        *sequence += u32::from(forgery.is_none());
        next
    }

    /// The number of the next operation: groups take turns, so that numbers stay dense.
    const fn number(&self) -> u32 {
        self.setting.group.0 + self.count * self.setting.group.1
    }

    /// A user thinks, and its next operation is due after that.
    fn think(&mut self, user: u32, desk: &mut Desk<'_, Packet>) {
        let Some((_, mean)) = self.setting.closed else { return };
        let entity = 1 << 41 | u64::from(self.setting.group.0) << 32 | u64::from(user);
        let thoughts = &mut self.thoughts[user as usize];
        let index = u64::from(*thoughts);
        *thoughts += 1;
        let word = desk.draws().word(Luck { purpose: Purpose::Patience, entity, index });
        let at = desk.now() + CONTROL_FLOOR + exponential(mean, word);
        self.draft(at, Draft::Single { user });
    }
}

impl Resident for LoadPlan {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        let users = self.setting.closed.map_or(0, |(users, _)| users);
        (0..users).for_each(|user| self.think(user, desk));
        self.draft_arrival(desk);
        self.sleep(desk);
    }

    fn packet(&mut self, _: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        if let Packet::Done { user, is_applied } = packet {
            match self.setting.closed {
                Some(_) => self.think(user, desk),
                None => self.link_on(user, is_applied, desk.now()),
            }
            self.sleep(desk);
        }
    }

    fn timer(&mut self, _: TimerSlot, desk: &mut Desk<'_, Packet>) {
        if desk.now() == self.wakes_at {
            self.wakes_at = VirtualTime::MAX;
            self.work_off(desk);
        }
    }
}

fn operation_word(desk: &mut Desk<'_, Packet>, operation: u32, index: u64) -> u64 {
    let entity = u64::from(operation);
    desk.draws().word(Luck { purpose: Purpose::Operation, entity, index })
}

/// A number below `of`, at least 1, by the high half of the product: even to one part in 2^32.
const fn modulo(word: u64, of: u32) -> u32 {
    ((word as u128 * of as u128) >> 64) as u32
}

#[cfg(test)]
mod tests;
