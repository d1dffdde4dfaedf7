//! Who noticed first: a dot per night and watcher, medians, and shares of nights.

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::label;
use super::look::Look;
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};
use super::{ChartError, Frame, Rendered};

/// Watchers of many nights.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    /// The words around the chart.
    pub frame: Frame,
    /// The seeds of the nights.
    pub seeds: Vec<u64>,
    /// From the top.
    pub racers: Vec<Racer>,
}

/// Somebody who can notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Racer {
    /// What it is called.
    pub name: String,
    /// Seconds after the fault's start, by night; `None` if it never noticed.
    pub seconds: Vec<Option<f64>>,
    /// In how many nights it was first; `None` if it does not count.
    pub firsts: Option<usize>,
}

const LABELS: f64 = 178.0;
const NOTES: f64 = 190.0;
const ROW: f64 = 74.0;
const DOT: f64 = 3.2;
/// Opacity of a dot, in thousandths: many of them lie one on the other.
const FADED: u16 = 420;
const NAME: Type = Type::bold(13.0, Ink::TEXT).anchored(Anchor::End);
const NOTE: Type = Type::plain(12.5, Ink::TEXT);
const QUIET: Type = Type::plain(12.0, Ink::QUIET);

impl Race {
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
        let bottom = page.top + ROW * self.racers.len().max(1) as f64;
        let plot = Area { left, right, top: page.top, bottom };
        let seconds = self.racers.iter().flat_map(|racer| racer.seconds.iter().flatten().copied());
        let seconds: Vec<f64> = seconds.collect();
        if seconds.is_empty() {
            page.no_data(plot);
            return page.close(bottom);
        }
        let x = Scale::new(Domain::vertical(&seconds, Spacing::Log), left, right);
        let scene = &mut page.scene;
        let ticks = x.domain.ticks(10);
        for tick in &ticks {
            let at = x.at(tick.value);
            let line = Stroke::solid(Ink::GRID, 1.0);
            scene.line(Point::new(at, plot.top), Point::new(at, plot.bottom), line);
        }
        for (place, racer) in self.racers.iter().enumerate() {
            let top = plot.top + ROW * place as f64;
            let row = Area { top, bottom: top + ROW, ..plot };
            self.draw_racer(scene, racer, Look::nth(place + 1), &x, row);
        }
        let figure = |value: f64, words| Below { x: x.at(value), words, grey: String::new() };
        let figures: Vec<Below> =
            ticks.into_iter().map(|tick| figure(tick.value, tick.label)).collect();
        let bottom = axis::draw(scene, plot, &figures, "seconds after the fault's start", "");
        page.close(bottom + 8.0)
    }

    fn draw_racer(&self, scene: &mut Scene, racer: &Racer, look: Look, x: &Scale, row: Area) {
        let middle = row.centre().y;
        let line = Stroke::solid(Ink::GRID, 1.0);
        scene.line(Point::new(MARGIN, row.bottom), Point::new(WIDTH - MARGIN, row.bottom), line);
        let name = label::fit(&racer.name, NAME, LABELS - 14.0);
        scene.text(&name, Point::new(row.left - 12.0, middle + 4.0), NAME);
        let ink = if racer.firsts.is_some() { look.ink } else { Ink::FAINT };
        for (night, seconds) in racer.seconds.iter().enumerate() {
            let Some(seconds) = seconds else { continue };
            // Spread up and down by the golden ratio: neighbours never lie on one another.
            let spread = (night as f64 * 0.618_034).fract() - 0.5;
            let at = Point::new(x.at(*seconds), middle + spread * (ROW - 26.0));
            scene.disc(at, DOT, ink.faded(FADED));
        }
        if let Some(median) = racer.median() {
            let at = x.at(median);
            let half = ROW / 2.0 - 8.0;
            let (from, to) = (Point::new(at, middle - half), Point::new(at, middle + half));
            scene.line(from, to, Stroke::solid(Ink::WHITE, 4.0));
            scene.line(from, to, Stroke::solid(Ink::TEXT, 2.5));
        }
        let at = |line: f64| Point::new(row.right + 14.0, middle + line);
        scene.text(&self.first_words(racer), at(-4.0), NOTE);
        scene.text(&racer.median_words(), at(13.0), QUIET);
    }

    fn first_words(&self, racer: &Racer) -> String {
        match racer.firsts {
            Some(firsts) => {
                let share = firsts as f64 * 100.0 / self.seeds.len().max(1) as f64;
                format!("first in {share:.0} % of nights")
            }
            None => "nobody hears it".to_owned(),
        }
    }

    /// A row per night.
    fn csv(&self) -> String {
        let mut header = vec!["seed".to_owned()];
        header.extend(self.racers.iter().map(|racer| format!("{}_s", racer.name)));
        let mut table = Table::new(&header);
        for (night, seed) in self.seeds.iter().enumerate() {
            let mut row = vec![seed.to_string()];
            let moment = |racer: &Racer| racer.seconds.get(night).copied().flatten();
            row.extend(self.racers.iter().map(|racer| csv::cell(moment(racer))));
            table.row(&row);
        }
        table.finish()
    }
}

impl Racer {
    /// The middle night; `None` if it is one in which it never noticed.
    fn median(&self) -> Option<f64> {
        let mut all: Vec<f64> =
            self.seconds.iter().map(|seconds| seconds.unwrap_or(f64::INFINITY)).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len().div_ceil(2).max(1) - 1).copied().filter(|median| median.is_finite())
    }

    fn median_words(&self) -> String {
        let never = self.seconds.iter().filter(|seconds| seconds.is_none()).count();
        let median = match self.median() {
            Some(median) => format!("median {} s", super::number::exact(libm::round(median))),
            None => "median: never".to_owned(),
        };
        match never {
            0 => median,
            _ => format!("{median}, never in {never}"),
        }
    }
}
