//! `[[ops.alert]]`: what a rule looks for, and whom it pages.

use super::ops::{Known, find_if_any};
use super::report_inside;
use crate::kernel::Span;
use crate::scenario::demand::{Scale, read_value};
use crate::scenario::file::{AlertFile, BurnFile, OpsFile};
use crate::scenario::model::{AlertRule, Burn, Condition, Gauge, GaugeUnit, Sense};
use crate::scenario::problem::{Place, suggest};
use crate::scenario::quantity::Share;
use crate::scenario::words::{Mistake, Words};
use crate::scenario::written::{At, Reader, check_name};

/// What a condition may look like.
const FORM: &str = "a condition is like `oldest_unconfirmed > 20s`";

pub(super) fn read_alerts(
    written: &OpsFile,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<Vec<AlertRule>> {
    let alerts = written.alert.get().map_or(&[][..], |alerts| alerts);
    let each: Vec<_> =
        alerts.iter().map(|alert| read_alert(&alert.value, alert.place, known, reader)).collect();
    each.into_iter().collect()
}

fn read_alert(
    written: &AlertFile,
    place: Place,
    known: &Known<'_>,
    reader: &mut Reader<'_>,
) -> Option<AlertRule> {
    let example = "`name = \"oldest-unconfirmed\"`";
    let name = reader.require(&written.name, place, "`name`", example).cloned();
    if let Some(name) = &name {
        check_name(reader, name);
    }
    let when = match (written.when.at(), written.burn.at()) {
        (Some(_), Some(burn)) => {
            let note = "leave out one of them";
            reader.report(burn.place, "an alert rule has `when` or `burn`, not both", note);
            None
        }
        (Some(when), None) => match read_condition(&when.value) {
            Ok(condition) => Some(condition),
            Err(mistake) => {
                report_inside(reader, &when.value, when.place, mistake);
                None
            }
        },
        (None, Some(burn)) => read_burn(&burn.value, burn.place, reader).map(Condition::Burn),
        (None, None) => {
            let is_missing = written.when.is_absent() && written.burn.is_absent();
            if is_missing && !reader.is_misspelt(place, None) {
                reader.report(place, "this alert rule looks for nothing", FORM);
            }
            None
        }
    };
    let page = match written.page.at() {
        Some(role) if known.has_default(&role.value) => Some(Some(0)),
        _ => find_if_any(&written.page, "role", &known.roles, reader),
    };
    let lasts = *written.lasts.get()?;
    Some(AlertRule { name: name?.value, when: when?, lasts, page: page? })
}

fn read_condition(text: &str) -> Result<Condition, Mistake> {
    let mut words = Words::new(text);
    let word = words.word();
    let names = || Gauge::NAMES.iter().map(|(name, _)| *name);
    let found = Gauge::NAMES.iter().find(|(name, _)| *name == word.text);
    let Some((_, gauge)) = found else {
        let meant = suggest(word.text, names());
        let all: Vec<&str> = names().collect();
        let note = format!("{meant}alerts look at: {}", all.join(", "));
        return Err(word.wrong(format!("there is no gauge `{}`", word.text), note));
    };
    let over = read_over(&mut words, *gauge)?;
    let signs: Vec<&'static str> = Sense::SIGNS.iter().map(|(sign, _)| *sign).collect();
    let sign = words.sign(&signs);
    let sense =
        Sense::SIGNS.iter().find(|(known, _)| Some(*known) == sign).map(|(_, sense)| *sense);
    let Some(sense) = sense else {
        return Err(words.here().wrong("`>` or `<` is missing here", FORM));
    };
    let scale = match gauge.unit() {
        GaugeUnit::Millis => Scale::Millis,
        GaugeUnit::Share => Scale::Share,
        GaugeUnit::PerSecond => Scale::Rate,
        GaugeUnit::Plain => Scale::Plain,
    };
    let bound = read_value(&words.remainder(), scale)?;
    Ok(Condition::Compare { gauge: *gauge, over, sense, bound })
}

/// `over 5m`, behind a gauge that is a rate.
fn read_over(words: &mut Words<'_>, gauge: Gauge) -> Result<Span, Mistake> {
    let over = words.peek();
    if over.text != "over" {
        return Ok(Span::ZERO);
    }
    words.word();
    if !gauge.is_rate() {
        let message = format!("`{}` is how things stand, not a rate", gauge.name());
        return Err(over.wrong(message, "leave out `over` and its window"));
    }
    let window = words.word();
    let span = window.text.parse().ok().filter(|span| *span > Span::ZERO);
    span.ok_or_else(|| {
        let message = format!("`{}` is no window", window.text);
        window.wrong(message, "write it like `refused over 5m > 5%`")
    })
}

fn read_burn(written: &BurnFile, place: Place, reader: &mut Reader<'_>) -> Option<Burn> {
    let example = BurnFile::EXAMPLE;
    let factor = reader.require(&written.factor, place, "`factor`", example).copied();
    let long = reader.require(&written.long, place, "`long`", example).copied();
    let short = reader.require(&written.short, place, "`short`", example).copied();
    let objective = reader.require(&written.objective, place, "`objective`", example).copied();
    check_budget(objective.as_ref(), "an objective", reader);
    if let (Some(long), Some(short)) = (long, short)
        && short.value > long.value
    {
        reader.report(short.place, "the short window is longer than the long one", "");
    }
    Some(Burn {
        factor: factor?.value.0,
        long: long?.value,
        short: short?.value,
        objective: objective?.value.0,
    })
}

/// Something may go wrong, or nothing can be said of how fast it does.
pub(super) fn check_budget(share: Option<&At<Share>>, noun: &str, reader: &mut Reader<'_>) {
    if let Some(at) = share.filter(|at| at.value.0 >= 1.0) {
        reader.report(at.place, format!("{noun} of 100% leaves no budget to burn"), "");
    }
}
