//! Virtual time, events and their total order, pure processes, addressed draws, and the engine
//! that defines the truth: one queue, one loop.
//!
//! **Invariant:** the order of events depends on the model alone. No clock, no thread, no hash
//! and no address of memory has a say in it.

mod draw;
mod event;
pub(crate) mod limit;
mod process;
mod queue;
mod sample;
pub mod sequential;
mod span_text;
mod time;

pub use draw::{Draws, Luck, Purpose};
pub use event::{Event, EventKey, ProcessId};
pub use process::{Ended, Incoming, Limits, Model, Outbox, Process, Recorded, RunReport, Sink};
pub use queue::EventQueue;
pub use sample::{Zipf, exponential, standard_normal, unit};
pub use span_text::{NotASpan, NotWhole, decimal_times};
pub use time::{LocalTime, Span, VirtualTime};
