//! Who takes part in a scenario, and the selector language that names them.

use super::model::{DelayTable, Dependants, Indexers, LoadGroup, Routers, Validators};
use super::problem::suggest;
use super::quantity::{Quantity, Share};
use super::selector::{ActorKind, ActorPick, ActorSet, Selector, Term};
use super::words::{Mistake, Word, Words};
use crate::flow::Lane;

/// Everybody that a selector can name.
#[derive(Clone, Debug)]
pub(crate) struct Cast<'a> {
    roles: Vec<Role<'a>>,
    regions: &'a [String],
    operators: &'a [String],
}

/// Actors of one kind, numbered from 0, their regions dealt in turn.
#[derive(Clone, Debug)]
struct Role<'a> {
    plural: &'a str,
    kind: ActorKind,
    count: u32,
    regions: &'a [usize],
}

/// Whether a selector is meant for links or for actors; the narrower come later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Links,
    /// Actors and time sources.
    Clocks,
    /// Actors, or one kind of a router's work.
    Pools,
    Actors,
    Routers,
    Validators,
    Indexers,
}

/// A name that belongs to the selector language and cannot be a load group's.
pub(crate) const RESERVED: [&str; 14] = [
    "validators",
    "routers",
    "clients",
    "indexers",
    "dependants",
    "time-sources",
    "validator",
    "router",
    "client",
    "indexer",
    "dependant",
    "time-source",
    "leader",
    "sequencer",
];

/// The name of one client of a group is the group's without its plural `s`, and a number.
pub fn singular(group: &str) -> &str {
    group.strip_suffix('s').filter(|rest| !rest.is_empty()).unwrap_or(group)
}

/// `router-1.order` is the router, and the kind of its work.
fn split_lane<'w>(word: &Word<'w>) -> Result<(Word<'w>, Option<Lane>), Mistake> {
    let Some(dot) = word.text.rfind('.').filter(|dot| !word.text[..*dot].ends_with('.')) else {
        return Ok((word.clone(), None));
    };
    let (actor, name) = (&word.text[..dot], &word.text[dot + 1..]);
    if name.parse::<u32>().is_ok() {
        return Ok((word.clone(), None));
    }
    let names = Lane::ALL.map(Lane::name);
    let Some(lane) = Lane::ALL.into_iter().find(|lane| lane.name() == name) else {
        let meant = suggest(name, names);
        let note = format!("{meant}bulkheads: {}", names.join(", "));
        return Err(word.wrong(format!("there is no bulkhead `{name}`"), note));
    };
    let part = word.part.start..word.part.start + dot;
    Ok((Word { text: actor, part }, Some(lane)))
}

