//! Users of scripts: `need 0 from 2s`, `pass 0 valid allowed 20ms`, `release 0`.

use crate::measure::script::measure;
use crate::measure::{Event, Measurement, Statistic};

/// Proven after 50 ms.
const GOOD: &str = "0ms c9 plan 0; 0ms c9 need 0 from 2s; 50ms v0-3 accept 0;";

fn value(run: &Measurement, metric: &str, statistic: Statistic) -> Option<f64> {
    run.value(metric, statistic, 0, None).value().map(f64::round)
}

/// Uses, those allowed wrongly, those denied wrongly.
fn uses(run: &Measurement) -> [u64; 3] {
    [Event::Use, Event::AllowedWrongly, Event::DeniedWrongly]
        .map(|event| run.phases[0].count(event))
}

#[test]
fn users_who_are_let_pass_are_not_kept_out() {
    let script = format!("{GOOD} 2020ms d12 pass 0 valid allowed 20ms; 4s d12 release 0");
    let run = measure(4, 3, &script);
    assert_eq!(uses(&run), [1, 0, 0]);
    assert_eq!(value(&run, "latency.use", Statistic::Max), Some(20.0));
    assert_eq!(value(&run, "blast_radius", Statistic::Max), Some(1.0), "for 20 ms from 2 s on");
    assert_eq!(value(&run, "exposure", Statistic::Max), None);
}

#[test]
fn who_is_kept_out_is_counted_every_second() {
    let script = format!(
        "{GOOD} 2020ms d12 pass 0 unknown refused 20ms; 7500ms d12 pass 0 valid allowed 5ms;
        8s d12 release 0"
    );
    let run = measure(4, 3, &script);
    assert_eq!(uses(&run), [2, 0, 1], "it was proven when the user asked");
    // At 2, 3, 4, 5, 6 and 7 of the ten seconds 0 to 9.
    let mean = run.value("blast_radius", Statistic::Mean, 0, None).value();
    assert_eq!(mean, Some(0.6));
}

#[test]
fn a_user_who_asks_before_the_proof_is_rightly_refused() {
    let early = "0ms c9 plan 0; 0ms c9 need 0 from 10ms; 15ms d12 pass 0 unknown refused 5ms;
        50ms v0-3 accept 0";
    assert_eq!(uses(&measure(4, 3, early)), [1, 0, 0]);
}

#[test]
fn a_false_revocation_lasts_until_the_user_passes_again() {
    let script = format!(
        "{GOOD} 3s d12 pass 0 revoked refused 5ms; 5s d12 pass 0 revoked refused 0ms;
        9s d12 pass 0 valid allowed 5ms"
    );
    let run = measure(4, 3, &script);
    assert_eq!(uses(&run), [3, 0, 2]);
    assert_eq!(value(&run, "false_revoked", Statistic::Max), Some(6_000.0));
    let overtaken = format!(
        "{GOOD} 3s d12 pass 0 revoked refused 5ms; 4s c9 plan 1 revoke on 0; 9s d12 release 0"
    );
    let run = measure(4, 3, &overtaken);
    assert_eq!(value(&run, "false_revoked", Statistic::Max), Some(1_000.0), "it came true");
    let never = format!("{GOOD} 3s d12 pass 0 revoked refused 5ms; 9s d12 release 0");
    let run = measure(4, 3, &never);
    assert_eq!(
        (run.due("false_revoked", 0), value(&run, "false_revoked", Statistic::Max)),
        (1, None)
    );
}

#[test]
fn a_revocation_exposes_until_the_last_user_has_passed() {
    let script = format!(
        "{GOOD} 3s c9 plan 1 revoke on 0; 3100ms v0-3 accept 1 on 0;
        3102ms d12 pass 0 valid allowed 5ms; 5s d12 pass 0 valid allowed 0ms;
        7s d12 pass 0 revoked refused 5ms; 9s d12 release 0"
    );
    let run = measure(4, 3, &script);
    assert_eq!(uses(&run), [3, 1, 0], "the first was asked before the revocation was in");
    assert_eq!(value(&run, "exposure", Statistic::Max), Some(1_900.0));
    assert_eq!(value(&run, "false_revoked", Statistic::Max), None);
    assert_eq!(value(&run, "blast_radius", Statistic::Max), Some(1.0), "refused rightly");
}

#[test]
fn what_holds_and_has_no_data_is_missed() {
    let script = format!(
        "{GOOD} 2020ms d12 pass 0 valid refused 20ms; 3s d12 pass 0 unknown refused 20ms;
        4s d12 pass 0 valid allowed 20ms"
    );
    let run = measure(4, 3, &script);
    assert_eq!(run.phases[0].count(Event::DataMissing), 1, "of three uses");
}

#[test]
fn a_statement_that_finds_no_schema_is_counted_once() {
    let run = measure(4, 3, "0ms c9 plan 0; 0ms c9 plan 1; 1ms c9 unread 1; 9ms c9 unread 1");
    assert_eq!(run.phases[0].count(Event::SchemaUnread), 1);
}
