//! `codel`: when everything has waited too long for a while, some are turned away at the head of
//! the queue, more and more often until the wait is short again (RFC 8289, section 5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Backpressure, Entry, Make, has_room};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::{SHORTEST, at_least};
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("codel", "turns some away while all have waited long"),
    make: |params, site| Box::new(Codel::new(checked(params), site.queue)),
};

/// What is long. The RFC's 5 ms and 100 ms are for packets; these are for requests.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// A wait that may last.
    target: Span,
    /// It may be longer for so long.
    interval: Span,
}

impl Default for Setting {
    fn default() -> Self {
        Self { target: Span::from_millis(50), interval: Span::from_secs(1) }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        at_least("target", self.target, SHORTEST)?;
        at_least("interval", self.interval, self.target)
    }
}

struct Codel {
    setting: Setting,
    queue: Option<u32>,
    /// When waits will have been long for an interval; `None` while they are short.
    long_at: Option<VirtualTime>,
    /// Whether some are being turned away, and when the next is, or was to be.
    is_shedding: bool,
    next: VirtualTime,
    /// How many were, this time, and when it began.
    count: u32,
    first_count: u32,
}

impl Codel {
    const fn new(setting: Setting, queue: Option<u32>) -> Self {
        let next = VirtualTime::ZERO;
        Self { setting, queue, long_at: None, is_shedding: false, next, count: 0, first_count: 0 }
    }

    /// Whether the wait has been long for an interval.
    fn is_long(&mut self, now: VirtualTime, waited: Span) -> bool {
        if waited < self.setting.target {
            self.long_at = None;
            return false;
        }
        let long_at = *self.long_at.get_or_insert(now + self.setting.interval);
        now >= long_at
    }

    /// The control law: the pause shrinks with the root of the count.
    fn pause(&self) -> Span {
        self.setting.interval.scaled(1.0 / libm::sqrt(f64::from(self.count.max(1))))
    }

    /// Begins to shed, not from the start if it ended a short while ago.
    fn begin(&mut self, now: VirtualTime) {
        let more = self.count - self.first_count;
        let is_recent = now.since(self.next) < self.setting.interval * RECENT;
        self.count = if more > 1 && is_recent { more } else { 1 };
        self.first_count = self.count;
        self.is_shedding = true;
        self.next = now + self.pause();
    }
}

/// So many intervals after shedding ended, it goes on where it was.
const RECENT: u64 = 16;

impl Backpressure for Codel {
    fn arrives(&mut self, here: u32) -> Entry {
        if has_room(self.queue, here) { Entry::Take } else { Entry::Refuse }
    }

    fn limit(&mut self, most: u32) {
        self.queue = Some(most);
    }

    fn starts(&mut self, now: VirtualTime, waited: Span) -> bool {
        if !self.is_long(now, waited) {
            self.is_shedding = false;
            return true;
        }
        if !self.is_shedding {
            self.begin(now);
            return false;
        }
        let is_due = now >= self.next;
        if is_due {
            self.count += 1;
            self.next += self.pause();
        }
        !is_due
    }
}
