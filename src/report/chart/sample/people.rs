//! Example data of charts about people.

use crate::kernel::Span;
use crate::report::chart::sample::frame;
use crate::report::chart::{Estimate, Lane, Parts, PartsBar, Race, Racer, Stretch, SwimLane, Tone};

pub(in crate::report::chart) fn swim() -> SwimLane {
    let at = Span::from_secs;
    let stretch = |from, until, words: &str, tone| Stretch {
        from: at(from),
        until: at(until),
        words: words.to_owned(),
        tone,
    };
    let lane = |name: &str, stretches| Lane { name: name.to_owned(), stretches };
    SwimLane {
        frame: frame("Noticed after 1.0 min, owned after 9.7 min, over after 15.7 min"),
        clock: at(7_200),
        from: at(690),
        until: at(1_800),
        lanes: vec![
            lane("fails", vec![stretch(780, 1_650, "router-1", Tone::Bad)]),
            lane(
                "users",
                vec![
                    stretch(780, 1_700, "a bad time", Tone::Bad),
                    stretch(792, 792, "first look", Tone::Plain),
                    stretch(886, 886, "heard", Tone::Plain),
                ],
            ),
            lane("people", vec![stretch(840, 1_361, "unowned, then secondary", Tone::Bad)]),
            lane("work", vec![stretch(1_541, 1_650, "restart router-1", Tone::Good)]),
        ],
    }
}

pub(in crate::report::chart) fn race() -> Race {
    let nights = 40_u32;
    let racer = |name: &str, base: f64, firsts, never_after: u32| Racer {
        name: name.to_owned(),
        seconds: (0..nights)
            .map(|night| {
                (night < never_after).then(|| base * (1.0 + f64::from(night * 7 % 11) / 20.0))
            })
            .collect(),
        firsts,
    };
    Race {
        frame: frame("The alert is first in 90 % of nights, by the median after 1m 12s"),
        seeds: (1..=nights.into()).collect(),
        racers: vec![
            racer("an alert fires", 60.0, Some(36), 40),
            racer("users are heard", 110.0, Some(4), 36),
            racer("a validator suspects", 900.0, Some(0), 0),
            racer("a user looks again", 12.0, None, 40),
        ],
    }
}

pub(in crate::report::chart) fn parts() -> Parts {
    let bar = |name: &str, means: [f64; 5], half: f64| {
        let value = means.iter().sum();
        PartsBar {
            name: name.to_owned(),
            means: means.map(Estimate::exact).to_vec(),
            whole: Some(Estimate { value, low: value - half, high: value + half }),
            nights: "38 of 40 nights".to_owned(),
        }
    };
    let never = PartsBar {
        name: "without people (ops = none)".to_owned(),
        means: Vec::new(),
        whole: None,
        nights: "0 of 40 nights".to_owned(),
    };
    let names = ["detect", "answer", "diagnose", "mitigate", "verify"];
    Parts {
        frame: frame("8.4 of the 14.3 minutes pass between the page and somebody who takes it"),
        parts: names.map(str::to_owned).to_vec(),
        bars: vec![
            bar("as staffed", [1.0, 8.4, 1.5, 2.9, 0.5], 1.8),
            bar("run by one team", [1.0, 4.2, 1.5, 2.1, 0.1], 0.9),
            never,
        ],
    }
}
