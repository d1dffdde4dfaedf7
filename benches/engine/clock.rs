//! CPU time of this process and wall time, and rounds that interleave rivals.

use std::fs;
use std::time::{Duration, Instant};

/// What one round of one rival cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) events: u64,
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
}

/// Runs `work`, which returns how many events it handled.
pub(crate) fn measure(work: impl FnOnce() -> u64) -> Cost {
    let (began, before) = (Instant::now(), cpu());
    let events = work();
    let wall = began.elapsed();
    // Where the system does not tell, wall time stands in.
    let cpu = cpu().zip(before).map_or(wall, |(after, before)| after - before);
    Cost { events, cpu, wall }
}

/// CPU time of all threads of this process, as the scheduler of Linux counts it; threads that
/// have ended are counted in the process's clock ticks alone, so a run joins its own.
fn cpu() -> Option<Duration> {
    // The scheduler books what ran when a thread gives way, and else only at its ticks of 4 ms.
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

impl Cost {
    /// Million events per second of CPU time.
    pub(crate) fn per_cpu(&self) -> f64 {
        self.events as f64 / self.cpu.as_secs_f64() / 1e6
    }

    /// Million events per second of wall time.
    pub(crate) fn per_wall(&self) -> f64 {
        self.events as f64 / self.wall.as_secs_f64() / 1e6
    }
}

/// The median of some figures, and half the distance from the lowest to the highest over it.
pub(crate) fn median(mut figures: Vec<f64>) -> (f64, f64) {
    figures.sort_by(f64::total_cmp);
    let middle = figures[figures.len() / 2];
    (middle, (figures[figures.len() - 1] - figures[0]) / 2.0 / middle)
}
