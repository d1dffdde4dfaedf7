//! In which stage the time went: stacked bars, stage by stage, and every figure in a table below.

mod table;

use super::csv::{self, Table};
use super::figure::Quantity;
use super::label;
use super::number;
use super::page::{MARGIN, Page, WIDTH};
use super::scale::{Domain, LARGEST, Scale, Spacing};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};
use super::{ChartError, Frame, Rendered};

/// A bar for the phase and one for its twin, for each percentile.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// The words around the chart.
    pub frame: Frame,
    /// What is added up: label `time to applied, ms`.
    pub time: Quantity,
    /// The phase whose time it is: `storm`.
    pub phase: String,
    /// The stages, in the order in which an attestation passes them.
    pub stages: Vec<String>,
    /// One per percentile: p50, p99.
    pub groups: Vec<BarGroup>,
}

/// Where the time of one percentile went.
#[derive(Clone, Debug, PartialEq)]
pub struct BarGroup {
    /// The percentile: `p99`.
    pub name: String,
    /// In the phase.
    pub run: Breakdown,
    /// The same with the faults off.
    pub twin: Option<Breakdown>,
}

/// Time by stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Breakdown {
    /// A length per stage, in their order; missing ones are zero.
    Stages(Vec<f64>),
    /// So much never arrived that there is no such percentile.
    Never,
    /// Too few samples.
    NoData,
}

const BAR: f64 = 27.0;
const BETWEEN_BARS: f64 = 6.0;
const BETWEEN_GROUPS: f64 = 20.0;
const AXIS: f64 = 40.0;
const LABELS: f64 = 116.0;
/// Right of the longest bar, for its sum.
const SUMS: f64 = 92.0;
/// Groups whose longest bars differ by more have axes of their own.
const SAME_AXIS: f64 = 6.0;

const INKS: [Ink; 9] = [
    Ink::solid(0x56, 0xb4, 0xe9),
    Ink::solid(0x00, 0x72, 0xb2),
    Ink::solid(0xe6, 0x9f, 0x00),
    Ink::solid(0x00, 0x9e, 0x73),
    Ink::solid(0xd5, 0x5e, 0x00),
    Ink::solid(0xcc, 0x79, 0xa7),
    Ink::solid(0xb5, 0xa8, 0x00),
    Ink::solid(0x44, 0x44, 0x44),
    Ink::solid(0x8c, 0x56, 0x4b),
];

const HEADING: Type = Type::bold(13.0, Ink::TEXT);
const NAME: Type = Type::plain(12.5, Ink::TEXT);
const TICK: Type = Type::plain(12.0, Ink::QUIET);
const SUM: Type = Type::bold(12.5, Ink::TEXT);
const NOTE: Type = Type::plain(12.0, Ink::FAINT);

/// One bar and one row of the table.
struct Row<'a> {
    group: &'a BarGroup,
    name: &'a str,
    breakdown: &'a Breakdown,
    twin: bool,
}

impl Waterfall {
    /// Draws the chart.
    ///
    /// # Errors
    ///
    /// When a backend fails; never because of the data.
    pub fn render(&self) -> Result<Rendered, ChartError> {
        let scene = self.scene();
        super::render(&scene, self.csv())
    }

    pub(super) fn scene(&self) -> Scene {
        let mut page = Page::open(&self.frame);
        let mut y = page.top;
        if self.stages.is_empty() || self.longest(&self.groups) <= 0.0 && !self.has_never() {
            let bottom = y + 300.0;
            page.no_data(Area { left: MARGIN, top: y, right: WIDTH - MARGIN, bottom });
            return page.close(bottom);
        }
        let scene = &mut page.scene;
        scene.text(&self.time.label, Point::new(MARGIN, y + 14.0), HEADING);
        y += 30.0;
        let shared = self.share_axis();
        for (index, group) in self.groups.iter().enumerate() {
            let longest = if shared { self.longest(&self.groups) } else { group.longest() };
            let x = scale(longest);
            let bottom = self.draw_group(scene, group, &x, y);
            let last = index + 1 == self.groups.len();
            let axis = longest > 0.0 && (last || !shared);
            y = bottom + if axis { AXIS } else { BETWEEN_GROUPS };
            if axis {
                draw_axis(scene, &x, bottom);
            }
        }
        let bottom = self.draw_table(scene, y);
        page.close(bottom + 6.0)
    }

