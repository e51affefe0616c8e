//! The findings of the comparison: what each says, why, and what to do.

use super::{
    BaselineSource, Finding, FindingKind, FindingSource, FindingStatus,
    compare::{finding_id, policy_ref},
};
use crate::{
    describe::describe,
    diff::{Direction, FieldDiff},
    licence::Need,
    normal::{Field, Role},
    policy::PolicyState,
    policy_set::{PolicySet, SetPolicy},
    severity::{Assessment, HowFar, Severity, assess, what_is_lost},
};
use serde_json::Value;

/// A policy of the baseline and its live counterpart, which differ.
pub(super) struct Changed<'a> {
    pub(super) baseline: &'a SetPolicy,
    pub(super) live: &'a SetPolicy,
    pub(super) diff: &'a [FieldDiff],
    pub(super) needs: &'a [Need],
}

/// A policy of the baseline without a counterpart.
pub(super) fn missing(
    ours: &SetPolicy,
    nearest: Option<&SetPolicy>,
    baseline: &PolicySet,
    source: &BaselineSource,
    needs: &[Need],
) -> Finding {
    let Assessment { severity, reason } = assess(&ours.normal, HowFar::Unprotected, needs);
    let name = &ours.normal.display_name;
    let mut cause = format!("No live policy is a counterpart of \"{name}\" of {}.", source.describe());
    if let Some(nearest) = nearest {
        cause.push_str(&format!(" The nearest is \"{}\"{}.", nearest.normal.display_name, aside(nearest)));
    }
    let card = describe(&ours.normal, &baseline.names);
    let when = if card.when.is_empty() { String::new() } else { format!(" When: {}.", card.when.join("; ")) };
    let remedy = format!(
        "Create a policy that does the same, in report-only first. Who: {}. What: {}.{when} Then: {}.",
        card.who.join("; "),
        card.what.join("; "),
        card.then.join("; "),
    );
    Finding {
        id: finding_id(FindingKind::Missing, Some(ours), None),
        fingerprint: String::new(),
        severity,
        severity_reason: reason,
        kind: FindingKind::Missing,
        source: FindingSource::ComparisonBaseline,
        title: format!("Missing: {} (\"{name}\")", what_is_lost(&ours.normal)),
        baseline_policy: Some(policy_ref(ours)),
        live_policies: Vec::new(),
        share: None,
        regions: Vec::new(),
        witness: None,
        cause,
        remedy,
        frameworks: Vec::new(),
        not_licensed: licence_names(needs),
        diff: Vec::new(),
        status: FindingStatus::Open,
        acceptance: None,
    }
}

fn aside(policy: &SetPolicy) -> &'static str {
    match policy.normal.state() {
        PolicyState::Enabled => "",
        PolicyState::ReportOnly => ", which is report-only",
        PolicyState::Disabled => ", which is off",
        PolicyState::Unknown(_) => ", whose state is not known",
    }
}

/// A live policy that differs from its counterpart; `None` where the difference asks for no attention.
pub(super) fn changed(change: &Changed<'_>, source: &BaselineSource) -> Option<Finding> {
    let Changed { baseline: ours, live: theirs, diff, needs } = change;
    if !ours.normal.enforced && !theirs.normal.enforced {
        return None;
    }
    let name = &theirs.normal.display_name;
    let how_far = how_far(change);
    let (severity, reason, title) = match how_far {
        Some(how_far) => {
            let Assessment { severity, reason } = assess(&ours.normal, how_far, needs);
            let lead = if how_far == HowFar::Unclear { "Different from" } else { "Weaker than" };
            (severity, reason, format!("{lead} {}: \"{name}\"", source.describe()))
        }
        None => {
            let (reason, lead) = if !ours.normal.enforced {
                ("info: the policy of the baseline is not enforced and asks for nothing", "Beyond")
            } else if diff.iter().all(|field| field.direction == Direction::Stronger) {
                ("info: the live policy asks for more", "Stronger than")
            } else {
                (
                    "info: it differs only in objects that can't be told apart here",
                    "Not comparable in part with",
                )
            };
            (Severity::Info, reason.to_owned(), format!("{lead} {}: \"{name}\"", source.describe()))
        }
    };
    Some(Finding {
        id: finding_id(FindingKind::Changed, Some(ours), Some(theirs)),
        fingerprint: String::new(),
        severity,
        severity_reason: reason,
        kind: FindingKind::Changed,
        source: FindingSource::ComparisonBaseline,
        title,
        baseline_policy: Some(policy_ref(ours)),
        live_policies: vec![policy_ref(theirs)],
        share: None,
        regions: Vec::new(),
        witness: None,
        cause: cause(change, how_far),
        remedy: remedy(change, how_far),
        frameworks: Vec::new(),
        not_licensed: if how_far.is_some() { licence_names(needs) } else { Vec::new() },
        diff: diff.to_vec(),
        status: FindingStatus::Open,
        acceptance: None,
    })
}

