//! `attestorm claims`: what scenarios claim of variants, judged over seeds.

use std::process::ExitCode;

use super::args::{ClaimsArgs, EngineArgs, EngineName, Format, ScenarioArgs};
use super::grid::measured;
use super::output::{INVALID, fail, print};
use super::source;
use crate::experiment::{
    ClaimResult, ClaimStanding, Comparison, Grid, Variant, Word, gravest_claim, judge_claims,
};
use crate::ordering::Catalogue;
use crate::report::{claim_lines, claims_csv, claims_json, claims_summary, pretty};
use crate::scenario::model::Scenario;

pub(super) fn claims(args: &ClaimsArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let mut grids = Vec::new();
    for name in &args.scenarios {
        match grids_of(name, args, catalogue) {
            Ok(of_scenario) => grids.extend(of_scenario),
            Err(code) => return code,
        }
    }
    let (mut results, mut lines, mut is_broken) = (Vec::new(), Vec::new(), false);
    for grid in grids {
        let comparison = match measured(grid, catalogue, &engine(), quiet) {
            Ok(comparison) => comparison,
            Err(code) => return code,
        };
        results.extend(judge_claims(&comparison));
        is_broken |= comparison.gravest() == Word::Broken;
        lines.push(ground(&comparison));
    }
    show(&results, &lines, if quiet { None } else { Some(args.format) });
    match is_broken {
        true => ExitCode::from(Word::Broken.exit()),
        false => exit(&results),
    }
}

/// The exit code of claims: one left open before one that fails.
pub(super) fn exit(results: &[ClaimResult]) -> ExitCode {
    match gravest_claim(results) {
        ClaimStanding::Holds => ExitCode::SUCCESS,
        ClaimStanding::Fails => ExitCode::from(Word::Missed.exit()),
        ClaimStanding::Open => ExitCode::from(Word::Inconclusive.exit()),
    }
}

/// One grid for each axis that a scenario's claims are about, with every variant they name; what
/// is wrong is printed.
fn grids_of(name: &str, args: &ClaimsArgs, catalogue: &Catalogue) -> Result<Vec<Grid>, ExitCode> {
    let scenario = ScenarioArgs {
        scenario: name.to_owned(),
        sets: args.sets.clone(),
        ordering: None,
        crypto: None,
    };
    let base = source::scenario(&scenario, &[], catalogue)?;
    if base.claims.is_empty() {
        let text = format!(
            "{name} claims nothing of variants\n\
             give it a [[claim]]; `attestorm scenario new ours.toml` writes a file with one"
        );
        return Err(fail(text, INVALID));
    }
    let grid = |(axis, labels): (String, Vec<String>)| {
        let variant = |label: String| {
            let further = [(axis.clone(), label.clone())];
            let scenario = source::scenario(&scenario, &further, catalogue)?;
            Ok(Variant { label, scenario })
        };
        let variants = labels.into_iter().map(variant).collect::<Result<_, ExitCode>>()?;
        Ok(Grid { axis: axis.clone(), variants, seeds: args.seeds.0.clone(), with_real: false })
    };
    axes(&base).into_iter().map(grid).collect()
}

/// Each axis with every variant that some claim compares, in order.
fn axes(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    let mut axes: Vec<(String, Vec<String>)> = Vec::new();
    for claim in &scenario.claims {
        let at = axes.iter().position(|(path, _)| *path == claim.by.path).unwrap_or_else(|| {
            axes.push((claim.by.path.clone(), Vec::new()));
            axes.len() - 1
        });
        let labels = &mut axes[at].1;
        let new = claim.holds.variants().filter(|label| !labels.contains(label));
        let new: Vec<String> = new.cloned().collect();
        labels.extend(new);
    }
    axes
}

/// Runs are many and short: each has a core of its own.
fn engine() -> EngineArgs {
    EngineArgs { engine: EngineName::Sharded, shards: 1, out: "results".into() }
}

/// What the claims of one axis were judged on.
fn ground(comparison: &Comparison) -> String {
    let first = comparison.runs.first().and_then(|runs| runs.first());
    let name = first.map_or("", |pair| &pair.scenario.name);
    let (digest, runs) = (comparison.digest(), comparison.len());
    format!("digest   {} over {runs} runs of {name} by {}", digest.short(), comparison.axis)
}

fn show(results: &[ClaimResult], grounds: &[String], format: Option<Format>) {
    let summary = claims_summary(results);
    let lines = || claim_lines(results).join("\n");
    print(&match format {
        None => format!("{summary}\n"),
        Some(Format::Text) => format!("{}\n{summary}\n\n{}\n", lines(), grounds.join("\n")),
        Some(Format::Md) => format!("```text\n{}\n{summary}\n```\n", lines()),
        Some(Format::Csv) => claims_csv(results),
        Some(Format::Json) => pretty(&claims_json(results)),
    });
}
