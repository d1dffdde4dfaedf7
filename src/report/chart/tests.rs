//! What holds for every chart.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use super::scene::{Area, Point, Scene, Shape, Text};
use super::*;
use crate::kernel::Span;

/// A chart's name, its scene, and what it renders to.
struct Drawn {
    name: &'static str,
    scene: Scene,
    rendered: Rendered,
}

macro_rules! drawn {
    ($name:literal, $chart:expr) => {{
        let chart = $chart;
        Drawn { name: $name, scene: chart.scene(), rendered: chart.render().expect("draws") }
    }};
}

static SAMPLES: LazyLock<Vec<Drawn>> = LazyLock::new(samples);
static EMPTIES: LazyLock<Vec<Drawn>> = LazyLock::new(empties);

fn samples() -> Vec<Drawn> {
    vec![
        drawn!("degradation", sample::degradation()),
        drawn!("collapse", sample::collapse()),
        drawn!("crowd", sample::crowd()),
        drawn!("sweep", sample::sweep()),
        drawn!("timeline", sample::timeline()),
        drawn!("night", sample::night()),
        drawn!("percentile", sample::percentile()),
        drawn!("pareto", sample::pareto()),
        drawn!("waterfall", sample::waterfall()),
        drawn!("tail", sample::tail()),
        drawn!("gap", sample::gap()),
        drawn!("heat", sample::heat()),
        drawn!("matrix", sample::matrix()),
        drawn!("journey", sample::journey()),
        drawn!("swim", sample::swim()),
        drawn!("race", sample::race()),
        drawn!("parts", sample::parts()),
    ]
}

fn empties() -> Vec<Drawn> {
    vec![
        drawn!("degradation", sample::empty_degradation()),
        drawn!("timeline", sample::empty_timeline()),
        drawn!("percentile", sample::empty_percentile()),
        drawn!("pareto", sample::empty_pareto()),
        drawn!("waterfall", sample::empty_waterfall()),
        drawn!("gap", Gap { windows: vec![], ..sample::gap() }),
        drawn!("heat", HeatMap { columns: vec![], ..sample::heat() }),
        drawn!("matrix", Matrix { columns: vec![], ..sample::matrix() }),
        drawn!("journey", SpaceTime { actors: vec![], ..sample::journey() }),
        drawn!("race", Race { racers: vec![], ..sample::race() }),
        drawn!("parts", Parts { bars: vec![], ..sample::parts() }),
    ]
}

fn texts(scene: &Scene) -> Vec<&Text> {
    let texts = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// Sets `ATTESTORM_CHARTS` to a folder to look at the charts.
#[test]
fn charts_can_be_looked_at() {
    let Some(folder) = std::env::var_os("ATTESTORM_CHARTS") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for drawn in SAMPLES.iter() {
        let Rendered { svg, png, csv } = &drawn.rendered;
        for (kind, bytes) in [("svg", svg.as_bytes()), ("png", png), ("csv", csv.as_bytes())] {
            let file = folder.join(format!("{}.{kind}", drawn.name));
            std::fs::write(file, bytes).expect("the folder can be written");
        }
    }
}

#[test]
fn no_text_covers_another_or_leaves_the_page() {
    for Drawn { name, scene, .. } in SAMPLES.iter().chain(EMPTIES.iter()) {
        let page = Area { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
        let texts = texts(scene);
        for (index, text) in texts.iter().enumerate() {
            let area = text.area();
            assert!(area.shared(page) > 0.999 * area.width() * area.height(), "{name}: {text:?}");
            for other in &texts[index + 1..] {
                let both = (&text.words, &other.words);
                assert!(!area.grown(-0.5).overlaps(other.area()), "{name}: {both:?}");
            }
        }
    }
}

/// Bands of faults, by where they begin and end, are the same behind every panel.
#[test]
fn panels_one_above_the_other_line_up_however_long_their_figures() {
    let mut long = sample::timeline();
    for window in &mut long.windows {
        window.run.p99 = Reading::exact(30_000_000.0);
    }
    let scene = long.scene();
    let bands = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Box { area, ink } if ink.permille == 750 => Some((area.left, area.right)),
        _ => None,
    });
    let bands = bands.collect::<Vec<_>>();
    let faults = long.faults.len();
    assert!(faults > 0 && bands.len() > faults, "{bands:?}");
    assert!(bands.chunks(faults).all(|panel| *panel == bands[..faults]), "{bands:?}");
}

