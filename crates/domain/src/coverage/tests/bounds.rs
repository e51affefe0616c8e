//! However policies meet, the work is bounded, and what is not decided says so. Nothing that can be written makes the
//! whole report fail.

use super::{
    super::{
        engine::Engine,
        subtract::{Budget, Exhausted, subtract},
    },
    agreement::Sets,
    tenants::{Dice, Scope, Tenant},
};
use crate::{
    arbitrary::any_policy,
    binding::Bindings,
    facts::Facts,
    names::{NameKind, Names},
    normal::NormalPolicy,
    policy_set::PolicySet,
    report::{BaselineSource, ComparisonInput, compare},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A policy for a random half of five dimensions.
fn halves(dice: &mut Dice) -> Value {
    let clients = dice.some(&super::tenants::CLIENTS, 4);
    json!({
        "displayName": "Half", "state": "enabled",
        "conditions": {
            "users": {"includeGroups": [format!("g-{}", dice.below(400)), format!("g-{}", dice.below(400))],
                      "excludeGroups": [format!("g-{}", dice.below(400))]},
            "applications": {"includeApplications": ["All"], "excludeApplications": [format!("a-{}", dice.below(200))]},
            "clientAppTypes": clients,
            "platforms": {"includePlatforms": dice.some(&super::tenants::PLATFORMS, 6)},
            "signInRiskLevels": dice.some(&super::tenants::RISKS, 4),
            "userRiskLevels": dice.some(&super::tenants::RISKS, 4),
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

#[test]
fn policies_that_meet_in_too_many_ways_are_not_decided() {
    let mut dice = Dice(1);
    let live: Vec<Value> = (0..200).map(|_| halves(&mut dice)).collect();
    let everyone = json!({
        "displayName": "Everyone", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    });
    let live = PolicySet::of_bodies(&live, Names::new());
    let goals = PolicySet::of_bodies(&vec![everyone; 12], Names::new());
    let goal_list: Vec<&NormalPolicy> = goals.policies.iter().map(|policy| &policy.normal).collect();
    let (names, facts) = (Names::new(), Facts::default());
    let live = live.policies.iter().map(|policy| &policy.normal);
    let mut engine = Engine::new(live, &goal_list, &names, &facts, &BTreeSet::new());
    let whole = engine.work_left();
    let mut before = whole;
    for goal in 0..goal_list.len() {
        let gap = engine.gap(goal);
        assert!(gap.not_decided.is_some() && !gap.is_closed(), "goal {goal}");
        assert!(before - engine.work_left() <= whole / 5, "goal {goal} took more than its part");
        before = engine.work_left();
    }
    assert_eq!(engine.work_left(), 0, "the later goals find nothing left");
}

#[test]
fn a_budget_is_never_overspent() {
    let tenant = Tenant::draw(3, Scope::WIDE);
    let sets = Sets::of(&tenant);
    let goals: Vec<&NormalPolicy> = sets.goals.policies.iter().map(|policy| &policy.normal).collect();
    let live = sets.live.policies.iter().map(|policy| &policy.normal);
    let mut engine = Engine::new(live, &goals, &tenant.names, &tenant.facts, &BTreeSet::new());
    let mut exhausted = 0;
    for goal in 0..goals.len() {
        for (region, covers) in engine.cuts(goal, 0) {
            let layout = &engine.space(0).expect("people").layout;
            for left in [0, 1, 5, 25] {
                let mut budget = Budget { left, width: 2 };
                let all: Vec<_> = covers.iter().collect();
                match subtract(layout, &region, &all, &mut budget) {
                    Ok(_) => assert!(budget.left <= left),
                    Err(Exhausted) => exhausted += 1,
                }
            }
        }
    }
    assert!(exhausted > 0);
}

#[test]
fn an_address_that_is_trusted_for_mfa_is_at_a_named_place_as_well() {
    let office = "20000000-0000-4000-8000-000000000001";
    let mut names = Names::new();
    let body = json!({"isTrusted": false, "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]});
    names.insert(NameKind::NamedLocation, office, "Office", Some(body));
    let at = |locations: Value| {
        json!({
            "displayName": "P", "state": "enabled",
            "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}, "locations": locations},
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        })
    };
    let live = [at(json!({"includeLocations": [office], "excludeLocations": ["AllTrusted"]}))];
    let goal = [at(json!({ "includeLocations": [office] }))];
    let (live, goal) =
        (PolicySet::of_bodies(&live, names.clone()), PolicySet::of_bodies(&goal, names.clone()));
    let facts = Facts::default();
    let live = live.policies.iter().map(|policy| &policy.normal);
    let gap = Engine::new(live, &[&goal.policies[0].normal], &names, &facts, &BTreeSet::new()).gap(0);
    let witness = gap.witness.expect("open where the office's address is trusted for MFA");
    assert!(witness.sign_in.location.trusted);
    assert_eq!(witness.sign_in.location.named_locations.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(policytab_test_support::cases(48)))]

    #[test]
    fn any_policies_can_be_compared(
        live in prop::collection::vec(any_policy(), 0..10),
        goals in prop::collection::vec(any_policy(), 0..6),
        itself in any::<bool>(),
    ) {
        let (live, goals) = (PolicySet::of_bodies(&live, Names::new()), PolicySet::of_bodies(&goals, Names::new()));
        let goals = if itself { live.clone() } else { goals };
        let report = compare(&ComparisonInput {
            live: &live,
            facts: &Facts::default(),
            baseline: &goals,
            baseline_source: BaselineSource::ImportedSnapshot,
            bindings: &Bindings::same_tenant(),
            with_checks: true,
        });
        for finding in &report.findings {
            prop_assert!(finding.share.is_none_or(|share| (0.0..=1.0).contains(&share)));
        }
    }
}
