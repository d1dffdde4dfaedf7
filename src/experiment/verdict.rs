//! The words in which a run is judged, and their exit codes.

/// One word of a verdict, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A strategy broke a guarantee that it owed.
    Broken,
    /// Something was not tested: a fault that did not bite, a check without samples.
    Inconclusive,
    /// A threshold was missed.
    Missed,
    /// Everything that was demanded held.
    Pass,
}

impl Word {
    /// As screens print it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Broken => "BROKEN",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Missed => "MISSED",
            Self::Pass => "PASS",
        }
    }

    /// The exit code of a command that ends with it.
    pub const fn exit(self) -> u8 {
        match self {
            Self::Broken => 98,
            Self::Inconclusive => 97,
            Self::Missed => 99,
            Self::Pass => 0,
        }
    }
}

/// One reason for a word other than [`Word::Pass`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The word that it leads to.
    pub word: Word,
    /// What was found, in one sentence.
    pub text: String,
    /// What to do about it, if that is known.
    pub way_out: Option<String>,
}

/// All findings about a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// In the order of their words.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Adds a finding.
    pub fn add(&mut self, word: Word, text: String, way_out: Option<String>) {
        self.findings.push(Finding { word, text, way_out });
        self.findings.sort_by_key(|finding| finding.word);
    }

    /// Every word that applies, the gravest first; [`Word::Pass`] alone if none does.
    pub fn words(&self) -> Vec<Word> {
        let mut words: Vec<Word> = self.findings.iter().map(|finding| finding.word).collect();
        words.dedup();
        if words.is_empty() {
            words.push(Word::Pass);
        }
        words
    }

    /// The gravest word.
    pub fn word(&self) -> Word {
        self.findings.first().map_or(Word::Pass, |finding| finding.word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_word_comes_first_and_decides() {
        let mut verdict = Verdict::default();
        assert_eq!((verdict.word(), verdict.words()), (Word::Pass, vec![Word::Pass]));
        verdict.add(Word::Missed, "late".to_owned(), None);
        verdict.add(Word::Inconclusive, "no fault".to_owned(), None);
        verdict.add(Word::Missed, "lost".to_owned(), None);
        assert_eq!(verdict.words(), [Word::Inconclusive, Word::Missed]);
        assert_eq!(verdict.word().exit(), 97);
    }
}
