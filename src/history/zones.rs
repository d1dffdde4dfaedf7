//! Registers in which every value is written at most once: zones (Gibbons & Korach 1997,
//! "Testing shared memories", theorem 4.1), in O(n log n).

/// All that touches one value: its write, and the reads that saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster<T> {
    /// The earliest return of any of them.
    pub first_return: T,
    /// The latest call of any of them.
    pub last_call: T,
}

impl<T: Copy + Ord> Cluster<T> {
    /// The cluster of one operation.
    pub const fn of(called: T, returned: T) -> Self {
        Self { first_return: returned, last_call: called }
    }

    /// Another operation of the same value.
    pub fn add(&mut self, called: T, returned: T) {
        self.first_return = self.first_return.min(returned);
        self.last_call = self.last_call.max(called);
    }

    /// Whether each has something that must come before something of the other.
    pub fn conflicts(&self, other: &Self) -> bool {
        self.first_return < other.last_call && other.first_return < self.last_call
    }

    /// Whether somebody called after somebody else had returned, so that nothing else fits between.
    fn is_forward(&self) -> bool {
        self.first_return < self.last_call
    }
}

/// Finds clusters in conflict; without any, there is an order.
#[derive(Debug)]
pub struct Zones;

impl Zones {
    /// The first two clusters, by place, that no order can hold both of.
    pub fn conflict<T: Copy + Ord>(clusters: &[Cluster<T>]) -> Option<(usize, usize)> {
        let mut forward: Vec<usize> =
            (0..clusters.len()).filter(|at| clusters[*at].is_forward()).collect();
        forward.sort_by_key(|at| (clusters[*at].first_return, *at));
        let overlap = forward.windows(2).find(|two| clusters[two[0]].conflicts(&clusters[two[1]]));
        if let Some(two) = overlap {
            return Some((two[0], two[1]));
        }
        // Forward zones lie apart now: only the last that began before can hold another inside.
        let mut others = (0..clusters.len()).filter(|at| !clusters[*at].is_forward());
        others.find_map(|at| {
            let before = |zone: &usize| clusters[*zone].first_return < clusters[at].last_call;
            let zone = *forward.get(forward.partition_point(before).checked_sub(1)?)?;
            clusters[zone].conflicts(&clusters[at]).then_some((zone, at))
        })
    }
}
