//! From a policy as it was read to its normal form: state, people, targets, conditions.

use super::{Field, Item, NormalPolicy, NormalValue, Reference, grant::build_grant, session::build_session};
use crate::{
    json::is_set,
    names::{NameKind, Names},
    policy::{
        Applications, ClientAppType, ClientApplications, Conditions, Devices, Evolvable, ExternalTenants,
        Filter, FilterMode, GuestType, GuestsOrExternalUsers, MembershipKind, Policy, Users,
    },
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Builder<'n> {
    pub(super) names: &'n Names,
    fields: BTreeMap<Field, NormalValue>,
}

pub(super) fn build(policy: &Policy, names: &Names) -> NormalPolicy {
    let mut builder = Builder { names, fields: BTreeMap::new() };
    if let Some(state) = &policy.state {
        builder.put(Field::State, NormalValue::Word(state.as_str().to_owned()));
    }
    if let Some(conditions) = &policy.conditions {
        builder.conditions(conditions);
    }
    if let Some(grant) = &policy.grant_controls {
        build_grant(&mut builder, grant);
    }
    if let Some(session) = &policy.session_controls {
        build_session(&mut builder, session);
    }
    for (path, value) in policy.unmodelled() {
        if is_set(value) {
            builder.put(Field::Unmodelled(path), NormalValue::json(value));
        }
    }
    NormalPolicy {
        id: policy.id.as_deref().map(crate::json::fold_id),
        display_name: policy.name().to_owned(),
        enforced: policy.is_enforced(),
        fields: builder.fields,
        uncertainties: policy.uncertainties(),
    }
}

