//! A router where routers are centres: what comes from clients and from others, what goes back.

use std::sync::Arc;

use super::{Guest, Router};
use crate::actors::Packet;
use crate::actors::packet::Submission;
use crate::actors::passage::{Relayed, Scan};
use crate::kernel::{LocalTime, ProcessId};
use crate::network::Desk;
use crate::trace::Refusal;

/// An operation's way so far.
pub(super) struct Trip {
    /// The stamps of the centres before this one.
    pub(super) scans: Arc<Vec<Scan>>,
    pub(super) copy: u8,
    /// When it came, and operations that were here then.
    pub(super) came: LocalTime,
    pub(super) queue: u32,
}

impl Router {
    /// A client hands something in.
    pub(super) fn submitted(
        &mut self,
        client: ProcessId,
        submission: Arc<Submission>,
        desk: &mut Desk<'_, Packet>,
    ) {
        let trip = self.centre.as_ref().map(|_| Box::new(self.trip(desk)));
        self.arrive(Guest { client, submission, trip }, desk);
    }

    /// The beginning of a way here and now.
    fn trip(&self, desk: &Desk<'_, Packet>) -> Trip {
        let (came, queue) = (desk.local_now(), self.floor.here());
        Trip { scans: Arc::default(), copy: 0, came, queue }
    }

    /// Another centre hands something over.
    pub(super) fn relayed(
        &mut self,
        from: ProcessId,
        relayed: &Relayed,
        desk: &mut Desk<'_, Packet>,
    ) {
        let trip = self.trip(desk);
        if let Some(centre) = &mut self.centre {
            let guest = centre.take(from, relayed, trip);
            self.arrive(guest, desk);
        }
    }

    pub(super) fn begin_as_centre(&mut self, is_anew: bool, desk: &mut Desk<'_, Packet>) {
        if let Some(centre) = &mut self.centre {
            centre.begin(is_anew, desk);
        }
        self.act_as_centre(desk);
    }

    /// Tells neighbours what they should know by now.
    pub(super) fn act_as_centre(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(centre) = &mut self.centre else { return };
        for guest in centre.act(self.floor.wait(), desk) {
            self.refuse(&guest, Refusal::Unreachable, desk);
        }
    }
}
