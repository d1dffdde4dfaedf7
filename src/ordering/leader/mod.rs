//! What protocols share in which a leader proposes blocks of [`Try`](super::Try)s, voted on by
//! all: what waits to be ordered and the bodies of it, parameters of batches and of fetching, and
//! timeouts that grow. What only the chained ones need is in [`chained`](super::chained).

mod params;
mod patience;
mod pool;
mod shelf;
mod stock;

pub(super) use params::{Settings, params};
pub(super) use patience::Patience;
pub(super) use shelf::{Proposable, Shelf};
pub(super) use stock::Stock;
