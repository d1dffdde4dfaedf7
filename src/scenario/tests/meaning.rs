//! What files mean: times, phases, stages, overrides, selectors and delay tables.

use std::fs;

use super::{CATALOGUE, load_text};
use crate::kernel::Span;
use crate::scenario::check::{Bound, Relation, Stat};
use crate::scenario::model::{Arrivals, Effect, Milestone, Scenario};
use crate::scenario::selector::{ActorKind, ActorPick, ActorSet, Term};
use crate::scenario::{Source, load};

const BASE: &str = "name = 'ours'\nduration = '3m'\nclock = '23:59'\n\
                    [load.issuers]\nrate = '60/s'\nclients = 9\n\
                    [validators]\nregions = ['frankfurt', 'tokyo']\n";

fn read(text: &str) -> Scenario {
    load_text(text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// The phases of a run with these faults, each as `name from..to` in seconds after the warm-up.
fn phases(faults: &str) -> String {
    let scenario = read(&format!("{BASE}{faults}"));
    let warmup = scenario.warmup.as_secs_f64();
    let at = |instant: crate::kernel::VirtualTime| instant.as_nanos() as f64 / 1e9 - warmup;
    let spans = |spans: &[(_, _)]| {
        let each = spans.iter().map(|(from, to)| format!("{}..{}", at(*from), at(*to)));
        each.collect::<Vec<_>>().join(" ")
    };
    let all = scenario.phases.iter().map(|phase| format!("{} {}", phase.name, spans(&phase.spans)));
    all.collect::<Vec<_>>().join(", ")
}

#[test]
fn phases_are_calm_faults_their_steps_and_what_comes_after() {
    let fault =
        |name: &str, times: &str| format!("[[fault]]\nname = '{name}'\n{times}\non = '* -> *'\n");
    let check = |faults: &[(&str, &str)], expected: &str| {
        let text: String = faults.iter().map(|(name, times)| fault(name, times)).collect();
        assert_eq!(phases(&text), expected, "{faults:?}");
    };
    check(&[], "calm 0..180");
    check(&[("a", "at = '1m'\nclog = true")], "calm 0..60, a 60..180");
    check(
        &[("a", "at = '1m'\nfor = '1m'\nclog = true")],
        "calm 0..60, a 60..120, after a 120..180",
    );
    check(&[("a", "at = '0s'\nfor = '3m'\nclog = true")], "a 0..180");
    check(
        &[("a", "at = '1m'\nfor = '1m'\nloss = { from = '1%', to = '9%', steps = 2 }")],
        "calm 0..60, a 60..120, a.1 60..90, a.2 90..120, after a 120..180",
    );
    check(
        &[("a", "at = '30s'\nfor = '10s'\nevery = '1m'\nclog = true")],
        "calm 0..30, a 30..40 90..100 150..160, after a 160..180",
    );
    check(
        &[
            ("b", "at = 'end of a + 5s'\nfor = '10s'\nclog = true"),
            ("a", "at = '00:00'\nfor = '10s'\nclog = true"),
            ("c", "at = 'b + 1s'\nfor = '1s'\nclog = true"),
        ],
        "calm 0..60, a 60..70, after a 70..75, b 75..85, c 76..77, after c 77..180, \
         after b 85..180",
    );
    // What begins as it ends does not end what comes after it.
    check(
        &[
            ("a", "at = '1m'\nfor = '30s'\nclog = true"),
            ("b", "at = 'end of a'\nfor = '10s'\nclog = true"),
        ],
        "calm 0..60, a 60..90, after a 90..180, b 90..100, after b 100..180",
    );
}

#[test]
fn stages_start_where_the_one_before_ended() {
    let check = |load: &str, expected: &str| {
        let scenario = read(&format!("name = 'x'\nduration = '1m'\n[load.a]\n{load}"));
        let Arrivals::Open { stages, .. } = &scenario.load[0].arrivals else {
            panic!("{load} is open load")
        };
        let each = stages.iter().map(|s| format!("{} {}..{}", s.duration, s.from, s.to));
        assert_eq!(each.collect::<Vec<_>>().join(", "), expected, "{load}");
    };
    check("rate = '60/s'", "1m 60..60");
    check("stages = [{ duration = '9s', target = '5/s' }]", "9s 0..5");
    check(
        "rate = '2/s'\nstages = [{ duration = '9s', target = '5/s' }, { duration = '0s', \
         target = '8/s' }, { duration = '1s', target = '8/s' }]",
        "9s 2..5, 1s 8..8",
    );
}

#[test]
fn a_mistake_in_an_override_is_pointed_at_where_it_is_written() {
    let source = Source::Text { name: "ours".to_owned(), text: "name = 'ours'".to_owned() };
    let overrides = [("flow.bogus".to_owned(), "x".to_owned())];
    let errors = load(&source, &overrides, &CATALOGUE).expect_err("there is no such key");
    let text = errors.to_string();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| *line == "  | --set flow.bogus=x");
    let caret = at.and_then(|at| lines.get(at + 1)).copied().unwrap_or_default();
    assert!(caret.starts_with(&format!("  | {}^^^^^", " ".repeat("--set flow.".len()))), "{text}");
    let words = "[routers], which `flow` means beside the load's `arrivals` and `retry`, has no";
    assert!(text.contains(&format!("{words} key `bogus`")), "{text}");
}

/// A scenario with three load groups after these overrides, written out, or what is wrong.
fn with_sets(sets: &str) -> String {
    let others = "retry = { tries = 3, after = '1s' }\npromise = '24s'\n\
                  patience = { median = '9s' }\n\
                  [load.watchers]\nrate = '5/s'\nretry = { tries = 2, after = '2s' }\n\
                  [load.users]\nusers = 3\nthink = '1s'\n\
                  [ops]\noperators = 2\n";
    let group = "[validators]";
    let text = BASE.replacen(group, &format!("{others}{group}"), 1);
    let source = Source::Text { name: "ours.toml".into(), text };
    let sets = sets.split("; ").filter_map(|set| set.split_once('='));
    let sets: Vec<_> = sets.map(|(path, value)| (path.to_owned(), value.to_owned())).collect();
    let written = load(&source, &sets, &CATALOGUE).map(|scenario| scenario.to_toml());
    written.unwrap_or_else(|errors| errors.to_string())
}

#[test]
fn none_leaves_out_what_is_optional() {
    let check = |sets: &str, there: &str, gone: &str| {
        let written = with_sets(sets);
        assert!(written.contains(there) && !written.contains(gone), "{sets}\n{written}");
    };
    check("seed=1", "promise = \"24s\"", "promise = \"none\"");
    check("load.issuers.promise=none", "tries = 3", "promise");
    check("load.issuers.retry=none", "tries = 2", "tries = 3");
    check("load.issuers.patience=none", "tries = 3", "median = \"9s\"");
    check("routers.queue=9; routers.queue=none", "[routers]", "queue");
    check("routers.queue=none; routers.queue=9", "queue = 9", "none =");
    check("clock=none", "[routers]", "clock");
    // Where `none` is a word of its own, and where there is a default.
    check("ops=none", "level = \"none\"", "level = \"full\"");
    check("routers.breaker=none", "breaker = \"none\"", "error");
    check("duration=none", "`duration` is missing", "[routers]");
    check("load.issuers.clients=none", "[routers]", "clients = 9");
    // No default is none.
    check("warmup=none", "`none` is not a length of time", "[routers]");
}

#[test]
fn flow_means_routers_and_what_load_groups_have_to_do_with_them() {
    let check = |sets: &str, count: usize, there: &str| {
        let written = with_sets(sets);
        assert_eq!(written.matches(there).count(), count, "{sets}\n{written}");
    };
    check("flow.backpressure=credit", 1, "backpressure = \"credit\"");
    check("flow.retry=none", 0, "retry =");
    check("flow.retry={ tries = 7, after = \"1s\" }", 3, "tries = 7, after = \"1s\"");
    // Part of a retry is of those that have one.
    check("flow.retry.tries=7", 2, "tries = 7");
    check("flow.retry.tries=7; load.watchers.retry=none", 1, "tries = 7, after = \"1s\"");
    // Closed load has no arrivals to choose.
    check("flow.arrivals=even", 2, "arrivals = \"even\"");
    check("flow.retry.trise=7", 1, "did you mean `tries`?");
}

#[test]
fn overrides_change_the_document_before_it_is_read() {
    let storm = "[[fault]]\nname = 'storm'\nat = '1m'\nfor = '1m'\non = '* -> *'\nloss = '2%'\n\
                 delay = { jitter = '9ms' }\n";
    let check = |sets: &[(&str, &str)], expected: &str| {
        let source = Source::Text { name: "ours.toml".into(), text: format!("{BASE}{storm}") };
        let sets: Vec<_> = sets.iter().map(|(p, v)| ((*p).to_owned(), (*v).to_owned())).collect();
        let written = load(&source, &sets, &CATALOGUE).map(|scenario| scenario.to_toml());
        let written = written.unwrap_or_else(|errors| errors.to_string());
        assert!(written.contains(expected), "{sets:?}\n{written}");
    };
    check(&[("load.issuers.rate", "100/s")], "rate = \"100/s\"");
    check(&[("ordering", "causal")], "ordering = \"causal\"");
    check(&[("seed", "7"), ("seed", "8")], "seed = 8");
    check(&[("validators.count", "31")], "count = 31");
    check(&[("network.delays", "aws-5"), ("validators.regions", "['us-west-1']")], "\"aws-5\"");
    check(&[("fault.storm.loss", "5%")], "loss = { share = \"5%\", burst = \"0s\" }");
    check(&[("fault.storm.loss.burst", "1s")], "loss = { share = \"2%\", burst = \"1s\" }");
    check(
        &[("fault.storm.loss.burst", "1s"), ("fault.storm.loss", "5%")],
        "loss = { share = \"5%\", burst = \"1s\" }",
    );
    check(&[("fault.storm.delay", "5ms")], "delay = { add = \"5ms\", jitter = \"9ms\"");
    check(
        &[("fault.storm.delay.jitter", "{ from = '1s', to = '2s', steps = 2 }")],
        "jitter = { from = \"1s\", to = \"2s\", steps = 2 }",
    );
    let flash = ("load.issuers.arrivals.flash", "{ at = '1m', factor = '3x', decay = '5s' }");
    let even = ("load.issuers.arrivals", "even");
    for sets in [[even, flash], [flash, even]] {
        let flash = "flash = { at = \"1m\", factor = \"3x\", decay = \"5s\" }";
        check(&sets, &format!("arrivals = {{ spacing = \"even\", {flash} }}"));
    }
    check(&[("thresholds.fast", "p99(latency.applied) < 1s")], "fast = \"p99(latency.applied)");
    check(
        &[("load.issuers.rat", "1/s")],
        "| --set load.issuers.rat=1/s\n  |                    ^^^",
    );
    check(&[("load.isuers.rate", "1/s")], "^^^^^^ did you mean `issuers`? load groups: issuers");
    check(&[("fault.strom.loss", "1%")], "^^^^^ did you mean `storm`? faults: storm");
    check(&[("network.jitter", "0.1")], "^^^ write `10%`");
    check(&[("oredring", "causal")], "^^^^^^^^ did you mean `ordering`?");
    check(&[("name.x", "1")], "there is no `x` to set: what it would be in is a text");
    check(&[("a..b", "1")], "a key is missing here");
}

#[test]
fn selectors_name_actors_and_links() {
    let set = |kind, pick| ActorSet { kind, pick, region: None, operator: None, lane: None };
    let check = |on: &str, effect: &str, expected: &[Term]| {
        let fault = format!("[[fault]]\nname = 'x'\nat = '0s'\non = '{on}'\n{effect} = true\n");
        assert_eq!(read(&format!("{BASE}{fault}")).faults[0].on.terms, expected, "{on}");
    };
    let validators = set(ActorKind::Validators, ActorPick::All);
    let some = |pick| [Term::Actors(set(ActorKind::Validators, pick))];
    check("validators", "stall", &some(ActorPick::All));
    check("validator-3", "stall", &some(ActorPick::Range(3, 3)));
    check("validator-0..2", "stall", &some(ActorPick::Range(0, 2)));
    check("2 validators", "stall", &some(ActorPick::Some(2)));
    check("30% of validators", "stall", &some(ActorPick::Share(0.3)));
    check("leader", "stall", &[Term::Actors(set(ActorKind::Leader, ActorPick::All))]);
    let tokyo = Some(8);
    let in_tokyo = ActorSet { region: tokyo, ..validators.clone() };
    check("validators in tokyo", "stall", &[Term::Actors(in_tokyo)]);
    let issuer = set(ActorKind::Clients(Some(0)), ActorPick::Range(8, 8));
    let routers = set(ActorKind::Routers, ActorPick::All);
    check("issuer-8,routers", "stall", &[Term::Actors(issuer), Term::Actors(routers.clone())]);
    let anyone = set(ActorKind::Anyone, ActorPick::All);
    let there = ActorSet { region: tokyo, ..anyone.clone() };
    check(
        "routers->validators, tokyo <-> *",
        "clog",
        &[
            Term::Links { from: routers, to: validators, both: false },
            Term::Links { from: there, to: anyone, both: true },
        ],
    );
}

#[test]
fn checks_hold_their_bounds_in_base_units() {
    let check = |text: &str, stat, metric: &str, window, phase: Option<&str>, relation, bound| {
        let thresholds = format!(
            "[[fault]]\nname = 'storm'\nat = '1m'\nfor = '1m'\non = '* -> *'\nclog = true\n\
             [thresholds]\nx = '{text}'\n"
        );
        let check = read(&format!("{BASE}{thresholds}")).thresholds[0].check.clone();
        let found = (check.stat, &*check.metric, check.window, check.phase.as_deref());
        assert_eq!(found, (stat, metric, window, phase), "{text}");
        assert_eq!((check.relation, check.bound), (relation, bound), "{text}");
    };
    let p99 = Stat::Percentile(0.99);
    let value = Bound::Value;
    let (less, least) = (Relation::Less, Relation::AtLeast);
    let applied = "latency.applied";
    check(
        "p99(latency.applied) in storm < 800ms",
        p99,
        applied,
        None,
        Some("storm"),
        less,
        value(800.0),
    );
    check(
        "p99(latency.applied) after storm < 1.2x twin",
        p99,
        applied,
        None,
        Some("after storm"),
        less,
        Bound::TimesTwin(1.2),
    );
    let window = Some(Span::from_secs(10));
    check(
        "min(goodput over 10s) in storm >= 80% of twin",
        Stat::Min,
        "goodput",
        window,
        Some("storm"),
        least,
        Bound::TimesTwin(0.8),
    );
    check("share(proof_ok)>=99.9%", Stat::Share, "proof_ok", None, None, least, value(0.999));
    check("recovery(storm) < 30s", Stat::Recovery, "storm", None, None, less, value(30_000.0));
    let stat = Stat::Percentile(0.999);
    check("p99.9(latency.read) < 1m", stat, "latency.read", None, None, less, value(60_000.0));
    check("count(lost) == 0", Stat::Count, "lost", None, None, Relation::Equal, value(0.0));
    check("mean(offered) > 6/m", Stat::Mean, "offered", None, None, Relation::More, value(0.1));
}

#[test]
fn delay_tables_of_users_are_read_beside_the_scenario() {
    let check = |csv: &str, are: &str, expected: &str| {
        let folder = tempfile::tempdir().expect("a test has a folder");
        let delays = format!("[network]\ndelays = {{ file = 'ours.csv', are = '{are}' }}\n");
        let text = format!("name = 'x'\nduration = '1m'\nload.issuers.rate = '1/s'\n{delays}");
        fs::write(folder.path().join("ours.csv"), csv).expect("a test can write");
        fs::write(folder.path().join("x.toml"), text).expect("a test can write");
        let loaded = load(&Source::File(folder.path().join("x.toml")), &[], &CATALOGUE);
        let found = match loaded {
            Ok(scenario) => {
                super::same(&scenario, &read(&scenario.to_toml()));
                format!("{:?}", scenario.network.delays.one_way)
            }
            Err(errors) => {
                let problem = &errors.problems()[0];
                format!("{} {} | {}", problem.location, problem.message, problem.note)
            }
        };
        assert_eq!(found, expected, "{csv}");
    };
    let ms = |ms: u64| format!("{:?}", Span::from_micros(ms * 1000));
    let local = format!("{:?}", Span::from_micros(250));
    let table = format!("[[{local}, {}], [{}, {}]]", ms(10), ms(11), ms(3));
    check("# ours\nx,a,b\na,0,10\nb,11,3\n", "one-way", &table);
    check("x, a, b\r\n\r\na, 0, 20\r\nb, 22, 6.0\r\n", "round-trip", &table);
    check("", "one-way", "ours.csv:1:1 this table is empty | its first row names the regions");
    check(
        "x,a,b\na,0,1o\nb,1,1",
        "one-way",
        "ours.csv:2:5 `1o` is not a delay | write milliseconds without a unit, like `7` or `0.25`",
    );
    check(
        "x,a,b\na,0,nan\nb,1,1",
        "one-way",
        "ours.csv:2:5 `nan` is not a delay | write milliseconds without a unit, like `7` or `0.25`",
    );
    check(
        "x,a,b\na,0,0\nb,1,1",
        "one-way",
        "ours.csv:2:5 two regions cannot be at the same place | only the delay inside a region may \
         be 0",
    );
    check(
        "x,a,b\nb,0,1\na,1,1",
        "one-way",
        "ours.csv:2:1 this row is of `b`, expected was `a` | rows come in the order of the columns",
    );
    check("x,a,b\na,0\nb,1,1", "one-way", "ours.csv:2:1 this row has 1 delays for 2 regions | ");
    check(
        "x,a,b\na,0,1",
        "one-way",
        "ours.csv:2:1 this table has 2 columns and 1 rows | a row for every region is needed",
    );
    check("x,a,a\na,0,1\na,1,1", "one-way", "ours.csv:1:5 the region `a` comes twice | ");
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let scenario = read("name = 'x'\nduration = '1m'\nload.issuers.rate = '1/s'\n");
    assert_eq!(scenario.ordering, "arrival");
    assert_eq!(scenario.network.delays.name, "aws-13");
    assert_eq!(scenario.validators.regions, (0..13).collect::<Vec<_>>());
    assert_eq!((scenario.warmup, scenario.settle), (Span::from_secs(10), Span::from_secs(20)));
    assert_eq!((scenario.validators.count, scenario.validators.cores), (7, 4));
    assert_eq!((scenario.routers.count, scenario.load[0].clients), (3, 40));
    assert_eq!(scenario.costs.verify, Span::from_micros(63));
}

#[test]
fn a_fault_knows_its_line_and_a_plain_number_is_its_obvious_field() {
    let fault = "[[fault]]\nname = 'x'\nat = '0s'\non = '* -> *'\ndelay = '50ms'\n";
    let scenario = read(&format!("{BASE}{fault}"));
    let fault = &scenario.faults[0];
    assert_eq!(fault.line, 9);
    let Effect::Delay { add, .. } = &fault.effects[0] else { panic!("it is a delay") };
    assert_eq!((add.from, add.to), (Span::from_millis(50), Span::from_millis(50)));
}

/// The fault begins at 23:59:30.
#[test]
fn history_counts_from_the_first_fault() {
    let fault = "[[fault]]\nname = 'late'\nat = '1m'\nclog = true\non = '* -> *'\n\
                 [[fault]]\nname = 'first'\nat = '30s'\nclog = true\non = '* -> *'\n";
    let rows = "[[history]]\nat = 'T+2m'\nwhat = 'paged'\nevent = 'detected'\n\
                [[history]]\nat = '00:01'\nwhat = 'taken'\nsource = 'a report'\n";
    let scenario = read(&format!("{BASE}{fault}{rows}"));
    let told: Vec<_> = scenario.history.iter().map(|row| (row.at, row.event)).collect();
    let seconds = Span::from_secs;
    assert_eq!(told, [(seconds(120), Some(Milestone::Detected)), (seconds(90), None)]);
    super::same(&scenario, &read(&scenario.to_toml()));
    let calm = load_text(&format!("{BASE}{rows}")).expect_err("nothing goes wrong");
    assert!(calm.to_string().contains("there is history, and nothing goes wrong"), "{calm}");
}
