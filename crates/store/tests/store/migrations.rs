//! Migrations: up, down and up again give the same database, and `schema.rs` is what the database has.

use crate::fixture::{fixture, raw};
use policytab_store::{MigrateError, migrate, migrate_one, revert_all};
use policytab_test_support::TestDb;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Client;

/// Everything that migrations make, as text: tables, columns, constraints, indexes, policies, functions, rights.
async fn catalogue(client: &Client) -> Vec<String> {
    let sql = include_str!("catalogue.sql");
    client.query(sql, &[]).await.expect("a catalogue").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn up_down_up() {
    let db = TestDb::unmigrated().await;
    let client = raw(&db.superuser_url).await;
    migrate(&db.owner_url).await.unwrap();
    let first = catalogue(&client).await;
    assert!(first.len() > 300, "{}", first.len());
    revert_all(&db.owner_url).await.unwrap();
    let empty: Vec<_> = catalogue(&client)
        .await
        .into_iter()
        .filter(|line| !line.contains("__diesel_schema_migrations") && !line.starts_with("schema "))
        .collect();
    assert_eq!(empty, Vec::<String>::new(), "left behind");
    migrate(&db.owner_url).await.unwrap();
    assert_eq!(first, catalogue(&client).await);
    // Again is nothing to do.
    migrate(&db.owner_url).await.unwrap();
}

/// Of each table its columns, and of each column what its rows hold, in an order that depends on nothing else.
async fn contents(client: &Client) -> BTreeMap<(String, String), (i64, String)> {
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";
    let mut all = BTreeMap::new();
    for row in client.query(columns, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let sql = format!(
            "SELECT count(*), coalesce(md5(string_agg(md5(coalesce({column}::text, '-')), '' ORDER BY {column}::text)), '')
             FROM {table}"
        );
        let row = client.query_one(&sql, &[]).await.unwrap();
        all.insert((table, column), (row.get(0), row.get(1)));
    }
    all
}

async fn versions(client: &Client) -> Vec<String> {
    let sql = "SELECT version::text FROM __diesel_schema_migrations ORDER BY 1";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// What a migration stores in another form: its version as diesel writes it, the table, and a column or all of them. That
/// nothing is lost by it is shown where the form is tested.
const RESHAPED: &[(&str, &str, &str)] = &[
    ("20261129000500", "snapshot_documents", "*"),
    // Positions get gaps.
    ("20261129000500", "co_managed_documents", "position"),
    // As jsonb it is written in another order.
    ("20261129000810", "reports", "body"),
    // People by number.
    ("20261129000700", "snapshot_memberships", "members"),
];

/// What both states have is the same in both.
fn same(
    before: &BTreeMap<(String, String), (i64, String)>,
    after: &BTreeMap<(String, String), (i64, String)>,
    step: &str,
) {
    let mut compared = 0;
    for (column, rows) in before {
        if RESHAPED.iter().any(|(version, table, name)| {
            step.contains(version) && column.0 == *table && ["*", column.1.as_str()].contains(name)
        }) {
            continue;
        }
        if let Some(now) = after.get(column) {
            assert_eq!(rows, now, "{column:?} changed by {step}");
            compared += 1;
        }
    }
    assert!(compared > 100, "{step}: only {compared} columns");
}

#[tokio::test]
async fn rows_survive_each_step_down_to_the_first_release_and_up_again() {
    let f = fixture().await;
    f.fill(&f.one, "One").await;
    f.fill(&f.two, "Two").await;
    let client = raw(&f.db.superuser_url).await;
    let newest = versions(&client).await;
    // The first release: everything of the first day.
    let first = newest.iter().filter(|version| version.starts_with("20261123")).count();
    assert!(first > 5 && newest.len() > first, "{newest:?}");

    let mut before = contents(&client).await;
    let filled = before.values().filter(|(rows, _)| *rows > 0).count();
    assert!(filled > 150, "only {filled} columns hold something");
    while versions(&client).await.len() > first {
        let last = versions(&client).await.pop().unwrap();
        migrate_one(&f.db.owner_url, true).await.unwrap();
        let after = contents(&client).await;
        same(&before, &after, &format!("taking {last} back"));
        before = after;
    }
    // As a vault has sealed it; the migration that makes keys known must read it.
    client
        .execute("UPDATE connections SET sealed_secret = '{\"v\":1,\"key\":\"key-0ld\",\"wrapped\":[]}'", &[])
        .await
        .unwrap();
    before = contents(&client).await;
    while versions(&client).await.len() < newest.len() {
        migrate_one(&f.db.owner_url, false).await.unwrap();
        let after = contents(&client).await;
        same(&before, &after, &format!("{:?}", versions(&client).await.pop()));
        before = after;
    }
    let known =
        client.query_one("SELECT string_agg(id, ','), bool_or(check_value IS NULL) FROM master_keys", &[]);
    let known = known.await.unwrap();
    assert_eq!(
        (known.get::<_, Option<&str>>(0), known.get::<_, Option<bool>>(1)),
        (Some("key-0ld"), Some(true))
    );
    // The program takes it up.
    f.store.master_keys().await.unwrap();
    assert!(!f.store.msp_list().await.unwrap().is_empty());
}

#[tokio::test]
async fn two_nodes_may_migrate_at_once() {
    let db = TestDb::unmigrated().await;
    let (a, b, c) = tokio::join!(migrate(&db.owner_url), migrate(&db.owner_url), migrate(&db.owner_url));
    a.and(b).and(c).unwrap();
}

/// What a statement of an older program rests on: of each column its type, and whether a row may leave it out.
async fn columns(client: &Client) -> BTreeMap<String, (String, bool)> {
    let sql = "SELECT table_name || '.' || column_name, udt_name::text,
                      is_nullable = 'YES' OR column_default IS NOT NULL OR is_generated = 'ALWAYS'
               FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect()
}

/// Migrations before which all nodes are stopped, since older programs don't understand what they make of columns. A new
/// entry is the last resort: add what is new beside what is there, and drop that a release later.
const BREAKING: &[&str] = &["20261129000500", "20261129000700", "20261129000800", "20261129000810"];

#[tokio::test]
async fn an_older_program_runs_on_every_newer_schema_but_those_that_are_named() {
    let db = TestDb::unmigrated().await;
    migrate(&db.owner_url).await.unwrap();
    let client = raw(&db.superuser_url).await;
    let all = versions(&client).await;
    let mut newer = columns(&client).await;
    let mut breaking = Vec::new();
    // From the newest one down to the first release.
    for version in all.iter().rev().take_while(|version| !version.starts_with("20261123")) {
        migrate_one(&db.owner_url, true).await.unwrap();
        let older = columns(&client).await;
        let tables: BTreeSet<_> = older.keys().filter_map(|column| column.split('.').next()).collect();
        let lost = older.iter().any(|(column, (sql_type, may_be_left_out))| {
            newer.get(column).is_none_or(|now| now.0 != *sql_type || (*may_be_left_out && !now.1))
        });
        let demanded = newer.iter().any(|(column, (_, may_be_left_out))| {
            let table = column.split('.').next().unwrap();
            !may_be_left_out && !older.contains_key(column) && tables.contains(table)
        });
        if lost || demanded {
            breaking.push(version.clone());
        }
        newer = older;
    }
    breaking.reverse();
    assert_eq!(breaking, BREAKING);
    let told = include_str!("../../../../docs/operations.md");
    for version in BREAKING {
        assert!(told.contains(&version[8..]), "docs/operations.md does not name {version}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_is_told_so() {
    let db = TestDb::unmigrated().await;
    let error = migrate(&db.runtime_url).await.unwrap_err();
    assert!(matches!(error, MigrateError::Unprepared(_)), "{error}");
    assert!(error.to_string().contains("policytab_runtime may not create tables"), "{error}");
}

/// `table.column` → `type` or `Nullable<type>`, read from the source of `schema.rs`.
fn declared() -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    let mut table = String::new();
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some((column, sql_type)) = line.split_once(" -> ") {
            columns.insert(format!("{table}.{column}"), sql_type.trim_end_matches(',').to_owned());
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            name.clone_into(&mut table);
        }
    }
    columns
}

#[tokio::test]
async fn the_schema_file_is_what_the_database_has() {
    let db = TestDb::new().await;
    let client = raw(&db.superuser_url).await;
    let rows = client
        .query(
            "SELECT table_name || '.' || column_name, CASE data_type WHEN 'ARRAY' THEN udt_name ELSE data_type END::text,
                    is_nullable = 'YES' FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT IN ('__diesel_schema_migrations', 'login_attempts')",
            &[],
        )
        .await
        .unwrap();
    let actual: BTreeMap<String, String> = rows
        .iter()
        .map(|row| {
            let sql_type = match row.get::<_, &str>(1) {
                "uuid" => "Uuid",
                "text" => "Text",
                "timestamp with time zone" => "Timestamptz",
                "smallint" => "Int2",
                "integer" => "Int4",
                "bigint" => "Int8",
                "boolean" => "Bool",
                "bytea" => "Bytea",
                "jsonb" => "Jsonb",
                "_int4" => "Array<Int4>",
                "_uuid" => "Array<Uuid>",
                "_int8" => "Array<Int8>",
                other => panic!("say here what {other} is in diesel"),
            };
            let sql_type = if row.get(2) { format!("Nullable<{sql_type}>") } else { sql_type.to_owned() };
            (row.get(0), sql_type)
        })
        .collect();
    assert!(actual.len() > 150);
    assert_eq!(declared(), actual);
}
