//! Workload identities and AI agents.

use super::{
    check::{Check, Level, check},
    goal::*,
};
use crate::{
    licence::Licence::{EntraIdP2, WorkloadIdentities},
    severity::Severity::{Low, Medium},
};
use serde_json::{Value, json};

fn own_service_principals() -> Value {
    json!({"clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]}})
}

fn with(mut region: Value, more: &[(&str, Value)]) -> Value {
    for (name, value) in more {
        region[*name] = value.clone();
    }
    region
}

pub(super) fn checks() -> Vec<Check> {
    vec![
        check("workload-risk-blocked", "WORKLOAD", "Risky workload identities are blocked")
            .asks("A service principal of this tenant at high risk is blocked for every resource.")
            .why("A leaked secret of an app works from anywhere, and nobody is asked for a second factor.")
            .weight(Low, Level::Low, Level::Low)
            .licence(WorkloadIdentities)
            .zero_trust("21883")
            .workload_policy([
                "Under Users or workload identities, choose Workload identities and include All owned service principals.",
                "Under Target resources, include All resources.",
                "Under Conditions > Service principal risk, select High.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(
                nobody(),
                all_apps(),
                with(own_service_principals(), &[("servicePrincipalRiskLevels", json!(["high"]))]),
                blocked(),
            )]),
        check("workload-locations", "WORKLOAD", "Workload identities sign in from known networks only")
            .asks("Service principals of this tenant are blocked outside of trusted locations.")
            .why("A leaked secret of an app is of no use outside of the network that the app runs in.")
            .weight(Low, Level::Low, Level::High)
            .licence(WorkloadIdentities)
            .zero_trust("21884")
            .workload_policy([
                "List from where each app signs in, in the service principal sign-in logs, and make these trusted named locations; this product's own app registration is among them.",
                "Under Users or workload identities, choose Workload identities and include All owned service principals.",
                "Under Network, include Any location and exclude All trusted locations.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(nobody(), all_apps(), with(untrusted(), &[own_principals()]), blocked())]),
        agent("agent-identities-risk-blocked", "Risky agent identities are blocked")
            .asks("An agent identity at high risk is blocked for every resource.")
            .template("Block high-risk agent identities")
            .workload_policy([
                "Under Users, agents or workload identities, choose Agents and include All agent identities.",
                "Under Target resources, include All resources.",
                "Under Conditions > Agent risk, select High.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(
                nobody(),
                all_apps(),
                json!({
                    "clientApplications": {"includeAgentIdServicePrincipals": ["All"]},
                    "agentIdRiskLevels": "high",
                }),
                blocked(),
            )]),
        agent("agent-users-risk-blocked", "Risky agent users are blocked")
            .asks("A user account of an agent at high risk is blocked for every resource.")
            .workload_policy([
                "Under Users, agents or workload identities, choose Agents and include All agent users.",
                "Under Target resources, include All resources.",
                "Under Conditions > Agent risk, select High.",
                "Under Grant, select Block access.",
            ])
            .covered([goal(
                nobody(),
                all_apps(),
                json!({"agents": {"includeAgentUsers": ["All"]}, "agentIdRiskLevels": "high"}),
                blocked(),
            )]),
    ]
}

fn own_principals() -> (&'static str, Value) {
    ("clientApplications", own_service_principals()["clientApplications"].clone())
}

fn agent(id: &'static str, title: &'static str) -> Check {
    check(id, "AGENTS", title)
        .why("An agent acts on its own with the rights it was given; one that was taken over acts for somebody else.")
        .weight(Medium, Level::Low, Level::Low)
        .licence(EntraIdP2)
        .maester("MT.1181")
        .zero_trust("61012")
}
