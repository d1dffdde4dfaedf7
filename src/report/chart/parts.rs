//! What a response is made of: stacked bars of means, one by variant, with the whole's interval.

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::figure::Estimate;
use super::label;
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};
use super::{ChartError, Frame, Rendered};

/// Bars made of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The words around the chart.
    pub frame: Frame,
    /// What the parts are called, from the left.
    pub parts: Vec<String>,
    /// From the top.
    pub bars: Vec<PartsBar>,
}

/// One bar, in minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct PartsBar {
    /// What it is called.
    pub name: String,
    /// The mean of each part with its interval.
    pub means: Vec<Estimate>,
    /// The mean of the whole; `None` if no night had one.
    pub whole: Option<Estimate>,
    /// Of how many nights: `38 of 40 nights`.
    pub nights: String,
}

const LABELS: f64 = 170.0;
const NOTES: f64 = 190.0;
const LEGEND: f64 = 30.0;
const BAR: f64 = 30.0;
const ROW: f64 = 58.0;
const NAME: Type = Type::bold(13.0, Ink::TEXT).anchored(Anchor::End);
const NOTE: Type = Type::plain(12.5, Ink::TEXT);
const QUIET: Type = Type::plain(12.0, Ink::QUIET);
const INKS: [Ink; 5] = [
    Ink::solid(0xe6, 0x9f, 0x00),
    Ink::solid(0xd5, 0x5e, 0x00),
    Ink::solid(0xcc, 0x79, 0xa7),
    Ink::solid(0x00, 0x72, 0xb2),
    Ink::solid(0x00, 0x9e, 0x73),
];

impl Parts {
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
        let (left, right) = (MARGIN + LABELS, WIDTH - MARGIN - NOTES);
        let top = page.top + LEGEND;
        let plot = Area { left, right, top, bottom: top + ROW * self.bars.len().max(1) as f64 };
        let highs: Vec<f64> = self.bars.iter().filter_map(|bar| Some(bar.whole?.high)).collect();
        if highs.is_empty() {
            page.no_data(plot);
            return page.close(plot.bottom);
        }
        let x = Scale::new(Domain::vertical(&highs, Spacing::Linear), left, right);
        let scene = &mut page.scene;
        self.draw_legend(scene, Point::new(left, page.top + 12.0));
        let ticks = x.domain.ticks(10);
        for tick in &ticks {
            let at = x.at(tick.value);
            let line = Stroke::solid(Ink::GRID, 1.0);
            scene.line(Point::new(at, plot.top), Point::new(at, plot.bottom), line);
        }
        for (place, bar) in self.bars.iter().enumerate() {
            draw_bar(scene, bar, &x, plot.top + ROW * (place as f64 + 0.5));
        }
        let figure = |value: f64, words| Below { x: x.at(value), words, grey: String::new() };
        let figures: Vec<Below> =
            ticks.into_iter().map(|tick| figure(tick.value, tick.label)).collect();
        let title = "minutes from the fault's start until every alert was resolved for good";
        let bottom = axis::draw(scene, plot, &figures, title, "");
        page.close(bottom + 8.0)
    }

    fn draw_legend(&self, scene: &mut Scene, from: Point) {
        let mut x = from.x;
        for (part, name) in self.parts.iter().enumerate() {
            let swatch =
                Area { left: x, right: x + 13.0, top: from.y - 11.0, bottom: from.y + 2.0 };
            scene.rect(swatch, ink(part));
            scene.text(name, Point::new(x + 19.0, from.y), NOTE);
            x += 19.0 + NOTE.width(name) + 24.0;
        }
    }

    /// A row per bar and part, and one for the whole.
    fn csv(&self) -> String {
        let header = ["variant", "part", "mean_min", "low_min", "high_min"].map(str::to_owned);
        let mut table = Table::new(&header);
        for bar in &self.bars {
            let whole = bar.whole.iter().map(|whole| ("whole", whole));
            let parts = self.parts.iter().map(String::as_str).zip(&bar.means);
            for (part, mean) in parts.chain(whole) {
                let figures = [mean.value, mean.low, mean.high].map(|value| csv::cell(Some(value)));
                let [value, low, high] = figures;
                table.row(&[bar.name.clone(), part.to_owned(), value, low, high]);
            }
        }
        table.finish()
    }
}

fn draw_bar(scene: &mut Scene, bar: &PartsBar, x: &Scale, middle: f64) {
    let name = label::fit(&bar.name, NAME, LABELS - 14.0);
    scene.text(&name, Point::new(x.start - 12.0, middle + 4.0), NAME);
    let note = |line: f64| Point::new(x.end + 14.0, middle + line);
    let Some(whole) = bar.whole else {
        scene.text("never quiet", note(4.0), NOTE);
        return;
    };
    let mut sum = 0.0;
    for (part, mean) in bar.means.iter().enumerate() {
        let (left, right) = (x.at(sum), x.at(sum + mean.value));
        sum += mean.value;
        let (top, bottom) = (middle - BAR / 2.0, middle + BAR / 2.0);
        scene.rect(Area { left, right, top, bottom }, ink(part));
        let edge = Stroke::solid(Ink::WHITE, 1.2);
        scene.line(Point::new(right, top), Point::new(right, bottom), edge);
        let words = format!("{:.1}", mean.value);
        let kind = Type::plain(12.0, ink(part).contrast()).anchored(Anchor::Middle);
        if kind.width(&words) + 8.0 < right - left {
            scene.text(&words, Point::new((left + right) / 2.0, middle + 4.5), kind);
        }
    }
    draw_interval(scene, whole, x, middle);
    let half = whole.high - whole.value;
    scene.text(&format!("{:.1} ± {half:.1} min", whole.value), note(-3.0), NOTE);
    scene.text(&bar.nights, note(14.0), QUIET);
}

/// How sure the whole is, below its bar.
fn draw_interval(scene: &mut Scene, whole: Estimate, x: &Scale, middle: f64) {
    let y = middle + BAR / 2.0 + 5.0;
    let (low, high) = (x.at(whole.low), x.at(whole.high));
    let stroke = Stroke::solid(Ink::TEXT, 1.6);
    scene.line(Point::new(low, y), Point::new(high, y), stroke);
    for end in [low, high] {
        scene.line(Point::new(end, y - 4.0), Point::new(end, y + 4.0), stroke);
    }
}

fn ink(part: usize) -> Ink {
    INKS[part % INKS.len()]
}
