//! A scene as an SVG document.

use std::fmt::Write;

use plotters::prelude::SVGBackend;

use super::ChartError;
use super::paint::{self, FINE, Hand};
use super::scene::Scene;

pub(super) fn draw(scene: &Scene) -> Result<String, ChartError> {
    let (width, height) = paint::size(scene);
    let mut drawn = String::new();
    paint::paint(scene, SVGBackend::with_string(&mut drawn, (width, height)), Hand::Reader)?;
    let (_, body) = drawn.split_once('>').ok_or_else(|| ChartError::Draw(drawn.clone()))?;
    let title = escaped(&scene.title);
    let mut svg = String::with_capacity(body.len() + 512);
    let written = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title>{body}",
        width / FINE,
        height / FINE,
    );
    written.expect("a string takes any text");
    Ok(svg)
}

fn escaped(words: &str) -> String {
    words.chars().fold(String::new(), |mut text, c| {
        match c {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '"' => text.push_str("&quot;"),
            other => text.push(other),
        }
        text
    })
}
