//! The one table of metrics. Scenario parser, screens, charts, JSON, CSV and documentation read it.

mod kinds;
mod people;
mod phases;

pub use kinds::{Better, Kind, Unit};

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// As scenarios and screens spell it.
    pub name: &'static str,
    /// What its samples are.
    pub kind: Kind,
    /// The unit of one sample.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// One sentence that says exactly what is counted.
    pub definition: &'static str,
    /// Paper, RFC or part of this project that the definition comes from.
    pub source: &'static str,
}

impl Metric {
    /// Whether it says nothing without the declared model of confidence.
    pub fn is_modelled(&self) -> bool {
        const MODELLED: [&str; 4] = ["confident", "hesitation", "looks", "friction"];
        MODELLED.contains(&self.name) || self.name.starts_with("trust_gap")
    }
}

macro_rules! metrics {
    ($($name:literal $kind:ident $unit:ident $better:ident $definition:literal $source:literal;)*) => {
        &[$(Metric {
            name: $name,
            kind: Kind::$kind,
            unit: Unit::$unit,
            better: Better::$better,
            definition: $definition,
            source: $source,
        }),*]
    };
}
use metrics;

/// Every metric, in the order in which screens and files list them.
pub const TABLE: &[Metric] = &joined::<{ COUNTS[0] + COUNTS[1] + COUNTS[2] }>();

const COUNTS: [usize; 3] = [OF_OPERATIONS.len(), phases::OF_PHASES.len(), people::OF_PEOPLE.len()];

