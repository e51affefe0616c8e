//! Each judged check: met, not met, and not assessable where that exists.

use super::*;
use crate::{
    arbitrary::any_policy,
    emergency::EmergencyAccess,
    facts::{Facts, Members},
    licence::Licences,
    names::{NameEntry, NameKind, Names},
    snapshot::ReferenceState,
    wellknown::DIRECTORY_SYNC_ROLE_ID,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const GROUP: &str = "7b1f4c9e-0000-4000-8000-000000000001";
const OTHER: &str = "7b1f4c9e-0000-4000-8000-000000000002";
const PLACE: &str = "7b1f4c9e-0000-4000-8000-000000000003";

/// MFA for all users and apps, with changes at dotted paths.
fn policy(name: &str, changes: &[(&str, Value)]) -> Value {
    let mut body = json!({
        "displayName": name, "state": "enabled",
        "conditions": {
            "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    for (path, value) in changes {
        let place = path.split('.').fold(&mut body, |inner, name| &mut inner[name]);
        *place = value.clone();
    }
    body
}

fn names(entries: &[(NameKind, &str, Option<Value>, ReferenceState)]) -> Names {
    let mut names = Names::new();
    for (kind, id, body, state) in entries {
        names.add(*kind, id, NameEntry { name: None, state: *state, body: body.clone() });
    }
    names
}

fn judge_with(id: &str, bodies: &[Value], names: Names, facts: &Facts) -> Verdict {
    let live = PolicySet::of_bodies(bodies, names);
    let emergency = EmergencyAccess::recognise(&live, facts);
    let subject = Subject { live: &live, facts, emergency: &emergency };
    find(id).expect("a check").judge(&subject).expect("a judged check")
}

fn judge(id: &str, bodies: &[Value]) -> Verdict {
    judge_with(id, bodies, Names::new(), &Facts::default())
}

/// The same where the group is called what it is for.
fn judge_named(id: &str, bodies: &[Value]) -> Verdict {
    let mut names = Names::new();
    names.insert(NameKind::Group, GROUP, "Break glass", None);
    judge_with(id, bodies, names, &Facts::default())
}

#[track_caller]
fn met(verdict: &Verdict) {
    assert!(verdict.is_met(), "{verdict:?}");
}

#[track_caller]
fn not_met(verdict: &Verdict, keys: &[&str]) {
    let Verdict::NotMet { policies, cause, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(policies, keys, "{cause}");
}

#[track_caller]
fn unknown(verdict: &Verdict) {
    assert!(matches!(verdict, Verdict::NotAssessable { missing: Missing::Facts, .. }), "{verdict:?}");
}

fn members(entries: &[(NameKind, &str, u64)]) -> Facts {
    let memberships = entries
        .iter()
        .map(|(kind, id, head_count)| {
            let ids = (0..*head_count).map(|n| Uuid::from_u128(u128::from(n) + 1)).collect();
            ((*kind, (*id).to_owned()), Members { ids, head_count: *head_count, complete: true })
        })
        .collect();
    Facts { memberships, ..Facts::default() }
}

fn licensed(p1: bool, p2: bool, units: i64) -> Option<Licences> {
    let mut licences = Licences::default();
    (licences.p1.licensed, licences.p2.licensed, licences.p1.enabled_units) = (p1, p2, units);
    Some(licences)
}

/// Four policies that all leave the group out, and a block that may not.
fn guarded(block_too: bool) -> Vec<Value> {
    let out = json!([GROUP]);
    let mut all: Vec<Value> = (0..4)
        .map(|n| policy(&format!("P{n}"), &[("conditions.users.excludeGroups", out.clone())]))
        .collect();
    let out = if block_too { out } else { json!([]) };
    all.push(policy(
        "Block",
        &[
            ("grantControls.builtInControls", json!(["block"])),
            ("conditions.users.excludeGroups", out),
            ("conditions.clientAppTypes", json!(["other"])),
        ],
    ));
    all
}

#[test]
fn emergency_access() {
    let two = members(&[(NameKind::Group, GROUP, 2)]);
    met(&judge_named("emergency-access-exists", &guarded(true)));
    not_met(&judge("emergency-access-exists", &guarded(true)), &[]);
    not_met(&judge("emergency-access-exists", &[policy("P", &[])]), &[]);
    unknown(&judge("emergency-access-exists", &[]));
    met(&judge_named("emergency-access-not-blocked", &guarded(true)));
    not_met(&judge_named("emergency-access-not-blocked", &guarded(false)), &["name:Block"]);
    unknown(&judge("emergency-access-not-blocked", &[policy("P", &[])]));
    let with = |id: &str, facts: &Facts| judge_with(id, &guarded(true), Names::new(), facts);
    met(&with("emergency-access-not-too-many", &two));
    not_met(&with("emergency-access-not-too-many", &members(&[(NameKind::Group, GROUP, 5)])), &[]);
    unknown(&judge_named("emergency-access-not-too-many", &guarded(true)));
    unknown(&with("emergency-access-not-too-many", &Facts::default()));
    met(&with("emergency-access-two-accounts", &two));
    not_met(&with("emergency-access-two-accounts", &members(&[(NameKind::Group, GROUP, 1)])), &[]);
    unknown(&judge_named("emergency-access-two-accounts", &guarded(true)));
}

#[test]
fn a_candidate_is_named_and_is_not_enough() {
    let only = [policy("P", &[("conditions.users.excludeGroups", json!([GROUP]))])];
    let Verdict::NotMet { cause, .. } = judge("emergency-access-exists", &only) else {
        panic!("a candidate")
    };
    assert!(cause.contains(GROUP), "{cause}");
}

#[test]
fn directory_synchronisation() {
    let id = "directory-sync-left-out";
    let role = [(NameKind::Role, DIRECTORY_SYNC_ROLE_ID, 1)];
    let left_out = policy("P", &[("conditions.users.excludeRoles", json!([DIRECTORY_SYNC_ROLE_ID]))]);
    met(&judge(id, std::slice::from_ref(&left_out)));
    not_met(&judge_with(id, &[left_out, policy("Q", &[])], Names::new(), &members(&role)), &["name:Q"]);
    unknown(&judge(id, &[policy("Q", &[])]));
    let nobody = members(&[(NameKind::Role, DIRECTORY_SYNC_ROLE_ID, 0)]);
    met(&judge_with(id, &[policy("Q", &[])], Names::new(), &nobody));
    // A block of legacy clients does not concern it.
    met(&judge_with(
        id,
        &[policy("L", &[("conditions.clientAppTypes", json!(["other", "exchangeActiveSync"]))])],
        Names::new(),
        &members(&role),
    ));
    // Left out by a group that holds the account.
    let by_group = policy("G", &[("conditions.users.excludeGroups", json!([GROUP]))]);
    let both = members(&[(NameKind::Role, DIRECTORY_SYNC_ROLE_ID, 1), (NameKind::Group, GROUP, 3)]);
    met(&judge_with(id, &[by_group], Names::new(), &both));
}

#[test]
fn exclusions_need_a_fallback() {
    let id = "exclusions-have-fallback";
    let main = policy("P", &[("conditions.users.excludeGroups", json!([GROUP]))]);
    not_met(&judge(id, std::slice::from_ref(&main)), &["name:P"]);
    let fallback = policy("F", &[("conditions.users", json!({"includeGroups": [GROUP]}))]);
    met(&judge(id, &[main.clone(), fallback]));
    for narrower in [
        ("conditions.clientAppTypes", json!(["browser"])),
        ("conditions.applications.includeApplications", json!(["Office365"])),
        ("state", json!("enabledForReportingButNotEnforced")),
        ("conditions.applications.excludeApplications", json!([OTHER])),
    ] {
        let fallback =
            policy("F", &[("conditions.users", json!({"includeGroups": [GROUP]})), narrower.clone()]);
        not_met(&judge(id, &[main.clone(), fallback]), &["name:P"]);
    }
    met(&judge_named(id, &guarded(true)));
    not_met(&judge(id, &guarded(true)[..2]), &["name:P0", "name:P1"]);
}

#[test]
fn apps_that_policies_for_all_apps_exclude() {
    let excluding = |app: &str| policy("P", &[("conditions.applications.excludeApplications", json!([app]))]);
    let rights = "00000012-0000-0000-c000-000000000000";
    not_met(&judge("all-apps-without-exclusions", &[excluding(OTHER)]), &["name:P"]);
    met(&judge("all-apps-without-exclusions", &[excluding(rights)]));
    not_met(&judge("rights-management-guests", &[excluding(OTHER)]), &["name:P"]);
    met(&judge("rights-management-guests", &[excluding(rights)]));
    let no_guests = policy("P", &[("conditions.users.excludeUsers", json!(["GuestsOrExternalUsers"]))]);
    met(&judge("rights-management-guests", &[no_guests]));
}

#[test]
fn agents_need_policies_of_their_own() {
    let users = ("conditions.users", json!({"includeUsers": ["None"]}));
    let identities = policy(
        "I",
        &[
            users.clone(),
            ("conditions.clientApplications", json!({"includeAgentIdServicePrincipals": ["All"]})),
        ],
    );
    let agents = policy("U", &[users, ("conditions.agents", json!({"includeAgentUsers": ["All"]}))]);
    met(&judge("agents-covered", &[identities.clone(), agents]));
    not_met(&judge("agents-covered", &[identities]), &[]);
    let facts = Facts { licences: licensed(false, false, 0), ..Facts::default() };
    let verdict = judge_with("agents-covered", &[], Names::new(), &facts);
    assert!(matches!(verdict, Verdict::NotAssessable { missing: Missing::Licence(_), .. }), "{verdict:?}");
}

#[test]
fn places() {
    let block = policy(
        "P",
        &[
            ("grantControls.builtInControls", json!(["block"])),
            ("conditions.locations", json!({"includeLocations": ["All"], "excludeLocations": [PLACE]})),
        ],
    );
    let block = std::slice::from_ref(&block);
    let trusted = policy(
        "T",
        &[("conditions.locations", json!({"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}))],
    );
    let place = |kind: &str| {
        let body = json!({"@odata.type": kind});
        names(&[(NameKind::NamedLocation, PLACE, Some(body), ReferenceState::Resolved)])
    };
    met(&judge("named-locations-used", block));
    not_met(&judge("named-locations-used", &[trusted]), &["name:T"]);
    let facts = Facts::default();
    met(&judge_with("countries-blocked", block, place("#microsoft.graph.countryNamedLocation"), &facts));
    not_met(
        &judge_with("countries-blocked", block, place("#microsoft.graph.ipNamedLocation"), &facts),
        &["name:P"],
    );
    unknown(&judge("countries-blocked", block));
    not_met(&judge("countries-blocked", &[policy("P", &[])]), &[]);
}

#[test]
fn targets_and_controls() {
    let nobody = policy("N", &[("conditions.users", json!({"includeUsers": ["None"]}))]);
    let nothing = policy("A", &[("conditions.applications", json!({"includeApplications": ["None"]}))]);
    let off = policy("O", &[("state", json!("disabled")), ("conditions.users", Value::Null)]);
    not_met(
        &judge("policy-without-target", &[nobody, policy("P", &[]), nothing, off]),
        &["name:N", "name:A"],
    );
    met(&judge("policy-without-target", &[policy("P", &[])]));
    let empty_group = policy("E", &[("conditions.users", json!({"includeGroups": [GROUP]}))]);
    let empty_group = std::slice::from_ref(&empty_group);
    let none = members(&[(NameKind::Group, GROUP, 0)]);
    not_met(&judge_with("policy-without-target", empty_group, Names::new(), &none), &["name:E"]);
    met(&judge("policy-without-target", empty_group));
    not_met(&judge("policy-without-control", &[policy("C", &[("grantControls", Value::Null)])]), &["name:C"]);
    met(&judge("policy-without-control", &[policy("P", &[])]));
}

#[test]
fn deleted_objects() {
    let bodies = [policy("P", &[("conditions.users.excludeGroups", json!([GROUP]))])];
    let state = |state| names(&[(NameKind::Group, GROUP, None, state)]);
    let facts = Facts::default();
    not_met(&judge_with("deleted-references", &bodies, state(ReferenceState::Deleted), &facts), &["name:P"]);
    met(&judge_with("deleted-references", &bodies, state(ReferenceState::Resolved), &facts));
    unknown(&judge("deleted-references", &bodies));
    met(&judge("deleted-references", &[policy("P", &[])]));
}

#[test]
fn controls_and_conditions_that_mislead() {
    let both = policy(
        "R",
        &[("conditions.userRiskLevels", json!(["high"])), ("conditions.signInRiskLevels", json!(["high"]))],
    );
    not_met(&judge("risk-kinds-apart", &[both]), &["name:R"]);
    met(&judge("risk-kinds-apart", &[policy("P", &[("conditions.userRiskLevels", json!(["high"]))])]));
    let approved = policy("A", &[("grantControls.builtInControls", json!(["approvedApplication"]))]);
    not_met(&judge("approved-app-retired", &[approved]), &["name:A"]);
    met(&judge("approved-app-retired", &[policy("P", &[])]));
    let evaluation = |mode: &str| {
        policy("C", &[("sessionControls", json!({"continuousAccessEvaluation": {"mode": mode}}))])
    };
    not_met(&judge("continuous-access-not-disabled", &[evaluation("disabled")]), &["name:C"]);
    met(&judge("continuous-access-not-disabled", &[evaluation("strictLocation")]));
}

#[test]
fn report_only_grows_stale() {
    let dated = |day: &str| {
        policy(
            "R",
            &[
                ("state", json!("enabledForReportingButNotEnforced")),
                ("createdDateTime", json!("2026-01-01T00:00:00Z")),
                ("modifiedDateTime", json!(day)),
            ],
        )
    };
    let facts = Facts { taken_at: "2026-08-01T00:00:00Z".parse().ok(), ..Facts::default() };
    let with = |body: Value| judge_with("stale-report-only", &[body], Names::new(), &facts);
    not_met(&with(dated("2026-05-01T00:00:00Z")), &["name:R"]);
    met(&with(dated("2026-05-03T00:00:00Z")));
    let never_changed = policy(
        "N",
        &[
            ("state", json!("enabledForReportingButNotEnforced")),
            ("createdDateTime", json!("2026-01-01T00:00:00Z")),
        ],
    );
    not_met(&with(never_changed), &["name:N"]);
    unknown(&with(policy("U", &[("state", json!("enabledForReportingButNotEnforced"))])));
    unknown(&judge("stale-report-only", &[dated("2026-05-01T00:00:00Z")]));
    met(&judge("stale-report-only", &[policy("P", &[])]));
}

#[test]
fn licences_and_security_defaults() {
    let risk = [policy("R", &[("conditions.userRiskLevels", json!(["high"]))])];
    let facts = |licences, people, security_defaults| Facts {
        licences,
        people,
        security_defaults,
        ..Facts::default()
    };
    let with = |id: &str, bodies: &[Value], facts: &Facts| judge_with(id, bodies, Names::new(), facts);
    let p1 = facts(licensed(true, false, 10), Some(12), None);
    not_met(&with("features-licensed", &risk, &p1), &["name:R"]);
    met(&with("features-licensed", &risk, &facts(licensed(true, true, 10), None, None)));
    unknown(&judge("features-licensed", &risk));
    not_met(&with("licences-for-everyone", &risk, &p1), &["name:R"]);
    met(&with("licences-for-everyone", &risk, &facts(licensed(true, false, 12), Some(12), None)));
    unknown(&with("licences-for-everyone", &risk, &facts(licensed(true, false, 12), None, None)));
    let id = "security-defaults-without-p1";
    met(&judge(id, &risk));
    for licences in [licensed(false, false, 0), licensed(true, false, 1), None] {
        met(&with(id, &[], &facts(licences.clone(), None, Some(true))));
        not_met(&with(id, &[], &facts(licences.clone(), None, Some(false))), &[]);
        unknown(&with(id, &[], &facts(licences, None, None)));
    }
}

#[test]
fn without_p2_risk_is_not_assessable() {
    let facts = Facts { licences: licensed(true, false, 1), ..Facts::default() };
    let verdict = judge_with("risk-kinds-apart", &[], Names::new(), &facts);
    assert!(matches!(verdict, Verdict::NotAssessable { missing: Missing::Licence(_), .. }), "{verdict:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(policytab_test_support::cases(64)))]
    #[test]
    fn judging_never_panics_and_names_policies_of_the_set(bodies in prop::collection::vec(any_policy(), 0..6)) {
        let facts = members(&[(NameKind::Group, GROUP, 3), (NameKind::Role, DIRECTORY_SYNC_ROLE_ID, 1)]);
        let live = PolicySet::of_bodies(&bodies, Names::new());
        let emergency = EmergencyAccess::recognise(&live, &facts);
        let subject = Subject { live: &live, facts: &facts, emergency: &emergency };
        for check in checks() {
            if let Some(Verdict::NotMet { policies, cause, .. }) = check.judge(&subject) {
                prop_assert!(cause.ends_with('.'), "{}: {}", check.id, cause);
                prop_assert!(policies.iter().all(|key| live.policies.iter().any(|one| one.key == *key)));
            }
        }
    }
}
