//! Chains of attestations by different attesters, as wholes: completed, late, broken.

use std::collections::BTreeMap;
use std::ops::Range;

use super::event::Event;
use super::record::Record;
use super::sample::Sample;
use super::setting::phases_of;
use super::tally::Tally;
use crate::kernel::VirtualTime;
use crate::trace::{Fact, Kind};

/// The workflows under way.
#[derive(Clone, Debug)]
pub(super) struct Workflows {
    /// The clients whose statements come as chains, and of how many parts.
    chains: Vec<(Range<u32>, u32)>,
    /// Of each part that is not settled: the first part of its workflow, and whether it is in.
    parts: BTreeMap<u32, (u32, bool)>,
    /// By first part.
    open: BTreeMap<u32, Workflow>,
}

#[derive(Clone, Copy, Debug)]
struct Workflow {
    intended: VirtualTime,
    phases: u64,
    /// Parts that it has, and of these those that are in.
    length: u32,
    applied: u32,
    /// The last part that was planned.
    latest: u32,
    /// A part came after its deadline.
    is_late: bool,
    /// A client gave a part up, so that nobody goes on.
    is_given_up: bool,
}

impl Workflows {
    pub(super) fn new(chains: &[(Range<u32>, u32)]) -> Self {
        Self { chains: chains.to_vec(), parts: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// A part without a parent is the first of a workflow.
    pub(super) fn plan(&mut self, operation: u32, record: &Record) {
        let found = self.chains.iter().find(|(clients, _)| clients.contains(&record.client));
        let Some((_, length)) = found.filter(|_| record.kind == Kind::Attest) else { return };
        let first = match record.target {
            Fact::NONE => operation,
            parent => match self.parts.get(&parent) {
                Some((first, _)) => *first,
                None => return,
            },
        };
        self.parts.insert(operation, (first, false));
        let (intended, phases, length) = (record.intended, record.phases, *length);
        let new = Workflow {
            intended,
            phases,
            length,
            applied: 0,
            latest: first,
            is_late: false,
            is_given_up: false,
        };
        let known = if first == operation {
            Some(self.open.entry(first).or_insert(new))
        } else {
            self.open.get_mut(&first)
        };
        if let Some(workflow) = known {
            workflow.latest = operation;
        }
    }

    pub(super) fn applied(
        &mut self,
        operation: u32,
        (now, is_late): (VirtualTime, bool),
        tallies: &mut [Tally],
    ) {
        let Some((first, is_in)) = self.parts.get_mut(&operation) else { return };
        if std::mem::replace(is_in, true) {
            return;
        }
        let first = *first;
        let Some(workflow) = self.open.get_mut(&first) else { return };
        workflow.applied += 1;
        workflow.is_late |= is_late;
        if workflow.applied == workflow.length {
            workflow.end(Some(now), tallies);
            self.open.remove(&first);
        }
    }

    /// Its client was told that it is not in, or nothing at all: whatever becomes of it, it does
    /// not go on.
    pub(super) fn given_up(&mut self, operation: u32) {
        let first = self.parts.get(&operation).map(|(first, _)| *first);
        if let Some(workflow) = first.and_then(|first| self.open.get_mut(&first)) {
            workflow.is_given_up = true;
        }
    }

    /// One that is not in by now breaks its workflow. One that is in and had no other after it was
    /// cut short by the end of the load, and says nothing.
    pub(super) fn settle(&mut self, operation: u32, is_applied: bool, tallies: &mut [Tally]) {
        let Some((first, _)) = self.parts.remove(&operation) else { return };
        let Some(workflow) = self.open.get(&first) else { return };
        let is_last = workflow.latest == operation;
        if !is_applied || (is_last && workflow.is_given_up) {
            workflow.end(None, tallies);
        }
        if !is_applied || is_last {
            self.open.remove(&first);
        }
    }
}

impl Workflow {
    fn end(&self, completed: Option<VirtualTime>, tallies: &mut [Tally]) {
        for phase in phases_of(self.phases) {
            let tally = &mut tallies[phase];
            tally.counts.add(Event::Workflow, 1);
            tally.counts.add(Event::WorkflowBroken, u64::from(completed.is_none()));
            tally.counts.add(Event::WorkflowLate, u64::from(completed.is_some() && self.is_late));
            tally.due(Sample::Makespan, completed.map(|at| at.since(self.intended)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::script::{events, measure};
    use crate::measure::{Measurement, Statistic};

    /// Clients 9 and 10 share chains of three.
    const CHAIN: &str = "chains 9 10 3; 0ms c9 plan 0; 100ms c10 plan 1 on 0; 200ms c9 plan 2 on 1;
        50ms v0-3 accept 0; 150ms v0-3 accept 1 on 0;";

    fn makespan(run: &Measurement) -> Option<f64> {
        run.value("makespan", Statistic::Max, 0, None).value().map(f64::round)
    }

    fn counts(run: &Measurement) -> String {
        let all = events(run);
        let words: Vec<&str> = all.split(' ').collect();
        let ours = words.chunks(2).filter(|pair| pair[0].starts_with("workflows"));
        ours.map(|pair| pair.join(" ")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_workflow_is_completed_with_its_last_part() {
        let run = measure(4, 3, &format!("{CHAIN} 900ms v0-3 accept 2 on 1"));
        assert_eq!((makespan(&run), counts(&run).as_str()), (Some(900.0), "workflows 1"));
    }

    #[test]
    fn a_part_that_never_comes_breaks_it() {
        let run = measure(4, 3, &format!("{CHAIN} 900ms v0-1 accept 2 on 1"));
        assert_eq!(counts(&run), "workflows 1 workflows.broken 1");
        assert_eq!((run.due("makespan", 0), makespan(&run)), (1, None));
    }

    #[test]
    fn a_part_that_its_client_gave_up_breaks_it_though_it_comes_after_all() {
        let given_up = "chains 9 10 3; 0ms c9 plan 0; 50ms v0-3 accept 0; 100ms c10 plan 1 on 0;
            500ms c10 conclude 1 gaveup; 900ms v0-3 accept 1 on 0";
        assert_eq!(counts(&measure(4, 3, given_up)), "workflows 1 workflows.broken 1");
    }

    #[test]
    fn a_part_after_its_deadline_makes_it_late() {
        let run = measure(4, 3, &format!("needed 10 40ms; {CHAIN} 900ms v0-3 accept 2 on 1"));
        assert_eq!(counts(&run), "workflows 1 workflows.late 1");
    }

    #[test]
    fn one_that_the_end_of_the_load_cut_short_says_nothing() {
        let cut = "chains 9 10 3; 0ms c9 plan 0; 100ms c10 plan 1 on 0; 50ms v0-3 accept 0;
            150ms v0-3 accept 1 on 0";
        assert_eq!(counts(&measure(4, 3, cut)), "");
    }
}
