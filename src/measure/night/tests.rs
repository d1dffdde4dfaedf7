//! Nights with planted facts.

use super::*;

fn at(seconds: u64) -> VirtualTime {
    VirtualTime::ZERO + Span::from_secs(seconds)
}

/// Trouble from 100 s on at process 8, in a run of 1,000 s; users are heard at the second
/// complaint.
fn night(facts: &[(u64, Fact)]) -> Night {
    let mut setting = Setting::new(4, 3, 16, (at(0), at(1_000)));
    setting.faulted = vec![(at(100), at(1_000))];
    setting.struck = vec![8];
    setting.tickets_heard = 2;
    let mut night = Night::new(&setting);
    facts.iter().for_each(|(seconds, fact)| night.see(at(*seconds), fact));
    night
}

fn duty(duty: Duty) -> Fact {
    Fact::Duty { incident: 0, duty, about: 0 }
}

fn done(remedy: Remedy, on: u32) -> Fact {
    Fact::Step { incident: 0, step: 0, remedy, stage: StepStage::Done, on, part: 255, by: 0 }
}

fn alert(stage: AlertStage) -> Fact {
    Fact::Alert { rule: 0, stage, value: 0 }
}

fn moments(night: &Night) -> Vec<(&'static str, Measured)> {
    let names = [
        "noticed.look",
        "noticed.validators",
        "noticed.monitor",
        "noticed.users",
        "alert_lead",
        "mttd",
        "mtta",
        "unowned",
        "mttm",
        "quiet",
    ];
    let seconds = |measured| match measured {
        Measured::Value(millis) => Measured::Value(millis / 1_000.0),
        other => other,
    };
    names.map(|name| (name, seconds(night.moment(name)))).into()
}

#[test]
fn a_night_has_its_moments() {
    let ticket = Fact::Ticket { operation: 1 };
    let night = night(&[
        (50, Fact::Refreshed { operation: 0, before: 0 }),
        (60, ticket),
        (112, Fact::Refreshed { operation: 1, before: 0 }),
        (124, Fact::Suspicion { process: 8, phi: 81 }),
        (130, alert(AlertStage::Pending)),
        (160, alert(AlertStage::Firing)),
        (160, duty(Duty::OpenedByAlert)),
        (160, duty(Duty::Paged)),
        (180, ticket),
        (206, ticket),
        (520, duty(Duty::Escalated)),
        (520, duty(Duty::Paged)),
        (600, duty(Duty::Acknowledged)),
        (690, done(Remedy::Inspect, 8)),
        (700, done(Remedy::Drain, 3)),
        (750, done(Remedy::Restart, 8)),
        (800, duty(Duty::Quiet)),
        (900, duty(Duty::Closed)),
    ]);
    use Measured::Value;
    assert_eq!(
        moments(&night),
        [
            ("noticed.look", Value(12.0)),
            ("noticed.validators", Value(24.0)),
            ("noticed.monitor", Value(60.0)),
            ("noticed.users", Value(106.0)),
            ("alert_lead", Value(46.0)),
            ("mttd", Value(60.0)),
            ("mtta", Value(440.0)),
            ("unowned", Value(500.0)),
            ("mttm", Value(650.0)),
            ("quiet", Value(700.0)),
        ]
    );
    let run = [(at(0), at(1_000))];
    let count = |metric| night.count(metric, Statistic::Count, &run).value();
    let counts = ["pages", "tickets", "escalations", "acts", "wrong_acts", "false_alarms"];
    assert_eq!(counts.map(count), [2.0, 3.0, 1.0, 2.0, 1.0, 0.0].map(Some));
    let calm = [(at(0), at(100))];
    assert_eq!(night.count("tickets", Statistic::Count, &calm), Value(1.0));
    assert_eq!(night.looks(), 2);
}

#[test]
fn what_never_comes_is_never_and_a_calm_run_has_no_moments() {
    let quiet_night = night(&[(160, alert(AlertStage::Firing))]);
    assert_eq!(quiet_night.moment("unowned"), Measured::Never);
    assert_eq!(quiet_night.moment("mtta"), Measured::NoData);
    assert_eq!(quiet_night.moment("alert_lead"), Measured::Value(840_000.0), "at least that");
    let unheard =
        night(&[(110, Fact::Ticket { operation: 1 }), (120, Fact::Ticket { operation: 1 })]);
    assert_eq!(unheard.moment("alert_lead"), Measured::Value(-880_000.0));
    let setting = Setting::new(4, 3, 16, (at(0), at(1_000)));
    let mut calm = Night::new(&setting);
    calm.see(at(5), &alert(AlertStage::Firing));
    assert_eq!(calm.moment("noticed.monitor"), Measured::NoData);
    let run = [(at(0), at(1_000))];
    assert_eq!(calm.count("false_alarms", Statistic::Count, &run), Measured::Value(1.0));
}

#[test]
fn what_breaks_out_again_was_not_over() {
    let flapping = night(&[
        (160, duty(Duty::OpenedByAlert)),
        (200, done(Remedy::Restart, 8)),
        (220, duty(Duty::Quiet)),
        (260, duty(Duty::Reopened)),
    ]);
    assert_eq!(flapping.moment("quiet"), Measured::Never);
    assert_eq!(flapping.moment("mttm"), Measured::Never);
}
