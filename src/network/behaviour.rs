//! What a Byzantine process does, whatever its protocol.

use std::fmt;
use std::sync::Arc;

use super::ProcessSet;
use crate::kernel::Span;
use crate::trace::FateKind;

/// One way to misbehave. Shares are from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Behaviour {
    /// It runs twice with one key: each instance hears and tells its own half of the others
    /// (Bano et al., Twins: BFT Systems Made Robust, OPODIS 2021).
    Equivocate,
    /// It tells this share of what another would tell, in the other's name, and this share of its
    /// answers, with signatures that are nobody's.
    Forge(f64),
    /// It keeps messages to itself.
    Withhold {
        /// Share of messages, whoever they are for.
        messages: f64,
        /// Share of its peers that are told nothing, the same for as long as it lasts.
        peers: f64,
    },
    /// To this share of its messages it adds an old one, its own or another's, for anybody.
    Replay(f64),
    /// It does not hear what this share of attesters says.
    Censor(f64),
    /// This share of its messages leaves after the next to the same receiver.
    Shuffle(f64),
    /// Everything that it says leaves so much later.
    Hold(Span),
    /// Every so often it goes back to what it had kept on disk when this began, and forgets what
    /// it has promised since, such as votes and locks: what it says in a view change is a lie.
    Amnesia(Span),
}

impl Behaviour {
    /// What befalls its messages.
    pub const fn kind(&self) -> FateKind {
        match self {
            Self::Equivocate => FateKind::Equivocated,
            Self::Forge(_) => FateKind::Forged,
            Self::Withhold { .. } => FateKind::Withheld,
            Self::Replay(_) => FateKind::Replayed,
            Self::Censor(_) => FateKind::Censored,
            Self::Shuffle(_) => FateKind::Reordered,
            Self::Hold(_) => FateKind::Delayed,
            Self::Amnesia(_) => FateKind::Forgotten,
        }
    }
}

impl fmt::Display for Behaviour {
    /// `Byzantine: forges 5 %`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{} %", (share * 100_000.0).round() / 1_000.0);
        let what = match self {
            Self::Equivocate => "equivocates".to_owned(),
            Self::Forge(share) => format!("forges {}", percent(*share)),
            Self::Withhold { messages, peers: 0.0 } => format!("withholds {}", percent(*messages)),
            Self::Withhold { messages: 0.0, peers } => {
                format!("shuns {} of peers", percent(*peers))
            }
            Self::Withhold { messages, peers } => {
                format!("withholds {}, shuns {} of peers", percent(*messages), percent(*peers))
            }
            Self::Replay(share) => format!("replays {}", percent(*share)),
            Self::Censor(share) => format!("censors {}", percent(*share)),
            Self::Shuffle(share) => format!("shuffles {}", percent(*share)),
            Self::Hold(by) => format!("holds for {by}"),
            Self::Amnesia(every) => format!("amnesia every {every}"),
        };
        write!(f, "Byzantine: {what}")
    }
}

/// What one fault has some processes do, who know of one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Misdeed {
    /// What each of them does.
    pub behaviour: Behaviour,
    /// All of them.
    pub accomplices: Arc<ProcessSet>,
}
