//! What a comparison says below its table: whole sentences, as far as there is room.

use super::claim_lines::{claim_lines, claims_summary};
use super::compare_limits::compare_limits;
use super::compare_table::CompareTable;
use super::compare_verdict::verdict_of;
use super::format::{cut, many};
use super::run_screen::wrapped;
use super::tuned_lines::tuned_lines;
use crate::experiment::{ClaimResult, ClaimStanding, Comparison};

/// Columns of a screen.
const WIDTH: usize = 100;

/// Verdict, claims, what tuning chose, and limits.
pub(super) struct Said {
    parts: Vec<Part>,
}

/// Sentences under one word.
#[derive(Default)]
struct Part {
    /// What those are that are left out: `claim`.
    noun: &'static str,
    /// Whose they are: ` of the verdict`.
    of: &'static str,
    sentences: Vec<Sentence>,
}

struct Sentence {
    lines: Vec<String>,
    /// What is less is left out last; of equals, the first.
    urgency: u8,
}

impl Said {
    pub(super) fn new(
        comparison: &Comparison,
        table: &CompareTable,
        claims: &[ClaimResult],
    ) -> Self {
        let plain = |word, noun, of, sentences: Vec<String>| Part {
            noun,
            of,
            sentences: sentences.iter().enumerate().map(|at| Sentence::under(word, at)).collect(),
        };
        let verdict =
            plain("VERDICT", "sentence", " of the verdict", verdict_of(comparison, table, claims));
        let limits = plain("LIMITS", "limit", "", compare_limits(comparison, table));
        Self { parts: vec![verdict, Part::of_claims(claims), Part::tuned(comparison), limits] }
    }

    /// How many lines it would take to say all of it.
    pub(super) fn lines(&self) -> usize {
        let sentences = self.parts.iter().flat_map(|part| &part.sentences);
        sentences.map(|sentence| sentence.lines.len()).sum()
    }

    /// So many lines of it at most. Every part has its turn, sentence by sentence; the last line
    /// says what is left out, and where it is.
    pub(super) fn within(&self, room: usize) -> Vec<String> {
        if self.lines() <= room {
            return self
                .shown(&self.parts.iter().map(|part| part.sentences.len()).collect::<Vec<_>>());
        }
        let mut left = room.saturating_sub(1);
        let mut kept = vec![0; self.parts.len()];
        let mut open: Vec<usize> = (0..self.parts.len()).collect();
        while !open.is_empty() {
            open.retain(|part| {
                let next = self.parts[*part].in_turn(kept[*part]);
                let fits = next.filter(|sentence| sentence.lines.len() <= left);
                left -= fits.map_or(0, |sentence| sentence.lines.len());
                kept[*part] += usize::from(fits.is_some());
                fits.is_some()
            });
        }
        let mut lines = self.shown(&kept);
        lines.push(self.left_out(&kept));
        lines
    }

    /// So many sentences of each part, in the order of the text.
    fn shown(&self, kept: &[usize]) -> Vec<String> {
        let parts = self.parts.iter().zip(kept);
        parts
            .flat_map(|(part, count)| part.first(*count))
            .flat_map(|one| one.lines.clone())
            .collect()
    }

    fn left_out(&self, kept: &[usize]) -> String {
        let parts = self.parts.iter().zip(kept);
        let counts = parts.map(|(part, kept)| (part, part.sentences.len() - kept));
        let words = counts.filter(|(_, count)| *count > 0);
        let words = words.map(|(part, count)| many(count as f64, part.noun) + part.of);
        format!("  more in decision.md: {}", words.collect::<Vec<_>>().join(", "))
    }
}

impl Part {
    /// The claims of the scenario that these variants answer; what fails is left out last.
    fn of_claims(claims: &[ClaimResult]) -> Self {
        let lines = claim_lines(claims);
        let summary = Sentence::one(format!("CLAIMS   {}", claims_summary(claims)), 0);
        let each = claims.iter().zip(lines).map(|(result, line)| {
            let urgency = match result.standing {
                ClaimStanding::Fails => 1,
                ClaimStanding::Open => 2,
                ClaimStanding::Holds => 3,
            };
            Sentence::one(cut(&format!("  {line}"), WIDTH), urgency)
        });
        let sentences = match claims.is_empty() {
            true => Vec::new(),
            false => std::iter::once(summary).chain(each).collect(),
        };
        Self { noun: "claim", of: "", sentences }
    }

