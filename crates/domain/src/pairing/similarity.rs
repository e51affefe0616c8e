//! How alike two policies are: in whom and what they cover first, in what they ask for next, in name last.
//!
//! Whole numbers throughout, so that the order of policies never depends on rounding.

use crate::{
    diff::requirement::Requirement,
    normal::{Dimension, Field, Item, NormalPolicy, NormalValue, Role},
};
use std::collections::BTreeSet;

/// The greatest likeness.
pub(super) const SAME: i64 = 1_000;

const REGION_WEIGHT: i64 = 45;
const REQUIREMENT_WEIGHT: i64 = 40;
const NAME_WEIGHT: i64 = 15;

/// Likeness from 0 to 1,000; 0 where the two have nothing to do with each other.
pub(super) fn similarity(baseline: &NormalPolicy, live: &NormalPolicy) -> i64 {
    let name = name(&baseline.display_name, &live.display_name);
    let region = region(baseline, live);
    let requirement = requirement(baseline, live);
    if (region == 0 || requirement == 0) && name < SAME {
        return 0;
    }
    (REGION_WEIGHT * region + REQUIREMENT_WEIGHT * requirement + NAME_WEIGHT * name)
        / (REGION_WEIGHT + REQUIREMENT_WEIGHT + NAME_WEIGHT)
}

/// Whom and what a policy covers, dimension by dimension; a dimension that neither restricts doesn't count.
fn region(baseline: &NormalPolicy, live: &NormalPolicy) -> i64 {
    let mut mean = Mean::default();
    let who = [Dimension::People, Dimension::Workloads, Dimension::Agents];
    let (a, b) = (included(baseline, &who), included(live, &who));
    let alike = covered(&a, &b);
    if alike == 0 {
        return 0;
    }
    mean.add(24, alike);
    let what = [Dimension::Targets];
    let (a, b) = (included(baseline, &what), included(live, &what));
    let alike = covered(&a, &b);
    if alike == 0 {
        return 0;
    }
    mean.add(24, alike);
    for field in Field::ALL {
        let (a, b) = (baseline.fields.get(field), live.fields.get(field));
        if a.is_none() && b.is_none() {
            continue;
        }
        let weight = match field {
            // Exclusions are what differs most between tenants, and says least about what a policy is for.
            _ if matches!(field.role(), Role::Exclude(Dimension::People)) => 2,
            Field::ClientAppTypes | Field::TransferMethods => 12,
            Field::IncludePlatforms
            | Field::ExcludePlatforms
            | Field::IncludeLocations
            | Field::ExcludeLocations
            | Field::DeviceFilter => 8,
            Field::UserRiskLevels
            | Field::SignInRiskLevels
            | Field::InsiderRiskLevels
            | Field::ServicePrincipalRiskLevels
            | Field::AgentIdRiskLevels => 12,
            _ => match field.role() {
                Role::Exclude(_) | Role::Opaque | Role::Narrow => 3,
                Role::Include(Dimension::Devices) => 3,
                _ => continue,
            },
        };
        mean.add(weight, value(a, b));
    }
    mean.value()
}

/// What is asked for: grant controls and session controls.
fn requirement(baseline: &NormalPolicy, live: &NormalPolicy) -> i64 {
    let mut mean = Mean::default();
    if let (Some(a), Some(b)) = (Requirement::of(baseline), Requirement::of(live))
        && !(a.is_empty() && b.is_empty())
    {
        let alike = match (a.implies(&b), b.implies(&a)) {
            (true, true) => SAME,
            // Blocking asks for everything, but is a purpose of its own.
            _ if a.is_block() != b.is_block() || a.is_empty() || b.is_empty() => 0,
            (false, false) => sets(baseline.set(&Field::GrantControls), live.set(&Field::GrantControls)) / 2,
            _ => SAME * 7 / 10,
        };
        mean.add(4, alike);
    }
    for field in Field::ALL.iter().filter(|field| field.role() == Role::Session) {
        match (baseline.fields.get(field), live.fields.get(field)) {
            (None, None) => {}
            (Some(a), Some(b)) => mean.add(2, if a == b { SAME } else { SAME * 6 / 10 }),
            _ => mean.add(2, 0),
        }
    }
    // Two policies that ask for nothing are alike in that.
    if mean.weight == 0 { SAME } else { mean.value() }
}

fn included(policy: &NormalPolicy, dimensions: &[Dimension]) -> BTreeSet<(Field, Item)> {
    Field::ALL
        .iter()
        .filter(|field| dimensions.iter().any(|dimension| field.role() == Role::Include(*dimension)))
        .flat_map(|field| policy.set(field).iter().map(|item| (field.clone(), item.clone())))
        .collect()
}

/// Likeness of what is covered: everything and a part of it have something in common.
fn covered(a: &BTreeSet<(Field, Item)>, b: &BTreeSet<(Field, Item)>) -> i64 {
    let all = |items: &BTreeSet<(Field, Item)>| items.iter().any(|(_, item)| item.is("All"));
    let alike = sets(a, b);
    if alike == 0 && (all(a) || all(b)) && !a.is_empty() && !b.is_empty() { SAME / 4 } else { alike }
}

fn value(a: Option<&NormalValue>, b: Option<&NormalValue>) -> i64 {
    match (a, b) {
        (Some(a), Some(b)) if a == b => SAME,
        (Some(NormalValue::Set(a)), Some(NormalValue::Set(b))) => sets(a, b),
        _ => 0,
    }
}

/// Shared elements among all; two empty sets are the same.
fn sets<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> i64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 {
        return SAME;
    }
    SAME * i64::try_from(shared).unwrap_or(i64::MAX / SAME) / i64::try_from(all).unwrap_or(i64::MAX)
}

/// Shared words of two names, without regard to case and punctuation.
fn name(a: &str, b: &str) -> i64 {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() { 0 } else { sets(&a, &b) }
}

#[derive(Default)]
struct Mean {
    sum: i64,
    weight: i64,
}

impl Mean {
    fn add(&mut self, weight: i64, value: i64) {
        self.sum += weight * value;
        self.weight += weight;
    }
    fn value(&self) -> i64 {
        if self.weight == 0 { 0 } else { self.sum / self.weight }
    }
}
