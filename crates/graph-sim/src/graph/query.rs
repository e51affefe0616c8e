//! OData options over a list: `$filter`, `$orderby`, `$count`, `$skip`, `$top`, `$select` and pages.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::{GraphCall, properties};
use crate::call::Reply;
use crate::fault;

/// How a collection behaves.
pub(super) struct List<'a> {
    /// Fragment of the context.
    pub(super) fragment: &'a str,
    /// Items on a page when the caller does not say.
    pub(super) page: usize,
    /// Most items a caller may ask for; 0 when `$top` is not limited.
    pub(super) most: usize,
    /// `$top` ends the list instead of paging it: observed on the Conditional Access lists.
    pub(super) top_cuts: bool,
    /// The directory's rules: advanced queries need the eventual header and `$count=true`.
    pub(super) directory: bool,
    /// Properties shown without `$select`; all when `None`.
    pub(super) default_select: Option<&'static [&'static str]>,
    /// The type whose property names `$select` is checked against.
    pub(super) entity: Option<&'static str>,
}

impl<'a> List<'a> {
    /// A list that always comes whole.
    pub(super) fn whole(fragment: &'a str) -> Self {
        Self {
            fragment,
            page: usize::MAX,
            most: 0,
            top_cuts: true,
            directory: false,
            default_select: None,
            entity: None,
        }
    }

    /// A Conditional Access list.
    pub(super) fn conditional_access(fragment: &'a str, page: usize) -> Self {
        Self { page, ..Self::whole(fragment) }
    }

    /// A directory list: pages of 100, of 999 at most.
    pub(super) fn directory(fragment: &'a str) -> Self {
        Self { page: 100, most: 999, top_cuts: false, directory: true, ..Self::whole(fragment) }
    }

    pub(super) fn of(mut self, entity: &'static str, default: Option<&'static [&'static str]>) -> Self {
        self.entity = Some(entity);
        self.default_select = default;
        self
    }
}

/// One page of `items` as the query asks for it.
pub(super) fn page(call: &GraphCall<'_>, items: Vec<Arc<Value>>, list: &List<'_>) -> Reply {
    match try_page(call, items, list) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn try_page(call: &GraphCall<'_>, mut items: Vec<Arc<Value>>, list: &List<'_>) -> Result<Reply, Reply> {
    let counts = call.query.get("$count").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let advanced = call.is_eventual() && counts;
    if let Some(text) = call.query.get("$filter") {
        let filter = Filter::parse(text)
            .map_err(|reason| Reply::bad_request(format!("Invalid filter clause: {reason}")))?;
        if list.directory && !advanced && (filter.is_advanced() || call.query.has("$orderby")) {
            return Err(Reply::unsupported_query("Unsupported Query."));
        }
        items.retain(|item| filter.matches(item));
    }
    if list.directory && call.query.has("$search") {
        if !advanced {
            return Err(Reply::unsupported_query(
                "Request with $search query parameter only works through MSGraph with a special request header: \
                 'ConsistencyLevel: eventual'",
            ));
        }
        search(&mut items, call.query.get("$search").unwrap_or_default());
    }
    if list.directory && counts && !call.is_eventual() {
        return Err(Reply::directory_bad_request("$count is not currently supported."));
    }
    if let Some(order) = call.query.get("$orderby") {
        sort(&mut items, order);
    }
    let total = items.len();
    let top = number(call, "$top")?;
    if let Some(top) = top
        && list.most > 0
        && (top == 0 || top > list.most)
    {
        return Err(Reply::unsupported_query(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and {} inclusive.",
            list.most
        )));
    }
    let offset = match call.query.get("$skiptoken") {
        Some(token) => skip_of(token).ok_or_else(|| {
            Reply::graph_error(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your request.",
            )
        })?,
        None => number(call, "$skip")?.unwrap_or(0),
    };
    let size = top.unwrap_or(list.page).min(total);
    let end = offset.saturating_add(size).min(total);
    let rest = end < total && !(list.top_cuts && top.is_some());
    check_select(call, list)?;
    let value: Vec<Value> = items
        .get(offset.min(total)..end)
        .unwrap_or_default()
        .iter()
        .map(|item| select(call, item, list.default_select))
        .collect();
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), json!(call.context(list.fragment)));
    if counts && !call.query.has("$skiptoken") {
        body.insert("@odata.count".to_owned(), json!(total));
    }
    if rest {
        body.insert("@odata.nextLink".to_owned(), json!(next_link(call, end)));
    }
    body.insert("value".to_owned(), Value::Array(value));
    Ok(Reply::ok(Value::Object(body)))
}

