//! When a view is over, and how the next one begins (section 4.4).

use std::sync::Arc;

use super::batch::{Prepared, Seq};
use super::book::Change;
use super::replica::{PATIENCE, Replica, VIEW};
use super::view::{NewView, View, ViewChange};
use super::{Message, Pbft, Planted};
use crate::kernel::LocalTime;
use crate::ordering::{Out, Try};

/// For what a validator's timer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// A request is executed that waits since this try, or one after it,
    Try(Try),
    /// or a number that the primary gave out,
    Number(Seq),
    /// or a view begins that a quorum wants.
    View(View),
}

impl Replica {
    /// Runs the timer as long as something is waited for: for one thing after the other. A client
    /// that sends its request again does not stop it (section 4.4: it stops when the request is
    /// not waited for any more), or impatient clients would keep a silent primary in place.
    pub(super) fn watch(&mut self, out: &mut Out<Pbft>) {
        let watched = self.watched.filter(|watched| self.is_awaited(*watched));
        let watched = watched.or_else(|| self.awaited());
        if watched == self.watched {
            return;
        }
        self.watched = watched;
        match watched {
            Some(_) => out.set_timer(self.patience.pause(), PATIENCE),
            None => out.cancel_timer(PATIENCE),
        }
    }

    fn is_awaited(&self, watched: Watched) -> bool {
        let is_active = self.book.is_active();
        match watched {
            Watched::Try(name) => is_active && self.is_wanted(name),
            Watched::Number(seq) => is_active && self.book.next() <= seq,
            Watched::View(view) => !is_active && self.book.view() == view,
        }
    }

    fn is_wanted(&self, name: Try) -> bool {
        self.stock.pool.waiting(&name.id).is_some() && !self.book.seen().has(name)
    }

    fn awaited(&self) -> Option<Watched> {
        let view = self.book.view();
        if !self.book.is_active() {
            let others = self.changes.values().filter(|at| at.view >= view).count() as u32;
            return (others >= self.rules.quorum).then_some(Watched::View(view));
        }
        let oldest = self.stock.pool.first(1).pop().map(|item| Watched::Try(item.named()));
        oldest.or_else(|| self.book.open_slots().next().map(|(seq, _)| Watched::Number(seq)))
    }

    /// The timer has fired.
    pub(super) fn give_up(&mut self, now: LocalTime, out: &mut Out<Pbft>) {
        self.watched = None;
        self.leave(now, self.book.view() + 1, out);
    }

    /// Says to all that another view is to begin.
    fn leave(&mut self, now: LocalTime, view: View, out: &mut Out<Pbft>) {
        let prepared = self.book.slots().filter_map(|(_, slot)| slot.prepared.clone());
        let is_forgetful = self.params.has(Planted::ForgetsPrepared);
        let prepared: Vec<Prepared> = prepared.filter(|_| !is_forgetful).collect();
        let stable = self.book.stable().cloned();
        let wanted = ViewChange::new(view, stable, prepared, &self.seat);
        self.change(Change::Leave(wanted.clone()), out);
        out.note(VIEW, view as i64);
        out.broadcast(Message::ViewChange(wanted.clone()));
        self.changes.insert(self.seat.me, wanted);
        self.patience.fail();
        self.progress = now;
        self.prune();
        self.relay(out);
    }

    /// A validator wants another view.
    pub(super) fn wanted(&mut self, wanted: &Arc<ViewChange>) {
        let known = self.changes.get(&wanted.voter).map(|known| known.view);
        let is_news = known.is_none_or(|known| known < wanted.view);
        let is_over = if self.book.is_active() { self.book.view() + 1 } else { self.book.view() };
        if is_news && wanted.view >= is_over && self.rules.accept_change(wanted) {
            self.changes.insert(wanted.voter, wanted.clone());
        }
    }

    /// f + 1 validators want later views, so a correct one wants the lowest of those.
    pub(super) fn follow(&mut self, now: LocalTime, out: &mut Out<Pbft>) -> bool {
        let mut views: Vec<View> = self.changes.values().map(|wanted| wanted.view).collect();
        views.sort_unstable_by(|one, other| other.cmp(one));
        let wanted = views.get(self.seat.committee.byzantine() as usize).copied();
        let later = wanted.filter(|view| *view > self.book.view());
        if let Some(view) = later {
            self.leave(now, view, out);
        }
        later.is_some()
    }

    /// The next primary, once a quorum wants its view.
    pub(super) fn begin(&mut self, now: LocalTime, out: &mut Out<Pbft>) -> bool {
        let view = self.book.view();
        if self.book.is_active() || self.primary() != self.seat.me {
            return false;
        }
        let wanted = self.changes.values().filter(|wanted| wanted.view == view);
        let wanted: Vec<Arc<ViewChange>> = wanted.cloned().collect();
        if (wanted.len() as u32) < self.rules.quorum {
            return false;
        }
        let new_view = NewView::new(view, wanted, &self.seat.signer);
        out.broadcast(Message::NewView(new_view.clone()));
        self.enter(now, &new_view, out);
        true
    }

    /// A primary begins its view.
    pub(super) fn begun(&mut self, now: LocalTime, new_view: &Arc<NewView>, out: &mut Out<Pbft>) {
        let view = self.book.view();
        let is_news = new_view.view > view || new_view.view == view && !self.book.is_active();
        if is_news && self.rules.accept_view(new_view) {
            self.enter(now, new_view, out);
        }
    }

    fn enter(&mut self, now: LocalTime, new_view: &Arc<NewView>, out: &mut Out<Pbft>) {
        self.change(Change::Enter(new_view.clone()), out);
        out.note(VIEW, new_view.view as i64);
        self.changes.retain(|_, wanted| wanted.view > new_view.view);
        self.watched = None;
        self.progress = now;
        self.prune();
        for pre_prepare in new_view.again() {
            self.keep(now, pre_prepare);
        }
        self.touch_all();
        self.ripen_now(now);
    }
}
