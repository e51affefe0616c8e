//! Which application permissions each operation takes, from Microsoft's published permission data of August
//! 2026.
//!
//! Only the permissions that a tool of this kind could sensibly hold are carried; write permissions that also
//! allow a read are among them where the data lists them.

/// Which service answers, and so how it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    ConditionalAccess,
    Directory,
}

/// One line of the table. `{}` in a pattern stands for one segment.
pub(super) struct Rule {
    pub(super) method: &'static str,
    pub(super) pattern: &'static str,
    pub(super) family: Family,
    /// Any one of these will do ...
    pub(super) any: &'static [&'static str],
    /// ... and all of these are needed as well.
    pub(super) all: &'static [&'static str],
    /// Cost in resource units of the directory's limiter; 0 where it does not count.
    pub(super) units: u32,
}

const POLICY_READ: &[&str] = &["Policy.Read.All"];
const CA_WRITE: &[&str] = &["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"];
const CA_WRITE_APPS: &[&str] =
    &["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess", "Application.Read.All"];
const STRENGTH_READ: &[&str] = &[
    "Policy.Read.All",
    "Policy.Read.AuthenticationMethod",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.ConditionalAccess",
];
const STRENGTH_WRITE: &[&str] =
    &["Policy.ReadWrite.AuthenticationMethod", "Policy.ReadWrite.ConditionalAccess"];
const CONTEXT_READ: &[&str] = &[
    "AuthenticationContext.Read.All",
    "AuthenticationContext.ReadWrite.All",
    "Policy.Read.ConditionalAccess",
    "Policy.ReadWrite.ConditionalAccess",
];
const METHODS_READ: &[&str] =
    &["Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"];
