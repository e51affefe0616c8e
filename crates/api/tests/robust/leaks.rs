//! Planted secrets are nowhere in clear: not in the database's files and write-ahead log, its tables, a dump, a log at its finest
//! level, an event, and, moments after their use, not in the memory of the process.

use crate::{
    harness::{Database, Stage, text},
    installed::{cluster, programs},
    memory::image,
    planted::{absent, clothed, contents},
};
use policytab_dev_postgres::{Cluster, ClusterConfig, Durability, bootstrap};
use policytab_graph_sim::Repository;
use policytab_test_support::{skip, skip_forbidden};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{
    fs::{self, Permissions},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

const WRONG: &str = "cAn4ry~wrong-secret.value_of/forty+chars";
const PASSWORD: &str = "canary-n3w/password+two?";
const GITHUB: &str = "ghp_cAn4ryOfAPrivateRepository0123456789";

/// What the headers of requests bring, which the HTTP server keeps for the next one: an access token is good for a quarter of an
/// hour and comes with every request; a refresh token that was used is good for nothing but ending its session. All
/// else must be gone moments after its use. While they are used, a client secret and the tokens of Graph and GitHub are there too,
/// and always the keys themselves, though not their files' text.
const MAY_BE_IN_MEMORY: [&str; 2] = ["an access token", "a refresh token that was used"];

/// Names of planted secrets and their values.
type Secrets = Vec<(&'static str, String)>;

/// Everything that carries a secret, once: refused, stored, used, replaced.
async fn use_secrets(stage: &Stage) -> Secrets {
    let tenant = stage.tenant("Leaks");
    let made = stage.post("/customers", &json!({"display_name": "Leaks", "cloud": "emulator"})).await;
    let at = |rest: &str| format!("/customers/{}{rest}", made["id"].as_str().unwrap());
    let body = |secret: &str| json!({"client_id": tenant.client_id, "client_secret": secret, "tenant_hint": tenant.domain});
    // Connections of its own, which end: a proxy would keep its own ones.
    let put = async |secret: &str| stage.call(Method::PUT, &at("/connect"), Some(&body(secret))).await;
    assert_eq!(put(WRONG).await.0, 422);
    assert_eq!(put(&tenant.client_secret).await.0, 200);
    stage.post(&at("/connect/test"), &Value::Null).await;
    let import = stage.post(&at("/import"), &json!({})).await;
    let customer =
        crate::harness::Customer { id: made["id"].as_str().unwrap().to_owned(), tenant: tenant.clone() };
    stage.succeeded(&customer, import["id"].as_str().unwrap(), Duration::from_secs(30)).await;
    let person =
        json!({"email": "leaks@robust.example", "display_name": "L", "role": "viewer", "password": PASSWORD});
    stage.post("/users", &person).await;
    let master = stage.keys().trim().split_once(':').unwrap().1.to_owned();
    let signing = fs::read_to_string(stage.dir.path().join("signing.pem")).unwrap();
    let signing =
        signing.lines().filter(|line| !line.starts_with('-')).max_by_key(|line| line.len()).unwrap();
    let policy = json!({"displayName": "A", "state": "disabled", "conditions": {}}).to_string();
    let rules = Repository::of("leaks", "rules", [("a.json".to_owned(), policy)]);
    stage.control().repository_put(Repository { token: Some(GITHUB.to_owned()), ..rules });
    let source = json!({"name": "Private", "url": "https://github.com/leaks/rules", "token": GITHUB});
    stage.post("/baselines/import/github", &source).await;
    let token = stage.post("/api-tokens", &json!({"name": "Leaks", "role": "viewer"})).await;
    let token = text(&token["token"]).to_owned();
    let mut secrets = sign_in(stage, &token).await;
    secrets.extend([
        ("the wrong client secret", WRONG.to_owned()),
        ("the client secret", tenant.client_secret),
        ("the password", PASSWORD.to_owned()),
        ("the master key's text", master),
        ("the signing key's text", signing.to_owned()),
        ("the GitHub token", GITHUB.to_owned()),
        ("the API token", token),
    ]);
    secrets
}

/// A person signs in, goes on with the session, and sets up a second factor; over connections that end with each answer.
async fn sign_in(stage: &Stage, api_token: &str) -> Secrets {
    let http = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let ask = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        let cookie = answer.headers().get("set-cookie").map(|set| set.to_str().unwrap().to_owned());
        let cookie = cookie.map(|set| set.split(';').next().unwrap().to_owned()).unwrap_or_default();
        let status = answer.status();
        let body = answer.json::<Value>().await.unwrap_or_default();
        assert!(status.is_success(), "{status} {body}");
        (body, cookie)
    };
    let at = |path: &str| format!("{}/api/v1{path}", stage.base);
    ask(http.get(at("/customers")).bearer_auth(api_token)).await;
    let login = json!({"email": "leaks@robust.example", "password": PASSWORD});
    let (_, first) = ask(http.post(at("/auth/login")).json(&login)).await;
    let (session, second) = ask(http.post(at("/auth/refresh")).header("cookie", &first)).await;
    let bearer = text(&session["access_token"]).to_owned();
    let post = |path: &str, body: &Value| http.post(at(path)).bearer_auth(&bearer).json(body);
    let (begun, _) = ask(post("/me/second-factor", &json!({"password": PASSWORD}))).await;
    let seed = text(&begun["secret"]).to_owned();
    let app = totp_rs::Secret::try_from_base32(&seed).unwrap();
    let app = totp_rs::Builder::new().with_secret(app).build().unwrap();
    let code = app.generate(chrono::Utc::now().timestamp().unsigned_abs()).to_string();
    let (confirmed, _) = ask(post("/me/second-factor/confirm", &json!({"code": code}))).await;
    let value = |cookie: String| cookie.split_once('=').unwrap().1.to_owned();
    let mut secrets = vec![
        ("the seed of the second factor", seed),
        ("a refresh token that was used", value(first)),
        ("a refresh token", value(second)),
        ("an access token", bearer),
    ];
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    secrets.extend(codes.iter().map(|code| ("a recovery code", text(code).to_owned())));
    secrets
}

/// Every file below a folder.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&path, into),
            Ok(kind) if kind.is_file() => into.push(path),
            _ => {}
        }
    }
}

