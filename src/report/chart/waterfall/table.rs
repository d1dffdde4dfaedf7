//! The figures of the bars, and what each stage took longer than in the twin.

use super::super::label;
use super::super::number;
use super::super::page::{MARGIN, WIDTH};
use super::super::scene::{Anchor, Area, Ink, Point, Scene, Stroke, Type};
use super::{BarGroup, LABELS, NAME, NOTE, Row, SUM, Waterfall, ink};

const ROW: f64 = 21.0;
const CELL: Type = Type::plain(12.0, Ink::TEXT).anchored(Anchor::End);

impl Waterfall {
    /// Returns where the table ends.
    pub(super) fn draw_table(&self, scene: &mut Scene, top: f64) -> f64 {
        let columns = self.columns();
        let mut y = top + 14.0;
        for (index, (name, right)) in self.stages.iter().zip(&columns).enumerate() {
            let name = label::fit(name, CELL, columns[0] - MARGIN - LABELS - 18.0);
            scene.text(&name, Point::new(*right, y), CELL);
            let left = right - CELL.width(&name) - 16.0;
            let swatch = Area { left, right: left + 11.0, top: y - 10.0, bottom: y + 1.0 };
            scene.rect(swatch, ink(index));
        }
        let last = columns.last().copied().unwrap_or(WIDTH - MARGIN);
        scene.text("sum", Point::new(last, y), Type { size: 12.0, ..SUM }.anchored(Anchor::End));
        y += 7.0;
        for group in &self.groups {
            let rule = Stroke::solid(Ink::GRID, 1.0);
            scene.line(Point::new(MARGIN, y), Point::new(WIDTH - MARGIN, y), rule);
            for row in self.rows(group) {
                y += ROW;
                self.draw_row(scene, &row, &columns, y - 6.0);
            }
            y = self.draw_difference(scene, group, &columns, y);
        }
        y
    }

    /// The right edges of the columns, the last for the sums.
    fn columns(&self) -> Vec<f64> {
        let count = self.stages.len() + 1;
        let left = MARGIN + LABELS;
        let width = ((WIDTH - MARGIN - left) / count as f64).min(150.0);
        (1..=count).map(|index| left + index as f64 * width).collect()
    }

    fn draw_row(&self, scene: &mut Scene, row: &Row<'_>, columns: &[f64], y: f64) {
        let words = label::fit(&format!("{} {}", row.group.name, row.name), NAME, LABELS);
        scene.text(&words, Point::new(MARGIN, y), NAME);
        let Some(lengths) = row.breakdown.lengths(self.stages.len()) else {
            let at = Point::new(columns[columns.len() - 1], y);
            scene.text(row.breakdown.word(), at, NOTE.anchored(Anchor::End));
            return;
        };
        let sum = lengths.iter().sum::<f64>();
        for (length, right) in lengths.iter().chain([&sum]).zip(columns) {
            scene.text(
                &number::grouped(*length, row.group.decimals()),
                Point::new(*right, y),
                CELL,
            );
        }
    }

    /// What the faults cost, the dearest stage in bold; returns where the row ends.
    fn draw_difference(&self, scene: &mut Scene, group: &BarGroup, columns: &[f64], y: f64) -> f64 {
        let count = self.stages.len();
        let twin = group.twin.as_ref().and_then(|twin| twin.lengths(count));
        let (Some(run), Some(twin)) = (group.run.lengths(count), twin) else {
            return y + 4.0;
        };
        let more = run.iter().zip(&twin).map(|(run, twin)| run - twin).collect::<Vec<_>>();
        let dearest = more.iter().copied().fold(0.0, f64::max);
        let base = y + ROW - 6.0;
        scene.text("more than twin", Point::new(MARGIN, base), Type { ink: Ink::QUIET, ..NAME });
        for (index, right) in columns.iter().enumerate() {
            let (figure, bold) = match more.get(index) {
                Some(figure) => (*figure, *figure > 0.0 && *figure == dearest),
                None => (more.iter().sum::<f64>(), true),
            };
            let kind =
                if bold { Type::bold(12.0, Ink::TEXT) } else { Type { ink: Ink::QUIET, ..CELL } };
            let words = signed(figure, group.decimals());
            scene.text(&words, Point::new(*right, base), kind.anchored(Anchor::End));
        }
        y + ROW + 4.0
    }
}

impl BarGroup {
    /// Digits after the point in the table, for three that count in the largest figure.
    fn decimals(&self) -> usize {
        match self.longest() {
            longest if longest < 10.0 => 2,
            longest if longest < 1000.0 => 1,
            _ => 0,
        }
    }
}

fn signed(figure: f64, decimals: usize) -> String {
    let words = number::grouped(figure.abs(), decimals);
    let zero = words.chars().all(|c| !('1'..='9').contains(&c));
    let sign = match figure {
        _ if zero => "",
        figure if figure > 0.0 => "+",
        _ => "−",
    };
    format!("{sign}{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_carry_their_sign() {
        let check = |figure, words: &str| assert_eq!(signed(figure, 1), words);
        check(243.0, "+243.0");
        check(-4.26, "−4.3");
        check(0.01, "0.0");
    }
}
