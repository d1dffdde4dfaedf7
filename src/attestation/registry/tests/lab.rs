//! A registry, and words for what it is given.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::attestation::{
    Action, Attestation, AttesterId, Delegation, Id, KeyRing, Name, Operation, SchemaId, Storage,
    Terms,
};

/// Between two blocks, where uids have the time of inclusion.
const BLOCK: Span = Span::from_secs(12);

/// What each word of a history is told.
pub(super) fn verdicts(mut lab: Lab, history: &str) -> String {
    let said = history.split(' ').filter_map(|word| lab.take(word));
    said.collect::<Vec<_>>().join(" ")
}

/// A registry and all that was ever written, by name.
pub(super) struct Lab {
    rules: (Profile, Naming),
    pub(super) registry: Registry,
    ring: KeyRing,
    pub(super) at: VirtualTime,
    pub(super) now: i64,
    pub(super) made: BTreeMap<String, Arc<Signed>>,
}

impl Lab {
    pub(super) fn new(profile: Profile) -> Self {
        Self::naming(profile, profile.naming(None))
    }

    /// Of `eas`, with uids that have the time of inclusion in blocks of 12 s.
    pub(super) fn of_inclusion() -> Self {
        Self::naming(Profile::Eas, Profile::Eas.naming(Some(BLOCK)))
    }

    fn naming(profile: Profile, naming: Naming) -> Self {
        let rules = (profile, naming);
        Self {
            rules,
            registry: Registry::new(rules, &Schema::GENESIS, Span::from_secs(60)),
            ring: KeyRing::modelled(1),
            at: VirtualTime::ZERO,
            now: 0,
            made: BTreeMap::new(),
        }
    }

    /// Does what a word says, and tells what came of it.
    pub(super) fn take(&mut self, word: &str) -> Option<String> {
        match word.strip_prefix("max=").unwrap_or(word) {
            "pause" => self.registry.follow(Rules::Paused),
            "three" => self.registry.follow(Rules::KnowsThreeLocations),
            "go" => self.registry.follow(Rules::Usual),
            most if most != word => {
                let most = Span::from_secs(most.parse().expect("seconds"));
                let schemas = Schema::genesis(most);
                self.registry = Registry::new(self.rules, &schemas, Span::from_secs(60));
            }
            _ => {
                let signed = self.make(word);
                let attempt = u8::from(word.contains(".1"));
                let said = self.told(&signed, attempt);
                self.now += 1;
                return Some(said);
            }
        }
        None
    }

    pub(super) fn apply(&mut self, signed: &Arc<Signed>, attempt: u8) -> Verdict {
        let instants = (self.at, LocalTime(self.now * 1_000_000_000));
        self.registry.apply(instants, signed, attempt).verdict
    }

    fn told(&mut self, signed: &Arc<Signed>, attempt: u8) -> String {
        let instants = (self.at, LocalTime(self.now * 1_000_000_000));
        let applied = self.registry.apply(instants, signed, attempt);
        if applied.verdict != Verdict::Accepted {
            return applied.verdict.name().to_owned();
        }
        let name = self.registry.told(signed, attempt).name;
        let said = name.map_or("accepted".to_owned(), |name| spelt(&signed.id, name));
        let meant = signed.attestation.action.reference();
        match applied.resolved {
            Some(other) if !applied.again => {
                let (name, signed) = self
                    .made
                    .iter()
                    .find(|(_, signed)| signed.attestation.operation == other)
                    .expect("it was made");
                if meant == Some(signed.id) { said } else { format!("{said} on {name}") }
            }
            _ => said,
        }
    }

    /// The name that is written for what is meant, in the way of naming that is followed.
    fn named(&self, target: &Id, named: &str) -> Option<Name> {
        let (number, uid) = named.split_once('%').unwrap_or((named, ""));
        let (block, bump) = uid.split_once('+').unwrap_or((uid, "0"));
        match self.rules.1 {
            Naming::Content => None,
            Naming::Number => number.strip_prefix('#')?.parse().ok().map(Name::of_number),
            Naming::Inclusion { .. } => {
                Some(uid_of(target, (block.parse().ok()?, bump.parse().ok()?)))
            }
        }
    }

