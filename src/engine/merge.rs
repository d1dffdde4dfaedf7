//! Facts of several lanes as one stream in key order.

use crate::kernel::{EventKey, Recorded, Sink};

/// Facts handed to the sink at once, at most, when several lanes are merged.
const BATCH: usize = 4096;

/// Hands over the facts of all lanes in key order, up to and without the key `end`.
pub(super) fn merge<F: Copy>(
    lanes: &[Vec<Recorded<F>>],
    end: Option<EventKey>,
    batch: &mut Vec<Recorded<F>>,
    sink: &mut impl Sink<F>,
) {
    let mut rests: Vec<&[Recorded<F>]> = lanes.iter().map(|facts| before(facts, end)).collect();
    if let [facts] = rests[..] {
        return sink.accept(facts);
    }
    while let Some(first) = earliest(&rests, None) {
        let rest = rests[first];
        let length = match earliest(&rests, Some(first)) {
            Some(second) => {
                let key = rests[second][0].key;
                rest.iter().take_while(|fact| fact.key < key).count()
            }
            None => rest.len(),
        };
        let (facts, later) = rest.split_at(length.min(BATCH));
        rests[first] = later;
        batch.extend_from_slice(facts);
        if batch.len() >= BATCH {
            sink.accept(batch);
            batch.clear();
        }
    }
    sink.accept(batch);
    batch.clear();
}

fn before<F>(facts: &[Recorded<F>], end: Option<EventKey>) -> &[Recorded<F>] {
    match end {
        Some(end) => &facts[..facts.partition_point(|fact| fact.key < end)],
        None => facts,
    }
}

/// The lane whose next fact is the earliest, leaving out one lane.
fn earliest<F>(rests: &[&[Recorded<F>]], except: Option<usize>) -> Option<usize> {
    let others = rests.iter().enumerate().filter(|(lane, _)| Some(*lane) != except);
    others.filter_map(|(lane, rest)| Some((rest.first()?.key, lane))).min().map(|(_, lane)| lane)
}
