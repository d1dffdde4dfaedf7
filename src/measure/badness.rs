//! How long users had a bad time, beside the twin.

use super::distribution::Measured;
use super::distribution::Statistic;
use super::event::Event;
use super::measurement::Measurement;
use super::series::{Bucket, Sketch};
use crate::kernel::{Span, VirtualTime};
use crate::measure::buckets::Merge;

/// A window is bad if its p95 is above so many times the twin's,
const TIMES: f64 = 2.0;
/// or if more than this share of what was due in it failed.
const FAILED: f64 = 0.01;

/// Windows that are counted.
const MINUTE: Span = Span::from_secs(60);
/// Windows that tell when it was over.
const MOMENT: Span = Span::from_secs(10);

impl Measurement {
    /// What can only be said beside the twin; `None` if the metric is none of these.
    ///
    /// `bad_minutes`: minutes, by intended send, whose p95 of `latency.applied` is above twice the
    /// twin's, or in which more than 1 % of what was due never came. `mttr`: milliseconds from the
    /// first fault's start to the end of the last ten seconds that are bad in that sense; never if
    /// the measured time ends badly. `self_corrected`, `degraded_goodput` and, of a phase alone,
    /// `interference`: as the table of metrics has them.
    pub fn beside_twin(&self, metric: &str, phase: usize, twin: &Self) -> Option<Measured> {
        match metric {
            "interference" => Some(self.interference(phase, twin)),
            "bad_minutes" => {
                let bad = self.whole_windows(MINUTE).filter(|at| self.is_bad(*at, MINUTE, twin));
                Some(Measured::Value(bad.count() as f64))
            }
            "mttr" => Some(self.over(twin)),
            "self_corrected" => Some(self.self_corrected(twin)),
            "degraded_goodput" => Some(self.degraded_goodput(twin)),
            _ => None,
        }
    }

    fn interference(&self, phase: usize, twin: &Self) -> Measured {
        let p99 = |of: &Self| of.value("latency.applied", Statistic::Percentile(0.99), phase, None);
        match (p99(self), p99(twin)) {
            (Measured::Value(ours), Measured::Value(theirs)) if theirs > 0.0 => {
                Measured::Value(ours / theirs)
            }
            (Measured::Never, Measured::Value(_)) => Measured::Never,
            (Measured::Few, _) | (_, Measured::Few) => Measured::Few,
            _ => Measured::NoData,
        }
    }

    fn over(&self, twin: &Self) -> Measured {
        let Some(onset) = self.night.onset() else { return Measured::NoData };
        let bad: Vec<VirtualTime> = self
            .whole_windows(MOMENT)
            .filter(|at| *at + MOMENT > onset && self.is_bad(*at, MOMENT, twin))
            .collect();
        let last = self.whole_windows(MOMENT).last();
        match bad.last() {
            None => Measured::Value(0.0),
            Some(at) if Some(*at) == last => Measured::Never,
            Some(at) => Measured::Value((*at + MOMENT).since(onset).as_millis_f64()),
        }
    }

    /// No data without trouble.
    fn self_corrected(&self, twin: &Self) -> Measured {
        let (Some(onset), over) = (self.night.onset(), self.over(twin)) else {
            return Measured::NoData;
        };
        match over {
            Measured::Value(millis) if millis > 0.0 => {
                let by = onset + Span::from_millis(millis as u64);
                Measured::Value(if self.night.had_acted(by) { 0.0 } else { 1.0 })
            }
            Measured::Never => Measured::Value(0.0),
            _ => Measured::NoData,
        }
    }

    fn degraded_goodput(&self, twin: &Self) -> Measured {
        let spans = self.night.at_work();
        let in_time = |run: &Self| -> Option<u64> {
            let (limit, _) = run.setting.objective?;
            let width = run.series.width();
            let is_in = |at: VirtualTime| spans.iter().any(|(a, b)| *a <= at && at + width <= *b);
            let buckets = run.series.buckets().iter().enumerate();
            let during = buckets.filter(|(place, _)| is_in(run.series.start(*place)));
            Some(during.map(|(_, bucket)| bucket.applied.within(limit)).sum())
        };
        match (in_time(self), in_time(twin)) {
            (Some(ours), Some(theirs)) if theirs > 0 => {
                Measured::Value(ours as f64 / theirs as f64)
            }
            _ => Measured::NoData,
        }
    }

