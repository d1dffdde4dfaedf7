//! What each fault rule achieved.

use crate::kernel::{Span, VirtualTime};
use crate::trace::{Fact, FateKind, HostChange};

/// Fates of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Messages that met it while it was on.
    pub seen: u64,
    /// Messages that suffered it.
    pub count: u64,
    /// How much longer they took, all together.
    pub total: Span,
    /// How much longer one took at most.
    pub max: Span,
}

/// What one rule, by its place in the scenario, did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Achievement {
    fates: [Fates; FATES.len()],
    changes: [u64; CHANGES.len()],
    /// The first and the last instant at which it did something.
    pub span: Option<(VirtualTime, VirtualTime)>,
    /// When the last of what it had stopped or stalled went on, whoever saw to that; `None` while
    /// something is stopped, and where nothing ever was.
    pub mended: Option<VirtualTime>,
    /// What it stopped or stalled, and what has not gone on.
    stopped: Vec<u32>,
}

/// Every kind of fate, in order.
pub const FATES: [FateKind; 12] = [
    FateKind::Delayed,
    FateKind::Reordered,
    FateKind::Lost,
    FateKind::Duplicated,
    FateKind::Blocked,
    FateKind::Held,
    FateKind::Equivocated,
    FateKind::Forged,
    FateKind::Withheld,
    FateKind::Replayed,
    FateKind::Censored,
    FateKind::Forgotten,
];

/// Every change of a host, in order.
pub const CHANGES: [HostChange; 12] = [
    HostChange::Crashed,
    HostChange::Restarted,
    HostChange::RestartedEmpty,
    HostChange::Stalled,
    HostChange::Resumed,
    HostChange::Slowed,
    HostChange::ClockChanged,
    HostChange::Overflowed,
    HostChange::Corrupted,
    HostChange::Reinterpreted,
    HostChange::Throttled,
    HostChange::RolledBack,
];

impl Achievement {
    /// Fates of a kind.
    pub const fn fates(&self, kind: FateKind) -> Fates {
        self.fates[kind as usize]
    }

    /// How often it changed a host so.
    pub const fn changes(&self, change: HostChange) -> u64 {
        self.changes[change as usize]
    }

    /// Whether it did anything at all.
    pub const fn has_occurred(&self) -> bool {
        self.span.is_some()
    }

    pub(super) fn fate(&mut self, now: VirtualTime, kind: FateKind, by: Span) {
        let fates = &mut self.fates[kind as usize];
        fates.count += 1;
        fates.total += by;
        fates.max = fates.max.max(by);
        self.occurred(now);
    }

    pub(super) fn seen(&mut self, kind: FateKind, messages: u32) {
        self.fates[kind as usize].seen += u64::from(messages);
    }

    pub(super) fn change(&mut self, now: VirtualTime, process: u32, change: HostChange) {
        self.changes[change as usize] += 1;
        self.occurred(now);
        if matches!(change, HostChange::Crashed | HostChange::Stalled) {
            self.mended = None;
            self.stopped.push(process);
        }
    }

    fn goes_on(&mut self, now: VirtualTime, process: u32) {
        let before = self.stopped.len();
        self.stopped.retain(|stopped| *stopped != process);
        if self.stopped.is_empty() && before > 0 {
            self.mended = Some(now);
        }
    }

    fn occurred(&mut self, now: VirtualTime) {
        let first = self.span.map_or(now, |span| span.0);
        self.span = Some((first, now));
    }
}

/// The entry of a rule, made if it is the first time; `None` for what every run does, and for what
/// its people do.
pub(super) fn of_rule(rules: &mut Vec<Achievement>, rule: u16) -> Option<&mut Achievement> {
    if rule >= Fact::OF_OPERATORS {
        return None;
    }
    let rule = usize::from(rule);
    if rule >= rules.len() {
        rules.resize(rule + 1, Achievement::default());
    }
    rules.get_mut(rule)
}

/// A host changed: whatever rule had stopped or stalled it, it may go on.
pub(super) fn host_changed(
    rules: &mut [Achievement],
    (now, process): (VirtualTime, u32),
    change: HostChange,
) {
    use HostChange::{Restarted, RestartedEmpty, Resumed};
    if matches!(change, Restarted | RestartedEmpty | Resumed) {
        rules.iter_mut().for_each(|rule| rule.goes_on(now, process));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::script::measure;

    #[test]
    fn what_was_stopped_is_mended_when_the_last_goes_on() {
        let mended = |script: &str| {
            let rules = measure(4, 3, script).achievements;
            rules[1].mended.map(|at| at.as_nanos() / 1_000_000)
        };
        let stops = "1ms v0 host 1 crashed; 2ms v1 host 1 stalled";
        assert_eq!(mended(stops), None);
        assert_eq!(mended(&format!("{stops}; 5ms v0 host 1 restarted")), None);
        let by_people = format!("{stops}; 5ms v0 host 1 restarted; 7ms v1 host 65534 resumed");
        assert_eq!(mended(&by_people), Some(7));
        assert_eq!(mended(&format!("{by_people}; 9ms v2 host 65534 resumed")), Some(7));
        assert_eq!(mended(&format!("{by_people}; 9ms v1 host 1 crashed")), None, "and again");
        assert_eq!(mended("1ms v0 host 1 slowed; 5ms v0 host 65534 resumed"), None);
    }

    #[test]
    fn each_rule_says_what_it_did_and_when() {
        let script = "1ms r8 fate 1 delayed to 0 by 50ms; 2ms r8 fate 1 delayed to 1 by 70ms;
                      3ms r8 fate 1 lost to 2; 3ms r8 seen 1 delayed 5; 9ms v0 seen 1 delayed 4;
                      9ms v0 seen 2 lost 7; 4ms v3 host 2 slowed; 9ms v3 host 2 slowed";
        let rules = measure(4, 3, script).achievements;
        assert_eq!(rules.len(), 3);
        assert!(!rules[0].has_occurred());
        let (total, max) = (Span::from_millis(120), Span::from_millis(70));
        assert_eq!(rules[1].fates(FateKind::Delayed), Fates { seen: 9, count: 2, total, max });
        assert_eq!(
            (rules[1].fates(FateKind::Lost).count, rules[2].fates(FateKind::Lost).seen),
            (1, 7)
        );
        assert_eq!(rules[2].changes(HostChange::Slowed), 2);
        let instant = |millis| VirtualTime::ZERO + Span::from_millis(millis);
        assert_eq!(rules[2].span, Some((instant(4), instant(9))));
    }

    #[test]
    fn what_every_run_loses_is_no_achievement_of_a_fault() {
        let script = "1ms r8 fate 65535 lost to 2; 2ms r8 seen 65535 lost 9; 3ms r8 fate 1 lost";
        let rules = measure(4, 3, script).achievements;
        assert_eq!(rules.len(), 2);
        assert_eq!((rules[0].has_occurred(), rules[1].has_occurred()), (false, true));
    }

    #[test]
    fn kinds_are_in_order() {
        assert!(FATES.iter().enumerate().all(|(place, kind)| place == *kind as usize));
        assert!(CHANGES.iter().enumerate().all(|(place, change)| place == *change as usize));
    }
}
