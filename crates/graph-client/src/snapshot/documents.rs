//! Policies, named locations, authentication strengths and contexts, security defaults.
//!
//! Invariant: a document's body is the object as Graph gave it, from the version that shows the most; it has an id.

use super::Optional;
use crate::{
    GraphError,
    endpoint::{CONTEXTS, Endpoint, NAMED_LOCATIONS, POLICIES, POLICIES_V1, SECURITY_DEFAULTS, STRENGTHS},
    session::Session,
};
use policytab_domain::snapshot::{Document, DocumentKind, Unread};
use serde_json::Value;
use std::collections::HashSet;

/// The policies as beta lists them. v1.0 leaves out every policy that uses a beta-only feature, without a word.
pub(super) async fn policies(session: &Session<'_>) -> Result<Vec<Document>, GraphError> {
    read(session, &POLICIES, DocumentKind::Policy, "").await
}

/// Marks the policies that v1.0 does not list, and adds those that only v1.0 lists. Where the comparison can't be
/// made for the moment, the list stays as it is and an entry for `unread` says so: the policies themselves are there.
pub(super) async fn compare(
    session: &Session<'_>,
    mut policies: Vec<Document>,
) -> Result<(Vec<Document>, Option<Unread>), GraphError> {
    if !session.inner.config.compare_versions {
        return Ok((policies, None));
    }
    let listed = match session.list(&POLICIES_V1, "$select=id").await {
        Ok(listed) => listed,
        Err(GraphError::Throttled { .. } | GraphError::Unavailable { .. } | GraphError::Refused { .. }) => {
            let unread = Unread {
                what: "policy_versions".to_owned(),
                permission: None,
                detail:
                    "Which policies only the beta version of Graph shows could not be compared this time."
                        .to_owned(),
            };
            return Ok((policies, Some(unread)));
        }
        Err(error) => return Err(error),
    };
    let listed: HashSet<&str> = listed.iter().filter_map(|item| item.get("id")?.as_str()).collect();
    for policy in &mut policies {
        policy.beta_only = !listed.contains(policy.object_id.as_str());
    }
    let known: HashSet<&str> = policies.iter().map(|policy| policy.object_id.as_str()).collect();
    if listed.iter().any(|id| !known.contains(id)) {
        // Not documented, and once reported: beta may be the shorter list. One more list costs as much as one policy.
        tracing::warn!("v1.0 lists policies that beta does not");
        let known: HashSet<String> = known.into_iter().map(str::to_owned).collect();
        let whole = read(session, &POLICIES_V1, DocumentKind::Policy, "").await?;
        policies.extend(whole.into_iter().filter(|policy| !known.contains(&policy.object_id)));
    }
    Ok((policies, None))
}

/// From beta, for the same reason: locations of compliant networks are beta objects.
pub(super) async fn named_locations(session: &Session<'_>) -> Result<Vec<Document>, GraphError> {
    read(session, &NAMED_LOCATIONS, DocumentKind::NamedLocation, "").await
}

pub(super) async fn strengths(session: &Session<'_>) -> Result<Vec<Document>, GraphError> {
    let kind = DocumentKind::AuthenticationStrength;
    read(session, &STRENGTHS, kind, "$expand=combinationConfigurations").await
}

pub(super) async fn contexts(session: &Session<'_>) -> Result<Optional<Vec<Document>>, GraphError> {
    let read = read(session, &CONTEXTS, DocumentKind::AuthenticationContext, "").await;
    Optional::of("authentication_contexts", read)
}

/// Whether security defaults are on.
pub(super) async fn security_defaults(session: &Session<'_>) -> Result<Optional<bool>, GraphError> {
    let answer = match session.get(&SECURITY_DEFAULTS, "").await {
        Ok(policy) => {
            policy.get("isEnabled").and_then(Value::as_bool).ok_or_else(|| wrong(&SECURITY_DEFAULTS))
        }
        Err(error) => Err(error),
    };
    Optional::of("security_defaults", answer)
}

async fn read(
    session: &Session<'_>,
    endpoint: &'static Endpoint,
    kind: DocumentKind,
    query: &str,
) -> Result<Vec<Document>, GraphError> {
    let items = session.list(endpoint, query).await?;
    items.into_iter().map(|body| document(kind, body).ok_or_else(|| wrong(endpoint))).collect()
}

fn document(kind: DocumentKind, body: Value) -> Option<Document> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let object_id = text("id").filter(|id| !id.is_empty())?.to_owned();
    let display_name = text("displayName").unwrap_or_default().to_owned();
    Some(Document { kind, object_id, display_name, body, beta_only: false })
}

fn wrong(endpoint: &'static Endpoint) -> GraphError {
    GraphError::Unavailable {
        what: endpoint.what,
        detail: "an object lacks what makes it one",
        upstream: None,
    }
}
