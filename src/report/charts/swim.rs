//! The lanes of an incident: the same facts as its story, along one clock.

use super::{Frame, foot};
use crate::kernel::{Span, VirtualTime};
use crate::measure::{Measured, Statistic};
use crate::report::chart::{Lane, Rendered, Stretch, SwimLane, Tone};
use crate::report::format::span;
use crate::report::incident_lines::Night;
use crate::report::incident_screen::IncidentView;
use crate::simulation::FaultSpan;
use crate::trace::{AlertStage, Digest, Duty, Fact, HostChange, Names, Remedy, StepStage};

/// Before the trouble and after it.
const AROUND: Span = Span::from_secs(90);

/// The lanes; `None` if nothing went wrong, or they cannot be drawn.
pub fn incident_chart<N: Names>(
    view: &IncidentView<'_, N>,
    digest: &Digest,
    command: &str,
) -> Option<Rendered> {
    let run = &view.trouble.pair.run.measurement;
    let onset = run.night.onset()?;
    let scenario = &view.trouble.pair.scenario;
    let night = Night { trouble: view.trouble, names: view.names };
    let sketch = Sketch { night };
    let end = sketch.end(onset);
    let frame = Frame {
        title: sketch.title(),
        subtitle: format!(
            "{}  ·  {}, {} validators  ·  seed {}",
            scenario.name, scenario.ordering, scenario.validators.count, scenario.seed
        ),
        foot: foot(&digest.short(), command),
    };
    let since = |at: VirtualTime| Span::from_nanos(at.as_nanos());
    let chart = SwimLane {
        frame,
        clock: sketch.night.clock_at_zero(),
        from: since(onset).saturating_sub(AROUND),
        until: since(run.setting.settled.min(end + AROUND)),
        lanes: sketch.lanes(end),
    };
    chart.render().ok()
}

struct Sketch<'a, N> {
    night: Night<'a, N>,
}

