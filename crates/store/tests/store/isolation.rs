//! Every table, read and written as the runtime role with a wrong scope or none.

use crate::{
    exceptions::TENANTLESS_TABLES,
    fixture::{Fixture, fixture, raw},
};
use policytab_domain::{ids::CustomerId, import::ComparisonBaseline, tenancy::MspScope};
use policytab_store::{CustomerPatch, StoreError};
use tokio_postgres::{Client, error::SqlState};
use uuid::Uuid;

struct Filled {
    fixture: Fixture,
    runtime: Client,
    tables: Vec<String>,
}

async fn filled() -> Filled {
    let fixture = fixture().await;
    fixture.fill(&fixture.one, "first").await;
    fixture.fill(&fixture.two, "second").await;
    let runtime = raw(&fixture.db.runtime_url).await;
    let rows = runtime
        .query(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
            &[],
        )
        .await
        .expect("tables");
    let tables: Vec<String> = rows
        .iter()
        .map(|row| row.get(0))
        .filter(|name: &String| !TENANTLESS_TABLES.iter().any(|(exception, _)| exception == name))
        .collect();
    assert!(tables.len() >= 20, "{tables:?}");
    Filled { fixture, runtime, tables }
}

impl Filled {
    async fn scoped(&self, setting: &str) {
        let sql = format!("BEGIN; SET LOCAL app.msp_id = '{setting}'");
        self.runtime.batch_execute(&sql).await.expect("a scope");
    }
    async fn end(&self) {
        self.runtime.batch_execute("ROLLBACK").await.expect("an end");
    }
    async fn count(&self, sql: &str) -> i64 {
        self.runtime.query_one(sql, &[]).await.expect(sql).get(0)
    }
}

#[tokio::test]
async fn without_a_scope_every_table_raises() {
    let filled = filled().await;
    for table in &filled.tables {
        let read = format!("SELECT count(*) FROM {table}");
        // Never set on this connection, then set and over: PostgreSQL leaves an empty string behind.
        for round in ["fresh", "after a transaction"] {
            let error = filled.runtime.query(&read, &[]).await.expect_err(&read);
            let error = error.as_db_error().expect("a refusal");
            assert_eq!(error.code(), &SqlState::INSUFFICIENT_PRIVILEGE, "{table}, {round}");
            assert!(error.message().contains("no MSP scope"), "{table}, {round}: {}", error.message());
            filled.scoped(&filled.fixture.one.msp_id().to_string()).await;
            filled.end().await;
        }
        for (setting, code) in
            [("", SqlState::INSUFFICIENT_PRIVILEGE), ("not-a-uuid", SqlState::INVALID_TEXT_REPRESENTATION)]
        {
            filled.scoped(setting).await;
            let error = filled.runtime.query(&read, &[]).await.expect_err(&read);
            assert_eq!(error.code(), Some(&code), "{table} with {setting:?}");
            filled.end().await;
        }
    }
}

#[tokio::test]
async fn a_scope_shows_its_own_rows_only() {
    let filled = filled().await;
    let (one, two) = (filled.fixture.one.msp_id(), filled.fixture.two.msp_id());
    for table in &filled.tables {
        filled.scoped(&one.to_string()).await;
        let own = filled.count(&format!("SELECT count(*) FROM {table}")).await;
        assert!(own > 0, "the fixture must fill {table}");
        assert_eq!(
            filled.count(&format!("SELECT count(*) FROM {table} WHERE msp_id <> '{one}'")).await,
            0,
            "{table}"
        );
        assert_eq!(
            filled.count(&format!("SELECT count(*) FROM {table} WHERE msp_id = '{two}'")).await,
            0,
            "{table}"
        );
        filled.end().await;
        filled.scoped(&Uuid::new_v4().to_string()).await;
        assert_eq!(filled.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        filled.end().await;
    }
}

#[tokio::test]
async fn a_scope_changes_its_own_rows_only() {
    let filled = filled().await;
    let (one, two) = (filled.fixture.one.msp_id(), filled.fixture.two.msp_id());
    for table in &filled.tables {
        for sql in [
            format!("UPDATE {table} SET msp_id = msp_id WHERE msp_id = '{two}'"),
            format!("DELETE FROM {table} WHERE msp_id = '{two}'"),
        ] {
            filled.scoped(&one.to_string()).await;
            match filled.runtime.execute(&sql, &[]).await {
                Ok(touched) => assert_eq!(touched, 0, "{sql}"),
                Err(error) => {
                    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}: {error}")
                }
            }
            filled.end().await;
        }
        // A row of one's own cannot be given to another MSP,
        filled.scoped(&one.to_string()).await;
        let give = format!("UPDATE {table} SET msp_id = '{two}'");
        let error = filled.runtime.execute(&give, &[]).await.expect_err(&give);
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{give}: {error}");
        filled.end().await;
        // nor copied to it.
        let columns = filled
            .runtime
            .query_one(
                "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = $1 AND column_name <> 'msp_id' AND is_generated = 'NEVER'",
                &[table],
            )
            .await
            .unwrap()
            .get::<_, Option<String>>(0)
            .map(|columns| format!(", {columns}"))
            .unwrap_or_default();
        filled.scoped(&one.to_string()).await;
        let copy =
            format!("INSERT INTO {table} (msp_id{columns}) SELECT '{two}'{columns} FROM {table} LIMIT 1");
        let error = filled.runtime.execute(&copy, &[]).await.expect_err(&copy);
        let error = error.as_db_error().expect("a refusal");
        assert!(error.message().contains("row-level security policy"), "{table}: {}", error.message());
        filled.end().await;
    }
}

