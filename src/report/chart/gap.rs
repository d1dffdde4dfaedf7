//! What was proven and not trusted, over time, with its causes one on the other.

use crate::kernel::Span;

use super::axis;
use super::csv::{self, Table};
use super::figure::Reading;
use super::label;
use super::line::{self, Trace};
use super::look::Look;
use super::moments::{self, FaultBand};
use super::number;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{NO_FLAGS, Panel, Plan};
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

const PAIR_HEIGHT: f64 = 210.0;
const GAP_HEIGHT: f64 = 190.0;
const BETWEEN: f64 = 16.0;
const GUTTER: f64 = 62.0;
const NAMES: f64 = 150.0;
const ROW: f64 = 22.0;
const NAME: Type = Type::plain(12.5, Ink::TEXT);

const PROVEN: Ink = Ink::solid(0x44, 0x44, 0x44);
const TRUSTED: Ink = Ink::solid(0x00, 0x72, 0xb2);

const INKS: [Ink; 5] = [
    Ink::solid(0x56, 0xb4, 0xe9),
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
        let outer = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top + PAIR_HEIGHT };
        if self.windows.iter().all(|window| window.relied == 0) {
            page.no_data(outer);
            return page.close(outer.bottom);
        }
        let scene = &mut page.scene;
        let plot = self.draw_pair(scene, outer);
        let top = plot.bottom + BETWEEN;
        let plot = self.draw_causes(scene, Area { top, bottom: top + GAP_HEIGHT, ..outer });
        let figures = moments::figures(&self.scale(plot.left, plot.right), self.end());
        let bottom = axis::draw(scene, plot, &figures, moments::title(self.end()), "");
        page.close(bottom + 8.0)
    }

    /// How much was proven, and how much was trusted.
    fn draw_pair(&self, scene: &mut Scene, outer: Area) -> Area {
        let flags = |left, right| moments::flags(&self.faults, &self.scale(left, right));
        let heading = "proven and trusted in the end, % of what somebody relied on";
        let plan = Plan { flags: &flags, ..plan(outer, heading) };
        let panel = Panel::new(&plan, &[0.0, 100.0].map(Reading::exact));
        let x = self.scale(panel.plot.left, panel.plot.right);
        moments::draw_faults(scene, &self.faults, panel.plot, &x);
        panel.draw_axis(scene, &plan);
        let proven = self.trace(&x, ("proven", PROVEN), GapWindow::proven);
        let trusted = self.trace(&x, ("trusted", TRUSTED), |window| window.confident);
        let traces = [proven, trusted];
        line::draw_all(scene, &panel, &traces);
        panel.draw_flags(scene);
        line::draw_words(scene, &panel, &plan, &traces);
        panel.plot
    }

    /// A share of each window, and a gap where nobody relied on anything.
    fn trace(
        &self,
        x: &Scale,
        (name, ink): (&'static str, Ink),
        count: impl Fn(&GapWindow) -> u64,
    ) -> Trace<'static> {
        let half = self.window.as_secs_f64() / 2.0;
        let points = self.windows.iter().map(|window| {
            let share = count(window) as f64 * 100.0 / window.relied as f64;
            let reading = if window.relied > 0 { Reading::exact(share) } else { Reading::NoData };
            (x.at(window.start.as_secs_f64() + half), reading)
        });
        let (look, stroke) = (Look { ink, ..Look::nth(0) }, Stroke::solid(ink, 2.0));
        Trace { name, look, stroke, points: points.collect(), marked: false }
    }

    /// What lies between the two, by cause.
    fn draw_causes(&self, scene: &mut Scene, outer: Area) -> Area {
        let plan = plan(outer, "trust_gap: proven and not trusted, %, by cause");
        let totals = self.windows.iter().map(|window| window.share(window.gap.len()));
        let readings: Vec<Reading> = totals.chain([0.0, 1.0]).map(Reading::exact).collect();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        moments::draw_faults(scene, &self.faults, panel.plot, &x);
        panel.draw_axis(scene, &plan);
        self.windows.iter().for_each(|window| self.draw_stack(scene, &panel, &x, window));
        self.draw_names(scene, &panel);
        panel.plot
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

    /// The causes from the top of the stack down, each with how many it explains.
    fn draw_names(&self, scene: &mut Scene, panel: &Panel) {
        let column = panel.column();
        let mut y = column.top + 14.0;
        for (cause, name) in self.causes.iter().enumerate().rev() {
            let sum: u64 = self.windows.iter().filter_map(|window| window.gap.get(cause)).sum();
            let swatch = Area {
                left: column.left,
                right: column.left + 12.0,
                top: y - 10.0,
                bottom: y + 2.0,
            };
            scene.rect(swatch, ink(cause));
            let words = format!("{name}  {}", number::exact(sum as f64));
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
        let mut header = ["start_s", "relied", "proven", "confident", "trust_gap_pct"]
            .map(str::to_owned)
            .to_vec();
        header.extend(self.causes.iter().map(|cause| format!("{cause}_pct")));
        header.push("faults".to_owned());
        let mut table = Table::new(&header);
        for window in &self.windows {
            let share = |until: usize| csv::cell(Some(window.share(until)));
            let one = |cause: usize| csv::cell(Some(window.share(cause + 1) - window.share(cause)));
            let mut row = vec![csv::cell(Some(window.start.as_secs_f64()))];
            let counts = [window.relied, window.proven(), window.confident];
            row.extend(counts.map(|count| count.to_string()));
            row.push(share(window.gap.len()));
            row.extend((0..self.causes.len()).map(one));
            row.push(moments::faults_in(&self.faults, window.start, window.start + self.window));
            table.row(&row);
        }
        table.finish()
    }
}

impl GapWindow {
    /// How many were proven: trusted or not.
    fn proven(&self) -> u64 {
        self.confident + self.gap.iter().sum::<u64>()
    }

    /// The share, in percent, of the first so many causes.
    fn share(&self, causes: usize) -> f64 {
        let sum: u64 = self.gap.iter().take(causes).sum();
        if self.relied == 0 { 0.0 } else { sum as f64 * 100.0 / self.relied as f64 }
    }
}

fn plan(outer: Area, heading: &str) -> Plan<'_> {
    Plan {
        outer,
        heading,
        spacing: Spacing::Linear,
        thresholds: &[],
        ticks: 5,
        names: NAMES,
        flags: NO_FLAGS,
        gutter: GUTTER,
    }
}

fn ink(cause: usize) -> Ink {
    INKS[cause % INKS.len()]
}
