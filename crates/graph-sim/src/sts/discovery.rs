//! OpenID discovery, by which a tenant's id is learned from any of its verified domains, without credentials.

use serde_json::json;
use uuid::Uuid;

use super::error;
use crate::call::{Call, Reply};
use crate::world::World;

pub(crate) fn answer(world: &World, call: &Call, authority: &str) -> Reply {
    let origin = &call.origin;
    let tenant = match authority.to_ascii_lowercase().as_str() {
        // A placeholder, not a tenant: readers must notice.
        "common" | "organizations" => "{tenantid}".to_owned(),
        _ => match world.tenant_of_authority(authority) {
            Some(tenant) if tenant.forced_aadsts == Some(90002) => return not_found(world, call, authority),
            Some(tenant) => tenant.id.to_string(),
            None if is_malformed(authority) => {
                return error::tenant_malformed(authority).reply(call, world.now());
            }
            None => return not_found(world, call, authority),
        },
    };
    let path = if tenant == "{tenantid}" { authority } else { tenant.as_str() };
    Reply::ok(json!({
        "token_endpoint": format!("{origin}/{path}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{origin}/{path}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{origin}/{tenant}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
        "authorization_endpoint": format!("{origin}/{path}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{origin}/{path}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{origin}/{path}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
        "tenant_region_scope": if tenant == "{tenantid}" { json!(null) } else { json!("EU") },
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }))
}

/// Neither a GUID nor something that could be a DNS name.
pub(crate) fn is_malformed(authority: &str) -> bool {
    let dns = authority.contains('.')
        && authority.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        });
    Uuid::try_parse(authority).is_err() && !dns
}

fn not_found(world: &World, call: &Call, authority: &str) -> Reply {
    error::tenant_not_found(authority).reply(call, world.now())
}
