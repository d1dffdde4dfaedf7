//! The commands of a script.
//!
//! ```text
//! replicas 3                  how many; before anything else happens, else 4
//! set hold 500ms              a parameter of the strategy; likewise
//! skew 1 200ms                the clock of 1 is ahead (-200ms: behind)
//! submit a0 to all            the client hands in a0, routers bring it to all
//! submit a1<a0 to 0 2         a1 refers to a0 and reaches 0 and 2 only (`to none`: nobody)
//! deliver all | 0->1 | ->1    what is on its way arrives, in order of sending; `a->0` from a client
//! deliver all until quiet     and what is sent meanwhile
//! drop 0->2                   what is on its way is lost
//! duplicate 0->1              and arrives twice
//! reverse                     what is on its way arrives in the opposite order
//! advance 500ms               timers fire, nothing arrives
//! run 500ms                   timers fire, what is sent arrives after 10ms
//! crash 0
//! restart 0 kept | lost
//! turn 1                      1 shows its other face, which has heard and said nothing before
//! lead 2                      an operator hands the lead to 2, and tells everybody
//! partition 0 1 | 2 3
//! heal
//! ```

use serde_json::{Map, Value};

use super::names::attester;
use super::network::{Network, Packet};
use crate::kernel::Span;
use crate::ordering::{Peer, Strategy};

/// `written` with every step's outcome replaced by what happens now.
pub(super) fn replay<S: Strategy>(written: &str) -> Result<String, String> {
    let mut stage = Stage::<S>::default();
    let mut happened = String::new();
    for step in written.split("\n\n").map(str::trim).filter(|step| !step.is_empty()) {
        let said = step.split("----").next().unwrap_or(step).trim();
        for line in said.lines().filter(|line| !line.starts_with('#')) {
            stage.perform(line).map_err(|error| format!("{line}: {error}"))?;
        }
        let outcome = stage.outcome();
        let separator = if happened.is_empty() { "" } else { "\n" };
        happened += &format!("{separator}{said}\n");
        if said.lines().any(|line| !line.starts_with('#')) {
            happened += &format!("----\n{outcome}");
        }
    }
    Ok(happened)
}

/// The network, once the first command has needed it.
struct Stage<S: Strategy> {
    replicas: u32,
    params: Map<String, Value>,
    network: Option<Network<S>>,
}

impl<S: Strategy> Default for Stage<S> {
    fn default() -> Self {
        Self { replicas: 4, params: Map::new(), network: None }
    }
}

impl<S: Strategy> Stage<S> {
    fn outcome(&mut self) -> String {
        self.network.as_mut().map(Network::take_log).unwrap_or_default()
    }

    fn perform(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["replicas", size] => self.replicas = number(size)?,
            ["set", key, value] => {
                let value = serde_json::from_str(value).unwrap_or(Value::from(*value));
                self.params.insert((*key).to_owned(), value);
            }
            command => {
                self.open()?;
                let network = self.network.as_mut().ok_or("no network")?;
                act(network, command)?;
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), String> {
        if self.network.is_some() {
            return Ok(());
        }
        let params = Value::Object(self.params.clone());
        let params: S::Params = serde_json::from_value(params).map_err(|e| e.to_string())?;
        S::check(&params)?;
        let post = Box::new(|_, _, _| vec![Span::from_millis(10)]);
        let mut network = Network::new(self.replicas, 1, params, post, true);
        network.start();
        self.network = Some(network);
        Ok(())
    }
}

fn act<S: Strategy>(network: &mut Network<S>, command: &[&str]) -> Result<(), String> {
    match command {
        ["start"] => {}
        ["skew", node, ahead] => {
            let (sign, span) = ahead.strip_prefix('-').map_or((1, *ahead), |rest| (-1, rest));
            network.nodes[number::<usize>(node)?].skew = sign * span_of(span)?.as_nanos() as i64;
        }
        ["submit", item, "to", to @ ..] => submit(network, item, to)?,
        ["deliver", "all"] => take(network, |_| true).into_iter().for_each(|p| network.arrive(p)),
        ["deliver", "all", "until", "quiet"] => {
            while !network.flight.is_empty() {
                let packet = network.flight.remove(0);
                network.arrive(packet);
            }
        }
        ["deliver", way] => on_the_way(network, way)?.into_iter().for_each(|p| network.arrive(p)),
        ["drop", way] => drop(on_the_way(network, way)?),
        ["duplicate", way] => {
            let packets = on_the_way(network, way)?;
            let copies: Vec<Packet<S>> = packets.iter().map(Packet::copy).collect();
            network.flight.extend(packets.into_iter().chain(copies));
        }
        ["reverse"] => network.flight.reverse(),
        ["advance", span] => network.run(span_of(span)?, false),
        ["run", span] => network.run(span_of(span)?, true),
        ["crash", node] => network.crash(number(node)?),
        ["restart", node, "kept"] => network.restart(number(node)?, true),
        ["restart", node, "lost"] => network.restart(number(node)?, false),
        ["turn", node] => network.turn(number(node)?),
        ["lead", node] => network.hand_over(number(node)?),
        ["partition", sides @ ..] => partition(network, sides)?,
        ["heal"] => network.nodes.iter_mut().for_each(|node| node.side = 0),
        _ => return Err("no such command".to_owned()),
    }
    Ok(())
}

fn submit<S: Strategy>(network: &mut Network<S>, item: &str, to: &[&str]) -> Result<(), String> {
    let item = network.names.item(item, network.now)?;
    network.hand_in(&item);
    let to = match to {
        ["all"] => (0..network.nodes.len()).collect(),
        ["none"] => Vec::new(),
        some => some.iter().map(|node| number(node)).collect::<Result<_, _>>()?,
    };
    to.into_iter().for_each(|node| network.submit(node, item.clone()));
    Ok(())
}

fn partition<S: Strategy>(network: &mut Network<S>, words: &[&str]) -> Result<(), String> {
    for (side, members) in (1..).zip(words.split(|word| *word == "|")) {
        for member in members {
            network.nodes[number::<usize>(member)?].side = side;
        }
    }
    Ok(())
}

/// Takes out what is on the way `0->1`; either end may be left open.
fn on_the_way<S: Strategy>(network: &mut Network<S>, way: &str) -> Result<Vec<Packet<S>>, String> {
    let (from, to) = way.split_once("->").ok_or("a way looks like 0->1")?;
    let (from, to) = (end(from)?, end(to)?);
    let matches = |open: Option<Peer>, peer| open.is_none_or(|open| open == peer);
    let taken = take(network, |packet| matches(from, packet.from) && matches(to, packet.to));
    if taken.is_empty() { Err("nothing is on that way".to_owned()) } else { Ok(taken) }
}

fn take<S: Strategy>(
    network: &mut Network<S>,
    wanted: impl Fn(&Packet<S>) -> bool,
) -> Vec<Packet<S>> {
    let (taken, left) = std::mem::take(&mut network.flight).into_iter().partition(wanted);
    network.flight = left;
    taken
}

fn end(text: &str) -> Result<Option<Peer>, String> {
    match (text, attester(text)) {
        ("", _) => Ok(None),
        (_, Some(client)) => Ok(Some(Peer::Submitter(client))),
        _ => number(text).map(|node| Some(Peer::Replica(node))),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

fn span_of(text: &str) -> Result<Span, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}
