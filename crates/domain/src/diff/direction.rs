//! Whether a difference makes the live policy weaker or stronger, where that is plain.

use super::{Direction, requirement::Requirement};
use crate::{
    normal::{Dimension, Field, Frequency, Item, NormalPolicy, NormalValue, Role},
    policy::PolicyState,
};
use std::{cmp::Ordering, collections::BTreeSet};

/// Two policies to be held against each other: `baseline` in terms of the live tenant.
pub(super) struct Sides<'p> {
    pub(super) baseline: &'p NormalPolicy,
    pub(super) live: &'p NormalPolicy,
}

impl Sides<'_> {
    /// The direction of one field that differs; `None` where the difference means nothing.
    pub(super) fn direction(&self, field: &Field) -> Option<Direction> {
        let direction = match field.role() {
            Role::State => self.state(),
            Role::Include(dimension) => return self.included(dimension),
            Role::Exclude(_) => {
                let (baseline, live) = (self.baseline.set(field), self.live.set(field));
                // More left out is weaker.
                from_order(subset_order(live, baseline))
            }
            Role::Narrow => self.narrowed(field),
            Role::Grant => return self.granted(),
            Role::Session => self.session(field),
            Role::Opaque => Direction::Different,
        };
        Some(direction)
    }

    /// Whether the live policy covers no less in a field, whatever the references of the baseline there mean.
    pub(super) fn is_stronger_anyhow(&self, field: &Field) -> bool {
        match field.role() {
            Role::Include(dimension) => matches!(covered(self.live, dimension), Covered::Everything),
            Role::Exclude(_) => self.live.set(field).is_subset(self.baseline.set(field)),
            _ => false,
        }
    }

    fn state(&self) -> Direction {
        match (self.baseline.enforced, self.live.enforced) {
            (true, false) => Direction::Weaker,
            (false, true) => Direction::Stronger,
            _ => match (self.baseline.state(), self.live.state()) {
                // Neither enforces; report-only at least says what would happen.
                (PolicyState::ReportOnly, PolicyState::Disabled) => Direction::Weaker,
                (PolicyState::Disabled, PolicyState::ReportOnly) => Direction::Stronger,
                _ => Direction::Different,
            },
        }
    }

    /// Includes of one dimension are joined by or, so they are compared together.
    fn included(&self, dimension: Dimension) -> Option<Direction> {
        let optional = is_optional(dimension);
        match (covered(self.baseline, dimension), covered(self.live, dimension)) {
            // Unset on one side, the word for everything on the other: no difference.
            (Covered::Everything, Covered::Everything) => (!optional).then_some(Direction::Different),
            (Covered::Everything, Covered::Some(_)) => Some(Direction::Weaker),
            (Covered::Some(_), Covered::Everything) => Some(Direction::Stronger),
            (Covered::Some(baseline), Covered::Some(live)) => {
                Some(from_order(subset_order(&baseline, &live)))
            }
        }
    }

    /// Unset means all; what is set covers exactly what it lists.
    fn narrowed(&self, field: &Field) -> Direction {
        match (self.baseline.fields.get(field), self.live.fields.get(field)) {
            (None, Some(_)) => Direction::Weaker,
            (Some(_), None) => Direction::Stronger,
            (Some(NormalValue::Set(baseline)), Some(NormalValue::Set(live))) => {
                from_order(subset_order(baseline, live))
            }
            _ => Direction::Different,
        }
    }

    fn granted(&self) -> Option<Direction> {
        let (Some(baseline), Some(live)) = (Requirement::of(self.baseline), Requirement::of(self.live))
        else {
            return Some(Direction::Different);
        };
        match (live.implies(&baseline), baseline.implies(&live)) {
            (true, true) => None,
            (true, false) => Some(Direction::Stronger),
            (false, true) => Some(Direction::Weaker),
            (false, false) => Some(Direction::Different),
        }
    }

    fn session(&self, field: &Field) -> Direction {
        let (baseline, live) = (self.baseline.fields.get(field), self.live.fields.get(field));
        match (strictness(field, baseline), strictness(field, live)) {
            (Some(baseline), Some(live)) => from_order(Some(baseline.cmp(&live))),
            _ => Direction::Different,
        }
    }
}

enum Covered {
    Everything,
    Some(BTreeSet<(Field, Item)>),
}

/// Platforms, locations and devices match everything when unset.
fn is_optional(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Platforms | Dimension::Locations | Dimension::Devices)
}

/// What the fields of a dimension cover together.
fn covered(policy: &NormalPolicy, dimension: Dimension) -> Covered {
    let fields = Field::ALL.iter().filter(|field| field.role() == Role::Include(dimension));
    let items: BTreeSet<(Field, Item)> =
        fields.flat_map(|field| policy.set(field).iter().map(|item| (field.clone(), item.clone()))).collect();
    let all = items.iter().any(|(_, item)| item.is("All") || item.is("all"));
    if all || (is_optional(dimension) && items.is_empty()) {
        Covered::Everything
    } else {
        Covered::Some(items)
    }
}

/// `Less` where `a` is a proper subset of `b`.
fn subset_order<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> Option<Ordering> {
    match (a.is_subset(b), b.is_subset(a)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    }
}

/// How the baseline compares with the live side: `Greater` means that the live side protects less.
fn from_order(baseline_to_live: Option<Ordering>) -> Direction {
    match baseline_to_live {
        Some(Ordering::Greater) => Direction::Weaker,
        Some(Ordering::Less) => Direction::Stronger,
        Some(Ordering::Equal) | None => Direction::Different,
    }
}

/// How strict a session control is; higher is stricter, `None` where it has no place in the order.
pub(crate) fn strictness(field: &Field, value: Option<&NormalValue>) -> Option<i64> {
    let word = match value {
        Some(NormalValue::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    match field {
        Field::SignInFrequency => match value {
            None => Some(i64::MIN),
            Some(NormalValue::Frequency(Frequency::EveryTime)) => Some(0),
            Some(NormalValue::Frequency(Frequency::Hours(hours))) => Some(-hours),
            _ => None,
        },
        // Unset means all of the authentication is repeated, which is the stricter of the two.
        Field::SignInFrequencyAuthentication => match word {
            None => Some(1),
            Some("secondaryAuthentication") => Some(0),
            _ => None,
        },
        Field::PersistentBrowser => match word {
            Some("always") => Some(0),
            None => Some(1),
            Some("never") => Some(2),
            _ => None,
        },
        Field::CloudAppSecurity => match word {
            None => Some(0),
            Some("monitorOnly") => Some(1),
            Some("blockDownloads") => Some(2),
            // A policy of its own may do more or less than blocking downloads.
            _ => None,
        },
        Field::ContinuousAccessEvaluation => match word {
            Some("disabled") => Some(0),
            None => Some(1),
            Some("strictLocation" | "strictEnforcement") => Some(2),
            _ => None,
        },
        Field::AppEnforcedRestrictions | Field::DisableResilienceDefaults => Some(i64::from(word.is_some())),
        Field::TokenProtection => match word {
            None => Some(0),
            Some("enabled") => Some(1),
            _ => None,
        },
        _ => None,
    }
}
