//! The plan of a game day: what to inject, who must be paged by when, what must not happen.

use std::fmt::Write;

use super::{Nights, seeds};
use crate::experiment::quantile;
use crate::kernel::Span;
use crate::report::format::span;
use crate::scenario::model::{Effect, Fault, Version};

/// The plan in Markdown, with an empty column for what happened.
pub fn gameday(nights: Nights<'_>) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_plan(&mut text, nights);
    text
}

fn write_plan(to: &mut String, nights: Nights<'_>) -> std::fmt::Result {
    let scenario = nights.scenario;
    let seeds = seeds(nights.nights);
    writeln!(to, "# Game day: {}\n", scenario.name)?;
    if !scenario.question.is_empty() {
        writeln!(to, "{}\n", scenario.question)?;
    }
    writeln!(
        to,
        "Expected times are what attestorm {} measured over {seeds}; they are those of a model. \
         Fill in the last column.\n",
        env!("CARGO_PKG_VERSION")
    )?;
    write_injections(to, &scenario.faults)?;
    write_pages(to, nights)?;
    write_demands(to, nights)?;
    write_history(to, nights)
}

fn write_injections(to: &mut String, faults: &[Fault]) -> std::fmt::Result {
    writeln!(to, "## What to inject\n\n| at | for | on | what | by a command like | done at |")?;
    writeln!(to, "|---|---|---|---|---|---|")?;
    for fault in faults {
        let at: Vec<String> = fault.starts.iter().map(|start| format!("+{start}")).collect();
        let length = fault.length.map_or("until repaired".to_owned(), |length| length.to_string());
        for effect in &fault.effects {
            let (what, means) = (words(effect), means(effect));
            let on = &fault.on.text;
            writeln!(to, "| {} | {length} | {on} | {what} | `{means}` |  |", at.join(", "))?;
        }
    }
    writeln!(
        to,
        "\nCommands are suggestions: `$PID`, `$DEV`, `$PEER` are yours to fill in. \
         Undo each when its time is over.\n"
    )
}

fn write_pages(to: &mut String, nights: Nights<'_>) -> std::fmt::Result {
    writeln!(to, "## Who must be paged, by when\n")?;
    writeln!(to, "| since the fault | median | 90 % of nights | in how many | was |")?;
    writeln!(to, "|---|---|---|---|---|")?;
    for (place, rule) in (0_u16..).zip(&nights.ops.alerts) {
        let role = rule.page.and_then(|role| nights.ops.people.roles.get(usize::from(role)));
        let whom =
            role.map_or("shows, pages nobody".to_owned(), |role| format!("pages {}", role.name));
        let fired: Vec<_> = nights.nights.iter().map(|night| night.fired(place)).collect();
        write_row(to, &format!("{} {whom}", rule.name), &fired)?;
    }
    let validators: Vec<_> = nights.nights.iter().map(|night| night.validators).collect();
    write_row(to, "a validator suspects another", &validators)?;
    let users: Vec<_> = nights.nights.iter().map(|night| night.users).collect();
    let ticket = format!("users are heard (ticket {})", nights.ops.people.tickets);
    write_row(to, &ticket, &users)?;
    writeln!(to)
}

fn write_row(to: &mut String, what: &str, nights: &[Option<Span>]) -> std::fmt::Result {
    let say = |share: f64| quantile(nights, share).map_or("never".to_owned(), span);
    let count = nights.iter().flatten().count();
    let (half, most) = (say(0.5), say(0.9));
    writeln!(to, "| {what} | {half} | {most} | {count} of {} |  |", nights.len())
}

fn write_demands(to: &mut String, nights: Nights<'_>) -> std::fmt::Result {
    writeln!(to, "## What must hold\n\n| name | demand | was |\n|---|---|---|")?;
    for threshold in &nights.scenario.thresholds {
        writeln!(to, "| {} | `{}` |  |", threshold.name, threshold.check.text)?;
    }
    let pages: u64 = nights.calm.iter().map(|night| night.pages).sum();
    let calm = nights.calm.len();
    writeln!(to, "| calm | no page before the fault: {pages} in {calm} calm twins |  |\n")
}

/// Rows for the scenario, to be filled in and uncommented.
fn write_history(to: &mut String, nights: Nights<'_>) -> std::fmt::Result {
    writeln!(
        to,
        "## Afterwards\n\nFill in and add to the scenario: the real times then stand \
         beside the modelled ones.\n\n```toml"
    )?;
    let source = format!("game day {}, <date>", nights.scenario.name);
    for what in ["paged", "acknowledged", "mitigated", "over"] {
        writeln!(to, "# [[history]]\n# at     = \"T+?m\"\n# what   = \"{what}\"")?;
        writeln!(to, "# source = \"{source}\"\n")?;
    }
    writeln!(to, "```")
}

