//! The normal form written as Graph writes a policy, so that it can be read again.

use super::{Field, Frequency, Item, NormalPolicy, NormalValue};
use crate::{
    names::NameKind,
    policy::{Evolvable, GuestType},
    wellknown::MFA_STRENGTH_ID,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

impl NormalPolicy {
    /// The policy in Graph's form, with nothing in it that says nothing. Reading it again gives this normal form.
    pub fn to_graph(&self) -> Value {
        let mut body = Value::Object(Map::new());
        put(&mut body, "displayName", json!(self.display_name));
        if let Some(id) = &self.id {
            put(&mut body, "id", json!(id));
        }
        for (field, value) in &self.fields {
            write(&mut body, field, value);
        }
        body
    }
}

fn write(body: &mut Value, field: &Field, value: &NormalValue) {
    let path = field.path();
    match (field, value) {
        (Field::GrantControls, NormalValue::Set(controls)) => write_controls(body, controls),
        (Field::IncludeGuestTenants | Field::ExcludeGuestTenants, NormalValue::Set(tenants)) => {
            let members: Vec<_> = tenants.iter().map(Item::id).filter(|id| *id != "none").collect();
            put(body, path, json!({"membershipKind": "enumerated", "members": members}));
        }
        (
            Field::IncludeGuests
            | Field::ExcludeGuests
            | Field::InsiderRiskLevels
            | Field::AgentIdRiskLevels
            | Field::TransferMethods
            | Field::IncludeTraffic,
            NormalValue::Set(words),
        ) => {
            // Guests in the order in which Graph lists them, the rest as they are sorted.
            let mut words: Vec<&str> = words.iter().map(Item::id).collect();
            words.sort_by_key(|word| GuestType::KNOWN.iter().position(|one| one.as_str() == *word));
            put(body, path, json!(words.join(",")));
        }
        (Field::AppEnforcedRestrictions, _) => put(body, path, json!({"isEnabled": true})),
        (Field::CloudAppSecurity, NormalValue::Word(kind)) => {
            put_on(body, path, "cloudAppSecurityType", kind);
        }
        (Field::PersistentBrowser, NormalValue::Word(mode)) => put_on(body, path, "mode", mode),
        (Field::TokenProtection, NormalValue::Word(mode)) => put_on(body, path, "secureAppSessionMode", mode),
        (Field::SignInFrequency, NormalValue::Frequency(frequency)) => {
            put(body, &format!("{path}.isEnabled"), json!(true));
            match frequency {
                Frequency::EveryTime => put(body, &format!("{path}.frequencyInterval"), json!("everyTime")),
                Frequency::Hours(hours) => {
                    put(body, &format!("{path}.frequencyInterval"), json!("timeBased"));
                    put(body, &format!("{path}.value"), json!(hours));
                    put(body, &format!("{path}.type"), json!("hours"));
                }
                Frequency::Unspecified => {}
            }
        }
        (Field::DisableResilienceDefaults, _) => put(body, path, json!(true)),
        (Field::ContinuousAccessEvaluation, NormalValue::Word(mode)) => {
            put(body, path, json!({"mode": mode}))
        }
        (Field::FilteringProfile, NormalValue::Object(profile)) => {
            put(body, path, json!({"isEnabled": true, "profileId": profile.id}));
        }
        (_, NormalValue::Set(items)) => put(body, path, items.iter().map(Item::id).collect()),
        (_, NormalValue::Word(word)) => put(body, path, json!(word)),
        (_, NormalValue::Rule(mode, rule)) => put(body, path, json!({"mode": mode.as_str(), "rule": rule})),
        (_, NormalValue::Object(reference)) => put(body, path, json!(reference.id)),
        (_, NormalValue::Json(value)) => put(body, path, value.clone()),
        (_, NormalValue::Frequency(_)) => {}
    }
}

fn write_controls(body: &mut Value, controls: &BTreeSet<Item>) {
    let mut built_in = Vec::new();
    let mut strengths = Vec::new();
    for control in controls {
        match control {
            Item::Word(word) => built_in.push(word.as_str()),
            Item::Object(object) => match object.kind {
                NameKind::AuthenticationStrength => strengths.push(object),
                NameKind::TermsOfUse => push(body, "grantControls.termsOfUse", &object.id),
                _ => push(body, "grantControls.customAuthenticationFactors", &object.id),
            },
        }
    }
    // Graph has one place for a strength. Where there are two, one of them is the control `mfa`.
    let several = strengths.len() > 1;
    for strength in strengths {
        if several && strength.id == MFA_STRENGTH_ID {
            built_in.push("mfa");
            continue;
        }
        let mut written = json!({"id": strength.id});
        if let Some(content) =
            strength.content.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok())
        {
            for (name, value) in content.as_object().into_iter().flatten() {
                written[name] = value.clone();
            }
        }
        put(body, "grantControls.authenticationStrength", written);
    }
    for word in built_in {
        push(body, "grantControls.builtInControls", word);
    }
}

/// A session control with one setting; the word `enabled` stands for none.
fn put_on(body: &mut Value, path: &str, setting: &str, value: &str) {
    put(body, &format!("{path}.isEnabled"), json!(true));
    if value != "enabled" {
        put(body, &format!("{path}.{setting}"), json!(value));
    }
}

fn push(body: &mut Value, path: &str, text: &str) {
    let place = place(body, path);
    match place {
        Value::Array(items) => items.push(json!(text)),
        other => *other = json!([text]),
    }
}

fn put(body: &mut Value, path: &str, value: Value) {
    *place(body, path) = value;
}

/// The value at a dotted path; objects on the way are made.
fn place<'a>(body: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('.').fold(body, |inner, name| {
        if !inner.is_object() {
            *inner = Value::Object(Map::new());
        }
        &mut inner[name]
    })
}
