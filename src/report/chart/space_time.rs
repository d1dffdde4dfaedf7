//! A space-time diagram: actors as lines, time to the right, arrows for messages, bars for waits.

use crate::kernel::Span;

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::label;
use super::look::Marker;
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Shape, Stroke, Text, Type};
use super::{ChartError, Frame, Rendered};

/// Who did what when to one thing that travels. Times count from one instant; actors are named by
/// their places in `actors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceTime {
    /// The words around the chart.
    pub frame: Frame,
    /// What stands below the axis: `time since its intended send, ms`.
    pub time: String,
    /// From top to bottom.
    pub actors: Vec<String>,
    /// Until when it is drawn.
    pub end: Span,
    /// Messages.
    pub arrows: Vec<Arrow>,
    /// Waits.
    pub bars: Vec<Bar>,
    /// What happened at one instant.
    pub moments: Vec<Moment>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Who sent it.
    pub from: usize,
    /// When.
    pub sent: Span,
    /// To whom.
    pub to: usize,
    /// When it arrived; `None` is never.
    pub arrived: Option<Span>,
    /// Whether a fault held it up or took it away.
    pub is_troubled: bool,
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Who waited.
    pub actor: usize,
    /// Since when.
    pub from: Span,
    /// Until when; `None` is beyond the end.
    pub until: Option<Span>,
    /// For what.
    pub words: String,
    /// Whether the actor did nothing at all: it was down, or stalled.
    pub is_outage: bool,
}

/// Something that happened at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// To whom.
    pub actor: usize,
    /// When.
    pub at: Span,
    /// What; may be empty.
    pub words: String,
    /// How it is drawn.
    pub tone: Tone,
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is a step on the way.
    Plain,
    /// It is what was wanted.
    Good,
    /// It is not.
    Bad,
}

const ROW: f64 = 40.0;
const BAR: f64 = 12.0;
const NAMES: f64 = 132.0;
/// Right of the end, for the words of what comes last.
const BEYOND: f64 = 70.0;

const ACTOR: Ink = Ink::solid(0xb8, 0xb8, 0xb8);
const MESSAGE: Ink = Ink::solid(0x00, 0x72, 0xb2);
const TROUBLED: Ink = Ink::solid(0xc8, 0x36, 0x1e);
const WAIT: Ink = Ink::solid(0xe6, 0x9f, 0x00);
const GOOD: Ink = Ink::solid(0x00, 0x9e, 0x73);
const NAME: Type = Type::plain(12.5, Ink::TEXT).anchored(Anchor::End);
const WORDS: Type = Type::plain(11.5, Ink::TEXT);
/// Where the words of a moment may stand.
const BESIDE: [(f64, f64, Anchor); 4] = [
    (6.0, -8.0, Anchor::Start),
    (6.0, 17.0, Anchor::Start),
    (-6.0, -8.0, Anchor::End),
    (-6.0, 17.0, Anchor::End),
];
const LOST_DASH: &[f64] = &[4.0, 3.0];

impl SpaceTime {
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
        let top = page.top + 8.0;
        let (left, right) = (MARGIN + NAMES, WIDTH - MARGIN - BEYOND);
        if self.actors.is_empty() || self.end == Span::ZERO {
            let bottom = top + 300.0;
            page.no_data(Area { left: MARGIN, top, right: WIDTH - MARGIN, bottom });
            return page.close(bottom);
        }
        let plot = Area { left, top, right, bottom: top + ROW * self.actors.len() as f64 };
        let end = self.end.as_millis_f64();
        let x = Scale::new(Domain::tight(&[0.0, end], Spacing::Linear), left, right);
        let drawing = Drawing { chart: self, x, plot };
        let scene = &mut page.scene;
        let figures = drawing.grid(scene);
        self.bars.iter().for_each(|bar| drawing.bar(scene, bar));
        self.arrows.iter().for_each(|arrow| drawing.arrow(scene, arrow));
        self.moments.iter().for_each(|moment| drawing.mark(scene, moment));
        drawing.words(scene);
        let bottom = axis::draw(scene, plot, &figures, &self.time, KEY);
        page.close(bottom + 8.0)
    }

    /// A row per arrow, bar and moment.
    fn csv(&self) -> String {
        let header = ["what", "actor", "from_ms", "to_actor", "to_ms", "words"].map(str::to_owned);
        let mut table = Table::new(&header);
        let millis = |span: Option<Span>| csv::cell(span.map(Span::as_millis_f64));
        let name = |actor: usize| self.actors.get(actor).cloned().unwrap_or_default();
        let mut row = |what: &str, from: (usize, Span), to: (String, String), words: &str| {
            let (actor, at) = (name(from.0), millis(Some(from.1)));
            table.row(&[what.to_owned(), actor, at, to.0, to.1, words.to_owned()]);
        };
        for Arrow { from, sent, to, arrived, is_troubled } in &self.arrows {
            let words = if *is_troubled { "met a fault" } else { "" };
            row("message", (*from, *sent), (name(*to), millis(*arrived)), words);
        }
        for Bar { actor, from, until, words, is_outage } in &self.bars {
            let what = if *is_outage { "outage" } else { "wait" };
            row(what, (*actor, *from), (name(*actor), millis(*until)), words);
        }
        for Moment { actor, at, words, .. } in &self.moments {
            row("moment", (*actor, *at), (String::new(), String::new()), words);
        }
        table.finish()
    }
}

