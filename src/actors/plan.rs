//! The load plan of one group: what should be sent, by whom and when.
//!
//! A plan numbers its operations in the order in which they are due and draws each by its number.
//! Under one seed every strategy therefore meets the same operations at the same instants (closed
//! load excepted, whose arrivals wait for answers by definition).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Arrivals, Packet};
use crate::actors::packet::Planned;
use crate::attestation::{Action, Attestation, AttesterId, Id, Operation, Schema};
use crate::kernel::{
    LocalTime, Luck, ProcessId, Purpose, Span, VirtualTime, Zipf, exponential, unit,
};
use crate::network::{CONTROL_FLOOR, Desk, Resident, TimerSlot};
use crate::trace::{Fact, Kind};

/// No operation refers to anything older, so that actors may forget what is settled.
pub const REFERENCE_AGE: Span = Span::from_secs(30);

/// Bytes of data in every attestation.
const DATA_LEN: u32 = 128;

/// What a load group does.
#[derive(Clone, Debug)]
pub struct LoadSetting {
    /// Its place among the groups, and how many there are: operations are numbered in turn.
    pub group: (u32, u32),
    /// The process of its first client.
    pub first_client: ProcessId,
    /// How many clients it has.
    pub clients: u32,
    /// When chains, bursts or single operations begin, in open load.
    pub arrivals: Option<Arrivals>,
    /// Users and mean thinking time beyond the least, in closed load.
    pub closed: Option<(u32, Span)>,
    /// Shares of the kinds of operation.
    pub mix: MixShares,
    /// How subjects are picked.
    pub keys: KeyPick,
    /// Attestations come as chains.
    pub chain: Option<ChainShape>,
    /// Operations come as bursts on one subject.
    pub burst: Option<Burst>,
    /// How long after their intended send attestations expire.
    pub expires: Option<Span>,
    /// Share of attestations signed by somebody else.
    pub forged: f64,
    /// When the load ends.
    pub until: VirtualTime,
}

/// Shares of the kinds, adding up to 1; what is left is statements.
#[derive(Clone, Copy, Debug, Default)]
pub struct MixShares {
    /// Revocations.
    pub revoke: f64,
    /// Replacements.
    pub replace: f64,
    /// Claims.
    pub claim: f64,
    /// Questions.
    pub query: f64,
}

/// How subjects are picked.
#[derive(Clone, Debug)]
pub enum KeyPick {
    /// By their frequency.
    Zipf(Zipf),
    /// One after another out of so many; each has one writer.
    InTurn(u32),
}

/// Linked attestations by attesters in turn.
#[derive(Clone, Copy, Debug)]
pub struct ChainShape {
    /// Parts.
    pub length: u32,
    /// Between intended sends.
    pub gap: Span,
    /// Attesters that take turns.
    pub attesters: u32,
}

/// Several issuers on one subject.
#[derive(Clone, Copy, Debug)]
pub struct Burst {
    /// Least issuers.
    pub from: u32,
    /// Most issuers.
    pub to: u32,
    /// Their sends lie within this.
    pub window: Span,
}

