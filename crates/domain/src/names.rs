//! Who is who: names of the objects that policies refer to by id.
//!
//! Invariant: objects that are the same in every tenant (first-party apps, directory roles, built-in strengths) have a
//! name without any lookup; everything else has one only where a snapshot or an export gave it. An id without a name
//! stays an id, and a placeholder stays what it is.

use crate::{
    json::fold_id,
    reader::Reading,
    snapshot::{DocumentKind, ReferenceKind, ReferenceState, SnapshotContent},
    wellknown::{built_in_location, built_in_role, built_in_strength, first_party_app},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds of things that have a name a policy refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A directory role, by template id.
    Role,
    /// An application, by client id.
    Application,
    /// A service principal, by object id.
    ServicePrincipal,
    /// Terms of use.
    TermsOfUse,
    /// A named location.
    NamedLocation,
    /// An authentication strength.
    AuthenticationStrength,
    /// An authentication context, `c1` to `c99`.
    AuthenticationContext,
    /// A custom control.
    CustomFactor,
    /// A security profile of Global Secure Access.
    FilteringProfile,
}

impl From<ReferenceKind> for NameKind {
    fn from(kind: ReferenceKind) -> Self {
        match kind {
            ReferenceKind::User => Self::User,
            ReferenceKind::Group => Self::Group,
            ReferenceKind::Role => Self::Role,
            ReferenceKind::Application => Self::Application,
            ReferenceKind::ServicePrincipal => Self::ServicePrincipal,
            ReferenceKind::TermsOfUse => Self::TermsOfUse,
        }
    }
}

impl NameKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::User,
        Self::Group,
        Self::Role,
        Self::Application,
        Self::ServicePrincipal,
        Self::TermsOfUse,
        Self::NamedLocation,
        Self::AuthenticationStrength,
        Self::AuthenticationContext,
        Self::CustomFactor,
        Self::FilteringProfile,
    ];

    /// The name on the wire and in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Application => "application",
            Self::ServicePrincipal => "service_principal",
            Self::TermsOfUse => "terms_of_use",
            Self::NamedLocation => "named_location",
            Self::AuthenticationStrength => "authentication_strength",
            Self::AuthenticationContext => "authentication_context",
            Self::CustomFactor => "custom_factor",
            Self::FilteringProfile => "filtering_profile",
        }
    }

    /// For people, in the singular.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Application => "app",
            Self::ServicePrincipal => "service principal",
            Self::TermsOfUse => "terms of use",
            Self::NamedLocation => "named location",
            Self::AuthenticationStrength => "authentication strength",
            Self::AuthenticationContext => "authentication context",
            Self::CustomFactor => "custom control",
            Self::FilteringProfile => "security profile",
        }
    }
}

/// What is known of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct NameEntry {
    /// Its name, where it was found.
    pub name: Option<String>,
    /// What became of looking it up.
    pub state: ReferenceState,
    /// The whole object, for named locations and authentication strengths.
    pub body: Option<Value>,
}

/// Names of objects by kind and id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    entries: BTreeMap<(NameKind, String), NameEntry>,
}

impl Names {
    /// Knows what is the same in every tenant, and nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// The names in a snapshot.
    pub fn of_snapshot(content: &SnapshotContent) -> Self {
        let mut names = Self::new();
        for reference in &content.references {
            let entry =
                NameEntry { name: reference.display_name.clone(), state: reference.state, body: None };
            names.add(reference.kind.into(), &reference.id, entry);
        }
        for document in &content.documents {
            let kind = match document.kind {
                DocumentKind::Policy => continue,
                DocumentKind::NamedLocation => NameKind::NamedLocation,
                DocumentKind::AuthenticationStrength => NameKind::AuthenticationStrength,
                DocumentKind::AuthenticationContext => NameKind::AuthenticationContext,
            };
            names.insert(kind, &document.object_id, &document.display_name, Some(document.body.clone()));
        }
        names
    }

    /// The names in a folder of exports.
    pub fn of_reading(reading: &Reading) -> Self {
        let mut names = Self::new();
        for name in &reading.names {
            names.insert(name.kind, &name.id, &name.display_name, None);
        }
        for (kind, objects) in [
            (NameKind::Group, &reading.groups),
            (NameKind::NamedLocation, &reading.named_locations),
            (NameKind::AuthenticationStrength, &reading.authentication_strengths),
        ] {
            for object in objects {
                if let Some(id) = &object.id {
                    names.insert(kind, id, &object.display_name, Some(object.body.clone()));
                }
            }
        }
        names
    }

    /// Adds an object that was found. An empty name counts as none.
    pub fn insert(&mut self, kind: NameKind, id: &str, name: &str, body: Option<Value>) {
        let name = (!name.is_empty()).then(|| name.to_owned());
        self.add(kind, id, NameEntry { name, state: ReferenceState::Resolved, body });
    }

    /// Adds what is known of an object.
    pub fn add(&mut self, kind: NameKind, id: &str, entry: NameEntry) {
        self.entries.insert((kind, fold_id(id)), entry);
    }

    /// What is known of an object, beyond what is the same everywhere.
    pub fn entry(&self, kind: NameKind, id: &str) -> Option<&NameEntry> {
        self.entries.get(&(kind, fold_id(id)))
    }

    /// Everything that was added, in order.
    pub fn entries(&self) -> impl Iterator<Item = (NameKind, &str, &NameEntry)> {
        self.entries.iter().map(|((kind, id), entry)| (*kind, id.as_str(), entry))
    }

    /// An object's name: the tenant's own word for it first, else the one it has everywhere.
    pub fn name(&self, kind: NameKind, id: &str) -> Option<&str> {
        let id = fold_id(id);
        let own = self.entries.get(&(kind, id.clone())).and_then(|entry| entry.name.as_deref());
        own.or_else(|| global_name(kind, &id))
    }

    /// Whether the directory no longer knows an object.
    pub fn is_deleted(&self, kind: NameKind, id: &str) -> bool {
        self.entry(kind, id).is_some_and(|entry| entry.state == ReferenceState::Deleted)
    }
}

/// The name of an object that is the same in every tenant. `id` in lower case.
pub fn global_name(kind: NameKind, id: &str) -> Option<&'static str> {
    match kind {
        NameKind::Role => built_in_role(id).map(|role| role.name),
        NameKind::Application => first_party_app(id),
        NameKind::AuthenticationStrength => built_in_strength(id).map(|strength| strength.name),
        NameKind::NamedLocation => built_in_location(id),
        _ => None,
    }
}

/// Whether an id means the same object in every tenant. Every role does, named here or not: Conditional Access takes
/// built-in directory roles only, by their template id (Microsoft's page on users and groups in policies).
pub fn is_global(kind: NameKind, id: &str) -> bool {
    global_name(kind, id).is_some() || (kind == NameKind::Role && crate::json::is_guid(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_the_same_everywhere_even_where_its_name_is_not_known() {
        assert!(is_global(NameKind::Role, "b6a27b2b-f905-4b2e-81b5-0d90e0ef1fdb"));
        assert!(!is_global(NameKind::Role, "<AdministratorRole>"));
        assert!(!is_global(NameKind::Group, "b6a27b2b-f905-4b2e-81b5-0d90e0ef1fdb"));
    }
}
