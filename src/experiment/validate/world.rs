//! The scenario of a row.

use super::published::Row;
use crate::kernel::Span;
use crate::ordering::Catalogue;
use crate::scenario::model::{DelayTable, Scenario};
use crate::scenario::{Catalogue as Known, OrderingEntry, Source, load};

/// Physical costs, the same for every row: Ed25519 on one core of the published machines, and
/// 16 cores of each.
const PRICED: &str = "[costs]
sign = \"24us\"
verify = \"63us\"
apply = \"5us\"
read = \"5us\"
receive = \"2us\"
route = \"2us\"
";

const FREE: &str = "[costs]
sign = \"0s\"
verify = \"0s\"
apply = \"0s\"
read = \"0s\"
receive = \"0s\"
route = \"0s\"
";

/// How long a row runs before its clock is read: past the first timeouts of a dead leader.
pub(super) fn warmup(row: &Row) -> Span {
    Span::from_secs(if row.dead.is_some() { 40 } else { 3 })
}

/// The scenario of a row under a seed. A committee member that is dead is so from the first
/// instant of the measurement; its clock is read after [`warmup`].
pub(super) fn scenario(row: &Row, seed: u64, catalogue: &Catalogue) -> Scenario {
    let source = Source::Text { name: row.name.to_owned(), text: text(row, seed) };
    let orderings = OrderingEntry::all(catalogue);
    let loaded = load(&source, &[], &Known { orderings: &orderings });
    let mut scenario = loaded.unwrap_or_else(|errors| panic!("{errors}"));
    if !row.costs {
        let beside = add_beside(&mut scenario.network.delays);
        scenario.routers.regions = vec![beside];
        scenario.load.iter_mut().for_each(|load| load.regions = vec![beside]);
    }
    scenario
}

fn text(row: &Row, seed: u64) -> String {
    let quoted = |regions: &[&str]| format!("{regions:?}");
    let regions = match row.regions {
        [] => String::new(),
        regions => format!("regions = {}\n", quoted(regions)),
    };
    let clients = match row.clients {
        [] => String::new(),
        clients => format!("regions = {}\n", quoted(clients)),
    };
    let dead = row.dead.map_or_else(String::new, |dead| {
        format!(
            "[[fault]]\nname = \"dead\"\nat = \"0s\"\non = \"validator-{dead}\"\ncrash = true\n"
        )
    });
    format!(
        "name = \"published\"\nduration = \"{}s\"\nwarmup = \"1s\"\nsettle = \"15s\"\n\
         seed = {seed}\n\
         ordering = \"{}\"\ncrypto = \"modelled\"\n\
         [network]\ndelays = \"{}\"\njitter = \"0%\"\n\
         [validators]\ncount = {}\ncores = 16\n{regions}\
         [routers]\ncount = 5\nbalance = \"nearest\"\n{clients}\
         [load.users]\nrate = \"{}/s\"\nclients = 20\n{clients}\
         keys = {{ count = 100000, pick = \"in-turn\" }}\n\
         {}{dead}[parameters.ordering.{}]\n{}\n",
        warmup(row).as_secs_f64() + f64::from(row.seconds),
        row.ordering,
        row.table,
        row.validators,
        row.rate,
        if row.costs { PRICED } else { FREE },
        row.ordering,
        row.parameters,
    )
}

/// Adds a region beside every other, for those whose way to validators is not to be counted; its
/// number.
fn add_beside(delays: &mut DelayTable) -> usize {
    let beside = delays.regions.len();
    delays.regions.push("beside".to_owned());
    delays.one_way.iter_mut().for_each(|row| row.push(Span::from_micros(1)));
    delays.one_way.push(vec![Span::from_micros(1); beside + 1]);
    beside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::validate::{DEAD_LEADER, MEASURED, NETWORK_ONLY};

    #[test]
    fn every_row_is_a_scenario_of_this_build() {
        let catalogue = Catalogue::bundled();
        let shapes = DEAD_LEADER.iter().flat_map(|shape| shape.rows());
        for row in NETWORK_ONLY.iter().chain(MEASURED).copied().chain(shapes) {
            let scenario = scenario(&row, 1, &catalogue);
            assert_eq!(scenario.validators.count, row.validators, "{}", row.name);
            assert_eq!(scenario.faults.len(), usize::from(row.dead.is_some()), "{}", row.name);
        }
    }
}
