//! Who is slowed down by what: a cell for each row and column, darker the more.

use super::csv::{self, Table};
use super::label;
use super::page::{MARGIN, Page, WIDTH};
use super::scene::{Anchor, Area, Ink, Point, Scene, Type};
use super::{ChartError, Frame, Rendered};

/// How many times as much as usual, for each row and column.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The words around the chart.
    pub frame: Frame,
    /// What a cell shows: `p99 to applied, times that of the calm`.
    pub heading: String,
    /// What the rows are called, from the top.
    pub rows: Vec<String>,
    /// What the columns are called, from the left.
    pub columns: Vec<String>,
    /// By row, then column.
    pub cells: Vec<Vec<Cell>>,
}

/// What one cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// So many times as much as usual.
    Times(f64),
    /// It never ends.
    Never,
    /// Nothing was due, or too little for this statistic.
    NoData,
}

const LABELS: f64 = 130.0;
const ROW: f64 = 46.0;
const HEADING: Type = Type::bold(13.0, Ink::TEXT);
const NAME: Type = Type::plain(12.5, Ink::TEXT);
const DARK: Ink = Ink::solid(0x9c, 0x2f, 0x00);
const USUAL: Ink = Ink::solid(0xdd, 0xec, 0xf6);
const NOTHING: Ink = Ink::solid(0xee, 0xee, 0xee);
const WHITE: Ink = Ink::solid(0xff, 0xff, 0xff);

impl Matrix {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// When a backend fails; never because of the data.
    pub fn render(&self) -> Result<Rendered, ChartError> {
        super::render(&self.scene(), self.csv())
    }

    pub(super) fn scene(&self) -> Scene {
        let mut page = Page::open(&self.frame);
        let top = page.top;
        if self.rows.is_empty() || self.columns.is_empty() {
            let bottom = top + 200.0;
            page.no_data(Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom });
            return page.close(bottom);
        }
        let scene = &mut page.scene;
        scene.text(&self.heading, Point::new(MARGIN, top + 14.0), HEADING);
        let (left, top) = (MARGIN + LABELS, top + 52.0);
        let width = ((WIDTH - MARGIN - left) / self.columns.len() as f64).min(220.0);
        for (column, name) in self.columns.iter().enumerate() {
            let middle = left + (column as f64 + 0.5) * width;
            let name = label::fit(name, NAME, width - 8.0);
            scene.text(&name, Point::new(middle, top - 9.0), NAME.anchored(Anchor::Middle));
        }
        for (row, name) in self.rows.iter().enumerate() {
            let y = top + row as f64 * ROW;
            let name = label::fit(name, NAME, LABELS - 12.0);
            let at = Point::new(left - 10.0, y + ROW / 2.0 + 4.0);
            scene.text(&name, at, NAME.anchored(Anchor::End));
            for column in 0..self.columns.len() {
                let x = left + column as f64 * width;
                let area = Area { left: x, right: x + width - 2.0, top: y, bottom: y + ROW - 2.0 };
                draw_cell(scene, area, self.cell(row, column));
            }
        }
        page.close(top + self.rows.len() as f64 * ROW + 8.0)
    }

    fn cell(&self, row: usize, column: usize) -> Cell {
        self.cells.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(Cell::NoData)
    }

    /// A line for each cell.
    fn csv(&self) -> String {
        let mut table = Table::new(&["row", "column", "times"].map(str::to_owned));
        for (row, name) in self.rows.iter().enumerate() {
            for (column, other) in self.columns.iter().enumerate() {
                let cell = match self.cell(row, column) {
                    Cell::Times(times) => csv::cell(Some(times)),
                    Cell::Never => "never".to_owned(),
                    Cell::NoData => csv::cell(None),
                };
                table.row(&[name.clone(), other.clone(), cell]);
            }
        }
        table.finish()
    }
}

fn draw_cell(scene: &mut Scene, area: Area, cell: Cell) {
    let (ink, words) = match cell {
        Cell::Times(times) if times.is_finite() => (ink(times), words(times)),
        Cell::Never => (DARK, "never".to_owned()),
        Cell::Times(_) | Cell::NoData => (NOTHING, "no data".to_owned()),
    };
    scene.rect(area, ink);
    let is_dark = matches!(cell, Cell::Never) || matches!(cell, Cell::Times(times) if times > 4.0);
    let style = Type::bold(14.0, if is_dark { WHITE } else { Ink::TEXT });
    let middle = Point::new((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0 + 5.0);
    scene.text(&words, middle, style.anchored(Anchor::Middle));
}

/// Pale up to a fifth more than usual, then darker with every doubling, up to 32 times.
fn ink(times: f64) -> Ink {
    if times <= 1.2 {
        return USUAL;
    }
    let doublings = (libm::log2(times) / 5.0).clamp(0.0, 1.0);
    DARK.tint((250.0 + 750.0 * doublings) as u32)
}

fn words(times: f64) -> String {
    match times {
        times if times >= 100.0 => format!("{times:.0}x"),
        times if times >= 10.0 => format!("{times:.1}x"),
        times => format!("{times:.2}x"),
    }
}
