//! What a tenant is licensed for, read from its service plans.
//!
//! Invariant: only the id of a service plan decides, never a product's name; a plan counts where its product is
//! enabled or in its grace period and the plan itself is not switched off. One seat switches a feature on for the
//! whole tenant; whether there are enough is a question of compliance, and told apart.

mod needs;
mod plans;

pub use needs::{NEEDS, Need, needs_of, unlicensed};
pub use plans::{LOOK_ALIKES, LookAlike, PLANS, Plan};

use crate::{import::ZeroPolicies, snapshot::SubscribedSku};
use serde::{Deserialize, Serialize};

/// What Conditional Access may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Licence {
    /// Microsoft Entra ID P1.
    EntraIdP1,
    /// Microsoft Entra ID P2.
    EntraIdP2,
    /// Microsoft Entra Workload ID Premium.
    WorkloadIdentities,
    /// Microsoft Intune.
    Intune,
    /// Microsoft Defender for Cloud Apps with its session proxy.
    CloudApps,
    /// Microsoft Purview Insider Risk Management.
    InsiderRisk,
    /// Microsoft Entra Internet Access.
    InternetAccess,
    /// Microsoft Entra Private Access.
    PrivateAccess,
    /// Microsoft Entra ID Governance.
    Governance,
}

impl Licence {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntraIdP1 => "Microsoft Entra ID P1",
            Self::EntraIdP2 => "Microsoft Entra ID P2",
            Self::WorkloadIdentities => "Microsoft Entra Workload ID Premium",
            Self::Intune => "Microsoft Intune",
            Self::CloudApps => "Microsoft Defender for Cloud Apps",
            Self::InsiderRisk => "Microsoft Purview Insider Risk Management",
            Self::InternetAccess => "Microsoft Entra Internet Access",
            Self::PrivateAccess => "Microsoft Entra Private Access",
            Self::Governance => "Microsoft Entra ID Governance",
        }
    }
}

/// How a licence stands, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceState {
    /// Bought and enabled.
    Enabled,
    /// Expired, in its grace period: it still counts.
    Warning,
    /// The product is there, the plan in it is switched off.
    PlanDisabled,
    /// The product is suspended.
    Suspended,
    /// The product is locked out.
    LockedOut,
    /// The product is deleted.
    Deleted,
    /// The tenant has never had it.
    Absent,
}

impl LicenceState {
    fn of(sku: &SubscribedSku, plan_status: &str) -> Self {
        let state = match sku.capability_status.to_ascii_lowercase().as_str() {
            "enabled" => Self::Enabled,
            "warning" => Self::Warning,
            "suspended" => Self::Suspended,
            "lockedout" => Self::LockedOut,
            _ => Self::Deleted,
        };
        let disabled = plan_status.eq_ignore_ascii_case("Disabled");
        if disabled && matches!(state, Self::Enabled | Self::Warning) { Self::PlanDisabled } else { state }
    }

    /// Whether the feature works.
    pub const fn is_licensed(self) -> bool {
        matches!(self, Self::Enabled | Self::Warning)
    }
}

/// Whether a tenant has one licence, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// Whether it counts.
    pub licensed: bool,
    /// The best state among the products that hold it.
    pub state: LicenceState,
    /// Part numbers of the products that give this state, sorted.
    pub through: Vec<String>,
    /// Enabled units of those products together.
    pub enabled_units: i64,
    /// Assigned units of those products together.
    pub consumed_units: i64,
}

impl Default for Capability {
    fn default() -> Self {
        Self {
            licensed: false,
            state: LicenceState::Absent,
            through: Vec::new(),
            enabled_units: 0,
            consumed_units: 0,
        }
    }
}

/// What a tenant is licensed for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Microsoft Entra ID P1, which P2 includes.
    pub p1: Capability,
    /// Microsoft Entra ID P2.
    pub p2: Capability,
    /// Workload identities.
    pub workload: Capability,
    /// Intune.
    pub intune: Capability,
    /// Defender for Cloud Apps.
    pub cloud_apps: Capability,
    /// Insider risk.
    pub insider_risk: Capability,
    /// Internet Access.
    pub internet_access: Capability,
    /// Private Access.
    pub private_access: Capability,
    /// Governance.
    pub governance: Capability,
    /// Plans that suggest a licence the tenant doesn't have, one sentence each.
    pub look_alikes: Vec<String>,
}

impl Licences {
    /// One licence.
    pub const fn of(&self, licence: Licence) -> &Capability {
        match licence {
            Licence::EntraIdP1 => &self.p1,
            Licence::EntraIdP2 => &self.p2,
            Licence::WorkloadIdentities => &self.workload,
            Licence::Intune => &self.intune,
            Licence::CloudApps => &self.cloud_apps,
            Licence::InsiderRisk => &self.insider_risk,
            Licence::InternetAccess => &self.internet_access,
            Licence::PrivateAccess => &self.private_access,
            Licence::Governance => &self.governance,
        }
    }

    const fn of_mut(&mut self, licence: Licence) -> &mut Capability {
        match licence {
            Licence::EntraIdP1 => &mut self.p1,
            Licence::EntraIdP2 => &mut self.p2,
            Licence::WorkloadIdentities => &mut self.workload,
            Licence::Intune => &mut self.intune,
            Licence::CloudApps => &mut self.cloud_apps,
            Licence::InsiderRisk => &mut self.insider_risk,
            Licence::InternetAccess => &mut self.internet_access,
            Licence::PrivateAccess => &mut self.private_access,
            Licence::Governance => &mut self.governance,
        }
    }
}

