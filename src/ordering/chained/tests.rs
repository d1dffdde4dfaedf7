use super::block::Rules;
use super::*;
use crate::ordering::certificate::Statement;
use crate::ordering::transcript::Hunt;

/// Random weather, then calm; in the end nothing is missing.
pub(in crate::ordering) fn settling<S: Family>() -> Hunt<S> {
    Hunt { catches_up: true, settles: true, ..Hunt::default() }
}

pub(in crate::ordering) fn by_reputation<S: Family<Params = Params>>() -> Hunt<S> {
    let params = Params { leaders: Leaders::Reputation, ..Params::default() };
    Hunt { params, ..settling() }
}

/// What breaks when a bug is planted, with rounds that are hardly long enough, too short, and
/// in between. Where about as many votes as timeouts are in time a bug in either shows best.
pub(in crate::ordering) fn broken<S: Family<Params = Params>>(
    planted: Option<Planted>,
    leaders: Leaders,
) -> Option<String> {
    [70, 1, 40, 15].into_iter().find_map(|millis| {
        let (timeout, batch_delay) = (Span::from_millis(millis), Span::from_millis(10));
        let params = Params { planted, timeout, batch_delay, leaders, ..Params::default() };
        // The shortest rounds take longest to hunt in, as so many of them fail.
        let runs = if millis == 1 { 60 } else { 300 };
        let hunt = Hunt::<S> { params, runs, ..settling() };
        hunt.find().map(|(_, how)| how)
    })
}

/// Everybody wishes to leave round 9 and knows no certificate but that of the genesis; the last
/// one says that it knows one of this round.
fn is_accepted(claimed: Round) -> bool {
    let (committee, keys) = (Committee::new(4), KeyRing::modelled(1));
    let wish = |voter: u16| {
        let high = if voter == 2 { claimed } else { 0 };
        let signature = Wish { round: 9, high }.signed_by(&keys.signer(voter.into()));
        (voter, high, signature)
    };
    let tc = Some(Tc::new(9, (0..3).map(wish).collect()));
    let rules = Rules {
        quorum: committee.quorum(),
        chain: 2,
        committee,
        keys: keys.clone(),
        fairness: None,
    };
    rules.accept_proof(&Proof { high: block::genesis(), tc })
}

#[test]
fn a_timeout_certificate_names_no_certificate_that_its_sender_cannot_show() {
    assert!(is_accepted(0));
    assert!(!is_accepted(8));
}