impl<'a> Cast<'a> {
    pub(crate) fn new(
        (validators, routers, load): (&'a Validators, &'a Routers, &'a [LoadGroup]),
        (indexers, dependants): (Option<&'a Indexers>, Option<&'a Dependants>),
        table: &'a DelayTable,
        operators: &'a [String],
    ) -> Self {
        let role = |plural, kind, count, regions| Role { plural, kind, count, regions };
        let mut roles = vec![
            role("validators", ActorKind::Validators, validators.count, &validators.regions),
            role("routers", ActorKind::Routers, routers.count, &routers.regions),
        ];
        for (index, group) in load.iter().enumerate() {
            let kind = ActorKind::Clients(Some(index));
            roles.push(role(&group.name, kind, group.clients, &group.regions));
        }
        if let Some(some) = indexers {
            roles.push(role("indexers", ActorKind::Indexers, some.count, &some.regions));
        }
        if let Some(some) = dependants {
            roles.push(role("dependants", ActorKind::Dependants, some.count, &some.regions));
        }
        Self { roles, regions: &table.regions, operators }
    }

    /// The same with time sources, which are nowhere in particular.
    pub(crate) fn with_sources(mut self, count: u32) -> Self {
        let (plural, kind) = ("time-sources", ActorKind::TimeSources);
        self.roles.push(Role { plural, kind, count, regions: &[0] });
        self
    }

    /// Reads a selector and makes sure that it names somebody.
    pub(crate) fn select(&self, text: &str, target: Target) -> Result<Selector, Mistake> {
        let mut words = Words::new(text);
        let mut terms = Vec::new();
        loop {
            let start = words.here().part.start;
            let term = self.term(&mut words)?;
            let end = start + text[start..].find(',').unwrap_or(text.len() - start);
            let whole = Word { text: text[start..end].trim_end(), part: start..end };
            check_target(&term, target, &whole)?;
            terms.push(term);
            if words.is_done() {
                return Ok(Selector { text: text.to_owned(), terms });
            }
            if words.sign(&[","]).is_none() {
                return Err(words.here().wrong("this selector goes on where it should end", FORMS));
            }
        }
    }

    fn term(&self, words: &mut Words<'_>) -> Result<Term, Mistake> {
        let from = self.actors(words)?;
        match words.sign(&["<->", "->"]) {
            None => Ok(Term::Actors(from)),
            Some(arrow) => Ok(Term::Links { from, to: self.actors(words)?, both: arrow == "<->" }),
        }
    }

    fn actors(&self, words: &mut Words<'_>) -> Result<ActorSet, Mistake> {
        let first = words.word();
        if first.text.is_empty() {
            return Err(words.here().wrong("an actor is missing here", FORMS));
        }
        let (first, lane) = split_lane(&first)?;
        let (kind, pick) = self.kind_and_pick(&first, words)?;
        if lane.is_some() && kind != ActorKind::Routers {
            let note = "only routers have bulkheads: `router-1.order`, `routers.hook`";
            return Err(first.wrong(format!("`{}` has no bulkheads", first.text), note));
        }
        let bare_region = self.regions.iter().position(|region| region == first.text);
        let by_name = bare_region.filter(|_| kind == ActorKind::Anyone && first.text != "*");
        let (mut region, mut operator) = (by_name, None);
        match words.peek().text {
            "in" => region = Some(self.region(words)?),
            "of" => operator = Some(self.operator(words)?),
            _ => {}
        }
        let set = ActorSet { kind, pick, region, operator, lane };
        self.check_somebody(&set, &first)?;
        Ok(set)
    }

    fn kind_and_pick(
        &self,
        first: &Word<'_>,
        words: &mut Words<'_>,
    ) -> Result<(ActorKind, ActorPick), Mistake> {
        if first.text.ends_with('%') {
            let share = Share::parse(first.text)
                .map_err(|_| first.wrong(format!("`{}` is not a share", first.text), FORMS))?;
            let of = words.word();
            if of.text != "of" {
                return Err(of.wrong("`of` is missing here", "write it like `30% of validators`"));
            }
            return Ok((self.kind(&words.word())?, ActorPick::Share(share.0)));
        }
        if let Ok(count) = first.text.parse() {
            return Ok((self.kind(&words.word())?, ActorPick::Some(count)));
        }
        if let Some(found) = self.numbered(first)? {
            return Ok(found);
        }
        Ok((self.kind(first)?, ActorPick::All))
    }

    fn kind(&self, word: &Word<'_>) -> Result<ActorKind, Mistake> {
        match word.text {
            "*" => Ok(ActorKind::Anyone),
            "leader" | "sequencer" => Ok(ActorKind::Leader),
            "clients" => Ok(ActorKind::Clients(None)),
            name if self.regions.iter().any(|region| region == name) => Ok(ActorKind::Anyone),
            name => {
                let role = self.roles.iter().find(|role| role.plural == name);
                role.map(|role| role.kind.clone()).ok_or_else(|| self.unknown(word))
            }
        }
    }

    /// `validator-3` or `validator-0..2`.
    fn numbered(&self, word: &Word<'_>) -> Result<Option<(ActorKind, ActorPick)>, Mistake> {
        let Some((name, numbers)) = word.text.rsplit_once('-') else { return Ok(None) };
        let (first, last) = numbers.split_once("..").unwrap_or((numbers, numbers));
        let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else {
            return Ok(None);
        };
        let Some(role) = self.roles.iter().find(|role| singular(role.plural) == name) else {
            return Ok(None);
        };
        if first > last || last >= role.count {
            let message = format!("there is no `{}`", word.text);
            let note = format!("{} are {name}-0 to {name}-{}", role.plural, role.count - 1);
            return Err(word.wrong(message, note));
        }
        Ok(Some((role.kind.clone(), ActorPick::Range(first, last))))
    }

    fn region(&self, words: &mut Words<'_>) -> Result<usize, Mistake> {
        words.word();
        let word = words.word();
        let found = self.regions.iter().position(|region| region == word.text);
        found.ok_or_else(|| no_region(&word, self.regions))
    }

    fn operator(&self, words: &mut Words<'_>) -> Result<(u16, u16), Mistake> {
        words.word();
        let word = words.word();
        let found = self.operators.iter().position(|operator| operator == word.text);
        let found = found.and_then(|place| u16::try_from(place).ok());
        found.map(|place| (place, self.operators.len() as u16)).ok_or_else(|| {
            let meant = suggest(word.text, self.operators.iter().map(String::as_str));
            let note = match self.operators {
                [] => "name them: `operators = [\"north\", \"south\"]` in `[ops]`".to_owned(),
                all => format!("{meant}operators: {}", all.join(", ")),
            };
            word.wrong(format!("there is no operator `{}`", word.text), note)
        })
    }

    fn unknown(&self, word: &Word<'_>) -> Mistake {
        let mut names: Vec<String> = vec!["clients".into(), "leader".into(), "*".into()];
        names.extend(self.roles.iter().map(|role| role.plural.to_owned()));
        let singles = self.roles.iter().map(|role| format!("{}-0", singular(role.plural)));
        let all: Vec<String> = names.iter().cloned().chain(singles).collect();
        let every = all.iter().map(String::as_str).chain(self.regions.iter().map(String::as_str));
        let meant = suggest(word.text, every);
        names.sort();
        let note = format!("{meant}actors are: {}", names.join(", "));
        word.wrong(format!("there is no actor `{}`", word.text), note)
    }

    fn check_somebody(&self, set: &ActorSet, word: &Word<'_>) -> Result<(), Mistake> {
        let inside = self.count(set);
        let place = set.region.map_or("", |region| &self.regions[region]);
        let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
        let operator = set.operator.map(|(operator, _)| &self.operators[usize::from(operator)]);
        let place = operator.map_or(place, |operator| format!(" of {operator}"));
        let (enough, message) = match set.pick {
            _ if inside == 0 => (false, format!("nobody of them is{place}")),
            ActorPick::Some(0) => (false, format!("0 of {inside}{place} is nobody")),
            ActorPick::Some(count) => {
                let are = if inside == 1 { "is" } else { "are" };
                (count <= inside, format!("there {are} {inside}{place}, not {count}"))
            }
            ActorPick::Share(share) => {
                let chosen = (share * f64::from(inside)).round();
                (chosen >= 1.0, format!("{} of {inside}{place} is nobody", word.text))
            }
            ActorPick::All | ActorPick::Range(..) => (true, String::new()),
        };
        if enough {
            return Ok(());
        }
        Err(word.wrong(message, "this selects nobody, or more than there are"))
    }

    /// How many of the actors that it may pick from are in its region.
    fn count(&self, set: &ActorSet) -> u32 {
        let fits = |role: &&Role<'_>| match set.kind {
            ActorKind::Anyone => role.kind != ActorKind::TimeSources,
            ActorKind::Clients(None) => matches!(role.kind, ActorKind::Clients(_)),
            ActorKind::Leader => role.kind == ActorKind::Validators,
            ActorKind::Validators
            | ActorKind::Routers
            | ActorKind::Indexers
            | ActorKind::Dependants
            | ActorKind::TimeSources
            | ActorKind::Clients(Some(_)) => role.kind == set.kind,
        };
        self.roles.iter().filter(fits).map(|role| role.count_in(set)).sum()
    }
}

