//! Which roles and databases a store refuses.

use crate::fixture::{config, raw};
use policytab_store::{BootError, MigrateError, Store, StoreConfig, migrate};
use policytab_test_support::TestDb;
use std::time::Duration;
use uuid::Uuid;

async fn refused(url: &str) -> BootError {
    let config = StoreConfig { acquire_timeout: Duration::from_secs(5), ..config(url) };
    Store::connect(config).await.err().expect("a refusal")
}

#[tokio::test]
async fn the_runtime_role_is_accepted() {
    let db = TestDb::new().await;
    let store = Store::connect(config(&db.runtime_url)).await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.msp_count().await.unwrap(), 0);
}

#[tokio::test]
async fn roles_that_get_around_row_security_are_refused() {
    let db = TestDb::new().await;
    assert!(matches!(refused(&db.superuser_url).await, BootError::Superuser(_)));
    assert!(matches!(refused(&db.owner_url).await, BootError::OwnsTables(role) if role == "policytab_owner"));

    let admin = raw(&db.superuser_url).await;
    let name = format!("boot_{}", Uuid::new_v4().simple());
    let make = async |options: &str| {
        let sql = format!(
            "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD 'boot' {options};
             DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {name}', current_database()); END $$"
        );
        admin.batch_execute(&sql).await.expect("a role");
    };
    let drop = async || {
        admin.batch_execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}")).await.expect("no role");
    };
    let url = db.runtime_url.clone();
    let (scheme, rest) = url.split_once("://").unwrap();
    let url = format!("{scheme}://{name}:boot@{}", rest.split_once('@').unwrap().1);

    make("BYPASSRLS").await;
    assert!(matches!(refused(&url).await, BootError::BypassRls(role) if role == name));
    drop().await;
    // Whoever may become the owner could switch row security off, or read as the lookup role.
    for role in ["policytab_owner", "policytab_lookup"] {
        make(&format!("IN ROLE {role}")).await;
        assert!(matches!(refused(&url).await, BootError::OwnsTables(role) if role == name), "{role}");
        drop().await;
    }
}

#[tokio::test]
async fn a_database_that_is_older_than_the_program_is_refused() {
    let db = TestDb::unmigrated().await;
    let BootError::MissingMigrations(missing) = refused(&db.runtime_url).await else {
        panic!("another refusal")
    };
    assert!(missing.len() >= 7, "{missing:?}");
    migrate(&db.owner_url).await.unwrap();
    Store::connect(config(&db.runtime_url)).await.unwrap();
    let admin = raw(&db.superuser_url).await;
    admin
        .batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)")
        .await
        .unwrap();
    let BootError::MissingMigrations(missing) = refused(&db.runtime_url).await else {
        panic!("another refusal")
    };
    assert_eq!(missing.len(), 1);
    // A newer one is fine: during a deployment the old program still runs.
    admin
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
        .await
        .unwrap();
    assert!(matches!(refused(&db.runtime_url).await, BootError::MissingMigrations(m) if m.len() == 1));
}

#[tokio::test]
async fn an_address_where_nobody_answers_is_named_without_its_password() {
    let error = refused("postgres://policytab_runtime:hunter2hunter2@127.0.0.1:1/policytab").await;
    assert!(matches!(error, BootError::Unreachable(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let error = refused("not a url hunter2hunter2").await;
    assert!(matches!(error, BootError::InvalidUrl));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let error = migrate("postgres://policytab_owner:hunter2hunter2@127.0.0.1:1/policytab").await.unwrap_err();
    assert!(matches!(error, MigrateError::Unreachable(_)));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn no_debug_output_has_the_password() {
    let config = StoreConfig::new("postgres://policytab_runtime:hunter2hunter2@db/policytab".to_owned());
    assert!(!format!("{config:?}").contains("hunter2"));
}
