//! Whatever was undone might as well never have been: random histories, and what is said after.

use super::lab::Lab;
use super::*;
use crate::kernel::{Draws, Luck, Purpose};

/// Words of `fifteen` as luck has them: three attesters, four statements each.
struct Words {
    draws: Draws,
    case: u64,
    drawn: u64,
}

impl Words {
    fn below(&mut self, of: u64) -> u64 {
        self.drawn += 1;
        let luck = Luck { purpose: Purpose::Bench, entity: self.case, index: self.drawn };
        self.draws.word(luck) % of
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn name(&mut self) -> String {
        format!("{}{}", self.one(&["a", "b", "c"]), self.below(4))
    }

    fn word(&mut self) -> String {
        let submitted = self.one(&["", "", "@a", "@b", "@b.1"]);
        let mut word = self.name() + submitted;
        if self.below(2) == 0 {
            word += self.one(&["<", ">"]);
            word += &format!("{}#{}%{}", self.name(), self.below(6), self.below(3));
        }
        word += self.one(&["", "", "/x1", "/x1/s2", "/x1/o12", "/o12", "/o00"]);
        word + self.one(&["", "/w5", "/w13", "/w25"])
    }
}

#[test]
fn what_is_undone_might_as_well_never_have_been() {
    let mut undone_in_all = 0;
    for case in 0..400 {
        let mut luck = Words { draws: Draws::new(1), case, drawn: 0 };
        let words: Vec<String> = (0..20).map(|_| luck.word()).collect();
        let (cut, end) = (luck.below(12) as usize, 12);
        let lab: [fn() -> Lab; 3] =
            [|| Lab::new(Profile::Eas), Lab::of_inclusion, || Lab::new(Profile::Sign)];
        for lab in lab {
            let mut labs = [lab(), lab()];
            labs.iter_mut().for_each(|lab| words.iter().for_each(|word| drop(lab.make(word))));
            let [back, straight] = &mut labs;
            for word in &words[..cut] {
                assert_eq!(back.take(word), straight.take(word));
            }
            let mut done = Vec::new();
            for word in &words[cut..end] {
                let (signed, attempt) = (back.make(word), u8::from(word.contains(".1")));
                let was_in = back.registry.has(&signed, attempt);
                back.take(word);
                let is_in = back.registry.has(&signed, attempt);
                done.extend((is_in && !was_in).then_some((signed, attempt)));
            }
            undone_in_all += done.len();
            for (signed, attempt) in done.iter().rev() {
                assert!(back.registry.retract(signed, *attempt), "{words:?}");
            }
            back.now = straight.now;
            for word in &words[end..] {
                assert_eq!(back.take(word), straight.take(word), "{cut}: {words:?}");
            }
        }
    }
    assert!(undone_in_all > 1_000, "only {undone_in_all} calls were undone");
}
