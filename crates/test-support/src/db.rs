//! One database per test.

use std::time::Duration;

use tokio_postgres::{NoTls, error::SqlState};
use url::Url;
use uuid::Uuid;

use crate::shared::{Shared, shared};

/// A database of a test's own, with the product's roles. Dropping it drops the database.
///
/// # Examples
/// ```no_run
/// # async fn example() {
/// let db = policytab_test_support::TestDb::new().await;
/// // connect to db.runtime_url as the product does
/// # }
/// ```
pub struct TestDb {
    /// For `policytab_owner`, who owns the schema.
    pub owner_url: String,
    /// For `policytab_runtime`, bound by row-level security: what the product uses.
    pub runtime_url: String,
    /// For the server's superuser, to look behind the curtain.
    pub superuser_url: String,
    /// The database's name.
    pub name: String,
    admin_url: String,
}

impl TestDb {
    /// A database with all migrations.
    ///
    /// # Panics
    /// With the reason, when there is no server to be had.
    pub async fn new() -> TestDb {
        let shared = shared().await;
        TestDb::create(shared, &format!("TEMPLATE {}", shared.template)).await
    }

    /// A database with the roles and nothing in it, to try migrations on.
    ///
    /// # Panics
    /// As [`TestDb::new`].
    pub async fn unmigrated() -> TestDb {
        TestDb::create(shared().await, "").await
    }

    async fn create(shared: &Shared, template: &str) -> TestDb {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let create = format!("CREATE DATABASE {name} OWNER policytab_owner {template}");
        // Rights on a database are not copied with it.
        let rights = [
            format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC"),
            format!("GRANT CONNECT ON DATABASE {name} TO policytab_runtime"),
        ];
        execute(&shared.superuser_url, [create].iter().chain(&rights))
            .await
            .expect("a database for this test");
        let url = |role: Option<&str>| {
            let mut url = Url::parse(&shared.superuser_url).expect("the superuser's URL");
            url.set_path(&name);
            if let Some(role) = role {
                url.set_username(role).expect("a host");
                url.set_password(Some(&shared.password)).expect("a host");
            }
            url.to_string()
        };
        TestDb {
            owner_url: url(Some("policytab_owner")),
            runtime_url: url(Some("policytab_runtime")),
            superuser_url: url(None),
            admin_url: shared.superuser_url.clone(),
            name,
        }
    }
}

impl Drop for TestDb {
    /// Best effort: the whole server goes at the end of the run.
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let url = self.admin_url.clone();
        // A thread of its own: the test's runtime may be shutting down, and must not be entered twice.
        let dropping = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                let _ = runtime.block_on(execute(&url, [drop].iter()));
            }
        });
        let _ = dropping.join();
    }
}

/// One statement at a time: databases are made and dropped outside transactions only.
async fn execute<'a>(
    url: &str,
    statements: impl Iterator<Item = &'a String>,
) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    for statement in statements {
        let mut patience = 100;
        // The template is busy while the session that migrated it, already closed by its client, ends.
        while let Err(error) = client.batch_execute(statement).await {
            patience -= 1;
            if error.code() != Some(&SqlState::OBJECT_IN_USE) || patience == 0 {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    drop(client);
    let _ = connection.await;
    Ok(())
}
