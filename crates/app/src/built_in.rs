//! The product's own reference baseline in every workspace's library: put there when the library is first looked at, and
//! given a new version when the product brings one.

use crate::{App, AppError, AppResult, analysis::canonical, baselines::Source};
use policytab_domain::{
    policy::Policy,
    reference_baseline,
    snapshot::{Document, DocumentKind},
    tenancy::MspScope,
};
use policytab_store::{BaselinePatch, NewBaseline, NewVersion, StoreError};
use serde_json::{Value, json};

/// Sees to it that the library has the reference baseline of this product.
pub(crate) async fn ensure(app: &App, scope: &MspScope) -> AppResult<()> {
    let found = app.store.read(scope, async |tx| Ok::<_, AppError>(tx.baseline_built_in().await?)).await?;
    let current = Value::from(reference_baseline::version());
    if found.as_ref().is_some_and(|baseline| baseline.source["origin"]["content"] == current) {
        return Ok(());
    }
    let version = version()?;
    let written = app
        .store
        .write(scope, async |tx| {
            match &found {
                Some(baseline) => {
                    let content = Some(version.clone());
                    let patch = BaselinePatch { content, ..BaselinePatch::default() };
                    tx.baseline_update(baseline.id, &patch, Some(baseline.version)).await?;
                }
                None => {
                    let new = NewBaseline {
                        display_name: reference_baseline::NAME.to_owned(),
                        description: String::new(),
                        first: version.clone(),
                        built_in: true,
                    };
                    tx.baseline_insert(&new).await?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await;
    match written {
        // Somebody else was faster, or uses the name: the library can be looked at either way.
        Err(StoreError::NameTaken | StoreError::VersionMismatch | StoreError::NotFound { .. }) => Ok(()),
        written => Ok(written?),
    }
}

fn version() -> AppResult<NewVersion> {
    let documents = reference_baseline::policies().iter().map(|policy| {
        let name = Policy::read(&policy.body).0.name().to_owned();
        canonical(&Document {
            kind: DocumentKind::Policy,
            object_id: policy.file.trim_end_matches(".json").to_owned(),
            display_name: name,
            beta_only: false,
            body: policy.body.clone(),
        })
    });
    let origin = json!({
        "kind": "built_in",
        "product": env!("CARGO_PKG_VERSION"),
        "content": reference_baseline::version(),
    });
    let source = Source { origin, policies: reference_baseline::notes(), ..Source::default() };
    Ok(NewVersion {
        source: serde_json::to_value(source).map_err(AppError::internal)?,
        documents: documents.collect(),
        created_by_name: String::new(),
        note: String::new(),
    })
}
