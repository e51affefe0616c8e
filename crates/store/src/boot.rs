//! What a server checks before it serves: that the role it runs as cannot get around row level security, and that
//! the database is as new as the program.

use crate::migrate;
use diesel::{
    QueryableByName,
    sql_types::{Bool, Integer, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Why the store refused to start. Each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BootError {
    /// The URL can't be parsed.
    #[error("the database URL is not a valid PostgreSQL URL")]
    InvalidUrl,
    /// Nobody answers, or not with a session.
    #[error("the database can't be reached: {0}")]
    Unreachable(String),
    /// Too old for what the schema uses.
    #[error("PostgreSQL 15 or newer is needed, this server is {0}")]
    ServerTooOld(String),
    /// Row level security does not apply to superusers.
    #[error(
        "the role {0:?} is a superuser, which row level security does not bind: use the role policytab_runtime"
    )]
    Superuser(String),
    /// Row level security does not apply to it.
    #[error(
        "the role {0:?} has BYPASSRLS, so row level security does not bind it: use the role policytab_runtime"
    )]
    BypassRls(String),
    /// It could switch row level security off.
    #[error("the role {0:?} owns tables, or is a member of a role that does: use the role policytab_runtime")]
    OwnsTables(String),
    /// The database is older than the program.
    #[error("the database lacks {} migration(s), {} first: run `policytab migrate` with the owner's URL", .0.len(), .0[0])]
    MissingMigrations(Vec<String>),
    /// The check itself failed.
    #[error("the database's set-up could not be checked: {0}")]
    Check(String),
}

#[derive(QueryableByName)]
struct RoleFacts {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    superuser: bool,
    #[diesel(sql_type = Bool)]
    bypass: bool,
    #[diesel(sql_type = Bool)]
    owns: bool,
    #[diesel(sql_type = Bool)]
    migrated: bool,
    #[diesel(sql_type = Integer)]
    server: i32,
    #[diesel(sql_type = Text)]
    server_text: String,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

pub(crate) async fn check(conn: &mut AsyncPgConnection) -> Result<(), BootError> {
    let failed = |e: diesel::result::Error| BootError::Check(e.to_string());
    // Membership counts as ownership: SET ROLE would be enough. Superusers are members of everything, so they are
    // told apart before.
    let facts: RoleFacts = diesel::sql_query(
        "SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypass,
                EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                        AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
                OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                        AND p.prosecdef AND pg_has_role(r.oid, p.proowner, 'MEMBER')) AS owns,
                to_regclass('public.__diesel_schema_migrations') IS NOT NULL AS migrated,
                current_setting('server_version_num')::integer AS server,
                current_setting('server_version') AS server_text
         FROM pg_roles r WHERE r.rolname = current_user",
    )
    .get_result(conn)
    .await
    .map_err(failed)?;
    if facts.server < 150_000 {
        return Err(BootError::ServerTooOld(facts.server_text));
    }
    if facts.superuser {
        return Err(BootError::Superuser(facts.name));
    }
    if facts.bypass {
        return Err(BootError::BypassRls(facts.name));
    }
    if facts.owns {
        return Err(BootError::OwnsTables(facts.name));
    }
    let applied: Vec<Applied> = if facts.migrated {
        diesel::sql_query("SELECT version::text AS version FROM public.__diesel_schema_migrations")
            .load(conn)
            .await
            .map_err(failed)?
    } else {
        Vec::new()
    };
    // A database that is newer is fine: during a deployment the old program still runs.
    let missing: Vec<String> = migrate::names()
        .map_err(BootError::Check)?
        .into_iter()
        .filter(|(version, _)| !applied.iter().any(|a| a.version == *version))
        .map(|(_, name)| name)
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(BootError::MissingMigrations(missing)) }
}
