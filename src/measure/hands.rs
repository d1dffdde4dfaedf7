//! Many hands: who got in whose way, and what acted by itself.

use super::distribution::Measured;
use super::setting::Interval;
use crate::kernel::{Span, VirtualTime};
use crate::trace::{Duty, Fact, Remedy, StepStage};

/// What was done by whom, and when several worked without anybody in command.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    /// The processes that faults struck.
    struck: Vec<u32>,
    acts: Vec<Act>,
    held: Vec<VirtualTime>,
    /// Who works on the open incident.
    workers: u32,
    is_commanded: bool,
    /// Since when several work without anybody in command.
    confused: Option<VirtualTime>,
    confusion: Span,
    pub(super) is_capped: bool,
}

/// Something was done to a host.
#[derive(Clone, Copy, Debug)]
struct Act {
    at: VirtualTime,
    remedy: Remedy,
    on: u32,
    by: u16,
}

/// More are not remembered.
const MOST: usize = 1 << 16;

/// Who acts on a host so soon after somebody else gets in the way of it.
const IN_THE_WAY: Span = Span::from_secs(300);

impl Hands {
    pub(super) fn new(struck: Vec<u32>) -> Self {
        Self { struck, ..Self::default() }
    }

    pub(super) fn see(&mut self, at: VirtualTime, fact: &Fact) {
        match *fact {
            Fact::Step { remedy, stage: StepStage::Done, on, by, .. }
                if !matches!(remedy, Remedy::Inspect | Remedy::PauseAutomation) =>
            {
                self.is_capped |= self.acts.len() >= MOST;
                if self.acts.len() < MOST {
                    self.acts.push(Act { at, remedy, on, by });
                }
            }
            Fact::Duty { duty: Duty::Held, .. } if self.held.len() < MOST => self.held.push(at),
            Fact::Duty { duty, .. } => self.duty(at, duty),
            _ => {}
        }
    }

    fn duty(&mut self, at: VirtualTime, duty: Duty) {
        match duty {
            Duty::Acknowledged => (self.workers, self.is_commanded) = (1, false),
            Duty::AlsoWorks => self.workers += 1,
            Duty::Commands => self.is_commanded = true,
            Duty::Quiet | Duty::Closed => self.settle(at),
            _ => return,
        }
        let is_over = matches!(duty, Duty::Quiet | Duty::Closed);
        match self.workers > 1 && !self.is_commanded && !is_over {
            true => {
                self.confused.get_or_insert(at);
            }
            false => self.settle(at),
        }
    }

    fn settle(&mut self, at: VirtualTime) {
        if let Some(since) = self.confused.take() {
            self.confusion += at.since(since);
        }
    }

    /// Who was given the lead last, by anybody.
    pub(super) fn last_lead(&self) -> Option<u32> {
        let last = self.acts.iter().rfind(|act| act.remedy == Remedy::FailOver);
        last.map(|act| act.on)
    }

    /// Milliseconds in which two or more worked on an incident with nobody in command, up to
    /// `end`.
    pub(super) fn confusion(&self, end: VirtualTime) -> Measured {
        let open = self.confused.map_or(Span::ZERO, |since| end.since(since));
        Measured::Value((self.confusion + open).as_millis_f64())
    }

    /// How many of a kind happened in these spans; `None` for a metric that is none of these.
    pub(super) fn count(&self, metric: &str, spans: &[Interval]) -> Option<usize> {
        let is_in =
            |at: VirtualTime| spans.iter().any(|(from, until)| (*from..*until).contains(&at));
        let acts = |wanted: &dyn Fn(usize, &Act) -> bool| {
            let all = self.acts.iter().enumerate();
            all.filter(|(place, act)| is_in(act.at) && wanted(*place, act)).count()
        };
        Some(match metric {
            "acts" => acts(&|_, act| act.by != Fact::AUTOMATION),
            "wrong_acts" => acts(&|_, act| act.by != Fact::AUTOMATION && self.is_wrong(act)),
            "automated" => acts(&|_, act| act.by == Fact::AUTOMATION),
            "harmful_automation" => {
                acts(&|_, act| act.by == Fact::AUTOMATION && self.is_wrong(act))
            }
            "held_back" => self.held.iter().filter(|at| is_in(**at)).count(),
            "conflicts" => acts(&|place, act| self.is_in_the_way(place, act)),
            _ => return None,
        })
    }

