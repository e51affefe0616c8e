//! Application permissions of Microsoft Graph that a customer's app registration is asked for.
//!
//! Names and app role ids: Microsoft's permissions reference. Which read needs which: the permission data of the
//! Graph developer experience (August 2026).

use serde::{Deserialize, Serialize};

/// One application permission and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The value in a token's `roles`, for instance `Policy.Read.All`.
    pub name: &'static str,
    /// Its app role id on the Microsoft Graph service principal.
    pub app_role_id: &'static str,
    /// Nothing can be imported without it (or one of `instead`).
    pub required: bool,
    /// Narrower permissions that are enough to go on with, at the price told in `without`.
    pub instead: &'static [&'static str],
    /// Why it is asked for.
    pub purpose: &'static str,
    /// What does not work without it.
    pub without: &'static str,
}

/// The application id of Microsoft Graph itself, the resource that the permissions belong to.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// The permissions asked for, required ones first.
pub const PERMISSIONS: [Permission; 5] = [
    Permission {
        name: "Policy.Read.All",
        app_role_id: "246dd0d5-5bd0-4def-940b-0421030a5b68",
        required: true,
        instead: &[],
        purpose: "Reads Conditional Access policies, named locations, authentication strengths and security defaults.",
        without: "Nothing can be imported.",
    },
    Permission {
        name: "Directory.Read.All",
        app_role_id: "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        required: true,
        instead: &["Organization.Read.All"],
        purpose: "Reads the tenant's name, licences, and the groups, users, roles and apps that policies refer to, with their memberships.",
        without: "The tenant can't be confirmed (Organization.Read.All is enough for that), and groups, users and roles stay bare ids of unknown membership.",
    },
    Permission {
        name: "AuthenticationContext.Read.All",
        app_role_id: "381f742f-e1f8-4309-b4ab-e3d91ae4c5c1",
        required: false,
        instead: &[],
        purpose: "Reads the names of authentication contexts.",
        without: "Authentication contexts are shown as c1, c2, … without their names.",
    },
    Permission {
        name: "AuditLog.Read.All",
        app_role_id: "b0afded3-3588-46d8-8b3d-9842eff778da",
        required: false,
        instead: &[],
        purpose: "Reads who changed a policy.",
        without: "Changes are detected, but not who made them.",
    },
    Permission {
        name: "Agreement.Read.All",
        app_role_id: "2f3e6f8c-093b-4c57-a58b-ba5ce494a169",
        required: false,
        instead: &[],
        purpose: "Reads the names of terms of use.",
        without: "Terms of use are shown by id.",
    },
];

/// A token's `roles` held against [`PERMISSIONS`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PermissionCheck {
    /// Asked for and granted.
    pub granted: Vec<String>,
    /// Required and not granted: an error.
    pub missing_required: Vec<String>,
    /// Asked for, not granted, not required.
    pub missing_optional: Vec<String>,
    /// Granted and not needed.
    pub surplus: Vec<String>,
}

/// Splits a token's `roles` by the permission table. Order follows the table; surplus is sorted.
pub fn check(roles: &[String]) -> PermissionCheck {
    let has = |name: &str| roles.iter().any(|r| r == name);
    let mut check = PermissionCheck::default();
    let mut needed: Vec<&str> = Vec::new();
    for permission in &PERMISSIONS {
        let instead = permission.instead.iter().find(|name| has(name));
        let list = match (has(permission.name), permission.required && instead.is_none()) {
            (true, _) => &mut check.granted,
            (false, true) => &mut check.missing_required,
            (false, false) => &mut check.missing_optional,
        };
        list.push(permission.name.to_owned());
        needed.push(permission.name);
        if !has(permission.name) {
            needed.extend(instead);
        }
    }
    check.surplus = roles.iter().filter(|r| !needed.contains(&r.as_str())).cloned().collect();
    check.surplus.sort();
    check.surplus.dedup();
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_split_into_granted_missing_and_surplus() {
        let roles = ["Policy.Read.All", "Mail.Read", "AuditLog.Read.All"].map(str::to_owned);
        let check = check(&roles);
        assert_eq!(check.granted, ["Policy.Read.All", "AuditLog.Read.All"]);
        assert_eq!(check.missing_required, ["Directory.Read.All"]);
        assert_eq!(check.missing_optional, ["AuthenticationContext.Read.All", "Agreement.Read.All"]);
        assert_eq!(check.surplus, ["Mail.Read"]);
    }

    #[test]
    fn a_narrower_permission_is_enough_to_go_on() {
        let check = check(&["Policy.Read.All", "Organization.Read.All"].map(str::to_owned));
        assert!(check.missing_required.is_empty());
        assert!(check.missing_optional.contains(&"Directory.Read.All".to_owned()));
        assert!(check.surplus.is_empty());
    }

    #[test]
    fn no_roles_at_all_means_consent_was_never_given() {
        assert_eq!(check(&[]).missing_required, ["Policy.Read.All", "Directory.Read.All"]);
    }
}
