//! A sign-in in the numbers of an evaluator.

use super::{
    Evaluator,
    tags::{Bits, Kind, Tags},
};
use crate::{
    device_filter::DeviceProperties,
    normal::squeeze,
    policy::{Evolvable, GuestType},
    sign_in::SignIn,
    wellknown::{MFA_TRUSTED_IPS_LOCATION_ID, bundle_of},
};
use std::cell::OnceCell;

/// Who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    User,
    Principal,
    AgentIdentity,
    AgentUser,
}

/// What is signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// An app, traffic of Global Secure Access, or something that no policy names.
    App,
    Action,
    Context,
}

/// A sign-in: every number that is true of it.
pub(super) struct Subject<'s> {
    pub(super) who: Who,
    pub(super) target: Target,
    pub(super) has: Bits,
    pub(super) trusted: bool,
    sign_in: &'s SignIn,
    evaluator: &'s Evaluator,
    device: OnceCell<DeviceProperties>,
    filters: Vec<OnceCell<bool>>,
}

impl<'s> Subject<'s> {
    pub(super) fn of(sign_in: &'s SignIn, evaluator: &'s Evaluator) -> Self {
        let mut facts = Facts { tags: &evaluator.tags, has: evaluator.tags.nothing() };
        let who = facts.identity(sign_in);
        let target = facts.target(sign_in);
        let trusted = facts.location(sign_in, &evaluator.trusted_locations);
        facts.rest(sign_in);
        let filters = vec![OnceCell::new(); evaluator.filters.len()];
        let device = OnceCell::new();
        Self { who, target, has: facts.has, trusted, sign_in, evaluator, device, filters }
    }

    /// Whether the device matches a filter of the evaluator; found out when it is first asked for.
    pub(super) fn matches(&self, filter: usize) -> bool {
        *self.filters[filter].get_or_init(|| {
            let device = self.device.get_or_init(|| DeviceProperties::of(&self.sign_in.device));
            self.evaluator.filters[filter].matches(device)
        })
    }
}

struct Facts<'e> {
    tags: &'e Tags,
    has: Bits,
}

impl Facts<'_> {
    fn add(&mut self, kind: Kind, text: &str) {
        if let Some(number) = self.tags.find(kind, text.trim()) {
            self.has.insert(number);
        }
    }

    fn identity(&mut self, sign_in: &SignIn) -> Who {
        if let Some(principal) = &sign_in.service_principal {
            principal.id.iter().for_each(|id| self.add(Kind::Principal, id));
            return Who::Principal;
        }
        if let Some(agent) = &sign_in.agent {
            let (kind, who) = if agent.agent_user {
                (Kind::AgentUser, Who::AgentUser)
            } else {
                (Kind::AgentIdentity, Who::AgentIdentity)
            };
            agent.id.iter().for_each(|id| self.add(kind, id));
            return who;
        }
        if let Some(user) = &sign_in.user {
            user.id.iter().for_each(|id| self.add(Kind::User, id));
            user.groups.iter().for_each(|id| self.add(Kind::Group, id));
            user.roles.iter().for_each(|id| self.add(Kind::Role, id));
            user.external_tenant_id.iter().for_each(|id| self.add(Kind::Tenant, id));
            match user.user_type.as_deref().map(str::trim) {
                Some(word) if word.eq_ignore_ascii_case("guest") => {
                    self.add(Kind::GuestType, GuestType::B2bCollaborationGuest.as_str());
                }
                Some(word) => self.add(Kind::GuestType, word),
                None => {}
            }
        }
        Who::User
    }

    fn target(&mut self, sign_in: &SignIn) -> Target {
        if let Some(action) = &sign_in.user_action {
            self.add(Kind::Action, action);
            return Target::Action;
        }
        if let Some(context) = &sign_in.authentication_context {
            self.add(Kind::Context, context);
            return Target::Context;
        }
        if let Some(app) = &sign_in.application {
            self.add(Kind::App, app);
            if let Some(bundle) = bundle_of(&app.trim().to_ascii_lowercase()) {
                self.add(Kind::App, bundle);
            }
        }
        Target::App
    }

    fn location(&mut self, sign_in: &SignIn, trusted: &[u32]) -> bool {
        let places = &sign_in.location.named_locations;
        places.iter().for_each(|id| self.add(Kind::Location, id));
        sign_in.location.trusted
            || self.has.has_any(trusted)
            || places.iter().any(|id| id.trim() == MFA_TRUSTED_IPS_LOCATION_ID)
    }

    fn rest(&mut self, sign_in: &SignIn) {
        for (kind, word) in [
            (Kind::ClientApp, &sign_in.client_app),
            (Kind::Platform, &sign_in.platform),
            (Kind::Flow, &sign_in.authentication_flow),
        ] {
            word.iter().for_each(|word| self.add(kind, word));
        }
        if sign_in.client_app.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("easSupported")) {
            self.add(Kind::ClientApp, "exchangeActiveSync");
        }
        for (kind, level) in [
            (Kind::UserRisk, &sign_in.user_risk),
            (Kind::SignInRisk, &sign_in.sign_in_risk),
            (Kind::InsiderRisk, &sign_in.insider_risk),
            (Kind::PrincipalRisk, &sign_in.service_principal_risk),
            (Kind::AgentRisk, &sign_in.agent_risk),
        ] {
            self.add(kind, level.as_deref().unwrap_or("none"));
        }
        for rule in &sign_in.matching_filters {
            if let Some(number) = self.tags.find(Kind::Rule, &squeeze(rule)) {
                self.has.insert(number);
            }
        }
    }
}
