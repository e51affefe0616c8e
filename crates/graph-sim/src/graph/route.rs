//! From path to answer: permission first, then the limit, then the noun's own file.

use super::permissions::{Family, RULES, Rule};
use super::{
    GraphCall, access, applications, audits, groups, locations, objects, organization, policies, roles,
    settings, strengths,
};
use crate::call::Reply;
use crate::world::World;

pub(super) fn answer(world: &mut World, call: &GraphCall<'_>) -> Reply {
    let parts: Vec<&str> = call.parts.iter().map(String::as_str).collect();
    if let ["agreements", ..] | ["identityGovernance", "termsOfUse", "agreements", ..] = parts.as_slice() {
        // The published permissions open it to signed-in users only.
        return refused(Family::ConditionalAccess);
    }
    // A literal pattern is meant before a placeholder: `groups/$count` is no group.
    let rule = RULES.iter().find(|rule| rule.matches(&call.call.method, &call.parts));
    let Some(rule) = rule else { return no_such(call) };
    if !rule.allows(&call.claims.roles) {
        return refused(rule.family);
    }
    if let Some(refusal) = access::throttle(world, call, &parts) {
        return refusal;
    }
    with_units(dispatch(world, call, &parts), rule, call)
}

fn dispatch(world: &mut World, call: &GraphCall<'_>, parts: &[&str]) -> Reply {
    match parts {
        ["identity", "conditionalAccess", rest @ ..] => match rest {
            ["policies", rest @ ..] => policies::answer(world, call, rest),
            ["namedLocations", rest @ ..] => locations::answer(world, call, rest),
            ["deletedItems", kind, rest @ ..] => access::deleted(world, call, kind, rest),
            ["authenticationContextClassReferences", rest @ ..] => access::contexts(world, call, rest),
            ["authenticationStrength", "policies", rest @ ..] => strengths::answer(world, call, rest),
            ["templates"] => access::templates(call),
            _ => no_such(call),
        },
        ["policies", rest @ ..] => settings::answer(world, call, rest),
        ["organization" | "domains" | "subscribedSkus" | "tenantRelationships", ..] => {
            organization::answer(world, call, parts)
        }
        ["groups", rest @ ..] => groups::answer(world, call, rest),
        ["users" | "directoryObjects", ..] => objects::answer(world, call, parts),
        ["servicePrincipals" | "applications", ..] => applications::answer(world, call, parts),
        ["directoryRoles" | "directoryRoleTemplates" | "roleManagement", ..] => {
            roles::answer(world, call, parts)
        }
        ["auditLogs" | "reports", ..] => audits::answer(world, call, parts),
        _ => no_such(call),
    }
}

fn refused(family: Family) -> Reply {
    match family {
        Family::ConditionalAccess => Reply::graph_error(
            403,
            "AccessDenied",
            "You cannot perform the requested operation, required scopes are missing in the token.",
        ),
        Family::Directory => Reply::graph_error(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
    }
}

/// 405 for a known path with another method, else 400 naming the first segment that no path has.
pub(super) fn no_such(call: &GraphCall<'_>) -> Reply {
    if RULES.iter().any(|rule| rule.covers(&call.parts)) {
        return Reply::graph_error(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        );
    }
    let known = |depth: usize| {
        RULES.iter().any(|rule| {
            let pattern: Vec<&str> = rule.pattern.split('/').collect();
            pattern.len() > depth
                && call
                    .parts
                    .iter()
                    .take(depth + 1)
                    .zip(&pattern)
                    .all(|(part, wanted)| *wanted == "{}" || wanted == part)
        })
    };
    let segment = (0..call.parts.len()).find(|depth| !known(*depth)).and_then(|depth| call.parts.get(depth));
    Reply::unknown_segment(segment.map_or("", String::as_str))
}

/// `x-ms-resource-unit`: `$select` saves one unit, `$expand` costs one, a `$top` below twenty saves one; at
/// least one.
fn with_units(reply: Reply, rule: &Rule, call: &GraphCall<'_>) -> Reply {
    if rule.units == 0 || call.in_batch {
        return reply;
    }
    let mut units = i64::from(rule.units);
    units -= i64::from(call.query.has("$select"));
    units += i64::from(call.query.has("$expand"));
    let small = call.query.get("$top").and_then(|top| top.parse::<u32>().ok()).is_some_and(|top| top < 20);
    units -= i64::from(small);
    reply.with("x-ms-resource-unit", units.max(1).to_string())
}
