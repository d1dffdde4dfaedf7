//! How latency and anomalies grow with disorder, load, loss or delay: a line per ordering.

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::figure::{Quantity, Reading, Threshold};
use super::label::{self, Flag};
use super::line::{self, Trace};
use super::look::Look;
use super::moments::{self, FaultBand};
use super::number;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{Panel, Plan};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Area, Ink, Point, Scene, Stroke};
use super::{ChartError, Frame, Rendered};

/// One to three panels side by side over the same steps of disorder.
#[derive(Clone, Debug, PartialEq)]
pub struct Degradation {
    /// The words around the chart.
    pub frame: Frame,
    /// The horizontal axis.
    pub steps: Steps,
    /// The panels, from left to right.
    pub panels: Vec<Lines>,
}

/// The horizontal axis: what was configured, and what that achieved.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// What was configured.
    pub configured: Quantity,
    /// What it achieved, in grey below; nothing when it is not measured.
    pub achieved: Option<Quantity>,
    /// Linear, or logarithmic for a sweep over decades.
    pub spacing: Spacing,
    /// The steps, ascending.
    pub steps: Vec<Step>,
    /// Places worth a vertical line.
    pub marks: Vec<Mark>,
    /// The faults, if the steps are seconds along a run; else nothing.
    pub along: Option<Vec<FaultBand>>,
}

/// One step of disorder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// In the unit of [`Steps::configured`].
    pub configured: f64,
    /// In the unit of [`Steps::achieved`].
    pub achieved: Option<f64>,
}

/// A place along the steps where something changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// In the unit of [`Steps::configured`].
    pub at: f64,
    /// What is there: `gap between links`.
    pub label: String,
}

/// One panel: a quantity, and a line for each ordering.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The vertical axis.
    pub quantity: Quantity,
    /// Linear from zero, or logarithmic.
    pub spacing: Spacing,
    /// Limits across the panel.
    pub thresholds: Vec<Threshold>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// What one ordering did at each step.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// As in scenarios and tables: `causal`.
    pub name: String,
    /// The same in every chart.
    pub look: Look,
    /// A reading per step, in their order; missing ones are no data.
    pub readings: Vec<Reading>,
}

const PLOT_HEIGHT: f64 = 352.0;
const BETWEEN_PANELS: f64 = 20.0;

