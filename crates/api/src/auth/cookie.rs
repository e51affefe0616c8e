//! The refresh token's cookie.

use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// Its name.
pub const NAME: &str = "policytab_refresh";

/// Only the session routes see it.
const PATH: &str = "/api/v1/auth";

/// A cookie with a refresh token. `secure` wherever the deployment is reached over https.
pub fn set(token: String, seconds: i64, secure: bool) -> Cookie<'static> {
    Cookie::build(NAME, token)
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// Takes the cookie away.
pub fn clear(secure: bool) -> Cookie<'static> {
    set(String::new(), 0, secure)
}
