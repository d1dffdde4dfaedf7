//! Twelve charts of a run, a comparison or one operation, each as SVG, as PNG and as the CSV of
//! every figure drawn.
//!
//! The caller fills plain data; nothing here reads a clock or a file, so the same data gives the
//! same bytes. All share one page: the title says the finding, the subtitle the setting, the foot
//! the digest and the command. What never arrived is drawn in a lane of its own at the top.
//!
//! | chart | says |
//! |---|---|
//! | [`Degradation`] | how latency and anomalies grow with disorder, load or loss |
//! | [`Timeline`] | p50 and p99 through a run against the twin, faults, losses and load |
//! | [`PercentileCurve`] | the whole tail, in nines |
//! | [`Pareto`] | which orderings are worth their latency, anomalies and messages |
//! | [`Waterfall`] | in which stage the time of p50 and p99 went |
//! | [`Gap`] | how much of what was proven was not trusted, and why |
//! | [`HeatMap`] | which validator was of one mind with its quorum, and when |
//! | [`Matrix`] | who is slowed down by what |
//! | [`SpaceTime`] | which way one operation took, and where it waited |
//! | [`SwimLane`] | who noticed what failed, who took it, what was done |
//! | [`Race`] | who noticed first, over many nights |
//! | [`Parts`] | what the response is made of, over many nights |
//!
//! A chart is laid out once as a scene, a list of shapes in pixels of the finished page; both of
//! plotters' backends then paint the same scene.

mod axis;
mod csv;
mod degradation;
mod figure;
mod font;
mod gap;
mod heat;
mod label;
mod line;
mod look;
mod matrix;
mod moments;
mod number;
mod page;
mod paint;
mod panel;
mod pareto;
mod parts;
mod percentile;
mod png;
mod race;
mod scale;
mod scene;
mod space_time;
mod svg;
mod swim_lane;
mod timeline;
mod waterfall;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::fmt;

pub use degradation::{Degradation, Line, Lines, Mark, Step, Steps};
pub use figure::{Estimate, Quantity, Reading, Threshold};
pub use gap::{Gap, GapWindow};
pub use heat::{HeatColumn, HeatMap};
pub use look::Look;
pub use matrix::{Cell, Matrix};
pub use moments::FaultBand;
pub use page::Frame;
pub use pareto::{Contender, Pareto};
pub use parts::{Parts, PartsBar};
pub use percentile::{Curve, Distribution, PercentileCurve, Quantile};
pub use race::{Race, Racer};
pub use scale::Spacing;
pub use space_time::{Arrow, Bar, Moment, SpaceTime, Tone};
pub use swim_lane::{Lane, Stretch, SwimLane};
pub use timeline::{Percentiles, Timeline, Window};
pub use waterfall::{BarGroup, Breakdown, Waterfall};

/// One chart in the three forms in which it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// A complete document, 1120 units wide.
    pub svg: String,
    /// The same picture at two pixels per unit.
    pub png: Vec<u8>,
    /// Every figure of the chart, its units in the column names.
    pub csv: String,
}

/// Why a chart could not be drawn; bad data is not a reason, it draws as "no data".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartError {
    /// A backend refused a shape.
    Draw(String),
    /// The picture could not be encoded as PNG.
    Encode(String),
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draw(reason) => write!(f, "the chart could not be drawn: {reason}"),
            Self::Encode(reason) => write!(f, "the chart could not be encoded as PNG: {reason}"),
        }
    }
}

impl std::error::Error for ChartError {}

fn render(scene: &scene::Scene, csv: String) -> Result<Rendered, ChartError> {
    Ok(Rendered { svg: svg::draw(scene)?, png: png::draw(scene)?, csv })
}
