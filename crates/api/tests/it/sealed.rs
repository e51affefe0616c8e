//! What is sealed in the database: which columns, that none of it opens in another row, and that a rotation leaves none out.

use crate::{
    recipes::{begun, totp},
    support::{
        app::{PASSWORD, TestApp},
        client::{Answer, Client},
        onboard::at,
    },
};
use policytab_app::rotation;
use policytab_domain::{
    ids::{BaselineId, MspId},
    role::Role,
};
use policytab_graph_sim::Repository;
use policytab_vault::{KeyRing, SealContext, SealedFor, VaultError};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio_postgres::Client as Rows;

/// Every column that holds what the vault sealed for somebody. Check values of master keys are for nobody.
const SEALED: [(&str, &str); 4] = [
    ("baselines", "source_token"),
    ("connections", "sealed_secret"),
    ("idempotency_keys", "body"),
    ("second_factors", "sealed_secret"),
];

/// One workspace with two sealed values or more in each column.
struct Planted {
    customers: [Value; 2],
    baselines: [Value; 2],
    people: [(Role, String); 2],
    answers: Vec<(Client, &'static str, &'static str, Value, Answer)>,
}

async fn kept(who: &Client, path: &str, key: &str, body: &Value) -> Answer {
    who.post(path, body).header("idempotency-key", key).send().await
}

async fn login(app: &TestApp, role: Role, code: &str) -> Answer {
    let body = json!({"email": app.one.person(role).email, "password": PASSWORD, "code": code});
    app.anonymous().post("/api/v1/auth/login", &body).send().await
}

/// Looks at a private source with the token that is kept.
async fn look(app: &TestApp, baseline: &Value) -> Answer {
    let path = format!("/api/v1/baselines/{}/update", baseline["id"].as_str().expect("an id"));
    app.admin().post(&path, &json!({"preview": true})).send().await
}

async fn tested(app: &TestApp, customer: &Value) -> Answer {
    app.admin().post(&at(customer, "/connect/test"), &Value::Null).send().await
}

impl Planted {
    async fn new(app: &TestApp) -> Self {
        let (admin, owner) = (app.admin(), app.owner());
        let one = app.connected(&admin, &app.tenant("good")).await;
        let two = app.connected(&admin, &app.tenant("no-policies")).await;
        let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}}).to_string();
        let mut baselines = Vec::new();
        for name in ["first", "second"] {
            let files = [("p.json".to_owned(), policy.clone())];
            let private = Repository {
                token: Some(format!("ghp_of_{name}")),
                ..Repository::of("fabrikam", name, files)
            };
            app.control().repository_put(private);
            let body =
                json!({"name": name, "url": format!("fabrikam/{name}"), "token": format!("ghp_of_{name}")});
            let made = admin.post("/api/v1/baselines/import/github", &body).send().await.expect_status(201);
            baselines.push(made.json()["baseline"].clone());
        }
        let mut people = Vec::new();
        for role in [Role::Operator, Role::Viewer] {
            let who = app.as_role(&app.one, role);
            let secret = begun(&who).await.expect("a secret");
            let code = json!({"code": totp(&secret, 0)});
            who.post("/api/v1/me/second-factor/confirm", &code).send().await.expect_status(200);
            people.push((role, secret));
        }
        let customer = |name: &str| json!({"display_name": name, "cloud": "emulator"});
        let token = json!({"name": "T", "role": "viewer"});
        let mut answers = Vec::new();
        for (who, path, key, body) in [
            (&admin, "/api/v1/customers", "one", customer("A")),
            (&admin, "/api/v1/customers", "two", customer("B")),
            (&owner, "/api/v1/customers", "one", customer("C")),
            (&admin, "/api/v1/api-tokens", "one", token),
        ] {
            let made = kept(who, path, key, &body).await.expect_status(201);
            answers.push((who.clone(), path, key, body, made));
        }
        let [first, second] = baselines.try_into().expect("two baselines");
        let people = people.try_into().expect("two people");
        Self { customers: [one, two], baselines: [first, second], people, answers }
    }

    /// Everything opens.
    async fn opens(&self, app: &TestApp, step: i64) {
        for customer in &self.customers {
            tested(app, customer).await.expect_status(200);
        }
        for baseline in &self.baselines {
            look(app, baseline).await.expect_status(200);
        }
        for (role, secret) in &self.people {
            login(app, *role, &totp(secret, step)).await.expect_status(200);
        }
        for (who, path, key, body, made) in &self.answers {
            let again = kept(who, path, key, body).await.expect_status(201);
            assert_eq!(again.text(), made.text(), "{path} {key}");
        }
    }
}

