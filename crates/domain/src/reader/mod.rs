//! Reading of files: exports, create bodies, lists, pages, whatever published baselines and people's folders hold.
//!
//! Invariants: reading never fails; one bad file or object never stops the rest; every object of every file comes out
//! exactly once, as what it is or with the reason why it was left out.

mod cipp;
mod encoding;
mod intent;
mod many;
mod recognise;
mod versions;

pub(crate) use encoding::decode;
pub use many::{Duplicate, Place, Reading, SameName, read_many};
pub use versions::{Version, Versions};

use crate::{
    json::{member, text},
    names::NameKind,
    policy::{Policy, Warning},
    policy_notes::PolicyNotes,
};
use recognise::{NamedKind, Recognised, describe, object_id, recognise};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The member of a file that says something of policies, by key in their set.
pub const NOTES: &str = "policy_notes";

/// A policy that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPolicy {
    /// The file's path as it was given.
    pub path: String,
    /// Which one of the file's policies, from 0.
    pub index: usize,
    /// The policy.
    pub policy: Policy,
    /// The object as it stood in the file; of a Graph template or an intent, the policy that it describes.
    pub raw: Value,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Another object that was read: a named location, a group, an authentication strength.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadObject {
    /// The file's path as it was given.
    pub path: String,
    /// Its id, GUIDs in lower case. One that comes without an id goes by its name: so do the policies beside it.
    pub id: Option<String>,
    /// Its name.
    pub display_name: String,
    /// The object as it stood in the file; of a tool's own form, the Graph object that it describes.
    #[serde(skip)]
    pub body: Value,
}

/// The name of an object of which nothing else is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadName {
    /// The file's path as it was given.
    pub path: String,
    /// What it is.
    pub kind: NameKind,
    /// Its id; GUIDs in lower case.
    pub id: String,
    /// Its name.
    pub display_name: String,
}

/// A file, or one object of it, that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file's path as it was given.
    pub path: String,
    /// One sentence without its subject: "is not JSON: …".
    pub reason: String,
}

/// What one file held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileReading {
    /// Its policies in order.
    pub policies: Vec<ReadPolicy>,
    /// Its named locations.
    pub named_locations: Vec<ReadObject>,
    /// Its groups.
    pub groups: Vec<ReadObject>,
    /// Its authentication strengths.
    pub authentication_strengths: Vec<ReadObject>,
    /// Names of other objects.
    pub names: Vec<ReadName>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// What is said of policies, by key in their set, as this product's exports bring it along.
    pub notes: BTreeMap<String, PolicyNotes>,
    /// Whether it is a migration table of an export.
    pub migration_table: bool,
    /// The state that a manifest gives to the intents beside it.
    manifest_state: Option<String>,
    /// Which of the policies, by place, are intents without a state of their own.
    stateless: Vec<usize>,
}

impl FileReading {
    /// Nothing but what was left out.
    pub fn of_skipped(skipped: Vec<Skipped>) -> Self {
        Self { skipped, ..Self::default() }
    }

    /// Whether anything was recognised.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
            && self.named_locations.is_empty()
            && self.groups.is_empty()
            && self.authentication_strengths.is_empty()
            && self.names.is_empty()
    }
}

/// Reads one file. `path` is only a label.
pub fn read_bytes(path: &str, bytes: &[u8]) -> FileReading {
    let mut reader = Reader { path, out: FileReading::default(), remark: None };
    let (decoded, remark) = decode(bytes);
    reader.remark = remark;
    if decoded.trim().is_empty() {
        reader.skip("is empty");
        return reader.out;
    }
    let mut documents = serde_json::Deserializer::from_str(&decoded).into_iter::<Value>();
    // Usually one document; several, one after the other, are how command line tools write a list.
    let mut any = false;
    loop {
        match documents.next() {
            Some(Ok(document)) => {
                any = true;
                reader.read_document(&document);
            }
            Some(Err(error)) if any => {
                reader.skip(format!("goes on with something that is not JSON: {error}"));
                break;
            }
            Some(Err(error)) => {
                reader.skip(format!("is not JSON: {error}"));
                break;
            }
            None => break,
        }
    }
    reader.out
}

struct Reader<'a> {
    path: &'a str,
    out: FileReading,
    remark: Option<&'static str>,
}

