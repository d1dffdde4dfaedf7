//! Who held and who delivered each settled operation, judged when it is known who stayed correct.

use std::collections::BTreeMap;

use super::event::Event;
use super::hosts::{Backlog, Hosts};
use super::order::{First, OrderObservations};
use super::record::{Cell, Record};
use super::setting::phases_of;
use super::tally::Tally;

/// Different sets of holders at most.
const MOST: usize = 4_096;

/// Settled operations by who holds them. There are few such sets: mostly everybody.
#[derive(Clone, Debug, Default)]
pub(super) struct Holders {
    groups: BTreeMap<Key, Group>,
    /// The key of the operation before: nearly always the next one's as well.
    last: Option<(Key, Group)>,
    scratch: Key,
    pub(super) is_capped: bool,
}

/// What operations of one group have in common. Validators are bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    phases: u64,
    is_acknowledged: bool,
    /// Whether the run went on long enough for late deliveries to have been missed.
    is_final: bool,
    /// Whether it ended before all correct validators had to have what one had.
    is_fresh: bool,
    accepted: Vec<u64>,
    delivered: Vec<u64>,
    /// Who said something of it; empty where all who delivered it accepted it.
    answered: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    count: u64,
    /// Its first operation.
    first: u32,
}

/// What is known of validators at the end.
pub(super) struct Verdicts<'a> {
    pub(super) hosts: &'a Hosts,
    pub(super) quorum: usize,
    pub(super) backlogs: &'a [Backlog],
    /// By validator, deliveries of operations that were settled already.
    pub(super) late: &'a [u64],
}

impl Holders {
    /// An operation is settled; `at_end` if only because the run is over, and `is_fresh` if that
    /// was too early for all to have it.
    pub(super) fn settle(
        &mut self,
        operation: u32,
        record: &Record,
        cells: &[Cell],
        is_acknowledged: bool,
        (at_end, is_fresh): (bool, bool),
    ) {
        if record.count.delivered == 0 && !is_acknowledged {
            return;
        }
        let key = &mut self.scratch;
        key.phases = record.phases;
        (key.is_acknowledged, key.is_final, key.is_fresh) = (is_acknowledged, at_end, is_fresh);
        bits(&mut key.accepted, cells, Cell::is_accepted);
        bits(&mut key.delivered, cells, |cell| cell.is(Cell::DELIVERED));
        key.answered.clear();
        if key.accepted != key.delivered {
            bits(&mut key.answered, cells, |cell| cell.verdict().is_some());
        }
        match &mut self.last {
            Some((last, group)) if last == key => group.count += 1,
            _ => {
                let group = Group { count: 1, first: operation };
                let next = (self.scratch.clone(), group);
                if let Some((key, group)) = self.last.replace(next) {
                    self.file(key, group);
                }
            }
        }
    }

    /// Judges every group by who stayed correct.
    pub(super) fn finish(
        mut self,
        verdicts: &Verdicts<'_>,
        order: &mut OrderObservations,
        tallies: &mut [Tally],
    ) -> bool {
        if let Some((key, group)) = self.last.take() {
            self.file(key, group);
        }
        for (key, group) in &self.groups {
            judge(key, *group, verdicts, order, tallies);
        }
        self.is_capped
    }

    fn file(&mut self, key: Key, group: Group) {
        if let Some(known) = self.groups.get_mut(&key) {
            known.count += group.count;
            known.first = known.first.min(group.first);
        } else if self.groups.len() < MOST {
            self.groups.insert(key, group);
        } else {
            self.is_capped = true;
        }
    }
}

fn bits(words: &mut Vec<u64>, cells: &[Cell], holds: impl Fn(&Cell) -> bool) {
    words.clear();
    words.extend(cells.chunks(64).map(|cells| {
        let each = cells.iter().enumerate();
        each.fold(0, |word, (bit, cell)| word | u64::from(holds(cell)) << bit)
    }));
}

