//! Lines with bands and markers, broken where there is no data, led to the lane for `never`.

use super::figure::Reading;
use super::label::EndLabel;
use super::look::Look;
use super::panel::{Panel, Plan};
use super::scene::{Ink, Point, Scene, Stroke};

/// One line of a panel: readings at places along x, ascending.
pub(super) struct Trace<'a> {
    pub(super) name: &'a str,
    pub(super) look: Look,
    pub(super) stroke: Stroke,
    pub(super) points: Vec<(f64, Reading)>,
    /// Readings are few: each has a marker, and `never` an arrow.
    pub(super) marked: bool,
}

/// How opaque a band is, in thousandths.
const BAND: u16 = 140;

/// Draws bands, then lines, then markers, so that none hides what matters more.
pub(super) fn draw_all(scene: &mut Scene, panel: &Panel, traces: &[Trace<'_>]) {
    traces.iter().for_each(|trace| draw_band(scene, panel, trace));
    traces.iter().for_each(|trace| draw_line(scene, panel, trace));
    for (index, trace) in traces.iter().enumerate() {
        draw_markers(scene, panel, trace, |x| dodge(traces, index, x));
    }
}

/// Names of limits and lines, where they cover no line.
pub(super) fn draw_words(scene: &mut Scene, panel: &Panel, plan: &Plan<'_>, traces: &[Trace<'_>]) {
    let mut inked = inked(panel, traces);
    panel.draw_threshold_words(scene, plan, &inked);
    inked.extend(panel.threshold_points(plan));
    let labels = traces.iter().filter_map(|trace| end_label(panel, trace)).collect::<Vec<_>>();
    panel.draw_names(scene, &labels, &inked);
}

/// The name of a trace at the last of its readings; none when it has no reading at all.
fn end_label(panel: &Panel, trace: &Trace<'_>) -> Option<EndLabel> {
    let drawn = trace.points.iter().rev().find(|(_, reading)| reading.is_drawn());
    let (x, reading) = *drawn?;
    let end = panel.place(x, reading)?;
    Some(EndLabel { words: trace.name.to_owned(), ink: trace.look.ink, end })
}

/// Points a few pixels apart along every line, to keep words off them.
fn inked(panel: &Panel, traces: &[Trace<'_>]) -> Vec<Point> {
    let mut points = Vec::new();
    for trace in traces {
        let places = trace.points.iter().map(|(x, reading)| panel.place(*x, *reading));
        let places = places.collect::<Vec<_>>();
        for pair in places.windows(2) {
            if let (Some(from), Some(to)) = (pair[0], pair[1]) {
                points.extend((0..16).map(|part| between(from, to, f64::from(part) / 16.0)));
            }
        }
        points.extend(places.last().copied().flatten());
    }
    points
}

fn between(from: Point, to: Point, part: f64) -> Point {
    Point::new(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part)
}

fn draw_band(scene: &mut Scene, panel: &Panel, trace: &Trace<'_>) {
    let ink = trace.look.ink.faded(BAND);
    let estimates = trace.points.iter().map(|(x, reading)| (*x, reading.estimate()));
    let estimates = estimates.collect::<Vec<_>>();
    for run in estimates.split(|(_, estimate)| estimate.is_none()) {
        let run = run.iter().filter_map(|(x, estimate)| estimate.map(|estimate| (*x, estimate)));
        let run = run.collect::<Vec<_>>();
        if !run.iter().any(|(_, estimate)| estimate.has_interval()) {
            continue;
        }
        let upper = run.iter().map(|(x, estimate)| Point::new(*x, panel.y.at(estimate.high)));
        let lower = run.iter().map(|(x, estimate)| Point::new(*x, panel.y.at(estimate.low)));
        let corners = upper.chain(lower.rev()).collect::<Vec<_>>();
        match corners.as_slice() {
            [high, low] => scene.line(*high, *low, Stroke::solid(trace.look.ink.faded(500), 2.0)),
            _ => scene.fill(corners, ink),
        }
    }
}

fn draw_line(scene: &mut Scene, panel: &Panel, trace: &Trace<'_>) {
    let mut path: Vec<Point> = Vec::new();
    let mut before = Reading::NoData;
    let places = trace.points.iter().map(|(x, reading)| (*reading, panel.place(*x, *reading)));
    for (reading, place) in places.chain([(Reading::NoData, None)]) {
        let along = trace.marked && before.is_never() && reading.is_never();
        if place.is_none() || along {
            stroke(scene, &std::mem::take(&mut path), trace);
        }
        path.extend(place);
        before = reading;
    }
}

fn stroke(scene: &mut Scene, path: &[Point], trace: &Trace<'_>) {
    if let [alone] = path
        && !trace.marked
    {
        scene.disc(*alone, trace.stroke.width, trace.stroke.ink);
    }
    scene.path(path.to_vec(), trace.stroke);
}

fn draw_markers(scene: &mut Scene, panel: &Panel, trace: &Trace<'_>, dodge: impl Fn(f64) -> f64) {
    for (x, reading) in trace.points.iter().filter(|_| trace.marked) {
        let Some(place) = panel.place(*x, *reading) else {
            continue;
        };
        if reading.is_never() {
            arrow(scene, Point::new(x + dodge(*x), place.y), trace.look.ink);
        } else {
            trace.look.mark(scene, place);
        }
    }
}

/// Where several lines are `never` at one place, their arrows stand side by side.
fn dodge(traces: &[Trace<'_>], index: usize, x: f64) -> f64 {
    let here = |trace: &Trace<'_>| {
        trace.points.iter().any(|(place, reading)| *place == x && reading.is_never())
    };
    let before = traces[..index].iter().filter(|trace| here(trace)).count();
    let all = traces.iter().filter(|trace| here(trace)).count();
    (before as f64 - (all.saturating_sub(1)) as f64 / 2.0) * 11.0
}

/// Off the scale, upwards.
fn arrow(scene: &mut Scene, at: Point, ink: Ink) {
    let corner = |x: f64, y: f64| Point::new(at.x + x, at.y + y);
    scene.line(corner(0.0, 8.0), corner(0.0, 0.0), Stroke::solid(ink, 2.0));
    scene.fill(vec![corner(0.0, -8.0), corner(5.0, 1.0), corner(-5.0, 1.0)], ink);
}
