//! The operations of one register as the search sees them: times, effects, values as numbers.

use super::action::{Action, Model, Operation, Value};
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
pub(super) struct Problem {
    pub(super) initial: u32,
    pub(super) steps: Vec<Step>,
    pub(super) texts: Texts,
}

impl Problem {
    /// The operations at `places` of a history, all of one key.
    pub(super) fn new(model: Model, operations: &[Operation], places: &[usize]) -> Self {
        let mut texts = Texts::default();
        let initial = texts.number(&model.initial());
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
        Self { initial, steps, texts }
    }
}

fn effect(action: &Action, texts: &mut Texts) -> Option<Effect> {
    let mut number = |value: &Value| texts.number(value);
    Some(match action {
        Action::Read(value) => Effect::Observe(number(value)),
        Action::Write(value) => Effect::Write(number(value)),
        Action::Cas { expected, new } => Effect::Swap(number(expected), number(new)),
        Action::CasFailed(value) => Effect::Differs(number(value)),
        Action::Append(text) => Effect::Append(number(&Some(text.clone()))),
        Action::Nothing => return None,
    })
}
