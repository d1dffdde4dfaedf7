use attestorm::ordering::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The strategy: nothing before what it refers to, and parents travel with their children.
pub struct Relay;

/// What `[parameters.ordering.relay]` may set.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many ancestors travel with a child at most; 0 to 64.
    pub depth: u32,
    /// From missing a parent to asking a peer for it.
    pub wait: Span,
    /// How many children wait for parents at most; what comes then is not taken in.
    pub held: u32,
    /// How long delivered statements are remembered.
    pub history: Span,
}

impl Default for Params {
    fn default() -> Self {
        let (wait, history) = (Span::from_millis(100), Span::from_secs(300));
        Self { depth: 4, wait, held: 10_000, history }
    }
}

/// What replicas say to one another.
#[derive(Debug)]
pub enum Message {
    /// A child behind its ancestors, the oldest first; or the answer to a question.
    Carry(Vec<Item>),
    /// These are missing here.
    Fetch(Vec<Id>),
}

/// The encoding is what the network carries: its length is the message's size.
impl Encode for Message {
    fn encode(&self, to: &mut dyn Encoder) {
        match self {
            Self::Carry(items) => {
                0_u8.encode(to);
                items.encode(to);
            }
            Self::Fetch(ids) => {
                1_u8.encode(to);
                ids.encode(to);
            }
        }
    }
}

/// What survives a crash: the statements delivered, and when. A clone costs next to nothing.
pub type Kept = Journal<Vec<(LocalTime, Item)>, (LocalTime, Item)>;

impl Strategy for Relay {
    const NAME: &'static str = "relay";
    const SUMMARY: &'static str = "parents travel with their children";
    const NOTES: &'static [&'static str] = &["children that wait for a parent"];
    type Params = Params;
    type Message = Message;
    type Durable = Kept;
    type Replica = Relayer;
    type Submitter = NoSubmitter;

    fn check(params: &Params) -> Result<(), String> {
        let Params { depth, wait, held, history } = params;
        match () {
            () if *depth > 64 => Err(format!("depth = {depth}: must be between 0 and 64")),
            () if *wait < Span::from_millis(1) => {
                Err(format!("wait = {wait}: must be at least 1ms"))
            }
            () if *held == 0 => Err(format!("held = {held}: must be at least 1")),
            () if history < wait => Err(format!("history = {history}: must be at least {wait}")),
            () => Ok(()),
        }
    }

    /// The screens, the comparison and the hunt hold it to this.
    fn guarantees(committee: &Committee, _: &Params) -> Guarantees {
        Guarantees {
            summary: "causal".to_owned(),
            owed: vec![Property::Integrity, Property::CausalOrder],
            assumptions: Assumptions {
                faults: FaultModel::Crash(committee.size() - 1),
                transport: TransportNeed::Datagram,
                delay_bound: None,
                clock_bound: None,
                absence_bound: None,
            },
        }
    }

    /// Virtual CPU, charged before the message is handled: nobody gets it for free.
    fn work(message: &Message) -> Work {
        match message {
            Message::Carry(items) => Work::verify(items.len() as u32),
            Message::Fetch(_) => Work::NONE,
        }
    }

    fn replica(seat: Seat, params: &Params) -> Relayer {
        let longest = Span::from_nanos(params.wait.as_nanos() * 16);
        Relayer {
            delivered: Delivered::new(params.history),
            missing: Chase::new(&seat, Pauses { first: params.wait, longest }),
            held: IdMap::default(),
            children: IdMap::default(),
            params: params.clone(),
            seat,
        }
    }

    fn submitter(_: Committee, _: &KeyRing, _: &Params) -> NoSubmitter {
        NoSubmitter
    }
}

const FETCH: TimerId = TimerId(0);
const NOTE_HELD: u16 = 0;

/// The validator's half.
pub struct Relayer {
    seat: Seat,
    params: Params,
    delivered: Delivered,
    /// Children that wait.
    held: IdMap<Item>,
    /// What waits for each missing parent.
    children: IdMap<Vec<Id>>,
    missing: Chase<Id>,
}

impl Relayer {
    fn parent(item: &Item) -> Option<Id> {
        item.signed.attestation.action.reference()
    }