    /// The share of a month's error budget that the measured time took.
    pub(super) fn budget_burnt(&self) -> Measured {
        const MONTH: Span = Span::from_secs(30 * 24 * 3_600);
        let Some((limit, target)) = self.setting.objective else { return Measured::NoData };
        let (from, until) = self.setting.measured;
        let all = self.window(from, until.since(from)).applied;
        if all.due() == 0 {
            return Measured::NoData;
        }
        let late = all.due() - all.within(limit);
        let months = until.since(from).as_secs_f64() / MONTH.as_secs_f64();
        Measured::Value(late as f64 / all.due() as f64 * months / (1.0 - target))
    }

    /// The stretches of ten seconds in a row, by intended send, that are bad as in `bad_minutes`.
    /// Where nothing is due nothing is known: what was bad before and is so after lasts.
    pub fn bad_times(&self, twin: &Self) -> Vec<(VirtualTime, VirtualTime)> {
        let mut stretches: Vec<(VirtualTime, VirtualTime)> = Vec::new();
        let mut lasts = false;
        for at in self.whole_windows(MOMENT) {
            if !self.is_bad(at, MOMENT, twin) {
                lasts &= self.window(at, MOMENT).due == 0;
                continue;
            }
            match stretches.last_mut().filter(|_| lasts) {
                Some((_, until)) => *until = at + MOMENT,
                None => stretches.push((at, at + MOMENT)),
            }
            lasts = true;
        }
        stretches
    }

    /// The whole windows of that length in what is measured.
    fn whole_windows(&self, length: Span) -> impl Iterator<Item = VirtualTime> {
        let (from, until) = self.setting.measured;
        let count = until.since(from).as_nanos() / length.as_nanos();
        (0..count).map(move |number| from + length * number)
    }

    fn is_bad(&self, at: VirtualTime, length: Span, twin: &Self) -> bool {
        let (ours, theirs) = (self.window(at, length), twin.window(at, length));
        if ours.due > 0 && ours.failed as f64 > FAILED * ours.due as f64 {
            return true;
        }
        match (ours.applied.percentile(0.95), theirs.applied.percentile(0.95)) {
            (Measured::Value(ours), Measured::Value(theirs)) => ours > TIMES * theirs,
            (Measured::Never, Measured::Value(_)) => true,
            _ => false,
        }
    }

    fn window(&self, at: VirtualTime, length: Span) -> Window {
        let buckets = self.series.buckets();
        let from = self.series.bucket(at).min(buckets.len());
        let until = self.series.bucket(at + length).clamp(from, buckets.len());
        let mut window = Window::default();
        buckets[from..until].iter().for_each(|bucket| window.add(bucket));
        window
    }
}

#[derive(Default)]
struct Window {
    applied: Sketch,
    due: u64,
    failed: u64,
}

impl Window {
    fn add(&mut self, bucket: &Bucket) {
        self.applied.merge(bucket.applied.clone());
        self.due += bucket.counts.statements;
        self.failed += bucket.counts.count(Event::Unfinished);
    }
}

#[cfg(test)]
mod tests {
    use crate::kernel::{Span, VirtualTime};
    use crate::measure::script::measure;
    use crate::measure::{Measured, Measurement};
    use crate::trace::{Fact, Remedy, StepStage};

    /// Two operations a second for four minutes, with these latencies minute by minute; `-` is
    /// never, and with `.` nothing is due. Trouble begins after a minute.
    fn run(minutes: &[&str]) -> Measurement {
        let mut script =
            "measured 240s; settled 400s; faulted 60s 240s; retention 200s; objective 500ms;"
                .to_owned();
        let mut number = 0;
        for (minute, latency) in minutes.iter().enumerate() {
            for half in 0..if *latency == "." { 0 } else { 120 } {
                let sent = minute * 60_000 + half * 500;
                script += &format!("{sent}ms c9 plan {number} seq {number};");
                if let Ok(latency) = latency.parse::<usize>() {
                    script += &format!("{}ms v0-2 accept {number};", sent + latency);
                }
                number += 1;
            }
        }
        measure(4, 3, &script)
    }

    #[test]
    fn bad_minutes_are_much_slower_or_fail() {
        let twin = run(&["100", "100", "100", "100"]);
        let check = |minutes: &[&str], bad: f64, over: Measured| {
            let run = run(minutes);
            assert_eq!(run.beside_twin("bad_minutes", 0, &twin), Some(Measured::Value(bad)));
            assert_eq!(run.beside_twin("mttr", 0, &twin), Some(over), "{minutes:?}");
        };
        check(&["100", "150", "190", "100"], 0.0, Measured::Value(0.0));
        check(&["100", "900", "900", "100"], 2.0, Measured::Value(120_000.0));
        check(&["100", "-", "100", "100"], 1.0, Measured::Value(60_000.0));
        check(&["100", "100", "100", "900"], 1.0, Measured::Never);
        assert_eq!(twin.beside_twin("latency.applied", 0, &twin), None);
    }

