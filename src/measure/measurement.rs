//! What a run was measured to be, and the one way to ask for a number.

use super::achievement::Achievement;
use super::concord::Concord;
use super::density::Density;
use super::distribution::{Measured, Statistic};
use super::divergence::Stretches;
use super::event::Event;
use super::flow::QueueSeries;
use super::hosts::Backlog;
use super::metric::{self, Kind};
use super::night::Night;
use super::notes::Notes;
use super::order::OrderObservations;
use super::sample::Sample;
use super::series::{Series, worst};
use super::setting::Setting;
use super::statistics;
use super::tally::Tally;
use crate::kernel::{Span, VirtualTime};
use crate::trace::HostChange;

/// Everything that was measured.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// What the observers had been told.
    pub setting: Setting,
    /// By phase, as the setting lists them.
    pub phases: Vec<Tally>,
    /// Second by second.
    pub series: Series,
    /// What waited at routers, second by second.
    pub queues: QueueSeries,
    /// From which guarantees are judged, over the whole run.
    pub order: OrderObservations,
    /// What people's orders did to validators, in order.
    pub operated: Vec<(VirtualTime, u32, HostChange)>,
    /// Of correct validators that had much work before them when settle ended.
    pub backlogs: Vec<Backlog>,
    /// By rule, as the scenario lists them; rules after the last that did anything are missing.
    pub achievements: Vec<Achievement>,
    /// Curves of what strategies wanted seen.
    pub notes: Notes,
    /// Who noticed, who took it, what was done.
    pub night: Night,
    /// Displacement and buffers of all streams, over the whole run (RFC 5236).
    pub density: Density,
    /// How much each validator was of one mind with its quorum, over time.
    pub concord: Concord,
    /// Operations of the load plan.
    pub planned: u64,
    /// Facts about operations, and positions, that were settled already.
    pub late_after_retention: u64,
    /// Answers about operations that were settled already: nobody knows whether they were true.
    pub unjudged_answers: u64,
    /// Limits of memory that were reached: what is measured may be incomplete.
    pub caps_reached: Vec<String>,
}

impl Measurement {
    /// One number: times in milliseconds, shares from 0 to 1, rates per second, all else counted.
    ///
    /// With a window, the worst of all whole windows of that length in the phase: the smallest
    /// for `Min` and where more is better, else the largest. Windows exist for rates, costs,
    /// events and `latency.applied`.
    ///
    /// # Panics
    /// If there is no such phase.
    pub fn value(
        &self,
        metric: &str,
        statistic: Statistic,
        phase: usize,
        window: Option<Span>,
    ) -> Measured {
        let Some(found) = metric::find(metric) else { return Measured::NoData };
        if let Some(length) = window {
            return self.over_windows(metric, statistic, phase, length);
        }
        let tally = &self.phases[phase];
        match found.kind {
            Kind::Sample => Sample::find(metric).map_or(Measured::NoData, |sample| {
                scaled(sample, statistic, tally.samples(sample).measure(statistic))
            }),
            Kind::Event => Event::find(metric)
                .map_or(Measured::NoData, |event| tally.counts.measure(event, statistic)),
            Kind::Stretch if metric == "collapsed" => {
                self.stretch(statistic, phase, self.collapsed(phase))
            }
            Kind::Stretch if metric == "stabilising" => {
                self.stretch(statistic, phase, self.stabilising(phase))
            }
            Kind::Stretch => self.stretch(statistic, phase, tally.divergence),
            Kind::Rate => self.rate(metric, statistic, phase),
            Kind::Moment if metric == "budget_burnt" => self.budget_burnt(),
            Kind::Moment => self.night.moment(metric),
            Kind::Happening => {
                self.night.count(metric, statistic, &self.setting.phases[phase].spans)
            }
            Kind::Portion => match statistic {
                Statistic::Share => self.portion(metric, phase),
                _ => Measured::NoData,
            },
            Kind::Cost => match statistic {
                Statistic::Mean if metric == "friction" => tally.trust.friction(&tally.counts),
                Statistic::Mean if metric == "tries" => tally.tries(),
                Statistic::Mean if metric == "interventions" => self.interventions(phase),
                Statistic::Mean if metric == "hop_stretch" => tally.ways.stretch(),
                Statistic::Mean if metric == "imbalance" => tally
                    .shares
                    .imbalance(self.setting.routers)
                    .map_or(Measured::NoData, Measured::Value),
                Statistic::Mean => tally.used.each(metric, tally.counts.operations()),
                _ => Measured::NoData,
            },
        }
    }

