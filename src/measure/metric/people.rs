//! What is measured of watchers, users and people.

use super::{Better, Kind, Metric, Unit, metrics};

pub(super) const OF_PEOPLE: &[Metric] = metrics! {
    "noticed.look" Moment Millis Neither
        "From the start of the first fault until a user first looked again; of thousands the first \
         is always early, and nobody hears it."
        "capabilities B5; experience 10";
    "noticed.users" Moment Millis Neither
        "From the start of the first fault until so many users had complained as are heard."
        "capabilities B5; experience 10";
    "noticed.validators" Moment Millis Neither
        "From the start of the first fault until a validator first suspected somebody."
        "capabilities B4";
    "noticed.monitor" Moment Millis Lower
        "From the start of the first fault until an alert first fired."
        "capabilities B3";
    "alert_lead" Moment Millis Higher
        "How much earlier the first alert fired than users were heard; what did not come is taken \
         to come when the measured time ends."
        "capabilities B23";
    "mttd" Moment Millis Lower
        "From the start of the first fault until an incident was opened about it, by whomever."
        "capabilities B6; metrics 1e";
    "mtta" Moment Millis Lower
        "From an incident's opening until a named role took it."
        "capabilities B6; metrics 1e";
    "unowned" Moment Millis Lower
        "From the start of the first fault until a named role took it."
        "capabilities B8; experience 10";
    "mttm" Moment Millis Lower
        "From the start of the first fault until the last act of operators before every alert was \
         resolved for good."
        "capabilities B6";
    "quiet" Moment Millis Lower
        "From the start of the first fault until every alert of it was resolved for good."
        "capabilities B6";
    "mttr" Moment Millis Lower
        "From the start of the first fault until the last ten seconds that are bad as in \
         bad_minutes."
        "capabilities B6; metrics 1e";
    "response.detect" Moment Millis Lower
        "Part of quiet: from the start of the first fault until an incident was opened."
        "capabilities B6";
    "response.answer" Moment Millis Lower
        "Part of quiet: from an incident's opening until a named role took it, or automation acted."
        "capabilities B6";
    "response.diagnose" Moment Millis Lower
        "Part of quiet: from then until the first act of operators began."
        "capabilities B6";
    "response.mitigate" Moment Millis Lower
        "Part of quiet: from then until the last act was done."
        "capabilities B6";
    "response.verify" Moment Millis Lower
        "Part of quiet: from then until every alert was resolved for good."
        "capabilities B6";
    "self_corrected" Moment Part Higher
        "1 if the users' trouble was over, as in mttr, before anybody had done anything about it, \
         else 0."
        "capabilities B19";
    "degraded_goodput" Moment Part Higher
        "Of what was due while faults were at work, until they ended or operators' last act: what \
         was applied within ops.objective, over the same of the twin."
        "capabilities B26";
    "budget_burnt" Moment Part Lower
        "Operations that took longer than ops.objective or never came, over what 30 days of such a \
         load may have of them by ops.target."
        "metrics 1d, error budget";
    "escalation_depth" Moment Acts Lower
        "The most escalations of one incident."
        "capabilities B7";
    "chaos_index" Moment Acts Lower
        "Alerts that fired at once, on average over the time in which an incident was open and not \
         quiet, and the conflicts in it."
        "capabilities B25";
    "alert_precision" Moment Part Higher
        "Of the times that an alert rule began to fire, the share while a fault was at work or had \
         been within five minutes."
        "metrics 1e";
    "alert_recall" Moment Part Higher
        "Of the faults, the share during which, or within five minutes of which, an alert rule \
         began to fire."
        "metrics 1e";
    "missed_faults" Moment Acts Lower
        "Faults that alert_recall misses."
        "metrics 1e";
    "bad_minutes" Moment Minutes Lower
        "Minutes whose p95 of latency.applied is above twice the twin's, or of whose operations \
         more than 1 % never came."
        "experience 10";
    "pages" Happening Acts Lower
        "Pages, answered or not."
        "capabilities B7";
    "escalations" Happening Acts Lower
        "Pages to the next role because nobody had answered."
        "capabilities B7";
    "coordinations" Happening Acts Lower
        "Times that whoever had an incident waited for another organisation's operator."
        "capabilities B9";
    "tickets" Happening Acts Lower
        "Complaints of users."
        "capabilities B5";
    "suspicions" Happening Acts Neither
        "Times that a validator began to suspect somebody."
        "capabilities B4";
    "alerts" Happening Acts Neither
        "Times that an alert rule began to fire."
        "capabilities B20";
    "false_alarms" Happening Acts Lower
        "Times that an alert rule began to fire while no fault was at work, nor had been within \
         five minutes."
        "capabilities B20";
    "acts" Happening Acts Neither
        "Acts of people on hosts, inspections excepted."
        "capabilities B24";
    "wrong_acts" Happening Acts Lower
        "Acts of people on a host that no fault had struck, or a lead given to one that had been."
        "capabilities B24";
    "conflicts" Happening Acts Lower
        "Acts on a host on which somebody or something else had acted within five minutes."
        "capabilities B25";
    "confusion" Moment Millis Lower
        "Time in which two or more worked on an incident and nobody was in command."
        "capabilities B25";
    "automated" Happening Acts Neither
        "Acts of what acts by itself."
        "capabilities B21";
    "harmful_automation" Happening Acts Lower
        "Of these, on a host that no fault had struck, or a lead given to one that had been."
        "capabilities B21";
    "held_back" Happening Acts Neither
        "Times that something would have acted by itself and its gate was shut."
        "capabilities B21";
};
