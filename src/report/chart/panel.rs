//! A plot with its vertical axis; what never arrived has a lane above the scale.

use super::figure::{Reading, Threshold};
use super::label::{self, Column, EndLabel, FLAG_ROW, Flag};
use super::scale::{Domain, Scale, Spacing, Tick};
use super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Text, Type};

/// What a panel is made of, before its scales are known.
pub(super) struct Plan<'a> {
    /// Where the panel may draw, with its heading, tick labels and names.
    pub(super) outer: Area,
    pub(super) heading: &'a str,
    pub(super) spacing: Spacing,
    pub(super) thresholds: &'a [Threshold],
    pub(super) ticks: usize,
    /// The width left free at the right for names.
    pub(super) names: f64,
    /// What stands above a plot that reaches from the first to the second place.
    pub(super) flags: &'a dyn Fn(f64, f64) -> Vec<Flag>,
    /// At least this much at the left for tick labels, so that stacked panels line up.
    pub(super) gutter: f64,
}

pub(super) struct Panel {
    /// Between the axes, the lane included.
    pub(super) plot: Area,
    pub(super) y: Scale,
    /// The middle of the lane for `never`, when anything is there.
    pub(super) never: Option<f64>,
    ticks: Vec<Tick>,
    names: f64,
    /// Each with its row above the plot and where its middle is.
    flags: Vec<(Flag, usize, f64)>,
}

/// For panels without flags.
pub(super) const NO_FLAGS: &dyn Fn(f64, f64) -> Vec<Flag> = &|_, _| Vec::new();

pub(super) const TICK: Type = Type::plain(12.0, Ink::QUIET);
const HEADING: Type = Type::bold(13.0, Ink::TEXT);
const NOTE: Type = Type::plain(11.5, Ink::FAINT);
const FLAG: Type = Type::plain(11.5, Ink::solid(0x66, 0x66, 0x66));

/// From the top of the outer area to the top of the plot.
const HEADROOM: f64 = 28.0;
/// Rows of flags, at most.
const MOST_ROWS: usize = 10;
const LANE: f64 = 30.0;
/// Between the plot and what is written beside it.
const BESIDE: f64 = 12.0;

impl Panel {
    /// Lays out a panel for all of `readings`.
    pub(super) fn new(plan: &Plan<'_>, readings: &[Reading]) -> Self {
        let never = readings.iter().any(|reading| reading.is_never());
        let lane = if never { LANE } else { 0.0 };
        let domain = Domain::vertical(&values(readings, plan.thresholds), plan.spacing);
        let ticks = domain.ticks(plan.ticks);
        let gutter = gutter(&ticks, never).max(plan.gutter);
        let left = plan.outer.left + gutter;
        let right = plan.outer.right - plan.names - if plan.names > 0.0 { BESIDE } else { 0.0 };
        let flags = placed((plan.flags)(left, right), left, right);
        let rows = flags.iter().map(|(_, row, _)| row + 1).max().unwrap_or_default();
        let top = plan.outer.top + HEADROOM + rows as f64 * FLAG_ROW;
        // The first rows take their room from the plot, more make the panel higher.
        let bottom = plan.outer.bottom + rows.saturating_sub(2) as f64 * FLAG_ROW;
        let plot = Area { left, top, right, bottom };
        let y = Scale::new(domain, plot.bottom, top + lane);
        let never = never.then_some(top + LANE / 2.0 - 3.0);
        Self { plot, y, never, ticks, names: plan.names, flags }
    }

    /// Heading, grid and tick labels.
    pub(super) fn draw_axis(&self, scene: &mut Scene, plan: &Plan<'_>) {
        let width = plan.outer.right - plan.outer.left;
        let heading = label::fit(plan.heading, HEADING, width);
        scene.text(&heading, Point::new(plan.outer.left, plan.outer.top + 14.0), HEADING);
        let mut written = self.thresholds_near(plan);
        for tick in &self.ticks {
            let y = self.y.at(tick.value);
            if written.iter().all(|other| (other - y).abs() >= 13.0) {
                self.rule(scene, y, Stroke::solid(Ink::GRID, 1.0));
                self.beside(scene, &tick.label, y, TICK);
                written.push(y);
            }
        }
        if let Some(y) = self.never {
            let area = Area { top: self.plot.top, bottom: self.plot.top + LANE - 6.0, ..self.plot };
            scene.rect(area, Ink::solid(0x60, 0x50, 0x40).faded(75));
            self.beside(scene, "never", y, TICK);
        }
    }

    /// Limits; before the lines, so that these stay on top.
    pub(super) fn draw_thresholds(&self, scene: &mut Scene, plan: &Plan<'_>) {
        for threshold in plan.thresholds.iter().filter(|threshold| threshold.value.is_finite()) {
            let y = self.y.at(threshold.value);
            self.rule(scene, y, Stroke::dashed(Ink::LIMIT, 1.4, &[4.0, 3.0]));
            let tick = super::number::exact(threshold.value);
            self.beside(scene, &tick, y, Type { ink: Ink::LIMIT, ..TICK });
        }
    }