impl Builder<'_> {
    pub(super) fn put(&mut self, field: Field, value: NormalValue) {
        self.fields.insert(field, value);
    }

    /// Puts a set, unless it is empty.
    pub(super) fn put_set(&mut self, field: Field, items: BTreeSet<Item>) {
        if !items.is_empty() {
            self.fields.insert(field, NormalValue::Set(items));
        }
    }

    fn put_words<E: Evolvable>(&mut self, field: Field, values: &[E]) {
        self.put_set(field, values.iter().map(|value| Item::word(value.as_str())).collect());
    }

    fn put_filter(&mut self, field: Field, filter: Option<&Filter>) {
        let Some(filter) = filter else { return };
        let rule = squeeze(filter.rule.as_deref().unwrap_or_default());
        if !rule.is_empty() {
            let mode = filter.mode.clone().unwrap_or(FilterMode::Include);
            self.put(field, NormalValue::Rule(mode, rule));
        }
    }

    /// The objects of a list; words in Graph's own spelling, `None` left out, since it adds nothing.
    fn items(&self, kind: NameKind, list: &[String], words: &[&str]) -> BTreeSet<Item> {
        list.iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case("None"))
            .map(|text| match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
                Some(word) => Item::word(word),
                None => Item::Object(Reference::new(kind, text, self.names)),
            })
            .collect()
    }

    fn conditions(&mut self, c: &Conditions) {
        if let Some(users) = &c.users {
            self.users(users);
        }
        if let Some(applications) = &c.applications {
            self.applications(applications);
        }
        if let Some(clients) = &c.client_applications {
            self.client_applications(clients);
        }
        self.client_app_types(&c.client_app_types);
        if let Some(platforms) = &c.platforms {
            let words = |list: &[crate::policy::DevicePlatform]| {
                list.iter().map(|one| Item::word(one.as_str())).collect::<BTreeSet<_>>()
            };
            let sets = (words(&platforms.include_platforms), words(&platforms.exclude_platforms));
            self.put_pair(Field::IncludePlatforms, Field::ExcludePlatforms, sets, "all");
        }
        if let Some(locations) = &c.locations {
            const WORDS: [&str; 2] = ["All", "AllTrusted"];
            let include = self.items(NameKind::NamedLocation, &locations.include_locations, &WORDS);
            let exclude = self.items(NameKind::NamedLocation, &locations.exclude_locations, &WORDS);
            self.put_pair(Field::IncludeLocations, Field::ExcludeLocations, (include, exclude), "All");
        }
        self.put_words(Field::UserRiskLevels, &c.user_risk_levels);
        self.put_words(Field::SignInRiskLevels, &c.sign_in_risk_levels);
        self.put_words(Field::ServicePrincipalRiskLevels, &c.service_principal_risk_levels);
        self.put_words(Field::InsiderRiskLevels, &c.insider_risk_levels.0);
        self.put_words(Field::AgentIdRiskLevels, &c.agent_id_risk_levels.0);
        if let Some(flows) = &c.authentication_flows {
            let methods = &flows.transfer_methods.0;
            let set = methods.iter().filter(|m| **m != crate::policy::TransferMethod::None);
            self.put_set(Field::TransferMethods, set.map(|method| Item::word(method.as_str())).collect());
        }
        self.devices(c);
        if let Some(agents) = &c.agents {
            let include = self.items(NameKind::User, &agents.include_agent_users, &["All"]);
            let exclude = self.items(NameKind::User, &agents.exclude_agent_users, &["All"]);
            self.put_set(Field::IncludeAgentUsers, only_all(include, "All"));
            self.put_set(Field::ExcludeAgentUsers, exclude);
            self.put_filter(Field::AgentFilter, agents.agent_filter.as_ref());
        }
        if let Some(context) = &c.agent_context {
            let words = |list: &[String]| list.iter().map(|text| Item::word(text)).collect::<BTreeSet<_>>();
            self.put_set(Field::IncludeAgentContexts, words(&context.include_agent_contexts));
            self.put_set(Field::ExcludeAgentContexts, words(&context.exclude_agent_contexts));
        }
        for (field, value) in [(Field::Times, &c.times), (Field::Clients, &c.clients)] {
            if let Some(value) = value {
                self.put(field, NormalValue::json(value));
            }
        }
    }

    fn users(&mut self, users: &Users) {
        const WORDS: [&str; 2] = ["All", "GuestsOrExternalUsers"];
        let mut include = self.items(NameKind::User, &users.include_users, &WORDS);
        let mut exclude = self.items(NameKind::User, &users.exclude_users, &WORDS);
        let old_form = Item::word("GuestsOrExternalUsers");
        let include_guests =
            guests(include.remove(&old_form), users.include_guests_or_external_users.as_ref());
        let exclude_guests =
            guests(exclude.remove(&old_form), users.exclude_guests_or_external_users.as_ref());
        let include_all = include.contains(&Item::word("All"));
        self.put_set(Field::IncludeUsers, only_all(include, "All"));
        // `All` takes in members of every group and role, and guests: naming them besides changes nothing.
        if !include_all {
            let groups = self.items(NameKind::Group, &users.include_groups, &[]);
            let roles = self.items(NameKind::Role, &users.include_roles, &[]);
            self.put_set(Field::IncludeGroups, groups);
            self.put_set(Field::IncludeRoles, roles);
            self.put_guests(Field::IncludeGuests, Field::IncludeGuestTenants, include_guests);
        }
        self.put_set(Field::ExcludeUsers, exclude);
        let groups = self.items(NameKind::Group, &users.exclude_groups, &[]);
        let roles = self.items(NameKind::Role, &users.exclude_roles, &[]);
        self.put_set(Field::ExcludeGroups, groups);
        self.put_set(Field::ExcludeRoles, roles);
        self.put_guests(Field::ExcludeGuests, Field::ExcludeGuestTenants, exclude_guests);
    }

    fn put_guests(&mut self, types: Field, tenants: Field, guests: Guests) {
        if !guests.types.is_empty() {
            self.put_set(types, guests.types);
            self.put_set(tenants, guests.tenants);
        }
    }

    fn applications(&mut self, a: &Applications) {
        const WORDS: [&str; 4] = ["All", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
        let mut include = self.items(NameKind::Application, &a.include_applications, &WORDS);
        if include.contains(&Item::word("All")) {
            // Whether `All` takes in the resources of agents is not documented, so that word stays beside it.
            include.retain(|item| item.is("All") || item.is("AllAgentIdResources"));
        }
        let actions =
            a.include_user_actions.iter().map(|action| Item::Word(action.trim().to_ascii_lowercase()));
        let contexts = a.include_authentication_contexts.iter().map(|id| {
            let id = id.trim().to_ascii_lowercase();
            Item::Object(Reference::new(NameKind::AuthenticationContext, &id, self.names))
        });
        let (actions, contexts) = (actions.collect(), contexts.collect());
        let exclude = self.items(NameKind::Application, &a.exclude_applications, &WORDS);
        // Two names of one member: the exports that have both give the same in both.
        let traffic = [&a.global_secure_access, &a.network_access].into_iter().flatten();
        let traffic =
            traffic.flat_map(|t| &t.include_traffic_profiles.0).map(|p| Item::word(p.as_str())).collect();
        self.put_set(Field::IncludeApplications, include);
        self.put_set(Field::IncludeUserActions, actions);
        self.put_set(Field::IncludeAuthenticationContexts, contexts);
        self.put_set(Field::IncludeTraffic, traffic);
        self.put_set(Field::ExcludeApplications, exclude);
        self.put_filter(Field::ApplicationFilter, a.application_filter.as_ref());
    }

    fn client_applications(&mut self, c: &ClientApplications) {
        const WORDS: [&str; 2] = ["ServicePrincipalsInMyTenant", "All"];
        let kind = NameKind::ServicePrincipal;
        let mut include = self.items(kind, &c.include_service_principals, &WORDS);
        if include.contains(&Item::word(WORDS[0])) {
            include.retain(|item| item.is(WORDS[0]) || item.is("All"));
        }
        let exclude = self.items(kind, &c.exclude_service_principals, &WORDS);
        let include_agents = self.items(kind, &c.include_agent_id_service_principals, &["All"]);
        let exclude_agents = self.items(kind, &c.exclude_agent_id_service_principals, &["All"]);
        self.put_set(Field::IncludeServicePrincipals, include);
        self.put_set(Field::ExcludeServicePrincipals, exclude);
        self.put_filter(Field::ServicePrincipalFilter, c.service_principal_filter.as_ref());
        self.put_set(Field::IncludeAgentIdentities, only_all(include_agents, "All"));
        self.put_set(Field::ExcludeAgentIdentities, exclude_agents);
        self.put_filter(Field::AgentIdentityFilter, c.agent_id_service_principal_filter.as_ref());
    }

    fn client_app_types(&mut self, types: &[ClientAppType]) {
        use ClientAppType::{All, Browser, ExchangeActiveSync, MobileAppsAndDesktopClients, Other};
        let every = [Browser, MobileAppsAndDesktopClients, ExchangeActiveSync, Other];
        let is_all = types.contains(&All) || every.iter().all(|one| types.contains(one));
        if !is_all {
            self.put_words(Field::ClientAppTypes, types);
        }
    }

    fn devices(&mut self, c: &Conditions) {
        let nothing = Devices::default();
        let devices = c.devices.as_ref().unwrap_or(&nothing);
        self.put_filter(Field::DeviceFilter, devices.device_filter.as_ref());
        fn words(list: &[String]) -> impl Iterator<Item = super::Item> {
            list.iter().map(|text| Item::word(if text.eq_ignore_ascii_case("all") { "All" } else { text }))
        }
        let lists = (words(&devices.include_devices).collect(), words(&devices.exclude_devices).collect());
        self.put_pair(Field::IncludeDevices, Field::ExcludeDevices, lists, "All");
        let mut include: BTreeSet<Item> = words(&devices.include_device_states).collect();
        let mut exclude: BTreeSet<Item> = words(&devices.exclude_device_states).collect();
        if let Some(states) = &c.device_states {
            include.extend(words(&states.include_states));
            exclude.extend(words(&states.exclude_states));
        }
        self.put_pair(Field::IncludeDeviceStates, Field::ExcludeDeviceStates, (include, exclude), "All");
    }

    /// Includes and excludes of a condition that matches everything when unset: `All` without an exclusion is the
    /// same as unset, and an exclusion without an inclusion is one from everything.
    fn put_pair(&mut self, to: Field, from: Field, sets: (BTreeSet<Item>, BTreeSet<Item>), all: &str) {
        let (include, exclude) = sets;
        let everything = include.is_empty() || include.contains(&Item::word(all));
        if everything && exclude.is_empty() {
            return;
        }
        self.put_set(to, if everything { BTreeSet::from([Item::word(all)]) } else { include });
        self.put_set(from, exclude);
    }
}

