//! Which validators are correct, as their hosts' facts tell.

use super::Setting;
use crate::trace::HostChange;

/// The state of every validator.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    validators: Vec<Host>,
    active: u32,
    /// How many are correct and up when nothing has befallen them.
    all: u32,
}

#[derive(Clone, Copy, Debug)]
struct Host {
    is_up: bool,
    /// Byzantine, or restarted with nothing: never correct again.
    is_excluded: bool,
    /// How often it has restarted.
    incarnation: u8,
}

impl Hosts {
    pub(super) fn new(setting: &Setting) -> Self {
        let host = |number| Host {
            is_up: true,
            is_excluded: setting.byzantine.contains(&number),
            incarnation: 0,
        };
        let validators = (0..setting.validators).map(host).collect();
        let mut hosts = Self { validators, active: 0, all: 0 };
        hosts.count();
        hosts.all = hosts.active;
        hosts
    }

    /// Takes note of a change; true if it may change who is correct.
    pub(super) fn change(&mut self, process: u32, change: HostChange) -> bool {
        let Some(host) = self.validators.get_mut(process as usize) else { return false };
        match change {
            HostChange::Crashed => host.is_up = false,
            HostChange::Restarted | HostChange::RestartedEmpty => {
                host.is_up = true;
                host.is_excluded |= change == HostChange::RestartedEmpty;
                host.incarnation = host.incarnation.wrapping_add(1);
            }
            HostChange::Corrupted => host.is_excluded = true,
            HostChange::Stalled
            | HostChange::Resumed
            | HostChange::Slowed
            | HostChange::ClockChanged
            | HostChange::Overflowed => return false,
        }
        self.count();
        true
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
