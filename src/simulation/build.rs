//! A scenario as processes on hosts in a network.

use std::sync::Arc;

use super::cast::Cast;
use super::faults::{FaultSpan, Timeline};
use super::flow;
use super::liveness;
use super::ops;
use super::readers;
use super::time;
use crate::actors::{
    Actor, Arrivals as Instants, Burst, ChainShape, Client, ClientSetting, Costs, Delegated, Group,
    GroupNeeds, KeyPick, Layout, LoadPlan, LoadSetting, MixShares, PartySetting, REFERENCE_AGE,
    RateStage, Recorded, Reliance, RelyingParty, Router, RouterSetting, StoredData, Validator,
    ValidatorSetting,
};
use crate::attestation::{KeyRing, Naming, Schema};
use crate::flow::routing::Overlay;
use crate::kernel::{Model, ProcessId, Span, VirtualTime, Zipf};
use crate::network::{
    CONTROL_FLOOR, Control, FaultRule, Host, LinkEffect, Order, ProcessSet, Signal, Topology,
    Transport, Window,
};
use crate::ordering::{Catalogue, Committee, Entry, Guarantees, Liveness, Property, Seat};
use crate::scenario::model::{
    Arrivals, Crypto, LoadGroup, Pick, RecordedKind, Scenario, Spacing, TraceRow,
    Transport as Kept, Trust,
};
use crate::trace::Kind;

/// Changes whenever a seed may give another result, and only then.
pub const MODEL: u32 = 4;

/// How long registries remember what they applied, at least: as long as users wait.
const REGISTRY_RETENTION: Span = Span::from_secs(300);

const _: () = assert!(
    LoadGroup::REFERENCE_AGE.as_nanos() <= REFERENCE_AGE.as_nanos(),
    "what a scenario may refer to is still known to the plan"
);

/// Everything about a run that is known before it starts.
pub struct World {
    /// Who is who.
    pub layout: Layout,
    /// The validators as a voting body.
    pub committee: Committee,
    /// Links and what goes wrong on them.
    pub topology: Arc<Topology>,
    /// When each fault is on.
    pub faults: Vec<FaultSpan>,
    /// What the strategy owes and assumes.
    pub guarantees: Guarantees,
    /// By what attestations are named.
    pub naming: Naming,
    /// When it comes through after trouble, if it says so.
    pub liveness: Option<Liveness>,
    /// How long something may be with some correct validators only.
    pub spread: Span,
    /// When faults and load have ended, but for misdeeds.
    pub calm_from: VirtualTime,
    /// How long faults went on before that, misdeeds left out.
    pub trouble: Span,
    /// When the measurement begins.
    pub begin: VirtualTime,
    /// When the run is over.
    pub end: VirtualTime,
    orders: Vec<(VirtualTime, ProcessId, Control)>,
    /// Those whose clocks go by time sources.
    clock_hosts: ProcessSet,
    entry: Entry,
}

impl World {
    /// What `scenario` means under its seed.
    ///
    /// # Panics
    /// If the scenario's ordering is not in the catalogue it was checked against.
    pub fn new(scenario: &Scenario, catalogue: &Catalogue) -> Self {
        let entry = *catalogue.find(&scenario.ordering).expect("the ordering was checked");
        let groups = scenario.load.iter();
        let groups = groups.map(|load| Group { name: load.name.clone(), clients: load.clients });
        let validators = scenario.validators.count;
        let parties = scenario.trust.as_ref().map_or(0, |trust| trust.parties);
        let layout = Layout::new(validators, scenario.routers.count, groups.collect());
        let layout = layout.with_parties(parties);
        let layout = readers::with_readers(layout, scenario);
        let layout = ops::with_watchers(layout, scenario);
        let committee = Committee::new(validators);
        let region_of = regions(scenario, &layout);
        let end = VirtualTime::ZERO + scenario.warmup + scenario.duration + scenario.settle;
        let leader = (entry.first_leader)(&committee).unwrap_or(0).into();
        let cast = Cast { layout: &layout, region_of: &region_of, leader, seed: scenario.seed };
        let timeline = Timeline::new(scenario, &cast, end);
        let clock_hosts = time::hosts(scenario, &cast);
        let network = &scenario.network;
        let topology = Arc::new(Topology {
            region_of,
            one_way: network.delays.one_way.clone(),
            jitter: network.jitter,
            bandwidth: network.bandwidth,
            transport: match network.transport {
                Kept::Stream => Transport::Stream,
                Kept::Datagram => Transport::Datagram,
            },
            rules: with_loss(timeline.rules, network.loss, layout.processes()),
        });
        let guarantees = (entry.guarantees)(&committee, parameters(scenario));
        let liveness = (entry.liveness)(&committee, parameters(scenario)).ok();
        let trouble = liveness::trouble(scenario, end, entry.reads_clock);
        let (faults, orders) = (timeline.spans, timeline.orders);
        let begin = VirtualTime::ZERO + scenario.warmup;
        Self {
            layout,
            committee,
            topology,
            faults,
            guarantees,
            naming: scenario.naming,
            liveness,
            spread: (entry.spread)(&committee, parameters(scenario)),
            calm_from: trouble.calm_from(scenario),
            trouble: trouble.length(),
            begin,
            end,
            orders,
            clock_hosts,
            entry,
        }
    }

