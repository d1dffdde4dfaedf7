//! People: who answers a page, when, and what structure they work in. Medians, chances and hours
//! are parameters of the scenario, and assumptions: no open data set of answer times was found
//! (metrics 1e).

use crate::kernel::{Span, standard_normal, unit};

/// How those who run a network are organised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// One team owns every host.
    Central,
    /// Organisations with named roles; each acts on its own hosts, and asks for the others'.
    Federated,
    /// Organisations without named roles: all hear of it, and each may take it or leave it.
    Leaderless,
}

/// Times of day, since midnight; `until` may lie past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From then on it is day.
    pub from: Span,
    /// From then on it is night.
    pub until: Span,
}

impl Hours {
    /// Whether that time of day is in them.
    pub fn contains(&self, time: Span) -> bool {
        if self.from <= self.until {
            (self.from..self.until).contains(&time)
        } else {
            time >= self.from || time < self.until
        }
    }
}

/// How somebody answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answers {
    /// Median by day.
    pub day: Span,
    /// Median by night.
    pub night: Span,
    /// When it is day for them.
    pub hours: Hours,
    /// Chance of no answer at all by night, 0 to 1.
    pub misses: f64,
}

/// How near somebody is to the pager: how people answer is said once, for all scenarios. These
/// medians are assumptions; no open data of times from page to answer were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staffing {
    /// On duty, with the pager at hand.
    OnCall,
    /// Not on duty, but reads what is sent.
    Reachable,
    /// Nothing calls them: they look at their own screens now and then.
    LooksIn,
}

impl Staffing {
    /// Median times to an answer, by day and by night.
    pub const fn medians(self) -> [Span; 2] {
        match self {
            Self::OnCall => [Span::from_secs(180), Span::from_secs(420)],
            Self::Reachable => [Span::from_secs(1_800), Span::from_secs(3_600)],
            Self::LooksIn => [Span::from_secs(14_400), Span::from_secs(32_400)],
        }
    }
}

/// The deviation of the logarithm of answer times: a log-normal law with a heavy tail.
const SPREAD: f64 = 1.0;

impl Answers {
    /// How long until the answer, at that time of day, by three words of luck; `None` for never.
    pub fn draw(&self, time: Span, words: [u64; 3]) -> Option<Span> {
        let is_day = self.hours.contains(time);
        if !is_day && unit(words[0]) < self.misses {
            return None;
        }
        let median = if is_day { self.day } else { self.night };
        Some(lognormal(median, SPREAD, [words[1], words[2]]))
    }
}

/// A log-normal length of time with that median.
pub fn lognormal(median: Span, spread: f64, words: [u64; 2]) -> Span {
    median.scaled(libm::exp(spread * standard_normal(words[0], words[1])))
}

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Looks into it and repairs it.
    Responder,
    /// Takes command of what lasts: one works, and everybody who may be needed is called in.
    Commander,
    /// Tells users that it is known.
    Comms,
}

/// Somebody who can be paged.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub job: Job,
    /// The organisation, by place.
    pub operator: u16,
    /// How it answers.
    pub answers: Answers,
    /// After so long without an answer that role is paged, by place.
    pub escalate: Option<(Span, u16)>,
    /// Whether pages reach it at all.
    pub is_reached: bool,
}

/// What people do without a runbook: look around, guess, act, wait, guess again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// Median time of one try, log-normal.
    pub takes: Span,
    /// Chance of the right idea with one alarm on; it is divided by how many are.
    pub right: f64,
    /// After a try, so long until the next.
    pub waits: Span,
    /// Share of the nodes of one client that get a version made in haste, where somebody thinks
    /// that its clocks are wrong; 0 where nobody makes one.
    pub patch: f64,
}

/// How many feel responsible where nobody is named (Darley and Latané 1968: the more watch, the
/// less each does).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    /// 0: everybody acts as if alone; 1: as fast together as one alone; above: slower the more
    /// there are.
    pub beta: f64,
    /// Chance that somebody who begins later does not see that another has it, 0 to 1.
    pub overlap: f64,
}

