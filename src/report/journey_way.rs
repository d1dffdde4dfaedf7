//! An operation's way from centre to centre: each stamp, with when it came, when it left, and
//! behind how many.

use super::format::millis;
use super::journey_lines::Story;
use crate::kernel::VirtualTime;
use crate::trace::{Fact, Names};

/// A stay at one centre.
struct Stay {
    process: u32,
    came: VirtualTime,
    queue: u32,
    left: Option<VirtualTime>,
}

/// `router-0 in 21.4 ms, out 68 ms, behind 3 → router-5 …`; `None` of what no centre sent on.
pub(super) fn way<N: Names>(story: &Story<'_, N>) -> Option<String> {
    let mut stays: Vec<Stay> = Vec::new();
    let mut is_relayed = false;
    let mut stamps = None;
    for fact in story.journey.facts() {
        let (process, now) = (fact.process.0, fact.key.time);
        match fact.fact {
            Fact::Admitted { queue, .. } => {
                stays.push(Stay { process, came: now, queue, left: None });
            }
            Fact::Forwarded { .. } | Fact::Routed { .. } => {
                is_relayed |= matches!(fact.fact, Fact::Forwarded { .. });
                let is_here = |stay: &&mut Stay| stay.process == process && stay.left.is_none();
                if let Some(stay) = stays.iter_mut().find(is_here) {
                    stay.left = Some(now);
                }
            }
            Fact::Scanned { scans, valid, .. } => {
                stamps.get_or_insert((valid, scans));
            }
            _ => {}
        }
    }
    stays.sort_by_key(|stay| stay.came);
    let since = |at: VirtualTime| millis(at.since(story.journey.intent.at).as_millis_f64());
    let told = |stay: &Stay| {
        let left = stay.left.map_or("NEVER out".to_owned(), |left| format!("out {}", since(left)));
        let (name, came, queue) = (story.name(stay.process), since(stay.came), stay.queue);
        format!("{name} in {came}, {left}, behind {queue}")
    };
    let valid =
        stamps.map_or(String::new(), |(valid, of)| format!("; {valid} of {of} stamps valid"));
    let stays: Vec<String> = stays.iter().map(told).collect();
    is_relayed.then(|| format!("{}{valid}", stays.join(" → ")))
}