const KEY: &str = "blue: a message; red: one that met a fault, dashed: never arrived; \
                   orange: a wait; pale red: down or stalled";

/// Where things go.
struct Drawing<'a> {
    chart: &'a SpaceTime,
    x: Scale,
    plot: Area,
}

impl Drawing<'_> {
    fn point(&self, actor: usize, at: Span) -> Point {
        let at = at.min(self.chart.end).as_millis_f64();
        Point::new(self.x.at(at), self.plot.top + ROW * (actor as f64 + 0.5))
    }

    /// Actors' lines and names, and the figures of the axis.
    fn grid(&self, scene: &mut Scene) -> Vec<Below> {
        let Area { top, bottom, left, right } = self.plot;
        let ticks = self.x.domain.ticks(10).into_iter();
        let figures = ticks.map(|tick| Below {
            x: self.x.at(tick.value),
            words: tick.label,
            grey: String::new(),
        });
        let figures: Vec<Below> = figures.collect();
        for figure in &figures {
            let stroke = Stroke::solid(Ink::GRID, 1.0);
            scene.line(Point::new(figure.x, top), Point::new(figure.x, bottom), stroke);
        }
        for (actor, name) in self.chart.actors.iter().enumerate() {
            let start = self.point(actor, Span::ZERO);
            scene.line(start, Point::new(right, start.y), Stroke::solid(ACTOR, 1.2));
            let name = label::fit(name, NAME, NAMES - 14.0);
            scene.text(&name, Point::new(left - 10.0, start.y + 4.5), NAME);
        }
        figures
    }

    fn bar_area(&self, bar: &Bar) -> Area {
        let from = self.point(bar.actor, bar.from);
        let until = self.point(bar.actor, bar.until.unwrap_or(self.chart.end));
        let right = until.x.max(from.x + 1.5);
        Area { left: from.x, top: from.y - BAR / 2.0, right, bottom: from.y + BAR / 2.0 }
    }

    fn bar(&self, scene: &mut Scene, bar: &Bar) {
        let ink = if bar.is_outage { TROUBLED.tint(300) } else { WAIT.tint(620) };
        scene.rect(self.bar_area(bar), ink);
    }

    fn arrow(&self, scene: &mut Scene, arrow: &Arrow) {
        let ink = if arrow.is_troubled { TROUBLED } else { MESSAGE };
        let from = self.point(arrow.from, arrow.sent);
        let Some(arrived) = arrow.arrived else {
            return self.lost(scene, arrow, from);
        };
        let to = self.point(arrow.to, arrived);
        let end = self.chart.end;
        if arrived > end {
            let way = arrived.saturating_sub(arrow.sent).as_millis_f64();
            let part = end.saturating_sub(arrow.sent).as_millis_f64() / way;
            let edge = Point::new(to.x, from.y + (to.y - from.y) * part);
            return scene.line(from, edge, Stroke::solid(ink, 1.3));
        }
        scene.line(from, to, Stroke::solid(ink, 1.3));
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = libm::sqrt(dx * dx + dy * dy).max(1.0);
        let (dx, dy) = (dx / length, dy / length);
        let back = |along: f64, aside: f64| {
            Point::new(to.x - along * dx - aside * dy, to.y - along * dy + aside * dx)
        };
        scene.fill(vec![to, back(8.0, 3.2), back(8.0, -3.2)], ink);
    }

    /// Two fifths of the way, and a cross.
    fn lost(&self, scene: &mut Scene, arrow: &Arrow, from: Point) {
        let to = self.point(arrow.to, arrow.sent);
        let reach = (self.plot.right - from.x).clamp(0.0, 40.0);
        let end = Point::new(from.x + reach, from.y + (to.y - from.y) * 0.4);
        scene.line(from, end, Stroke::dashed(TROUBLED, 1.3, LOST_DASH));
        Marker::Cross.draw(scene, end, 4.0, TROUBLED);
    }

    fn mark(&self, scene: &mut Scene, moment: &Moment) {
        let at = self.point(moment.actor, moment.at);
        match moment.tone {
            Tone::Plain => Marker::Disc.draw(scene, at, 3.4, Ink::TEXT),
            Tone::Good => Marker::Disc.draw(scene, at, 4.6, GOOD),
            Tone::Bad => Marker::Diamond.draw(scene, at, 4.6, Ink::LIMIT),
        }
    }

    /// Words of waits, then of moments, where there is room; the CSV has all of them.
    fn words(&self, scene: &mut Scene) {
        let mut taken: Vec<Area> = texts(scene);
        for bar in &self.chart.bars {
            let area = self.bar_area(bar);
            let ink = if bar.is_outage { TROUBLED } else { WAIT };
            let at = Point::new(area.left, area.centre().y);
            let spots = [(2.0, 17.0, Anchor::Start), (2.0, -8.0, Anchor::Start)];
            write(scene, &mut taken, (&bar.words, ink.as_text()), at, &spots);
        }
        for moment in &self.chart.moments {
            let ink = match moment.tone {
                Tone::Plain => Ink::QUIET,
                Tone::Good => GOOD.as_text(),
                Tone::Bad => Ink::LIMIT,
            };
            let at = self.point(moment.actor, moment.at);
            write(scene, &mut taken, (&moment.words, ink), at, &BESIDE);
        }
    }
}

