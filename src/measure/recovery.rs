//! How long a run needs to be as good as its twin again.

use super::distribution::Measured;
use super::series::{Bucket, Series};
use crate::kernel::{Span, VirtualTime};

/// A bucket's p99 is inside the band if it is at most this times the twin's largest nearby.
const BAND: f64 = 1.2;
/// So many buckets on either side of the twin's are nearby: one second holds few operations.
const NEARBY: usize = 5;
/// Inside for so many buckets with operations in a row is back.
const STEADY: usize = 3;

/// The time from a fault's end until the p99 of `latency.applied` by intended send is inside the
/// twin's band and stays there for three buckets; whole seconds of the series, counted to the
/// start of the first of these. `None` if it never is.
///
/// Band: at most 1.2 times the largest p99 of the twin within five seconds either way. What never
/// arrived is outside, unless the twin lost as much.
pub fn recovery(series: &Series, twin: &Series, fault_end: VirtualTime) -> Option<Span> {
    let first = series.bucket(fault_end);
    let buckets = series.buckets().iter().enumerate().skip(first);
    let mut since = None;
    let mut steady = 0;
    for (at, bucket) in buckets.filter(|(_, bucket)| bucket.applied.due() > 0) {
        if is_inside(bucket, nearby(twin, series.start(at))) {
            since = since.or(Some(at));
            steady += 1;
            if steady == STEADY {
                return since.map(|at| series.start(at).since(fault_end));
            }
        } else {
            (since, steady) = (None, 0);
        }
    }
    None
}

/// The largest p99 of the twin's buckets around an instant.
fn nearby(twin: &Series, at: VirtualTime) -> Measured {
    let middle = twin.bucket(at);
    let buckets = twin.buckets().iter().take(middle + NEARBY + 1);
    let p99s = buckets.skip(middle.saturating_sub(NEARBY)).map(p99);
    p99s.fold(Measured::NoData, |largest, next| match (largest, next) {
        (Measured::Value(a), Measured::Value(b)) => Measured::Value(a.max(b)),
        (Measured::Never, _) | (_, Measured::Never) => Measured::Never,
        (Measured::Value(a), _) | (_, Measured::Value(a)) => Measured::Value(a),
        _ => Measured::NoData,
    })
}

fn is_inside(bucket: &Bucket, twin: Measured) -> bool {
    match (p99(bucket), twin) {
        (Measured::Value(ours), Measured::Value(theirs)) => ours <= BAND * theirs,
        (_, Measured::Never) => true,
        _ => false,
    }
}

fn p99(bucket: &Bucket) -> Measured {
    bucket.applied.percentile(0.99)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::script::measure;

    /// One operation a second with these latencies in milliseconds, `-` for never.
    fn series(latencies: &str) -> Series {
        let mut script = "settled 60s;".to_owned();
        for (number, latency) in latencies.split(' ').enumerate() {
            script += &format!("{number}s c9 plan {number} seq {number};");
            if let Ok(latency) = latency.parse::<usize>() {
                script += &format!("{}ms v0-2 accept {number};", number * 1_000 + latency);
            }
        }
        measure(4, 3, &script).series
    }

    fn check(latencies: &str, fault_end: u64, expected: Option<u64>) {
        let twin = series("100 100 100 100 100 100 100 100 100");
        let end = VirtualTime::ZERO + Span::from_secs(fault_end);
        let found = recovery(&series(latencies), &twin, end);
        assert_eq!(found, expected.map(Span::from_secs), "{latencies}");
    }

    #[test]
    fn recovery_ends_where_the_p99_stays_inside_the_band() {
        check("100 100 900 900 110 100 100 100 100", 4, Some(0));
        check("100 100 900 900 900 600 100 100 100", 4, Some(2));
        check("100 100 900 900 100 600 100 115 100", 4, Some(2));
        check("100 100 900 900 - - 100 100 100", 4, Some(2));
    }

    #[test]
    fn a_run_that_does_not_come_back_says_so() {
        check("100 100 900 900 900 900 900 900 900", 4, None);
        check("100 100 900 900 900 900 900 100 100", 4, None);
    }
}
