//! From gaps to verdicts.

use super::*;
use crate::{
    coverage::{Exposure, Gap, Region, Witness},
    emergency::EmergencyAccess,
    facts::Facts,
    licence::{Licence, Licences},
    sign_in::SignIn,
};

fn closed() -> Gap {
    Gap {
        share: 0.0,
        regions: Vec::new(),
        witness: None,
        exposure: Exposure::default(),
        ordinary: false,
        conditions: Vec::new(),
        only_hypothetical: false,
        emergency_too: false,
        not_decided: None,
    }
}

fn open(share: f64) -> Gap {
    Gap {
        share,
        regions: vec![Region { text: "guests · all apps".to_owned(), share, missing: Vec::new() }],
        witness: Some(Witness { sign_in: SignIn::default(), sentence: "A guest gets in.".to_owned() }),
        ..closed()
    }
}

fn verdict(id: &str, gaps: &[Gap], facts: &Facts) -> Verdict {
    let (live, emergency) = (PolicySet::default(), EmergencyAccess::default());
    let subject = Subject { live: &live, facts, emergency: &emergency };
    find(id).expect("a check").verdict_of_gaps(gaps, &subject)
}

fn licensed(licences: &[Licence]) -> Facts {
    let mut held = Licences::default();
    for licence in licences {
        match licence {
            Licence::EntraIdP1 => held.p1.licensed = true,
            Licence::EntraIdP2 => held.p2.licensed = true,
            _ => held.intune.licensed = true,
        }
    }
    Facts { licences: Some(held), ..Facts::default() }
}

#[test]
fn closed_is_met_and_open_is_not() {
    let facts = licensed(&[Licence::EntraIdP1]);
    assert!(verdict("mfa-all-users", &[closed()], &facts).is_met());
    let Verdict::NotMet { cause, share, .. } = verdict("mfa-all-users", &[open(0.25)], &facts) else {
        panic!("an open gap is not met")
    };
    assert_eq!(cause, "Open: guests · all apps. A guest gets in.");
    assert_eq!(share, Some(0.25));
}

#[test]
fn only_emergency_access_is_met_and_says_so() {
    let mut gap = open(0.01);
    gap.exposure.only_emergency = true;
    let Verdict::Met { how } = verdict("mfa-all-users", &[gap], &licensed(&[Licence::EntraIdP1])) else {
        panic!("leaving emergency access out is good practice")
    };
    assert!(how.contains("emergency access"));
}

#[test]
fn undecided_is_never_a_pass_and_an_open_part_is_certain() {
    let facts = licensed(&[Licence::EntraIdP1]);
    let undecided = Gap { not_decided: Some("too much".to_owned()), ..closed() };
    assert!(matches!(
        verdict("mfa-all-users", std::slice::from_ref(&undecided), &facts),
        Verdict::NotAssessable { missing: Missing::Decision, .. }
    ));
    let partly = Gap { not_decided: Some("too much".to_owned()), ..open(0.5) };
    assert!(matches!(verdict("mfa-all-users", &[partly], &facts), Verdict::NotMet { .. }));
    assert!(matches!(
        verdict("mfa-all-users", &[], &facts),
        Verdict::NotAssessable { missing: Missing::Decision, .. }
    ));
    let mut emergency = open(0.01);
    emergency.exposure.only_emergency = true;
    emergency.not_decided = Some("too much".to_owned());
    assert!(!verdict("mfa-all-users", &[emergency], &facts).is_met());
}

#[test]
fn all_goals_of_a_way_must_be_closed_and_one_way_is_enough() {
    let intune = licensed(&[Licence::EntraIdP1, Licence::Intune]);
    assert!(!verdict("intune-enrolment-every-time", &[closed(), open(1.0)], &intune).is_met());
    assert!(verdict("intune-enrolment-every-time", &[closed(), closed()], &intune).is_met());
    let facts = licensed(&[Licence::EntraIdP1]);
    assert!(verdict("session-unmanaged-daily", &[open(1.0), closed()], &facts).is_met());
    assert!(verdict("session-unmanaged-daily", &[closed(), open(1.0)], &facts).is_met());
    let Verdict::NotMet { share, .. } = verdict("session-unmanaged-daily", &[open(0.5), open(1.0)], &facts)
    else {
        panic!("no way is closed")
    };
    assert_eq!(share, Some(0.5), "the way that the check is named for is reported");
}

#[test]
fn without_the_licence_it_is_not_assessable_and_names_it() {
    let p1 = licensed(&[Licence::EntraIdP1]);
    for gap in [open(1.0), closed()] {
        let Verdict::NotAssessable { why, missing } = verdict("user-risk-high-answered", &[gap], &p1) else {
            panic!("risk needs P2")
        };
        assert_eq!(missing, Missing::Licence(Licence::EntraIdP2));
        assert!(why.contains("Microsoft Entra ID P2"));
    }
    let nothing = licensed(&[]);
    assert!(matches!(
        verdict("mfa-all-users", &[open(1.0)], &nothing),
        Verdict::NotAssessable { missing: Missing::Licence(Licence::EntraIdP1), .. }
    ));
    // Policies stay enforced when P1 ends.
    assert!(verdict("mfa-all-users", &[closed()], &nothing).is_met());
    assert!(matches!(
        verdict("device-all-users", &[open(1.0)], &nothing),
        Verdict::NotAssessable { missing: Missing::Licence(Licence::Intune), .. }
    ));
}

#[test]
fn unknown_licences_are_taken_as_given_and_said() {
    let Verdict::NotMet { cause, .. } = verdict("user-risk-high-answered", &[open(1.0)], &Facts::default())
    else {
        panic!("taken as licensed")
    };
    assert!(cause.ends_with("Licences are not known; Microsoft Entra ID P2 is taken as given."));
    let Verdict::Met { how } = verdict("user-risk-high-answered", &[closed()], &Facts::default()) else {
        panic!("closed")
    };
    assert!(how.ends_with("is taken as given."), "{how}");
}