    fn rows<'a>(&'a self, group: &'a BarGroup) -> Vec<Row<'a>> {
        let row = |name, breakdown, twin| Row { group, name, breakdown, twin };
        let twin = group.twin.iter().map(|breakdown| row("twin", breakdown, true));
        twin.chain([row(self.phase.as_str(), &group.run, false)]).collect()
    }

    fn longest(&self, groups: &[BarGroup]) -> f64 {
        groups.iter().map(BarGroup::longest).fold(0.0, f64::max)
    }

    fn share_axis(&self) -> bool {
        let lengths = self.groups.iter().map(BarGroup::longest).filter(|length| *length > 0.0);
        let shortest = lengths.fold(f64::INFINITY, f64::min);
        self.longest(&self.groups) <= shortest * SAME_AXIS
    }

    fn has_never(&self) -> bool {
        let rows = self.groups.iter().flat_map(|group| self.rows(group));
        rows.into_iter().any(|row| *row.breakdown == Breakdown::Never)
    }

    /// Returns where the group ends.
    fn draw_group(&self, scene: &mut Scene, group: &BarGroup, x: &Scale, top: f64) -> f64 {
        let rows = self.rows(group);
        let bottom = top + rows.len() as f64 * (BAR + BETWEEN_BARS);
        if group.longest() > 0.0 {
            draw_grid(scene, x, top - 4.0, bottom);
        }
        let middle = (top + bottom - BETWEEN_BARS) / 2.0;
        let name = label::fit(&group.name, HEADING, 44.0);
        scene.text(&name, Point::new(MARGIN, middle + 4.5), HEADING);
        for (index, row) in rows.iter().enumerate() {
            let top = top + index as f64 * (BAR + BETWEEN_BARS);
            let at = Point::new(MARGIN + LABELS - 8.0, top + BAR / 2.0 + 4.5);
            let name = label::fit(row.name, NAME, LABELS - 56.0);
            scene.text(&name, at, NAME.anchored(Anchor::End));
            self.draw_bar(scene, row, x, top);
        }
        bottom
    }

    fn draw_bar(&self, scene: &mut Scene, row: &Row<'_>, x: &Scale, top: f64) {
        let beside = |left: f64| Point::new(left + 7.0, top + BAR / 2.0 + 4.5);
        let Some(lengths) = row.breakdown.lengths(self.stages.len()) else {
            scene.text(row.breakdown.word(), beside(x.start), NOTE);
            return;
        };
        let mut sum = 0.0;
        for (index, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0.0) {
            let area = Area { left: x.at(sum), right: x.at(sum + length), top, bottom: top + BAR };
            sum += length;
            let ink = if row.twin { ink(index).tint(480) } else { ink(index) };
            scene.rect(area, ink);
            if area.width() > 2.0 {
                let edge = Stroke::solid(Ink::WHITE, 1.0);
                scene.line(Point::new(area.right, top), Point::new(area.right, area.bottom), edge);
            }
            self.draw_segment_words(scene, area, ink, index, *length);
        }
        let words = format!("{} {}", number::short(sum), self.time.unit);
        scene.text(&words, beside(x.at(sum)), SUM);
    }

    /// Name and figure where there is room, else the figure, else nothing: the table has it.
    fn draw_segment_words(&self, scene: &mut Scene, area: Area, ink: Ink, stage: usize, time: f64) {
        let kind = Type::plain(11.5, ink.contrast()).anchored(Anchor::Middle);
        let figure = number::short(time);
        let words = [format!("{} {figure}", self.stages[stage]), figure];
        let fitting = words.iter().find(|words| kind.width(words) + 8.0 <= area.width());
        if let Some(words) = fitting {
            let centre = area.centre();
            scene.text(words, Point::new(centre.x, centre.y + 4.2), kind);
        }
    }

