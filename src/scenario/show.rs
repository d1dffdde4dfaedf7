//! A scenario as a picture of its time line, for `scenario show`.

use super::model::{
    AlertRule, Arrivals, Bursty, Climb, Diurnal, Effect, Fault, Flash, LoadGroup, Ops, Scenario,
    Shape, Stage, Trace,
};
use super::strength::between;
use super::{condition, spelt};
use crate::kernel::{Span, VirtualTime};

/// No line is wider.
const COLUMNS: usize = 100;
/// Labels and picture together; what is left is for notes.
const LEFT: usize = 64;
const NOTES: usize = COLUMNS - LEFT - 3;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The question, the time line with load, faults and phases, and what is demanded.
pub fn show(scenario: &Scenario) -> String {
    let longest = scenario.faults.iter().map(|fault| fault.name.as_str());
    let longest = longest.chain(scenario.load.iter().map(|group| group.name.as_str()));
    let label = longest.map(|name| name.chars().count()).max().unwrap_or(0).clamp(8, 28) + 2;
    let line = Line { start: scenario.warmup, duration: scenario.duration, width: LEFT - label };
    let mut rows = vec![line.axis(scenario.clock)];
    rows.extend(scenario.load.iter().map(|group| line.group(group, scenario.load.len() == 1)));
    rows.extend(scenario.faults.iter().map(|fault| line.fault(fault)));
    rows.extend(line.phases(scenario));
    format!("{}\n\n{}\n{}\n", head(scenario), render(&rows, label), foot(scenario))
}

fn head(scenario: &Scenario) -> String {
    let mut regions = scenario.validators.regions.clone();
    regions.sort_unstable();
    regions.dedup();
    let validators = plural(scenario.validators.count as usize, "validator");
    let regions = plural(regions.len(), "region");
    let facts = format!("{}   {validators}, {regions}   {}", scenario.duration, scenario.ordering);
    let asked = if scenario.question.is_empty() { &scenario.name } else { &scenario.question };
    let one_line = asked.chars().count() + 3 + facts.chars().count() <= COLUMNS;
    format!("{asked}{}{facts}", if one_line { "   " } else { "\n" })
}

fn foot(scenario: &Scenario) -> String {
    let thresholds = plural(scenario.thresholds.len(), "threshold");
    let expectations = plural(scenario.always.len() + scenario.sometimes.len(), "expectation");
    let next = format!("next: attestorm scenario new --from {} ours.toml", scenario.name);
    let claims = match scenario.claims.len() {
        0 => String::new(),
        count => format!(", {}", plural(count, "claim")),
    };
    let rules = scenario.ops.as_ref().map_or_else(String::new, rules);
    format!("{rules}{thresholds}, {expectations}{claims}\n{next}")
}

