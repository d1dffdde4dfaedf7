//! Latency through a run, against the twin: faults behind, what never arrived and the load below.

use crate::kernel::Span;

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::figure::{Quantity, Reading, Threshold};
use super::label::{self, Flag};
use super::line::{self, Trace};
use super::look::{Look, TWIN_DASH};
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{NO_FLAGS, Panel, Plan};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Area, Ink, Point, Scene, Stroke};
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

/// A fault, from when to when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultBand {
    /// As in the scenario.
    pub name: String,
    /// When it begins.
    pub from: Span,
    /// When it ends.
    pub to: Span,
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
const FAULTS: [Ink; 2] = [Ink::solid(0xfa, 0xe6, 0xd8), Ink::solid(0xf5, 0xec, 0xc9)];

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
        let below = |plot: Area, height: f64| Area {
            top: plot.bottom + BETWEEN,
            bottom: plot.bottom + BETWEEN + height,
            ..all
        };
        if self.windows.iter().any(|window| window.never_pct > 0.0) {
            plot = self.draw_nevers(scene, below(plot, NEVER_HEIGHT));
        }
        plot = self.draw(scene, &small(below(plot, LOAD_HEIGHT), "load, per second"), &LOADS);
        let figures = self.figures(&self.scale(plot.left, plot.right));
        let unit = Clock::for_length(self.end()).title();
        let bottom = axis::draw(scene, plot, &figures, unit, "");
        page.close(bottom + 8.0)
    }

    fn draw_latency(&self, scene: &mut Scene, outer: Area) -> Area {
        let heading = format!("{} (log)", self.latency.label);
        let flags = |left, right| self.flags(&self.scale(left, right));
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
    fn draw_nevers(&self, scene: &mut Scene, outer: Area) -> Area {
        let plan = small(outer, "never applied, % of what was due");
        let share = |window: &Window| Reading::exact(window.never_pct);
        let readings = self.windows.iter().map(share).collect::<Vec<_>>();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        self.draw_faults(scene, panel.plot, &x);
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
        self.draw_faults(scene, panel.plot, &x);
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

    fn draw_faults(&self, scene: &mut Scene, plot: Area, x: &Scale) {
        for (index, fault) in self.faults.iter().enumerate() {
            let (left, right) = (x.at(fault.from.as_secs_f64()), x.at(fault.to.as_secs_f64()));
            let right = right.max(left + 1.0);
            let ink = FAULTS[index % FAULTS.len()];
            scene.rect(Area { left, right, ..plot }, ink.faded(750));
            for edge in [left, right] {
                let stroke = Stroke::solid(Ink::solid(0xc8, 0xa2, 0x86), 0.8);
                scene.line(Point::new(edge, plot.top), Point::new(edge, plot.bottom), stroke);
            }
        }
    }

    fn flags(&self, x: &Scale) -> Vec<Flag> {
        let flag = |fault: &FaultBand| Flag {
            from: x.at(fault.from.as_secs_f64()),
            to: x.at(fault.to.as_secs_f64()),
            words: fault.name.clone(),
        };
        self.faults.iter().map(flag).collect()
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

    fn figures(&self, x: &Scale) -> Vec<Below> {
        let clock = Clock::for_length(self.end());
        let (low, high) = (x.domain.low, x.domain.high);
        let step = clock.step(high - low);
        let first = libm::ceil(low / step - 1e-9);
        let count = libm::floor(high / step + 1e-9) - first;
        (0..=count.clamp(0.0, 200.0) as u32)
            .map(|index| (first + f64::from(index)) * step)
            .map(|at| Below { x: x.at(at), words: clock.spell(at), grey: String::new() })
            .collect()
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
            row.push(self.faults_in(window));
            table.row(&row);
        }
        table.finish()
    }

    fn faults_in(&self, window: &Window) -> String {
        let on =
            |fault: &&FaultBand| fault.from < window.start + self.window && window.start < fault.to;
        let names = self.faults.iter().filter(on).map(|fault| fault.name.as_str());
        names.collect::<Vec<_>>().join(" ")
    }
}

/// Name, colour, whether dashed, which reading.
type Series = (&'static str, Ink, bool, Pick);

fn small(outer: Area, heading: &str) -> Plan<'_> {
    Plan {
        outer,
        heading,
        spacing: Spacing::Linear,
        thresholds: &[],
        ticks: 4,
        names: names_width(),
        flags: NO_FLAGS,
        gutter: GUTTER,
    }
}

fn names_width() -> f64 {
    let names = LINES.iter().chain(&LOADS).map(|(name, ..)| *name);
    label::column_width(names, 200.0)
}

/// How times along a run are spelt, by how long it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Seconds,
    Minutes,
    Hours,
}

impl Clock {
    fn for_length(seconds: f64) -> Self {
        match seconds {
            length if length <= 300.0 => Self::Seconds,
            length if length <= 2.0 * 3600.0 => Self::Minutes,
            _ => Self::Hours,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Seconds => "time since the start of the run, s",
            Self::Minutes => "time since the start of the run, min:s",
            Self::Hours => "time since the start of the run, h:min",
        }
    }

    /// Seconds between figures, for at most a dozen of them.
    fn step(self, length: f64) -> f64 {
        const STEPS: [f64; 21] = [
            0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0,
            1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0,
        ];
        STEPS.into_iter().find(|step| *step * 12.0 >= length).unwrap_or(length / 10.0)
    }

    fn spell(self, seconds: f64) -> String {
        let whole = libm::round(seconds) as u64;
        match self {
            Self::Seconds => super::number::exact(seconds),
            Self::Minutes => format!("{}:{:02}", whole / 60, whole % 60),
            Self::Hours => format!("{}:{:02}", whole / 3600, whole / 60 % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_spelt_by_the_length_of_the_run() {
        let check = |length, at, words: &str| {
            assert_eq!(Clock::for_length(length).spell(at), words);
        };
        check(60.0, 10.0, "10");
        check(60.0, 0.5, "0.5");
        check(600.0, 90.0, "1:30");
        check(40_000.0, 5_400.0, "1:30");
    }
}