/// The secrets that are in these files, by grep, which is fast at it; its pattern file is removed at the end.
fn found(paths: &[PathBuf], secrets: &[(&str, String)], dir: &Path) -> Vec<String> {
    let mut told = Vec::new();
    for (name, secret) in secrets {
        let patterns = dir.join("patterns");
        let mut file = fs::File::create(&patterns).unwrap();
        for form in clothed(secret) {
            writeln!(file, "{form}").unwrap();
        }
        let grep = Command::new("grep")
            .args([
                "--text",
                "--byte-offset",
                "--only-matching",
                "--with-filename",
                "--fixed-strings",
                "--file",
            ])
            .arg(&patterns)
            .arg("--")
            .args(paths)
            .env("LC_ALL", "C")
            .stderr(Stdio::inherit())
            .output()
            .expect("grep");
        fs::remove_file(&patterns).unwrap();
        // Where, but not what.
        for line in String::from_utf8_lossy(&grep.stdout).lines() {
            let place: Vec<_> = line.splitn(3, ':').take(2).collect();
            told.push(format!("{name} is in {}", place.join(" at ")));
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_are_in_no_file_log_dump_event_or_memory() {
    let dir = tempfile::tempdir().unwrap();
    // PostgreSQL's account must pass through when root runs the tests.
    fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
    // A server of pg_dump's version, where there is one.
    let (data_dir, programs) = (dir.path().join("cluster"), programs());
    let cluster = match &programs {
        Ok(bin) => cluster(&data_dir, bin).await,
        Err(_) => {
            let project_root = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
            let durability = Durability::Throwaway;
            Cluster::start(ClusterConfig { data_dir, durability, port: None, project_root }).await.unwrap()
        }
    };
    let urls = bootstrap(&cluster, "policytab").await.unwrap();
    policytab_store::migrate(&urls.owner_url).await.unwrap();
    let superuser_url = cluster.superuser_url("policytab");
    let database =
        Database { runtime_url: urls.runtime_url, superuser_url: superuser_url.clone(), _own: None };
    // The allocator asks for address space in larger pieces else, and the image of the memory has them all.
    let settings =
        [("POLICYTAB_WORKERS", "1"), ("POLICYTAB_LOG", "trace"), ("MIMALLOC_ARENA_RESERVE", "32MiB")];
    let mut stage = Stage::on(database, &settings).await;

    let events = Arc::new(Mutex::new(String::new()));
    let (heard, mut stream) = (Arc::clone(&events), stage.events().await);
    let listening = tokio::spawn(async move {
        while let Ok(Some(bytes)) = stream.chunk().await {
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes));
        }
    });
    let secrets = use_secrets(&stage).await;
    let metrics =
        Client::new().get(format!("{}/metrics", stage.base)).send().await.unwrap().text().await.unwrap();
    absent(&metrics, &secrets, "the metrics");
    let events = events.lock().unwrap().clone();
    assert!(events.contains("import_changed"), "{events}");
    absent(&events, &secrets, "the events");

    let log = stage.server.log();
    assert!(log.contains("TRACE") && log.lines().count() > 300, "the log holds next to nothing");
    absent(&log, &secrets, "the log");

    // While it runs: whatever was freed must be wiped, and what is kept must not hold it.
    listening.abort();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let core = dir.path().join("memory");
    match image(&stage.server, &core) {
        Err(why) => skip_forbidden("the search of the server's memory", why),
        Ok(size) => {
            let known = [("what is known to be there", "POLICYTAB_KEY_FILE".to_owned())];
            assert!(
                !found(std::slice::from_ref(&core), &known, dir.path()).is_empty(),
                "the search finds nothing"
            );
            let kept = std::env::var_os("POLICYTAB_KEEP_CORE").map(PathBuf::from);
            if let Some(kept) = kept {
                fs::copy(&core, kept).unwrap();
            }
            let size = size >> 20;
            let (may, never): (Secrets, Secrets) =
                secrets.iter().cloned().partition(|(name, _)| MAY_BE_IN_MEMORY.contains(name));
            eprintln!(
                "in memory, as they may be: {:?}",
                found(std::slice::from_ref(&core), &may, dir.path())
            );
            let told = found(std::slice::from_ref(&core), &never, dir.path());
            fs::remove_file(&core).unwrap();
            assert!(told.is_empty(), "in {size} MiB of memory:\n{}", told.join("\n"));
            eprintln!("{size} MiB of the server's memory hold none of {} secrets", never.len());
        }
    }

    stage.behind.run("CHECKPOINT").await;
    let folder = stage.behind.rows("SELECT current_setting('data_directory') AS d").await;
    let folder: Value = serde_json::from_str(&folder[0]).unwrap();
    let mut paths = Vec::new();
    files(Path::new(folder["d"].as_str().unwrap()), &mut paths);
    assert!(paths.iter().any(|p| p.parent().unwrap().ends_with("pg_wal")) && paths.len() > 300);
    let planted = [("what is known to be there", "leaks@robust.example".to_owned())];
    let places = found(&paths, &planted, dir.path());
    assert!(
        places.iter().any(|p| p.contains("pg_wal")) && places.iter().any(|p| p.contains("base")),
        "{places:?}"
    );
    assert_eq!(found(&paths, &secrets, dir.path()), Vec::<String>::new());

    // What the files hold compressed, and in as many forms as it has been written.
    let rows = contents(&superuser_url).await;
    assert!(rows.contains("leaks@robust.example"), "the search finds nothing");
    absent(&rows, &secrets, "the tables");

    // The same as a dump has it.
    match programs {
        Err(reason) => skip("the search of a dump, which takes pg_dump and a server of its version", reason),
        Ok(_) => {
            let dump =
                Command::new("pg_dump").args(["--inserts", "--dbname", &superuser_url]).output().unwrap();
            let text = String::from_utf8_lossy(&dump.stdout);
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            assert!(text.contains("leaks@robust.example"));
            absent(&text, &secrets, "the dump");
        }
    }
    assert!(stage.server.is_alive());
}
