//! Whom to tell next: the others in turn.

use super::Seat;

/// The other validators, one after another, for ever.
#[derive(Clone, Debug)]
pub(super) struct Neighbours {
    me: u32,
    size: u32,
    turn: u32,
}

impl Neighbours {
    /// Begins with the next validator.
    pub(super) fn new(seat: &Seat) -> Self {
        Self { me: seat.me.into(), size: seat.committee.size(), turn: 0 }
    }

    /// The next so many, or all of them.
    pub(super) fn next(&mut self, count: u32) -> impl Iterator<Item = u16> + use<> {
        let (me, size, first) = (self.me, self.size, self.turn);
        let count = count.min(size - 1);
        self.turn += count;
        (first..first + count).map(move |turn| ((me + 1 + turn % (size - 1)) % size) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::KeyRing;
    use crate::ordering::Committee;

    #[test]
    fn everybody_else_has_a_turn() {
        let check = |size, counts: [u32; 3], expected: &str| {
            let committee = Committee::new(size);
            let seat = Seat { me: 0, committee, signer: KeyRing::modelled(1).signer(0) };
            let mut neighbours = Neighbours::new(&seat);
            let told =
                counts.map(|count| format!("{:?}", neighbours.next(count).collect::<Vec<_>>()));
            assert_eq!(told.join(" "), expected);
        };
        check(4, [1, 1, 2], "[1] [2] [3, 1]");
        check(4, [9, 1, 1], "[1, 2, 3] [1] [2]");
        check(1, [1, 2, 3], "[] [] []");
    }
}