/// How far the live policy falls short; `None` where it doesn't, or the baseline asks for nothing.
fn how_far(change: &Changed<'_>) -> Option<HowFar> {
    let Changed { baseline: ours, live: theirs, diff, .. } = change;
    if !ours.normal.enforced {
        return None;
    }
    if !theirs.normal.enforced {
        return Some(match theirs.normal.state() {
            PolicyState::ReportOnly => HowFar::ReportOnly,
            _ => HowFar::Unprotected,
        });
    }
    // What can't be understood can't be relied on.
    if theirs.normal.uncertainties.iter().any(|path| !ours.normal.uncertainties.contains(path)) {
        return Some(HowFar::Unprotected);
    }
    let weaker = diff.iter().filter(|field| field.direction == Direction::Weaker);
    let worst = weaker
        .map(|field| match role(&field.field) {
            Role::Grant | Role::Session => HowFar::WeakerControl,
            Role::Exclude(_) => HowFar::MoreExclusions,
            _ => HowFar::PartlyCovered,
        })
        .min_by_key(|how_far| match how_far {
            HowFar::WeakerControl => 0,
            HowFar::PartlyCovered => 1,
            _ => 2,
        });
    let unclear =
        diff.iter().any(|field| field.direction == Direction::Different && field.unresolved.is_empty());
    worst.or_else(|| unclear.then_some(HowFar::Unclear))
}

fn role(path: &str) -> Role {
    Field::ALL.iter().find(|field| field.path() == path).map_or(Role::Opaque, Field::role)
}

/// What differs, the fields that matter first.
fn cause(change: &Changed<'_>, how_far: Option<HowFar>) -> String {
    let mut said: Vec<String> = Vec::new();
    let name = &change.live.normal.display_name;
    if change.baseline.normal.enforced {
        match change.live.normal.state() {
            PolicyState::Enabled => {}
            PolicyState::ReportOnly => said.push(format!("\"{name}\" is report-only: it enforces nothing.")),
            PolicyState::Disabled => said.push(format!("\"{name}\" is off.")),
            PolicyState::Unknown(_) => said.push(format!("The state of \"{name}\" is not known.")),
        }
        if how_far == Some(HowFar::Unprotected) && change.live.normal.enforced {
            let paths = change.live.normal.uncertainties.join(", ");
            said.push(format!("\"{name}\" can't be relied on: {paths} is not known to this version."));
        }
    }
    let mut fields: Vec<&FieldDiff> =
        change.diff.iter().filter(|field| field.field != Field::State.path() || said.is_empty()).collect();
    fields.sort_by_key(|field| field.direction);
    said.extend(fields.iter().map(|field| sentence(field)));
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
    said.join(" ")
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

fn remedy(change: &Changed<'_>, how_far: Option<HowFar>) -> String {
    let name = &change.live.normal.display_name;
    let labels: Vec<&str> = change
        .diff
        .iter()
        .filter(|field| field.direction != Direction::Stronger)
        .map(|field| field.label.as_str())
        .collect();
    match how_far {
        None => {
            "Nothing has to be done. If this is how it should be, take it over into the baseline.".to_owned()
        }
        Some(HowFar::ReportOnly) => {
            format!("Look through the report-only results of \"{name}\", then turn it on.")
        }
        Some(HowFar::Unprotected) if !change.live.normal.enforced => format!("Turn \"{name}\" on."),
        Some(HowFar::Unprotected) => {
            format!("Check in the Entra admin center what \"{name}\" does, and remove what is not needed.")
        }
        Some(_) => format!(
            "Bring \"{name}\" back to the baseline ({}), or take the change over into the baseline if it is meant.",
            labels.join(", ")
        ),
    }
}

/// A live policy that the baseline does not have.
pub(super) fn extra(policy: &SetPolicy, live: &PolicySet, source: &BaselineSource) -> Finding {
    let name = &policy.normal.display_name;
    let card = describe(&policy.normal, &live.names);
    Finding {
        id: finding_id(FindingKind::Extra, None, Some(policy)),
        fingerprint: String::new(),
        severity: Severity::Info,
        severity_reason: "info: policies beyond the baseline are no gap".to_owned(),
        kind: FindingKind::Extra,
        source: FindingSource::ComparisonBaseline,
        title: format!("Not in {}: \"{name}\"", source.describe()),
        baseline_policy: None,
        live_policies: vec![policy_ref(policy)],
        share: None,
        regions: Vec::new(),
        witness: None,
        cause: format!(
            "\"{name}\" ({}) has no counterpart. Who: {}. What: {}. Then: {}.",
            card.state_label,
            card.who.join("; "),
            card.what.join("; "),
            card.then.join("; "),
        ),
        remedy: "Nothing has to be done. If it belongs to the agreed state, take it over into the baseline."
            .to_owned(),
        frameworks: Vec::new(),
        not_licensed: Vec::new(),
        diff: Vec::new(),
        status: FindingStatus::Open,
        acceptance: None,
    }
}

fn licence_names(needs: &[Need]) -> Vec<String> {
    let mut names: Vec<String> = needs.iter().map(|need| need.licence.name().to_owned()).collect();
    names.dedup();
    names
}
