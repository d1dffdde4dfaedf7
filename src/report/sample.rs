//! Small real runs for the tests of screens and pages.

use crate::experiment::{Comparison, Grid, Pair, Variant, compare, run_pair};
use crate::measure::NoRows;
use crate::ordering::Catalogue;
use crate::scenario::model::Scenario;
use crate::scenario::{Catalogue as Known, OrderingEntry, Source, load};
use crate::simulation::{Engine, Options};

pub(super) const SMALL: &str = include_str!("../../tests/it/small.toml");

pub(super) const OPTIONS: Options = Options { engine: Engine::Sequential, max_events: 100_000_000 };

/// A scenario with some of its values changed.
pub(super) fn scenario(text: &str, overrides: &[(&str, &str)], catalogue: &Catalogue) -> Scenario {
    let entries = catalogue.entries().iter();
    let entries = entries.map(|entry| OrderingEntry {
        name: entry.name,
        check: entry.check,
        schema: entry.schema,
    });
    let orderings: Vec<OrderingEntry> = entries.collect();
    let owned = |(path, value): &(&str, &str)| ((*path).to_owned(), (*value).to_owned());
    let overrides: Vec<(String, String)> = overrides.iter().map(owned).collect();
    let source = Source::Text { name: "test".to_owned(), text: text.to_owned() };
    let loaded = load(&source, &overrides, &Known { orderings: &orderings });
    loaded.unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// A run of a scenario beside its twin.
pub(super) fn pair_of(text: &str) -> Pair {
    let catalogue = Catalogue::bundled();
    let scenario = scenario(text, &[], &catalogue);
    run_pair(&scenario, &catalogue, OPTIONS, true, &mut NoRows).expect("it runs")
}

/// Orderings of a scenario over seeds.
pub(super) fn comparison_of(text: &str, orderings: &[&str], seeds: &[u64]) -> Comparison {
    comparison_by(text, "ordering", orderings, seeds)
}

/// Variants of a scenario over seeds.
pub(super) fn comparison_by(text: &str, axis: &str, labels: &[&str], seeds: &[u64]) -> Comparison {
    let catalogue = Catalogue::bundled();
    let variants = labels.iter().map(|label| Variant {
        label: (*label).to_owned(),
        scenario: scenario(text, &[(axis, label)], &catalogue),
    });
    let (variants, seeds) = (variants.collect(), seeds.to_vec());
    let grid = Grid { axis: axis.to_owned(), variants, seeds, with_real: true };
    compare(grid, &catalogue, OPTIONS, 2, |_, _| {}).expect("they run")
}
