//! Lesser scenarios: each pass names what could be left out of one, the boldest change first.

use crate::kernel::Span;
use crate::scenario::model::{Arrivals, Chain, Fault, LoadGroup, Mix, Scenario, Service, Stage};

/// In the order in which they are tried: what makes runs shorter comes early.
pub(super) const PASSES: [fn(&Scenario) -> Vec<Scenario>; 12] = [
    fewer_faults,
    nobody_acts,
    fewer_effects,
    earlier_windows,
    shorter_run,
    shorter_ends,
    fewer_validators,
    less_load,
    simpler_load,
    fewer_victims,
    shorter_windows,
    simpler_network,
];

/// Fewer tolerate no liar.
const FEWEST_VALIDATORS: u32 = 4;
/// No run measures for less.
const SHORTEST: Span = Span::from_millis(100);

/// Parts of a whole, in eighths.
const PARTS: [u64; 5] = [1, 2, 4, 6, 7];

/// Smaller numbers, none below `least`.
fn smaller(value: u32, least: u32) -> impl Iterator<Item = u32> {
    let parts = PARTS.into_iter().map(move |part| (u64::from(value) * part / 8) as u32);
    let less = std::iter::once(least).chain(parts).chain(value.checked_sub(1));
    less.filter(move |less| (least..value).contains(less))
}

/// Shorter spans in round figures, none below `least`.
fn shorter(span: Span, least: Span) -> impl Iterator<Item = Span> {
    let grain = if span > Span::from_secs(2) { 100_000_000 } else { 10_000_000 };
    let part = move |part| Span::from_nanos(span.as_nanos() / 8 * part / grain * grain);
    let parts = PARTS.into_iter().map(part);
    std::iter::once(least).chain(parts).filter(move |less| (least..span).contains(less))
}

/// `scenario` after `change`.
fn changed(scenario: &Scenario, change: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut changed = scenario.clone();
    change(&mut changed);
    changed
}

fn fewer_faults(scenario: &Scenario) -> Vec<Scenario> {
    let count = scenario.faults.len();
    let keep = |wanted: &dyn Fn(usize) -> bool| {
        let faults = scenario.faults.iter().enumerate();
        let faults = faults.filter(|(at, _)| wanted(*at)).map(|(_, fault)| fault.clone());
        Scenario { faults: faults.collect(), ..scenario.clone() }
    };
    let mut lesser = Vec::new();
    if count > 0 {
        lesser.push(keep(&|_| false));
    }
    if count > 2 {
        lesser.extend([keep(&|at| at < count / 2), keep(&|at| at >= count / 2)]);
    }
    if count > 1 {
        lesser.extend((0..count).map(|left_out| keep(&|at| at != left_out)));
    }
    lesser
}

/// Without people, and without clocks that somebody sets.
fn nobody_acts(scenario: &Scenario) -> Vec<Scenario> {
    let mut lesser = vec![
        changed(scenario, |new| new.ops = None),
        changed(scenario, |new| new.time = None),
        changed(scenario, |new| new.validators.ahead = None),
    ];
    lesser.retain(|less| less != scenario);
    lesser
}

/// One scenario for each change that `changes` knows of each fault.
fn with_faults(scenario: &Scenario, changes: impl Fn(&Fault) -> Vec<Fault>) -> Vec<Scenario> {
    let faults = scenario.faults.iter().enumerate();
    let lesser = faults.flat_map(|(at, fault)| changes(fault).into_iter().map(move |f| (at, f)));
    lesser.map(|(at, fault)| changed(scenario, |new| new.faults[at] = fault)).collect()
}

fn fewer_effects(scenario: &Scenario) -> Vec<Scenario> {
    with_faults(scenario, |fault| {
        let all = if fault.effects.len() > 1 { 0..fault.effects.len() } else { 0..0 };
        let without = |at| {
            let mut lesser = fault.clone();
            lesser.effects.remove(at);
            lesser
        };
        all.map(without).collect()
    })
}

fn shorter_run(scenario: &Scenario) -> Vec<Scenario> {
    let spans = shorter(scenario.duration, SHORTEST);
    spans.map(|duration| changed(scenario, |new| lasts(new, duration))).collect()
}