impl<N: Names> Sketch<'_, N> {
    /// When the last incident was closed, or what is measured ends.
    fn end(&self, onset: VirtualTime) -> VirtualTime {
        let closed = self.night.trouble.facts.iter().rev().find(|recorded| {
            matches!(recorded.fact, Fact::Duty { duty: Duty::Closed, .. })
                && recorded.key.time > onset
        });
        let measured = self.night.trouble.pair.run.measurement.setting.measured.1;
        closed.map_or(measured, |recorded| recorded.key.time)
    }

    fn title(&self) -> String {
        let run = &self.night.trouble.pair.run.measurement;
        let after = |metric: &str| match run.value(metric, Statistic::Max, 0, None) {
            Measured::Value(millis) => Some(span(Span::from_millis(millis.round() as u64))),
            Measured::Never | Measured::Few | Measured::NoData => None,
        };
        let said = |metric: &str, words: &str| match after(metric) {
            Some(time) => format!("{words} after {time}"),
            None => format!("never {words}"),
        };
        format!(
            "Noticed{}, {}, {}",
            after("mttd").map_or_else(|| " by nobody".to_owned(), |time| format!(" after {time}")),
            said("unowned", "owned"),
            said("quiet", "over")
        )
    }

    fn lanes(&self, end: VirtualTime) -> Vec<Lane> {
        vec![
            lane("fails", self.fails(end)),
            lane("users", self.users(end)),
            lane("validators", self.suspicions()),
            lane("monitor", self.alerts(end)),
            lane("people", self.people(end)),
            lane("work", self.work()),
        ]
    }

    fn each<T>(&self, mut told: impl FnMut(VirtualTime, u32, &Fact) -> Option<T>) -> Vec<T> {
        let facts = self.night.trouble.facts.iter();
        facts.filter_map(|fact| told(fact.key.time, fact.process.0, &fact.fact)).collect()
    }

    /// Hosts and parts that are down or stalled.
    fn fails(&self, end: VirtualTime) -> Vec<Stretch> {
        let mut open: Vec<(u32, VirtualTime)> = Vec::new();
        let mut stretches = self.each(|now, process, fact| {
            let Fact::Host { change, .. } = *fact else { return None };
            match change {
                HostChange::Crashed | HostChange::Stalled => {
                    if !open.iter().any(|(known, _)| *known == process) {
                        open.push((process, now));
                    }
                    None
                }
                HostChange::Restarted | HostChange::RestartedEmpty | HostChange::Resumed => {
                    let place = open.iter().position(|(known, _)| *known == process)?;
                    let (_, from) = open.remove(place);
                    Some(stretch(from, now, self.night.names.name(process), Tone::Bad))
                }
                _ => None,
            }
        });
        stretches.extend(self.ailments(end));
        stretches.extend(
            open.into_iter().map(|(process, from)| {
                stretch(from, end, self.night.names.name(process), Tone::Bad)
            }),
        );
        stretches
    }

    /// Faults that neither stop nor stall a host, as planned.
    fn ailments(&self, end: VirtualTime) -> Vec<Stretch> {
        let stops = self.each(|_, _, fact| match *fact {
            Fact::Host { rule, change: HostChange::Crashed | HostChange::Stalled } => Some(rule),
            _ => None,
        });
        let pair = &self.night.trouble.pair;
        let ails = |fault: &&FaultSpan| !stops.iter().any(|rule| usize::from(*rule) == fault.fault);
        let others = pair.run.faults.iter().filter(ails);
        others
            .map(|fault| {
                let name = pair.scenario.faults[fault.fault].name.clone();
                stretch(fault.from, fault.until.min(end), name, Tone::Bad)
            })
            .collect()
    }

    /// When users had a bad time, and when they were heard.
    fn users(&self, end: VirtualTime) -> Vec<Stretch> {
        let pair = &self.night.trouble.pair;
        let bad = pair.twin_measurement().map(|twin| pair.run.measurement.bad_times(twin));
        let mut stretches: Vec<Stretch> = few(bad.unwrap_or_default(), end)
            .into_iter()
            .map(|(from, until)| stretch(from, until, String::new(), Tone::Bad))
            .collect();
        if let Some(longest) =
            stretches.iter_mut().max_by_key(|one| one.until.saturating_sub(one.from))
        {
            longest.words = "a bad time".to_owned();
        }
        let onset = pair.run.measurement.night.onset();
        for (metric, words) in [("noticed.look", "first look"), ("noticed.users", "heard")] {
            let value = pair.run.measurement.value(metric, Statistic::Max, 0, None).value();
            if let (Some(onset), Some(millis)) = (onset, value) {
                let at = onset + Span::from_millis(millis as u64);
                stretches.push(stretch(at, at, words.to_owned(), Tone::Plain));
            }
        }
        stretches
    }

    fn suspicions(&self) -> Vec<Stretch> {
        let mut known: Vec<u32> = Vec::new();
        self.each(|now, _, fact| {
            let Fact::Suspicion { process, phi } = *fact else { return None };
            if phi == 0 || known.contains(&process) {
                return None;
            }
            known.push(process);
            Some(stretch(
                now,
                now,
                format!("suspect {}", self.night.names.name(process)),
                Tone::Plain,
            ))
        })
    }

    fn alerts(&self, end: VirtualTime) -> Vec<Stretch> {
        let rules =
            self.night.trouble.pair.scenario.ops.as_ref().map_or(&[][..], |ops| &ops.alerts);
        let mut open: Vec<Option<(VirtualTime, bool)>> = vec![None; rules.len()];
        let name = |rule: usize| rules.get(rule).map_or(String::new(), |rule| rule.name.clone());
        let tone = |fires: bool| if fires { Tone::Bad } else { Tone::Plain };
        let mut stretches = self.each(|now, _, fact| {
            let Fact::Alert { rule, stage, .. } = *fact else { return None };
            let rule = usize::from(rule);
            let before = open.get_mut(rule)?.take();
            let fires = stage == AlertStage::Firing;
            if fires || stage == AlertStage::Pending {
                open[rule] = Some((now, fires));
            }
            let (from, did_fire) = before?;
            let words = if did_fire { name(rule) } else { "pending".to_owned() };
            Some(stretch(from, now, words, tone(did_fire)))
        });
        for (rule, stand) in open.into_iter().enumerate() {
            let Some((from, fires)) = stand else { continue };
            stretches.push(stretch(from, end, name(rule), tone(fires)));
        }
        stretches
    }

    fn people(&self, end: VirtualTime) -> Vec<Stretch> {
        let mut opened = None;
        let mut is_owned = false;
        let mut stretches = self.each(|now, _, fact| {
            let Fact::Duty { duty, about, .. } = *fact else { return None };
            let at = |words: String, tone| Some(stretch(now, now, words, tone));
            match duty {
                _ if duty.is_opening() => {
                    (opened, is_owned) = (Some(now), false);
                    None
                }
                Duty::Paged => at(format!("page {}", self.night.role_name(about)), Tone::Plain),
                Duty::PagedInVain => at("page into a dead channel".to_owned(), Tone::Bad),
                Duty::Acknowledged if !is_owned => {
                    is_owned = true;
                    let words = format!("unowned, then {}", self.night.role_name(about));
                    Some(stretch(opened.take()?, now, words, Tone::Bad))
                }
                Duty::AsksOperator => {
                    at(format!("asks {}", self.night.operator(about)), Tone::Plain)
                }
                Duty::Closed => at("closed".to_owned(), Tone::Good),
                _ => None,
            }
        });
        if let Some(from) = opened.filter(|_| !is_owned) {
            // In front: what lasts is drawn even where more happened than can be.
            stretches.insert(0, stretch(from, end, "unowned".to_owned(), Tone::Bad));
        }
        stretches
    }

    fn work(&self) -> Vec<Stretch> {
        let mut begun = None;
        self.each(|now, _, fact| {
            let Fact::Step { remedy, stage, on, .. } = *fact else { return None };
            if stage == StepStage::Begun {
                begun = Some(now);
                return None;
            }
            let from = begun.take().unwrap_or(now);
            let whom = if on == Fact::NONE {
                String::new()
            } else {
                format!(" {}", self.night.names.name(on))
            };
            let is_done = stage == StepStage::Done;
            let words = match is_done {
                true => format!("{}{whom}", remedy.name()),
                false => format!("{} fails", remedy.name()),
            };
            let is_act = is_done && remedy != Remedy::Inspect;
            let tone = if is_act {
                Tone::Good
            } else if is_done {
                Tone::Plain
            } else {
                Tone::Bad
            };
            Some(stretch(from, now, words, tone))
        })
    }
}

