//! What every answer tells browsers: where its parts may come from, who may show it, and what it may ask for.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Digest of an empty text. Fluent makes empty `<style>` elements and fills them through the CSSOM, which no policy
/// forbids; the elements themselves have to be allowed. A style with content is refused.
macro_rules! empty_style {
    () => {
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    };
}

/// The SPA loads nothing from elsewhere, and nothing is written into its pages.
const PAGES: &str = concat!(
    "default-src 'none'; script-src 'self'; style-src 'self' ",
    empty_style!(),
    "; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; object-src 'none'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
);

/// Swagger UI sets inline styles.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                    font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; \
                    base-uri 'none'; form-action 'self'";

/// What the API answers is data: opened as a page it loads and does nothing.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// A report as a page has its style within, and nothing else.
const REPORT: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
                      form-action 'none'; sandbox";

/// Nothing of what browsers can offer to pages is needed.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
                           encrypted-media=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), \
                           midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
                           xr-spatial-tracking=()";

/// Sets them for an answer at this address; `secure` where browsers come by https.
pub fn set(headers: &mut HeaderMap, path: &str, secure: bool) {
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let data = ["/api/", "/problems/"].iter().any(|p| path.starts_with(p))
        || ["/healthz", "/readyz", "/metrics"].contains(&path);
    let policy = match (data, path.starts_with("/docs")) {
        (true, _) if page => REPORT,
        (true, _) => DATA,
        (false, true) => DOCS,
        (false, false) => PAGES,
    };
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::PERMISSIONS_POLICY, PERMISSIONS);
    set(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    set(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    if secure {
        // Two years; other names below this one are not ours to decide for.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    if path.starts_with("/api/") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
