//! Findings for information: counterparts that differ without any loss of protection, and live policies beyond the
//! baseline.

use super::{
    BaselineSource, Finding, FindingKind, FindingSource,
    compare::{finding_id, policy_ref},
};
use crate::{
    describe::describe,
    diff::{Direction, FieldDiff},
    normal::{Field, Role},
    policy::PolicyState,
    policy_set::{PolicySet, SetPolicy},
    severity::Severity,
};
use serde_json::Value;

/// A policy of the baseline and its live counterpart, which differ.
pub(super) struct Changed<'a> {
    pub(super) baseline: &'a SetPolicy,
    pub(super) live: &'a SetPolicy,
    pub(super) diff: &'a [FieldDiff],
}

/// A live policy that differs from its counterpart while nothing is lost; `None` where the difference asks for no
/// attention.
pub(super) fn changed(change: &Changed<'_>, source: &BaselineSource) -> Option<Finding> {
    let Changed { baseline: ours, live: theirs, diff } = change;
    if !ours.normal.enforced && !theirs.normal.enforced {
        return None;
    }
    let name = &theirs.normal.display_name;
    let (reason, lead) = if !ours.normal.enforced && theirs.normal.enforced {
        ("info: it is enforced here and not in the baseline", "Beyond")
    } else if diff.iter().all(|field| field.direction == Direction::Stronger) {
        ("info: the live policy asks for more", "Stronger than")
    } else if diff.iter().all(|field| !field.unresolved.is_empty() || field.direction == Direction::Stronger)
    {
        ("info: it differs only in objects that can't be told apart here", "Not comparable in part with")
    } else {
        (
            "info: other policies cover what this one no longer does, so no sign-in loses protection",
            "Different from",
        )
    };
    Some(Finding {
        id: finding_id(&FindingSource::ComparisonBaseline, Some(ours), Some(theirs)),
        severity: Severity::Info,
        severity_reason: reason.to_owned(),
        kind: FindingKind::Changed,
        title: format!("{lead} {}: \"{name}\"", source.describe()),
        baseline_policy: Some(policy_ref(ours)),
        live_policies: vec![policy_ref(theirs)],
        cause: cause(change),
        remedy: "Nothing has to be done. If this is how it should be, take it over into the baseline."
            .to_owned(),
        diff: diff.to_vec(),
        ..Finding::of(FindingSource::ComparisonBaseline)
    })
}

fn role(path: &str) -> Role {
    Field::ALL.iter().find(|field| field.path() == path).map_or(Role::Opaque, Field::role)
}

/// What differs, the fields that matter first.
fn cause(change: &Changed<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    let name = &change.live.normal.display_name;
    if change.baseline.normal.enforced {
        match change.live.normal.state() {
            PolicyState::Enabled => {}
            PolicyState::ReportOnly => said.push(format!("\"{name}\" is report-only: it enforces nothing.")),
            PolicyState::Disabled => said.push(format!("\"{name}\" is off.")),
            PolicyState::Unknown(_) => said.push(format!("The state of \"{name}\" is not known.")),
        }
    }
    said.extend(diff_sentences(change.diff, said.is_empty()));
    said.join(" ")
}

/// A diff in sentences, the fields that matter first.
pub(super) fn diff_sentences(diff: &[FieldDiff], with_state: bool) -> Vec<String> {
    let mut fields: Vec<&FieldDiff> =
        diff.iter().filter(|field| with_state || field.field != Field::State.path()).collect();
    fields.sort_by_key(|field| field.direction);
    let mut said: Vec<String> = fields.iter().map(|field| sentence(field)).collect();
    let mut reasons: Vec<&str> =
        fields.iter().flat_map(|field| &field.unresolved).map(String::as_str).collect();
    reasons.sort_unstable();
    reasons.dedup();
    if !reasons.is_empty() {
        let more =
            if reasons.len() > 3 { format!("; and {} more", reasons.len() - 3) } else { String::new() };
        reasons.truncate(3);
        said.push(format!("Not comparable: {}{more}.", reasons.join("; ")));
    }
    said
}

/// Whether a field limits a policy to what it lists, and limits nothing when unset.
fn is_limit(path: &str) -> bool {
    use crate::normal::Dimension::{Devices, Locations, Platforms};
    matches!(role(path), Role::Narrow | Role::Include(Platforms | Locations | Devices))
}

/// One field in words: what was added and what is gone, or what it is instead of what it was.
fn sentence(field: &FieldDiff) -> String {
    let list = |value: &Value| -> Option<Vec<String>> {
        match value {
            Value::Null => Some(Vec::new()),
            Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        }
    };
    let set = field.baseline.is_array() || field.live.is_array();
    // Of a condition that matches everything when unset, "nothing" would say the opposite.
    if is_limit(&field.field) && set && field.baseline.is_null() != field.live.is_null() {
        return match &field.live {
            Value::Null => format!("{}: not limited to {} any more.", field.label, shown(&field.baseline)),
            live => format!("{}: limited to {}.", field.label, shown(live)),
        };
    }
    match (list(&field.baseline), list(&field.live)) {
        (Some(baseline), Some(live)) if set => {
            let only = |a: &[String], b: &[String]| -> Vec<String> {
                a.iter().filter(|item| !b.contains(item)).cloned().collect()
            };
            let (gone, added) = (only(&baseline, &live), only(&live, &baseline));
            match (added.is_empty(), gone.is_empty()) {
                (false, false) => {
                    format!("{}: {} instead of {}.", field.label, added.join(", "), gone.join(", "))
                }
                (false, true) => format!("{}: also {}.", field.label, added.join(", ")),
                (true, false) => format!("{}: without {}.", field.label, gone.join(", ")),
                (true, true) => format!("{}: other objects of the same name.", field.label),
            }
        }
        _ => format!("{}: {} instead of {}.", field.label, shown(&field.live), shown(&field.baseline)),
    }
}

/// A value of a diff as text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "not set".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A live policy that the baseline does not have.
pub(super) fn extra(policy: &SetPolicy, live: &PolicySet, source: &BaselineSource) -> Finding {
    let name = &policy.normal.display_name;
    let card = describe(&policy.normal, &live.names);
    Finding {
        id: finding_id(&FindingSource::ComparisonBaseline, None, Some(policy)),
        severity: Severity::Info,
        severity_reason: "info: policies beyond the baseline are no gap".to_owned(),
        kind: FindingKind::Extra,
        title: format!("Not in {}: \"{name}\"", source.describe()),
        live_policies: vec![policy_ref(policy)],
        cause: format!(
            "\"{name}\" ({}) has no counterpart. Who: {}. What: {}. Then: {}.",
            card.state_label,
            card.who.join("; "),
            card.what.join("; "),
            card.then.join("; "),
        ),
        remedy: "Nothing has to be done. If it belongs to the agreed state, take it over into the baseline."
            .to_owned(),
        ..Finding::of(FindingSource::ComparisonBaseline)
    }
}
