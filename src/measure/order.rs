//! What was seen of the order and integrity of deliveries. It counts; it knows no guarantees.

use crate::kernel::VirtualTime;

/// How often something happened, and the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// How often.
    pub count: u64,
    /// The first of them.
    pub first: Option<First>,
}

/// The first of several violations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// When it happened; [`Self::AT_THE_END`] of what only the end shows.
    pub at: VirtualTime,
    /// Instant, validator and operations.
    pub words: String,
}

impl First {
    /// When settle ended.
    pub const AT_THE_END: VirtualTime = VirtualTime::MAX;
}

impl Violations {
    pub(super) fn add(&mut self, at: VirtualTime, words: impl FnOnce() -> String) {
        self.add_all(1, at, words);
    }

    /// So many at once, at least one.
    pub(super) fn add_all(&mut self, count: u64, at: VirtualTime, words: impl FnOnce() -> String) {
        self.count += count;
        if self.first.as_ref().is_none_or(|first| at < first.at) {
            self.first = Some(First { at, words: words() });
        }
    }

    /// One of them was undone: a delivery was taken back.
    pub(super) fn take_back(&mut self) {
        self.count -= 1;
        if self.count == 0 {
            self.first = None;
        }
    }
}

/// Observations from which guarantees are judged. Only correct validators' deeds are seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderObservations {
    /// One try of an operation delivered twice by a validator, without a restart in between.
    pub duplicate_deliveries: Violations,
    /// An attester's statement first delivered after a later one of the same attester.
    pub fifo_violations: Violations,
    /// A statement first delivered while what it refers to was not.
    pub causal_violations: Violations,
    /// Positions at which two validators hold different operations.
    pub prefix_violations: Violations,
    /// Positions among what is about one subject at which two validators hold different
    /// operations; only looked for if the setting says so.
    pub subject_violations: Violations,
    /// Delivered, and never planned.
    pub invented: Violations,
    /// Final, and taken back.
    pub final_retracted: Violations,
    /// Delivered before a neighbour that all validators received first.
    pub order_unfair: Violations,
    /// Delivered by one validator, and not by all when settle ended. Validators that had much work
    /// before them are left out: they may come to it.
    pub undelivered: Violations,
    /// Delivered by one validator, and lacking only where much work was left when settle ended.
    pub late: Violations,
    /// Delivered by two validators, accepted by one of them and not by the other when settle ended.
    pub unequal_verdicts: Violations,
    /// A second operation with one attester's number delivered.
    pub equivocation: Violations,
    /// Accepted though the signature is not its attester's.
    pub forged_accepted: Violations,
    /// Told to be applied, and held by fewer than q when settle ended.
    pub lost_after_ack: Violations,
    /// Not delivered by q correct validators when settle ended, or refused by all though what it
    /// refers to is applied; and its client keeps trying.
    pub unsettled: Violations,
    /// Told to a reader, and in no order with what others knew before it asked.
    pub unlinearizable: Violations,
    /// Told to who asks one validator, and earlier than what it had been told before it asked.
    pub reads_backward: Violations,
    /// Told to who asks a quorum, and earlier than what was known to be applied before it asked.
    pub reads_behind: Violations,
}

impl OrderObservations {
    /// Every observation with its name.
    pub const fn all(&self) -> [(&'static str, &Violations); 17] {
        [
            ("duplicate_deliveries", &self.duplicate_deliveries),
            ("fifo_violations", &self.fifo_violations),
            ("causal_violations", &self.causal_violations),
            ("prefix_violations", &self.prefix_violations),
            ("subject_violations", &self.subject_violations),
            ("invented", &self.invented),
            ("final_retracted", &self.final_retracted),
            ("order_unfair", &self.order_unfair),
            ("undelivered", &self.undelivered),
            ("late", &self.late),
            ("unequal_verdicts", &self.unequal_verdicts),
            ("equivocation", &self.equivocation),
            ("forged_accepted", &self.forged_accepted),
            ("lost_after_ack", &self.lost_after_ack),
            ("unlinearizable", &self.unlinearizable),
            ("reads_backward", &self.reads_backward),
            ("reads_behind", &self.reads_behind),
        ]
    }
}

/// `1m43.207118000 validator-3: ` and what happened.
pub(super) fn at(now: VirtualTime, validator: usize, what: &str) -> String {
    format!("{now} validator-{validator}: {what}")
}

#[cfg(test)]
mod tests {
    use crate::measure::Event;
    use crate::measure::script::{first, measure, seen};

