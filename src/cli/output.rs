//! Printing: results to stdout, progress and errors to stderr. A reader that went away is no
//! error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit code of an invalid scenario or command line.
pub(super) const INVALID: u8 = 104;
/// Exit code of a program stopped by Ctrl-C.
pub(super) const INTERRUPTED: u8 = 105;
/// Exit code of a failure of attestorm itself, or of the system below it.
pub(super) const FAILED: u8 = 1;

/// Whether something could not be printed.
static LOST: AtomicBool = AtomicBool::new(false);

/// Prints a result. A closed pipe is how `| head` says that it has seen enough; any other failure
/// is told once.
pub(super) fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    let failed = printed.err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
    if let Some(error) = failed.filter(|_| !LOST.swap(true, Ordering::Relaxed)) {
        print_error(&format!("error: cannot print: {error}\nprint to somewhere with room"));
    }
}

/// The exit code, unless something could not be printed.
pub(super) fn unless_lost(code: ExitCode) -> ExitCode {
    if LOST.load(Ordering::Relaxed) { ExitCode::from(FAILED) } else { code }
}

/// Prints a line to stderr.
pub(super) fn print_error(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints an error and gives back its exit code.
pub(super) fn fail(error: impl std::fmt::Display, code: u8) -> ExitCode {
    print_error(&format!("error: {error}"));
    ExitCode::from(code)
}

/// Whether stderr may be coloured: a terminal, and `NO_COLOR` (no-color.org) not set.
pub(super) fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
