//! What the database's own catalogue must say, for all tables that exist: also for those that somebody adds later.

use crate::{
    exceptions::{
        DEFINER_FUNCTIONS, IMMUTABLE_TABLES, LOOKUP_COLUMNS, LOOKUP_POLICIES, TENANTLESS_TABLES, rls_catalog,
        rls_catalog_expected,
    },
    fixture::raw,
};
use policytab_test_support::TestDb;
use tokio_postgres::Client;

async fn catalogue() -> (TestDb, Client) {
    let db = TestDb::new().await;
    let client = raw(&db.superuser_url).await;
    (db, client)
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.expect(sql);
    rows.iter().map(|row| row.get::<_, String>(0)).collect()
}

fn tenantless() -> String {
    TENANTLESS_TABLES.map(|(name, _)| format!("'{name}'")).join(", ")
}

/// All ordinary tables of the schema that hold rows of MSPs.
fn tenant_tables() -> String {
    format!(
        "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT IN ({})",
        tenantless()
    )
}

async fn none(client: &Client, what: &str, sql: &str) {
    assert_eq!(texts(client, sql).await, Vec::<String>::new(), "{what}");
}

#[tokio::test]
async fn every_exception_exists() {
    let (_db, client) = catalogue().await;
    let tables = texts(
        &client,
        &format!("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname IN ({}) ORDER BY 1", tenantless()),
    )
    .await;
    assert_eq!(tables, TENANTLESS_TABLES.map(|(name, _)| name));
}

#[tokio::test]
async fn row_security_is_forced_on_every_tenant_table() {
    let (_db, client) = catalogue().await;
    let tables = tenant_tables();
    let count = texts(&client, &format!("SELECT count(*)::text FROM ({tables}) t")).await;
    assert!(count[0].parse::<usize>().unwrap() >= 20, "the query must see the tables");
    none(
        &client,
        "row security is not enabled and forced",
        &format!(
            "SELECT relname::text FROM ({tables}) t WHERE NOT relrowsecurity OR NOT relforcerowsecurity"
        ),
    )
    .await;
    none(
        &client,
        "msp_id must be a uuid that is never NULL",
        &format!(
            "SELECT relname::text FROM ({tables}) t WHERE NOT EXISTS (SELECT FROM pg_attribute a
             WHERE a.attrelid = t.oid AND a.attname = 'msp_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype)"
        ),
    )
    .await;
}

#[tokio::test]
async fn every_tenant_table_has_the_tenant_policy_and_no_other() {
    let (_db, client) = catalogue().await;
    // Permissive policies are combined with OR: one more could open a table, so their number counts too.
    none(
        &client,
        "the tenant policy is missing or says something else",
        &format!(
            "SELECT relname::text FROM ({}) t WHERE 1 <> (SELECT count(*) FROM pg_policies p
             WHERE p.schemaname = 'public' AND p.tablename = t.relname AND p.roles = '{{policytab_runtime}}'
               AND p.permissive = 'PERMISSIVE' AND p.cmd = 'ALL'
               AND p.qual = '(msp_id = ( SELECT current_msp() AS current_msp))' AND p.with_check = p.qual)",
            tenant_tables()
        ),
    )
    .await;
    let rows = client
        .query(
            "SELECT tablename::text, policyname::text, cmd, qual, roles::text, with_check IS NULL FROM pg_policies
             WHERE policyname <> 'tenant' ORDER BY 1, 2",
            &[],
        )
        .await
        .unwrap();
    let found: Vec<(String, String, String, String)> = rows
        .iter()
        .map(|row| {
            assert_eq!(row.get::<_, String>(4), "{policytab_lookup}");
            assert!(row.get::<_, bool>(5));
            (row.get(0), row.get(1), row.get(2), row.get(3))
        })
        .collect();
    let expected: Vec<_> = LOOKUP_POLICIES
        .iter()
        .map(|(t, p, c, q)| ((*t).to_owned(), (*p).to_owned(), (*c).to_owned(), (*q).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn keys_lead_with_the_msp() {
    let (_db, client) = catalogue().await;
    none(
        &client,
        "no primary key",
        &format!("SELECT relname::text FROM ({}) t WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = t.oid AND c.contype = 'p')", tenant_tables()),
    )
    .await;
    none(
        &client,
        "a unique index that does not begin with msp_id tells one MSP what another one has",
        &format!(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN ({}) t ON t.oid = i.indrelid
             WHERE i.indisunique AND (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = i.indkey[0]) IS DISTINCT FROM 'msp_id'",
            tenant_tables()
        ),
    )
    .await;
    none(
        &client,
        "a foreign key that does not pair msp_id with msp_id could point at another MSP's row",
        &format!(
            "SELECT c.conname::text FROM pg_constraint c JOIN ({0}) t ON t.oid = c.confrelid WHERE c.contype = 'f'
             AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) k(here, there)
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.here
                 JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.there
                 WHERE a.attname = 'msp_id' AND b.attname = 'msp_id')",
            tenant_tables()
        ),
    )
    .await;
    none(
        &client,
        "a foreign key without an index makes deleting slow",
        "SELECT c.conname::text FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
         AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
             AND (SELECT array_agg(k ORDER BY k) FROM unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) k)
               = (SELECT array_agg(k ORDER BY k) FROM unnest(c.conkey) k))",
    )
    .await;
}

