//! The fields of the normal form: one table of Graph paths, words for people, and the part each plays.

/// The part that a field plays in what a policy means; it decides what "weaker" is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Enforced, report-only or off.
    State,
    /// Adds to whom or what the policy covers. Fields of one dimension are joined by or.
    Include(Dimension),
    /// Takes away from whom or what the policy covers.
    Exclude(Dimension),
    /// Narrows the policy to some sign-ins; unset means all.
    Narrow,
    /// Asked for before access is granted.
    Grant,
    /// Holds for the session.
    Session,
    /// Nothing can be told of it but whether it differs.
    Opaque,
}

/// Dimensions whose includes are spread over several fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Users, groups, roles, guests.
    People,
    /// Apps, user actions, authentication contexts, traffic.
    Targets,
    /// Service principals.
    Workloads,
    /// Agent identities and agent users.
    Agents,
    /// Device platforms.
    Platforms,
    /// Locations.
    Locations,
    /// Devices by the older lists.
    Devices,
}

macro_rules! fields {
    ($($(#[$doc:meta])+ $variant:ident = $path:literal, $label:literal, $role:expr;)+) => {
        /// A field of the normal form.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$doc])+ $variant,)+
            /// A member that the model does not know, by its dotted path.
            Unmodelled(String),
        }

        impl Field {
            /// Every field with a fixed path.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The dotted Graph path.
            pub fn path(&self) -> &str {
                match self { $(Self::$variant => $path,)+ Self::Unmodelled(path) => path }
            }
            /// For people.
            pub fn label(&self) -> &str {
                match self { $(Self::$variant => $label,)+ Self::Unmodelled(path) => path }
            }
            /// The part it plays.
            pub fn role(&self) -> Role {
                use Dimension::*;
                use Role::*;
                match self { $(Self::$variant => $role,)+ Self::Unmodelled(_) => Opaque }
            }
        }
    };
}

fields! {
    /// `state`
    State = "state", "State", State;
    /// People: users and the word `All`.
    IncludeUsers = "conditions.users.includeUsers", "Included users", Include(People);
    /// People: groups.
    IncludeGroups = "conditions.users.includeGroups", "Included groups", Include(People);
    /// People: roles.
    IncludeRoles = "conditions.users.includeRoles", "Included roles", Include(People);
    /// People: kinds of guests.
    IncludeGuests = "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes",
        "Included guests", Include(People);
    /// From which tenants, where not from any.
    IncludeGuestTenants = "conditions.users.includeGuestsOrExternalUsers.externalTenants",
        "Tenants of included guests", Narrow;
    /// People left out: users.
    ExcludeUsers = "conditions.users.excludeUsers", "Excluded users", Exclude(People);
    /// People left out: groups.
    ExcludeGroups = "conditions.users.excludeGroups", "Excluded groups", Exclude(People);
    /// People left out: roles.
    ExcludeRoles = "conditions.users.excludeRoles", "Excluded roles", Exclude(People);
    /// People left out: kinds of guests.
    ExcludeGuests = "conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes",
        "Excluded guests", Exclude(People);
    /// From which tenants, where not from any.
    ExcludeGuestTenants = "conditions.users.excludeGuestsOrExternalUsers.externalTenants",
        "Tenants of excluded guests", Opaque;
    /// Workload identities.
    IncludeServicePrincipals = "conditions.clientApplications.includeServicePrincipals",
        "Included workload identities", Include(Workloads);
    /// Workload identities left out.
    ExcludeServicePrincipals = "conditions.clientApplications.excludeServicePrincipals",
        "Excluded workload identities", Exclude(Workloads);
    /// A rule over workload identities.
    ServicePrincipalFilter = "conditions.clientApplications.servicePrincipalFilter",
        "Filter for workload identities", Opaque;
    /// Agent identities.
    IncludeAgentIdentities = "conditions.clientApplications.includeAgentIdServicePrincipals",
        "Included agent identities", Include(Agents);
    /// Agent identities left out.
    ExcludeAgentIdentities = "conditions.clientApplications.excludeAgentIdServicePrincipals",
        "Excluded agent identities", Exclude(Agents);
    /// A rule over agent identities.
    AgentIdentityFilter = "conditions.clientApplications.agentIdServicePrincipalFilter",
        "Filter for agent identities", Opaque;
    /// Agent users.
    IncludeAgentUsers = "conditions.agents.includeAgentUsers", "Included agent users", Include(Agents);
    /// Agent users left out.
    ExcludeAgentUsers = "conditions.agents.excludeAgentUsers", "Excluded agent users", Exclude(Agents);
    /// A rule over agents.
    AgentFilter = "conditions.agents.agentFilter", "Filter for agents", Opaque;
    /// Contexts of agents.
    IncludeAgentContexts = "conditions.agentContext.includeAgentContexts", "Included agent contexts", Narrow;
    /// Contexts of agents left out.
    ExcludeAgentContexts = "conditions.agentContext.excludeAgentContexts",
        "Excluded agent contexts", Exclude(Agents);
    /// Apps.
    IncludeApplications = "conditions.applications.includeApplications", "Included apps", Include(Targets);
    /// User actions.
    IncludeUserActions = "conditions.applications.includeUserActions", "User actions", Include(Targets);
    /// Authentication contexts.
    IncludeAuthenticationContexts =
        "conditions.applications.includeAuthenticationContextClassReferences",
        "Authentication contexts", Include(Targets);
    /// Traffic of Global Secure Access.
    IncludeTraffic = "conditions.applications.globalSecureAccess.includeTrafficProfiles",
        "Global Secure Access traffic", Include(Targets);
    /// Apps left out.
    ExcludeApplications = "conditions.applications.excludeApplications", "Excluded apps", Exclude(Targets);
    /// A rule over apps.
    ApplicationFilter = "conditions.applications.applicationFilter", "Filter for apps", Opaque;
    /// Client apps.
    ClientAppTypes = "conditions.clientAppTypes", "Client apps", Narrow;
    /// Platforms.
    IncludePlatforms = "conditions.platforms.includePlatforms", "Included platforms", Include(Platforms);
    /// Platforms left out.
    ExcludePlatforms = "conditions.platforms.excludePlatforms", "Excluded platforms", Exclude(Platforms);
    /// Locations.
    IncludeLocations = "conditions.locations.includeLocations", "Included locations", Include(Locations);
    /// Locations left out.
    ExcludeLocations = "conditions.locations.excludeLocations", "Excluded locations", Exclude(Locations);
    /// User risk.
    UserRiskLevels = "conditions.userRiskLevels", "User risk", Narrow;
    /// Sign-in risk.
    SignInRiskLevels = "conditions.signInRiskLevels", "Sign-in risk", Narrow;
    /// Service principal risk.
    ServicePrincipalRiskLevels = "conditions.servicePrincipalRiskLevels", "Service principal risk", Narrow;
    /// Insider risk.
    InsiderRiskLevels = "conditions.insiderRiskLevels", "Insider risk", Narrow;
    /// Agent risk.
    AgentIdRiskLevels = "conditions.agentIdRiskLevels", "Agent risk", Narrow;
    /// Authentication flows.
    TransferMethods = "conditions.authenticationFlows.transferMethods", "Authentication flows", Narrow;
    /// The filter for devices.
    DeviceFilter = "conditions.devices.deviceFilter", "Filter for devices", Narrow;
    /// Devices by the older list.
    IncludeDevices = "conditions.devices.includeDevices", "Included devices", Include(Devices);
    /// Devices left out by the older list.
    ExcludeDevices = "conditions.devices.excludeDevices", "Excluded devices", Exclude(Devices);
    /// Device states by the older lists.
    IncludeDeviceStates = "conditions.devices.includeDeviceStates", "Included device states", Include(Devices);
    /// Device states left out by the older lists.
    ExcludeDeviceStates = "conditions.devices.excludeDeviceStates", "Excluded device states", Exclude(Devices);
    /// A condition of unknown meaning.
    Times = "conditions.times", "Times", Opaque;
    /// A condition of unknown meaning.
    Clients = "conditions.clients", "Clients", Opaque;
    /// Grant controls, the strength among them.
    GrantControls = "grantControls", "Access controls", Grant;
    /// How they are joined, where there are several.
    GrantOperator = "grantControls.operator", "Access controls joined by", Grant;
    /// App enforced restrictions.
    AppEnforcedRestrictions = "sessionControls.applicationEnforcedRestrictions",
        "App enforced restrictions", Session;
    /// Conditional Access App Control.
    CloudAppSecurity = "sessionControls.cloudAppSecurity", "Conditional Access App Control", Session;
    /// Sign-in frequency.
    SignInFrequency = "sessionControls.signInFrequency", "Sign-in frequency", Session;
    /// What a sign-in frequency repeats, where not all of it.
    SignInFrequencyAuthentication = "sessionControls.signInFrequency.authenticationType",
        "Sign-in frequency applies to", Session;
    /// Persistent browser session.
    PersistentBrowser = "sessionControls.persistentBrowser", "Persistent browser session", Session;
    /// Token protection.
    TokenProtection = "sessionControls.secureSignInSession", "Token protection", Session;
    /// Resilience defaults switched off.
    DisableResilienceDefaults = "sessionControls.disableResilienceDefaults",
        "Resilience defaults disabled", Session;
    /// Continuous access evaluation.
    ContinuousAccessEvaluation = "sessionControls.continuousAccessEvaluation",
        "Continuous access evaluation", Session;
    /// A security profile of Global Secure Access.
    FilteringProfile = "sessionControls.globalSecureAccessFilteringProfile",
        "Global Secure Access security profile", Session;
    /// A control of unknown shape.
    BlockSensitiveActions = "sessionControls.blockSensitiveActions", "Block sensitive actions", Session;
}

/// The conditions beside whom and what by which a policy narrows itself.
pub(crate) const NARROWING: [Field; 10] = [
    Field::ClientAppTypes,
    Field::IncludePlatforms,
    Field::IncludeLocations,
    Field::DeviceFilter,
    Field::SignInRiskLevels,
    Field::UserRiskLevels,
    Field::InsiderRiskLevels,
    Field::ServicePrincipalRiskLevels,
    Field::AgentIdRiskLevels,
    Field::TransferMethods,
];