    /// The words of the limits, where they cover least of what is drawn at `inked`.
    pub(super) fn draw_threshold_words(&self, scene: &mut Scene, plan: &Plan<'_>, inked: &[Point]) {
        for threshold in plan.thresholds.iter().filter(|threshold| threshold.value.is_finite()) {
            let kind = Type { ink: Ink::LIMIT, ..NOTE };
            let words = label::fit(&threshold.label, kind, self.plot.width() - 12.0);
            let y = self.y.at(threshold.value);
            let (left, right) = (self.plot.left + 5.0, self.plot.right - 5.0);
            let places = [
                (left, y - 5.0, Anchor::Start),
                (right, y - 5.0, Anchor::End),
                (left, y + 14.0, Anchor::Start),
                (right, y + 14.0, Anchor::End),
            ];
            let texts = places.map(|(x, y, anchor)| Text {
                words: words.clone(),
                kind: kind.anchored(anchor),
                at: Point::new(x, y),
            });
            let cost = |text: &&Text| self.covered(text.area(), inked);
            if let Some(text) = texts.iter().min_by_key(cost) {
                scene.plated(&text.words, text.at, text.kind);
            }
        }
    }

    /// How many inked points `area` would cover; leaving the plot is worse than any.
    fn covered(&self, area: Area, inked: &[Point]) -> usize {
        let area = area.grown(2.0);
        let outside = area.top < self.plot.top || area.bottom > self.plot.bottom;
        let covered = inked.iter().filter(|point| area.contains(**point)).count();
        if outside { usize::MAX } else { covered }
    }

    /// Words above the plot, each over its place.
    pub(super) fn draw_flags(&self, scene: &mut Scene) {
        let kind = FLAG.anchored(Anchor::Middle);
        for (flag, row, x) in &self.flags {
            let y = self.plot.top - 7.0 - *row as f64 * FLAG_ROW;
            if flag.from < flag.to {
                let bar = Area { left: flag.from, right: flag.to, top: y + 4.0, bottom: y + 6.5 };
                scene.rect(bar, Ink::solid(0xc8, 0xa2, 0x86));
            }
            let words = label::fit(&flag.words, FLAG, self.plot.width());
            scene.text(&words, Point::new(*x, y), kind);
        }
    }

    /// The place of a reading at `x`, when it has one.
    pub(super) fn place(&self, x: f64, reading: Reading) -> Option<Point> {
        let y = match reading {
            Reading::Never => self.never,
            Reading::Value(_) | Reading::NoData => {
                reading.estimate().map(|estimate| self.y.at(estimate.value))
            }
        };
        y.map(|y| Point::new(x, y))
    }

    /// Where the names of the lines go.
    pub(super) fn column(&self) -> Column {
        Column {
            left: self.plot.right + BESIDE,
            width: self.names,
            top: self.plot.top + 2.0,
            bottom: self.plot.bottom,
        }
    }

    pub(super) fn draw_names(&self, scene: &mut Scene, labels: &[EndLabel], inked: &[Point]) {
        label::place(scene, self.column(), labels, inked);
    }

    /// Points a few pixels apart along the limits.
    pub(super) fn threshold_points(&self, plan: &Plan<'_>) -> Vec<Point> {
        let along = |y: f64| {
            let steps = (self.plot.width() / 6.0) as u32;
            (0..steps).map(move |step| Point::new(self.plot.left + 6.0 * f64::from(step), y))
        };
        self.thresholds_near(plan).into_iter().flat_map(along).collect()
    }

    fn rule(&self, scene: &mut Scene, y: f64, stroke: Stroke) {
        scene.line(Point::new(self.plot.left, y), Point::new(self.plot.right, y), stroke);
    }

    fn beside(&self, scene: &mut Scene, words: &str, y: f64, kind: Type) {
        let at = Point::new(self.plot.left - 8.0, y + 4.2);
        scene.text(words, at, kind.anchored(Anchor::End));
    }

    /// Tick labels must keep clear of those of the limits.
    fn thresholds_near(&self, plan: &Plan<'_>) -> Vec<f64> {
        let finite = plan.thresholds.iter().filter(|threshold| threshold.value.is_finite());
        finite.map(|threshold| self.y.at(threshold.value)).collect()
    }
}

fn values(readings: &[Reading], thresholds: &[Threshold]) -> Vec<f64> {
    let estimates = readings.iter().filter_map(|reading| reading.estimate());
    let limits = thresholds.iter().map(|threshold| threshold.value);
    let ends = estimates.flat_map(|estimate| [estimate.value, estimate.low, estimate.high]);
    ends.chain(limits).collect()
}

/// Flags with their rows; where there are too many, the last says how many are left out.
fn placed(mut flags: Vec<Flag>, left: f64, right: f64) -> Vec<(Flag, usize, f64)> {
    let mut rows = label::rows(&flags, FLAG, left, right);
    let left_out = rows.iter().filter(|(row, _)| *row >= MOST_ROWS).count();
    if left_out > 0 {
        let kept = rows.iter().map(|(row, _)| *row < MOST_ROWS).collect::<Vec<_>>();
        let mut kept = kept.into_iter();
        flags.retain(|_| kept.next().unwrap_or_default());
        rows.retain(|(row, _)| *row < MOST_ROWS);
        flags.push(Flag { from: right, to: right, words: format!("and {left_out} more") });
        rows.push((MOST_ROWS, right - 40.0));
    }
    flags.into_iter().zip(rows).map(|(flag, (row, x))| (flag, row, x)).collect()
}

fn gutter(ticks: &[Tick], never: bool) -> f64 {
    let labels = ticks.iter().map(|tick| tick.label.as_str()).chain(never.then_some("never"));
    labels.map(|label| TICK.width(label)).fold(24.0, f64::max) + 10.0
}
