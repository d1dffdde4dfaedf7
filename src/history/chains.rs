//! Registers whose every change is told from every other by what was read: chains and zones.
//!
//! If no value is written twice, what is read names its write; under appends, if no text begins
//! another, what is read spells out one row of changes. Changes that were read in a row form a
//! chain, between which nothing else can have changed the register. One order explains all if the
//! order within each chain is true to the times, and no two chains conflict as zones do.

use std::collections::BTreeMap;

use super::problem::{Effect, NEVER, Problem};
use super::zones::{Cluster, Zones};

/// The verdict by chains: `None` if what is read does not name the changes; else a few operations,
/// by place, that no order explains, if there are any.
pub(super) fn judge(problem: &Problem<'_>) -> Option<Option<Vec<usize>>> {
    let changes = Changes::of(problem)?;
    let mut chains = match Chains::of(problem, &changes) {
        Ok(chains) => chains,
        Err(suspects) => return Some(Some(suspects)),
    };
    chains.rows.retain(|row| !row.is_idle(problem));
    let astray = chains.rows.iter().find(|row| !row.is_true_to_times(problem));
    if let Some(row) = astray {
        return Some(Some(row.all().collect()));
    }
    let clusters: Vec<_> = chains.rows.iter().map(|row| row.cluster(problem)).collect();
    let conflict = Zones::conflict(&clusters);
    Some(
        conflict
            .map(|(one, other)| chains.rows[one].all().chain(chains.rows[other].all()).collect()),
    )
}

/// The changes by what they wrote, no two alike.
enum Changes<'a> {
    /// Whole values.
    Values(BTreeMap<u32, usize>),
    /// Parts of texts; none begins another, so a text can be taken apart in one way only.
    Parts(BTreeMap<&'a str, usize>),
}

impl<'a> Changes<'a> {
    fn of(problem: &Problem<'a>) -> Option<Self> {
        let mut values = BTreeMap::new();
        let mut has_appends = false;
        for (place, step) in problem.steps.iter().enumerate() {
            let value = match step.effect {
                Effect::Observe(_) => continue,
                Effect::Differs(_) | Effect::Swap(..) => return None,
                Effect::Write(value) => value,
                Effect::Append(value) => {
                    has_appends = true;
                    value
                }
            };
            if value == problem.initial || values.insert(value, place).is_some() {
                return None;
            }
        }
        if !has_appends {
            return Some(Self::Values(values));
        }
        let text = |(value, place)| (problem.texts.text(value), place);
        let parts: BTreeMap<&str, usize> = values.into_iter().map(text).collect();
        let mut pairs = parts.keys().zip(parts.keys().skip(1));
        let is_telling = pairs.all(|(part, next)| !next.starts_with(part));
        is_telling.then_some(Self::Parts(parts))
    }

    /// The changes that a value shows, in order; `None` if nobody made it.
    fn shown(&self, problem: &Problem<'_>, value: u32) -> Option<Vec<usize>> {
        if value == problem.initial {
            return Some(Vec::new());
        }
        let parts = match self {
            Self::Values(values) => return values.get(&value).map(|place| vec![*place]),
            Self::Parts(parts) => parts,
        };
        let (mut rest, mut shown) = (problem.texts.text(value), Vec::new());
        while !rest.is_empty() {
            // If one begins the rest, it is the greatest that is not greater than the rest.
            let (part, place) = parts.range(..=rest).next_back()?;
            rest = rest.strip_prefix(part)?;
            let is_write = matches!(problem.steps[*place].effect, Effect::Write(_));
            if is_write && !shown.is_empty() {
                return None;
            }
            shown.push(*place);
        }
        Some(shown)
    }
}

/// A row of changes and who saw the register after each.
#[derive(Clone, Debug, Default)]
struct Row {
    /// Begins with what the register held at first.
    is_first: bool,
    /// Changes and those who saw them, in turn.
    slots: Vec<Vec<usize>>,
}

#[derive(Default)]
struct Chains {
    rows: Vec<Row>,
}

