mod against_dumb;

use super::*;

fn name(letter: char) -> Try {
    Try { id: Id::of(&u64::from(letter)), attempt: 0 }
}

/// Lists of one-letter names, and the batches that follow: `ab c` are two. The letters of a
/// batch are sorted.
fn check(lists: &str, solid: u32, shown: u32, expected: &str) {
    let tries = |list: &str| list.chars().map(name).collect::<Vec<Try>>();
    let found = batches(&lists.split(' ').map(tries).collect::<Vec<_>>(), solid, shown);
    let letter = |of: &Try| ('a'..='z').find(|letter| name(*letter) == *of).unwrap_or('?');
    let word = |batch: &Vec<Try>| {
        let mut letters: Vec<char> = batch.iter().map(letter).collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    let found = found.iter().map(word).collect::<Vec<_>>().join(" ");
    assert_eq!(found, expected, "{lists}");
}

#[test]
fn four_of_five_lists_with_one_liar() {
    check("abc abc abc abc", 3, 2, "a b c");
    check("abc abc abc cba", 3, 2, "a b c");
    check("ab ab ba ab", 3, 2, "a b");
    check("ab b b b", 3, 2, "b");
}

#[test]
fn what_may_be_later_than_something_that_is_not_solid_waits() {
    check("ba ba a", 3, 2, "");
    check("ba ba a a", 3, 2, "a");
    check("ba ba ab", 3, 2, "b a");
}

#[test]
fn a_cycle_is_one_batch() {
    check("abcd bcad cabd", 3, 2, "abc d");
    check("abcd bcda cdab dabc", 4, 2, "abcd");
    check("xabc xbca xcab", 3, 2, "x abc");
}
