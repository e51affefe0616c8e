//! Bytes in, bytes out: reading requests, writing answers, and spoiling them on demand.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::http::{StatusCode, header};
use actix_web::rt::net::TcpStream;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use socket2::{SockRef, Socket};

use crate::call::{Body, Call, Reply};
use crate::fault::{DUPLICATE_MARK, FaultKind};

/// Keeps a second handle on the connection, by which it can be cut without an answer.
pub(super) fn remember_socket(connection: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Ok(socket) = SockRef::from(stream).try_clone()
    {
        data.insert(socket);
    }
}

pub(super) fn read(request: &HttpRequest, body: web::Bytes) -> Call {
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let info = request.connection_info();
    Call {
        method: request.method().as_str().to_owned(),
        // As it was sent: actix's own path is partly decoded.
        path: request.uri().path().to_owned(),
        query_string: request.query_string().to_owned(),
        headers,
        body: body.to_vec(),
        origin: format!("{}://{}", info.scheme(), info.host()),
    }
}

pub(super) fn write(reply: Reply) -> HttpResponse {
    let (content_type, bytes) = encode(&reply.body);
    let mut response = head(&reply, content_type);
    if matches!(reply.body, Body::Empty) { response.finish() } else { response.body(bytes) }
}

fn encode(body: &Body) -> (Option<&'static str>, Bytes) {
    match body {
        Body::Empty => (None, Bytes::new()),
        Body::Json(value) => (Some("application/json; charset=utf-8"), Bytes::from(value.to_string())),
        Body::Text(text) => (Some("text/plain"), Bytes::from(text.clone())),
        Body::Bytes { content_type, bytes } => (Some(content_type), Bytes::from(bytes.clone())),
    }
}

fn head(reply: &Reply, content_type: Option<&str>) -> actix_web::HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(content_type) = content_type {
        response.insert_header((header::CONTENT_TYPE, content_type));
    }
    for (name, value) in &reply.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    response
}

/// Writes the answer, spoiled as the fault demands.
pub(super) async fn write_with(
    request: &HttpRequest,
    call: &Call,
    mut reply: Reply,
    fault: Option<FaultKind>,
) -> HttpResponse {
    let Some(fault) = fault else { return write(reply) };
    match fault {
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Reset => {
            if let Some(socket) = request.conn_data::<Socket>() {
                // The client may be gone already; then there is nothing left to cut.
                let _ = socket.shutdown(std::net::Shutdown::Both);
            }
            HttpResponse::InternalServerError().finish()
        }
        FaultKind::Garbage => {
            let garbage = "{\"value\": [ <<< this is no JSON";
            head(&reply, Some("application/json")).body(garbage)
        }
        FaultKind::WrongContentType => {
            let (_, bytes) = encode(&reply.body);
            reply.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            head(&reply, Some("text/html; charset=utf-8")).body(bytes)
        }
        FaultKind::Truncated => {
            let (content_type, bytes) = encode(&reply.body);
            let half = bytes.slice(..bytes.len() / 2);
            let body = stream::iter([Some(half), None]).then(|piece| async move {
                match piece {
                    Some(half) => Ok(half),
                    None => {
                        // Gives the first half time to leave: the break must come in the body, not before the
                        // head.
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
                    }
                }
            });
            plain(head(&reply, content_type)).streaming(body)
        }
        FaultKind::Trickle { interval_ms } => {
            let (content_type, bytes) = encode(&reply.body);
            let interval = Duration::from_millis(interval_ms);
            let body = stream::iter(0..bytes.len()).then(move |at| {
                let byte = bytes.slice(at..=at);
                async move {
                    tokio::time::sleep(interval).await;
                    Ok::<_, std::io::Error>(byte)
                }
            });
            plain(head(&reply, content_type)).streaming(body)
        }
        FaultKind::Inflate { factor } => {
            let (content_type, bytes) = encode(&reply.body);
            let mut body = bytes.to_vec();
            body.resize(bytes.len().saturating_mul(factor.max(1)), b' ');
            plain(head(&reply, content_type)).body(body)
        }
        FaultKind::NextLinkLoop => {
            let link = format!("{}{}", call.origin, call.path_and_query());
            write(with_next_link(reply, &link))
        }
        FaultKind::NextLinkOtherHost => {
            let link = format!("http://graph.example.net{}?$skiptoken=elsewhere", call.path);
            write(with_next_link(reply, &link))
        }
        FaultKind::DuplicatePage => {
            let joint = if call.query_string.is_empty() { "?" } else { "&" };
            let link = format!("{}{}{joint}{DUPLICATE_MARK}=1", call.origin, call.path_and_query());
            write(with_next_link(reply, &link))
        }
        FaultKind::Status { .. } | FaultKind::Aadsts { .. } | FaultKind::Latency { .. } => write(reply),
    }
}

/// Compression would gather the pieces; these answers must leave as they are.
fn plain(mut response: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    response.insert_header((header::CONTENT_ENCODING, "identity"));
    response
}

fn with_next_link(mut reply: Reply, link: &str) -> Reply {
    if let Body::Json(Value::Object(body)) = &mut reply.body
        && body.contains_key("value")
    {
        body.insert("@odata.nextLink".to_owned(), json!(link));
    }
    reply
}