    /// A row per percentile, series and stage.
    fn csv(&self) -> String {
        let mut header = ["percentile", "phase", "twin", "stage"].map(str::to_owned).to_vec();
        header.extend([self.time.column(""), self.time.never_column()]);
        let mut table = Table::new(&header);
        for row in self.groups.iter().flat_map(|group| self.rows(group)) {
            let lengths = row.breakdown.lengths(self.stages.len());
            for (index, stage) in self.stages.iter().enumerate() {
                let never = match row.breakdown {
                    Breakdown::Stages(_) => "false",
                    Breakdown::Never => "true",
                    Breakdown::NoData => "",
                };
                table.row(&[
                    row.group.name.clone(),
                    self.phase.clone(),
                    row.twin.to_string(),
                    stage.clone(),
                    csv::cell(lengths.as_ref().map(|lengths| lengths[index])),
                    never.to_owned(),
                ]);
            }
        }
        table.finish()
    }
}

impl BarGroup {
    fn longest(&self) -> f64 {
        let breakdowns = [Some(&self.run), self.twin.as_ref()].into_iter().flatten();
        breakdowns.map(Breakdown::sum).fold(0.0, f64::max)
    }
}

impl Breakdown {
    /// One length per stage; what cannot be drawn is zero.
    fn lengths(&self, stages: usize) -> Option<Vec<f64>> {
        match self {
            Self::Never | Self::NoData => None,
            Self::Stages(lengths) => {
                let drawn = |length: f64| length.is_finite() && length > 0.0;
                let length = |stage: usize| {
                    let length = lengths.get(stage).copied().filter(|length| drawn(*length));
                    length.map_or(0.0, |length| length.min(LARGEST))
                };
                Some((0..stages).map(length).collect())
            }
        }
    }

    fn sum(&self) -> f64 {
        match self {
            Self::Never | Self::NoData => 0.0,
            Self::Stages(lengths) => {
                self.lengths(lengths.len()).map_or(0.0, |lengths| lengths.iter().sum())
            }
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Stages(_) => "",
            Self::Never => "never",
            Self::NoData => "no data",
        }
    }
}

fn ink(stage: usize) -> Ink {
    INKS[stage % INKS.len()]
}

fn scale(longest: f64) -> Scale {
    let domain = Domain::tight(&[0.0, if longest > 0.0 { longest } else { 1.0 }], Spacing::Linear);
    Scale::new(domain, MARGIN + LABELS, WIDTH - MARGIN - SUMS)
}

fn draw_grid(scene: &mut Scene, x: &Scale, top: f64, bottom: f64) {
    for tick in x.domain.ticks(8) {
        let at = x.at(tick.value);
        let stroke = Stroke::solid(Ink::GRID, 1.0);
        scene.line(Point::new(at, top), Point::new(at, bottom), stroke);
    }
}

fn draw_axis(scene: &mut Scene, x: &Scale, y: f64) {
    for tick in x.domain.ticks(8) {
        let at = Point::new(x.at(tick.value), y + 14.0);
        scene.text(&tick.label, at, TICK.anchored(Anchor::Middle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::STAGES;

    #[test]
    fn no_two_stages_share_an_ink() {
        let inks: Vec<Ink> = (0..STAGES).map(ink).collect();
        assert!(inks.iter().enumerate().all(|(at, ink)| !inks[..at].contains(ink)), "{inks:?}");
    }

    #[test]
    fn what_cannot_be_drawn_is_zero() {
        let lengths = Breakdown::Stages(vec![1.0, f64::NAN, -3.0, f64::INFINITY]).lengths(5);
        assert_eq!(lengths, Some(vec![1.0, 0.0, 0.0, 0.0, 0.0]));
    }
}