/// Every alert rule, where some came from a file: then the scenario does not have them all.
fn rules(ops: &Ops) -> String {
    let Some(production) = &ops.production else { return String::new() };
    let line = |rule: &AlertRule| {
        let role = rule.page.and_then(|role| ops.people.roles.get(usize::from(role)));
        let whom = role.map_or("nobody", |role| &role.name);
        let when = condition(&rule.when);
        format!("{}: {when} for {}, pages {whom}\n", rule.name, rule.lasts)
    };
    let lines: String = ops.alerts.iter().map(line).collect();
    let (file, judged, unread) = (&production.file, production.judged, production.unread.len());
    format!("{lines}{judged} of them from {file}, where {unread} are not judged\n\n")
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// One row of the picture; notes that do not fit beside it stand beside the rows that follow.
struct Row {
    label: String,
    picture: String,
    notes: Vec<String>,
}

fn render(rows: &[Row], label: usize) -> String {
    let mut screen = String::new();
    let mut waiting: Vec<String> = Vec::new();
    let mut put = |name: &str, picture: &str, note: &str| {
        let name: String = name.chars().take(label - 2).collect();
        let width = LEFT - label;
        let line = format!("{name:label$}{picture:width$}   {note}");
        screen += line.trim_end();
        screen.push('\n');
    };
    for row in rows {
        if !row.notes.is_empty() {
            waiting.drain(..).for_each(|note| put("", "", &note));
            waiting.clone_from(&row.notes);
        }
        let note = if waiting.is_empty() { String::new() } else { waiting.remove(0) };
        put(&row.label, &row.picture, &note);
    }
    waiting.iter().for_each(|note| put("", "", note));
    screen
}

/// The scale: columns to moments.
#[derive(Clone, Copy)]
struct Line {
    start: Span,
    duration: Span,
    width: usize,
}

impl Line {
    fn column(self, moment: Span) -> usize {
        let part = u128::from(moment.as_nanos()) * self.width as u128;
        (part / u128::from(self.duration.as_nanos())) as usize
    }

    /// The middle of a column.
    fn middle(self, column: usize) -> Span {
        let part = u128::from(self.duration.as_nanos()) * (2 * column as u128 + 1);
        Span::from_nanos((part / (2 * self.width as u128)) as u64)
    }

    fn axis(self, clock: Option<Span>) -> Row {
        const STEPS: [u64; 19] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200,
            86_400, 864_000,
        ];
        let seconds = self.duration.as_nanos().div_ceil(1_000_000_000);
        let step = STEPS.into_iter().find(|step| seconds <= step * 6).unwrap_or(8_640_000);
        let mut picture = Picture::default();
        for tick in (0..=seconds).step_by(step as usize) {
            let moment = Span::from_secs(tick);
            picture.put(self.column(moment.min(self.duration)), &tick_label(clock, tick));
        }
        Row { label: String::new(), picture: picture.text, notes: Vec::new() }
    }

    fn group(self, group: &LoadGroup, alone: bool) -> Row {
        let rates: Vec<f64> = match &group.arrivals {
            Arrivals::Trace(trace) => self.rows(trace),
            Arrivals::Open { .. } | Arrivals::Closed { .. } => {
                (0..self.width).map(|column| rate(group, self.middle(column))).collect()
            }
        };
        let peak = rates.iter().copied().fold(0.0, f64::max);
        let bar = |rate: &f64| if peak > 0.0 { level(rate / peak) } else { ' ' };
        let label = if alone { "load".to_owned() } else { group.name.clone() };
        let picture = rates.iter().map(bar).collect();
        Row { label, picture, notes: wrap(&load_note(group)) }
    }

    /// Rows of a trace by column.
    fn rows(self, trace: &Trace) -> Vec<f64> {
        let mut counts = vec![0.0; self.width];
        trace.rows.iter().for_each(|row| counts[self.column(row.at).min(self.width - 1)] += 1.0);
        counts
    }

    fn fault(self, fault: &Fault) -> Row {
        let length = fault.length.unwrap_or(self.duration);
        let bar = |column: usize| {
            let moment = self.middle(column);
            let begun = fault.starts.iter().rfind(|start| **start <= moment);
            let Some(since) = begun.map(|start| moment.saturating_sub(*start)) else { return ' ' };
            if since >= length {
                return ' ';
            }
            let step = since.as_secs_f64() / length.as_secs_f64() * f64::from(fault.steps);
            level((step.floor() + 1.0) / f64::from(fault.steps))
        };
        let picture = (0..self.width).map(bar).collect();
        let effects: Vec<String> = fault.effects.iter().map(effect_note).collect();
        let effects = effects.join(", ");
        let together = format!("{effects} on {}", fault.on.text);
        let notes = match together.chars().count() <= NOTES {
            true => vec![together],
            false => break_before_on(&effects, &fault.on.text),
        };
        Row { label: fault.name.clone(), picture, notes }
    }

    fn phases(self, scenario: &Scenario) -> Vec<Row> {
        let mut pictures: Vec<Picture> = vec![Picture::default()];
        let start = VirtualTime::ZERO + self.start;
        for phase in scenario.phases.iter().filter(|phase| !phase.name.contains('.')) {
            let steps = scenario.phases.iter().filter(|p| step_of(&p.name) == Some(&phase.name));
            let name = match steps.count() {
                0 => phase.name.clone(),
                count => format!("{0}.1 .. {0}.{count}", phase.name),
            };
            let column = self.column(phase.spans[0].0.since(start));
            let column = column.min(self.width.saturating_sub(name.chars().count()));
            if !pictures.iter_mut().any(|picture| picture.put(column, &name)) {
                let mut picture = Picture::default();
                picture.put(column, &name);
                pictures.push(picture);
            }
        }
        let label = |index| if index == 0 { "phases".to_owned() } else { String::new() };
        let rows = pictures.into_iter().enumerate();
        rows.map(|(index, picture)| Row {
            label: label(index),
            picture: picture.text,
            notes: Vec::new(),
        })
        .collect()
    }
}

