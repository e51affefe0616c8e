//! A policy in readable words.

use crate::{
    names::Names,
    normal::{Field, Item, NormalPolicy, NormalValue},
    words::{display_frequency, display_reference, display_rule, display_set, display_word},
};
use serde::{Deserialize, Serialize};

/// A policy in words: whom it applies to, what it covers, when, and what follows. Each list holds one text for each
/// thing said; an empty `when` means always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyCard {
    /// The policy's object id, where it has one.
    pub id: Option<String>,
    /// The policy's name.
    pub display_name: String,
    /// The state as Graph spells it; empty where none was given.
    pub state: String,
    /// The state for people: On, Report-only, Off.
    pub state_label: String,
    /// Whom it applies to, and whom not.
    pub who: Vec<String>,
    /// What it covers, and what not.
    pub what: Vec<String>,
    /// Further conditions.
    pub when: Vec<String>,
    /// What follows: access controls and session controls.
    pub then: Vec<String>,
    /// What this version can't understand: the policy can't be relied on to protect.
    pub uncertainties: Vec<String>,
}

/// Describes a policy.
pub fn describe(policy: &NormalPolicy, names: &Names) -> PolicyCard {
    let teller = Teller { policy, names };
    let state = match policy.fields.get(&Field::State) {
        Some(NormalValue::Word(word)) => word.clone(),
        _ => String::new(),
    };
    PolicyCard {
        id: policy.id.clone(),
        display_name: policy.display_name.clone(),
        state_label: if state.is_empty() {
            "Not set".to_owned()
        } else {
            display_word(&Field::State, &state)
        },
        state,
        who: teller.who(),
        what: teller.what(),
        when: teller.when(),
        then: teller.then(),
        uncertainties: policy.uncertainties.clone(),
    }
}

struct Teller<'p> {
    policy: &'p NormalPolicy,
    names: &'p Names,
}

