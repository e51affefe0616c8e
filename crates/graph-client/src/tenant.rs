//! Which tenant: from a hint through OpenID discovery, or from the credentials alone.
//!
//! Invariants: a hint that is neither a GUID nor a domain causes no call; an id that is a placeholder, Microsoft's own
//! or the one of personal accounts is never a customer's tenant.

use crate::{
    Credentials, GraphError,
    client::Inner,
    endpoint::DISCOVERY,
    entra,
    hosts::Hosts,
    http::Failure,
    token::{self, AppToken},
};
use policytab_domain::{cloud::Cloud, ids::EntraTenantId, problem::TokenReason};
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;
use url::{Host, Url};
use uuid::Uuid;

/// The tenant of all personal Microsoft accounts (Microsoft identity platform, "Validate the issuer").
const PERSONAL_ACCOUNTS: Uuid = Uuid::from_u128(0x9188040d_6c67_4c5b_b112_36a304b66dad);

/// A hint that may be sent.
#[derive(Debug, PartialEq, Eq)]
enum Hint {
    Id(Uuid),
    Domain(String),
}

impl Hint {
    /// A GUID with hyphens, or a domain of at least two labels; spaces around are forgiven.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == 36
            && let Ok(id) = Uuid::try_parse(text)
        {
            return (!id.is_nil() && !id.is_max()).then_some(Self::Id(id));
        }
        let letters = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
        if !text.chars().all(letters) {
            return None;
        }
        // The URL standard's host parser does international names and takes every spelling of an address for one.
        let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
        let label = |l: &str| {
            !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-') && l.is_ascii()
        };
        let labels = domain.split('.').count();
        let fits = domain.len() <= 253 && labels >= 2 && domain.split('.').all(label);
        let named = domain.rsplit('.').next().is_some_and(|top| top.chars().any(|c| c.is_ascii_alphabetic()));
        (fits && named).then_some(Self::Domain(domain))
    }
}

/// Resolves a hint; see [`GraphClient::tenant_resolve`](crate::GraphClient::tenant_resolve).
pub(crate) async fn resolve(
    inner: &Inner,
    cloud: Cloud,
    hint: &str,
    deadline: Instant,
) -> Result<EntraTenantId, GraphError> {
    let invalid = |detail| GraphError::TenantHintInvalid { detail, upstream: None };
    let hosts = Hosts::of(cloud, &inner.config)?;
    let hint = Hint::parse(hint)
        .ok_or_else(|| invalid("The hint is neither a tenant id (a GUID) nor a domain name."))?;
    let segment = match &hint {
        Hint::Id(id) => id.to_string(),
        Hint::Domain(domain) => domain.clone(),
    };
    let document = discover(inner, cloud, &hosts, &segment, deadline).await?;
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    if text("cloud_instance_name").is_some_and(|named| hosts.is_other_instance(named)) {
        return Err(invalid("The tenant lives in another Microsoft cloud than the one chosen."));
    }
    // Both members carry the id; a placeholder, as in the documents of /common, is in neither a GUID.
    let issuer = text("issuer").and_then(first_segment);
    let endpoint = text("token_endpoint").and_then(first_segment);
    let id = match (issuer, endpoint) {
        (Some(issuer), Some(endpoint)) if issuer == endpoint => issuer,
        (Some(issuer), None) => issuer,
        _ => return Err(invalid("Entra's answer names no single tenant for this hint.")),
    };
    let tenant = EntraTenantId::from_uuid(id);
    if tenant.is_microsoft_own() || id == PERSONAL_ACCOUNTS || id.is_nil() {
        return Err(invalid("This is a directory of Microsoft, not a customer's tenant."));
    }
    match hint {
        Hint::Id(asked) if asked != id => Err(invalid("Entra's answer names another tenant than the hint.")),
        _ => Ok(tenant),
    }
}

async fn discover(
    inner: &Inner,
    cloud: Cloud,
    hosts: &Hosts,
    segment: &str,
    deadline: Instant,
) -> Result<Value, GraphError> {
    let mut url = hosts.login.clone();
    url.set_path(&DISCOVERY.with(segment));
    let request = || inner.http.request(Method::GET, url.clone(), cloud == Cloud::Emulator);
    entra::call(inner, &DISCOVERY, deadline, request).await.map_err(|failure| match failure {
        Failure::Refused { upstream } => GraphError::TenantHintInvalid {
            detail: "Entra knows no tenant by this id or domain in the chosen cloud.",
            upstream: Some(upstream),
        },
        other => other.into_error(&DISCOVERY),
    })
}

