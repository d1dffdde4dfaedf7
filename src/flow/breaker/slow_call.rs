//! `slow-call`: opens when too large a share of the last calls was slow; after a pause one call
//! tries whether it is over.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Breaker, Make};
use crate::flow::choice::checked;
use crate::flow::{Choice, Described, Params};
use crate::kernel::limit::{SHORTEST, at_least, between};
use crate::kernel::{Span, VirtualTime};

pub(super) const CHOICE: Choice<Make> = Choice {
    described: Described::of::<Setting>("slow-call", "what was slow is not tried for a while"),
    make: |params| Some(Box::new(SlowCall::new(checked(params)))),
};

/// When it opens, and for how long.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// A call that takes longer is slow.
    slow: Span,
    /// Calls that are looked back at.
    calls: u32,
    /// Hundredths of them that must be slow.
    share: u32,
    /// How long nothing is tried.
    open: Span,
}

impl Default for Setting {
    fn default() -> Self {
        let (slow, open) = (Span::from_millis(100), Span::from_secs(5));
        Self { slow, calls: 20, share: 50, open }
    }
}

impl Params for Setting {
    fn check(&self) -> Result<(), String> {
        at_least("slow", self.slow, SHORTEST)?;
        between("calls", self.calls, &(1..=10_000))?;
        between("share", self.share, &(1..=100))?;
        at_least("open", self.open, SHORTEST)
    }
}

struct SlowCall {
    setting: Setting,
    state: State,
    /// Whether each of the last calls was slow, and how many were.
    last: VecDeque<bool>,
    slow: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything is tried.
    Closed,
    /// Nothing is tried before then.
    Open(VirtualTime),
    /// One call is on its way; if nothing is heard of it by then, another goes.
    Trying(VirtualTime),
}

impl SlowCall {
    const fn new(setting: Setting) -> Self {
        Self { setting, state: State::Closed, last: VecDeque::new(), slow: 0 }
    }

    fn remember(&mut self, is_slow: bool) {
        self.last.push_back(is_slow);
        self.slow += u32::from(is_slow);
        if self.last.len() > self.setting.calls as usize {
            self.slow -= u32::from(self.last.pop_front() == Some(true));
        }
    }

    fn forget(&mut self) {
        self.last.clear();
        self.slow = 0;
    }

    fn is_tripped(&self) -> bool {
        let calls = self.last.len() as u32;
        calls == self.setting.calls && self.slow * 100 >= self.setting.share * calls
    }
}

impl Breaker for SlowCall {
    fn lets_in(&mut self, now: VirtualTime) -> bool {
        match self.state {
            State::Closed => true,
            State::Open(until) | State::Trying(until) if now >= until => {
                self.state = State::Trying(now + self.setting.open);
                true
            }
            State::Open(_) | State::Trying(_) => false,
        }
    }

    fn took(&mut self, now: VirtualTime, span: Span) {
        let is_slow = span > self.setting.slow;
        match self.state {
            State::Closed => {
                self.remember(is_slow);
                if self.is_tripped() {
                    self.forget();
                    self.state = State::Open(now + self.setting.open);
                }
            }
            State::Trying(_) if is_slow => self.state = State::Open(now + self.setting.open),
            State::Trying(_) => self.state = State::Closed,
            // Of before it opened.
            State::Open(_) => {}
        }
    }
}
