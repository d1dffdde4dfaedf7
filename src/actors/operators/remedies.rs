//! What a remedy does: orders to hosts, by the same way as faults.

use super::Operators;
use crate::actors::Packet;
use crate::attestation::Rules;
use crate::kernel::{ProcessId, Span};
use crate::network::{Control, Desk, Order, PartOrder};
use crate::ops::{Step, Worst};
use crate::trace::Remedy;

/// All of what comes.
const WHOLE: u16 = 1_000;

impl Operators {
    /// Gives the orders that a remedy is made of.
    pub(super) fn act(&self, step: Step, on: Worst, desk: &mut Desk<'_, Packet>) {
        let rule = Control::OF_OPERATORS;
        let mut order = |after, order| desk.order(on.process, after, Control { rule, order });
        match (step.remedy, on.part) {
            (Remedy::Inspect | Remedy::FailOver | Remedy::PauseAutomation, _) => {}
            (Remedy::Restart, Some(part)) => {
                order(Span::ZERO, Order::Part(part, PartOrder::Mend));
                order(Span::ZERO, Order::Throttle(0));
            }
            (Remedy::Restart, None) => {
                order(Span::ZERO, Order::Crash { state_lost: false });
                order(self.setting.people.boot, Order::Mend);
            }
            (Remedy::Drain, _) => order(Span::ZERO, Order::Throttle(WHOLE)),
            (Remedy::Refill, _) => order(Span::ZERO, Order::Throttle(0)),
            (Remedy::Shed, _) => order(Span::ZERO, Order::Throttle(step.share)),
            (Remedy::Pause, _) => order(Span::ZERO, Order::Interpret(Rules::Paused as u8)),
            (Remedy::Limit, _) => order(Span::ZERO, Order::Limit(step.limit)),
            (Remedy::SetClock, _) => order(Span::ZERO, Order::SetClock),
            (Remedy::Patch, _) => {
                order(Span::ZERO, Order::SetClock);
                order(Span::ZERO, Order::Interpret(Rules::KnowsNoLinks as u8));
            }
            (Remedy::RollBack, _) => order(Span::ZERO, Order::Interpret(Rules::Usual as u8)),
        }
    }

    /// That validator is to lead, and everybody hears it.
    pub(super) fn hand_over_to(&self, next: ProcessId, desk: &mut Desk<'_, Packet>) {
        let order = Order::Lead(next.0 as u16);
        for validator in (0..self.setting.validators).map(ProcessId) {
            let control = Control { rule: Control::OF_OPERATORS, order: order.clone() };
            desk.order(validator, Span::ZERO, control);
        }
    }
}
