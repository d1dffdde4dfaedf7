//! Example data of charts that tell of one run.

use super::{degradation, frame, line};
use crate::kernel::Span;
use crate::report::chart::*;

fn storm() -> FaultBand {
    let (from, to) = (Span::from_secs(60), Span::from_secs(220));
    FaultBand { name: "storm".to_owned(), from, to }
}

pub(in crate::report::chart) fn gap() -> Gap {
    let window = |at: u64| {
        let in_storm = (12..44).contains(&at);
        let step = if in_storm { at - 11 } else { 0 };
        let gap = vec![step / 2, step / 4, step / 9, 0, step / 16];
        let confident = 60 - gap.iter().sum::<u64>();
        GapWindow { start: Span::from_secs(at * 5), relied: 60, confident, gap }
    };
    Gap {
        frame: frame("In storm, 9.1 % was proven and not trusted: delay 73 %, reorder 27 %"),
        causes: crate::measure::CAUSE_NAMES.map(ToOwned::to_owned).to_vec(),
        window: Span::from_secs(5),
        windows: (0..52).map(window).collect(),
        faults: vec![storm()],
    }
}

pub(in crate::report::chart) fn heat() -> HeatMap {
    let column = |at: u64| {
        let share = |row: u64| match (12..44).contains(&at) {
            _ if at == 30 => None,
            true if row == 6 => Some(0.02),
            true => Some(1.0 - (at * row) as f64 / 900.0),
            false => Some(1.0),
        };
        HeatColumn { start: Span::from_secs(at * 5), shares: (0..7).map(share).collect() }
    };
    HeatMap {
        frame: frame("validator-6 was least of one mind with its quorum"),
        heading: "accepted within 1 s of the first, % of what a quorum accepted".to_owned(),
        nothing: "accepted by no quorum".to_owned(),
        rows: (0..7).map(|row| format!("validator-{row}")).collect(),
        window: Span::from_secs(5),
        columns: (0..52).map(column).collect(),
        faults: vec![storm()],
    }
}

pub(in crate::report::chart) fn matrix() -> Matrix {
    let times = |cells: [f64; 3]| cells.map(Cell::Times).to_vec();
    Matrix {
        frame: frame("others was slowed down most: its p99 in noisy was 138x the usual"),
        heading: "p99 to applied of each load group, times that of the twin without faults"
            .to_owned(),
        rows: ["others", "popular", "readers"].map(str::to_owned).to_vec(),
        columns: ["noisy", "after noisy", "a phase with a long name"].map(str::to_owned).to_vec(),
        cells: vec![
            times([138.0, 1.0, 1.3]),
            vec![Cell::Never, Cell::Times(12.3), Cell::NoData],
            times([2.0, 4.5, 1.19]),
        ],
    }
}

pub(in crate::report::chart) fn journey() -> SpaceTime {
    let at = Span::from_millis;
    let arrow = |from, sent, to, arrived: Option<u64>, is_troubled| Arrow {
        from,
        sent: at(sent),
        to,
        arrived: arrived.map(at),
        is_troubled,
    };
    let bar = |actor, from, until, words: &str| Bar {
        actor,
        from: at(from),
        until: Some(at(until)),
        words: words.to_owned(),
        is_outage: false,
    };
    let moment = |actor, when, words: &str, tone| Moment {
        actor,
        at: at(when),
        words: words.to_owned(),
        tone,
    };
    SpaceTime {
        frame: frame("#12 was applied after 84 ms; validator-1 waited 50 ms for #7"),
        time: "time since its intended send, ms".to_owned(),
        actors: ["issuer-3", "router-0", "validator-0", "validator-1", "validator-2"]
            .map(str::to_owned)
            .to_vec(),
        end: at(180),
        arrows: vec![
            arrow(0, 0, 1, Some(54), false),
            arrow(1, 54, 2, Some(84), false),
            arrow(1, 54, 3, Some(90), true),
            arrow(1, 54, 4, None, true),
            arrow(2, 84, 0, Some(130), false),
            arrow(3, 140, 0, Some(170), false),
        ],
        bars: vec![bar(3, 90, 140, "for #7"), bar(1, 40, 54, "queue")],
        moments: vec![
            moment(2, 84, "accepted", Tone::Good),
            moment(3, 90, "waits", Tone::Bad),
            moment(3, 140, "accepted", Tone::Good),
            moment(0, 170, "knows", Tone::Plain),
        ],
    }
}

/// Something along a run of a hundred hours, seen every 5,540 s, with a fault in it.
pub(in crate::report::chart) fn along() -> Degradation {
    let mut chart = degradation();
    chart.frame.title = "At most 12 waited in the ingress pool of a router".to_owned();
    let hours = |from: u64, to: u64| (Span::from_secs(from * 3600), Span::from_secs(to * 3600));
    let (from, to) = hours(40, 64);
    chart.steps = Steps {
        configured: Quantity::new("time along the run, s", "start", "s"),
        achieved: None,
        spacing: Spacing::Linear,
        steps: (0..65)
            .map(|at| Step { configured: f64::from(at) * 5_540.0, achieved: None })
            .collect(),
        marks: Vec::new(),
        along: Some(vec![FaultBand { name: "closed".to_owned(), from, to }]),
    };
    chart.panels.truncate(1);
    chart.panels[0].lines = vec![line("ingress", 0, &[12.0; 65], 0.0)];
    chart
}