#[tokio::test]
async fn nothing_else_opens_a_table() {
    let (_db, client) = catalogue().await;
    none(
        &client,
        "views run with their owner's rights: there are none",
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')",
    )
    .await;
    let definers = texts(
        &client,
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1",
    )
    .await;
    assert_eq!(definers, DEFINER_FUNCTIONS.map(|(name, _)| name));
    none(
        &client,
        "definer functions belong to policytab_lookup and fix their search path",
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
         AND (proowner <> 'policytab_lookup'::regrole OR NOT 'search_path=public, pg_temp' = ANY (proconfig))",
    )
    .await;
    none(
        &client,
        "no function is for everybody",
        "SELECT proname::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
         AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) a WHERE a.grantee = 0))",
    )
    .await;
    none(
        &client,
        "triggers run unseen: there are none but PostgreSQL's own",
        "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal",
    )
    .await;
}

#[tokio::test]
async fn roles_have_no_more_than_they_need() {
    let (_db, client) = catalogue().await;
    none(
        &client,
        "no role of the product can get around row security",
        "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'policytab%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)",
    )
    .await;
    none(
        &client,
        "the runtime role owns nothing and is a member of nothing",
        "SELECT relname::text FROM pg_class WHERE relowner = 'policytab_runtime'::regrole
         UNION ALL SELECT proname::text FROM pg_proc WHERE proowner = 'policytab_runtime'::regrole
         UNION ALL SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'policytab_runtime'::regrole",
    )
    .await;
    none(
        &client,
        "policytab_lookup cannot log in",
        "SELECT rolname::text FROM pg_roles WHERE rolname = 'policytab_lookup' AND rolcanlogin",
    )
    .await;
    let columns = texts(
        &client,
        "SELECT c.relname || ': ' || string_agg(a.attname || CASE x.privilege_type WHEN 'SELECT' THEN '' ELSE ' ' || x.privilege_type END, ', ' ORDER BY a.attname)
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) x
         WHERE x.grantee = 'policytab_lookup'::regrole GROUP BY c.relname ORDER BY c.relname",
    )
    .await;
    assert_eq!(columns, LOOKUP_COLUMNS.map(|(table, columns)| format!("{table}: {columns}")));
    let tables = texts(
        &client,
        "SELECT c.relname || ': ' || string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type) FROM pg_class c, aclexplode(c.relacl) x
         WHERE x.grantee = 'policytab_lookup'::regrole GROUP BY c.relname ORDER BY c.relname",
    )
    .await;
    assert_eq!(
        tables,
        [
            "idempotency_keys: DELETE",
            "login_attempts: DELETE, INSERT, SELECT, UPDATE",
            "refresh_tokens: DELETE"
        ]
    );
    none(
        &client,
        "nobody but the owner creates",
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname IN ('policytab_runtime', 'policytab_lookup')
         AND has_schema_privilege(r.oid, 'public', 'CREATE')",
    )
    .await;
    none(
        &client,
        "rights that would get around row security, or set traps",
        "SELECT relname || ': ' || a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
         WHERE c.relnamespace = 'public'::regnamespace AND a.grantee IN ('policytab_runtime'::regrole, 'policytab_lookup'::regrole)
           AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
         UNION ALL SELECT relname || ' for everybody' FROM pg_class c, aclexplode(c.relacl) a
         WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0",
    )
    .await;
    for (table, rights, columns) in IMMUTABLE_TABLES {
        let found = texts(
            &client,
            &format!(
                "SELECT a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = '{table}'::regclass
                 AND a.grantee = 'policytab_runtime'::regrole ORDER BY 1"
            ),
        )
        .await;
        assert_eq!(found, rights, "{table}");
        let found = texts(
            &client,
            &format!(
                "SELECT attname::text FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = '{table}'::regclass
                 AND x.grantee = 'policytab_runtime'::regrole ORDER BY 1"
            ),
        )
        .await;
        assert_eq!(found, columns, "{table}: rights on single columns");
    }
}

/// A second opinion, which was written by somebody who did not know this schema.
#[tokio::test]
async fn an_independent_check_of_the_catalogue_finds_the_exceptions_and_nothing_else() {
    let Some(check) = rls_catalog() else { return };
    let (_db, client) = catalogue().await;
    let mut found = texts(&client, &check).await;
    found.sort();
    assert_eq!(found, rls_catalog_expected());
    // It does find something: a table that is open, as somebody could add it.
    client
        .batch_execute(
            "CREATE TABLE opened (id uuid PRIMARY KEY, name text UNIQUE);
             GRANT SELECT ON opened TO policytab_runtime",
        )
        .await
        .unwrap();
    let found = texts(&client, &check).await;
    for kind in ["table without row security", "tenant key missing or nullable"] {
        assert!(found.contains(&format!("{kind}: opened")), "{found:?}");
    }
}
