//! The audit trail: whatever is done to it in the database is found.

use crate::fixture::{Fixture, audit_entry, fixture, raw};
use policytab_store::{AuditFilter, AuditVerdict, StoreError};
use serde_json::json;
use tokio_postgres::{Client, error::SqlState};

async fn write(f: &Fixture, count: usize) {
    let tasks: Vec<_> = (0..count)
        .flat_map(|_| [f.one, f.two])
        .map(|scope| {
            let store = f.store.clone();
            tokio::spawn(async move {
                store.write(&scope, async |tx| tx.audit(&audit_entry("customer.update")).await).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

async fn first_bad(f: &Fixture) -> Option<i64> {
    let other = f.store.audit_verify(&f.two).await.unwrap();
    assert_eq!(other, AuditVerdict { rows: 20, first_bad: None }, "the other MSP's chain stands by itself");
    f.store.audit_verify(&f.one).await.unwrap().first_bad
}

#[tokio::test]
async fn chains_hold_under_concurrency_and_show_tampering() {
    let f = fixture().await;
    write(&f, 20).await;
    assert_eq!(f.store.audit_verify(&f.one).await.unwrap(), AuditVerdict { rows: 20, first_bad: None });
    let admin = raw(&f.db.superuser_url).await;
    let one = f.one.msp_id();
    admin
        .batch_execute("CREATE TABLE saved AS TABLE audit; CREATE TABLE saved_heads AS TABLE audit_heads")
        .await
        .unwrap();
    let restore = async |admin: &Client| {
        admin
            .batch_execute("TRUNCATE audit, audit_heads; INSERT INTO audit TABLE saved; INSERT INTO audit_heads TABLE saved_heads")
            .await
            .unwrap();
    };
    let mut tampering = vec![
        ("a row is removed", "DELETE FROM audit WHERE msp_id = $ AND seq = 7".to_owned(), 7),
        ("the first row is removed", "DELETE FROM audit WHERE msp_id = $ AND seq = 1".to_owned(), 1),
        ("the end is cut off", "DELETE FROM audit WHERE msp_id = $ AND seq > 15".to_owned(), 16),
        ("all is removed", "DELETE FROM audit WHERE msp_id = $".to_owned(), 1),
        (
            "two rows are swapped",
            "UPDATE audit SET seq = -seq WHERE msp_id = $ AND seq IN (5, 6); UPDATE audit SET seq = 11 + seq WHERE msp_id = $ AND seq < 0"
                .to_owned(),
            5,
        ),
        (
            "a row is inserted",
            "UPDATE audit SET seq = -seq - 1 WHERE msp_id = $ AND seq > 9; UPDATE audit SET seq = -seq WHERE seq < 0;
             INSERT INTO audit SELECT msp_id, 10, at, actor_kind, actor_id, 'Somebody else', action, subject_kind, subject_id,
                 ip, request_id, details, hash FROM audit WHERE msp_id = $ AND seq = 9"
                .to_owned(),
            10,
        ),
    ];
    for (column, value) in [
        ("at", "at + interval '1 microsecond'"),
        ("actor_kind", "'system'"),
        ("actor_id", "NULL"),
        ("actor_name", "'Nobody'"),
        ("action", "'customer.delete'"),
        ("subject_kind", "'user'"),
        ("subject_id", "gen_random_uuid()"),
        ("ip", "NULL"),
        ("request_id", "'other'"),
        ("details", "'{}'"),
        ("hash", "sha256('x')"),
    ] {
        tampering.push((
            "a column is changed",
            format!("UPDATE audit SET {column} = {value} WHERE msp_id = $ AND seq = 12"),
            12,
        ));
    }
    for (what, sql, expected) in tampering {
        admin.batch_execute(&sql.replace('$', &format!("'{one}'"))).await.unwrap();
        assert_eq!(first_bad(&f).await, Some(expected), "{what}: {sql}");
        restore(&admin).await;
        assert_eq!(first_bad(&f).await, None);
    }
}

#[tokio::test]
async fn the_runtime_role_can_only_append() {
    let f = fixture().await;
    write(&f, 1).await;
    let runtime = raw(&f.db.runtime_url).await;
    for sql in [
        "UPDATE audit SET actor_name = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_heads",
    ] {
        let scoped = format!("BEGIN; SET LOCAL app.msp_id = '{}'; {sql}", f.one.msp_id());
        let error = runtime.batch_execute(&scoped).await.expect_err(sql);
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
        runtime.batch_execute("ROLLBACK").await.unwrap();
    }
}

#[tokio::test]
async fn what_is_undone_leaves_no_entry() {
    let f = fixture().await;
    let undone = f
        .store
        .write(&f.one, async |tx| {
            tx.audit(&audit_entry("customer.delete")).await?;
            Err::<(), _>(StoreError::Conflict("undone"))
        })
        .await;
    assert!(undone.is_err());
    write(&f, 1).await;
    assert_eq!(f.store.audit_verify(&f.one).await.unwrap(), AuditVerdict { rows: 1, first_bad: None });
}

#[tokio::test]
async fn the_trail_is_read_newest_first_with_canonical_details() {
    let f = fixture().await;
    write(&f, 5).await;
    let first =
        f.store.read(&f.one, async |tx| tx.audit_list(&AuditFilter::default(), None, 3).await).await.unwrap();
    assert_eq!(first.items.iter().map(|r| r.seq).collect::<Vec<_>>(), [5, 4, 3]);
    let cursor = first.next_cursor.unwrap();
    let rest = f
        .store
        .read(&f.one, async |tx| tx.audit_list(&AuditFilter::default(), Some(&cursor), 3).await)
        .await
        .unwrap();
    assert_eq!((rest.items.iter().map(|r| r.seq).collect::<Vec<_>>(), rest.next_cursor), (vec![2, 1], None));
    assert_eq!(rest.items[0].details, r#"{"a":true,"b":[1,{"a":"ä","z":null}]}"#);
    let found = async |search: &str| {
        let filter = AuditFilter { search: Some(search.to_owned()), ..AuditFilter::default() };
        let page = f.store.read(&f.one, async |tx| tx.audit_list(&filter, None, 10).await).await.unwrap();
        page.items.len()
    };
    let action = rest.items[0].action.clone();
    assert_eq!((found(&action).await, found("%").await, found("nothing like it").await), (5, 0, 0));
    let until = AuditFilter { until: Some(rest.items[0].at), ..AuditFilter::default() };
    let older = f.store.read(&f.one, async |tx| tx.audit_list(&until, None, 10).await).await.unwrap();
    assert_eq!(older.items.iter().map(|row| row.seq).collect::<Vec<_>>(), [1]);
    let parsed: serde_json::Value = serde_json::from_str(&rest.items[0].details).unwrap();
    assert_eq!(parsed, json!({"b": [1, {"z": null, "a": "ä"}], "a": true}));
}
