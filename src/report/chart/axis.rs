//! Horizontal axes: figures below a plot, thinned out where they would touch.

use super::label;
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};

/// A figure below the axis, and one in grey below that.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Below {
    pub(super) x: f64,
    pub(super) words: String,
    pub(super) grey: String,
}

const FIGURE: Type = Type::plain(12.0, Ink::solid(0x33, 0x33, 0x33)).anchored(Anchor::Middle);
const GREY: Type = Type::plain(12.0, Ink::FAINT).anchored(Anchor::Middle);
const TITLE: Type = Type::plain(12.5, Ink::TEXT).anchored(Anchor::Middle);
const SUBTITLE: Type = Type::plain(11.5, Ink::FAINT).anchored(Anchor::Middle);
/// Between neighbouring figures.
const APART: f64 = 8.0;

/// Writes figures and titles below `plot`; `within` is how far they may reach to both sides.
///
/// Returns where the axis ends.
pub(super) fn draw(
    scene: &mut Scene,
    plot: Area,
    figures: &[Below],
    title: &str,
    grey: &str,
) -> f64 {
    let mut y = plot.bottom;
    let kept = thinned(figures);
    for figure in &kept {
        let from = Point::new(figure.x, plot.bottom);
        scene.line(from, Point::new(figure.x, plot.bottom + 4.0), Stroke::solid(Ink::FAINT, 1.0));
    }
    y += 20.0;
    kept.iter().for_each(|figure| scene.text(&figure.words, Point::new(figure.x, y), FIGURE));
    if kept.iter().any(|figure| !figure.grey.is_empty()) {
        y += 17.0;
        kept.iter().for_each(|figure| scene.text(&figure.grey, Point::new(figure.x, y), GREY));
    }
    y += 5.0;
    let centre = plot.centre().x;
    for (words, kind) in [(title, TITLE), (grey, SUBTITLE)] {
        for line in label::balanced(words, kind, plot.width() + 60.0, 2) {
            y += 17.5;
            scene.text(&line, Point::new(centre, y), kind);
        }
    }
    y
}

/// Every figure, or every second, or fewer: as many as stand apart; the last is worth keeping.
fn thinned(figures: &[Below]) -> Vec<&Below> {
    let every = |stride: usize| {
        let last = figures.len().saturating_sub(1);
        let kept =
            figures.iter().enumerate().filter(|(index, _)| (last - index).is_multiple_of(stride));
        kept.map(|(_, figure)| figure).collect::<Vec<_>>()
    };
    let apart = |kept: &Vec<&Below>| kept.windows(2).all(|pair| clear(pair[0], pair[1]));
    (1..=figures.len()).map(every).find(apart).unwrap_or_default()
}

fn clear(left: &Below, right: &Below) -> bool {
    right.x - half(right) - (left.x + half(left)) >= APART
}

fn half(figure: &Below) -> f64 {
    FIGURE.width(&figure.words).max(GREY.width(&figure.grey)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_would_touch_are_left_out_evenly() {
        let figure = |index: u32, apart: f64| Below {
            x: f64::from(index) * apart,
            words: index.to_string(),
            grey: String::new(),
        };
        let check = |apart: f64, kept: &str| {
            let figures = (10..19).map(|index| figure(index, apart)).collect::<Vec<_>>();
            let words = thinned(&figures).iter().map(|f| f.words.as_str()).collect::<Vec<_>>();
            assert_eq!(words.join(" "), kept);
        };
        check(30.0, "10 11 12 13 14 15 16 17 18");
        check(20.0, "10 12 14 16 18");
        check(1.0, "18");
    }
}
