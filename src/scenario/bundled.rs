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
pub const BUNDLED: [Bundled; 5] = [
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
        name: "byzantine-minority",
        question: "Two of seven validators lie: who notices, and what does it cost?",
        text: include_str!("../../scenarios/byzantine-minority.toml"),
    },
];

/// A file that explains every key.
pub const TEMPLATE: &str = include_str!("../../scenarios/template.toml");

/// The bundled scenario of that name.
pub(crate) fn find(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|bundled| bundled.name == name)
}
