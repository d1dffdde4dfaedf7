//! Between whom operations travel from router to router.

/// An overlay of routers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Each to the next, and the last to the first.
    Ring,
    /// Each to the next.
    Line,
    /// Everybody to everybody.
    Mesh,
    /// These, by the numbers of routers; each goes both ways.
    Pairs(Vec<(u32, u32)>),
}

impl Links {
    /// The links of so many routers, each once.
    pub fn pairs(&self, routers: u32) -> Vec<(usize, usize)> {
        let pair = |one: u32, other: u32| (one as usize, other as usize);
        let line = (1..routers).map(|number| pair(number - 1, number));
        match self {
            Self::Line => line.collect(),
            Self::Ring if routers > 2 => line.chain([pair(routers - 1, 0)]).collect(),
            Self::Ring => line.collect(),
            Self::Mesh => {
                let each = |one| (one + 1..routers).map(move |other| pair(one, other));
                (0..routers).flat_map(each).collect()
            }
            Self::Pairs(pairs) => pairs.iter().map(|(one, other)| pair(*one, *other)).collect(),
        }
    }

    /// Whether everybody can reach everybody.
    pub fn connect(&self, routers: u32) -> bool {
        let pairs = self.pairs(routers);
        let mut reached = vec![false; routers as usize];
        let mut next = vec![0];
        while let Some(one) = next.pop() {
            if !std::mem::replace(&mut reached[one], true) {
                let beside = |pair: &(usize, usize)| match *pair {
                    (from, to) if from == one => Some(to),
                    (from, to) if to == one => Some(from),
                    _ => None,
                };
                next.extend(pairs.iter().filter_map(beside));
            }
        }
        !reached.contains(&false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_the_links_that_their_names_say() {
        assert_eq!(Links::Line.pairs(3), [(0, 1), (1, 2)]);
        assert_eq!(Links::Ring.pairs(3), [(0, 1), (1, 2), (2, 0)]);
        assert_eq!(Links::Ring.pairs(2), [(0, 1)]);
        assert_eq!(Links::Mesh.pairs(4).len(), 6);
        assert!([Links::Line, Links::Ring, Links::Mesh].iter().all(|links| links.connect(5)));
        assert!(!Links::Pairs(vec![(0, 1), (2, 3)]).connect(4));
    }
}
