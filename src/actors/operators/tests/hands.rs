//! Many hands on one incident: those who do not know of one another, those who take command, those
//! who must act together, and what acts by itself.

use super::*;
use crate::ops::Automation;

/// The lines that say one of these.
fn with(words: &[&str], lines: &[String]) -> Vec<String> {
    let says = |line: &&String| words.iter().any(|word| line.contains(word));
    lines.iter().filter(says).cloned().collect()
}

fn leaderless() -> OperatorsSetting {
    let mut setting = setting();
    setting.people.structure = Structure::Leaderless;
    setting.people.roles[1].operator = 0;
    setting
}

/// Steps are long, so that the second begins while the first is still at it.
#[test]
fn who_does_not_see_that_another_has_it_works_beside() {
    let mut setting = leaderless();
    setting.runbooks[0].steps.remove(1);
    let told = told_by(setting.clone(), &[(60, FIRES)]);
    assert_eq!(
        told[3..9],
        [
            "278 0 Acknowledged about 0",
            "278 0 step 0 inspect nobody Begun by 0",
            "370 0 step 0 inspect router-0.order Done by 0",
            "370 0 step 1 restart nobody Begun by 0",
            "480 0 step 1 restart router-0.order Done by 0",
            "600 0 step 0 inspect nobody Begun by 0",
        ]
    );
    assert!(told.iter().any(|line| line.contains("AlsoWorks about 1")), "{told:?}");
    assert!(told.iter().any(|line| line.ends_with("Begun by 1")), "{told:?}");
    setting.people.crowd.overlap = 0.0;
    let told = told_by(setting, &[(60, FIRES)]);
    assert!(told.iter().all(|line| !line.ends_with("by 1")), "everybody sees it: {told:?}");
}

fn extra(name: &str, job: Job) -> Role {
    Role { job, ..role(name, 0, None) }
}

/// What lasts is declared. From then on one works, operators are on the call, and users know.
#[test]
fn whoever_takes_command_ends_the_confusion() {
    let mut setting = leaderless();
    setting.people.operators.truncate(1);
    setting.people.declares = minutes(5);
    setting.people.crowd.beta = 0.0;
    setting.people.roles.push(extra("commander", Job::Commander));
    setting.people.roles.push(extra("comms", Job::Comms));
    setting.clients = 0..1;
    let lines = night(setting, &[(60, FIRES), (1_200, RESOLVES)]);
    assert_eq!(
        with(&["AlsoWorks", "Commands", "TellsUsers", "note", "Quiet", "Closed"], &lines),
        [
            "497 operators incident 0 AlsoWorks about 1",
            "640 operators incident 0 TellsUsers about 3",
            "640 user-0 note 1 is 1",
            "650 operators incident 0 Commands about 2",
            "1200 operators incident 0 Quiet about 0",
            "1380 operators incident 0 Closed about 0",
            "1380 user-0 note 1 is 0",
        ]
    );
    let commands = lines.iter().position(|line| line.contains("Commands")).expect("it lasts");
    let after = &lines[commands..];
    assert!(after.iter().all(|line| !line.ends_with("by 1")), "{after:?}");
}

/// Five validators of five organisations, and a restart that needs a share of them.
fn restart_together(share: f64) -> OperatorsSetting {
    let mut setting = setting();
    setting.validators = 5;
    setting.people.structure = Structure::Federated;
    setting.people.operators = (0..5).map(|number| format!("org-{number}")).collect();
    setting.people.roles.truncate(1);
    setting.people.roles[0].escalate = None;
    let restart = Step::at_once(Remedy::Restart, Scope::Validators);
    let takes = Span::from_secs(600);
    setting.runbooks[0].steps = vec![Step { takes, together: Some(share), ..restart }];
    setting
}

#[test]
fn an_incident_stays_open_until_all_who_were_called_have_come() {
    let mut setting = restart_together(0.4);
    setting.people.others.day = minutes(20);
    let lines = night(setting, &[(60, FIRES), (1_170, RESOLVES)]);
    let words = ["Gathered", "OperatorAnswers", "Restarted", "Quiet", "Closed"];
    assert_eq!(
        with(&words, &lines),
        [
            "135 operators incident 0 OperatorAnswers about 0",
            "538 operators incident 0 OperatorAnswers about 2",
            "538 operators incident 0 Gathered about 2",
            "1011 operators incident 0 OperatorAnswers about 3",
            "1029 operators incident 0 OperatorAnswers about 1",
            "1158 validator-0 host by rule 65534 Restarted",
            "1158 validator-1 host by rule 65534 Restarted",
            "1158 validator-2 host by rule 65534 Restarted",
            "1158 validator-3 host by rule 65534 Restarted",
            "1170 operators incident 0 Quiet about 0",
            "1410 operators incident 0 OperatorAnswers about 4",
            "1430 validator-4 host by rule 65534 Restarted",
            "1530 operators incident 0 Closed about 0",
        ],
        "after three quiet minutes one host is still down"
    );
}

