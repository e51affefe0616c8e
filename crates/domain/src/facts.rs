//! What is known of a tenant beside its policies: memberships, licences, security defaults, and what could not be read.
//!
//! Invariant: what is not known is absent, never a default that looks like an answer.

use crate::{
    licence::{self, Licences},
    names::NameKind,
    snapshot::{Membership, SnapshotContent, Unread},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is known of a tenant beside its policies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Members of groups (by object id) and roles (by template id), nested groups flattened.
    pub memberships: BTreeMap<(NameKind, String), Members>,
    /// How many users the directory holds, where that was read.
    pub people: Option<u64>,
    /// Which of the known members are guests, where that was read.
    pub guests: Option<BTreeSet<Uuid>>,
    /// Whether security defaults are on.
    pub security_defaults: Option<bool>,
    /// What the tenant is licensed for.
    pub licences: Option<Licences>,
    /// When all this was read.
    pub taken_at: Option<DateTime<Utc>>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Emergency access accounts and groups as people confirmed or refused them.
    pub emergency: EmergencyChoices,
}

/// The members of one group or role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// Users, sorted.
    pub ids: Vec<Uuid>,
    /// How many users; equals `ids.len()` when `complete`.
    pub head_count: u64,
    /// Whether `ids` holds all of them.
    pub complete: bool,
}

/// What people said of emergency access: users by object id, groups by object id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmergencyChoices {
    /// These are emergency access accounts or groups of them.
    pub confirmed: BTreeSet<(NameKind, String)>,
    /// These are not, whatever they look like.
    pub refused: BTreeSet<(NameKind, String)>,
}

impl Facts {
    /// The facts of a snapshot.
    pub fn of_snapshot(content: &SnapshotContent) -> Self {
        let memberships = content.memberships.iter().map(members).collect();
        Self {
            memberships,
            people: None,
            guests: None,
            security_defaults: content.security_defaults,
            licences: content.skus.as_deref().map(licence::detect),
            taken_at: Some(content.taken_at),
            unread: content.unread.clone(),
            emergency: EmergencyChoices::default(),
        }
    }

    /// The members of a group or role, where they were read.
    pub fn members(&self, kind: NameKind, id: &str) -> Option<&Members> {
        self.memberships.get(&(kind, id.to_owned()))
    }
}

fn members(membership: &Membership) -> ((NameKind, String), Members) {
    let mut ids = membership.members.clone();
    ids.sort_unstable();
    ids.dedup();
    let key = (membership.kind.into(), crate::json::fold_id(&membership.id));
    (key, Members { ids, head_count: membership.head_count, complete: membership.complete })
}
