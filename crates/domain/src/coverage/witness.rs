//! From atoms to one concrete sign-in that What If can be asked about.

use super::{
    cell::{Cell, Dim},
    people::{Heads, Home},
    scales::{NONE, UNKNOWN_PLATFORM},
    space::{Kind, Space, Who},
    targets::Target,
};
use crate::{
    facts::Facts,
    names::NameKind,
    policy::Evolvable,
    sign_in::{SignIn, SignInDevice, SignInLocation, SignInPrincipal, SignInUser},
    wellknown::{self, ADMIN_PORTALS, AZURE_MANAGEMENT_APP_ID, OFFICE_365},
};
use uuid::Uuid;

/// An object id that no directory has.
const NOBODY: Uuid = Uuid::from_u128(0xffff_ffff_ffff_4fff_bfff_ffff_ffff_ffff);
/// Exchange Online, a member of Office 365.
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// The Azure portal, one of the admin portals.
const AZURE_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
/// Apps that are in no bundle, to stand for any other app.
const OTHER_APPS: [&str; 3] =
    ["00000003-0000-0000-c000-000000000000", "499b84ac-1321-427f-aa17-267ca6975798", AZURE_MANAGEMENT_APP_ID];

impl Space {
    /// The sign-in of a cell that says most to a reader: an ordinary person, an ordinary client, no risk, unless the
    /// cell leaves no choice.
    pub(crate) fn pick(&self, cell: &Cell) -> [usize; Dim::COUNT] {
        cell.pick(&self.layout, |dim, atom| match dim {
            Dim::Who => self.who_rank(atom),
            Dim::Target => match &self.targets.atoms[atom].target {
                Target::Bundle(name) if *name == OFFICE_365 => 0,
                Target::App(id) if wellknown::first_party_app(id).is_some() => 1,
                Target::Bundle(_) => 2,
                _ => 3,
            },
            Dim::Location => self.places.atoms[atom].locations.len() as u32,
            _ => 0,
        })
    }

    pub(super) fn who_rank(&self, atom: usize) -> u32 {
        let Who::People(people) = &self.who else { return 0 };
        let class = &people.classes[atom];
        match class.heads {
            Heads::Rest(_) => 0,
            Heads::Known(_) if !class.emergency => 1,
            Heads::Hypothetical if !class.emergency => 2 + class.keys.len() as u32,
            _ => u32::MAX,
        }
    }

    /// The sign-in that some atoms stand for.
    pub(crate) fn sign_in(&self, atoms: &[usize; Dim::COUNT], facts: &Facts) -> SignIn {
        let at = |dim: Dim| atoms[dim as usize];
        let word = |scale: &super::scales::Scale, dim: Dim| {
            Some(scale.words[at(dim)].clone()).filter(|word| word != NONE && word != UNKNOWN_PLATFORM)
        };
        let mut sign_in = SignIn::default();
        self.put_who(&mut sign_in, at(Dim::Who), facts);
        self.put_target(&mut sign_in, at(Dim::Target));
        let place = &self.places.atoms[at(Dim::Location)];
        sign_in.location = SignInLocation {
            named_locations: place.locations.iter().map(|at| self.places.locations[*at].clone()).collect(),
            trusted: place.trusted,
        };
        let risk = word(&self.sign_in_risk, Dim::SignInRisk);
        match self.kind {
            Kind::Workloads => sign_in.service_principal_risk = risk,
            Kind::Agents => sign_in.agent_risk = risk,
            Kind::Users => {
                sign_in.sign_in_risk = risk;
                sign_in.user_risk = word(&self.user_risk, Dim::UserRisk);
                sign_in.insider_risk = word(&self.insider_risk, Dim::InsiderRisk);
                sign_in.client_app = word(&self.clients, Dim::Client);
                sign_in.platform = word(&self.platforms, Dim::Platform);
                sign_in.authentication_flow = word(&self.flows, Dim::Flow);
                let class = &self.devices.classes.classes[at(Dim::Device)];
                sign_in.device = SignInDevice { properties: class.properties.clone(), ..Default::default() };
                let unreadable = self.devices.rules.iter().zip(&class.holds);
                let unreadable = unreadable.filter(|(rule, holds)| rule.expr.is_none() && **holds);
                sign_in.matching_filters.extend(unreadable.map(|(rule, _)| rule.text.clone()));
            }
        }
        sign_in
    }

