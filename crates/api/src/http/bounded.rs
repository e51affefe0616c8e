//! The bound on requests in flight.

use crate::{
    bounds::{OVERLOADED, Place},
    problem::ApiError,
    state::State,
};
use actix_web::{
    Error, HttpMessage as _, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web,
};
use policytab_domain::problem::Problem;
use std::time::Duration;

/// What is answered however much is under way: who watches the server must see it then above all.
const OUTSIDE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How long a refusal is held back, with no place taken: who asks again at once would else keep the server busy with
/// refusing (docs/decisions/065).
const HELD: Duration = Duration::from_millis(500);

/// Lets a request through when there is a place for it, and answers 503 when there is none.
pub async fn bounded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Err(ApiError::internal("the server's state is missing").into());
    };
    if OUTSIDE.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let response = match Place::take(&state.bounds).await {
        Ok(place) => {
            request.extensions_mut().insert(place.clone());
            let response = next.call(request).await;
            // What is left is the network's: a body that is slowly read, or a stream without end.
            place.leave();
            response?.map_into_boxed_body()
        }
        Err(error) => request.into_response(error.error_response()),
    };
    if is_refusal(&response) {
        tokio::time::sleep(HELD).await;
    }
    Ok(response)
}

/// Whether a bound was met, be it this one or one behind it.
fn is_refusal(response: &ServiceResponse<BoxBody>) -> bool {
    let extensions = response.response().extensions();
    extensions.get::<Problem>().is_some_and(|problem| problem.reason.as_deref() == Some(OVERLOADED))
}
