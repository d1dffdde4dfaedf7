//! The operations of one register as the search sees them: times, effects, values as numbers.

use std::cmp::Reverse;

use super::action::{Action, Model, Operation, Value};
use super::register::Register;
use super::texts::Texts;

/// What an operation does to the register, or needs it to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// It is this.
    Observe(u32),
    /// It is anything but this.
    Differs(u32),
    /// It becomes this.
    Write(u32),
    /// It is the first and becomes the second.
    Swap(u32, u32),
    /// This is put behind it.
    Append(u32),
}

impl Effect {
    /// Whether it needs the register to be something.
    pub(super) const fn is_look(self) -> bool {
        matches!(self, Self::Observe(_) | Self::Differs(_) | Self::Swap(..))
    }

    /// The value that it needs the register to hold.
    pub(super) const fn needed(self) -> Option<u32> {
        match self {
            Self::Observe(value) | Self::Swap(value, _) => Some(value),
            Self::Differs(_) | Self::Write(_) | Self::Append(_) => None,
        }
    }

    /// The value that it sets.
    pub(super) const fn made(self) -> Option<u32> {
        match self {
            Self::Write(value) | Self::Swap(_, value) => Some(value),
            Self::Observe(_) | Self::Differs(_) | Self::Append(_) => None,
        }
    }

    /// Whether it makes the register something.
    pub(super) const fn is_change(self) -> bool {
        matches!(self, Self::Write(_) | Self::Swap(..) | Self::Append(_))
    }
}

/// One operation of one register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) called: i64,
    /// [`NEVER`] if it may take effect at any time after its call, or not at all.
    pub(super) returned: i64,
    pub(super) effect: Effect,
    /// Its place among all operations of the history.
    pub(super) operation: usize,
}

/// The end of what never returned.
pub(super) const NEVER: i64 = i64::MAX;

/// One register's operations that say something.
#[derive(Clone, Debug)]
pub(super) struct Problem<'a> {
    /// The number of the value that it held at first.
    pub(super) initial: u32,
    pub(super) steps: Vec<Step>,
    /// Those that change it, by place: the last to return first.
    pub(super) changes: Vec<usize>,
    pub(super) texts: Texts<'a>,
    pub(super) register: Register<'a>,
}

impl<'a> Problem<'a> {
    /// The operations at `places` of a history, all of one key.
    pub(super) fn new(model: Model, operations: &'a [Operation], places: &[usize]) -> Self {
        let mut texts = Texts::default();
        let initial = texts.number(model.initial());
        let mut steps = Vec::with_capacity(places.len());
        for &operation in places {
            let Operation { called, returned, action, .. } = &operations[operation];
            let returned = returned.unwrap_or(NEVER);
            let Some(effect) = effect(action, &mut texts) else { continue };
            // What was seen by a call that never returned was told to nobody.
            let is_sight = matches!(effect, Effect::Observe(_) | Effect::Differs(_));
            if !(is_sight && returned == NEVER) {
                steps.push(Step { called: *called, returned, effect, operation });
            }
        }
        let register = Register::new(&texts, &steps);
        let is_change = |place: &usize| steps[*place].effect.is_change();
        let mut changes: Vec<usize> = (0..steps.len()).filter(is_change).collect();
        changes.sort_by_key(|place| Reverse((steps[*place].returned, *place)));
        Self { initial, steps, changes, texts, register }
    }
}

fn effect<'a>(action: &'a Action, texts: &mut Texts<'a>) -> Option<Effect> {
    let mut number = |value: &'a Value| texts.number(value.as_deref());
    Some(match action {
        Action::Read(value) => Effect::Observe(number(value)),
        Action::Write(value) => Effect::Write(number(value)),
        Action::Cas { expected, new } => Effect::Swap(number(expected), number(new)),
        Action::CasFailed(value) => Effect::Differs(number(value)),
        Action::Append(text) => Effect::Append(texts.number(Some(text))),
        Action::Nothing => return None,
    })
}
