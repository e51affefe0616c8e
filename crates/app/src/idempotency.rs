//! The same key and request: one effect, one answer.
//!
//! A use case that creates something claims the key in the transaction of its effect and stores its answer there too,
//! so that a crash leaves both or neither, and a parallel request with the same key waits for the first to commit.
//! Answers are sealed: some hold a secret that is shown once.

use crate::{Actor, App, AppError, AppResult, keys};
use policytab_domain::{
    ids::MspId,
    problem::{Problem, ProblemCode},
};
use policytab_store::{self as store, ReadWrite, StoredResponse, TenantTx};
use policytab_vault::{SealContext, SealedFor, VaultError};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What the sealed answer is for.
const PURPOSE: &str = "idempotent answer";

/// A key that a caller sent, bound to its request.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// As the caller chose it.
    pub key: String,
    /// Method and path.
    pub route: String,
    /// SHA-256 of the body.
    pub request_sha256: [u8; 32],
}

/// An answer, ready to be sent or stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer: `Location`, `ETag`.
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Stored {
    /// Without the body: it may tell a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Stored {
    /// An answer with a JSON body.
    pub fn json<T: Serialize>(status: u16, body: &T) -> Self {
        // Our own DTOs always serialise; an empty body would show at once in every test of the route.
        Self { status, headers: Vec::new(), body: serde_json::to_vec(body).unwrap_or_default() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer, and whether it was given before.
#[derive(Debug)]
pub enum Outcome {
    /// The effect happened now.
    Done(Stored),
    /// It happened before.
    Replayed(Stored),
}

fn key_of(actor: &Actor, idempotency: &Idempotency) -> store::IdempotencyKey {
    store::IdempotencyKey {
        actor: format!("{}:{}", actor.kind.as_str(), actor.id),
        route: idempotency.route.clone(),
        key: idempotency.key.clone(),
        request_sha256: idempotency.request_sha256,
    }
}

fn context_of(msp: MspId, key: &store::IdempotencyKey) -> SealContext {
    context(msp, &key.actor, &key.route, &key.key)
}

/// What a sealed answer is bound to: the whole key of its row.
pub(crate) fn context(msp: MspId, actor: &str, route: &str, key: &str) -> SealContext {
    let mut digest = Sha256::new();
    for part in [actor, route, key] {
        // With its length, so that no two keys give the same bytes.
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part.as_bytes());
    }
    SealContext { msp, of: SealedFor::Named(digest.finalize().into()), purpose: PURPOSE }
}

/// Claims the key in this transaction, or gives the answer of the request that had it before.
pub(crate) async fn claim(
    app: &App,
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    idempotency: Option<&Idempotency>,
) -> AppResult<Option<Outcome>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    let key = key_of(actor, idempotency);
    match tx.idempotency_claim(&key).await? {
        store::Idempotency::Fresh => Ok(None),
        store::Idempotency::Conflict => Err(Problem::new(
            ProblemCode::IdempotencyConflict,
            "This Idempotency-Key came before with another request.",
        )
        .into()),
        store::Idempotency::Replay(stored) => {
            let body = open(app, &context_of(actor.scope.msp_id(), &key), &stored.body)?;
            let headers = serde_json::from_value(stored.headers).map_err(AppError::internal)?;
            Ok(Some(Outcome::Replayed(Stored { status: stored.status, headers, body })))
        }
    }
}

/// The answer that was kept.
fn open(app: &App, context: &SealContext, sealed: &[u8]) -> AppResult<Vec<u8>> {
    app.keyring.open_bytes(context, sealed).map_err(|error| match error {
        VaultError::Unusable => keys::failed(error),
        // The effect is there, but its answer can't be told again: the key that sealed it was removed within a day, or it
        // was changed, or is another request's.
        error => {
            tracing::warn!(%error, msp.id = %context.msp, "a kept answer can't be opened");
            let detail =
                "This Idempotency-Key was used before, and the answer that was kept can't be read any more.";
            Problem::new(ProblemCode::IdempotencyConflict, detail)
                .reason("answer_unreadable")
                .remedy(
                    "See whether the effect is there; where it is not, send the request with a new Idempotency-Key.",
                )
                .into()
        }
    })
}

/// The answer of the request that had the key before, for use cases that have long work to do before their transaction.
/// Claims nothing.
pub async fn replay(
    app: &App,
    actor: &Actor,
    idempotency: Option<&Idempotency>,
) -> AppResult<Option<Outcome>> {
    if idempotency.is_none() {
        return Ok(None);
    }
    // The claim of a fresh key is undone with its transaction.
    let mut fresh = false;
    let found = app
        .store
        .write(&actor.scope, async |tx| match claim(app, tx, actor, idempotency).await? {
            Some(before) => Ok(before),
            None => {
                fresh = true;
                Err(Problem::new(ProblemCode::Internal, "a key that is not claimed yet").into())
            }
        })
        .await;
    match found {
        Err(_) if fresh => Ok(None),
        found => found.map(Some),
    }
}

/// Stores the answer under the claimed key.
pub(crate) async fn finish(
    app: &App,
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    idempotency: Option<&Idempotency>,
    answer: Stored,
) -> AppResult<Outcome> {
    if let Some(idempotency) = idempotency {
        let key = key_of(actor, idempotency);
        let context = context_of(actor.scope.msp_id(), &key);
        let body = app.keyring.seal_bytes(&context, &answer.body).map_err(keys::failed)?;
        let headers = serde_json::to_value(&answer.headers).map_err(AppError::internal)?;
        let stored = StoredResponse { status: answer.status, headers, body };
        tx.idempotency_store(&key, &stored).await?;
    }
    Ok(Outcome::Done(answer))
}
