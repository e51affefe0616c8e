//! Collections, page by page.
//!
//! Invariants: a link is opaque and followed only where [`Session::link`] allows it; no link is followed twice and no
//! page counted twice, so that a server that goes in circles ends in an error and not in a loop or in doubled rows.

use crate::{
    GraphError,
    endpoint::Endpoint,
    session::{Ask, Session},
};
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

/// More pages than any collection of a directory has at 100 items a page.
const MOST_PAGES: usize = 2000;

/// A collection as far as it was read.
pub(crate) struct Pages {
    endpoint: &'static Endpoint,
    links: HashSet<String>,
    ids: HashSet<String>,
    /// The items, in the order in which they came, each id once.
    pub(crate) items: Vec<Value>,
    /// `@odata.count` of the first page, where it was asked for.
    pub(crate) count: Option<u64>,
}

impl Pages {
    pub(crate) fn new(endpoint: &'static Endpoint) -> Self {
        Self { endpoint, links: HashSet::new(), ids: HashSet::new(), items: Vec::new(), count: None }
    }

    fn wrong(&self, detail: &'static str) -> GraphError {
        GraphError::Unavailable { what: self.endpoint.what, detail, upstream: None }
    }

    /// Adds a page; gives the link to the next one.
    pub(crate) fn add(&mut self, session: &Session<'_>, page: Value) -> Result<Option<Url>, GraphError> {
        let Value::Object(mut page) = page else { return Err(self.wrong("the answer is no collection")) };
        let Some(Value::Array(items)) = page.remove("value") else {
            return Err(self.wrong("the answer is no collection"));
        };
        self.count = self.count.or_else(|| page.get("@odata.count").and_then(Value::as_u64));
        let (before, arrived) = (self.items.len(), items.len());
        for item in items {
            let Some(object) = item.as_object() else { return Err(self.wrong("an item is no object")) };
            match object.get("id").and_then(Value::as_str) {
                // A collection that changes while it is read may show an item on two pages.
                Some(id) if !self.ids.insert(id.to_owned()) => continue,
                _ => self.items.push(item),
            }
        }
        if arrived > 0 && self.items.len() == before {
            return Err(self.wrong("a page came twice"));
        }
        match page.get("@odata.nextLink") {
            None | Some(Value::Null) => Ok(None),
            Some(link) => self.next(session, link).map(Some),
        }
    }

    fn next(&mut self, session: &Session<'_>, link: &Value) -> Result<Url, GraphError> {
        let url = link.as_str().and_then(|text| session.link(text));
        let url = url.ok_or_else(|| self.wrong("the link to the next page leads elsewhere"))?;
        if !self.links.insert(url.to_string()) {
            return Err(self.wrong("the pages go in circles"));
        }
        if self.links.len() > MOST_PAGES {
            return Err(self.wrong("there are too many pages"));
        }
        Ok(url)
    }
}

impl Session<'_> {
    /// A whole collection.
    pub(crate) async fn list(
        &self,
        endpoint: &'static Endpoint,
        query: &str,
    ) -> Result<Vec<Value>, GraphError> {
        let mut pages = Pages::new(endpoint);
        let mut next = Some(self.address(endpoint, "", query));
        while let Some(url) = next {
            let page = self.call(endpoint, Ask::Get(url)).await?;
            next = pages.add(self, page)?;
        }
        Ok(pages.items)
    }
}