/// What an effect is, in a few words.
fn words(effect: &Effect) -> String {
    match effect {
        Effect::Delay { add, .. } => format!("delay of {}", add.to),
        Effect::Reorder { share, .. } => format!("{} reordered", percent(share.to)),
        Effect::Loss { share, .. } => format!("{} lost", percent(share.to)),
        Effect::Duplicate(share) => format!("{} twice", percent(share.to)),
        Effect::Bandwidth(rate) => format!("no more than {} bit/s", rate.to),
        Effect::Partition => "nothing gets through".to_owned(),
        Effect::Clog => "everything waits".to_owned(),
        Effect::Crash { state_lost: false } => "crash".to_owned(),
        Effect::Crash { state_lost: true } => "crash, disk lost".to_owned(),
        Effect::Stall => "stall: answers heartbeats, makes no progress".to_owned(),
        Effect::Slow(factor) => format!("{} times as slow", factor.to),
        Effect::Gossip(factor) => format!("gossip {} times as seldom", factor.to),
        Effect::Skew(nanos) => format!("clock off by {} s", *nanos as f64 / 1e9),
        Effect::Drift(ppm) => format!("clock drifts by {ppm} ppm"),
        Effect::Rules(version) => format!("rules of another version: {}", Version::word(*version)),
        Effect::Upstream(lag) => format!("outer chain {lag} behind"),
        Effect::Snapshot(age) => format!("restored from a snapshot {age} old"),
        Effect::Misreport(share) => format!("{} reported as revoked", percent(share)),
        Effect::Pause => "registry paused".to_owned(),
        Effect::Byzantine(behaviour) => behaviour.to_string(),
    }
}

fn percent(share: impl std::borrow::Borrow<f64>) -> String {
    format!("{} %", crate::report::number(share.borrow() * 100.0))
}

/// The means of production, on Linux; a suggestion.
fn means(effect: &Effect) -> String {
    let netem = |rest: String| format!("tc qdisc add dev $DEV root netem {rest}");
    match effect {
        Effect::Delay { add, jitter, .. } => {
            netem(format!("delay {}ms {}ms", millis(add.to), millis(jitter.to)))
        }
        Effect::Reorder { share, .. } => {
            netem(format!("delay 10ms reorder {}%", 100.0 - share.to * 100.0))
        }
        Effect::Loss { share, .. } => netem(format!("loss {}%", share.to * 100.0)),
        Effect::Duplicate(share) => netem(format!("duplicate {}%", share.to * 100.0)),
        Effect::Bandwidth(rate) => {
            format!("tc qdisc add dev $DEV root tbf rate {}bit burst 32k latency 400ms", rate.to)
        }
        Effect::Partition => "iptables -A OUTPUT -d $PEER -j DROP".to_owned(),
        Effect::Clog => netem("delay 600s".to_owned()),
        Effect::Crash { state_lost: false } => "kill -9 $PID".to_owned(),
        Effect::Crash { state_lost: true } => "kill -9 $PID; mv $DATA $DATA.away".to_owned(),
        Effect::Stall => "kill -STOP $PID (or hold the queue of that stage)".to_owned(),
        Effect::Slow(factor) => {
            format!("systemctl set-property $UNIT CPUQuota={}%", (100.0 / factor.to).ceil())
        }
        Effect::Gossip(factor) => format!("set the gossip interval to {} times its own", factor.to),
        Effect::Skew(nanos) => format!("date -s \"{} seconds\"", *nanos as f64 / 1e9),
        Effect::Drift(ppm) => format!("adjtimex --frequency {}", (ppm * 65_536.0).round()),
        Effect::Rules(version) => format!("deploy the version that {}", Version::word(*version)),
        Effect::Upstream(lag) => format!("point it at a node {lag} behind"),
        Effect::Snapshot(age) => format!("restore the backup of {age} ago"),
        Effect::Misreport(_) => "serve a build that misreports".to_owned(),
        Effect::Pause => "call the registry's pause()".to_owned(),
        Effect::Byzantine(_) => "run a build with this behaviour, in a test network".to_owned(),
    }
}

fn millis(span: Span) -> f64 {
    span.as_millis_f64()
}
