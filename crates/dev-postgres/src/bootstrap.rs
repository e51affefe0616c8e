//! The product's roles and database on a fresh server, from the same SQL that docker-compose's PostgreSQL runs.

use tokio_postgres::{Client, NoTls};
use url::Url;

use crate::{Cluster, ClusterError};

/// Reads its passwords from the settings `bootstrap.owner_password` and `bootstrap.runtime_password`.
const ROLES: &str = include_str!("../../../docker/bootstrap.sql");

/// The addresses of one database for the product's two roles, passwords included: never log them.
#[derive(Clone)]
pub struct Urls {
    /// `policytab_owner`: owns the schema, runs migrations, nothing else.
    pub owner_url: String,
    /// `policytab_runtime`: what server and workers connect as; bound by row-level security.
    pub runtime_url: String,
}

impl std::fmt::Debug for Urls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Urls(..)")
    }
}

/// Makes the roles and `database` on a private cluster, or brings them up to date. Does no migration.
///
/// # Errors
/// [`ClusterError`] for an unusable name and for whatever the server refuses.
pub async fn bootstrap(cluster: &Cluster, database: &str) -> Result<Urls, ClusterError> {
    let passwords = cluster.passwords();
    bootstrap_at(&cluster.superuser_url("postgres"), database, &passwords.owner, &passwords.runtime).await
}

/// The same on any server that `superuser_url` reaches (the database in it is replaced), with passwords given.
///
/// # Errors
/// [`ClusterError`] for an unusable name or address and for whatever the server refuses.
pub async fn bootstrap_at(
    superuser_url: &str,
    database: &str,
    owner_password: &str,
    runtime_password: &str,
) -> Result<Urls, ClusterError> {
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if database.is_empty() || database.len() > 63 || !database.chars().all(usable) {
        return Err(ClusterError::InvalidDatabaseName(database.to_owned()));
    }
    let mut url = Url::parse(superuser_url)?;
    url.set_path("postgres");
    with_client(url.as_str(), async |client| {
        let exists = "SELECT 1 FROM pg_database WHERE datname = $1";
        if client.query_opt(exists, &[&database]).await?.is_none() {
            client.batch_execute(&format!("CREATE DATABASE {database}")).await?;
        }
        Ok(())
    })
    .await?;
    url.set_path(database);
    with_client(url.as_str(), async |client| {
        let set = "SELECT set_config('bootstrap.owner_password', $1, false), \
                   set_config('bootstrap.runtime_password', $2, false)";
        client.query(set, &[&owner_password, &runtime_password]).await?;
        client.batch_execute(ROLES).await
    })
    .await?;

    let for_role = |role: &str, password: &str| {
        let mut url = url.clone();
        // A postgres:// address has a host, which is all that these two ask for.
        let _ = url.set_username(role);
        let _ = url.set_password(Some(password));
        url.to_string()
    };
    Ok(Urls {
        owner_url: for_role("policytab_owner", owner_password),
        runtime_url: for_role("policytab_runtime", runtime_password),
    })
}

async fn with_client(
    url: &str,
    work: impl AsyncFnOnce(&Client) -> Result<(), tokio_postgres::Error>,
) -> Result<(), ClusterError> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.map_err(ClusterError::database("accept the superuser"))?;
    let connection = tokio::spawn(connection);
    let result = work(&client).await;
    drop(client);
    // Ends by itself now that the client is gone; waiting keeps CREATE DATABASE .. TEMPLATE from meeting the session.
    let _ = connection.await;
    result.map_err(ClusterError::database("set up roles and database"))
}
