//! Time sources, and whose clocks go by them.

use super::Fault;
use crate::network::TimePolicy;
use crate::scenario::selector::{ActorKind, ActorPick, Selector, Term};

/// Time sources that some hosts ask, as all nodes of one client do.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSources {
    /// How many; 1 to 100. They are alike: `2 time-sources` are the first two.
    pub count: u32,
    /// What those who ask make of the answers.
    pub policy: TimePolicy,
    /// Who asks.
    pub hosts: Selector,
}

impl TimeSources {
    /// The sources that a selector names, by number.
    pub fn named(&self, on: &Selector) -> Vec<u32> {
        let mut named: Vec<u32> = on
            .terms
            .iter()
            .flat_map(|term| match term {
                Term::Actors(set) if set.kind == ActorKind::TimeSources => match set.pick {
                    ActorPick::All => 0..self.count,
                    ActorPick::Range(first, last) => first..last + 1,
                    ActorPick::Some(count) => 0..count,
                    ActorPick::Share(share) => 0..libm::round(share * f64::from(self.count)) as u32,
                },
                Term::Actors(_) | Term::Links { .. } => 0..0,
            })
            .collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// By how many nanoseconds a fault alone moves the clocks of those who ask; `None` where it
    /// strikes somebody else, too.
    pub fn moved_by(&self, fault: &Fault) -> Option<i64> {
        let is_source =
            |term: &Term| matches!(term, Term::Actors(set) if set.kind == ActorKind::TimeSources);
        let mut ahead = vec![0; self.count as usize];
        for source in self.named(&fault.on) {
            ahead[source as usize] = fault.skew();
        }
        fault.on.terms.iter().all(is_source).then(|| self.policy.ahead(&ahead))
    }
}
