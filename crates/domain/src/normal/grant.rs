//! Grant controls in normal form: a set of controls and, where there are several, how they are joined.

use super::{Field, Item, NormalValue, Reference, build::Builder};
use crate::{
    canonical::canonical_bytes,
    json::{fold_id, is_annotation},
    names::{NameKind, Names},
    policy::{AuthenticationStrength, BuiltInControl, Evolvable, GrantControls, Operator},
    wellknown::{BUILT_IN_STRENGTHS, MFA_STRENGTH_ID, built_in_strength},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub(super) fn build_grant(builder: &mut Builder<'_>, grant: &GrantControls) {
    let mut controls: BTreeSet<Item> = grant
        .built_in_controls
        .iter()
        .map(|control| match control {
            // The control and the built-in strength of that name ask for the same.
            BuiltInControl::Mfa => Item::Object(strength_reference(MFA_STRENGTH_ID, builder.names)),
            other => Item::word(other.as_str()),
        })
        .collect();
    let objects = |kind: NameKind, ids: &[String]| -> Vec<Item> {
        let ids = ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty());
        ids.map(|id| Item::Object(Reference::new(kind, id, builder.names))).collect()
    };
    controls.extend(objects(NameKind::CustomFactor, &grant.custom_authentication_factors));
    controls.extend(objects(NameKind::TermsOfUse, &grant.terms_of_use));
    if let Some(strength) = &grant.authentication_strength
        && (strength.id.is_some() || !strength.allowed_combinations.is_empty())
    {
        controls.insert(Item::Object(reference(strength, builder.names)));
    }
    // Graph demands an operator; where a file has none, the weaker reading can't promise what is not there.
    let operator = grant.operator.clone().unwrap_or(Operator::Or);
    drop_implied(&mut controls, &operator);
    if controls.len() > 1 {
        builder.put(Field::GrantOperator, NormalValue::Word(operator.as_str().to_owned()));
    }
    builder.put_set(Field::GrantControls, controls);
}

/// A strength of which only the id is given.
pub(super) fn strength_reference(id: &str, names: &Names) -> Reference {
    reference(&AuthenticationStrength { id: Some(id.to_owned()), ..Default::default() }, names)
}

/// Of several built-in strengths only one says something: the strictest where all are asked for, the mildest where
/// one is enough.
fn drop_implied(controls: &mut BTreeSet<Item>, operator: &Operator) {
    let is = |item: &Item, id: &str| matches!(item, Item::Object(r) if r.kind == NameKind::AuthenticationStrength && r.id == id);
    let present: Vec<&str> = BUILT_IN_STRENGTHS
        .iter()
        .map(|strength| strength.id)
        .filter(|id| controls.iter().any(|item| is(item, id)))
        .collect();
    let keep = match operator {
        Operator::And => present.last(),
        Operator::Or => present.first(),
        Operator::Unknown(_) => return,
    };
    if let Some(keep) = keep {
        controls.retain(|item| item.id() == *keep || !present.iter().any(|id| is(item, id)));
    }
}

fn reference(strength: &AuthenticationStrength, names: &Names) -> Reference {
    let id = fold_id(strength.id.as_deref().unwrap_or_default().trim());
    let mut reference = Reference::new(NameKind::AuthenticationStrength, &id, names);
    if built_in_strength(&id).is_none() {
        // Expanded inside the policy, else from the tenant's own list.
        let found = names.entry(NameKind::AuthenticationStrength, &id).and_then(|entry| entry.body.as_ref());
        reference.content = if strength.allowed_combinations.is_empty() {
            found.and_then(|body| {
                content(
                    body.get("displayName").and_then(Value::as_str),
                    body.get("allowedCombinations").and_then(Value::as_array)?.clone(),
                    body.get("combinationConfigurations").and_then(Value::as_array),
                )
            })
        } else {
            content(
                strength.display_name.as_deref(),
                strength.allowed_combinations.iter().map(|one| json!(one)).collect(),
                Some(&strength.combination_configurations),
            )
        };
        if reference.name.is_none() {
            reference.name = strength.display_name.clone().filter(|name| !name.is_empty());
        }
    }
    reference
}

/// What a custom strength is, without what differs from tenant to tenant. Custom strengths of two tenants are the
/// same when name, combinations and their configurations are.
fn content(
    name: Option<&str>,
    combinations: Vec<Value>,
    configurations: Option<&Vec<Value>>,
) -> Option<String> {
    let configurations: Vec<Value> = configurations.into_iter().flatten().map(without_ids).collect();
    let body = json!({
        "displayName": name.unwrap_or_default(),
        "allowedCombinations": combinations,
        "combinationConfigurations": configurations,
    });
    String::from_utf8(canonical_bytes(&body)).ok()
}

fn without_ids(configuration: &Value) -> Value {
    let Some(map) = configuration.as_object() else { return configuration.clone() };
    let kept: Map<String, Value> = map
        .iter()
        .filter(|(name, value)| name.as_str() != "id" && !is_annotation(name) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(kept)
}