    /// Ten operations a second; those of the tenth from 20 s on take so long, all others 100 ms.
    fn tenth(slow: Option<u32>) -> Measurement {
        let mut script = "measured 200s; settled 400s; retention 200s;".to_owned();
        for number in 0..1_200_u32 {
            let sent = number * 100;
            let took = if (200..320).contains(&number) { slow } else { Some(100) };
            script += &format!("{sent}ms c9 plan {number} seq {number};");
            if let Some(took) = took {
                script += &format!("{}ms v0-2 accept {number};", sent + took);
            }
        }
        measure(4, 3, &script)
    }

    #[test]
    fn interference_is_how_much_longer_the_slowest_take_than_without_faults() {
        let twin = tenth(Some(100));
        let times = |slow| match tenth(slow).beside_twin("interference", 0, &twin) {
            Some(Measured::Value(times)) => format!("{times:.1}"),
            other => format!("{other:?}"),
        };
        assert_eq!(times(Some(100)), "1.0");
        assert_eq!(times(Some(500)), "5.0");
        assert_eq!(times(None), "Some(Never)");
        let few = run(&["100"]);
        assert_eq!(few.beside_twin("interference", 0, &few), Some(Measured::Few));
    }

    #[test]
    fn a_bad_time_lasts_while_nothing_is_due() {
        let twin = run(&["100", "100", "100", "100"]);
        let times = |minutes: &[&str]| -> Vec<(u64, u64)> {
            let times = run(minutes).bad_times(&twin).into_iter();
            times.map(|(from, until)| (from.whole_seconds(), until.whole_seconds())).collect()
        };
        assert_eq!(times(&["100", "-", "100", "-"]), [(60, 120), (180, 240)]);
        assert_eq!(times(&["100", "-", ".", "-"]), [(60, 240)]);
        assert_eq!(times(&["100", "-", ".", "100"]), [(60, 120)], "nobody knows how long");
        assert_eq!(times(&["100", ".", "100", "100"]), []);
    }

    fn check(run: &Measurement, twin: &Measurement, metric: &str, expected: Measured) {
        assert_eq!(run.beside_twin(metric, 0, twin), Some(expected), "{metric}");
    }

    /// Of 120 in each of the three minutes in which the fault is at work.
    #[test]
    fn goodput_in_trouble_is_what_was_in_time() {
        let twin = run(&["100", "100", "100", "100"]);
        let late = run(&["900", "100", "900", "-"]);
        check(&late, &twin, "degraded_goodput", Measured::Value(1.0 / 3.0));
        check(&twin, &twin, "degraded_goodput", Measured::Value(1.0));
    }

    /// A minute late in four, of a month in which one in a hundred may be.
    #[test]
    fn late_operations_burn_the_budget_of_a_month() {
        let burnt = |minutes: &[&str]| run(minutes).budget_burnt().value().expect("much was due");
        assert!(burnt(&["100", "100", "100", "100"]).abs() < 1e-12);
        let one = 0.25 / 0.01 * 240.0 / (30.0 * 24.0 * 3_600.0);
        assert!((burnt(&["100", "900", "100", "100"]) - one).abs() < 1e-9);
        assert!((burnt(&["-", "900", "100", "100"]) - 2.0 * one).abs() < 1e-9);
    }

    #[test]
    fn what_ends_before_anybody_acts_corrects_itself() {
        let twin = run(&["100", "100", "100", "100"]);
        let mut ended = run(&["100", "900", "100", "100"]);
        check(&ended, &twin, "self_corrected", Measured::Value(1.0));
        let act = |seconds: u64| {
            let (remedy, stage) = (Remedy::Restart, StepStage::Done);
            let fact = Fact::Step { incident: 0, step: 0, remedy, stage, on: 1, part: 255, by: 0 };
            (VirtualTime::ZERO + Span::from_secs(seconds), fact)
        };
        let (late, early) = (act(150), act(100));
        ended.night.see(late.0, &late.1);
        check(&ended, &twin, "self_corrected", Measured::Value(1.0));
        ended.night.see(early.0, &early.1);
        check(&ended, &twin, "self_corrected", Measured::Value(0.0));
        let lasting = run(&["100", "100", "100", "900"]);
        check(&lasting, &twin, "self_corrected", Measured::Value(0.0));
        check(&twin, &twin, "self_corrected", Measured::NoData);
    }
}
