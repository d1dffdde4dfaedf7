//! The bundled font: how wide words are and what their letters cover.
//!
//! Plotters' own text drops each letter's left bearing and sizes it by line height rather than by
//! em, so that a PNG would be spaced unevenly and set larger than its SVG; the letters are drawn
//! here instead.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, point};

use super::scene::Point;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// What SVG readers are asked for; the first is the bundled font.
pub(super) const FAMILY: &str = "DejaVu Sans, sans-serif";

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(dejavu::sans::regular()));
static BOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(dejavu::sans::bold()));

/// How wide `words` are, in the unit of `size` (the em).
pub(super) fn width(words: &str, size: f64, weight: Weight) -> f64 {
    let mut end = 0.0;
    advance(face(weight), words, |_, _, right| end = right);
    end * size
}

/// Calls `dot` with each pixel that the words cover and how much of it, 0 to 1.
pub(super) fn cover(
    words: &str,
    size: f64,
    weight: Weight,
    start: Point,
    mut dot: impl FnMut(i32, i32, f32),
) {
    let font = face(weight);
    // ab_glyph scales to the height of a line, not to the em.
    let scale = PxScale::from(size as f32 * font.height_unscaled() / em(font));
    advance(font, words, |glyph, left, _| {
        let at = point((start.x + left * size) as f32, start.y as f32);
        let Some(outline) = font.outline_glyph(glyph.with_scale_and_position(scale, at)) else {
            return;
        };
        let origin = outline.px_bounds().min;
        outline.draw(|x, y, coverage| {
            dot(origin.x as i32 + x as i32, origin.y as i32 + y as i32, coverage);
        });
    });
}

/// Calls `letter` with each glyph and where it begins and ends, in ems.
fn advance(font: &FontRef<'_>, words: &str, mut letter: impl FnMut(GlyphId, f64, f64)) {
    let mut pen = 0.0;
    let mut previous = None;
    for c in words.chars() {
        let glyph = font.glyph_id(c);
        pen += previous.map_or(0.0, |previous| font.kern_unscaled(previous, glyph));
        let left = pen;
        pen += font.h_advance_unscaled(glyph);
        previous = Some(glyph);
        letter(glyph, f64::from(left / em(font)), f64::from(pen / em(font)));
    }
}

fn em(font: &FontRef<'_>) -> f32 {
    font.units_per_em().expect("the bundled font states its em")
}

fn face(weight: Weight) -> &'static FontRef<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

fn parse(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the bundled font is a font")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_dejavu_sans() {
        let check = |words, weight, ems: f64| {
            let width = width(words, 1.0, weight);
            assert!((width - ems).abs() < 1e-3, "{words} is {width} em wide");
        };
        check("0", Weight::Regular, 0.636);
        check("0", Weight::Bold, 0.696);
        check("i", Weight::Regular, 0.278);
        check("", Weight::Bold, 0.0);
    }
}
