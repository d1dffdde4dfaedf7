//! Permits to send: what waits for one, and what has one.

use std::collections::{BTreeMap, VecDeque};

use crate::attestation::Operation;

/// One try of an operation.
pub(super) type Try = (Operation, u8);

/// Permits at each router, by its place in the client's list.
pub(super) struct Gate {
    left: Vec<u32>,
    lines: Vec<VecDeque<Try>>,
    /// Which router's permit a try has taken along.
    out: BTreeMap<Try, usize>,
}

impl Gate {
    /// So many permits at each of so many routers.
    pub(super) fn new(permits: u32, routers: usize) -> Self {
        let (left, lines) = (vec![permits; routers], vec![VecDeque::new(); routers]);
        Self { left, lines, out: BTreeMap::new() }
    }

    /// Takes a permit for a try, or puts it in line; whether it may go now.
    pub(super) fn ask(&mut self, place: usize, tried: Try) -> bool {
        if self.left[place] == 0 {
            self.lines[place].push_back(tried);
            return false;
        }
        self.left[place] -= 1;
        self.out.insert(tried, place);
        true
    }

    /// The permit of a try is back; who is next in line has it now, and goes to that router.
    pub(super) fn back(&mut self, tried: Try) -> Option<(Try, usize)> {
        let place = self.out.remove(&tried)?;
        let Some(next) = self.lines[place].pop_front() else {
            self.left[place] += 1;
            return None;
        };
        self.out.insert(next, place);
        Some((next, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIES: [Try; 4] =
        [(Operation(0), 0), (Operation(1), 0), (Operation(2), 0), (Operation(3), 0)];

    #[test]
    fn permits_go_round_in_line_and_none_is_lost_or_made() {
        let mut gate = Gate::new(1, 2);
        assert_eq!(TRIES.map(|tried| gate.ask(0, tried)), [true, false, false, false]);
        assert!(gate.ask(1, (Operation(9), 0)), "every router has its own");
        assert_eq!(gate.back(TRIES[2]), None, "it has none");
        assert_eq!(gate.back(TRIES[0]), Some((TRIES[1], 0)));
        assert_eq!(gate.back(TRIES[0]), None, "it came back already");
        assert_eq!(gate.back(TRIES[1]), Some((TRIES[2], 0)));
        assert_eq!(gate.back(TRIES[2]), Some((TRIES[3], 0)));
        assert_eq!((gate.back(TRIES[3]), gate.left), (None, vec![1, 0]));
    }
}
