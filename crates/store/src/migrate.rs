//! The schema's migrations, built into the program and run as the owner role.

use diesel::{
    QueryableByName,
    migration::MigrationSource,
    pg::Pg,
    sql_types::{Bool, Text},
};
use diesel_async::{
    AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Any number: it only has to be the same on every node, so that two of them don't migrate at once.
const LOCK: i64 = 0x706f_6c69_6379_7462;

/// Why the database was not migrated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// Nobody answers, or not with a session.
    #[error("the database can't be reached with the owner's URL: {0}")]
    Unreachable(String),
    /// Something that an administrator must prepare is not there.
    #[error("{0}")]
    Unprepared(String),
    /// A migration failed; it was rolled back.
    #[error("a migration failed: {0}")]
    Failed(String),
}

/// Brings the database up to date. `owner_url` is the URL of the role that owns the schema. Safe to run on several
/// nodes at once, and from any flavour of the tokio runtime.
///
/// # Errors
/// [`MigrateError`]: roles or rights that are missing are named in one sentence.
pub async fn migrate(owner_url: &str) -> Result<(), MigrateError> {
    on_own_thread(owner_url, Direction::Up).await
}

/// Takes every migration back: an empty database is left. For tests and for nothing else, since all data is lost.
///
/// # Errors
/// [`MigrateError`].
#[doc(hidden)]
pub async fn revert_all(owner_url: &str) -> Result<(), MigrateError> {
    on_own_thread(owner_url, Direction::Down).await
}

/// Runs the next migration that has not run, or takes the last one back. For tests that look at each
/// state between.
///
/// # Errors
/// [`MigrateError`].
#[doc(hidden)]
pub async fn migrate_one(owner_url: &str, back: bool) -> Result<(), MigrateError> {
    on_own_thread(owner_url, if back { Direction::OneDown } else { Direction::OneUp }).await
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
    OneUp,
    OneDown,
}

/// diesel's harness blocks inside the runtime, which only a multi-threaded one allows; so it gets one of its own.
async fn on_own_thread(owner_url: &str, direction: Direction) -> Result<(), MigrateError> {
    let url = owner_url.to_owned();
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|e| MigrateError::Failed(e.to_string()))?;
        runtime.block_on(run(&url, direction))
    })
    .await
    .map_err(|e| MigrateError::Failed(e.to_string()))?
}

async fn run(url: &str, direction: Direction) -> Result<(), MigrateError> {
    let unreachable = |e: diesel::ConnectionError| MigrateError::Unreachable(e.to_string());
    let failed = |e: diesel::result::Error| MigrateError::Failed(e.to_string());
    // The lock's own session: when it goes, the lock goes.
    let mut guard = AsyncPgConnection::establish(url).await.map_err(unreachable)?;
    guard.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).await.map_err(failed)?;
    check(&mut guard).await?;
    let conn = AsyncPgConnection::establish(url).await.map_err(unreachable)?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let done = match direction {
        Direction::Up => harness.run_pending_migrations(MIGRATIONS),
        Direction::Down => harness.revert_all_migrations(MIGRATIONS),
        Direction::OneUp => harness.run_next_migration(MIGRATIONS).map(|version| vec![version]),
        Direction::OneDown => harness.revert_last_migration(MIGRATIONS).map(|version| vec![version]),
    };
    let done = done.map(|versions| versions.len()).map_err(|e| MigrateError::Failed(e.to_string()))?;
    tracing::info!(migrations = done, "database migrated");
    Ok(())
}

#[derive(QueryableByName)]
struct Preparation {
    #[diesel(sql_type = Text)]
    missing_roles: String,
    #[diesel(sql_type = Bool)]
    may_create: bool,
    #[diesel(sql_type = Bool)]
    may_set_lookup: bool,
    #[diesel(sql_type = Text)]
    me: String,
    #[diesel(sql_type = Text)]
    database: String,
}

async fn check(conn: &mut AsyncPgConnection) -> Result<(), MigrateError> {
    let found: Preparation = diesel::sql_query(
        "SELECT coalesce((SELECT string_agg(n, ', ') FROM unnest(ARRAY['policytab_runtime', 'policytab_lookup']) n
                          WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = n)), '') AS missing_roles,
                has_schema_privilege(current_user, 'public', 'CREATE') AS may_create,
                coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles
                          WHERE rolname = 'policytab_lookup'), false) AS may_set_lookup,
                current_user::text AS me, current_database()::text AS database",
    )
    .get_result(conn)
    .await
    .map_err(|e| MigrateError::Failed(e.to_string()))?;
    if !found.missing_roles.is_empty() {
        return Err(MigrateError::Unprepared(format!(
            "the database server lacks the role(s) {}: create them as an administrator first",
            found.missing_roles
        )));
    }
    if !found.may_create {
        return Err(MigrateError::Unprepared(format!(
            "the role {} may not create tables in database {}: make it the database's owner",
            found.me, found.database
        )));
    }
    if !found.may_set_lookup {
        return Err(MigrateError::Unprepared(format!(
            "the role {0} must be a member of policytab_lookup: run `GRANT policytab_lookup TO {0}` as an administrator",
            found.me
        )));
    }
    Ok(())
}

/// Version and full name of each migration of this program, in order.
pub(crate) fn names() -> Result<Vec<(String, String)>, String> {
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|e| e.to_string())?;
    let mut names: Vec<_> =
        migrations.iter().map(|m| (m.name().version().to_string(), m.name().to_string())).collect();
    names.sort();
    Ok(names)
}
