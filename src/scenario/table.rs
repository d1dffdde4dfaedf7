//! Tables of one-way delays between regions: bundled ones, and those of users.

use super::file::Ways;
use super::model::DelayTable;
use super::words::{Mistake, Word};
use crate::kernel::Span;

/// A table inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct BundledTable {
    /// How scenarios name it.
    pub name: &'static str,
    /// Where its figures come from.
    pub source: &'static str,
    text: &'static str,
    are: Ways,
    local: Span,
}

/// The delay inside a region where a table says 0: a datacentre's round trip of half a
/// millisecond, one way.
pub(crate) const LOCAL: Span = Span::from_micros(250);

/// Every bundled table.
pub const BUNDLED_TABLES: [BundledTable; 3] = [
    BundledTable {
        name: "aws-13",
        source: "cometbft test/e2e/pkg/latency/aws-latencies.csv at d5fb47a, one-way (Apache-2.0)",
        text: include_str!("tables/aws-13.txt"),
        are: Ways::OneWay,
        local: LOCAL,
    },
    BundledTable {
        name: "aws-5",
        source: "cloudping.co p50 over one year, in commonware examples/estimator/src/p50.json at \
                 dc41a89, round trip halved (Apache-2.0 or MIT)",
        text: include_str!("tables/aws-5.txt"),
        are: Ways::RoundTrip,
        local: Span::from_micros(1_500),
    },
    BundledTable {
        name: "aws-13-cloudping",
        source: "cloudping.co p50 over one year, in commonware examples/estimator/src/p50.json at \
                 dc41a89, round trip halved (Apache-2.0 or MIT)",
        text: include_str!("tables/aws-13-cloudping.txt"),
        are: Ways::RoundTrip,
        local: Span::from_micros(1_500),
    },
];

impl BundledTable {
    /// The table with the delay inside its regions filled in.
    pub fn read(&self) -> DelayTable {
        let grid = read_grid(self.text, Separator::Space, self.are);
        let (regions, mut one_way) = grid.expect("a bundled table is read by a test");
        for (index, row) in one_way.iter_mut().enumerate() {
            row[index] = self.local;
        }
        let (name, source) = (self.name.to_owned(), self.source.to_owned());
        DelayTable { name, source, regions, one_way }
    }
}

/// The bundled table of that name.
pub(crate) fn find_table(name: &str) -> Option<DelayTable> {
    BUNDLED_TABLES.iter().find(|table| table.name == name).map(BundledTable::read)
}

/// Region names and the delays between them.
pub(crate) type Grid = (Vec<String>, Vec<Vec<Span>>);

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    Comma,
    Space,
}

/// Reads a square table in milliseconds: region names in the first row and the first column, in
/// the same order; lines that start with `#` are comments. Zeros on the diagonal stay zero.
pub(crate) fn read_grid(text: &str, separator: Separator, are: Ways) -> Result<Grid, Mistake> {
    let mut lines = lines(text).map(|line| cells(&line, separator));
    let Some(header) = lines.next() else {
        let nowhere = Word { text: "", part: 0..0 };
        return Err(nowhere.wrong("this table is empty", "its first row names the regions"));
    };
    let regions = header[1..].iter().map(read_region).collect::<Result<Vec<_>, Mistake>>()?;
    check_regions(&header[1..])?;
    let mut one_way = Vec::new();
    let mut last = header[0].clone();
    for row in lines {
        last = row[0].clone();
        one_way.push(read_row(&row, &regions, one_way.len(), are)?);
    }
    if one_way.len() == regions.len() {
        return Ok((regions, one_way));
    }
    let message = format!("this table has {} columns and {} rows", regions.len(), one_way.len());
    Err(last.wrong(message, "a row for every region is needed"))
}

/// Lines that are neither empty nor comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut start = 0;
    let all = text.split_inclusive('\n').map(move |line| {
        let part = start..start + line.trim_end().len();
        start += line.len();
        Word { text: line.trim_end(), part }
    });
    let begins = |line: &Word<'_>| line.text.trim_start_matches(is_blank).chars().next();
    all.filter(move |line| !matches!(begins(line), None | Some('#')))
}

