//! The files of a grid's result.

use std::fmt::Write;

use super::charts;
use super::compare_files::{compare_csv, compare_json};
use super::compare_screen::compare_screen;
use super::decision::decision;
use super::run_files::pretty;
use super::run_screen::Making;
use super::seeds_screen::seeds_screen;
use super::store::{Draft, StoreError, fingerprint};
use super::trust_anew::of_comparison;
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
    write_runs(draft, comparison, command)?;
    let place = draft.place().display().to_string();
    let screen = match comparison.labels.len() {
        1 => seeds_screen(comparison, making),
        _ => compare_screen(comparison, making),
    };
    draft.write("compare.md", format!("```text\n{screen}```\n{}", of_comparison(comparison)))?;
    if comparison.labels.len() > 1 {
        draft.write("decision.md", decision(comparison, command, &place))?;
    }
    draft.write("summary.json", pretty(&compare_json(comparison)))?;
    for (name, rendered) in charts::of_comparison(comparison, command) {
        draft.write(&format!("charts/{name}.svg"), rendered.svg)?;
        draft.write(&format!("charts/{name}.png"), rendered.png)?;
        draft.write(&format!("charts/{name}.csv"), rendered.csv)?;
    }
    Ok(())
}

/// Writes what `replay` needs of a grid, and its numbers seed by seed.
///
/// # Errors
/// If a file cannot be written.
pub fn write_runs(draft: &Draft, comparison: &Comparison, command: &str) -> Result<(), StoreError> {
    let (mut digests, mut scenarios) = (String::new(), String::new());
    for (number, (label, runs)) in comparison.labels.iter().zip(&comparison.runs).enumerate() {
        let Some(first) = runs.first() else { continue };
        let scenario = Scenario { crypto: Crypto::Modelled, ..first.scenario.clone() }.to_toml();
        draft.write(&format!("variants/{number}.toml"), &scenario)?;
        for (seed, pair) in comparison.seeds.iter().zip(runs) {
            let _ = writeln!(digests, "{number} {seed} {} {label}", pair.run.digest);
        }
        for (seed, trail) in comparison.seeds.iter().zip(&comparison.trails[number]) {
            draft.write(&format!("trails/{number}-s{seed}.txt"), trail.to_text())?;
        }
        if number == 0 {
            draft.write("scenario.toml", &scenario)?;
        }
        scenarios.push_str(&scenario);
    }
    draft.write("digests.txt", digests)?;
    let digest = format!(
        "digest   {}\nmodel    {MODEL}\nversion  {}\naxis     {}\n\
         scenario {}\ncommand  {command}\n",
        comparison.digest(),
        env!("CARGO_PKG_VERSION"),
        comparison.axis,
        fingerprint(&scenarios)
    );
    draft.write("digest.txt", digest)?;
    let place = draft.place().display().to_string();
    draft.write("seeds.csv", compare_csv(comparison))?;
    let reproduce = format!(
        "# How to reproduce this\n\n```\n{command}\nattestorm replay {place}\n\
         attestorm report {place}\n```\n"
    );
    draft.write("REPRODUCE.md", reproduce)
}
