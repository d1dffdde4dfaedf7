//! `ops.alerts`: the rules that production has, as far as they can be judged.

use std::path::Path;

use super::ops::{Known, find};
use super::report_file;
use crate::kernel::Span;
use crate::production::{Judged, Names, Query, Setting, kebab, read as read_expression, span};
use crate::scenario::file::{GroupFile, GroupsFile, Labels, PrometheusRule, RulesFile, UnreadFile};
use crate::scenario::model::{AlertRule, Production, Unread};
use crate::scenario::problem::Place;
use crate::scenario::source::read_text;
use crate::scenario::written::{At, Field, Reader, Written as _};
use crate::scenario::yaml::read_yaml;

/// What rules of production are read with.
pub(super) struct Beside<'a> {
    pub(super) folder: &'a Path,
    pub(super) names: &'a Names,
    pub(super) known: &'a Known<'a>,
    pub(super) scrape: Span,
    pub(super) objective: Span,
}

/// The rules that a file has, and what is to be said of it.
type Found = (Vec<AlertRule>, Option<Production>);

/// Reads what is judged, and lists what is not; nothing without a file.
pub(super) fn read(
    field: &Field<RulesFile>,
    reader: &mut Reader<'_>,
    beside: &Beside<'_>,
) -> Option<Found> {
    let Some(at) = field.at() else {
        return field.is_absent().then(|| (Vec::new(), None));
    };
    match at.value.file.at() {
        Some(file) => read_file(file, reader, beside),
        None => read_written(at, reader),
    }
}

/// What a scenario that was written out says of the file that its rules came from.
fn read_written(at: &At<RulesFile>, reader: &mut Reader<'_>) -> Option<Found> {
    let written = &at.value;
    let example = "`alerts = \"prod-rules.yml\"`";
    let name = reader.require(&written.name, at.place, "`file`", example)?;
    let unread = written.unread.get().map_or(&[][..], |unread| unread);
    let unread: Vec<Option<Unread>> = unread.iter().map(|at| unread_again(at, reader)).collect();
    let remarks = written.remarks.get().map_or(&[][..], |remarks| remarks);
    let production = Production {
        file: name.value.clone(),
        judged: u32::try_from(*written.judged.get()?).unwrap_or(u32::MAX),
        unread: unread.into_iter().collect::<Option<_>>()?,
        remarks: remarks.iter().map(|remark| remark.value.clone()).collect(),
    };
    Some((Vec::new(), Some(production)))
}

fn unread_again(at: &At<UnreadFile>, reader: &mut Reader<'_>) -> Option<Unread> {
    let rule = reader.require(&at.value.rule, at.place, "`rule`", "its name")?.value.clone();
    let why = reader.require(&at.value.why, at.place, "`why`", "the reason")?.value.clone();
    let line = u32::try_from(*at.value.line.get()?).unwrap_or(u32::MAX);
    Some(Unread { rule, line, why })
}

fn read_file(file: &At<String>, reader: &mut Reader<'_>, beside: &Beside<'_>) -> Option<Found> {
    let text = match read_text(&beside.folder.join(&file.value)) {
        Ok(text) => text,
        Err(refusal) => {
            report_file(reader, file, refusal);
            return None;
        }
    };
    let origin = reader.log.add_file(&file.value, &text);
    let known = reader.log.count();
    let root = read_yaml(reader.log, origin, &text)?;
    let groups = GroupsFile::read(&root, reader)?;
    let whole = Place::whole(origin);
    let groups =
        reader.require(&groups.groups, whole, "`groups`", "`groups:` and below it rules")?;
    let mut reading = Reading {
        beside,
        text: &text,
        records: records(&groups.value),
        rules: Vec::new(),
        production: Production { file: file.value.clone(), ..Production::default() },
    };
    for group in &groups.value {
        reading.group(&group.value, reader);
    }
    let Reading { rules, production, .. } = reading;
    (reader.log.count() == known).then_some((rules, Some(production)))
}

/// Everything that the file records, by name.
fn records(groups: &[At<GroupFile>]) -> Vec<(String, Query)> {
    let rules = groups.iter().flat_map(|group| group.value.rules.get().map_or(&[][..], |all| all));
    let recorded = rules.filter_map(|rule| {
        let (name, expr) = (rule.value.record.get()?, rule.value.expr.get()?);
        Some((name.clone(), Query::parse(expr).ok()?))
    });
    recorded.collect()
}

struct Reading<'a> {
    beside: &'a Beside<'a>,
    text: &'a str,
    records: Vec<(String, Query)>,
    rules: Vec<AlertRule>,
    production: Production,
}

