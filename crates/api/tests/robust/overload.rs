//! More is asked than a server can do, or asked by callers who never finish.

use crate::harness::{Answer, Stage, eventually};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

/// What `/metrics` says of a bound, by the metric's last word: `used`, `limit`, `refused_total`.
pub(crate) async fn bound(stage: &Stage, word: &str, bound: &str) -> i64 {
    let text = stage.http.get(format!("{}/metrics", stage.base)).send().await.unwrap().text().await.unwrap();
    let line = format!("policytab_bound_{word}{{bound=\"{bound}\"}} ");
    let value =
        text.lines().find_map(|l| l.strip_prefix(&line)).unwrap_or_else(|| panic!("no {line} in {text}"));
    value.parse().unwrap()
}

async fn health(stage: &Stage) {
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = stage.http.get(format!("{}{path}", stage.base)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn past_its_capacity_a_server_refuses_the_rest_and_stays_healthy() {
    let settings = [("POLICYTAB_HTTP_REQUESTS", "6"), ("POLICYTAB_HTTP_WAITING", "3")];
    let stage = Stage::with(&settings).await;
    let mut slow = Vec::new();
    for number in 0..6 {
        let customer = stage.connected(&format!("Slow {number}")).await;
        stage.fault(&customer, Fault::on("*/token", FaultKind::Latency { ms: 6000 }));
        slow.push(customer);
    }
    let paths: Vec<_> = slow
        .iter()
        .map(|customer| (format!("/customers/{}/connect", customer.id), stage.credentials(customer)))
        .collect();
    let working = join_all(paths.iter().map(|(path, body)| stage.call(Method::PUT, path, Some(body))));
    let others = async {
        eventually("all places are taken", Duration::from_secs(5), async || {
            (bound(&stage, "used", "requests").await == 6).then_some(())
        })
        .await;
        let asked = (0..40).map(|_| stage.ask(&stage.base, Method::GET, "/customers", None));
        let refused: Vec<Answer> = join_all(asked).await;
        // None was answered by waiting for the slow ones: three waited for their second, the rest for nothing.
        assert!(refused.iter().all(Answer::is_overload), "{refused:?}");
        assert_eq!(bound(&stage, "used", "requests").await, 6, "the slow ones are still at it");
        assert_eq!(bound(&stage, "used", "requests_waiting").await, 0);
        assert_eq!(bound(&stage, "refused_total", "requests").await, 40);
        health(&stage).await;
    };
    let (answers, ()) = tokio::join!(working, others);
    for (status, answer) in answers {
        assert_eq!(status, 200, "what was let in is answered: {answer}");
    }
    stage.get("/customers").await;
    assert_eq!(bound(&stage, "used", "requests").await, 0, "every place is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_msp_leaves_room_for_the_others() {
    let stage =
        Stage::with(&[("POLICYTAB_HTTP_REQUESTS", "8"), ("POLICYTAB_HTTP_REQUESTS_PER_MSP", "4")]).await;
    let other = stage.another_msp().await;
    let customer = stage.connected("Slow").await;
    stage.fault(&customer, Fault::on("*/token", FaultKind::Latency { ms: 4000 }));
    let (path, body) = (format!("/customers/{}/connect", customer.id), stage.credentials(&customer));
    let working = join_all((0..4).map(|_| stage.call(Method::PUT, &path, Some(&body))));
    let others = async {
        eventually("the share is used up", Duration::from_secs(5), async || {
            (bound(&stage, "used", "requests_per_msp").await == 4).then_some(())
        })
        .await;
        let refused = stage.ask(&stage.base, Method::GET, "/customers", None).await;
        assert_eq!((refused.status, &refused.body["code"]), (429, &"rate_limited".into()));
        assert!(refused.headers.contains_key("retry-after"));
        let foreign = stage.http.get(format!("{}/api/v1/customers", stage.base)).bearer_auth(&other);
        assert_eq!(Answer::of(foreign).await.unwrap().status, 200, "nobody else is held up");
    };
    let (answers, ()) = tokio::join!(working, others);
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    stage.get("/customers").await;
    assert_eq!(bound(&stage, "used", "requests_per_msp").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_hang_up_give_their_places_back() {
    let settings = [("POLICYTAB_HTTP_REQUESTS", "4"), ("POLICYTAB_HTTP_WAITING", "2")];
    let stage = Stage::with(&settings).await;
    let customer = stage.connected("Impatient").await;
    stage.fault(&customer, Fault::on("*/token", FaultKind::Hang));
    let (path, body) = (format!("/customers/{}/connect", customer.id), stage.credentials(&customer));
    for _ in 0..3 {
        let gone = (0..4).map(|_| {
            let asked = stage.call(Method::PUT, &path, Some(&body));
            tokio::time::timeout(Duration::from_millis(400), asked)
        });
        join_all(gone).await;
    }
    eventually("the places are free", Duration::from_secs(10), async || {
        (bound(&stage, "used", "requests").await == 0).then_some(())
    })
    .await;
    stage.get("/customers").await;
}

async fn open(stage: &Stage, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(stage.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// What the server has said until it closed the connection.
async fn last_words(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let reading = stream.read_to_end(&mut said);
    let _ = tokio::time::timeout(Duration::from_secs(60), reading).await.expect("the server closes it");
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_callers_who_never_finish_hold_up_nobody() {
    let stage = Stage::with(&[
        ("POLICYTAB_HTTP_REQUESTS", "16"),
        ("POLICYTAB_HTTP_WAITING", "16"),
        // They are to be there all the time; what the default does to them is tried in `heads`.
        ("POLICYTAB_HTTP_HEAD_SECONDS", "20"),
        ("POLICYTAB_HTTP_BODY_SECONDS", "6"),
        ("POLICYTAB_EVENT_STREAMS_PER_ACTOR", "300"),
    ])
    .await;
    let customer = stage.connected("Among them").await;
    let mut heads = Vec::new();
    for _ in 0..400 {
        heads.push(open(&stage, "GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nX-Slow: ").await);
    }
    let login = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{";
    let mut bodies = Vec::new();
    for _ in 0..300 {
        bodies.push(open(&stage, login).await);
    }
    let follow =
        format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", stage.token());
    let mut streams = Vec::new();
    for _ in 0..300 {
        streams.push(open(&stage, &follow).await);
    }
    eventually("all streams are open", Duration::from_secs(20), async || {
        (bound(&stage, "used", "event_streams").await == 300).then_some(())
    })
    .await;
    // Others, with bodies and without, are all answered; none is told to come again.
    for round in 0..20 {
        let read = (0..8).map(|_| stage.ask(&stage.base, Method::GET, "/customers", None));
        for answer in join_all(read).await {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        let name = json!({"display_name": format!("Added meanwhile {round}"), "cloud": "emulator"});
        stage.post("/customers", &name).await;
    }
    stage.customer_now(&customer).await;
    health(&stage).await;
    let ours = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'policytab_runtime'";
    // The pool's, the listener's, and those of who watches: for signs of life, and for figures.
    assert!(stage.behind.number(ours).await <= 16 + 3, "nobody who waits holds a connection");
    let idle =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    assert_eq!(stage.behind.number(idle).await, 0);
    let memory = stage.server.resident_mib();
    eprintln!("1,000 unfinished requests: the server holds {memory} MiB");
    assert!(memory <= 256, "{memory} MiB");
    for head in join_all(heads.into_iter().map(last_words)).await {
        assert!(head.starts_with("HTTP/1.1 408"), "{head}");
    }
    for body in join_all(bodies.into_iter().map(last_words_of_body)).await {
        assert!(body.starts_with("HTTP/1.1 422") && body.contains("did not arrive in time"), "{body}");
    }
    assert_eq!(bound(&stage, "used", "event_streams").await, 300, "streams have no end of their own");
    drop(streams);
    eventually("the streams' places are free", Duration::from_secs(45), async || {
        (bound(&stage, "used", "event_streams").await == 0).then_some(())
    })
    .await;
    assert_eq!(bound(&stage, "used", "body_bytes").await, 0);
    assert_eq!(bound(&stage, "used", "requests").await, 0);
}

async fn last_words_of_body(mut stream: TcpStream) -> String {
    let mut said = vec![0; 4096];
    let reading = async {
        let mut length = 0;
        while !String::from_utf8_lossy(&said[..length]).contains("did not arrive") {
            match stream.read(&mut said[length..]).await {
                Ok(0) | Err(_) => break,
                Ok(more) => length += more,
            }
        }
        length
    };
    let length = tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the server answers");
    String::from_utf8_lossy(&said[..length]).into_owned()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_is_cut_off() {
    let stage = Stage::with(&[("POLICYTAB_HTTP_READER_SECONDS", "2")]).await;
    let socket = TcpSocket::new_v4().unwrap();
    // So small that the answer can't wait in the system's hands.
    socket.set_recv_buffer_size(4096).unwrap();
    let address = stage.base.trim_start_matches("http://").parse().unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let asked = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n";
    stream.write_all(asked.as_bytes()).await.unwrap();
    let port = stream.local_addr().unwrap().port();
    eventually("the connection is gone", Duration::from_secs(40), async || {
        (!established(port)).then_some(())
    })
    .await;
    let mut taken = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut taken)).await.unwrap();
    assert!(read.is_err(), "{} bytes and an orderly end", taken.len());
}

/// Whether the server's end of a connection from this port is still open, as the system lists it.
#[cfg(target_os = "linux")]
fn established(port: u16) -> bool {
    let all = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let remote = format!("0100007F:{port:04X}");
    all.lines().any(|line| line.split_whitespace().nth(2) == Some(&remote))
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_bodies_and_lists_that_are_too_large_are_refused_in_words() {
    let stage = Stage::with(&[("POLICYTAB_HTTP_BODY_MIB", "2")]).await;
    let url = format!("{}/api/v1/customers", stage.base);
    let head = stage.http.get(&url).bearer_auth(stage.token()).header("x-large", "x".repeat(17 * 1024));
    let answer = Answer::of(head).await.unwrap();
    assert_eq!((answer.status, &answer.body["code"]), (413, &"payload_too_large".into()));
    let refused = async |body: String| {
        let request =
            stage.http.post(&url).bearer_auth(stage.token()).header("content-type", "application/json");
        Answer::of(request.body(body)).await.unwrap()
    };
    let list = format!("{{\"display_name\": [{}]}}", vec!["0"; 10_001].join(","));
    for (body, said) in [(list, "10000 items"), ("[".repeat(1000), "nested too deeply")] {
        let answer = refused(body).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body["detail"].as_str().unwrap().contains(said), "{}", answer.body);
    }
    // Uploads share two MiB here, so one of three finds no room.
    let url = format!("{}/api/v1/baselines/import/files", stage.base);
    let file =
        json!({"name": "Large", "files": [{"path": "a.json", "content": " ".repeat(3 * 1024 * 1024)}]});
    let upload = stage.http.post(&url).bearer_auth(stage.token()).json(&file);
    let answer = Answer::of(upload).await.unwrap();
    assert!(answer.is_overload(), "{}", answer.body);
    assert_eq!(bound(&stage, "refused_total", "body_bytes").await, 1);
    assert_eq!(bound(&stage, "used", "body_bytes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn few_connections_to_the_database_serve_many_and_the_rest_is_told_in_time() {
    let stage =
        Stage::with(&[("POLICYTAB_DATABASE_CONNECTIONS", "2"), ("POLICYTAB_DATABASE_WAITING", "10")]).await;
    stage.behind.run("BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE").await;
    let asked = (0..60).map(|_| stage.ask(&stage.base, Method::GET, "/customers", None));
    let unlocking = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        health(&stage).await;
        stage.behind.run("COMMIT").await;
    };
    let (answers, ()) = tokio::join!(join_all(asked), unlocking);
    let (served, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    // Two held the connections; whoever waited had the time to be told, and the others found no place to wait.
    assert_eq!(served.len(), 2);
    assert_eq!(refused.len(), 58);
    for answer in &refused {
        assert_eq!((answer.status, &answer.body["code"]), (503, &"unavailable".into()));
        assert!(answer.headers.contains_key("retry-after"));
    }
    // Who opens a connection waits for it too.
    let at_once = bound(&stage, "refused_total", "database_waiting").await;
    let overload = refused.iter().filter(|answer| answer.is_overload()).count();
    assert_eq!(i64::try_from(overload).ok(), Some(at_once), "who waited in vain is told of the database");
    assert!((48..=50).contains(&at_once), "{at_once} found no place to wait");
    stage.get("/customers").await;
}
