//! The ids that policies name, together, each once.

use policytab_domain::{
    references,
    snapshot::{Document, ReferenceKind},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Every object that at least one policy names, by kind and id.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Named(BTreeSet<(ReferenceKind, Uuid)>);

/// The names in all policies. Sentinels and placeholders are no ids and don't come along.
pub(crate) fn collect(policies: &[Document]) -> Named {
    let named = policies.iter().flat_map(|policy| references::collect(&policy.body));
    Named(named.filter_map(|(kind, id)| Some((kind, Uuid::try_parse(&id).ok()?))).collect())
}

impl Named {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids of one kind, sorted.
    pub(crate) fn of(&self, kind: ReferenceKind) -> Vec<Uuid> {
        self.0.iter().filter(|(k, _)| *k == kind).map(|(_, id)| *id).collect()
    }

    /// All of them, sorted by kind and id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ReferenceKind, Uuid)> {
        self.0.iter().copied()
    }
}
