//! Lanes along one clock: what failed, who noticed, who took it, what was done.

use crate::kernel::Span;

use super::axis::{self, Below};
use super::csv::{self, Table};
use super::label::{self, FLAG_ROW, Flag};
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};
use super::space_time::Tone;
use super::{ChartError, Frame, Rendered};

/// Lanes along one clock.
#[derive(Clone, Debug, PartialEq)]
pub struct SwimLane {
    /// The words around the chart.
    pub frame: Frame,
    /// The time of day when the run's time is zero, and 24 hours: so the run begins on day 1.
    pub clock: Span,
    /// From when the lanes are drawn, in the run's time.
    pub from: Span,
    /// Until when.
    pub until: Span,
    /// From the top.
    pub lanes: Vec<Lane>,
}

/// One lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// What lasts.
    pub stretches: Vec<Stretch>,
}

/// Something that lasts, or happens at once: then `from` and `until` are the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub from: Span,
    /// When it ends.
    pub until: Span,
    /// What it is; may be empty.
    pub words: String,
    /// Whether it is good.
    pub tone: Tone,
}

const DAY: u64 = 86_400;
const LABELS: f64 = 96.0;
const BAR: f64 = 12.0;
const PAD: f64 = 10.0;
const NAME: Type = Type::bold(12.5, Ink::TEXT).anchored(Anchor::End);
const WORDS: Type = Type::plain(11.5, Ink::TEXT).anchored(Anchor::Middle);
const PLAIN: Ink = Ink::solid(0x8a, 0xa6, 0xbf);
const GOOD: Ink = Ink::solid(0x2f, 0x7d, 0x4f);
const BAD: Ink = Ink::solid(0xb3, 0x4a, 0x1c);

impl SwimLane {
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
        let (left, right) = (MARGIN + LABELS, WIDTH - MARGIN);
        let domain = [self.from.as_secs_f64(), self.until.as_secs_f64()];
        let x = Scale::new(Domain::tight(&domain, Spacing::Linear), left, right);
        let top = page.top;
        let mut at = top;
        for lane in &self.lanes {
            at = self.draw_lane(
                &mut page.scene,
                lane,
                &x,
                Area { left, right, top: at, bottom: at },
            );
        }
        let plot = Area { left, right, top, bottom: at };
        let bottom = axis::draw(&mut page.scene, plot, &self.figures(&x), "time of day", "");
        page.close(bottom + 8.0)
    }

    /// Draws one lane from the top of `area` on; where it ends.
    fn draw_lane(&self, scene: &mut Scene, lane: &Lane, x: &Scale, area: Area) -> f64 {
        let place = |at: Span| x.at(at.clamp(self.from, self.until).as_secs_f64());
        let shown = lane.stretches.iter().filter(|s| s.until >= self.from && s.from <= self.until);
        let shown: Vec<&Stretch> = shown.collect();
        let flag = |stretch: &&Stretch| Flag {
            from: place(stretch.from),
            to: place(stretch.until),
            words: stretch.words.clone(),
        };
        let flags: Vec<Flag> = shown.iter().map(flag).collect();
        let rows = label::rows(&flags, WORDS, area.left, area.right);
        let most = rows.iter().map(|(row, _)| *row).max().unwrap_or_default();
        let height = (most + 1) as f64 * (FLAG_ROW + BAR) + PAD;
        let line = Stroke::solid(Ink::GRID, 1.0);
        let y = area.top + height;
        scene.line(Point::new(area.left, y), Point::new(area.right, y), line);
        let middle = Point::new(area.left - 10.0, area.top + height / 2.0 + 4.0);
        scene.text(&label::fit(&lane.name, NAME, LABELS - 12.0), middle, NAME);
        for ((stretch, flag), (row, words)) in shown.iter().zip(&flags).zip(rows) {
            let base = y - PAD / 2.0 - row as f64 * (FLAG_ROW + BAR);
            draw_stretch(scene, stretch.tone, (flag.from, flag.to), base);
            let text = label::fit(&stretch.words, WORDS, area.right - area.left);
            scene.text(&text, Point::new(words, base - BAR - 5.0), WORDS);
        }
        y
    }

    /// The time of day, about a dozen times, and at midnight which day begins.
    fn figures(&self, x: &Scale) -> Vec<Below> {
        const STEPS: [u64; 13] =
            [5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];
        let length = self.until.saturating_sub(self.from).as_secs_f64();
        let step = STEPS.into_iter().find(|step| *step as f64 * 12.0 >= length);
        let step = step.unwrap_or(864_000);
        let begin = (self.clock + self.from).as_nanos() / 1_000_000_000;
        let first = begin.div_ceil(step) * step;
        let figure = |number: u64| {
            let second = first + number * step;
            let at = second as f64 - self.clock.as_secs_f64();
            let (hours, minutes, seconds) = (second / 3_600 % 24, second / 60 % 60, second % 60);
            let words = match step < 60 {
                true => format!("{hours:02}:{minutes:02}:{seconds:02}"),
                false => format!("{hours:02}:{minutes:02}"),
            };
            let grey = match second % DAY {
                0 => format!("day {}", second / DAY),
                _ => String::new(),
            };
            (at, Below { x: x.at(at), words, grey })
        };
        let figures = (0..40).map(figure).take_while(|(at, _)| *at <= self.until.as_secs_f64());
        figures.map(|(_, below)| below).collect()
    }

    fn csv(&self) -> String {
        let header = ["lane", "from_s", "until_s", "what", "tone"].map(str::to_owned);
        let mut table = Table::new(&header);
        for lane in &self.lanes {
            for stretch in &lane.stretches {
                table.row(&[
                    lane.name.clone(),
                    csv::cell(Some(stretch.from.as_secs_f64())),
                    csv::cell(Some(stretch.until.as_secs_f64())),
                    stretch.words.clone(),
                    format!("{:?}", stretch.tone).to_lowercase(),
                ]);
            }
        }
        table.finish()
    }
}

/// A bar above `base`, or a disc if it has no length.
fn draw_stretch(scene: &mut Scene, tone: Tone, (from, to): (f64, f64), base: f64) {
    let ink = match tone {
        Tone::Plain => PLAIN,
        Tone::Good => GOOD,
        Tone::Bad => BAD,
    };
    if to - from < 2.0 {
        return scene.disc(Point::new(from, base - BAR / 2.0), BAR / 2.0 - 1.0, ink);
    }
    scene.rect(Area { left: from, right: to, top: base - BAR, bottom: base }, ink);
}
