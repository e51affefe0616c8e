//! What changed from one snapshot of a tenant to another: policies by what they mean, and the objects that policies
//! refer to by what they hold.
//!
//! Invariant: a snapshot has no changes against itself, and what means nothing (dates, annotations, the order of a
//! set) is no change.

use crate::{
    binding::Bindings,
    diff::{FieldDiff, compare_policies},
    json::meaning_of,
    policy_set::{PolicySet, SetPolicy},
    report::PolicyRef,
    snapshot::{Document, DocumentKind, SnapshotContent},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A policy that is on both sides and means something else, or is called something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedPolicy {
    /// As it was.
    pub before: PolicyRef,
    /// As it is.
    pub after: PolicyRef,
    /// The fields that differ; `baseline` is what was, `live` what is. None where only the name is another.
    pub diff: Vec<FieldDiff>,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It holds something else, or is called something else.
    Changed,
}

/// A named location, an authentication strength or an authentication context that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedObject {
    /// What it is.
    pub kind: DocumentKind,
    /// Its id.
    pub id: String,
    /// Its name: as it is, or as it was where it is gone.
    pub display_name: String,
    /// What happened to it.
    pub change: ObjectChange,
    /// The whole object as it was.
    pub before: Option<Value>,
    /// The whole object as it is.
    pub after: Option<Value>,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Policies that are new, in their order.
    pub added: Vec<PolicyRef>,
    /// Policies that are gone, in the order they had.
    pub removed: Vec<PolicyRef>,
    /// Policies that are not what they were, in their order.
    pub changed: Vec<ChangedPolicy>,
    /// How many policies mean what they meant.
    pub unchanged: usize,
    /// Named locations, authentication strengths and authentication contexts that are not what they were.
    pub objects: Vec<ChangedObject>,
}

/// Holds a snapshot against an earlier one of the same tenant.
pub fn changes(before: &SnapshotContent, after: &SnapshotContent) -> Changes {
    let policies = policy_changes(&PolicySet::of_snapshot(before), &PolicySet::of_snapshot(after));
    Changes { objects: objects(before, after), ..policies }
}

/// Holds the policies of a set against those of an earlier one with the same ids; says nothing of other objects.
pub fn policy_changes(was: &PolicySet, is: &PolicySet) -> Changes {
    let by_key: BTreeMap<&str, &SetPolicy> =
        was.policies.iter().map(|policy| (policy.key.as_str(), policy)).collect();
    let bindings = Bindings::same_tenant();
    let (mut added, mut changed, mut unchanged) = (Vec::new(), Vec::new(), 0);
    for policy in &is.policies {
        let Some(old) = by_key.get(policy.key.as_str()) else {
            added.push(PolicyRef::of(policy));
            continue;
        };
        let diff = compare_policies(&old.normal, &policy.normal, &bindings, &was.names, &is.names);
        if diff.is_empty() && old.normal.display_name == policy.normal.display_name {
            unchanged += 1;
        } else {
            changed.push(ChangedPolicy { before: PolicyRef::of(old), after: PolicyRef::of(policy), diff });
        }
    }
    let stays = |policy: &&SetPolicy| is.policies.iter().all(|now| now.key != policy.key);
    let removed = was.policies.iter().filter(stays).map(PolicyRef::of).collect();
    Changes { added, removed, changed, unchanged, objects: Vec::new() }
}

fn objects(before: &SnapshotContent, after: &SnapshotContent) -> Vec<ChangedObject> {
    let of = |content: &SnapshotContent| -> BTreeMap<(DocumentKind, String), Document> {
        let documents = content.documents.iter().filter(|document| document.kind != DocumentKind::Policy);
        documents.map(|document| ((document.kind, document.object_id.clone()), document.clone())).collect()
    };
    let (mut was, is) = (of(before), of(after));
    let mut out = Vec::new();
    let told = |change, old: Option<Document>, new: Option<Document>| {
        let any = new.as_ref().or(old.as_ref())?;
        Some(ChangedObject {
            kind: any.kind,
            id: any.object_id.clone(),
            display_name: any.display_name.clone(),
            change,
            before: old.map(|document| document.body),
            after: new.map(|document| document.body),
        })
    };
    for (key, new) in is {
        match was.remove(&key) {
            None => out.extend(told(ObjectChange::Added, None, Some(new))),
            Some(old) if held(&old.body) != held(&new.body) => {
                out.extend(told(ObjectChange::Changed, Some(old), Some(new)));
            }
            Some(_) => {}
        }
    }
    out.extend(was.into_values().filter_map(|old| told(ObjectChange::Removed, Some(old), None)));
    out.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    out
}

