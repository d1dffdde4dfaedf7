//! The people around a network, and what they go by: alert rules, suspicion, rosters, escalation,
//! runbooks. Pure policies: actors ask them, and act through the network's control messages.
//!
//! Nobody here knows the script of faults. A rule sees what was scraped, a validator what its peers
//! sent, a person what a page or an inspection says.

mod alarm;
mod decided;
mod gauge;
mod patience;
mod people;
mod phi;
mod rates;
mod reading;
mod runbook;

pub use crate::trace::Remedy;
pub use alarm::{Alarm, AlertRule, Burn, Changed, Condition, Sense};
pub use decided::{Decided, Digest, minority};
pub use gauge::{Gauge, GaugeUnit};
pub use patience::Patience;
pub use people::{
    Answers, Crowd, Guess, Hours, Job, People, Role, Staffing, Structure, blurred, lognormal,
};
pub use phi::{Phi, Signs};
pub use rates::Rates;
pub use reading::{PartReading, Probes, Reading, Scraped, Worst};
pub use runbook::{Automation, Runbook, Scope, Step};
