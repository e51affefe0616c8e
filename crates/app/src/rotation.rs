//! Sealing everything again with the active master key, while everything runs.
//!
//! A page at a time, each in one transaction: killed anywhere, the next run goes on with what is left. What is changed
//! meanwhile was sealed with the active key by that change.

use crate::{App, AppError, AppResult, baselines, connect, idempotency, keys, second_factor};
use policytab_domain::{ids::CustomerId, tenancy::MspScope};
use policytab_vault::{KeyRing, VaultError};
use std::fmt::Display;

/// How often everything is gone through: servers that still had the old key first may have sealed with it meanwhile.
const PASSES: usize = 3;

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Secrets sealed again.
    pub rewrapped: usize,
    /// Secrets that the active key had sealed already.
    pub current: usize,
    /// Secrets that no key of the ring opens.
    pub unreadable: usize,
    /// Kept answers to idempotent requests that were sealed again.
    pub answers: usize,
    /// Keys that nothing is sealed with any more: they may be removed from the key file.
    pub retired: usize,
}

impl Rotated {
    /// Counts one secret; gives the new form where it has one to store. One that is damaged must not keep the others from being
    /// sealed again.
    fn one(
        &mut self,
        fresh: Result<Option<Vec<u8>>, VaultError>,
        of: &str,
        whose: impl Display,
    ) -> Option<Vec<u8>> {
        match &fresh {
            Ok(Some(_)) => {}
            Ok(None) => self.current += 1,
            Err(error) => {
                tracing::error!(%error, of, %whose, "a secret can't be opened");
                self.unreadable += 1;
            }
        }
        fresh.ok().flatten()
    }

    /// Adds what became of a part of the secrets, once it is committed.
    fn add(&mut self, part: Self) {
        self.rewrapped += part.rewrapped;
        self.current += part.current;
        self.unreadable += part.unreadable;
    }
}

/// Seals every stored secret and kept answer again with the active master key. When none is left under another key, the
/// database forgets the other keys.
///
/// # Errors
/// `unavailable` when the key ring is not the one that the database needs, or the database is away.
#[expect(clippy::disallowed_methods, reason = "an operator's command over all workspaces")]
pub async fn rotate_keys(app: &App) -> AppResult<Rotated> {
    let ring = app.keyring.ring().map_err(keys::failed)?;
    let mut all = Rotated::default();
    for pass in 0..PASSES {
        let mut rotated = Rotated::default();
        for msp in app.store.msp_list().await? {
            let scope = MspScope::assume_verified(msp.id());
            tokens(app, &ring, &scope, &mut rotated).await?;
            secrets(app, &ring, &scope, &mut rotated).await?;
            second_factors(app, &ring, &scope, &mut rotated).await?;
            answers(app, &ring, &scope, &mut rotated).await?;
        }
        all.rewrapped += rotated.rewrapped;
        all.answers += rotated.answers;
        all.unreadable = rotated.unreadable;
        if pass == 0 {
            all.current = rotated.current;
        }
        if rotated.rewrapped + rotated.answers == 0 {
            if rotated.unreadable == 0 {
                all.retired = app.store.master_keys_retire(ring.active_id()).await?;
            }
            return Ok(all);
        }
    }
    Ok(all)
}

/// Customers' client secrets.
async fn secrets(app: &App, ring: &KeyRing, scope: &MspScope, rotated: &mut Rotated) -> AppResult<()> {
    let mut after: Option<CustomerId> = None;
    loop {
        let (page, last) = app
            .store
            .write(scope, async |tx| {
                let mut page = Rotated::default();
                let found = tx.sealed_page(after).await?;
                let last = found.last().map(|s| s.customer_id);
                let mut pairs = Vec::new();
                for secret in found {
                    let context = connect::context(scope.msp_id(), secret.customer_id);
                    let fresh = ring.rewrap(&context, &secret.sealed);
                    if let Some(fresh) = page.one(fresh, "customer", secret.customer_id) {
                        pairs.push((secret, fresh));
                    }
                }
                if !pairs.is_empty() {
                    page.rewrapped = tx.sealed_replace(&pairs).await?;
                }
                Ok::<_, AppError>((page, last))
            })
            .await?;
        rotated.add(page);
        if last.is_none() {
            return Ok(());
        }
        after = last;
    }
}

/// The tokens of baselines' sources: few, so that one transaction holds them all.
async fn tokens(app: &App, ring: &KeyRing, scope: &MspScope, rotated: &mut Rotated) -> AppResult<()> {
    let found = app
        .store
        .write(scope, async |tx| {
            let mut found = Rotated::default();
            for (id, sealed) in tx.baseline_tokens().await? {
                let fresh = baselines::token_reseal(ring, scope.msp_id(), id, &sealed);
                if let Some(fresh) = found.one(fresh, "baseline", id) {
                    found.rewrapped += usize::from(tx.baseline_token_reseal(id, &sealed, &fresh).await?);
                }
            }
            Ok::<_, AppError>(found)
        })
        .await?;
    rotated.add(found);
    Ok(())
}

/// The secrets of second factors: a workspace has few people, so that one transaction holds them all.
async fn second_factors(app: &App, ring: &KeyRing, scope: &MspScope, rotated: &mut Rotated) -> AppResult<()> {
    let found = app
        .store
        .write(scope, async |tx| {
            let mut found = Rotated::default();
            for (user, sealed) in tx.second_factors_sealed().await? {
                let fresh = ring.rewrap(&second_factor::context(scope.msp_id(), user), &sealed);
                if let Some(fresh) = found.one(fresh, "second factor", user) {
                    found.rewrapped += usize::from(tx.second_factor_reseal(user, &sealed, &fresh).await?);
                }
            }
            Ok::<_, AppError>(found)
        })
        .await?;
    rotated.add(found);
    Ok(())
}

/// Answers kept under an `Idempotency-Key`, a day at the most. One that does not open is told to its caller when it is
/// asked for, and is no reason to keep a key.
async fn answers(app: &App, ring: &KeyRing, scope: &MspScope, rotated: &mut Rotated) -> AppResult<()> {
    let mut after = None;
    loop {
        let (count, last) = app
            .store
            .write(scope, async |tx| {
                let found = tx.sealed_answers(after.as_ref()).await?;
                let last = found.last().map(|answer| answer.key.clone());
                let mut pairs = Vec::new();
                for answer in found {
                    let (who, route, key) = &answer.key;
                    let context = idempotency::context(scope.msp_id(), who, route, key);
                    match ring.rewrap(&context, &answer.sealed) {
                        Ok(None) => {}
                        Ok(Some(sealed)) => pairs.push((answer, sealed)),
                        Err(error) => {
                            tracing::warn!(%error, msp.id = %scope.msp_id(), "a kept answer can't be opened")
                        }
                    }
                }
                let count = if pairs.is_empty() { 0 } else { tx.sealed_answers_replace(&pairs).await? };
                Ok::<_, AppError>((count, last))
            })
            .await?;
        rotated.answers += count;
        if last.is_none() {
            return Ok(());
        }
        after = last;
    }
}