impl Role<'_> {
    fn count_in(&self, set: &ActorSet) -> u32 {
        let (first, last) = match set.pick {
            ActorPick::Range(first, last) => (first, last),
            ActorPick::All | ActorPick::Some(_) | ActorPick::Share(_) => (0, self.count - 1),
        };
        let is_run = matches!(self.kind, ActorKind::Validators | ActorKind::Routers);
        let here = |index: &u32| {
            let region = self.regions[*index as usize % self.regions.len()];
            let is_theirs =
                |(operator, of)| is_run && *index % u32::from(of) == u32::from(operator);
            set.region.is_none_or(|wanted| wanted == region) && set.operator.is_none_or(is_theirs)
        };
        u32::try_from((first..=last).filter(here).count()).unwrap_or(u32::MAX)
    }
}

const FORMS: &str = "write it like `validator-3`, `2 validators`, `routers -> validators`";

pub(crate) fn no_region(word: &Word<'_>, regions: &[String]) -> Mistake {
    let meant = suggest(word.text, regions.iter().map(String::as_str));
    let note = format!("{meant}regions: {}", regions.join(", "));
    word.wrong(format!("there is no region `{}`", word.text), note)
}

/// Whether it names time sources.
pub(crate) fn is_of_sources(term: &Term) -> bool {
    let is_source = |set: &ActorSet| set.kind == ActorKind::TimeSources;
    match term {
        Term::Actors(set) => is_source(set),
        Term::Links { from, to, .. } => is_source(from) || is_source(to),
    }
}

