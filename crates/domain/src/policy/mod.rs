//! `conditionalAccessPolicy`, typed and lossless.
//!
//! Invariants: reading never fails, whatever a member holds; every member of the v1.0 and beta resource is typed;
//! what is not known is kept in `unmodelled` where it stood, shown by [`Policy::unmodelled`], and never dropped;
//! writing a policy and reading it again gives the same policy. `null`, absent and empty are alike.

mod conditions;
mod controls;
mod enums;
mod fields;
pub(crate) mod member;
mod unknown;

pub use conditions::*;
pub use controls::*;
pub use enums::*;
pub use fields::{Unmodelled, Warning};
pub use member::{Evolvable, Flags};

use crate::json::is_set;
use fields::Fields;
use member::{Resource, resource};
use serde_json::Value;

resource! {
    /// One Conditional Access policy.
    Policy {
        /// Its object id; unset in bodies to be created and in published baselines.
        id: Option<String> = "id",
        /// Its name. Names are not unique.
        display_name: Option<String> = "displayName",
        /// Declared by Graph, and absent from every export seen.
        description: Option<String> = "description",
        /// Enforced, report-only or off.
        state: Option<PolicyState> = "state",
        /// The template it was made from; the same in every tenant.
        template_id: Option<String> = "templateId",
        /// When it was made.
        created_date_time: Option<String> = "createdDateTime",
        /// When it was last changed; unset until then.
        modified_date_time: Option<String> = "modifiedDateTime",
        /// Unset for live objects.
        deleted_date_time: Option<String> = "deletedDateTime",
        /// A marker of origin (seen in exports).
        partial_enablement_strategy: Option<Value> = "partialEnablementStrategy",
        /// When it applies.
        conditions: Option<Conditions> = "conditions",
        /// What it asks for.
        grant_controls: Option<GrantControls> = "grantControls",
        /// What holds for the session.
        session_controls: Option<SessionControls> = "sessionControls",
    }
}

/// Words of the older lists of devices and their states (`conditionalAccessDeviceStates`).
const DEVICE_WORDS: [&str; 3] = ["All", "Compliant", "DomainJoined"];

impl Policy {
    /// Reads a policy from its Graph form. A value that is no object gives an empty policy and a warning.
    pub fn read(body: &Value) -> (Self, Vec<Warning>) {
        let mut warnings = Vec::new();
        let Some(map) = body.as_object() else {
            let message = "is no object".to_owned();
            return (Self::default(), vec![Warning { path: String::new(), message }]);
        };
        let policy = <Self as Resource>::read(Fields::of(map, String::new(), &mut warnings));
        policy.warn_of_gaps(&mut warnings);
        warnings.sort();
        warnings.dedup();
        (policy, warnings)
    }

    /// Writes the policy in its Graph form, without members that say nothing.
    pub fn to_graph(&self) -> Value {
        Value::Object(<Self as Resource>::write(self))
    }

    /// The name, empty where there is none.
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or_default()
    }

    /// Whether sign-ins are held to it.
    pub fn is_enforced(&self) -> bool {
        self.state.as_ref().is_some_and(PolicyState::is_enforced)
    }

    /// Every member that the model does not know, with its dotted path, as it was.
    pub fn unmodelled(&self) -> Vec<(String, &Value)> {
        let mut out = Vec::new();
        self.unmodelled_members("", &mut out);
        out
    }

    /// Why the policy's meaning is not fully known, one dotted path for each reason; empty where it is. A policy
    /// whose meaning is not known can't be relied on to protect.
    pub fn uncertainties(&self) -> Vec<String> {
        let decides = |path: &str| {
            ["conditions", "grantControls", "sessionControls"].iter().any(|part| {
                path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let mut paths: Vec<String> = self
            .unmodelled()
            .into_iter()
            .filter(|(path, value)| decides(path) && is_set(value))
            .map(|(path, _)| path)
            .collect();
        let conditions = self.conditions.as_ref();
        for (path, value) in [
            ("conditions.times", conditions.and_then(|c| c.times.as_ref())),
            ("conditions.clients", conditions.and_then(|c| c.clients.as_ref())),
        ] {
            if value.is_some() {
                paths.push(path.to_owned());
            }
        }
        paths.extend(unknown::unknown_words(self));
        let known = |word: &String| DEVICE_WORDS.iter().any(|one| one.eq_ignore_ascii_case(word));
        for (words, path) in conditions.into_iter().flat_map(Conditions::device_words) {
            if !words.iter().all(known) {
                paths.push(path.to_owned());
            }
        }
        paths.sort();
        paths.dedup();
        paths
    }

    fn warn_of_gaps(&self, warnings: &mut Vec<Warning>) {
        let mut warn = |path: &str, message: &str| {
            warnings.push(Warning { path: path.to_owned(), message: message.to_owned() });
        };
        if self.name().is_empty() {
            warn("displayName", "is missing");
        }
        if self.state.is_none() {
            warn("state", "is missing; the policy is taken as not enforced");
        }
        match &self.conditions {
            None => warn("conditions", "is missing; the policy applies to nothing"),
            Some(conditions) => {
                if conditions.applications.is_none() {
                    warn("conditions.applications", "is missing; the policy targets nothing");
                }
                if conditions.users.is_none()
                    && conditions.client_applications.is_none()
                    && conditions.agents.is_none()
                {
                    warn("conditions.users", "is missing; the policy applies to nobody");
                }
                if conditions.device_states.is_some() {
                    warn("conditions.deviceStates", "is retired; use a filter for devices");
                }
            }
        }
        if self.grant_controls.is_none() && self.session_controls.is_none() {
            warn("grantControls", "is missing, and so are session controls; the policy asks for nothing");
        }
    }
}

#[cfg(test)]
mod tests;
