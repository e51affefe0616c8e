//! From policies in normal form to what an evaluator asks.

mod devices;
mod identities;

use super::{
    Evaluator,
    condition::{Exclude, Include, Pair, Places},
    controls::Controls,
    decision::Reason,
    policy::{Compiled, Gate, Targets},
    tags::{Kind, Tags},
    texts::{excludes, item, only},
};
use crate::{
    device_filter::Expr,
    json::member,
    names::{NameKind, Names},
    normal::{Field, NormalPolicy, NormalValue},
    policy::{Evolvable, FilterMode, PolicyState},
    policy_set::PolicySet,
};
use serde_json::Value;

pub(super) fn compile(set: &PolicySet, all_on: bool) -> Evaluator {
    let mut compiler = Compiler {
        names: &set.names,
        tags: Tags::default(),
        filters: Vec::new(),
        controls: Controls::default(),
        all_on,
    };
    let policies = set.policies.iter().map(|policy| compiler.policy(&policy.normal)).collect();
    let trusted_locations = set
        .names
        .entries()
        .filter(|(kind, _, entry)| {
            let body = entry.body.as_ref();
            *kind == NameKind::NamedLocation
                && body.and_then(|body| member(body, "isTrusted")) == Some(&Value::Bool(true))
        })
        .map(|(_, id, _)| compiler.tags.intern(Kind::Location, id))
        .collect();
    compiler.controls.finish();
    let Compiler { tags, filters, controls, .. } = compiler;
    Evaluator { policies, tags, filters, trusted_locations, controls }
}

struct Compiler<'s> {
    names: &'s Names,
    tags: Tags,
    filters: Vec<Expr>,
    controls: Controls,
    /// Whether every policy counts as enforced.
    all_on: bool,
}

/// What a policy that names identities of one kind only is to all others.
const NOBODY: &str = "includes nobody";

