//! Heads that do not come to an end, on connections that are new and on those that were served before.

use crate::harness::{Answer, Stage, eventually};
use futures_util::future::join_all;
use policytab_graph_sim::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Long beyond what a busy machine adds to a bound of seconds, and far from "never".
const GENEROUS: Duration = Duration::from_secs(15);

async fn connect(stage: &Stage) -> TcpStream {
    TcpStream::connect(stage.base.trim_start_matches("http://")).await.unwrap()
}

async fn open(stage: &Stage, text: &str) -> TcpStream {
    let mut stream = connect(stage).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// One request and its answer, which leaves the connection open.
async fn served(stream: &mut TcpStream, request: &str, end: &str) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    let mut part = [0; 4096];
    while !said.ends_with(end) {
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "closed after {said}");
        said.push_str(&String::from_utf8_lossy(&part[..count]));
    }
    assert!(said.starts_with("HTTP/1.1 2"), "{said}");
    assert!(!said.contains("connection: close"), "{said}");
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n";
const WELL: &str = "{\"status\":\"ok\"}";

/// What the server says until it closes the connection.
async fn last_words(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut said))
        .await
        .expect("the server closes it");
    String::from_utf8_lossy(&said).into_owned()
}

/// How many heads were refused for this, as the metrics say.
async fn counted(stage: &Stage, why: &str) -> u64 {
    let text = stage.http.get(format!("{}/metrics", stage.base)).send().await.unwrap().text().await.unwrap();
    let begin = format!("policytab_http_heads_refused_total{{why=\"{why}\"}} ");
    let count = text.lines().find_map(|line| line.strip_prefix(&begin));
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("{why}: {text}"))
}

