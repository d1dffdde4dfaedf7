//! When what was held up is decided: sections 2.1 and 3.3 with our timers in place of gossip.
//!
//! Let Δ be `delta`. What a correct validator waits for another has it told within a **beat**: that
//! is `resend`, `fetch` and 4Δ, as it takes a `resend` and Δ until it is passed on, and a proposed
//! block's bodies may have to be asked for. So correct validators enter a round within a beat of
//! one another, and hear what is said in it within another.
//!
//! - A round is **calm** if each of its timers takes two beats. In a calm round with a correct
//!   proposer all prevote before anybody's prevotes time out; and if anybody locks, all know the
//!   proof of it before the next round (the paper's Lemma 7). If that has a correct proposer too,
//!   it shows the latest proof there is, no lock forbids it, and all decide.
//! - Of 2f + 2 proposers in a row two neighbours are correct, as f faulty ones cannot part more
//!   than f + 1 others. One round more may be half over when all come together.
//! - Timers grow with rounds, so it depends on how many went by. A round takes no less than its
//!   `timeout_precommit`, and trouble lasts no longer than is stated.
//! - What waited may be left out of the block of that height, and of those that f faulty proposers
//!   make in a row after it. Each height begins at round 0, before its rounds are calm, with
//!   validators that hear of it only when the first prevote nil, and has a rest behind it.
//!   Not counted are faulty validators that time their votes so that the early rounds of every
//!   height fail until it is their turn: none here aims so, and blocks go on being decided.
//! - Who was away has to be sent a block a `timeout_commit` for as long as that, one at a time at
//!   worst, and may ask f faulty peers before a correct one.

use super::Params;
use crate::kernel::Span;
use crate::ordering::{Committee, Liveness};

/// Rounds of which none is calm, for ever, if not by then.
const MOST_ROUNDS: u64 = 10_000;

/// Nothing where rounds never become calm, or blocks come without a rest in any number.
pub(super) fn stated(committee: &Committee, params: &Params) -> Option<Liveness> {
    let faults = u64::from(committee.byzantine());
    let first = [params.timeout_propose, params.timeout_prevote, params.timeout_precommit];
    let delta = first.into_iter().min()?.scaled(0.25);
    let beat = params.resend + params.fetch + delta * 4;
    let calm = (0..MOST_ROUNDS).find(|round| params.shortest(*round) >= beat * 2)?;
    let trouble = params.shared().longest_absence();
    let rounds = |from: u64| {
        let all = from..from.max(calm) + 2 * faults + 3;
        all.fold(Span::ZERO, |sum, round| sum + params.together(round) + beat)
    };
    let height = rounds(0) + params.timeout_propose + params.timeout_commit;
    let stuck = rounds(params.rounds_within(trouble) + 1).max(height);
    let heights = faults + 1;
    let blocks = trouble.as_nanos().checked_div(params.timeout_commit.as_nanos())? + heights;
    let asked = (0..=faults).map(|nth| (params.fetch * (1 << nth)).min(params.fetch_longest));
    let asked = asked.fold(delta * 2, |sum, pause| sum + pause);
    let within = beat * 2 + stuck + height * heights + asked * blocks + params.gossip;
    Some(Liveness { delta, within, trouble: Some(trouble) })
}

impl Params {
    /// The timers of a round: for the proposal, prevotes and precommits.
    fn timers(&self, round: u64) -> [Span; 3] {
        [
            self.timeout_propose + self.timeout_propose_delta * round,
            self.timeout_prevote + self.timeout_prevote_delta * round,
            self.timeout_precommit + self.timeout_precommit_delta * round,
        ]
    }

    fn shortest(&self, round: u64) -> Span {
        self.timers(round).into_iter().min().unwrap_or(Span::ZERO)
    }

    fn together(&self, round: u64) -> Span {
        self.timers(round).into_iter().fold(Span::ZERO, |sum, timer| sum + timer)
    }

    /// How many rounds may go by in a time.
    fn rounds_within(&self, time: Span) -> u64 {
        let (mut left, mut rounds) = (time, 0);
        while left >= self.timers(rounds)[2] {
            left = left.saturating_sub(self.timers(rounds)[2]);
            rounds += 1;
        }
        rounds
    }
}
