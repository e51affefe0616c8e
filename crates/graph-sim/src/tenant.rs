//! One tenant: its app registrations, its directory and its Conditional Access.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::DemoTenant;
use crate::directory::Directory;
use crate::ids::{id_of, secret_of, uuid_of};

/// A client secret as the portal keeps it. The value is needed here, where the real service keeps a hash, to
/// compare.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) key_id: Uuid,
    pub(crate) value: String,
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
}

/// An app registration with its enterprise application.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) client_id: Uuid,
    pub(crate) object_id: Uuid,
    pub(crate) service_principal_id: Uuid,
    pub(crate) display_name: String,
    /// `false`: the registration exists, the enterprise application does not (AADSTS7000229).
    pub(crate) has_service_principal: bool,
    pub(crate) disabled: bool,
    /// Application permissions with admin consent.
    pub(crate) granted: BTreeSet<String>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) generation: u32,
}

impl App {
    /// The app registration that an MSP made by the book: one secret of six months, the permissions given.
    pub(crate) fn new(tenant_key: &str, name: &str, permissions: &[&str], now: DateTime<Utc>) -> Self {
        let mut app = Self {
            client_id: uuid_of(&["client", tenant_key, name]),
            object_id: uuid_of(&["application", tenant_key, name]),
            service_principal_id: uuid_of(&["service principal", tenant_key, name]),
            display_name: name.to_owned(),
            has_service_principal: true,
            disabled: false,
            granted: permissions.iter().map(|name| (*name).to_owned()).collect(),
            secrets: Vec::new(),
            generation: 0,
        };
        app.secret_add(tenant_key, now - Duration::days(14), now + Duration::days(166));
        app
    }

    pub(crate) fn secret_add(
        &mut self,
        tenant_key: &str,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> String {
        let seed = format!("{tenant_key}/{}", self.display_name);
        let value = secret_of(&seed, self.generation);
        let key_id = uuid_of(&["key", &seed, &self.generation.to_string()]);
        self.generation += 1;
        self.secrets.push(Secret { key_id, value: value.clone(), start, end });
        value
    }

    /// The registration as `/applications` shows it: secrets by hint only.
    pub(crate) fn application(&self, domain: &str, created: &str) -> Value {
        let credentials: Vec<Value> = self
            .secrets
            .iter()
            .map(|secret| {
                json!({
                    "customKeyIdentifier": null,
                    "displayName": "Policytab",
                    "endDateTime": crate::time::seconds(secret.end),
                    "hint": secret.value.get(..3),
                    "keyId": secret.key_id.to_string(),
                    "secretText": null,
                    "startDateTime": crate::time::seconds(secret.start),
                })
            })
            .collect();
        json!({
            "id": self.object_id.to_string(),
            "deletedDateTime": null,
            "appId": self.client_id.to_string(),
            "createdDateTime": created,
            "description": null,
            "disabledByMicrosoftStatus": null,
            "displayName": self.display_name,
            "identifierUris": [],
            "isFallbackPublicClient": null,
            "keyCredentials": [],
            "notes": null,
            "passwordCredentials": credentials,
            "publisherDomain": domain,
            "requiredResourceAccess": [],
            "signInAudience": "AzureADMyOrg",
            "tags": [],
            "uniqueName": null,
        })
    }
}

/// A deleted Conditional Access object waits thirty days for its restoring.
pub(crate) type Deleted = Vec<Arc<Value>>;

/// What the Conditional Access service holds. Policies are kept in beta's shape; v1.0 shows less of them.
#[derive(Clone, Default)]
pub(crate) struct ConditionalAccess {
    pub(crate) policies: Vec<Arc<Value>>,
    pub(crate) locations: Vec<Arc<Value>>,
    pub(crate) strengths: Vec<Arc<Value>>,
    pub(crate) contexts: Vec<Arc<Value>>,
    pub(crate) deleted_policies: Deleted,
    pub(crate) deleted_locations: Deleted,
    /// Ids of the policies that Microsoft made and manages.
    pub(crate) managed: BTreeSet<String>,
    /// When locations made through Graph become known to policy writes.
    pub(crate) location_known_from: BTreeMap<String, DateTime<Utc>>,
}

/// An audit entry and the moment from which it can be read.
#[derive(Clone)]
pub(crate) struct AuditEntry {
    pub(crate) visible_from: DateTime<Utc>,
    pub(crate) value: Value,
}

#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) id: Uuid,
    /// The default one first, the initial `onmicrosoft` one last.
    pub(crate) domains: Vec<String>,
    pub(crate) created: String,
    pub(crate) country: String,
    pub(crate) apps: Vec<App>,
    /// When set, sign-in answers this AADSTS code whatever is asked.
    pub(crate) forced_aadsts: Option<u32>,
    /// A workload-identity policy blocks the app's sign-in (AADSTS53003).
    pub(crate) blocks_apps: bool,
    pub(crate) conditional_access: ConditionalAccess,
    pub(crate) directory: Directory,
    pub(crate) skus: Vec<Value>,
    pub(crate) security_defaults: bool,
    pub(crate) authentication_methods: Value,
    pub(crate) cross_tenant_default: Value,
    pub(crate) cross_tenant_partners: Vec<Value>,
    pub(crate) audits: Vec<AuditEntry>,
}

