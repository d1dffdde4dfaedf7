//! One bug per strategy that stops it for good: it is found not to live.

use serde_json::{Value, json};

use super::*;
use crate::ordering::sequencer::Sequencer;
use crate::ordering::sharded_sequencer::ShardedSequencer;
use crate::ordering::tendermint::Tendermint;

/// A strategy says when it comes through with its published parameters, and runs with one that
/// is a bug.
fn check<S: Strategy>(bug: Value) {
    let catalogue = Catalogue::bundled().stating_as_published::<S>();
    let source = Source::find("out-of-order-links").expect("it is bundled");
    let mut scenario = read(&source, Some(S::NAME), &catalogue);
    scenario.parameters.insert(S::NAME.to_owned(), bug);
    let report = hunt(&Hunt { scenario, from: 1, runs: 20 }, &catalogue, 1, |_, _| {});
    let broken = report.finds.first().map_or("nothing is", |find| &find.broken);
    assert!(broken.starts_with("BROKEN  liveness after healing: #"), "{}: {broken}", S::NAME);
}

#[test]
fn a_sequencer_whom_nobody_replaces() {
    check::<Sequencer>(json!({ "takeover": "1h", "history": "1h" }));
    check::<ShardedSequencer>(json!({ "lane": { "takeover": "1h", "history": "1h" } }));
}

#[test]
fn a_round_that_does_not_end() {
    check::<Tendermint>(json!({ "timeout_precommit": "1h" }));
}
