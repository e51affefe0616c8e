//! How alike two policies are: in whom and what they cover first, in what they ask for next, in name last.
//!
//! Whole numbers throughout, so that the order of policies never depends on rounding. Everything that is compared is
//! numbered once for each policy, since every policy is held against every other.

use crate::{
    diff::requirement::Requirement,
    normal::{Dimension, Field, Item, NormalPolicy, NormalValue, Role},
};
use foldhash::HashMap;
use std::cmp::Ordering;

/// The greatest likeness.
pub(super) const SAME: i64 = 1_000;

const REGION_WEIGHT: i64 = 45;
const REQUIREMENT_WEIGHT: i64 = 40;
const NAME_WEIGHT: i64 = 15;

/// Policies that mean the same are at least so alike, whatever they are called.
pub(super) const SAME_MEANING: i64 =
    SAME * (REGION_WEIGHT + REQUIREMENT_WEIGHT) / (REGION_WEIGHT + REQUIREMENT_WEIGHT + NAME_WEIGHT);

/// Two policies that cover less than this in common have different purposes, whatever they ask for.
const LEAST_REGION: i64 = 400;

/// A sorted list of numbers that stand for elements.
type Numbers = Vec<u32>;

/// What is compared of one policy.
#[derive(Debug)]
pub(super) struct Profile {
    who: Covered,
    what: Covered,
    /// Place of the field, weight, elements; in the order of the fields.
    conditions: Vec<(usize, i64, Numbers)>,
    session: Vec<(usize, i64, Numbers)>,
    grant: u32,
    name: Numbers,
}

#[derive(Debug)]
struct Covered {
    everything: bool,
    items: Numbers,
}

/// Numbers elements and remembers how alike grant controls are.
#[derive(Default)]
pub(super) struct Scorer<'p> {
    numbers: HashMap<Element<'p>, u32>,
    grants: HashMap<(u32, u32), i64>,
}

#[derive(PartialEq, Eq, Hash)]
enum Element<'p> {
    Item(usize, &'p Item),
    Value(usize, String),
    Grant(Vec<&'p Item>, Option<&'p str>),
    Word(String),
}

impl<'p> Scorer<'p> {
    fn number(&mut self, element: Element<'p>) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(element).or_insert(next)
    }

    /// Prepares a policy to be compared.
    pub(super) fn profile(&mut self, policy: &'p NormalPolicy) -> Profile {
        let mut conditions = Vec::new();
        let mut session = Vec::new();
        let (mut who, mut what) = (Vec::new(), Vec::new());
        for (place, field) in Field::ALL.iter().enumerate() {
            let Some(value) = policy.fields.get(field) else { continue };
            if matches!(field.role(), Role::State | Role::Grant) {
                continue;
            }
            let numbers = self.value(place, value);
            match field.role() {
                Role::Include(Dimension::People | Dimension::Workloads | Dimension::Agents) => {
                    who.extend(numbers)
                }
                Role::Include(Dimension::Targets) => what.extend(numbers),
                Role::Session => session.push((place, 1, numbers)),
                _ => conditions.push((place, weight(field), numbers)),
            }
        }
        let covered = |mut items: Numbers, dimensions: &[Dimension]| {
            items.sort_unstable();
            let of = |field: &&Field| dimensions.iter().any(|one| field.role() == Role::Include(*one));
            let everything = Field::ALL.iter().filter(of).any(|field| policy.has_word(field, "All"));
            Covered { everything, items }
        };
        let operator = match policy.fields.get(&Field::GrantOperator) {
            Some(NormalValue::Word(word)) => Some(word.as_str()),
            _ => None,
        };
        let grant = self.number(Element::Grant(policy.set(&Field::GrantControls).iter().collect(), operator));
        let words = policy.display_name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut name: Numbers = words.map(|word| self.number(Element::Word(word.to_lowercase()))).collect();
        name.sort_unstable();
        name.dedup();
        Profile {
            who: covered(who, &[Dimension::People, Dimension::Workloads, Dimension::Agents]),
            what: covered(what, &[Dimension::Targets]),
            conditions,
            session,
            grant,
            name,
        }
    }

    fn value(&mut self, place: usize, value: &'p NormalValue) -> Numbers {
        let mut numbers: Numbers = match value {
            NormalValue::Set(items) => {
                items.iter().map(|item| self.number(Element::Item(place, item))).collect()
            }
            other => vec![self.number(Element::Value(place, other.to_digestible().to_string()))],
        };
        numbers.sort_unstable();
        numbers
    }

    /// Likeness from 0 to 1,000; 0 where the two have different purposes.
    pub(super) fn similarity(&mut self, a: (&NormalPolicy, &Profile), b: (&NormalPolicy, &Profile)) -> i64 {
        let name = if a.1.name.is_empty() || b.1.name.is_empty() { 0 } else { shared(&a.1.name, &b.1.name) };
        let region = region(a.1, b.1);
        if region < LEAST_REGION && name < SAME {
            return 0;
        }
        let requirement = self.requirement(a, b);
        if requirement == 0 && name < SAME {
            return 0;
        }
        (REGION_WEIGHT * region + REQUIREMENT_WEIGHT * requirement + NAME_WEIGHT * name)
            / (REGION_WEIGHT + REQUIREMENT_WEIGHT + NAME_WEIGHT)
    }

