//! The formula on cases a reader can judge, and against a dumb second implementation.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::trust::Sight;

/// `V3` is valid at position 3, `U` unknown, `R`, `X` revoked and replaced, `-` silence; then `o`
/// without parent, `+4` four seconds old, `*3` three stamps missing.
fn look(words: &str, at: u64) -> Read {
    let mut letters = words.chars().peekable();
    let status = match letters.next() {
        Some('V') => Status::Valid,
        Some('U') => Status::Unknown,
        Some('R') => Status::Revoked,
        Some('X') => Status::Replaced,
        _ => return Read { validator: at as u16, at: Span::from_millis(at), sight: None },
    };
    let number = |sign: char| {
        let rest: String = words.chars().skip_while(|c| *c != sign).skip(1).collect();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().unwrap_or(0)
    };
    let (age, missing) = (number('+'), number('*'));
    let position = words.chars().nth(1).and_then(|c| c.to_digit(10)).unwrap_or(0);
    let sight = Sight {
        status,
        position,
        digest: 7,
        age: Span::from_secs(age.into()),
        stamps: Stamps(7 >> missing.min(3)),
        is_orphaned: words.contains('o'),
    };
    Read { validator: at as u16, at: Span::from_millis(at), sight: Some(sight) }
}

fn looks(words: &str) -> Vec<Read> {
    words.split_whitespace().zip(0..).map(|(word, at)| look(word, at)).collect()
}

fn wait(elapsed: u64, expected: u64) -> Wait {
    let expected = (expected > 0).then(|| Span::from_millis(expected));
    Wait { elapsed: Span::from_millis(elapsed), expected }
}

/// Expected: agreement, freshness, order, timeliness, explainability in thousandths.
fn check(words: &str, wait: Wait, expected: [u32; FACTORS]) {
    let reads = looks(words);
    let now = reads.last().map_or(Span::ZERO, |read| read.at);
    let factors = Model::DEFAULT.factors(&reads, wait, now);
    let found = factors.0.map(|factor| (factor * 1_000.0).round() as u32);
    assert_eq!(found, expected, "{words} {wait:?}");
}

#[test]
fn three_looks_that_agree_are_full_confidence_and_one_is_a_third() {
    check("V V V", wait(90, 100), [1000; 5]);
    check("V V", wait(90, 100), [667, 1000, 1000, 1000, 1000]);
    check("V", wait(90, 100), [333, 1000, 1000, 1000, 1000]);
    check("U V V V", wait(90, 0), [1000; 5]);
    check("R R R", wait(90, 0), [1000; 5]);
}

#[test]
fn looks_disagree_by_verdict_and_position_and_an_absence_agrees_with_nothing() {
    check("V V U", wait(1, 9), [667, 1000, 1000, 1000, 1000]);
    check("V3 V3 V4", wait(1, 9), [667, 1000, 1000, 1000, 1000]);
    check("V V R", wait(1, 9), [667, 1000, 1000, 1000, 1000]);
    check("U U U", wait(1, 9), [0, 1000, 1000, 1000, 1000]);
}

#[test]
fn silence_agrees_with_nothing_and_shows_nothing() {
    check("V - V", wait(1, 9), [667, 1000, 1000, 1000, 1000]);
    check("- - -", wait(1, 9), [0, 0, 1000, 1000, 0]);
}

#[test]
fn what_is_old_late_orphaned_unstamped_or_flips_is_doubted() {
    check("V V V+2", wait(1, 9), [1000; 5]);
    check("V V V+12", wait(1, 9), [1000, 368, 1000, 1000, 1000]);
    check("V V+12 V", wait(1, 9), [1000; 5]);
    check("V V V", wait(200, 100), [1000, 1000, 1000, 500, 1000]);
    check("U Uo V", wait(1, 9), [333, 1000, 500, 1000, 1000]);
    check("V U V", wait(1, 9), [667, 1000, 500, 1000, 1000]);
    check("V*1 V*1 V*1", wait(1, 9), [1000, 1000, 1000, 1000, 667]);
    check("V*1 V V*2", wait(1, 9), [1000; 5]);
}

#[test]
fn whoever_believes_the_first_answer_needs_one_that_affirms() {
    let model = Model { formula: Formula::FirstAnswer, ..Model::DEFAULT };
    let confident = |words: &str| {
        let factors = model.factors(&looks(words), wait(900, 1), Span::ZERO);
        model.is_confident(factors.confidence())
    };
    assert!(confident("V+99*3o") && confident("U V"));
    assert!(!confident("U") && !confident("V -"));
}

#[test]
fn the_worst_factor_is_that_whose_loss_costs_most() {
    let check = |factors: [f64; FACTORS], worst| assert_eq!(Factors(factors).worst(), worst);
    check([0.667, 1.0, 0.5, 1.0, 1.0], 2);
    check([0.667, 1.0, 1.0, 0.8, 1.0], 0);
    check([1.0, 1.0, 1.0, 0.8, 0.9], 3);
    check([0.0, 0.0, 1.0, 1.0, 0.0], 0);
}

