//! How long users had a bad time, beside the twin.

use super::distribution::Measured;
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
    /// the measured time ends badly.
    pub fn beside_twin(&self, metric: &str, twin: &Self) -> Option<Measured> {
        match metric {
            "bad_minutes" => {
                let bad = self.whole_windows(MINUTE).filter(|at| self.is_bad(*at, MINUTE, twin));
                Some(Measured::Value(bad.count() as f64))
            }
            "mttr" => Some(self.over(twin)),
            _ => None,
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

    /// The stretches of ten seconds in a row, by intended send, that are bad as in `bad_minutes`.
    pub fn bad_times(&self, twin: &Self) -> Vec<(VirtualTime, VirtualTime)> {
        let mut stretches: Vec<(VirtualTime, VirtualTime)> = Vec::new();
        for at in self.whole_windows(MOMENT).filter(|at| self.is_bad(*at, MOMENT, twin)) {
            match stretches.last_mut().filter(|(_, until)| *until == at) {
                Some((_, until)) => *until = at + MOMENT,
                None => stretches.push((at, at + MOMENT)),
            }
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
    use crate::measure::script::measure;
    use crate::measure::{Measured, Measurement};

    /// Two operations a second for four minutes, with these latencies minute by minute; `-` is
    /// never. Trouble begins after a minute.
    fn run(minutes: &[&str]) -> Measurement {
        let mut script =
            "measured 240s; settled 400s; faulted 60s 240s; retention 200s;".to_owned();
        let mut number = 0;
        for (minute, latency) in minutes.iter().enumerate() {
            for half in 0..120 {
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
            assert_eq!(run.beside_twin("bad_minutes", &twin), Some(Measured::Value(bad)));
            assert_eq!(run.beside_twin("mttr", &twin), Some(over), "{minutes:?}");
        };
        check(&["100", "150", "190", "100"], 0.0, Measured::Value(0.0));
        check(&["100", "900", "900", "100"], 2.0, Measured::Value(120_000.0));
        check(&["100", "-", "100", "100"], 1.0, Measured::Value(60_000.0));
        check(&["100", "100", "100", "900"], 1.0, Measured::Never);
        assert_eq!(twin.beside_twin("latency.applied", &twin), None);
    }
}
