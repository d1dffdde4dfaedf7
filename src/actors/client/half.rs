//! The strategy's half at a client.

use std::sync::Arc;

use super::active::{Active, Waiting};
use super::setting::ClientSetting;
use crate::actors::Packet;
use crate::kernel::{LocalTime, ProcessId};
use crate::network::{Desk, Fortune, TimerSlot};
use crate::ordering::{Carried, SubmitterEffect, TimerId};

impl Active {
    /// Does what the strategy's half asked for.
    pub(super) fn obey_submitter(&mut self, setting: &ClientSetting, desk: &mut Desk<'_, Packet>) {
        for effect in self.effects.drain(..) {
            match effect {
                SubmitterEffect::Send { to: Some(to), message } => {
                    let packet = Packet::Protocol(message, None);
                    desk.send(ProcessId(to.into()), packet, Fortune::Protocol);
                }
                SubmitterEffect::Send { to: None, message } => {
                    for to in setting.committee.members() {
                        let packet = Packet::Protocol(Arc::clone(&message), None);
                        desk.send(ProcessId(to.into()), packet, Fortune::Protocol);
                    }
                }
                SubmitterEffect::SetTimer(span, timer) => {
                    let slot = self.timers.put(Waiting::Submitter(timer));
                    self.submitter_timers.insert(timer, slot);
                    desk.timer(span, slot);
                }
                SubmitterEffect::CancelTimer(timer) => {
                    self.submitter_timers.remove(&timer);
                }
            }
        }
    }

    pub(super) fn submitter_timer(
        &mut self,
        setting: &ClientSetting,
        timer: TimerId,
        slot: TimerSlot,
        desk: &mut Desk<'_, Packet>,
    ) {
        if self.submitter_timers.get(&timer) == Some(&slot) {
            self.submitter_timers.remove(&timer);
            self.submitter.timer(desk.local_now(), timer, &mut self.effects);
            self.obey_submitter(setting, desk);
        }
    }

    pub(super) fn heard(
        &mut self,
        setting: &ClientSetting,
        from: ProcessId,
        carried: &Carried,
        desk: &mut Desk<'_, Packet>,
    ) {
        let now: LocalTime = desk.local_now();
        self.submitter.receive(now, from.0 as u16, carried, &mut self.effects);
        self.obey_submitter(setting, desk);
    }
}