fn check_target(term: &Term, target: Target, word: &Word<'_>) -> Result<(), Mistake> {
    let narrow = match term {
        Term::Actors(set) => {
            set.lane.is_some() && target != Target::Links && target != Target::Pools
        }
        Term::Links { from, to, .. } => from.lane.is_some() || to.lane.is_some(),
    };
    if narrow {
        let note = "a bulkhead takes `stall` and `slow`: other effects strike the whole router";
        return Err(word.wrong("this fault strikes no single bulkhead", note));
    }
    if target != Target::Clocks && is_of_sources(term) {
        let note = "of time sources only the clocks can be wrong: `skew`";
        return Err(word.wrong("this fault strikes no time sources", note));
    }
    match (term, target) {
        (Term::Actors(_), Target::Clocks | Target::Actors | Target::Pools)
        | (Term::Links { .. }, Target::Links) => Ok(()),
        (Term::Actors(_), Target::Links) => {
            let note = format!("write `{0} -> *`, `* -> {0}` or `{0} <-> *`", word.text);
            Err(word.wrong("this fault strikes links, and these are actors", note))
        }
        (Term::Actors(set), Target::Validators) => match set.kind {
            ActorKind::Validators | ActorKind::Leader => Ok(()),
            ActorKind::Anyone
            | ActorKind::Routers
            | ActorKind::Indexers
            | ActorKind::Dependants
            | ActorKind::TimeSources
            | ActorKind::Clients(_) => {
                let note = "name validators: `validator-3`, `2 validators`, `leader`";
                Err(word.wrong("this fault strikes validators only", note))
            }
        },
        (Term::Actors(set), Target::Indexers) if set.kind == ActorKind::Indexers => Ok(()),
        (Term::Actors(_), Target::Indexers) => {
            let note = "name indexers: `indexer-0`, `indexers`";
            Err(word.wrong("this fault strikes indexers only", note))
        }
        (Term::Actors(set), Target::Routers) if set.kind == ActorKind::Routers => Ok(()),
        (Term::Actors(_), Target::Routers) => {
            let note = "name routers: `routers`, `router-2`, `2 routers`";
            Err(word.wrong("this fault strikes routers only", note))
        }
        (Term::Links { .. }, _) => {
            let note = "name the actors alone; effects on links need a fault of their own";
            Err(word.wrong("this fault strikes actors, and these are links", note))
        }
    }
}
