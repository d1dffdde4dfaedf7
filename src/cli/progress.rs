//! How far a command has come: a bar with the time left on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Plain lines come at most this often.
const PAUSE: Duration = Duration::from_secs(10);

/// Progress of one command.
pub(super) enum Progress {
    /// Nobody wants to know.
    Quiet,
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines { what: String, told: Instant, began: Instant },
}

impl Progress {
    /// Progress of so many steps.
    pub(super) fn new(what: &str, steps: u64, quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if io::stderr().is_terminal() {
            let bar = ProgressBar::new(steps);
            let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %  {eta} left");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.set_message(what.to_owned());
            return Self::Bar(bar);
        }
        Self::Lines { what: what.to_owned(), told: Instant::now(), began: Instant::now() }
    }

    /// So many of so many steps are done.
    pub(super) fn at(&mut self, done: u64, of: u64) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => bar.set_position(done),
            Self::Lines { what, told, began } => {
                if told.elapsed() >= PAUSE && done > 0 {
                    let left = began.elapsed().as_secs_f64() * (of - done) as f64 / done as f64;
                    let _ =
                        writeln!(io::stderr(), "{what}: {done} of {of}, about {left:.0} s left");
                    *told = Instant::now();
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
