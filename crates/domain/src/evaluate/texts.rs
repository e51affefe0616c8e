//! Phrases that say what a condition of a policy is, with the policy as their subject.

use crate::{
    names::Names,
    normal::{Field, Item},
    words::{display_item, display_reference},
};

/// How many things are named before the rest is only counted.
const SHOWN: usize = 3;

/// An item with its kind: `group Sales`, `Office 365`, `role Global Administrator`.
pub(super) fn item(field: &Field, item: &Item, names: &Names) -> String {
    match item {
        Item::Word(_) => display_item(field, item, names),
        Item::Object(reference) => {
            let shown = display_reference(reference, names);
            let noun = reference.kind.noun();
            // Without a name the text says already what it is.
            if shown.ends_with(&reference.id) && shown != reference.id {
                shown
            } else {
                format!("{noun} {shown}")
            }
        }
    }
}

/// `only A, B, C and 4 more`; `nothing` where there is nothing to name.
pub(super) fn only(items: &[String], nothing: &str) -> String {
    if items.is_empty() {
        return nothing.to_owned();
    }
    let mut text = format!("only {}", items[..items.len().min(SHOWN)].join(", "));
    if items.len() > SHOWN {
        text.push_str(&format!(" and {} more", items.len() - SHOWN));
    }
    text
}

/// `excludes X`.
pub(super) fn excludes(what: &str) -> String {
    format!("excludes {what}")
}
