//! An import's steps, written as they happen.

use crate::App;
use policytab_domain::{
    ids::ImportId,
    import::{ImportStep, StepState},
    tenancy::MspScope,
};
use policytab_graph_client::{Progress, StepEvent};
use policytab_store::{ClaimedJob, StoreError};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Writes steps of one import, each in a transaction of its own.
#[derive(Clone)]
pub(crate) struct StepLog {
    app: App,
    scope: MspScope,
    import: ImportId,
    job: ClaimedJob,
}

impl StepLog {
    pub(crate) fn new(app: App, scope: MspScope, import: ImportId, job: ClaimedJob) -> Self {
        Self { app, scope, import, job }
    }

    /// Notes a state without counts.
    pub(crate) async fn note(&self, step: ImportStep, state: StepState) -> Result<(), StoreError> {
        self.set(step, state, &json!({})).await
    }

    async fn set(&self, step: ImportStep, state: StepState, counts: &Value) -> Result<(), StoreError> {
        self.app
            .store
            .write(&self.scope, async |tx| {
                tx.import_step_set(self.import, &self.job, step, state, counts, None).await
            })
            .await
    }
}

/// Takes steps from the Graph client, which does not wait for the database.
pub(crate) struct Recorder {
    sender: mpsc::UnboundedSender<(ImportStep, StepEvent)>,
    writer: JoinHandle<Result<Vec<(ImportStep, Duration)>, StoreError>>,
}

impl Recorder {
    pub(crate) fn start(log: StepLog) -> Self {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let writer = tokio::spawn(async move {
            let mut began: HashMap<ImportStep, Instant> = HashMap::new();
            let mut took = Vec::new();
            while let Some((step, event)) = receiver.recv().await {
                let (state, counts) = match event {
                    StepEvent::Started => {
                        began.insert(step, Instant::now());
                        (StepState::Running, json!({}))
                    }
                    StepEvent::Succeeded { counts } => {
                        took.extend(began.get(&step).map(|at| (step, at.elapsed())));
                        (StepState::Succeeded, json!(counts))
                    }
                    StepEvent::Skipped { reason } => {
                        tracing::info!(step = step.as_str(), reason, "a step was left out");
                        (StepState::Skipped, json!({}))
                    }
                };
                log.set(step, state, &counts).await?;
            }
            Ok(took)
        });
        Self { sender, writer }
    }

    /// Waits until everything is written; gives how long each step took.
    pub(crate) async fn finish(self) -> Result<Vec<(ImportStep, Duration)>, StoreError> {
        drop(self.sender);
        match self.writer.await {
            Ok(result) => result,
            // The writer can't panic; being cancelled means that the runtime is going down.
            Err(_) => Err(StoreError::LeaseLost),
        }
    }
}

impl Progress for Recorder {
    fn step(&self, step: ImportStep, event: StepEvent) {
        // The writer is gone only when the lease is lost, which the caller learns from `finish`.
        let _ = self.sender.send((step, event));
    }
}
