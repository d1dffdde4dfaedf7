//! Which orderings are worth their price: p99 against anomalies, the messages as area.

mod names;

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::figure::{Estimate, Quantity, Reading};
use super::label;
use super::look::Look;
use super::number;
use super::page::{MARGIN, Page, WIDTH};
use super::panel::{NO_FLAGS, Panel, Plan, TICK};
use super::scale::{self, Domain, Scale, Spacing};
use super::scene::{Area, Ink, Point, Scene, Stroke};
use super::{ChartError, Frame, Rendered};

/// One point per ordering; the lower left is best.
#[derive(Clone, Debug, PartialEq)]
pub struct Pareto {
    /// The words around the chart.
    pub frame: Frame,
    /// The horizontal axis, logarithmic.
    pub latency: Quantity,
    /// The vertical axis, from zero.
    pub anomalies: Quantity,
    /// What the area of a marker stands for: `messages per attestation`.
    pub messages: Quantity,
    /// The orderings.
    pub contenders: Vec<Contender>,
}

/// One ordering and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// As in scenarios and tables.
    pub name: String,
    /// The same in every chart.
    pub look: Look,
    /// In the unit of [`Pareto::latency`].
    pub latency: Reading,
    /// In the unit of [`Pareto::anomalies`].
    pub anomalies: Reading,
    /// In the unit of [`Pareto::messages`].
    pub messages: f64,
}

/// A contender with a place.
#[derive(Clone, Copy)]
struct Spot<'a> {
    contender: &'a Contender,
    /// None: never.
    latency: Option<Estimate>,
    anomalies: Estimate,
    dominated: bool,
    at: Point,
    radius: f64,
}

const PLOT_HEIGHT: f64 = 404.0;
const LARGEST: f64 = 26.0;
const SMALLEST: f64 = 4.0;
/// Between the outermost places and the edge of the plot, so that no marker is cut.
const INSET: f64 = 34.0;
const NEVER_LANE: f64 = 76.0;
const LEGEND: f64 = 150.0;
const GREY: Ink = Ink::solid(0x99, 0x99, 0x99);

