//! Streaming observers, one property each, and the table of metrics.

pub mod metric;
