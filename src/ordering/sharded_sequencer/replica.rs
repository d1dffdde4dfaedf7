//! The validator's half of `sharded-sequencer`: a replica of `sequencer` for every lane.

use super::{Message, Params, Sequencer, ShardedSequencer};
use crate::ordering::prelude::*;
use crate::ordering::{Effect, sequencer};

type Lane = <Sequencer as Strategy>::Replica;
type Durable = <Sequencer as Strategy>::Durable;

const NOTES: usize = ShardedSequencer::NOTES.len();

/// All lanes, and what each persisted last.
pub struct Replica {
    params: Params,
    lanes: Vec<Lane>,
    durable: Vec<Option<Durable>>,
    /// By lane, what each noted last.
    notes: Vec<[i64; NOTES]>,
}

impl Replica {
    pub(super) fn new(seat: &Seat, params: &Params) -> Self {
        let lanes = 0..params.lanes;
        let lane = |lane| sequencer::replica(seat.clone(), &params.lane, u32::from(lane));
        Self {
            lanes: lanes.clone().map(lane).collect(),
            durable: lanes.clone().map(|_| None).collect(),
            notes: vec![[0; NOTES]; lanes.len()],
            params: params.clone(),
        }
    }

    fn lane(&self, item: &Item) -> u16 {
        let lanes = u32::from(self.params.lanes);
        #[cfg(test)]
        if self.params.is_careless {
            return ((item.signed.attestation.sequence + u32::from(item.attempt)) % lanes) as u16;
        }
        (item.signed.attestation.subject % lanes) as u16
    }

    /// Lets the replica of one lane act, and says for it what it asks for.
    fn act(
        &mut self,
        lane: u16,
        out: &mut Out<ShardedSequencer>,
        call: impl FnOnce(&mut Lane, &mut Out<Sequencer>),
    ) {
        let Some(acting) = self.lanes.get_mut(usize::from(lane)) else { return };
        for effect in out.part(|part| call(acting, part)) {
            self.pass_on(lane, effect, out);
        }
    }

    fn pass_on(&mut self, lane: u16, effect: Effect<Sequencer>, out: &mut Out<ShardedSequencer>) {
        match effect {
            Effect::Send(to, said) => out.send(to, Message { lane, said }),
            Effect::Broadcast(said) => out.broadcast(Message { lane, said }),
            Effect::SetTimer(span, timer) => out.set_timer(span, self.timer_of(lane, timer)),
            Effect::CancelTimer(timer) => out.cancel_timer(self.timer_of(lane, timer)),
            Effect::Persist(durable) => {
                self.durable[usize::from(lane)] = Some(durable);
                out.persist(self.durable.clone());
            }
            Effect::Deliver { item, is_final: true, .. } => out.deliver(item),
            Effect::Deliver { item, is_final: false, .. } => out.deliver_provisional(item),
            Effect::Certificate(item) => out.certificate(item),
            Effect::Retract(item) => out.retract(item),
            Effect::Relayed(item, from) => out.relayed(item, from),
            Effect::Propose(item) => out.propose(item),
            Effect::Waits(item) => out.waits(item),
            Effect::Note(note, value) => {
                self.notes[usize::from(lane)][usize::from(note)] = value;
                out.note(note, self.notes.iter().map(|notes| notes[usize::from(note)]).sum());
            }
        }
    }

    fn timer_of(&self, lane: u16, TimerId(timer): TimerId) -> TimerId {
        TimerId(timer * u64::from(self.params.lanes) + u64::from(lane))
    }
}

impl crate::ordering::Replica<ShardedSequencer> for Replica {
    fn start(&mut self, now: LocalTime, out: &mut Out<ShardedSequencer>) {
        for lane in 0..self.params.lanes {
            self.act(lane, out, |acting, part| acting.start(now, part));
        }
    }

    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<ShardedSequencer>) {
        self.act(self.lane(&item), out, |acting, part| acting.submit(now, item, part));
    }

    fn receive(
        &mut self,
        now: LocalTime,
        from: Peer,
        message: &Message,
        out: &mut Out<ShardedSequencer>,
    ) {
        let Message { lane, said } = message;
        self.act(*lane, out, |acting, part| acting.receive(now, from, said, part));
    }

    fn timer(&mut self, now: LocalTime, timer: TimerId, out: &mut Out<ShardedSequencer>) {
        let lanes = u64::from(self.params.lanes);
        let (lane, timer) = ((timer.0 % lanes) as u16, TimerId(timer.0 / lanes));
        self.act(lane, out, |acting, part| acting.timer(now, timer, part));
    }

    fn restart(
        &mut self,
        now: LocalTime,
        durable: Option<Vec<Option<Durable>>>,
        out: &mut Out<ShardedSequencer>,
    ) {
        let mut durable = durable.unwrap_or_default();
        durable.resize_with(self.lanes.len(), || None);
        self.durable.clone_from(&durable);
        for (lane, durable) in (0..).zip(durable) {
            self.act(lane, out, |acting, part| acting.restart(now, durable, part));
        }
    }
}
