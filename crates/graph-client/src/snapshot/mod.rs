//! Everything that a snapshot holds, read side by side.
//!
//! Invariants: the result is whole or an error; a missing permission for a required part is an error that names it,
//! for an optional part an entry in `unread`; nothing is asked twice that one request can answer.
//!
//! Which read waits for which: token → { organization, licences, policies } → { named locations → v1.0's ids;
//! strengths, contexts, security defaults; what policies name }. Calls on policies and named locations are a second
//! apart, everything else happens in the shadow of those seconds.

mod documents;
mod members;
mod referenced;
mod resolve;
mod skus;

use crate::{
    Credentials, GraphError, Progress, StepEvent, StepFailure, client::Inner, error::AtStep, organization,
    progress::counts, session::Session, token,
};
use chrono::Utc;
use policytab_domain::{
    cloud::Cloud,
    ids::EntraTenantId,
    import::ImportStep,
    permission,
    snapshot::{ReferenceKind, ReferenceState, SnapshotContent, Unread},
};
use tokio::time::Instant;

/// An optional part: read, or not for want of a permission.
pub(crate) enum Optional<T> {
    Read(T),
    Missing(Unread),
}

impl<T> Optional<T> {
    /// Turns the refusal of an optional read into an entry for `unread`; every other error stays one.
    fn of(what: &str, result: Result<T, GraphError>) -> Result<Self, GraphError> {
        match result {
            Ok(read) => Ok(Self::Read(read)),
            Err(GraphError::PermissionMissing { permission, what: noun, .. }) => Ok(Self::Missing(Unread {
                what: what.to_owned(),
                permission: Some(permission.to_owned()),
                detail: format!("Reading {noun} needs the application permission {permission}."),
            })),
            Err(error) => Err(error),
        }
    }

    /// The value, with what is missing noted in `unread`.
    fn or_note(self, unread: &mut Vec<Unread>) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Missing(entry) => {
                unread.push(entry);
                None
            }
        }
    }
}

/// Reads a snapshot; see [`GraphClient::snapshot_read`](crate::GraphClient::snapshot_read).
pub(crate) async fn read(
    inner: &Inner,
    cloud: Cloud,
    tenant: EntraTenantId,
    credentials: &Credentials,
    progress: &dyn Progress,
) -> Result<SnapshotContent, StepFailure> {
    let taken_at = Utc::now();
    let deadline = Instant::now() + inner.config.import_deadline;
    let session = open(inner, cloud, tenant, credentials, deadline, progress).await?;
    let (facts, skus, ca) = tokio::try_join!(
        organization_step(&session, tenant, progress),
        licences_step(&session, progress),
        conditional_access(&session, progress),
    )?;
    let mut unread = Vec::new();
    let skus = skus.or_note(&mut unread);
    unread.extend(ca.unread);
    Ok(SnapshotContent {
        taken_at,
        tenant: facts,
        documents: ca.documents,
        security_defaults: ca.security_defaults,
        skus,
        references: ca.directory.references,
        memberships: ca.directory.memberships,
        unread,
    })
}

async fn open<'a>(
    inner: &'a Inner,
    cloud: Cloud,
    tenant: EntraTenantId,
    credentials: &'a Credentials,
    deadline: Instant,
    progress: &dyn Progress,
) -> Result<Session<'a>, StepFailure> {
    let step = ImportStep::Token;
    progress.step(step, StepEvent::Started);
    let token = token::of_tenant(inner, cloud, tenant, credentials, deadline).await.at(step)?;
    // Without any role every read would be refused; the missing consent says it better than the first refusal.
    if token.roles.is_empty() {
        let missing = permission::check(&token.roles).missing_required;
        return Err(GraphError::ConsentMissing { missing }).at(step);
    }
    progress.step(step, counts([("permissions", token.roles.len())]));
    Session::new(inner, cloud, token, Some(credentials), deadline).at(step)
}

async fn organization_step(
    session: &Session<'_>,
    tenant: EntraTenantId,
    progress: &dyn Progress,
) -> Result<policytab_domain::snapshot::TenantFacts, StepFailure> {
    let step = ImportStep::Organization;
    progress.step(step, StepEvent::Started);
    let facts = organization::of_session(session, tenant).await.at(step)?;
    progress.step(step, counts([("verified_domains", facts.verified_domains.len())]));
    Ok(facts)
}

