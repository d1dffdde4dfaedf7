//! Why what readers are told is not owed, beyond what the ordering assumes: who asks relies on
//! those who answer.

use std::collections::BTreeSet;

use super::{Failed, validators, when};
use crate::kernel::VirtualTime;
use crate::network::Order;
use crate::simulation::World;

/// A validator had forgotten or is Byzantine, and some client asks nobody else.
pub(super) fn of_one(world: &World) -> Option<Failed> {
    let (since, who) = unreliable(world).next()?;
    let at = when(world, since);
    let why = format!(
        "who asks one relies on it, and {at} validator-{who} lost its state or was Byzantine"
    );
    Some(Failed { since, why })
}

/// So many had forgotten or are Byzantine that most may say what is over.
pub(super) fn of_a_quorum(world: &World) -> Option<Failed> {
    let (size, quorum) = (world.committee.size(), world.committee.quorum());
    // Of the q that applied it so many may say otherwise, with those that it never reached.
    let most = (2 * quorum - size) / 2;
    let mut astray = BTreeSet::new();
    let (since, _) = unreliable(world).find(|(_, who)| {
        astray.insert(*who);
        astray.len() as u32 > most
    })?;
    let (at, count) = (when(world, since), astray.len());
    let why = format!(
        "a reader of a quorum endures {most} that lost their state or are Byzantine, and {at} \
         there were {count}"
    );
    Some(Failed { since, why })
}

/// Validators that forgot or turned Byzantine, and when.
fn unreliable(world: &World) -> impl Iterator<Item = (VirtualTime, u32)> + '_ {
    let told = validators(world).filter(|(_, _, order)| {
        matches!(
            order,
            Order::Crash { state_lost: true } | Order::RollBack(_) | Order::Misbehave(_)
        )
    });
    told.map(|(at, who, _)| (at, who.0))
}
