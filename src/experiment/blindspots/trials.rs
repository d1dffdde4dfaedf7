//! The vocabulary of faults, each on a target that the scenario has.

use crate::kernel::Span;
use crate::scenario::model::{Arrivals, Scenario};

/// How long every fault lasts.
pub const LASTS: Span = Span::from_secs(600);

/// Calm before it, in which rules must be silent.
const BEFORE: Span = Span::from_secs(180);

/// Calm after it, for rules that are slow.
const AFTER: Span = Span::from_secs(120);

/// One fault on one target.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What goes wrong: `slow 20x`.
    pub fault: String,
    /// Whom it strikes, as a selector.
    pub target: String,
    /// The scenario with nothing else in it, or why there is none.
    pub scenario: Result<Box<Scenario>, String>,
}

/// Every fault: what it is called, whom it strikes, and how a scenario writes it. `{region}` is the
/// last region of the committee.
const VOCABULARY: &[(&str, &str, &str)] = &[
    ("crash", "router-1", "crash = true"),
    ("crash", "validator-1", "crash = true"),
    ("crash, state lost", "validator-1", "crash = { state = \"lost\" }"),
    ("crash", "leader", "crash = true"),
    ("stall", "router-1", "stall = true"),
    ("stall", "router-1.ingress", "stall = true"),
    ("stall", "router-1.verify", "stall = true"),
    ("stall", "router-1.hook", "stall = true"),
    ("stall", "router-1.order", "stall = true"),
    ("stall", "router-1.revoke", "stall = true"),
    ("stall", "router-1.index", "stall = true"),
    ("stall", "validator-1", "stall = true"),
    ("slow 20x", "router-1", "slow = \"20x\""),
    ("slow 20x", "router-1.hook", "slow = \"20x\""),
    ("slow 20x", "router-1.order", "slow = \"20x\""),
    ("slow 20x", "validator-1", "slow = \"20x\""),
    ("slow 20x", "validators", "slow = \"20x\""),
    ("gossip 10x", "routers", "gossip = \"10x\""),
    ("skew +30s", "validator-1", "skew = \"+30s\""),
    ("drift 500ppm", "validator-1", "drift = \"500ppm\""),
    ("rules", "validator-1", "rules = \"accepts-expired\""),
    ("upstream 5m", "validator-1", "upstream = \"5m\""),
    ("upstream 5m", "validators", "upstream = \"5m\""),
    ("snapshot 2m", "validator-1", "snapshot = \"2m\""),
    ("pause", "validators", "pause = true"),
    ("misreport 10%", "indexers", "misreport = \"10%\""),
    ("crash", "indexers", "crash = true"),
    ("delay +500ms", "routers -> validators", "delay = \"500ms\""),
    ("reorder 20%", "routers -> validators", "reorder = \"20%\""),
    ("loss 20%", "routers -> validators", "loss = \"20%\""),
    ("loss 20%", "clients -> routers", "loss = \"20%\""),
    ("duplicate 20%", "routers -> validators", "duplicate = \"20%\""),
    ("bandwidth 64 kbit/s", "routers -> validators", "bandwidth = \"64 kbit/s\""),
    ("partition", "validators in {region} <-> *", "partition = true"),
    ("partition", "router-1 -> validators", "partition = true"),
    ("clog", "routers -> validators", "clog = true"),
    ("equivocate", "validator-1", "equivocate = true"),
    ("forge 20%", "validator-1", "forge = \"20%\""),
    ("withhold 50%", "validator-1", "withhold = \"50%\""),
    ("replay 20%", "validator-1", "replay = \"20%\""),
    ("censor 20%", "validator-1", "censor = \"20%\""),
    ("shuffle 20%", "validator-1", "shuffle = \"20%\""),
    ("hold 2s", "validator-1", "hold = \"2s\""),
    ("amnesia 1m", "validator-1", "amnesia = \"1m\""),
];

/// Every fault alone in the scenario, read again by `load` with the fault written into it. Nobody
/// answers pages, so that what is seen is the fault and not its repair; demands and claims are left
/// out, as they speak of other faults.
pub fn trials(scenario: &Scenario, load: impl Fn(&str) -> Result<Scenario, String>) -> Vec<Trial> {
    let alone = alone(scenario);
    let region = scenario.validators.regions.last();
    let region = region.map_or("", |place| scenario.network.delays.regions[*place].as_str());
    let text = alone.to_toml();
    let one = |(fault, target, effect): &(&str, &str, &str)| {
        let target = target.replace("{region}", region);
        let own = format!(
            "{text}\n[[fault]]\nname = \"trial\"\nat = \"{BEFORE}\"\nfor = \"{LASTS}\"\n\
             on = \"{target}\"\n{effect}\n"
        );
        let scenario = load(&own).map(Box::new);
        Trial { fault: (*fault).to_owned(), target, scenario }
    };
    VOCABULARY.iter().map(one).collect()
}

/// The scenario with nothing wrong, nothing demanded, and nobody who acts.
fn alone(scenario: &Scenario) -> Scenario {
    let needed = BEFORE + LASTS + AFTER;
    let mut load = scenario.load.clone();
    let are_steady = load.iter_mut().all(|group| stretch(&mut group.arrivals, needed));
    let mut alone = Scenario {
        faults: Vec::new(),
        thresholds: Vec::new(),
        always: Vec::new(),
        sometimes: Vec::new(),
        claims: Vec::new(),
        load: if are_steady { load } else { scenario.load.clone() },
        duration: if are_steady { needed } else { scenario.duration.max(needed) },
        ..scenario.clone()
    };
    if let Some(ops) = &mut alone.ops {
        ops.do_peers_tell = false;
        for role in &mut ops.people.roles {
            role.is_reached = false;
            role.escalate = None;
        }
    }
    alone
}

/// Lets a steady load last so long; `false` if it is not steady.
fn stretch(arrivals: &mut Arrivals, needed: Span) -> bool {
    match arrivals {
        Arrivals::Open { stages, .. } => match &mut stages[..] {
            [only] if only.from == only.to => {
                only.duration = needed;
                true
            }
            _ => false,
        },
        Arrivals::Closed { .. } => true,
        Arrivals::Trace(_) => false,
    }
}