/// Where words stand already.
fn texts(scene: &Scene) -> Vec<Area> {
    let words = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Text(text) => Some(text.area()),
        Shape::Fill { .. } | Shape::Box { .. } | Shape::Disc { .. } | Shape::Path { .. } => None,
    });
    words.collect()
}

/// Writes words at the first of the spots beside `at` that is free.
fn write(
    scene: &mut Scene,
    taken: &mut Vec<Area>,
    (words, ink): (&str, Ink),
    at: Point,
    spots: &[(f64, f64, Anchor)],
) {
    let kind = Type { ink, ..WORDS };
    let is_free = |area: Area| {
        area.right < WIDTH - 2.0 && !taken.iter().any(|other| other.overlaps(area.grown(1.0)))
    };
    let texts = spots.iter().map(|(dx, dy, anchor)| {
        let at = Point::new(at.x + dx, at.y + dy);
        Text { words: words.to_owned(), kind: kind.anchored(*anchor), at }
    });
    let free = texts.into_iter().find(|text| is_free(text.area()));
    if let Some(text) = free.filter(|_| !words.is_empty()) {
        taken.push(text.area());
        scene.plated(&text.words, text.at, text.kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::sample;

    fn count(scene: &Scene, is_it: impl Fn(&Shape) -> bool) -> usize {
        scene.shapes.iter().filter(|shape| is_it(shape)).count()
    }

    #[test]
    fn every_actor_wait_message_and_moment_is_drawn() {
        let scene = sample::journey().scene();
        let line = |ink: Ink, dash: &'static [f64]| {
            count(&scene, |shape| match shape {
                Shape::Path { stroke, .. } => stroke.ink == ink && stroke.dash == dash,
                _ => false,
            })
        };
        assert_eq!(line(ACTOR, &[]), 5, "a line for each actor");
        assert_eq!(line(MESSAGE, &[]), 4, "arrows that met nothing");
        assert_eq!(line(TROUBLED, &[]), 1 + 2, "one that was held up, and the cross of the lost");
        assert_eq!(line(TROUBLED, LOST_DASH), 1, "one that was lost");
        let bars = count(
            &scene,
            |shape| matches!(shape, Shape::Box { ink, .. } if *ink == WAIT.tint(620)),
        );
        assert_eq!(bars, 2);
        let discs = |wanted: Ink| {
            count(&scene, |shape| matches!(shape, Shape::Disc { ink, .. } if *ink == wanted))
        };
        assert_eq!((discs(GOOD), discs(Ink::TEXT)), (2, 1));
    }

    #[test]
    fn an_arrow_leads_from_sender_and_instant_to_receiver_and_instant() {
        let chart = sample::journey();
        let scene = chart.scene();
        let row = |name: &str| {
            let place = chart.actors.iter().position(|actor| actor == name).expect("an actor");
            place as f64 * ROW
        };
        let arrows: Vec<(Point, Point)> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Path { points, stroke } if stroke.ink == MESSAGE => {
                    Some((points[0], points[1]))
                }
                _ => None,
            })
            .collect();
        let (from, to) = arrows[0];
        assert_eq!(to.y - from.y, row("router-0") - row("issuer-3"));
        let per_milli = (to.x - from.x) / 54.0;
        let (from, to) = arrows[1];
        assert!(((to.x - from.x) / per_milli - 30.0).abs() < 1e-6, "54 ms to 84 ms");
    }

    #[test]
    fn the_csv_has_what_there_is_no_room_for() {
        let csv = sample::journey().render().expect("draws").csv;
        assert!(csv.contains("wait,validator-1,90,validator-1,140,for #7\n"), "{csv}");
        assert!(csv.contains("message,router-0,54,validator-2,,met a fault\n"), "{csv}");
    }
}
