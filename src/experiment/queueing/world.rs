//! The scenario of a station.

use super::Station;
use crate::ordering::Catalogue;
use crate::scenario::model::{Law, Scenario};
use crate::scenario::{Catalogue as Known, OrderingEntry, Source, load};

/// So many service times pass before anything is measured: the memory of M/M/1 at a load of 0.8 is
/// about ninety of them.
const WARMUP: f64 = 1_000.0;

/// The memory of many queues with choices is shorter, and their arrivals are many.
const WARMUP_OF_MANY: f64 = 60.0;

/// The scenario of a station under a seed, with so many arrivals in the mean.
pub(super) fn scenario(
    station: &Station,
    arrivals: u32,
    seed: u64,
    catalogue: &Catalogue,
) -> Scenario {
    let source =
        Source::Text { name: station.name.to_owned(), text: text(station, arrivals, seed) };
    let orderings = OrderingEntry::all(catalogue);
    let loaded = load(&source, &[], &Known { orderings: &orderings });
    loaded.unwrap_or_else(|errors| panic!("{errors}"))
}

fn text(station: &Station, arrivals: u32, seed: u64) -> String {
    let service = station.service.as_secs_f64();
    let workers = f64::from(station.routers * station.servers);
    let rate = station.load * workers / service;
    let warmup = if station.routers > 1 { WARMUP_OF_MANY } else { WARMUP };
    let (warmup, duration) = (warmup * service * 1_000.0, f64::from(arrivals) / rate * 1_000.0);
    let law = match station.law {
        Law::Fixed => "law = \"fixed\"".to_owned(),
        Law::Exponential => "law = \"exponential\"".to_owned(),
        Law::Uniform => "law = \"uniform\"".to_owned(),
        Law::LogNormal(cv) => format!("law = \"lognormal\", cv = {cv}"),
    };
    let limit = match station.limit {
        Some(limit) => format!("queue = {limit}\nbackpressure = \"reject\"\n"),
        None => "backpressure = \"none\"\n".to_owned(),
    };
    format!(
        "name = \"queue\"\nduration = \"{duration:.0}ms\"\nwarmup = \"{warmup:.0}ms\"\n\
         settle = \"120s\"\nseed = {seed}\nordering = \"arrival\"\ncrypto = \"modelled\"\n\
         [network]\ndelays = {{ name = \"one place\", source = \"none\", regions = [\"here\"], \
         one_way = [[\"1us\"]] }}\n\
         [validators]\ncount = 1\ncores = 64\n\
         [routers]\ncount = {}\nworkers = {}\nbalance = \"{}\"\nnews = \"0s\"\n{limit}\
         [load.users]\nrate = \"{rate}/s\"\nclients = 1\n\
         hook = {{ mean = \"{}\", {law} }}\n\
         [costs]\nsign = \"0s\"\nverify = \"0s\"\napply = \"0s\"\nread = \"0s\"\n\
         receive = \"0s\"\nroute = \"0s\"\n",
        station.routers, station.servers, station.balance, station.service,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::queueing::rows;

    #[test]
    fn every_station_is_a_scenario_of_this_build() {
        let catalogue = Catalogue::bundled();
        for row in rows() {
            let scenario = scenario(&row.station, 1_000, 1, &catalogue);
            assert_eq!(scenario.load[0].hook.law, row.station.law, "{}", row.station.name);
            assert_eq!(scenario.routers.queue, row.station.limit, "{}", row.station.name);
        }
    }
}