    /// What tuning chose, if there was any.
    fn tuned(comparison: &Comparison) -> Self {
        let lines = tuned_lines(comparison).into_iter();
        let sentence = |line: String| Sentence { lines: wrapped(&line, WIDTH, "    "), urgency: 0 };
        Self { noun: "tuned setting", of: "", sentences: lines.map(sentence).collect() }
    }

    /// Its sentences by urgency.
    fn by_urgency(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.sentences.len()).collect();
        order.sort_by_key(|at| self.sentences[*at].urgency);
        order
    }

    /// The sentence that comes next when so many are kept.
    fn in_turn(&self, kept: usize) -> Option<&Sentence> {
        self.by_urgency().get(kept).map(|at| &self.sentences[*at])
    }

    /// The most urgent ones, as they stand in the text.
    fn first(&self, count: usize) -> Vec<&Sentence> {
        let mut kept: Vec<usize> = self.by_urgency().into_iter().take(count).collect();
        kept.sort_unstable();
        kept.into_iter().map(|at| &self.sentences[at]).collect()
    }
}

impl Sentence {
    fn one(line: String, urgency: u8) -> Self {
        Self { lines: vec![line], urgency }
    }

    /// A sentence of a part, the first behind its word.
    fn under(word: &str, (at, text): (usize, &String)) -> Self {
        let start = if at == 0 { format!("{word:<9}") } else { "  ".to_owned() };
        Self { lines: wrapped(&format!("{start}{text}"), WIDTH, "  "), urgency: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of sentences with so many lines each: `VERDICT 2 1`.
    fn said(parts: &[&str]) -> Said {
        let part = |text: &&str| {
            let mut words = text.split(' ');
            let word = words.next().unwrap_or_default();
            let sentence = |(at, word_of): (usize, &str)| {
                let (lines, urgency) = word_of.split_once(':').unwrap_or((word_of, "0"));
                let count: usize = lines.parse().expect("a number of lines");
                let lines =
                    (0..count).map(|line| format!("{word} {}.{}", at + 1, line + 1)).collect();
                Sentence { lines, urgency: urgency.parse().expect("a number") }
            };
            let sentences = words.enumerate().map(sentence).collect();
            let noun = if word == "CLAIMS" { "claim" } else { "sentence" };
            Part { noun, of: if word == "VERDICT" { " of the verdict" } else { "" }, sentences }
        };
        Said { parts: parts.iter().map(part).collect() }
    }

    #[test]
    fn what_does_not_fit_is_left_out_by_whole_sentences_and_every_part_has_its_turn() {
        let check = |parts: &[&str], room: usize, shown: &[&str]| {
            let lines = said(parts).within(room);
            assert_eq!(lines, shown, "{parts:?} within {room}");
            assert!(lines.len() <= room);
        };
        let all = ["VERDICT 1.1", "VERDICT 1.2", "VERDICT 2.1", "LIMITS 1.1"];
        check(&["VERDICT 2 1", "LIMITS 1"], 4, &all);
        check(
            &["VERDICT 2 2 1", "LIMITS 1 1"],
            5,
            &[
                "VERDICT 1.1",
                "VERDICT 1.2",
                "LIMITS 1.1",
                "LIMITS 2.1",
                "  more in decision.md: 2 sentences of the verdict",
            ],
        );
        check(
            &["VERDICT 1 3", "CLAIMS 1 1:3 1:3 1:1", "LIMITS 2 1"],
            6,
            &[
                "VERDICT 1.1",
                "CLAIMS 1.1",
                "CLAIMS 4.1",
                "LIMITS 1.1",
                "LIMITS 1.2",
                "  more in decision.md: 1 sentence of the verdict, 2 claims, 1 sentence",
            ],
        );
        check(&["VERDICT 3"], 2, &["  more in decision.md: 1 sentence of the verdict"]);
    }
}
