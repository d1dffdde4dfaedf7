//! A run beside what is stored of it: the first difference, by second, process and event.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;

use crate::kernel::Recorded;
use crate::measure::Rows;
use crate::simulation::{Listener, World};
use crate::trace::{Checkpoint, Fact, Names, line};

type Stored = Lines<BufReader<File>>;

/// Compares a run with its stored checkpoints and, if there is one, its trace.
pub(super) struct Comparer<'a> {
    world: &'a World,
    checkpoints: Stored,
    trace: Option<Stored>,
    difference: Option<String>,
    first_event: Option<String>,
    events: u64,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(folder: &Path, world: &'a World) -> Result<Self, String> {
        let open =
            |name: &str| File::open(folder.join(name)).map(|file| BufReader::new(file).lines());
        let damaged = |error| format!("checkpoints.csv cannot be read: {error}");
        let mut checkpoints = open("checkpoints.csv").map_err(damaged)?;
        checkpoints.next();
        let trace = open("trace.txt").ok();
        let (difference, first_event) = (None, None);
        Ok(Self { world, checkpoints, trace, difference, first_event, events: 0 })
    }

    /// The first difference in words: the event if a trace is stored, else process and second.
    pub(super) fn tell(&mut self) -> String {
        let rest = self.checkpoints.next().and_then(Result::ok);
        let ends = rest.map(|stored| format!("first difference: here it ends before {stored}"));
        let place = self.difference.take().or(ends);
        let place =
            place.unwrap_or_else(|| "no stored second differs: only the end does".to_owned());
        let event = self.first_event.clone().unwrap_or_else(|| {
            "with --trace in the first place, the event itself would be named here".to_owned()
        });
        format!("{place}\n{event}\n")
    }
}

impl Rows for Comparer<'_> {}

impl Listener for Comparer<'_> {
    fn facts(&mut self, facts: &[Recorded<Fact>]) {
        let Some(trace) = self.trace.as_mut().filter(|_| self.first_event.is_none()) else {
            return;
        };
        for fact in facts {
            self.events += 1;
            let here = line(fact, &self.world.layout);
            let stored =
                trace.next().and_then(Result::ok).unwrap_or_else(|| "(the trace ends)".to_owned());
            if here != stored {
                let text = format!("at fact {}\n  stored  {stored}\n  here    {here}", self.events);
                self.first_event = Some(text);
                return;
            }
        }
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        if self.difference.is_some() {
            return;
        }
        let Checkpoint { second, process, chain } = checkpoint;
        let here = format!("{second},{process},{chain:016x}");
        if self.checkpoints.next().and_then(Result::ok).as_deref() != Some(&here) {
            let name = self.world.layout.name(process);
            self.difference =
                Some(format!("first difference: {name} in second {second} of the run"));
        }
    }
}
