//! Whom a policy is for, and whom it leaves out.

use super::{Teller, listed};
use crate::{
    normal::{Field, Item},
    policy::{Evolvable as _, GuestType},
    words::display_word,
};

/// The subject of the sentence.
pub(super) struct Subject {
    /// The words, beginning in lower case where they are no name.
    pub(super) text: String,
    /// Whether the verb is in the singular.
    pub(super) one: bool,
}

impl Teller<'_> {
    /// Whom the policy is for; nothing where it names nobody.
    pub(super) fn subject(&self) -> Option<Subject> {
        let mut whom = self.people(&Field::IncludeUsers, |word| match word {
            "All" => "everyone".to_owned(),
            other => display_word(&Field::IncludeUsers, other),
        });
        let one = whom.len() == 1;
        let more = [
            self.led("members of", &Field::IncludeGroups, "groups"),
            self.roles(&Field::IncludeRoles),
            self.guests(&Field::IncludeGuests, &Field::IncludeGuestTenants),
            self.led("the workload identities", &Field::IncludeServicePrincipals, "workload identities"),
            self.rule(&Field::ServicePrincipalFilter, "workload identities"),
            self.led("the agent identities", &Field::IncludeAgentIdentities, "agent identities"),
            self.rule(&Field::AgentIdentityFilter, "agent identities"),
            self.led("the agent users", &Field::IncludeAgentUsers, "agent users"),
            self.rule(&Field::AgentFilter, "agents"),
        ];
        let one = one && more.iter().all(Option::is_none);
        whom.extend(more.into_iter().flatten());
        let except = self.except();
        if whom.is_empty() {
            // Whom it leaves out says nothing where it is for nobody, but is in the policy all the same.
            return None;
        }
        let mut text = listed(&whom, "and");
        if !except.is_empty() {
            text.push_str(&format!(" except {}", listed(&except, "and")));
        }
        Some(Subject { text, one })
    }

    /// Whom it leaves out.
    pub(super) fn except(&self) -> Vec<String> {
        let mut out = self.people(&Field::ExcludeUsers, |word| display_word(&Field::ExcludeUsers, word));
        out.extend(
            [
                self.led("members of", &Field::ExcludeGroups, "groups"),
                self.roles(&Field::ExcludeRoles),
                self.guests(&Field::ExcludeGuests, &Field::ExcludeGuestTenants),
                self.led("the workload identities", &Field::ExcludeServicePrincipals, "workload identities"),
                self.led("the agent identities", &Field::ExcludeAgentIdentities, "agent identities"),
                self.led("the agent users", &Field::ExcludeAgentUsers, "agent users"),
            ]
            .into_iter()
            .flatten(),
        );
        out
    }

    fn people(&self, field: &Field, word: impl FnMut(&str) -> String) -> Vec<String> {
        self.items(field, "users", word)
    }

    /// "members of A or B"; `All` stands for itself.
    fn led(&self, lead: &str, field: &Field, many: &str) -> Option<String> {
        if self.policy.has_word(field, "All") {
            return Some(format!("all {many}"));
        }
        if self.policy.has_word(field, "ServicePrincipalsInMyTenant") {
            return Some("all workload identities that the tenant owns".to_owned());
        }
        let names = self.names_of(field, many);
        (!names.is_empty()).then(|| format!("{lead} {}", listed(&names, "or")))
    }

    fn roles(&self, field: &Field) -> Option<String> {
        let names = self.names_of(field, "roles");
        let noun = if names.len() == 1 { "role" } else { "roles" };
        (!names.is_empty()).then(|| format!("holders of the {noun} {}", listed(&names, "or")))
    }

    fn guests(&self, types: &Field, tenants: &Field) -> Option<String> {
        let kinds = self.policy.set(types);
        if kinds.is_empty() {
            return None;
        }
        let known = |item: &Item| GuestType::KNOWN.iter().any(|kind| item.is(kind.as_str()));
        // All kinds but `none`.
        let every = kinds.len() == GuestType::KNOWN.len() - 1 && kinds.iter().all(known);
        let mut text = if every {
            "guests and external users".to_owned()
        } else {
            let words = self.items(types, "kinds of guests", |word| {
                let text = display_word(types, word);
                if text.starts_with("B2B") { text } else { lower_first(&text) }
            });
            listed(&words, "and")
        };
        let of = self.names_of(tenants, "tenants");
        if !of.is_empty() {
            let noun = if of.len() == 1 { "tenant" } else { "tenants" };
            text.push_str(&format!(" of the {noun} {}", listed(&of, "and")));
        }
        Some(text)
    }
}

/// Graph's words stay as they are; what the product made of them begins in lower case inside a sentence.
pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
