//! Questions that take more than one run: with the twin, over seeds, between variants, and the
//! hunt for a seed that breaks a guarantee.

mod blindspots;
mod challenge;
mod check;
mod claims;
mod compare;
mod fault_report;
mod gate;
mod grouped;
mod hunt;
mod incident;
mod nights;
mod pool;
pub mod queueing;
mod reach;
mod sensitivity;
mod sighting;
mod single;
mod track;
mod trail;
mod tune;
pub mod validate;
mod verdict;
mod what_if;

/// What variants owe, for those who compare them.
pub use crate::ordering::{Assumptions, FaultModel, Guarantees, Property, TransportNeed};
pub use blindspots::{
    BlindSpots, CLOSE, LASTS, Seen, Spot, Trial as FaultTrial, blind_spots, trials,
};
pub use challenge::{Challenge, Change, changes};
pub use check::{CheckResult, Met, evaluate, measured_in, statistic as statistic_of, value_in};
pub use claims::{
    ClaimResult, Signs, Standing as ClaimStanding, gravest as gravest_claim, judge_claims, ratio,
    standing_by,
};
pub use compare::{Comparison, Grid, GridRun, Variant, compare};
pub use fault_report::FaultReport;
pub use gate::{Shift, shift};
pub use grouped::grouped;
pub use hunt::{Find, Hunt, HuntReport, MOST_RUNS, Size, Smallest, hunt, shrink};
pub use incident::{Trouble, trouble};
pub use nights::{Band, WATCHERS, first_noticer, is_in_order, moment, moments};
pub use pool::{Panicked, run_all};
pub use reach::{Reach, reach};
pub use sensitivity::{
    Conclusion, Range, claims_anew, conclusions, confident_share, is_judged_anew, mean_confident,
    variants_of,
};
pub use sighting::{Change as RuleChange, Sighting, quantile, sightings};
pub use single::{Pair, judge_pair, run_pair, twin_of};
pub use track::{Followed, Ranked, Tracked, rank, track};
pub use trail::Trail;
pub use tune::{Score, Trial, Tuned, Tuning};
pub use verdict::{Finding, Verdict, Word};
pub use what_if::what_ifs;