    /// Delivers `item`, or holds it until its parent is here.
    fn take(&mut self, now: LocalTime, item: Item, out: &mut Out<Relay>) {
        if self.delivered.covers(&item) {
            return;
        }
        match Self::parent(&item) {
            Some(parent) if self.delivered.find(&parent).is_none() => {
                self.hold(now, item, parent, out);
            }
            Some(_) | None => self.deliver(now, item, out),
        }
    }

    fn hold(&mut self, now: LocalTime, item: Item, parent: Id, out: &mut Out<Relay>) {
        let id = item.id();
        if let Some(held) = self.held.find_mut(&id) {
            held.attempt = held.attempt.max(item.attempt);
            return;
        }
        if self.held.len() >= self.params.held as usize {
            return;
        }
        self.children.find_or_insert_with(parent, Vec::new).push(id);
        self.held.insert(id, item.clone());
        self.missing.end(id);
        if !self.held.contains(&parent) {
            self.missing.begin(now, parent, || out.draw());
        }
        out.waits(item);
        out.note(NOTE_HELD, self.held.len() as i64);
    }

    /// Delivers `item`, whatever waited for it, and whatever waited for that.
    fn deliver(&mut self, now: LocalTime, item: Item, out: &mut Out<Relay>) {
        let mut ready = vec![item];
        while let Some(item) = ready.pop() {
            let id = item.id();
            self.delivered.insert(now, &item);
            self.missing.end(id);
            let children = self.children.remove(&id).unwrap_or_default();
            ready.extend(children.iter().filter_map(|child| self.held.remove(child)));
            out.deliver(item);
        }
        out.note(NOTE_HELD, self.held.len() as i64);
        self.delivered.forget_old(now, |_| {});
        out.persist(self.delivered.durable());
    }

    /// One replica for each statement sends it on, its ancestors in front.
    fn carry(&self, child: &Item, out: &mut Out<Relay>) {
        let turn = u32::from(child.id().as_bytes()[0]) % self.seat.committee.size();
        if turn != u32::from(self.seat.me) {
            return;
        }
        let mut line = vec![child.clone()];
        let mut next = Self::parent(child);
        while let Some(ancestor) = next.and_then(|id| self.delivered.find(&id))
            && line.len() <= self.params.depth as usize
        {
            next = Self::parent(ancestor);
            line.push(ancestor.clone());
        }
        if line.len() > 1 {
            line.reverse();
            out.broadcast(Message::Carry(line));
        }
    }

    fn ask(&mut self, now: LocalTime, out: &mut Out<Relay>) {
        for (peer, ids) in self.missing.questions(now) {
            out.send(Peer::Replica(peer), Message::Fetch(ids));
        }
        self.missing.arm(now, FETCH, out);
    }
}

impl Replica<Relay> for Relayer {
    fn submit(&mut self, now: LocalTime, item: Item, out: &mut Out<Relay>) {
        self.carry(&item, out);
        self.take(now, item, out);
        self.ask(now, out);
    }

    fn receive(&mut self, now: LocalTime, from: Peer, message: &Message, out: &mut Out<Relay>) {
        match message {
            Message::Carry(items) => {
                for item in items {
                    if item.signed.is_genuine(self.seat.signer.ring()) {
                        self.take(now, item.clone(), out);
                    }
                }
            }
            Message::Fetch(ids) => {
                let find = |id| self.delivered.find(id).or_else(|| self.held.find(id)).cloned();
                let found: Vec<Item> = ids.iter().filter_map(find).collect();
                if !found.is_empty() {
                    out.send(from, Message::Carry(found));
                }
            }
        }
        self.ask(now, out);
    }

    fn timer(&mut self, now: LocalTime, _: TimerId, out: &mut Out<Relay>) {
        self.missing.fired();
        self.ask(now, out);
    }

    /// After a crash; `None` if the state was lost: then every parent is missing again.
    fn restart(&mut self, _: LocalTime, kept: Option<Kept>, _: &mut Out<Relay>) {
        if let Some(kept) = kept {
            self.delivered.restore(&kept);
        }
    }
}
