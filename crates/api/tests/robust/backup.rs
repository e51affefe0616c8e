//! A backup is restored into an empty server: every row, every right, the audit chain; secrets sealed all the while.

use crate::{
    exceptions::{rls_catalog, rls_catalog_expected},
    harness::{Database, Stage},
    installed::{cluster, programs},
    planted::{absent, contents},
};
use policytab_dev_postgres::bootstrap;
use policytab_test_support::skip;
use serde_json::Value;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    process::Command,
    time::Duration,
};

/// Table by table: how many rows, and a digest of all of them.
async fn digests(stage: &Stage) -> Vec<String> {
    let tables = stage
        .behind
        .rows("SELECT tablename::text AS t FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        .await;
    let mut all = Vec::new();
    for table in tables {
        let table: Value = serde_json::from_str(&table).unwrap();
        let table = table["t"].as_str().unwrap();
        let sql = format!(
            "SELECT '{table}' AS t, count(*) AS rows, md5(coalesce(string_agg(md5(r::text), '' ORDER BY r::text), '')) AS digest
             FROM public.{table} r"
        );
        all.extend(stage.behind.rows(&sql).await);
    }
    all
}

/// Rights and row level security, as the catalogue test of the store reads them.
async fn catalogue(stage: &Stage) -> Vec<String> {
    stage.behind.rows(include_str!("../../../store/tests/store/catalogue.sql")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restored_into_an_empty_server_is_the_same_and_stays_sealed() {
    let bin = match programs() {
        Ok(bin) => bin,
        Err(reason) => return skip("a backup, which takes pg_dump and a server of its version", reason),
    };
    let dir = tempfile::tempdir().unwrap();
    // PostgreSQL's account must pass through when root runs the tests.
    fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
    let first = cluster(&dir.path().join("first"), &bin).await;
    let urls = bootstrap(&first, "policytab").await.unwrap();
    policytab_store::migrate(&urls.owner_url).await.unwrap();
    let superuser_url = first.superuser_url("policytab");
    let database =
        Database { runtime_url: urls.runtime_url.clone(), superuser_url: superuser_url.clone(), _own: None };
    let mut stage = Stage::on(database, &[("POLICYTAB_WORKERS", "1")]).await;

    // Two workspaces, customers that are imported, connected and pending.
    let imported = stage.connected("Imported").await;
    let import = stage.import(&imported).await;
    stage.succeeded(&imported, &import, Duration::from_secs(30)).await;
    stage.connected("Connected").await;
    stage.post("/customers", &serde_json::json!({"display_name": "Pending", "cloud": "global"})).await;
    let minute = Duration::from_secs(60);
    let (status, log) =
        stage.command("admin create-msp --name Second --email owner@second.example", minute).await;
    assert!(status.success(), "{log}");

    // The role that docs/running.md asks for.
    let page = include_str!("../../../../docs/running.md");
    let sql = page.split("```sql\n").find(|part| part.contains("policytab_backup")).unwrap();
    stage.behind.run(&sql.split("```").next().unwrap().replace('…', "of the backup")).await;
    let address = |url: &str, user: &str, password: &str| {
        let (_, rest) = url.split_once('@').unwrap();
        format!("postgres://{user}:{password}@{rest}")
    };
    let file = dir.path().join("backup.pgdump");
    let (to, from) =
        (format!("admin backup --to {}", file.display()), format!("admin restore --from {}", file.display()));
    let refused = async |stage: &Stage, command: &str, why: &str| {
        let (status, log) = stage.command(command, minute).await;
        let last = log.lines().last().unwrap_or_default();
        assert!(!status.success() && last.contains(why), "{command}: {last}");
    };
    refused(&stage, &to, "set POLICYTAB_BACKUP_DATABASE_URL").await;
    stage.setting("POLICYTAB_BACKUP_DATABASE_URL", &urls.runtime_url);
    refused(&stage, &to, "does not see all rows").await;
    stage.setting(
        "POLICYTAB_BACKUP_DATABASE_URL",
        &address(&superuser_url, "policytab_backup", "of%20the%20backup"),
    );
    stage.setting("PG_BIN", "/nowhere");
    refused(&stage, &to, "pg_dump is not installed here").await;
    stage.setting("PG_BIN", bin.to_str().unwrap());

    // Nothing is at work any more: both sides must be the same instant.
    stage.server_kill();
    let (rows, rights) = (digests(&stage).await, catalogue(&stage).await);
    assert!(rows.len() > 25 && rights.len() > 300, "{} tables", rows.len());
    let (status, log) = stage.command(&to, minute).await;
    assert!(status.success(), "{log}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    refused(&stage, &to, "never overwritten").await;
    // The file is compressed: what is searched is what comes out of it.
    let setting = |name: &str| stage.settings.iter().find(|(n, _)| n == name).unwrap().1.clone();
    let secrets = [
        ("the client secret", imported.tenant.client_secret.clone()),
        ("the master key's text", stage.keys().trim().split_once(':').unwrap().1.to_owned()),
        ("the owner's password", setting("POLICYTAB_FIRST_OWNER_PASSWORD")),
        ("the owner's access token", stage.token().to_owned()),
    ];
    let script = Command::new(bin.join("pg_restore")).args(["-f", "-"]).arg(&file).output().unwrap();
    assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
    let script = String::from_utf8_lossy(&script.stdout);
    for known in ["owner@second.example", &imported.tenant.client_id] {
        assert!(script.contains(known), "the search finds nothing: {} bytes", script.len());
    }
    absent(&script, &secrets, "the backup");

    let second = cluster(&dir.path().join("second"), &bin).await;
    let target = second.superuser_url("policytab");
    stage.setting("POLICYTAB_BACKUP_DATABASE_URL", &second.superuser_url("postgres"));
    refused(&stage, &from, "lacks the role(s) policytab_owner, policytab_runtime, policytab_lookup").await;
    let urls = bootstrap(&second, "policytab").await.unwrap();
    stage.setting("POLICYTAB_BACKUP_DATABASE_URL", &target);
    let (status, log) = stage.command(&from, minute).await;
    assert!(status.success(), "{log}");
    refused(&stage, &from, "is not empty").await;

    absent(&contents(&target).await, &secrets, "the restored tables");

    // Without the right key the copy serves, and opens nothing.
    let right = stage.keys();
    stage.keys_set(&right.replace(&right[..12], "key-00000000"));
    stage.setting("POLICYTAB_WORKERS", "0");
    stage.server_on(&urls.runtime_url, &target).await;
    assert_eq!((digests(&stage).await, catalogue(&stage).await), (rows, rights), "the copy differs");
    if let Some(check) = rls_catalog() {
        let rows = stage.behind.rows(&format!("SELECT row FROM ({check}) c(row)")).await;
        let row =
            |text: &String| serde_json::from_str::<Value>(text).unwrap()["row"].as_str().unwrap().to_owned();
        let mut found: Vec<_> = rows.iter().map(row).collect();
        found.sort();
        assert_eq!(found, rls_catalog_expected(), "what protects the copy");
    }
    assert_eq!(stage.readiness().await.1["key_ring"], "unusable");
    let test = format!("/customers/{}/connect/test", imported.id);
    let (status, answer) = stage.call(reqwest::Method::POST, &test, None).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("graph_credentials_unavailable")), "{answer}");
    // With it, everything is as it was.
    stage.keys_set(&right);
    stage.key_ring_is("usable").await;
    stage.post(&test, &Value::Null).await;
    assert_eq!(stage.customer_now(&imported).await["status"], "imported");
    let (status, log) = stage.command("admin verify-audit", minute).await;
    assert!(status.success(), "{log}");
}
