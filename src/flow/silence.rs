//! What to do when nobody answers.

/// What a service does when whoever could tell it whether an attestation holds is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Refuse.
    HardFail,
    /// Let pass.
    SoftFail,
    /// Go by the last answer, however old (stale-if-error, RFC 5861 section 4); let pass if there
    /// is none.
    Stale,
}
