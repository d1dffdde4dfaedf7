//! Indexers and dependants of a scenario as actors.

use std::sync::Arc;

use crate::actors::{
    Actor, Carriage, Dependant, DependantSetting, Dependence, Indexer, IndexerSetting, Layout,
    ReadFrom,
};
use crate::attestation::Interpretation;
use crate::scenario::model::{Dependants, Indexers, Reading, Reads, Scenario, Source};

/// The layout with the readers of the scenario.
pub(super) fn with_readers(layout: Layout, scenario: &Scenario) -> Layout {
    let indexers = scenario.indexers.as_ref().map_or(0, |some| some.count);
    let dependants = scenario.dependants.as_ref().map_or(0, |some| some.count);
    layout.with_readers(indexers, dependants)
}

/// Whom questions go to.
pub(super) fn read_from(layout: &Layout, reads: Reads) -> ReadFrom {
    match reads {
        Reads::One => ReadFrom::One,
        Reads::Quorum => ReadFrom::Quorum,
        Reads::Index => ReadFrom::Index(layout.indexers()),
    }
}

/// What depends on what a plan plans.
pub(super) fn dependence(layout: &Layout, scenario: &Scenario) -> Option<Dependence> {
    let Dependants { share, count, after, .. } = *scenario.dependants.as_ref()?;
    Some(Dependence { share, first: layout.dependant(0), dependants: count, after })
}

/// The readers, in the order of the layout.
pub(super) fn actors(layout: &Layout, scenario: &Scenario) -> Vec<Actor> {
    let indexers = scenario.indexers.iter().flat_map(|some| {
        let setting = indexer_setting(some, layout, scenario);
        (0..some.count).map(move |_| Actor::Indexer(Box::new(Indexer::new(setting))))
    });
    let dependants = scenario.dependants.iter().flat_map(|some| {
        let setting = Arc::new(dependant_setting(some, layout, scenario));
        let make = move |_| Actor::Dependant(Box::new(Dependant::new(Arc::clone(&setting))));
        (0..some.count).map(make)
    });
    indexers.chain(dependants).collect()
}

/// What somebody who reads so makes of the records of the scenario's registries.
pub(super) fn reads(scenario: &Scenario, reading: Reading) -> Interpretation {
    Interpretation { profile: scenario.profile, reading }
}

fn indexer_setting(indexers: &Indexers, layout: &Layout, scenario: &Scenario) -> IndexerSetting {
    IndexerSetting {
        validators: layout.validators(),
        poll: indexers.poll,
        work: indexers.work,
        rewrite: indexers.rewrite,
        read: scenario.costs.read,
        is_strict: indexers.strict,
        keeps: indexers.keeps,
        reads: reads(scenario, indexers.reading),
        dates: indexers.dates,
        carries: indexers.carries.map(|to| Carriage {
            block: to.block,
            room: to.room,
            finality: to.finality,
        }),
    }
}

fn dependant_setting(
    dependants: &Dependants,
    layout: &Layout,
    scenario: &Scenario,
) -> DependantSetting {
    DependantSetting {
        sources: match dependants.source {
            Source::Validator => 0..layout.validators(),
            Source::Index => layout.indexers(),
        },
        ttl: dependants.ttl,
        timeout: dependants.timeout,
        silence: dependants.silence,
        reads: reads(scenario, dependants.reading),
        again: dependants.again,
        retry: dependants.retry,
        lasts: dependants.lasts,
    }
}