    /// How many of a metric's samples, operations, arrivals or pairs were due in a phase.
    pub fn due(&self, metric: &str, phase: usize) -> u64 {
        let tally = &self.phases[phase];
        match (Sample::find(metric), Event::find(metric)) {
            (Some(sample), _) => tally.samples(sample).due(),
            (None, Some(event)) => tally.counts.due(event),
            (None, None) => tally.counts.operations(),
        }
    }

    /// The share of what was due that an event may have befallen at most, with 95 % confidence.
    /// For a count of 0 of n this is 1 - 0.05^(1/n). `None` if it is no event, or nothing was due.
    pub fn share_at_most(&self, metric: &str, phase: usize) -> Option<f64> {
        let (event, counts) = (Event::find(metric)?, &self.phases[phase].counts);
        let due = counts.due(event);
        let count = counts.count(event).min(due);
        (due > 0).then(|| statistics::share_at_most(count, due, 0.95))
    }

    /// A metric in every whole window of a phase, in order: for `always` and `sometimes`.
    /// Nothing where the series does not hold the metric.
    pub fn windows<'a>(
        &'a self,
        metric: &'a str,
        statistic: Statistic,
        phase: usize,
        window: Span,
    ) -> impl Iterator<Item = (VirtualTime, Measured)> + 'a {
        let spans = &self.setting.phases[phase].spans;
        self.series.windows(metric, statistic, spans, window)
    }

    /// Whether nothing was forgotten or left out for want of memory.
    pub const fn is_complete(&self) -> bool {
        self.caps_reached.is_empty()
    }

    fn interventions(&self, phase: usize) -> Measured {
        let acts = self.night.count("acts", Statistic::Count, &self.setting.phases[phase].spans);
        match (acts.value(), self.phases[phase].counts.statements) {
            (Some(acts), statements @ 1..) => Measured::Value(1_000.0 * acts / statements as f64),
            _ => Measured::NoData,
        }
    }

    fn over_windows(
        &self,
        metric: &str,
        statistic: Statistic,
        phase: usize,
        length: Span,
    ) -> Measured {
        let each = self.windows(metric, statistic, phase, length).map(|(_, measured)| measured);
        match (metric::find(metric).map(|metric| metric.kind), statistic) {
            (Some(Kind::Rate), Statistic::Mean) => average(each),
            _ => worst(metric, statistic, each),
        }
    }

    fn stretch(&self, statistic: Statistic, phase: usize, stretches: Stretches) -> Measured {
        match statistic {
            _ if self.phases[phase].counts.operations() == 0 => Measured::NoData,
            Statistic::Longest | Statistic::Max => {
                Measured::Value(stretches.longest.as_millis_f64())
            }
            Statistic::Count => Measured::Value(stretches.count as f64),
            Statistic::Share => {
                let length = self.setting.phase_length(phase).as_secs_f64();
                Measured::Value(stretches.total.as_secs_f64() / length)
            }
            Statistic::Mean if stretches.count > 0 => {
                Measured::Value(stretches.total.as_millis_f64() / stretches.count as f64)
            }
            Statistic::Percentile(_) | Statistic::Min | Statistic::Mean | Statistic::Per10k => {
                Measured::NoData
            }
        }
    }

    /// Over the phase as a whole for the mean; least and most of its seconds.
    fn rate(&self, metric: &str, statistic: Statistic, phase: usize) -> Measured {
        let tally = &self.phases[phase];
        let total = match metric {
            "goodput" => tally.good,
            _ => tally.counts.operations(),
        };
        let seconds = self.setting.phase_length(phase).as_secs_f64();
        match statistic {
            Statistic::Count => Measured::Value(total as f64),
            Statistic::Mean if seconds > 0.0 => Measured::Value(total as f64 / seconds),
            Statistic::Min | Statistic::Max => {
                self.over_windows(metric, statistic, phase, self.series.width())
            }
            Statistic::Percentile(_)
            | Statistic::Mean
            | Statistic::Share
            | Statistic::Per10k
            | Statistic::Longest => Measured::NoData,
        }
    }
}

fn scaled(sample: Sample, statistic: Statistic, measured: Measured) -> Measured {
    match measured {
        Measured::Value(value) if statistic != Statistic::Count => {
            Measured::Value(value / sample.scale())
        }
        other => other,
    }
}