/// How long until somebody whose median alone is `median` takes what `watchers` see: each acts
/// with the rate of one alone divided by watchers to the power of beta, exponentially.
pub fn blurred(median: Span, watchers: u32, crowd: Crowd, word: u64) -> Span {
    let slower = libm::pow(f64::from(watchers.max(1)), crowd.beta);
    median.scaled(slower * -libm::log2(1.0 - unit(word)))
}

/// Everybody, and how they work.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// How they are organised.
    pub structure: Structure,
    /// Organisations by name; hosts are dealt to them in turn.
    pub operators: Vec<String>,
    /// Who can be paged; the first responder is called when users complain.
    pub roles: Vec<Role>,
    /// How an organisation answers in which nobody has a role.
    pub others: Answers,
    /// What lasts so long is declared: those in command and those who tell users are called.
    pub declares: Span,
    /// What they do without a runbook.
    pub guess: Guess,
    /// How responsibility blurs without named roles.
    pub crowd: Crowd,
    /// An incident that was quiet for so long is closed.
    pub calm: Span,
    /// So long until a process that is started anew is up.
    pub boot: Span,
    /// Users are heard at the ticket with this number, counted over `hears`.
    pub tickets: u32,
    /// Tickets that are older do not count.
    pub hears: Span,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Draws, Luck, Purpose};

    fn words(count: u64, index: u64) -> impl Iterator<Item = u64> {
        let mut draws = Draws::new(3);
        (0..count).map(move |entity| draws.word(Luck { purpose: Purpose::Bench, entity, index }))
    }

    const HOUR: u64 = 3_600;

    fn hours(from: u64, until: u64) -> Hours {
        Hours { from: Span::from_secs(from * HOUR), until: Span::from_secs(until * HOUR) }
    }

    #[test]
    fn hours_may_pass_midnight() {
        let contains = |hours: Hours, hour| hours.contains(Span::from_secs(hour * HOUR));
        let day = hours(7, 22);
        assert_eq!([6, 7, 21, 22].map(|hour| contains(day, hour)), [false, true, true, false]);
        let other = hours(20, 6);
        assert_eq!([19, 20, 3, 6].map(|hour| contains(other, hour)), [false, true, true, false]);
    }

    #[test]
    fn answers_have_their_median_and_are_missed_by_night_only() {
        let minutes = |count: u64| Span::from_secs(60 * count);
        let answers =
            Answers { day: minutes(3), night: minutes(7), hours: hours(7, 22), misses: 0.15 };
        let drawn = |hour: u64| {
            let each = words(10_000, 0).zip(words(10_000, 1)).zip(words(10_000, 2));
            let each =
                each.map(|((a, b), c)| answers.draw(Span::from_secs(hour * HOUR), [a, b, c]));
            let mut all: Vec<_> = each.flatten().collect();
            all.sort_unstable();
            let median = all[all.len() / 2].as_secs_f64() / 60.0;
            (all.len(), (median * 10.0).round() / 10.0)
        };
        assert_eq!(drawn(14), (10_000, 3.0));
        let (answered, median) = drawn(2);
        assert!((8_400..8_600).contains(&answered) && (6.7..7.3).contains(&median), "{answered}");
    }

    /// The first of n takes it at the rate n^(1 - beta) times that of one alone.
    #[test]
    fn with_a_strong_blur_more_watchers_are_slower() {
        let first_of = |watchers: u32, beta| {
            let sum: f64 = (0..4_000_u64)
                .map(|night| {
                    let mut draws = Draws::new(night);
                    let each = (0..watchers).map(|who| {
                        let luck = Luck { purpose: Purpose::Bench, entity: who.into(), index: 0 };
                        let word = draws.word(luck);
                        blurred(Span::from_secs(60), watchers, Crowd { beta, overlap: 0.0 }, word)
                            .as_secs_f64()
                    });
                    each.fold(f64::INFINITY, f64::min)
                })
                .sum();
            sum / 4_000.0 / (60.0 / std::f64::consts::LN_2)
        };
        for (watchers, beta) in [(1, 1.0), (8, 0.0), (8, 1.0), (8, 1.5)] {
            let expected = libm::pow(f64::from(watchers), beta - 1.0);
            let found = first_of(watchers, beta);
            assert!((found / expected - 1.0).abs() < 0.06, "{watchers} {beta}: {found}");
        }
    }
}
