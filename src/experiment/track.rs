//! A run once more, for the sake of one operation, or of those that fared worst.

use crate::kernel::Recorded;
use crate::kernel::Span;
use crate::measure::{Journey, OperationRow, Quorum, Rows, Tracker, Worst};
use crate::ordering::Catalogue;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::{Failure, Listener, Options, World, run};
use crate::trace::{Digest, Fact};

/// What a run once more came to, for those who followed one operation.
pub struct Tracked {
    /// Of all facts: the stored one, or it was another run.
    pub digest: Digest,
    /// The greatest number of the load plan; `None` if it gave none.
    pub last: Option<u32>,
    /// What befell the operation; `None` if there is none of that number.
    pub followed: Option<Followed>,
}

/// One operation as it went.
pub struct Followed {
    /// What befell it.
    pub journey: Journey,
    /// How it was counted.
    pub row: Option<OperationRow>,
    /// The most particular phase that it belongs to, and which part of the operations applied in
    /// it were faster, 0 to 1; `None` if it belongs to none or was not applied.
    pub slower: Option<(String, f64)>,
}

/// What a run once more came to, for those who look for the worst.
pub struct Ranked {
    /// Of all facts: the stored one, or it was another run.
    pub digest: Digest,
    /// The worst.
    pub worst: Worst,
}

/// Runs `scenario` and follows one operation. Signatures are modelled: facts are the same.
///
/// # Errors
/// If the run comes to nothing.
pub fn track(
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
    operation: u32,
) -> Result<Tracked, Failure> {
    let scenario = modelled(scenario);
    let mut watch = Watch { tracker: Tracker::new(operation), row: None, operation, all: vec![] };
    let outcome = run(&scenario, catalogue, options, &mut watch)?;
    let committee = World::new(&scenario, catalogue).committee;
    let quorum = Quorum { votes: committee.quorum(), of: committee.size() };
    let Watch { tracker, row, all, .. } = watch;
    let last = tracker.last();
    let names = outcome.measurement.phase_names();
    let followed = tracker.finish(quorum).map(|journey| {
        let slower = row.and_then(|row| slower(&row, &all, &names));
        Followed { journey, row, slower }
    });
    Ok(Tracked { digest: outcome.digest, last, followed })
}

/// Runs `scenario` and keeps the worst of its operations.
///
/// # Errors
/// If the run comes to nothing.
pub fn rank(
    scenario: &Scenario,
    catalogue: &Catalogue,
    options: Options,
    most: usize,
) -> Result<Ranked, Failure> {
    let mut worst = Worst::new(most);
    let outcome = run(&modelled(scenario), catalogue, options, &mut worst)?;
    Ok(Ranked { digest: outcome.digest, worst })
}

fn modelled(scenario: &Scenario) -> Scenario {
    Scenario { crypto: Crypto::Modelled, ..scenario.clone() }
}

/// The last phase that an operation belongs to, and which part of those applied in it were faster.
fn slower(row: &OperationRow, all: &[(u64, Span)], names: &[String]) -> Option<(String, f64)> {
    let took = row.applied?;
    let phase = 63_u32.checked_sub(row.phases.leading_zeros())?;
    let there = all.iter().filter(|(phases, _)| phases >> phase & 1 == 1);
    let (faster, count) = there.fold((0_u64, 0_u64), |(faster, count), (_, other)| {
        (faster + u64::from(*other < took), count + 1)
    });
    Some((names.get(phase as usize)?.clone(), faster as f64 / count as f64))
}

/// Follows a run for one operation.
struct Watch {
    tracker: Tracker,
    operation: u32,
    row: Option<OperationRow>,
    /// Of each that was applied: its phases, and how long it took.
    all: Vec<(u64, Span)>,
}

impl Rows for Watch {
    fn row(&mut self, row: &OperationRow) {
        if row.operation == self.operation {
            self.row = Some(*row);
        }
        self.all.extend(row.applied.map(|applied| (row.phases, applied)));
    }

    fn are_wanted(&self) -> bool {
        true
    }
}

impl Listener for Watch {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        self.tracker.observe(facts);
    }
}

impl Listener for Worst {}