    /// Whether it was done to a host that no fault had struck; or gave the lead to one that had;
    /// or was made in haste.
    fn is_wrong(&self, act: &Act) -> bool {
        let is_struck = self.struck.contains(&act.on);
        match act.remedy {
            Remedy::FailOver => is_struck,
            Remedy::Refill => false,
            // It takes away what worked.
            Remedy::Patch => true,
            _ => act.on != Fact::NONE && !is_struck,
        }
    }

    /// Whether somebody else did something to the same host shortly before.
    fn is_in_the_way(&self, place: usize, act: &Act) -> bool {
        let before = self.acts[..place].iter().rev();
        let recent = before.take_while(|other| act.at.since(other.at) <= IN_THE_WAY);
        act.on != Fact::NONE
            && recent.into_iter().any(|other| other.on == act.on && other.by != act.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        VirtualTime::ZERO + Span::from_secs(seconds)
    }

    fn done(remedy: Remedy, on: u32, by: u16) -> Fact {
        let (incident, step, stage, part) = (0, 0, StepStage::Done, u8::MAX);
        Fact::Step { incident, step, remedy, stage, on, part, by }
    }

    fn duty(duty: Duty) -> Fact {
        Fact::Duty { incident: 0, duty, about: 0 }
    }

    /// Faults struck process 8.
    fn hands(facts: &[(u64, Fact)]) -> Hands {
        let mut hands = Hands::new(vec![8]);
        facts.iter().for_each(|(seconds, fact)| hands.see(at(*seconds), fact));
        hands
    }

    #[test]
    fn who_acts_on_a_host_soon_after_another_is_in_the_way() {
        let hands = hands(&[
            (10, done(Remedy::Drain, 8, 0)),
            (20, done(Remedy::Restart, 8, 0)),
            (30, done(Remedy::Restart, 9, 1)),
            (40, done(Remedy::Restart, 8, 1)),
            (500, done(Remedy::Restart, 8, 0)),
            (510, done(Remedy::Restart, 8, Fact::AUTOMATION)),
            (520, done(Remedy::FailOver, 8, Fact::AUTOMATION)),
            (530, done(Remedy::FailOver, 9, 0)),
            // On a host that was struck, and wrong all the same.
            (530, done(Remedy::Patch, 8, 0)),
            (531, duty(Duty::Held)),
            (540, done(Remedy::Inspect, 9, 0)),
        ]);
        let all = [(at(0), at(1_000))];
        let names =
            ["acts", "wrong_acts", "automated", "harmful_automation", "held_back", "conflicts"];
        let counts = names.map(|name| hands.count(name, &all));
        assert_eq!(counts, [7, 2, 2, 1, 1, 4].map(Some));
        assert_eq!(hands.count("conflicts", &[(at(0), at(100))]), Some(1));
        assert_eq!(hands.count("pages", &all), None);
        assert_eq!(hands.last_lead(), Some(9));
    }

    #[test]
    fn it_is_confused_while_several_work_and_nobody_commands() {
        let seconds = |facts: &[(u64, Fact)]| {
            hands(facts).confusion(at(1_000)).value().map(|millis| millis / 1_000.0)
        };
        let two = [(10, duty(Duty::Acknowledged)), (50, duty(Duty::AlsoWorks))];
        assert_eq!(seconds(&two), Some(950.0));
        assert_eq!(seconds(&two[..1]), Some(0.0));
        let commanded = [two[0], two[1], (80, duty(Duty::Commands)), (90, duty(Duty::Quiet))];
        assert_eq!(seconds(&commanded), Some(30.0));
        let again = [two[0], two[1], (80, duty(Duty::Quiet)), (90, duty(Duty::Acknowledged))];
        assert_eq!(seconds(&again), Some(30.0), "the next incident has one");
    }
}