fn judge(
    key: &Key,
    group: Group,
    verdicts: &Verdicts<'_>,
    order: &mut OrderObservations,
    tallies: &mut [Tally],
) {
    let hosts = verdicts.hosts;
    let active = || (0..hosts.len()).filter(|&validator| hosts.is_active(validator));
    let has = |words: &[u64], v: usize| words[v / 64] >> (v % 64) & 1 == 1;
    let holders = active().filter(|&v| has(&key.accepted, v)).count();
    // Of q that spoke, those that failed may have been some; one correct witness must be left.
    let failed = hosts.len() - active().count();
    let witnesses = hosts.len() - verdicts.quorum + 1;
    let wanted = verdicts.quorum.saturating_sub(failed).max(witnesses);
    if key.is_acknowledged && holders < wanted {
        let held = format!("#{} was told to be applied, and held by {holders}", group.first);
        (0..group.count).for_each(|_| {
            order.lost_after_ack.add(First::AT_THE_END, || format!("{held}, when settle ended"));
        });
        let each = phases_of(key.phases);
        each.for_each(|phase| tallies[phase].counts.add(Event::LostAfterAck, group.count));
    }
    // One that caught up after an operation was settled may have delivered it then.
    let is_known = |&v: &usize| key.is_final || verdicts.late[v] == 0;
    let is_behind =
        |v: usize| verdicts.backlogs.iter().any(|backlog| backlog.validator as usize == v);
    let lack = || active().filter(is_known).filter(|&v| !has(&key.delivered, v));
    if active().any(|v| has(&key.delivered, v))
        && let Some(first) = lack().next()
    {
        let lost = lack().find(|&v| !is_behind(v) && !key.is_fresh);
        let seen = if lost.is_some() { &mut order.undelivered } else { &mut order.late };
        let (operation, v) = (group.first, lost.unwrap_or(first));
        (0..group.count).for_each(|_| {
            seen.add(First::AT_THE_END, || {
                format!("#{operation} was delivered, and not by validator-{v}, when settle ended")
            });
        });
    }
    // What was delivered and not yet applied will be, where work was left.
    let has_come_to_it = |v: usize| !is_behind(v) || has(&key.answered, v);
    let judges = || {
        let known = active().filter(is_known).filter(|&v| has(&key.delivered, v));
        known.filter(move |&v| has(&key.accepted, v) || has_come_to_it(v))
    };
    let accepts = judges().find(|&v| has(&key.accepted, v));
    let refuses = judges().find(|&v| !has(&key.accepted, v));
    if let (Some(a), Some(b)) = (accepts, refuses) {
        (0..group.count).for_each(|_| {
            order.unequal_verdicts.add(First::AT_THE_END, || {
                let first = group.first;
                format!("#{first} was accepted by validator-{a} and not by validator-{b}")
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::measure::Event;
    use crate::measure::script::measure;

    fn check(script: &str, lost: u64) {
        let measured = measure(4, 3, script);
        assert_eq!(measured.phases[0].count(Event::LostAfterAck), lost, "{script}");
        assert_eq!(measured.order.lost_after_ack.count, lost, "{script}");
    }

    const ACK: &str = "0ms c9 plan 0; 5ms v0-2 accept 0; 9ms c9 conclude 0 applied;";

    #[test]
    fn what_a_quorum_holds_is_not_lost() {
        check(ACK, 0);
        check(&format!("{ACK} 10ms v0 host 0 crashed; 20ms v0 host 0 restarted"), 0);
        check(&format!("{ACK} 15ms v3 accept 0; 20ms v0 host 0 crashed"), 0);
    }

    #[test]
    fn what_a_quorum_no_longer_holds_was_lost_after_its_client_was_told() {
        check("0ms c9 plan 0; 5ms v0-1 accept 0; 9ms c9 conclude 0 applied", 1);
        let restart = "10ms v0-1 host 0 crashed; 20ms v0-1 host 0 restartedempty";
        check(&format!("{ACK} {restart}"), 1);
        check(&format!("{ACK} 10ms v0-3 retract 0 @0"), 1);
    }

    #[test]
    fn a_loss_long_after_the_operation_was_settled_is_seen() {
        let restart = "8s c9 plan 1 seq 1; 9s v0-1 host 0 crashed;
                       9500ms v0-1 host 0 restartedempty";
        check(&format!("retention 2s; {ACK} {restart}"), 1);
    }

    #[test]
    fn who_never_was_told_has_lost_nothing() {
        check("0ms c9 plan 0; 5ms v0-1 accept 0; 9ms c9 conclude 0 gaveup", 0);
    }
}