    /// The statement of that name, made when it is first named.
    pub(super) fn make(&mut self, word: &str) -> Arc<Signed> {
        let (head, options) = word.split_once('/').unwrap_or((word, ""));
        let (name, reference) = head.split_at(head.find(['<', '>', '+']).unwrap_or(head.len()));
        let name = name.trim_end_matches(".1");
        if let Some(known) = self.made.get(name) {
            return Arc::clone(known);
        }
        let digits = |key: char| options.split('/').find_map(|option| option.strip_prefix(key));
        let option = |key: char| digits(key)?.parse::<i64>().ok();
        let others =
            digits('o').map(|digits| digits.bytes().map(|d| u32::from(d - b'0')).collect());
        let (target, named) =
            reference.split_at(reference.find(['#', '%']).unwrap_or(reference.len()));
        let target = target.get(1..).filter(|target| !target.is_empty());
        // What is taken back off chain lies there, whether or not it has been written yet.
        let place = if option('l') == Some(4) { "/l4" } else { "" };
        let target = target.map(|target| self.make(&format!("{target}{place}")).id);
        let author = attester(name);
        let submitter = name.split_once('@').map(|(_, submitter)| attester(submitter));
        let number: u32 = name[1..2].parse().expect("a digit");
        let deadline = option('d').map(|second| LocalTime(second * 1_000_000_000));
        let terms = self.rules.0.terms(deadline);
        let terms = terms.map(|terms| Terms { nonce: number, ..terms });
        let attestation = Attestation {
            operation: Operation(self.made.len() as u32),
            attester: submitter.unwrap_or(author),
            sequence: number,
            schema: SchemaId(option('x').unwrap_or(0) as u32),
            subject: option('s').unwrap_or(0) as u32,
            action: match (reference.get(..1), target) {
                (Some("+"), _) => Action::Register(Schema::GENESIS[0]),
                (Some(">"), Some(target)) => Action::Revoke(target),
                (_, parent) => Action::Attest { parent },
            },
            written_at: LocalTime(option('w').unwrap_or(0) * 1_000_000_000),
            expires_at: option('e').map(|second| LocalTime(second * 1_000_000_000)),
            data_len: 0,
            storage: storage(option('l')),
            upstream: option('u').map(|second| LocalTime(second * 1_000_000_000)),
            named: target.and_then(|target| self.named(&target, named)),
            delegation: submitter.map(|_| Box::new(Delegation { attester: author, terms })),
            batch: others,
        };
        let author = self.ring.signer(author.0);
        let signed = match submitter.map(|submitter| self.ring.signer(submitter.0)) {
            Some(submitter) => Arc::new(Signed::delegated(attestation, &author, &submitter)),
            None => Signed::new(attestation, &author),
        };
        self.made.insert(name.to_owned(), Arc::clone(&signed));
        signed
    }
}

/// `#2` is number 2, and `%2` the uid of block 2 without a bump.
fn spelt(content: &Id, name: Name) -> String {
    let is_that = |place: &(i64, u32)| uid_of(content, *place) == name;
    let mut uids = (-2..10).flat_map(|block| (0..3).map(move |bump| (block, bump)));
    match (name.number(), uids.find(is_that)) {
        (Some(number), _) => format!("#{number}"),
        (None, Some((block, 0))) => format!("%{block}"),
        (None, Some((block, bump))) => format!("%{block}+{bump}"),
        (None, None) => panic!("a uid of no block"),
    }
}

fn uid_of(content: &Id, (block, bump): (i64, u32)) -> Name {
    Name::uid(content, (LocalTime(block * BLOCK.as_nanos() as i64), BLOCK), bump)
}

fn storage(code: Option<i64>) -> Storage {
    match code {
        None => Storage::Registry,
        Some(1) => Storage::Arweave,
        Some(3) => Storage::Custom,
        Some(4) => Storage::OffChain,
        Some(code) => panic!("no word of these tests has data at {code}"),
    }
}

fn attester(name: &str) -> AttesterId {
    AttesterId(u32::from(name.as_bytes()[0] - b'a'))
}
