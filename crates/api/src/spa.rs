//! The browser application, built into the binary.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
};
use bytes::Bytes;
use rust_embed::RustEmbed;
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../frontend/dist"]
struct Files;

/// A file of the application; any other address is one of its own pages and gets the start page.
pub fn page(path: &str, request: &HttpRequest) -> HttpResponse {
    let name = path.trim_start_matches('/');
    match Files::get(name).filter(|_| !name.is_empty()) {
        Some(file) => answer(&file, name, request),
        // A missing script must fail as such instead of being answered with a page.
        None if name.starts_with("assets/") => HttpResponse::NotFound().finish(),
        None => match Files::get("index.html") {
            Some(file) => answer(&file, "index.html", request),
            None => HttpResponse::NotFound().finish(),
        },
    }
}

fn answer(file: &rust_embed::EmbeddedFile, name: &str, request: &HttpRequest) -> HttpResponse {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    // Names below assets/ hold a hash of their content; everything else is asked for again each time.
    let caching =
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    if request.headers().get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == tag.as_bytes()) {
        return HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header((CACHE_CONTROL, caching))
            .finish();
    }
    HttpResponse::Ok()
        .content_type(mime_guess::from_path(name).first_or_octet_stream())
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, caching))
        .body(match &file.data {
            // Built into the program: nobody who reads slowly holds a copy.
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::copy_from_slice(bytes),
        })
}