impl Tenant {
    /// An empty, unlicensed tenant with one app registration holding `permissions`. Ids follow from `key`.
    pub(crate) fn new(key: &str, name: &str, domain: &str, permissions: &[&str], now: DateTime<Utc>) -> Self {
        let label = domain.split('.').next().unwrap_or(domain);
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            note: format!("{key}: an empty tenant"),
            id: uuid_of(&["tenant", key]),
            domains: vec![domain.to_owned(), format!("{label}.onmicrosoft.com")],
            created: "2019-05-14T08:21:07Z".to_owned(),
            country: "NL".to_owned(),
            apps: vec![App::new(key, "Policytab", permissions, now)],
            forced_aadsts: None,
            blocks_apps: false,
            conditional_access: ConditionalAccess {
                strengths: crate::graph::strengths::built_in(),
                ..ConditionalAccess::default()
            },
            directory: Directory::default(),
            skus: Vec::new(),
            security_defaults: false,
            authentication_methods: crate::demo::settings::authentication_methods(true),
            cross_tenant_default: crate::demo::settings::cross_tenant_default(),
            cross_tenant_partners: Vec::new(),
            audits: Vec::new(),
        }
    }

    pub(crate) fn has_domain(&self, text: &str) -> bool {
        self.domains.iter().any(|domain| domain.eq_ignore_ascii_case(text))
    }

    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        let id = Uuid::try_parse(client_id).ok()?;
        self.apps.iter().find(|app| app.client_id == id)
    }

    pub(crate) fn default_domain(&self) -> &str {
        self.domains.first().map_or("", String::as_str)
    }

    /// Whether a bought, unexpired subscription carries the service plan.
    pub(crate) fn has_plan(&self, plan_id: &str) -> bool {
        self.skus
            .iter()
            .filter(|sku| matches!(sku["capabilityStatus"].as_str(), Some("Enabled" | "Warning")))
            .filter_map(|sku| sku["servicePlans"].as_array())
            .flatten()
            .any(|plan| plan["servicePlanId"] == plan_id && plan["provisioningStatus"] != "Disabled")
    }

    pub(crate) fn demo(&self) -> DemoTenant {
        let app = self.apps.first();
        DemoTenant {
            name: self.name.clone(),
            tenant_id: self.id.to_string(),
            domain: self.default_domain().to_owned(),
            client_id: app.map(|app| app.client_id.to_string()).unwrap_or_default(),
            client_secret: app
                .and_then(|app| app.secrets.last())
                .map(|secret| secret.value.clone())
                .unwrap_or_default(),
            note: self.note.clone(),
        }
    }

    /// The id of something of this tenant that has no other identity than its name.
    pub(crate) fn id_for(&self, kind: &str, name: &str) -> String {
        id_of(&[kind, &self.key, name])
    }
}
