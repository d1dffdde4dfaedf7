//! Who is paged, who answers, who takes it.

use super::{Chance, Due, Operators};
use crate::actors::Packet;
use crate::kernel::Span;
use crate::network::Desk;
use crate::ops::{Answers, Structure, blurred};
use crate::trace::Duty;

/// Where nobody escalates, somebody is paged again after so long (the default of a well-known
/// paging service; metrics 1e).
const AGAIN: Span = Span::from_secs(30 * 60);

/// Nobody is paged more often about one incident.
const MOST_PAGES: u16 = 3;

impl Operators {
    /// Calls whoever is to know: a role, or everybody where there are none.
    pub(super) fn call(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        match self.setting.people.structure {
            Structure::Central | Structure::Federated => self.page(role, desk),
            Structure::Leaderless => self.spread(desk),
        }
    }

    fn page(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        let (number, Some(paged)) = (incident.number, incident.paged.get_mut(usize::from(role)))
        else {
            return;
        };
        if *paged >= MOST_PAGES {
            return;
        }
        *paged += 1;
        let index = u64::from(*paged);
        let who = &self.setting.people.roles[usize::from(role)];
        let (is_reached, answers) = (who.is_reached, who.answers);
        let after = match who.escalate.filter(|_| self.setting.is_prepared) {
            Some((after, _)) => after,
            None => AGAIN,
        };
        self.tell(if is_reached { Duty::Paged } else { Duty::PagedInVain }, role, desk);
        let answer = self.draw((number, Chance::Answer, role), index, answers, desk);
        if let Some(span) = answer.filter(|_| is_reached) {
            self.set(span, Due::Answer(role), desk);
        }
        self.set(after, Due::Escalate(role), desk);
    }

    /// How long somebody takes to answer, at this time of day; `None` for never.
    pub(super) fn draw(
        &self,
        (number, chance, about): (u16, Chance, u16),
        index: u64,
        answers: Answers,
        desk: &mut Desk<'_, Packet>,
    ) -> Option<Span> {
        let words = [0, 1, 2].map(|word| Self::word(number, chance, about, index * 4 + word, desk));
        answers.draw(self.time_of_day(desk.now()), words)
    }

    /// Everybody hears of it, and each may think that somebody else will take it.
    fn spread(&mut self, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &self.incident else { return };
        let number = incident.number;
        let time = self.time_of_day(desk.now());
        let watchers = self.setting.people.roles.len() as u32;
        for role in 0..watchers as u16 {
            let who = &self.setting.people.roles[usize::from(role)];
            let (is_reached, answers) = (who.is_reached, who.answers);
            self.tell(if is_reached { Duty::Paged } else { Duty::PagedInVain }, role, desk);
            let is_day = answers.hours.contains(time);
            let median = if is_day { answers.day } else { answers.night };
            let word = Self::word(number, Chance::Crowd, role, 0, desk);
            let span = blurred(median, watchers, self.setting.people.crowd, word);
            if is_reached {
                self.set(span, Due::Answer(role), desk);
            }
        }
    }

    pub(super) fn answers(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        let Some(incident) = &mut self.incident else { return };
        if incident.owner.is_some() {
            return;
        }
        incident.owner = Some(role);
        self.tell(Duty::Acknowledged, role, desk);
        self.begin_work(desk);
    }

    pub(super) fn escalates(&mut self, role: u16, desk: &mut Desk<'_, Packet>) {
        if self.incident.as_ref().is_none_or(|incident| incident.owner.is_some()) {
            return;
        }
        let escalate = self.setting.people.roles[usize::from(role)].escalate;
        let next = match escalate.filter(|_| self.setting.is_prepared) {
            Some((_, next)) => {
                self.tell(Duty::Escalated, next, desk);
                next
            }
            None => role,
        };
        self.page(next, desk);
    }
}
