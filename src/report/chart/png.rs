//! A scene as a PNG at two pixels per unit, smoothed from four.

use plotters::prelude::BitMapBackend;

use super::ChartError;
use super::paint::{self, Hand};
use super::scene::Scene;

/// Fine pixels that become one, along each side.
const MERGED: usize = 2;

pub(super) fn draw(scene: &Scene) -> Result<Vec<u8>, ChartError> {
    let (width, height) = paint::size(scene);
    let mut fine = vec![255; width as usize * height as usize * 3];
    paint::paint(scene, BitMapBackend::with_buffer(&mut fine, (width, height)), Hand::Ours)?;
    let pixels = merged(&fine, width as usize);
    encode(&pixels, width / MERGED as u32, height / MERGED as u32).map_err(|reason| match reason {
        png::EncodingError::IoError(reason) => ChartError::Encode(reason.to_string()),
        other => ChartError::Encode(other.to_string()),
    })
}

fn merged(fine: &[u8], width: usize) -> Vec<u8> {
    let row = width * 3;
    let mut pixels = Vec::with_capacity(fine.len() / (MERGED * MERGED));
    for rows in fine.chunks_exact(row * MERGED) {
        let (upper, lower) = rows.split_at(row);
        for (above, below) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            let mean = |channel: usize| {
                let sum = u16::from(above[channel])
                    + u16::from(above[channel + 3])
                    + u16::from(below[channel])
                    + u16::from(below[channel + 3]);
                ((sum + 2) / 4) as u8
            };
            pixels.extend([mean(0), mean(1), mean(2)]);
        }
    }
    pixels
}

fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    encoder.set_filter(png::FilterType::NoFilter);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(bytes)
}
