//! Steady windows, noticed ones, good operations: one of each kind planted.

use crate::measure::script::measure;
use crate::measure::{Event, Measured, Statistic};

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

/// Client 9 needs its operations within 500 ms. Expected: how many, and how many showed up.
fn check_needed(script: &str, expected: (u64, u64)) {
    let run = measure(4, 3, &format!("needed 9 500ms; {script}"));
    let count = |event| run.phases[0].count(event);
    assert_eq!((count(Event::Needed), count(Event::ShowedUp)), expected, "{script}");
}

#[test]
fn what_its_client_is_told_in_time_shows_up() {
    let applied = "0ms c9 plan 0; 10ms v0-2 accept 0;";
    check_needed(&format!("{applied} 500ms c9 conclude 0 applied"), (1, 1));
    check_needed(&format!("{applied} 501ms c9 conclude 0 applied"), (1, 0));
    check_needed(applied, (1, 0));
    check_needed(&format!("{applied} 20ms c9 conclude 0 gaveup"), (1, 0));
    let other = "0ms c8 plan 0; 10ms v0-2 accept 0; 20ms c8 conclude 0 applied";
    check_needed(other, (0, 0));
    check_needed("0ms c9 plan 0; 10ms v0-2 refuse 0 AlreadyRevoked", (0, 0));
    let asked = format!("{applied} 20ms c9 conclude 0 applied; 1s c9 plan 1 query on 0;");
    check_needed(&format!("{asked} 1400ms c9 answer 1 on 0 valid"), (2, 2));
    check_needed(&format!("{asked} 1600ms c9 answer 1 on 0 valid"), (2, 1));
}

#[test]
fn who_needs_nothing_in_time_has_no_share_of_it() {
    let share = |script: &str| {
        let run = measure(4, 3, script);
        run.value("showed_up", Statistic::Share, 0, None)
    };
    assert_eq!(share("0ms c9 plan 0; 10ms v0-2 accept 0"), Measured::NoData);
    assert_eq!(share("needed 9 1s; 0ms c9 plan 0; 10ms v0-2 accept 0"), Measured::Value(0.0));
}

#[test]
fn a_promise_is_kept_if_a_quorum_has_it_in_time() {
    let check = |script: &str, expected: (u64, u64)| {
        let run = measure(4, 3, &format!("promise 9 2s; {script}"));
        let count = |event| run.phases[0].count(event);
        assert_eq!((count(Event::Promised), count(Event::PromiseBroken)), expected, "{script}");
    };
    let promised = "0ms c9 plan 0; 1s c9 conclude 0 promised;";
    check(&format!("{promised} 3s v0-2 accept 0"), (1, 0));
    check(&format!("{promised} 3s v0-1 accept 0; 3001ms v2 accept 0"), (1, 1));
    check(promised, (1, 1));
    check(&format!("{promised} 2s v0-3 refuse 0 AlreadyRevoked"), (0, 0));
    check("0ms c9 plan 0; 1s c9 conclude 0 applied; 3s v0-2 accept 0", (0, 0));
    check("0ms c8 plan 0; 1s c8 conclude 0 promised", (0, 0));
    let run = measure(4, 3, &format!("promise 9 2s; {promised} 3s v0-2 accept 0"));
    let took = run.value("merge_delay", Statistic::Max, 0, None).value();
    assert_eq!(took.map(f64::round), Some(2_000.0), "from the promise on");
}

#[test]
fn of_a_burst_counts_what_came_through() {
    // Ten are due each second and come through; thirty more in the seventh, of which fifteen do.
    let mut burst = String::new();
    for number in 100..130_u32 {
        let sent = 6_000 + number;
        burst += &format!("{sent}ms c9 plan {number} seq {number};");
        if number < 115 {
            burst += &format!("{}ms v0-3 accept {number};", sent + 100);
        }
    }
    let with = |more: &str| {
        let more = more.to_owned();
        run(move |number| (number == 99).then(|| format!("10s v0-3 accept 99;{more}")))
    };
    let share = |run: &crate::measure::Measurement, phase| {
        run.value("burst_absorbed", Statistic::Share, phase, None).value()
    };
    let found = with(&burst);
    assert_eq!(share(&found, 0), Some(25.0 / 40.0));
    let calm = found.phase("calm").expect("a phase");
    assert_eq!((share(&found, calm), share(&with(""), 0)), (None, None), "no burst");
}
