//! Centres and the links between them.

use super::table::{Distance, Route};
use crate::flow::spread::spread;
use crate::kernel::Span;

/// The centre to which an operation about that subject is addressed.
pub const fn home(subject: u32, centres: usize) -> usize {
    ((spread(subject as u64) as u128 * centres as u128) >> 64) as usize
}

/// Who is linked to whom, and how far they are from one another. Both ways, each with its delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    delays: Vec<Vec<Option<Span>>>,
    /// The best way without any waiting, from and to.
    ways: Vec<Vec<Option<Route>>>,
}

impl Overlay {
    /// The most centres that there may be.
    pub const MOST: usize = 64;

    /// So many centres with these links; `delay` is that of a link from one to another.
    pub fn new(
        centres: usize,
        links: &[(usize, usize)],
        delay: impl Fn(usize, usize) -> Span,
    ) -> Self {
        let mut delays = vec![vec![None; centres]; centres];
        for &(one, other) in links {
            delays[one][other] = Some(delay(one, other));
            delays[other][one] = Some(delay(other, one));
        }
        let ways = ways(&delays);
        Self { delays, ways }
    }

    /// How many centres there are.
    pub const fn centres(&self) -> usize {
        self.delays.len()
    }

    /// Neighbours of a centre and how far they are, in order.
    pub fn neighbours(&self, of: usize) -> impl Iterator<Item = (usize, Span)> + '_ {
        let links = self.delays[of].iter().enumerate();
        links.filter_map(|(to, delay)| delay.map(|delay| (to, delay)))
    }

    /// The best way while nobody waits anywhere.
    pub(super) fn way(&self, from: usize, to: usize) -> Option<Route> {
        self.ways[from][to]
    }
}

/// Floyd (1962) and Warshall (1962): between any two centres through the first k of them.
fn ways(delays: &[Vec<Option<Span>>]) -> Vec<Vec<Option<Route>>> {
    let centres = 0..delays.len();
    let link = |from: usize, to: usize| {
        let distance = match delays[from][to] {
            _ if from == to => Distance::HERE,
            delay => Distance { cost: delay?, hops: 1 },
        };
        Some(Route { via: to, distance })
    };
    let row = |from| centres.clone().map(|to| link(from, to)).collect();
    let mut ways: Vec<Vec<Option<Route>>> = centres.clone().map(row).collect();
    for through in centres.clone() {
        for from in centres.clone() {
            for to in centres.clone() {
                let (Some(first), Some(rest)) = (ways[from][through], ways[through][to]) else {
                    continue;
                };
                let distance = first.distance.and(rest.distance);
                if ways[from][to].is_none_or(|known| distance < Some(known.distance))
                    && let Some(distance) = distance
                {
                    ways[from][to] = Some(Route { via: first.via, distance });
                }
            }
        }
    }
    ways
}
