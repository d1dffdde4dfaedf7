//! The screen of `validate ordering`.

use std::fmt::{self, Write};

use super::format::{millis, number, wall};
use crate::experiment::grouped;
use crate::experiment::validate::{Found, LEVEL, Row, Shape, TOLERANCE, mean_and_range, swapped};

/// What was run: rows with what was found, and shapes with what was found without a dead validator
/// and with one, who is another each time.
#[derive(Debug)]
pub struct Validation<'a> {
    /// Network-only rows.
    pub network: (&'a [Row], &'a [Option<Found>]),
    /// Measured rows.
    pub measured: (&'a [Row], &'a [Option<Found>]),
    /// What a dead validator costs.
    pub shapes: &'a [(&'a Shape, &'a [Option<Found>])],
    /// How long it took.
    pub wall_secs: f64,
}

impl Validation<'_> {
    /// Whether every prediction, the rank and every shape hold. A measured level that is missed
    /// is a finding that the screen explains by stages.
    pub fn holds(&self) -> bool {
        let (rows, found) = self.network;
        let lands = |(row, found): (&Row, &Option<Found>)| {
            found.as_ref().is_some_and(|found| found.holds(row))
        };
        rows.iter().zip(found).all(lands)
            && self.rank().is_empty()
            && self.shapes.iter().all(|(shape, found)| fits(shape, found))
    }

    fn rank(&self) -> Vec<(&Row, &Row)> {
        let (rows, found) = self.measured;
        // Consensus and users' latency are ranked apart; so are layouts.
        let kinds = |row: &Row| (row.clock_words(), row.table);
        let pairs = swapped(rows, found).into_iter();
        pairs.filter(|(row, other)| kinds(row) == kinds(other)).collect()
    }
}

fn fits(shape: &Shape, found: &[Option<Found>]) -> bool {
    let added = Hurt::of(found).map(|hurt| hurt.mean - hurt.whole);
    added.is_some_and(|added| (shape.added.0..=shape.added.1).contains(&added))
}

/// Milliseconds until users are served.
struct Hurt {
    /// Without a dead validator.
    whole: f64,
    /// With one: the mean over who it is, the least and the most.
    mean: f64,
    range: (f64, f64),
}

impl Hurt {
    /// `None` if a run came to nothing.
    fn of(found: &[Option<Found>]) -> Option<Self> {
        let means: Option<Vec<f64>> =
            found.iter().map(|found| found.as_ref().map(|found| found.mean)).collect();
        let means = means?;
        let (whole, hurt) = means.split_first().filter(|(_, hurt)| !hurt.is_empty())?;
        let (mean, range) = mean_and_range(hurt);
        Some(Self { whole: *whole, mean, range })
    }
}

/// The screen.
pub fn validate_screen(validation: &Validation<'_>) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = network(&mut text, validation)
        .and_then(|()| measured(&mut text, validation))
        .and_then(|()| shapes(&mut text, validation));
    text
}

const HEAD: &str = "n   clock                        published      here   times";

fn network(to: &mut String, validation: &Validation<'_>) -> fmt::Result {
    let (rows, found) = validation.network;
    writeln!(
        to,
        "network only: no CPU, no bandwidth, no loss; half the p50 of cloudping one way, 1.5 ms \
         inside a region,\nvalidators round-robin over regions; 3 seeds; within {} % of the \
         prediction?\n",
        TOLERANCE * 100.0
    )?;
    writeln!(to, "  {:<24}{HEAD}", "")?;
    for (row, found) in rows.iter().zip(found) {
        line(to, row, found.as_ref())?;
        writeln!(to)?;
    }
    Ok(())
}

/// A row without its end.
fn line(to: &mut String, row: &Row, found: Option<&Found>) -> fmt::Result {
    let (name, n, clock) = (row.name, row.validators, row.clock_words());
    let published = number(row.published);
    write!(to, "  {name:<24}{n:<4}{clock:<27}{published:>8} ms")?;
    let Some(found) = found else { return write!(to, "{:>10}", "no data") };
    let verdict = if found.holds(row) { "" } else { " OFF" };
    write!(to, "{:>7} ms {:>7.2}{verdict}", number(found.mean), found.ratio(row))
}

fn measured(to: &mut String, validation: &Validation<'_>) -> fmt::Result {
    let (rows, found) = validation.measured;
    writeln!(
        to,
        "\nmeasured on AWS m5d.8xlarge; here with signatures on 16 cores and published settings; \
         within {LEVEL} times?\n"
    )?;
    writeln!(to, "  {:<24}{HEAD}    {:>10}{:>8}", "", "load there", "here")?;
    for (row, found) in rows.iter().zip(found) {
        let mut start = String::new();
        line(&mut start, row, found.as_ref())?;
        let load = if row.load == 0 { "any".to_owned() } else { grouped(row.load.into()) };
        writeln!(to, "{start:<90}{load:>10}{:>8}", grouped(row.rate.into()))?;
        if let Some(found) = found.as_ref().filter(|found| !found.holds(row)) {
            residual(to, row, found)?;
        }
    }
    let mut differs: Vec<&Row> = rows.iter().filter(|row| !row.differs.is_empty()).collect();
    differs.dedup_by_key(|row| row.differs);
    for row in differs {
        writeln!(to, "  {}: {}", row.name, row.differs)?;
    }
    let rank = validation.rank();
    if rank.is_empty() {
        return writeln!(to, "  the rank is that of the measurements");
    }
    for (row, other) in rank {
        writeln!(to, "  OFF  {} and {} have changed places", row.name, other.name)?;
    }
    Ok(())
}

