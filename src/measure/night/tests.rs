//! Nights with planted facts.

use super::response::PARTS;
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
    done_by(remedy, on, 0)
}

fn done_by(remedy: Remedy, on: u32, by: u16) -> Fact {
    Fact::Step { incident: 0, step: 0, remedy, stage: StepStage::Done, on, part: 255, by }
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

fn of(incident: u16, duty: Duty) -> Fact {
    Fact::Duty { incident, duty, about: 0 }
}

fn begun(remedy: Remedy) -> Fact {
    Fact::Step {
        incident: 0,
        step: 0,
        remedy,
        stage: StepStage::Begun,
        on: Fact::NONE,
        part: 255,
        by: 0,
    }
}

fn seconds(night: &Night, metric: &str) -> Measured {
    night.moment(metric).map(|millis| millis / 1_000.0)
}

#[test]
fn the_parts_of_a_response_make_up_the_whole() {
    let mended = night(&[
        (160, duty(Duty::OpenedByAlert)),
        (600, duty(Duty::Acknowledged)),
        (610, begun(Remedy::Inspect)),
        (690, done(Remedy::Inspect, 8)),
        (690, begun(Remedy::Drain)),
        (720, done(Remedy::Drain, 8)),
        (750, done(Remedy::Restart, 8)),
        (800, duty(Duty::Quiet)),
    ]);
    let parts = |night: &Night| PARTS.map(|part| seconds(night, part));
    assert_eq!(parts(&mended), [60.0, 440.0, 90.0, 60.0, 50.0].map(Measured::Value));
    let by_automation = night(&[
        (160, duty(Duty::OpenedByAlert)),
        (170, done_by(Remedy::Restart, 8, Fact::AUTOMATION)),
        (200, duty(Duty::Acknowledged)),
        (220, duty(Duty::Quiet)),
    ]);
    assert_eq!(parts(&by_automation), [60.0, 10.0, 0.0, 0.0, 50.0].map(Measured::Value));
    let undone_by_people = night(&[
        (160, duty(Duty::OpenedByAlert)),
        (170, done_by(Remedy::FailOver, 1, Fact::AUTOMATION)),
        (250, duty(Duty::Acknowledged)),
        (300, begun(Remedy::FailOver)),
        (400, done(Remedy::FailOver, 2)),
        (420, duty(Duty::Quiet)),
    ]);
    let wanted = [60.0, 90.0, 50.0, 100.0, 20.0].map(Measured::Value);
    assert_eq!(parts(&undone_by_people), wanted, "what does harm by itself is no answer");
    let by_itself = night(&[(160, duty(Duty::OpenedByAlert)), (220, duty(Duty::Quiet))]);
    assert_eq!(parts(&by_itself), [60.0, 60.0, 0.0, 0.0, 0.0].map(Measured::Value));
    let lasting = night(&[(160, duty(Duty::OpenedByAlert))]);
    assert_eq!(parts(&lasting), [Measured::Never; 5]);
}

#[test]
fn escalations_are_counted_by_incident() {
    let tired = night(&[
        (160, of(0, Duty::OpenedByAlert)),
        (200, of(0, Duty::Escalated)),
        (300, of(1, Duty::Escalated)),
        (400, of(1, Duty::Escalated)),
    ]);
    assert_eq!(tired.moment("escalation_depth"), Measured::Value(2.0));
    assert_eq!(night(&[]).moment("escalation_depth"), Measured::Value(0.0));
}

/// Open from 200 s to 300 s and from 400 s to 500 s: one alert for 100 s, two for 50 s of it.
#[test]
fn chaos_is_how_much_fires_at_once() {
    let stormy = night(&[
        (150, alert(AlertStage::Firing)),
        (200, duty(Duty::OpenedByAlert)),
        (250, alert(AlertStage::Firing)),
        (300, alert(AlertStage::Resolved)),
        (300, alert(AlertStage::Resolved)),
        (300, duty(Duty::Quiet)),
        (350, alert(AlertStage::Firing)),
        (360, alert(AlertStage::Resolved)),
        (400, duty(Duty::Reopened)),
        (500, duty(Duty::Quiet)),
    ]);
    assert_eq!(stormy.moment("chaos_index"), Measured::Value(150.0 / 200.0));
    let in_the_way = night(&[
        (200, duty(Duty::OpenedByAlert)),
        (210, done(Remedy::Drain, 8)),
        (220, done(Remedy::Restart, 8)),
        (230, done_by(Remedy::Restart, 8, 1)),
        (300, duty(Duty::Quiet)),
    ]);
    assert_eq!(in_the_way.moment("chaos_index"), Measured::Value(1.0));
    assert_eq!(night(&[]).moment("chaos_index"), Measured::NoData);
}

/// Faults from 100 s to 150 s, from 600 s to 610 s and from 2,000 s to 2,010 s.
#[test]
fn alerts_are_held_against_each_fault() {
    let mut setting = Setting::new(4, 3, 16, (at(0), at(3_000)));
    setting.faulted =
        [(100, 150), (600, 610), (2_000, 2_010)].map(|(from, until)| (at(from), at(until))).into();
    let mut night = Night::new(&setting);
    assert_eq!(night.moment("alert_precision"), Measured::NoData);
    assert_eq!(night.moment("missed_faults"), Measured::Value(3.0));
    let alarms = [50, 440, 1_500, 2_310];
    alarms.into_iter().for_each(|second| night.see(at(second), &alert(AlertStage::Firing)));
    assert_eq!(night.moment("alert_precision"), Measured::Value(0.5));
    assert_eq!(night.moment("missed_faults"), Measured::Value(1.0), "440 s is 290 s after");
    assert_eq!(night.moment("alert_recall"), Measured::Value(1.0 - 1.0 / 3.0));
}
