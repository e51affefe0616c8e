//! Bearer tokens at Graph's door.

use crate::call::{Call, Reply};
use crate::sts::jwt::{self, Claims};
use crate::world::World;

pub(super) fn check(world: &World, call: &Call) -> Result<Claims, Reply> {
    let header = call.header("authorization").unwrap_or_default();
    let token = header.strip_prefix("Bearer ").map(str::trim).unwrap_or_default();
    if token.is_empty() {
        return Err(invalid_token("Access token is empty."));
    }
    if token.split('.').count() != 3 {
        return Err(invalid_token("CompactToken parsing failed with error code: 80049217"));
    }
    let claims = jwt::read(&world.signing_key, token)
        .ok_or_else(|| invalid_token("CompactToken validation failed with reason code: 80049228."))?;
    let now = world.now().timestamp();
    if now >= claims.expires || now < claims.not_before {
        return Err(invalid_token("Lifetime validation failed, the token is expired."));
    }
    let known = world.tenants.get(&claims.tenant).is_some_and(|tenant| tenant.app(&claims.app_id).is_some());
    if claims.object_id.is_none() || !known {
        return Err(identity_not_found());
    }
    Ok(claims)
}

fn invalid_token(message: &str) -> Reply {
    unauthorised("InvalidAuthenticationToken", message)
}

pub(super) fn identity_not_found() -> Reply {
    unauthorised(
        "Authorization_IdentityNotFound",
        "The identity of the calling application could not be established.",
    )
}

fn unauthorised(code: &str, message: &str) -> Reply {
    Reply::graph_error(401, code, message).with(
        "WWW-Authenticate",
        "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\"",
    )
}