/// What is measured of operations, of whole phases, and then of people.
const fn joined<const COUNT: usize>() -> [Metric; COUNT] {
    let mut all = [OF_OPERATIONS[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        let [operations, phases, _] = COUNTS;
        all[at] = if at < operations {
            OF_OPERATIONS[at]
        } else if at < operations + phases {
            phases::OF_PHASES[at - operations]
        } else {
            people::OF_PEOPLE[at - operations - phases]
        };
        at += 1;
    }
    all
}

const OF_OPERATIONS: &[Metric] = metrics! {
    "latency.admit" Sample Millis Lower
        "From intended send until a router first took the operation in, whichever try."
        "capabilities 1b";
    "latency.route" Sample Millis Lower
        "From intended send until a router first sent it on, whichever try."
        "capabilities 1b";
    "latency.verify" Sample Millis Lower
        "From intended send until q correct validators had verified its signature."
        "capabilities 1b";
    "latency.order" Sample Millis Lower
        "From intended send until the ordering had delivered it at q correct validators."
        "capabilities 1b";
    "latency.applied" Sample Millis Lower
        "From intended send until q correct validators had accepted it into their \
         registries."
        "DESIGN 7";
    "latency.final" Sample Millis Lower
        "From intended send until q correct validators held it as final, where the ordering \
         offers finality."
        "DESIGN 7";
    "latency.first" Sample Millis Lower
        "From intended send until the first correct validator accepted it."
        "ordering 2";
    "latency.last" Sample Millis Lower
        "From intended send until every correct validator that is up had accepted it."
        "metrics 1b";
    "latency.answer" Sample Millis Lower
        "From intended send until the client had been told by q validators."
        "capabilities 1b";
    "latency.read" Sample Millis Lower
        "From a question's intended send until its answer."
        "capabilities 1b";
    "latency.index" Sample Millis Lower
        "From intended send until every indexer had it, for what q correct validators accepted."
        "DESIGN 8; capabilities C25";
    "latency.use" Sample Millis Lower
        "From a user's turning up at a dependant until it decided, silence included."
        "capabilities A10";
    "consensus.wait" Sample Millis Lower
        "From intended send until a correct validator first put the operation into a block, where \
         the ordering has blocks."
        "ordering 2";
    "consensus.first" Sample Millis Lower
        "From the first block with the operation until the first correct validator delivered it."
        "ordering 2, earliest commit";
    "consensus.each" Sample Millis Lower
        "From the first block with the operation until a correct validator delivered it, on \
         average over those that did."
        "ordering 2, replica mean";
    "merge_delay" Sample Millis Lower
        "From a router's promise, as its client heard it, until q correct validators had accepted \
         the statement."
        "RFC 6962 3";
    "admission.wait" Sample Millis Lower
        "At a router from the arrival of a try until a worker began with it, for the first try \
         with which one did."
        "capabilities C16";
    "queue" Sample Operations Lower
        "The most that waited in one pool of a router, for each second in which it had anything \
         to do."
        "capabilities C20";
    "queue.age" Sample Millis Lower
        "How long the first in line of one pool of a router had waited, once for each second in \
         which it had anything to do."
        "capabilities B20, a leading indicator";
    "jitter" Sample Millis Lower
        "Change of latency.applied from one operation to the next by number, smoothed by \
         1/16."
        "RFC 3550 6.4.1";
    "unfinished" Event Operations Lower
        "Due, and neither accepted by q correct validators nor refused for good when settle \
         ended."
        "experience 10";
    "refused" Event Operations Neither
        "Refused by q correct validators for a reason that no other order of arrival would \
         have changed; not due to be applied."
        "real-systems 2.1";
    "orphans" Event Operations Lower
        "Refused by at least one correct validator because what it refers to was unknown \
         there."
        "real-systems 2.1, rules 4 and 5";
    "waited" Event Operations Neither
        "Held by at least one correct validator until what it refers to, or an earlier one \
         of its attester, had come."
        "DESIGN 7";
    "diverged" Event Operations Lower
        "Correct validators that are up gave different answers on it, or one gave none, for \
         more than 1 s on end."
        "experience 10";
    "collapsed" Stretch Millis Lower
        "A stretch of more than 30 s, with no fault at work and no more load than 1.1 times that \
         of the first 10 s, in which less than half came through of what did then, or of the load \
         if that is less: the system stays down after its trouble is over."
        "Bronson et al. 2021, metastable failures; capabilities 1b";
    "stabilising" Stretch Millis Lower
        "From the end of a fault, or of 1.5 times the load of the first 10 s, until three seconds on \
         end are steady: a p95 of latency.applied of at most twice that of the worst second of the \
         first 10 s, and no larger share of errors. Until the measured time ends, or trouble comes \
         anew, if there are none."
        "capabilities C20";
    "divergence" Stretch Millis Lower
        "A stretch of time in which at least one operation was diverged."
        "metrics 1b";
    "effect_before_cause" Event Operations Lower
        "Delivered by a correct validator before what it refers to."
        "ordering 1, A2";
    "mislinked" Event Operations Lower
        "Accepted with a reference that names another attestation than its author meant."
        "real-systems 2.1, rule 3";
    "accepted_after_revoke" Event Operations Lower
        "A reader was told that it is valid though q correct validators had applied its \
         revocation before the question was sent, per question."
        "capabilities 1b";
    "flips" Event Operations Lower
        "A reader was told valid, then not, then valid again; or a validator took an \
         accepted one back."
        "capabilities C27";
    "double_accepted" Event Operations Lower
        "Accepted by a correct validator while another that replaces the same, or claims the \
         same subject, is accepted by one and not revoked there."
        "capabilities 1b";
    "conflicting_certificates" Event Operations Lower
        "Accepted by q correct validators, and so was a later statement of its attester with the same \
         number."
        "capabilities 1b";
    "duplicated" Event Operations Lower
        "Applied twice by one correct validator without a restart in between."
        "capabilities 1b";
    "lost" Event Operations Lower
        "Sent, and neither accepted nor refused by any correct validator that is up when \
         settle ended."
        "metrics 1b";
    "lost_after_ack" Event Operations Lower
        "Its client was told it is applied, and when settle ended fewer correct validators \
         held it than must be among any q: q less those that failed, at least n - q + 1."
        "capabilities 1b";
    "forged_accepted" Event Operations Lower
        "Accepted by a correct validator though its signature is not its attester's."
        "capabilities 1b";
    "forged_refused" Event Operations Neither
        "Refused because its signature is not its attester's."
        "DESIGN 5";
    "rejected" Event Operations Lower
        "Turned away by a full router at least once."
        "DESIGN 6";
    "retried" Event Operations Lower
        "Sent more than once by its client."
        "capabilities A9";
    "proof_ok" Event Operations Higher
        "Signature valid and accepted by q correct validators by the end of settle."
        "capabilities 1b";
    "reordered" Event Operations Neither
        "Arrived at a validator after a later one of the same router (RFC 4737 type-P- \
         reordered), per delivery."
        "RFC 4737 3.4";
    "displacement" Sample Places Neither
        "How many arrivals late a reordered message was (RFC 4737 reordering extent), at \
         least."
        "RFC 4737 4.2.1";
    "rollback" Sample Places Lower
        "How many deliveries a correct validator took back in a row."
        "metrics 1a, reorg depth";
    "inversions" Event Operations Lower
        "Pairs, at most 32 deliveries apart at the first correct validator, that another \
         delivered in the opposite order, per pair that both delivered."
        "metrics 1a, Kendall";
    "order_unfair" Event Operations Lower
        "Pairs, at most 32 deliveries apart at the first correct validator, that it delivered in \
         the opposite order to the one in which all validators that are up had received them, \
         per pair so received."
        "metrics 1a; Kelkar et al. 2020";
    "unlinearizable" Event Operations Lower
        "Answers that fit into no order: a state that another client, or a client told that its \
         own statement was applied, knew to be over before the question was first sent, per question."
        "DESIGN 8; Gibbons & Korach 1997";
    "session.read_your_writes" Event Operations Lower
        "Breaches: a client was told of a state before its own statement, though it knew that to be \
         applied before it asked, per question."
        "Terry et al. 1994";
    "session.monotonic_reads" Event Operations Lower
        "Breaches: a client was told of an earlier state than in an answer that it had before it \
         asked, per question."
        "Terry et al. 1994";
    "session.monotonic_writes" Event Operations Lower
        "Breaches: a correct validator delivered it after a later statement of its attester."
        "Terry et al. 1994";
    "session.writes_follow_reads" Event Operations Lower
        "Breaches: a correct validator delivered it before what its client had last been told exists \
         when it first sent it."
        "Terry et al. 1994";
    "stale" Event Operations Lower
        "An answer was out of date when its question was sent, per question."
        "metrics 1b, t-visibility";
    "relied_on" Event Operations Neither
        "A statement, revocations excepted, that a relying party waits for."
        "capabilities C2";
    "confident" Event Operations Higher
        "Its relying party was confident in it, by the declared model, before its patience ended, \
         per statement relied on."
        "capabilities 1b; a declared model";
    "trust_gap" Event Operations Lower
        "Proven, and its relying party never confident in it, per statement relied on."
        "capabilities 1b; a declared model";
    "trust_gap.delay" Event Operations Lower
        "Part of trust_gap: the proof took longer than expected, or what was read had not come \
         there yet."
        "capabilities C4";
    "trust_gap.reorder" Event Operations Lower
        "Part of trust_gap: what it is linked to was missing where the party looked, or the answer \
         flipped."
        "capabilities C4";
    "trust_gap.overlap" Event Operations Lower
        "Part of trust_gap: looks disagreed while another statement on that subject was under way."
        "capabilities C4";
    "trust_gap.interpretation" Event Operations Lower
        "Part of trust_gap: looks disagreed otherwise; validators judged or placed it differently."
        "capabilities C4";
    "trust_gap.silence" Event Operations Lower
        "Part of trust_gap: looks had no answer, an old one, or one without its stamps, or the \
         party was never told of the proof."
        "capabilities C4";
    "promised" Event Operations Neither
        "A router promised its client that it will be in, where that is an answer."
        "RFC 6962 3; capabilities C1";
    "promise_broken" Event Operations Lower
        "Promised, and not accepted by q correct validators within the time promised, per \
         statement promised."
        "RFC 6962 3, maximum merge delay";
    "needed" Event Operations Neither
        "An operation whose load has a deadline; those that were rightly refused left out."
        "capabilities A17";
    "showed_up" Event Operations Higher
        "Its client was told that it is applied, or was answered, within the deadline of its load, \
         per operation needed."
        "capabilities A17, B13";
    "misrouted" Event Operations Lower
        "Sent on at least once to a centre that was farther from its destination than the sender: \
         by true delays of links and waits at centres that were open at that instant."
        "capabilities C10";
    "ping_pong" Event Operations Lower
        "Sent straight back by a centre to the one that it came from, at least once."
        "capabilities C10";
    "loops" Event Operations Lower
        "Sent on at least once to a centre that had sent it on before."
        "capabilities C10";
    "returned" Event Operations Lower
        "Returned to its sender at least once: after too many hops, or where no way was known."
        "capabilities C10";
    "handoff_failed" Event Operations Lower
        "Sent on to a centre that turned it away, or had not taken it in 1 s later, at least once."
        "capabilities C13";
    "staleness" Sample Millis Lower
        "For an answer that was out of date when its question was sent: how long the first \
         change it missed had been applied by q correct validators."
        "metrics 1b, t-visibility";
    "staleness.versions" Sample Versions Lower
        "For an answer that was out of date when its question was sent: how many changes \
         behind it was."
        "metrics 1b, k-staleness";
    "hesitation" Sample Millis Lower
        "From the proof until the relying party was confident; never if it was not."
        "capabilities 1b";
    "looks" Sample Acts Lower
        "Looks at an attestation until its relying party was confident or gave up."
        "capabilities C2";
    "index.lag" Sample Millis Lower
        "From a validator's applying it until an indexer that copies it had it (SignScan's syncAt - \
         attestTimestamp)."
        "real-systems 2.1; capabilities C25";
    "carry.lag" Sample Millis Lower
        "From a validator's applying it until it holds on the second chain that its indexer carries it \
         to; never if it does not, or its validator took it back first."
        "capabilities C25";
    "drift" Sample Millis Lower
        "How far the date that a validator put on a record lies from that of signing, each by its own \
         clock, per row of an indexer that tells."
        "real-systems 2.1, rule 10";
    "exposure" Sample Millis Lower
        "Of a needed attestation that was revoked or replaced: from q validators' acceptance of that \
         until a user last passed all the same; 0 if none did."
        "metrics 1b, revocation exposure";
    "false_revoked" Sample Millis Lower
        "From the first time that a user was told it is revoked, though nobody had begun to take it \
         back, until the user passed again or somebody began to; never if neither happened."
        "real-systems 2.4, GlobalSign 2016";
    "blast_radius" Sample Operations Lower
        "Users who wait for what they have a right to, counted every second: those who turned up, \
         were not let pass last, and whose attestation nobody has begun to take back."
        "capabilities A10";
    "makespan" Sample Millis Lower
        "Of a workflow: from the intended send of its first part until q validators had accepted \
         the last of them; never if a part did not come."
        "capabilities A7";
    "uses" Event Operations Neither
        "A dependant decided whether a user may pass, in the phase in which it did."
        "capabilities A10";
    "allowed_wrongly" Event Operations Lower
        "A user passed though q validators had accepted that it is taken back before the user asked, \
         per use."
        "capabilities C26";
    "denied_wrongly" Event Operations Lower
        "A user did not pass though q validators had accepted it before the user asked, and nobody \
         had begun to take it back, per use."
        "capabilities A10";
    "data_missing" Event Operations Lower
        "Refused by a dependant that was told that it holds: its data could not be had, per use."
        "real-systems 2.1, rule 15";
    "schema_unread" Event Operations Lower
        "Its client read its schema before it sent it, and was told at least once that there is none."
        "real-systems 2.1, rule 15";
    "workflows" Event Operations Neither
        "Chains of linked attestations that ended: completed, or broken."
        "capabilities A7";
    "workflows.late" Event Operations Lower
        "Completed, and a part of it was applied after its deadline, per workflow."
        "capabilities A7";
    "workflows.broken" Event Operations Lower
        "A part of it was never applied, or its client gave it up and nobody went on, per workflow."
        "capabilities A7";
    "hops" Sample Acts Lower
        "Hops from centre to centre until it was first handed to the validators."
        "capabilities C10";
    "eta_error" Sample Millis Lower
        "How far the time until a centre handed it to the validators was from what the first centre's \
         table had said as it sent it on, for what was sent on."
        "capabilities C11";
};

/// The metric of that name.
pub fn find(name: &str) -> Option<&'static Metric> {
    TABLE.iter().find(|metric| metric.name == name)
}
