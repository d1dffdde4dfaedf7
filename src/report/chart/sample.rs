//! Example data for tests; the degradation figures are those of the target chart.

mod one_run;
mod people;

pub(super) use self::one_run::{along, gap, heat, journey, matrix};
pub(super) use self::people::{parts, race, swim};
use super::*;
use crate::kernel::Span;

pub(super) fn frame(title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        subtitle: "out-of-order-links · 60/s, chains of five, 200 ms apart, two attesters · storm \
                   steps 1 to 8, 10 s each · mean and 95 % interval over seeds 1..10"
            .to_owned(),
        foot: "attestorm 0.1 · model 1 · digest of 60 runs e71c 90af 3b52 · data: \
               charts/degradation.csv · attestorm replay out-of-order-links/compare-ordering"
            .to_owned(),
    }
}

const JITTER: [f64; 8] = [50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0];
const ACHIEVED: [f64; 8] = [14.0, 25.0, 34.0, 40.0, 45.0, 50.0, 53.0, 56.0];
const P99_ARRIVAL: [f64; 8] = [262.0, 295.0, 338.0, 401.0, 909.0, 1233.0, 1543.0, 2007.0];
const P99_CAUSAL: [f64; 8] = [262.0, 293.0, 327.0, 365.0, 397.0, 446.0, 482.0, 522.0];
const P99_BCB: [f64; 8] = [343.0, 440.0, 566.0, 694.0, 821.0, 980.0, 1130.0, 1266.0];
const ORPHANS_ARRIVAL: [f64; 8] = [0.0, 0.0, 8.0, 33.0, 188.0, 802.0, 1879.0, 3006.0];

fn line(name: &str, look: usize, values: &[f64], doubt: f64) -> Line {
    let reading =
        |value: &f64| Reading::within(*value, value * (1.0 - doubt), value * (1.0 + doubt));
    Line {
        name: name.to_owned(),
        look: Look::nth(look),
        readings: values.iter().map(reading).collect(),
    }
}

fn steps() -> Steps {
    let steps = JITTER.into_iter().zip(ACHIEVED);
    Steps {
        configured: Quantity::new("jitter added on router → validator, ms", "jitter", "ms"),
        achieved: Some(Quantity::new(
            "in grey: achieved, % of deliveries out of order (RFC 4737)",
            "achieved",
            "pct",
        )),
        spacing: Spacing::Linear,
        steps: steps
            .map(|(configured, achieved)| Step { configured, achieved: Some(achieved) })
            .collect(),
        marks: vec![Mark { at: 200.0, label: "gap between links".to_owned() }],
        along: None,
    }
}

fn latency_panel(lines: Vec<Line>) -> Lines {
    Lines {
        quantity: Quantity::new("p99 to applied, ms (log)", "p99", "ms"),
        spacing: Spacing::Log,
        thresholds: vec![Threshold { value: 800.0, label: "threshold 800 ms".to_owned() }],
        lines,
    }
}

fn orphans_panel(lines: Vec<Line>) -> Lines {
    Lines {
        quantity: Quantity::new("refused for a missing parent, per 10,000", "orphans", "per_10k"),
        spacing: Spacing::Linear,
        thresholds: Vec::new(),
        lines,
    }
}

pub(super) fn degradation() -> Degradation {
    Degradation {
        frame: frame(
            "Once jitter passes the gap between links, three of six orderings refuse \
             attestations; causal only waits",
        ),
        steps: steps(),
        panels: vec![
            latency_panel(vec![
                line("arrival", 0, &P99_ARRIVAL, 0.06),
                line("causal", 1, &P99_CAUSAL, 0.02),
                line("bcb", 3, &P99_BCB, 0.04),
            ]),
            orphans_panel(vec![
                line("arrival", 0, &ORPHANS_ARRIVAL, 0.09),
                line("causal", 1, &[0.0; 8], 0.0),
                line("bcb", 3, &[0.0; 8], 0.0),
            ]),
        ],
    }
}

