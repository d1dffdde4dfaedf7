//! Names beside markers of any size, wherever they cover least.

use super::super::label;
use super::super::panel::Panel;
use super::super::scale::Scale;
use super::super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Text, Type};
use super::Spot;

/// Each name beside its marker, where it covers least.
pub(super) fn draw(
    scene: &mut Scene,
    panel: &Panel,
    x: &Scale,
    spots: &[Spot<'_>],
    frontier: &[Point],
) {
    let mut taken = spots.iter().map(|spot| around(spot.at, spot.radius)).collect::<Vec<_>>();
    let bars = spots.iter().flat_map(|spot| spot.bars(panel, x));
    let stairs = frontier.windows(2).map(|pair| [pair[0], pair[1]]);
    taken.extend(bars.chain(stairs).map(|[from, to]| hull(from, to)));
    for spot in spots {
        let ink = if spot.dominated { Ink::FAINT } else { spot.ink().as_text() };
        let texts = candidates(spot, label::kind(ink), panel.plot.width() / 2.0);
        let cost = |text: &Text| {
            let area = text.area();
            let cut = area.width() * area.height() - area.shared(panel.plot);
            taken.iter().map(|other| area.grown(2.0).shared(*other)).sum::<f64>() + 20.0 * cut
        };
        let best = texts.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        if let Some(text) = best {
            taken.push(text.area().grown(2.0));
            if libm::hypot(text.at.x - spot.at.x, text.at.y - spot.at.y) > spot.radius + 18.0 {
                scene.line(spot.at, text.area().centre(), Stroke::solid(ink.faded(500), 0.8));
            }
            scene.plated(&text.words, text.at, text.kind);
        }
    }
}

/// Places around a marker, the best first, near ones before far ones.
fn candidates(spot: &Spot<'_>, kind: Type, most: f64) -> Vec<Text> {
    let words = label::fit(&spot.contender.name, kind, most);
    let slant = spot.radius * 0.75;
    let near = |gap: f64| {
        let out = spot.radius + gap;
        [
            (slant + gap, -slant - gap + 3.0, Anchor::Start),
            (out, 4.5, Anchor::Start),
            (slant + gap, slant + gap + 8.0, Anchor::Start),
            (0.0, -out, Anchor::Middle),
            (0.0, out + 9.0, Anchor::Middle),
            (-slant - gap, -slant - gap + 3.0, Anchor::End),
            (-out, 4.5, Anchor::End),
            (-slant - gap, slant + gap + 8.0, Anchor::End),
        ]
    };
    let places = [5.0, 12.0, 24.0, 42.0, 64.0, 90.0].into_iter().flat_map(near);
    let text = |(dx, dy, anchor)| Text {
        words: words.clone(),
        kind: kind.anchored(anchor),
        at: Point::new(spot.at.x + dx, spot.at.y + dy),
    };
    places.map(text).collect()
}

fn around(centre: Point, radius: f64) -> Area {
    hull(centre, centre).grown(radius)
}

fn hull(from: Point, to: Point) -> Area {
    let area = Area {
        left: from.x.min(to.x),
        top: from.y.min(to.y),
        right: from.x.max(to.x),
        bottom: from.y.max(to.y),
    };
    area.grown(0.7)
}
