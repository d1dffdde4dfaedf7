//! What is measured of a phase as a whole.

use super::{Better, Kind, Metric, Unit, metrics};

pub(super) const OF_PHASES: &[Metric] = metrics! {
    "friction" Cost Acts Lower
        "Tries beyond the first and looks beyond the first, per attestation that somebody became \
         confident in."
        "capabilities A9";
    "fairness" Portion Part Higher
        "Jain's index of what clients got of what they had due: 1 if all got the same share, 1/n \
         if one of n got everything."
        "Jain, Chiu & Hawe 1984";
    "hot_router" Portion Part Lower
        "Share of all tries that the busiest router took in."
        "capabilities C19";
    "utilisation_spread" Portion Part Lower
        "Virtual CPU that the busiest router spent less that of the idlest, per second: 10 % is a \
         tenth of a core."
        "capabilities C19";
    "hot_key" Portion Part Neither
        "Share of all statements due that concern the most popular subject."
        "capabilities C19";
    "same_answer" Portion Part Higher
        "Share of a party's further looks at one attestation that were answered like the last one \
         answered before."
        "capabilities C27";
    "scan_validity" Portion Part Higher
        "Share of valid stamps among all that validators checked, where routers are centres: the \
         attester's signature and one of each centre."
        "capabilities C9, C12";
    "reliability" Portion Part Higher
        "Good operations of all that were valid: applied or answered, of those due and not refused."
        "capabilities A15";
    "burst_absorbed" Portion Part Higher
        "Good operations of those due and not refused, in 1 s windows with more than twice the \
         load of the median window of the run."
        "capabilities C16";
    "interference" Cost Times Lower
        "p99 of latency.applied over that of the same phase of the twin without faults; of a load \
         group, how much it is slowed by what befalls others."
        "capabilities C17";
    "agreement" Portion Part Higher
        "Of the time from the first correct validator's acceptance to the end of settle, the share \
         in which a pair of correct validators that are up both had accepted it or both had not, \
         over all pairs and statements."
        "capabilities 1b, without positions";
    "order_distance" Portion Part Lower
        "Share of pairs, at most 32 deliveries apart at the first correct validator, that it \
         delivered in the opposite order to that of their intended sends."
        "capabilities C24; metrics 1a, Kendall";
    "steadiness" Portion Part Higher
        "Share of 1 s windows with a p95 of latency.applied within 20 % of the median window of \
         the run and at most 1 % errors."
        "capabilities 1b";
    "noticed_windows" Portion Part Lower
        "Share of 1 s windows with a p95 of latency.applied above twice that of the median calm \
         window, or with a flip, a stale read or an error."
        "capabilities A14";
    "smoothness" Portion Part Higher
        "1 - CV of the gaps between stamps: deviations of all stages of latency.applied over their \
         means, both added up; 0 at least."
        "capabilities C13";
    "offered" Rate PerSecond Neither
        "Operations due per second."
        "k6";
    "goodput" Rate PerSecond Higher
        "Operations of that second's intended sends that were applied (questions: answered) \
         by their deadline, or at all if they have none, per second."
        "metrics 1d";
    "tries" Cost Acts Lower
        "Tries that clients sent per operation due: the amplification of load by retries."
        "capabilities C20";
    "interventions" Cost Acts Lower
        "Acts of people on hosts, inspections excepted, per 1,000 statements due."
        "capabilities C28";
    "imbalance" Cost Acts Lower
        "Tries that the busiest router took in, over the mean of all routers."
        "capabilities C19";
    "hop_stretch" Cost Acts Lower
        "Hops from centre to centre over the fewest that lead there, of all that arrived."
        "capabilities C10";
    "messages" Cost Messages Lower
        "Messages sent by all actors per operation due."
        "DESIGN 8";
    "bytes" Cost Bytes Lower
        "Bytes sent by all actors per operation due."
        "DESIGN 8";
    "cpu" Cost Millis Lower
        "Virtual CPU spent by all routers and validators per operation due."
        "DESIGN 8";
};
