//! Histories that one order explains, as clients would record them, and what is planted in them.

use crate::history::{Action, Model, Operation};

/// Numbers that look drawn: the same for the same seed (a linear congruential generator, its high
/// bits).
pub(super) struct Luck(u64);

impl Luck {
    pub(super) fn new(seed: u64) -> Self {
        let mut luck = Self(seed);
        luck.below(1);
        luck
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn is_one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// What is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recording {
    pub(super) model: Model,
    pub(super) operations: usize,
    pub(super) clients: u64,
    /// Values that are written; none twice if there are no limits.
    pub(super) values: Option<u64>,
    /// One operation in so many never returns.
    pub(super) lost: u64,
}

/// An operation on its way: when it takes effect, which is at no other's time.
struct Sent {
    effective: (i64, usize),
    operation: Operation,
    /// Of what never returned, whether it happened.
    happens: bool,
}

impl Recording {
    /// A history that one order explains.
    pub(super) fn record(&self, luck: &mut Luck) -> Vec<Operation> {
        let mut free = vec![0_i64; self.clients as usize];
        let mut sent: Vec<Sent> =
            (0..self.operations).map(|place| self.send(place, &mut free, luck)).collect();
        sent.sort_by_key(|sent| sent.effective);
        let mut value = self.model.initial().map(ToOwned::to_owned);
        let mut next = 0;
        for sent in &mut sent {
            next += 1;
            let has_returned = sent.operation.returned.is_some();
            let action = self.act(&value, next, luck);
            if has_returned || sent.happens {
                value = after(&action, value);
            }
            sent.operation.words = format!("{action:?}");
            sent.operation.action = action;
        }
        let mut operations: Vec<Operation> = sent.into_iter().map(|sent| sent.operation).collect();
        operations.sort_by_key(|operation| (operation.called, operation.line));
        operations
    }

    /// The next operation of whoever is free first.
    fn send(&self, place: usize, free: &mut [i64], luck: &mut Luck) -> Sent {
        let client = (0..free.len()).min_by_key(|client| free[*client]).expect("somebody");
        let called = free[client] + luck.below(4) as i64;
        let effective = called + luck.below(8) as i64;
        let returned = effective + luck.below(8) as i64;
        free[client] = returned + 1;
        let is_lost = self.lost > 0 && luck.is_one_in(self.lost);
        let operation = Operation {
            line: place + 1,
            client: client.to_string(),
            called,
            returned: (!is_lost).then_some(returned),
            key: String::new(),
            action: Action::Nothing,
            words: String::new(),
        };
        Sent { effective: (effective, place), operation, happens: luck.is_one_in(2) }
    }

    /// What somebody does, and is told, when the register holds `value`.
    fn act(&self, value: &Option<String>, number: usize, luck: &mut Luck) -> Action {
        let mut new = || match self.values {
            Some(values) => luck.below(values).to_string(),
            None => format!("{number}."),
        };
        let (one, other) = (new(), new());
        let expected = if luck.is_one_in(2) { Some(one) } else { value.clone() };
        match (self.model, luck.below(10)) {
            (_, 0..5) => Action::Read(value.clone()),
            (Model::Kv, 5) => Action::Write(Some(other)),
            (Model::Kv, _) => Action::Append(other),
            (_, 5..8) => Action::Write(Some(other)),
            (_, _) if expected == *value => Action::Cas { expected, new: Some(other) },
            (Model::Register, _) => Action::CasFailed(expected),
            (Model::CasRegister, _) => Action::Nothing,
        }
    }
}

fn after(action: &Action, value: Option<String>) -> Option<String> {
    match action {
        Action::Read(_) | Action::CasFailed(_) | Action::Nothing => value,
        Action::Write(new) | Action::Cas { new, .. } => new.clone(),
        Action::Append(more) => Some(value.unwrap_or_default() + more),
    }
}

/// Has a read see what an earlier one saw; whether that is a violation is another question.
pub(super) fn plant_old_sight(operations: &mut [Operation], luck: &mut Luck) -> Option<usize> {
    let reads: Vec<usize> = (0..operations.len())
        .filter(|at| {
            matches!(operations[*at].action, Action::Read(_)) && operations[*at].returned.is_some()
        })
        .collect();
    let late = *reads.get(luck.below(reads.len().max(1) as u64) as usize)?;
    let before: Vec<usize> = reads.into_iter().filter(|at| *at < late).collect();
    let early = *before.get(luck.below(before.len().max(1) as u64) as usize)?;
    operations[late].action = operations[early].action.clone();
    Some(late)
}