    /// Expected: names and counts of all that was observed, and words of the first.
    fn check(script: &str, expected: &str, words: &str) {
        let measured = measure(4, 3, script);
        assert_eq!(seen(&measured), expected, "{script}");
        let mut firsts = measured.order.all().into_iter().filter_map(|(_, seen)| first(seen));
        assert_eq!(firsts.next().unwrap_or_default(), words, "{script}");
    }

    const PLAN: &str = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 1; 0ms c10 plan 2 seq 0 on 0;";

    #[test]
    fn a_run_in_order_shows_nothing() {
        let all = "5ms v0-3 deliver 0 @0; 6ms v0-3 deliver 1 @1; 7ms v0-3 deliver 2 @2";
        check(&format!("{PLAN}{all}"), "", "");
    }

    #[test]
    fn one_try_delivered_twice_is_seen_and_two_tries_are_not() {
        let script = format!("{PLAN} 5ms v0-3 deliver 0 @0;");
        let words = "0m00.006000000 validator-2: delivered #0 try 0 again";
        check(&format!("{script} 6ms v2 deliver 0 @1"), "duplicate_deliveries 1", words);
        check(&format!("{script} 6ms v2 deliver 0.1 @1; 7ms v0-1 deliver 0.1 @1"), "", "");
        let restart = "6ms v2 host 0 crashed; 7ms v2 host 0 restarted; 8ms v2 deliver 0 @0";
        check(&format!("{script} {restart}"), "", "");
    }

    #[test]
    fn an_attesters_statements_out_of_order_are_seen() {
        let rest = "v0-1 deliver 0 @0; 9ms v0-1 deliver 1 @1";
        let script = format!("{PLAN} 5ms {rest}; 5ms v2-3 deliver 1 @0; 9ms v2-3 deliver 0 @1");
        let words = "0m00.009000000 validator-2: delivered #0, number 0 of its attester, \
                     after a later one";
        check(&script, "fifo_violations 2 prefix_violations 2", words);
    }

    #[test]
    fn an_effect_before_its_cause_is_seen() {
        let script = format!("{PLAN} 5ms v0-3 deliver 2 @0; 6ms v0-3 deliver 0 @1");
        let words = "0m00.005000000 validator-0: delivered #2 before #0, which it refers to";
        check(&script, "causal_violations 4", words);
    }

    #[test]
    fn what_is_taken_back_and_put_right_is_forgiven_unless_it_was_final() {
        let wrong = "5ms v0-3 deliver 1 @0; 6ms v0-3 deliver 0 @1; 6ms v0-3 deliver 2 @2;";
        let back = "7ms v0-3 retract 2 @2; 7ms v0-3 retract 0 @1; 7ms v0-3 retract 1 @0;";
        let right = "8ms v0-3 deliver 0 @0; 8ms v0-3 deliver 1 @1; 8ms v0-3 deliver 2 @2";
        check(&format!("{PLAN}{wrong}{back}{right}"), "", "");
        let back = back.replace("1 @0", "1 @0 final");
        let words = "0m00.007000000 validator-0: took back #1, which was final";
        check(&format!("{PLAN}{wrong}{back}{right}"), "final_retracted 4", words);
    }

    #[test]
    fn what_is_taken_back_leaves_an_attesters_order_as_it_was() {
        let plan = format!("{PLAN} 0ms c9 plan 3 seq 2; 0ms c9 plan 4 seq 3;");
        let late = "5ms v0-3 deliver 0 @0; 5ms v0-3 deliver 4 @1; 7ms v0-3 retract 4 @1;";
        let right = "8ms v0-3 deliver 1 @1; 8ms v0-3 deliver 3 @2; 8ms v0-3 deliver 4 @3";
        check(&format!("{plan}{late}{right}"), "", "");
    }

    #[test]
    fn what_nobody_planned_is_seen() {
        let words = "0m00.005000000 validator-1: delivered #7, which nobody planned";
        check("0ms c9 plan 0; 5ms v1 deliver 7 @0", "invented 1 undelivered 1", words);
    }

    #[test]
    fn one_that_not_all_correct_validators_deliver_is_seen() {
        let script = format!("{PLAN} 5ms v0-2 deliver 0 @0");
        let words = "#0 was delivered, and not by validator-3, when settle ended";
        check(&script, "undelivered 1", words);
        check(&format!("{script}; 6ms v3 host 0 crashed"), "", "");
    }