impl Reader<'_> {
    fn skip(&mut self, reason: impl Into<String>) {
        self.out.skipped.push(Skipped { path: self.path.to_owned(), reason: reason.into() });
    }

    fn read_document(&mut self, document: &Value) {
        match document {
            Value::Array(items) => self.read_items(items),
            Value::Object(_) => match member(document, "value") {
                Some(Value::Array(items)) => self.read_items(items),
                _ => self.read_object(document),
            },
            other => self.skip(format!("holds {}, not an object", describe(other))),
        }
    }

    fn read_items(&mut self, items: &[Value]) {
        if items.is_empty() {
            self.skip("is an empty list");
        }
        for item in items {
            self.read_object(item);
        }
    }

    fn read_object(&mut self, value: &Value) {
        match recognise(value) {
            Recognised::Policy => self.read_policy_of_tool(value),
            Recognised::Template => {
                let note = "is a template without a state; read as a policy that is enabled";
                self.read_policy(template_body(value), &[note]);
            }
            Recognised::Intent => self.read_intent(value),
            Recognised::Manifest => {
                self.out.manifest_state = intent::state_of_manifest(value);
                self.skip("is a manifest; only the state is used that it gives to the policies beside it");
            }
            Recognised::Packed(member) => self.read_packed(value, member),
            Recognised::NamedLocation => self.read_location(value),
            Recognised::Group => {
                let object = self.object(value);
                self.out.groups.push(object);
            }
            Recognised::AuthenticationStrength => {
                let object = self.object(value);
                self.out.authentication_strengths.push(object);
            }
            Recognised::Named(kind) => self.read_name(kind, value),
            Recognised::MigrationTable => self.read_migration_table(value),
            Recognised::Notes => self.read_notes(value),
            // One level deep: what is recognised inside is no wrapper again.
            Recognised::Wrapped => member(value, "body").into_iter().for_each(|body| self.read_object(body)),
            Recognised::Reference(kind) => match (object_id(value), text(value, "display_name")) {
                (Some(id), Some(name)) => self.push_name(kind, id, name),
                _ => self.skip("refers to an object whose name is not known"),
            },
            Recognised::Other(reason) => {
                if !self.read_parts(value) {
                    self.skip(reason);
                }
            }
        }
    }

    fn read_policy(&mut self, raw: Value, notes: &[&str]) {
        let (policy, warnings) = read_noted(&raw, notes.iter().copied().chain(self.remark));
        let index = self.out.policies.len();
        self.out.policies.push(ReadPolicy { path: self.path.to_owned(), index, policy, raw, warnings });
    }

    /// A policy, with what CIPP puts beside its conditions taken out of it.
    fn read_policy_of_tool(&mut self, value: &Value) {
        let Some(taken) = cipp::take_apart(value) else { return self.read_policy(value.clone(), &[]) };
        self.read_policy(taken.policy, &[]);
        taken.locations.iter().for_each(|location| self.read_location(location));
        for (id, name) in taken.contexts {
            self.push_name(NameKind::AuthenticationContext, id, &name);
        }
    }

    fn read_intent(&mut self, value: &Value) {
        let (raw, mut notes) = intent::graph_of(value);
        if intent::own_state(value).is_none() {
            self.out.stateless.push(self.out.policies.len());
            notes.push(STATELESS);
        }
        self.read_policy(raw, &notes);
    }

    /// JSON in a text of JSON, as tables keep it.
    fn read_packed(&mut self, value: &Value, name: &str) {
        match text(value, name).and_then(|packed| serde_json::from_str::<Value>(packed).ok()) {
            Some(inner) => match recognise(&inner) {
                // One level deep.
                Recognised::Packed(_) => self.skip("holds JSON in JSON in JSON"),
                Recognised::Other(reason) => self.skip(format!("holds in {name} what {reason}")),
                _ => self.read_object(&inner),
            },
            None => self.skip(format!("holds in {name} what is not JSON")),
        }
    }

    fn read_location(&mut self, value: &Value) {
        let object = self.object(&intent::location(value));
        self.out.named_locations.push(object);
    }

    fn object(&self, value: &Value) -> ReadObject {
        let display_name = text(value, "displayName").unwrap_or_default();
        let by_name = || (!display_name.is_empty()).then(|| display_name.to_owned());
        ReadObject {
            path: self.path.to_owned(),
            id: object_id(value).or_else(by_name),
            display_name: display_name.to_owned(),
            body: value.clone(),
        }
    }

    fn push_name(&mut self, kind: NameKind, id: String, name: &str) {
        self.out.names.push(ReadName { path: self.path.to_owned(), kind, id, display_name: name.to_owned() });
    }

    fn read_name(&mut self, kind: NamedKind, value: &Value) {
        let display_name = text(value, "displayName").unwrap_or_default().to_owned();
        if object_id(value).is_none() && text(value, "appId").is_none() {
            return self.skip("names an object without an id, which no policy can refer to");
        }
        let mut push = |kind: NameKind, id: Option<String>| {
            if let Some(id) = id {
                self.push_name(kind, id, &display_name);
            }
        };
        match kind {
            NamedKind::User => push(NameKind::User, object_id(value)),
            NamedKind::AuthenticationContext => push(NameKind::AuthenticationContext, object_id(value)),
            NamedKind::TermsOfUse => push(NameKind::TermsOfUse, object_id(value)),
            NamedKind::ServicePrincipal => {
                // Policies name an app by its client id, a workload identity by its object id.
                push(NameKind::ServicePrincipal, object_id(value));
                let client_id = text(value, "appId").map(str::to_ascii_lowercase);
                push(NameKind::Application, client_id);
            }
        }
    }

    fn read_migration_table(&mut self, value: &Value) {
        let Some(Value::Array(rows)) = member(value, "Objects") else {
            return self.skip("is a migration table without objects");
        };
        self.out.migration_table = true;
        for row in rows {
            let kind = match text(row, "Type").unwrap_or_default() {
                "Group" => NameKind::Group,
                "User" => NameKind::User,
                "AuthenticationStrength" => NameKind::AuthenticationStrength,
                "NamedLocation" => NameKind::NamedLocation,
                _ => continue,
            };
            if let (Some(id), Some(name)) = (object_id(row), text(row, "DisplayName")) {
                self.push_name(kind, id, name);
            }
        }
        self.skip("is a migration table of an export; only the names in it are used");
    }

    fn read_notes(&mut self, value: &Value) {
        for (key, said) in member(value, NOTES).and_then(Value::as_object).into_iter().flatten() {
            match serde_json::from_value::<PolicyNotes>(said.clone()) {
                Ok(notes) if notes.is_bounded() => drop(self.out.notes.insert(key.clone(), notes)),
                _ => self.skip(format!("says of the policy \"{key}\" what can't be taken over")),
            }
        }
        self.skip("is what an export says of its policies; it is taken over with them");
    }

    /// An export of a whole tenant: an object whose members are lists. True where one of them held something.
    fn read_parts(&mut self, value: &Value) -> bool {
        let mut any = false;
        for (_, inner) in value.as_object().into_iter().flatten() {
            let items = match inner {
                Value::Array(items) => items,
                Value::Object(_) => match member(inner, "value") {
                    Some(Value::Array(items)) => items,
                    _ => continue,
                },
                _ => continue,
            };
            if items.iter().any(|item| item.is_object() && !matches!(recognise(item), Recognised::Other(_))) {
                any = true;
                items.iter().for_each(|item| self.read_object(item));
            }
        }
        any
    }
}

/// What is said of an intent to which no manifest gives a state.
const STATELESS: &str = "is an intent without a state; read as a policy that is enabled";

/// Reads a policy, with what is to be said of it beside what is odd in it.
fn read_noted<'n>(raw: &Value, notes: impl Iterator<Item = &'n str>) -> (Policy, Vec<Warning>) {
    let (policy, mut warnings) = Policy::read(raw);
    for message in notes {
        warnings.insert(0, Warning { path: String::new(), message: message.to_owned() });
    }
    (policy, warnings)
}

/// The policy that a Graph template describes (`conditionalAccessTemplate`: `name`, `details`).
fn template_body(template: &Value) -> Value {
    let mut body: Map<String, Value> =
        member(template, "details").and_then(Value::as_object).cloned().unwrap_or_default();
    let name = text(template, "name").or_else(|| text(template, "displayName")).unwrap_or_default();
    body.insert("displayName".to_owned(), Value::from(name));
    body.insert("state".to_owned(), Value::from("enabled"));
    if let Some(id) = text(template, "id") {
        body.insert("templateId".to_owned(), Value::from(id));
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests;
