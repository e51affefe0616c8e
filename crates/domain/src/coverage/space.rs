//! One space of sign-ins: its atoms, and each policy as one box in it.
//!
//! People, workload identities and agents never meet in a policy's region, so each has a space of its own.

use super::{
    cell::{Atoms, Cell, Dim, Layout, atoms},
    devices::Devices,
    people::{Key, People},
    places::Places,
    principals::Principals,
    scales::{NONE, Scale, UNKNOWN_PLATFORM},
    targets::Targets,
};
use crate::{
    facts::Facts,
    names::Names,
    normal::{Field, NormalPolicy, NormalValue},
};
use std::collections::BTreeSet;

/// Who signs in, in a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Users,
    Workloads,
    Agents,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Users, Self::Workloads, Self::Agents];

    /// Whether a policy reaches into the space.
    pub(crate) fn concerns(self, policy: &NormalPolicy) -> bool {
        let any = |fields: &[Field]| fields.iter().any(|field| policy.fields.contains_key(field));
        match self {
            Self::Users => {
                any(&[Field::IncludeUsers, Field::IncludeGroups, Field::IncludeRoles, Field::IncludeGuests])
            }
            Self::Workloads => any(&[Field::IncludeServicePrincipals, Field::ServicePrincipalFilter]),
            Self::Agents => any(&[
                Field::IncludeAgentIdentities,
                Field::IncludeAgentUsers,
                Field::AgentIdentityFilter,
                Field::AgentFilter,
            ]),
        }
    }
}

/// Who signs in.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    People(People),
    Principals(Principals),
}

/// A space.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    pub(crate) kind: Kind,
    pub(crate) who: Who,
    pub(crate) targets: Targets,
    pub(crate) places: Places,
    pub(crate) devices: Devices,
    pub(crate) clients: Scale,
    pub(crate) platforms: Scale,
    /// Sign-in risk; of workload identities and agents, their own.
    pub(crate) sign_in_risk: Scale,
    pub(crate) user_risk: Scale,
    pub(crate) insider_risk: Scale,
    pub(crate) flows: Scale,
    pub(crate) layout: Layout,
    /// The weight of each class of people or principals in a share.
    weights: Vec<f64>,
}

const CLIENTS: [&str; 4] = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
const PLATFORMS: [&str; 7] =
    ["windows", "macOS", "iOS", "android", "linux", "windowsPhone", UNKNOWN_PLATFORM];
const RISKS: [&str; 4] = [NONE, "low", "medium", "high"];
const INSIDER: [&str; 4] = [NONE, "minor", "moderate", "elevated"];
const FLOWS: [&str; 3] = [NONE, "deviceCodeFlow", "authenticationTransfer"];

