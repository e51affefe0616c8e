//! Which problems an operation may answer with, by what it takes: every status is described, and no other is answered.

use crate::problem::status;
use policytab_domain::problem::ProblemCode;
use std::collections::BTreeSet;
use utoipa::openapi::{
    Components, ContentBuilder, Ref, RefOr, ResponseBuilder,
    path::{Operation, ParameterIn},
};

/// Operations that ask Microsoft or GitHub before they answer.
const UPSTREAM: &[&str] =
    &["connection_put", "connection_test", "baseline_import_github", "baseline_update_from_source"];

/// Public operations that hold something against what is known, and so refuse.
const CREDENTIALS: &[&str] = &["session_login", "session_logout", "session_refresh"];

/// Operations whose body names something that may not exist.
const NAMES_SOMETHING: &[&str] = &["baseline_from_snapshot"];

/// Reads of what is not there before a customer is connected or imported.
const NEEDS_A_STATE: &[&str] = &[
    "binding_list",
    "co_managed_baseline_fetch",
    "comparison_baseline_fetch",
    "coverage_fetch",
    "emergency_access_fetch",
    "report_fetch",
];

/// The name of a status among the components.
fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// One component for each status that a problem can have.
pub(super) fn add_components(components: &mut Components) {
    let all: BTreeSet<u16> = ProblemCode::ALL.iter().map(|code| status(*code).as_u16()).collect();
    for number in all {
        let codes: Vec<_> = ProblemCode::ALL
            .iter()
            .filter(|code| status(**code).as_u16() == number)
            .map(|code| format!("`{}`: {}", code.as_str(), code.title()))
            .collect();
        let response = ResponseBuilder::new()
            .description(format!("{}.", codes.join("; ")))
            .content(
                "application/problem+json",
                ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
            )
            .build();
        components.responses.insert(name(number), RefOr::T(response));
    }
}

/// Describes the problems of one operation; `reads` for a GET.
pub(super) fn describe(operation: &mut Operation, secured: bool, reads: bool) {
    let id = operation.operation_id.clone().unwrap_or_default();
    // Any request can meet a limit, a fault of ours, or a database that is away.
    let mut statuses = BTreeSet::from([413, 429, 500, 503]);
    if secured || CREDENTIALS.contains(&id.as_str()) {
        statuses.extend([401, 403]);
    }
    if operation.request_body.is_some() {
        statuses.insert(422);
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        match (&parameter.parameter_in, parameter.name.as_str()) {
            (ParameterIn::Path, _) => statuses.extend([404]),
            (ParameterIn::Header, "If-Match") => statuses.extend([412, 422]),
            (ParameterIn::Header, "Idempotency-Key") => statuses.extend([409, 422]),
            (ParameterIn::Query | ParameterIn::Header, _) => statuses.extend([422]),
            (ParameterIn::Cookie | ParameterIn::QueryString, _) => {}
        }
    }
    if (secured && !reads) || NEEDS_A_STATE.contains(&id.as_str()) {
        statuses.insert(409);
    }
    if NAMES_SOMETHING.contains(&id.as_str()) {
        statuses.insert(404);
    }
    if UPSTREAM.contains(&id.as_str()) {
        statuses.extend([422, 502]);
    }
    for number in statuses {
        operation
            .responses
            .responses
            .entry(number.to_string())
            .or_insert_with(|| RefOr::Ref(Ref::new(format!("#/components/responses/{}", name(number)))));
    }
}
