//! Streams of events: bounded, and looked at again while they last.

use crate::{
    harness::{Answer, Stage, eventually, text},
    overload::bound,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Duration;

async fn follow(stage: &Stage, token: &str) -> Response {
    let request = stage.http.get(format!("{}/api/v1/events", stage.base)).bearer_auth(token);
    request.timeout(Duration::from_secs(120)).send().await.unwrap()
}

/// Whether the server has ended the stream within this time.
async fn ends(mut stream: Response, within: Duration) -> bool {
    let reading = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(within, reading).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_its_reader_may_not_read_any_more() {
    let stage = Stage::with(&[("POLICYTAB_EVENT_RECHECK_SECONDS", "1")]).await;
    let person = json!({"email": "leaving@robust.example", "display_name": "Leaving", "role": "viewer",
        "password": "correct horse battery staple"});
    let user = stage.post("/users", &person).await;
    let login = json!({"email": person["email"], "password": person["password"]});
    let session = stage.post("/auth/login", &login).await;
    let wanted = json!({"name": "Revoked soon", "role": "viewer", "expires_in_days": 1});
    let made = stage.post("/api-tokens", &wanted).await;
    let staying = follow(&stage, stage.token()).await;
    let leaving = follow(&stage, text(&session["access_token"])).await;
    let revoked = follow(&stage, text(&made["token"])).await;
    for stream in [&staying, &leaving, &revoked] {
        assert_eq!(stream.status(), 200);
    }
    let removed = stage.call(Method::DELETE, &format!("/users/{}", text(&user["id"])), None).await;
    assert_eq!(removed, (204, Value::Null));
    assert!(ends(leaving, Duration::from_secs(20)).await, "its person is gone");
    let id = text(&made["id"]);
    let ended = stage.call(Method::DELETE, &format!("/api-tokens/{id}"), None).await;
    assert_eq!(ended, (204, Value::Null));
    assert!(ends(revoked, Duration::from_secs(20)).await, "its token is revoked");
    assert!(!ends(staying, Duration::from_secs(3)).await, "others go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_for_one_reader_and_given_back() {
    let stage =
        Stage::with(&[("POLICYTAB_EVENT_STREAMS_PER_ACTOR", "3"), ("POLICYTAB_EVENT_STREAMS", "4")]).await;
    let mut own = Vec::new();
    for _ in 0..3 {
        own.push(follow(&stage, stage.token()).await);
    }
    let request = || stage.http.get(format!("{}/api/v1/events", stage.base));
    let refused = Answer::of(request().bearer_auth(stage.token())).await.unwrap();
    assert_eq!((refused.status, &refused.body["code"]), (429, &"rate_limited".into()));
    assert!(refused.headers.contains_key("retry-after"));
    let wanted = json!({"name": "Another reader", "role": "viewer", "expires_in_days": 1});
    let made = stage.post("/api-tokens", &wanted).await;
    let another = follow(&stage, text(&made["token"])).await;
    assert_eq!(another.status(), 200, "one reader's bound is nobody else's");
    let refused = Answer::of(request().bearer_auth(text(&made["token"]))).await.unwrap();
    assert!(refused.is_overload(), "the server's own bound: {}", refused.body);
    drop(own);
    eventually("the places are free", Duration::from_secs(40), async || {
        (bound(&stage, "used", "event_streams").await == 1).then_some(())
    })
    .await;
    assert_eq!(follow(&stage, stage.token()).await.status(), 200);
}