    /// What the script tells hosts, in order of time.
    pub fn orders(&self) -> impl Iterator<Item = (VirtualTime, ProcessId, &Order)> {
        self.controls().map(|(at, process, control)| (at, process, &control.order))
    }

    /// The same, with the rules that they come of.
    pub(super) fn controls(&self) -> impl Iterator<Item = (VirtualTime, ProcessId, &Control)> {
        self.orders.iter().map(|(at, process, control)| (*at, *process, control))
    }

    /// The processes and the script.
    pub fn model(&self, scenario: &Scenario) -> Model<Host<Actor>> {
        let processes = self.layout.processes();
        let keys = match scenario.crypto {
            Crypto::Real => KeyRing::real(scenario.seed, processes as usize),
            Crypto::Modelled => KeyRing::modelled(scenario.seed),
        };
        let mut actors: Vec<Actor> = Vec::with_capacity(processes as usize);
        let validators = self.committee.members();
        actors.extend(validators.map(|number| self.validator(scenario, &keys, number)));
        let setting = Arc::new(flow::router_setting(scenario, &self.layout));
        let overlay = flow::overlay(scenario, &self.layout, &self.topology);
        let common = (&setting, overlay.as_ref());
        let routers = 0..self.layout.routers();
        actors.extend(routers.map(|number| self.router(common, &keys, (scenario, number))));
        let groups = 0..scenario.load.len();
        actors.extend(groups.clone().map(|group| self.plan(scenario, group)));
        for group in groups {
            let setting = Arc::new(self.client_setting(scenario, &keys, group));
            let clients = 0..scenario.load[group].clients;
            actors.extend(clients.map(|_| Actor::Client(Client::new(Arc::clone(&setting)))));
        }
        actors.extend(scenario.trust.iter().flat_map(|trust| self.parties(scenario, trust)));
        actors.extend(readers::actors(&self.layout, scenario));
        actors.extend(ops::actors(&self.layout, (scenario, &self.clock_hosts)));
        let host = |actor| Host::new(scenario.seed, Arc::clone(&self.topology), actor);
        let processes = actors.into_iter().map(host).collect();
        Model { processes, script: self.script() }
    }

    /// A start for everybody who acts of itself, the faults, and a close for everybody.
    fn script(&self) -> Vec<(VirtualTime, ProcessId, Signal<crate::actors::Packet>)> {
        let own = |order| Arc::new(Control { rule: Control::OF_THE_RUN, order });
        let starters = self.layout.validators() + self.layout.routers();
        let starters = 0..starters + self.layout.groups().len() as u32;
        let starters = starters.chain(self.layout.indexers());
        let starters = starters.chain(self.layout.monitor().map(|monitor| monitor.0));
        let start = VirtualTime::from_nanos(1);
        let (starting, closing) = (own(Order::Start), own(Order::Close));
        let tell = |at, number, control: &Arc<Control>| {
            (at, ProcessId(number), Signal::Control(Arc::clone(control)))
        };
        let mut script: Vec<_> = starters.map(|number| tell(start, number, &starting)).collect();
        let orders = self.orders.iter();
        script.extend(orders.map(|(at, to, control)| tell(*at, to.0, &Arc::new(control.clone()))));
        let end = self.end - Span::TICK;
        script.extend((0..self.layout.processes()).map(|number| tell(end, number, &closing)));
        script
    }

    fn validator(&self, scenario: &Scenario, keys: &KeyRing, me: u16) -> Actor {
        let costs = &scenario.costs;
        let setting = ValidatorSetting {
            validators: self.layout.validators(),
            cores: scenario.validators.cores,
            costs: Costs {
                sign: costs.sign,
                verify: costs.verify,
                apply: costs.apply,
                read: costs.read,
                receive: costs.receive,
            },
            profile: scenario.profile,
            naming: scenario.naming,
            schemas: Schema::genesis(scenario.max_valid_for),
            retention: REGISTRY_RETENTION.max(ops::longest_wait(scenario)),
            shows: scenario.trust.is_some(),
            watch: ops::watch(&self.layout, scenario),
            ahead: scenario.validators.ahead,
            journal: scenario.indexers.as_ref().map(|indexers| indexers.keeps),
        };
        let signer = keys.signer(me.into());
        let seat = Seat { me, committee: self.committee, signer: signer.clone() };
        let replica = (self.entry.replica)(scenario.seed, seat, parameters(scenario));
        Actor::Validator(Box::new(Validator::new(setting, signer, replica)))
    }

