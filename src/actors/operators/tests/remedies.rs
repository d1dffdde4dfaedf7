//! What is done to hosts: limits, clocks, and versions made in haste.

use super::*;

/// What the operators do and what hosts say of it, from the runbook of one step.
fn step(step: Step, validators: u32) -> Vec<String> {
    let mut setting = setting();
    setting.validators = validators;
    setting.runbooks[0].steps = vec![step];
    let lines = night(setting, &[(60, FIRES), (200, RESOLVES)]).into_iter();
    lines.filter(|line| line.contains("Done") || line.contains("by rule 65534")).collect()
}

#[test]
fn a_limit_is_set_on_every_router() {
    let limit = Step { limit: 40, ..Step::at_once(Remedy::Limit, Scope::Routers) };
    assert_eq!(
        step(limit, 1),
        [
            "135 operators incident 0 step 0 limit router-0 Done by 0",
            "135 router-0 host by rule 65534 Throttled",
        ]
    );
}

/// No clock here is wrong, so that none changes.
#[test]
fn a_clock_that_is_right_stays_so_when_it_is_set() {
    let set = Step::at_once(Remedy::SetClock, Scope::Validators);
    assert_eq!(step(set, 2), ["135 operators incident 0 step 0 set-clock nobody Done by 0"]);
}

/// Nobody has a runbook. Of four nodes of the client half take what is made in haste; the next
/// who blames the version takes it back.
#[test]
fn a_version_is_made_in_haste_and_taken_back() {
    let mut setting = setting();
    setting.is_prepared = false;
    setting.validators = 5;
    setting.people.guess.right = 0.0;
    setting.people.guess.patch = 0.5;
    setting.one_client = (0..4).map(ProcessId).collect();
    let told = told_by(setting.clone(), &[(60, FIRES)]);
    let hasty = |told: &[String]| -> Vec<String> {
        let hasty = told.iter().filter(|line| line.contains("patch") || line.contains("roll-back"));
        hasty.cloned().collect()
    };
    assert_eq!(
        hasty(&told),
        [
            "839 0 guess patch validator-1 Done by 0",
            "839 0 guess patch validator-2 Done by 0",
            "1109 0 guess roll-back validator-1 Done by 0",
            "1109 0 guess roll-back validator-2 Done by 0",
        ]
    );
    setting.people.guess.patch = 0.0;
    assert_eq!(hasty(&told_by(setting, &[(60, FIRES)])), [""; 0], "nobody makes one");
}
