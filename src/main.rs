//! The `attestorm` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    attestorm::cli().run()
}
