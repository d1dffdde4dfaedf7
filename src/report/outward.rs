//! A run for other tools: checks as test cases of JUnit, metrics as Prometheus exposes them.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::run_files::{name_with_unit, summary};
use crate::experiment::{CheckResult, FaultReport, Met, Pair};
use crate::measure::metric::{self, Metric};
use crate::simulation::{GuaranteeVerdict, Standing};

/// A run, and what tells it from others of the same grid: empty where it is alone.
pub type Labelled<'a> = (&'a str, &'a Pair);

/// Guarantees, thresholds, expectations and faults as test cases, a suite for each run. What is
/// broken or missed is a failure, what is inconclusive an error, what is not owed is skipped.
///
/// # Panics
/// Never: XML in memory can be written.
pub fn junit(runs: &[Labelled<'_>]) -> String {
    let mut report = Report::new("attestorm");
    for (label, pair) in runs {
        let scenario = &pair.scenario;
        let parts = [&scenario.name, *label, &format!("seed {}", scenario.seed)];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let mut suite = TestSuite::new(parts.join(" "));
        suite.add_property(("digest", pair.run.digest.short().to_string().as_str()));
        suite.add_test_cases(pair.guarantees().iter().map(guarantee));
        suite.add_test_cases(pair.thresholds.iter().map(|result| check("threshold", result)));
        suite.add_test_cases(pair.always.iter().map(|result| check("always", result)));
        suite.add_test_cases(pair.sometimes.iter().map(sometimes));
        suite.add_test_cases(pair.faults.iter().filter(|fault| fault.must_occur).map(fault));
        report.add_test_suite(suite);
    }
    report.to_string().expect("XML in memory can be written")
}

fn case(class: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}

fn not(kind: NonSuccessKind, message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn guarantee(verdict: &GuaranteeVerdict) -> TestCase {
    let status = match &verdict.standing {
        Standing::Held => TestCaseStatus::success(),
        Standing::Broken { first, count } => {
            not(NonSuccessKind::Failure, format!("broken {count} times, first: {first}"))
        }
        Standing::NotOwed { why, .. } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("not owed: {why}"));
            status
        }
    };
    case("guarantee", verdict.property.name(), status)
}

fn check(class: &str, result: &CheckResult) -> TestCase {
    let measured = || match result.measured.value() {
        Some(value) => format!("{}: {}", result.check, super::number(value)),
        None => result.check.clone(),
    };
    let status = match result.met {
        Met::Yes => TestCaseStatus::success(),
        Met::No => not(NonSuccessKind::Failure, measured()),
        Met::Unknown => {
            let message = format!("inconclusive, {}: {}", result.lacks(), result.check);
            not(NonSuccessKind::Error, message)
        }
    };
    case(class, &result.name, status)
}

/// What was never seen means that nothing was tested.
fn sometimes(result: &CheckResult) -> TestCase {
    let status = match result.met {
        Met::Yes => TestCaseStatus::success(),
        Met::No | Met::Unknown => {
            not(NonSuccessKind::Error, format!("inconclusive, never seen: {}", result.check))
        }
    };
    case("sometimes", &result.name, status)
}

fn fault(fault: &FaultReport) -> TestCase {
    let status = match &fault.did_not_occur {
        None => TestCaseStatus::success(),
        Some(why) => not(NonSuccessKind::Error, format!("inconclusive: {why}")),
    };
    case("fault", &fault.name, status)
}

/// Every metric as a gauge, in seconds and shares, with the run, the phase and the statistic as
/// labels. What never arrived is `+Inf`; what has no samples is left out.
pub fn exposition(runs: &[Labelled<'_>]) -> String {
    let mut families: BTreeMap<String, (&str, Vec<String>)> = BTreeMap::new();
    for (label, pair) in runs {
        let summary = summary(pair);
        let metrics = summary["metrics"].as_object().into_iter().flatten();
        let own = run_labels(label, pair);
        for (written, phases) in metrics {
            let Some(metric) = known(written) else { continue };
            for (phase, values) in phases.as_object().into_iter().flatten() {
                for (statistic, value) in values.as_object().into_iter().flatten() {
                    let Some((name, value)) = sample(metric, statistic, value) else { continue };
                    let (phase, is_twin) = match phase.strip_suffix("@twin") {
                        Some(phase) => (phase, true),
                        None => (phase.as_str(), false),
                    };
                    let labels = [
                        own.clone(),
                        pairs(&[
                            ("phase", phase),
                            ("statistic", statistic),
                            ("twin", if is_twin { "true" } else { "false" }),
                        ]),
                    ];
                    let line = format!("{name}{{{}}} {value}", labels.join(","));
                    families.entry(name).or_insert((metric.definition, Vec::new())).1.push(line);
                }
            }
        }
    }
    let mut text = String::new();
    for (name, (definition, lines)) in families {
        let help = definition.replace('\\', "\\\\").replace('\n', " ");
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{}", lines.join("\n"));
    }
    text
}

fn run_labels(label: &str, pair: &Pair) -> String {
    let scenario = &pair.scenario;
    let seed = scenario.seed.to_string();
    let mut all = vec![
        ("scenario", scenario.name.as_str()),
        ("ordering", &scenario.ordering),
        ("seed", &seed),
    ];
    all.extend((!label.is_empty()).then_some(("variant", label)));
    pairs(&all)
}

fn pairs(labels: &[(&str, &str)]) -> String {
    let escape =
        |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let each = labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escape(value)));
    each.collect::<Vec<_>>().join(",")
}

/// The metric that a summary writes so.
fn known(written: &str) -> Option<&'static Metric> {
    metric::TABLE.iter().find(|metric| name_with_unit(metric) == written)
}

/// The name of a sample with its unit, and its value in that unit.
fn sample(metric: &Metric, statistic: &str, value: &serde_json::Value) -> Option<(String, String)> {
    let base = format!("attest_{}", metric.name.replace('.', "_"));
    let (suffix, scale) = match (statistic, metric.unit) {
        ("n", _) => ("_samples", 1.0),
        ("count", _) => ("_events", 1.0),
        ("share", _) => ("_ratio", 0.01),
        ("per10k", _) => ("_per10k", 1.0),
        (_, metric::Unit::Millis) => ("_seconds", 1e-3),
        (_, metric::Unit::Minutes) => ("_seconds", 60.0),
        (_, metric::Unit::Part) => ("_ratio", 0.01),
        (_, metric::Unit::Bytes) => ("_bytes", 1.0),
        (_, metric::Unit::PerSecond) => ("_per_second", 1.0),
        _ => ("", 1.0),
    };
    let value = match value {
        serde_json::Value::Number(number) => {
            let scaled = number.as_f64()? * scale;
            ((scaled * 1e9).round() / 1e9).to_string()
        }
        serde_json::Value::String(word) if word == "never" => "+Inf".to_owned(),
        _ => return None,
    };
    let name = base.strip_suffix(suffix).filter(|_| !suffix.is_empty()).unwrap_or(&base);
    Some((format!("{name}{suffix}"), value))
}
