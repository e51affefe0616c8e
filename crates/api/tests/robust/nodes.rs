//! Three servers and three workers on one database: whatever one of them knows, all of them do.

use crate::harness::{Answer, Process, Stage, eventually, free_address, nodes::Node, text};
use futures_util::future::join_all;
use policytab_test_support::TestDb;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// The stage's own server and two more.
async fn three(stage: &Stage) -> (Vec<String>, [Node; 2]) {
    let (second, third) = tokio::join!(stage.node("second"), stage.node("third"));
    (vec![stage.base.clone(), second.base.clone(), third.base.clone()], [second, third])
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_tokens_and_limits_hold_on_every_node() {
    let stage = Stage::new().await;
    let (bases, _nodes) = three(&stage).await;
    let person = json!({"email": "roaming@robust.example", "display_name": "Roaming", "role": "admin",
        "password": "correct horse battery staple"});
    stage.post("/users", &person).await;

    // Signed in here, known there, continued elsewhere; a copied refresh token ends the session everywhere.
    let login = json!({"email": person["email"], "password": person["password"]});
    let post = |base: &str, path: &str| stage.http.post(format!("{base}/api/v1{path}"));
    let begun = Answer::of(post(&bases[0], "/auth/login").json(&login)).await.unwrap();
    assert_eq!(begun.status, 200, "{}", begun.body);
    let me = async |base: &str, token: &str| {
        Answer::of(stage.http.get(format!("{base}/api/v1/me")).bearer_auth(token)).await.unwrap()
    };
    assert_eq!(me(&bases[1], text(&begun.body["access_token"])).await.status, 200);
    let cookie = |answer: &Answer| {
        let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        set.split(';').next().unwrap().to_owned()
    };
    let refresh = async |base: &str, cookie: &str| {
        Answer::of(post(base, "/auth/refresh").header("cookie", cookie)).await.unwrap()
    };
    let first = cookie(&begun);
    let continued = refresh(&bases[1], &first).await;
    assert_eq!(continued.status, 200, "{}", continued.body);
    let second = cookie(&continued);
    let again = refresh(&bases[2], &second).await;
    assert_eq!(me(&bases[0], text(&again.body["access_token"])).await.status, 200);
    assert_eq!(refresh(&bases[0], &first).await.status, 401, "it was used on another node");
    assert_eq!(refresh(&bases[1], &cookie(&again)).await.status, 401, "its whole family has ended");

    // An API token that is revoked on one node is refused on all.
    let wanted = json!({"name": "Script", "role": "viewer", "expires_in_days": 1});
    let made = stage.post("/api-tokens", &wanted).await;
    let statuses = async || join_all(bases.iter().map(|base| me(base, text(&made["token"])))).await;
    assert!(statuses().await.iter().all(|answer| answer.status == 200));
    let id = text(&made["id"]);
    let gone = stage.ask(&bases[2], Method::DELETE, &format!("/api-tokens/{id}"), None).await;
    assert_eq!(gone.status, 204);
    assert!(statuses().await.iter().all(|answer| answer.status == 401));

    // Guesses are counted together.
    let guess = json!({"email": "guessed@robust.example", "password": "wrong, all of them"});
    let mut tried = Vec::new();
    for number in 0..30 {
        let base = &bases[number % bases.len()];
        tried.push(Answer::of(post(base, "/auth/login").json(&guess)).await.unwrap());
    }
    let checked = tried.iter().filter(|answer| answer.status == 401).count();
    assert!(checked <= 20, "{checked} guesses were checked");
    for answer in &tried[20..] {
        assert_eq!((answer.status, &answer.body["code"]), (429, &"rate_limited".into()));
        assert!(answer.headers.contains_key("retry-after"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_sent_to_all_nodes_at_once_has_one_effect_and_one_answer() {
    let stage = Stage::new().await;
    let (bases, _nodes) = three(&stage).await;
    let connected = stage.connected("Asked once").await;
    let import = format!("/customers/{}/import", connected.id);
    let name = json!({"display_name": "Made once", "cloud": "emulator"});
    for (path, body, count) in [
        ("/customers", name, "SELECT count(*) FROM customers WHERE display_name = 'Made once'".to_owned()),
        (
            import.as_str(),
            json!({}),
            format!("SELECT count(*) FROM imports WHERE customer_id = '{}'", connected.id),
        ),
    ] {
        let asked = (0..45).map(|number| {
            let base = &bases[number % bases.len()];
            let request = stage.http.post(format!("{base}/api/v1{path}")).bearer_auth(stage.token());
            Answer::of(request.header("idempotency-key", "the same everywhere").json(&body))
        });
        let answers: Vec<Answer> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
        let different: BTreeSet<_> = answers.iter().map(|a| (a.status, a.body.to_string())).collect();
        assert_eq!(different.len(), 1, "{different:?}");
        assert!(matches!(answers[0].status, 201 | 202), "{}", answers[0].body);
        let replayed = answers.iter().filter(|a| a.headers.contains_key("idempotency-replayed")).count();
        assert_eq!(replayed, 44, "{path}");
        assert_eq!(stage.behind.number(&count).await, 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_done_once_and_heard_of_on_every_node() {
    let stage = Stage::new().await;
    let (bases, _nodes) = three(&stage).await;
    let mut hearing = Vec::new();
    for base in &bases {
        let request = stage.http.get(format!("{base}/api/v1/events")).bearer_auth(stage.token());
        hearing.push(request.send().await.unwrap().error_for_status().unwrap());
    }
    let customers =
        join_all((0..9).map(async |number| stage.connected(&format!("Shared {number}")).await)).await;
    let _workers = ["one", "two", "three"].map(|name| stage.worker(name, 2));
    let mut imports = Vec::new();
    for (number, customer) in customers.iter().enumerate() {
        let path = format!("/customers/{}/import", customer.id);
        let asked = stage.ask(&bases[number % bases.len()], Method::POST, &path, Some(&json!({}))).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        imports.push(text(&asked.body["id"]).to_owned());
    }
    for (customer, import) in customers.iter().zip(&imports) {
        stage.is_whole(customer, import).await;
        // A busy machine may let a lease run out: then the other one's work is what holds.
        assert!(stage.import_now(customer, import).await["attempts"].as_u64().unwrap() <= 2);
    }
    let workers = "SELECT count(*) FROM audit WHERE action = 'import.succeed'";
    assert_eq!(stage.behind.number(workers).await, 9);
    stage.behind.has_no_orphans().await;
    let wanted: BTreeSet<String> = imports.into_iter().collect();
    for (base, stream) in bases.iter().zip(hearing) {
        assert_eq!(heard(stream, &wanted).await, wanted, "{base}");
    }
}

/// Which of these imports a stream tells of.
async fn heard(mut stream: reqwest::Response, wanted: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut all, mut said) = (BTreeSet::new(), String::new());
    let reading = async {
        while all.len() < wanted.len() {
            let Ok(Some(chunk)) = stream.chunk().await else { break };
            said.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((event, rest)) = said.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                let told: Value = data.map(|data| serde_json::from_str(data).unwrap()).unwrap_or_default();
                if let Some(import) = told["import_id"].as_str() {
                    all.insert(import.to_owned());
                }
                said = rest.to_owned();
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_that_start_at_once_on_an_empty_database_make_it_ready_once() {
    let db = TestDb::unmigrated().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let addresses = [(); 3].map(|()| free_address());
    let (public, http) = (format!("http://{}", addresses[0]), Client::builder().no_proxy().build().unwrap());
    let nodes: Vec<Process> = addresses
        .iter()
        .enumerate()
        .map(|(number, address)| {
            let settings = [
                ("DATABASE_URL", db.runtime_url.as_str()),
                ("POLICYTAB_MIGRATION_DATABASE_URL", &db.owner_url),
                ("POLICYTAB_LISTEN", address),
                ("POLICYTAB_PUBLIC_URL", &public),
                ("POLICYTAB_KEY_FILE", &file("vault.keys")),
                ("POLICYTAB_SIGNING_KEY_FILE", &file("signing.pem")),
                ("POLICYTAB_FIRST_MSP", "First"),
                ("POLICYTAB_FIRST_OWNER_EMAIL", "owner@first.example"),
                ("POLICYTAB_FIRST_OWNER_PASSWORD", "correct horse battery staple"),
            ];
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Process::start(&format!("node-{number}"), "serve", folder.path(), &settings)
        })
        .collect();
    for address in &addresses {
        eventually(&format!("{address} is ready"), Duration::from_secs(60), async || {
            let answer = http.get(format!("http://{address}/readyz")).send().await;
            answer.is_ok_and(|answer| answer.status() == 200).then_some(())
        })
        .await;
    }
    let login = json!({"email": "owner@first.example", "password": "correct horse battery staple"});
    let begun = Answer::of(http.post(format!("{public}/api/v1/auth/login")).json(&login)).await.unwrap();
    assert_eq!(begun.status, 200, "one workspace has this owner: {}", begun.body);
    for address in &addresses {
        let me =
            http.get(format!("http://{address}/api/v1/me")).bearer_auth(text(&begun.body["access_token"]));
        assert_eq!(Answer::of(me).await.unwrap().status, 200, "{address} knows the others' key");
    }
    let (client, connection) =
        tokio_postgres::connect(&db.superuser_url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let number = async |sql: &str| client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(number("SELECT count(*) FROM msps").await, 1);
    assert_eq!(number("SELECT count(*) FROM users").await, 1);
    let ran = nodes.iter().filter(|node| !node.log().contains("migrations=0")).count();
    assert_eq!(ran, 1, "one node ran the migrations, the others waited and found nothing to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_on_and_starts_again_on_the_schema_of_its_successor() {
    let stage = Stage::new().await;
    let _worker = stage.worker("old-worker", 2);
    let before = stage.connected("Before the migration").await;
    let first = stage.import(&before).await;
    stage.is_whole(&before, &first).await;
    // What a successor may do: add what the old program does not ask for. All its statements name their columns.
    for table in ["customers", "imports", "import_steps", "snapshots", "reports", "jobs", "audit", "users"] {
        stage.behind.run(&format!("ALTER TABLE {table} ADD COLUMN made_up text")).await;
    }
    stage
        .behind
        .run(
            "CREATE TABLE made_up (msp_id uuid NOT NULL, id uuid, PRIMARY KEY (msp_id, id));
             INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000100')",
        )
        .await;
    assert!(stage.is_ready(&stage.base).await);
    let again = stage.import(&before).await;
    stage.succeeded(&before, &again, Duration::from_secs(30)).await;
    // The old program starts on it as well, until the last of its nodes is replaced.
    let late = stage.node("old-node").await;
    let _late_worker = stage.worker("old-worker-again", 2);
    let name = json!({"display_name": "After the migration", "cloud": "emulator"});
    let made = stage.ask(&late.base, Method::POST, "/customers", Some(&name)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let after = stage.connected("Imported after the migration").await;
    let import = stage.import(&after).await;
    stage.is_whole(&after, &import).await;
    assert!(stage.is_ready(&late.base).await);
}
