//! Examples and exit codes, as the help of each command shows them.

pub(super) const RUN_EXAMPLES: &str = "Examples:
  attestorm run out-of-order-links
  attestorm run out-of-order-links --ordering arrival
  attestorm run ours.toml --seeds 1..20
  attestorm run ours.toml --set load.issuers.rate=200/s --trace

Exit codes: 0 pass, 99 a threshold was missed, 97 inconclusive, 98 a guarantee was broken,
104 invalid scenario, 105 interrupted, 1 attestorm itself failed.";

pub(super) const COMPARE_EXAMPLES: &str = "Examples:
  attestorm compare out-of-order-links --by ordering=arrival,causal,sequencer --seeds 1..10
  attestorm compare overlapping-claims --by validators.count=4,7,10
  attestorm compare out-of-order-links --by fault.storm.delay.jitter=100ms,200ms,400ms
  attestorm compare dead-leader --by ordering=all --seeds 1..5
  attestorm compare dead-leader --by ordering=bcb,jolteon,mysticeti --challenge
  attestorm compare dead-leader --by ordering=jolteon,mysticeti --tune 24
  attestorm compare ramp-to-breaking --by flow.backpressure=none,credit
  attestorm compare retry-storm --by flow.retry.budget=20%,100%
  attestorm compare results/ours/2026-11-14 results/ours/2026-11-21 --fail-if-worse 5% \\
      --on 'p99(latency.applied) in storm'

A comparison that is done exits with 0, whatever it found; but for the claims of its scenario that
these variants answer: 99 if one fails, 97 if one is left open. With --fail-if-worse: 99 if it is
worse by more than that, 97 if the seeds do not tell. Two results are compared as they were stored,
whichever versions made them, on the seeds that both have.";

pub(super) const SWEEP_EXAMPLES: &str = "Examples:
  attestorm sweep calm-baseline --by ordering=bcb,jolteon --over load.issuers.rate=50/s..800/s
  attestorm sweep calm-baseline --by ordering=bcb,jolteon --over validators.count=4,7,16,40 \\
      --on 'mean(messages)'
  attestorm sweep out-of-order-links --by ordering=arrival,causal --over fault.storm.loss=0%..4%

A sweep that is done exits with 0, whatever it found.";

pub(super) const CLAIMS_EXAMPLES: &str = "Examples:
  attestorm claims out-of-order-links
  attestorm claims dead-leader partition-heal --seeds 101..130
  attestorm claims ours.toml --format json

A claim that is open says how many seeds would probably settle it.

Exit codes: 0 all hold, 97 one is left open, 99 one fails, 98 a guarantee was broken, 104 invalid
scenario.";

pub(super) const REPLAY_EXAMPLES: &str = "Examples:
  attestorm replay                                      the latest result of all
  attestorm replay out-of-order-links                   its latest result
  attestorm replay out-of-order-links/compare-ordering  a whole grid
  attestorm replay results/out-of-order-links/2026-11-21T02-13-07-s1

Exit codes: 0 reproduced, 97 differs because the model number changed, 1 differs: a defect.";

pub(super) const TRACK_EXAMPLES: &str = "Examples:
  attestorm track out-of-order-links --worst 5    the ones to look at, and why
  attestorm track out-of-order-links 4711         one of them, hop by hop
  attestorm track 4711                            the same in the latest result of all

Operations are named by their numbers, as in attestations.csv. The run is repeated, its digest
checked, and a space-time diagram written beside the result: journey-4711.svg, .png and .csv.

Words in capitals are what should not happen, or what decides. Stages add up to the time to
applied. A wait for another operation names it: track that one next.

Exit codes: 0 shown, 104 no such result or operation, 1 the run cannot be repeated as it was.";

pub(super) const REPORT_EXAMPLES: &str = "Examples:
  attestorm report out-of-order-links
  attestorm report out-of-order-links/compare-ordering --format md > decision.md

The runs are repeated, their digests checked, and pages and charts drawn anew in the same folder.";

pub(super) const HUNT_EXAMPLES: &str = "Examples:
  attestorm hunt out-of-order-links --ordering jolteon --runs 1000
  attestorm hunt calm-baseline --ordering causal --runs 200 --from 4711";

