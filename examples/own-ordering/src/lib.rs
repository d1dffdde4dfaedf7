//! `relay`: parents travel with their children. An ordering strategy of one's own, outside of
//! attestorm; `src/main.rs` puts it under every command.

mod relay;

pub use relay::{Message, Params, Relay, Relayer};
