//! Latency through a run, against the twin: faults behind, what never arrived and the load below.

use crate::kernel::Span;

use super::axis;
use super::csv::{self, Table};
use super::figure::{Quantity, Reading, Threshold};
use super::label;
use super::line::{self, Trace};
use super::look::{Look, TWIN_DASH};
use super::moments::{self, FaultBand};
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{NO_FLAGS, Panel, Plan};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Area, Ink, Scene, Stroke};
use super::{ChartError, Frame, Rendered};

/// p50 and p99 per window of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The words around the chart.
    pub frame: Frame,
    /// What is timed: label `time to applied, ms`, noun `applied`, unit `ms`.
    pub latency: Quantity,
    /// How long a window is.
    pub window: Span,
    /// The windows, ascending; one that is left out is a gap.
    pub windows: Vec<Window>,
    /// When faults were on.
    pub faults: Vec<FaultBand>,
    /// Limits on latency.
    pub thresholds: Vec<Threshold>,
}

/// What was due in one window, by intended send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// When it begins.
    pub start: Span,
    /// The run.
    pub run: Percentiles,
    /// The same seed and arrivals with the faults off.
    pub twin: Option<Percentiles>,
    /// Attestations due per second.
    pub offered_per_s: f64,
    /// Attestations applied per second.
    pub goodput_per_s: Option<f64>,
    /// How much of what was due never arrived, 0 to 100.
    pub never_pct: f64,
}

/// The two percentiles drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Percentiles {
    /// Half were faster.
    pub p50: Reading,
    /// One in a hundred was slower.
    pub p99: Reading,
}

const LATENCY_HEIGHT: f64 = 340.0;
const NEVER_HEIGHT: f64 = 78.0;
const LOAD_HEIGHT: f64 = 104.0;
const BETWEEN: f64 = 10.0;
const GUTTER: f64 = 62.0;

const P99: Ink = Ink::solid(0xd5, 0x5e, 0x00);
const P50: Ink = Ink::solid(0x00, 0x72, 0xb2);
const APPLIED: Ink = Ink::solid(0x00, 0x9e, 0x73);
const OFFERED: Ink = Ink::solid(0x66, 0x66, 0x66);

/// Which of a window's readings a line shows.
type Pick = fn(&Window) -> Reading;

const LINES: [(&str, Ink, bool, Pick); 4] = [
    ("p50, twin", P50, true, |window| window.twin.unwrap_or_default().p50),
    ("p99, twin", P99, true, |window| window.twin.unwrap_or_default().p99),
    ("p50", P50, false, |window| window.run.p50),
    ("p99", P99, false, |window| window.run.p99),
];

const LOADS: [(&str, Ink, bool, Pick); 2] = [
    ("offered", OFFERED, true, |window| Reading::exact(window.offered_per_s)),
    ("applied", APPLIED, false, |window| {
        window.goodput_per_s.map_or(Reading::NoData, Reading::exact)
    }),
];

impl Timeline {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// When a backend fails; never because of the data.
    pub fn render(&self) -> Result<Rendered, ChartError> {
        let scene = self.scene();
        super::render(&scene, self.csv())
    }

