//! Facts as numbers.

use super::Fact;

impl Fact {
    /// The fact as four words that differ if the facts do. The digest is made of these.
    pub fn words(&self) -> [u64; 4] {
        let pack = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let tag = |tag: u8, a: u8, b: u8, c: u8| u64::from(u32::from_le_bytes([tag, a, b, c]));
        match *self {
            // The subject is for observers: what depends on it is in other facts, and digests of
            // stored results stay what they are.
            Self::Planned { operation, kind, sequence, client, target, intended, .. } => [
                tag(1, kind as u8, 0, 0) | u64::from(target) << 32,
                pack(operation, sequence),
                u64::from(client),
                intended.as_nanos(),
            ],
            Self::Sent { operation, attempt } => [tag(2, attempt, 0, 0), operation.into(), 0, 0],
            Self::Admitted { operation, attempt, queue } => {
                [tag(3, attempt, 0, 0), operation.into(), queue.into(), 0]
            }
            Self::Rejected { operation, attempt, why } => {
                [tag(4, attempt, why as u8, 0), operation.into(), 0, 0]
            }
            Self::Routed { operation, attempt, sequence } => {
                [tag(5, attempt, 0, 0), operation.into(), sequence.into(), 0]
            }
            Self::Forwarded { operation, attempt, hop, copy, to, home, eta } => {
                [tag(40, attempt, hop, copy), operation.into(), pack(to, home), eta.into()]
            }
            Self::Scanned { operation, attempt, scans, valid } => {
                [tag(41, attempt, scans, valid), operation.into(), 0, 0]
            }
            Self::Received { operation, attempt, router, sequence } => {
                [tag(6, attempt, 0, 0), operation.into(), router.into(), sequence.into()]
            }
            Self::Verified { operation, attempt, genuine } => {
                [tag(7, attempt, genuine.into(), 0), operation.into(), 0, 0]
            }
            Self::Relayed { operation, attempt, from } => {
                [tag(66, attempt, 0, 0), operation.into(), from.into(), 0]
            }
            Self::Waits { operation, attempt } => [tag(8, attempt, 0, 0), operation.into(), 0, 0],
            Self::Delivered { operation, attempt, position, is_final, joins } => [
                tag(9, attempt, is_final.into(), joins.into()),
                operation.into(),
                position.into(),
                0,
            ],
            Self::Retracted { operation, attempt, position, was_final } => {
                [tag(10, attempt, was_final.into(), 0), operation.into(), position.into(), 0]
            }
            Self::Finalised { operation, attempt } => {
                [tag(11, attempt, 0, 0), operation.into(), 0, 0]
            }
            Self::Applied { operation, attempt, verdict, again, resolved } => [
                tag(12, attempt, verdict as u8, again.into()),
                operation.into(),
                resolved.into(),
                0,
            ],
            Self::Concluded { operation, attempt, conclusion } => {
                [tag(13, attempt, conclusion as u8, 0), operation.into(), 0, 0]
            }
            Self::Answered { operation, target, said } => {
                [tag(14, said as u8, 0, 0), operation.into(), target.into(), 0]
            }
            Self::Fate { rule, kind, to, by } => {
                [tag(15, kind as u8, 0, 0), rule.into(), to.into(), by.as_nanos()]
            }
            Self::Host { rule, change } => [tag(16, change as u8, 0, 0), rule.into(), 0, 0],
            // The backlog follows from when work was taken in, which digests know.
            Self::Usage { second, messages, bytes, cpu, .. } => {
                [tag(17, 0, 0, 0), pack(second, messages), bytes, cpu.as_nanos()]
            }
            Self::Note { note, value } => [tag(18, 0, 0, 0), note.into(), value as u64, 0],
            Self::Proposed { operation, attempt } => {
                [tag(20, attempt, 0, 0), operation.into(), 0, 0]
            }
            Self::Begun { operation, attempt } => [tag(30, attempt, 0, 0), operation.into(), 0, 0],
            Self::Queue { lane, waiting, busy, oldest } => {
                [tag(31, lane, 0, 0), pack(waiting, busy), oldest.as_nanos(), 0]
            }
            Self::Wanted { operation, party } => {
                [tag(21, 0, 0, 0), operation.into(), party.into(), 0]
            }
            Self::Relied { operation, elapsed, expected } => {
                [tag(22, 0, 0, 0), operation.into(), elapsed.into(), expected.into()]
            }
            Self::Looked {
                operation,
                validator,
                look,
                said,
                position,
                digest,
                age,
                stamps,
                is_orphaned,
            } => [
                tag(23, look, said.map_or(u8::MAX, |said| said as u8), is_orphaned.into())
                    | u64::from(validator) << 32
                    | u64::from(stamps) << 48,
                pack(operation, position),
                digest.into(),
                age.into(),
            ],
            Self::Confident { operation, looks, confidence } => {
                [tag(24, looks, 0, 0), operation.into(), confidence.into(), 0]
            }
            Self::Doubted { operation, looks, confidence } => {
                [tag(25, looks, 0, 0), operation.into(), confidence.into(), 0]
            }
            Self::Needed { operation, dependant, at } => {
                [tag(50, 0, 0, 0), operation.into(), dependant.into(), at.as_nanos()]
            }
            Self::Used { operation, said, is_allowed, waited } => [
                tag(51, said.map_or(u8::MAX, |said| said as u8), is_allowed.into(), 0),
                operation.into(),
                waited.into(),
                0,
            ],
            Self::Released { operation } => [tag(52, 0, 0, 0), operation.into(), 0, 0],
            Self::Indexed { operation, lag } => [tag(53, 0, 0, 0), operation.into(), lag.into(), 0],
            Self::Refreshed { operation, before } => {
                [tag(60, 0, 0, 0), operation.into(), before.into(), 0]
            }
            Self::Ticket { operation } => [tag(61, 0, 0, 0), operation.into(), 0, 0],
            Self::Suspicion { process, phi } => [tag(62, 0, 0, 0), pack(process, phi), 0, 0],
            Self::Alert { rule, stage, value } => {
                [tag(63, stage as u8, 0, 0), rule.into(), value as u64, 0]
            }
            Self::Duty { incident, duty, about } => {
                [tag(64, duty as u8, 0, 0), incident.into(), about.into(), 0]
            }
            Self::Step { incident, step, remedy, stage, on, part, by } => [
                tag(65, remedy as u8, stage as u8, part),
                pack(incident.into(), step.into()),
                on.into(),
                by.into(),
            ],
            Self::Dated { operation, drift } => {
                [tag(54, 0, 0, 0), operation.into(), drift as u64, 0]
            }
            Self::Carried { operation, lag } => {
                [tag(56, 0, 0, 0), operation.into(), lag.as_nanos(), 0]
            }
            Self::Unread { operation, schema } => {
                [tag(55, 0, 0, 0), operation.into(), schema.into(), 0]
            }
            Self::Seen { rule, kind, messages } => {
                [tag(19, kind as u8, 0, 0), rule.into(), messages.into(), 0]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// Two kinds with one tag could not be told apart by a digest.
    #[test]
    fn every_kind_of_fact_has_a_tag_of_its_own() {
        let calls = include_str!("words.rs").split(concat!("tag", "(")).skip(1);
        let tags: Vec<u8> =
            calls.filter_map(|rest| rest.split(',').next()?.trim().parse().ok()).collect();
        let distinct: BTreeSet<u8> = tags.iter().copied().collect();
        assert!(tags.len() > 30 && distinct.len() == tags.len(), "{tags:?}");
    }
}
