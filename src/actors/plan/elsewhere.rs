//! What statements have elsewhere: their data, their schema, the outer chain that they build on.

use super::{Choice, Latest, LoadPlan, operation_word};
use crate::actors::packet::{Before, Packet};
use crate::attestation::{Action, Id, Operation, Schema, SchemaId, Storage};
use crate::kernel::{LocalTime, Span, VirtualTime, exponential, unit};
use crate::network::Desk;
use crate::trace::Kind;

/// A schema that the group has registered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registered {
    schema: SchemaId,
    /// By which statement, and when that was due.
    id: Id,
    operation: Operation,
    at: VirtualTime,
}

/// So long after its registration is due a client reads a schema before it uses it; later it knows
/// it.
const NEWS: Span = Span::from_secs(30);

impl LoadPlan {
    /// Where the data of an operation lies; that of a revocation is where what it takes back is.
    pub(super) fn storage(
        &self,
        operation: Operation,
        choice: &Choice,
        desk: &mut Desk<'_, Packet>,
    ) -> Storage {
        match (choice.kind, choice.target, self.setting.data) {
            (Kind::Revoke, Some(target), _) => target.storage,
            (Kind::Attest, _, Some(data))
                if unit(operation_word(desk, operation.0, 9)) < data.share =>
            {
                data.place
            }
            _ => Storage::Registry,
        }
    }

    /// Since when the data of a statement can be had.
    pub(super) fn readable(&self, said: &Latest, desk: &mut Desk<'_, Packet>) -> VirtualTime {
        let Some(data) = self.setting.data.filter(|_| said.storage != Storage::Registry) else {
            return VirtualTime::ZERO;
        };
        if unit(operation_word(desk, said.operation.0, 10)) < data.lost {
            return VirtualTime::MAX;
        }
        said.at + exponential(data.readable, operation_word(desk, said.operation.0, 11))
    }

    /// The state of the outer chain that a statement is about, if it is.
    pub(super) fn upstream(
        &self,
        operation: Operation,
        (kind, at): (Kind, VirtualTime),
        desk: &mut Desk<'_, Packet>,
    ) -> Option<LocalTime> {
        let is_about = kind == Kind::Attest
            && self.setting.upstream > 0.0
            && unit(operation_word(desk, operation.0, 12)) < self.setting.upstream;
        is_about.then(|| LocalTime(at.as_nanos() as i64))
    }

    /// What its client does before it sends a statement: it stores what lies elsewhere, and of what
    /// stays off chain it reads the schema first.
    pub(super) fn before(&self, (storage, kind): (Storage, Kind), at: VirtualTime) -> Before {
        let is_elsewhere = kind == Kind::Attest && storage != Storage::Registry;
        let Some(data) = self.setting.data.filter(|_| is_elsewhere) else {
            return Before::default();
        };
        let schema = self.registered.filter(|_| storage == Storage::OffChain);
        let schema = schema.filter(|schema| at.since(schema.at) < NEWS);
        let reads = schema.map(|schema| (schema.id, schema.operation));
        Before { reads, stores: data.upload }
    }

    /// The schema of an operation: statements have the latest that the group has registered.
    pub(super) fn schema(&self, operation: Operation, kind: Kind) -> SchemaId {
        match (kind, self.registered) {
            (Kind::Claim, _) => Schema::CLAIM,
            (Kind::Attest, Some(latest)) => latest.schema,
            (Kind::Register, _) => self.next_schema(operation),
            (Kind::Attest | Kind::Revoke | Kind::Replace | Kind::Query, _) => Schema::STATEMENT,
        }
    }

    /// Names are content, or the numbers that come next if nobody else registers.
    fn next_schema(&self, operation: Operation) -> SchemaId {
        let genesis = Schema::GENESIS.len() as u32;
        let is_numbered = self.setting.profile.names_numbers();
        SchemaId(genesis + if is_numbered { self.registrations } else { operation.0 })
    }

    /// A registration is on its way.
    pub(super) fn registers(&mut self, said: &Latest) {
        let Latest { id, operation, at, .. } = *said;
        let schema = self.next_schema(operation);
        self.registered = Some(Registered { schema, id, operation, at });
        self.registrations += 1;
    }

    /// What is registered like every other schema of statements.
    pub(super) const fn registration() -> Action {
        Action::Register(Schema::GENESIS[Schema::STATEMENT.0 as usize])
    }
}
