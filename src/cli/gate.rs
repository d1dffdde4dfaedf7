//! `attestorm compare A B`: one quantity of two stored results, and a gate on it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{CompareArgs, ResultFormat};
use super::output::{INVALID, fail, print};
use super::stored::{Origin, StoredGrid, StoredRun};
use crate::experiment::{ClaimStanding, Word, shift};
use crate::measure::metric::Better;
use crate::ordering::Catalogue;
use crate::report::{
    BySeed, GateView, find_result, gate_csv, gate_json, gate_screen, grid_values, pretty,
    run_values,
};
use crate::scenario::check::Sought;
use crate::scenario::model::Scenario;
use crate::scenario::sought;

/// Compares the result that the arguments name first with `later`.
pub(super) fn gate(
    args: &CompareArgs,
    later: &str,
    catalogue: &Catalogue,
    quiet: bool,
) -> ExitCode {
    gated(args, later, catalogue, quiet).unwrap_or_else(|error| fail(error, INVALID))
}

fn gated(
    args: &CompareArgs,
    later: &str,
    catalogue: &Catalogue,
    quiet: bool,
) -> Result<ExitCode, String> {
    let read = |name: &str| Side::read(&find_result(Some(name), &args.engine.out)?, catalogue);
    let (before, after) = (read(&args.scenario.scenario)?, read(later)?);
    let focus = before.scenario.faults.first().map(|fault| format!(" in {}", fault.name));
    let default = format!("p99(latency.applied){}", focus.unwrap_or_default());
    let on = sought(args.on.as_deref().unwrap_or(&default), &before.scenario)?;
    let better = GateView::better(&on);
    if better == Better::Neither && args.fail_if_worse.is_some() {
        return Err(format!(
            "of `{}` neither more nor less is better\nname a metric that can be worse: attestorm \
             metrics",
            on.text
        ));
    }
    let seeds = before.seeds.iter().copied().filter(|seed| after.seeds.contains(seed));
    let seeds: Vec<u64> = seeds.collect();
    if seeds.is_empty() {
        return Err("the two results have no seed in common: there are no pairs".to_owned());
    }
    let allowed = args.fail_if_worse.unwrap_or(0.0);
    let pairs = pairs(before.values(&on)?, after.values(&on)?)?;
    let rows = pairs.into_iter().map(|(label, before, after)| {
        let value = |side: &BySeed, seed| side.get(seed).copied().flatten();
        let pairs = seeds.iter().map(|seed| (value(&before, seed), value(&after, seed)));
        (label, shift(better, &pairs.collect::<Vec<_>>(), allowed))
    });
    let view = GateView {
        on: &on,
        allowed: args.fail_if_worse,
        rows: &rows.collect::<Vec<_>>(),
        seeds: &seeds,
        origins: [&before.told(), &after.told()],
        is_another_scenario: before.text != after.text,
    };
    let code = match view.standing() {
        ClaimStanding::Holds => 0,
        ClaimStanding::Fails => Word::Missed.exit(),
        ClaimStanding::Open => Word::Inconclusive.exit(),
    };
    show(view, args.format, quiet, (code, &after.folder));
    Ok(ExitCode::from(code))
}

fn show(view: GateView<'_>, format: ResultFormat, quiet: bool, (code, later): (u8, &Path)) {
    let screen = gate_screen(view, code);
    print(&match (quiet, format) {
        (true, _) => format!("{}\n", screen.lines().next().unwrap_or_default()),
        (false, ResultFormat::Csv) => gate_csv(view),
        (false, ResultFormat::Json) => pretty(&gate_json(view, code)),
        (false, ResultFormat::Md) => format!("```text\n{screen}```\n"),
        (false, ResultFormat::Text | ResultFormat::Prometheus | ResultFormat::Junit) => {
            format!("{screen}\nnext: attestorm report {}\n", later.display())
        }
    });
}

/// Every variant of both; of one each, whatever they are called.
fn pairs(
    before: Vec<(String, BySeed)>,
    after: Vec<(String, BySeed)>,
) -> Result<Vec<(String, BySeed, BySeed)>, String> {
    let names = |side: &[(String, BySeed)]| {
        side.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (here, there) = (names(&before), names(&after));
    if let ([(_, one)], [(_, other)]) = (before.as_slice(), after.as_slice()) {
        return Ok(vec![(String::new(), one.clone(), other.clone())]);
    }
    let known = |label: &str| after.iter().find(|(other, _)| other == label).cloned();
    let both = before.into_iter().filter_map(|(label, side)| {
        let (_, other) = known(&label)?;
        Some((label, side, other))
    });
    let both: Vec<_> = both.collect();
    match both.is_empty() {
        true => Err(format!("the two results have no variant in common: {here}; {there}")),
        false => Ok(both),
    }
}

/// One of the two results.
struct Side {
    folder: PathBuf,
    origin: Origin,
    /// The scenario, of a grid the first variant's.
    scenario: Scenario,
    /// All scenarios as text, whatever their seeds.
    text: String,
    seeds: Vec<u64>,
    is_grid: bool,
}

impl Side {
    fn read(folder: &Path, catalogue: &Catalogue) -> Result<Self, String> {
        let folder = folder.to_owned();
        let bare = |scenario: &Scenario| Scenario { seed: 0, ..scenario.clone() }.to_toml();
        if StoredGrid::is_in(&folder) {
            let stored = StoredGrid::read(&folder, catalogue)?;
            let grid = stored.grid();
            let text = stored.scenarios.iter().map(bare).collect();
            let scenario = stored.scenarios.first().cloned();
            let scenario = scenario.ok_or_else(|| format!("{} is empty", folder.display()))?;
            let (origin, seeds) = (stored.origin, grid.seeds);
            return Ok(Self { folder, origin, scenario, text, seeds, is_grid: true });
        }
        let StoredRun { origin, scenario, .. } = StoredRun::read(&folder, catalogue)?;
        let (text, seeds) = (bare(&scenario), vec![scenario.seed]);
        Ok(Self { folder, origin, scenario, text, seeds, is_grid: false })
    }

    fn values(&self, on: &Sought) -> Result<Vec<(String, BySeed)>, String> {
        match self.is_grid {
            true => grid_values(&self.folder, &self.seeds, on),
            false => Ok(vec![(String::new(), run_values(&self.folder, self.scenario.seed, on)?)]),
        }
    }

    /// Where it is, and what made it.
    fn told(&self) -> String {
        let Origin { model, version, .. } = &self.origin;
        format!("{}  (attestorm {version}, model {model})", self.folder.display())
    }
}
