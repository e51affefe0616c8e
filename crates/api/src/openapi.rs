//! The API's description, made from the routes themselves.

use crate::{problem::ProblemBody, routes};
use actix_web::App;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Components, ContentBuilder, Ref, RefOr, ResponseBuilder, Server,
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
    components(schemas(ProblemBody)),
    tags(
        (name = "session", description = "Signing in"),
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
        document.servers = Some(vec![Server::new("/")]);
    }
}

/// The whole description.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        App::new().into_utoipa_app().openapi(Base::openapi()).configure(routes::configure).split_for_parts();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete(operation);
        }
    }
    document
}

/// What every operation has: its security and the form of its errors.
fn complete(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let security = if PUBLIC.contains(&id.as_str()) {
        SecurityRequirement::default()
    } else {
        SecurityRequirement::new("bearer", Vec::<String>::new())
    };
    operation.security = Some(vec![security]);
    let problem = ResponseBuilder::new()
        .description("A problem; `code` tells which.")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
        )
        .build();
    operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(problem));
}

/// The description as the file in the repository holds it.
pub fn document_text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}