    fn router(
        &self,
        (setting, overlay): (&Arc<RouterSetting>, Option<&Arc<Overlay>>),
        keys: &KeyRing,
        (scenario, number): (&Scenario, u32),
    ) -> Actor {
        let signer = keys.signer(self.layout.router(number).0);
        let place = (number, self.layout.router(0));
        let policies = flow::router_policies(scenario, place, overlay);
        Actor::Router(Box::new(Router::new(Arc::clone(setting), policies, signer)))
    }

    fn client_setting(&self, scenario: &Scenario, keys: &KeyRing, group: usize) -> ClientSetting {
        let load = &scenario.load[group];
        let (committee, submitter) = (self.committee, self.entry.submitter);
        let (ring, params) = (keys.clone(), parameters(scenario).clone());
        ClientSetting {
            committee,
            routers: (0..self.layout.routers()).map(|number| self.layout.router(number)).collect(),
            balance: flow::balance(scenario),
            window: flow::window(scenario),
            needs: GroupNeeds {
                hook: load.hook,
                deadline: load.deadline,
                priority: load.priority,
                promise: load.promise.is_some(),
            },
            reads: readers::read_from(
                &self.layout,
                load.reads.unwrap_or(scenario.validators.reads),
            ),
            retry: load.retry,
            retry_after: scenario.routers.retry_after,
            patience: load.patience,
            watchers: ops::watchers(&self.layout, scenario, group),
            plan: self.layout.plan(group),
            naming: scenario.naming,
            keys: keys.clone(),
            submitter: Box::new(move || submitter(committee, &ring, &params)),
        }
    }

    fn plan(&self, scenario: &Scenario, group: usize) -> Actor {
        let load = &scenario.load[group];
        let (arrivals, closed) = arrivals(scenario, load, group);
        let setting = LoadSetting {
            group: (group as u32, scenario.load.len() as u32),
            first_client: self.layout.client(group, 0),
            clients: load.clients,
            arrivals,
            recorded: recorded(scenario, load),
            closed,
            mix: MixShares {
                revoke: load.mix.revoke,
                replace: load.mix.replace,
                claim: load.mix.claim,
                query: load.mix.query,
                register: load.mix.register,
            },
            keys: match load.keys.pick {
                Pick::Zipf(exponent) => {
                    KeyPick::Zipf(Zipf::new(load.keys.count as usize, exponent))
                }
                Pick::InTurn => KeyPick::InTurn(load.keys.count),
            },
            chain: load.chain.map(|chain| ChainShape {
                length: chain.length,
                gap: chain.gap,
                attesters: chain.attesters,
                waits: chain.waits,
            }),
            burst: load.overlap.map(|overlap| Burst {
                from: overlap.from,
                to: overlap.to,
                window: overlap.window,
            }),
            expires: load.expires,
            profile: scenario.profile,
            batch: load.batch,
            delegated: load
                .delegated
                .map(|of| Delegated { share: of.share, deadline: of.deadline }),
            data: load.data.map(|of| StoredData {
                place: of.place,
                share: of.share,
                upload: of.upload,
                readable: of.readable,
                lost: of.lost,
            }),
            upstream: load.upstream,
            forged: load.forged,
            until: VirtualTime::ZERO + scenario.warmup + scenario.duration,
            reliance: scenario.trust.as_ref().map(|trust| Reliance {
                share: trust.share,
                first: self.layout.party(0),
                parties: trust.parties,
            }),
            dependence: readers::dependence(&self.layout, scenario),
        };
        Actor::Plan(Box::new(LoadPlan::new(setting)))
    }

    fn parties(&self, scenario: &Scenario, trust: &Trust) -> impl Iterator<Item = Actor> {
        let setting = PartySetting {
            validators: self.layout.validators(),
            model: trust.model,
            pause: trust.pause,
            timeout: trust.timeout,
            patience: trust.patience,
            expected: trust.expected,
            learnt: VirtualTime::ZERO + scenario.warmup,
            reads: readers::reads(scenario, trust.reading),
            total_order: self.guarantees.owed.contains(&Property::TotalOrder),
        };
        let parties = 0..trust.parties;
        parties.map(move |_| Actor::Party(Box::new(RelyingParty::new(setting))))
    }

