//! Databases of tests: migrated, separate, gone afterwards.

use policytab_test_support::TestDb;
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.expect("a count").get(0)
}

const TABLES: &str = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";

#[tokio::test]
async fn each_test_has_its_own_migrated_database() {
    let (one, other) = (TestDb::new().await, TestDb::new().await);
    let owner = connect(&one.owner_url).await;
    assert!(count(&owner, TABLES).await > 5, "migrated");
    owner.batch_execute("CREATE TABLE only_here ()").await.expect("the owner makes tables");
    let runtime = connect(&other.runtime_url).await;
    let found = count(&runtime, "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'").await;
    assert_eq!(found, 0, "databases are apart");
    runtime.batch_execute("CREATE TABLE mine ()").await.expect_err("the runtime role makes no tables");
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_with_a_session_in_it() {
    let kept = TestDb::new().await;
    let gone = TestDb::unmigrated().await;
    let session = connect(&gone.owner_url).await;
    assert_eq!(count(&session, TABLES).await, 0, "nothing is in it");
    let name = gone.name.clone();
    drop(gone);
    let superuser = connect(&kept.superuser_url).await;
    assert_eq!(
        count(&superuser, &format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")).await,
        0
    );
}
