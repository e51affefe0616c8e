//! Cookies: the refresh token's, and the one by which an account knows a device.

use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// Name of the refresh token's cookie.
pub const REFRESH: &str = "policytab_refresh";

/// Name of the device's cookie.
pub const DEVICE: &str = "policytab_device";

/// Only the session routes see the refresh token, and only signing in sees the device.
const REFRESH_PATH: &str = "/api/v1/auth";
const DEVICE_PATH: &str = "/api/v1/auth/login";

/// A cookie with a refresh token. `secure` wherever the deployment is reached over https.
pub fn refresh(token: String, seconds: i64, secure: bool) -> Cookie<'static> {
    kept(REFRESH, token, REFRESH_PATH, seconds, secure)
}

/// Takes the refresh token's cookie away. The device stays known.
pub fn clear(secure: bool) -> Cookie<'static> {
    refresh(String::new(), 0, secure)
}

/// A device's cookie.
pub fn device(value: String, seconds: i64, secure: bool) -> Cookie<'static> {
    kept(DEVICE, value, DEVICE_PATH, seconds, secure)
}

fn kept(
    name: &'static str,
    value: String,
    path: &'static str,
    seconds: i64,
    secure: bool,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(Duration::seconds(seconds))
        .finish()
}
