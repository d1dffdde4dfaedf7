//! Clients, routers, validators, indexers, relying parties and dependants, the plan that gives
//! clients their load, and the monitor and the operators who keep it all going.
//! Each composes the parts below: attestations, an ordering, the network.

mod byzantine;
mod client;
mod dependant;
mod indexer;
mod layout;
mod monitor;
#[cfg(test)]
mod one_region;
mod operators;
mod packet;
mod party;
mod passage;
mod plan;
mod plan_arrivals;
mod plan_setting;
mod plan_standing;
mod pool;
mod router;
mod rows;
mod slots;
mod validator;

pub use client::{Client, ClientSetting, GroupNeeds, ReadFrom, Watchers};
pub use dependant::{Dependant, DependantSetting};
pub use indexer::{Carriage, Indexer, IndexerSetting};
pub use layout::{Group, Layout, Role};
pub use monitor::{Monitor, MonitorSetting};
pub use operators::{Operators, OperatorsSetting};
pub use packet::Packet;
pub use party::{PartySetting, RelyingParty};
pub use passage::{Relayed, Scan, Stay};
pub use plan::LoadPlan;
pub use plan_arrivals::{Arrivals, RateStage};
pub use plan_setting::{
    Burst, ChainShape, Delegated, Dependence, KeyPick, LoadSetting, MixShares, Recorded, Reliance,
    StoredData,
};
pub use plan_standing::REFERENCE_AGE;
pub use router::{CentreSeat, GOSSIP_PART, MakeAdmission, Router, RouterPolicies, RouterSetting};
pub use validator::{Costs, Validator, ValidatorSetting, WatchSetting};

use crate::kernel::{Event, ProcessId, Span, VirtualTime};
use crate::network::{Desk, Host, Misdeed, PartHealth, Resident, Signal, TimerSlot};

const _: () = assert!(size_of::<Event<Signal<Packet>>>() <= 40, "an event stays small");
const _: () = assert!(size_of::<Host<Actor>>() <= 48, "an idle client is its host");

/// Whoever lives in a host of a run.
pub enum Actor {
    /// Makes the plan of one load group.
    Plan(Box<LoadPlan>),
    /// Issues operations.
    Client(Client),
    /// Passes operations on.
    Router(Box<Router>),
    /// Verifies, orders, applies and answers.
    Validator(Box<Validator>),
    /// Relies on what others attest.
    Party(Box<RelyingParty>),
    /// Copies a validator, and answers from the copy.
    Indexer(Box<Indexer>),
    /// Lets its users do something while what they were attested holds.
    Dependant(Box<Dependant>),
    /// Looks at them all, and tells operators.
    Monitor(Box<Monitor>),
    /// Those who are told, and act.
    Operators(Box<Operators>),
}

macro_rules! each {
    ($actor:expr, $inner:ident => $call:expr) => {
        match $actor {
            Actor::Plan($inner) => $call,
            Actor::Client($inner) => $call,
            Actor::Router($inner) => $call,
            Actor::Validator($inner) => $call,
            Actor::Party($inner) => $call,
            Actor::Indexer($inner) => $call,
            Actor::Dependant($inner) => $call,
            Actor::Monitor($inner) => $call,
            Actor::Operators($inner) => $call,
        }
    };
}

impl Resident for Actor {
    type Packet = Packet;

    fn start(&mut self, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.start(desk));
    }

    fn packet(&mut self, from: ProcessId, packet: Packet, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.packet(from, packet, desk));
    }

    fn timer(&mut self, slot: TimerSlot, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.timer(slot, desk));
    }

    fn crash(&mut self, state_lost: bool) {
        each!(self, inner => inner.crash(state_lost));
    }

    fn restart(&mut self, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.restart(desk));
    }

    fn interpret(&mut self, rules: u8) {
        each!(self, inner => inner.interpret(rules));
    }

    fn lead(&mut self, leader: u16, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.lead(leader, desk));
    }

    fn see_upstream(&mut self, now: VirtualTime, lag: Span) {
        each!(self, inner => inner.see_upstream(now, lag));
    }

    fn roll_back(&mut self, age: Span, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.roll_back(age, desk));
    }

    fn misreport(&mut self, share: f64) {
        each!(self, inner => inner.misreport(share));
    }

    fn throttle(&mut self, share: u16) {
        each!(self, inner => inner.throttle(share));
    }

    fn limit(&mut self, most: u32) {
        each!(self, inner => inner.limit(most));
    }

    fn misbehave(&mut self, rule: u16, deed: Misdeed, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.misbehave(rule, deed, desk));
    }

    fn ail(&mut self, part: u8, health: PartHealth, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.ail(part, health, desk));
    }

    fn behave(&mut self, rule: u16, desk: &mut Desk<'_, Packet>) {
        each!(self, inner => inner.behave(rule, desk));
    }
}
