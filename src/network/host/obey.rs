//! How a host obeys: what an order changes in the shell, and what the resident hears of it.

use super::{Awake, Desk, Resident, Signal};
use crate::kernel::Outbox;
use crate::network::{Control, Order, PartOrder};
use crate::trace::{Fact, HostChange};

impl<R: Resident> Awake<'_, R> {
    /// Obeys an order; one that is obeyed already changes nothing.
    pub(super) fn obey(&mut self, control: &Control, out: &mut Outbox<Signal<R::Packet>, Fact>) {
        let now = out.now();
        let rule = control.rule;
        if control.order == Order::Mend {
            return self.mend(rule, out);
        }
        let Some(change) = self.shell.change(control, now) else {
            return match control.order {
                Order::Start if !std::mem::replace(&mut self.shell.has_started, true) => {
                    self.resident.start(&mut Desk { shell: self.shell, out });
                }
                Order::Behave => {
                    self.resident.behave(rule, &mut Desk { shell: self.shell, out });
                }
                Order::Lead(leader) if self.shell.is_up && self.shell.held.is_none() => {
                    self.resident.lead(leader, &mut Desk { shell: self.shell, out });
                }
                Order::Close => self.shell.tell_usage(out),
                _ => {}
            };
        };
        out.fact(Fact::Host { rule, change });
        match control.order {
            Order::Misbehave(ref deed) => {
                self.resident.misbehave(rule, deed.clone(), &mut Desk { shell: self.shell, out });
            }
            Order::Interpret(rules) => self.resident.interpret(rules),
            Order::Upstream(lag) => self.resident.see_upstream(now, lag),
            Order::RollBack(age) => {
                self.resident.roll_back(age, &mut Desk { shell: self.shell, out });
            }
            Order::Misreport(share) => self.resident.misreport(share),
            Order::Throttle(share) => self.resident.throttle(share),
            Order::Limit(most) => self.resident.limit(most),
            Order::Part(part, _) => {
                let health = self.shell.ailments.part(part);
                return self.resident.ail(part, health, &mut Desk { shell: self.shell, out });
            }
            _ => {}
        }
        match change {
            HostChange::Crashed => self.resident.crash(self.shell.state_lost),
            HostChange::Restarted | HostChange::RestartedEmpty => {
                self.resident.restart(&mut Desk { shell: self.shell, out });
                if let Some(rule) = self.shell.ailments.stalled_by()
                    && let Some(change) = self.shell.hang()
                {
                    out.fact(Fact::Host { rule, change });
                }
            }
            HostChange::Resumed => self.catch_up(out),
            HostChange::Stalled
            | HostChange::Slowed
            | HostChange::ClockChanged
            | HostChange::Overflowed
            | HostChange::Corrupted
            | HostChange::Throttled
            | HostChange::Reinterpreted
            | HostChange::RolledBack => {}
        }
    }

    /// Ends whatever stopped or stalled it or a part of it, whichever rule began that.
    fn mend(&mut self, rule: u16, out: &mut Outbox<Signal<R::Packet>, Fact>) {
        for part in self.shell.ailments.stalled_parts() {
            self.obey(&Control { rule, order: Order::Part(part, PartOrder::Mend) }, out);
        }
        let (was_down, was_stalled) = self.shell.ailments.mend();
        self.resident.throttle(0);
        if was_down {
            let change = self.shell.come_up();
            out.fact(Fact::Host { rule, change });
            self.resident.restart(&mut Desk { shell: self.shell, out });
        } else if was_stalled {
            out.fact(Fact::Host { rule, change: HostChange::Resumed });
            self.catch_up(out);
        }
    }

    /// Handles what came during a stall, in the order in which it came.
    fn catch_up(&mut self, out: &mut Outbox<Signal<R::Packet>, Fact>) {
        for (from, signal) in self.shell.held.take().into_iter().flat_map(|held| *held) {
            self.take(from, signal, out);
        }
    }
}
