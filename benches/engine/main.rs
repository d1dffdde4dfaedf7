//! How fast the engine is beside hand-written loops. An argument filters, `--quick` keeps it short.

mod clock;
mod phold;
mod rivals;

use attestorm::engine::{self, ShardPlan};
use attestorm::kernel::sequential;

use clock::{Cost, measure, median};
use phold::{Nothing, Phold, Shape, by_hand, limits};
use rivals::{Heap, Order, Ring};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|a| a == "--quick");
    let (events, rounds) = if quick { (100_000, 1) } else { (8_000_000, 5) };
    let variant = |name: &str, phold: Phold, shift: u32| {
        if arguments.iter().filter(|a| !a.starts_with("--")).all(|a| name.contains(a.as_str())) {
            let pending = u64::from(phold.processes * phold.pending_each);
            compare(name, phold, shift, events.max(if quick { 0 } else { pending * 8 }), rounds);
        }
    };
    for n in [1, 2, 4, 8, 16, 32, 64, 256, 1_024, 16_384, 100_000] {
        for each in [1, 16] {
            variant(&format!("phold N={n} x{each:02}"), Phold::plain(n, each), 20);
        }
    }
    let sparse = |n, each| Phold { least: 20_000, mean: 10_000_000_000, ..Phold::plain(n, each) };
    variant("sparse N=16 x01", sparse(16, 1), 27);
    variant("sparse N=1024 x01", sparse(1024, 1), 27);
    variant("sparse N=100000 x01", sparse(100_000, 1), 27);
    let shaped = |shape, n, each| Phold { shape, ..Phold::plain(n, each) };
    variant("timers N=16 x16", shaped(Shape::Timers, 16, 16), 20);
    variant("timers N=1024 x16", shaped(Shape::Timers, 1024, 16), 20);
    variant("timers N=100000 x16", shaped(Shape::Timers, 100_000, 16), 20);
    variant("ties N=1024 x16", shaped(Shape::Ties, 1024, 16), 20);
    variant("fan-in N=1024 x16", shaped(Shape::FanIn, 1024, 16), 20);
    variant("fan-in N=100000 x01", shaped(Shape::FanIn, 100_000, 1), 20);
}

/// Prints every rival's speed and its ratio to the heap, the median of interleaved rounds.
fn compare(name: &str, phold: Phold, shift: u32, events: u64, rounds: usize) {
    type Rival = (&'static str, Box<dyn Fn() -> Cost>);
    let ring = move |order| -> Box<dyn Fn() -> Cost> {
        Box::new(move || measure(|| by_hand(phold, Ring::new(shift, order), events)))
    };
    let rivals: Vec<Rival> = vec![
        ("heap", Box::new(move || measure(|| by_hand(phold, Heap::default(), events)))),
        ("ring records", ring(Order::Records)),
        ("ring words", ring(Order::Words)),
        ("ring counting", ring(Order::Counting)),
        (
            "sequential",
            Box::new(move || {
                let model = phold.model::<0>();
                measure(|| sequential::run(model, limits(events), &mut Nothing).events)
            }),
        ),
        (
            "sharded 1",
            Box::new(move || {
                let (model, plan) =
                    (phold.model::<0>(), ShardPlan::single(phold.processes as usize));
                let run = || engine::run(model, &plan, limits(events), &mut Nothing);
                measure(|| run().map_or(0, |report| report.events))
            }),
        ),
    ];
    let only: Option<String> =
        std::env::args().find_map(|a| a.strip_prefix("--only=").map(Into::into));
    if let Some(only) = only {
        let rival = rivals.iter().find(|(name, _)| *name == only).expect("a rival");
        println!("{name:20} {:6.2}", (0..3).map(|_| rival.1().per_cpu()).fold(0.0, f64::max));
        return;
    }
    let mut figures = vec![Vec::new(); rivals.len()];
    for _ in 0..rounds {
        for (figures, (_, rival)) in figures.iter_mut().zip(&rivals) {
            figures.push(rival().per_cpu());
        }
    }
    print!("{name:22}");
    let heap = figures[0].clone();
    for (figures, (name, _)) in figures.into_iter().zip(&rivals) {
        let ratios = figures.iter().zip(&heap).map(|(figure, heap)| figure / heap).collect();
        print!("  {name} {:5.2} ({:4.2}x)", median(figures).0, median(ratios).0);
    }
    println!();
}