/// The plan of one load group.
pub struct LoadPlan {
    setting: LoadSetting,
    /// Operations numbered so far.
    count: u32,
    /// Chains or bursts begun so far.
    begun: u32,
    /// Statements so far, by client.
    sequences: Vec<u32>,
    /// What is due, by instant and order of planning.
    due: BTreeMap<(VirtualTime, u64), Draft>,
    drafted: u64,
    /// The latest attestation in force about each subject, as planned.
    subjects: BTreeMap<u32, Latest>,
    /// The latest part of each chain and burst under way, by its number.
    leads: BTreeMap<u32, Latest>,
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
    Issuer { burst: u32, issuer: u32, of: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Latest {
    id: Id,
    operation: Operation,
    client: u32,
    at: VirtualTime,
}

/// What a draft becomes once it is drawn.
struct Choice {
    kind: Kind,
    client: u32,
    subject: u32,
    target: Option<Latest>,
    user: Option<u32>,
    lead: Option<u32>,
}

impl LoadPlan {
    /// A plan that has not begun.
    pub fn new(setting: LoadSetting) -> Self {
        let sequences = vec![0; setting.clients as usize];
        Self {
            setting,
            count: 0,
            begun: 0,
            sequences,
            due: BTreeMap::new(),
            drafted: 0,
            subjects: BTreeMap::new(),
            leads: BTreeMap::new(),
            wakes_at: VirtualTime::MAX,
        }
    }

    fn draft(&mut self, at: VirtualTime, draft: Draft) {
        if at < self.setting.until {
            self.due.insert((at, self.drafted), draft);
            self.drafted += 1;
        }
    }

    fn draft_arrival(&mut self, desk: &mut Desk<'_, Packet>) {
        let arrivals = self.setting.arrivals.as_mut();
        if let Some(at) = arrivals.and_then(|arrivals| arrivals.next(desk.draws())) {
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
                Draft::Issuer { burst, issuer, of } => self.issuer(at, (burst, issuer, of), desk),
            }
        }
        self.sleep(desk);
    }

    /// An arrival: a single operation, or the first of a chain or burst and drafts of the others.
    fn begin(&mut self, at: VirtualTime, desk: &mut Desk<'_, Packet>) {
        let number = self.begun;
        self.begun += 1;
        if let Some(chain) = self.setting.chain {
            for part in 1..chain.length {
                self.draft(at + chain.gap * u64::from(part), Draft::Part { chain: number, part });
            }
            self.part(at, number, 0, desk);
        } else if let Some(burst) = self.setting.burst {
            let of = burst.from + self.pick(desk, number, 0, burst.to - burst.from + 1);
            for issuer in 1..of {
                let share = unit(self.group_word(desk, number, 8 + u64::from(issuer)));
                let at = at + burst.window.scaled(share);
                self.draft(at, Draft::Issuer { burst: number, issuer, of });
            }
            self.issuer(at, (number, 0, of), desk);
        } else {
            self.single(at, None, desk);
        }
        self.draft_arrival(desk);
    }

    /// An operation on its own.
    fn single(&mut self, at: VirtualTime, user: Option<u32>, desk: &mut Desk<'_, Packet>) {
        let subject = match &self.setting.keys {
            KeyPick::InTurn(count) => self.count % count,
            KeyPick::Zipf(zipf) => zipf.key(operation_word(desk, self.number(), 1)) as u32,
        };
        let writer = match (&self.setting.keys, user) {
            (_, Some(user)) => user % self.setting.clients,
            (KeyPick::InTurn(_), None) => subject % self.setting.clients,
            (KeyPick::Zipf(_), None) => {
                modulo(operation_word(desk, self.number(), 2), self.setting.clients)
            }
        };
        let latest = self.subjects.get(&subject).copied();
        let latest = latest.filter(|latest| at.since(latest.at) < REFERENCE_AGE);
        let kind = self.kind(operation_word(desk, self.number(), 0), latest.is_some());
        let client = match (kind, latest) {
            (Kind::Revoke, Some(latest)) => latest.client,
            _ => writer,
        };
        let target = latest.filter(|_| !matches!(kind, Kind::Attest | Kind::Claim));
        self.issue(at, Choice { kind, client, subject, target, user, lead: None }, desk);
    }

    /// A part of a chain: it links to the part before.
    fn part(&mut self, at: VirtualTime, chain: u32, part: u32, desk: &mut Desk<'_, Packet>) {
        let shape = self.setting.chain.expect("only chains have parts");
        let target = self.leads.get(&chain).copied().filter(|_| part > 0);
        let client = self.member(desk, chain, part % shape.attesters);
        let lead = Some(chain);
        let subject = self.chain_subject(desk, chain);
        let choice = Choice { kind: Kind::Attest, client, subject, target, user: None, lead };
        self.issue(at, choice, desk);
        if part + 1 == shape.length {
            self.leads.remove(&chain);
        }
    }

    /// One issuer of a burst: the first states or claims, the others act on that.
    fn issuer(
        &mut self,
        at: VirtualTime,
        (burst, issuer, of): (u32, u32, u32),
        desk: &mut Desk<'_, Packet>,
    ) {
        let is_claim = unit(self.group_word(desk, burst, 1)) < self.setting.mix.claim;
        let first = self.leads.get(&burst).copied();
        let kind = match (is_claim, issuer, first) {
            (true, ..) => Kind::Claim,
            (false, 1.., Some(_)) => self.reaction(operation_word(desk, self.number(), 0)),
            _ => Kind::Attest,
        };
        let client = match (kind, first) {
            (Kind::Revoke, Some(first)) => first.client,
            _ => self.member(desk, burst, issuer),
        };
        // Claims are for ever: each burst of them fights for a subject of its own.
        let subject = match (is_claim, &self.setting.keys) {
            (true, KeyPick::Zipf(_) | KeyPick::InTurn(_)) => 0x8000_0000 | burst,
            (false, _) => self.chain_subject(desk, burst),
        };
        let target = first.filter(|_| issuer > 0);
        let lead = (issuer == 0).then_some(burst);
        self.issue(at, Choice { kind, client, subject, target, user: None, lead }, desk);
        if issuer + 1 == of {
            self.leads.remove(&burst);
        }
    }

    /// Numbers an operation and hands it to its client.
    fn issue(&mut self, at: VirtualTime, choice: Choice, desk: &mut Desk<'_, Packet>) {
        let operation = Operation(self.number());
        self.count += 1;
        let process = ProcessId(self.setting.first_client.0 + choice.client);
        let is_question = choice.kind == Kind::Query;
        let sequence = if is_question { 0 } else { self.next_sequence(choice.client) };
        let intended = at;
        let mut attestation = None;
        if !is_question {
            let said = self.say(operation, process, sequence, intended, &choice);
            let (id, client) = (said.id(), choice.client);
            self.remember(&choice, Latest { id, operation, client, at: intended });
            attestation = Some(said);
        }
        let (kind, target) = (choice.kind, choice.target.map_or(Fact::NONE, |t| t.operation.0));
        let (client, number) = (process.0, operation.0);
        desk.fact(Fact::Planned { operation: number, kind, sequence, client, target, intended });
        let forged = unit(operation_word(desk, number, 3)) < self.setting.forged;
        let question = choice.target.filter(|_| is_question).map(|t| (t.id, t.operation));
        let user = choice.user;
        let planned = Planned { kind, operation, intended, attestation, question, forged, user };
        desk.tell(process, intended, Packet::Plan(Arc::new(planned)));
    }

    fn say(
        &self,
        operation: Operation,
        process: ProcessId,
        sequence: u32,
        intended: VirtualTime,
        choice: &Choice,
    ) -> Attestation {
        let target = choice.target.map(|target| target.id);
        let action = match (choice.kind, target) {
            (Kind::Revoke, Some(target)) => Action::Revoke(target),
            (Kind::Replace, Some(target)) => Action::Replace(target),
            (Kind::Claim, _) => Action::Attest { parent: None },
            (_, parent) => Action::Attest { parent },
        };
        let written_at = LocalTime(intended.as_nanos() as i64);
        Attestation {
            operation,
            attester: AttesterId(process.0),
            sequence,
            schema: if choice.kind == Kind::Claim { Schema::CLAIM } else { Schema::STATEMENT },
            subject: choice.subject,
            action,
            written_at,
            expires_at: self.setting.expires.map(|after| written_at + after),
            data_len: DATA_LEN,
        }
    }

    /// Keeps what later operations may refer to.
    fn remember(&mut self, choice: &Choice, latest: Latest) {
        if let Some(lead) = choice.lead {
            self.leads.insert(lead, latest);
        } else if self.setting.burst.is_none() {
            match choice.kind {
                Kind::Revoke => drop(self.subjects.remove(&choice.subject)),
                _ => drop(self.subjects.insert(choice.subject, latest)),
            }
        }
    }

    fn next_sequence(&mut self, client: u32) -> u32 {
        let sequence = &mut self.sequences[client as usize];
        *sequence += 1;
        *sequence - 1
    }

    /// The number of the next operation: groups take turns, so that numbers stay dense.
    const fn number(&self) -> u32 {
        self.setting.group.0 + self.count * self.setting.group.1
    }

    fn kind(&self, word: u64, has_target: bool) -> Kind {
        let MixShares { revoke, replace, claim, query } = self.setting.mix;
        let luck = unit(word);
        let kind = pick_kind(
            luck,
            &[
                (revoke, Kind::Revoke),
                (replace, Kind::Replace),
                (query, Kind::Query),
                (claim, Kind::Claim),
            ],
        );
        if has_target || matches!(kind, Kind::Claim) { kind } else { Kind::Attest }
    }

    /// What an issuer does about a statement that is being made: by the mix, without claims.
    fn reaction(&self, word: u64) -> Kind {
        let MixShares { revoke, replace, claim, query } = self.setting.mix;
        let luck = unit(word) * (1.0 - claim);
        pick_kind(luck, &[(revoke, Kind::Revoke), (replace, Kind::Replace), (query, Kind::Query)])
    }

    /// The client that acts as member `member` of a chain or burst; members differ if they can.
    fn member(&self, desk: &mut Desk<'_, Packet>, number: u32, member: u32) -> u32 {
        let clients = self.setting.clients;
        let first = self.pick(desk, number, 2, clients);
        let stride = 1 + self.pick(desk, number, 3, clients.saturating_sub(1).max(1));
        let members = member % clients;
        (first + if members == 0 { 0 } else { stride + members - 1 }) % clients
    }

    fn chain_subject(&self, desk: &mut Desk<'_, Packet>, number: u32) -> u32 {
        match &self.setting.keys {
            KeyPick::InTurn(count) => number % count,
            KeyPick::Zipf(zipf) => zipf.key(self.group_word(desk, number, 4)) as u32,
        }
    }

    fn pick(&self, desk: &mut Desk<'_, Packet>, number: u32, word: u64, of: u32) -> u32 {
        modulo(self.group_word(desk, number, word), of)
    }

    /// A word of the luck of a chain or burst.
    fn group_word(&self, desk: &mut Desk<'_, Packet>, number: u32, index: u64) -> u64 {
        let entity = 1 << 40 | u64::from(self.setting.group.0) << 32 | u64::from(number);
        desk.draws().word(Luck { purpose: Purpose::Operation, entity, index })
    }

    /// A user thinks, and its next operation is due after that.
    fn think(&mut self, user: u32, desk: &mut Desk<'_, Packet>) {
        let Some((_, mean)) = self.setting.closed else { return };
        let entity = 1 << 41 | u64::from(self.setting.group.0) << 32 | u64::from(user);
        let index = self.drafted;
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
        if let Packet::Done { user } = packet {
            self.think(user, desk);
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

fn pick_kind(mut luck: f64, shares: &[(f64, Kind)]) -> Kind {
    for (share, kind) in shares {
        if luck < *share {
            return *kind;
        }
        luck -= share;
    }
    Kind::Attest
}
