//! Two MSPs, and ways to fill them.

use chrono::{DateTime, TimeDelta, Utc};
use policytab_domain::{
    binding::BindingChoice,
    cloud::Cloud,
    facts::EmergencyChoices,
    ids::{BaselineId, CustomerId, EntraTenantId, ImportId, SnapshotId},
    import::{ComparisonBaseline, ImportStep, StepState},
    names::NameKind,
    permission::PermissionCheck,
    problem::{Problem, ProblemCode},
    role::Role,
    snapshot::{DocumentKind, Membership, ReferenceKind, SnapshotContent, TenantFacts},
    tenancy::MspScope,
};
use policytab_store::{
    AuditEntry, CanonicalDocument, ClaimedJob, CustomerCounts, EventKind, Idempotency, IdempotencyKey,
    ImportedFacts, NewAcceptance, NewApiToken, NewBaseline, NewConnection, NewCustomer, NewRefreshToken,
    NewReport, NewSnapshot, NewUser, NewVersion, SeenFrom, Store, StoreConfig, StoreError, StoredResponse,
    User,
};
use policytab_test_support::TestDb;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tokio_postgres::NoTls;
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) one: MspScope,
    pub(crate) two: MspScope,
    pub(crate) owner_one: User,
    pub(crate) db: TestDb,
}

pub(crate) fn config(url: &str) -> StoreConfig {
    StoreConfig {
        acquire_timeout: Duration::from_secs(30),
        max_waiting: 10_000,
        ..StoreConfig::new(url.to_owned())
    }
}

#[expect(clippy::disallowed_methods, reason = "a test acts for the MSPs it made")]
pub(crate) async fn fixture() -> Fixture {
    let db = TestDb::new().await;
    let store = Store::connect(config(&db.runtime_url)).await.expect("a store");
    let (one, owner_one) = store.msp_create("One", &owner("owner@one.example")).await.expect("an MSP");
    let (two, _) = store.msp_create("Two", &owner("owner@two.example")).await.expect("an MSP");
    let [one, two] = [one, two].map(|msp| MspScope::assume_verified(msp.id));
    Fixture { store, one, two, owner_one, db }
}

pub(crate) fn owner(email: &str) -> NewUser {
    person(email, Role::Owner)
}

pub(crate) fn person(email: &str, role: Role) -> NewUser {
    NewUser {
        email: email.to_owned(),
        display_name: "A Person".to_owned(),
        role,
        password_hash: Some("$argon2id$not-a-hash".to_owned().into()),
    }
}

/// A raw session, for what the store does not offer.
pub(crate) async fn raw(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a session");
    tokio::spawn(connection);
    client
}

pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

pub(crate) fn customer(name: &str) -> NewCustomer {
    NewCustomer { display_name: name.to_owned(), cloud: Cloud::Global }
}

pub(crate) fn connection(tenant: Uuid) -> NewConnection {
    NewConnection {
        client_id: Uuid::from_u128(7),
        sealed_secret: b"sealed".to_vec(),
        tenant: tenant_facts(tenant),
        permissions: PermissionCheck { granted: vec!["Policy.Read.All".to_owned()], ..Default::default() },
        app_display_name: Some("Policytab".to_owned()),
        secret_expires_at: Some(Utc::now() + TimeDelta::days(90)),
    }
}

pub(crate) fn tenant_facts(tenant: Uuid) -> TenantFacts {
    TenantFacts {
        tenant_id: EntraTenantId::from_uuid(tenant),
        display_name: "Contoso".to_owned(),
        default_domain: Some("contoso.example".to_owned()),
        verified_domains: vec!["contoso.example".to_owned()],
    }
}

pub(crate) fn document(kind: DocumentKind, id: &str, body: &str) -> CanonicalDocument {
    CanonicalDocument {
        kind,
        object_id: id.to_owned(),
        display_name: format!("Document {id}"),
        beta_only: false,
        sha256: digest(body),
        normal_sha256: Some(digest(&format!("normal {body}"))),
        bytes: body.as_bytes().to_vec(),
    }
}

pub(crate) fn content(tenant: Uuid) -> SnapshotContent {
    SnapshotContent {
        taken_at: Utc::now(),
        tenant: tenant_facts(tenant),
        documents: Vec::new(),
        security_defaults: Some(false),
        skus: Some(Vec::new()),
        references: Vec::new(),
        memberships: vec![membership("g1", &[1, 2])],
        unread: Vec::new(),
    }
}