#[test]
fn a_step_that_needs_a_quorum_begins_when_the_quorum_is_there() {
    let lines = night(restart_together(0.8), &[(60, FIRES), (900, RESOLVES)]);
    assert_eq!(
        with(&["Gather", "OperatorAnswers", "step", "Crashed", "Restarted"], &lines),
        [
            "135 operators incident 0 Gathers about 5",
            "135 operators incident 0 OperatorAnswers about 0",
            "195 operators incident 0 OperatorAnswers about 2",
            "266 operators incident 0 OperatorAnswers about 3",
            "269 operators incident 0 OperatorAnswers about 1",
            "269 operators incident 0 Gathered about 1",
            "269 operators incident 0 step 0 restart nobody Begun by 0",
            "326 operators incident 0 OperatorAnswers about 4",
            "869 operators incident 0 step 0 restart nobody Done by 0",
            "869 validator-0 host by rule 65534 Crashed",
            "869 validator-1 host by rule 65534 Crashed",
            "869 validator-2 host by rule 65534 Crashed",
            "869 validator-3 host by rule 65534 Crashed",
            "869 validator-4 host by rule 65534 Crashed",
            "889 validator-0 host by rule 65534 Restarted",
            "889 validator-1 host by rule 65534 Restarted",
            "889 validator-2 host by rule 65534 Restarted",
            "889 validator-3 host by rule 65534 Restarted",
            "889 validator-4 host by rule 65534 Restarted",
        ]
    );
}

fn automation(remedy: Remedy, on: Scope, is_gated: bool) -> Automation {
    let (takes, cooldown) = (Span::from_secs(5), minutes(10));
    let name = "tried".to_owned();
    Automation { name, alert: 0, remedy, on, takes, cooldown, is_gated, limit: 7 }
}

/// Nobody is paged; what acts by itself acts at once, and not again while it cools down.
fn by_itself(automation: Automation, came: &[(u64, Packet)]) -> Vec<String> {
    let mut setting = setting();
    setting.validators = 3;
    setting.has_people = false;
    setting.automations = vec![automation];
    with(&["by itself", "note", "Held", "Resumed", "Opened"], &night(setting, came))
}

const LASTS: [(u64, Packet); 2] = [(60, FIRES), (1_300, RESOLVES)];

#[test]
fn what_acts_by_itself_repairs_in_seconds_and_cools_down() {
    assert_eq!(
        by_itself(automation(Remedy::Restart, Scope::Bulkheads, true), &LASTS),
        [
            "65 operators incident 65535 guess restart router-0.order Done by itself",
            "65 router-0 host by rule 65534 Resumed",
        ],
        "after ten minutes nothing is left to repair"
    );
    let flaps = [(60, FIRES), (63, RESOLVES), (90, FIRES), (200, RESOLVES)];
    assert_eq!(
        by_itself(automation(Remedy::Restart, Scope::Bulkheads, true), &flaps)[0],
        "95 operators incident 65535 guess restart router-0.order Done by itself",
        "who did nothing has nothing to cool down from"
    );
}

/// The next in turn cannot lead yet. Without a gate it is given the lead all the same; with one the
/// lead goes to who can.
#[test]
fn a_gate_keeps_the_lead_from_who_is_not_ready() {
    let to = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| line.starts_with("65 ")).collect()
    };
    assert_eq!(
        to(by_itself(automation(Remedy::FailOver, Scope::Leader, false), &LASTS)),
        [
            "65 operators incident 65535 guess fail-over validator-1 Done by itself",
            "65 validator-0 note 0 is 1",
            "65 validator-1 note 0 is 1",
            "65 validator-2 note 0 is 1",
        ]
    );
    let gated = to(by_itself(automation(Remedy::FailOver, Scope::Leader, true), &LASTS));
    assert_eq!(gated[0], "65 operators incident 65535 guess fail-over validator-2 Done by itself");
}
