//! Chains and bursts: operations that belong together.

use super::{Choice, Draft, KeyPick, Latest, LoadPlan, modulo, operation_word};
use crate::actors::Packet;
use crate::kernel::{Luck, Purpose, VirtualTime, unit};
use crate::network::{CONTROL_FLOOR, Desk};
use crate::trace::Kind;

impl LoadPlan {
    /// A part of a chain: it links to the part before.
    pub(super) fn part(
        &mut self,
        at: VirtualTime,
        chain: u32,
        part: u32,
        desk: &mut Desk<'_, Packet>,
    ) {
        let attesters = self.setting.chain.map_or(1, |shape| shape.attesters);
        let target = self.leads.get(&chain).and_then(|lead| lead.latest);
        let client = self.member(desk, chain, part % attesters);
        let subject = self.group_subject(desk, chain);
        let waits = self.setting.chain.is_some_and(|shape| shape.waits);
        let user = waits.then_some(chain);
        let choice = Choice { kind: Kind::Attest, client, subject, target, user };
        let said = self.issue(at, choice, desk);
        self.follow(chain, said.or(target));
    }

    /// One issuer of a burst: the first states or claims, the others act on that.
    pub(super) fn issuer(
        &mut self,
        at: VirtualTime,
        burst: u32,
        issuer: u32,
        desk: &mut Desk<'_, Packet>,
    ) {
        let is_claim = unit(self.group_word(desk, burst, 1)) < self.setting.mix.claim;
        let target = self.leads.get(&burst).and_then(|lead| lead.latest);
        let kind = match (is_claim, target) {
            (true, _) => Kind::Claim,
            (false, Some(_)) => self.setting.mix.reaction(operation_word(desk, self.number(), 0)),
            (false, None) => Kind::Attest,
        };
        let client = match (kind, target) {
            (Kind::Revoke, Some(first)) => first.client,
            _ => self.member(desk, burst, issuer),
        };
        // Claims are for ever: each burst of them fights for a subject of its own.
        let (group, groups) = self.setting.group;
        let subject = match is_claim {
            true => 0x8000_0000 | (burst * groups + group),
            false => self.group_subject(desk, burst),
        };
        let said = self.issue(at, Choice { kind, client, subject, target, user: None }, desk);
        self.follow(burst, target.or(said));
    }

    /// A part of a chain is over: the next one is due if it is in, else the chain is broken.
    pub(super) fn link_on(&mut self, chain: u32, is_applied: bool, now: VirtualTime) {
        let (Some(shape), Some(lead)) = (self.setting.chain, self.leads.get(&chain)) else {
            return;
        };
        let part = shape.length - lead.left;
        let at = now + CONTROL_FLOOR + shape.gap;
        if !is_applied || !self.draft(at, Draft::Part { chain, part }) {
            self.leads.remove(&chain);
        }
    }

    /// One operation less of a chain or burst is due; `latest` is what the next one refers to.
    pub(super) fn follow(&mut self, number: u32, latest: Option<Latest>) {
        if let Some(lead) = self.leads.get_mut(&number) {
            (lead.latest, lead.left) = (latest, lead.left - 1);
            if lead.left == 0 {
                self.leads.remove(&number);
            }
        }
    }

    /// The client that acts as member `member` of a chain or burst; members differ if they can.
    pub(super) fn member(&self, desk: &mut Desk<'_, Packet>, number: u32, member: u32) -> u32 {
        let clients = self.setting.clients;
        let first = self.pick(desk, number, 2, clients);
        let others = clients.saturating_sub(1).max(1);
        let second = self.pick(desk, number, 3, others);
        match member % clients {
            0 => first,
            member => (first + 1 + (second + member - 1) % others) % clients,
        }
    }

    pub(super) fn group_subject(&self, desk: &mut Desk<'_, Packet>, number: u32) -> u32 {
        match &self.setting.keys {
            KeyPick::InTurn(count) => number % count,
            KeyPick::Zipf(zipf) => zipf.key(self.group_word(desk, number, 4)) as u32,
        }
    }

    pub(super) fn pick(&self, desk: &mut Desk<'_, Packet>, number: u32, word: u64, of: u32) -> u32 {
        modulo(self.group_word(desk, number, word), of)
    }

    /// A word of the luck of a chain or burst.
    pub(super) fn group_word(&self, desk: &mut Desk<'_, Packet>, number: u32, index: u64) -> u64 {
        let entity = 1 << 40 | u64::from(self.setting.group.0) << 32 | u64::from(number);
        desk.draws().word(Luck { purpose: Purpose::Operation, entity, index })
    }
}
