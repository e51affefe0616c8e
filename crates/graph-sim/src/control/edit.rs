//! What an administrator does in the portal, in one word each.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::SimError;
use crate::directory::{self, Kind};
use crate::graph::normalise_policy;
use crate::graph::policies::{self, Actor};
use crate::tenant::{App, Tenant};

/// A change of one tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum TenantEdit {
    /// Adds a policy, or replaces the one of the same id. Missing members are filled in.
    PolicyPut {
        /// The policy.
        policy: Value,
    },
    /// Changes the named members of a policy.
    PolicyPatch {
        /// Its id, or its display name.
        policy: String,
        /// The members to change.
        patch: Value,
    },
    /// Deletes a policy.
    PolicyDelete {
        /// Its id, or its display name.
        policy: String,
    },
    /// Adds a client secret, valid from now; older ones stay valid.
    SecretAdd {
        /// How long it is valid, in days.
        #[serde(default = "half_a_year")]
        days: i64,
    },
    /// Lets all client secrets expire, a minute ago.
    SecretExpire,
    /// Deletes all client secrets.
    SecretDeleteAll,
    /// Gives admin consent to an application permission.
    PermissionGrant {
        /// Such as `Policy.Read.All`.
        permission: String,
    },
    /// Takes it back.
    PermissionRevoke {
        /// Such as `Policy.Read.All`.
        permission: String,
    },
    /// Switches the enterprise application's sign-in on or off.
    AppDisabled {
        /// `true`: off.
        disabled: bool,
    },
    /// Deletes or restores the enterprise application.
    ServicePrincipal {
        /// `false`: deleted.
        present: bool,
    },
    /// Registers a second app with the same permissions. It shares the tenant's throttling.
    AppAdd {
        /// Its display name.
        name: String,
    },
    /// Adds a group, or renames the one of the same id.
    GroupPut {
        /// Its id.
        id: String,
        /// Its display name.
        name: String,
        /// Ids of its direct members.
        #[serde(default)]
        members: Vec<String>,
    },
    /// Deletes a user, group or service principal. Policies keep the dangling id.
    ObjectDelete {
        /// Its id.
        id: String,
    },
    /// Switches security defaults.
    SecurityDefaults {
        /// `true`: on.
        enabled: bool,
    },
    /// Sign-in answers this AADSTS number whatever is asked, until it is taken back with none.
    ForceAadsts {
        /// The number.
        code: Option<u32>,
    },
    /// A Conditional Access policy for workload identities blocks the app, or no longer does.
    BlockApps {
        /// `true`: blocked.
        blocked: bool,
    },
    /// Replaces the subscriptions.
    Licences {
        /// `subscribedSkus` as Graph would list them.
        skus: Vec<Value>,
    },
}

fn half_a_year() -> i64 {
    180
}

fn unknown(what: &str, name: &str) -> SimError {
    SimError::Control(format!("there is no {what} '{name}'"))
}

pub(super) fn apply(tenant: &mut Tenant, edit: &TenantEdit, now: DateTime<Utc>) -> Result<(), SimError> {
    let key = tenant.key.clone();
    match edit {
        TenantEdit::PolicyPut { policy } => {
            let mut policy = normalise_policy(policy);
            if policy["displayName"].as_str().is_none() {
                return Err(SimError::Control("a policy needs a displayName".to_owned()));
            }
            if policy["id"].as_str().is_none() {
                policy["id"] = json!(Uuid::new_v4().to_string());
            }
            policies::put(tenant, policy, &Actor::Portal, now, 0);
        }
        TenantEdit::PolicyPatch { policy, patch } => {
            let stored = policy_of(tenant, policy).ok_or_else(|| unknown("policy", policy))?;
            let mut changed = normalise_policy(&policies::merged(&stored, patch));
            changed["id"] = stored["id"].clone();
            policies::put(tenant, changed, &Actor::Portal, now, 0);
        }
        TenantEdit::PolicyDelete { policy } => {
            let stored = policy_of(tenant, policy).ok_or_else(|| unknown("policy", policy))?;
            let id = stored["id"].as_str().unwrap_or_default();
            policies::remove(tenant, id, &Actor::Portal, now, 0);
        }
        TenantEdit::SecretAdd { days } => {
            let app = app_of(tenant)?;
            app.secret_add(&key, now, now + Duration::days(*days));
        }
        TenantEdit::SecretExpire => {
            for secret in &mut app_of(tenant)?.secrets {
                secret.end = now - Duration::minutes(1);
            }
        }
        TenantEdit::SecretDeleteAll => app_of(tenant)?.secrets.clear(),
        TenantEdit::PermissionGrant { permission } => {
            app_of(tenant)?.granted.insert(permission.clone());
        }
        TenantEdit::PermissionRevoke { permission } => {
            app_of(tenant)?.granted.remove(permission);
        }
        TenantEdit::AppDisabled { disabled } => app_of(tenant)?.disabled = *disabled,
        TenantEdit::ServicePrincipal { present } => app_of(tenant)?.has_service_principal = *present,
        TenantEdit::AppAdd { name } => {
            let granted: Vec<String> = app_of(tenant)?.granted.iter().cloned().collect();
            let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
            let app = App::new(&key, name, &granted, now);
            // In front, so that its credentials are those the tenant is listed with.
            tenant.apps.insert(0, app);
        }
        TenantEdit::GroupPut { id, name, members } => {
            let id = tenant.directory.put(Kind::Group, directory::group(id, name, None, None));
            tenant.directory.members_set(&id, members.clone());
        }
        TenantEdit::ObjectDelete { id } => {
            if !tenant.directory.remove(id) {
                return Err(unknown("directory object", id));
            }
        }
        TenantEdit::SecurityDefaults { enabled } => tenant.security_defaults = *enabled,
        TenantEdit::ForceAadsts { code } => tenant.forced_aadsts = *code,
        TenantEdit::BlockApps { blocked } => tenant.blocks_apps = *blocked,
        TenantEdit::Licences { skus } => tenant.skus.clone_from(skus),
    }
    Ok(())
}

fn app_of(tenant: &mut Tenant) -> Result<&mut App, SimError> {
    tenant.apps.first_mut().ok_or_else(|| SimError::Control("the tenant has no app registration".to_owned()))
}

fn policy_of(tenant: &Tenant, wanted: &str) -> Option<Arc<Value>> {
    let ca = &tenant.conditional_access;
    policies::find(ca, wanted)
        .or_else(|| ca.policies.iter().find(|policy| policy["displayName"] == wanted))
        .cloned()
}
