//! Tables against a dumb second way to know, and centres that tell one another.

mod closure;

use std::sync::Arc;

use proptest::prelude::*;

use super::table::{SplitHorizon, Table};
use super::*;

/// Centres whose links take so many milliseconds.
fn overlay(centres: usize, links: &[(usize, usize, u64)]) -> Arc<Overlay> {
    let pairs: Vec<_> = links.iter().map(|(one, other, _)| (*one, *other)).collect();
    let millis = |from: usize, to: usize| {
        let is_it = |link: &&(usize, usize, u64)| {
            (link.0, link.1) == (from, to) || (link.1, link.0) == (from, to)
        };
        Span::from_millis(links.iter().rev().find(is_it).expect("it is a link").2)
    };
    Arc::new(Overlay::new(centres, &pairs, millis))
}

fn sites(overlay: &Arc<Overlay>) -> Vec<Site> {
    let site = |me| Site { me, overlay: Arc::clone(overlay) };
    (0..overlay.centres()).map(site).collect()
}

/// Every open centre tells every open neighbour its table, once.
fn exchange(tables: &mut [Table], waits: &[Span], open: &[bool], horizon: SplitHorizon) {
    for from in (0..tables.len()).filter(|from| open[*from]) {
        let neighbours: Vec<usize> = tables[from].neighbours().filter(|to| open[*to]).collect();
        for to in neighbours {
            let table = Some(tables[from].tell(to, horizon));
            let news = News { wait: waits[from], table, asks: false };
            tables[to].hear(from, &news, VirtualTime::ZERO);
        }
    }
}

/// The least cost from one centre to another on fresh state, by trying every edge again and again
/// until nothing gets shorter.
fn fresh(overlay: &Overlay, waits: &[Span], from: usize, to: usize) -> Option<Span> {
    let mut costs = vec![None; overlay.centres()];
    costs[from] = Some(Span::ZERO);
    loop {
        let before = costs.clone();
        for one in 0..costs.len() {
            for (other, delay) in overlay.neighbours(one) {
                let Some(cost) = costs[one] else { continue };
                let wait = if other == to { Span::ZERO } else { waits[other] };
                let longer = cost + delay + wait;
                costs[other] = Some(costs[other].map_or(longer, |known: Span| known.min(longer)));
            }
        }
        if costs == before {
            return costs[to];
        }
    }
}

proptest! {
    #[test]
    fn with_instant_gossip_tables_know_what_fresh_state_says(
        links in prop::collection::vec((0_usize..9, 0_usize..9, 1_u64..90), 1..20),
        waits in prop::collection::vec(0_u64..2_000, 9),
        is_poisoned: bool,
    ) {
        let links: Vec<_> = links.into_iter().filter(|(one, other, _)| one != other).collect();
        let overlay = overlay(9, &links);
        let waits: Vec<Span> = waits.into_iter().map(Span::from_millis).collect();
        let horizon = if is_poisoned { SplitHorizon::Poisoned } else { SplitHorizon::Off };
        let mut tables: Vec<Table> = sites(&overlay).iter().map(Table::new).collect();
        (0..9).for_each(|_| exchange(&mut tables, &waits, &[true; 9], horizon));
        for (from, table) in tables.iter().enumerate() {
            for to in (0..9).filter(|to| *to != from) {
                let route = table.route(to);
                let known = route.map(|route| route.distance.cost);
                prop_assert_eq!(known, fresh(&overlay, &waits, from, to), "{} to {}", from, to);
            }
        }
        // And who goes by the tables arrives, by the hops that they tell.
        for (from, table) in tables.iter().enumerate() {
            for to in (0..9).filter(|to| *to != from) {
                let Some(first) = table.route(to) else { continue };
                let (mut at, mut hops) = (first.via, 1);
                while at != to {
                    at = tables[at].route(to).expect("the next one knows a way").via;
                    hops += 1;
                }
                prop_assert_eq!(hops, first.distance.hops);
            }
        }
        // Settled tables are those of instant gossip without waits.
        let mut calm: Vec<Table> = sites(&overlay).iter().map(Table::new).collect();
        (0..9).for_each(|_| exchange(&mut calm, &[Span::ZERO; 9], &[true; 9], horizon));
        for (site, calm) in sites(&overlay).iter().zip(&calm) {
            let costs = |table: &Table| -> Vec<_> {
                table.ways().into_iter().map(|way| way.map(|way| way.distance.cost)).collect()
            };
            prop_assert_eq!(costs(&Table::settled(site)), costs(calm));
        }
    }
}

/// Three centres in a line, the last of which closes: what the one beside it thinks of the way
/// there, exchange by exchange, as hops.
fn count(horizon: SplitHorizon) -> String {
    let overlay = overlay(3, &[(0, 1, 10), (1, 2, 10)]);
    let mut tables: Vec<Table> = sites(&overlay).iter().map(Table::settled).collect();
    let later = VirtualTime::ZERO + Span::from_secs(9);
    tables[0].listen(later);
    let open = [true, true, false];
    let news = News { wait: Span::ZERO, table: None, asks: false };
    tables[1].hear(0, &news, later);
    assert_eq!(tables[1].time_out(later, Span::from_secs(6)), [2]);
    let mut seen = Vec::new();
    for _ in 0..10 {
        let route = tables[1].route(2);
        seen.push(route.map_or("never".to_owned(), |way| way.distance.hops.to_string()));
        exchange(&mut tables, &[Span::ZERO; 3], &open, horizon);
    }
    seen.join(" ")
}

#[test]
fn without_split_horizon_two_centres_count_to_infinity() {
    // RFC 2453, 3.4.2: once the first has told its old way, each thinks that the other knows one.
    assert_eq!(count(SplitHorizon::Off), "never 3 5 7 9 11 13 15 never never");
    assert_eq!(count(SplitHorizon::Poisoned), "never ".repeat(10).trim());
}