/// Three panels; orderings that stop finishing, and gaps.
pub(super) fn collapse() -> Degradation {
    let mut chart = degradation();
    let mut sequencer = line("sequencer", 4, &[300.0, 340.0, 520.0, 700.0, 1180.0], 0.25);
    sequencer.readings.extend([Reading::Never; 3]);
    let mut arrival = line("arrival", 0, &P99_ARRIVAL, 0.06);
    arrival.readings[6] = Reading::Never;
    arrival.readings[7] = Reading::Never;
    let mut watermark = line("watermark", 5, &[630.0; 8], 0.003);
    watermark.readings[3] = Reading::NoData;
    let fifo = line("fifo", 2, &[262.0, 294.0, 338.0, 390.0, 470.0, 940.0, 1080.0, 1230.0], 0.03);
    chart.panels[0].lines[0] = arrival;
    chart.panels[0].lines.extend([sequencer, watermark, fifo]);
    chart.panels[1].lines.push(line("sequencer", 4, &[0.0, 0.0, 80.0, 160.0, 600.0], 0.2));
    let goodput = [59.0, 58.0, 55.0, 50.0, 41.0, 22.0, 9.0, 4.0];
    chart.panels.push(Lines {
        quantity: Quantity::new("applied, per second", "goodput", "per_s"),
        spacing: Spacing::Linear,
        thresholds: Vec::new(),
        lines: vec![line("arrival", 0, &goodput, 0.05), line("causal", 1, &[59.5; 8], 0.0)],
    });
    chart.frame.title = "Past the gap between links arrival and sequencer never finish one in a \
                         hundred; bcb, watermark and fifo pay in latency, and causal alone keeps \
                         its promise"
        .to_owned();
    chart
}

/// A cheap wobble, so that lines look measured.
fn wobble(index: u32) -> f64 {
    f64::from(index.wrapping_mul(2_654_435_761) >> 20) / 4096.0
}

fn middle(p50: f64, p99: f64) -> Percentiles {
    Percentiles { p50: Reading::exact(p50), p99: Reading::exact(p99) }
}

fn window(second: u32) -> Window {
    let shake = wobble(second);
    let storm = (30..75).contains(&second);
    let cut = (60..72).contains(&second);
    let offered = if storm { 90.0 } else { 60.0 };
    let depth = f64::from(second.saturating_sub(30)) / 45.0;
    let run = match second {
        60..72 => Percentiles { p50: Reading::exact(420.0 + 60.0 * shake), p99: Reading::Never },
        30..75 => {
            middle(105.0 + 180.0 * depth + 20.0 * shake, 240.0 + 900.0 * depth + 120.0 * shake)
        }
        75..85 => middle(160.0 + 20.0 * shake, 500.0 + 80.0 * shake),
        _ => middle(100.0 + 8.0 * shake, 225.0 + 30.0 * shake),
    };
    Window {
        start: Span::from_secs(u64::from(second)),
        run,
        twin: Some(middle(100.0 + 8.0 * wobble(second + 7), 225.0 + 30.0 * wobble(second + 9))),
        offered_per_s: offered,
        goodput_per_s: Some(if cut { offered * 0.62 } else { offered - 3.0 * shake }),
        never_pct: if cut { 30.0 + 14.0 * shake } else { 0.0 },
    }
}

pub(super) fn timeline() -> Timeline {
    let fault = |name: &str, from, to| FaultBand {
        name: name.to_owned(),
        from: Span::from_secs(from),
        to: Span::from_secs(to),
    };
    Timeline {
        frame: Frame {
            title: "The partition costs a third of the storm's attestations; latency is back \
                    ten seconds after it heals"
                .to_owned(),
            subtitle: "out-of-order-links · causal · 60/s, 90/s in storm · windows of 1 s by \
                       intended send · seed 1"
                .to_owned(),
            foot: "attestorm 0.1 · model 1 · digest 9b1f 44e0 7c2a · data: charts/latency.csv · \
                   attestorm replay out-of-order-links"
                .to_owned(),
        },
        latency: Quantity::new("p50 and p99 to applied, ms", "applied", "ms"),
        window: Span::from_secs(1),
        windows: (0..120).filter(|second| !(100..104).contains(second)).map(window).collect(),
        faults: vec![fault("jitter-400ms", 30, 75), fault("cut router-1 ⇹ validator-3", 60, 72)],
        thresholds: vec![Threshold { value: 800.0, label: "fast: p99 < 800 ms".to_owned() }],
    }
}

