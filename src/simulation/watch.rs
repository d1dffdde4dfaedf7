//! What observers must know of a run.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{World, flow, ops};
use crate::kernel::Span;
use crate::measure::{PhaseWindow, Setting};
use crate::network::Control;
use crate::ordering::Property;
use crate::scenario::model::{LoadGroup, Phase, Reads, Scenario};

/// Observers remember operations under way so long more than others, at most: long lines before
/// routers are to be seen, and memory is to stay.
const LONGEST_FLIGHT: Span = Span::from_secs(120);

impl World {
    /// What observers must know.
    pub fn setting(&self, scenario: &Scenario) -> Setting {
        let measured = (self.begin, self.begin + scenario.duration);
        let (size, quorum) = (self.committee.size(), self.committee.quorum());
        let mut setting = Setting::new(size, quorum, self.layout.processes(), measured);
        setting.settled = self.end;
        setting.spread = self.spread;
        setting.by_subject = self.guarantees.owed.contains(&Property::PerSubjectOrder);
        setting.trust = scenario.trust.as_ref().map(|trust| trust.model);
        let flights = scenario.load.iter().filter_map(|group| group.retry);
        let longest = flights.map(|retry| retry.longest_flight()).max().unwrap_or_default();
        setting.retention += longest.min(LONGEST_FLIGHT).max(ops::longest_wait(scenario));
        setting.deadlines = self.of_groups(scenario, |group| group.deadline);
        setting.promises = self.of_groups(scenario, |group| group.promise);
        setting.indexers = self.layout.indexers().len() as u32;
        let carries = scenario.indexers.as_ref().and_then(|some| some.carries);
        setting.carries = carries.is_some();
        setting.chains = self.of_groups(scenario, |group| group.chain.map(|chain| chain.length));
        setting.lone_readers = self.who_reads(scenario, Reads::One);
        setting.quorum_readers = self.who_reads(scenario, Reads::Quorum);
        setting.struck = self.struck();
        setting.tickets_heard = ops::tickets_heard(scenario);
        setting.objective = scenario.ops.as_ref().map(|ops| (ops.objective, ops.target));
        let troubles = self.faults.iter().filter(|span| !scenario.faults[span.fault].is_standing);
        setting.faulted = troubles.map(|span| (span.from, span.until)).collect();
        setting.faulted.sort_unstable();
        let phases = scenario.phases.iter();
        let phases = phases
            .map(|phase| (phase.name.clone(), phase.spans.clone()))
            .map(|(name, spans)| PhaseWindow { name, spans, clients: None });
        setting.phases.extend(phases);
        setting.routers = self.layout.routers();
        setting.overlay = flow::observed(scenario, &self.layout, &self.topology);
        self.look_apart(scenario, &mut setting);
        setting
    }

    /// The processes that faults strike; those of links at both ends.
    fn struck(&self) -> Vec<u32> {
        let links = self.topology.rules.iter().filter(|rule| rule.fault != Control::OF_THE_RUN);
        let ends = links.flat_map(|rule| rule.from.iter().chain(rule.to.iter()));
        let hosts = self.orders().map(|(_, process, _)| process);
        let struck: BTreeSet<u32> = ends.chain(hosts).map(|process| process.0).collect();
        struck.into_iter().collect()
    }

    /// Of each load group that has it, something, and who its clients are.
    fn of_groups<T>(
        &self,
        scenario: &Scenario,
        wanted: fn(&LoadGroup) -> Option<T>,
    ) -> Vec<(Range<u32>, T)> {
        let groups = scenario.load.iter().enumerate();
        let found = groups.filter_map(|(number, group)| {
            let first = self.layout.client(number, 0).0;
            Some((first..first + self.layout.groups()[number].clients, wanted(group)?))
        });
        found.collect()
    }

    /// The clients whose questions go there.
    fn who_reads(&self, scenario: &Scenario, wanted: Reads) -> Vec<Range<u32>> {
        let asks = |group: &LoadGroup| (group.mix.query > 0.0).then_some(group.reads);
        let all = self.of_groups(scenario, asks).into_iter();
        let wanted = all.filter(|(_, reads)| reads.unwrap_or(scenario.validators.reads) == wanted);
        wanted.map(|(clients, _)| clients).collect()
    }

    /// Phases once more for each load group, where there are several.
    fn look_apart(&self, scenario: &Scenario, setting: &mut Setting) {
        if !Phase::are_apart(scenario.phases.len(), scenario.load.len()) {
            return;
        }
        let common = setting.phases.clone();
        for (number, group) in scenario.load.iter().enumerate() {
            let first = self.layout.client(number, 0).0;
            let clients = first..first + self.layout.groups()[number].clients;
            let of_group = |phase: &PhaseWindow| PhaseWindow {
                name: Phase::of_group(&phase.name, &group.name),
                spans: phase.spans.clone(),
                clients: Some(clients.clone()),
            };
            setting.phases.extend(common.iter().map(of_group));
        }
    }
}
