//! Operations as recorded, and what they say under a model.

use std::fmt;

/// What the recorded system is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// One register, `nil` at first: `read`, `write`, `cas`. A `cas` that failed has seen another
    /// value than the one it expected (Porcupine's etcd model).
    Register,
    /// One register, `0` at first: `read`, `write`, `cas`. What failed did not happen and has seen
    /// nothing (Knossos' cas-register).
    CasRegister,
    /// A map of texts, each empty at first: `get`, `put`, `append` (Porcupine's kv model).
    Kv,
}

impl Model {
    /// As the command line spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CasRegister => "cas-register",
            Self::Kv => "kv",
        }
    }

    /// What a register holds before anybody wrote; `None` is `nil`.
    pub(super) const fn initial(self) -> Option<&'static str> {
        match self {
            Self::Register => None,
            Self::CasRegister => Some("0"),
            Self::Kv => Some(""),
        }
    }

    /// The words that operations have.
    pub(super) const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Register | Self::CasRegister => ["read", "write", "cas"],
            Self::Kv => ["get", "put", "append"],
        }
    }
}

/// What a register holds; `None` is `nil`.
pub type Value = Option<String>;

/// What an operation did or saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It saw this value.
    Read(Value),
    /// It set this value.
    Write(Value),
    /// It found `expected` and set `new`.
    Cas {
        /// What it found.
        expected: Value,
        /// What it set.
        new: Value,
    },
    /// It found anything but this.
    CasFailed(Value),
    /// It put this behind what was there.
    Append(String),
    /// It says nothing: a read without an answer, or what failed and so did not happen.
    Nothing,
}

/// One operation as recorded.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Line of the file, from 1.
    pub line: usize,
    /// Who called.
    pub client: String,
    /// When it was called, in whatever unit the recorder used.
    pub called: i64,
    /// When it returned, at or after `called`; `None` if it never did: it may take effect at any
    /// time after the call, or never.
    pub returned: Option<i64>,
    /// Of which register.
    pub key: String,
    /// What it did or saw.
    pub action: Action,
    /// As people read it: `write 3`, `read -> 3`.
    pub words: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}
