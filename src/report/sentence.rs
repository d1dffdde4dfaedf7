//! Sentences about a run. Each is a template with a condition, and claims only what was computed.

use super::format::{millis, number, ratio, span};
use crate::experiment::{Pair, grouped};
use crate::kernel::Span;
use crate::measure::{Measured, Measurement, Statistic};

/// A change smaller than this share is none worth a word.
const WORTH_A_WORD: f64 = 0.05;

/// The sentences about a run, in order.
pub(super) fn of_run(pair: &Pair) -> Vec<String> {
    let place = during(pair.slowest());
    let fault = pair.scenario.faults.iter().find(|fault| fault.name == pair.slowest());
    let ended = fault.filter(|fault| fault.length.is_some());
    let back = ended.zip(pair.twin_measurement()).map(|(fault, twin)| {
        let took = pair.run.measurement.recovery(&fault.name, twin);
        recovery(&fault.name, took.map(|took| took.as_millis_f64()))
    });
    let share = value(pair, "waited", Statistic::Share).value().unwrap_or(0.0);
    let sentences = [
        post(&place, &Post::of(pair, false), pair.twin.as_ref().map(|_| Post::of(pair, true))),
        latency(&place, &Latency::of(pair)),
        waiting(share),
        refusals(&Refusals::of(pair)),
        back.flatten(),
        collapse(pair.run.measurement.value("collapsed", Statistic::Longest, 0, None)),
        users(&Users::of(pair)),
    ];
    sentences.into_iter().flatten().collect()
}

/// `In storm`, or `Over the whole run`.
pub(super) fn during(phase: &str) -> String {
    if phase == "run" { "Over the whole run".to_owned() } else { format!("In {phase}") }
}

fn value(pair: &Pair, metric: &str, statistic: Statistic) -> Measured {
    let phase = pair.run.measurement.phase(pair.slowest()).unwrap_or(0);
    pair.run.measurement.value(metric, statistic, phase, None)
}

/// What users met, over the whole run: what is kept outlives its fault.
struct Users {
    /// Most that waited at once, here and in the twin.
    most: [Option<f64>; 2],
    /// The longest false revocation and the longest exposure, in milliseconds; infinite is never.
    longest: [Option<f64>; 2],
}

impl Users {
    fn of(pair: &Pair) -> Self {
        let run = &pair.run.measurement;
        let most = |of: &Measurement| of.value("blast_radius", Statistic::Max, 0, None).value();
        let longest = |metric| match run.value(metric, Statistic::Max, 0, None) {
            Measured::Value(millis) => Some(millis),
            Measured::Never => Some(f64::INFINITY),
            Measured::Few | Measured::NoData => None,
        };
        let has_users = run.due("uses", 0) > 0;
        let of_run = has_users.then(|| most(run)).flatten();
        Self {
            most: [of_run, pair.twin_measurement().and_then(most)],
            longest: ["false_revoked", "exposure"].map(longest),
        }
    }
}

/// Nothing to say where there are no users.
fn users(of: &Users) -> Option<String> {
    let [Some(most), twin] = of.most else { return None };
    let twin = twin.map_or(String::new(), |twin| format!(" (twin: {})", number(twin)));
    let mut text = format!("At most {} users waited for what is theirs{twin}", number(most));
    let [denied, exposed] = of.longest.map(|longest| longest.filter(|millis| *millis > 0.0));
    match denied {
        Some(millis) if millis.is_infinite() => {
            text += "; one was told for good that it is revoked"
        }
        Some(millis) => {
            text += &format!("; one was told so long that it is revoked: {}", long(millis))
        }
        None => {}
    }
    if let Some(millis) = exposed {
        text += &format!("; one passed on what had been revoked for {}", long(millis));
    }
    Some(text + ".")
}

/// A length of time in words, to the second where it is longer than that.
fn long(value: f64) -> String {
    let whole = Span::from_secs((value / 1_000.0).round() as u64);
    if value < 60_000.0 { millis(value) } else { span(whole) }
}

