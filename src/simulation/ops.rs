//! Who watches and who runs a scenario's network, as actors.

use crate::actors::{
    Actor, Layout, Monitor, MonitorSetting, Operators, OperatorsSetting, WatchSetting, Watchers,
};
use crate::kernel::{Span, VirtualTime};
use crate::network::ProcessSet;
use crate::scenario::model::{AlertRule, Level, Ops, Scenario};

/// What there is of `[ops]`, unless its level is `none`.
fn active(scenario: &Scenario) -> Option<&Ops> {
    scenario.ops.as_ref().filter(|ops| ops.level != Level::None)
}

/// The longest that any user waits.
pub(super) fn longest_wait(scenario: &Scenario) -> Span {
    let waits = scenario.load.iter().filter_map(|group| group.patience);
    waits.map(|patience| patience.leaves).max().unwrap_or_default()
}

/// At which complaint users are heard.
pub(super) fn tickets_heard(scenario: &Scenario) -> u32 {
    scenario.ops.as_ref().map_or(1, |ops| ops.people.tickets)
}

/// The layout with whoever watches.
pub(super) fn with_watchers(layout: Layout, scenario: &Scenario) -> Layout {
    let is_watched = active(scenario).is_some();
    layout.with_watchers(is_watched, is_watched)
}

/// What validators watch; nothing if nobody does.
pub(super) fn watch(layout: &Layout, scenario: &Scenario) -> Option<WatchSetting> {
    let ops = active(scenario)?;
    Some(WatchSetting {
        every: ops.beat,
        validators: layout.validators(),
        routers: layout.routers(),
        groups: scenario.load.len() as u32,
        suspects: (ops.phi * 10.0) as u32,
        objective: ops.objective,
        tells: layout.operators().filter(|_| ops.do_peers_tell),
    })
}

/// Who hears of the clients of a group.
pub(super) fn watchers(layout: &Layout, scenario: &Scenario, group: usize) -> Watchers {
    let is_probe = active(scenario).is_some_and(|ops| ops.probes == Some(group));
    Watchers { support: layout.operators(), probes: layout.monitor().filter(|_| is_probe) }
}

/// The monitor and the operators, in the order of the layout.
/// Those whose clocks go by time sources run one client, which may have a version made in haste.
pub(super) fn actors(
    layout: &Layout,
    (scenario, clock_hosts): (&Scenario, &ProcessSet),
) -> Vec<Actor> {
    let Some(ops) = active(scenario) else { return Vec::new() };
    let monitor = MonitorSetting {
        validators: layout.validators(),
        routers: layout.routers(),
        scrape: ops.scrape,
        rules: ops.alerts.clone(),
        until: VirtualTime::ZERO + scenario.warmup + scenario.duration,
        heard: (0..).zip(&ops.alerts).map(|(place, rule)| is_heard(ops, place, rule)).collect(),
        operators: layout.operators(),
        has_probes: ops.probes.is_some(),
    };
    let operators = OperatorsSetting {
        people: ops.people.clone(),
        runbooks: ops.runbooks.clone(),
        automations: match ops.level {
            Level::SelfHeal | Level::Full => ops.automations.clone(),
            Level::None | Level::Alerts => Vec::new(),
        },
        has_people: ops.level != Level::SelfHeal,
        clients: layout.clients(),
        pages: ops.alerts.iter().map(|alert| alert.page).collect(),
        is_prepared: ops.level == Level::Full,
        validators: layout.validators(),
        routers: layout.routers(),
        midnight: time_at_zero(scenario),
        one_client: clock_hosts.iter().filter(|host| host.0 < layout.validators()).collect(),
    };
    vec![
        Actor::Monitor(Box::new(Monitor::new(monitor))),
        Actor::Operators(Box::new(Operators::new(operators))),
    ]
}

/// Whether anybody or anything acts on that rule.
fn is_heard(ops: &Ops, place: u16, rule: &AlertRule) -> bool {
    rule.page.is_some() || ops.automations.iter().any(|each| each.alert == place)
}

/// A run without a clock begins at noon: by day.
const NOON: Span = Span::from_secs(12 * 3_600);
const DAY: Span = Span::from_secs(24 * 3_600);

/// The time of day when virtual time is zero, which is before the warm-up.
fn time_at_zero(scenario: &Scenario) -> Span {
    let begin = scenario.clock.unwrap_or(NOON);
    let nanos = (DAY + begin).as_nanos() - scenario.warmup.as_nanos() % DAY.as_nanos();
    Span::from_nanos(nanos % DAY.as_nanos())
}