impl Compiler<'_> {
    fn policy(&mut self, policy: &NormalPolicy) -> Compiled {
        let mut uncertain = policy.uncertainties.clone();
        let people = self.people(policy, &mut uncertain);
        let principals = self.identities(
            policy,
            Kind::Principal,
            &Field::IncludeServicePrincipals,
            &Field::ExcludeServicePrincipals,
            Some(&Field::ServicePrincipalFilter),
        );
        let agent_identities = self.identities(
            policy,
            Kind::AgentIdentity,
            &Field::IncludeAgentIdentities,
            &Field::ExcludeAgentIdentities,
            Some(&Field::AgentIdentityFilter),
        );
        let agent_users = self.identities(
            policy,
            Kind::AgentUser,
            &Field::IncludeAgentUsers,
            &Field::ExcludeAgentUsers,
            Some(&Field::AgentFilter),
        );
        let other_identity = match (&people, &principals, &agent_identities, &agent_users) {
            (Some(_), ..) => "only users",
            (None, Some(_), ..) => "only workload identities",
            (None, None, Some(_), _) | (None, None, None, Some(_)) => "only agents",
            _ => NOBODY,
        };
        let contexts = [&Field::IncludeAgentContexts, &Field::ExcludeAgentContexts];
        let agent_context = contexts.iter().any(|field| !policy.set(field).is_empty());
        let clauses = self.controls.clauses_of(policy, self.names);
        let session = self.controls.session_of(policy, self.names);
        let devices = self.devices(policy, &mut uncertain);
        let targets = self.targets(policy);
        for field in [
            Field::DeviceFilter,
            Field::ApplicationFilter,
            Field::ServicePrincipalFilter,
            Field::AgentIdentityFilter,
            Field::AgentFilter,
        ] {
            if let Some(NormalValue::Rule(FilterMode::Unknown(_), _)) = policy.fields.get(&field) {
                uncertain.push(field.path().to_owned());
            }
        }
        uncertain.sort();
        uncertain.dedup();
        Compiled {
            id: policy.id.clone(),
            display_name: policy.display_name.clone(),
            state: policy.state().as_str().to_owned(),
            gate: match policy.state() {
                _ if self.all_on => Gate::Enforced,
                PolicyState::Enabled => Gate::Enforced,
                PolicyState::ReportOnly => Gate::ReportOnly,
                PolicyState::Disabled => Gate::Off,
                PolicyState::Unknown(word) if word.is_empty() => Gate::Off,
                PolicyState::Unknown(_) => Gate::Enforced,
            },
            invalid: (!uncertain.is_empty())
                .then(|| format!("has a part of unknown meaning: {}", uncertain.join(", "))),
            empty: clauses.is_empty() && session.is_empty(),
            people,
            principals,
            agent_identities,
            agent_users,
            other_identity,
            agent_context: agent_context
                .then(|| "depends on the context of an agent, of which the sign-in says nothing".to_owned()),
            targets,
            platforms: self.pair_of(
                policy,
                Kind::Platform,
                &Field::IncludePlatforms,
                &Field::ExcludePlatforms,
            ),
            locations: self.places(policy),
            devices,
            client_apps: self.client_apps(policy),
            user_risk: self.narrow(policy, Kind::UserRisk, &Field::UserRiskLevels, "user risk "),
            sign_in_risk: self.narrow(policy, Kind::SignInRisk, &Field::SignInRiskLevels, "sign-in risk "),
            insider_risk: self.narrow(policy, Kind::InsiderRisk, &Field::InsiderRiskLevels, "insider risk "),
            principal_risk: self.narrow(
                policy,
                Kind::PrincipalRisk,
                &Field::ServicePrincipalRiskLevels,
                "service principal risk ",
            ),
            agent_risk: self.narrow(policy, Kind::AgentRisk, &Field::AgentIdRiskLevels, "agent risk "),
            flows: self.narrow(policy, Kind::Flow, &Field::TransferMethods, ""),
            clauses,
            session,
        }
    }

    /// Adds the items of a field to an inclusion; the texts of what was added.
    fn add(
        &mut self,
        include: &mut Include,
        policy: &NormalPolicy,
        kind: Kind,
        field: &Field,
    ) -> Vec<String> {
        let mut texts = Vec::new();
        for one in policy.set(field) {
            if ["All", "all", "ServicePrincipalsInMyTenant"].iter().any(|word| one.is(word)) {
                include.all = true;
            } else {
                include.any_of.push(self.tags.intern(kind, one.id()));
            }
            texts.push(item(field, one, self.names));
        }
        texts
    }

    /// The exclusions of a field, and the text for leaving everything out.
    fn exclude(&mut self, policy: &NormalPolicy, kind: Kind, field: &Field) -> (Exclude, Option<String>) {
        let (mut exclude, mut all) = (Exclude::default(), None);
        for one in policy.set(field) {
            let text = excludes(&item(field, one, self.names));
            if ["All", "all", "ServicePrincipalsInMyTenant"].iter().any(|word| one.is(word)) {
                all = Some(text);
            } else {
                exclude.items.push((self.tags.intern(kind, one.id()), text));
            }
        }
        (exclude, all)
    }

    /// A rule over attributes that the product can't read.
    fn filter(&mut self, pair: &mut Pair, texts: &mut Vec<String>, policy: &NormalPolicy, field: &Field) {
        let Some(NormalValue::Rule(mode, rule)) = policy.fields.get(field) else { return };
        let number = self.tags.intern(Kind::Rule, rule);
        let text = format!("what matches the filter {rule}");
        if *mode == FilterMode::Exclude {
            pair.exclude.items.push((number, excludes(&text)));
        } else {
            pair.include.any_of.push(number);
            texts.push(text);
        }
    }

    fn targets(&mut self, policy: &NormalPolicy) -> Targets {
        let mut targets = Targets::default();
        let mut texts = self.add(&mut targets.apps.include, policy, Kind::App, &Field::IncludeApplications);
        for one in policy.set(&Field::IncludeTraffic) {
            let number = self.tags.intern(Kind::App, &format!("globalSecureAccess:{}", one.id()));
            targets.apps.include.any_of.push(number);
            texts.push(item(&Field::IncludeTraffic, one, self.names));
        }
        (targets.apps.exclude, targets.apps.exclude_all) =
            self.exclude(policy, Kind::App, &Field::ExcludeApplications);
        self.filter(&mut targets.apps, &mut texts, policy, &Field::ApplicationFilter);
        let actions = self.add(&mut targets.actions, policy, Kind::Action, &Field::IncludeUserActions);
        let field = Field::IncludeAuthenticationContexts;
        let contexts = self.add(&mut targets.contexts, policy, Kind::Context, &field);
        targets.reason = Some(if !texts.is_empty() {
            Reason::Application
        } else if !actions.is_empty() {
            Reason::UserActions
        } else if !contexts.is_empty() {
            Reason::AuthenticationContext
        } else {
            Reason::Application
        });
        texts.extend(actions);
        texts.extend(contexts);
        targets.text = only(&texts, "targets nothing");
        targets
    }

    /// A condition that matches everything where it is unset.
    fn pair_of(
        &mut self,
        policy: &NormalPolicy,
        kind: Kind,
        include: &Field,
        exclude: &Field,
    ) -> Option<Pair> {
        if policy.set(include).is_empty() && policy.set(exclude).is_empty() {
            return None;
        }
        let mut pair = Pair::default();
        let texts = self.add(&mut pair.include, policy, kind, include);
        pair.include.all |= texts.is_empty();
        pair.include.text = only(&texts, "");
        (pair.exclude, pair.exclude_all) = self.exclude(policy, kind, exclude);
        Some(pair)
    }

    fn places(&mut self, policy: &NormalPolicy) -> Option<Places> {
        const TRUSTED: &str = "AllTrusted";
        let (include, exclude) = (Field::IncludeLocations, Field::ExcludeLocations);
        let pair = self.pair_of(policy, Kind::Location, &include, &exclude)?;
        let trusted = policy.set(&exclude).iter().find(|one| one.is(TRUSTED));
        Some(Places {
            pair,
            include_trusted: policy.has_word(&include, TRUSTED),
            exclude_trusted: trusted.map(|one| excludes(&item(&exclude, one, self.names))),
        })
    }

    fn narrow(&mut self, policy: &NormalPolicy, kind: Kind, field: &Field, lead: &str) -> Option<Include> {
        let mut include = Include::default();
        let mut texts = self.add(&mut include, policy, kind, field);
        let first = texts.first_mut()?;
        first.insert_str(0, lead);
        include.text = only(&texts, "");
        Some(include)
    }

    fn client_apps(&mut self, policy: &NormalPolicy) -> Option<Include> {
        let mut include = self.narrow(policy, Kind::ClientApp, &Field::ClientAppTypes, "")?;
        if policy.has_word(&Field::ClientAppTypes, "easSupported") {
            include.any_of.push(self.tags.intern(Kind::ClientApp, "exchangeActiveSync"));
        }
        Some(include)
    }
}