impl Teller<'_> {
    fn list(&self, field: &Field) -> Vec<String> {
        display_set(field, self.policy.set(field), self.names)
    }

    fn say(&self, out: &mut Vec<String>, lead: &str, field: &Field) {
        let items = self.list(field);
        if !items.is_empty() {
            out.push(format!("{lead}{}", items.join(", ")));
        }
    }

    fn rule(&self, out: &mut Vec<String>, lead: &str, field: &Field) {
        if let Some(NormalValue::Rule(mode, rule)) = self.policy.fields.get(field) {
            out.push(format!("{lead}{}", display_rule(mode, rule)));
        }
    }

    fn who(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.say(&mut out, "", &Field::IncludeUsers);
        self.say(&mut out, "Members of ", &Field::IncludeGroups);
        self.say(&mut out, "Holders of ", &Field::IncludeRoles);
        self.guests(&mut out, "", &Field::IncludeGuests, &Field::IncludeGuestTenants);
        self.say(&mut out, "Workload identities: ", &Field::IncludeServicePrincipals);
        self.rule(&mut out, "Workload identities by filter. ", &Field::ServicePrincipalFilter);
        self.say(&mut out, "Agent identities: ", &Field::IncludeAgentIdentities);
        self.rule(&mut out, "Agent identities by filter. ", &Field::AgentIdentityFilter);
        self.say(&mut out, "Agent users: ", &Field::IncludeAgentUsers);
        self.rule(&mut out, "Agents by filter. ", &Field::AgentFilter);
        if out.is_empty() {
            out.push("Nobody".to_owned());
        }
        self.say(&mut out, "Except ", &Field::ExcludeUsers);
        self.say(&mut out, "Except members of ", &Field::ExcludeGroups);
        self.say(&mut out, "Except holders of ", &Field::ExcludeRoles);
        self.guests(&mut out, "Except ", &Field::ExcludeGuests, &Field::ExcludeGuestTenants);
        self.say(&mut out, "Except workload identities ", &Field::ExcludeServicePrincipals);
        self.say(&mut out, "Except agent identities ", &Field::ExcludeAgentIdentities);
        self.say(&mut out, "Except agent users ", &Field::ExcludeAgentUsers);
        out
    }

    fn guests(&self, out: &mut Vec<String>, lead: &str, types: &Field, tenants: &Field) {
        let kinds = self.policy.set(types);
        if kinds.is_empty() {
            return;
        }
        let every = crate::policy::GuestType::KNOWN.len() - 1;
        let mut text = if kinds.len() == every {
            format!("{lead}All guests and external users")
        } else {
            format!("{lead}{}", self.list(types).join(", "))
        };
        let of = self.list(tenants);
        if !of.is_empty() {
            text.push_str(&format!(" of the tenants {}", of.join(", ")));
        }
        out.push(text);
    }

    fn what(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.say(&mut out, "", &Field::IncludeApplications);
        self.say(&mut out, "User actions: ", &Field::IncludeUserActions);
        self.say(&mut out, "Authentication contexts: ", &Field::IncludeAuthenticationContexts);
        self.say(&mut out, "Global Secure Access: ", &Field::IncludeTraffic);
        self.rule(&mut out, "Apps by filter. ", &Field::ApplicationFilter);
        if out.is_empty() {
            out.push("Nothing".to_owned());
        }
        self.say(&mut out, "Except ", &Field::ExcludeApplications);
        out
    }

    fn when(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.say(&mut out, "Client apps: ", &Field::ClientAppTypes);
        self.say(&mut out, "Platforms: ", &Field::IncludePlatforms);
        self.say(&mut out, "Except platforms: ", &Field::ExcludePlatforms);
        self.say(&mut out, "Locations: ", &Field::IncludeLocations);
        self.say(&mut out, "Except locations: ", &Field::ExcludeLocations);
        self.say(&mut out, "User risk: ", &Field::UserRiskLevels);
        self.say(&mut out, "Sign-in risk: ", &Field::SignInRiskLevels);
        self.say(&mut out, "Service principal risk: ", &Field::ServicePrincipalRiskLevels);
        self.say(&mut out, "Insider risk: ", &Field::InsiderRiskLevels);
        self.say(&mut out, "Agent risk: ", &Field::AgentIdRiskLevels);
        self.say(&mut out, "Authentication flows: ", &Field::TransferMethods);
        self.rule(&mut out, "Devices by filter. ", &Field::DeviceFilter);
        self.say(&mut out, "Devices: ", &Field::IncludeDevices);
        self.say(&mut out, "Except devices: ", &Field::ExcludeDevices);
        self.say(&mut out, "Device states: ", &Field::IncludeDeviceStates);
        self.say(&mut out, "Except device states: ", &Field::ExcludeDeviceStates);
        self.say(&mut out, "Agent contexts: ", &Field::IncludeAgentContexts);
        self.say(&mut out, "Except agent contexts: ", &Field::ExcludeAgentContexts);
        for (field, value) in &self.policy.fields {
            let unknown = matches!(field, Field::Times | Field::Clients | Field::Unmodelled(_));
            if unknown
                && field.path().starts_with("conditions")
                && let NormalValue::Json(value) = value
            {
                out.push(format!("{}: {value} (not known to this version)", field.path()));
            }
        }
        out
    }

    fn then(&self) -> Vec<String> {
        let mut out = Vec::new();
        let controls = self.list(&Field::GrantControls);
        match self.policy.fields.get(&Field::GrantOperator) {
            Some(NormalValue::Word(word)) if word == "OR" => {
                out.push(format!("Require one of: {}", controls.join("; ")));
            }
            Some(_) => out.push(format!("Require all of: {}", controls.join("; "))),
            None => out.extend(self.policy.set(&Field::GrantControls).iter().map(|item| self.control(item))),
        }
        for (field, value) in &self.policy.fields {
            if field.role() != crate::normal::Role::Session || *field == Field::SignInFrequencyAuthentication
            {
                continue;
            }
            let text = match value {
                NormalValue::Word(word) => display_word(field, word),
                NormalValue::Frequency(frequency) => display_frequency(*frequency),
                NormalValue::Object(reference) => display_reference(reference, self.names),
                _ => "set".to_owned(),
            };
            out.push(format!("{}: {text}", field.label()));
        }
        if self.policy.fields.contains_key(&Field::SignInFrequencyAuthentication) {
            out.push("Sign-in frequency applies to the second factor only".to_owned());
        }
        if out.is_empty() {
            out.push("Nothing is asked for".to_owned());
        }
        out
    }

    fn control(&self, item: &Item) -> String {
        match item {
            Item::Word(word) => display_word(&Field::GrantControls, word),
            Item::Object(reference) => format!("Require {}", display_reference(reference, self.names)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{names::NameKind, normal::normalise, policy::Policy};
    use serde_json::json;

    #[test]
    fn a_policy_in_words() {
        let group = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
        let gone = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";
        let mut names = Names::new();
        names.insert(NameKind::Group, group, "Emergency access", None);
        names.add(
            NameKind::User,
            gone,
            crate::names::NameEntry {
                name: None,
                state: crate::snapshot::ReferenceState::Deleted,
                body: None,
            },
        );
        let body = json!({
            "displayName": "Administrators", "state": "enabledForReportingButNotEnforced",
            "conditions": {
                "users": {
                    "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"], "excludeGroups": [group],
                    "excludeUsers": [gone, "GuestsOrExternalUsers"],
                },
                "applications": {"includeApplications": ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "MicrosoftAdminPortals"]},
                "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted", "00000000-0000-0000-0000-000000000000"]},
                "devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}},
                "weather": "rain",
            },
            "grantControls": {"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]},
            "sessionControls": {
                "signInFrequency": {"isEnabled": true, "value": 2, "type": "days"},
                "persistentBrowser": {"isEnabled": true, "mode": "never"},
            },
        });
        let card = describe(&normalise(&Policy::read(&body).0, &names), &names);
        insta::assert_json_snapshot!(card);
    }

    #[test]
    fn a_policy_that_says_nothing_is_described_too() {
        let card = describe(&normalise(&Policy::default(), &Names::new()), &Names::new());
        assert_eq!((card.who[0].as_str(), card.what[0].as_str()), ("Nobody", "Nothing"));
        assert_eq!((card.then[0].as_str(), card.state_label.as_str()), ("Nothing is asked for", "Not set"));
        assert!(card.when.is_empty());
    }
}