#[test]
fn steps_along_a_run_have_round_times_and_the_bands_of_faults() {
    let scene = sample::along().scene();
    let words: Vec<&str> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text(text) => Some(text.words.as_str()),
            _ => None,
        })
        .collect();
    let told = ["0:00", "12:00", "96:00", "closed"];
    assert!(told.iter().all(|figure| words.contains(figure)), "{words:?}");
    assert!(words.iter().any(|words| words.ends_with("measured, h:min")), "{words:?}");
    let is_band = |shape: &&Shape| matches!(shape, Shape::Box { ink, .. } if ink.permille == 750);
    assert_eq!(scene.shapes.iter().filter(is_band).count(), 1);
}

#[test]
fn every_place_is_finite() {
    for Drawn { name, rendered, .. } in SAMPLES.iter().chain(EMPTIES.iter()) {
        let svg = rendered.svg.replace("DejaVu Sans", "");
        for word in ["NaN", "inf,", "inf ", "\"inf"] {
            assert!(!svg.contains(word), "{name} has {word}");
            assert!(!rendered.csv.contains(word), "{name}.csv has {word}");
        }
    }
}

#[test]
fn titles_subtitles_and_feet_are_there() {
    for Drawn { name, scene, rendered } in SAMPLES.iter() {
        assert!(rendered.svg.contains("<title>"), "{name} has a title for screen readers");
        let words = texts(scene).iter().map(|text| text.words.as_str()).collect::<Vec<_>>();
        let page = words.join(" ");
        assert!(page.contains(&scene.title), "{name}: {page}");
        assert!(page.contains("attestorm replay"), "{name}: {page}");
    }
}

#[test]
fn every_series_is_named_where_it_ends() {
    let check = |scene: &Scene, names: &[&str]| {
        for name in names {
            let named = texts(scene).iter().filter(|text| text.words == *name).count();
            assert!(named > 0, "{name} is named");
        }
    };
    check(&sample::degradation().scene(), &["arrival", "causal", "bcb", "gap between links"]);
    check(&sample::collapse().scene(), &["sequencer", "watermark", "fifo", "never"]);
    check(&sample::timeline().scene(), &["p50", "p99", "p50, twin", "p99, twin", "offered"]);
    check(&sample::percentile().scene(), &["arrival", "causal", "causal, twin", "bcb", "99.9 %"]);
    check(&sample::pareto().scene(), &["arrival", "jolteon", "bracha", "never"]);
    check(&sample::race().scene(), &["an alert fires", "first in 90 % of nights"]);
    check(&sample::parts().scene(), &["as staffed", "answer", "14.3 ± 1.8 min", "never quiet"]);
    check(&sample::waterfall().scene(), &["p50", "p99", "twin", "storm", "network", "+214.9"]);
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    for (first, second) in SAMPLES.iter().zip(samples()) {
        assert!(first.rendered == second.rendered, "{} differs from itself", first.name);
    }
}

#[test]
fn charts_without_data_say_so() {
    for Drawn { name, scene, rendered } in EMPTIES.iter() {
        let said = texts(scene).iter().any(|text| text.words == "no data");
        assert!(said, "{name} says that there is no data");
        assert!(rendered.csv.lines().count() >= 1, "{name}.csv has its header");
    }
}

#[test]
fn names_from_scenarios_are_escaped() {
    let mut chart = sample::degradation();
    let name = "</text><script>&\"'\u{1}";
    chart.frame.title = name.to_owned();
    chart.panels[0].lines[0].name = name.to_owned();
    let Rendered { svg, csv, .. } = chart.render().expect("draws");
    assert!(!svg.contains("<script>") && !svg.contains('\u{1}'));
    assert!(svg.contains("&lt;script&gt;&amp;&quot;"));
    assert!(csv.contains("\"</text><script>&\"\"'\u{1}\""));
}

#[test]
fn figures_that_are_not_finite_draw_as_no_data() {
    let mut chart = sample::degradation();
    for reading in &mut chart.panels[0].lines[0].readings {
        *reading = Reading::within(f64::NAN, f64::NEG_INFINITY, f64::INFINITY);
    }
    chart.panels[1].lines[0].readings[3] = Reading::within(1e308, -1e308, f64::INFINITY);
    chart.steps.steps[1].configured = f64::NAN;
    chart.steps.marks[0].at = f64::INFINITY;
    chart.panels[0].thresholds[0].value = f64::NAN;
    chart.render().expect("draws");
}

#[test]
fn pngs_are_drawn_at_two_pixels_per_unit() {
    let Drawn { scene, rendered, .. } = drawn!("degradation", sample::degradation());
    let size = |at: usize| {
        let bytes =
            [rendered.png[at], rendered.png[at + 1], rendered.png[at + 2], rendered.png[at + 3]];
        f64::from(u32::from_be_bytes(bytes))
    };
    assert_eq!((size(16), size(20)), (2.0 * scene.width, 2.0 * scene.height));
}