#[tokio::test]
async fn references_to_another_msp_are_refused() {
    let filled = filled().await;
    let superuser = raw(&filled.fixture.db.superuser_url).await;
    let (one, two) = (filled.fixture.one.msp_id(), filled.fixture.two.msp_id());
    let foreign = async |column: &str, table: &str| -> String {
        let sql = format!("SELECT {column}::text FROM {table} WHERE msp_id = '{two}' LIMIT 1");
        superuser.query_one(&sql, &[]).await.expect("a row").get(0)
    };
    let (customer, baseline, user) =
        (foreign("id", "customers").await, foreign("id", "baselines").await, foreign("id", "users").await);
    let attempts = [
        format!("UPDATE customers SET comparison_baseline_id = '{baseline}'"),
        format!(
            "INSERT INTO imports (msp_id, id, customer_id, state, comparison_kind)
                 VALUES ('{one}', gen_random_uuid(), '{customer}', 'succeeded', 'imported_snapshot')"
        ),
        format!("UPDATE imports SET requested_by = '{user}'"),
        format!("UPDATE refresh_tokens SET user_id = '{user}'"),
        format!("UPDATE connections SET customer_id = '{customer}'"),
        format!(
            "INSERT INTO baseline_versions (msp_id, baseline_id, number, source, policy_count)
                 VALUES ('{one}', '{baseline}', 9, '{{}}', 0)"
        ),
    ];
    for sql in attempts {
        filled.scoped(&one.to_string()).await;
        let error = filled.runtime.execute(&sql, &[]).await.expect_err(&sql);
        assert_eq!(error.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION), "{sql}: {error}");
        filled.end().await;
    }
}

/// Missing and foreign must look the same.
async fn not_found(fixture: &Fixture, scope: &MspScope, id: CustomerId) {
    let gone = |e: StoreError| matches!(e, StoreError::NotFound { what: "customer" });
    let read = fixture.store.read(scope, async |tx| tx.customer_lookup(id).await.map(|_| ())).await;
    assert!(gone(read.unwrap_err()));
    let read = fixture.store.read(scope, async |tx| tx.customer_fetch(id).await.map(|_| ())).await;
    assert!(gone(read.unwrap_err()));
    let write = fixture.store.write(scope, async |tx| tx.customer_lock(id).await.map(|_| ())).await;
    assert!(gone(write.unwrap_err()));
}

#[tokio::test]
async fn another_msps_things_do_not_exist() {
    let fixture = fixture().await;
    let (id, baseline) = fixture.fill(&fixture.one, "first").await;
    fixture.fill(&fixture.two, "second").await;
    not_found(&fixture, &fixture.two, id).await;
    not_found(&fixture, &fixture.two, Uuid::new_v4().into()).await;
    let fetched = fixture.store.read(&fixture.two, async |tx| tx.baseline_fetch(baseline).await).await;
    assert!(matches!(fetched, Err(StoreError::NotFound { what: "baseline" })));

    // A reference that was proven in one scope is worth nothing in another.
    let proof = fixture.store.read(&fixture.one, async |tx| tx.customer_lookup(id).await).await.unwrap();
    let seen = fixture.store.read(&fixture.two, async |tx| tx.connection_fetch(&proof).await).await.unwrap();
    assert_eq!(seen, None);
    let renamed = fixture
        .store
        .write(&fixture.two, async |tx| tx.customer_update(&proof, &CustomerPatch::default(), None).await)
        .await;
    assert!(matches!(renamed, Err(StoreError::NotFound { .. })));
    let started = fixture
        .store
        .write(&fixture.two, async |tx| {
            tx.import_insert(&proof, ComparisonBaseline::ImportedSnapshot, None).await
        })
        .await;
    assert!(matches!(started, Err(StoreError::NotFound { .. })));
    let chosen = CustomerPatch {
        comparison_baseline: Some(ComparisonBaseline::WorkspaceBaseline {
            baseline_id: baseline,
            version: None,
        }),
        ..Default::default()
    };
    let own = fixture.connected(&fixture.two, "Own", Uuid::new_v4()).await;
    let borrowed = fixture
        .store
        .write(&fixture.two, async |tx| {
            let proof = tx.customer_lookup(own).await?;
            tx.customer_update(&proof, &chosen, None).await
        })
        .await;
    assert!(matches!(borrowed, Err(StoreError::NotFound { what: "baseline" })));
}
