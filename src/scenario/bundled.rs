//! Scenarios inside the binary.

/// A scenario inside the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// How it is called on the command line; the same as in its file.
    pub name: &'static str,
    /// The question it asks; the same as in its file.
    pub question: &'static str,
    /// Its file.
    pub text: &'static str,
}

/// Every bundled scenario, the simplest first.
pub const BUNDLED: [Bundled; 26] = [
    Bundled {
        name: "calm-baseline",
        question: "What does the network do on a day when nothing happens?",
        text: include_str!("../../scenarios/calm-baseline.toml"),
    },
    Bundled {
        name: "ramp-to-breaking",
        question: "At which load does it break, and does it come back?",
        text: include_str!("../../scenarios/ramp-to-breaking.toml"),
    },
    Bundled {
        name: "out-of-order-links",
        question: "Does a late parent cost a wait, or a wrong answer?",
        text: include_str!("../../scenarios/out-of-order-links.toml"),
    },
    Bundled {
        name: "overlapping-claims",
        question: "When several issuers act on one subject at once, do all agree on who won?",
        text: include_str!("../../scenarios/overlapping-claims.toml"),
    },
    Bundled {
        name: "dead-leader",
        question: "What does the death of one validator cost, and does it cost more if it led?",
        text: include_str!("../../scenarios/dead-leader.toml"),
    },
    Bundled {
        name: "partition-heal",
        question: "Who goes on when the network splits, and do all agree once it has healed?",
        text: include_str!("../../scenarios/partition-heal.toml"),
    },
    Bundled {
        name: "wrong-clocks",
        question: "Which orderings believe a clock, and what does a wrong one cost?",
        text: include_str!("../../scenarios/wrong-clocks.toml"),
    },
    Bundled {
        name: "clock-skew",
        question: "One time source of six is a day ahead. Whose clocks follow, and who sets them \
                   right?",
        text: include_str!("../../scenarios/clock-skew.toml"),
    },
    Bundled {
        name: "wan-thirteen-regions",
        question: "What does an ordering cost when its validators stand on every continent?",
        text: include_str!("../../scenarios/wan-thirteen-regions.toml"),
    },
    Bundled {
        name: "committee-hundred",
        question: "Which orderings still work with a hundred validators, and at what price?",
        text: include_str!("../../scenarios/committee-hundred.toml"),
    },
    Bundled {
        name: "byzantine-minority",
        question: "Two of seven validators lie: who notices, and what does it cost?",
        text: include_str!("../../scenarios/byzantine-minority.toml"),
    },
    Bundled {
        name: "airdrop-day",
        question: "Who gets in when a claim window opens, and who pays for it?",
        text: include_str!("../../scenarios/airdrop-day.toml"),
    },
    Bundled {
        name: "noisy-hook",
        question: "Does one slow hook slow everybody?",
        text: include_str!("../../scenarios/noisy-hook.toml"),
    },
    Bundled {
        name: "retry-storm",
        question: "When the rush is over, does the system come back by itself?",
        text: include_str!("../../scenarios/retry-storm.toml"),
    },
    Bundled {
        name: "retry-after-success",
        question: "What do clients do while nobody answers, and what does that do to the rest?",
        text: include_str!("../../scenarios/retry-after-success.toml"),
    },
    Bundled {
        name: "sticky-revocation",
        question: "How long does a wrong answer outlive its repair, and a right one come too late?",
        text: include_str!("../../scenarios/sticky-revocation.toml"),
    },
    Bundled {
        name: "split-interpretation",
        question: "What if not all validators mean the same by the same rules?",
        text: include_str!("../../scenarios/split-interpretation.toml"),
    },
    Bundled {
        name: "merge-delay-breach",
        question: "What is a promise worth when the log falls behind?",
        text: include_str!("../../scenarios/merge-delay-breach.toml"),
    },
    Bundled {
        name: "postal-holiday-rush",
        question: "Every stamp is right: why does the post feel unreliable?",
        text: include_str!("../../scenarios/postal-holiday-rush.toml"),
    },
    Bundled {
        name: "calm-day",
        question: "Who is woken in 24 hours in which nothing happens?",
        text: include_str!("../../scenarios/calm-day.toml"),
    },
    Bundled {
        name: "0213-stall",
        question: "A router stops at night and says nothing. Who notices, who owns it, how long?",
        text: include_str!("../../scenarios/0213-stall.toml"),
    },
    Bundled {
        name: "handoff-to-nowhere",
        question: "Automation gives the lead to a node that is not ready. What does a gate save?",
        text: include_str!("../../scenarios/handoff-to-nowhere.toml"),
    },
    Bundled {
        name: "quorum-restart",
        question: "All validators have stopped, and a restart needs 80 % of them. How long is it?",
        text: include_str!("../../scenarios/quorum-restart.toml"),
    },
    Bundled {
        name: "nobody-owns-it",
        question: "The alert reaches nobody, and everybody sees a symptom. Who takes it?",
        text: include_str!("../../scenarios/nobody-owns-it.toml"),
    },
    Bundled {
        name: "inscription-flood",
        question: "The poster falls behind in a flood, and the alert counts what it posts. Who \
                   notices?",
        text: include_str!("../../scenarios/inscription-flood.toml"),
    },
    Bundled {
        name: "stale-attestation-storm",
        question: "What is old and valid costs some of them fifty times as much. Does it end by \
                   itself?",
        text: include_str!("../../scenarios/stale-attestation-storm.toml"),
    },
];

/// A file that explains every key.
pub const TEMPLATE: &str = include_str!("../../scenarios/template.toml");

/// The bundled scenario of that name.
pub(crate) fn find(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|bundled| bundled.name == name)
}