/// What is proven of operations that went from centre to centre, and what is made of it: shares of
/// valid stamps, of operations that came on time, and of those that somebody is confident in.
struct Post([Option<f64>; 3]);

impl Post {
    fn of(pair: &Pair, is_twin: bool) -> Self {
        let own = &pair.run.measurement;
        let of = pair.twin_measurement().filter(|_| is_twin).unwrap_or(own);
        let phase = of.phase(pair.slowest()).unwrap_or(0);
        let share = |metric| of.value(metric, Statistic::Share, phase, None).value();
        Self(["scan_validity", "showed_up", "confident"].map(share))
    }

    /// `scans 100 % valid, on time 71 %, confident 64 %`
    fn words(&self) -> Option<String> {
        let [scans, on_time, confident] =
            self.0.map(|share| share.map(|share| number((share * 1_000.0).floor() / 10.0)));
        let scans = format!("scans {} % valid", scans?);
        let on_time = on_time.map(|share| format!("on time {share} %"));
        let confident = confident.map(|share| format!("confident {share} %"));
        let all: Vec<String> = [Some(scans), on_time, confident].into_iter().flatten().collect();
        Some(all.join(", "))
    }
}

fn post(place: &str, here: &Post, twin: Option<Post>) -> Option<String> {
    let twin = twin.and_then(|twin| twin.words());
    let twin = twin.map_or(String::new(), |words| format!(" (in the twin: {words})"));
    Some(format!("{place}: {}{twin}.", here.words()?))
}

/// The p99 to applied, and what it is compared with.
struct Latency {
    here: Measured,
    /// The twin's, where that is another run.
    twin: Option<Measured>,
    due: u64,
    unfinished: u64,
}

impl Latency {
    fn of(pair: &Pair) -> Self {
        let p99 = Statistic::Percentile(0.99);
        let twin = pair.twin.as_ref().map(|twin| &twin.measurement);
        let phase = pair.run.measurement.phase(pair.slowest()).unwrap_or(0);
        let unfinished = value(pair, "unfinished", Statistic::Count).value().unwrap_or(0.0);
        Self {
            here: value(pair, "latency.applied", p99),
            twin: twin.and_then(|twin| {
                Some(twin.value("latency.applied", p99, twin.phase(pair.slowest())?, None))
            }),
            due: pair.run.measurement.due("latency.applied", phase),
            unfinished: unfinished as u64,
        }
    }
}

/// The p99 to applied, against the twin's if there is one.
fn latency(place: &str, of: &Latency) -> Option<String> {
    let twin = of.twin.and_then(Measured::value);
    match (of.here, twin) {
        (Measured::Value(here), Some(twin)) => Some(against_twin(place, twin, here)),
        (Measured::Value(here), None) => {
            Some(format!("{place}, p99 to applied is {}.", millis(here)))
        }
        (Measured::Never, twin) => {
            let twin =
                twin.map_or(String::new(), |twin| format!(" ({} in the twin)", millis(twin)));
            let (due, unfinished) = (grouped(of.due), grouped(of.unfinished));
            Some(format!(
                "{place}, p99 to applied is never{twin}: of {due} due, more than 1 % were never \
                 applied; {unfinished} had no answer when settle ended."
            ))
        }
        (Measured::Few | Measured::NoData, _) => None,
    }
}

fn against_twin(place: &str, twin: f64, here: f64) -> String {
    let (from, to) = (millis(twin), millis(here));
    let verb = match here / twin {
        times if times > 1.0 + WORTH_A_WORD => "rose",
        times if times < 1.0 - WORTH_A_WORD => "fell",
        _ => return format!("{place}, p99 to applied stayed at {to} ({from} in the twin)."),
    };
    let times = ratio(Measured::Value(here), Measured::Value(twin));
    let times = times.map_or(String::new(), |times| format!(" ({times})"));
    format!("{place}, p99 to applied {verb} from {from} to {to}{times}.")
}

