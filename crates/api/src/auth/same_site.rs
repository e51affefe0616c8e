//! Requests that carry or set the refresh cookie come from this console's own pages, or from no page at all.
//!
//! The cookie is `SameSite=Strict` already. This holds where a browser would take a sibling subdomain for the same site,
//! and keeps other pages from signing somebody in to an account of theirs.

use crate::{problem::ApiError, state::State};
use actix_web::{
    HttpRequest,
    http::header::{HOST, HeaderName, ORIGIN},
};
use policytab_domain::problem::{Problem, ProblemCode};
use url::Url;

/// What browsers say of the page that asks, on https and on localhost (W3C Fetch Metadata). No script can set it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a request that another site's page makes.
pub fn demand(request: &HttpRequest, state: &State) -> Result<(), ApiError> {
    let text = |name: HeaderName| request.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    let own = match (text(SEC_FETCH_SITE), text(ORIGIN)) {
        (Some(site), _) => ["same-origin", "none"].contains(&site),
        // Older browsers, and plain http.
        (None, Some(origin)) => is_own(origin, text(HOST), &state.config.public_url),
        // No browser.
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::Forbidden, "A page of another site must not sign people in or out.")
        .reason("cross_site")
        .remedy("Open the console itself; if this is the console, set POLICYTAB_PUBLIC_URL to its address.")
        .into())
}

/// Whether an origin is the address under which the server was asked, or the configured one.
fn is_own(origin: &str, host: Option<&str>, public: &Url) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    let asked = host
        .and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|asked| asked.origin() == origin.origin());
    origin.origin().is_tuple() && (asked || origin.origin() == public.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_own_by_host_or_by_setting() {
        let public = Url::parse("https://console.example").unwrap();
        for (origin, host, own) in [
            ("https://console.example", "127.0.0.1:8080", true),
            ("http://10.0.0.5:8080", "10.0.0.5:8080", true),
            ("http://10.0.0.5:8081", "10.0.0.5:8080", false),
            ("http://console.example", "127.0.0.1:8080", false),
            ("https://console.example.evil.example", "console.example", false),
            ("https://evil.example", "console.example", false),
            ("null", "console.example", false),
            ("", "console.example", false),
        ] {
            assert_eq!(is_own(origin, Some(host), &public), own, "{origin} at {host}");
        }
    }
}
