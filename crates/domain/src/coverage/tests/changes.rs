//! What a change of the policies may do to a gap, and what it must not.

use super::{
    agreement::{Sets, holds},
    promise::Promise,
    tenants::{Dice, Scope, Tenant},
};
use crate::{
    coverage::{
        Engine, Gap,
        cell::{Cell, Dim},
        grow::grow,
        subtract::Budget,
    },
    evaluate::Evaluator,
    normal::NormalPolicy,
};
use serde_json::{Value, json};

fn gaps(tenant: &Tenant) -> Vec<Gap> {
    let sets = Sets::of(tenant);
    let goals: Vec<&NormalPolicy> = sets.goals.policies.iter().map(|policy| &policy.normal).collect();
    let live = sets.live.policies.iter().map(|policy| &policy.normal);
    let emergency = tenant.facts.emergency.confirmed.clone();
    let mut engine = Engine::new(live, &goals, &tenant.names, &tenant.facts, &emergency);
    (0..goals.len()).map(|goal| engine.gap(goal)).collect()
}

fn small(seed: u64) -> Tenant {
    let scope = Scope { policies: 8, goals: 6, ..Scope::WIDE };
    Tenant::draw(seed, Scope { all_read: seed.is_multiple_of(2), ..scope })
}

/// A tenant, and the same with a change that draws no new lines through the space: what is compared stays the same.
fn with(tenant: &Tenant, change: impl FnOnce(&mut Vec<Value>)) -> Tenant {
    let mut changed = tenant.clone();
    change(&mut changed.live);
    // Both know of all policies: those that are new to one stand in the other as a goal that nobody asks about.
    changed
}

/// Shares depend on how finely the space is divided, so both sides are divided alike: by each other's policies as goals.
fn both_ways(tenant: &Tenant, changed: &Tenant) -> (Vec<Gap>, Vec<Gap>) {
    let count = tenant.goals.len();
    let (mut one, mut other) = (tenant.clone(), changed.clone());
    for side in [&mut one, &mut other] {
        side.goals.extend(tenant.live.iter().chain(&changed.live).cloned());
    }
    let take = |gaps: Vec<Gap>| gaps.into_iter().take(count).collect();
    (take(gaps(&one)), take(gaps(&other)))
}

const SEEDS: u64 = 60;

#[test]
fn adding_an_enforced_policy_opens_nothing() {
    for seed in 0..SEEDS {
        let tenant = small(seed);
        let mut more = small(seed + 10_000).live.swap_remove(0);
        more["state"] = json!("enabled");
        let changed = with(&tenant, |live| live.push(more));
        let (before, after) = both_ways(&tenant, &changed);
        for (before, after) in before.iter().zip(&after) {
            assert!(after.share <= before.share + 1e-9, "seed {seed}: {} > {}", after.share, before.share);
            assert!(!before.is_closed() || after.is_closed(), "seed {seed}");
        }
    }
}

#[test]
fn adding_an_exclusion_closes_nothing() {
    for seed in 0..SEEDS {
        let tenant = small(seed);
        let at = Dice(seed).below(tenant.live.len());
        let changed = with(&tenant, |live| {
            let conditions = &mut live[at]["conditions"];
            if conditions.get("users").is_some() {
                conditions["users"]["excludeGroups"] =
                    json!([super::tenants::group(1), super::tenants::group(3)]);
                conditions["users"]["excludeUsers"] = json!(["All"]);
            } else {
                conditions["applications"]["excludeApplications"] = json!(["All"]);
            }
        });
        let (before, after) = both_ways(&tenant, &changed);
        for (before, after) in before.iter().zip(&after) {
            assert!(after.share >= before.share - 1e-9, "seed {seed}: {} < {}", after.share, before.share);
            assert!(before.is_closed() || !after.is_closed(), "seed {seed}");
        }
    }
}

#[test]
fn a_set_compared_with_itself_has_no_gap() {
    for seed in 0..SEEDS {
        let mut tenant = small(seed);
        tenant.goals = tenant.live.iter().filter(|policy| policy["state"] == "enabled").cloned().collect();
        for (gap, goal) in gaps(&tenant).iter().zip(&tenant.goals) {
            assert!(gap.is_closed(), "seed {seed}: {goal} {gap:?}");
        }
    }
}

/// Words and order of a gap, without what depends on how the space happens to be divided.
fn plain(gaps: &[Gap]) -> Vec<(String, Vec<String>, bool)> {
    gaps.iter()
        .map(|gap| {
            let texts = gap.regions.iter().map(|region| format!("{} {:?}", region.text, region.missing));
            (format!("{:.9}", gap.share), texts.collect(), gap.is_closed())
        })
        .collect()
}