/// What stands at a tick, in seconds from the start: the time of day if the run has one, and how
/// many days later once it would stand there again.
fn tick_label(clock: Option<Span>, tick: u64) -> String {
    const DAY: u64 = 86_400;
    match (clock, tick) {
        (Some(_), DAY..) if tick.is_multiple_of(DAY) => format!("+{}d", tick / DAY),
        (Some(clock), _) => {
            let seconds = clock.as_nanos() / 1_000_000_000 + tick;
            spelt::clock(Span::from_secs(seconds % DAY))
        }
        (None, 0) => "0".to_owned(),
        (None, _) => Span::from_secs(tick).to_string(),
    }
}

/// Words placed from left to right.
#[derive(Default)]
struct Picture {
    text: String,
}

impl Picture {
    /// Puts a word at a column; `false` if there is no room for it.
    fn put(&mut self, column: usize, word: &str) -> bool {
        let used = self.text.chars().count();
        let free = used == 0 || used < column;
        if free {
            self.text += &" ".repeat(column - used);
            self.text += word;
        }
        free
    }
}

fn step_of(phase: &str) -> Option<&str> {
    phase.split_once('.').map(|(fault, _)| fault)
}

/// The block for a share of the whole, at least the lowest one.
fn level(share: f64) -> char {
    if share <= 0.0 {
        return ' ';
    }
    LEVELS[((share * 8.0).ceil() as usize).clamp(1, 8) - 1]
}

fn rate(group: &LoadGroup, moment: Span) -> f64 {
    let Arrivals::Open { stages, shape, .. } = &group.arrivals else { return 1.0 };
    let mut begin = Span::ZERO;
    for stage in stages {
        let end = begin + stage.duration;
        if moment < end {
            let part = moment.saturating_sub(begin).as_secs_f64() / stage.duration.as_secs_f64();
            return (stage.from + (stage.to - stage.from) * part) * shape.level(moment, moment);
        }
        begin = end;
    }
    0.0
}

fn load_note(group: &LoadGroup) -> String {
    let mut note = match &group.arrivals {
        Arrivals::Open { stages, shape, .. } => rate_range(stages) + &shape_note(shape),
        Arrivals::Trace(trace) => {
            let (rows, attesters) = (trace.rows.len(), plural(group.clients as usize, "attester"));
            format!("{rows} as in {}, {attesters}", trace.name)
        }
        Arrivals::Closed { users, think } => format!("{users} users, think {think}"),
    };
    if let Some(chain) = group.chain {
        note += &format!(", chains of {}", chain.length);
    }
    if let Some(overlap) = group.overlap {
        let issuers = between(&overlap.from.to_string(), &overlap.to.to_string(), "");
        note += &format!(", {issuers} issuers within {}", overlap.window);
    }
    if group.forged > 0.0 {
        note += &format!(", {} forged", spelt::share(group.forged));
    }
    if group.batch > 1 {
        note += &format!(", {} in a batch", group.batch);
    }
    if let Some(delegated) = group.delegated {
        note += &format!(", {} delegated", spelt::share(delegated.share));
    }
    note
}

