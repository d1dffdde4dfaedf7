//! Rows over time, each cell as dark as something was missing there.

use crate::kernel::Span;

use super::axis;
use super::csv::{self, Table};
use super::label::{self, FLAG_ROW, Flag};
use super::moments::{self, FaultBand};
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Type};
use super::{ChartError, Frame, Rendered};

/// Which row had how much of the whole, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// The words around the chart.
    pub frame: Frame,
    /// What a cell shows, with its unit: `of one mind with its quorum, %`.
    pub heading: String,
    /// What a cell without a share is called: `accepted by no quorum`.
    pub nothing: String,
    /// What the rows are called, from the top.
    pub rows: Vec<String>,
    /// How long a column is.
    pub window: Span,
    /// The columns, ascending.
    pub columns: Vec<HeatColumn>,
    /// When faults were on.
    pub faults: Vec<FaultBand>,
}

/// One stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatColumn {
    /// When it begins.
    pub start: Span,
    /// By row, 0 to 1; `None` where nothing was due.
    pub shares: Vec<Option<f64>>,
}

const LABELS: f64 = 96.0;
const BODY: f64 = 380.0;
const HEADING: Type = Type::bold(13.0, Ink::TEXT);
const NAME: Type = Type::plain(12.0, Ink::QUIET);
const FLAG: Type = Type::plain(11.5, Ink::solid(0x66, 0x66, 0x66)).anchored(Anchor::Middle);
const NOTHING: Ink = Ink::solid(0xd9, 0xd9, 0xd9);
const MISSING: Ink = Ink::solid(0x9c, 0x2f, 0x00);
const WHOLE: Ink = Ink::solid(0xdd, 0xec, 0xf6);

impl HeatMap {
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
        if self.columns.is_empty() || self.rows.is_empty() {
            let bottom = top + 300.0;
            page.no_data(Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom });
            return page.close(bottom);
        }
        let scene = &mut page.scene;
        scene.text(&self.heading, Point::new(MARGIN, top + 14.0), HEADING);
        let is_empty = |column: &HeatColumn| column.shares.iter().any(Option::is_none);
        let nothing = self.columns.iter().any(is_empty).then_some(self.nothing.as_str());
        draw_legend(scene, top + 4.0, nothing);
        let height = (BODY / self.rows.len() as f64).clamp(3.0, 30.0);
        let (left, right) = (MARGIN + LABELS, WIDTH - MARGIN);
        let x = self.scale(left, right);
        let flags = moments::flags(&self.faults, &x);
        let rows = label::rows(&flags, FLAG, left, right);
        let above = rows.iter().map(|(row, _)| *row).max().unwrap_or_default() as f64;
        let top = top + 46.0 + above * FLAG_ROW;
        let plot = Area { left, right, top, bottom: top + height * self.rows.len() as f64 };
        for (row, name) in self.rows.iter().enumerate() {
            self.draw_row(scene, plot, &x, (row, height));
            if height >= 12.0 || row % 10 == 0 {
                let y = plot.top + (row as f64 + 0.5) * height + 4.0;
                let name = label::fit(name, NAME, LABELS - 10.0);
                let at = Point::new(plot.left - 8.0, y);
                scene.text(&name, at, NAME.anchored(Anchor::End));
            }
        }
        draw_flags(scene, plot, &flags, &rows);
        let figures = moments::figures(&x, self.end());
        let bottom = axis::draw(scene, plot, &figures, moments::title(self.end()), "");
        page.close(bottom + 8.0)
    }

    fn draw_row(&self, scene: &mut Scene, plot: Area, x: &Scale, (row, height): (usize, f64)) {
        let top = plot.top + row as f64 * height;
        let bottom = top + height - if height > 8.0 { 1.0 } else { 0.0 };
        for column in &self.columns {
            let left = x.at(column.start.as_secs_f64());
            let right = x.at((column.start + self.window).as_secs_f64());
            let share = column.shares.get(row).copied().flatten();
            scene.rect(Area { left, right, top, bottom }, ink(share));
        }
    }

    fn end(&self) -> f64 {
        let last = self.columns.iter().map(|column| column.start + self.window).max();
        last.unwrap_or_default().as_secs_f64()
    }

    fn scale(&self, left: f64, right: f64) -> Scale {
        let start = self.columns.iter().map(|column| column.start).min().unwrap_or_default();
        let domain = Domain::tight(&[start.as_secs_f64(), self.end()], Spacing::Linear);
        Scale::new(domain, left, right)
    }

    /// A row per column of the picture and row of it.
    fn csv(&self) -> String {
        let header = ["start_s", "row", "share_pct", "faults"].map(str::to_owned);
        let mut table = Table::new(&header);
        for column in &self.columns {
            let faults = moments::faults_in(&self.faults, column.start, column.start + self.window);
            for (row, name) in self.rows.iter().enumerate() {
                let share = column.shares.get(row).copied().flatten();
                table.row(&[
                    csv::cell(Some(column.start.as_secs_f64())),
                    name.clone(),
                    csv::cell(share.map(|share| share * 100.0)),
                    faults.clone(),
                ]);
            }
        }
        table.finish()
    }
}

/// A bar and a name above the plot for each fault, those that are on at once over one another.
fn draw_flags(scene: &mut Scene, plot: Area, flags: &[Flag], rows: &[(usize, f64)]) {
    for (flag, (row, middle)) in flags.iter().zip(rows) {
        let y = plot.top - 9.0 - *row as f64 * FLAG_ROW;
        let bar = Area { left: flag.from, right: flag.to, top: y + 4.0, bottom: y + 6.5 };
        scene.rect(bar, Ink::solid(0xc8, 0xa2, 0x86));
        scene.text(&flag.words, Point::new(*middle, y), FLAG);
    }
}

/// Pale where nothing is missing, darker the more is; a little shows already.
fn ink(share: Option<f64>) -> Ink {
    let Some(share) = share.filter(|share| share.is_finite()) else { return NOTHING };
    let missing = (1.0 - share).clamp(0.0, 1.0);
    if missing <= 0.0 {
        return WHOLE;
    }
    MISSING.tint((180.0 + 820.0 * missing.sqrt()) as u32)
}

fn draw_legend(scene: &mut Scene, top: f64, nothing: Option<&str>) {
    let shares =
        [0.0, 0.5, 0.9, 0.99, 1.0].map(|share| (Some(share), format!("{:.0} %", share * 100.0)));
    let nothing = nothing.map(|words| (None, words.to_owned()));
    let mut right = WIDTH - MARGIN;
    for (share, words) in nothing.into_iter().chain(shares) {
        let left = right - NAME.width(&words);
        scene.text(&words, Point::new(left, top + 11.0), NAME);
        let swatch = Area { left: left - 16.0, right: left - 4.0, top, bottom: top + 12.0 };
        scene.rect(swatch, ink(share));
        right = left - 28.0;
    }
}
