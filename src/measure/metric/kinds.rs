//! What a metric's samples are, their unit, and which way is better.

/// What a metric's samples are, and so which statistics make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One value per operation that was due: percentiles, mean, max, min.
    Sample,
    /// Something that did or did not happen to an operation: count, share, per10k.
    Event,
    /// Stretches of time: longest, count.
    Stretch,
    /// So many per second, by window: min, mean, max.
    Rate,
    /// One number per phase, an average over operations: mean.
    Cost,
    /// One number per phase, 0 to 1, of windows, operations or looks: share.
    Portion,
    /// One number of the whole run, written without a statistic.
    Moment,
    /// Something that happened at an instant: count.
    Happening,
}

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// Operations.
    Operations,
    /// Places in a sequence.
    Places,
    /// Versions behind.
    Versions,
    /// Operations per second.
    PerSecond,
    /// Messages per operation.
    Messages,
    /// Bytes per operation.
    Bytes,
    /// What somebody does: looks, tries.
    Acts,
    /// Minutes.
    Minutes,
    /// So many times something else.
    Times,
    /// A part of the whole, 0 to 1.
    Part,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Smaller is better.
    Lower,
    /// Larger is better.
    Higher,
    /// Neither: it describes the run.
    Neither,
}
