//! One policy, ready to be asked about a sign-in.

use super::{
    condition::{DeviceRules, Include, Pair, People, Places},
    decision::{PolicyRef, Reason},
    subject::{Subject, Target, Who},
};

/// What the state of a policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Off,
    ReportOnly,
    Enforced,
}

/// What a policy targets.
#[derive(Debug, Default)]
pub(super) struct Targets {
    pub(super) apps: Pair,
    pub(super) actions: Include,
    pub(super) contexts: Include,
    /// The condition to name when none of them is met.
    pub(super) reason: Option<Reason>,
    pub(super) text: String,
}

/// A policy.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) id: Option<String>,
    pub(super) display_name: String,
    pub(super) state: String,
    pub(super) gate: Gate,
    /// Why its meaning is not known, where it is not.
    pub(super) invalid: Option<String>,
    /// Whether it asks for nothing.
    pub(super) empty: bool,
    pub(super) people: Option<People>,
    pub(super) principals: Option<Pair>,
    pub(super) agent_identities: Option<Pair>,
    pub(super) agent_users: Option<Pair>,
    /// For people, when a sign-in is of another kind of identity.
    pub(super) other_identity: &'static str,
    /// Set where the policy depends on the context of an agent, of which a sign-in says nothing.
    pub(super) agent_context: Option<String>,
    pub(super) targets: Targets,
    pub(super) platforms: Option<Pair>,
    pub(super) locations: Option<Places>,
    pub(super) devices: Option<DeviceRules>,
    pub(super) client_apps: Option<Include>,
    pub(super) user_risk: Option<Include>,
    pub(super) sign_in_risk: Option<Include>,
    pub(super) insider_risk: Option<Include>,
    pub(super) principal_risk: Option<Include>,
    pub(super) agent_risk: Option<Include>,
    pub(super) flows: Option<Include>,
    /// Numbers of its clauses.
    pub(super) clauses: Vec<usize>,
    /// Its session controls: the control and the number of the value.
    pub(super) session: Vec<(usize, usize)>,
}

type Miss<'p> = Option<(Reason, &'p str)>;

impl Compiled {
    pub(super) fn reference(&self) -> PolicyRef<'_> {
        PolicyRef { id: self.id.as_deref(), display_name: &self.display_name, state: &self.state }
    }

    /// The first condition that a sign-in does not meet; that a policy is report-only is no condition here.
    pub(super) fn miss(&self, subject: &Subject<'_>) -> Miss<'_> {
        if self.gate == Gate::Off {
            let detail = if self.state.is_empty() { "has no state" } else { "is off" };
            return Some((Reason::PolicyNotEnabled, detail));
        }
        if let Some(detail) = &self.invalid {
            return Some((Reason::InvalidPolicy, detail));
        }
        self.identity(subject)
            .or_else(|| self.target(subject))
            .or_else(|| narrow(Reason::ClientApps, self.client_apps.as_ref(), subject))
            .or_else(|| {
                let miss = self.platforms.as_ref().and_then(|pair| pair.miss(&subject.has));
                miss.map(|text| (Reason::DevicePlatform, text))
            })
            .or_else(|| {
                let miss = self.locations.as_ref().and_then(|places| places.miss(subject));
                miss.map(|text| (Reason::Location, text))
            })
            .or_else(|| {
                let miss = self.devices.as_ref().and_then(|rules| rules.miss(subject));
                miss.map(|text| (Reason::Devices, text))
            })
            .or_else(|| narrow(Reason::UserRisk, self.user_risk.as_ref(), subject))
            .or_else(|| narrow(Reason::SignInRisk, self.sign_in_risk.as_ref(), subject))
            // Graph has no reason of its own for the risk of a service principal.
            .or_else(|| narrow(Reason::WorkloadIdentities, self.principal_risk.as_ref(), subject))
            .or_else(|| narrow(Reason::AgentIdRisk, self.agent_risk.as_ref(), subject))
            .or_else(|| narrow(Reason::InsiderRisk, self.insider_risk.as_ref(), subject))
            .or_else(|| narrow(Reason::AuthenticationFlow, self.flows.as_ref(), subject))
            .or_else(|| self.agent_context.as_deref().map(|text| (Reason::NotEnoughInformation, text)))
            .or_else(|| self.empty.then_some((Reason::EmptyPolicy, "asks for nothing")))
    }

    fn identity(&self, subject: &Subject<'_>) -> Miss<'_> {
        let (reason, miss) = match subject.who {
            Who::User => (Reason::Users, self.people.as_ref().map(|people| people.miss(&subject.has))),
            Who::Principal => {
                (Reason::WorkloadIdentities, self.principals.as_ref().map(|pair| pair.miss(&subject.has)))
            }
            Who::AgentIdentity => {
                (Reason::AgentIdentities, self.agent_identities.as_ref().map(|pair| pair.miss(&subject.has)))
            }
            Who::AgentUser => {
                (Reason::AgentIdentities, self.agent_users.as_ref().map(|pair| pair.miss(&subject.has)))
            }
        };
        match miss {
            Some(miss) => miss.map(|text| (reason, text)),
            None => Some((self.identity_reason(), self.other_identity)),
        }
    }

    /// The condition on identities that the policy has.
    fn identity_reason(&self) -> Reason {
        if self.people.is_some() {
            Reason::Users
        } else if self.principals.is_some() {
            Reason::WorkloadIdentities
        } else if self.agent_identities.is_some() || self.agent_users.is_some() {
            Reason::AgentIdentities
        } else {
            Reason::Users
        }
    }

    fn target(&self, subject: &Subject<'_>) -> Miss<'_> {
        let targets = &self.targets;
        let is_in = match subject.target {
            Target::App if targets.apps.include.holds(&subject.has) => {
                return targets.apps.miss(&subject.has).map(|text| (Reason::Application, text));
            }
            Target::App => false,
            Target::Action => targets.actions.holds(&subject.has),
            Target::Context => targets.contexts.holds(&subject.has),
        };
        (!is_in).then_some((targets.reason.unwrap_or(Reason::Application), &targets.text))
    }
}

fn narrow<'p>(reason: Reason, include: Option<&'p Include>, subject: &Subject<'_>) -> Miss<'p> {
    include.filter(|include| !include.holds(&subject.has)).map(|include| (reason, include.text.as_str()))
}
