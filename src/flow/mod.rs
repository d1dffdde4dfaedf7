//! Flow control: who enters when (admission), what has workers of its own (bulkheads and breakers),
//! which router gets it (balance), by which way it goes
//! on to the validators (routing), and what happens when there is too much (backpressure). Pure
//! policies over virtual time; routers and clients ask them and do what they say. And how the load
//! that comes to them swings (shape).
//!
//! A policy is one file: its parameters, its rule, and a `CHOICE`; one line in its axis registers
//! it. No policy knows another.

mod choice;
mod job;
mod retry;
mod round_trip;
mod service;
mod shape;
mod silence;
mod spread;

pub mod admission;
pub mod backpressure;
pub mod balance;
pub mod breaker;
pub mod bulkheads;
pub mod routing;

pub use choice::{Axis, Choice, Described, NoParams, Params, axes};
pub use job::{Job, Lane, Lanes};
pub use retry::{Backoff, Budget, Retry};
pub use round_trip::RoundTrip;
pub use service::{Law, Service};
pub use shape::{Bursty, Curve, Diurnal, Flash, Shape};
pub use silence::Silence;
