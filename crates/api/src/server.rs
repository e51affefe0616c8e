//! The HTTP server: routes, limits, error forms, the API's description and the SPA on one port.

use crate::{
    config::Config,
    http::{
        bounded::bounded,
        cors,
        fallback::{KnownPaths, fallback},
        limits,
        middleware::outermost,
    },
    metrics::Metrics,
    openapi,
    problem::ApiError,
    routes,
    state::State,
    wire::{self, HeadLimits, Wire},
};
use actix_http::{HttpService, error::DispatchError};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::{AppConfig, Server, ServiceRequest, ServiceResponse},
    error::{PathError, QueryPayloadError},
    middleware::{Compress, Condition, from_fn},
    rt::net::TcpStream,
    web::{self, PathConfig, QueryConfig},
};
use policytab_domain::problem::Problem;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::{future::ready, net::TcpListener, rc::Rc, time::Duration};
use tracing::Span;
use tracing_actix_web::{DefaultRootSpanBuilder, RootSpanBuilder, TracingLogger};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

/// A request's span, with the MSP and the actor once they are known.
struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        tracing_actix_web::root_span!(request, msp.id = tracing::field::Empty, actor = tracing::field::Empty)
    }
    fn on_request_end<B: actix_web::body::MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

/// Serves on a socket that is already bound, so that its port is known.
pub fn serve(
    listener: TcpListener,
    state: web::Data<State>,
    metrics: Metrics,
) -> Result<Server, Box<dyn std::error::Error + Send + Sync>> {
    let document = openapi::document();
    let known = web::Data::new(KnownPaths::new(&document));
    let text = web::Bytes::from(document.to_pretty_json()?);
    let workers = state.config.http_workers.max(1);
    let bounds = state.config.bounds;
    let origins = state.config.cors_origins.clone();
    let refused = metrics.heads_refused();
    let metrics = web::Data::new(metrics);
    let app = move || {
        state.app.store.connect_here();
        let text = text.clone();
        let (app, _) = App::new()
            .app_data(state.clone())
            .app_data(metrics.clone())
            .app_data(known.clone())
            .app_data(PathConfig::default().error_handler(bad_path))
            .app_data(QueryConfig::default().error_handler(bad_query))
            // Before the routes, whose scope takes every address below /api/v1.
            .service(web::resource("/api/v1/openapi.json").to(move || {
                let text = text.clone();
                async move { HttpResponse::Ok().content_type("application/json").body(text) }
            }))
            .into_utoipa_app()
            .configure(routes::configure)
            .split_for_parts();
        app.service(web::redirect("/docs", "/docs/"))
            .service(SwaggerUi::new("/docs/{_:.*}").config(swagger()))
            .default_service(web::to(fallback))
            .wrap(from_fn(bounded))
            .wrap(from_fn(limits::by_address))
            .wrap(Condition::new(!origins.is_empty(), cors::layer(&origins)))
            .wrap(from_fn(outermost))
            .wrap(Compress::default())
            .wrap(TracingLogger::<RequestSpan>::new())
            .wrap(from_fn(wire::follow))
    };
    let heads = HeadLimits { time: bounds.head_time, bytes: bounds.head_bytes };
    let builder = Server::build();
    let last_call = builder.graceful_shutdown_signal();
    let server = builder
        .workers(workers)
        .max_concurrent_connections(bounds.connections.div_ceil(workers))
        .shutdown_timeout(SHUTDOWN.as_secs())
        .disable_signals()
        .listen("http", listener, move || {
            let (last_call, refused) = (last_call.clone(), refused.clone());
            let accept = fn_service(move |io: TcpStream| {
                cut_off_after(&io, bounds.reader_time);
                let peer = io.peer_addr().ok();
                let last_call = last_call.clone();
                let wire = Wire::new(io, heads, refused.clone(), async move { last_call.notified().await });
                ready(Ok::<_, DispatchError>((wire, peer)))
            });
            let app = app().into_factory().map_err(|error: actix_web::Error| error.error_response());
            // Time for heads is the wire's to keep.
            let http = HttpService::build()
                .client_request_timeout(Duration::ZERO)
                .client_disconnect_timeout(Duration::from_secs(1))
                // Who hangs up is answered no more: what was begun for them is dropped, and their place is free.
                .h1_allow_half_closed(false)
                .keep_alive(bounds.idle_time)
                .on_connect_ext(|wire: &Wire, data| {
                    data.insert::<Rc<wire::Line>>(wire.line());
                })
                .h1(map_config(app, |()| AppConfig::default()));
            accept.and_then(http)
        })?
        .run();
    Ok(server)
}

/// How long a server that was stopped may finish what it was asked.
pub const SHUTDOWN: Duration = Duration::from_secs(20);

/// Lets the system end a connection whose other side acknowledges nothing for that long, be it gone or only not
/// reading: an answer or a stream would else be held for it without end.
fn cut_off_after(connection: &TcpStream, time: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) = SockRef::from(connection).set_tcp_user_timeout(Some(time)) {
        tracing::debug!(%error, "a connection can't be bounded in time");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (connection, time);
}

fn swagger() -> utoipa_swagger_ui::Config<'static> {
    utoipa_swagger_ui::Config::from("/api/v1/openapi.json")
        .persist_authorization(false)
        .try_it_out_enabled(true)
}

/// An id in a path that is none names nothing.
fn bad_path(_: PathError, _: &HttpRequest) -> actix_web::Error {
    ApiError::from(Problem::not_found("thing at this address")).into()
}

fn bad_query(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    let text = error.to_string();
    let message = text.strip_prefix("Query deserialize error: ").unwrap_or(&text);
    ApiError::from(Problem::invalid("query", message)).into()
}

/// Binds the configured address, with a sentence for people when that fails.
pub fn bind(config: &Config) -> Result<TcpListener, String> {
    TcpListener::bind(config.listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "port {} is in use by another program: stop it, or choose another port with POLICYTAB_LISTEN",
            config.listen.port()
        ),
        _ => format!("can't listen on {}: {error}", config.listen),
    })
}
