//! `POST /{tenant}/oauth2/v2.0/token` for `client_credentials`.
//!
//! The order of the checks decides which mistake an admin is told of first. That tenant and app come before
//! the secret is known from the field (a wrong tenant never reads "wrong secret"); the rest of the order is a
//! plausible guess.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::json;
use uuid::Uuid;

use super::discovery::is_malformed;
use super::error::{self, StsError};
use super::jwt;
use crate::call::{Call, Query, Reply};
use crate::tenant::{App, Tenant};
use crate::world::{CommonMode, World};

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

pub(crate) fn answer(world: &World, call: &Call, authority: &str) -> Reply {
    match decide(world, call, authority) {
        Ok(token) => Reply::ok(json!({
            "token_type": "Bearer",
            "expires_in": world.settings.token_lifetime_s,
            "ext_expires_in": world.settings.token_lifetime_s,
            "access_token": token,
        })),
        Err(refusal) => refusal.reply(call, world.now()),
    }
}

struct Form {
    fields: Query,
    basic: Option<(String, String)>,
}

impl Form {
    fn read(call: &Call) -> Self {
        let fields = Query::parse(&String::from_utf8_lossy(&call.body));
        let basic = call
            .header("authorization")
            .and_then(|value| value.strip_prefix("Basic "))
            .and_then(|value| STANDARD.decode(value).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| {
                let (id, secret) = text.split_once(':')?;
                let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
                Some((decode(id), decode(secret)))
            });
        Self { fields, basic }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let basic = self.basic.as_ref().and_then(|(id, secret)| match name {
            "client_id" => Some(id.as_str()),
            "client_secret" => Some(secret.as_str()),
            _ => None,
        });
        self.fields.get(name).or(basic).filter(|value| !value.is_empty())
    }

    fn demand(&self, name: &str) -> Result<&str, StsError> {
        self.get(name).ok_or_else(|| {
            StsError::new(900144, format!("The request body must contain the following parameter: '{name}'."))
        })
    }
}

fn decide(world: &World, call: &Call, authority: &str) -> Result<String, StsError> {
    let form = Form::read(call);
    let grant = form.demand("grant_type")?;
    if grant != "client_credentials" {
        return Err(StsError::new(70003, format!("The app requested an unsupported grant type '{grant}'.")));
    }
    let client = form.demand("client_id")?;
    let tenant = match authority.to_ascii_lowercase().as_str() {
        name @ ("common" | "organizations" | "consumers") => {
            match without_tenant(world, name, client, &form)? {
                Found::Tenant(tenant) => tenant,
                Found::Token(token) => return Ok(token),
            }
        }
        _ => match world.tenant_of_authority(authority) {
            Some(tenant) => tenant,
            None if is_malformed(authority) => return Err(error::tenant_malformed(authority)),
            None => return Err(error::tenant_not_found(authority)),
        },
    };
    if let Some(code) = tenant.forced_aadsts {
        return Err(error::forced(code, authority, client));
    }
    let app = tenant.app(client).ok_or_else(|| error::app_not_found(client, &tenant.name))?;
    if !app.has_service_principal {
        return Err(error::missing_service_principal(client, &tenant.id.to_string()));
    }
    check_scope(form.demand("scope")?, tenant)?;
    check_secret(world, &form, app)?;
    if app.disabled {
        let text = format!("Application '{client}'({}) is disabled.", app.display_name);
        return Err(StsError::new(7000112, text));
    }
    if tenant.blocks_apps {
        return Err(error::forced(53003, authority, client));
    }
    Ok(jwt::issue(&world.signing_key, tenant, app, world.now(), world.settings.token_lifetime_s))
}

enum Found<'a> {
    Tenant(&'a Tenant),
    Token(String),
}

fn without_tenant<'a>(
    world: &'a World,
    authority: &str,
    client: &str,
    form: &Form,
) -> Result<Found<'a>, StsError> {
    let directory = if authority == "organizations" { "Microsoft Services" } else { "Microsoft" };
    match world.settings.common_mode {
        CommonMode::AppNotFound => Err(error::app_not_found(client, directory)),
        CommonMode::NoTenantInformation => Err(StsError::new(50059, error::NO_TENANT)),
        CommonMode::MissingServicePrincipal => {
            Err(error::missing_service_principal(client, jwt::MICROSOFT_TENANT))
        }
        CommonMode::GrantNotSupported => Err(error::grant_not_supported()),
        CommonMode::MicrosoftToken => {
            form.demand("client_secret")?;
            let lifetime = world.settings.token_lifetime_s;
            Ok(Found::Token(jwt::issue_microsoft(&world.signing_key, client, world.now(), lifetime)))
        }
        CommonMode::CustomerToken => world
            .tenant_of_client(client)
            .map(Found::Tenant)
            .ok_or_else(|| error::app_not_found(client, directory)),
    }
}

/// Client credentials take exactly one resource, written as `{resource}/.default`.
fn check_scope(scope: &str, tenant: &Tenant) -> Result<(), StsError> {
    let scopes: Vec<&str> = scope.split_whitespace().collect();
    let [single] = scopes.as_slice() else {
        let text = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope {scope} is \
                            not valid."
        );
        return Err(StsError::new(70011, text));
    };
    let Some(resource) = single.strip_suffix("/.default") else {
        let text = format!(
            "The provided value for scope {single} is not valid. Client credential flows must have a scope value \
             with /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(StsError::new(1002012, text));
    };
    let graph = resource.trim_end_matches('/');
    // Every cloud's Graph is the same service here: the emulator stands in for whichever cloud its caller
    // means.
    let known = [
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
        GRAPH_APP,
    ];
    let local = graph.starts_with("http://");
    if known.contains(&graph) || local {
        return Ok(());
    }
    if resource.is_empty() || (!resource.contains("://") && Uuid::try_parse(resource).is_err()) {
        let text = format!(
            "The provided value for the input parameter 'scope' is not valid. The scope {scope} is \
                            not valid."
        );
        return Err(StsError::new(70011, text));
    }
    let text = format!(
        "The resource principal named {resource} was not found in the tenant named {}. This can happen if the \
         application has not been installed by the administrator of the tenant or consented to by any user in the \
         tenant. You might have sent your authentication request to the wrong tenant.",
        tenant.name
    );
    Err(StsError::new(500011, text))
}

fn check_secret(world: &World, form: &Form, app: &App) -> Result<(), StsError> {
    let client = app.client_id.to_string();
    if form.get("client_assertion").is_some() {
        let text = "Client assertion failed signature validation. [Reason - The key was not found.]";
        return Err(StsError::new(700027, text));
    }
    let Some(given) = form.get("client_secret") else {
        let text = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant \
                    type.";
        return Err(StsError::new(7000216, text));
    };
    let now = world.now();
    let matching: Vec<_> = app.secrets.iter().filter(|secret| secret.value == given).collect();
    if matching.is_empty() {
        return Err(error::wrong_secret(&client));
    }
    if matching.iter().all(|secret| secret.end <= now) {
        return Err(error::expired_secret(&client));
    }
    Ok(())
}