fn distribution(samples: u64, base: f64, spread: f64, never_pct: f64) -> Distribution {
    let quantile = |step: u32| {
        let nines = f64::from(step) / 10.0;
        let percentile = 100.0 - 100.0 / libm::exp10(nines);
        let latency = base * libm::exp(spread * nines);
        let reading = Reading::within(latency, latency * 0.97, latency * 1.03);
        let never = 100.0 - percentile < never_pct;
        Quantile { percentile, latency: if never { Reading::Never } else { reading } }
    };
    Distribution { samples, quantiles: (0..60).map(quantile).collect() }
}

pub(super) fn percentile() -> PercentileCurve {
    let curve = |name: &str, look, run, twin| Curve {
        name: name.to_owned(),
        look: Look::nth(look),
        run,
        twin,
    };
    let twin = distribution(48_851, 70.0, 0.55, 0.0);
    PercentileCurve {
        frame: Frame {
            title: "Half of the storm is as fast as its twin; from p99 on arrival is gone"
                .to_owned(),
            ..timeline().frame
        },
        latency: Quantity::new("time to applied in storm, ms", "latency", "ms"),
        curves: vec![
            curve("arrival", 0, distribution(48_851, 80.0, 0.95, 0.8), None),
            curve("causal", 1, distribution(48_851, 90.0, 0.75, 0.0), Some(twin)),
            curve("bcb", 3, distribution(4_885, 160.0, 0.62, 0.0), None),
        ],
        thresholds: vec![Threshold { value: 800.0, label: "fast: p99 < 800 ms".to_owned() }],
    }
}

pub(super) fn pareto() -> Pareto {
    let contender = |name: &str, look, latency, anomalies, messages| Contender {
        name: name.to_owned(),
        look: Look::nth(look),
        latency,
        anomalies,
        messages,
    };
    let none = Reading::within(0.0, 0.0, 7.0);
    Pareto {
        frame: Frame {
            title: "Arrival, fifo and causal trade latency for safety; the rest are slower than \
                    causal and no safer"
                .to_owned(),
            ..degradation().frame
        },
        latency: Quantity::new("p99 to applied in storm, ms", "p99", "ms"),
        anomalies: Quantity::new("anomalies per 10,000", "anomalies", "per_10k"),
        messages: Quantity::new("messages per attestation", "messages", "per_attestation"),
        contenders: vec![
            contender(
                "arrival",
                0,
                Reading::within(401.0, 385.0, 417.0),
                Reading::within(333.0, 290.0, 376.0),
                3.0,
            ),
            contender("causal", 1, Reading::within(478.0, 470.0, 486.0), none, 3.2),
            contender(
                "fifo",
                2,
                Reading::within(455.0, 430.0, 480.0),
                Reading::within(150.0, 110.0, 190.0),
                3.0,
            ),
            contender("bcb", 3, Reading::within(694.0, 680.0, 708.0), none, 24.0),
            contender(
                "sequencer",
                4,
                Reading::within(820.0, 600.0, 1100.0),
                Reading::within(160.0, 90.0, 230.0),
                4.0,
            ),
            contender("watermark", 5, Reading::within(630.0, 628.0, 632.0), none, 3.1),
            contender("jolteon", 6, Reading::within(655.0, 640.0, 670.0), none, 9.5),
            contender("bracha", 7, Reading::Never, none, 41.0),
        ],
    }
}

pub(super) fn waterfall() -> Waterfall {
    let stages = ["admit", "route", "network", "verify", "order", "apply"];
    let group = |name: &str, run: [f64; 6], twin: [f64; 6]| BarGroup {
        name: name.to_owned(),
        run: Breakdown::Stages(run.to_vec()),
        twin: Some(Breakdown::Stages(twin.to_vec())),
    };
    Waterfall {
        frame: Frame {
            title: "The storm's p99 is spent waiting for parents, not on the network".to_owned(),
            ..timeline().frame
        },
        time: Quantity::new("time to applied, ms", "time", "ms"),
        phase: "storm".to_owned(),
        stages: stages.map(str::to_owned).to_vec(),
        groups: vec![
            group("p50", [1.2, 4.8, 98.0, 12.4, 88.0, 48.5], [1.1, 4.6, 51.0, 10.1, 0.4, 35.2]),
            group("p99", [2.6, 9.9, 154.0, 31.0, 224.0, 56.9], [2.4, 9.1, 131.0, 28.2, 9.1, 55.5]),
        ],
    }
}