/// Load and faults end with the run at the latest.
fn lasts(scenario: &mut Scenario, duration: Span) {
    scenario.duration = duration;
    for group in &mut scenario.load {
        let Arrivals::Open { stages, .. } = &mut group.arrivals else { continue };
        let mut left = duration;
        for stage in stages.iter_mut() {
            stage.duration = stage.duration.min(left);
            left = left.saturating_sub(stage.duration);
        }
        stages.retain(|stage| stage.duration > Span::ZERO);
    }
    for fault in &mut scenario.faults {
        fault.starts.retain(|start| *start < duration);
        let latest = fault.starts.last().copied().unwrap_or(Span::ZERO);
        fault.length = fault.length.map(|length| length.min(duration.saturating_sub(latest)));
    }
    scenario.faults.retain(|fault| !fault.starts.is_empty());
}

fn shorter_ends(scenario: &Scenario) -> Vec<Scenario> {
    let warmup = shorter(scenario.warmup, Span::ZERO);
    let warmup = warmup.map(|warmup| Scenario { warmup, ..scenario.clone() });
    let settle = shorter(scenario.settle, Span::ZERO);
    warmup.chain(settle.map(|settle| Scenario { settle, ..scenario.clone() })).collect()
}

/// Fewer validators; those that a fault names by number move to the front if they must.
fn fewer_validators(scenario: &Scenario) -> Vec<Scenario> {
    let counts = smaller(scenario.validators.count, FEWEST_VALIDATORS);
    let fewer = counts.map(|count| changed(scenario, |new| new.validators.count = count));
    fewer.flat_map(|fewer| [moved_to_front(&fewer), fewer]).collect()
}

fn moved_to_front(scenario: &Scenario) -> Scenario {
    changed(scenario, |new| {
        for fault in &mut new.faults {
            if let Some((first, last)) = named(&fault.on.text) {
                fault.on.text = range(0, last - first);
            }
        }
    })
}

