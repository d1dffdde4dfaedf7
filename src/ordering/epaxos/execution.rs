//! Executing what is committed, in an order that follows from the graph of dependencies alone
//! (SOSP 2013, section 4.3.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Epaxos;
use super::book::Change;
use super::instance::{Attributes, Slot};
use super::replica::{CYCLE, Replica};
use crate::kernel::LocalTime;
use crate::ordering::Out;

/// What waits for an instance to be committed.
pub(super) type Blocked = BTreeMap<Slot, Vec<Slot>>;

/// One walk through the graph, by Tarjan's algorithm for strongly connected components.
#[derive(Default)]
struct Walk {
    found: BTreeMap<Slot, Mark>,
    stack: Vec<Slot>,
    path: Vec<Step>,
}

struct Mark {
    index: usize,
    lowest: usize,
    is_on_stack: bool,
}

struct Step {
    slot: Slot,
    deps: Arc<[Slot]>,
    next: usize,
}

impl Replica {
    /// Executes what `slot`, which is committed now, was the last to be waited for.
    pub(super) fn execute(&mut self, now: LocalTime, slot: Slot, out: &mut Out<Epaxos>) {
        let waiting = self.blocked.remove(&slot).unwrap_or_default();
        // What was found to wait for something stays so during this call.
        let mut stuck = BTreeMap::new();
        for root in std::iter::once(slot).chain(waiting) {
            if self.book.is_executed(root) || !self.book.is_committed(root) {
                continue;
            }
            if let Err(missing) = self.execute_from(now, root, &mut stuck, out) {
                self.blocked.entry(missing).or_default().push(root);
                self.expect_all_up_to(now, missing);
            }
        }
    }

    fn execute_from(
        &mut self,
        now: LocalTime,
        root: Slot,
        stuck: &mut BTreeMap<Slot, Slot>,
        out: &mut Out<Epaxos>,
    ) -> Result<(), Slot> {
        let deps = self.deps(root);
        if deps.iter().all(|dep| self.book.is_executed(*dep)) {
            self.run(now, root, out);
            return Ok(());
        }
        let mut walk = Walk::default();
        walk.enter(root, deps);
        while let Some(step) = walk.path.last_mut() {
            let Some(dep) = step.deps.get(step.next).copied() else {
                if let Some(mut component) = walk.leave() {
                    self.run_component(now, &mut component, out);
                }
                continue;
            };
            step.next += 1;
            if self.book.is_executed(dep) || walk.has_seen(dep) {
                continue;
            }
            let missing = stuck.get(&dep).copied();
            let missing = missing.or((!self.book.is_committed(dep)).then_some(dep));
            if let Some(missing) = missing {
                stuck.extend(walk.stack.iter().map(|slot| (*slot, missing)));
                return Err(missing);
            }
            let deps = self.deps(dep);
            walk.enter(dep, deps);
        }
        Ok(())
    }

    fn deps(&self, slot: Slot) -> Arc<[Slot]> {
        let none = || Attributes::none().deps;
        self.book.record(slot).map_or_else(none, |record| record.attributes.deps.clone())
    }

    fn run_component(&mut self, now: LocalTime, slots: &mut [Slot], out: &mut Out<Epaxos>) {
        if slots.len() > 1 {
            out.note(CYCLE, slots.len() as i64);
        }
        slots.sort_by_key(|slot| {
            (self.book.record(*slot).map_or(0, |record| record.attributes.seq), *slot)
        });
        slots.iter().for_each(|slot| self.run(now, *slot, out));
    }

    /// Of a try in several commands the first counts.
    fn run(&mut self, now: LocalTime, slot: Slot, out: &mut Out<Epaxos>) {
        let items = self.book.command(slot).clone();
        for item in items.iter().flat_map(|items| items.iter()) {
            if !self.bodies.is_delivered(item.named()) {
                self.bodies.deliver(now, item);
                out.deliver(item.clone());
            }
        }
        self.change(Change::Execute(slot, now), out);
    }
}

impl Walk {
    fn enter(&mut self, slot: Slot, deps: Arc<[Slot]>) {
        let index = self.found.len();
        self.found.insert(slot, Mark { index, lowest: index, is_on_stack: true });
        self.stack.push(slot);
        self.path.push(Step { slot, deps, next: 0 });
    }

    /// Whether `dep` was entered before; if it is not left yet, who refers to it is in a cycle.
    fn has_seen(&mut self, dep: Slot) -> bool {
        let Some(mark) = self.found.get(&dep) else { return false };
        if mark.is_on_stack {
            self.lower(mark.index);
        }
        true
    }

    /// The last of the path reaches something entered as the n-th.
    fn lower(&mut self, index: usize) {
        if let Some(mark) = self.path.last().and_then(|step| self.found.get_mut(&step.slot)) {
            mark.lowest = mark.lowest.min(index);
        }
    }

    /// Goes back a step; a component, if it began there.
    fn leave(&mut self) -> Option<Vec<Slot>> {
        let slot = self.path.pop()?.slot;
        let Mark { index, lowest, .. } = *self.found.get(&slot)?;
        self.lower(lowest);
        if lowest < index {
            return None;
        }
        let begin = self.stack.iter().rposition(|known| *known == slot)?;
        let component = self.stack.split_off(begin);
        for slot in &component {
            if let Some(mark) = self.found.get_mut(slot) {
                mark.is_on_stack = false;
            }
        }
        Some(component)
    }
}
