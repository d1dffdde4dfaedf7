//! scratch
use attestorm::ordering::Catalogue;
use attestorm::scenario::{self, OrderingEntry, Source};
use attestorm::simulation::{self, *};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let cat = Catalogue::bundled();
    let entries: Vec<OrderingEntry> = cat
        .entries()
        .iter()
        .map(|e| OrderingEntry { name: e.name, check: e.check, schema: e.schema })
        .collect();
    let scat = scenario::Catalogue { orderings: entries.leak() };
    let sets: Vec<(String, String)> = args[2..]
        .iter()
        .filter_map(|a| a.split_once('=').map(|(a, b)| (a.to_string(), b.to_string())))
        .collect();
    let s = match scenario::load(&Source::find(&args[1]).unwrap(), &sets, &scat) {
        Ok(s) => s,
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    for engine in [
        Engine::Sequential,
        Engine::Sharded(1),
        Engine::Sharded(2),
        Engine::Sharded(3),
        Engine::Sharded(8),
    ] {
        let t = std::time::Instant::now();
        match simulation::run(&s, &cat, Options { engine, ..Options::default() }, &mut ()) {
            Ok(o) => println!("{engine:?} {} {:?} {:?}", o.digest.short(), o.report, t.elapsed()),
            Err(e) => println!("{e}"),
        }
    }
}
