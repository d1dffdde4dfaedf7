//! What `attestorm` says without arguments, and its help.

/// Without arguments: a greeting, not an error.
pub(super) const GREETING: &str = concat!(
    "attestorm ",
    env!("CARGO_PKG_VERSION"),
    "   storm-test an attestation network before its users do

  attestorm run out-of-order-links          a stress scenario, its verdict and charts
  attestorm compare out-of-order-links --by ordering=arrival,causal,sequencer
  attestorm run 0213-stall                  a process stalls at night: who notices?
  attestorm scenario list                   the bundled scenarios, each asks one question

everyday   run  compare  sweep  report    look closer   track  incident  replay  history  validate
search     hunt  claims  blindspots       files         scenario  metrics  export  completions
           attestorm <command> --help has examples
"
);

/// `--help`: the commands in groups.
pub(super) const HELP: &str = concat!(
    "attestorm ",
    env!("CARGO_PKG_VERSION"),
    "   storm-test an attestation network before its users do

Usage: attestorm [--quiet] <command> …

Everyday
  run <scenario>                 verdict, numbers beside the calm twin, charts
  compare <scenario> --by a=b,c  variants on the same seeds: which is better, at what price
  compare … --challenge          each assumption moved alone: does the verdict hold?
  sweep <scenario> --by … --over path=a..b   the same along an axis: a table and a chart
  report [result]                draw charts and pages of a stored result again
Look closer
  track [result] <id>            one operation's way through a run: waits, order, trust, a diagram
  track [result] --worst 5       which ones to look at, and why
  incident [result] [--what-if]  who noticed, who owned it; what each control is worth
  replay [result]                prove that a run or a grid can be reproduced byte for byte
  validate [ordering]            results that others measured against this build
  history check <file>           judge a history that another system recorded: linearizable?
Search
  claims <scenario>…             what its author claims of variants: holds, fails, or open?
  hunt <scenario>                random faults from seeds: does one break a guarantee?
  blindspots <scenario>          every kind of fault alone: which does no rule see?
Files
  export alerts|gameday <scenario>   rules of Prometheus with unit tests; the plan of a game day
  scenario list|show|check|schema|new
  metrics [word]                 every metric: name, unit, better direction, definition, source
  completions <shell>

A <scenario> is a file or a bundled name; a [result] is a folder, a scenario's name (its latest
result), or nothing (the latest of all).

Options
  -q, --quiet      print the verdict line only
  -h, --help       this text; `attestorm <command> --help` has the options and examples
  -V, --version    the version

Start with
  attestorm run out-of-order-links
  attestorm compare out-of-order-links --by ordering=arrival,causal,sequencer --seeds 1..10
"
);
