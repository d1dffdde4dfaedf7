//! A page as a list of shapes, painted in order; lengths are pixels of the finished page.

use super::font::{self, Weight};

/// A colour with its opacity in thousandths, so that it prints the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) rgb: (u8, u8, u8),
    pub(super) permille: u16,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// `top < bottom`: y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) ink: Ink,
    pub(super) width: f64,
    /// Lengths of ink and gap in turn; empty for a solid line.
    pub(super) dash: &'static [f64],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How text looks; the place is given where it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) ink: Ink,
    pub(super) anchor: Anchor,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Text {
    pub(super) words: String,
    pub(super) kind: Type,
    /// On the baseline, at the end that the anchor names.
    pub(super) at: Point,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Fill { corners: Vec<Point>, ink: Ink },
    Box { area: Area, ink: Ink },
    Disc { centre: Point, radius: f64, ink: Ink },
    Path { points: Vec<Point>, stroke: Stroke },
    Text(Text),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    /// For readers who cannot see the picture.
    pub(super) title: String,
    pub(super) shapes: Vec<Shape>,
}

impl Ink {
    pub(super) const WHITE: Self = Self::solid(255, 255, 255);
    pub(super) const TEXT: Self = Self::solid(0x22, 0x22, 0x22);
    pub(super) const QUIET: Self = Self::solid(0x55, 0x55, 0x55);
    pub(super) const FAINT: Self = Self::solid(0x80, 0x80, 0x80);
    pub(super) const GRID: Self = Self::solid(0xe3, 0xe3, 0xe3);
    pub(super) const LIMIT: Self = Self::solid(0xb0, 0x00, 0x20);

    pub(super) const fn solid(red: u8, green: u8, blue: u8) -> Self {
        Self { rgb: (red, green, blue), permille: 1000 }
    }

    pub(super) const fn faded(self, permille: u16) -> Self {
        Self { rgb: self.rgb, permille }
    }

    /// Perceived lightness, 0 to 255.
    fn luma(self) -> u32 {
        let (red, green, blue) = self.rgb;
        (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000
    }

    /// This colour, darkened until it reads as text on white.
    pub(super) fn as_text(self) -> Self {
        let mut ink = self;
        while ink.luma() > 135 {
            let darker = |channel: u8| (u32::from(channel) * 15 / 16) as u8;
            ink.rgb = (darker(ink.rgb.0), darker(ink.rgb.1), darker(ink.rgb.2));
        }
        ink
    }

    /// Black or white, whichever reads on this colour.
    pub(super) fn contrast(self) -> Self {
        if self.luma() > 140 { Self::TEXT } else { Self::WHITE }
    }

    /// This colour mixed with white; `permille` of it remains.
    pub(super) fn tint(self, permille: u32) -> Self {
        let mix =
            |channel: u8| ((u32::from(channel) * permille + 255 * (1000 - permille)) / 1000) as u8;
        Self::solid(mix(self.rgb.0), mix(self.rgb.1), mix(self.rgb.2))
    }
}

impl Point {
    pub(super) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

impl Area {
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(self) -> Point {
        Point::new((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub(super) fn contains(self, point: Point) -> bool {
        (self.left..=self.right).contains(&point.x) && (self.top..=self.bottom).contains(&point.y)
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// How much of the two is shared, in square pixels.
    pub(super) fn shared(self, other: Self) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0.0) * height.max(0.0)
    }

    pub(super) fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }
}

impl Stroke {
    pub(super) const fn solid(ink: Ink, width: f64) -> Self {
        Self { ink, width, dash: &[] }
    }

    pub(super) const fn dashed(ink: Ink, width: f64, dash: &'static [f64]) -> Self {
        Self { ink, width, dash }
    }
}

impl Type {
    pub(super) const fn plain(size: f64, ink: Ink) -> Self {
        Self { size, weight: Weight::Regular, ink, anchor: Anchor::Start }
    }

    pub(super) const fn bold(size: f64, ink: Ink) -> Self {
        Self { size, weight: Weight::Bold, ink, anchor: Anchor::Start }
    }

    pub(super) const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn width(&self, words: &str) -> f64 {
        font::width(words, self.size, self.weight)
    }
}

impl Text {
    /// The box that the words fill, from above capitals to below descenders.
    pub(super) fn area(&self) -> Area {
        let width = self.kind.width(&self.words);
        let left = match self.kind.anchor {
            Anchor::Start => self.at.x,
            Anchor::Middle => self.at.x - width / 2.0,
            Anchor::End => self.at.x - width,
        };
        let (top, bottom) = (self.at.y - 0.76 * self.kind.size, self.at.y + 0.22 * self.kind.size);
        Area { left, top, right: left + width, bottom }
    }
}

impl Scene {
    pub(super) fn new(width: f64, title: &str) -> Self {
        Self { width, height: 0.0, title: printable(title), shapes: Vec::new() }
    }

    pub(super) fn fill(&mut self, corners: Vec<Point>, ink: Ink) {
        if corners.len() > 2 {
            self.shapes.push(Shape::Fill { corners, ink });
        }
    }

    pub(super) fn rect(&mut self, area: Area, ink: Ink) {
        self.shapes.push(Shape::Box { area, ink });
    }

    pub(super) fn disc(&mut self, centre: Point, radius: f64, ink: Ink) {
        self.shapes.push(Shape::Disc { centre, radius, ink });
    }

    pub(super) fn path(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path { points, stroke });
        }
    }

    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.path(vec![from, to], stroke);
    }

    pub(super) fn text(&mut self, words: &str, at: Point, kind: Type) {
        let words = printable(words);
        if !words.trim().is_empty() {
            self.shapes.push(Shape::Text(Text { words, kind, at }));
        }
    }

    /// Text on a white plate, for words that stand among lines.
    pub(super) fn plated(&mut self, words: &str, at: Point, kind: Type) {
        let text = Text { words: printable(words), kind, at };
        self.rect(text.area().grown(1.5), Ink::WHITE.faded(780));
        self.shapes.push(Shape::Text(text));
    }
}

/// XML has no way to write control characters, and no chart has a use for them.
fn printable(words: &str) -> String {
    let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    words.chars().map(|c| if allowed(c) { c } else { ' ' }).collect()
}
