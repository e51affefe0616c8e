//! Snapshots and policies from the store's words into the wire's.

use super::dto::{PolicyOut, SnapshotOut};
use crate::{baselines::dto::BaselinePolicyOut, customers::dto::PolicyCountsOut};
use policytab_app::stored_names;
use policytab_domain::{
    describe::describe, names::Names, normal::normalise, policy::Policy, sentence::sentence,
};
use policytab_store::{Snapshot, StoredDocument};
use serde_json::Value;
use uuid::Uuid;

/// A snapshot, as the list shows it.
pub fn snapshot(customer: Uuid, s: &Snapshot) -> SnapshotOut {
    let [enabled, report_only, disabled] = s.policies.map(i64::from);
    SnapshotOut {
        id: s.id.as_uuid(),
        customer_id: customer,
        import_id: s.import_id.as_uuid(),
        taken_at: s.taken_at,
        policies: PolicyCountsOut { total: enabled + report_only + disabled, enabled, report_only, disabled },
        security_defaults: s.security_defaults,
    }
}

/// Policies with the words that describe them.
pub fn policies(
    bodies: impl Iterator<Item = (Option<String>, bool, Value)>,
    names: &Names,
) -> Vec<PolicyOut> {
    bodies
        .map(|(id, beta_only, body)| {
            let (policy, warnings) = Policy::read(&body);
            let normal = normalise(&policy, names);
            let card = describe(&normal, names);
            PolicyOut {
                id,
                display_name: policy.name().to_owned(),
                state: body.get("state").and_then(Value::as_str).unwrap_or_default().to_owned(),
                beta_only,
                sentence: sentence(&normal, names),
                who: card.who,
                what: card.what,
                when: card.when,
                then: card.then,
                warnings: warnings.iter().map(ToString::to_string).collect(),
                body,
            }
        })
        .collect()
}

/// A stored baseline's policies with what is said of them.
pub fn noted_policies(source: &Value, documents: &[StoredDocument]) -> Vec<BaselinePolicyOut> {
    let set = policytab_app::stored_set(source, documents);
    stored_policies(source, documents)
        .into_iter()
        .zip(set.policies)
        .map(|(policy, noted)| BaselinePolicyOut { policy, key: noted.key, notes: noted.notes.into() })
        .collect()
}

/// A stored baseline's policies.
fn stored_policies(source: &Value, documents: &[StoredDocument]) -> Vec<PolicyOut> {
    let (bodies, names) = stored_names(source, documents);
    let with_ids = bodies.into_iter().map(|(id, body)| {
        // A policy that came without an id was stored under its place in the files.
        let own = body.get("id").is_some().then_some(id);
        (own, false, body)
    });
    policies(with_ids, &names)
}