/// What came right before and after a change, and which read showed it.
#[derive(Clone, Copy, Debug, Default)]
struct Links {
    before: Option<(Option<usize>, usize)>,
    after: Option<(usize, usize)>,
}

impl Chains {
    /// The chains, or operations that show that there are none.
    fn of(problem: &Problem<'_>, changes: &Changes<'_>) -> Result<Self, Vec<usize>> {
        // Of the register's first value, the last.
        let first = problem.steps.len();
        let mut links = vec![Links::default(); first + 1];
        let mut sights: Vec<Vec<usize>> = vec![Vec::new(); first + 1];
        let mut known: BTreeMap<u32, usize> = BTreeMap::new();
        for (place, step) in problem.steps.iter().enumerate() {
            let Effect::Observe(value) = step.effect else { continue };
            let end = match known.get(&value) {
                Some(end) => *end,
                None => {
                    let shown = changes.shown(problem, value).ok_or_else(|| vec![place])?;
                    let end = shown.last().copied().unwrap_or(first);
                    link(problem, &mut links, &shown, place).map_err(|other| {
                        let mut all = [shown.clone(), vec![place, other]].concat();
                        if let Effect::Observe(seen) = problem.steps[other].effect {
                            all.extend(changes.shown(problem, seen).unwrap_or_default());
                        }
                        all.sort_unstable();
                        all.dedup();
                        all
                    })?;
                    known.insert(value, end);
                    end
                }
            };
            sights[end].push(place);
        }
        let is_head = |at: &usize| {
            let is_change =
                *at == first || !matches!(problem.steps[*at].effect, Effect::Observe(_));
            is_change && links[*at].before.is_none_or(|(before, _)| before.is_none())
        };
        let heads = (0..=first).filter(is_head);
        let rows = heads.map(|head| {
            let mut slots = Vec::new();
            let mut next = Some(head);
            while let Some(at) = next {
                slots.push(if at == first { Vec::new() } else { vec![at] });
                slots.push(std::mem::take(&mut sights[at]));
                next = links[at].after.map(|(after, _)| after);
            }
            Row { is_first: head == first, slots }
        });
        Ok(Self { rows: rows.collect() })
    }
}

/// Ties changes that were read in a row, or names a read that showed another row.
fn link(
    problem: &Problem<'_>,
    links: &mut [Links],
    shown: &[usize],
    by: usize,
) -> Result<(), usize> {
    let first = problem.steps.len();
    let mut previous = None;
    for &change in shown {
        let is_write = matches!(problem.steps[change].effect, Effect::Write(_));
        let before = if is_write { None } else { Some(previous.unwrap_or(first)) };
        match links[change].before {
            Some((known, shown_by)) if known != before => return Err(shown_by),
            _ => links[change].before = Some((before, by)),
        }
        if let Some(before) = before {
            match links[before].after {
                Some((known, shown_by)) if known != change => return Err(shown_by),
                _ => links[before].after = Some((change, by)),
            }
        }
        previous = Some(change);
    }
    Ok(())
}

impl Row {
    fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots.iter().flatten().copied()
    }

    /// Whether it may as well not have happened: a change that never returned and nobody saw.
    fn is_idle(&self, problem: &Problem<'_>) -> bool {
        !self.is_first && self.all().all(|at| problem.steps[at].returned == NEVER)
    }

    /// Whether nothing returned before what comes before it was called.
    fn is_true_to_times(&self, problem: &Problem<'_>) -> bool {
        let mut called = i64::MIN;
        self.slots.iter().all(|slot| {
            let steps = || slot.iter().map(|at| problem.steps[*at]);
            let is_true = steps().all(|step| called <= step.returned);
            called = steps().map(|step| step.called).fold(called, i64::max);
            is_true
        })
    }

    fn cluster(&self, problem: &Problem<'_>) -> Cluster<i64> {
        let whole = if self.is_first { (i64::MIN, i64::MIN) } else { (i64::MIN, i64::MAX) };
        let mut cluster = Cluster::of(whole.0, whole.1);
        for at in self.all() {
            cluster.add(problem.steps[at].called, problem.steps[at].returned);
        }
        cluster
    }
}
