//! Who the tenant is, and when the app's secret ends.

use crate::{
    AppToken, Credentials, GraphError,
    client::Inner,
    endpoint::{APPLICATION, ORGANIZATION},
    session::{Ask, Session},
};
use chrono::{DateTime, Utc};
use policytab_domain::{cloud::Cloud, ids::EntraTenantId, snapshot::TenantFacts};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

/// A client secret as its app registration describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretInfo {
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Its key id (the portal's "Secret ID").
    pub key_id: Option<Uuid>,
    /// The app registration's display name.
    pub app_display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    id: Uuid,
    display_name: Option<String>,
    verified_domains: Option<Vec<VerifiedDomain>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedDomain {
    name: String,
    is_default: Option<bool>,
}

pub(crate) async fn read(
    inner: &Inner,
    cloud: Cloud,
    token: &AppToken,
    deadline: Instant,
) -> Result<TenantFacts, GraphError> {
    of_session(&Session::new(inner, cloud, token.clone(), None, deadline)?, token.tenant_id).await
}

/// The tenant as its directory says; it must be the one that the token is of.
pub(crate) async fn of_session(
    session: &Session<'_>,
    tenant: EntraTenantId,
) -> Result<TenantFacts, GraphError> {
    let mut items = session.list(&ORGANIZATION, "$select=id,displayName,verifiedDomains").await?;
    let wrong =
        |detail: &'static str| GraphError::Unavailable { what: ORGANIZATION.what, detail, upstream: None };
    let (Some(only), true) = (items.pop(), items.is_empty()) else {
        return Err(wrong("there is not exactly one organization"));
    };
    let organization: Organization =
        serde_json::from_value(only).map_err(|_| wrong("the organization can't be read"))?;
    let found = EntraTenantId::from_uuid(organization.id);
    if found != tenant {
        return Err(GraphError::TenantMismatch { expected: tenant, found });
    }
    let domains = organization.verified_domains.unwrap_or_default();
    Ok(TenantFacts {
        tenant_id: found,
        display_name: organization.display_name.unwrap_or_default(),
        default_domain: domains.iter().find(|d| d.is_default == Some(true)).map(|d| d.name.clone()),
        verified_domains: domains.into_iter().map(|d| d.name).collect(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    display_name: Option<String>,
    password_credentials: Option<Vec<PasswordCredential>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordCredential {
    key_id: Option<Uuid>,
    hint: Option<String>,
    end_date_time: Option<DateTime<Utc>>,
}

pub(crate) async fn secret(
    inner: &Inner,
    cloud: Cloud,
    token: &AppToken,
    credentials: &Credentials,
    deadline: Instant,
) -> Result<Option<SecretInfo>, GraphError> {
    let session = Session::new(inner, cloud, token.clone(), Some(credentials), deadline)?;
    let query = "$select=id,displayName,passwordCredentials";
    let url = session.address(&APPLICATION, &credentials.client_id.to_string(), query);
    let application = match session.call(&APPLICATION, Ask::Get(url)).await {
        Ok(application) => application,
        // Apps are not documented to be able to read themselves without a directory permission.
        Err(GraphError::PermissionMissing { .. } | GraphError::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let secret = credentials.client_secret.expose_secret();
    Ok(serde_json::from_value(application).ok().and_then(|application| in_use(application, secret)))
}

/// The entry of the secret in use: the one whose `hint` is the secret's first three characters. Where several have
/// that hint nobody can tell them apart, save if they end together; where a lone entry has no hint, it is the one.
fn in_use(application: Application, secret: &str) -> Option<SecretInfo> {
    let entries = application.password_credentials.unwrap_or_default();
    let alone = entries.len() == 1;
    let start: String = secret.chars().take(3).collect();
    let fits = |entry: &&PasswordCredential| match &entry.hint {
        Some(hint) => *hint == start,
        None => alone,
    };
    let mut fitting = entries.iter().filter(fits);
    let (first, others) = (fitting.next()?, fitting.collect::<Vec<_>>());
    let expires_at = first.end_date_time?;
    if others.iter().any(|other| other.end_date_time != Some(expires_at)) {
        return None;
    }
    Some(SecretInfo {
        expires_at,
        key_id: first.key_id.filter(|_| others.is_empty()),
        app_display_name: application.display_name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn found(credentials: Value) -> Option<SecretInfo> {
        let body = json!({"displayName": "Policytab", "passwordCredentials": credentials});
        in_use(serde_json::from_value(body).unwrap(), "abcSECRET")
    }

    const END: &str = "2027-01-31T10:00:00Z";

    #[test]
    fn the_secret_in_use_is_found_by_its_first_three_characters() {
        let key = Uuid::from_u128(9);
        let info = found(json!([
            {"hint": "xyz", "endDateTime": "2026-12-01T00:00:00Z"},
            {"hint": "abc", "endDateTime": END, "keyId": key},
        ]));
        let info = info.unwrap();
        assert_eq!((info.expires_at, info.key_id), (END.parse().unwrap(), Some(key)));
        assert_eq!(info.app_display_name.as_deref(), Some("Policytab"));
    }

    #[test]
    fn what_is_ambiguous_or_unknown_is_not_guessed() {
        let other = "2026-12-01T00:00:00Z";
        assert_eq!(
            found(json!([{"hint": "abc", "endDateTime": END}, {"hint": "abc", "endDateTime": other}])),
            None
        );
        assert_eq!(found(json!([{"hint": "xyz", "endDateTime": END}])), None);
        assert_eq!(found(json!([{"hint": "abc"}])), None);
        assert_eq!(found(json!([{"endDateTime": END}, {"hint": "xyz", "endDateTime": END}])), None);
        assert_eq!(found(json!([])), None);
        assert!(found(json!([{"endDateTime": END}])).is_some(), "a lone secret is the one in use");
    }
}
