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
                if told.elapsed() >= PAUSE {
                    let left = time_left(began.elapsed(), done, of);
                    let _ = writeln!(io::stderr(), "{what}: {done} of {of}{left}");
                    *told = Instant::now();
                }
            }
        }
    }
}

/// What is left at the pace so far; nothing before a fifth is done, as the first steps of a grid
/// are its longest.
fn time_left(elapsed: Duration, done: u64, of: u64) -> String {
    if done == 0 || done * 5 < of {
        return String::new();
    }
    let left = elapsed.as_secs_f64() * (of - done) as f64 / done as f64;
    format!(", about {left:.0} s left")
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_once_there_is_a_pace() {
        let after = |done| time_left(Duration::from_secs(30), done, 100);
        assert_eq!(after(0), "");
        assert_eq!(after(19), "");
        assert_eq!(after(20), ", about 120 s left");
        assert_eq!(after(100), ", about 0 s left");
    }
}
