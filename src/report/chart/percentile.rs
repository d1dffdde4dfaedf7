//! The whole distribution of latency, the tail spread out: a step per nine.

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::figure::{Quantity, Reading, Threshold};
use super::label;
use super::line::{self, Trace};
use super::look::{Look, TWIN_DASH};
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{NO_FLAGS, Panel, Plan};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Area, Ink, Point, Scene, Stroke};
use super::{ChartError, Frame, Rendered};

/// Latency against percentile, for several phases or orderings.
#[derive(Clone, Debug, PartialEq)]
pub struct PercentileCurve {
    /// The words around the chart.
    pub frame: Frame,
    /// What is timed.
    pub latency: Quantity,
    /// The curves.
    pub curves: Vec<Curve>,
    /// Limits on latency.
    pub thresholds: Vec<Threshold>,
}

/// A phase or an ordering.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// The same in every chart.
    pub look: Look,
    /// With the faults.
    pub run: Distribution,
    /// Without them, dashed.
    pub twin: Option<Distribution>,
}

/// The percentiles of one sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// How many were due, those that never arrived included.
    pub samples: u64,
    /// Ascending; those with too few samples beyond them are left out of the picture.
    pub quantiles: Vec<Quantile>,
}

/// One percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// From 0, below 100.
    pub percentile: f64,
    /// The latency there.
    pub latency: Reading,
}

/// A percentile with fewer samples beyond it says nothing.
const SAMPLES_BEYOND: f64 = 10.0;
/// No sample is large enough for more.
const MOST_NINES: f64 = 9.0;
const PLOT_HEIGHT: f64 = 386.0;

/// Percentiles that may be written below the axis.
const FIGURES: [f64; 8] = [0.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9];

impl PercentileCurve {
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
        let outer = Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top + PLOT_HEIGHT };
        let drawn = self.parts().iter().any(|part| !part.distribution.drawn().is_empty());
        if !drawn {
            page.no_data(outer);
            return page.close(outer.bottom);
        }
        let bottom = self.draw(&mut page.scene, outer);
        page.close(bottom + 8.0)
    }

    /// Returns where the axis ends.
    fn draw(&self, scene: &mut Scene, outer: Area) -> f64 {
        let heading = format!("{} (log)", self.latency.label);
        let parts = self.parts();
        let plan = self.plan(outer, &heading, &parts);
        let all = parts.iter().flat_map(|part| part.distribution.drawn());
        let readings = all.map(|(_, reading)| reading).collect::<Vec<_>>();
        let panel = Panel::new(&plan, &readings);
        let x = self.scale(panel.plot);
        panel.draw_axis(scene, &plan);
        draw_nines(scene, panel.plot, &x);
        panel.draw_thresholds(scene, &plan);
        let traces = parts.iter().map(|part| part.trace(&x)).collect::<Vec<_>>();
        line::draw_all(scene, &panel, &traces);
        draw_stops(scene, &panel, &traces);
        line::draw_words(scene, &panel, &plan, &traces);
        let grey = "a curve stops where fewer than ten samples lie beyond";
        axis::draw(scene, panel.plot, &figures(&x), "percentile, in nines", grey)
    }

    fn plan<'a>(&'a self, outer: Area, heading: &'a str, parts: &[Part<'_>]) -> Plan<'a> {
        let names = parts.iter().map(|part| part.name.as_str());
        Plan {
            outer,
            heading,
            spacing: Spacing::Log,
            thresholds: &self.thresholds,
            ticks: 8,
            names: label::column_width(names, 260.0),
            flags: NO_FLAGS,
            gutter: 0.0,
        }
    }

    /// Twins first, so that the run is drawn over them.
    fn parts(&self) -> Vec<Part<'_>> {
        let twins = self.curves.iter().filter_map(|curve| {
            let distribution = curve.twin.as_ref()?;
            let name = format!("{}, twin", curve.name);
            Some(Part { name, look: curve.look, twin: true, distribution })
        });
        let runs = self.curves.iter().map(|curve| {
            let name = curve.name.clone();
            Part { name, look: curve.look, twin: false, distribution: &curve.run }
        });
        twins.chain(runs).collect()
    }

    fn scale(&self, plot: Area) -> Scale {
        let parts = self.parts();
        let ends = parts.iter().filter_map(|part| part.distribution.drawn().last().copied());
        let end = ends.map(|(nines, _)| nines).fold(1.0, f64::max);
        let domain = Domain::tight(&[0.0, end], Spacing::Linear);
        Scale::new(domain, plot.left, plot.right)
    }

    /// A row per percentile given, drawn or not.
    fn csv(&self) -> String {
        let mut header = ["series", "twin", "samples", "percentile"].map(str::to_owned).to_vec();
        header.extend(csv::reading_columns(&self.latency));
        header.push("samples_beyond".to_owned());
        let mut table = Table::new(&header);
        for curve in &self.curves {
            let twin = curve.twin.iter().map(|twin| ("true", twin));
            for (is_twin, distribution) in [("false", &curve.run)].into_iter().chain(twin) {
                for quantile in &distribution.quantiles {
                    let samples = distribution.samples.to_string();
                    let mut row = vec![curve.name.clone(), is_twin.to_owned(), samples];
                    row.push(csv::cell(Some(quantile.percentile)));
                    row.extend(csv::reading_cells(quantile.latency));
                    let beyond = distribution.beyond(quantile.percentile);
                    row.push(csv::cell(Some(libm::round(beyond))));
                    table.row(&row);
                }
            }
        }
        table.finish()
    }
}