/// A set that holds the word for everything is that word alone.
fn only_all(items: BTreeSet<Item>, all: &str) -> BTreeSet<Item> {
    let all = Item::word(all);
    if items.contains(&all) { BTreeSet::from([all]) } else { items }
}

#[derive(Default)]
struct Guests {
    types: BTreeSet<Item>,
    /// Empty means any.
    tenants: BTreeSet<Item>,
}

/// Kinds of guests from the old word and the new object; the old word is all kinds from all tenants.
fn guests(old_form: bool, new_form: Option<&GuestsOrExternalUsers>) -> Guests {
    let every = || GuestType::KNOWN.iter().filter(|one| **one != GuestType::None);
    if old_form {
        let types = every().map(|one| Item::word(one.as_str())).collect();
        return Guests { types, tenants: BTreeSet::new() };
    }
    let Some(guests) = new_form else { return Guests::default() };
    let types = guests.guest_or_external_user_types.0.iter();
    let types = types.filter(|one| **one != GuestType::None).map(|one| Item::word(one.as_str())).collect();
    Guests { types, tenants: guests.external_tenants.as_ref().map(tenants).unwrap_or_default() }
}

fn tenants(external: &ExternalTenants) -> BTreeSet<Item> {
    let members = external.members.iter().map(|id| Item::Word(id.trim().to_ascii_lowercase()));
    match &external.membership_kind {
        Some(MembershipKind::Enumerated) if external.members.is_empty() => {
            BTreeSet::from([Item::word("none")])
        }
        Some(MembershipKind::Unknown(kind)) => {
            members.chain([Item::Word(format!("membershipKind: {kind}"))]).collect()
        }
        Some(MembershipKind::All) => BTreeSet::new(),
        Some(MembershipKind::Enumerated) | None => members.collect(),
    }
}

/// Makes runs of blanks outside of quotes one, and trims.
pub(crate) fn squeeze(rule: &str) -> String {
    let mut out = String::with_capacity(rule.len());
    let mut quote: Option<char> = None;
    for c in rule.trim().chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}