impl Pareto {
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
        if !self.contenders.iter().any(Contender::has_place) {
            page.no_data(outer);
            return page.close(outer.bottom);
        }
        let bottom = self.draw(&mut page.scene, outer);
        page.close(bottom + 8.0)
    }

    /// Returns where the axis ends.
    fn draw(&self, scene: &mut Scene, outer: Area) -> f64 {
        let plan = Plan {
            outer: Area { right: outer.right - LEGEND, ..outer },
            heading: &self.anomalies.label,
            spacing: Spacing::Linear,
            thresholds: &[],
            ticks: 6,
            names: 0.0,
            flags: NO_FLAGS,
            gutter: 0.0,
        };
        let placed = self.contenders.iter().filter(|contender| contender.has_place());
        let readings = placed.map(|contender| contender.anomalies).collect::<Vec<_>>();
        let mut panel = Panel::new(&plan, &readings);
        panel.y.start -= INSET;
        panel.y.end += if panel.y.domain.high > 0.0 { INSET * 0.6 } else { 0.0 };
        let x = self.scale(panel.plot);
        panel.draw_axis(scene, &plan);
        let figures = self.draw_grid(scene, panel.plot, &x);
        let spots = self.spots(&panel, &x);
        let frontier = draw_frontier(scene, panel.plot, x.end + INSET, &spots);
        spots.iter().filter(|spot| spot.dominated).for_each(|spot| spot.draw(scene, &panel, &x));
        spots.iter().filter(|spot| !spot.dominated).for_each(|spot| spot.draw(scene, &panel, &x));
        names::draw(scene, &panel, &x, &spots, &frontier);
        self.draw_legend(scene, Area { left: panel.plot.right + 24.0, ..outer }, &spots);
        let title = format!("{} (log)", self.latency.label);
        let grey = "better: left and down · dashed: efficient frontier · grey: another is no worse \
                    in both and, beyond the 95 % intervals, better in one";
        axis::draw(scene, panel.plot, &figures, &title, grey)
    }

    fn has_never(&self) -> bool {
        let mut placed = self.contenders.iter().filter(|contender| contender.has_place());
        placed.any(|contender| contender.latency.is_never())
    }

    fn scale(&self, plot: Area) -> Scale {
        let estimates = self.contenders.iter().filter_map(|contender| contender.latency.estimate());
        let ends = estimates.flat_map(|estimate| [estimate.low, estimate.value, estimate.high]);
        let ends = ends.filter(|end| *end > 0.0).collect::<Vec<_>>();
        let lane = if self.has_never() { NEVER_LANE } else { 0.0 };
        let domain = Domain::vertical(&ends, Spacing::Log);
        Scale::new(domain, plot.left + INSET, plot.right - INSET - lane)
    }

    /// Returns the figures along the horizontal axis.
    fn draw_grid(&self, scene: &mut Scene, plot: Area, x: &Scale) -> Vec<Below> {
        let below = |x: f64, words: &str| Below { x, words: words.to_owned(), grey: String::new() };
        let ticks = x.domain.ticks(10).into_iter();
        let mut figures =
            ticks.map(|tick| below(x.at(tick.value), &tick.label)).collect::<Vec<_>>();
        let axis = Stroke::solid(Ink::FAINT, 1.0);
        scene.line(Point::new(plot.left, plot.bottom), Point::new(plot.right, plot.bottom), axis);
        for figure in &figures {
            let stroke = Stroke::solid(Ink::GRID, 1.0);
            scene.line(Point::new(figure.x, plot.top), Point::new(figure.x, plot.bottom), stroke);
        }
        if self.has_never() {
            let lane = Area { left: plot.right - NEVER_LANE, ..plot };
            scene.rect(lane, Ink::solid(0x60, 0x50, 0x40).faded(75));
            figures.push(below(lane.centre().x, "never"));
        }
        figures
    }

    fn spots(&self, panel: &Panel, x: &Scale) -> Vec<Spot<'_>> {
        let placed = self.contenders.iter().filter(|contender| contender.has_place());
        let most = placed.clone().map(Contender::messages).fold(0.0, f64::max);
        placed.filter_map(|contender| self.spot(contender, panel, x, most)).collect()
    }

    fn spot<'a>(
        &self,
        contender: &'a Contender,
        panel: &Panel,
        x: &Scale,
        most: f64,
    ) -> Option<Spot<'a>> {
        let (latency, anomalies) = (contender.latency.estimate(), contender.anomalies.estimate()?);
        let lane = panel.plot.right - NEVER_LANE / 2.0;
        let left = latency.map_or(lane, |latency| x.at(latency.value));
        let at = Point::new(left, panel.y.at(anomalies.value));
        let radius = radius(contender.messages(), most);
        let dominated = self.is_dominated(contender);
        Some(Spot { contender, latency, anomalies, dominated, at, radius })
    }

    fn is_dominated(&self, contender: &Contender) -> bool {
        self.contenders.iter().any(|other| other.dominates(contender))
    }

    /// How large a marker is for how many messages.
    fn draw_legend(&self, scene: &mut Scene, area: Area, spots: &[Spot<'_>]) {
        let most = spots.iter().map(|spot| spot.contender.messages()).fold(0.0, f64::max);
        if most < 1e-6 {
            return;
        }
        let mut y = area.top + 14.0;
        for line in label::wrap(&self.messages.label, TICK, area.width(), 3) {
            scene.text(&line, Point::new(area.left, y), TICK);
            y += 16.0;
        }
        let mut before = f64::INFINITY;
        for part in [1.0, 4.0, 16.0] {
            let messages = scale::round_below(most / part);
            if messages >= before {
                continue;
            }
            before = messages;
            let radius = radius(messages, most);
            let centre = Point::new(area.left + LARGEST, y + radius);
            bubble(scene, centre, radius, GREY);
            let at = Point::new(area.left + 2.0 * LARGEST + 10.0, centre.y + 4.2);
            scene.text(&number::exact(messages), at, TICK);
            y += 2.0 * radius + 10.0;
        }
    }

    /// A row per ordering.
    fn csv(&self) -> String {
        let mut header = vec!["ordering".to_owned()];
        header.extend(csv::reading_columns(&self.latency));
        header.extend(csv::reading_columns(&self.anomalies).into_iter().take(3));
        header.extend([self.messages.column(""), "dominated".to_owned()]);
        let mut table = Table::new(&header);
        for contender in &self.contenders {
            let mut row = vec![contender.name.clone()];
            row.extend(csv::reading_cells(contender.latency));
            row.extend(csv::reading_cells(contender.anomalies).into_iter().take(3));
            row.push(csv::cell(Some(contender.messages)));
            row.push(self.is_dominated(contender).to_string());
            table.row(&row);
        }
        table.finish()
    }
}

impl Contender {
    fn has_place(&self) -> bool {
        self.latency.is_drawn() && self.anomalies.estimate().is_some()
    }

    fn messages(&self) -> f64 {
        if self.messages.is_finite() { self.messages.clamp(0.0, scale::LARGEST) } else { 0.0 }
    }

