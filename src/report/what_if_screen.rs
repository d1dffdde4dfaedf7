//! The same nights with one thing changed, and what that costs users.

use std::fmt::Write;

use super::format::wall;
use super::minutes::{minutes_lines, together};
use crate::experiment::Comparison;

/// A row for every variant: bad minutes of users, and paired differences to the first; the files
/// that were written.
pub fn what_if_screen(comparison: &Comparison, files: &str, wall_secs: f64) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_screen(&mut text, comparison, wall_secs);
    text += &format!("files  {files}\n");
    text
}

fn write_screen(to: &mut String, comparison: &Comparison, wall_secs: f64) -> std::fmt::Result {
    let seeds = comparison.seeds.len();
    let variants = comparison.labels.len();
    writeln!(
        to,
        "The same nights with one thing changed      bad minutes of users, mean of {seeds} seeds, \
         paired, 95 %\n"
    )?;
    for line in minutes_lines(comparison) {
        writeln!(to, "{line}")?;
    }
    let together = together(comparison);
    if !together.is_empty() {
        writeln!(to)?;
    }
    for line in together {
        writeln!(to, "{line}")?;
    }
    writeln!(to, "\n{variants} variants x {seeds} seeds in {}", wall(wall_secs))
}