async fn licences_step(
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<Optional<Vec<policytab_domain::snapshot::SubscribedSku>>, StepFailure> {
    let step = ImportStep::Licences;
    progress.step(step, StepEvent::Started);
    let skus = Optional::of("licences", skus::read(session).await).at(step)?;
    progress.step(
        step,
        match &skus {
            Optional::Read(skus) => counts([("skus", skus.len())]),
            Optional::Missing(unread) => StepEvent::Skipped { reason: unread.detail.clone() },
        },
    );
    Ok(skus)
}

/// What hangs on the policies.
struct ConditionalAccess {
    documents: Vec<policytab_domain::snapshot::Document>,
    security_defaults: Option<bool>,
    directory: resolve::Directory,
    unread: Vec<Unread>,
}

async fn conditional_access(
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<ConditionalAccess, StepFailure> {
    progress.step(ImportStep::Policies, StepEvent::Started);
    let policies = documents::policies(session).await.at(ImportStep::Policies)?;
    let named = referenced::collect(&policies);
    let (((policies, versions), locations), (strengths, contexts), security_defaults, directory) = tokio::try_join!(
        async {
            let locations = named_locations_step(session, progress).await?;
            // Last of the paced calls: nothing waits for it but the mark of beta-only policies.
            let compared = documents::compare(session, policies).await.at(ImportStep::Policies)?;
            let beta_only = compared.0.iter().filter(|policy| policy.beta_only).count();
            let counted = counts([("policies", compared.0.len()), ("beta_only", beta_only)]);
            progress.step(ImportStep::Policies, counted);
            Ok((compared, locations))
        },
        strengths_step(session, progress),
        async { documents::security_defaults(session).await.at(ImportStep::Policies) },
        referenced_step(session, &named, progress),
    )?;
    let mut unread = Vec::new();
    let mut documents = policies;
    documents.extend(locations);
    documents.extend(strengths);
    unread.extend(versions);
    documents.extend(contexts.or_note(&mut unread).unwrap_or_default());
    let security_defaults = security_defaults.or_note(&mut unread);
    unread.extend(directory.unread.iter().cloned());
    Ok(ConditionalAccess { documents, security_defaults, directory, unread })
}

async fn named_locations_step(
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<Vec<policytab_domain::snapshot::Document>, StepFailure> {
    let step = ImportStep::NamedLocations;
    progress.step(step, StepEvent::Started);
    let locations = documents::named_locations(session).await.at(step)?;
    progress.step(step, counts([("named_locations", locations.len())]));
    Ok(locations)
}

async fn strengths_step(
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<
    (Vec<policytab_domain::snapshot::Document>, Optional<Vec<policytab_domain::snapshot::Document>>),
    StepFailure,
> {
    let step = ImportStep::AuthenticationStrengths;
    progress.step(step, StepEvent::Started);
    let (strengths, contexts) =
        tokio::try_join!(documents::strengths(session), documents::contexts(session)).at(step)?;
    let known = match &contexts {
        Optional::Read(contexts) => contexts.len(),
        Optional::Missing(_) => 0,
    };
    progress.step(
        step,
        counts([("authentication_strengths", strengths.len()), ("authentication_contexts", known)]),
    );
    Ok((strengths, contexts))
}

async fn referenced_step(
    session: &Session<'_>,
    named: &referenced::Named,
    progress: &dyn Progress,
) -> Result<resolve::Directory, StepFailure> {
    let step = ImportStep::ReferencedObjects;
    progress.step(step, StepEvent::Started);
    if named.is_empty() {
        let reason = "No policy names a user, group, role, application or terms of use.".to_owned();
        progress.step(step, StepEvent::Skipped { reason });
        return Ok(resolve::Directory::default());
    }
    let directory = resolve::read(session, named).await.at(step)?;
    let of = |kind| directory.references.iter().filter(|r| r.kind == kind).count();
    let in_state = |state| directory.references.iter().filter(|r| r.state == state).count();
    progress.step(
        step,
        counts([
            ("users", of(ReferenceKind::User)),
            ("groups", of(ReferenceKind::Group)),
            ("roles", of(ReferenceKind::Role)),
            ("applications", of(ReferenceKind::Application)),
            ("service_principals", of(ReferenceKind::ServicePrincipal)),
            ("terms_of_use", of(ReferenceKind::TermsOfUse)),
            ("deleted", in_state(ReferenceState::Deleted)),
            ("unreadable", in_state(ReferenceState::Unreadable)),
            ("memberships", directory.memberships.len()),
        ]),
    );
    Ok(directory)
}