/// How many waited for what they refer to.
fn waiting(share: f64) -> Option<String> {
    let percent = number(share * 100.0);
    (share > 0.0).then(|| {
        format!("{percent} % of operations waited at some validator for what had to come first.")
    })
}

/// What befell operations, by event, and how many were due.
struct Refusals {
    due: u64,
    counts: [u64; BEFELL.len()],
}

/// Events and what they mean for an operation.
const BEFELL: [(&str, &str); 8] = [
    ("orphans", "refused somewhere because what they refer to was unknown there"),
    ("diverged", "answered differently by validators after 1 s"),
    ("lost", "lost"),
    ("mislinked", "linked to another attestation than meant"),
    ("double_accepted", "accepted though another excluded them"),
    ("conflicting_certificates", "proven beside another with their attester's number"),
    ("accepted_after_revoke", "called valid after their revocation"),
    ("lost_after_ack", "lost after their client was told that they are applied"),
];

impl Refusals {
    fn of(pair: &Pair) -> Self {
        let count = |metric| value(pair, metric, Statistic::Count).value().unwrap_or(0.0) as u64;
        let phase = pair.run.measurement.phase(pair.slowest()).unwrap_or(0);
        let due = pair.run.measurement.due("orphans", phase);
        Self { due, counts: BEFELL.map(|(metric, _)| count(metric)) }
    }
}

/// What was refused, lost or divided; or that nothing was.
fn refusals(of: &Refusals) -> Option<String> {
    let due = grouped(of.due);
    let befell = of.counts.iter().zip(BEFELL).filter(|(count, _)| **count > 0);
    let parts: Vec<String> = befell
        .map(|(count, (_, what))| {
            let were = if *count == 1 { "was" } else { "were" };
            format!("{} {were} {what}", grouped(*count))
        })
        .collect();
    match (of.due, parts.is_empty()) {
        (0, _) => None,
        (_, true) => Some(format!(
            "Of {due}, none was refused for a missing reference, lost, or divided the validators."
        )),
        (_, false) => Some(format!("Of {due}, {}.", parts.join(", "))),
    }
}

/// When things were as before, in milliseconds after the fault.
fn recovery(fault: &str, took: Option<f64>) -> Option<String> {
    Some(match took {
        Some(0.0) => format!("Inside the twin's band as soon as {fault} was over."),
        Some(took) => format!("Back inside the twin's band {} after {fault}.", millis(took)),
        None => format!("Not back inside the twin's band for 3 s on end after {fault}."),
    })
}

/// That it stays down after its trouble is over.
fn collapse(longest: Measured) -> Option<String> {
    let longest = longest.value().filter(|longest| *longest > 0.0)?;
    Some(format!(
        "COLLAPSED: for {} with no fault and no more load than in the beginning, less than half \
         came through.",
        millis(longest)
    ))
}

/// Where the time of the slowest went, stage by stage; `None` if that is not known.
pub(super) fn waterfall(pair: &Pair) -> Option<String> {
    let phase = pair.run.measurement.phase(pair.slowest())?;
    stages(&pair.run.measurement.waterfall(phase, 0.99)?)
}

