//! How fast the engines are beside hand-written loops, in interleaved rounds.
//!
//! `cargo bench --bench engine -- phold timers` runs what contains one of the words,
//! `--quick` keeps it to a few seconds. Figures are ratios; nothing is asserted.

mod clock;
mod contest;
mod luck;
mod rivals;
mod workload;

use clock::{Cost, median};
use contest::{by_hand, sequentially, sharded};
use rivals::{Heap, Order, Ring};
use workload::{FanOut, Phold, PingPong, Shape, Workload};

/// What was asked for on the command line.
struct Request {
    words: Vec<String>,
    quick: bool,
}

/// Ours; every rival in [`HAND_WRITTEN`] is theirs.
const ENGINES: [&str; 2] = ["sequential", "sharded 1"];

/// The loops that an engine is held against.
const HAND_WRITTEN: [&str; 4] = ["heap", "window, one sort", "ring, words", "ring, counting"];

/// A rival by its name, and how it runs.
type Rival<'a> = (&'a str, Box<dyn Fn() -> Cost + 'a>);

fn main() {
    let (options, words): (Vec<String>, _) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let request = Request { words, quick: options.iter().any(|option| option == "--quick") };
    println!("million events per CPU-second (ratio to the first), medians of interleaved rounds");
    plain(&request);
    shaped(&request);
    sizes(&request);
    shards(&request);
}

fn plain(request: &Request) {
    for each in [1, 16] {
        for n in [16, 64, 256, 1_024, 16_384, 100_000] {
            let name = format!("phold N={n} pending={each} each");
            request.loops(&name, Phold::plain(n, each), 20, u64::from(n * each));
        }
    }
    request.loops("ping-pong", PingPong, 20, 1);
    request.loops("fan-out 1:100", FanOut(100), 20, 100);
}

fn shaped(request: &Request) {
    for n in [16, 1_024, 100_000] {
        let sparse = Phold { least: 20_000, mean: 10_000_000_000, ..Phold::plain(n, 1) };
        request.loops(&format!("sparse N={n} pending=1 each"), sparse, 27, u64::from(n));
    }
    let shapes = [("timers", Shape::Timers), ("ties", Shape::Ties), ("fan-in", Shape::FanIn)];
    for (name, shape) in shapes {
        for n in [16, 1_024, 100_000] {
            let phold = Phold { shape, ..Phold::plain(n, 16) };
            request.loops(&format!("{name} N={n} pending=16 each"), phold, 20, u64::from(n * 16));
        }
    }
}

fn sizes(request: &Request) {
    for n in [1_024, 100_000] {
        let phold = Phold::plain(n, 16);
        let events = request.events(u64::from(n * 16));
        let rivals: [Rival; 4] = [
            ("24 bytes", Box::new(move || sequentially::<_, 0>(phold, events))),
            ("32 bytes", Box::new(move || sequentially::<_, 1>(phold, events))),
            ("40 bytes", Box::new(move || sequentially::<_, 2>(phold, events))),
            ("64 bytes", Box::new(move || sequentially::<_, 5>(phold, events))),
        ];
        request.compare(&format!("record size N={n} pending=16 each"), &rivals, Cost::per_cpu);
    }
}

/// Two shards against one, two independent runs and the sequential engine, by wall time.
fn shards(request: &Request) {
    let rounds_per_us = rounds_per_us();
    for (window, pending) in [(3, 32), (100, 1_024), (1_600, 16_384)] {
        for micros in [0, 1, 5] {
            let (n, work) = (u32::min(pending, 1_024), rounds_per_us * micros);
            let phold = Phold { work, ..Phold::plain(n, pending / n) };
            let events = if request.quick { 2_000 } else { 1_200_000 / u64::from(1 + micros) };
            let run = move |shards| sharded(phold, shards, phold.least, events);
            let rivals: [Rival; 4] = [
                ("sharded 1", Box::new(move || run(1))),
                ("sharded 2", Box::new(move || run(2))),
                ("two runs at once", Box::new(move || at_once(|| run(1)))),
                ("sequential", Box::new(move || sequentially::<_, 0>(phold, events))),
            ];
            let name = format!("shards window={window} events work={micros}us, wall");
            request.compare(&name, &rivals, Cost::per_wall);
        }
    }
}

