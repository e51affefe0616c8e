//! Which feature of a policy needs which licence, as data.
//!
//! Source: Microsoft's pages on Conditional Access and on workload identities. What they leave open (insider risk,
//! Global Secure Access, agents) is marked in the note.

use super::{Licence, Licences};
use crate::normal::{Field, NormalPolicy};
use serde::Serialize;

/// One feature and its licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The feature, for people.
    pub feature: &'static str,
    /// What it needs.
    pub licence: Licence,
    /// What to know about it; empty where there is nothing.
    pub note: &'static str,
    #[serde(skip)]
    used_by: Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Always,
    AnyField(&'static [Field]),
    AnyControl(&'static [&'static str]),
}

const fn need(feature: &'static str, licence: Licence, used_by: Use, note: &'static str) -> Need {
    Need { feature, licence, note, used_by }
}

/// Every feature that needs a licence.
pub const NEEDS: [Need; 9] = [
    need(
        "Conditional Access",
        Licence::EntraIdP1,
        Use::Always,
        "When the licence ends, policies stay and keep being enforced; they can't be changed any more.",
    ),
    need(
        "user risk and sign-in risk",
        Licence::EntraIdP2,
        Use::AnyField(&[Field::UserRiskLevels, Field::SignInRiskLevels]),
        "",
    ),
    need(
        "password change and risk remediation",
        Licence::EntraIdP2,
        Use::AnyControl(&["passwordChange", "riskRemediation"]),
        "",
    ),
    need(
        "compliant devices and protected apps",
        Licence::Intune,
        Use::AnyControl(&["compliantDevice", "compliantApplication", "approvedApplication"]),
        "",
    ),
    need("Conditional Access App Control", Licence::CloudApps, Use::AnyField(&[Field::CloudAppSecurity]), ""),
    need(
        "workload identities",
        Licence::WorkloadIdentities,
        Use::AnyField(&[Field::IncludeServicePrincipals, Field::ServicePrincipalRiskLevels]),
        "Existing policies keep working without it and can't be changed.",
    ),
    need(
        "insider risk",
        Licence::InsiderRisk,
        Use::AnyField(&[Field::InsiderRiskLevels]),
        "Microsoft doesn't name the licence; Adaptive Protection belongs to Purview.",
    ),
    need(
        "Global Secure Access",
        Licence::InternetAccess,
        Use::AnyField(&[Field::FilteringProfile, Field::IncludeTraffic]),
        "Microsoft doesn't name the licence; the profile for Microsoft traffic may need less.",
    ),
    need(
        "risk of agents",
        Licence::EntraIdP2,
        Use::AnyField(&[Field::AgentIdRiskLevels]),
        "Agents may need a licence of their own besides.",
    ),
];

/// What a policy needs, each licence with the features that ask for it, in the order of [`NEEDS`].
pub fn needs_of(policy: &NormalPolicy) -> Vec<Need> {
    let uses = |used_by: &Use| match used_by {
        Use::Always => true,
        Use::AnyField(fields) => fields.iter().any(|field| policy.fields.contains_key(field)),
        Use::AnyControl(words) => words.iter().any(|word| policy.has_word(&Field::GrantControls, word)),
    };
    NEEDS.iter().filter(|need| uses(&need.used_by)).copied().collect()
}

/// What a policy needs and the tenant is not licensed for.
pub fn unlicensed(policy: &NormalPolicy, licences: &Licences) -> Vec<Need> {
    needs_of(policy).into_iter().filter(|need| !licences.of(need.licence).licensed).collect()
}