/// What an object says, its name included: without annotations and dates, lists as sets.
fn held(body: &Value) -> Value {
    let mut meaning = meaning_of(body);
    if let Some(map) = meaning.as_object_mut() {
        for date in ["createdDateTime", "modifiedDateTime", "deletedDateTime"] {
            map.remove(date);
        }
        for list in map.values_mut().filter_map(Value::as_array_mut) {
            list.sort_by_cached_key(Value::to_string);
        }
    }
    meaning
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::EntraTenantId, snapshot::TenantFacts};
    use serde_json::json;

    fn document(kind: DocumentKind, body: &Value) -> Document {
        Document {
            kind,
            object_id: body["id"].as_str().unwrap().to_owned(),
            display_name: body["displayName"].as_str().unwrap().to_owned(),
            body: body.clone(),
            beta_only: false,
        }
    }

    fn snapshot(policies: &[Value], locations: &[Value]) -> SnapshotContent {
        let policies = policies.iter().map(|body| document(DocumentKind::Policy, body));
        let locations = locations.iter().map(|body| document(DocumentKind::NamedLocation, body));
        SnapshotContent {
            taken_at: chrono::DateTime::UNIX_EPOCH,
            tenant: TenantFacts {
                tenant_id: EntraTenantId::from_uuid(uuid::Uuid::nil()),
                display_name: "Contoso".to_owned(),
                default_domain: None,
                verified_domains: Vec::new(),
            },
            documents: policies.chain(locations).collect(),
            security_defaults: Some(false),
            skus: None,
            references: Vec::new(),
            memberships: Vec::new(),
            unread: Vec::new(),
        }
    }

    fn policy(number: u8, name: &str, controls: &[&str]) -> Value {
        json!({
            "id": format!("00000000-0000-0000-0000-0000000000{number:02}"),
            "displayName": name, "state": "enabled", "modifiedDateTime": "2026-01-01T00:00:00Z",
            "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
            "grantControls": {"operator": "OR", "builtInControls": controls},
        })
    }

    fn office(ranges: &[&str]) -> Value {
        let ranges: Vec<Value> = ranges.iter().map(|range| json!({"cidrAddress": range})).collect();
        json!({"id": "l1", "displayName": "Office", "isTrusted": true, "ipRanges": ranges})
    }

    #[test]
    fn nothing_changed_against_itself_nor_in_what_means_nothing() {
        let before = snapshot(&[policy(1, "A", &["mfa"])], &[office(&["192.0.2.0/24", "198.51.100.0/24"])]);
        let none = changes(&before, &before);
        assert_eq!((none.unchanged, none.changed.len(), none.objects.len()), (1, 0, 0));
        let mut later = policy(1, "A", &["mfa"]);
        later["modifiedDateTime"] = json!("2026-02-02T00:00:00Z");
        later["@odata.etag"] = json!("x");
        let after = snapshot(&[later], &[office(&["198.51.100.0/24", "192.0.2.0/24"])]);
        assert_eq!(changes(&before, &after), none);
    }

    #[test]
    fn what_is_new_gone_and_other_is_told_apart() {
        let before = snapshot(
            &[policy(1, "A", &["mfa"]), policy(2, "B", &["mfa"]), policy(3, "C", &["mfa"])],
            &[office(&["192.0.2.0/24"])],
        );
        let after = snapshot(
            &[
                policy(1, "A", &["mfa", "compliantDevice"]),
                policy(2, "Renamed", &["mfa"]),
                policy(4, "D", &["block"]),
            ],
            &[office(&["192.0.2.0/23"])],
        );
        let found = changes(&before, &after);
        let names = |list: &[PolicyRef]| list.iter().map(|one| one.display_name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&found.added), names(&found.removed)),
            (vec!["D".to_owned()], vec!["C".to_owned()])
        );
        assert_eq!(found.changed.len(), 2);
        assert_eq!(found.changed[0].diff[0].field, "grantControls");
        assert!(found.changed[1].diff.is_empty(), "only the name");
        assert_eq!((found.objects.len(), found.objects[0].change), (1, ObjectChange::Changed));
        let back = changes(&after, &before);
        assert_eq!((names(&back.added), names(&back.removed)), (vec!["C".to_owned()], vec!["D".to_owned()]));
    }
}
