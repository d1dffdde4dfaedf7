//! Names beside the ends of lines, moved apart where they would cover each other.

use super::font::Weight;
use super::scene::{Area, Ink, Point, Scene, Stroke, Text, Type};

/// The name of a line and where the line ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EndLabel {
    pub(super) words: String,
    pub(super) ink: Ink,
    pub(super) end: Point,
}

/// The column to the right of a panel that names stand in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

const SIZE: f64 = 12.5;
const LINE: f64 = 15.5;
/// A line that ends this far from the column ends early.
const FAR: f64 = 30.0;
/// From the middle of a line of text up or down to its baseline.
const BASELINE: f64 = 4.5;

pub(super) const fn kind(ink: Ink) -> Type {
    Type { weight: Weight::Bold, ..Type::plain(SIZE, ink) }
}

/// How wide a column must be for `names`; at most `most`.
pub(super) fn column_width<'a>(names: impl IntoIterator<Item = &'a str>, most: f64) -> f64 {
    let widest = names.into_iter().map(|name| kind(Ink::TEXT).width(name)).fold(0.0, f64::max);
    widest.min(most)
}

/// Writes each label beside the end of its line, with a hair line where it had to move.
///
/// A line that ends early has its name in the plot if there is a spot off all of `inked`.
pub(super) fn place(scene: &mut Scene, column: Column, labels: &[EndLabel], inked: &[Point]) {
    let mut in_plot: Vec<Text> = Vec::new();
    let mut in_column = Vec::new();
    for label in labels {
        let taken: Vec<Area> = in_plot.iter().map(Text::area).collect();
        match free_spot(label, column, inked, &taken) {
            Some(text) => in_plot.push(text),
            None => in_column.push(label),
        }
    }
    // Names in the plot cover hair lines, and are not struck through by them.
    place_in_column(scene, column, &in_column);
    in_plot.iter().for_each(|text| scene.plated(&text.words, text.at, text.kind));
}

fn free_spot(label: &EndLabel, column: Column, inked: &[Point], taken: &[Area]) -> Option<Text> {
    let Point { x, y } = label.end;
    if column.left - x < FAR {
        return None;
    }
    let spots = [(10.0, BASELINE), (6.0, -9.0), (6.0, 18.0)];
    let texts = spots.map(|(dx, dy)| Text {
        words: label.words.clone(),
        kind: kind(label.ink.as_text()),
        at: Point::new(x + dx, y + dy),
    });
    texts.into_iter().find(|text| {
        let area = text.area().grown(3.0);
        area.right < column.left
            && area.top > column.top
            && area.bottom < column.bottom
            && !inked.iter().any(|point| area.contains(*point))
            && !taken.iter().any(|other| area.overlaps(*other))
    })
}

fn place_in_column(scene: &mut Scene, column: Column, labels: &[&EndLabel]) {
    let wanted = labels.iter().map(|label| label.end.y).collect::<Vec<_>>();
    let places = spread(&wanted, LINE, column.top, column.bottom);
    for (label, y) in labels.iter().zip(places) {
        let far = column.left - label.end.x > FAR;
        if far || (y - label.end.y).abs() > LINE * 0.6 {
            let from = Point::new(label.end.x + 6.0, label.end.y);
            let to = Point::new(column.left - 2.0, y);
            scene.line(from, to, Stroke::solid(label.ink.faded(600), 0.8));
        }
        let kind = kind(label.ink.as_text());
        let words = fit(&label.words, kind, column.width);
        scene.text(&words, Point::new(column.left, y + BASELINE), kind);
    }
}

/// Places at least `gap` apart inside `low..=high`, moved from `wanted` as little as possible.
///
/// Neighbours that collide move as one block around the mean of what its members want. Where the
/// room does not suffice, all stand equally close.
pub(super) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order = (0..wanted.len()).collect::<Vec<_>>();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let room = (high - low) / wanted.len().saturating_sub(1).max(1) as f64;
    let gap = gap.min(room);
    let mut blocks: Vec<Block> = Vec::new();
    for index in order {
        blocks.push(Block::of(index, wanted[index], low, high));
        while let [.., upper, lower] = blocks.as_slice()
            && upper.start + upper.length(gap) > lower.start
        {
            let merged = upper.joined(lower, gap, low, high);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let mut places = vec![0.0; wanted.len()];
    for block in blocks {
        for (place, index) in block.members.iter().enumerate() {
            places[*index] = block.start + place as f64 * gap;
        }
    }
    places
}

/// Words above a stretch along a plot; the stretch of a single place has no length.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flag {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) words: String,
}

/// Between rows of flags.
pub(super) const FLAG_ROW: f64 = 19.0;

