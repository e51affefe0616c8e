use super::*;
use crate::arbitrary::any_policy;
use proptest::prelude::*;

fn maybe(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 3 => prop::sample::select(values).prop_map(Value::from)].boxed()
}

fn ids() -> BoxedStrategy<Value> {
    const IDS: &[&str] = &[
        "7b1f4c9e-0000-4000-8000-000000000000",
        "7B1F4C9E-0000-4000-8000-000000000001",
        "7b1f4c9e-0000-4000-8000-000000000002",
        "<Placeholder>",
    ];
    prop::collection::vec(prop::sample::select(IDS), 0..3).prop_map(Value::from).boxed()
}

fn sign_ins() -> impl Strategy<Value = SignIn> {
    let user = (
        maybe(&["7b1f4c9e-0000-4000-8000-000000000000", "x"]),
        maybe(&["member", "guest", "serviceProvider"]),
        ids(),
        ids(),
    )
        .prop_map(
            |(id, kind, groups, roles)| json!({"id": id, "type": kind, "groups": groups, "roles": roles}),
        );
    let who = prop_oneof![
        6 => user.prop_map(|user| json!({"user": user})),
        1 => Just(json!({"service_principal": {"id": "7b1f4c9e-0000-4000-8000-000000000000"}})),
        1 => any::<bool>().prop_map(|user| json!({"agent": {"id": "x", "agent_user": user}})),
    ];
    let target = prop_oneof![
        4 => maybe(&["Office365", "7b1f4c9e-0000-4000-8000-000000000001", "globalSecureAccess:m365"])
            .prop_map(|app| json!({"application": app})),
        1 => Just(json!({"user_action": "urn:user:registerdevice"})),
        1 => Just(json!({"authentication_context": "c2"})),
    ];
    let risk = || maybe(&["none", "low", "medium", "high"]);
    let rest = (
        maybe(&["browser", "other", "exchangeActiveSync"]),
        maybe(&["iOS", "android", "linux"]),
        (ids(), any::<bool>()),
        (risk(), risk(), maybe(&["minor", "elevated"])),
        maybe(&["deviceCodeFlow"]),
        prop::option::of(any::<bool>()),
    );
    (who, target, rest).prop_map(
        |(who, target, (client, platform, (places, trusted), risks, flow, compliant))| {
            let mut sign_in = json!({
                "client_app": client, "platform": platform, "authentication_flow": flow,
                "location": {"named_locations": places, "trusted": trusted},
                "sign_in_risk": risks.0, "user_risk": risks.1, "insider_risk": risks.2,
                "device": {"compliant": compliant},
            });
            merge(&mut sign_in, who);
            merge(&mut sign_in, target);
            serde_json::from_value(sign_in).expect("a sign-in")
        },
    )
}

fn policies() -> impl Strategy<Value = Vec<Value>> {
    // Half of the policies are broad, so that many apply.
    let one = prop_oneof![
        any_policy(),
        any_policy().prop_map(|over| {
            let mut broad = policy(json!({"sessionControls": over["sessionControls"]}));
            if let Some(Value::Array(types)) = over["conditions"].get("clientAppTypes") {
                merge(&mut broad, json!({"conditions": {"clientAppTypes": types}}));
            }
            if over["grantControls"].is_object() {
                broad["grantControls"] = over["grantControls"].clone();
            }
            broad
        })
    ];
    prop::collection::vec(one, 0..6)
}

fn evaluator(policies: &[Value]) -> Evaluator {
    Evaluator::new(&PolicySet::of_bodies(policies, Names::new()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        // Some properties speak of a part of what is drawn only.
        max_global_rejects: u32::MAX,
        ..ProptestConfig::with_cases(policytab_test_support::cases(128))
    })]

    #[test]
    fn every_policy_is_answered_for_once(policies in policies(), sign_in in sign_ins()) {
        let evaluator = evaluator(&policies);
        let decision = evaluator.evaluate(&sign_in);
        let mut indexes: Vec<usize> = decision.applied.iter().map(|one| one.index).collect();
        indexes.extend(decision.not_applied.iter().map(|one| one.index));
        indexes.sort_unstable();
        prop_assert_eq!(indexes, (0..policies.len()).collect::<Vec<_>>());
        let set = PolicySet::of_bodies(&policies, Names::new());
        for one in &decision.applied {
            let normal = &set.policies[one.index].normal;
            prop_assert!(normal.enforced && normal.uncertainties.is_empty());
        }
        prop_assert!(decision.not_applied.iter().all(|one| !one.detail.is_empty()));
    }

    #[test]
    fn what_is_off_changes_nothing(policies in policies(), off in any_policy(), sign_in in sign_ins(), at in any::<prop::sample::Index>()) {
        let mut off = off;
        off["state"] = json!("disabled");
        let mut more = policies.clone();
        more.insert(at.index(policies.len() + 1), off);
        let (before, after) = (evaluator(&policies), evaluator(&more));
        let (before, after) = (before.evaluate(&sign_in), after.evaluate(&sign_in));
        prop_assert_eq!(before.decision, after.decision);
        prop_assert_eq!(before.requirements, after.requirements);
        prop_assert_eq!(before.session, after.session);
        prop_assert_eq!(before.applied.len(), after.applied.len());
    }

    #[test]
    fn order_is_irrelevant(policies in policies(), sign_in in sign_ins()) {
        let reversed: Vec<Value> = policies.iter().rev().cloned().collect();
        let (one, other) = (evaluator(&policies), evaluator(&reversed));
        let (one, other) = (one.evaluate(&sign_in), other.evaluate(&sign_in));
        prop_assert_eq!(one.decision, other.decision);
        prop_assert_eq!(one.requirements, other.requirements);
        prop_assert_eq!(one.session, other.session);
        let places: Vec<usize> = other.applied.iter().rev().map(|one| policies.len() - 1 - one.index).collect();
        prop_assert_eq!(one.applied.iter().map(|one| one.index).collect::<Vec<_>>(), places);
    }

    #[test]
    fn an_exclusion_only_takes_away(policies in policies(), which in any::<prop::sample::Index>(), kind in 0..6, sign_in in sign_ins()) {
        prop_assume!(!policies.is_empty());
        let id = "7b1f4c9e-0000-4000-8000-000000000000";
        let mut narrowed = policies.clone();
        let at = which.index(policies.len());
        let (path, word) = [
            (["users", "excludeUsers"], id),
            (["users", "excludeGroups"], id),
            (["users", "excludeRoles"], id),
            (["applications", "excludeApplications"], "Office365"),
            (["locations", "excludeLocations"], "AllTrusted"),
            (["platforms", "excludePlatforms"], "iOS"),
        ][kind as usize];
        let part = &mut narrowed[at]["conditions"];
        // An exclusion from nothing would be one from everything.
        prop_assume!(part.get(path[0]).is_some_and(Value::is_object));
        let list = &mut part[path[0]][path[1]];
        let mut words = list.as_array().cloned().unwrap_or_default();
        words.push(json!(word));
        *list = json!(words);
        let (before, after) = (evaluator(&policies), evaluator(&narrowed));
        let before: Vec<usize> = before.evaluate(&sign_in).applied.iter().map(|one| one.index).collect();
        let after = after.evaluate(&sign_in);
        prop_assert!(after.applied.iter().all(|one| before.contains(&one.index)));
    }
}