#[test]
fn order_names_and_what_is_not_enforced_change_nothing() {
    for seed in 0..SEEDS {
        let tenant = small(seed);
        let before = plain(&gaps(&tenant));
        let changed = with(&tenant, |live| {
            live.reverse();
            for (at, policy) in live.iter_mut().enumerate() {
                policy["displayName"] = json!(format!("Another name {at}"));
            }
            for (at, state) in ["disabled", "enabledForReportingButNotEnforced"].iter().enumerate() {
                let mut off = small(seed + 20_000).live.swap_remove(at);
                off["state"] = json!(state);
                live.push(off);
            }
        });
        assert_eq!(before, plain(&gaps(&changed)), "seed {seed}");
    }
}

#[test]
fn a_policy_split_in_two_by_platform_is_the_same() {
    for seed in 0..SEEDS {
        let tenant = small(seed);
        let is_whole = |policy: &Value| {
            policy["conditions"].get("users").is_some() && policy["conditions"].get("platforms").is_none()
        };
        let Some(at) = tenant.live.iter().position(is_whole) else { continue };
        let changed = with(&tenant, |live| {
            let mut other = live[at].clone();
            live[at]["conditions"]["platforms"] = json!({"includePlatforms": ["iOS", "windows"]});
            other["conditions"]["platforms"] =
                json!({"includePlatforms": ["all"], "excludePlatforms": ["iOS", "windows"]});
            live.push(other);
        });
        assert_eq!(plain(&gaps(&tenant)), plain(&gaps(&changed)), "seed {seed}");
    }
}

#[test]
fn every_witness_is_open_in_what_if_as_well() {
    let mut witnesses = 0;
    for seed in 0..2 * SEEDS {
        let tenant = small(seed);
        let (sets, gaps) = (Sets::of(&tenant), gaps(&tenant));
        let (live, goals) = (Evaluator::new(&sets.live), Evaluator::new(&sets.goals));
        for (at, gap) in gaps.iter().enumerate() {
            let Some(witness) = &gap.witness else { continue };
            witnesses += 1;
            let decision = live.evaluate(&witness.sign_in);
            let text = format!("seed {seed}: {} at {:?}", tenant.goals[at], witness.sign_in);
            assert!(!Promise::of(&tenant.goals[at]).is_kept_by(&decision) || uncertain(&sets, at), "{text}");
            let asked = goals.evaluate(&witness.sign_in);
            assert!(asked.applied.iter().any(|one| one.index == at) || uncertain(&sets, at), "{text}");
        }
    }
    eprintln!("asked What If about {witnesses} witnesses");
}

fn uncertain(sets: &Sets, goal: usize) -> bool {
    !sets.goals.policies[goal].normal.uncertainties.is_empty()
}

#[test]
fn grown_regions_hold_every_piece_and_nothing_that_is_closed() {
    for seed in 0..SEEDS {
        let tenant = small(seed);
        let sets = Sets::of(&tenant);
        let goals: Vec<&NormalPolicy> = sets.goals.policies.iter().map(|policy| &policy.normal).collect();
        let live = sets.live.policies.iter().map(|policy| &policy.normal);
        let emergency = tenant.facts.emergency.confirmed.clone();
        let mut engine = Engine::new(live, &goals, &tenant.names, &tenant.facts, &emergency);
        for (goal, kind) in (0..goals.len()).flat_map(|goal| (0..3).map(move |kind| (goal, kind))) {
            for (region, covers) in engine.cuts(goal, kind) {
                let space = engine.space(kind).expect("a space");
                let layout = &space.layout;
                let mut budget = Budget { left: u64::MAX, width: 1 };
                let covers: Vec<Cell> = covers
                    .iter()
                    .map(|cover| cover.and(&region))
                    .filter(|cut| !cut.is_empty(layout))
                    .collect();
                let all: Vec<&Cell> = covers.iter().collect();
                let pieces =
                    super::super::subtract::subtract(layout, &region, &all, &mut budget).expect("pieces");
                let grown = grow(layout, &region, &covers, &pieces, |cell| space.weight(cell), &mut budget)
                    .expect("grown");
                let held = pieces.iter().filter(|piece| grown.boxes.iter().any(|one| one.holds(piece)));
                assert_eq!(held.count() + grown.left_out, pieces.len(), "seed {seed}");
                for one in &grown.boxes {
                    assert!(
                        region.holds(one) && !covers.iter().any(|cover| cover.meets(layout, one)),
                        "seed {seed}"
                    );
                    assert!(holds(Some(one), space, &space.pick(one)));
                    assert_eq!(Dim::COUNT, 10);
                }
            }
        }
    }
}