/// The same again, word by word from the dictionary, over plain numbers.
mod dumb {
    use super::*;

    pub(super) fn confidence(model: &Model, looks: &[Read], wait: Wait, now: Span) -> f64 {
        let k = usize::from(model.kept);
        let mut last: Vec<Read> = looks.iter().rev().take(k).copied().collect();
        last.reverse();
        let mut best = 0;
        for one in &last {
            let mut same = 0;
            for other in &last {
                if let (Some(a), Some(b)) = (one.sight, other.sight) {
                    let equal = a.status == b.status
                        && a.position == b.position
                        && a.digest == b.digest
                        && a.status != Status::Unknown;
                    same += u32::from(equal);
                }
            }
            best = best.max(same);
        }
        let answered: Vec<Read> = last.iter().filter(|r| r.sight.is_some()).copied().collect();
        let mut product = f64::from(best) / k as f64;
        product *= answered.last().map_or(0.0, |read| {
            let seconds = |span: Span| span.as_nanos() as f64 / 1e9;
            let age = seconds(read.sight.expect("answered").age) + seconds(now) - seconds(read.at);
            let beyond = age - seconds(model.tolerance);
            if beyond <= 0.0 { 1.0 } else { (-beyond / seconds(model.tau)).exp() }
        });
        let text: String = answered.iter().map(|read| letter(read.sight)).collect();
        for _ in 0..flips(&text) {
            product *= 0.5;
        }
        if answered.iter().any(|read| read.sight.expect("answered").is_orphaned) {
            product *= 0.5;
        }
        if let Some(expected) = wait.expected
            && wait.elapsed > expected
        {
            product *= expected.as_nanos() as f64 / wait.elapsed.as_nanos() as f64;
        }
        let stamped =
            |bit: u8| answered.iter().any(|read| read.sight.expect("answered").stamps.0 & bit != 0);
        let present = [1, 2, 4].into_iter().filter(|bit| stamped(*bit)).count();
        product * present as f64 / 3.0
    }

    /// What is void by its own date says neither valid nor not.
    fn letter(sight: Option<Sight>) -> &'static str {
        match sight.expect("answered").status {
            Status::Valid => "v",
            Status::Expired => "",
            Status::Unknown | Status::Revoked | Status::Replaced => "n",
        }
    }

    /// How often `v` comes back after `n` after `v`.
    fn flips(text: &str) -> usize {
        let from = text.find('v').unwrap_or(text.len());
        let mut turns = text[from..].to_owned();
        while turns.contains("vv") || turns.contains("nn") {
            turns = turns.replace("vv", "v").replace("nn", "n");
        }
        turns.matches("nv").count()
    }
}

fn sight() -> impl Strategy<Value = Option<Sight>> {
    let statuses = prop_oneof![
        4 => Just(Status::Valid),
        2 => Just(Status::Unknown),
        1 => Just(Status::Revoked),
        1 => Just(Status::Replaced),
        1 => Just(Status::Expired),
    ];
    let rest = (0..2_u32, 0..2_u32, 0..20_000_u64, 0..8_u8, proptest::bool::weighted(0.2));
    let sight =
        (statuses, rest).prop_map(|(status, (position, digest, age, stamps, orphan))| Sight {
            status,
            position,
            digest,
            age: Span::from_millis(age),
            stamps: Stamps(stamps),
            is_orphaned: orphan,
        });
    proptest::option::weighted(0.85, sight)
}

proptest! {
    #[test]
    fn the_formula_is_that_of_a_dumb_second_implementation(
        sights in vec(sight(), 0..9),
        kept in 1..6_u8,
        (elapsed, expected, later) in (1..5_000_u64, 0..3_000_u64, 0..4_000_u64),
    ) {
        let model = Model { kept, ..Model::DEFAULT };
        let at = |place: usize| Span::from_millis(300 * place as u64);
        let reads = sights.iter().enumerate();
        let reads: Vec<Read> = reads
            .map(|(place, sight)| Read { validator: place as u16, at: at(place), sight: *sight })
            .collect();
        let (wait, now) = (wait(elapsed, expected), at(sights.len()) + Span::from_millis(later));
        let factors = model.factors(&reads, wait, now);
        let dumb = dumb::confidence(&model, &reads, wait, now);
        prop_assert!((factors.confidence() - dumb).abs() < 1e-9, "{factors:?} {dumb}");
        prop_assert!(factors.0.iter().all(|factor| (0.0..=1.0).contains(factor)), "{factors:?}");
        let worst = factors.without(factors.worst());
        prop_assert!((0..FACTORS).all(|other| factors.without(other) <= worst));
    }
}