fn first_segment(address: &str) -> Option<Uuid> {
    Uuid::try_parse(Url::parse(address).ok()?.path_segments()?.next()?).ok()
}

/// Attempts to learn the tenant from the credentials; see
/// [`GraphClient::tenant_detect`](crate::GraphClient::tenant_detect).
///
/// Microsoft's guidance is that this grant must name its tenant, and what Entra does otherwise has changed with the
/// years: refusals of half a dozen kinds, and once tokens of a tenant that was not the caller's. So a refusal means
/// nothing about the credentials, save that a secret which Entra found wrong or expired is wrong or expired.
pub(crate) async fn detect(
    inner: &Inner,
    cloud: Cloud,
    credentials: &Credentials,
    deadline: Instant,
) -> Result<AppToken, GraphError> {
    let not_detected = |upstream| GraphError::TenantNotDetected { upstream };
    let answer = match token::ask(inner, cloud, "organizations", credentials, deadline).await {
        Ok(answer) => answer,
        Err(GraphError::TokenFailed { reason, upstream }) => {
            return Err(match reason {
                TokenReason::InvalidSecret | TokenReason::ExpiredSecret => {
                    GraphError::TokenFailed { reason, upstream }
                }
                _ => not_detected(Some(upstream)),
            });
        }
        Err(other) => return Err(other),
    };
    let token = token::read(answer, credentials).ok_or_else(|| not_detected(None))?;
    let customers = !token.tenant_id.is_microsoft_own()
        && token.tenant_id.as_uuid() != PERSONAL_ACCOUNTS
        && token.proof.has_service_principal
        && token.proof.is_app
        && token.proof.client_id == Some(credentials.client_id);
    if !customers {
        return Err(not_detected(None));
    }
    match crate::organization::read(inner, cloud, &token, deadline).await {
        Ok(_) => Ok(token),
        Err(error @ (GraphError::Throttled { .. } | GraphError::Unavailable { .. })) => Err(error),
        Err(GraphError::Refused { upstream, .. } | GraphError::PermissionMissing { upstream, .. }) => {
            Err(not_detected(Some(upstream)))
        }
        Err(_) => Err(not_detected(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_guids_or_domains_and_nothing_else() {
        let id = "5F0C0D4E-1111-4000-8000-00000000000a";
        assert_eq!(Hint::parse(&format!(" {id}\n")), Some(Hint::Id(id.parse().unwrap())));
        for (text, domain) in [
            ("Contoso.com", "contoso.com"),
            ("contoso.onmicrosoft.com ", "contoso.onmicrosoft.com"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(Hint::parse(text), Some(Hint::Domain(domain.to_owned())), "{text}");
        }
        for text in [
            "",
            "common",
            "organizations",
            "consumers",
            "localhost",
            "admin@contoso.com",
            "https://contoso.com",
            "contoso.com/path",
            "contoso.com:443",
            "contoso.com?x",
            "contoso.com#x",
            "127.0.0.1",
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
            "[::1]",
            "::1",
            "..",
            "a..b",
            "-a.com",
            "a-.com",
            "contoso.com.",
            "con toso.com",
            "contoso%2ecom",
            "..\\x.com",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "{5f0c0d4e-1111-4000-8000-00000000000a}",
            "1.2.3.4.5",
        ] {
            assert_eq!(Hint::parse(text), None, "{text:?}");
        }
        assert_eq!(Hint::parse(&format!("{}.com", "a".repeat(64))), None);
    }

    #[test]
    fn placeholders_in_an_issuer_are_no_tenant() {
        assert_eq!(first_segment("https://login.microsoftonline.com/{tenantid}/v2.0"), None);
        let id = Uuid::from_u128(5);
        assert_eq!(first_segment(&format!("https://x.example/{id}/oauth2/v2.0/token")), Some(id));
    }

    proptest::proptest! {
        /// Whatever is typed: an id, or a name that is the same in an address and is no address by number.
        #[test]
        fn hostile_hints_are_no_addresses(
            text in proptest::prop_oneof![
                "\\PC{0,60}",
                "[0-9a-fxA-FX.:\\[\\]]{1,20}",
                "[a-z0-9.%/@:?#-]{1,40}",
                "(0x)?[0-9]{1,10}(\\.(0x)?[0-9]{1,3}){0,3}",
            ],
        ) {
            if let Some(Hint::Domain(domain)) = Hint::parse(&text) {
                let url = Url::parse(&format!("https://login.example/{domain}/x")).unwrap();
                proptest::prop_assert_eq!(url.path(), format!("/{domain}/x"));
                proptest::prop_assert!(matches!(Host::parse(&domain), Ok(Host::Domain(same)) if same == domain));
            }
        }
    }
}
