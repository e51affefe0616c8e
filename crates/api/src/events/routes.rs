//! `GET /events`: says what changed, so that screens ask again. Carries no data of its own.

use crate::{
    auth::{
        extract::{Authed, Lasting},
        perm,
    },
    problem::{ApiError, ApiResult},
    state::State,
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, ContentEncoding},
    web,
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use policytab_app::sessions;
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{EventKind, Notice};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// A line of life for proxies, and the moment at which a dead reader is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The longest that a stream lives, so that a node that comes back is found again by those who left it.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOut {
    /// `customer_changed`, `import_changed`, `baseline_changed`; `resync` when events may have been missed.
    pub kind: String,
    /// The customer, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Uuid>,
    /// The import, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<Uuid>,
}

/// Others can be reached: a reader that comes back after a moment finds one of them.
fn stopping() -> ApiError {
    let mut problem = Problem::new(ProblemCode::Unavailable, "This server is stopping.");
    problem.retry_after = Some(2);
    problem.into()
}

/// One server-sent event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventFrame {
    /// Its name.
    #[schema(pattern = "^change$")]
    pub event: String,
    /// An `EventOut` as JSON.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

/// Follows what changes in the workspace, as server-sent events named `change`.
#[utoipa::path(
    tag = "fleet",
    responses((status = 200, description = "A stream of events; `data` of each is an `EventOut`.", body = EventFrame,
        content_type = "text/event-stream"))
)]
#[get("/events")]
pub async fn event_stream(
    who: Authed<perm::SessionRead>,
    state: web::Data<State>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    if *state.stopped.borrow() {
        return Err(stopping());
    }
    let place = state.bounds.stream(&format!("{}:{}", who.kind.as_str(), who.id))?;
    let credential = Lasting::of(&request)?;
    let msp = who.scope.msp_id();
    let mut notices = state.app.store.listen();
    let mut stopped = state.stopped.clone();
    let stream = async_stream::stream! {
        let _place = place;
        yield Ok::<_, actix_web::Error>(Bytes::from_static(b"retry: 2000\n: connected\n\n"));
        let end = tokio::time::Instant::now() + LIFETIME;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        let mut recheck = tokio::time::interval_at(
            tokio::time::Instant::now() + state.bounds.recheck(),
            state.bounds.recheck(),
        );
        loop {
            let notice = tokio::select! {
                () = tokio::time::sleep_until(end) => break,
                _ = stopped.changed() => break,
                _ = heartbeat.tick() => {
                    yield Ok(Bytes::from_static(b": still here\n\n"));
                    continue;
                }
                _ = recheck.tick() => match credential.holds(&state).await {
                    Ok(false) => break,
                    // Unknown while the database is away: nothing is to be told from it then either.
                    Ok(true) | Err(_) => continue,
                },
                notice = notices.next() => notice,
            };
            let event = match notice {
                None => break,
                Some(Notice::Event { msp_id, kind, customer_id, import_id }) if msp_id == msp => EventOut {
                    kind: match kind {
                        EventKind::CustomerChanged => "customer_changed",
                        EventKind::ImportChanged => "import_changed",
                        EventKind::BaselineChanged => "baseline_changed",
                    }.to_owned(),
                    customer_id: customer_id.map(|id| id.as_uuid()),
                    import_id: import_id.map(|id| id.as_uuid()),
                },
                Some(Notice::Reconnected) => {
                    EventOut { kind: "resync".to_owned(), customer_id: None, import_id: None }
                }
                // Perhaps it was this one that ended: the database is asked, whatever is remembered of the token.
                Some(Notice::Sessions { msp_id }) if msp_id == msp => {
                    let Some(user) = who.user_id else { continue };
                    match sessions::standing(&state.app, &who.scope, user, who.session).await {
                        Ok(Some(now)) if now.second_factor || !now.second_factor_required => continue,
                        Ok(_) => break,
                        Err(_) => continue,
                    }
                }
                Some(Notice::Event { .. } | Notice::Sessions { .. } | Notice::Jobs) => continue,
            };
            let data = serde_json::to_string(&event).unwrap_or_default();
            yield Ok(Bytes::from(format!("event: change\ndata: {data}\n\n")));
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // Compressing would hold events back until a block is full.
        .insert_header(ContentEncoding::Identity)
        // Proxies that buffer would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream))
}
