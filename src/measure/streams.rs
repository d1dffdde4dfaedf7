//! Achieved disorder: every stream from a router to a validator.

use super::density::{Density, Displacement};
use super::disorder::{Arrival, Late, Stream};
use super::event::Event;
use super::histogram::Histogram;
use super::record::Record;
use super::sample::Sample;
use super::setting::phases_of;
use super::tally::Tally;

/// Details of the reordering in one phase.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disorder {
    /// By n: arrivals that are n-reordered for this n and no larger (RFC 4737 5.3). With n = 3 a
    /// TCP sender would have sent again.
    pub n_reordering: Histogram,
    /// Arrivals between one discontinuity and the next (RFC 4737 4.5).
    pub gaps: Histogram,
    /// Arrivals in order between one reordered and the next (RFC 4737 4.6).
    pub runs: Histogram,
    /// Reordered arrivals whose extent is only a lower bound.
    pub at_least: u64,
}

/// All streams, found by router and validator.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    validators: usize,
    /// The place among routers of each process that sent something.
    routers: Vec<Option<u16>>,
    /// Most messages bear the number after the last: those are only counted here.
    runs: Vec<Run>,
    streams: Vec<(Stream, Displacement)>,
}

/// Messages in a row that came in order and that their stream has not been told of.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    next: u32,
    length: u32,
}

impl Streams {
    pub(super) fn new(validators: usize, processes: usize) -> Self {
        let routers = vec![None; processes];
        Self { validators, routers, runs: Vec::new(), streams: Vec::new() }
    }

    /// Whether a process is a router, by what has come from it.
    pub(super) fn is_router(&self, process: u32) -> bool {
        self.routers.get(process as usize).is_some_and(Option::is_some)
    }

    /// Takes note that a process is a router.
    pub(super) fn know(&mut self, router: u32) -> Option<usize> {
        let known = self.routers.get_mut(router as usize)?;
        let place = *known.get_or_insert_with(|| {
            let next = self.streams.len() / self.validators;
            let blank = || (Stream::default(), Displacement::new(0));
            self.streams.extend((0..self.validators).map(|_| blank()));
            self.runs.resize(self.streams.len(), Run::default());
            next as u16
        });
        Some(place.into())
    }

    /// An operation's message arrives at a validator.
    pub(super) fn receive(
        &mut self,
        record: &mut Record,
        tallies: &mut [Tally],
        (router, validator): (u32, usize),
        sequence: u32,
    ) {
        let Some(router) = self.know(router) else { return };
        let place = router * self.validators + validator;
        let run = &mut self.runs[place];
        if run.next == sequence {
            run.next += 1;
            run.length += 1;
            record.received += 1;
            return;
        }
        self.end_run(place);
        let (stream, displacement) = &mut self.streams[place];
        let arrival = stream.arrive(sequence);
        self.runs[place].next = stream.next();
        if arrival == Arrival::Copy {
            return;
        }
        displacement.arrive(sequence);
        record.received += 1;
        if let Arrival::Late(late) = arrival {
            record.reordered += 1;
            phases_of(record.phases).for_each(|phase| note(&mut tallies[phase], late));
        }
    }

    /// All streams are over: displacement and buffers of the whole run, in all phases.
    pub(super) fn finish(mut self) -> Density {
        (0..self.runs.len()).for_each(|place| self.end_run(place));
        let mut all = Density::default();
        self.streams.into_iter().for_each(|(_, stream)| all.merge(&stream.finish()));
        all
    }

    /// Tells a stream what has come in order.
    fn end_run(&mut self, place: usize) {
        let (stream, displacement) = &mut self.streams[place];
        let length = std::mem::take(&mut self.runs[place].length);
        displacement.arrive_in_order(stream.next(), length);
        stream.arrive_in_order(length);
    }
}

fn note(tally: &mut Tally, late: Late) {
    tally.samples_mut(Sample::Displacement).record(late.extent.into());
    let disorder = &mut tally.disorder;
    disorder.at_least += u64::from(late.is_at_least);
    disorder.n_reordering.record(late.n.into());
    disorder.runs.record(late.run);
    if let Some(gap) = late.gap {
        disorder.gaps.record(gap);
    }
}

/// An operation is settled: its arrivals and how many were reordered.
pub(super) const fn settle(record: &Record, tally: &mut Tally) {
    tally.counts.arrivals += record.received as u64;
    tally.counts.add(Event::Reordered, record.reordered as u64);
}

#[cfg(test)]
mod tests {
    use crate::measure::script::measure;
    use crate::measure::{Event, Sample};

    /// Messages 0, 1, 2 … of one router arrive at one validator in this order, and in order at
    /// another; expected are reordered ones, arrivals and the largest extent.
    fn check(order: &str, reordered: u64, arrivals: u64, extent: Option<u64>) {
        let plan = |number: u32| format!("0ms c9 plan {number} seq {number};");
        let mut script: String = (0..10).map(plan).collect();
        for (at, sequence) in order.chars().enumerate() {
            script += &format!("1{at}ms v0 receive {sequence} from r8 #{sequence};");
            script += &format!("1{at}ms v1 receive {at} from r8 #{at};");
        }
        let phase = &measure(4, 3, &script).phases[0];
        let found = (phase.count(Event::Reordered), phase.counts.arrivals);
        assert_eq!(found, (reordered, arrivals), "{order}");
        assert_eq!(phase.samples(Sample::Displacement).histogram().max(), extent, "{order}");
    }

    #[test]
    fn reordering_is_counted_per_stream_and_delivery() {
        check("01234", 0, 10, None);
        check("01324", 1, 10, Some(1));
        check("12340", 1, 10, Some(4));
        check("43210", 4, 10, Some(4));
    }

    #[test]
    fn only_the_first_copy_counts_and_what_is_lost_is_not_reordered() {
        check("01214", 0, 9, None);
        check("0124", 0, 8, None);
    }
}