#[test]
fn the_csv_of_a_degradation_has_its_units_in_its_columns() {
    let csv = sample::collapse().render().expect("draws").csv;
    let lines = csv.lines().collect::<Vec<_>>();
    assert!(lines[0].starts_with(
        "jitter_ms,achieved_pct,ordering,p99_ms,p99_low_ms,p99_high_ms,p99_never,orphans_per_10k,"
    ));
    assert!(lines.iter().any(|line| line.starts_with("400,56,sequencer,,,,true,")));
    assert!(lines.iter().any(|line| line.starts_with("200,40,watermark,,,,,")));
}

/// Any figure at all, and those that break charts more often than chance would have it.
fn figure() -> impl Strategy<Value = f64> {
    let nasty = [0.0, -1.0, 1e-300, 1e300, -1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![0.0..5000.0f64, proptest::sample::select(nasty.to_vec()), any::<f64>()]
}

fn reading() -> impl Strategy<Value = Reading> {
    let value = (figure(), figure(), figure());
    let value = value.prop_map(|(value, low, high)| Reading::within(value, low, high));
    prop_oneof![4 => value, 1 => Just(Reading::Never), 1 => Just(Reading::NoData)]
}

fn check_finite(scene: &Scene) {
    assert!(scene.height.is_finite() && scene.height < 2000.0, "{}", scene.height);
    for shape in &scene.shapes {
        let points = match shape {
            Shape::Fill { corners, .. } => corners.clone(),
            Shape::Box { area, .. } => {
                vec![Point::new(area.left, area.top), Point::new(area.right, area.bottom)]
            }
            Shape::Disc { centre, radius, .. } => vec![*centre, Point::new(*radius, 0.0)],
            Shape::Path { points, .. } => points.clone(),
            Shape::Text(text) => vec![text.at],
        };
        let inside = |place: f64| (-100.0..3000.0).contains(&place);
        assert!(points.iter().all(|point| inside(point.x) && inside(point.y)), "{shape:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_readings_draw_a_degradation(
        steps in vec(figure(), 0..6),
        readings in vec(vec(reading(), 0..6), 0..5),
        log in any::<bool>(),
    ) {
        let mut chart = sample::degradation();
        let spacing = if log { Spacing::Log } else { Spacing::Linear };
        chart.steps.spacing = spacing;
        chart.steps.steps = steps
            .into_iter()
            .map(|configured| Step { configured, achieved: Some(configured) })
            .collect();
        chart.panels[1].spacing = spacing;
        chart.panels[1].lines = (0..)
            .zip(readings)
            .map(|(index, readings)| Line {
                name: format!("line {index}"),
                look: Look::nth(index),
                readings,
            })
            .collect();
        check_finite(&chart.scene());
    }

    #[test]
    fn any_windows_draw_a_timeline(
        windows in vec((any::<u64>(), reading(), reading(), figure()), 0..9),
        length in any::<u64>(),
    ) {
        let mut chart = sample::timeline();
        chart.window = Span::from_nanos(length);
        chart.windows = windows
            .into_iter()
            .map(|(start, p50, p99, figure)| Window {
                start: Span::from_nanos(start),
                run: Percentiles { p50, p99 },
                twin: Some(Percentiles { p50: p99, p99: p50 }),
                offered_per_s: figure,
                goodput_per_s: Some(figure),
                never_pct: figure,
            })
            .collect();
        check_finite(&chart.scene());
    }

    #[test]
    fn any_quantiles_draw_a_curve(
        quantiles in vec((figure(), reading()), 0..9),
        samples in any::<u64>(),
    ) {
        let mut chart = sample::percentile();
        let quantile = |(percentile, latency)| Quantile { percentile, latency };
        let quantiles = quantiles.into_iter().map(quantile).collect();
        chart.curves[0].run = Distribution { samples, quantiles };
        check_finite(&chart.scene());
    }

    #[test]
    fn any_contenders_draw_a_pareto(
        contenders in vec((reading(), reading(), figure()), 0..9),
    ) {
        let mut chart = sample::pareto();
        chart.contenders = (0..)
            .zip(contenders)
            .map(|(index, (latency, anomalies, messages))| Contender {
                name: format!("contender {index}"),
                look: Look::nth(index),
                latency,
                anomalies,
                messages,
            })
            .collect();
        check_finite(&chart.scene());
    }

    #[test]
    fn any_stages_draw_a_waterfall(run in vec(figure(), 0..9), twin in vec(figure(), 0..9)) {
        let mut chart = sample::waterfall();
        chart.groups[1].run = Breakdown::Stages(run);
        chart.groups[1].twin = Some(Breakdown::Stages(twin));
        check_finite(&chart.scene());
    }
}