/// The row of each flag, counted upwards from the plot, and where its middle is inside the plot.
///
/// A flag that would touch another of its row takes the next.
pub(super) fn rows(flags: &[Flag], kind: Type, left: f64, right: f64) -> Vec<(usize, f64)> {
    let mut taken: Vec<(usize, f64, f64)> = Vec::new();
    let row = |flag: &Flag| {
        let half = kind.width(&fit(&flag.words, kind, right - left)) / 2.0;
        let x = ((flag.from + flag.to) / 2.0).min(right - half).max(left + half);
        let (from, to) = (flag.from.min(x - half), flag.to.max(x + half));
        let hits = |row: usize| {
            let touches = |low: f64, high: f64| from - 8.0 < high && low < to + 8.0;
            taken.iter().any(|(other, low, high)| *other == row && touches(*low, *high))
        };
        let row = (0..=taken.len()).find(|row| !hits(*row)).unwrap_or_default();
        taken.push((row, from, to));
        (row, x)
    };
    flags.iter().map(row).collect()
}

struct Block {
    members: Vec<usize>,
    /// The sum of where the members want the block to begin.
    wish: f64,
    start: f64,
}

impl Block {
    fn of(index: usize, wish: f64, low: f64, high: f64) -> Self {
        Self { members: vec![index], wish, start: wish.clamp(low, high) }
    }

    fn length(&self, gap: f64) -> f64 {
        self.members.len() as f64 * gap
    }

    fn joined(&self, lower: &Self, gap: f64, low: f64, high: f64) -> Self {
        let wish = self.wish + lower.wish - lower.members.len() as f64 * self.length(gap);
        let members = [self.members.as_slice(), lower.members.as_slice()].concat();
        let last = high - (members.len() - 1) as f64 * gap;
        let start = (wish / members.len() as f64).min(last).max(low);
        Self { members, wish, start }
    }
}

/// `words`, cut with an ellipsis where they are wider than `width`.
pub(super) fn fit(words: &str, kind: Type, width: f64) -> String {
    if kind.width(words) <= width {
        return words.to_owned();
    }
    let mut kept = words.to_owned();
    while !kept.is_empty() && kind.width(&format!("{kept}…")) > width {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}

/// `words` in at most `most` lines no wider than `width`; the last is cut where they do not fit.
pub(super) fn wrap(words: &str, kind: Type, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = words.trim();
    while !rest.is_empty() && lines.len() + 1 < most && kind.width(rest) > width {
        let (line, after) = rest.split_at(break_at(rest, kind, width));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        lines.push(fit(rest, kind, width));
    }
    lines
}

/// Like [`wrap`], the lines as alike in width as the words allow.
pub(super) fn balanced(words: &str, kind: Type, width: f64, most: usize) -> Vec<String> {
    let lines = wrap(words, kind, width, most);
    let whole = |other: &Vec<String>| {
        let cut = other.iter().any(|line| line.ends_with('…') && !words.ends_with('…'));
        other.len() == lines.len() && !cut
    };
    let narrower = (1..20).map(|step| width * (1.0 - f64::from(step) / 40.0));
    let fitting = narrower.map(|width| wrap(words, kind, width, most)).take_while(whole).last();
    fitting.unwrap_or(lines)
}

/// Where to break: after the last word that fits, or inside the first where none does.
fn break_at(words: &str, kind: Type, width: f64) -> usize {
    let fits = |end: &usize| kind.width(words[..*end].trim_end()) <= width;
    let spaces = words.match_indices(' ').map(|(at, _)| at).filter(|at| *at > 0);
    let letters = words.char_indices().map(|(at, c)| at + c.len_utf8());
    let inside = || letters.clone().take_while(fits).last();
    let first = words.chars().next().map_or(0, char::len_utf8);
    spaces.take_while(fits).last().or_else(inside).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_no_further() {
        let check = |wanted: &[f64], places: &[f64]| {
            assert_eq!(spread(wanted, 10.0, 0.0, 100.0), places, "{wanted:?}");
        };
        check(&[], &[]);
        check(&[50.0], &[50.0]);
        check(&[20.0, 60.0], &[20.0, 60.0]);
        check(&[50.0, 50.0], &[45.0, 55.0]);
        check(&[100.0, 100.0, 100.0], &[80.0, 90.0, 100.0]);
        check(&[52.0, 50.0], &[56.0, 46.0]);
        check(&[-30.0, 5.0], &[0.0, 10.0]);
    }

    #[test]
    fn labels_without_room_stand_equally_close() {
        let places = spread(&[0.0; 21], 10.0, 0.0, 100.0);
        assert!(places.windows(2).all(|pair| (pair[1] - pair[0] - 5.0).abs() < 1e-9));
    }

    #[test]
    fn long_words_are_wrapped_and_then_cut() {
        let kind = Type::plain(10.0, Ink::TEXT);
        let check = |words, width, most, lines: &[&str]| {
            assert_eq!(wrap(words, kind, width, most), lines, "{words}");
        };
        check("one two", 500.0, 2, &["one two"]);
        check("one two three", 45.0, 3, &["one two", "three"]);
        check("one two three four", 45.0, 2, &["one two", "three f…"]);
        check("unbreakable", 45.0, 3, &["unbreak", "able"]);
        check("   ", 45.0, 3, &[]);
    }
}
