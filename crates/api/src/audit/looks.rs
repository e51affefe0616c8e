//! Looks at what is known of credentials: who may use what until when. Each is in the audit log, once in a while.

use crate::problem::ApiError;
use policytab_app::{Actor, App, AppError, audit};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Time in which the same person's looks at the same thing are one.
const ONE_LOOK: Duration = Duration::from_secs(15 * 60);

/// Who looked at what.
type Look = (Uuid, String, &'static str, Uuid);

/// The looks of the last minutes that this process has put on record.
#[derive(Debug, Clone)]
pub struct Looks(moka::future::Cache<Look, ()>);

impl Looks {
    pub(crate) fn new() -> Self {
        Self(moka::future::Cache::builder().max_capacity(50_000).time_to_live(ONE_LOOK).build())
    }

    /// Puts a look on record, unless it was a moment ago.
    ///
    /// # Errors
    /// Where it can't be recorded; then nothing must be shown.
    pub async fn note(
        &self,
        app: &App,
        actor: &Actor,
        action: &'static str,
        subject: (&'static str, Uuid),
        details: Value,
    ) -> Result<(), ApiError> {
        let look = (actor.scope.msp_id().as_uuid(), actor.id.clone(), action, subject.1);
        let written = audit::viewed(app, actor, action, subject, details);
        self.0.try_get_with(look, written).await.map_err(|error| match Arc::try_unwrap(error) {
            Ok(error) => error.into(),
            // Somebody else waited for the same attempt.
            Err(shared) => match shared.as_ref() {
                AppError::Problem(problem) => (**problem).clone().into(),
                AppError::Internal(cause) => ApiError::internal(cause.to_string()),
            },
        })
    }
}
