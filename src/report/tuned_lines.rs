//! What tuning chose, as screens and files tell of it.

use std::fmt::Write;

use serde_json::Value;

use super::compare_files::quoted;
use super::compare_screen::seeds_text;
use crate::experiment::{Comparison, Tuned};

/// One line for how it was done, and one for each variant that found a better setting.
pub fn tuned_lines(comparison: &Comparison) -> Vec<String> {
    let labels = &comparison.labels;
    let setting = |label: &str| {
        let at = labels.iter().position(|known| known == label)?;
        comparison.parameters.get(at)
    };
    let tuned = labels.iter().filter_map(|label| {
        let default = label.strip_suffix(Tuned::SUFFIX)?;
        Some(format!("  {default}: {}", differences(setting(default)?, setting(label)?)))
    });
    let found: Vec<String> = tuned.collect();
    let how = tuned_how(comparison);
    let unchanged = labels.len() - 2 * found.len();
    let rest = match (unchanged, found.is_empty()) {
        (_, true) => "; nobody found a better setting",
        (0, false) => "",
        (_, false) => "; the others found nothing better",
    };
    match (&comparison.tuning, found.is_empty()) {
        (None, true) => Vec::new(),
        _ => std::iter::once(format!("TUNED    {how}{rest}")).chain(found).collect(),
    }
}

/// How variants were tuned, in a few words.
pub(super) fn tuned_how(comparison: &Comparison) -> String {
    comparison.tuning.as_ref().map_or_else(
        || "on other seeds".to_owned(),
        |tuning| {
            format!("best of {} trials each, on seeds {}", tuning.trials, seeds_text(&tuning.seeds))
        },
    )
}

/// What was chosen of each variant that found a better setting than it has: two comparisons of the
/// same variants, before and after.
pub(super) fn tuned_beside(base: &Comparison, tuned: &Comparison) -> Vec<String> {
    let settings = base.parameters.iter().zip(&tuned.parameters);
    let changed = base.labels.iter().zip(settings).filter(|(_, (own, chosen))| own != chosen);
    changed.map(|(label, (own, chosen))| format!("{label}: {}", differences(own, chosen))).collect()
}

/// `batch_delay 100ms -> 25ms, leaders round-robin -> reputation`.
fn differences(default: &Value, tuned: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let keys = tuned.as_object().into_iter().flatten();
    let moved = keys.filter(|(key, value)| default[key.as_str()] != **value);
    let moved: Vec<String> = moved
        .map(|(key, value)| format!("{key} {} -> {}", text(&default[key.as_str()]), text(value)))
        .collect();
    moved.join(", ")
}

/// A row for every trial of every variant.
pub fn tuning_csv(all: &[Tuned]) -> String {
    let mut text = String::from(
        "variant,trial,is_chosen,broken,missed,p99_us,unfinished,p50_us,messages,parameters\n",
    );
    for tuned in all {
        for (number, trial) in tuned.trials.iter().enumerate() {
            let score = &trial.score;
            let _ = writeln!(
                text,
                "{},{number},{},{},{},{},{},{},{},{}",
                quoted(&tuned.label),
                trial.setting == tuned.chosen,
                score.broken,
                score.missed,
                score.p99_us,
                score.unfinished,
                score.p50_us,
                score.messages,
                quoted(&trial.setting.to_string())
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Tuning;
    use crate::report::sample::{SMALL, comparison_of};

    #[test]
    fn what_was_chosen_stands_beside_what_it_was() {
        let mut comparison = comparison_of(SMALL, &["arrival", "causal", "fifo"], &[1, 2]);
        assert_eq!(tuned_lines(&comparison), Vec::<String>::new());
        comparison.tuning = Some(Tuning::new(8, &comparison.seeds));
        let none = tuned_lines(&comparison).join("\n");
        let words =
            "TUNED    best of 8 trials each, on seeds 1001..1003; nobody found a better setting";
        assert_eq!(none, words);
        comparison.labels[2] = "causal tuned".to_owned();
        comparison.parameters[2] = comparison.parameters[1].clone();
        comparison.parameters[2]["fetch"] = "50ms".into();
        comparison.parameters[2]["held"] = 40_000.into();
        insta::assert_snapshot!(tuned_lines(&comparison).join("\n"), @r"
        TUNED    best of 8 trials each, on seeds 1001..1003; the others found nothing better
          causal: fetch 100ms -> 50ms, held 10000 -> 40000
        ");
        comparison.tuning = None;
        assert_eq!(tuned_lines(&comparison).len(), 2);
    }
}