/// The cells of a line, without space and quotes around them. Where a quote is not closed, or
/// something comes after it, it is left.
pub(crate) fn cells<'a>(line: &Word<'a>, separator: Separator) -> Vec<Word<'a>> {
    let mut cells = Vec::new();
    let mut start = 0;
    while let Some(rest) = line.text.get(start..) {
        let end = if separator == Separator::Comma { field(rest) } else { rest.find(' ') };
        let piece = &rest[..end.unwrap_or(rest.len())];
        let text = piece.trim_matches(is_blank);
        let offset = start + (piece.len() - piece.trim_start_matches(is_blank).len());
        start += piece.len() + 1;
        if separator == Separator::Comma || !text.is_empty() {
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let inner = inner.filter(|inner| !inner.replace("\"\"", "").contains('"'));
            let first = line.part.start + offset + usize::from(inner.is_some());
            let text = inner.unwrap_or(text);
            cells.push(Word { text, part: first..first + text.len() });
        }
    }
    cells
}

/// Where the first cell ends: at a comma that is not between quotes; `None` is with the line.
fn field(rest: &str) -> Option<usize> {
    let quotes = |until: usize| rest[..until].matches('"').count();
    let is_quoted = rest.trim_start_matches(is_blank).starts_with('"');
    let mut commas = rest.match_indices(',').map(|(at, _)| at);
    commas.find(|at| !is_quoted || quotes(*at).is_multiple_of(2))
}

/// Space, and the mark that some programs put before a text.
const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{feff}')
}

fn read_region(cell: &Word<'_>) -> Result<String, Mistake> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !cell.text.is_empty() && cell.text.len() <= 60 && cell.text.chars().all(good) {
        return Ok(cell.text.to_owned());
    }
    let message = format!("`{}` is no name of a region", cell.text);
    Err(cell.wrong(message, "a region's name has letters, digits, `-` and `_`"))
}

fn check_regions(cells: &[Word<'_>]) -> Result<(), Mistake> {
    for (index, cell) in cells.iter().enumerate() {
        if cells[..index].iter().any(|before| before.text == cell.text) {
            return Err(cell.wrong(format!("the region `{}` comes twice", cell.text), ""));
        }
    }
    if (1..=MOST_REGIONS).contains(&cells.len()) {
        return Ok(());
    }
    let nowhere = Word { text: "", part: 0..0 };
    let message = format!("this table has {} regions", cells.len());
    Err(nowhere.wrong(message, format!("a table has between 1 and {MOST_REGIONS} regions")))
}

/// More regions than any provider has; a larger table is a mistake.
pub(crate) const MOST_REGIONS: usize = 200;

fn read_row(
    row: &[Word<'_>],
    regions: &[String],
    index: usize,
    are: Ways,
) -> Result<Vec<Span>, Mistake> {
    let expected = regions.get(index).map_or("", String::as_str);
    if row[0].text != expected {
        let message = format!("this row is of `{}`, expected was `{expected}`", row[0].text);
        return Err(row[0].wrong(message, "rows come in the order of the columns"));
    }
    let cells = &row[1..];
    if cells.len() != regions.len() {
        let message = format!("this row has {} delays for {} regions", cells.len(), regions.len());
        return Err(row[0].wrong(message, ""));
    }
    let read = |(to, cell): (usize, &Word<'_>)| read_delay(cell, to == index, are);
    cells.iter().enumerate().map(read).collect()
}

fn read_delay(cell: &Word<'_>, local: bool, are: Ways) -> Result<Span, Mistake> {
    const LONGEST_MS: f64 = 600_000.0;
    let number = cell.text.parse::<f64>().ok();
    let Some(millis) = number.filter(|millis| (0.0..=LONGEST_MS).contains(millis)) else {
        let message = format!("`{}` is not a delay", cell.text);
        return Err(cell.wrong(message, "write milliseconds without a unit, like `7` or `0.25`"));
    };
    let ways = if are == Ways::RoundTrip { 2.0 } else { 1.0 };
    let span = Span::from_nanos((millis * 1e6 / ways).round() as u64);
    if span == Span::ZERO && !local {
        let note = "only the delay inside a region may be 0";
        return Err(cell.wrong("two regions cannot be at the same place", note));
    }
    Ok(span)
}
