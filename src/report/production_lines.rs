//! What is judged of the rules that production has, and what is not, with the reason.

use crate::scenario::model::{Production, Scenario};

/// `7 rules of prod-rules.yml judged, 2 not: they use predict_linear`; nothing without such a file.
pub fn production_line(scenario: &Scenario) -> Option<String> {
    scenario.ops.as_ref()?.production.as_ref().map(line)
}

/// The same with every rule that is not judged, and all remarks.
pub fn production_lines(scenario: &Scenario) -> Vec<String> {
    let production = scenario.ops.as_ref().and_then(|ops| ops.production.as_ref());
    production.map_or_else(Vec::new, every)
}

fn line(production: &Production) -> String {
    let Production { file, judged, unread, .. } = production;
    let rules = if *judged == 1 { "rule" } else { "rules" };
    let judged = format!("{judged} {rules} of {file} judged");
    let Some(first) = unread.first() else { return judged };
    let is_one = unread.iter().all(|unread| unread.why == first.why);
    let why = match (unread.len(), first.why.strip_prefix("it uses ")) {
        (1, _) => first.why.clone(),
        (_, Some(what)) if is_one => format!("they use {what}"),
        _ if is_one => format!("of each: {}", first.why),
        _ => format!("{}: {}; …", first.rule, first.why),
    };
    format!("{judged}, {} not: {why}", unread.len())
}

fn every(production: &Production) -> Vec<String> {
    let unread = production.unread.iter().map(|unread| {
        format!("  not judged  {} (line {}): {}", unread.rule, unread.line, unread.why)
    });
    let remarks = production.remarks.iter().map(|remark| format!("  judged      {remark}"));
    std::iter::once(line(production)).chain(unread).chain(remarks).collect()
}
