//! Which other origins' pages may call the API from a browser: none, unless the deployment lists them.

use actix_cors::Cors;
use actix_web::http::{Method, header};
use url::Url;

/// For these origins. Cookies are not for them: they send an API token or an access token.
pub fn layer(origins: &[String]) -> Cors {
    origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
        .allowed_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([
            header::AUTHORIZATION,
            header::ACCEPT,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            super::idempotency::HEADER,
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER, super::middleware::REQUEST_ID])
        .max_age(600)
}

/// Origins as browsers send them, `https://portal.example`, separated by commas or spaces.
///
/// # Errors
/// The first part that is none.
pub fn origins(text: &str) -> Result<Vec<String>, String> {
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let url = Url::parse(part).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
            let origin = url.map(|url| url.origin().ascii_serialization());
            origin
                .filter(|origin| origin == part.trim_end_matches('/'))
                .ok_or_else(|| format!("{part} is no origin"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::origins;

    #[test]
    fn only_whole_origins_are_taken() {
        assert_eq!(
            origins("https://a.example, http://localhost:3000/").unwrap(),
            ["https://a.example", "http://localhost:3000"]
        );
        for bad in [
            "*",
            "null",
            "a.example",
            "https://*.example/x",
            "https://a.example/path",
            "file:///x",
            "https://u@a.example",
        ] {
            assert!(origins(bad).is_err(), "{bad}");
        }
    }
}