/// Where the time is here, and what takes time there that is not modelled here.
fn residual(to: &mut String, row: &Row, found: &Found) -> fmt::Result {
    let clocks = &found.clocks;
    let missing = row.published - found.mean;
    writeln!(
        to,
        "      here: in a block after {} ms, at the first node {} ms later, at the mean node {}; \
         missing: {}",
        number(clocks.wait),
        number(clocks.block_first),
        number(clocks.block_each),
        number(missing)
    )?;
    if found.stages.is_empty() {
        return writeln!(to, "      what it is there is not known");
    }
    let stages = row.stages.iter().zip(&found.stages);
    for (stage, millis) in stages {
        writeln!(to, "      there also {:>4} ms {}", number(millis.round()), stage.words())?;
    }
    let left = missing - found.stages.iter().sum::<f64>();
    let times = found.ratio_with_stages(row);
    writeln!(to, "      with that {times:.2} times; {} ms are left open", number(left.round()))
}

fn shapes(to: &mut String, validation: &Validation<'_>) -> fmt::Result {
    writeln!(
        to,
        "\none of ten validators dead, in one region after the other: how much later are users \
         served?\n"
    )?;
    for (shape, found) in validation.shapes {
        let verdict = if fits(shape, found) { "" } else { "   OFF" };
        let (here, by_whom) = Hurt::of(found).map_or_else(
            || ("no data".to_owned(), String::new()),
            |Hurt { whole, mean, range: (least, most) }| {
                let times = number(mean / whole);
                let here = format!("{} become {} ({times}x)", millis(whole), millis(mean));
                (here, format!("by who is dead: {} to {}", millis(least), millis(most)))
            },
        );
        let (least, most) = shape.added;
        let held = format!("held to: {} to {} more", millis(least), millis(most));
        writeln!(
            to,
            "  {:<22}published: {:<28} here: {here}{verdict}\n  {:<22}{held:<39} {by_whom}",
            shape.name, shape.published, ""
        )?;
    }
    let word = if validation.holds() { "PASS" } else { "MISSED" };
    writeln!(to, "\n{word}   in {}", wall(validation.wall_secs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::validate::{Clocks, DEAD_LEADER, MEASURED, NETWORK_ONLY};

    fn found(mean: f64) -> Option<Found> {
        let (range, clocks) = ((mean, mean), Clocks::default());
        Some(Found { mean, range, clocks, stages: Vec::new() })
    }

    fn as_published(rows: &[Row]) -> Vec<Option<Found>> {
        rows.iter().map(|row| found(row.published)).collect()
    }

    /// The last line, with one figure of each part put in place of the published one.
    fn verdict(network: f64, measured: f64, hurt: f64) -> String {
        let (mut lands, mut levels) = (as_published(NETWORK_ONLY), as_published(MEASURED));
        (lands[0], levels[0]) = (found(network), found(measured));
        let hurt = [found(1_000.0), found(hurt - 100.0), found(hurt + 100.0)];
        let shapes = [(&DEAD_LEADER[0], hurt.as_slice())];
        let validation = Validation {
            network: (NETWORK_ONLY, &lands),
            measured: (MEASURED, &levels),
            shapes: &shapes,
            wall_secs: 60.0,
        };
        let screen = validate_screen(&validation);
        assert!(screen.lines().all(|line| line.chars().count() <= 110), "{screen}");
        let word = screen.lines().last().and_then(|line| line.split(' ').next());
        assert_eq!(validation.holds(), word == Some("PASS"));
        let off: Vec<&str> = screen.lines().filter(|line| line.contains("OFF")).collect();
        format!("{} {}", word.unwrap_or_default(), off.len())
    }

    #[test]
    fn a_prediction_a_rank_or_a_shape_that_is_missed_is_told() {
        assert_eq!(verdict(457.0, 575.0, 5_900.0), "PASS 0");
        assert_eq!(verdict(557.0, 575.0, 5_900.0), "MISSED 1");
        assert_eq!(verdict(457.0, 300.0, 5_900.0), "MISSED 2", "faster than jolteon, too");
        assert_eq!(verdict(457.0, 380.0, 5_900.0), "PASS 1", "a level is a finding");
        assert_eq!(verdict(457.0, 575.0, 1_100.0), "MISSED 1");
    }
}
