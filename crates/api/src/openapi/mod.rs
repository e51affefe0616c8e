//! The API's description, made from the routes themselves.

mod parameters;
mod problems;

use crate::{events::routes::EventOut, problem::ProblemBody, routes};
use actix_web::App;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, Server,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt as _;

/// Operations that need no credential. Everything else needs one.
pub const PUBLIC: &[&str] = &[
    "session_login",
    "session_refresh",
    "session_logout",
    "jwks_fetch",
    "problem_fetch",
    "healthz",
    "readyz",
    "metrics",
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Policytab API",
        description = "Onboards Microsoft Entra tenants of an MSP's customers and keeps their Conditional Access in order.\n\n\
            Errors are `application/problem+json` with a stable `code`. Lists are paged by cursor. POSTs that create or start \
            something take an `Idempotency-Key`. What people edit carries an `ETag` and honours `If-Match`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody, EventOut)),
    tags(
        (name = "session", description = "Signing in"),
        (name = "account", description = "One's own password, second factor and sessions"),
        (name = "workspace", description = "The workspace's settings"),
        (name = "customers", description = "Customers, from pending to imported"),
        (name = "connection", description = "A customer's Graph connection"),
        (name = "imports", description = "Reading a tenant"),
        (name = "reports", description = "Gaps between live policies and a baseline"),
        (name = "snapshots", description = "What was read, as it was read"),
        (name = "baselines", description = "The workspace's baseline library"),
        (name = "fleet", description = "Counts for the dashboard, and events"),
        (name = "people", description = "Users and API tokens"),
        (name = "audit", description = "Who did what, when, from where"),
        (name = "service", description = "The server itself"),
    ),
    modifiers(&Common)
)]
struct Base;

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some(
            "An access token of `/auth/login`, an API token (`ptk_…`), or a token of the configured outside issuer."
                .to_owned(),
        );
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        problems::add_components(components);
        document.servers = Some(vec![Server::new("/")]);
    }
}

/// The whole description.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        App::new().into_utoipa_app().openapi(Base::openapi()).configure(routes::configure).split_for_parts();
    for item in document.paths.paths.values_mut() {
        for operation in item.get.iter_mut() {
            complete(operation, true);
        }
        let changes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in changes.into_iter().flatten() {
            complete(operation, false);
        }
    }
    document
}

/// What every operation has: its security, and the form of its parameters and errors.
fn complete(operation: &mut Operation, reads: bool) {
    let public = operation.operation_id.as_deref().is_some_and(|id| PUBLIC.contains(&id));
    let security = if public {
        SecurityRequirement::default()
    } else {
        SecurityRequirement::new("bearer", Vec::<String>::new())
    };
    operation.security = Some(vec![security]);
    parameters::describe(operation);
    problems::describe(operation, !public, reads);
}

/// The description as the file in the repository holds it.
pub fn document_text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}