/// The values of a column in the order of their rows.
async fn column(rows: &Rows, table: &str, column: &str) -> Vec<(String, Vec<u8>)> {
    let sql =
        format!("SELECT ctid::text, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column}");
    let found = rows.query(&sql, &[]).await.expect("values");
    found.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Each of two rows gets the other's value.
async fn swap(rows: &Rows, table: &str, column: &str, one: &str, other: &str) {
    let sql = format!(
        "UPDATE {table} SET {column} = CASE WHEN {one} THEN (SELECT {column} FROM {table} WHERE {other})
                                            ELSE (SELECT {column} FROM {table} WHERE {one}) END
         WHERE ({one}) OR ({other})"
    );
    assert_eq!(rows.execute(&sql, &[]).await.expect("swapped"), 2, "{one}, {other}");
}

fn named(value: &Value, column: &str) -> String {
    format!("{column} = '{}'", value["id"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_column_holds_what_the_vault_sealed() {
    let app = TestApp::start().await;
    Planted::new(&app).await;
    let rows = app.superuser().await;
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns
                   WHERE table_schema = 'public' AND data_type IN ('bytea', 'text', 'jsonb', 'json')";
    let mut sealed = BTreeSet::new();
    for row in rows.query(columns, &[]).await.expect("columns") {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        // Binary columns show in hexadecimal.
        let holds = format!(
            "SELECT count(*) FROM {table} WHERE {column}::text LIKE '%\"wrapped\":%'
                OR {column}::text LIKE '%{}%'",
            hex::encode("\"wrapped\":")
        );
        if rows.query_one(&holds, &[]).await.expect("a count").get::<_, i64>(0) > 0 {
            sealed.insert((table, column));
        }
    }
    let mut known: BTreeSet<_> = SEALED.map(|(t, c)| (t.to_owned(), c.to_owned())).into();
    known.insert(("master_keys".to_owned(), "check_value".to_owned()));
    assert_eq!(sealed, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_to_another_row_opens_in_none_of_the_columns() {
    let app = TestApp::start().await;
    let planted = Planted::new(&app).await;
    let rows = app.superuser().await;
    let state = async || {
        let mut all = Vec::new();
        for (table, name) in SEALED {
            all.push(column(&rows, table, name).await);
        }
        all
    };

    let [one, two] = &planted.customers;
    let (one_row, two_row) = (named(one, "customer_id"), named(two, "customer_id"));
    swap(&rows, "connections", "sealed_secret", &one_row, &two_row).await;
    let moved = state().await;
    for customer in [one, two] {
        let refused = tested(&app, customer).await;
        let problem = refused.problem(409, "graph_credentials_unavailable");
        assert!(problem["remedy"].as_str().is_some_and(|r| r.contains("client secret")), "{refused}");
    }
    assert!(state().await == moved, "nothing is overwritten");
    swap(&rows, "connections", "sealed_secret", &one_row, &two_row).await;

    let [one, two] = &planted.baselines;
    swap(&rows, "baselines", "source_token", &named(one, "id"), &named(two, "id")).await;
    let moved = state().await.swap_remove(0);
    for baseline in [one, two] {
        let refused = look(&app, baseline).await;
        let problem = refused.problem(422, "validation_failed");
        assert!(
            problem["errors"]["token"].as_str().is_some_and(|t| t.contains("can't be opened")),
            "{refused}"
        );
    }
    let now = state().await.swap_remove(0);
    assert!(now == moved, "nothing is overwritten");
    swap(&rows, "baselines", "source_token", &named(one, "id"), &named(two, "id")).await;

    let of = |role: Role| format!("user_id = '{}'", app.one.person(role).id);
    let [(one, _), (two, _)] = &planted.people;
    swap(&rows, "second_factors", "sealed_secret", &of(*one), &of(*two)).await;
    let moved = state().await.swap_remove(3);
    for (role, _) in &planted.people {
        // Neither one's own code is good, nor that of whose secret it is.
        for (_, secret) in &planted.people {
            login(&app, *role, &totp(secret, 1)).await.problem(503, "unavailable");
        }
    }
    assert!(state().await.swap_remove(3) == moved, "nothing is overwritten");
    swap(&rows, "second_factors", "sealed_secret", &of(*one), &of(*two)).await;

    // An answer to another key, to another person, and of another route.
    let row = |at: usize| {
        let (_, path, key, _, _) = &planted.answers[at];
        let role = if at == 2 { Role::Owner } else { Role::Admin };
        let id = app.one.person(role).id;
        format!("(actor LIKE '%{id}' AND route LIKE '%{path}' AND key = '{key}')")
    };
    for other in 1..planted.answers.len() {
        swap(&rows, "idempotency_keys", "body", &row(0), &row(other)).await;
        let moved = state().await.swap_remove(2);
        for at in [0, other] {
            let (who, path, key, body, _) = &planted.answers[at];
            let refused = kept(who, path, key, body).await;
            let problem = refused.problem(422, "idempotency_conflict");
            assert_eq!(problem["reason"], "answer_unreadable", "{refused}");
        }
        assert!(state().await.swap_remove(2) == moved, "nothing is overwritten");
        swap(&rows, "idempotency_keys", "body", &row(0), &row(other)).await;
    }
    // Back in its place everything opens.
    planted.opens(&app, 1).await;
}

/// Another master key takes over; both are there until the rotation is done.
async fn another_key(app: &TestApp) -> (String, SecretString) {
    let file = app.folder.path().join("vault.keys");
    let old = std::fs::read_to_string(&file).expect("the key file");
    let fresh = KeyRing::fresh_line().expect("a key");
    held(app, &format!("{}\n{old}", fresh.expose_secret())).await;
    (old, fresh)
}

async fn held(app: &TestApp, text: &str) {
    std::fs::write(app.folder.path().join("vault.keys"), text).expect("a key file");
    app.state.app.keyring.refresh(&app.state.app.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_seals_every_column_again() {
    let app = TestApp::start().await;
    let planted = Planted::new(&app).await;
    let rows = app.superuser().await;
    let (old, fresh) = another_key(&app).await;
    let id = old.trim().split_once(':').expect("a key").0.to_owned();
    let with_old = async |table: &str, name: &str| {
        let mark = format!("\"key\":\"{id}\"");
        let all = column(&rows, table, name).await;
        all.iter().filter(|(_, sealed)| String::from_utf8_lossy(sealed).contains(&mark)).count()
    };
    for (table, name) in SEALED {
        assert!(with_old(table, name).await >= 2, "{table}.{name}");
    }
    let rotated = rotation::rotate_keys(&app.state.app).await.expect("a rotation");
    assert_eq!((rotated.rewrapped, rotated.answers), (6, 4), "{rotated:?}");
    assert_eq!((rotated.unreadable, rotated.retired), (0, 1), "{rotated:?}");
    for (table, name) in SEALED {
        assert_eq!(with_old(table, name).await, 0, "{table}.{name}");
    }
    let again = rotation::rotate_keys(&app.state.app).await.expect("a rotation");
    assert_eq!((again.rewrapped, again.current, again.answers), (0, 6, 0), "{again:?}");
    // The new key alone opens all of it.
    held(&app, fresh.expose_secret()).await;
    planted.opens(&app, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_sealed_for_the_workspace_opens_until_a_rotation_binds_it() {
    let app = TestApp::start().await;
    let planted = Planted::new(&app).await;
    let rows = app.superuser().await;
    let msp = MspId::from_uuid(app.one.id);
    let unbound = SealContext { msp, of: SealedFor::Msp, purpose: "github token" };
    let baseline = planted.baselines[0]["id"].as_str().expect("an id").to_owned();
    let of_baseline = SealContext {
        of: SealedFor::Baseline(BaselineId::from_uuid(baseline.parse().expect("a UUID"))),
        ..unbound
    };
    let sealed = app.state.app.keyring.seal(&unbound, &"ghp_of_first".to_owned().into()).expect("sealed");
    let put = format!("UPDATE baselines SET source_token = $1 WHERE id = '{baseline}'");
    rows.execute(&put, &[&sealed]).await.expect("an old row");
    look(&app, &planted.baselines[0]).await.expect_status(200);
    // No change of keys is needed for it.
    let rotated = rotation::rotate_keys(&app.state.app).await.expect("a rotation");
    assert_eq!((rotated.rewrapped, rotated.unreadable), (1, 0), "{rotated:?}");
    let get = format!("SELECT source_token FROM baselines WHERE id = '{baseline}'");
    let now: Vec<u8> = rows.query_one(&get, &[]).await.expect("a row").get(0);
    let keyring = &app.state.app.keyring;
    assert_eq!(keyring.open(&of_baseline, &now).expect("bound").expose_secret(), "ghp_of_first");
    assert!(matches!(keyring.open(&unbound, &now), Err(VaultError::DoesNotOpen)));
    // What somebody has kept of the time before goes with its master key.
    let (_, fresh) = another_key(&app).await;
    rotation::rotate_keys(&app.state.app).await.expect("a rotation");
    held(&app, fresh.expose_secret()).await;
    look(&app, &planted.baselines[0]).await.expect_status(200);
    rows.execute(&put, &[&sealed]).await.expect("an old row");
    look(&app, &planted.baselines[0]).await.problem(422, "validation_failed");
}
