//! A database seen from outside, before it is backed up or restored into. No row of a tenant is read.

use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Text},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};

/// What a database and the role that asks are.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DatabaseFacts {
    /// The server's major version.
    #[diesel(sql_type = Integer)]
    pub major: i32,
    /// The server's version, in words.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The database.
    #[diesel(sql_type = Text)]
    pub database: String,
    /// The role.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Whether row level security leaves the role alone.
    #[diesel(sql_type = Bool)]
    pub sees_all_rows: bool,
    /// Whether the role may give objects to others.
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Tables, functions and the like that are not PostgreSQL's own.
    #[diesel(sql_type = BigInt)]
    pub objects: i64,
    /// Roles of the product that the server lacks.
    #[diesel(sql_type = Array<Text>)]
    pub missing_roles: Vec<String>,
}

/// Looks at the database.
///
/// # Errors
/// One sentence: it can't be reached, or does not answer.
pub async fn look(url: &str) -> Result<DatabaseFacts, String> {
    let mut conn =
        AsyncPgConnection::establish(url).await.map_err(|e| format!("the database can't be reached: {e}"))?;
    diesel::sql_query(
        "SELECT current_setting('server_version_num')::integer / 10000 AS major,
                current_setting('server_version') AS version,
                current_database()::text AS database, current_user::text AS role,
                r.rolsuper OR r.rolbypassrls AS sees_all_rows, r.rolsuper AS superuser,
                (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema')
                + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS objects,
                ARRAY(SELECT n FROM unnest(ARRAY['policytab_owner', 'policytab_runtime', 'policytab_lookup']) n
                      WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = n)) AS missing_roles
         FROM pg_roles r WHERE r.rolname = current_user",
    )
    .get_result(&mut conn)
    .await
    .map_err(|e| format!("the database does not answer: {e}"))
}
