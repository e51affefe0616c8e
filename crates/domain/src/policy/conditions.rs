//! `conditionalAccessConditionSet` and what it is made of, v1.0 and beta.
//!
//! Members that only the wire knows (`agents`, `agentContext`, `times`, `clients`) have been seen in exports of
//! 2025 and 2026 and are in no published schema; those without a known shape are kept as plain values.

use super::{
    enums::{
        ClientAppType, DevicePlatform, FilterMode, GuestType, InsiderRiskLevel, MembershipKind, RiskLevel,
        TransferMethod,
    },
    member::{Flags, resource},
};
use serde_json::Value;

resource! {
    /// When a policy applies. Whatever is not set matches everything, except `users` and `applications`.
    Conditions {
        /// Whom it applies to.
        users: Option<Users> = "users",
        /// What is signed in to.
        applications: Option<Applications> = "applications",
        /// Kinds of client apps; empty means all.
        client_app_types: Vec<ClientAppType> = "clientAppTypes",
        /// Device platforms.
        platforms: Option<Platforms> = "platforms",
        /// Locations.
        locations: Option<Locations> = "locations",
        /// User risk: exactly the listed levels.
        user_risk_levels: Vec<RiskLevel> = "userRiskLevels",
        /// Sign-in risk: exactly the listed levels.
        sign_in_risk_levels: Vec<RiskLevel> = "signInRiskLevels",
        /// Service principal risk: exactly the listed levels.
        service_principal_risk_levels: Vec<RiskLevel> = "servicePrincipalRiskLevels",
        /// Insider risk.
        insider_risk_levels: Flags<InsiderRiskLevel> = "insiderRiskLevels",
        /// Risk of an agent identity (beta).
        agent_id_risk_levels: Flags<RiskLevel> = "agentIdRiskLevels",
        /// Device filter and the older lists of devices.
        devices: Option<Devices> = "devices",
        /// The retired device state condition (beta).
        device_states: Option<DeviceStates> = "deviceStates",
        /// Workload identities.
        client_applications: Option<ClientApplications> = "clientApplications",
        /// Authentication flows.
        authentication_flows: Option<AuthenticationFlows> = "authenticationFlows",
        /// Agent users (seen in exports).
        agents: Option<Agents> = "agents",
        /// Contexts of agents (seen in exports).
        agent_context: Option<AgentContext> = "agentContext",
        /// Seen in exports, always null; a value would be a condition of unknown meaning.
        times: Option<Value> = "times",
        /// Seen in exports, always null; a value would be a condition of unknown meaning.
        clients: Option<Value> = "clients",
    }
}

resource! {
    /// `conditionalAccessUsers`: include lists are joined by or, exclude lists win.
    Users {
        /// Object ids, `All`, `None`, `GuestsOrExternalUsers`.
        include_users: Vec<String> = "includeUsers",
        /// Object ids, `GuestsOrExternalUsers`.
        exclude_users: Vec<String> = "excludeUsers",
        /// Object ids of groups.
        include_groups: Vec<String> = "includeGroups",
        /// Object ids of groups.
        exclude_groups: Vec<String> = "excludeGroups",
        /// Template ids of directory roles.
        include_roles: Vec<String> = "includeRoles",
        /// Template ids of directory roles.
        exclude_roles: Vec<String> = "excludeRoles",
        /// Kinds of guests.
        include_guests_or_external_users: Option<GuestsOrExternalUsers> = "includeGuestsOrExternalUsers",
        /// Kinds of guests.
        exclude_guests_or_external_users: Option<GuestsOrExternalUsers> = "excludeGuestsOrExternalUsers",
    }
}

resource! {
    /// `conditionalAccessGuestsOrExternalUsers`.
    GuestsOrExternalUsers {
        /// Kinds of guests.
        guest_or_external_user_types: Flags<GuestType> = "guestOrExternalUserTypes",
        /// From which tenants; unset means any.
        external_tenants: Option<ExternalTenants> = "externalTenants",
    }
}

resource! {
    /// `conditionalAccessExternalTenants` in either of its forms.
    ExternalTenants {
        /// All, or the listed ones.
        membership_kind: Option<MembershipKind> = "membershipKind",
        /// Tenant ids.
        members: Vec<String> = "members",
    }
}

resource! {
    /// `conditionalAccessApplications`: apps, user actions and authentication contexts are alternatives.
    Applications {
        /// Client ids, `All`, `None`, `Office365`, `MicrosoftAdminPortals`, `AllAgentIdResources`.
        include_applications: Vec<String> = "includeApplications",
        /// Client ids and the same words, save `All` and `None`.
        exclude_applications: Vec<String> = "excludeApplications",
        /// `urn:user:registersecurityinfo`, `urn:user:registerdevice`.
        include_user_actions: Vec<String> = "includeUserActions",
        /// `c1` to `c99`.
        include_authentication_contexts: Vec<String> = "includeAuthenticationContextClassReferences",
        /// A rule over custom security attributes of apps.
        application_filter: Option<Filter> = "applicationFilter",
        /// Traffic of Global Secure Access (beta).
        global_secure_access: Option<TrafficProfiles> = "globalSecureAccess",
        /// The same under its earlier name (beta).
        network_access: Option<TrafficProfiles> = "networkAccess",
    }
}

