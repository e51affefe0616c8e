//! A policy of the baseline as it reads in the live tenant.
//!
//! Invariant: an object stands in the field of its own kind, so that a group that is bound to users reads as if the
//! policy had named the users.

use super::Bindings;
use crate::{
    names::{NameKind, Names},
    normal::{Field, Item, NormalPolicy, NormalValue, Reference},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn apply(bindings: &Bindings, policy: &NormalPolicy, live: &Names) -> NormalPolicy {
    let mut fields: BTreeMap<Field, NormalValue> = BTreeMap::new();
    for (field, value) in &policy.fields {
        match value {
            NormalValue::Set(items) => {
                for item in items.iter().flat_map(|item| bind(bindings, item, live)) {
                    let place = place(field, &item).clone();
                    let set = fields.entry(place).or_insert_with(|| NormalValue::Set(BTreeSet::new()));
                    if let NormalValue::Set(set) = set {
                        set.insert(item);
                    }
                }
            }
            NormalValue::Object(reference) => {
                let bound = bind_reference(bindings, reference, live).into_iter().next();
                let bound = bound.unwrap_or_else(|| reference.clone());
                fields.insert(field.clone(), NormalValue::Object(bound));
            }
            other => {
                fields.insert(field.clone(), other.clone());
            }
        }
    }
    NormalPolicy { fields, ..policy.clone() }
}

fn bind(bindings: &Bindings, item: &Item, live: &Names) -> Vec<Item> {
    match item {
        Item::Object(reference) => {
            bind_reference(bindings, reference, live).into_iter().map(Item::Object).collect()
        }
        Item::Word(_) => vec![item.clone()],
    }
}

fn bind_reference(bindings: &Bindings, reference: &Reference, live: &Names) -> Vec<Reference> {
    let bound = bindings.targets(reference);
    // What means itself stays as it is written.
    if bound.is_empty()
        || bound.iter().any(|object| object.kind == reference.kind && object.id == reference.id)
    {
        return vec![reference.clone()];
    }
    bound.iter().map(|object| mean(bindings, object.kind, &object.id, live)).collect()
}

/// A live object as the live policies mean it: a custom strength is what it allows.
fn mean(bindings: &Bindings, kind: NameKind, id: &str, live: &Names) -> Reference {
    let known = bindings.here.get(&(kind, id.to_owned()));
    known.cloned().unwrap_or_else(|| Reference::new(kind, id, live))
}

fn place<'f>(field: &'f Field, item: &Item) -> &'f Field {
    let Item::Object(object) = item else { return field };
    match (field, object.kind) {
        (Field::IncludeGroups, NameKind::User) => &Field::IncludeUsers,
        (Field::ExcludeGroups, NameKind::User) => &Field::ExcludeUsers,
        (Field::IncludeUsers, NameKind::Group) => &Field::IncludeGroups,
        (Field::ExcludeUsers, NameKind::Group) => &Field::ExcludeGroups,
        _ => field,
    }
}