    fn put_who(&self, sign_in: &mut SignIn, at: usize, facts: &Facts) {
        let people = match &self.who {
            Who::People(people) => people,
            Who::Principals(principals) => {
                let atom = &principals.atoms[at];
                let id = Some(atom.id.clone().unwrap_or_else(|| NOBODY.to_string()));
                let principal = SignInPrincipal { id, agent_user: atom.agent_user };
                let slot = if self.kind == Kind::Agents {
                    &mut sign_in.agent
                } else {
                    &mut sign_in.service_principal
                };
                *slot = Some(principal);
                let filters = principals.filters.iter().zip(&atom.matches);
                sign_in
                    .matching_filters
                    .extend(filters.filter(|(_, holds)| **holds).map(|(rule, _)| rule.clone()));
                return;
            }
        };
        let class = &people.classes[at];
        let mut user = SignInUser { id: class.sample.map(|id| id.to_string()), ..Default::default() };
        for key in &class.keys {
            let (kind, id) = &people.keys[*key];
            match kind {
                NameKind::Group => user.groups.push(id.clone()),
                NameKind::Role => user.roles.push(id.clone()),
                _ => user.id = Some(id.clone()),
            }
        }
        if let Some(sample) = class.sample {
            // Beyond the groups that decide, so that a policy that is off is judged by who the person is.
            for ((kind, id), members) in &facts.memberships {
                if members.ids.binary_search(&sample).is_ok() {
                    let list = if *kind == NameKind::Role { &mut user.roles } else { &mut user.groups };
                    if !list.contains(id) {
                        list.push(id.clone());
                    }
                }
            }
        }
        user.user_type = Some("member".to_owned());
        if let Some((kind, home)) = &class.guest {
            user.user_type = Some(kind.as_str().to_owned());
            if let Home::Tenant(tenant) = home {
                user.external_tenant_id = Some(tenant.clone());
            }
        }
        user.id.get_or_insert_with(|| NOBODY.to_string());
        sign_in.user = Some(user);
    }

    fn put_target(&self, sign_in: &mut SignIn, at: usize) {
        let atom = &self.targets.atoms[at];
        let named =
            |id: &str| self.targets.atoms.iter().any(|atom| atom.target == Target::App(id.to_owned()));
        let unless_named = |id: &str, word: &str| if named(id) { word.to_owned() } else { id.to_owned() };
        match &atom.target {
            Target::App(id) => sign_in.application = Some(id.clone()),
            Target::Bundle(name) if *name == OFFICE_365 => {
                sign_in.application = Some(unless_named(EXCHANGE, OFFICE_365));
            }
            Target::Bundle(_) => sign_in.application = Some(unless_named(AZURE_PORTAL, ADMIN_PORTALS)),
            Target::AgentResources => sign_in.application = Some("AllAgentIdResources".to_owned()),
            Target::AnyOtherApp => {
                let other = OTHER_APPS.iter().find(|id| !named(id)).map(|id| (*id).to_owned());
                sign_in.application = Some(other.unwrap_or_else(|| NOBODY.to_string()));
            }
            Target::UserAction(action) => sign_in.user_action = Some(action.clone()),
            Target::Context(id) => sign_in.authentication_context = Some(id.clone()),
            Target::Traffic(profile) => sign_in.application = Some(format!("globalSecureAccess:{profile}")),
        }
        let filters = self.targets.filters.iter().zip(&atom.matches);
        sign_in.matching_filters.extend(filters.filter(|(_, holds)| **holds).map(|(rule, _)| rule.clone()));
    }
}