/// `50..400/s`, or the one rate that there is.
pub fn rate_range(stages: &[Stage]) -> String {
    let rates = stages.iter().flat_map(|stage| [stage.from, stage.to]);
    let least = rates.clone().fold(f64::INFINITY, f64::min);
    let most = rates.fold(0.0, f64::max);
    between(&spelt::rate(least), &spelt::rate(most), "/s")
}

/// How a rate swings, in a few words.
fn shape_note(shape: &Shape) -> String {
    let mut note = String::new();
    if let Some(Bursty { on, off }) = shape.bursty {
        note += &format!(", bursts of {on} after {off}");
    }
    if let Some(Diurnal { period, .. }) = &shape.diurnal {
        note += &format!(", days of {period}");
    }
    if let Some(Flash { at, factor, .. }) = shape.flash {
        note += &format!(", {} at {at}", spelt::factor(factor));
    }
    note
}

fn effect_note(effect: &Effect) -> String {
    match effect {
        Effect::Delay { add, jitter, spread, .. } => {
            let parts = [("delay", add), ("jitter", jitter), ("spread", spread)];
            let moved =
                parts.into_iter().filter(|(_, climb)| climb.from.max(climb.to) > Span::ZERO);
            let notes = moved.map(|(name, climb)| format!("{name} {}", spans(climb)));
            notes.collect::<Vec<_>>().join(", ")
        }
        Effect::Reorder { share, .. } => format!("reorder {}", shares(share)),
        Effect::Loss { share, .. } => format!("loss {}", shares(share)),
        Effect::Duplicate(share) => format!("duplicate {}", shares(share)),
        Effect::Bandwidth(rate) => {
            format!(
                "bandwidth {}",
                between(&spelt::bit_rate(rate.from), &spelt::bit_rate(rate.to), "")
            )
        }
        Effect::Partition => "partition".to_owned(),
        Effect::Clog => "clog".to_owned(),
        Effect::Crash { state_lost: false } => "crash".to_owned(),
        Effect::Crash { state_lost: true } => "crash, state lost".to_owned(),
        Effect::Stall => "stall".to_owned(),
        Effect::Slow(factor) => {
            format!("slow {}", between(&spelt::factor(factor.from), &spelt::factor(factor.to), "x"))
        }
        Effect::Gossip(factor) => {
            let (from, to) = (spelt::factor(factor.from), spelt::factor(factor.to));
            format!("gossip {}", between(&from, &to, "x"))
        }
        Effect::Skew(nanos) => format!("skew {}", spelt::signed(*nanos)),
        Effect::Drift(ppm) => format!("drift {}", spelt::drift(*ppm)),
        Effect::Rules(version) => format!("rules {}", version.word()),
        Effect::Upstream(lag) => format!("upstream {lag} behind"),
        Effect::Snapshot(age) => format!("snapshot {age} old"),
        Effect::Misreport(share) => format!("misreport {}", spelt::share(*share)),
        Effect::Pause => "paused".to_owned(),
        Effect::Byzantine(behaviour) => behaviour.to_string(),
    }
}

/// A selector stands on a line of its own, behind the word or after it.
fn break_before_on(effects: &str, on: &str) -> Vec<String> {
    let mut lines = wrap(effects);
    match lines.last_mut().filter(|line| line.chars().count() + 3 <= NOTES) {
        Some(last) => *last += " on",
        None => return [lines, wrap(&format!("on {on}"))].concat(),
    }
    [lines, wrap(on)].concat()
}

fn spans(climb: &Climb<Span>) -> String {
    let (from, to) = (climb.from.to_string(), climb.to.to_string());
    let unit = to.trim_start_matches(|c: char| c.is_ascii_digit());
    between(&from, &to, unit)
}

fn shares(climb: &Climb<f64>) -> String {
    between(&spelt::share(climb.from), &spelt::share(climb.to), "%")
}

/// Notes in lines that fit beside the picture.
fn wrap(text: &str) -> Vec<String> {
    super::problem::wrap(text, NOTES)
}
