//! Values on the command line: seeds, overrides, axes.

use super::over::Over;
use crate::scenario::claim::Axis;

/// Seeds in order, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seeds(pub(super) Vec<u64>);

/// The most seeds of one command.
const MOST_SEEDS: u64 = 100_000;

pub(super) fn seed_of(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

pub(super) fn seeds_of(text: &str) -> Result<Seeds, String> {
    let number = |text: &str| {
        seed_of(text).map_err(|_| format!("`{text}` is not a seed: write 1..20 or 1,4,9"))
    };
    let mut seeds = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            None => seeds.push(number(part)?),
            Some((first, last)) => {
                let (first, last) = (number(first)?, number(last.trim_start_matches('='))?);
                if last < first {
                    return Err(format!("`{part}` runs backwards: write {last}..{first}"));
                }
                if last - first >= MOST_SEEDS {
                    return Err(format!("`{part}` has more than {MOST_SEEDS} seeds"));
                }
                seeds.extend(first..=last);
            }
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    Ok(Seeds(seeds))
}

pub(super) fn override_of(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("write PATH=VALUE, as in ordering=causal")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}

/// A share as scenarios write it, `5%`; it may be more than all.
pub(super) fn share_of(text: &str) -> Result<f64, String> {
    let form = || format!("`{text}` is no share: write it like 5%");
    let number = text.trim().strip_suffix('%').ok_or_else(form)?.trim_end();
    let is_plain = number.starts_with(|c: char| c.is_ascii_digit());
    let percent: f64 = number.parse().ok().filter(|_| is_plain).ok_or_else(form)?;
    if percent.is_finite() { Ok(percent / 100.0) } else { Err(form()) }
}

pub(super) fn over_of(text: &str) -> Result<Over, String> {
    Over::parse(text)
}

pub(super) fn axis_of(text: &str) -> Result<Axis, String> {
    let axis = Axis::parse(text)?;
    let is_all = axis.path == "ordering" && axis.values == ["all"];
    if axis.values.len() < 2 && !is_all {
        return Err("name at least two values, as in ordering=arrival,causal".to_owned());
    }
    Ok(axis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_ranges_and_lists() {
        let check =
            |text: &str, seeds: &[u64]| assert_eq!(seeds_of(text), Ok(Seeds(seeds.to_vec())));
        check("1..3", &[1, 2, 3]);
        check("4", &[4]);
        check("9,1..2", &[1, 2, 9]);
        assert!(seeds_of("3..1").is_err());
        assert!(seeds_of("one").is_err());
        assert!(seeds_of("1..99999999").is_err());
    }

    #[test]
    fn an_axis_has_a_path_and_values() {
        let values = |text: &str| axis_of(text).map(|axis| (axis.path, axis.values.len()));
        assert_eq!(values("ordering=a,b"), Ok(("ordering".to_owned(), 2)));
        assert!(values("ordering=a").is_err());
        assert!(values("ordering").is_err());
        assert!(values("ordering=all").is_ok());
        assert!(values("ordering=a,b,a").is_err());
    }
}
