//! Draws as cheap as they get, so that what is measured is the engine.

use std::sync::LazyLock;

/// Splitmix64 and a ziggurat.
#[derive(Clone)]
pub(crate) struct Luck {
    state: u64,
    layers: &'static Layers,
}

impl Luck {
    pub(crate) fn new(own: u32) -> Self {
        Self { state: u64::from(own) << 32 | 0x9e37, layers: &LAYERS }
    }

    #[inline]
    pub(crate) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// An exponential number with mean 1.
    #[inline]
    pub(crate) fn exponential(&mut self) -> f64 {
        loop {
            let word = self.word();
            let layer = (word & 255) as usize;
            let x = unit(word) * self.layers.ends[layer];
            if x < self.layers.ends[layer + 1] {
                return x;
            }
            if let Some(x) = self.edge(layer, x) {
                return x;
            }
        }
    }

    /// The rare case: beyond the part of a layer that lies under the curve.
    #[cold]
    fn edge(&mut self, layer: usize, x: f64) -> Option<f64> {
        let unit = unit(self.word());
        let Layers { ends, heights } = self.layers;
        if layer == 0 {
            return Some(ends[1] - unit.ln());
        }
        let height = heights[layer] + unit * (heights[layer + 1] - heights[layer]);
        (height < (-x).exp()).then_some(x)
    }
}

fn unit(word: u64) -> f64 {
    ((word >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

/// Marsaglia and Tsang's ziggurat for the exponential distribution: 256 layers of equal area.
struct Layers {
    /// Right ends of the layers, from the base up.
    ends: [f64; 257],
    /// The density at each end.
    heights: [f64; 257],
}

static LAYERS: LazyLock<Layers> = LazyLock::new(|| {
    let (tail, area) = (7.697_117_470_131_05_f64, 3.949_659_822_581_572e-3_f64);
    let mut ends = [0.0; 257];
    (ends[0], ends[1]) = (area / (-tail).exp(), tail);
    for layer in 2..256 {
        ends[layer] = -(area / ends[layer - 1] + (-ends[layer - 1]).exp()).ln();
    }
    Layers { ends, heights: ends.map(|end| (-end).exp()) }
});