impl Space {
    /// The space that tells these policies apart.
    pub(crate) fn of(
        kind: Kind,
        policies: &[&NormalPolicy],
        names: &Names,
        facts: &Facts,
        emergency: &BTreeSet<Key>,
    ) -> Self {
        let all = || policies.iter().copied().filter(|policy| kind.concerns(policy));
        let people = kind == Kind::Users;
        let who = match kind {
            Kind::Users => Who::People(People::of(all(), names, facts, emergency)),
            Kind::Workloads => Who::Principals(Principals::of(all(), false)),
            Kind::Agents => Who::Principals(Principals::of(all(), true)),
        };
        let weights = match &who {
            Who::People(people) => people.weights(),
            Who::Principals(principals) => vec![1.0; principals.atoms.len()],
        };
        // Workload identities and agents have no client app, no platform, no device, no risk but their own.
        let scale = |words: &'static [&'static str], fields: &[Field], ignore: &[&str]| {
            if people {
                Scale::of(words, fields, all(), ignore)
            } else if words == PLATFORMS {
                Scale::of(&[UNKNOWN_PLATFORM], &[], all(), &[])
            } else {
                Scale::of(&[NONE], &[], all(), &[])
            }
        };
        let targets = Targets::of(all());
        let places = Places::of(all(), names);
        let devices = if people { Devices::of(all()) } else { Devices::none() };
        let clients = scale(&CLIENTS, &[Field::ClientAppTypes], &["all", "easSupported"]);
        let platforms = scale(&PLATFORMS, &[Field::IncludePlatforms, Field::ExcludePlatforms], &["all"]);
        let sign_in_risk = match kind {
            Kind::Users => Scale::of(&RISKS, &[Field::SignInRiskLevels], all(), &[]),
            Kind::Workloads => Scale::of(&RISKS, &[Field::ServicePrincipalRiskLevels], all(), &[]),
            Kind::Agents => Scale::of(&RISKS, &[Field::AgentIdRiskLevels], all(), &[]),
        };
        let user_risk = scale(&RISKS, &[Field::UserRiskLevels], &[]);
        let insider_risk = scale(&INSIDER, &[Field::InsiderRiskLevels], &[]);
        let flows = scale(&FLOWS, &[Field::TransferMethods], &[]);
        let layout = Layout::new(Dim::ALL.map(|dim| match dim {
            Dim::Who => weights.len(),
            Dim::Target => targets.atoms.len(),
            Dim::Location => places.atoms.len(),
            Dim::Device => devices.len(),
            Dim::Client => clients.words.len(),
            Dim::Platform => platforms.words.len(),
            Dim::SignInRisk => sign_in_risk.words.len(),
            Dim::UserRisk => user_risk.words.len(),
            Dim::InsiderRisk => insider_risk.words.len(),
            Dim::Flow => flows.words.len(),
        }));
        Self {
            kind,
            who,
            targets,
            places,
            devices,
            clients,
            platforms,
            sign_in_risk,
            user_risk,
            insider_risk,
            flows,
            layout,
            weights,
        }
    }

    /// The region of a policy; `None` where it is empty.
    pub(crate) fn cell(&self, policy: &NormalPolicy) -> Option<Cell> {
        if !self.kind.concerns(policy) || !self.has_no_other_risk(policy) {
            return None;
        }
        let mut cell = self.layout.empty();
        let people = self.kind == Kind::Users;
        for dim in Dim::ALL {
            let covered: Atoms = match dim {
                Dim::Who => match &self.who {
                    Who::People(people) => people.covered(policy),
                    Who::Principals(principals) => principals.covered(policy),
                },
                Dim::Target => self.targets.covered(policy),
                Dim::Location => self.places.covered(policy),
                Dim::Device if people => self.devices.covered(policy),
                Dim::Device if Devices::covers_none(policy) => Atoms::all(1),
                Dim::Device => Atoms::none(1),
                Dim::Client => self.clients.clients(policy),
                Dim::Platform => self.platforms.platforms(policy),
                Dim::SignInRisk => self.sign_in_risk.narrowed(policy, self.risk_field()),
                Dim::UserRisk => self.user_risk.narrowed(policy, &Field::UserRiskLevels),
                Dim::InsiderRisk => self.insider_risk.narrowed(policy, &Field::InsiderRiskLevels),
                Dim::Flow => self.flows.narrowed(policy, &Field::TransferMethods),
            };
            cell.set(&self.layout, dim, &covered.0);
        }
        (!cell.is_empty(&self.layout)).then_some(cell)
    }

    /// Whether a policy takes in those without the risks that are not of this kind: a person has no service principal
    /// risk, an agent no sign-in risk.
    fn has_no_other_risk(&self, policy: &NormalPolicy) -> bool {
        let own = self.risk_field();
        [Field::SignInRiskLevels, Field::ServicePrincipalRiskLevels, Field::AgentIdRiskLevels]
            .iter()
            .filter(|field| *field != own)
            .all(|field| !policy.fields.contains_key(field) || policy.has_word(field, NONE))
    }

    fn risk_field(&self) -> &'static Field {
        match self.kind {
            Kind::Users => &Field::SignInRiskLevels,
            Kind::Workloads => &Field::ServicePrincipalRiskLevels,
            Kind::Agents => &Field::AgentIdRiskLevels,
        }
    }

    /// Dimensions of which some atoms are missing, since they would be too many.
    pub(crate) fn inexact(&self) -> Vec<Dim> {
        let people = matches!(&self.who, Who::People(people) if !people.exact);
        let all = [
            (Dim::Who, !people),
            (Dim::Location, self.places.exact),
            (Dim::Device, self.devices.classes.exact),
        ];
        all.into_iter().filter(|(_, exact)| !exact).map(|(dim, _)| dim).collect()
    }

    /// Whether a policy has a rule over attributes that is not told apart from others, so that its region is not known.
    pub(crate) fn blurs(&self, policy: &NormalPolicy) -> bool {
        let known = match &self.who {
            Who::People(_) => &[][..],
            Who::Principals(principals) => &principals.filters,
        };
        let rules = |fields: &[Field], known: &[String]| {
            fields.iter().any(|field| match policy.fields.get(field) {
                Some(NormalValue::Rule(_, rule)) => !known.contains(rule),
                _ => false,
            })
        };
        let own = match self.kind {
            Kind::Users => &[][..],
            Kind::Workloads => &[Field::ServicePrincipalFilter][..],
            Kind::Agents => &[Field::AgentIdentityFilter, Field::AgentFilter],
        };
        self.kind.concerns(policy)
            && (rules(&[Field::ApplicationFilter], &self.targets.filters) || rules(own, known))
    }

    /// How much a cell weighs: people by head count, everything else by atoms.
    pub(crate) fn weight(&self, cell: &Cell) -> f64 {
        let who: f64 = atoms(cell.dim(&self.layout, Dim::Who)).map(|at| self.weights[at]).sum();
        Dim::ALL
            .iter()
            .filter(|dim| **dim != Dim::Who)
            .map(|dim| f64::from(super::cell::ones(cell.dim(&self.layout, *dim))))
            .product::<f64>()
            * who
    }
}