pub(crate) fn membership(group: &str, members: &[u128]) -> Membership {
    Membership {
        kind: ReferenceKind::Group,
        id: group.to_owned(),
        members: members.iter().map(|m| Uuid::from_u128(*m)).collect(),
        head_count: members.len() as u64,
        complete: true,
    }
}

pub(crate) fn audit_entry(action: &'static str) -> AuditEntry {
    AuditEntry {
        actor_kind: "user",
        actor_id: Some(Uuid::from_u128(1)),
        actor_name: "A Person".to_owned(),
        action,
        subject_kind: "customer",
        subject_id: Some(Uuid::from_u128(2)),
        ip: Some("192.0.2.1".to_owned()),
        request_id: Some("request".to_owned()),
        details: json!({"b": [1, {"z": null, "a": "ä"}], "a": true}),
    }
}

pub(crate) fn idempotency_key(key: &str, body: &str) -> IdempotencyKey {
    IdempotencyKey {
        actor: "user:1".to_owned(),
        route: "POST /customers".to_owned(),
        key: key.to_owned(),
        request_sha256: digest(body),
    }
}

pub(crate) fn acceptance(finding: &str, expires_at: DateTime<Utc>) -> NewAcceptance {
    NewAcceptance {
        finding_id: finding.to_owned(),
        fingerprint: "facts".to_owned(),
        reason: "Moves next month".to_owned(),
        owner: "Ada".to_owned(),
        expires_at,
        accepted_by_name: "A Person".to_owned(),
        accepted_at: Utc::now() - TimeDelta::days(1),
    }
}

pub(crate) fn failure() -> Problem {
    Problem::new(ProblemCode::GraphUnavailable, "Graph did not answer.")
}

impl Fixture {
    /// One more MSP.
    #[expect(clippy::disallowed_methods, reason = "a test acts for the MSPs it made")]
    pub(crate) async fn another(&self, n: usize) -> MspScope {
        let owner = owner(&format!("owner@msp-{n}.example"));
        let (msp, _) = self.store.msp_create(&format!("MSP {n}"), &owner).await.expect("an MSP");
        MspScope::assume_verified(msp.id)
    }

    /// A connected customer.
    pub(crate) async fn connected(&self, scope: &MspScope, name: &str, tenant: Uuid) -> CustomerId {
        self.store
            .write(scope, async |tx| {
                let added = tx.customer_insert(&customer(name)).await?;
                let proof = tx.customer_lookup(added.id).await?;
                tx.connection_put(&proof, &connection(tenant)).await?;
                Ok::<_, StoreError>(added.id)
            })
            .await
            .expect("a connected customer")
    }

    /// Asks for an import.
    pub(crate) async fn asked(&self, scope: &MspScope, id: CustomerId) -> Result<ImportId, StoreError> {
        self.store
            .write(scope, async |tx| {
                let proof = tx.customer_lookup(id).await?;
                Ok(tx.import_insert(&proof, ComparisonBaseline::ImportedSnapshot, None).await?.id)
            })
            .await
    }

    pub(crate) async fn claimed(&self, lease: Duration) -> ClaimedJob {
        self.store.job_claim("test", lease).await.expect("the queue").expect("a job")
    }

    /// What a worker writes at the end of an import.
    pub(crate) async fn finish(
        &self,
        scope: &MspScope,
        id: ImportId,
        job: &ClaimedJob,
        documents: &[CanonicalDocument],
    ) -> Result<SnapshotId, StoreError> {
        self.finish_with(scope, id, job, &content(Uuid::from_u128(1)), documents).await
    }

    /// Likewise with facts of the caller's.
    pub(crate) async fn finish_with(
        &self,
        scope: &MspScope,
        id: ImportId,
        job: &ClaimedJob,
        content: &SnapshotContent,
        documents: &[CanonicalDocument],
    ) -> Result<SnapshotId, StoreError> {
        self.store
            .write(scope, async |tx| {
                let customer = tx.import_lock(id, job).await?;
                let snapshot = tx
                    .snapshot_insert(
                        &customer,
                        &NewSnapshot {
                            import_id: id,
                            content,
                            documents,
                            licences: Some(&json!({"p1": true})),
                            policies: [1, 0, 0],
                        },
                    )
                    .await?;
                tx.co_managed_seed(&customer, snapshot).await?;
                let body = json!({"findings": []});
                let report = NewReport {
                    snapshot_id: snapshot,
                    comparison_baseline: ComparisonBaseline::ImportedSnapshot,
                    summary: [0, 1, 2, 3, 4],
                    body: &body,
                };
                tx.report_insert(&customer, &report).await?;
                let facts = ImportedFacts {
                    snapshot_id: snapshot,
                    taken_at: content.taken_at,
                    tenant_display_name: "Contoso".to_owned(),
                    tenant_default_domain: Some("contoso.example".to_owned()),
                    counts: CustomerCounts {
                        policies_enabled: 1,
                        findings: [0, 1, 2, 3, 4],
                        ..Default::default()
                    },
                    licences: Some(json!({"p1": true})),
                    zero_policies: None,
                    comparison_baseline: ComparisonBaseline::ImportedSnapshot,
                };
                tx.customer_imported(&customer, &facts).await?;
                tx.import_succeed(id, job, snapshot, None).await?;
                Ok(snapshot)
            })
            .await
    }

