//! Schemas, attestations, content ids, signatures, and the rules by which a registry accepts them.
//!
//! **Invariant:** an id and an encoding depend on content alone. Signature bytes and time of
//! arrival never enter an id; the names that a registry gives depend on its order.

mod content;
mod delegation;
mod encoding;
mod id;
mod id_map;
mod keys;
mod name;
mod profile;
mod registry;
mod storage;
mod verdict;

pub use content::{Action, Attestation, AttesterId, Operation, Schema, SchemaId, Signed};
pub use delegation::{Delegation, Terms};
pub use encoding::{Counter, Encode, Encoder};
pub(crate) use encoding::{encode_fields, encode_variants};
pub use id::Id;
pub use id_map::{IdMap, IdSet, Named};
pub use keys::{KeyRing, SIGNATURE_BYTES, Signature, Signer};
pub use name::{Name, Naming, Told};
pub use profile::{Interpretation, Profile};
pub use registry::Registry;
pub use storage::{Reading, Storage};
pub use verdict::{Ahead, Applied, Rules, Status, Verdict};
