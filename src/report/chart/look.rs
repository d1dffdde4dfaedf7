//! How series are told apart: a colour of Okabe and Ito's palette, a marker and a dash.

use super::scene::{Ink, Point, Scene, Stroke};

/// The appearance of one series; give a strategy the same one in every chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub(super) ink: Ink,
    pub(super) marker: Marker,
    pub(super) dash: &'static [f64],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Disc,
    Ring,
    Square,
    Frame,
    Triangle,
    Funnel,
    Diamond,
    Cross,
}

const INKS: [Ink; 8] = [
    Ink::solid(0x00, 0x00, 0x00),
    Ink::solid(0x00, 0x9e, 0x73),
    Ink::solid(0xe6, 0x9f, 0x00),
    Ink::solid(0xcc, 0x79, 0xa7),
    Ink::solid(0xd5, 0x5e, 0x00),
    Ink::solid(0x56, 0xb4, 0xe9),
    Ink::solid(0x00, 0x72, 0xb2),
    // Okabe and Ito's yellow, darkened: it does not show on white.
    Ink::solid(0xb5, 0xa8, 0x00),
];

const MARKERS: [Marker; 8] = [
    Marker::Disc,
    Marker::Ring,
    Marker::Square,
    Marker::Cross,
    Marker::Diamond,
    Marker::Triangle,
    Marker::Frame,
    Marker::Funnel,
];

const DASHES: [&[f64]; 8] = [
    &[],
    &[],
    &[7.0, 4.0],
    &[4.0, 3.0],
    &[9.0, 3.0, 2.5, 3.0],
    &[2.5, 3.5],
    &[13.0, 4.0],
    &[9.0, 3.0, 2.5, 3.0, 2.5, 3.0],
];

/// Unlike every dash of a series.
pub(super) const TWIN_DASH: &[f64] = &[5.0, 4.0];

impl Look {
    /// The look of the series with this index; colours repeat after eight, with other markers.
    pub fn nth(index: usize) -> Self {
        let round = index / INKS.len();
        Self {
            ink: INKS[index % INKS.len()],
            marker: MARKERS[(index + 3 * round) % MARKERS.len()],
            dash: DASHES[(index + 2 * round) % DASHES.len()],
        }
    }

    /// The line of this series.
    pub(super) fn stroke(&self, width: f64) -> Stroke {
        Stroke::dashed(self.ink, width, self.dash)
    }

    pub(super) fn mark(&self, scene: &mut Scene, at: Point) {
        self.marker.draw(scene, at, 4.0, self.ink);
    }
}

impl Marker {
    /// Draws the marker about as large as a disc of `radius`.
    pub(super) fn draw(self, scene: &mut Scene, at: Point, radius: f64, ink: Ink) {
        let corners = |places: &[(f64, f64)], radius: f64| {
            let corner = |(x, y): &(f64, f64)| Point::new(at.x + x * radius, at.y + y * radius);
            places.iter().map(corner).collect::<Vec<_>>()
        };
        let mut filled = |places: &[(f64, f64)]| scene.fill(corners(places, radius), ink);
        match self {
            Self::Disc => scene.disc(at, radius * 0.95, ink),
            Self::Square => filled(&SQUARE),
            Self::Triangle => filled(&TRIANGLE),
            Self::Funnel => filled(&TRIANGLE.map(|(x, y)| (x, -y))),
            Self::Diamond => filled(&DIAMOND),
            Self::Ring => {
                scene.disc(at, radius * 1.35, ink);
                scene.disc(at, radius * 0.75, Ink::WHITE);
            }
            Self::Frame => {
                filled(&SQUARE.map(|(x, y)| (x * 1.2, y * 1.2)));
                scene.fill(corners(&SQUARE, radius * 0.62), Ink::WHITE);
            }
            Self::Cross => {
                let stroke = Stroke::solid(ink, radius * 0.6);
                scene.path(corners(&[(-0.9, -0.9), (0.9, 0.9)], radius), stroke);
                scene.path(corners(&[(-0.9, 0.9), (0.9, -0.9)], radius), stroke);
            }
        }
    }
}

const SQUARE: [(f64, f64); 4] = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)];
const TRIANGLE: [(f64, f64); 3] = [(0.0, -1.2), (1.15, 0.8), (-1.15, 0.8)];
const DIAMOND: [(f64, f64); 4] = [(0.0, -1.3), (1.2, 0.0), (0.0, 1.3), (-1.2, 0.0)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_looks_differ_where_it_matters() {
        let looks = (0..64).map(Look::nth).collect::<Vec<_>>();
        for (index, look) in looks.iter().enumerate() {
            let like = looks.iter().position(|other| other == look);
            assert_eq!(like, Some(index), "look {index} is one of a kind");
        }
    }
}