    /// An imported customer.
    pub(crate) async fn imported(
        &self,
        scope: &MspScope,
        name: &str,
        tenant: Uuid,
        documents: &[CanonicalDocument],
    ) -> (CustomerId, SnapshotId) {
        let id = self.connected(scope, name, tenant).await;
        let import = self.asked(scope, id).await.expect("an import");
        let job = self.claimed(Duration::from_secs(60)).await;
        self.store.write(scope, async |tx| tx.import_start(import, &job).await).await.expect("a start");
        (id, self.finish(scope, import, &job, documents).await.expect("a snapshot"))
    }

    /// At least one row in every table, through the store's own methods.
    pub(crate) async fn fill(&self, scope: &MspScope, name: &str) -> (CustomerId, BaselineId) {
        let tenant = Uuid::new_v4();
        let documents = [
            document(DocumentKind::Policy, "p1", r#"{"displayName":"one"}"#),
            document(DocumentKind::NamedLocation, "l1", r#"{"displayName":"office"}"#),
        ];
        let (id, _) = self.imported(scope, name, tenant, &documents).await;
        let import = self.asked(scope, id).await.expect("a second import");
        let baseline = self
            .store
            .write(scope, async |tx| {
                let user = tx.user_insert(&person(&format!("{name}@people.example"), Role::Viewer)).await?;
                let expires_at = Utc::now() + TimeDelta::hours(1);
                tx.refresh_insert(&NewRefreshToken {
                    user_id: user.id,
                    digest: digest(&format!("refresh {name}")),
                    expires_at,
                    from: SeenFrom::default(),
                })
                .await?;
                tx.second_factor_begin(user.id, b"sealed").await?;
                tx.recovery_codes_set(user.id, &[digest(&format!("code {name}"))]).await?;
                tx.api_token_insert(&NewApiToken {
                    name: "script".to_owned(),
                    role: Role::Viewer,
                    digest: digest(&format!("api {name}")),
                    expires_at,
                    created_by: Some(user.id),
                    created_by_name: user.display_name.clone(),
                })
                .await?;
                let baseline = tx
                    .baseline_insert(&NewBaseline {
                        display_name: format!("Baseline of {name}"),
                        description: String::new(),
                        first: NewVersion {
                            source: json!({"kind": "files"}),
                            documents: documents.to_vec(),
                            ..NewVersion::default()
                        },
                        built_in: false,
                    })
                    .await?;
                let proof = tx.customer_lookup(id).await?;
                tx.acceptance_insert(&proof, &acceptance("finding", Utc::now() + TimeDelta::days(1))).await?;
                let choices = EmergencyChoices {
                    confirmed: [(NameKind::User, "somebody".to_owned())].into(),
                    ..Default::default()
                };
                tx.emergency_choices_set(&proof, &choices).await?;
                let bound = BindingChoice {
                    kind: NameKind::Group,
                    reference: "<emergency access>".to_owned(),
                    live: Vec::new(),
                };
                tx.bindings_confirm(&proof, baseline.id, &[bound]).await?;
                let key = idempotency_key(name, "body");
                assert_eq!(tx.idempotency_claim(&key).await?, Idempotency::Fresh);
                let response = StoredResponse { status: 201, headers: json!([]), body: b"{}".to_vec() };
                tx.idempotency_store(&key, &response).await?;
                tx.event(EventKind::BaselineChanged, None, None).await?;
                tx.audit(&audit_entry("customer.create")).await?;
                Ok::<_, StoreError>(baseline.id)
            })
            .await
            .expect("a filled MSP");
        let job = self.claimed(Duration::from_secs(60)).await;
        self.store
            .write(scope, async |tx| {
                tx.import_start(import, &job).await?;
                tx.import_step_set(import, &job, ImportStep::Token, StepState::Running, &json!({}), None)
                    .await
            })
            .await
            .expect("a running import");
        (id, baseline)
    }
}
