//! Faults that a test or a demonstration asks for: which requests they hit, how often, and what they do to
//! the answer.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Reply;

/// Marks the link to a page that is served twice.
pub(crate) const DUPLICATE_MARK: &str = "sim-duplicate";

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// An error answer of the service. `retry_after` is sent as it stands, absurd or not.
    Status {
        /// 429, 500, 502, 503, 504 or any other.
        status: u16,
        /// Value of the `Retry-After` header; none when absent.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Sign-in answers with this AADSTS number.
    Aadsts {
        /// The number, such as 53003.
        code: u32,
    },
    /// 200 with a body that is no JSON.
    Garbage,
    /// The right answer, cut off in the middle of its body.
    Truncated,
    /// The right answer, called `text/html`.
    WrongContentType,
    /// No answer, ever.
    Hang,
    /// The connection is closed without an answer.
    Reset,
    /// The right answer, one byte per interval.
    Trickle {
        /// Milliseconds between bytes.
        interval_ms: u64,
    },
    /// The right answer, later. The request waits that much longer, in milliseconds.
    Latency {
        /// Milliseconds.
        ms: u64,
    },
    /// `@odata.nextLink` leads back to the same request.
    NextLinkLoop,
    /// `@odata.nextLink` leads to another host.
    NextLinkOtherHost,
    /// `@odata.nextLink` leads to the same page once more, and only then on.
    DuplicatePage,
    /// The right answer, blown up to this many times its size with blanks.
    Inflate {
        /// How many times.
        factor: usize,
    },
}

/// Which requests of a tenant a fault hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultScope {
    /// Requests on the wire and parts of a batch.
    #[default]
    Any,
    /// Requests on the wire only.
    Outer,
    /// Parts of a batch only. Only the kind `status` is possible there.
    Inner,
}

/// A fault and what it applies to. Everything left out applies to all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Tenant, by id, domain, key or name.
    #[serde(default)]
    pub tenant: Option<String>,
    /// HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// Path with `*` for anything, with or without the API version in front:
    /// `/identity/conditionalAccess/policies`, `/beta/groups/*/transitiveMembers`, `*/token`.
    #[serde(default)]
    pub path: Option<String>,
    /// Wire, batch parts, or both.
    #[serde(default)]
    pub scope: FaultScope,
    /// This many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// Only this many requests are hit; all when absent.
    #[serde(default)]
    pub count: Option<u32>,
    /// What goes wrong.
    #[serde(flatten)]
    pub what: FaultKind,
}

impl Fault {
    /// A fault that hits every request on `path`.
    pub fn on(path: &str, what: FaultKind) -> Self {
        Self {
            tenant: None,
            method: None,
            path: Some(path.to_owned()),
            scope: FaultScope::Any,
            skip: 0,
            count: None,
            what,
        }
    }

    /// The same, for the next `count` requests only.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// The same, for one tenant only.
    #[must_use]
    pub fn of_tenant(mut self, tenant: &str) -> Self {
        self.tenant = Some(tenant.to_owned());
        self
    }

    /// The same, after `skip` matching requests have passed.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// A fault at work.
pub(crate) struct FaultRule {
    pub(crate) id: u64,
    pub(crate) tenant: Option<Uuid>,
    pub(crate) fault: Fault,
    pub(crate) skipped: u32,
    pub(crate) hits: u32,
}

impl FaultRule {
    fn matches(&self, tenant: Option<Uuid>, method: &str, path: &str, inner: bool) -> bool {
        let fault = &self.fault;
        let scope = match fault.scope {
            FaultScope::Any => !inner || matches!(fault.what, FaultKind::Status { .. }),
            FaultScope::Outer => !inner,
            FaultScope::Inner => inner,
        };
        scope
            && self.tenant.is_none_or(|wanted| tenant == Some(wanted))
            && fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && fault.path.as_deref().is_none_or(|pattern| path_matches(pattern, path))
            && fault.count.is_none_or(|count| self.hits < count)
    }
}

/// The faults that hit this request, counted as hit. Latencies add up; of the others the first wins.
pub(crate) fn strike(
    rules: &mut [FaultRule],
    tenant: Option<Uuid>,
    method: &str,
    path: &str,
    inner: bool,
) -> (u64, Option<FaultKind>) {
    let mut latency = 0;
    let mut found = None;
    for rule in rules.iter_mut().filter(|rule| rule.matches(tenant, method, path, inner)) {
        let is_latency = matches!(rule.fault.what, FaultKind::Latency { .. });
        if found.is_some() && !is_latency {
            continue;
        }
        if rule.skipped < rule.fault.skip {
            rule.skipped += 1;
            continue;
        }
        rule.hits += 1;
        match &rule.fault.what {
            FaultKind::Latency { ms } => latency += ms,
            other => found = Some(other.clone()),
        }
    }
    (latency, found)
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let versionless = path.strip_prefix("/v1.0").or_else(|| path.strip_prefix("/beta"));
    glob(pattern, path) || versionless.is_some_and(|path| glob(pattern, path))
}

/// `*` stands for any run of characters, slashes among them.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern.eq_ignore_ascii_case(text);
    };
    let Some(start) = text.get(..head.len()) else { return false };
    if !start.eq_ignore_ascii_case(head) {
        return false;
    }
    let tail = &text[head.len()..];
    tail.char_indices().map(|(at, _)| at).chain([tail.len()]).any(|at| glob(rest, &tail[at..]))
}

/// The service's error answer for a status fault.
pub(crate) fn status_reply(status: u16, retry_after: Option<&str>) -> Reply {
    let (code, message) = match status {
        429 => ("TooManyRequests", "Too many requests."),
        500 => ("InternalServerError", "An internal server error occurred."),
        502 => ("BadGateway", "The server received an invalid response."),
        503 => ("ServiceUnavailable", "The service is temporarily unavailable."),
        504 => ("GatewayTimeout", "The request timed out."),
        _ => ("UnknownError", "An error occurred."),
    };
    let reply = Reply::graph_error(status, code, message);
    match retry_after {
        Some(value) => reply.with("Retry-After", value),
        None => reply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(fault: Fault) -> FaultRule {
        FaultRule { id: 1, tenant: None, fault, skipped: 0, hits: 0 }
    }

    #[test]
    fn patterns_match_with_and_without_the_version() {
        let path = "/beta/groups/1/transitiveMembers";
        assert!(path_matches("/groups/*/transitiveMembers", path));
        assert!(path_matches("/beta/groups/*", path));
        assert!(path_matches("*", path));
        assert!(!path_matches("/v1.0/groups/*", path));
        assert!(!path_matches("/groups", path));
        assert!(path_matches("*/token", "/contoso.example/oauth2/v2.0/token"));
    }

    #[test]
    fn skip_and_count_limit_a_fault() {
        let mut rules = vec![rule(Fault::on("*", FaultKind::Garbage).after(1).times(2))];
        let hits: Vec<bool> =
            (0..5).map(|_| strike(&mut rules, None, "GET", "/v1.0/users", false).1.is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
    }

    #[test]
    fn only_status_faults_reach_into_a_batch() {
        let mut rules = vec![rule(Fault::on("*", FaultKind::Garbage))];
        assert!(strike(&mut rules, None, "GET", "/v1.0/users", true).1.is_none());
        let mut rules = vec![rule(Fault::on("*", FaultKind::Status { status: 429, retry_after: None }))];
        assert!(strike(&mut rules, None, "GET", "/v1.0/users", true).1.is_some());
    }
}
