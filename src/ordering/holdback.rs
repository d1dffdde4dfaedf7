//! Holding back until the watermark passes: what `watermark` and `hlc` share.

use std::collections::BTreeMap;

use super::Item;
use crate::attestation::{AttesterId, Id};
use crate::kernel::{LocalTime, Span};

/// Where a statement stands in an order by stamps `T`; the stamp alone is not enough. The id tells
/// two with one number apart. Not the try: as long as one is held, another adds nothing.
pub(super) type Place<T> = (T, AttesterId, u32, Id);

/// The place of `item` under `stamp`.
pub(super) fn place<T>(stamp: T, item: &Item) -> Place<T> {
    let attestation = &item.signed.attestation;
    (stamp, attestation.attester, attestation.sequence, item.id())
}

/// How far the attesters' clocks are known to be, and so how far the watermark is.
pub(super) struct Sources {
    hold: Span,
    idle: Span,
    /// Attesters heard lately: the latest timestamp of each, and when it was heard.
    heard: BTreeMap<AttesterId, (LocalTime, LocalTime)>,
    watermark: LocalTime,
}

impl Sources {
    /// A watermark `hold` behind; an attester silent for `idle` does not hold it back.
    pub(super) fn new(hold: Span, idle: Span) -> Self {
        Self { hold, idle, heard: BTreeMap::new(), watermark: LocalTime(i64::MIN) }
    }

    /// Nothing with a timestamp up to this is expected any more.
    pub(super) const fn watermark(&self) -> LocalTime {
        self.watermark
    }

    /// A statement has come.
    pub(super) fn hear(&mut self, now: LocalTime, item: &Item) {
        let attestation = &item.signed.attestation;
        let entry = self.heard.entry(attestation.attester);
        let (latest, heard) = entry.or_insert((attestation.written_at, now));
        (*latest, *heard) = ((*latest).max(attestation.written_at), now);
    }

    /// Section 2 of our reference: the slowest of those who are not idle, minus B, minus 1.
    pub(super) fn advance(&mut self, now: LocalTime) {
        let idle = self.idle;
        self.heard.retain(|_, (_, heard)| now.since(*heard) < idle);
        let slowest = self.heard.values().map(|(latest, _)| *latest).min().unwrap_or(now);
        self.restore(slowest - self.hold - Span::TICK);
    }

    /// The watermark was that far before a crash.
    pub(super) fn restore(&mut self, watermark: LocalTime) {
        self.watermark = self.watermark.max(watermark);
    }
}
