//! Which policies of a baseline ask for something, and what each asks for in terms of the live tenant.
//!
//! What is not enforced asks for nothing. But a published baseline often ships in report-only or switched off altogether,
//! so that nobody is locked out while it is rolled out: its states say how to begin, not what to end with. Where hardly
//! any policy of a workspace baseline is on, all that it ships to be switched on is what it asks for.

use super::BaselineSource;
use crate::{
    binding::Bindings,
    json::member,
    names::{NameKind, Names},
    normal::{Field, Item, NormalPolicy, NormalValue, Role},
    policy::PolicyState,
    policy_set::{PolicySet, SetPolicy},
};
use std::{borrow::Cow, collections::BTreeSet};

/// What a policy of a baseline asks for here.
pub(super) struct Goal {
    /// In terms of the live tenant: what can't be told is left out of the exclusions.
    pub(super) policy: NormalPolicy,
    /// What was taken for granted, one sentence each.
    pub(super) conditions: Vec<String>,
}

/// What the policies of a baseline ask for, one for each; `None` for those that ask for nothing. `bound` are they in
/// terms of the live tenant.
pub(super) fn goals(
    baseline: &PolicySet,
    bound: &[NormalPolicy],
    source: &BaselineSource,
    bindings: &Bindings,
) -> Vec<Option<Goal>> {
    let precaution = ships_unenforced(baseline, source);
    let report_only =
        baseline.policies.iter().filter(|policy| policy.normal.state() == PolicyState::ReportOnly).count();
    // Beside policies in report-only, one that is off is off on purpose.
    let off_counts = precaution && report_only * 2 < baseline.policies.len();
    let asks = |policy: &SetPolicy| match policy.normal.state() {
        PolicyState::Enabled => true,
        PolicyState::ReportOnly => precaution,
        PolicyState::Disabled => off_counts,
        PolicyState::Unknown(_) => false,
    };
    baseline
        .policies
        .iter()
        .zip(bound)
        .map(|(policy, bound)| {
            asks(policy).then(|| {
                let (bound, conditions) = bind(bound.clone(), bindings, &baseline.names);
                Goal { policy: bound, conditions }
            })
        })
        .collect()
}

/// One policy in so many must be on for the states of a workspace baseline to mean what they say.
const ON_OF: usize = 5;

/// Whether a baseline ships in states that are only a precaution.
pub(super) fn ships_unenforced(baseline: &PolicySet, source: &BaselineSource) -> bool {
    matches!(source, BaselineSource::Workspace { .. })
        && baseline.enforced() * ON_OF < baseline.policies.len()
}

/// A policy in terms of the live tenant. An exclusion that can't be told leaves nobody out; an inclusion that can't be
/// told is a set of its own. A place whose countries the baseline gives is what it is anywhere.
fn bind(mut bound: NormalPolicy, bindings: &Bindings, there: &Names) -> (NormalPolicy, Vec<String>) {
    let (mut left_out, mut own, mut asked) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (field, value) in &mut bound.fields {
        let NormalValue::Set(items) = value else { continue };
        let excludes = matches!(field.role(), Role::Exclude(_));
        items.retain(|item| {
            let Item::Object(object) = item else { return true };
            if bindings.unresolved(object).is_none() || is_countries(object.kind, &object.id, there) {
                return true;
            }
            let name =
                object.name.as_deref().or_else(|| there.name(object.kind, &object.id)).unwrap_or(&object.id);
            let list = match field.role() {
                _ if excludes => &mut left_out,
                Role::Grant => &mut asked,
                _ => &mut own,
            };
            list.insert(format!("{} \"{name}\"", object.kind.noun()));
            !excludes
        });
    }
    bound.fields.retain(|_, value| !matches!(value, NormalValue::Set(items) if items.is_empty()));
    // Without what it left out, a condition on everything is no condition.
    for (include, exclude, all) in [
        (Field::IncludeLocations, Field::ExcludeLocations, "All"),
        (Field::IncludePlatforms, Field::ExcludePlatforms, "all"),
    ] {
        if bound.has_word(&include, all) && !bound.fields.contains_key(&exclude) {
            bound.fields.remove(&include);
        }
    }
    let conditions = [
        (left_out, "These exclusions of the baseline match nothing here, so they leave nobody out"),
        (own, "This of the baseline matches nothing here, so it is taken as a set of its own"),
        (
            asked,
            "This control of the baseline matches nothing here, so no live policy is taken to ask for it",
        ),
    ];
    let conditions = conditions.into_iter().filter(|(named, _)| !named.is_empty());
    (bound, conditions.map(|(named, why)| format!("{why}: {}.", counted(&named))).collect())
}

/// Names with the rest counted where there are many.
fn counted(named: &BTreeSet<String>) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = named.iter().take(SHOWN).map(String::as_str).collect();
    match named.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn is_countries(kind: NameKind, id: &str, there: &Names) -> bool {
    kind == NameKind::NamedLocation
        && there
            .entry(kind, id)
            .and_then(|entry| entry.body.as_ref())
            .is_some_and(|body| member(body, "countriesAndRegions").is_some())
}

/// The live names, and the baseline's for what could not be told here.
pub(super) fn merged_names<'n>(live: &'n Names, baseline: &PolicySet, bindings: &Bindings) -> Cow<'n, Names> {
    let mut names = Cow::Borrowed(live);
    for reference in baseline.policies.iter().flat_map(|policy| policy.normal.references()) {
        if bindings.unresolved(reference).is_some()
            && let Some(entry) = baseline.names.entry(reference.kind, &reference.id)
        {
            let mut entry = entry.clone();
            // Addresses of another tenant's offices mean nothing here.
            if !is_countries(reference.kind, &reference.id, &baseline.names) {
                entry.body = None;
            }
            names.to_mut().add(reference.kind, &reference.id, entry);
        }
    }
    names
}
