//! What was proven and not trusted, over time, with its causes one on the other.

use crate::kernel::Span;

use super::axis;
use super::csv::{self, Table};
use super::figure::Reading;
use super::label;
use super::moments::{self, FaultBand};
use super::number;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{Panel, Plan};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Area, Ink, Point, Scene, Stroke, Type};
use super::{ChartError, Frame, Rendered};

/// The gap between proof and confidence through a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The words around the chart.
    pub frame: Frame,
    /// What the causes are called, from the bottom of the stack up.
    pub causes: Vec<String>,
    /// How long a window is.
    pub window: Span,
    /// The windows, ascending.
    pub windows: Vec<GapWindow>,
    /// When faults were on.
    pub faults: Vec<FaultBand>,
}

/// What was due in one window, by intended send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapWindow {
    /// When it begins.
    pub start: Span,
    /// Attestations that somebody relied on.
    pub relied: u64,
    /// Of these, trusted.
    pub confident: u64,
    /// Of these, proven and not trusted, by cause.
    pub gap: Vec<u64>,
}

const HEIGHT: f64 = 360.0;
const GUTTER: f64 = 62.0;
const NAMES: f64 = 190.0;
const ROW: f64 = 22.0;
const NAME: Type = Type::plain(12.5, Ink::TEXT);

const INKS: [Ink; 5] = [
    Ink::solid(0x00, 0x72, 0xb2),
    Ink::solid(0xe6, 0x9f, 0x00),
    Ink::solid(0xcc, 0x79, 0xa7),
    Ink::solid(0x00, 0x9e, 0x73),
    Ink::solid(0x44, 0x44, 0x44),
];

impl Gap {
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
        let outer = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top + HEIGHT };
        if self.windows.iter().all(|window| window.relied == 0) {
            page.no_data(outer);
            return page.close(outer.bottom);
        }
        let flags = |left, right| moments::flags(&self.faults, &self.scale(left, right));
        let plan = Plan {
            outer,
            heading: "proven and not trusted, % of what somebody relied on",
            spacing: Spacing::Linear,
            thresholds: &[],
            ticks: 6,
            names: NAMES,
            flags: &flags,
            gutter: GUTTER,
        };
        let totals = self.windows.iter().map(|window| window.share(window.gap.len()));
        let readings: Vec<Reading> = totals.chain([0.0, 1.0]).map(Reading::exact).collect();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        let scene = &mut page.scene;
        moments::draw_faults(scene, &self.faults, panel.plot, &x);
        panel.draw_axis(scene, &plan);
        self.windows.iter().for_each(|window| self.draw_stack(scene, &panel, &x, window));
        panel.draw_flags(scene);
        self.draw_names(scene, &panel);
        let figures = moments::figures(&x, self.end());
        let bottom = axis::draw(scene, panel.plot, &figures, moments::title(self.end()), "");
        page.close(bottom + 8.0)
    }

    fn draw_stack(&self, scene: &mut Scene, panel: &Panel, x: &Scale, window: &GapWindow) {
        let left = x.at(window.start.as_secs_f64());
        let right = x.at((window.start + self.window).as_secs_f64());
        for cause in (0..window.gap.len()).filter(|cause| window.gap[*cause] > 0) {
            let bottom = panel.y.at(window.share(cause));
            let top = panel.y.at(window.share(cause + 1));
            scene.rect(Area { left, right, top, bottom }, ink(cause));
            let edge = Stroke::solid(Ink::WHITE, 0.6);
            scene.line(Point::new(right, top), Point::new(right, bottom), edge);
        }
    }

    /// The causes from the top of the stack down, each with its share of the whole gap.
    fn draw_names(&self, scene: &mut Scene, panel: &Panel) {
        let column = panel.column();
        let all: u64 = self.windows.iter().flat_map(|window| &window.gap).sum();
        let mut y = column.top + 14.0;
        for (cause, name) in self.causes.iter().enumerate().rev() {
            let sum: u64 = self.windows.iter().filter_map(|window| window.gap.get(cause)).sum();
            let share = if all == 0 { 0.0 } else { sum as f64 * 100.0 / all as f64 };
            let swatch = Area {
                left: column.left,
                right: column.left + 12.0,
                top: y - 10.0,
                bottom: y + 2.0,
            };
            scene.rect(swatch, ink(cause));
            let words = format!("{name}  {} %", number::short(share));
            let words = label::fit(&words, NAME, column.width - 18.0);
            scene.text(&words, Point::new(column.left + 18.0, y), NAME);
            y += ROW;
        }
    }

    fn end(&self) -> f64 {
        let last = self.windows.iter().map(|window| window.start + self.window).max();
        last.unwrap_or_default().as_secs_f64()
    }

    fn scale(&self, left: f64, right: f64) -> Scale {
        let start = self.windows.iter().map(|window| window.start).min().unwrap_or_default();
        let domain = Domain::tight(&[start.as_secs_f64(), self.end()], Spacing::Linear);
        Scale::new(domain, left, right)
    }

    /// A row per window.
    fn csv(&self) -> String {
        let mut header =
            ["start_s", "relied", "confident", "trust_gap_pct"].map(str::to_owned).to_vec();
        header.extend(self.causes.iter().map(|cause| format!("{cause}_pct")));
        header.push("faults".to_owned());
        let mut table = Table::new(&header);
        for window in &self.windows {
            let share = |until: usize| csv::cell(Some(window.share(until)));
            let one = |cause: usize| csv::cell(Some(window.share(cause + 1) - window.share(cause)));
            let mut row = vec![csv::cell(Some(window.start.as_secs_f64()))];
            row.extend([window.relied.to_string(), window.confident.to_string()]);
            row.push(share(window.gap.len()));
            row.extend((0..self.causes.len()).map(one));
            row.push(moments::faults_in(&self.faults, window.start, window.start + self.window));
            table.row(&row);
        }
        table.finish()
    }
}

impl GapWindow {
    /// The share, in percent, of the first so many causes.
    fn share(&self, causes: usize) -> f64 {
        let sum: u64 = self.gap.iter().take(causes).sum();
        if self.relied == 0 { 0.0 } else { sum as f64 * 100.0 / self.relied as f64 }
    }
}

fn ink(cause: usize) -> Ink {
    INKS[cause % INKS.len()]
}