fn number(call: &GraphCall<'_>, name: &str) -> Result<Option<usize>, Reply> {
    let Some(text) = call.query.get(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        Reply::bad_request(format!(
            "Invalid value '{text}' for {name} query option found. The {name} query option requires a non-negative \
             integer value."
        ))
    })
}

fn search(items: &mut Vec<Arc<Value>>, text: &str) {
    // The only form the directory takes: "property:words", in quotes.
    let text = text.trim_matches('"');
    let Some((property, words)) = text.split_once(':') else { return };
    let words = words.to_lowercase();
    items.retain(|item| item[property].as_str().is_some_and(|value| value.to_lowercase().contains(&words)));
}

fn sort(items: &mut [Arc<Value>], order: &str) {
    let mut words = order.split_whitespace();
    let property = words.next().unwrap_or_default().to_owned();
    let down = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
    items.sort_by_key(|item| item[&property].as_str().unwrap_or_default().to_lowercase());
    if down {
        items.reverse();
    }
}

/// What looks opaque: clients must pass links on untouched.
fn skip_token(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("RFNwdAIAAQAAAB:{offset}:{:x}", offset.wrapping_mul(0x9e37_79b9)))
}

fn skip_of(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split(':').skip(1);
    let offset: usize = parts.next()?.parse().ok()?;
    (parts.next()? == format!("{:x}", offset.wrapping_mul(0x9e37_79b9))).then_some(offset)
}

fn next_link(call: &GraphCall<'_>, offset: usize) -> String {
    let kept = call.call.query_string.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !pair.is_empty()
            && !matches!(
                name.as_str(),
                "$skiptoken" | "%24skiptoken" | "$skip" | "%24skip" | fault::DUPLICATE_MARK
            )
    });
    let token = format!("$skiptoken={}", skip_token(offset));
    let query: Vec<&str> = kept.chain([token.as_str()]).collect();
    format!("{}{}?{}", call.call.origin, call.call.path, query.join("&"))
}

fn check_select(call: &GraphCall<'_>, list: &List<'_>) -> Result<(), Reply> {
    let (Some(entity), Some(select)) = (list.entity, call.query.get("$select")) else { return Ok(()) };
    check_names(entity, select)
}

/// `$select` of a name that the type does not have is an error, as on the real service.
pub(super) fn check_names(entity: &str, select: &str) -> Result<(), Reply> {
    let Some(known) = properties::of(entity) else { return Ok(()) };
    let unknown = select.split(',').map(str::trim).find(|name| !name.is_empty() && !known.contains(name));
    match unknown {
        Some(name) => Err(Reply::bad_request(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type \
             'microsoft.graph.{entity}'."
        ))),
        None => Ok(()),
    }
}

/// The chosen properties of an object; its annotations and `@odata.type` always come along.
pub(super) fn select(call: &GraphCall<'_>, item: &Value, default: Option<&[&str]>) -> Value {
    let chosen: Vec<&str> = match (call.query.get("$select"), default) {
        (Some(text), _) => text.split(',').map(str::trim).collect(),
        (None, Some(default)) => default.to_vec(),
        (None, None) => return item.clone(),
    };
    let Some(object) = item.as_object() else { return item.clone() };
    let mut shown = Map::new();
    for (key, value) in object {
        if key == "@odata.type" || chosen.iter().any(|name| name == key) {
            shown.insert(key.clone(), value.clone());
        }
    }
    // A selected property that the object lacks is there, and null.
    for name in chosen {
        if !name.is_empty() && call.query.has("$select") {
            shown.entry(name.to_owned()).or_insert(Value::Null);
        }
    }
    Value::Object(shown)
}