impl Distribution {
    fn beyond(&self, percentile: f64) -> f64 {
        self.samples as f64 * (100.0 - percentile) / 100.0
    }

    /// Nines and latency of every percentile that the sample supports.
    fn drawn(&self) -> Vec<(f64, Reading)> {
        let supported = |quantile: &&Quantile| {
            (0.0..100.0).contains(&quantile.percentile)
                && self.beyond(quantile.percentile) > SAMPLES_BEYOND - 1e-6
                && quantile.latency.is_drawn()
        };
        let quantiles = self.quantiles.iter().filter(supported);
        quantiles.map(|quantile| (nines(quantile.percentile), quantile.latency)).collect()
    }
}

/// One line of the chart.
struct Part<'a> {
    name: String,
    look: Look,
    twin: bool,
    distribution: &'a Distribution,
}

impl Part<'_> {
    fn trace(&self, x: &Scale) -> Trace<'_> {
        let points = self.distribution.drawn();
        let points = points.into_iter().map(|(nines, reading)| (x.at(nines), reading)).collect();
        let stroke = match self.twin {
            true => Stroke::dashed(self.look.ink, 1.5, TWIN_DASH),
            false => Stroke::solid(self.look.ink, 2.2),
        };
        Trace { name: &self.name, look: self.look, stroke, points, marked: false }
    }
}

fn nines(percentile: f64) -> f64 {
    (-libm::log10((100.0 - percentile) / 100.0)).clamp(0.0, MOST_NINES)
}

/// A marker at the end of each curve: the second channel, and a full stop.
fn draw_stops(scene: &mut Scene, panel: &Panel, traces: &[Trace<'_>]) {
    for trace in traces {
        let end = trace.points.last().and_then(|(x, reading)| panel.place(*x, *reading));
        if let Some(end) = end {
            trace.look.mark(scene, end);
        }
    }
}

fn draw_nines(scene: &mut Scene, plot: Area, x: &Scale) {
    for figure in figures(x) {
        let stroke = Stroke::solid(Ink::GRID, 1.0);
        scene.line(Point::new(figure.x, plot.top), Point::new(figure.x, plot.bottom), stroke);
    }
}

/// Round percentiles along the axis: halves and quarters at first, then the nines.
fn figures(x: &Scale) -> Vec<Below> {
    let beyond = (4..=9).flat_map(|nines| {
        let step = libm::exp10(f64::from(2 - nines));
        [100.0 - step * 5.0, 100.0 - step]
    });
    let inside = |percentile: &f64| nines(*percentile) <= x.domain.high + 1e-9;
    let below = |percentile: f64| Below {
        x: x.at(nines(percentile)),
        words: spelt(percentile),
        grey: String::new(),
    };
    FIGURES.into_iter().chain(beyond).filter(inside).map(below).collect()
}

fn spelt(percentile: f64) -> String {
    let text = format!("{percentile:.7}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_stops_where_fewer_than_ten_samples_lie_beyond() {
        let quantile = |percentile| Quantile { percentile, latency: Reading::exact(1.0) };
        let check = |samples, nines: &[f64]| {
            let quantiles = [50.0, 90.0, 99.0, 99.9, 100.0].map(quantile).to_vec();
            let drawn = Distribution { samples, quantiles }.drawn();
            let drawn = drawn.into_iter().map(|(nines, _)| libm::round(nines)).collect::<Vec<_>>();
            assert_eq!(drawn, nines, "{samples} samples");
        };
        check(10_000, &[0.0, 1.0, 2.0, 3.0]);
        check(9_999, &[0.0, 1.0, 2.0]);
        check(100, &[0.0, 1.0]);
        check(10, &[]);
        check(0, &[]);
    }

    #[test]
    fn percentiles_are_spelt_without_needless_digits() {
        let check = |percentile, words: &str| assert_eq!(spelt(percentile), words);
        check(50.0, "50 %");
        check(99.9, "99.9 %");
        check(99.9995, "99.9995 %");
    }
}
