//! A run once more, for the sake of what went wrong in it, who noticed, and what was done.

use super::single::{Pair, run_pair};
use crate::kernel::Recorded;
use crate::measure::Rows;
use crate::ordering::Catalogue;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::{Failure, Listener, Options};
use crate::trace::{Fact, Refusal};

/// A run's trouble.
pub struct Trouble {
    /// The run with its twin.
    pub pair: Pair,
    /// What befell hosts, and what watchers, users and people did, in order of time.
    pub facts: Vec<Recorded<Fact>>,
}

/// Runs `scenario` and its twin, and keeps what a story is made of. Signatures are modelled: facts
/// are the same.
///
/// # Errors
/// If a run comes to nothing.
pub fn trouble(
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
) -> Result<Trouble, Failure> {
    let scenario = Scenario { crypto: Crypto::Modelled, ..scenario.clone() };
    let mut keeper = Keeper { facts: Vec::new() };
    let pair = run_pair(&scenario, catalogue, options, true, &mut keeper)?;
    Ok(Trouble { pair, facts: keeper.facts })
}

/// Keeps what a story is made of.
struct Keeper {
    facts: Vec<Recorded<Fact>>,
}

/// More is no story.
const MOST: usize = 1 << 20;

impl Rows for Keeper {}

impl Listener for Keeper {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        let told = facts.iter().filter(|fact| is_told(&fact.fact));
        let room = MOST.saturating_sub(self.facts.len());
        self.facts.extend(told.take(room).copied());
    }
}

fn is_told(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Host { .. }
            | Fact::Refreshed { before: 0, .. }
            | Fact::Ticket { .. }
            | Fact::Suspicion { .. }
            | Fact::Alert { .. }
            | Fact::Duty { .. }
            | Fact::Step { .. }
            | Fact::Rejected { why: Refusal::Full, .. }
    )
}
