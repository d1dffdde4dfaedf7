//! Statements that their authors sign and others submit.

use super::*;
use crate::actors::Delegated;

#[test]
fn a_share_of_statements_is_submitted_by_another_and_nothing_else_changes() {
    let delegated = Some(Delegated { share: 0.3, deadline: Some(Span::from_secs(5)) });
    let setting = LoadSetting { mix: mixed(), ..open(50.0, 20) };
    let direct = run(1, setting.clone(), None).told;
    let by_others = run(1, LoadSetting { delegated, ..setting }, None).told;
    assert_eq!(direct.len(), by_others.len());
    let mut count = 0;
    for ((_, before), (client, planned)) in direct.iter().zip(&by_others) {
        assert_eq!((planned.kind, planned.intended), (before.kind, before.intended));
        let (Some(was), Some(is)) = (&before.attestation, &planned.attestation) else { continue };
        assert_eq!((is.author(), is.subject), (was.author(), was.subject));
        assert_eq!(is.attester.0, client.0, "who submits it has it");
        let Some(call) = &is.delegation else { continue };
        count += 1;
        assert_eq!(is.attester.0, (call.attester.0 + 1) % CLIENTS, "always the same one");
        let deadline = call.terms.and_then(|terms| terms.deadline);
        assert_eq!(deadline, Some(is.written_at + Span::from_secs(5)));
    }
    let statements = direct.iter().filter(|(_, planned)| planned.attestation.is_some()).count();
    let share = f64::from(count) / statements as f64;
    assert!((0.25..0.35).contains(&share), "{share}");
}