    #[test]
    fn what_one_lacks_with_much_work_left_is_late_and_what_another_lacks_is_not() {
        let script = format!("{PLAN} 5ms v0-2 deliver 0 @0; 9s v3 use 8 1 1 1ms left");
        let words = "#0 was delivered, and not by validator-3, when settle ended";
        check(&format!("{script} 2000"), "late 1", words);
        check(&format!("{script} 1999"), "undelivered 1", words);
        check(
            &format!("{script} 9000; 9s v3 host 0 crashed; 9s v3 host 0 restarted"),
            "undelivered 1",
            words,
        );
        let two = script.replace("v0-2", "v0-1");
        let words = words.replace("-3", "-2");
        check(&format!("{two} 9000"), "undelivered 1", &words);
    }

    #[test]
    fn what_a_byzantine_validator_may_have_kept_back_is_late_for_as_long_as_is_stated() {
        let late = format!("{PLAN} spread 3s; 8s v1 deliver 0 @0;");
        let words = "#0 was delivered, and not by validator-0, when settle ended";
        check(&late, "undelivered 1", words);
        let words = words.replace("-0,", "-2,");
        let byzantine = "5ms v0 host 0 corrupted; 6ms v0 deliver 0 @0;";
        check(&format!("{late} {byzantine}"), "late 1", &words);
        let early = late.replace("8s v1", "6s v1");
        check(&format!("{early} {byzantine}"), "undelivered 1", &words);
        check(&format!("{early} spread 5s; {byzantine}"), "late 1", &words);
        let both = |first: &str| format!("{late} {first} v1 deliver 0.1 @1; {byzantine}");
        check(&both("9s"), "undelivered 1", &words);
        check(&both("8s"), "late 1", &words);
    }

    #[test]
    fn what_is_not_yet_applied_where_work_is_left_is_no_other_verdict() {
        let script = "0ms c9 plan 0; 5ms v0-2 accept 0; 5ms v3 deliver 0 @0;";
        let words = "#0 was accepted by validator-0 and not by validator-3";
        check(script, "unequal_verdicts 1", words);
        let left = "9s v3 use 8 1 1 1ms left 2000";
        check(&format!("{script} {left}"), "", "");
        let refused = "6ms v3 apply 0 AlreadyRevoked;";
        check(&format!("{script} {refused} {left}"), "unequal_verdicts 1", words);
    }

    #[test]
    fn two_statements_with_one_number_are_seen() {
        let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 0; 5ms v0-3 deliver 0 @0;";
        let words = "0m00.006000000 validator-0: delivered #1, and #0 has the same number \
                     of its attester";
        check(&format!("{plan} 6ms v0-3 deliver 1 @1"), "equivocation 1", words);
        check(plan, "", "");
    }

    #[test]
    fn two_statements_with_one_number_that_quorums_accept_conflict() {
        let conflicts = |rest: &str| {
            let plan = "0ms c9 plan 0 seq 0; 0ms c9 plan 1 seq 0; 5ms v0-2 accept 0;";
            let measured = measure(4, 3, &format!("{plan} {rest}"));
            measured.phases[0].counts.count(Event::ConflictingCertificates)
        };
        assert_eq!(conflicts("6ms v1-3 accept 1"), 1);
        assert_eq!(conflicts("6ms v2-3 accept 1"), 0, "two are no quorum");
        assert_eq!(conflicts(""), 0);
    }

    #[test]
    fn what_was_received_first_and_comes_later_is_seen() {
        let plan = "0ms c9 plan 0; 0ms c8 plan 1; 1ms v0-3 verify 0; 2ms v0-3 verify 1;";
        let unfair = "5ms v0-3 deliver 1 @0; 6ms v0-3 deliver 0 @1";
        let fair = "5ms v0-3 deliver 0 @0; 6ms v0-3 deliver 1 @1";
        let words = "0m00.006000000 #1 was delivered before #0, which came first";
        check(&format!("{plan}{unfair}"), "order_unfair 1", words);
        check(&format!("{plan}{fair}"), "", "");
    }

    #[test]
    fn a_byzantine_validator_is_not_looked_at() {
        let script = format!("{PLAN} byzantine 3; 5ms v3 deliver 2 @0; 6ms v3 deliver 2 @0");
        check(&script, "", "");
    }
}