fn stages(parts: &[(&str, f64)]) -> Option<String> {
    let total: f64 = parts.iter().map(|(_, millis)| millis).sum();
    let mut shares: Vec<(&str, f64)> =
        parts.iter().map(|(stage, millis)| (*stage, millis / total * 100.0)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shares = shares.iter().filter(|(_, share)| *share >= 0.5);
    let shares: Vec<String> =
        shares.map(|(stage, share)| format!("{stage} {share:.0} %")).collect();
    (total > 0.0).then(|| format!("the p99 went to    {}", shares.join("   ")))
}

/// The disorder that was achieved in the phase that the run is about.
pub(super) fn disorder(pair: &Pair) -> Option<String> {
    let share = value(pair, "reordered", Statistic::Share).value()?;
    late(share, value(pair, "displacement", Statistic::Max).value())
}

fn late(share: f64, most: Option<f64>) -> Option<String> {
    let places = most.map_or(String::new(), |most| {
        format!(", to {} place{} late", number(most), if most > 1.0 { "s" } else { "" })
    });
    (share > 0.0).then(|| {
        format!("{} % of deliveries out of order{places} (RFC 4737)", number(share * 100.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{SMALL, pair_of};
    use Measured::{Few, Never, NoData, Value};

    /// The storm of the small scenario, and before it a breeze.
    fn with_a_breeze() -> String {
        let breeze = "[[fault]]\nname = \"breeze\"\nat = \"0s\"\nfor = \"2s\"\n\
                      on = \"routers -> validators\"\ndelay = { jitter = \"1ms\" }\n\n[[fault]]";
        SMALL.replacen("[[fault]]", breeze, 1).replace("50/s", "700/s")
    }

    #[test]
    fn the_headline_is_about_the_worst_fault_and_not_the_first() {
        let pair = pair_of(&with_a_breeze());
        assert_eq!((pair.focus(), pair.slowest()), ("breeze", "storm"));
        let sentences = of_run(&pair);
        assert!(sentences[0].starts_with("In storm, p99 to applied "), "{sentences:?}");
    }

    #[test]
    fn the_first_is_the_worst_of_those_that_are_as_bad() {
        let none = SMALL.replace("jitter = \"300ms\"", "add = \"0ms\"");
        let at = none.find("[[fault]]").expect("a fault");
        let twice = format!("{none}\n{}", none[at..].replace("\"storm\"", "\"again\""));
        assert_eq!(pair_of(&twice).slowest(), "storm");
    }

    #[test]
    fn p99_is_compared_with_the_twin() {
        let check = |here, twin, expected: Option<&str>| {
            let of = Latency { here, twin, due: 4_885, unfinished: 12 };
            assert_eq!(latency("In storm", &of).as_deref(), expected, "{here:?} {twin:?}");
        };
        let rose = "In storm, p99 to applied rose from 235 ms to 478 ms (2.0x).";
        check(Value(478.4), Some(Value(235.3)), Some(rose));
        let fell = "In storm, p99 to applied fell from 200 ms to 100 ms (0.5x).";
        check(Value(100.0), Some(Value(200.0)), Some(fell));
        let stayed = "In storm, p99 to applied stayed at 104 ms (100 ms in the twin).";
        check(Value(104.0), Some(Value(100.0)), Some(stayed));
        check(Value(104.0), None, Some("In storm, p99 to applied is 104 ms."));
        check(Value(104.0), Some(Few), Some("In storm, p99 to applied is 104 ms."));
        let never = "of 4,885 due, more than 1 % were never applied; 12 had no answer when settle \
                     ended.";
        let twin = format!("In storm, p99 to applied is never (235 ms in the twin): {never}");
        check(Never, Some(Value(235.0)), Some(&twin));
        check(Never, None, Some(&format!("In storm, p99 to applied is never: {never}")));
        check(Few, Some(Value(235.0)), None);
        check(NoData, None, None);
    }

    #[test]
    fn what_is_proven_stands_beside_what_is_made_of_it() {
        let check = |here, twin: Option<[Option<f64>; 3]>, text: Option<&str>| {
            assert_eq!(post("In aged", &Post(here), twin.map(Post)).as_deref(), text);
        };
        let (here, calm) = ([Some(1.0), Some(0.712), Some(0.64)], [Some(1.0); 3]);
        let text = "In aged: scans 100 % valid, on time 71.2 %, confident 64 % (in the twin: scans \
                    100 % valid, on time 100 %, confident 100 %).";
        check(here, Some(calm), Some(text));
        let almost = "In aged: scans 99.9 % valid, confident 64 %.";
        check([Some(0.99999), None, Some(0.64)], None, Some(almost));
        check([None, Some(0.7), Some(0.6)], None, None);
    }

    #[test]
    fn what_users_met_is_told_where_there_are_any() {
        let check = |most, longest, text: Option<&str>| {
            assert_eq!(users(&Users { most, longest }).as_deref(), text);
        };
        check([None, Some(3.0)], [None; 2], None);
        let calm = "At most 2 users waited for what is theirs (twin: 2).";
        check([Some(2.0), Some(2.0)], [None, Some(0.0)], Some(calm));
        let kept = "At most 27 users waited for what is theirs; one was told so long that it is \
                    revoked: 1h 05m; one passed on what had been revoked for 59m 12s.";
        check([Some(27.0), None], [Some(3_900_000.0), Some(3_552_000.0)], Some(kept));
        let never = "At most 27 users waited for what is theirs; one was told for good that it is \
                     revoked.";
        check([Some(27.0), None], [Some(f64::INFINITY), None], Some(never));
    }

    #[test]
    fn waiting_is_said_only_of_those_that_waited() {
        assert_eq!(waiting(0.0), None);
        let text = "18 % of operations waited at some validator for what had to come first.";
        assert_eq!(waiting(0.18).as_deref(), Some(text));
    }

    #[test]
    fn what_befell_is_counted_and_nothing_is_said_to_be_nothing() {
        let check = |due, counts: &[(usize, u64)], expected: Option<&str>| {
            let mut of = Refusals { due, counts: [0; BEFELL.len()] };
            counts.iter().for_each(|(at, count)| of.counts[*at] = *count);
            assert_eq!(refusals(&of).as_deref(), expected);
        };
        check(0, &[], None);
        let none = "Of 4,885, none was refused for a missing reference, lost, or divided the \
                    validators.";
        check(4_885, &[], Some(none));
        let some = "Of 4,885, 1,539 were refused somewhere because what they refer to was unknown \
                    there, 1 was lost.";
        check(4_885, &[(0, 1_539), (2, 1)], Some(some));
        check(10, &[(4, 2)], Some("Of 10, 2 were accepted though another excluded them."));
    }

    #[test]
    fn every_event_of_a_sentence_is_a_metric() {
        let is_known = |(name, _): &(&str, &str)| crate::measure::metric::find(name).is_some();
        assert!(BEFELL.iter().all(is_known));
    }

    #[test]
    fn recovery_says_when_or_that_it_was_not_seen() {
        let check = |took, text: &str| assert_eq!(recovery("storm", took).as_deref(), Some(text));
        check(Some(0.0), "Inside the twin's band as soon as storm was over.");
        check(Some(1_000.0), "Back inside the twin's band 1 s after storm.");
        check(None, "Not back inside the twin's band for 3 s on end after storm.");
    }

    #[test]
    fn a_collapse_is_said_aloud() {
        let text = "COLLAPSED: for 91 s with no fault and no more load than in the beginning, less \
                    than half came through.";
        assert_eq!(collapse(Value(91_000.0)).as_deref(), Some(text));
        assert_eq!(collapse(Value(0.0)), None);
    }

    #[test]
    fn the_stages_of_the_tail_stand_largest_first() {
        let parts = [("wait", 0.1), ("network", 71.0), ("order", 28.9)];
        let text = "the p99 went to    network 71 %   order 29 %";
        assert_eq!(stages(&parts).as_deref(), Some(text));
        assert_eq!(stages(&[("wait", 0.0)]), None);
    }

    #[test]
    fn disorder_is_what_was_achieved() {
        let check = |share, most, text: Option<&str>| {
            assert_eq!(late(share, most).as_deref(), text);
        };
        check(0.0, None, None);
        check(0.4, None, Some("40 % of deliveries out of order (RFC 4737)"));
        let places = "40 % of deliveries out of order, to 13 places late (RFC 4737)";
        check(0.4, Some(13.0), Some(places));
        check(0.4, Some(1.0), Some("40 % of deliveries out of order, to 1 place late (RFC 4737)"));
    }
}