    /// No worse in both, and better in one beyond the intervals.
    fn dominates(&self, other: &Self) -> bool {
        let costs = |contender: &Self| {
            let never = Estimate::exact(f64::INFINITY);
            let latency = contender.latency.estimate();
            let latency = latency.or(contender.latency.is_never().then_some(never))?;
            Some([latency, contender.anomalies.estimate()?])
        };
        let (Some(ours), Some(theirs)) = (costs(self), costs(other)) else {
            return false;
        };
        let pairs = || ours.iter().zip(&theirs);
        pairs().all(|(our, their)| our.value <= their.value)
            && pairs().any(|(our, their)| our.high < their.low)
    }
}

impl Spot<'_> {
    fn ink(&self) -> Ink {
        if self.dominated { GREY } else { self.contender.look.ink }
    }

    /// The marker's area, its 95 % intervals, and the marker of the series in its middle.
    fn draw(&self, scene: &mut Scene, panel: &Panel, x: &Scale) {
        bubble(scene, self.at, self.radius, self.ink());
        let stroke = Stroke::solid(self.ink(), 1.4);
        for [from, to] in self.bars(panel, x) {
            scene.line(from, to, stroke);
        }
        let look = Look { ink: self.ink(), ..self.contender.look };
        look.mark(scene, self.at);
    }

    fn bars(&self, panel: &Panel, x: &Scale) -> Vec<[Point; 2]> {
        let across = self
            .latency
            .filter(|latency| latency.has_interval())
            .map(|latency| [latency.low, latency.high].map(|end| Point::new(x.at(end), self.at.y)));
        let up = self.anomalies.has_interval().then(|| {
            let ends = [self.anomalies.low, self.anomalies.high];
            ends.map(|end| Point::new(self.at.x, panel.y.at(end)))
        });
        across.into_iter().chain(up).collect()
    }
}

/// The area, not the radius, is what stands for `messages`.
fn radius(messages: f64, most: f64) -> f64 {
    let part = if most > 0.0 { messages / most } else { 0.0 };
    (LARGEST * libm::sqrt(part)).max(SMALLEST)
}

fn bubble(scene: &mut Scene, centre: Point, radius: f64, ink: Ink) {
    scene.disc(centre, radius, ink.faded(200));
    let corner = |step: u32| {
        let turn = f64::from(step) / 64.0 * std::f64::consts::TAU;
        Point::new(centre.x + radius * libm::cos(turn), centre.y + radius * libm::sin(turn))
    };
    scene.path((0..=64).map(corner).collect(), Stroke::solid(ink, 1.3));
}

/// A staircase: between two points nothing better than the worse of each was seen.
fn draw_frontier(scene: &mut Scene, plot: Area, right: f64, spots: &[Spot<'_>]) -> Vec<Point> {
    let mut finite = spots.iter().filter(|spot| spot.latency.is_some()).collect::<Vec<_>>();
    finite.sort_by(|a, b| a.at.x.total_cmp(&b.at.x).then(b.at.y.total_cmp(&a.at.y)));
    let mut path: Vec<Point> = Vec::new();
    for spot in finite {
        match path.last() {
            None => path.push(Point::new(spot.at.x, plot.top)),
            Some(last) if spot.at.y > last.y => path.push(Point::new(spot.at.x, last.y)),
            Some(_) => continue,
        }
        path.push(spot.at);
    }
    path.extend(path.last().map(|last| Point::new(right, last.y)));
    scene.path(path.clone(), Stroke::dashed(Ink::QUIET, 1.3, &[5.0, 4.0]));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contender(latency: Reading, anomalies: Reading) -> Contender {
        let (name, look) = (String::new(), Look::nth(0));
        Contender { name, look, latency, anomalies, messages: 1.0 }
    }

    #[test]
    fn only_a_difference_beyond_the_intervals_dominates() {
        let check = |ours: (Reading, Reading), theirs: (Reading, Reading), dominates| {
            let (ours, theirs) = (contender(ours.0, ours.1), contender(theirs.0, theirs.1));
            assert_eq!(ours.dominates(&theirs), dominates, "{ours:?} {theirs:?}");
        };
        let none = Reading::exact(0.0);
        let fast = Reading::within(100.0, 95.0, 105.0);
        let slow = Reading::within(200.0, 190.0, 210.0);
        let unsure = Reading::within(110.0, 90.0, 130.0);
        check((fast, none), (slow, none), true);
        check((slow, none), (fast, none), false);
        check((fast, none), (unsure, none), false);
        check((fast, none), (fast, none), false);
        check((slow, none), (fast, Reading::exact(5.0)), false);
        check((slow, none), (Reading::Never, none), true);
        check((Reading::Never, none), (slow, Reading::exact(5.0)), false);
        check((fast, none), (Reading::NoData, none), false);
    }
}
