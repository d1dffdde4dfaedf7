//! The files of a grid's result.

use std::fmt::Write;

use super::charts;
use super::compare_screen::compare_screen;
use super::compare_table::{compare_csv, compare_json};
use super::run_files::pretty;
use super::run_screen::Making;
use super::store::{Draft, StoreError};
use crate::experiment::Comparison;
use crate::scenario::model::{Crypto, Scenario};
use crate::simulation::MODEL;

/// Writes all files of a grid into `draft`.
///
/// # Errors
/// If one cannot be written.
pub fn write_grid(
    draft: &Draft,
    comparison: &Comparison,
    making: &Making,
    command: &str,
) -> Result<(), StoreError> {
    let mut digests = String::new();
    for (number, (label, runs)) in comparison.labels.iter().zip(&comparison.runs).enumerate() {
        let Some(first) = runs.first() else { continue };
        let scenario = Scenario { crypto: Crypto::Modelled, ..first.scenario.clone() };
        draft.write(&format!("variants/{number}.toml"), scenario.to_toml())?;
        for (seed, pair) in comparison.seeds.iter().zip(runs) {
            let _ = writeln!(digests, "{number} {seed} {} {label}", pair.run.digest);
        }
        if number == 0 {
            draft.write("scenario.toml", scenario.to_toml())?;
        }
    }
    draft.write("digests.txt", digests)?;
    let digest = format!(
        "digest   {}\nmodel    {MODEL}\nversion  {}\ncommand  {command}\n",
        comparison.digest(),
        env!("CARGO_PKG_VERSION")
    );
    draft.write("digest.txt", digest)?;
    draft.write("compare.md", format!("```text\n{}```\n", compare_screen(comparison, making)))?;
    draft.write("summary.json", pretty(&compare_json(comparison)))?;
    draft.write("seeds.csv", compare_csv(comparison))?;
    let reproduce = format!(
        "# How to reproduce this\n\n```\n{command}\nattestorm replay {}\nattestorm report {}\n```\n",
        draft.place().display(),
        draft.place().display()
    );
    draft.write("REPRODUCE.md", reproduce)?;
    for (name, rendered) in charts::of_comparison(comparison, command) {
        draft.write(&format!("charts/{name}.svg"), rendered.svg)?;
        draft.write(&format!("charts/{name}.png"), rendered.png)?;
        draft.write(&format!("charts/{name}.csv"), rendered.csv)?;
    }
    Ok(())
}