/// More orderings than colours, with long names and nearly equal values.
pub(super) fn crowd() -> Degradation {
    let mut chart = degradation();
    chart.panels.truncate(1);
    let name = |index: usize| match index {
        3 => "ordering-with-a-name-that-no-column-can-hold-in-full-however-wide-it-is".to_owned(),
        _ => format!("variant-{index}"),
    };
    chart.panels[0].lines = (0..14)
        .map(|index| line(&name(index), index, &P99_CAUSAL.map(|p99| p99 + index as f64), 0.01))
        .collect();
    chart.steps.marks.push(Mark { at: 210.0, label: "two gaps between links".to_owned() });
    chart.steps.marks.push(Mark { at: 400.0, label: "the largest jitter of all".to_owned() });
    chart
}

/// A sweep over decades of load with zeros on a log axis.
pub(super) fn sweep() -> Degradation {
    let mut chart = degradation();
    chart.frame.title = "Jolteon carries four times the load of causal".to_owned();
    chart.steps = Steps {
        configured: Quantity::new("load, attestations per second (log)", "load", "per_s"),
        achieved: None,
        spacing: Spacing::Log,
        steps: [100.0, 316.0, 1000.0, 3162.0, 10_000.0]
            .map(|configured| Step { configured, achieved: None })
            .to_vec(),
        marks: Vec::new(),
        along: None,
    };
    let mut causal = line("causal", 1, &[241.0, 243.0, 251.0, 398.0], 0.03);
    causal.readings.push(Reading::Never);
    let mut bcb = line("bcb", 3, &[262.0, 266.0, 290.0, 1240.0], 0.05);
    bcb.readings.push(Reading::Never);
    let jolteon = line("jolteon", 6, &[655.0, 659.0, 664.0, 701.0, 982.0], 0.02);
    chart.panels[0].lines = vec![causal, bcb, jolteon];
    chart.panels[1].spacing = Spacing::Log;
    chart.panels[1].lines = vec![line("causal", 1, &[0.0, 0.0, 4.0, 90.0, 2400.0], 0.2)];
    chart
}

/// Three hours in windows of a minute, faults side by side, nothing at all at first.
pub(super) fn night() -> Timeline {
    let mut chart = timeline();
    chart.window = Span::from_secs(60);
    chart.windows = (0..180).map(window).collect();
    for (index, window) in (0..).zip(&mut chart.windows) {
        window.start = Span::from_secs(index * 60);
        window.never_pct = 0.0;
        window.twin = None;
        if index < 20 {
            window.run = Percentiles::default();
        }
    }
    let fault = |index: u64| FaultBand {
        name: format!("crash validator-{index}"),
        from: Span::from_secs(2_000 + index * 400),
        to: Span::from_secs(2_300 + index * 400),
    };
    chart.faults = (0..8).map(fault).collect();
    chart
}

/// A p99 far beyond the p50, and one that never comes.
pub(super) fn tail() -> Waterfall {
    let mut chart = waterfall();
    chart.groups[1].run = Breakdown::Stages(vec![2.6, 9.9, 154.0, 31.0, 9_224.0, 56.9]);
    let never = BarGroup { name: "p99.9".to_owned(), run: Breakdown::Never, twin: None };
    chart.groups.push(never);
    chart
}

pub(super) fn empty_degradation() -> Degradation {
    Degradation { panels: Vec::new(), ..degradation() }
}

pub(super) fn empty_timeline() -> Timeline {
    Timeline { windows: Vec::new(), ..timeline() }
}

pub(super) fn empty_percentile() -> PercentileCurve {
    PercentileCurve { curves: Vec::new(), ..percentile() }
}

pub(super) fn empty_pareto() -> Pareto {
    Pareto { contenders: Vec::new(), ..pareto() }
}

pub(super) fn empty_waterfall() -> Waterfall {
    Waterfall { groups: Vec::new(), ..waterfall() }
}
