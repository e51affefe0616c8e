//! Migrations: up, down and up again give the same database, and `schema.rs` is what the database has.

use crate::fixture::raw;
use policytab_store::{MigrateError, migrate, revert_all};
use policytab_test_support::TestDb;
use std::collections::BTreeMap;
use tokio_postgres::Client;

/// Everything that migrations make, as text: tables, columns, constraints, indexes, policies, functions, rights.
async fn catalogue(client: &Client) -> Vec<String> {
    let sql = "
        SELECT 'table ' || c.relname || ' ' || c.relrowsecurity || c.relforcerowsecurity || ' ' || coalesce(c.relacl::text, '')
            FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '
                || attnotnull || ' ' || attgenerated::text || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') || ' ' || coalesce(attacl::text, '')
                || ' ' || attcollation::regcollation
            FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT 'constraint ' || conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'policy ' || p::text FROM pg_policies p
        UNION ALL SELECT 'function ' || pg_get_functiondef(oid) || proowner::regrole || ' ' || coalesce(proacl::text, '')
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'schema ' || nspacl::text FROM pg_namespace WHERE nspname = 'public'
        ORDER BY 1";
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

#[tokio::test]
async fn two_nodes_may_migrate_at_once() {
    let db = TestDb::unmigrated().await;
    let (a, b, c) = tokio::join!(migrate(&db.owner_url), migrate(&db.owner_url), migrate(&db.owner_url));
    a.and(b).and(c).unwrap();
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
            "SELECT table_name || '.' || column_name, data_type::text, is_nullable = 'YES' FROM information_schema.columns
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
                // The catalogue tells of what further down; there is one.
                "ARRAY" => "Array<Uuid>",
                other => panic!("say here what {other} is in diesel"),
            };
            let sql_type = if row.get(2) { format!("Nullable<{sql_type}>") } else { sql_type.to_owned() };
            (row.get(0), sql_type)
        })
        .collect();
    assert!(actual.len() > 150);
    assert_eq!(declared(), actual);
}
