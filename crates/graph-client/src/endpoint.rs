//! Every endpoint that the client may call, as data.
//!
//! Invariant: nothing else is ever requested. `path` is the template of the Microsoft Graph reference; `permission`
//! is the one of the product's permission table that opens it.

/// Which version of Graph, or the sign-in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Entra's sign-in service.
    Entra,
    /// Microsoft Graph v1.0.
    V1,
    /// Microsoft Graph beta.
    Beta,
}

/// One endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// For metrics and spans: version and path, no ids.
    pub(crate) name: &'static str,
    pub(crate) service: Service,
    /// The path with `{}` for an id.
    pub(crate) path: &'static str,
    /// Falls under the limit of one request a second and tenant (Microsoft Graph service-specific throttling limits,
    /// "Identity protection and Conditional Access").
    pub(crate) paced: bool,
    /// What Graph asks for; empty where nothing is asked.
    pub(crate) permission: &'static str,
    /// What is read, for people: "… could not be read".
    pub(crate) what: &'static str,
}

macro_rules! endpoints {
    ($($(#[$doc:meta])* $name:ident = $service:ident $label:literal $path:literal paced $paced:literal by $permission:literal for $what:literal;)+) => {$(
        $(#[$doc])*
        pub(crate) static $name: Endpoint = Endpoint {
            name: $label,
            service: Service::$service,
            path: $path,
            paced: $paced,
            permission: $permission,
            what: $what,
        };
    )+};
}

endpoints! {
    DISCOVERY = Entra "openid-configuration" "/{}/v2.0/.well-known/openid-configuration" paced false
        by "" for "the tenant's OpenID configuration";
    TOKEN = Entra "token" "/{}/oauth2/v2.0/token" paced false by "" for "a token";
    ORGANIZATION = V1 "v1.0/organization" "/organization" paced false by "Directory.Read.All" for "the organization";
    APPLICATION = V1 "v1.0/applications(appId)" "/applications(appId='{}')" paced false
        by "Directory.Read.All" for "the app registration";
    SKUS = V1 "v1.0/subscribedSkus" "/subscribedSkus" paced false by "Directory.Read.All" for "the licences";
    POLICIES = Beta "beta/policies" "/identity/conditionalAccess/policies" paced true
        by "Policy.Read.All" for "Conditional Access policies";
    POLICIES_V1 = V1 "v1.0/policies" "/identity/conditionalAccess/policies" paced true
        by "Policy.Read.All" for "Conditional Access policies";
    NAMED_LOCATIONS = Beta "beta/namedLocations" "/identity/conditionalAccess/namedLocations" paced true
        by "Policy.Read.All" for "named locations";
    STRENGTHS = V1 "v1.0/authenticationStrengthPolicies" "/policies/authenticationStrengthPolicies" paced false
        by "Policy.Read.All" for "authentication strengths";
    CONTEXTS = V1 "v1.0/authenticationContextClassReferences"
        "/identity/conditionalAccess/authenticationContextClassReferences" paced false
        by "AuthenticationContext.Read.All" for "authentication contexts";
    SECURITY_DEFAULTS = V1 "v1.0/identitySecurityDefaultsEnforcementPolicy"
        "/policies/identitySecurityDefaultsEnforcementPolicy" paced false
        by "Policy.Read.All" for "security defaults";
    BATCH = V1 "v1.0/$batch" "/$batch" paced false by "" for "a batch of requests";
    OBJECTS = V1 "v1.0/directoryObjects/getByIds" "/directoryObjects/getByIds" paced false
        by "Directory.Read.All" for "the users, groups and service principals that policies name";
    SERVICE_PRINCIPAL = V1 "v1.0/servicePrincipals(appId)" "/servicePrincipals(appId='{}')" paced false
        by "Directory.Read.All" for "the applications that policies name";
    ROLE_DEFINITIONS = V1 "v1.0/roleDefinitions" "/roleManagement/directory/roleDefinitions" paced false
        by "Directory.Read.All" for "the directory roles that policies name";
    ROLE_ASSIGNMENTS = V1 "v1.0/roleAssignments" "/roleManagement/directory/roleAssignments" paced false
        by "Directory.Read.All" for "who holds the directory roles";
    GROUP_USERS = V1 "v1.0/groups/transitiveMembers" "/groups/{}/transitiveMembers/microsoft.graph.user" paced false
        by "Directory.Read.All" for "the members of the groups that policies name";
    AGREEMENTS = V1 "v1.0/termsOfUse/agreements" "/identityGovernance/termsOfUse/agreements" paced false
        by "Agreement.Read.All" for "terms of use";
}

impl Endpoint {
    /// The path with its id, without the version: what a `$batch` wants.
    pub(crate) fn with(&self, id: &str) -> String {
        self.path.replacen("{}", id, 1)
    }

    /// The version as the first segment of the path.
    pub(crate) const fn prefix(&self) -> &'static str {
        match self.service {
            Service::Entra => "",
            Service::V1 => "/v1.0",
            Service::Beta => "/beta",
        }
    }
}