/// The same run on two threads at once: what the machine has to give just now.
fn at_once(run: impl Fn() -> Cost + Sync) -> Cost {
    let mut events = 0;
    let cost = clock::measure(|| {
        std::thread::scope(|scope| {
            let other = scope.spawn(&run);
            events = run().events + other.join().expect("a run does not panic").events;
        });
        events
    });
    Cost { events, ..cost }
}

/// How many draws take a microsecond here and now.
fn rounds_per_us() -> u32 {
    let rounds = 2_000_000;
    let cost = clock::measure(|| {
        let mut luck = luck::Luck::new(1);
        (0..rounds).for_each(|_| {
            std::hint::black_box(luck.word());
        });
        rounds
    });
    (rounds as f64 / cost.wall.as_micros() as f64) as u32
}

/// The rounds of the hand-written loop whose median is the fastest, if any took part.
fn best_by_hand<'a>(rivals: &[Rival], figures: &'a [Vec<f64>]) -> Option<&'a Vec<f64>> {
    let loops = rivals.iter().zip(figures).filter(|((name, _), _)| HAND_WRITTEN.contains(name));
    let speed = |figures: &Vec<f64>| median(figures.clone()).0;
    loops.map(|(_, figures)| figures).max_by(|a, b| speed(a).total_cmp(&speed(b)))
}

/// The median of the ratios round by round, and half the distance from the lowest to the highest
/// over it: a machine that slows down for a while slows down both.
fn ratio(own: &[f64], other: &[f64]) -> (f64, f64) {
    median(own.iter().zip(other).map(|(own, other)| own / other).collect())
}

impl Request {
    /// How many events a run handles: more than it begins with, so that most are of the long run.
    fn events(&self, pending: u64) -> u64 {
        if self.quick { 50_000 } else { (pending * 5 / 2).max(2_000_000) }
    }

    /// The engines beside the hand-written loops.
    fn loops<W: Workload>(&self, name: &str, workload: W, shift: u32, pending: u64) {
        let events = self.events(pending);
        let ring = move |order| move || by_hand(workload, Ring::new(shift, order), events);
        let rivals: [Rival; 6] = [
            ("heap", Box::new(move || by_hand(workload, Heap::default(), events))),
            ("window, one sort", Box::new(ring(Order::Records))),
            ("ring, words", Box::new(ring(Order::Words))),
            ("ring, counting", Box::new(ring(Order::Counting))),
            ("sequential", Box::new(move || sequentially::<_, 0>(workload, events))),
            ("sharded 1", Box::new(move || sharded(workload, 1, u64::MAX, events))),
        ];
        self.compare(name, &rivals, Cost::per_cpu);
    }

    /// Prints the speed of every rival and its ratio to the first.
    fn compare(&self, name: &str, rivals: &[Rival], figure: impl Fn(&Cost) -> f64) {
        if self.quick && name.contains("N=100000") {
            return;
        }
        if !self.words.is_empty() && !self.words.iter().any(|word| name.contains(word.as_str())) {
            return;
        }
        // The largest models take most of the time.
        let rounds = match (self.quick, name.contains("N=100000")) {
            (true, _) => 1,
            (false, true) => 5,
            (false, false) => 15,
        };
        let mut figures = vec![Vec::new(); rivals.len()];
        for _ in 0..rounds {
            for (figures, (_, rival)) in figures.iter_mut().zip(rivals) {
                figures.push(figure(&rival()));
            }
        }
        println!("{name}");
        let best = best_by_hand(rivals, &figures);
        for (own, (name, _)) in figures.iter().zip(rivals) {
            let ((speed, _), (times, spread)) = (median(own.clone()), ratio(own, &figures[0]));
            let share = best.map(|best| format!("  {:3.0} %", ratio(own, best).0 * 100.0));
            let share = share.filter(|_| ENGINES.contains(name)).unwrap_or_default();
            println!("    {name:18} {speed:7.2}  ({times:.2} ± {:.0} %){share}", spread * 100.0);
        }
    }
}
