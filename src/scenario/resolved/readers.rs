//! Indexers and dependants written out again.

use super::{Text, fields, quoted, region_names};
use crate::scenario::model::{Carriage, Dependants, Indexers, Reading};
use crate::scenario::spelt;
use crate::scenario::written::Choice as _;

pub(super) fn write_indexers(file: &mut Text, indexers: &Indexers, regions: &[String]) {
    file.section("[indexers]");
    file.plain("count", indexers.count);
    file.plain("regions", region_names(&indexers.regions, regions));
    file.text("poll", indexers.poll);
    file.text("work", indexers.work);
    file.text("rewrite", indexers.rewrite);
    file.plain("strict", indexers.strict);
    file.text("keeps", indexers.keeps);
    write_reading(file, indexers.reading);
    if indexers.dates {
        file.plain("dates", true);
    }
    if let Some(Carriage { block, room, finality }) = indexers.carries {
        let (block, finality) = (quoted(block), quoted(finality));
        let all = [("block", block), ("room", room.to_string()), ("finality", finality)];
        file.plain("carries", fields(&all));
    }
}

pub(super) fn write_dependants(file: &mut Text, dependants: &Dependants, regions: &[String]) {
    file.section("[dependants]");
    file.plain("count", dependants.count);
    file.plain("regions", region_names(&dependants.regions, regions));
    file.text("share", spelt::share(dependants.share));
    file.text("after", dependants.after);
    file.text("again", dependants.again);
    file.text("retry", dependants.retry);
    file.text("lasts", dependants.lasts);
    file.text("source", dependants.source.word());
    file.text("ttl", dependants.ttl);
    file.text("timeout", dependants.timeout);
    file.text("silence", dependants.silence.word());
    write_reading(file, dependants.reading);
}

/// As far as it is not the usual one.
pub(super) fn write_reading(file: &mut Text, reading: Reading) {
    if reading != Reading::AsMeant {
        file.text("reading", reading.word());
    }
}
