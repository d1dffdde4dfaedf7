use super::block::Rules;
use super::*;
use crate::ordering::certificate::Statement;

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
    let rules = Rules { quorum: committee.quorum(), committee, keys: keys.clone() };
    rules.accept_proof(&Proof { high: block::genesis(), tc })
}

#[test]
fn a_timeout_certificate_names_no_certificate_that_its_sender_cannot_show() {
    assert!(is_accepted(0));
    assert!(!is_accepted(8));
}
