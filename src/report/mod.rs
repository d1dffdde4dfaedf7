//! What a reader gets to see: charts now, tables, pages and result folders around them.

pub mod chart;