pub(super) const INCIDENT_EXAMPLES: &str = "Examples:
  attestorm incident 0213-stall
  attestorm incident 0213-stall --what-if --seeds 1..40
  attestorm incident inscription-flood --nights 1..200

The run is repeated, its digest checked. With --what-if the same seeds run with one thing changed
at a time: an alert, escalation, the runbooks, the structure, the hour. With --nights many seeds
run as they are: when each moment comes, beside when it really did by the scenario's `[[history]]`.

Exit codes: 0 told, 104 no such result, 1 the run cannot be repeated as it was.";

pub(super) const BLINDSPOTS_EXAMPLES: &str = "Examples:
  attestorm blindspots 0213-stall
  attestorm blindspots 0213-stall --set ops.alerts=prod-rules.yml --seeds 1..5

Every kind of fault strikes alone for ten minutes, after three calm ones, whatever the scenario does
otherwise; nobody answers pages, so that what is seen is the fault and not its repair. All times
count from the fault, and are medians over the nights in which it did something.

  ok            a rule fires in most nights, 30 s before users are heard or more, or none are
  close         a rule fires in most nights, but less than 30 s before users, or after them
  BLIND         in half of the nights or more no rule fires; that says nothing of the harm done
  inconclusive  the fault changed no metric in any night: nothing was tested

Recall is the share of nights with a fault in which a rule fires after it; precision the share of
those among all nights in which a rule fires, calm twins and what fires before a fault included.

Exit codes: 0 looked, 104 invalid scenario, or one that nobody watches.";

pub(super) const EXPORT_ALERTS_EXAMPLES: &str = "Examples:
  attestorm export alerts 0213-stall --out rules
  attestorm export alerts results/0213-stall/latest --names names.toml --seeds 1..50
  promtool test rules rules/attestorm-0213-stall.test.yml

The rules judged are the rules written: reading the file with `ops.alerts` gives them again. A rate
from one round to the next is written over two rounds, as Prometheus needs two samples.

Exit codes: 0 written, 104 no such scenario or result, or one that nobody watches.";

pub(super) const EXPORT_GAMEDAY_EXAMPLES: &str = "Examples:
  attestorm export gameday 0213-stall --seeds 1..50 > gameday.md

Exit codes: 0 written, 104 no such scenario or result, or one that nobody watches.";

pub(super) const VALIDATE_EXAMPLES: &str = "Examples:
  attestorm validate ordering       published latencies of protocols, each row with its own clock
  attestorm validate queueing       routers against the closed forms of queues, and against a rival

Exit codes: 0 every prediction, the rank and every shape hold, 99 one does not.";

pub(super) const NEW_EXAMPLES: &str = "Examples:
  attestorm scenario new ours.toml
  attestorm scenario new --from out-of-order-links ours.toml";

pub(super) const HISTORY_EXAMPLES: &str = r#"Examples:
  attestorm history check ours.jsonl --model register
  attestorm history check etcd_000.tsv --model register --budget 50000000

A history is a text with one operation a line, in any order; lines that begin with # are skipped.
As JSON (further keys are skipped; `status` and `id` may be left out):
  {"client": 0, "call": 1, "ret": 4, "op": "write", "arg": 3, "out": "ok", "status": "ok"}
  {"client": 1, "call": 2, "ret": null, "op": "cas", "arg": [3, 5], "out": null, "status": "info"}
  {"client": 2, "call": 6, "ret": 9, "op": "get", "key": "x", "arg": null, "out": "text"}
or in columns between tabs: client, call, return, op, arguments, result (ok, fail, nil, unknown,
`-`, or the value read):
  0    1    4    write    3    ok

Times are whole numbers of any unit; operations that touch at one instant overlap. `ret` null, `-`,
`info` and `unknown` mean that nobody knows how it ended: it may take effect at any time after its
call, or never.

Models:
  register      read, write, cas; nil at first. A cas that failed saw another value (Porcupine).
  cas-register  read, write, cas; 0 at first. What failed did not happen, and saw nothing (Knossos);
                a read of null was told nothing.
  kv            get, put, append per key; every text is empty at first.

Exit codes: 0 linearizable, 98 not (with operations that no order explains), 97 undecided within
the budget, 104 the file is no history."#;