    pub(super) fn scene(&self) -> Scene {
        let mut page = Page::open(&self.frame);
        let top = page.top;
        let all = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top + LATENCY_HEIGHT };
        if self.windows.is_empty() {
            page.no_data(all);
            return page.close(all.bottom);
        }
        let scene = &mut page.scene;
        let mut plot = self.draw_latency(scene, all);
        let gutter = plot.left - all.left;
        let below = |plot: Area, height: f64| Area {
            top: plot.bottom + BETWEEN,
            bottom: plot.bottom + BETWEEN + height,
            ..all
        };
        if self.windows.iter().any(|window| window.never_pct > 0.0) {
            plot = self.draw_nevers(scene, below(plot, NEVER_HEIGHT), gutter);
        }
        let load = small(below(plot, LOAD_HEIGHT), "load, per second", gutter);
        plot = self.draw(scene, &load, &LOADS);
        let figures = moments::figures(&self.scale(plot.left, plot.right), self.end());
        let unit = moments::title(self.end());
        let bottom = axis::draw(scene, plot, &figures, unit, "");
        page.close(bottom + 8.0)
    }

    fn draw_latency(&self, scene: &mut Scene, outer: Area) -> Area {
        let heading = format!("{} (log)", self.latency.label);
        let flags = |left, right| moments::flags(&self.faults, &self.scale(left, right));
        let plan = Plan {
            outer,
            heading: &heading,
            spacing: Spacing::Log,
            thresholds: &self.thresholds,
            ticks: 7,
            names: names_width(),
            flags: &flags,
            gutter: GUTTER,
        };
        self.draw(scene, &plan, &LINES)
    }

    /// A bar per window: the share is of a window, and nothing where nothing is lost.
    fn draw_nevers(&self, scene: &mut Scene, outer: Area, gutter: f64) -> Area {
        let plan = small(outer, "never applied, % of what was due", gutter);
        let share = |window: &Window| Reading::exact(window.never_pct);
        let readings = self.windows.iter().map(share).collect::<Vec<_>>();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        moments::draw_faults(scene, &self.faults, panel.plot, &x);
        panel.draw_axis(scene, &plan);
        for (window, reading) in self.windows.iter().zip(readings) {
            if let Some(share) = reading.estimate().filter(|share| share.value > 0.0) {
                let left = x.at(window.start.as_secs_f64());
                let right = x.at((window.start + self.window).as_secs_f64());
                let top = panel.y.at(share.value);
                scene.rect(Area { left, right, top, bottom: panel.plot.bottom }, Ink::LIMIT);
            }
        }
        panel.plot
    }

    /// Returns the plot of the panel.
    fn draw(&self, scene: &mut Scene, plan: &Plan<'_>, series: &[Series]) -> Area {
        let all = series.iter().flat_map(|(.., pick)| self.windows.iter().map(pick));
        let readings = all.collect::<Vec<_>>();
        let panel = Panel::new(plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        moments::draw_faults(scene, &self.faults, panel.plot, &x);
        panel.draw_axis(scene, plan);
        if !readings.iter().any(|reading| reading.is_drawn()) {
            super::page::no_data(scene, panel.plot);
        }
        panel.draw_thresholds(scene, plan);
        let traces = series.iter().map(|series| self.trace(series, &x)).collect::<Vec<_>>();
        line::draw_all(scene, &panel, &traces);
        panel.draw_flags(scene);
        line::draw_words(scene, &panel, plan, &traces);
        panel.plot
    }

    /// Readings in the middle of their windows, and a gap where windows are missing.
    fn trace(&self, series: &Series, x: &Scale) -> Trace<'static> {
        let (name, ink, light, pick) = *series;
        let mut points = Vec::with_capacity(self.windows.len());
        let mut expected = None;
        for window in &self.windows {
            if expected.is_some_and(|expected| window.start > expected) {
                points.push((x.at(window.start.as_secs_f64()), Reading::NoData));
            }
            let middle = window.start.as_secs_f64() + self.window.as_secs_f64() / 2.0;
            points.push((x.at(middle), pick(window)));
            expected = Some(window.start + self.window);
        }
        let stroke = match light {
            true => Stroke::dashed(ink, 1.5, TWIN_DASH),
            false => Stroke::solid(ink, 2.0),
        };
        Trace { name, look: Look { ink, ..Look::nth(0) }, stroke, points, marked: false }
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
        let latency = |qualifier: &str| {
            let noun = format!("{}_{qualifier}", self.latency.noun);
            Quantity { noun, ..self.latency.clone() }
        };
        let mut header = vec!["start_s".to_owned()];
        for series in ["p50", "p99", "twin_p50", "twin_p99"] {
            header.extend(csv::reading_columns(&latency(series)));
        }
        header.extend(["offered_per_s", "goodput_per_s", "never_pct", "faults"].map(str::to_owned));
        let mut table = Table::new(&header);
        for window in &self.windows {
            let twin = window.twin.unwrap_or_default();
            let readings = [window.run.p50, window.run.p99, twin.p50, twin.p99];
            let mut row = vec![csv::cell(Some(window.start.as_secs_f64()))];
            row.extend(readings.into_iter().flat_map(csv::reading_cells));
            row.push(csv::cell(Some(window.offered_per_s)));
            row.push(csv::cell(window.goodput_per_s));
            row.push(csv::cell(Some(window.never_pct)));
            row.push(moments::faults_in(&self.faults, window.start, window.start + self.window));
            table.row(&row);
        }
        table.finish()
    }
}

/// Name, colour, whether dashed, which reading.
type Series = (&'static str, Ink, bool, Pick);

/// A panel below another, with as much at the left.
fn small(outer: Area, heading: &str, gutter: f64) -> Plan<'_> {
    Plan {
        outer,
        heading,
        spacing: Spacing::Linear,
        thresholds: &[],
        ticks: 4,
        names: names_width(),
        flags: NO_FLAGS,
        gutter,
    }
}

fn names_width() -> f64 {
    let names = LINES.iter().chain(&LOADS).map(|(name, ..)| *name);
    label::column_width(names, 200.0)
}
