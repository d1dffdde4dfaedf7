//! Which process is who: validators first, then routers, plans, clients, relying parties, indexers,
//! dependants, the monitor, the operators.

use std::ops::Range;

use crate::flow::Lane;
use crate::kernel::ProcessId;
use crate::trace::Names;

/// The actors of a run by process number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    validators: u32,
    routers: u32,
    groups: Vec<Group>,
    parties: u32,
    indexers: u32,
    dependants: u32,
    has_monitor: bool,
    has_operators: bool,
}

/// The clients of one load group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As the scenario calls it.
    pub name: String,
    /// How many clients it has.
    pub clients: u32,
}

/// What a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A validator by its number.
    Validator(u32),
    /// A router by its number.
    Router(u32),
    /// The plan of a load group.
    Plan(usize),
    /// A client of a load group by its number in it.
    Client(usize, u32),
    /// A relying party by its number.
    Party(u32),
    /// An indexer by its number.
    Indexer(u32),
    /// A dependant by its number.
    Dependant(u32),
    /// The monitor.
    Monitor,
    /// The operators.
    Operators,
}

impl Layout {
    /// Numbers the actors.
    pub const fn new(validators: u32, routers: u32, groups: Vec<Group>) -> Self {
        Self {
            validators,
            routers,
            groups,
            parties: 0,
            indexers: 0,
            dependants: 0,
            has_monitor: false,
            has_operators: false,
        }
    }

    /// The same with so many relying parties behind everybody else.
    #[must_use]
    pub fn with_parties(self, parties: u32) -> Self {
        Self { parties, ..self }
    }

    /// The same with so many indexers and dependants behind those.
    #[must_use]
    pub fn with_readers(self, indexers: u32, dependants: u32) -> Self {
        Self { indexers, dependants, ..self }
    }

    /// The same with a monitor, and operators, behind those.
    #[must_use]
    pub fn with_watchers(self, has_monitor: bool, has_operators: bool) -> Self {
        Self { has_monitor, has_operators, ..self }
    }

    /// How many processes there are.
    pub fn processes(&self) -> u32 {
        let first = self.dependant(self.dependants).0;
        first + u32::from(self.has_monitor) + u32::from(self.has_operators)
    }

    /// The monitor, if there is one.
    pub fn monitor(&self) -> Option<ProcessId> {
        self.has_monitor.then(|| self.dependant(self.dependants))
    }

    /// The operators, if there are any.
    pub fn operators(&self) -> Option<ProcessId> {
        self.has_operators.then(|| ProcessId(self.processes() - 1))
    }

    /// The indexers.
    pub fn indexers(&self) -> Range<u32> {
        self.party(self.parties).0..self.dependant(0).0
    }

    /// The process of a dependant.
    pub fn dependant(&self, number: u32) -> ProcessId {
        ProcessId(self.party(self.parties).0 + self.indexers + number)
    }

    /// How many dependants there are.
    pub const fn dependants(&self) -> u32 {
        self.dependants
    }

    /// How many relying parties there are.
    pub const fn parties(&self) -> u32 {
        self.parties
    }

    /// The process of a relying party.
    pub fn party(&self, number: u32) -> ProcessId {
        let clients: u32 = self.groups.iter().map(|group| group.clients).sum();
        ProcessId(self.first_client() + clients + number)
    }

    /// How many validators there are; they are processes 0 and up.
    pub const fn validators(&self) -> u32 {
        self.validators
    }

    /// How many routers there are.
    pub const fn routers(&self) -> u32 {
        self.routers
    }

    /// The load groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The process of a validator.
    pub const fn validator(&self, number: u32) -> ProcessId {
        ProcessId(number)
    }

    /// The process of a router.
    pub const fn router(&self, number: u32) -> ProcessId {
        ProcessId(self.validators + number)
    }

    /// The process that plans a load group.
    pub const fn plan(&self, group: usize) -> ProcessId {
        ProcessId(self.validators + self.routers + group as u32)
    }

    /// The process of a client.
    pub fn client(&self, group: usize, number: u32) -> ProcessId {
        let before: u32 = self.groups[..group].iter().map(|group| group.clients).sum();
        ProcessId(self.first_client() + before + number)
    }

    /// All clients.
    pub fn clients(&self) -> Range<u32> {
        self.first_client()..self.party(0).0
    }

    /// What a process is; `None` beyond the last.
    pub fn role(&self, process: ProcessId) -> Option<Role> {
        let mut rest = process.0;
        if rest < self.validators {
            return Some(Role::Validator(rest));
        }
        rest -= self.validators;
        if rest < self.routers {
            return Some(Role::Router(rest));
        }
        rest -= self.routers;
        if (rest as usize) < self.groups.len() {
            return Some(Role::Plan(rest as usize));
        }
        rest -= self.groups.len() as u32;
        for (at, group) in self.groups.iter().enumerate() {
            if rest < group.clients {
                return Some(Role::Client(at, rest));
            }
            rest -= group.clients;
        }
        if rest < self.parties {
            return Some(Role::Party(rest));
        }
        rest -= self.parties;
        if rest < self.indexers {
            return Some(Role::Indexer(rest));
        }
        rest -= self.indexers;
        if rest < self.dependants {
            return Some(Role::Dependant(rest));
        }
        if self.monitor() == Some(process) {
            return Some(Role::Monitor);
        }
        (self.operators() == Some(process)).then_some(Role::Operators)
    }

    fn first_client(&self) -> u32 {
        self.validators + self.routers + self.groups.len() as u32
    }
}

impl Names for Layout {
    fn lane(&self, lane: u8) -> &'static str {
        Lane::ALL.get(usize::from(lane)).map_or("unknown", |lane| lane.name())
    }

    fn name(&self, process: u32) -> String {
        match self.role(ProcessId(process)) {
            Some(Role::Validator(number)) => format!("validator-{number}"),
            Some(Role::Router(number)) => format!("router-{number}"),
            Some(Role::Plan(group)) => format!("plan-{}", self.groups[group].name),
            Some(Role::Client(group, number)) => {
                let name = &self.groups[group].name;
                format!("{}-{number}", name.strip_suffix('s').unwrap_or(name))
            }
            Some(Role::Party(number)) => format!("party-{number}"),
            Some(Role::Indexer(number)) => format!("indexer-{number}"),
            Some(Role::Dependant(number)) => format!("dependant-{number}"),
            Some(Role::Monitor) => "monitor".to_owned(),
            Some(Role::Operators) => "operators".to_owned(),
            None => "script".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_numbers_agree() {
        let group = |name: &str, clients| Group { name: name.to_owned(), clients };
        let layout = Layout::new(7, 3, vec![group("issuers", 40), group("crowd", 2)]);
        let layout = layout.with_parties(2).with_readers(1, 2);
        let names: Vec<String> =
            [0, 6, 7, 10, 12, 51, 52, 54, 55, 56, 58, 59].map(|at| layout.name(at)).into();
        assert_eq!(
            names,
            [
                "validator-0",
                "validator-6",
                "router-0",
                "plan-issuers",
                "issuer-0",
                "issuer-39",
                "crowd-0",
                "party-0",
                "party-1",
                "indexer-0",
                "dependant-1",
                "script"
            ]
        );
        assert_eq!((layout.processes(), layout.indexers()), (59, 56..57));
        assert_eq!(layout.role(layout.client(1, 1)), Some(Role::Client(1, 1)));
    }
}
