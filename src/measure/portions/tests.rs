//! Steady windows, noticed ones, good operations: one of each kind planted.

use crate::measure::script::measure;
use crate::measure::{Measured, Statistic};

/// Ten seconds, of which 0 to 4 s are calm; an operation every 100 ms that takes 100 ms, or what
/// `odd` says of its number.
fn run(odd: impl Fn(u32) -> Option<String>) -> crate::measure::Measurement {
    let mut script = "phase calm 0s 4s; phase late 4s 10s;".to_owned();
    for number in 0..100_u32 {
        let sent = number * 100;
        script += &format!("{sent}ms c9 plan {number} seq {number};");
        let usual = format!("{}ms v0-3 accept {number};", sent + 100);
        script += &odd(number).unwrap_or(usual);
    }
    measure(4, 3, &script)
}

fn slow(number: u32, by: u32) -> Option<String> {
    Some(format!("{}ms v0-3 accept {number};", number * 100 + by))
}

/// Expected in `late`: steadiness, noticed windows and reliability in hundredths.
fn check(odd: impl Fn(u32) -> Option<String>, expected: [f64; 3]) {
    let run = run(odd);
    let late = run.phase("late").expect("a phase");
    let value = |metric| match run.value(metric, Statistic::Share, late, None) {
        Measured::Value(value) => (value * 100.0).round(),
        other => panic!("{metric}: {other:?}"),
    };
    assert_eq!(["steadiness", "noticed_windows", "reliability"].map(value), expected);
}

#[test]
fn windows_like_all_others_are_steady_and_nobody_notices() {
    check(|_| None, [100.0, 0.0, 100.0]);
}

#[test]
fn a_slower_window_is_not_steady_and_one_twice_as_slow_is_noticed() {
    check(|number| (number / 10 == 5).then(|| slow(number, 130)).flatten(), [83.0, 0.0, 100.0]);
    check(|number| (number / 10 == 5).then(|| slow(number, 250)).flatten(), [83.0, 17.0, 100.0]);
}

#[test]
fn an_error_is_noticed_and_a_refusal_is_none() {
    let lost = |number| (number == 55).then(String::new);
    check(lost, [83.0, 17.0, 98.0]);
    let refused = |number: u32| {
        let at = number * 100 + 100;
        (number == 55).then(|| format!("{at}ms v0-3 refuse {number} AlreadyRevoked;"))
    };
    check(refused, [100.0, 0.0, 100.0]);
}

#[test]
fn a_flip_and_a_stale_read_are_noticed() {
    let flip = |number: u32| {
        let at = number * 100 + 100;
        (number == 55).then(|| {
            format!(
                "{at}ms v0-3 accept {number}; {}ms v3 retract {number} @{number}; \
                 {}ms v3 accept {number};",
                at + 1,
                at + 2
            )
        })
    };
    check(flip, [100.0, 17.0, 100.0]);
    let stale = |number: u32| {
        (number == 58).then(|| {
            "5800ms c9 plan 58 seq 58; 5900ms v0-3 accept 58; 5900ms c12 plan 100 query on 3; \
             5900ms c12 send 100; 5950ms c12 answer 100 on 3 unknown;"
                .to_owned()
        })
    };
    check(stale, [100.0, 17.0, 100.0]);
}