/// Others are served, over and over, for so long.
async fn others(stage: &Stage, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        let asked = (0..4).map(|_| stage.ask(&stage.base, Method::GET, "/customers", None));
        assert!(join_all(asked).await.iter().all(|answer| answer.status == 200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_come_is_given_five_seconds() {
    // With the defaults.
    let stage = Stage::new().await;
    let begun = Instant::now();
    let mut held = Vec::new();
    for number in 0..1000 {
        held.push(match number % 3 {
            0 => connect(&stage).await,
            1 => open(&stage, "GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nX-Slow: ").await,
            _ => open(&stage, "\r\n\r\nGET /").await,
        });
    }
    let opened = Instant::now();
    let ends = join_all(held.into_iter().map(async |stream| {
        let said = last_words(stream).await;
        (said, Instant::now())
    }));
    let (ends, ()) = tokio::join!(ends, others(&stage, Duration::from_secs(4)));
    for (said, at) in ends {
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
        assert!(at - begun >= Duration::from_secs(5), "cut after {:?} at the most", at - begun);
        assert!(at - opened < Duration::from_secs(5) + GENEROUS, "held for {:?}", at - opened);
    }
    let memory = stage.server.resident_mib();
    assert!(memory <= 256, "{memory} MiB");
    // Those that had sent nothing are none.
    assert_eq!(counted(&stage, "late").await, 666);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_served_once_is_not_held_by_a_byte_of_the_next_head() {
    let stage = Stage::with(&[("POLICYTAB_HTTP_HEAD_SECONDS", "2")]).await;
    let mut held = Vec::new();
    for number in 0..200 {
        let mut stream = connect(&stage).await;
        match number % 3 {
            // The byte comes later, with the request before it, or bit by bit.
            0 => served(&mut stream, HEALTH, WELL).await,
            1 => served(&mut stream, &format!("{HEALTH}G"), WELL).await,
            _ => {
                served(&mut stream, HEALTH, WELL).await;
                served(&mut stream, HEALTH, WELL).await;
            }
        }
        held.push((number, stream));
    }
    let begun = Instant::now();
    let ends = join_all(held.into_iter().map(async |(number, mut stream)| {
        if number % 3 != 1 {
            stream.write_all(b"G").await.unwrap();
        }
        if number % 3 == 2 {
            // Until the server has had enough of it.
            let (mut reading, mut writing) = stream.into_split();
            let trickle = async {
                while writing.write_all(b"E").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
            };
            let mut said = String::new();
            tokio::select! {
                () = trickle => {}
                _ = reading.read_to_string(&mut said) => {}
            }
        } else {
            let said = last_words(stream).await;
            assert!(said.starts_with("HTTP/1.1 408"), "{number}: {said}");
        }
        begun.elapsed()
    }));
    let (ends, ()) = tokio::join!(ends, others(&stage, Duration::from_secs(2)));
    let last = ends.into_iter().max().unwrap();
    assert!(last < Duration::from_secs(2) + GENEROUS, "held for {last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_never_cut_for_the_time_of_heads() {
    let settings = [("POLICYTAB_HTTP_HEAD_SECONDS", "1"), ("POLICYTAB_HTTP_IDLE_SECONDS", "6")];
    let stage = Stage::with(&settings).await;
    let longer = Duration::from_secs(3);
    // A stream of events, an answer that takes its time, a body that does, and a connection that is only idle.
    let mut events = stage.events().await;
    let customer = stage.connected("Slow").await;
    stage.fault(&customer, Fault::on("*/token", FaultKind::Latency { ms: 3000 }));
    let (path, body) = (format!("/customers/{}/connect", customer.id), stage.credentials(&customer));
    let slow = stage.call(Method::PUT, &path, Some(&body));
    let trickled = async {
        let mut stream = connect(&stage).await;
        served(&mut stream, HEALTH, WELL).await;
        let body = json!({"display_name": "Trickled", "cloud": "emulator"}).to_string();
        let token = stage.token();
        let length = body.len();
        let head = format!(
            "POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: trickled\r\n\
             Content-Type: application/json\r\nAccept-Encoding: identity\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let (first, second) = body.split_at(10);
        stream.write_all(first.as_bytes()).await.unwrap();
        tokio::time::sleep(longer).await;
        served(&mut stream, second, "}").await;
        // And is good for another one afterwards, also after a while.
        tokio::time::sleep(longer).await;
        served(&mut stream, HEALTH, WELL).await;
        served(&mut stream, &format!("{HEALTH}{HEALTH}"), WELL).await;
    };
    let ((status, answer), ()) = tokio::join!(slow, trickled);
    assert_eq!(status, 200, "{answer}");
    // After two requests at once, with bodies, nobody knows what belongs to which; a slow one is not cut for that.
    let request = |method: &str, path: &str, key: &str, body: &Value| {
        let (body, token) = (body.to_string(), stage.token());
        let length = body.len();
        format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nAccept-Encoding: identity\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let add =
        |name: &str| request("POST", "/customers", name, &json!({"display_name": name, "cloud": "emulator"}));
    let mut stream = connect(&stage).await;
    served(&mut stream, &format!("{}{}", add("One"), add("Two")), "}").await;
    // Both answers may come as one or as two.
    eventually("both are there", GENEROUS, async || {
        let there = "SELECT count(*) FROM customers WHERE display_name IN ('One', 'Two')";
        (stage.behind.number(there).await == 2).then_some(())
    })
    .await;
    stream.write_all(request("PUT", &path, "slow", &body).as_bytes()).await.unwrap();
    let said = last_words(stream).await;
    assert!(said.contains("HTTP/1.1 200"), "{said}");
    stage.post("/customers", &json!({"display_name": "Heard of", "cloud": "emulator"})).await;
    let mut said = String::new();
    while !said.contains("customer_changed") {
        let part = tokio::time::timeout(GENEROUS, events.chunk()).await.unwrap().unwrap();
        said.push_str(&String::from_utf8_lossy(&part.expect("the stream goes on")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_large_is_refused_as_a_problem_however_large_it_is() {
    let stage = Stage::new().await;
    for kib in [17, 40, 100, 127, 129, 1024] {
        for finished in [true, false] {
            let end = if finished { "\r\n\r\n" } else { "" };
            let large = "x".repeat(kib * 1024);
            let text = format!("GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nX-Large: {large}{end}");
            let stream = open(&stage, &text).await;
            let said = last_words(stream).await;
            let what = format!("{kib} KiB, finished: {finished}: {}", &said[..said.len().min(400)]);
            assert!(said.starts_with("HTTP/1.1 413"), "{what}");
            assert!(said.contains("content-type: application/problem+json"), "{what}");
            let body: Value = serde_json::from_str(said.split_once("\r\n\r\n").unwrap().1).unwrap();
            assert_eq!(body["code"], "payload_too_large", "{what}");
            assert_eq!(body["status"], 413, "{what}");
        }
    }
    assert_eq!(counted(&stage, "too_large").await, 12);
    // A head of just the size that is allowed is none of these.
    let text =
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {}\r\n\r\n", "x".repeat(16_200));
    assert!(last_words(open(&stage, &text).await).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_heads_that_never_end_take_no_memory() {
    let stage = Stage::new().await;
    let before = stage.server.resident_mib();
    let large = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Large: {}", "x".repeat(100 * 1024));
    let mut held = Vec::new();
    for _ in 0..1000 {
        held.push(open(&stage, &large).await);
    }
    // As the library would hold it, that were 100 MiB.
    let meanwhile = stage.server.resident_mib();
    assert!(meanwhile < before + 40, "{before} MiB before, {meanwhile} MiB meanwhile");
    others(&stage, Duration::from_secs(1)).await;
    eventually("all are refused", GENEROUS, async || {
        let said = join_all(held.drain(..).map(last_words)).await;
        said.iter().all(|said| said.starts_with("HTTP/1.1 413")).then_some(())
    })
    .await;
}

/// An early answer to a body that is still on the way is heard, and nothing else is said after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_waits_for_is_not_taken_for_a_head() {
    let stage = Stage::new().await;
    let url = format!("{}/api/v1/customers", stage.base);
    for size in [100_usize, 40_000, 300_000] {
        // Without a credential: answered before the body is read.
        let body = "x".repeat(size);
        let answer = Answer::of(stage.http.post(&url).header("content-type", "application/json").body(body));
        assert_eq!(answer.await.unwrap().status, 401, "{size}");
        let head = format!("POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n");
        let mut stream = open(&stage, &head).await;
        let _ = stream.write_all("x".repeat(size).as_bytes()).await;
        let said = last_words(stream).await;
        assert!(said.starts_with("HTTP/1.1 401"), "{size}: {said}");
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{size}: {said}");
    }
}