fn average(windows: impl Iterator<Item = Measured>) -> Measured {
    let values: Vec<f64> = windows.filter_map(Measured::value).collect();
    statistics::mean(&values).map_or(Measured::NoData, Measured::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::script::measure;
    use crate::trace::{Fact, Remedy, StepStage};
    use Measured::{Few, Never, NoData, Value};
    use Statistic::{Count, Longest, Max, Mean, Min, Per10k, Percentile, Share};

    /// Ten operations in each of the first four seconds, taking 10 ms times their number within
    /// the second; those of the third are refused by one validator as orphans, the last of the
    /// fourth never comes. Phase `late` holds from 2 s to 4 s.
    fn run() -> Measurement {
        let mut script = "phase late 2s 4s;".to_owned();
        for number in 0..40_u32 {
            let sent = number / 10 * 1_000;
            script += &format!("{sent}ms c9 plan {number} seq {number};");
            let applied = sent + 10 * (number % 10 + 1);
            if number < 39 {
                script += &format!("{applied}ms v0-2 accept {number};");
            }
            let word = if number / 10 == 2 { "refuse {} NotFound" } else { "accept {}" };
            let word = word.replace("{}", &number.to_string());
            script += &format!("{applied}ms v3 {word};");
        }
        script += "1001ms r8 use 0 20 4000 5ms; 3001ms v1 use 2 20 0 8ms; 3001ms c9 use 2 20 0 9ms";
        measure(4, 3, &script)
    }

    #[test]
    fn a_number_is_found_by_metric_statistic_and_phase() {
        let run = run();
        let check = |metric, statistic, phase, expected| {
            let measured = run.value(metric, statistic, phase, None);
            match (measured, expected) {
                (Value(is), Value(should)) => {
                    assert!((is - should).abs() <= 0.003 * should, "{metric}: {is} {should}");
                }
                _ => assert_eq!(measured, expected, "{metric} {statistic:?} {phase}"),
            }
        };
        check("latency.applied", Percentile(0.5), 0, Value(50.0));
        check("latency.applied", Percentile(0.99), 0, Few);
        check("latency.applied", Max, 0, Never);
        check("latency.applied", Min, 1, Value(10.0));
        check("latency.applied", Count, 1, Value(20.0));
        check("latency.read", Max, 0, NoData);
        check("orphans", Count, 0, Value(10.0));
        check("orphans", Per10k, 1, Value(5_000.0));
        check("unfinished", Share, 1, Value(0.05));
        check("divergence", Count, 1, Value(1.0));
        check("divergence", Longest, 1, Value(990.0));
        check("offered", Mean, 1, Value(10.0));
        check("goodput", Min, 1, Value(9.0));
        check("messages", Mean, 0, Value(1.5));
        check("bytes", Mean, 1, Value(0.0));
        check("cpu", Mean, 1, Value(0.4));
        check("no such metric", Mean, 0, NoData);
    }

    #[test]
    fn interventions_are_what_people_did_for_a_thousand_statements() {
        let mut run = run();
        let mut act = |millis, by| {
            let (stage, remedy) = (StepStage::Done, Remedy::Restart);
            let step = Fact::Step { incident: 0, step: 0, remedy, stage, on: 1, part: 255, by };
            run.night.see(VirtualTime::ZERO + Span::from_millis(millis), &step);
        };
        [500, 2_500, 3_000].into_iter().for_each(|millis| act(millis, 0));
        act(3_500, Fact::AUTOMATION);
        let per_thousand = |phase| run.value("interventions", Mean, phase, None);
        assert_eq!([0, 1].map(per_thousand), [Value(75.0), Value(100.0)], "3 for 40, 2 for 20");
    }

    #[test]
    fn windows_are_whole_and_the_worst_of_them_counts() {
        let run = run();
        let second = Span::from_secs(1);
        let value = |metric, statistic, phase, seconds| {
            run.value(metric, statistic, phase, Some(second * seconds))
        };
        assert_eq!(value("goodput", Min, 1, 1), Value(9.0));
        assert_eq!(value("goodput", Min, 1, 2), Value(9.5));
        assert_eq!(value("goodput", Min, 1, 3), NoData, "no whole window of 3 s in 2 s");
        assert_eq!(value("orphans", Count, 0, 1), Value(10.0));
        assert_eq!(value("latency.applied", Max, 1, 1), Never);
        assert_eq!(value("latency.applied", Percentile(0.5), 0, 1), Few);
        let counts = run.windows("orphans", Count, 0, second * 2).take(3);
        let at = |seconds| VirtualTime::ZERO + second * seconds;
        let expected = [(at(0), Value(0.0)), (at(2), Value(10.0)), (at(4), NoData)];
        assert_eq!(counts.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_count_of_zero_carries_its_bound() {
        let run = run();
        let bound = run.share_at_most("lost_after_ack", 0).expect("40 were due");
        assert!((bound - (1.0 - 0.05_f64.powf(1.0 / 40.0))).abs() < 1e-9, "{bound}");
        assert_eq!(run.share_at_most("accepted_after_revoke", 0), None, "nobody asked");
        assert_eq!((run.due("latency.applied", 1), run.due("orphans", 0)), (20, 40));
    }
}
