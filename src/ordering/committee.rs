//! The validators as a voting body.

/// `n` validators of equal weight and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committee {
    size: u32,
}

impl Committee {
    /// A committee of `size` validators, at least one.
    pub fn new(size: u32) -> Self {
        assert!(size > 0, "a committee has members");
        let committee = Self { size };
        let (n, f, q) = (size, committee.byzantine(), committee.quorum());
        assert!(n + f < 2 * q, "two quorums share a correct validator");
        assert!(q <= n - f, "the correct alone can reach a quorum");
        committee
    }

    /// How many validators there are, n.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// How many may be Byzantine, f = ⌊(n − 1) / 3⌋.
    pub const fn byzantine(&self) -> u32 {
        (self.size - 1) / 3
    }

    /// How many may crash if none is Byzantine, ⌊(n − 1) / 2⌋.
    pub const fn minority(&self) -> u32 {
        (self.size - 1) / 2
    }

    /// Votes that make a quorum, n − f.
    pub const fn quorum(&self) -> u32 {
        self.size - self.byzantine()
    }

    /// Votes that make a majority, for strategies that only expect crashes.
    pub const fn majority(&self) -> u32 {
        self.size / 2 + 1
    }

    /// One more than may be Byzantine: at least one of so many is correct.
    pub const fn one_correct(&self) -> u32 {
        self.byzantine() + 1
    }

    /// Every validator.
    pub fn members(&self) -> impl Iterator<Item = u16> + use<> {
        0..self.size as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorums_intersect_and_are_reachable_at_every_size() {
        for size in 1..10_000 {
            Committee::new(size);
        }
    }

    #[test]
    fn the_usual_sizes() {
        let check = |size, f, q| {
            let committee = Committee::new(size);
            assert_eq!((committee.byzantine(), committee.quorum()), (f, q), "of {size}");
        };
        check(1, 0, 1);
        check(4, 1, 3);
        check(6, 1, 5);
        check(7, 2, 5);
        check(10, 3, 7);
        check(100, 33, 67);
    }
}
