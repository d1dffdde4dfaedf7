//! A strategy of one's own: `relay`, step by step.
//!
//! A strategy lives in a crate of its own, which depends on attestorm and calls nothing but
//! [`prelude`](super::prelude). `examples/own-ordering` is one: copy it, rename it, change it.
//!
//! ```text
//! cp -r attestorm/examples/own-ordering relay && cd relay      then mend `path` in Cargo.toml
//! cargo test
//! cargo run --release -- run out-of-order-links --ordering relay
//! cargo run --release -- compare out-of-order-links --by ordering=relay,causal --seeds 1..20
//! cargo run --release -- hunt out-of-order-links --ordering relay --runs 10000
//! ```
//!
//! 1. **Parameters** are a type with defaults. A scenario sets them in
//!    `[parameters.ordering.relay]`; [`Strategy::check`](super::Strategy::check) says what is out
//!    of range, and the message is shown at the line.
//! 2. **Messages** have an encoding. Its length is what the network carries: who sends much, waits
//!    on narrow links.
//! 3. **Work** is priced by message: [`Strategy::work`](super::Strategy::work) is charged as
//!    virtual CPU before a message is handled.
//! 4. **Guarantees** are data. Observers hold a strategy to what it owes for as long as what it
//!    assumes is true; `hunt` looks for faults that break it, and shrinks what it finds.
//! 5. **The replica** is a pure state machine: an event comes in, effects go out by
//!    [`Out`](super::Out). It has no clock but `now` and no dice but
//!    [`Out::draw`](super::Out::draw). A clock that is set back goes on where it was, unless
//!    [`Strategy::READS_CLOCK`](super::Strategy::READS_CLOCK) wants the time of day.
//! 6. **State that survives** a crash is handed to [`Out::persist`](super::Out::persist) and comes
//!    back in [`Replica::restart`](super::Replica::restart); `None` means that it was lost.
//! 7. **Notes** are numbers to be seen as curves, under the names in
//!    [`Strategy::NOTES`](super::Strategy::NOTES).
//! 8. **`main`** is the whole command line.
//!
//! All of it, as it is built and tested with attestorm:
//!
//! ```no_run
#![doc = include_str!("../../examples/own-ordering/src/relay.rs")]
//!
//! fn main() -> std::process::ExitCode {
//!     attestorm::cli().ordering::<Relay>().run()
//! }
//! ```