    /// The shard of each process: by region as far as there are regions, else in turn.
    pub fn shard_of(&self, shards: u16) -> Vec<u16> {
        let mut regions = self.topology.region_of.clone();
        regions.sort_unstable();
        regions.dedup();
        let shard = |(number, region): (usize, &u16)| {
            let rank = regions.binary_search(region).unwrap_or(0);
            let place = if usize::from(shards) <= regions.len() { rank } else { number };
            (place % usize::from(shards)) as u16
        };
        self.topology.region_of.iter().enumerate().map(shard).collect()
    }
}

/// The rules of the faults, and the loss that every link has without faults.
fn with_loss(mut rules: Vec<FaultRule>, share: f64, processes: u32) -> Vec<FaultRule> {
    if share > 0.0 {
        let everyone = ProcessSet::new((0..processes).map(ProcessId));
        let effect = LinkEffect::Loss { share, burst: Span::ZERO };
        rules.push(FaultRule {
            fault: Control::OF_THE_RUN,
            number: u8::try_from(rules.len()).expect("the scenario was checked to have few rules"),
            windows: vec![Window { from: VirtualTime::ZERO, until: VirtualTime::MAX, effect }],
            from: everyone.clone(),
            to: everyone,
            both: false,
        });
    }
    rules
}

/// The parameters that the scenario sets for its ordering.
fn parameters(scenario: &Scenario) -> &serde_json::Value {
    scenario.parameters.get(&scenario.ordering).unwrap_or(&serde_json::Value::Null)
}

/// The region of each process, dealt in turn within each kind.
fn regions(scenario: &Scenario, layout: &Layout) -> Vec<u16> {
    let deal = |regions: &[usize], count: u32| -> Vec<u16> {
        let deal = regions.iter().copied().cycle().take(count as usize);
        deal.map(|region| region as u16).collect()
    };
    let mut all = deal(&scenario.validators.regions, layout.validators());
    all.extend(deal(&scenario.routers.regions, layout.routers()));
    all.extend(scenario.load.iter().flat_map(|load| deal(&load.regions, 1)));
    all.extend(scenario.load.iter().flat_map(|load| deal(&load.regions, load.clients)));
    all.extend(scenario.trust.iter().flat_map(|trust| deal(&trust.regions, trust.parties)));
    all.extend(scenario.indexers.iter().flat_map(|some| deal(&some.regions, some.count)));
    all.extend(scenario.dependants.iter().flat_map(|some| deal(&some.regions, some.count)));
    // The monitor and the operators are where the first router is.
    all.resize(layout.processes() as usize, scenario.routers.regions[0] as u16);
    all
}

/// Instants of open load, or users and thinking time of closed load.
fn arrivals(
    scenario: &Scenario,
    load: &LoadGroup,
    group: usize,
) -> (Option<Instants>, Option<(u32, Span)>) {
    let (stages, spacing, shape) = match &load.arrivals {
        Arrivals::Closed { users, think } => return (None, Some((*users, *think))),
        Arrivals::Trace(_) => return (None, None),
        Arrivals::Open { stages, spacing, shape } => (stages, spacing, shape),
    };
    let of_each = match (load.chain, load.overlap) {
        (Some(chain), _) => f64::from(chain.length),
        (None, Some(overlap)) => f64::from(overlap.from + overlap.to) / 2.0,
        (None, None) => 1.0,
    };
    let first = stages.first().map_or(0.0, |stage| stage.from) / of_each;
    let warmup = scenario.warmup.saturating_sub(CONTROL_FLOOR);
    let warmup = RateStage { duration: warmup, from: first, to: first };
    let measured = stages.iter().map(|stage| RateStage {
        duration: stage.duration,
        from: stage.from / of_each,
        to: stage.to / of_each,
    });
    let stages = std::iter::once(warmup).chain(measured).collect();
    let begin = VirtualTime::ZERO + CONTROL_FLOOR;
    let is_poisson = *spacing == Spacing::Poisson;
    let instants = Instants::new(begin, stages, group as u64, is_poisson);
    (Some(instants.shaped(shape.clone(), begin + warmup.duration)), None)
}

/// What is replayed, from the start of what is measured.
fn recorded(scenario: &Scenario, load: &LoadGroup) -> Option<Arc<[Recorded]>> {
    let Arrivals::Trace(trace) = &load.arrivals else { return None };
    let row = |row: &TraceRow| Recorded {
        at: VirtualTime::ZERO + scenario.warmup + row.at,
        kind: match row.kind {
            RecordedKind::Attest => Kind::Attest,
            RecordedKind::Revoke => Kind::Revoke,
            RecordedKind::Replace => Kind::Replace,
            RecordedKind::Claim => Kind::Claim,
            RecordedKind::Query => Kind::Query,
        },
        client: row.attester,
        subject: row.key,
        refers_to: row.refers_to,
    };
    Some(trace.rows.iter().map(row).collect())
}
