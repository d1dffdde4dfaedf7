//! The page around a chart: title, subtitle, foot.

use super::font::Weight;
use super::label;
use super::scene::{Anchor, Area, Ink, Point, Scene, Type};

/// The words around a chart, written by who knows what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The finding, a sentence.
    pub title: String,
    /// The setting: scenario, load, seeds.
    pub subtitle: String,
    /// Where it comes from: version, digest, command.
    pub foot: String,
}

/// The width of every chart.
pub(super) const WIDTH: f64 = 1120.0;
/// What stays white at the left and right edge.
pub(super) const MARGIN: f64 = 24.0;

const TITLE: Type = Type::bold(18.0, Ink::TEXT);
const SUBTITLE: Type = Type::plain(12.5, Ink::QUIET);
const FOOT: Type = Type::plain(11.5, Ink::FAINT);

pub(super) struct Page<'a> {
    pub(super) scene: Scene,
    frame: &'a Frame,
    /// Where the chart may begin.
    pub(super) top: f64,
}

impl<'a> Page<'a> {
    pub(super) fn open(frame: &'a Frame) -> Self {
        let mut page = Self { scene: Scene::new(WIDTH, &frame.title), frame, top: 0.0 };
        page.top = 10.0;
        page.lines(&frame.title, TITLE, 24.0, 3);
        page.top += 5.0;
        page.lines(&frame.subtitle, SUBTITLE, 18.0, 3);
        page.top += 12.0;
        page
    }

    /// Writes the foot below the chart, which ends at `bottom`.
    pub(super) fn close(mut self, bottom: f64) -> Scene {
        self.top = bottom + 14.0;
        self.lines(&self.frame.foot, FOOT, 16.0, 3);
        self.scene.height = libm::ceil(self.top + 14.0);
        self.scene
    }

    /// Says in the middle of `area` that there is nothing to draw.
    pub(super) fn no_data(&mut self, area: Area) {
        no_data(&mut self.scene, area);
    }

    fn lines(&mut self, words: &str, kind: Type, height: f64, most: usize) {
        for line in label::wrap(words, kind, WIDTH - 2.0 * MARGIN, most) {
            self.top += height;
            self.scene.text(&line, Point::new(MARGIN, self.top), kind);
        }
    }
}

pub(super) fn no_data(scene: &mut Scene, area: Area) {
    scene.rect(area, Ink::solid(0xf6, 0xf6, 0xf6));
    let centre = area.centre();
    let kind = Type { size: 18.0, weight: Weight::Bold, ink: Ink::FAINT, anchor: Anchor::Middle };
    scene.text("no data", Point::new(centre.x, centre.y + 6.0), kind);
}
