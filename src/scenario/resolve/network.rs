//! `[network]`: the delay table and what every link has.

use std::path::Path;

use super::report_file;
use crate::kernel::Span;
use crate::scenario::file::{DelaysFile, NetworkFile, ScenarioFile};
use crate::scenario::model::{DelayTable, Network};
use crate::scenario::problem::{Place, suggest};
use crate::scenario::source::read_text;
use crate::scenario::table::{
    BUNDLED_TABLES, Grid, LOCAL, MOST_REGIONS, Separator, find_table, read_grid,
};
use crate::scenario::written::{At, Field, Reader};

pub(super) fn read(file: &ScenarioFile, reader: &mut Reader<'_>, folder: &Path) -> Option<Network> {
    let written: NetworkFile = reader.or_empty(&file.network)?;
    if let Some(at) = written.jitter.at().filter(|at| at.value.0 > 0.9) {
        reader.report(at.place, "`network.jitter` must be at most 90%", "");
    }
    if let Some(at) = written.loss.at().filter(|at| at.value.0 > 0.99) {
        reader.report(at.place, "`network.loss` must be at most 99%", "");
    }
    if let Some(at) = written.bandwidth.at().filter(|at| at.value.0 < 1.0) {
        reader.report(at.place, "`network.bandwidth` must be at least 1 bit/s", "");
    }
    let mut delays = read_delays(written.delays.at()?, reader, folder)?;
    fill_local(&mut delays, &written.local, reader);
    Some(Network {
        delays,
        jitter: written.jitter.get()?.0,
        loss: written.loss.get()?.0,
        bandwidth: written.bandwidth.get().map(|rate| rate.0.round() as u64),
        transport: *written.transport.get()?,
    })
}

fn fill_local(delays: &mut DelayTable, local: &Field<Span>, reader: &mut Reader<'_>) {
    if let Some(at) = local.at().filter(|at| at.value == Span::ZERO) {
        reader.report(at.place, "`network.local` must be more than 0s", "");
    }
    for (index, row) in delays.one_way.iter_mut().enumerate() {
        let own = Some(row[index]).filter(|own| *own > Span::ZERO);
        row[index] = local.get().copied().or(own).unwrap_or(LOCAL);
    }
}

fn read_delays(
    delays: &At<DelaysFile>,
    reader: &mut Reader<'_>,
    folder: &Path,
) -> Option<DelayTable> {
    let written = &delays.value;
    let inline = !written.regions.is_absent() || !written.one_way.is_absent();
    match (&written.file, inline) {
        (Field::Absent, false) => read_bundled(delays, reader),
        (Field::Absent, true) => read_inline(delays, reader),
        (Field::Given(at), false) => read_file(delays, at, reader, folder),
        (Field::Wrong, _) => None,
        (Field::Given(at), true) => {
            let note = "leave out `file`, or `regions` and `one_way`";
            reader.report(
                at.place,
                "these delays come from a file and are written here, too",
                note,
            );
            None
        }
    }
}

fn read_bundled(delays: &At<DelaysFile>, reader: &mut Reader<'_>) -> Option<DelayTable> {
    let example = "a bundled table, like `delays = \"aws-13\"`";
    let what = "the name of the delay table";
    let name = reader.require(&delays.value.name, delays.place, what, example)?;
    let found = find_table(&name.value);
    if found.is_none() {
        let names = BUNDLED_TABLES.map(|table| table.name);
        let meant = suggest(&name.value, names);
        let own = "{ file = \"ours.csv\", are = \"round-trip\" }";
        let note = format!("{meant}tables: {}; or {own}", names.join(", "));
        reader.report(name.place, format!("there is no delay table `{}`", name.value), note);
    }
    found
}

fn read_file(
    delays: &At<DelaysFile>,
    file: &At<String>,
    reader: &mut Reader<'_>,
    folder: &Path,
) -> Option<DelayTable> {
    let example = "`are = \"one-way\"` or `are = \"round-trip\"`: it cannot be guessed";
    let are = reader.require(&delays.value.are, delays.place, "`are`", example).map(|at| at.value);
    let text = match read_text(&folder.join(&file.value)) {
        Ok(text) => text,
        Err(refusal) => {
            report_file(reader, file, refusal);
            return None;
        }
    };
    let origin = reader.log.add_file(&file.value, &text);
    match read_grid(&text, Separator::Comma, are?) {
        Ok((regions, one_way)) => {
            let way = if are? == super::super::file::Ways::OneWay {
                "one-way"
            } else {
                "round trip halved"
            };
            let (name, source) = (file.value.clone(), format!("{}, {way}", file.value));
            Some(DelayTable { name, source, regions, one_way })
        }
        Err(mistake) => {
            reader.report(Place::new(origin, mistake.part), mistake.message, mistake.note);
            None
        }
    }
}

fn read_inline(delays: &At<DelaysFile>, reader: &mut Reader<'_>) -> Option<DelayTable> {
    let written = &delays.value;
    let regions = reader.require(&written.regions, delays.place, "`regions`", "their names");
    let regions = regions.cloned();
    let example = "a list of lists, one for each region";
    let rows = reader.require(&written.one_way, delays.place, "`one_way`", example).cloned();
    let (regions, one_way) = check_inline(&regions?, &rows?, reader)?;
    let name = written.name.get().cloned().unwrap_or_else(|| "inline".to_owned());
    Some(DelayTable { name, source: written.source.get()?.clone(), regions, one_way })
}

fn check_inline(
    regions: &At<Vec<At<String>>>,
    rows: &At<Vec<At<Vec<At<Span>>>>>,
    reader: &mut Reader<'_>,
) -> Option<Grid> {
    let count = regions.value.len();
    let square = rows.value.len() == count && rows.value.iter().all(|row| row.value.len() == count);
    let known = reader.log.count();
    if !(1..=MOST_REGIONS).contains(&count) {
        let message = format!("there must be between 1 and {MOST_REGIONS} regions");
        reader.report(regions.place, message, "");
    } else if !square {
        let note = format!("{count} regions need {count} rows of {count} delays");
        reader.report(rows.place, "this table is not square", note);
    }
    let zeros = rows.value.iter().enumerate().flat_map(|(from, row)| {
        let elsewhere = row.value.iter().enumerate().filter(move |(to, _)| *to != from);
        elsewhere.map(|(_, at)| at).filter(|at| at.value == Span::ZERO)
    });
    for at in zeros {
        reader.report(at.place, "two regions cannot be at the same place", "");
    }
    let names: Vec<String> = regions.value.iter().map(|at| at.value.clone()).collect();
    for (index, at) in regions.value.iter().enumerate() {
        if names[..index].contains(&at.value) {
            reader.report(at.place, format!("the region `{}` comes twice", at.value), "");
        }
    }
    let spans = |row: &At<Vec<At<Span>>>| row.value.iter().map(|at| at.value).collect();
    let grid = (names, rows.value.iter().map(spans).collect());
    (reader.log.count() == known).then_some(grid)
}