/// The validators that a selector names by number, as `validator-2` or `validator-1..3`.
fn named(text: &str) -> Option<(u32, u32)> {
    let numbers = text.strip_prefix("validator-")?;
    let (first, last) = numbers.split_once("..").unwrap_or((numbers, numbers));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

fn range(first: u32, last: u32) -> String {
    if first == last { format!("validator-{first}") } else { format!("validator-{first}..{last}") }
}

fn fewer_victims(scenario: &Scenario) -> Vec<Scenario> {
    with_faults(scenario, |fault| {
        let text = &fault.on.text;
        let mut texts: Vec<String> = match named(text) {
            Some((first, last)) if first < last => {
                (first..=last).map(|one| range(one, one)).collect()
            }
            Some(_) | None => Vec::new(),
        };
        let count =
            text.split_once(" validators").and_then(|(n, rest)| Some((n.parse().ok()?, rest)));
        if let Some((count, rest)) = count {
            texts.extend(smaller(count, 1).map(|fewer| format!("{fewer} validators{rest}")));
        }
        if text.contains("<->") {
            texts.push(text.replace("<->", "->"));
        }
        let with = |text| {
            let mut lesser = fault.clone();
            lesser.on.text = text;
            lesser
        };
        texts.into_iter().map(with).collect()
    })
}

fn shorter_windows(scenario: &Scenario) -> Vec<Scenario> {
    with_faults(scenario, |fault| {
        let mut lesser = Vec::new();
        if fault.starts.len() > 1 {
            lesser.push(Fault { starts: vec![fault.starts[0]], ..fault.clone() });
        }
        if let Some(length) = fault.length {
            let spans = shorter(length, Span::from_millis(10));
            lesser.extend(spans.map(|span| Fault { length: Some(span), ..fault.clone() }));
            // The later half alone.
            lesser.extend(shorter(length, Span::from_millis(10)).last().map(|_| {
                let half = Span::from_nanos(length.as_nanos() / 2_000_000 * 1_000_000);
                let starts = fault.starts.iter().map(|start| *start + half).collect();
                Fault { starts, length: Some(half), ..fault.clone() }
            }));
        }
        lesser
    })
}

/// One start, and that earlier.
fn earlier_windows(scenario: &Scenario) -> Vec<Scenario> {
    with_faults(scenario, |fault| match fault.starts[..] {
        [start] => shorter(start, Span::ZERO)
            .map(|start| Fault { starts: vec![start], ..fault.clone() })
            .collect(),
        _ => Vec::new(),
    })
}

/// One scenario for each change that `changes` knows of each group of clients.
fn with_load(scenario: &Scenario, changes: impl Fn(&LoadGroup) -> Vec<LoadGroup>) -> Vec<Scenario> {
    let groups = scenario.load.iter().enumerate();
    let lesser = groups.flat_map(|(at, group)| changes(group).into_iter().map(move |g| (at, g)));
    lesser.map(|(at, group)| changed(scenario, |new| new.load[at] = group)).collect()
}

fn less_load(scenario: &Scenario) -> Vec<Scenario> {
    let groups = if scenario.load.len() > 1 { scenario.load.len() } else { 0 };
    let without = |at| {
        changed(scenario, |new| {
            new.load.remove(at);
        })
    };
    let mut lesser: Vec<Scenario> = (0..groups).map(without).collect();
    lesser.extend(with_load(scenario, |group| {
        let mut lesser: Vec<LoadGroup> = match &group.arrivals {
            Arrivals::Open { stages, spacing, shape } => PARTS
                .iter()
                .map(|part| {
                    let (stages, shape) = (slower(stages, *part), shape.clone());
                    Arrivals::Open { stages, spacing: *spacing, shape }
                })
                .map(|arrivals| LoadGroup { arrivals, ..group.clone() })
                .collect(),
            Arrivals::Trace(_) => Vec::new(),
            Arrivals::Closed { users, think } => smaller(*users, 1)
                .map(|users| Arrivals::Closed { users, think: *think })
                .map(|arrivals| LoadGroup { arrivals, ..group.clone() })
                .collect(),
        };
        lesser.retain(|less| less.arrivals != group.arrivals);
        lesser.extend(
            smaller(group.clients, 1).map(|clients| LoadGroup { clients, ..group.clone() }),
        );
        lesser
    }));
    lesser
}

/// The stages at so many eighths of their rates, in hundredths per second.
fn slower(stages: &[Stage], part: u64) -> Vec<Stage> {
    let rate = |rate: f64| ((rate * 100.0) as u64 * part / 8).max(1) as f64 / 100.0;
    let slower =
        |stage: &Stage| Stage { from: rate(stage.from), to: rate(stage.to), ..stage.clone() };
    stages.iter().map(slower).collect()
}

fn simpler_load(scenario: &Scenario) -> Vec<Scenario> {
    let only = Mix::ATTEST;
    with_load(scenario, |group| {
        let mut simpler = vec![
            LoadGroup { mix: only, ..group.clone() },
            LoadGroup { chain: None, ..group.clone() },
            LoadGroup { overlap: None, ..group.clone() },
            LoadGroup { retry: None, ..group.clone() },
            LoadGroup { expires: None, ..group.clone() },
            LoadGroup { forged: 0.0, ..group.clone() },
            LoadGroup { delegated: None, ..group.clone() },
            LoadGroup { batch: 1, ..group.clone() },
            LoadGroup { data: None, ..group.clone() },
            LoadGroup { upstream: 0.0, ..group.clone() },
            LoadGroup { patience: None, ..group.clone() },
            LoadGroup { deadline: None, ..group.clone() },
            LoadGroup { promise: None, ..group.clone() },
            LoadGroup { hook: Service::default(), ..group.clone() },
        ];
        if let Some(chain) = group.chain {
            let chains = smaller(chain.length, 2).map(|length| (length, chain.attesters));
            let chains = chains.chain(smaller(chain.attesters, 1).map(|few| (chain.length, few)));
            simpler.extend(chains.map(|(length, attesters)| {
                let chain = Chain { length, attesters, ..chain };
                LoadGroup { chain: Some(chain), ..group.clone() }
            }));
        }
        simpler.retain(|less| less != group);
        simpler
    })
}

fn simpler_network(scenario: &Scenario) -> Vec<Scenario> {
    let mut simpler = vec![
        changed(scenario, |new| new.routers.count = 1),
        changed(scenario, |new| new.network.jitter = 0.0),
        changed(scenario, |new| new.network.loss = 0.0),
    ];
    simpler.retain(|less| less != scenario);
    simpler
}
