//! `ops.names`: what production calls the gauges.

use std::path::Path;

use super::report_file;
use crate::production::{Name, Names, Query};
use crate::scenario::document::read_toml;
use crate::scenario::file::{MetricFile, Metrics, NamesFile};
use crate::scenario::model::Gauge;
use crate::scenario::problem::{Place, suggest};
use crate::scenario::source::read_text;
use crate::scenario::written::{At, Field, Reader, Written as _};

/// The name map, in a file or written here; empty without one.
pub(super) fn read(
    field: &Field<NamesFile>,
    reader: &mut Reader<'_>,
    folder: &Path,
) -> Option<Names> {
    let Some(at) = field.at() else {
        return field.is_absent().then(Names::default);
    };
    if let Some(file) = at.value.file.at() {
        if !at.value.metrics.is_absent() {
            let note = "leave out one of `file` and `metrics`";
            reader.report(file.place, "these names are in a file and written here, too", note);
        }
        return read_file(file, reader, folder);
    }
    at.value.metrics.get().map_or(Some(Names::default()), |metrics| read_metrics(metrics, reader))
}

fn read_file(file: &At<String>, reader: &mut Reader<'_>, folder: &Path) -> Option<Names> {
    let text = match read_text(&folder.join(&file.value)) {
        Ok(text) => text,
        Err(refusal) => {
            report_file(reader, file, refusal);
            return None;
        }
    };
    let origin = reader.log.add_file(&file.value, &text);
    names_of(reader, origin, &text)
}

/// The names that the text of a name map has.
pub(crate) fn names_of(reader: &mut Reader<'_>, origin: usize, text: &str) -> Option<Names> {
    let root = read_toml(reader.log, origin, text)?;
    let names = NamesFile::read(&root, reader)?;
    if let Some(file) = names.file.at() {
        reader.report(file.place, "a name map does not lead to another", "write `[metrics]`");
    }
    let whole = Place::whole(origin);
    let metrics = reader.require(&names.metrics, whole, "`[metrics]`", FORM)?;
    read_metrics(&metrics.value, reader)
}

const FORM: &str = "`waiting = \"max(router_queue_length)\"` below it";

fn read_metrics(metrics: &Metrics, reader: &mut Reader<'_>) -> Option<Names> {
    let each = metrics.0.iter().map(|(key, at)| read_metric(key, at, reader));
    let names: Vec<Option<Name>> = each.collect();
    names.into_iter().collect::<Option<_>>().map(Names)
}

fn read_metric(key: &At<String>, at: &At<MetricFile>, reader: &mut Reader<'_>) -> Option<Name> {
    let written = &at.value;
    let unit = *written.unit.get()?;
    if key.value == Names::APPLIED {
        let example = "`{ histogram = \"attest_commit_seconds\" }`";
        let histogram = reader.require(&written.histogram, at.place, "`histogram`", example)?;
        return check_histogram(histogram, reader);
    }
    let found = Gauge::NAMES.iter().find(|(name, _)| *name == key.value);
    let Some((_, gauge)) = found else {
        let names = Gauge::NAMES.iter().map(|(name, _)| *name).chain([Names::APPLIED]);
        let all: Vec<&str> = names.collect();
        let note = format!("{}names are for: {}", suggest(&key.value, all.clone()), all.join(", "));
        reader.report(key.place, format!("rules look at no metric `{}`", key.value), note);
        return None;
    };
    let expr = reader.require(&written.expr, at.place, "`expr`", "an expression of PromQL")?;
    check_expression(expr, reader)?;
    if !unit.suits(*gauge) {
        let message = format!("`{}` is not counted in this unit", key.value);
        reader.report(at.place, message, "`milliseconds` is for times, `percent` for shares");
        return None;
    }
    Some(Name::Expression { gauge: *gauge, expr: expr.value.clone(), unit })
}

fn check_histogram(histogram: &At<String>, reader: &mut Reader<'_>) -> Option<Name> {
    let is_name = histogram.value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && histogram.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    if !is_name {
        let note = "write its name without `_bucket`, like `attest_commit_seconds`";
        reader.report(histogram.place, "this is not the name of a histogram", note);
    }
    is_name.then(|| Name::Histogram(histogram.value.clone()))
}

fn check_expression(expr: &At<String>, reader: &mut Reader<'_>) -> Option<()> {
    match Query::parse(&expr.value) {
        Ok(_) => Some(()),
        Err(why) => {
            let why: String = why.lines().next().unwrap_or_default().chars().take(80).collect();
            reader.report(expr.place, "this is not PromQL", why);
            None
        }
    }
}