impl Reading<'_> {
    fn group(&mut self, group: &GroupFile, reader: &mut Reader<'_>) {
        let scrape = self.beside.scrape;
        if let Some(interval) = group.interval.at()
            && let Some(every) = duration(interval, reader)
            && every != scrape
        {
            let name = group.name.get().map_or("", String::as_str);
            let remark =
                format!("`{name}` is evaluated every {every} there, and every {scrape} here");
            self.production.remarks.push(remark);
        }
        let none = Labels::default();
        let labels = group.labels.get().unwrap_or(&none);
        let unheeded = [
            ("limit", &group.limit),
            ("query_offset", &group.query_offset),
            ("partial_response_strategy", &group.partial_response_strategy),
        ];
        for (key, _) in unheeded.into_iter().filter(|(_, field)| !field.is_absent()) {
            let name = group.name.get().map_or("", String::as_str);
            self.production.remarks.push(format!("`{name}` without its `{key}`"));
        }
        for rule in group.rules.get().map_or(&[][..], |rules| rules) {
            self.rule(&rule.value, rule.place, labels, reader);
        }
    }

    fn rule(
        &mut self,
        rule: &PrometheusRule,
        place: Place,
        shared: &Labels,
        reader: &mut Reader<'_>,
    ) {
        if rule.record.at().is_some() && rule.alert.is_absent() {
            return check_record(rule, place, reader);
        }
        let name = reader.require(&rule.alert, place, "`alert`", "its name").cloned();
        let expr = reader.require(&rule.expr, place, "`expr`", "what it looks at").cloned();
        let (Some(name), Some(expr)) = (name, expr) else { return };
        let lasts = rule.lasts.at().map_or(Some(Span::ZERO), |lasts| duration(lasts, reader));
        let keeps =
            rule.keep_firing_for.at().map_or(Some(Span::ZERO), |keeps| duration(keeps, reader));
        let page = self.page(rule.labels.get(), shared, reader);
        let (Some(lasts), Some(keeps), Some(page)) = (lasts, keeps, page) else { return };
        match self.judge(&expr.value, keeps) {
            Ok(judged) => self.add(&name.value, judged, (lasts, page)),
            Err(why) => {
                let line = place.line(self.text);
                self.production.unread.push(Unread { rule: name.value, line, why });
            }
        }
    }

    /// What an expression means, or why that is not judged.
    fn judge(&self, expr: &str, keeps: Span) -> Result<Judged, String> {
        if keeps > Span::ZERO {
            return Err(format!("it keeps firing for {keeps}; here an alert resolves at once"));
        }
        let setting = Setting {
            names: self.beside.names,
            objective: self.beside.objective,
            scrape: self.beside.scrape,
            records: &self.records,
        };
        read_expression(expr, setting)
    }

    fn add(&mut self, name: &str, judged: Judged, (lasts, page): (Span, Option<u16>)) {
        self.production.judged += 1;
        if let Some(remark) = judged.remark {
            self.production.remarks.push(format!("`{name}` is {remark}"));
        }
        for when in judged.conditions {
            let name = self.free_name(name);
            self.rules.push(AlertRule { name, when, lasts, page });
        }
    }

    /// Whom a rule pages: `Some(None)` is nobody.
    fn page(
        &self,
        own: Option<&Labels>,
        shared: &Labels,
        reader: &mut Reader<'_>,
    ) -> Option<Option<u16>> {
        let label =
            |label: &str| own.and_then(|own| own.find(label)).or_else(|| shared.find(label));
        let pages = label("severity").is_some_and(|severity| PAGES.contains(&&*severity.value));
        match label("role").filter(|_| pages) {
            None => Some(pages.then_some(self.beside.known.responder)),
            Some(role) if self.beside.known.has_default(&role.value) => Some(Some(0)),
            Some(role) => find(role, "role", &self.beside.known.roles, reader).map(Some),
        }
    }

    /// Its name as scenarios write names, unlike all others.
    fn free_name(&self, name: &str) -> String {
        let name = kebab(name);
        let is_taken = |name: &str| {
            let own = self.rules.iter().any(|rule| rule.name == name);
            own || self.beside.known.alerts.contains(&name)
        };
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        names.find(|name| !is_taken(name)).unwrap_or(name)
    }
}

/// A rule that records is followed where its name is used; it cannot alert as well.
fn check_record(rule: &PrometheusRule, place: Place, reader: &mut Reader<'_>) {
    if !rule.lasts.is_absent() || !rule.annotations.is_absent() {
        let note = "Prometheus refuses `for` and `annotations` beside `record`";
        reader.report(place, "a rule that records does not alert", note);
    }
}

/// Rules with such a `severity` page somebody; others only show on a dashboard.
const PAGES: [&str; 2] = ["page", "critical"];

fn duration(written: &At<String>, reader: &mut Reader<'_>) -> Option<Span> {
    let read = span(&written.value);
    if read.is_none() {
        let message = format!("`{}` is not a duration", written.value);
        reader.report(written.place, message, "write it as Prometheus does: `30s`, `1h30m`");
    }
    read
}
