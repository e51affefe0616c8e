//! Licences on the wire: each capability, whether the tenant has it, and what it allows.

use super::dto::LicenceOut;
use policytab_domain::licence::{Licence, Licences};
use serde_json::Value;

/// What each licence allows in Conditional Access. Source: Microsoft's licensing include of the Conditional Access
/// documentation; insider risk and Global Secure Access by what their own pages name as prerequisite.
const ALLOWS: [(Licence, &str, &str); 9] = [
    (Licence::EntraIdP1, "entra_id_p1", "Conditional Access policies"),
    (
        Licence::EntraIdP2,
        "entra_id_p2",
        "Sign-in risk and user risk conditions, password change, risk remediation",
    ),
    (Licence::Intune, "intune", "Requiring compliant devices and protected apps"),
    (Licence::WorkloadIdentities, "workload_id", "Policies for service principals"),
    (Licence::CloudApps, "cloud_apps", "Session control by Defender for Cloud Apps"),
    (Licence::InsiderRisk, "insider_risk", "Insider risk conditions"),
    (
        Licence::InternetAccess,
        "internet_access",
        "Security profiles and traffic profiles of Global Secure Access",
    ),
    (Licence::PrivateAccess, "private_access", "Policies for private apps of Global Secure Access"),
    (Licence::Governance, "governance", "Terms of use per access package"),
];

/// The licences that an import stored.
pub fn licences(stored: &Value) -> Vec<LicenceOut> {
    let Ok(licences) = serde_json::from_value::<Licences>(stored.clone()) else { return Vec::new() };
    ALLOWS
        .iter()
        .map(|(licence, capability, allows)| {
            let found = licences.of(*licence);
            LicenceOut {
                capability: (*capability).to_owned(),
                name: licence.name().to_owned(),
                licensed: found.licensed,
                through: found.through.clone(),
                allows: (*allows).to_owned(),
            }
        })
        .collect()
}