impl Degradation {
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
        let all = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top + PLOT_HEIGHT };
        if !self.has_data() {
            page.no_data(all);
            return page.close(all.bottom);
        }
        let count = self.panels.len() as f64;
        let width = (all.width() + BETWEEN_PANELS) / count - BETWEEN_PANELS;
        let mut bottom = all.bottom;
        for (index, lines) in self.panels.iter().enumerate() {
            let left = all.left + index as f64 * (width + BETWEEN_PANELS);
            let outer = Area { left, right: left + width, ..all };
            bottom = bottom.max(self.draw_panel(&mut page.scene, lines, outer));
        }
        page.close(bottom + 10.0)
    }

    fn has_data(&self) -> bool {
        let mut lines = self.panels.iter().flat_map(|panel| &panel.lines);
        !self.finite_steps().is_empty()
            && lines.any(|line| line.readings.iter().any(|reading| reading.is_drawn()))
    }

    fn finite_steps(&self) -> Vec<f64> {
        let steps = self.steps.steps.iter().map(|step| step.configured);
        steps.filter(|step| step.is_finite()).collect()
    }

    /// Returns where the panel with its axis ends.
    fn draw_panel(&self, scene: &mut Scene, lines: &Lines, outer: Area) -> f64 {
        let flags = |left, right| self.flags(&self.scale(left, right));
        let plan = plan(lines, outer, &flags);
        let readings = lines.lines.iter().flat_map(|line| &line.readings).copied();
        let readings = readings.collect::<Vec<_>>();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot.left, panel.plot.right);
        moments::draw_faults(scene, self.faults(), panel.plot, &x);
        panel.draw_axis(scene, &plan);
        if !readings.iter().any(|reading| reading.is_drawn()) {
            super::page::no_data(scene, panel.plot);
        }
        panel.draw_thresholds(scene, &plan);
        self.draw_mark_lines(scene, &panel, &x);
        let traces = lines.lines.iter().map(|line| self.trace(line, &x)).collect::<Vec<_>>();
        line::draw_all(scene, &panel, &traces);
        panel.draw_flags(scene);
        line::draw_words(scene, &panel, &plan, &traces);
        let grey = self.steps.achieved.as_ref().map(|achieved| achieved.label.as_str());
        let title = match self.steps.along {
            Some(_) => moments::title(self.last()),
            None => &self.steps.configured.label,
        };
        axis::draw(scene, panel.plot, &self.figures(&x), title, grey.unwrap_or_default())
    }

    fn faults(&self) -> &[FaultBand] {
        self.steps.along.as_deref().unwrap_or_default()
    }

    /// The last step.
    fn last(&self) -> f64 {
        self.finite_steps().last().copied().unwrap_or_default()
    }

    fn scale(&self, left: f64, right: f64) -> Scale {
        let domain = Domain::tight(&self.finite_steps(), self.steps.spacing);
        Scale::new(domain, left, right)
    }

    fn trace<'a>(&self, line: &'a Line, x: &Scale) -> Trace<'a> {
        let steps = self.steps.steps.iter().zip(&line.readings);
        let drawn = steps.filter(|(step, _)| step.configured.is_finite());
        let points = drawn.map(|(step, reading)| (x.at(step.configured), *reading)).collect();
        let stroke = line.look.stroke(2.2);
        Trace { name: &line.name, look: line.look, stroke, points, marked: true }
    }

    fn figures(&self, x: &Scale) -> Vec<Below> {
        if self.steps.along.is_some() {
            return moments::figures(x, self.last());
        }
        let steps = self.steps.steps.iter().filter(|step| step.configured.is_finite());
        let achieved = |step: &Step| {
            let figure = step.achieved.filter(|achieved| achieved.is_finite());
            if self.steps.achieved.is_none() {
                return String::new();
            }
            figure.map_or("–".to_owned(), number::brief)
        };
        let below = |step: &Step| Below {
            x: x.at(step.configured),
            words: number::exact(step.configured),
            grey: achieved(step),
        };
        steps.map(below).collect()
    }

    fn marks<'a>(&'a self, x: &'a Scale) -> impl Iterator<Item = (f64, &'a str)> {
        let inside = |mark: &&Mark| (x.domain.low..=x.domain.high).contains(&mark.at);
        self.steps.marks.iter().filter(inside).map(|mark| (x.at(mark.at), mark.label.as_str()))
    }

    fn flags(&self, x: &Scale) -> Vec<Flag> {
        let flag = |(x, words): (f64, &str)| Flag { from: x, to: x, words: words.to_owned() };
        self.marks(x).map(flag).chain(moments::flags(self.faults(), x)).collect()
    }

    fn draw_mark_lines(&self, scene: &mut Scene, panel: &Panel, x: &Scale) {
        let stroke = Stroke::dashed(Ink::FAINT, 1.0, &[2.0, 3.0]);
        for (at, _) in self.marks(x) {
            scene.line(Point::new(at, panel.plot.top), Point::new(at, panel.plot.bottom), stroke);
        }
    }

    /// A row per step and ordering.
    fn csv(&self) -> String {
        let mut header = vec![self.steps.configured.column("")];
        header.extend(self.steps.achieved.as_ref().map(|achieved| achieved.column("")));
        header.push("ordering".to_owned());
        let quantities = self.panels.iter().map(|panel| &panel.quantity);
        header.extend(quantities.flat_map(csv::reading_columns));
        let mut table = Table::new(&header);
        for (index, step) in self.steps.steps.iter().enumerate() {
            for name in self.names() {
                let mut row = vec![csv::cell(Some(step.configured))];
                row.extend(self.steps.achieved.as_ref().map(|_| csv::cell(step.achieved)));
                row.push(name.to_owned());
                row.extend(self.panels.iter().flat_map(|panel| panel.cells(name, index)));
                table.row(&row);
            }
        }
        table.finish()
    }

    /// Every name once, in the order of its first line.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for line in self.panels.iter().flat_map(|panel| &panel.lines) {
            if !names.contains(&line.name.as_str()) {
                names.push(&line.name);
            }
        }
        names
    }
}

impl Lines {
    fn cells(&self, name: &str, step: usize) -> [String; 4] {
        let line = self.lines.iter().find(|line| line.name == name);
        let reading = line.and_then(|line| line.readings.get(step));
        csv::reading_cells(reading.copied().unwrap_or_default())
    }
}

fn plan<'a>(lines: &'a Lines, outer: Area, flags: &'a dyn Fn(f64, f64) -> Vec<Flag>) -> Plan<'a> {
    let names = lines.lines.iter().map(|line| line.name.as_str());
    Plan {
        outer,
        heading: &lines.quantity.label,
        spacing: lines.spacing,
        thresholds: &lines.thresholds,
        ticks: 6,
        names: label::column_width(names, outer.width() * 0.3),
        gutter: 0.0,
        flags,
    }
}
