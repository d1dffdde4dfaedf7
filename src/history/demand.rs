//! Values that somebody has still to see, and how many there are who can still set them. Whoever
//! lets go of a value that somebody needs and nobody can set again need not be followed.

use super::options::Options;
use super::problem::{Effect, Step};

/// Who needs which value and who makes it, of what was not done yet.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    values: Vec<Value>,
    /// How many that look are still to come, and how many of them see only what is not there.
    looks: u32,
    differs: u32,
}

/// The demand for one value.
#[derive(Clone, Debug, Default)]
struct Value {
    needs: u32,
    differs: u32,
    makers: u32,
    /// Those who need it, by return, done or not.
    looks: Vec<u32>,
}

impl Demand {
    /// The demand of `steps` for values below `values`, met by them, by `maybes` and by `options`.
    pub(super) fn new(values: usize, steps: &[Step], maybes: &[Step], options: &Options) -> Self {
        let values = vec![Value::default(); values];
        let mut demand = Self { values, looks: 0, differs: 0 };
        for (step, place) in steps.iter().zip(0..) {
            demand.put_back(step.effect);
            if let Some(value) = step.effect.needed() {
                demand.value(value).looks.push(place);
            }
        }
        for value in &mut demand.values {
            value.looks.sort_unstable_by_key(|look| (steps[*look as usize].returned, *look));
        }
        maybes.iter().for_each(|maybe| demand.put_back_maybe(maybe.effect));
        // Options do not wear out.
        options.made().for_each(|value| demand.value(value).makers += 1);
        demand
    }

    fn value(&mut self, value: u32) -> &mut Value {
        &mut self.values[value as usize]
    }

    /// Something was done.
    pub(super) fn take(&mut self, effect: Effect) {
        self.looks -= u32::from(effect.is_look());
        if let Effect::Differs(value) = effect {
            self.differs -= 1;
            self.value(value).differs -= 1;
        }
        if let Some(value) = effect.needed() {
            self.value(value).needs -= 1;
        }
        self.take_maybe(effect);
    }

    /// It was not done after all.
    pub(super) fn put_back(&mut self, effect: Effect) {
        self.looks += u32::from(effect.is_look());
        if let Effect::Differs(value) = effect {
            self.differs += 1;
            self.value(value).differs += 1;
        }
        if let Some(value) = effect.needed() {
            self.value(value).needs += 1;
        }
        self.put_back_maybe(effect);
    }

    /// Something happened that need not have.
    pub(super) fn take_maybe(&mut self, effect: Effect) {
        if let Some(value) = effect.made() {
            self.value(value).makers -= 1;
        }
    }

    /// It did not after all.
    pub(super) fn put_back_maybe(&mut self, effect: Effect) {
        if let Some(value) = effect.made() {
            self.value(value).makers += 1;
        }
    }

    /// Whether nobody has still to look.
    pub(super) const fn is_met(&self) -> bool {
        self.looks == 0
    }

    /// Those who would wait for this value in vain once it is gone, by return, done or not.
    pub(super) fn in_vain(&self, value: u32) -> &[u32] {
        let Value { needs, makers, looks, .. } = &self.values[value as usize];
        if *needs == 0 || *makers > 0 { &[] } else { looks }
    }

    /// Whether nobody has still to see this value, or that it is not there.
    pub(super) fn is_indifferent(&self, value: u32) -> bool {
        let Value { needs, differs, .. } = self.values[value as usize];
        needs == 0 && differs == 0
    }

    /// Whether nobody has still to see this value, or that another is not there.
    pub(super) fn is_useless(&self, value: u32) -> bool {
        self.differs == 0 && self.values[value as usize].needs == 0
    }
}
