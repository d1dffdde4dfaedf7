//! `token-bucket`: no more than a rate, and a burst above it (RFC 2697, section 3, with one
//! bucket); the others wait in line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fifo::Fifo;
use super::{Admission, Make, Next};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Job, Params};
use crate::kernel::limit::between;
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("token-bucket", "no more than a rate, with bursts"),
    make: |params| Box::new(TokenBucket::new(&checked(params))),
};

/// How much is let in.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Operations per second and router.
    rate: u32,
    /// Operations that may follow one another at once after a pause.
    burst: u32,
}

impl Default for Setting {
    fn default() -> Self {
        Self { rate: 100, burst: 20 }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        between("rate", self.rate, &(1..=1_000_000))?;
        between("burst", self.burst, &(1..=1_000_000))
    }
}

/// The bucket as a clock: the instant from which it is full again (the virtual scheduling
/// form of the generic cell rate algorithm, ITU-T I.371).
struct TokenBucket {
    line: Fifo,
    /// Between two tokens.
    gap: Span,
    /// How far ahead of now the bucket may be emptied.
    credit: Span,
    full_at: VirtualTime,
}

impl TokenBucket {
    fn new(setting: &Setting) -> Self {
        let gap = Span::from_nanos(1_000_000_000 / u64::from(setting.rate));
        let credit = gap * u64::from(setting.burst - 1);
        Self { line: Fifo::default(), gap, credit, full_at: VirtualTime::ZERO }
    }
}

impl Admission for TokenBucket {
    fn put(&mut self, job: Job) {
        self.line.put(job);
    }

    fn next(&mut self, now: VirtualTime) -> Next {
        if self.line.waiting() == 0 {
            return Next::Nothing;
        }
        let ahead = self.full_at.since(now);
        if ahead > self.credit {
            return Next::Wait(now + ahead.saturating_sub(self.credit));
        }
        self.full_at = self.full_at.max(now) + self.gap;
        self.line.next(now)
    }

    fn waiting(&self) -> u32 {
        self.line.waiting()
    }

    fn oldest(&self) -> Option<VirtualTime> {
        self.line.oldest()
    }

    fn clear(&mut self) {
        self.line.clear();
    }
}
