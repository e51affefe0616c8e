use super::*;
use crate::normal::{Field, Item};
use serde_json::{Value, json};

const EMERGENCY: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
const SALES: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";
const ADA: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e0a";
const BOB: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e0b";
const THEIRS: &str = "11111111-2222-4333-8444-555555555555";

fn policy(name: &str, users: Value) -> Value {
    json!({
        "displayName": name, "state": "enabled",
        "conditions": {"users": users, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

fn excluding(groups: &[&str], users: &[&str]) -> Value {
    json!({"includeUsers": ["All"], "excludeGroups": groups, "excludeUsers": users})
}

fn set(bodies: &[Value], named: &[(NameKind, &str, &str)]) -> PolicySet {
    let mut names = Names::new();
    for (kind, id, name) in named {
        names.insert(*kind, id, name, None);
    }
    PolicySet::of_bodies(bodies, names)
}

/// Three policies for all users that exclude the same objects.
fn tenant(groups: &[&str], users: &[&str], named: &[(NameKind, &str, &str)]) -> PolicySet {
    let bodies: Vec<Value> = ["1", "2", "3"].map(|name| policy(name, excluding(groups, users))).to_vec();
    set(&bodies, named)
}

fn baseline(group: &str) -> PolicySet {
    set(&[policy("MFA", excluding(&[group], &[]))], &[])
}

fn only(bindings: &Bindings) -> BindingView {
    let mut views = bindings.references();
    assert_eq!(views.len(), 1, "{views:?}");
    views.remove(0)
}

fn ids(policy: &NormalPolicy, field: &Field) -> Vec<String> {
    policy.set(field).iter().map(|item| Item::id(item).to_owned()).collect()
}

#[test]
fn a_placeholder_for_emergency_access_is_what_nearly_every_policy_excludes() {
    let live = tenant(&[SALES, EMERGENCY], &[], &[(NameKind::Group, EMERGENCY, "Notfallzugang break-glass")]);
    for placeholder in ["<EmergencyAccessAccountsGroup>", "CA-BreakGlass", "<emergency access>"] {
        let baseline = baseline(placeholder);
        let bindings = Bindings::suggest(&baseline, &live, &Facts::default());
        let view = only(&bindings);
        assert_eq!(
            (view.state, view.assumption, view.basis),
            (BindingState::Suggested, true, Some(Basis::EmergencyAccess)),
            "{placeholder}"
        );
        assert_eq!(view.live[0].id, EMERGENCY);
        assert_eq!(view.used_by[0].used_for, BindingUse::Exclude);
        let bound = bindings.apply(&baseline.policies[0].normal, &live.names);
        assert_eq!(ids(&bound, &Field::ExcludeGroups), [EMERGENCY]);
        assert!(bindings.assumptions()[0].contains("excluded by 3 of 3 enforced policies"));
    }
    let other = Bindings::suggest(&baseline("<KioskUsers>"), &live, &Facts::default());
    assert_eq!(only(&other).state, BindingState::Unbound);
}

#[test]
fn a_tenant_that_tries_its_policies_out_has_emergency_access_too() {
    let mut bodies = ["1", "2"].map(|name| policy(name, excluding(&[EMERGENCY], &[]))).to_vec();
    for body in &mut bodies {
        body["state"] = json!("enabledForReportingButNotEnforced");
    }
    let view = only(&Bindings::by_name(&baseline("<BreakGlass>"), &set(&bodies, &[])));
    assert_eq!(view.live[0].id, EMERGENCY);
    assert_eq!(view.reason, "excluded by 2 of 2 report-only policies for all users");
    bodies.push(policy("3", excluding(&[], &[])));
    let view = only(&Bindings::by_name(&baseline("<BreakGlass>"), &set(&bodies, &[])));
    assert_eq!(view.live, [], "what is enforced decides");
}

#[test]
fn of_several_groups_without_a_telling_name_a_person_has_to_choose() {
    let live = tenant(&[SALES, EMERGENCY], &[], &[]);
    let bindings = Bindings::suggest(&baseline("<BreakGlass>"), &live, &Facts::default());
    let view = only(&bindings);
    assert_eq!(
        (view.state, view.reason.as_str()),
        (BindingState::Unbound, "group \"<BreakGlass>\" is a placeholder")
    );
    assert_eq!(view.alternatives[0].live.len(), 2);
    assert_eq!(view.alternatives[0].confidence, Confidence::Low);
    let mut facts = Facts::default();
    facts.emergency.refused.insert((NameKind::Group, SALES.to_owned()));
    let view = only(&Bindings::suggest(&baseline("<BreakGlass>"), &live, &facts));
    assert_eq!(view.live[0].id, EMERGENCY);
    facts.emergency.confirmed.insert((NameKind::Group, SALES.to_owned()));
    let view = only(&Bindings::suggest(&baseline("<BreakGlass>"), &live, &facts));
    assert_eq!(view.live[0].id, SALES, "what a person confirmed wins");
}

#[test]
fn a_group_of_the_baseline_may_stand_for_accounts() {
    let live = tenant(&[], &[ADA, BOB], &[]);
    let baseline = baseline("<BreakGlass>");
    let bindings = Bindings::suggest(&baseline, &live, &Facts::default());
    assert_eq!(only(&bindings).live.len(), 2);
    let bound = bindings.apply(&baseline.policies[0].normal, &live.names);
    assert_eq!(ids(&bound, &Field::ExcludeUsers), [ADA, BOB]);
    assert!(ids(&bound, &Field::ExcludeGroups).is_empty());
}

#[test]
fn a_group_that_few_policies_exclude_or_that_many_are_in_is_no_emergency_access() {
    let bodies = [
        policy("1", excluding(&[SALES], &[])),
        policy("2", excluding(&[], &[])),
        policy("3", excluding(&[], &[])),
    ];
    let few = set(&bodies, &[]);
    assert_eq!(only(&Bindings::suggest(&baseline("<BreakGlass>"), &few, &Facts::default())).live, []);
    let live = tenant(&[SALES], &[], &[]);
    let mut facts = Facts::default();
    let members = crate::facts::Members { head_count: 300, ..Default::default() };
    facts.memberships.insert((NameKind::Group, SALES.to_owned()), members);
    assert_eq!(only(&Bindings::suggest(&baseline("<BreakGlass>"), &live, &facts)).live, []);
    let once = set(&[policy("1", excluding(&[SALES], &[]))], &[]);
    assert_eq!(only(&Bindings::suggest(&baseline("<BreakGlass>"), &once, &Facts::default())).live, []);
}

#[test]
fn ids_and_names_take_effect_and_what_is_similar_is_only_proposed() {
    let live = tenant(
        &[SALES],
        &[],
        &[(NameKind::Group, SALES, "Sales"), (NameKind::Group, EMERGENCY, "SG Service Accounts")],
    );
    let by_id = only(&Bindings::by_name(&baseline(SALES), &live));
    assert_eq!((by_id.state, by_id.basis), (BindingState::Suggested, Some(Basis::Id)));
    let named = |name: &str| {
        let theirs = set(&[policy("MFA", excluding(&[THEIRS], &[]))], &[(NameKind::Group, THEIRS, name)]);
        only(&Bindings::by_name(&theirs, &live))
    };
    let same = named(" sales");
    assert_eq!(
        (same.state, same.basis, same.assumption),
        (BindingState::Suggested, Some(Basis::Name), false)
    );
    let similar = named("CA-ServiceAccounts");
    assert_eq!((similar.state, similar.live.len()), (BindingState::Unbound, 0));
    assert_eq!(similar.alternatives[0].basis, Basis::SimilarName);
    assert_eq!(similar.alternatives[0].live[0].id, EMERGENCY);
    assert_eq!(similar.reason, "no group here is called \"CA-ServiceAccounts\"");
    assert_eq!(named("Quite another").alternatives, []);
}

#[test]
fn a_person_decides_and_a_refusal_stays() {
    let live = tenant(&[SALES], &[ADA], &[(NameKind::Group, SALES, "Sales")]);
    let theirs = baseline("<BreakGlass>");
    let mut bindings = Bindings::suggest(&theirs, &live, &Facts::default());
    let reference =
        theirs.policies[0].normal.references().find(|r| r.kind == NameKind::Group).expect("a group");
    bindings.refuse(NameKind::Group, "<BreakGlass>");
    assert!(bindings.unresolved(reference).expect("a reason").contains("left unbound"));
    assert_eq!(only(&bindings).state, BindingState::Refused);
    bindings.confirm(NameKind::Group, "<BreakGlass>", SALES);
    assert_eq!((bindings.unresolved(reference), only(&bindings).state), (None, BindingState::Confirmed));
    assert_eq!(only(&bindings).live[0].label(), "Sales");
    bindings.confirm(NameKind::Group, "<BreakGlass>", ADA);
    let bound = bindings.apply(&theirs.policies[0].normal, &live.names);
    assert_eq!(ids(&bound, &Field::ExcludeUsers), [ADA]);
    assert_eq!(bindings.assumptions(), [""; 0]);
}

#[test]
fn a_named_location_is_what_it_holds() {
    let at = |id: &str| {
        let mut body = policy("MFA", json!({"includeUsers": ["All"]}));
        body["conditions"]["locations"] = json!({"includeLocations": ["All"], "excludeLocations": [id]});
        body
    };
    let place = |id: &str, name: &str, range: &str| {
        let mut names = Names::new();
        let body = json!({"displayName": name, "isTrusted": true, "ipRanges": [{"cidrAddress": range}]});
        names.insert(NameKind::NamedLocation, id, name, Some(body));
        PolicySet::of_bodies(&[at(id)], names)
    };
    let live = place(SALES, "Head office", "192.0.2.0/24");
    let same = only(&Bindings::by_name(&place(THEIRS, "Trusted networks", "192.0.2.9/24"), &live));
    assert_eq!((same.state, same.basis), (BindingState::Suggested, Some(Basis::Content)));
    let other = only(&Bindings::by_name(&place(THEIRS, "Head office", "198.51.100.0/24"), &live));
    assert!(other.reason.contains("holds something else"), "{}", other.reason);
    assert_eq!(other.alternatives[0].basis, Basis::Name);
    let placeholder = only(&Bindings::by_name(&set(&[at("<TrustedLocations>")], &[]), &live));
    assert_eq!((placeholder.state, placeholder.live.len()), (BindingState::Unbound, 0), "not guessed");
}

#[test]
fn a_custom_strength_known_by_name_only_is_what_the_live_one_allows() {
    let asking = |strength: Value| {
        let mut body = policy("MFA", json!({"includeUsers": ["All"]}));
        body["grantControls"] = json!({"operator": "OR", "authenticationStrength": strength});
        body
    };
    let expanded = json!({"id": SALES, "displayName": "Keys", "allowedCombinations": ["fido2"]});
    let live = set(&[asking(expanded)], &[]);
    let kind = NameKind::AuthenticationStrength;
    let theirs = set(&[asking(json!({"id": THEIRS}))], &[(kind, THEIRS, "keys")]);
    let bindings = Bindings::by_name(&theirs, &live);
    assert_eq!(only(&bindings).basis, Some(Basis::Name));
    let bound = bindings.apply(&theirs.policies[0].normal, &live.names);
    assert!(bound.means_same(&live.policies[0].normal));
}

#[test]
fn what_means_itself_stays_as_it_is_written() {
    let asking = |strength: Value| {
        let mut body = policy("MFA", json!({"includeUsers": ["All"]}));
        body["grantControls"] = json!({"operator": "OR", "authenticationStrength": strength});
        body
    };
    let expanded = json!({"id": SALES, "displayName": "Keys", "allowedCombinations": ["fido2"]});
    let tenant = set(&[asking(expanded), asking(json!({"id": SALES}))], &[]);
    let bindings = Bindings::by_name(&tenant, &tenant);
    for policy in &tenant.policies {
        assert!(bindings.apply(&policy.normal, &tenant.names).means_same(&policy.normal));
    }
}

#[test]
fn choices_are_read_whole_or_refused_with_the_entry_named() {
    let file = json!({"bindings": [
        {"kind": "group", "reference": "<BreakGlass>", "live": SALES},
        {"kind": "named_location", "reference": "Offices", "live": null},
        {"kind": "group", "reference": "VIP", "live": [ADA, BOB]},
    ]});
    let choices = parse_choices(file.to_string().as_bytes()).expect("it is fine");
    assert_eq!(choices.iter().map(|choice| choice.live.len()).collect::<Vec<_>>(), [1, 0, 2]);
    for (bindings, wanted) in [
        (
            json!([{"kind": "grupo", "reference": "VIP", "live": null}]),
            "entry 1 (\"VIP\"): \"grupo\" is no kind",
        ),
        (json!([{"kind": "group", "live": null}]), "entry 1: has no \"reference\""),
        (json!([{"kind": "group", "reference": "VIP"}]), "has no \"live\"; null leaves"),
        (json!([{"kind": "group", "reference": "VIP", "live": 7}]), "neither an id"),
        (json!([{"kind": "group", "reference": "VIP", "live": null, "x": 1}]), "the member \"x\""),
        (
            json!([{"kind": "group", "reference": "A", "live": null}, {"kind": "group", "reference": "A", "live": SALES}]),
            "entry 2 (\"A\"): is there twice, first as entry 1",
        ),
        (json!(["x"]), "entry 1: is no object"),
        (json!({}), "has no list \"bindings\""),
    ] {
        let error = parse_choices(json!({"bindings": bindings}).to_string().as_bytes()).expect_err("broken");
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert!(parse_choices(b"{").expect_err("broken").to_string().starts_with("is not JSON"));
}

#[test]
fn choices_take_effect_by_id_placeholder_or_name() {
    let live = tenant(&[SALES], &[], &[(NameKind::Group, SALES, "Sales")]);
    let theirs = set(&[policy("MFA", excluding(&[THEIRS], &[]))], &[(NameKind::Group, THEIRS, "VIP people")]);
    for reference in [THEIRS, "vip  people"] {
        let mut bindings = Bindings::by_name(&theirs, &live);
        let choice = |reference: &str, live: &[&str]| BindingChoice {
            kind: NameKind::Group,
            reference: reference.to_owned(),
            live: live.iter().map(|id| (*id).to_owned()).collect(),
        };
        let unused = bindings.take_choices(&[choice(reference, &[SALES]), choice("Nobody", &[])]);
        assert_eq!(unused, ["the baseline names no group \"Nobody\" that needs a binding"]);
        assert_eq!(
            (only(&bindings).state, only(&bindings).live[0].label()),
            (BindingState::Confirmed, "Sales")
        );
        let written = serde_json::to_value(bindings.references()).expect("it is JSON");
        assert_eq!(written[0]["state"], "confirmed");
        assert_eq!(written[0]["used_by"][0]["use"], "exclude");
    }
}

#[test]
fn words_of_kinds_are_those_of_the_wire() {
    for kind in NameKind::ALL {
        assert_eq!(serde_json::to_value(kind).expect("it is JSON"), kind.as_str());
    }
}
