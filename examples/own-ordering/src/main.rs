//! The whole command line of attestorm, which knows `relay` beside the bundled strategies.

use std::process::ExitCode;

fn main() -> ExitCode {
    attestorm::cli().ordering::<own_ordering::Relay>().run()
}