const CROSS_TENANT_READ: &[&str] = &["Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess"];
const AUTHORIZATION_READ: &[&str] = &["Policy.Read.All", "Policy.ReadWrite.Authorization"];
const DEFAULTS_WRITE: &[&str] = &["Policy.ReadWrite.SecurityDefaults", "Policy.ReadWrite.ConditionalAccess"];
const ORGANIZATION: &[&str] = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "User.Read.All",
];
const DOMAIN: &[&str] = &["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All"];
const LICENCE: &[&str] = &[
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const GROUP: &[&str] = &[
    "Group.ReadBasic.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const MEMBER: &[&str] = &[
    "GroupMember.ReadBasic.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.ReadBasic.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
];
pub(super) const USER: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const MEMBER_OF: &[&str] = &[
    "User.Read.All",
    "Group.Read.All",
    "Group.ReadBasic.All",
    "GroupMember.Read.All",
    "GroupMember.ReadBasic.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const LICENCE_DETAILS: &[&str] = &[
    "LicenseAssignment.Read.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const DIRECTORY: &[&str] = &["Directory.Read.All"];
pub(super) const APPLICATION: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ROLE: &[&str] = &[
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const AUDIT: &[&str] = &["AuditLog.Read.All", "Directory.Read.All"];
const AUDIT_ONLY: &[&str] = &["AuditLog.Read.All"];
const CROSS_TENANT_INFORMATION: &[&str] = &["CrossTenantInformation.ReadBasic.All"];

const fn ca(method: &'static str, pattern: &'static str, any: &'static [&'static str]) -> Rule {
    Rule { method, pattern, family: Family::ConditionalAccess, any, all: &[], units: 0 }
}

const fn ca_all(method: &'static str, pattern: &'static str, all: &'static [&'static str]) -> Rule {
    Rule { method, pattern, family: Family::ConditionalAccess, any: &[], all, units: 0 }
}

const fn dir(pattern: &'static str, any: &'static [&'static str], units: u32) -> Rule {
    Rule { method: "GET", pattern, family: Family::Directory, any, all: &[], units }
}

/// The table. Operations that no application permission opens (agreements) are not in it: see
/// [`super::route`].
pub(super) static RULES: &[Rule] = &[
    ca("GET", "identity/conditionalAccess/policies", POLICY_READ),
    ca("GET", "identity/conditionalAccess/policies/{}", POLICY_READ),
    ca_all("POST", "identity/conditionalAccess/policies", CA_WRITE_APPS),
    ca_all("PATCH", "identity/conditionalAccess/policies/{}", CA_WRITE_APPS),
    ca_all("DELETE", "identity/conditionalAccess/policies/{}", CA_WRITE),
    ca("GET", "identity/conditionalAccess/namedLocations", POLICY_READ),
    ca("GET", "identity/conditionalAccess/namedLocations/{}", POLICY_READ),
    ca_all("POST", "identity/conditionalAccess/namedLocations", CA_WRITE),
    ca_all("PATCH", "identity/conditionalAccess/namedLocations/{}", CA_WRITE),
    ca_all("DELETE", "identity/conditionalAccess/namedLocations/{}", CA_WRITE),
    ca("GET", "identity/conditionalAccess/templates", POLICY_READ),
    ca("GET", "identity/conditionalAccess/deletedItems/policies", POLICY_READ),
    ca("GET", "identity/conditionalAccess/deletedItems/namedLocations", POLICY_READ),
    ca_all("POST", "identity/conditionalAccess/deletedItems/policies/{}/restore", CA_WRITE),
    ca_all("POST", "identity/conditionalAccess/deletedItems/namedLocations/{}/restore", CA_WRITE),
    ca("GET", "identity/conditionalAccess/authenticationContextClassReferences", CONTEXT_READ),
    ca("GET", "identity/conditionalAccess/authenticationContextClassReferences/{}", CONTEXT_READ),
    ca("GET", "identity/conditionalAccess/authenticationStrength/policies", STRENGTH_READ),
    ca("GET", "identity/conditionalAccess/authenticationStrength/policies/{}", STRENGTH_READ),
    ca(
        "GET",
        "identity/conditionalAccess/authenticationStrength/policies/{}/combinationConfigurations",
        STRENGTH_READ,
    ),
    ca("GET", "identity/conditionalAccess/authenticationStrength/policies/{}/usage", STRENGTH_READ),
    ca("POST", "identity/conditionalAccess/authenticationStrength/policies", STRENGTH_WRITE),
    ca("PATCH", "identity/conditionalAccess/authenticationStrength/policies/{}", STRENGTH_WRITE),
    ca("DELETE", "identity/conditionalAccess/authenticationStrength/policies/{}", STRENGTH_WRITE),
    ca(
        "POST",
        "identity/conditionalAccess/authenticationStrength/policies/{}/updateAllowedCombinations",
        STRENGTH_WRITE,
    ),
    ca("GET", "policies/identitySecurityDefaultsEnforcementPolicy", POLICY_READ),
    Rule {
        method: "PATCH",
        pattern: "policies/identitySecurityDefaultsEnforcementPolicy",
        family: Family::ConditionalAccess,
        any: DEFAULTS_WRITE,
        all: POLICY_READ,
        units: 0,
    },
    dir("policies/authenticationMethodsPolicy", METHODS_READ, 1),
    dir("policies/authorizationPolicy", AUTHORIZATION_READ, 1),
    dir("policies/crossTenantAccessPolicy", CROSS_TENANT_READ, 1),
    dir("policies/crossTenantAccessPolicy/default", CROSS_TENANT_READ, 1),
    dir("policies/crossTenantAccessPolicy/partners", CROSS_TENANT_READ, 1),
    dir("organization", ORGANIZATION, 1),
    dir("organization/{}", ORGANIZATION, 1),
    dir("domains", DOMAIN, 1),
    dir("domains/{}", DOMAIN, 1),
    dir("subscribedSkus", LICENCE, 3),
    dir("subscribedSkus/{}", LICENCE, 3),
    dir("groups", GROUP, 1),
    dir("groups/$count", GROUP, 1),
    dir("groups/{}", GROUP, 1),
    dir("groups/{}/members", MEMBER, 3),
    dir("groups/{}/members/{}", MEMBER, 3),
    dir("groups/{}/members/{}/$count", MEMBER, 3),
    dir("groups/{}/transitiveMembers", MEMBER, 5),
    dir("groups/{}/transitiveMembers/{}", MEMBER, 5),
    dir("groups/{}/transitiveMembers/{}/$count", MEMBER, 5),
    dir("users", USER, 2),
    dir("users/$count", USER, 2),
    dir("users/{}", USER, 1),
    dir("users/{}/licenseDetails", LICENCE_DETAILS, 1),
    dir("users/{}/transitiveMemberOf", MEMBER_OF, 5),
    Rule {
        method: "POST",
        pattern: "directoryObjects/getByIds",
        family: Family::Directory,
        any: DIRECTORY,
        all: &[],
        units: 5,
    },
    dir("directoryObjects/{}", DIRECTORY, 1),
    dir("servicePrincipals", APPLICATION, 1),
    dir("servicePrincipals/$count", APPLICATION, 1),
    dir("servicePrincipals/{}", APPLICATION, 1),
    dir("servicePrincipals/{}/appRoleAssignments", APPLICATION, 1),
    dir("applications", APPLICATION, 2),
    dir("applications/{}", APPLICATION, 1),
    dir("directoryRoles", ROLE, 1),
    dir("directoryRoles/{}", ROLE, 1),
    dir("directoryRoles/{}/members", ROLE, 2),
    dir("directoryRoleTemplates", ROLE, 1),
    dir("roleManagement/directory/roleDefinitions", ROLE, 1),
    dir("roleManagement/directory/roleDefinitions/{}", ROLE, 1),
    dir("roleManagement/directory/roleAssignments", ROLE, 1),
    dir("auditLogs/directoryAudits", AUDIT, 0),
    dir("auditLogs/directoryAudits/{}", AUDIT, 0),
    dir("auditLogs/signIns", AUDIT_ONLY, 0),
    dir("reports/authenticationMethods/userRegistrationDetails", AUDIT_ONLY, 0),
    dir("tenantRelationships/findTenantInformationByDomainName/{}", CROSS_TENANT_INFORMATION, 1),
    dir("tenantRelationships/findTenantInformationByTenantId/{}", CROSS_TENANT_INFORMATION, 1),
];

impl Rule {
    pub(super) fn matches(&self, method: &str, parts: &[String]) -> bool {
        self.method == method && self.covers(parts)
    }

    pub(super) fn covers(&self, parts: &[String]) -> bool {
        let mut pattern = self.pattern.split('/');
        let fits =
            parts.iter().all(|part| pattern.next().is_some_and(|wanted| wanted == "{}" || wanted == part));
        fits && pattern.next().is_none()
    }

    /// Whether a token with these roles may do it.
    pub(super) fn allows(&self, roles: &[String]) -> bool {
        let has = |name: &&str| roles.iter().any(|role| role == name);
        (self.any.is_empty() || self.any.iter().any(has)) && self.all.iter().all(has)
    }
}
