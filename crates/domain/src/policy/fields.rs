//! Taking an object apart member by member, so that nothing of it is lost.
//!
//! Invariant: what is not taken as a typed member comes out of [`Fields::rest`], as it was. A member of an unexpected
//! shape is warned of and kept whole; it never fails the object around it.

use crate::json::{is_annotation, is_set};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};

/// Members that the model does not know, by their name, as they were.
pub type Unmodelled = BTreeMap<String, Value>;

/// Something in a policy that a person should look at. It never stops the reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// The member, as a dotted Graph path (`conditions.users.includeUsers`); empty for the policy itself.
    pub path: String,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// The members of one object, to be taken one by one.
pub(crate) struct Fields<'a, 'w> {
    path: String,
    members: Vec<(&'a str, &'a Value)>,
    odd: Unmodelled,
    warnings: &'w mut Vec<Warning>,
}

impl<'a, 'w> Fields<'a, 'w> {
    pub(crate) fn of(map: &'a Map<String, Value>, path: String, warnings: &'w mut Vec<Warning>) -> Self {
        let members = map.iter().map(|(name, value)| (name.as_str(), value)).collect();
        Self { path, members, odd: Unmodelled::new(), warnings }
    }

    /// Takes a member out. An exact name wins over one in another case; `null` is absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a Value> {
        let exact = self.members.iter().position(|(candidate, _)| *candidate == name);
        let found = exact.or_else(|| {
            let folded =
                self.members.iter().position(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
            let spelt = self.members[folded].0;
            if spelt[1..] != name[1..] {
                self.warn(name, format!("is spelt {spelt}; Graph expects the exact name"));
            }
            Some(folded)
        })?;
        let (_, value) = self.members.swap_remove(found);
        (!value.is_null()).then_some(value)
    }

    /// Takes the id at the end of `name@odata.bind`, the way in which a create body names another object.
    pub(crate) fn take_bound(&mut self, name: &str) -> Option<String> {
        let bind = format!("{name}@odata.bind");
        let link = self.take(&bind)?.as_str()?;
        let id = link.trim_end_matches(['\'', ')', '/']).rsplit(['/', '\'', '(']).next()?;
        (!id.is_empty()).then(|| id.to_owned())
    }

    /// Keeps a member of an unexpected shape whole, and says so.
    pub(crate) fn keep_odd(&mut self, name: &str, value: &Value, expected: &str) {
        self.warn(name, format!("expected {expected}; kept as it is, its meaning is not known"));
        self.odd.insert(name.to_owned(), value.clone());
    }

    /// The members of an inner object.
    pub(crate) fn inner(&mut self, name: &str, map: &'a Map<String, Value>) -> Fields<'a, '_> {
        Fields::of(map, join(&self.path, name), self.warnings)
    }

    pub(crate) fn warn(&mut self, name: &str, message: impl Into<String>) {
        self.warnings.push(Warning { path: join(&self.path, name), message: message.into() });
    }

    /// What was not taken, annotations of the protocol aside.
    pub(crate) fn rest(mut self) -> Unmodelled {
        for (name, value) in &self.members {
            if !is_annotation(name) {
                self.odd.insert((*name).to_owned(), (*value).clone());
            }
        }
        for (name, value) in &self.odd {
            if is_set(value) && !self.warnings.iter().any(|w| w.path == join(&self.path, name)) {
                let message = "is not known to this version; kept as it is".to_owned();
                self.warnings.push(Warning { path: join(&self.path, name), message });
            }
        }
        self.odd
    }
}

/// Joins two parts of a dotted path.
pub(crate) fn join(path: &str, name: &str) -> String {
    match (path.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{name}"),
    }
}
