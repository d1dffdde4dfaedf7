//! The screen of `validate queueing`.

use std::fmt::{self, Write};

use super::format::wall;
use crate::experiment::queueing::{CONFIDENCE, Found, Line, Reading, Row, SEEDS};

/// Stations with what was found for each of their lines.
#[derive(Debug)]
pub struct QueueingValidation<'a> {
    /// The stations.
    pub rows: &'a [Row],
    /// What was found, line by line.
    pub found: &'a [Vec<Found>],
    /// Arrivals under each seed, in the mean.
    pub arrivals: u32,
    /// How long it took.
    pub wall_secs: f64,
}

impl QueueingValidation<'_> {
    /// Whether every prediction fits and every other formula does not.
    pub fn holds(&self) -> bool {
        self.lines().all(|(_, line, found)| line.holds(found) && line.rejects_rival(found))
    }

    fn lines(&self) -> impl Iterator<Item = (&Row, &Line, Found)> {
        let rows = self.rows.iter().zip(self.found);
        rows.flat_map(|(row, found)| {
            row.lines.iter().zip(found).map(move |(line, found)| (row, line, *found))
        })
    }
}

/// The screen.
pub fn queueing_screen(validation: &QueueingValidation<'_>) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = written(&mut text, validation);
    text
}

fn written(to: &mut String, validation: &QueueingValidation<'_>) -> fmt::Result {
    writeln!(
        to,
        "routers against closed forms: {SEEDS} seeds fixed beforehand, about {} arrivals each, \
         {} % intervals;\nin units of the mean work; the other formula must not fit\n",
        validation.arrivals,
        CONFIDENCE * 100.0
    )?;
    let (model, load, what) = ("model", "load", "what");
    writeln!(
        to,
        "  {model:<15}{load:<6}{what:<13}{:>9}   {:<20}another formula",
        "predicted", "here"
    )?;
    let mut last = None;
    for (row, line, found) in validation.lines() {
        let station = (row.station.name, row.station.load);
        let is_new = last.replace(station) != Some(station);
        let (name, load) =
            if is_new { (station.0, station.1.to_string()) } else { ("", String::new()) };
        write!(to, "  {name:<15}{load:<6}{:<13}{:>9.4}   ", reading(line.reading), line.predicted)?;
        tail(to, line, found)?;
    }
    let word = if validation.holds() { "PASS" } else { "MISSED" };
    let all = validation.lines().count();
    let fit = validation.lines().filter(|(_, line, found)| line.holds(*found)).count();
    writeln!(to, "\n{word}   {fit} of {all} predictions fit   in {}", wall(validation.wall_secs))
}

fn tail(to: &mut String, line: &Line, found: Found) -> fmt::Result {
    let Some(interval) = found else { return writeln!(to, "no data") };
    let half = (interval.high - interval.low) / 2.0;
    let here = format!("{:.4} ± {half:.4}", interval.estimate);
    let (rival, other) = line.rival;
    let off = if line.holds(found) { "" } else { "   OFF" };
    let fits = if line.rejects_rival(found) { "" } else { "   FITS AS WELL" };
    writeln!(to, "{here:<20}{other:.4} {rival}{off}{fits}")
}

fn reading(reading: Reading) -> String {
    match reading {
        Reading::MeanWait => "mean wait".to_owned(),
        Reading::WaitAt(share) => format!("p{} wait", share * 100.0),
        Reading::MeanTime => "mean time".to_owned(),
        Reading::Refused => "refused".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::queueing::rows;
    use crate::measure::statistics::Interval;

    fn last_line(shift: f64, width: f64) -> String {
        let rows = rows();
        let found = |line: &Line| {
            let estimate = line.predicted * shift;
            Some(Interval { estimate, low: estimate - width, high: estimate + width })
        };
        let found: Vec<Vec<Found>> =
            rows.iter().map(|row| row.lines.iter().map(found).collect()).collect();
        let validation =
            QueueingValidation { rows: &rows, found: &found, arrivals: 10, wall_secs: 9.0 };
        let screen = queueing_screen(&validation);
        assert!(screen.lines().all(|line| line.chars().count() <= 110), "{screen}");
        let last = screen.lines().last().unwrap_or_default().to_owned();
        assert_eq!(validation.holds(), last.starts_with("PASS"), "{screen}");
        last.split("   ").take(1).collect()
    }

    #[test]
    fn a_prediction_that_does_not_fit_and_one_that_fits_everything_are_missed() {
        assert_eq!(last_line(1.0, 1e-6), "PASS");
        assert_eq!(last_line(1.1, 1e-6), "MISSED");
        assert_eq!(last_line(1.0, 100.0), "MISSED", "so wide an interval rejects nothing");
    }
}
