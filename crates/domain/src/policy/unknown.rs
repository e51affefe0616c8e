//! Where a policy uses a word that this version does not know.
//!
//! Invariant: every enumeration of the model is looked at, so that no word of unknown meaning passes for a known one.

use super::{Conditions, Evolvable, Filter, Policy, SessionControls};

/// Paths of enumerations with a member that this version does not know.
pub(super) fn unknown_words(policy: &Policy) -> Vec<String> {
    let mut words = Words(Vec::new());
    words.note(policy.state.as_slice(), "state");
    if let Some(conditions) = &policy.conditions {
        words.conditions(conditions);
    }
    if let Some(grant) = &policy.grant_controls {
        words.note(&grant.built_in_controls, "grantControls.builtInControls");
        words.note(grant.operator.as_slice(), "grantControls.operator");
    }
    if let Some(session) = &policy.session_controls {
        words.session(session);
    }
    words.0
}

struct Words(Vec<String>);

impl Words {
    fn note<E: Evolvable>(&mut self, values: &[E], path: &str) {
        if values.iter().any(Evolvable::is_unknown) {
            self.0.push(path.to_owned());
        }
    }

    fn filter(&mut self, filter: Option<&Filter>, path: &str) {
        if let Some(mode) = filter.and_then(|filter| filter.mode.as_ref()) {
            self.note(std::slice::from_ref(mode), &format!("{path}.mode"));
        }
    }

    fn conditions(&mut self, c: &Conditions) {
        self.note(&c.client_app_types, "conditions.clientAppTypes");
        self.note(&c.user_risk_levels, "conditions.userRiskLevels");
        self.note(&c.sign_in_risk_levels, "conditions.signInRiskLevels");
        self.note(&c.service_principal_risk_levels, "conditions.servicePrincipalRiskLevels");
        self.note(&c.insider_risk_levels.0, "conditions.insiderRiskLevels");
        self.note(&c.agent_id_risk_levels.0, "conditions.agentIdRiskLevels");
        if let Some(p) = &c.platforms {
            self.note(&p.include_platforms, "conditions.platforms");
            self.note(&p.exclude_platforms, "conditions.platforms");
        }
        if let Some(f) = &c.authentication_flows {
            self.note(&f.transfer_methods.0, "conditions.authenticationFlows.transferMethods");
        }
        if let Some(u) = &c.users {
            for (guests, path) in [
                (&u.include_guests_or_external_users, "conditions.users.includeGuestsOrExternalUsers"),
                (&u.exclude_guests_or_external_users, "conditions.users.excludeGuestsOrExternalUsers"),
            ] {
                let Some(guests) = guests else { continue };
                self.note(&guests.guest_or_external_user_types.0, path);
                let kind =
                    guests.external_tenants.as_ref().and_then(|tenants| tenants.membership_kind.as_ref());
                self.note(kind.map(std::slice::from_ref).unwrap_or_default(), path);
            }
        }
        if let Some(a) = &c.applications {
            self.filter(a.application_filter.as_ref(), "conditions.applications.applicationFilter");
            for (traffic, path) in [
                (&a.global_secure_access, "conditions.applications.globalSecureAccess"),
                (&a.network_access, "conditions.applications.networkAccess"),
            ] {
                self.note(traffic.as_ref().map(|t| &*t.include_traffic_profiles.0).unwrap_or_default(), path);
            }
        }
        if let Some(d) = &c.devices {
            self.filter(d.device_filter.as_ref(), "conditions.devices.deviceFilter");
        }
        if let Some(c) = &c.client_applications {
            let path = "conditions.clientApplications";
            self.filter(c.service_principal_filter.as_ref(), &format!("{path}.servicePrincipalFilter"));
            self.filter(
                c.agent_id_service_principal_filter.as_ref(),
                &format!("{path}.agentIdServicePrincipalFilter"),
            );
        }
        if let Some(a) = &c.agents {
            self.filter(a.agent_filter.as_ref(), "conditions.agents.agentFilter");
        }
    }

    /// A control that is switched off says nothing, in whatever words.
    fn session(&mut self, s: &SessionControls) {
        let off = Some(false);
        if let Some(control) = s.sign_in_frequency.as_ref().filter(|control| control.is_enabled != off) {
            let path = "sessionControls.signInFrequency";
            self.note(control.unit.as_slice(), path);
            self.note(control.frequency_interval.as_slice(), path);
            self.note(control.authentication_type.as_slice(), path);
        }
        if let Some(control) = s.persistent_browser.as_ref().filter(|control| control.is_enabled != off) {
            self.note(control.mode.as_slice(), "sessionControls.persistentBrowser.mode");
        }
        if let Some(control) = s.cloud_app_security.as_ref().filter(|control| control.is_enabled != off) {
            let path = "sessionControls.cloudAppSecurity.cloudAppSecurityType";
            self.note(control.cloud_app_security_type.as_slice(), path);
        }
        if let Some(control) = &s.continuous_access_evaluation {
            self.note(control.mode.as_slice(), "sessionControls.continuousAccessEvaluation.mode");
        }
    }
}
