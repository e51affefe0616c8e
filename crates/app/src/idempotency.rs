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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the answer: `Location`, `ETag`.
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: Vec<u8>,
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

fn context(actor: &Actor) -> SealContext {
    context_of(actor.scope.msp_id())
}

/// What an MSP's sealed answers are bound to.
pub(crate) fn context_of(msp: MspId) -> SealContext {
    SealContext { msp, of: SealedFor::Msp, purpose: PURPOSE }
}

/// Claims the key in this transaction, or gives the answer of the request that had it before.
pub(crate) async fn claim(
    app: &App,
    tx: &mut TenantTx<ReadWrite>,
    actor: &Actor,
    idempotency: Option<&Idempotency>,
) -> AppResult<Option<Outcome>> {
    let Some(idempotency) = idempotency else { return Ok(None) };
    match tx.idempotency_claim(&key_of(actor, idempotency)).await? {
        store::Idempotency::Fresh => Ok(None),
        store::Idempotency::Conflict => Err(Problem::new(
            ProblemCode::IdempotencyConflict,
            "This Idempotency-Key came before with another request.",
        )
        .into()),
        store::Idempotency::Replay(stored) => {
            let body = app.keyring.open_bytes(&context(actor), &stored.body).map_err(unreadable)?;
            let headers = serde_json::from_value(stored.headers).map_err(AppError::internal)?;
            Ok(Some(Outcome::Replayed(Stored { status: stored.status, headers, body })))
        }
    }
}

/// The effect is there, but its answer can't be told again: the key that sealed it was removed within a day.
fn unreadable(error: VaultError) -> AppError {
    if let VaultError::UnknownKey(_) = error {
        return Problem::new(
            ProblemCode::IdempotencyConflict,
            "This Idempotency-Key was used before, and the answer that was kept can't be read any more.",
        )
        .reason("answer_unreadable")
        .remedy(
            "See whether the effect is there; where it is not, send the request with a new Idempotency-Key.",
        )
        .into();
    }
    keys::failed(error)
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
        let body = app.keyring.seal_bytes(&context(actor), &answer.body).map_err(keys::failed)?;
        let headers = serde_json::to_value(&answer.headers).map_err(AppError::internal)?;
        let stored = StoredResponse { status: answer.status, headers, body };
        tx.idempotency_store(&key_of(actor, idempotency), &stored).await?;
    }
    Ok(Outcome::Done(answer))
}
