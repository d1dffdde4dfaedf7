//! Which faults nobody would see: a line for each, and what the rules are worth together.

use std::fmt::Write;

use super::format::{cut, span, wall};
use crate::experiment::{BlindSpots, LASTS, Seen, Spot};
use crate::kernel::Span;

const WIDTH: usize = 100;

/// The table, the summary, and how well the rules tell trouble from calm.
pub fn blindspots_screen(found: &BlindSpots, wall_secs: f64) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write_screen(&mut text, found, wall_secs);
    text.lines().map(|line| cut(line.trim_end(), WIDTH) + "\n").collect()
}

fn write_screen(to: &mut String, found: &BlindSpots, wall_secs: f64) -> std::fmt::Result {
    let seeds = if found.seeds == 1 { "seed" } else { "seeds" };
    let ticket = format!("ticket {}", found.tickets);
    let head = format!("each fault alone for {LASTS}, {} {seeds}", found.seeds);
    writeln!(to, "{head:<45}{:<18} {:>7} {:>10} {ticket:>9}", "first rule", "after", "validators")?;
    for spot in &found.spots {
        write_spot(to, spot, &found.rules)?;
    }
    writeln!(to, "\n{}", summary(found))?;
    if !found.never.is_empty() {
        let names = found.never.iter().map(|rule| found.rules[usize::from(*rule)].as_str());
        let names: Vec<&str> = names.collect();
        let (never, all) = (found.never.len(), found.rules.len());
        writeln!(to, "{never} of {all} rules never fired: {}", names.join(", "))?;
    }
    for (trial, why) in &found.without {
        writeln!(to, "not tried: {trial}: {why}")?;
    }
    writeln!(to, "{}\n{}", recall(found), precision(found))?;
    let runs = (found.spots.len() + 1) * found.seeds;
    writeln!(to, "{runs} runs in {}", wall(wall_secs))
}

fn write_spot(to: &mut String, spot: &Spot, rules: &[String]) -> std::fmt::Result {
    let rule = spot.first.map_or("none", |(rule, _)| rules[usize::from(rule)].as_str());
    let after = spot.first.map(|(_, after)| after);
    let verdict = match &spot.verdict {
        Seen::InTime => "ok".to_owned(),
        Seen::Close => "close".to_owned(),
        Seen::Blind => "BLIND".to_owned(),
        Seen::Inconclusive(why) => {
            let Spot { fault, target, .. } = spot;
            return writeln!(to, "{fault:<19} {target:<24} inconclusive: {why}");
        }
    };
    writeln!(
        to,
        "{:<19} {:<24} {:<18} {:>7} {:>10} {:>9}  {verdict}",
        spot.fault,
        cut(&spot.target, 24),
        cut(rule, 18),
        seconds(after),
        seconds(spot.validators),
        seconds(spot.users),
    )
}

fn seconds(after: Option<Span>) -> String {
    after.map_or_else(|| "none".to_owned(), span)
}

/// `9 of 14 seen first by us, 2 close, 3 BLIND`
fn summary(found: &BlindSpots) -> String {
    let count =
        |wanted: fn(&Seen) -> bool| found.spots.iter().filter(|spot| wanted(&spot.verdict)).count();
    let (ok, close) = (count(|seen| *seen == Seen::InTime), count(|seen| *seen == Seen::Close));
    let blind = count(|seen| *seen == Seen::Blind);
    let nothing = count(|seen| matches!(seen, Seen::Inconclusive(_)));
    let rest = if nothing > 0 { format!(", {nothing} inconclusive") } else { String::new() };
    format!("{ok} of {} seen first by us, {close} close, {blind} BLIND{rest}", found.spots.len())
}

fn recall(found: &BlindSpots) -> String {
    let (seen, nights, _) = found.counts();
    let share = percent(seen, nights);
    format!(
        "recall     {share}: a rule fired in {seen} of {nights} nights whose fault did something"
    )
}

fn precision(found: &BlindSpots) -> String {
    let (seen, _, false_alarms) = found.counts();
    let share = percent(seen, seen + false_alarms);
    let (calm, alarms) = found.calm;
    format!(
        "precision  {share}: in {alarms} of {calm} calm twins a rule fired, and in {} nights \
         before the fault",
        false_alarms - alarms
    )
}

fn percent(part: usize, of: usize) -> String {
    match of {
        0 => "no data".to_owned(),
        of => format!("{:.0} %", 100.0 * part as f64 / of as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(fault: &str, after: Option<u64>, users: Option<u64>, verdict: Seen) -> Spot {
        Spot {
            fault: fault.to_owned(),
            target: "validators in frankfurt <-> *".to_owned(),
            first: after.map(|after| (0, Span::from_secs(after))),
            validators: Some(Span::from_millis(6_500)),
            users: users.map(Span::from_secs),
            nights: usize::from(!matches!(verdict, Seen::Inconclusive(_))) * 20,
            seen: if after.is_some() { 20 } else { 0 },
            false_alarms: 0,
            verdict,
        }
    }

    const SCREEN: &str = "\
each fault alone for 10m, 20 seeds           first rule           after validators  ticket 5
stall               validators in frankfurt… oldest              1m 05s      6.5 s    1m 46s  ok
partition           validators in frankfurt… oldest                  1m      6.5 s    1m 10s  close
skew +30s           validators in frankfurt… none                  none      6.5 s      none  BLIND
pause               validators in frankfurt <-> * inconclusive: struck nobody

1 of 4 seen first by us, 1 close, 1 BLIND, 1 inconclusive
1 of 2 rules never fired: disk-full
not tried: crash indexers: there is no actor `indexers`
recall     67 %: a rule fired in 40 of 60 nights whose fault did something
precision  98 %: in 1 of 20 calm twins a rule fired, and in 0 nights before the fault
100 runs in 3.5 s
";

    #[test]
    fn the_screen_says_who_saw_what_and_what_nobody_saw() {
        let found = BlindSpots {
            spots: vec![
                spot("stall", Some(65), Some(106), Seen::InTime),
                spot("partition", Some(60), Some(70), Seen::Close),
                spot("skew +30s", None, None, Seen::Blind),
                spot("pause", None, None, Seen::Inconclusive("struck nobody".to_owned())),
            ],
            rules: vec!["oldest".to_owned(), "disk-full".to_owned()],
            never: vec![1],
            calm: (20, 1),
            tickets: 5,
            seeds: 20,
            without: vec![("crash indexers".to_owned(), "there is no actor `indexers`".to_owned())],
        };
        assert_eq!(blindspots_screen(&found, 3.5), SCREEN);
    }
}
