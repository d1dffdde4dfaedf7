//! A compact trail of a run in a grid: enough to say in which second a repetition parts from it,
//! and which processes end up different.

use xxhash_rust::xxh3::xxh3_64;

use crate::measure::Rows;
use crate::simulation::Listener;
use crate::trace::Checkpoint;

/// Where a run's chains stood: one word per virtual second, one per process at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Of each second with facts: the second, and one word over the chains that moved in it.
    pub seconds: Vec<(u64, u64)>,
    /// Where the chain of each process ended, by its number; 0 if it emitted nothing.
    pub processes: Vec<u64>,
}

/// Where two runs of one scenario part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The first second that differs; `None` if only the ends do.
    pub second: Option<u64>,
    /// The processes that end up different, in order.
    pub processes: Vec<u32>,
}

impl Trail {
    /// Where `other` parts from this; `None` if it does not.
    pub fn parting(&self, other: &Self) -> Option<Parting> {
        if self == other {
            return None;
        }
        let longest = self.seconds.len().max(other.seconds.len());
        let at = (0..longest).find(|at| self.seconds.get(*at) != other.seconds.get(*at));
        let second = at.and_then(|at| {
            let of = |trail: &Self| trail.seconds.get(at).map(|(second, _)| *second);
            [of(self), of(other)].into_iter().flatten().min()
        });
        let most = self.processes.len().max(other.processes.len());
        let differs = |at: &usize| self.processes.get(*at) != other.processes.get(*at);
        let processes = (0..most).filter(differs).map(|at| at as u32).collect();
        Some(Parting { second, processes })
    }

    /// As files hold it: a line of seconds, a line of processes.
    pub fn to_text(&self) -> String {
        let seconds = self.seconds.iter().map(|(second, word)| format!("{second}:{word:016x}"));
        let processes = self.processes.iter().map(|word| format!("{word:016x}"));
        let joined = |words: &mut dyn Iterator<Item = String>| words.collect::<Vec<_>>().join(" ");
        format!(
            "seconds {}\nprocesses {}\n",
            joined(&mut seconds.into_iter()),
            joined(&mut processes.into_iter())
        )
    }

    /// The trail that a text holds, if it holds one.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let seconds = lines.next()?.strip_prefix("seconds ")?.split_whitespace();
        let seconds = seconds.map(|pair| {
            let (second, word) = pair.split_once(':')?;
            Some((second.parse().ok()?, u64::from_str_radix(word, 16).ok()?))
        });
        let seconds = seconds.collect::<Option<_>>()?;
        let processes = lines.next()?.strip_prefix("processes ")?.split_whitespace();
        let processes = processes.map(|word| u64::from_str_radix(word, 16).ok());
        Some(Self { seconds, processes: processes.collect::<Option<_>>()? })
    }
}

impl Rows for Trail {}

impl Listener for Trail {
    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        let Checkpoint { second, process, chain } = checkpoint;
        let at = process as usize;
        if at >= self.processes.len() {
            self.processes.resize(at + 1, 0);
        }
        self.processes[at] = chain;
        if self.seconds.last().is_none_or(|(last, _)| *last != second) {
            self.seconds.push((second, 0));
        }
        let Some((_, word)) = self.seconds.last_mut() else { return };
        let mut step = [0; 20];
        step[..8].copy_from_slice(&word.to_le_bytes());
        step[8..12].copy_from_slice(&process.to_le_bytes());
        step[12..].copy_from_slice(&chain.to_le_bytes());
        *word = xxh3_64(&step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(points: &[(u64, u32, u64)]) -> Trail {
        let mut trail = Trail::default();
        for (second, process, chain) in points {
            let point = Checkpoint { second: *second, process: *process, chain: *chain };
            trail.checkpoint(point);
        }
        trail
    }

    #[test]
    fn a_parting_names_the_second_and_the_processes() {
        let base = trail(&[(0, 0, 5), (0, 2, 6), (3, 2, 7), (4, 0, 9)]);
        let check = |points: &[(u64, u32, u64)], expected: Option<(Option<u64>, &[u32])>| {
            let parting = base.parting(&trail(points));
            let expected = expected
                .map(|(second, processes)| Parting { second, processes: processes.to_vec() });
            assert_eq!(parting, expected, "{points:?}");
        };
        check(&[(0, 0, 5), (0, 2, 6), (3, 2, 7), (4, 0, 9)], None);
        check(&[(0, 0, 5), (0, 2, 6), (3, 2, 8), (4, 0, 9)], Some((Some(3), &[2])));
        check(&[(0, 0, 5), (0, 2, 6), (2, 2, 7), (4, 0, 9)], Some((Some(2), &[])));
        check(&[(0, 0, 5), (0, 2, 6), (3, 2, 7)], Some((Some(4), &[0])));
    }

    #[test]
    fn a_text_holds_a_trail() {
        for trail in [Trail::default(), trail(&[(0, 0, 5), (7, 3, u64::MAX)])] {
            assert_eq!(Trail::from_text(&trail.to_text()), Some(trail));
        }
        assert_eq!(Trail::from_text("seconds 0:zz\nprocesses "), None);
        assert_eq!(Trail::from_text(""), None);
    }
}
