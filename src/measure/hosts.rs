//! Which validators are correct, as their hosts' facts tell.

use super::Setting;
use crate::kernel::{Span, VirtualTime};
use crate::trace::HostChange;

/// Work that a validator had begun, or that waited there, when settle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Whose.
    pub validator: u32,
    /// How long it would have taken.
    pub left: Span,
}

impl Backlog {
    /// From here on a backlog tells late from lost. Bursts of protocol messages that busy
    /// validators work off between two ticks are well below.
    pub const MUCH: Span = Span::from_secs(1);
}

/// The state of every validator.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    validators: Vec<Host>,
    active: u32,
    /// How many are correct and up when nothing has befallen them.
    all: u32,
    /// Whether one may have done anything it liked.
    has_byzantine: bool,
}

#[derive(Clone, Copy, Debug)]
struct Host {
    is_up: bool,
    /// Byzantine, or restarted with nothing: never correct again.
    is_excluded: bool,
    /// How often it has restarted.
    incarnation: u8,
    /// When all work that it had taken in was to be done.
    busy_until: VirtualTime,
}

impl Hosts {
    pub(super) fn new(setting: &Setting) -> Self {
        let host = |number| Host {
            is_up: true,
            is_excluded: setting.byzantine.contains(&number),
            incarnation: 0,
            busy_until: VirtualTime::ZERO,
        };
        let validators = (0..setting.validators).map(host).collect();
        let has_byzantine = !setting.byzantine.is_empty();
        let mut hosts = Self { validators, active: 0, all: 0, has_byzantine };
        hosts.count();
        hosts.all = hosts.active;
        hosts
    }

    /// Takes note of a change; true if it may change who is correct.
    pub(super) fn change(&mut self, process: u32, change: HostChange) -> bool {
        let Some(host) = self.validators.get_mut(process as usize) else { return false };
        match change {
            HostChange::Crashed => {
                host.is_up = false;
                host.busy_until = VirtualTime::ZERO;
            }
            HostChange::Restarted | HostChange::RestartedEmpty => {
                host.is_up = true;
                host.is_excluded |= change == HostChange::RestartedEmpty;
                host.incarnation = host.incarnation.wrapping_add(1);
            }
            // What it held is not there any more, as where a disk was lost.
            HostChange::Corrupted | HostChange::RolledBack => {
                host.is_excluded = true;
                self.has_byzantine |= change == HostChange::Corrupted;
            }
            HostChange::Stalled
            | HostChange::Resumed
            | HostChange::Slowed
            | HostChange::ClockChanged
            | HostChange::Reinterpreted
            | HostChange::Throttled
            | HostChange::Overflowed => return false,
        }
        self.count();
        true
    }

    /// A process told how much work it had before it.
    pub(super) fn works_until(&mut self, process: u32, until: VirtualTime) {
        if let Some(host) = self.validators.get_mut(process as usize) {
            host.busy_until = until;
        }
    }

    /// Correct validators with much work before them at `end`.
    pub(super) fn backlogs(&self, end: VirtualTime) -> Vec<Backlog> {
        let active = (0..self.len()).filter(|&validator| self.is_active(validator));
        let left = active.map(|validator| {
            let left = self.validators[validator].busy_until.max(end).since(end);
            Backlog { validator: validator as u32, left }
        });
        left.filter(|backlog| backlog.left >= Backlog::MUCH).collect()
    }

    pub(super) const fn len(&self) -> usize {
        self.validators.len()
    }

    /// Whether a process is a validator whose deeds count.
    pub(super) fn counts(&self, process: u32) -> bool {
        self.validators.get(process as usize).is_some_and(|host| !host.is_excluded)
    }

    /// Whether a validator is correct and up.
    pub(super) fn is_active(&self, validator: usize) -> bool {
        let host = self.validators[validator];
        host.is_up && !host.is_excluded
    }

    /// Whether one of them has been Byzantine.
    pub(super) const fn has_byzantine(&self) -> bool {
        self.has_byzantine
    }

    /// How many validators are up, correct or not.
    pub(super) fn up(&self) -> usize {
        self.validators.iter().filter(|host| host.is_up).count()
    }

    /// How many validators are correct and up.
    pub(super) const fn active(&self) -> u32 {
        self.active
    }

    /// Whether all that have ever counted are correct and up.
    pub(super) const fn are_all_up(&self) -> bool {
        self.active == self.all
    }

    pub(super) fn incarnation(&self, validator: usize) -> u8 {
        self.validators[validator].incarnation
    }

    fn count(&mut self) {
        let active = |host: &&Host| host.is_up && !host.is_excluded;
        self.active = self.validators.iter().filter(active).count() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::VirtualTime;

    #[test]
    fn a_backlog_is_of_whoever_is_correct_and_has_not_crashed_since() {
        let at = |secs| VirtualTime::ZERO + Span::from_secs(secs);
        let mut hosts = Hosts::new(&Setting::new(4, 3, 9, (at(0), at(0))));
        (0..5).for_each(|process| hosts.works_until(process, at(10 * u64::from(process))));
        let check = |hosts: &Hosts, end, expected: &[(u32, u64)]| {
            let found = hosts.backlogs(at(end));
            let found = found.iter().map(|one| (one.validator, one.left));
            assert!(found.eq(expected.iter().map(|(who, left)| (*who, Span::from_secs(*left)))));
        };
        check(&hosts, 9, &[(1, 1), (2, 11), (3, 21)]);
        check(&hosts, 20, &[(3, 10)]);
        hosts.change(3, HostChange::Crashed);
        hosts.change(3, HostChange::Restarted);
        hosts.change(2, HostChange::Corrupted);
        check(&hosts, 5, &[(1, 5)]);
    }

    #[test]
    fn a_validator_is_correct_until_it_is_down_or_has_lost_its_state() {
        let mut setting = Setting::new(4, 3, 9, (VirtualTime::ZERO, VirtualTime::ZERO));
        setting.byzantine = vec![3];
        let mut hosts = Hosts::new(&setting);
        let mut check = |process, change, active: &str| {
            hosts.change(process, change);
            let row: String = (0..4).map(|v| if hosts.is_active(v) { '+' } else { '-' }).collect();
            assert_eq!(row, active, "{process} {change:?}");
            assert_eq!(hosts.active() as usize, active.matches('+').count());
        };
        check(1, HostChange::Slowed, "+++-");
        check(1, HostChange::Crashed, "+-+-");
        check(1, HostChange::Restarted, "+++-");
        check(0, HostChange::Crashed, "-++-");
        check(0, HostChange::RestartedEmpty, "-++-");
        check(8, HostChange::Crashed, "-++-");
        check(2, HostChange::Corrupted, "-+--");
        check(2, HostChange::Restarted, "-+--");
    }
}