    /// What is asked for: grant controls and session controls.
    fn requirement(&mut self, a: (&NormalPolicy, &Profile), b: (&NormalPolicy, &Profile)) -> i64 {
        let mut mean = Mean::default();
        let alike = *self.grants.entry((a.1.grant, b.1.grant)).or_insert_with(|| grants(a.0, b.0));
        if alike != NOTHING_ASKED {
            mean.add(4, alike);
        }
        each(&a.1.session, &b.1.session, |weight, a, b| match (a, b) {
            (Some(a), Some(b)) => mean.add(2 * weight, if a == b { SAME } else { SAME * 6 / 10 }),
            _ => mean.add(2 * weight, 0),
        });
        // Two policies that ask for nothing are alike in that.
        if mean.weight == 0 { SAME } else { mean.value() }
    }
}

fn policy_asks(policy: &NormalPolicy) -> bool {
    policy.fields.contains_key(&Field::GrantControls)
}

/// Stands for "neither policy has grant controls".
const NOTHING_ASKED: i64 = -1;

fn grants(a: &NormalPolicy, b: &NormalPolicy) -> i64 {
    let asked = |policy: &NormalPolicy| -> [Option<NormalValue>; 2] {
        [Field::GrantControls, Field::GrantOperator].map(|field| policy.fields.get(&field).cloned())
    };
    // The same words ask for the same, even where it is not known for what.
    if policy_asks(a) && asked(a) == asked(b) {
        return SAME;
    }
    let (Some(first), Some(second)) = (Requirement::of(a), Requirement::of(b)) else { return 0 };
    if first.is_empty() && second.is_empty() {
        return NOTHING_ASKED;
    }
    match (first.implies(&second), second.implies(&first)) {
        (true, true) => SAME,
        // Blocking asks for everything, but is a purpose of its own.
        _ if first.is_block() != second.is_block() || first.is_empty() || second.is_empty() => 0,
        (false, false) => {
            let (a, b) = (a.set(&Field::GrantControls), b.set(&Field::GrantControls));
            ratio(a.intersection(b).count(), a.union(b).count()) / 2
        }
        _ => SAME * 7 / 10,
    }
}

/// Whom and what a policy covers, dimension by dimension; a dimension that neither restricts doesn't count.
fn region(a: &Profile, b: &Profile) -> i64 {
    let mut mean = Mean::default();
    for (a, b) in [(&a.who, &b.who), (&a.what, &b.what)] {
        let alike = covered(a, b);
        if alike == 0 {
            return 0;
        }
        mean.add(24, alike);
    }
    each(&a.conditions, &b.conditions, |weight, a, b| match (a, b) {
        (Some(a), Some(b)) => mean.add(weight, shared(a, b)),
        _ => mean.add(weight, 0),
    });
    mean.value()
}

/// How much a condition says about what a policy is for.
fn weight(field: &Field) -> i64 {
    match field {
        // Exclusions of people are what differs most between tenants.
        _ if field.role() == Role::Exclude(Dimension::People) => 2,
        Field::ClientAppTypes
        | Field::TransferMethods
        | Field::UserRiskLevels
        | Field::SignInRiskLevels
        | Field::InsiderRiskLevels
        | Field::ServicePrincipalRiskLevels
        | Field::AgentIdRiskLevels => 14,
        Field::IncludePlatforms
        | Field::ExcludePlatforms
        | Field::IncludeLocations
        | Field::ExcludeLocations
        | Field::DeviceFilter => 8,
        _ => 3,
    }
}

/// Everything and a part of it have something in common.
fn covered(a: &Covered, b: &Covered) -> i64 {
    let alike = shared(&a.items, &b.items);
    if alike == 0 && (a.everything || b.everything) && !a.items.is_empty() && !b.items.is_empty() {
        SAME / 4
    } else {
        alike
    }
}

/// Walks two lists of fields together.
fn each(
    a: &[(usize, i64, Numbers)],
    b: &[(usize, i64, Numbers)],
    mut take: impl FnMut(i64, Option<&Numbers>, Option<&Numbers>),
) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(first), Some(second)) => first.0.cmp(&second.0),
        };
        let first = if order == Ordering::Greater { None } else { a.next() };
        let second = if order == Ordering::Less { None } else { b.next() };
        let weight = first.or(second).map_or(0, |(_, weight, _)| *weight);
        take(weight, first.map(|one| &one.2), second.map(|one| &one.2));
    }
}

/// Shared elements among all of two sorted lists; two empty lists are the same.
fn shared(a: &[u32], b: &[u32]) -> i64 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    ratio(both, a.len() + b.len() - both)
}

fn ratio(part: usize, all: usize) -> i64 {
    match (i64::try_from(part), i64::try_from(all)) {
        (_, Ok(0)) => SAME,
        (Ok(part), Ok(all)) => part.saturating_mul(SAME) / all,
        _ => 0,
    }
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