/// More in one lane cannot be read.
const MOST: usize = 24;

fn lane(name: &str, stretches: Vec<Stretch>) -> Lane {
    let mut stretches = together(&stretches);
    stretches.truncate(MOST);
    Lane { name: name.to_owned(), stretches }
}

/// So many that a lane that ends there can show them beside what else is in it: where the time in
/// between is too short to be seen, or shorter than elsewhere, they are drawn as one.
fn few(
    mut times: Vec<(VirtualTime, VirtualTime)>,
    end: VirtualTime,
) -> Vec<(VirtualTime, VirtualTime)> {
    const AT_ONCE: usize = 12;
    let Some(from) = times.first().map(|(from, _)| *from) else { return times };
    let seen = Span::from_nanos(end.since(from).as_nanos() / 100);
    let between = |pair: &[(VirtualTime, VirtualTime)]| pair[1].0.since(pair[0].1);
    loop {
        let gaps = times.windows(2).map(between).enumerate();
        let Some((at, gap)) = gaps.min_by_key(|(_, gap)| *gap) else { return times };
        if times.len() <= AT_ONCE && gap >= seen {
            return times;
        }
        let (_, until) = times.remove(at + 1);
        times[at].1 = until;
    }
}

/// `patch` of `patch validator-1`, `validator-` of `validator-1`.
fn what(stretch: &Stretch) -> &str {
    let first = stretch.words.split(' ').next().unwrap_or_default();
    first.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// What befalls several at once, or is done to them, is one: `patch validator-1 and 3 more`.
fn together(stretches: &[Stretch]) -> Vec<Stretch> {
    let close = |a: Span, b: Span| a.max(b).saturating_sub(a.min(b)) < Span::from_secs(1);
    let alike = |a: &Stretch, b: &Stretch| {
        let begins = close(a.from, b.from) || b.from == b.until;
        begins && close(a.until, b.until) && a.tone == b.tone && what(a) == what(b)
    };
    let one = |group: &[Stretch]| {
        let mut first = group.first().cloned()?;
        if group.len() > 1 {
            first.words += &format!(" and {} more", group.len() - 1);
        }
        Some(first)
    };
    stretches.chunk_by(alike).filter_map(one).collect()
}

fn stretch(from: VirtualTime, until: VirtualTime, words: String, tone: Tone) -> Stretch {
    let span = |at: VirtualTime| Span::from_nanos(at.as_nanos());
    Stretch { from: span(from), until: span(until), words, tone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_times_that_are_close_are_drawn_as_one() {
        let at = |minute: u64| VirtualTime::ZERO + Span::from_secs(60 * minute);
        let told = |times: &[(u64, u64)]| times.iter().map(|(a, b)| (at(*a), at(*b))).collect();
        let close = few(told(&[(0, 1), (2, 3), (20, 21)]), at(200));
        assert_eq!(close, [(at(0), at(3)), (at(20), at(21))], "a minute of 200 is not seen");
        let hours: Vec<(u64, u64)> =
            (0..14).map(|hour| (60 * hour + hour, 60 * hour + 50)).collect();
        let drawn = few(told(&hours), at(900));
        assert_eq!(drawn.len(), 12);
        assert_eq!(drawn[0], (at(0), at(170)), "the first gaps are the shortest");
        assert_eq!(few(Vec::new(), at(200)), []);
    }

    #[test]
    fn what_befalls_several_at_once_is_one_mark() {
        let told = [
            (10_000, 20_000, "patch validator-1", Tone::Good),
            (20_000, 20_000, "patch validator-2", Tone::Good),
            (20_000, 20_000, "patch validator-4", Tone::Good),
            (20_000, 20_000, "restart validator-2", Tone::Good),
            (30_000, 31_000, "validator-1", Tone::Bad),
            (30_200, 31_200, "validator-12", Tone::Bad),
            (30_200, 31_200, "router-0", Tone::Bad),
            (50_000, 52_000, "router-0", Tone::Bad),
        ];
        let at = |millis| VirtualTime::ZERO + Span::from_millis(millis);
        let told =
            told.map(|(from, until, words, tone)| stretch(at(from), at(until), words.into(), tone));
        let words: Vec<String> = together(&told).into_iter().map(|one| one.words).collect();
        assert_eq!(
            words,
            [
                "patch validator-1 and 2 more",
                "restart validator-2",
                "validator-1 and 1 more",
                "router-0",
                "router-0",
            ]
        );
    }
}
