//! The workspace itself: its name, what it demands of its people, its end.

use crate::{Actor, App, AppResult, audit};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{Msp, MspPatch};

/// The workspace's settings.
pub async fn fetch(app: &App, actor: &Actor) -> AppResult<Msp> {
    app.store.read(&actor.scope, async |tx| Ok(tx.msp_fetch().await?)).await
}

/// Changes the workspace's settings. Who demands a second factor of everybody has one.
pub async fn update(
    app: &App,
    actor: &Actor,
    patch: MspPatch,
    expected_version: Option<i64>,
) -> AppResult<Msp> {
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            if patch.require_second_factor == Some(true)
                && let Some(user) = actor.user_id
                && !tx.second_factor_holders().await?.contains(&user)
            {
                let problem = Problem::new(ProblemCode::InvalidState, "You have no second factor yourself.")
                    .reason(crate::second_factor::REQUIRED)
                    .remedy("Set one up under My account first.");
                return Err(problem.into());
            }
            let before = tx.msp_fetch().await?;
            let after = tx.msp_update(&patch, expected_version).await?;
            let details = serde_json::json!({
                "display_name": {"from": before.display_name, "to": after.display_name},
                "require_second_factor":
                    {"from": before.require_second_factor, "to": after.require_second_factor},
            });
            audit::write(tx, actor, "workspace.update", ("workspace", after.id.as_uuid()), details).await?;
            Ok(after)
        })
        .await
}

/// Removes the workspace with all that it holds, save the audit trail. `display_name` repeats its name.
pub async fn delete(app: &App, actor: &Actor, display_name: &str) -> AppResult<()> {
    app.store
        .write(&actor.scope, async |tx| {
            audit::still(tx, actor).await?;
            let msp = tx.msp_fetch().await?;
            if msp.display_name != display_name {
                return Err(Problem::invalid("display_name", "is not the workspace's name").into());
            }
            let customers = tx.msp_delete().await?;
            let details = serde_json::json!({"display_name": msp.display_name, "customers": customers});
            audit::append(tx, actor, "workspace.delete", ("workspace", msp.id.as_uuid()), details).await
        })
        .await
}
