//! Memberships at their bounds: hidden groups, groups too large to read, counts.

use crate::common::{TENANT, client, credentials, mock};
use policytab_domain::{
    cloud::Cloud,
    snapshot::{ReferenceKind, SnapshotContent},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

const SECOND: &str = "6a0f0000-0000-4000-8000-00000000002b";

/// A tenant with two groups. `members` answers for a group, given the server's origin.
async fn tenant(members: impl Fn(&str, &str) -> Value + Send + Sync + 'static) -> MockServer {
    let server = mock::tenant().await;
    let mut policy = mock::policy(mock::POLICY);
    policy["conditions"]["users"]["includeGroups"] = json!([SECOND]);
    mock::first(&server, "GET", "/beta/identity/conditionalAccess/policies", mock::list(json!([policy])))
        .await;
    let origin = server.uri();
    let answer = move |request: &Request| {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let one = |r: &Value| {
            let url = r["url"].as_str().unwrap();
            let mut answer = match url.strip_prefix("/groups/") {
                Some(rest) => members(&rest[..36], &origin),
                None => json!({"status": 200, "body": mock::inner(url)}),
            };
            answer["id"] = r["id"].clone();
            answer
        };
        let answers: Vec<Value> = asked["requests"].as_array().unwrap().iter().map(one).collect();
        ResponseTemplate::new(200).set_body_json(json!({"responses": answers}))
    };
    Mock::given(method("POST"))
        .and(path("/v1.0/$batch"))
        .respond_with(answer)
        .with_priority(1)
        .mount(&server)
        .await;
    server
}

async fn read(server: &MockServer) -> SnapshotContent {
    client(&server.uri()).snapshot_read(Cloud::Emulator, TENANT.into(), &credentials(), &()).await.unwrap()
}

fn users(from: u128, count: u128) -> Value {
    (from..from + count).map(|n| json!({"id": Uuid::from_u128(n)})).collect()
}

fn of<'a>(read: &'a SnapshotContent, id: &str) -> &'a policytab_domain::snapshot::Membership {
    read.memberships.iter().find(|m| m.kind == ReferenceKind::Group && m.id == id).unwrap()
}

fn refused() -> Value {
    json!({"status": 403, "body": {"error": {"code": "Authorization_RequestDenied"}}})
}

#[tokio::test]
async fn one_hidden_group_hides_itself_alone() {
    let server = tenant(|group, _| match group {
        SECOND => refused(),
        _ => json!({"status": 200, "body": {"@odata.count": 2, "value": users(1, 2)}}),
    })
    .await;
    let read = read(&server).await;
    assert!(of(&read, mock::GROUP).complete && of(&read, mock::GROUP).head_count == 2);
    assert!(!of(&read, SECOND).complete && of(&read, SECOND).members.is_empty());
    assert_eq!(read.unread.len(), 1);
    assert_eq!((read.unread[0].what.as_str(), &read.unread[0].permission), ("memberships", &None));
}

#[tokio::test]
async fn where_all_are_refused_the_permission_is_missing() {
    let server = tenant(|_, _| refused()).await;
    let read = read(&server).await;
    assert!(read.memberships.iter().all(|membership| membership.kind != ReferenceKind::Group));
    assert_eq!(read.unread[0].permission.as_deref(), Some("Directory.Read.All"));
}

/// The second group answers its first page, `count` users strong, with a link to a further one.
async fn paged(count: u64) -> MockServer {
    tenant(move |group, origin| match group {
        SECOND => json!({"status": 200, "body": {
            "@odata.count": count, "value": users(1, 2), "@odata.nextLink": format!("{origin}/v1.0/groups/next?$skiptoken=x"),
        }}),
        _ => json!({"status": 200, "body": {"@odata.count": 0, "value": []}}),
    })
    .await
}

#[tokio::test]
async fn further_pages_are_followed_with_the_same_header() {
    let server = paged(4).await;
    let page = ResponseTemplate::new(200).set_body_json(json!({"value": users(3, 2)}));
    mock::first(&server, "GET", "/v1.0/groups/next", page).await;
    let read = read(&server).await;
    assert_eq!((of(&read, SECOND).members.len(), of(&read, SECOND).complete), (4, true));
    let requests = server.received_requests().await.unwrap();
    let next = requests.iter().find(|request| request.url.path() == "/v1.0/groups/next").unwrap();
    assert_eq!(next.headers.get("consistencylevel").unwrap(), "eventual");
}

#[tokio::test]
async fn a_group_beyond_the_bound_is_counted_and_not_read() {
    let server = paged(100_000).await;
    let read = read(&server).await;
    assert_eq!((of(&read, SECOND).head_count, of(&read, SECOND).complete), (100_000, false));
    assert_eq!(of(&read, SECOND).members.len(), 2, "the first page came along");
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.url.path() != "/v1.0/groups/next"));
}
