//! A scene on a plotters backend.
//!
//! Backends know whole pixels only, so a scene is painted on a grid of [`FINE`] units a pixel; the
//! SVG shows that grid through its view box, the PNG averages it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ChartError;
use super::font::{self, FAMILY, Weight};
use super::scene::{Anchor, Area, Ink, Point, Scene, Shape, Stroke, Text};

/// Units of a backend per pixel of the page.
pub(super) const FINE: u32 = 4;

/// Who shapes letters and joins lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// The reader of the file.
    Reader,
    /// We do.
    Ours,
}

pub(super) fn size(scene: &Scene) -> (u32, u32) {
    (scene.width as u32 * FINE, scene.height as u32 * FINE)
}

pub(super) fn paint<B: DrawingBackend>(
    scene: &Scene,
    backend: B,
    hand: Hand,
) -> Result<(), ChartError> {
    let (width, height) = (scene.width, scene.height);
    let mut painter = Painter { backend, hand };
    painter.rect(Area { left: 0.0, top: 0.0, right: width, bottom: height }, Ink::WHITE)?;
    for shape in &scene.shapes {
        painter.shape(shape)?;
    }
    painter.backend.present().map_err(refused)
}

struct Painter<B> {
    backend: B,
    hand: Hand,
}

impl<B: DrawingBackend> Painter<B> {
    fn shape(&mut self, shape: &Shape) -> Result<(), ChartError> {
        match shape {
            Shape::Fill { corners, ink } => {
                let corners = corners.iter().map(|corner| grid(*corner)).collect::<Vec<_>>();
                self.backend.fill_polygon(corners, &colour(*ink)).map_err(refused)
            }
            Shape::Box { area, ink } => self.rect(*area, *ink),
            Shape::Disc { centre, radius, ink } => {
                let style = colour(*ink).filled();
                let radius = units(*radius).max(0) as u32;
                self.backend.draw_circle(grid(*centre), radius, &style, true).map_err(refused)
            }
            Shape::Path { points, stroke } => self.path(points, stroke),
            Shape::Text(text) => match self.hand {
                Hand::Reader => self.words(text),
                Hand::Ours => self.letters(text),
            },
        }
    }

    fn rect(&mut self, area: Area, ink: Ink) -> Result<(), ChartError> {
        let from = grid(Point::new(area.left, area.top));
        let to = grid(Point::new(area.right, area.bottom));
        self.backend.draw_rect(from, to, &colour(ink), true).map_err(refused)
    }

    /// Plotters has no dashes, so each is a path of its own.
    fn path(&mut self, points: &[Point], stroke: &Stroke) -> Result<(), ChartError> {
        let style = colour(stroke.ink).stroke_width(units(stroke.width).max(1) as u32);
        if stroke.dash.is_empty() {
            return self.ink(points, &style);
        }
        dashes(points, stroke.dash).iter().try_for_each(|dash| self.ink(dash, &style))
    }

    /// Plotters' bitmap mitres corners of thick lines into spikes; round joins do not.
    fn ink(&mut self, points: &[Point], style: &ShapeStyle) -> Result<(), ChartError> {
        let points = points.iter().map(|point| grid(*point)).collect::<Vec<_>>();
        if self.hand == Hand::Reader || style.color.3 < 1.0 {
            return self.backend.draw_path(points, style).map_err(refused);
        }
        for pair in points.windows(2) {
            self.backend.draw_line(pair[0], pair[1], style).map_err(refused)?;
        }
        for joint in points.iter().skip(1).rev().skip(1) {
            let disc = style.filled();
            self.backend
                .draw_circle(*joint, style.stroke_width / 2, &disc, true)
                .map_err(refused)?;
        }
        Ok(())
    }

    fn words(&mut self, text: &Text) -> Result<(), ChartError> {
        // Plotters writes a font size of `size / 1.24`, and a top anchor as 0.76 em.
        let size = text.kind.size * f64::from(FINE);
        let style = match text.kind.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let h_pos = match text.kind.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = (FAMILY, size * 1.24, style).into_font();
        let style = font.color(&colour(text.kind.ink)).pos(Pos::new(h_pos, VPos::Top));
        let top = Point::new(text.at.x, text.at.y - 0.76 * text.kind.size);
        self.backend.draw_text(&text.words, &style, grid(top)).map_err(refused)
    }

    fn letters(&mut self, text: &Text) -> Result<(), ChartError> {
        let fine = f64::from(FINE);
        let start = Point::new(text.area().left * fine, text.at.y * fine);
        let ink = colour(text.kind.ink);
        let mut result = Ok(());
        let size = text.kind.size * fine;
        font::cover(&text.words, size, text.kind.weight, start, |x, y, coverage| {
            if result.is_ok() && coverage > 0.0 {
                let dot = ink.mix(f64::from(coverage.min(1.0))).to_backend_color();
                result = self.backend.draw_pixel((x, y), dot);
            }
        });
        result.map_err(refused)
    }
}

/// The inked pieces of a dashed line; the pattern runs on around corners.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let mut piece = vec![points[0]];
    let (mut index, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.x - from.x, to.y - from.y);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let part = done / length;
            let turn = Point::new(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part);
            piece.push(turn);
            let finished = std::mem::replace(&mut piece, vec![turn]);
            pieces.extend((index % 2 == 0).then_some(finished));
            index += 1;
            left = pattern[index % pattern.len()];
        }
        left -= length - done;
        piece.push(to);
    }
    pieces.extend((index % 2 == 0).then_some(piece));
    pieces
}

fn grid(point: Point) -> (i32, i32) {
    (units(point.x), units(point.y))
}

fn units(pixels: f64) -> i32 {
    debug_assert!(pixels.is_finite(), "only finite places reach a backend");
    libm::round(pixels * f64::from(FINE)) as i32
}

fn colour(ink: Ink) -> RGBAColor {
    let (red, green, blue) = ink.rgb;
    RGBColor(red, green, blue).mix(f64::from(ink.permille) / 1000.0)
}

fn refused(reason: impl std::fmt::Display) -> ChartError {
    ChartError::Draw(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_run_on_around_corners() {
        let at = |x: i32, y: i32| Point::new(f64::from(x), f64::from(y));
        let corner = [at(0, 0), at(10, 0), at(10, 10)];
        let pieces = dashes(&corner, &[6.0, 2.0]);
        let starts = pieces.iter().map(|piece| grid(piece[0])).collect::<Vec<_>>();
        assert_eq!(starts, [(0, 0), (32, 0), (40, 24)]);
        assert_eq!(pieces[1].len(), 3, "the second dash bends");
    }
}
