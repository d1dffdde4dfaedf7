//! The strategies by name. One line registers one.

use serde_json::Value;

use super::{
    Committee, Guarantees, HostedReplica, HostedSubmitter, Liveness, Seat, Strategy, erased,
};
use crate::attestation::KeyRing;
use crate::kernel::Span;

/// All strategies that a build knows.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: Vec<Entry>,
}

/// One strategy, as functions over its parameters in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The field's name for it.
    pub name: &'static str,
    /// One line for listings.
    pub summary: &'static str,
    /// Names of its notes.
    pub notes: &'static [&'static str],
    /// Whether it reads the time of day off its clock.
    pub reads_clock: bool,
    /// Checks parameters and fills in defaults; the error names key, value and what is allowed.
    pub check: fn(&Value) -> Result<Value, String>,
    /// The JSON Schema of its parameters.
    pub schema: fn() -> Value,
    /// What it owes and assumes; parameters must have been checked.
    pub guarantees: fn(&Committee, &Value) -> Guarantees,
    /// When it comes through after trouble, or why it does not say; parameters must have been
    /// checked.
    pub liveness: fn(&Committee, &Value) -> Result<Liveness, &'static str>,
    /// How long something may be with some correct validators only; parameters must have been
    /// checked.
    pub spread: fn(&Committee, &Value) -> Span,
    /// A replica; parameters must have been checked.
    pub replica: fn(u64, Seat, &Value) -> Box<dyn HostedReplica>,
    /// A submitter; parameters must have been checked.
    pub submitter: fn(Committee, &KeyRing, &Value) -> Box<dyn HostedSubmitter>,
    /// The leader at the start of a run.
    pub first_leader: fn(&Committee) -> Option<u16>,
}

impl Catalogue {
    /// The strategies that attestorm brings, weakest guarantee first.
    pub fn bundled() -> Self {
        Self { entries: Vec::new() }
            .with::<super::arrival::Arrival>()
            .with::<super::fifo::Fifo>()
            .with::<super::watermark::Watermark>()
            .with::<super::hlc::Hlc>()
            .with::<super::causal::Causal>()
            .with::<super::crdt::Crdt>()
            .with::<super::lamport::Lamport>()
            .with::<super::sharded_sequencer::ShardedSequencer>()
            .with::<super::sequencer::Sequencer>()
            .with::<super::epaxos::Epaxos>()
            .with::<super::bcb::Bcb>()
            .with::<super::pbft::Pbft>()
            .with::<super::hotstuff::Hotstuff>()
            .with::<super::jolteon::Jolteon>()
            .with::<super::tendermint::Tendermint>()
            .with::<super::themis::Themis>()
            .with::<super::mysticeti::Mysticeti>()
            .with::<super::cordial_miners::CordialMiners>()
            .with::<super::mahi_mahi::MahiMahi>()
            .with::<super::odontoceti::Odontoceti>()
            .with::<super::bullshark::Bullshark>()
            .with::<super::tusk::Tusk>()
    }

    /// The catalogue with one more strategy; a name that exists is replaced.
    #[must_use]
    pub fn with<S: Strategy>(mut self) -> Self {
        self.entries.retain(|entry| entry.name != S::NAME);
        self.entries.push(Entry {
            name: S::NAME,
            summary: S::SUMMARY,
            notes: S::NOTES,
            reads_clock: S::READS_CLOCK,
            check: check::<S>,
            schema: || schemars::schema_for!(S::Params).to_value(),
            guarantees: |committee, params| S::guarantees(committee, &checked::<S>(params)),
            liveness: |committee, params| S::liveness(committee, &checked::<S>(params)),
            spread: |committee, params| S::spread(committee, &checked::<S>(params)),
            replica: |seed, seat, params| erased::replica::<S>(seed, seat, checked::<S>(params)),
            submitter: |committee, keys, params| {
                erased::submitter::<S>(committee, keys, &checked::<S>(params))
            },
            first_leader: S::first_leader,
        });
        self
    }

    /// The catalogue in which a strategy says, whatever its parameters, when it would come through
    /// with the published ones: so a parameter can be a bug.
    #[cfg(test)]
    pub(crate) fn stating_as_published<S: Strategy>(mut self) -> Self {
        let entries = self.entries.iter_mut().filter(|entry| entry.name == S::NAME);
        entries.for_each(|entry| {
            entry.liveness = |committee, _| S::liveness(committee, &S::Params::default());
        });
        self
    }

    /// The strategy of that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Every strategy, in order of registration.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn check<S: Strategy>(params: &Value) -> Result<Value, String> {
    let params = match params {
        Value::Null => S::Params::default(),
        given => serde_json::from_value(given.clone()).map_err(|error| error.to_string())?,
    };
    S::check(&params)?;
    serde_json::to_value(params).map_err(|error| error.to_string())
}

fn checked<S: Strategy>(params: &Value) -> S::Params {
    match params {
        Value::Null => S::Params::default(),
        given => serde_json::from_value(given.clone()).expect("parameters were checked"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_within_range_and_written_out() {
        for entry in Catalogue::bundled().entries() {
            let name = entry.name;
            let filled = (entry.check)(&Value::Null).expect("defaults are within range");
            assert_eq!((entry.check)(&filled), Ok(filled.clone()), "{name}: nothing changes");
            let known = (entry.schema)()["properties"].as_object().map(|all| all.len());
            let written = filled.as_object().map(|all| all.len());
            assert_eq!(known.unwrap_or(0), written.unwrap_or(0), "{name}: all keys in the schema");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |name: &str, params: Value, error: &str| {
            let catalogue = Catalogue::bundled();
            let entry = catalogue.find(name).expect("it is bundled");
            let found = (entry.check)(&params).expect_err("it is wrong");
            assert!(found.contains(error), "{found}");
        };
        check("arrival", json!({"hold": "1s"}), "unknown field `hold`");
        check("fifo", json!({"gap": "0s"}), "gap = 0s: must be at least 1ms");
        check("watermark", json!({"hold": 5}), "expected a string");
        check("watermark", json!({"late": "never"}), "expected `drop` or `deliver`");
        check("causal", json!({"held": 0}), "held = 0: must be between 1 and 10000000");
        check("sequencer", json!({"commit": "all"}), "expected `majority` or `leader`");
    }
}