/// Reads the licences from a tenant's subscribed SKUs.
pub fn detect(skus: &[SubscribedSku]) -> Licences {
    let mut licences = Licences::default();
    for sku in skus {
        // One product may hold several plans of one licence: the best of them speaks for it.
        let mut held: Vec<(Licence, LicenceState)> = Vec::new();
        for plan in &PLANS {
            if let Some(status) = sku.service_plans.get(&plan.id) {
                let state = LicenceState::of(sku, status);
                match held.iter_mut().find(|(licence, _)| *licence == plan.grants) {
                    Some((_, best)) => *best = state.min(*best),
                    None => held.push((plan.grants, state)),
                }
            }
        }
        for (licence, state) in held {
            add(licences.of_mut(licence), state, sku);
        }
    }
    licences.look_alikes = LOOK_ALIKES
        .iter()
        .filter(|plan| !licences.of(plan.taken_for).licensed)
        .filter(|plan| skus.iter().any(|sku| sku.service_plans.contains_key(&plan.id)))
        .map(|plan| plan.note.to_owned())
        .collect();
    licences
}

fn add(capability: &mut Capability, state: LicenceState, sku: &SubscribedSku) {
    if state > capability.state {
        return;
    }
    if state < capability.state {
        *capability = Capability { licensed: state.is_licensed(), state, ..Capability::default() };
    }
    if !capability.through.contains(&sku.sku_part_number) {
        capability.through.push(sku.sku_part_number.clone());
        capability.through.sort_unstable();
    }
    capability.enabled_units += sku.enabled_units;
    capability.consumed_units += sku.consumed_units;
}

/// Why a tenant has no policies, given what was read; `None` where it could not be read.
///
/// The licence comes first: who has none can't have policies, and should leave security defaults on.
pub fn diagnose_zero(security_defaults: Option<bool>, licences: Option<&Licences>) -> ZeroPolicies {
    if licences.is_some_and(|licences| !licences.p1.licensed) {
        ZeroPolicies::NotLicensed
    } else if security_defaults == Some(true) {
        ZeroPolicies::SecurityDefaultsOn
    } else {
        ZeroPolicies::NoneExist
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const P1: &str = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
    const P2: &str = "eec0eb4f-6444-4f95-aba0-50c24d67f998";

    fn sku(name: &str, status: &str, plans: &[(&str, &str)]) -> SubscribedSku {
        SubscribedSku {
            sku_id: Uuid::nil(),
            sku_part_number: name.to_owned(),
            capability_status: status.to_owned(),
            enabled_units: 10,
            consumed_units: 7,
            service_plans: plans
                .iter()
                .map(|(id, state)| (Uuid::parse_str(id).expect("a plan id"), (*state).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn p2_implies_p1_even_without_its_plan() {
        let licences = detect(&[sku("IDENTITY_THREAT_PROTECTION", "Enabled", &[(P2, "Success")])]);
        assert!(licences.p1.licensed && licences.p2.licensed);
        assert_eq!(licences.p1.through, ["IDENTITY_THREAT_PROTECTION"]);
    }

    #[test]
    fn one_product_with_both_plans_is_counted_once() {
        let licences = detect(&[sku("AAD_PREMIUM_P2", "Enabled", &[(P1, "Success"), (P2, "Success")])]);
        assert_eq!((licences.p1.enabled_units, licences.p1.consumed_units), (10, 7));
    }

    #[test]
    fn grace_counts_and_the_best_state_wins() {
        let grace = sku("SPB", "Warning", &[(P1, "Success")]);
        let suspended = sku("EMS", "Suspended", &[(P1, "Success")]);
        assert_eq!(detect(std::slice::from_ref(&suspended)).p1.state, LicenceState::Suspended);
        let licences = detect(&[suspended, grace]);
        assert_eq!((licences.p1.licensed, licences.p1.state), (true, LicenceState::Warning));
        assert_eq!(licences.p1.through, ["SPB"]);
    }

    #[test]
    fn a_plan_that_is_switched_off_does_not_count() {
        let licences = detect(&[sku("SPE_E3", "Enabled", &[(P1, "Disabled")])]);
        assert_eq!((licences.p1.licensed, licences.p1.state), (false, LicenceState::PlanDisabled));
        let pending = detect(&[sku("SPE_E3", "Enabled", &[(P1, "PendingProvisioning")])]);
        assert!(pending.p1.licensed);
    }

    #[test]
    fn look_alikes_grant_nothing_and_are_named() {
        let plans: Vec<(String, &str)> =
            LOOK_ALIKES.iter().map(|plan| (plan.id.to_string(), "Success")).collect();
        let plans: Vec<(&str, &str)> = plans.iter().map(|(id, state)| (id.as_str(), *state)).collect();
        let licences = detect(&[sku("O365_BUSINESS_PREMIUM", "Enabled", &plans)]);
        assert_eq!(licences.p1, Capability::default());
        assert!(!licences.intune.licensed && !licences.cloud_apps.licensed);
        assert_eq!(licences.look_alikes.len(), 4);
    }

    #[test]
    fn no_policies_are_explained_by_the_licence_first() {
        let none = Licences::default();
        let p1 = detect(&[sku("SPB", "Enabled", &[(P1, "Success")])]);
        assert_eq!(diagnose_zero(Some(true), Some(&none)), ZeroPolicies::NotLicensed);
        assert_eq!(diagnose_zero(Some(true), Some(&p1)), ZeroPolicies::SecurityDefaultsOn);
        assert_eq!(diagnose_zero(Some(false), Some(&p1)), ZeroPolicies::NoneExist);
        assert_eq!(diagnose_zero(None, None), ZeroPolicies::NoneExist);
    }
}