resource! {
    /// `conditionalAccessGlobalSecureAccess`.
    TrafficProfiles {
        /// `m365`, `internet`, `private`.
        include_traffic_profiles: Flags<TrafficProfile> = "includeTrafficProfiles",
    }
}

super::member::evolvable! {
    /// A traffic forwarding profile of Global Secure Access.
    TrafficProfile {
        /// Microsoft traffic.
        M365 = "m365";
        /// Internet traffic.
        Internet = "internet";
        /// Private access traffic.
        Private = "private";
    }
}

resource! {
    /// `conditionalAccessFilter`: a rule over attributes.
    Filter {
        /// Whether objects that match are in or out.
        mode: Option<FilterMode> = "mode",
        /// The rule.
        rule: Option<String> = "rule",
    }
}

resource! {
    /// `conditionalAccessPlatforms`.
    Platforms {
        /// Platforms; `all` takes in unknown ones too.
        include_platforms: Vec<DevicePlatform> = "includePlatforms",
        /// Platforms.
        exclude_platforms: Vec<DevicePlatform> = "excludePlatforms",
    }
}

resource! {
    /// `conditionalAccessLocations`.
    Locations {
        /// Ids of named locations, `All`, `AllTrusted`.
        include_locations: Vec<String> = "includeLocations",
        /// Ids of named locations, `AllTrusted`.
        exclude_locations: Vec<String> = "excludeLocations",
    }
}

resource! {
    /// `conditionalAccessDevices`.
    Devices {
        /// The filter for devices.
        device_filter: Option<Filter> = "deviceFilter",
        /// An older list (beta).
        include_devices: Vec<String> = "includeDevices",
        /// An older list (beta).
        exclude_devices: Vec<String> = "excludeDevices",
        /// An older list (beta).
        include_device_states: Vec<String> = "includeDeviceStates",
        /// An older list (beta).
        exclude_device_states: Vec<String> = "excludeDeviceStates",
    }
}

resource! {
    /// `conditionalAccessDeviceStates` (beta, retired).
    DeviceStates {
        /// `All`.
        include_states: Vec<String> = "includeStates",
        /// `Compliant`, `DomainJoined`.
        exclude_states: Vec<String> = "excludeStates",
    }
}

resource! {
    /// `conditionalAccessClientApplications`: workload identities and, in beta, agent identities.
    ClientApplications {
        /// Object ids of service principals, `ServicePrincipalsInMyTenant`.
        include_service_principals: Vec<String> = "includeServicePrincipals",
        /// Object ids of service principals.
        exclude_service_principals: Vec<String> = "excludeServicePrincipals",
        /// A rule over custom security attributes of service principals.
        service_principal_filter: Option<Filter> = "servicePrincipalFilter",
        /// Object ids of agent identities, `All` (beta).
        include_agent_id_service_principals: Vec<String> = "includeAgentIdServicePrincipals",
        /// Object ids of agent identities (beta).
        exclude_agent_id_service_principals: Vec<String> = "excludeAgentIdServicePrincipals",
        /// A rule over custom security attributes of agent identities (beta).
        agent_id_service_principal_filter: Option<Filter> = "agentIdServicePrincipalFilter",
    }
}

resource! {
    /// `conditionalAccessAuthenticationFlows`.
    AuthenticationFlows {
        /// Device code flow, authentication transfer.
        transfer_methods: Flags<TransferMethod> = "transferMethods",
    }
}

resource! {
    /// Agent users.
    Agents {
        /// Object ids, `All`.
        include_agent_users: Vec<String> = "includeAgentUsers",
        /// Object ids.
        exclude_agent_users: Vec<String> = "excludeAgentUsers",
        /// A rule over attributes of agents.
        agent_filter: Option<Filter> = "agentFilter",
    }
}

resource! {
    /// In which context an agent acts.
    AgentContext {
        /// For instance `agentUserSessionsInitiatedFromEndpoints`.
        include_agent_contexts: Vec<String> = "includeAgentContexts",
        /// The same.
        exclude_agent_contexts: Vec<String> = "excludeAgentContexts",
    }
}

impl Conditions {
    /// The older lists of devices and their states, with their dotted paths.
    pub(super) fn device_words(&self) -> Vec<(&[String], &'static str)> {
        let mut lists: Vec<(&[String], &'static str)> = Vec::new();
        if let Some(devices) = &self.devices {
            lists.push((&devices.include_devices, "conditions.devices.includeDevices"));
            lists.push((&devices.exclude_devices, "conditions.devices.excludeDevices"));
            lists.push((&devices.include_device_states, "conditions.devices.includeDeviceStates"));
            lists.push((&devices.exclude_device_states, "conditions.devices.excludeDeviceStates"));
        }
        if let Some(states) = &self.device_states {
            lists.push((&states.include_states, "conditions.devices.includeDeviceStates"));
            lists.push((&states.exclude_states, "conditions.devices.excludeDeviceStates"));
        }
        lists
    }
}
