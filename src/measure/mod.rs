//! Streaming observers, one property each, and the table of metrics.
//!
//! Facts come in key order into [`Observers`]; a [`Measurement`] goes out. Observers count: they
//! know no guarantees and no thresholds, and they read facts, never an actor's state.
//!
//! **Invariant:** memory depends on what happens within `retention`, not on the run's length. A
//! limit that was reached is told in [`Measurement::caps_reached`].

mod achievement;
mod agreement;
mod badness;
mod buckets;
mod clients;
mod collapse;
mod concord;
mod deliveries;
mod density;
mod disorder;
mod distribution;
mod divergence;
mod event;
mod fifo;
mod flow;
mod hands;
mod histogram;
mod holders;
mod hosts;
mod indexing;
mod inversions;
mod jitter;
mod journey;
mod ledger;
mod measurement;
pub mod metric;
mod needs;
mod night;
mod notes;
mod observers;
mod onward;
mod order;
mod portions;
mod positions;
mod readers;
mod receipts;
mod record;
mod recovery;
mod relays;
mod reliance;
mod rollbacks;
mod rows;
mod sample;
#[cfg(test)]
mod script;
mod series;
mod sessions;
mod setting;
mod settle;
mod smoothness;
mod stabilising;
pub mod statistics;
mod streams;
mod subjects;
mod tally;
mod usage;
mod validators;
mod view;
mod waterfall;
mod workflows;

pub use achievement::{Achievement, CHANGES, FATES, Fates};
pub use buckets::Buckets;
pub use concord::{Concord, Minds};
pub use density::Density;
pub use disorder::{Arrival, Late, Stream};
pub use distribution::{Distribution, Measured, Statistic};
pub use divergence::Stretches;
pub use event::{Base, Counts, Event, Events};
pub use flow::{QueueSeries, Queues, Shares, Waiting};
pub use histogram::Histogram;
pub use hosts::Backlog;
pub use journey::{
    Cause, Hop, Intent, Journey, Leg, Message, Outage, Quorum, Relation, Relative, Seen, Setback,
    Tracker, Wait, Worst,
};
pub use measurement::Measurement;
pub use night::{Night, PARTS};
pub use notes::{NoteBucket, Notes};
pub use observers::Observers;
pub use order::{First, OrderObservations, Violations};
pub use recovery::recovery;
pub use relays::Ways;
pub use reliance::{CAUSE_NAMES, CAUSES, Held, Reliances};
pub use rows::{Decided, NoRows, OperationRow, Rows, Trusted};
pub use sample::Sample;
pub use series::{Bucket, Series, Sketch};
pub use setting::{Interval, Overlay, PhaseWindow, Setting};
pub use smoothness::Smoothness;
pub use streams::Disorder;
pub use tally::Tally;
pub use usage::Used;
pub use view::SeriesRow;
pub use waterfall::{STAGE_NAMES, STAGES, Waterfall};
