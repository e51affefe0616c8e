//! How each type of member is read, written and searched, and the macros that declare resources from them.
//!
//! Invariant: writing what was read and reading it again gives the same value, for every type here.

use super::fields::{Fields, Unmodelled};
use crate::json::is_set;
use serde_json::{Map, Value};

/// A member of a Graph resource.
pub(crate) trait Member: Sized {
    /// Reads it out of the object; absent and null give the empty value.
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self;
    /// Writes it into the object, unless it is empty.
    fn put(&self, name: &str, into: &mut Map<String, Value>);
    /// Adds the unknown members inside it, with their paths.
    fn unmodelled<'a>(&'a self, _path: &str, _out: &mut Vec<(String, &'a Value)>) {}
}

/// An enumeration that Graph may extend: an unknown member is kept by its text.
pub trait Evolvable: Sized + Clone + PartialEq {
    /// Reads a member, without regard to case.
    fn parse(text: &str) -> Self;
    /// The text as Graph spells it.
    fn as_str(&self) -> &str;
    /// Whether this version doesn't know the member.
    fn is_unknown(&self) -> bool;
    /// Why Graph has retired the member, where it has.
    fn retired(&self) -> Option<&'static str> {
        None
    }
}

/// A flags enumeration, which Graph writes as one comma-separated string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flags<E>(pub Vec<E>);

impl<E> Default for Flags<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

fn read_enum<E: Evolvable>(fields: &mut Fields<'_, '_>, name: &str, text: &str) -> E {
    let value = E::parse(text.trim());
    if value.is_unknown() {
        fields
            .warn(name, format!("\"{text}\" is not known to this version; what it does can't be relied on"));
    } else if let Some(why) = value.retired() {
        fields.warn(name, format!("\"{text}\" is retired: {why}"));
    }
    value
}

/// The strings of an array, or a lone string; everything else is odd.
fn take_strings<'a>(fields: &mut Fields<'a, '_>, name: &str, split: bool) -> Vec<&'a str> {
    match fields.take(name) {
        None => Vec::new(),
        Some(Value::String(one)) if split => {
            one.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
        }
        Some(Value::String(one)) => {
            fields.warn(name, "is one text where Graph has a list; read as a list of one");
            vec![one]
        }
        Some(value @ Value::Array(items)) => {
            if items.iter().any(|item| !item.is_string() && !item.is_null()) {
                fields.keep_odd(name, value, "a list of texts");
            }
            if split && !items.is_empty() {
                fields.warn(name, "is a list where Graph has one comma-separated text; read as the same");
            }
            items.iter().filter_map(Value::as_str).collect()
        }
        Some(value) => {
            fields.keep_odd(name, value, if split { "a comma-separated text" } else { "a list of texts" });
            Vec::new()
        }
    }
}

impl Member for Option<String> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        match fields.take(name)? {
            Value::String(text) => Some(text.clone()),
            value => {
                fields.keep_odd(name, value, "a text");
                None
            }
        }
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if let Some(text) = self {
            into.insert(name.to_owned(), Value::from(text.as_str()));
        }
    }
}

impl Member for Option<bool> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        match fields.take(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            value => {
                fields.keep_odd(name, value, "true or false");
                None
            }
        }
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if let Some(flag) = self {
            into.insert(name.to_owned(), Value::from(*flag));
        }
    }
}

impl Member for Option<i64> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        let value = fields.take(name)?;
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        if number.is_none() {
            fields.keep_odd(name, value, "a whole number");
        }
        number
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if let Some(number) = self {
            into.insert(name.to_owned(), Value::from(*number));
        }
    }
}

impl Member for Vec<String> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        take_strings(fields, name, false).into_iter().map(str::to_owned).collect()
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if !self.is_empty() {
            into.insert(name.to_owned(), Value::from(self.as_slice()));
        }
    }
}

impl Member for Vec<Value> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        match fields.take(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(value) => {
                fields.keep_odd(name, value, "a list");
                Vec::new()
            }
        }
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if !self.is_empty() {
            into.insert(name.to_owned(), Value::from(self.as_slice()));
        }
    }
}

/// A member that has no published schema: kept as it is where it says anything.
impl Member for Option<Value> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        fields.take(name).filter(|value| is_set(value)).cloned()
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if let Some(value) = self {
            into.insert(name.to_owned(), value.clone());
        }
    }
}

/// Reads one member of an enumeration; [`evolvable!`] implements [`Member`] with it.
pub(crate) fn take_enum<E: Evolvable>(fields: &mut Fields<'_, '_>, name: &str) -> Option<E> {
    match fields.take(name)? {
        Value::String(text) => Some(read_enum(fields, name, text)),
        value => {
            fields.keep_odd(name, value, "a text");
            None
        }
    }
}

impl<E: Evolvable> Member for Vec<E> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        take_strings(fields, name, false).into_iter().map(|text| read_enum(fields, name, text)).collect()
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if !self.is_empty() {
            into.insert(name.to_owned(), self.iter().map(|value| Value::from(value.as_str())).collect());
        }
    }
}

impl<E: Evolvable> Member for Flags<E> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        Self(take_strings(fields, name, true).into_iter().map(|text| read_enum(fields, name, text)).collect())
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if !self.0.is_empty() {
            let joined: Vec<_> = self.0.iter().map(Evolvable::as_str).collect();
            into.insert(name.to_owned(), Value::from(joined.join(",")));
        }
    }
}

/// A resource or complex type, made by [`resource!`].
pub(crate) trait Resource: Sized {
    fn read(fields: Fields<'_, '_>) -> Self;
    fn write(&self) -> Map<String, Value>;
    fn unmodelled_members<'a>(&'a self, path: &str, out: &mut Vec<(String, &'a Value)>);
}

impl<R: Resource> Member for Option<R> {
    fn take(fields: &mut Fields<'_, '_>, name: &str) -> Self {
        match fields.take(name)? {
            Value::Object(map) => Some(R::read(fields.inner(name, map))),
            // What tools write for nothing where they know no type.
            Value::Array(items) if items.is_empty() => None,
            Value::String(text) if text.is_empty() => None,
            value => {
                fields.keep_odd(name, value, "an object");
                None
            }
        }
    }
    fn put(&self, name: &str, into: &mut Map<String, Value>) {
        if let Some(inner) = self {
            into.insert(name.to_owned(), Value::Object(inner.write()));
        }
    }
    fn unmodelled<'a>(&'a self, path: &str, out: &mut Vec<(String, &'a Value)>) {
        if let Some(inner) = self {
            inner.unmodelled_members(path, out);
        }
    }
}

/// Adds what was kept as it is; it overrides what was read of the same member.
pub(crate) fn put_unmodelled(unmodelled: &Unmodelled, into: &mut Map<String, Value>) {
    for (name, value) in unmodelled {
        into.insert(name.clone(), value.clone());
    }
}

/// Declares a resource: its members with their Graph names, and `unmodelled` for the rest.
macro_rules! resource {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $wire:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)+
            /// Members that the model does not know, as they were.
            pub unmodelled: crate::policy::Unmodelled,
        }

        impl crate::policy::member::Resource for $name {
            fn read(mut fields: crate::policy::fields::Fields<'_, '_>) -> Self {
                $(let $field = <$kind as crate::policy::member::Member>::take(&mut fields, $wire);)+
                Self { $($field,)+ unmodelled: fields.rest() }
            }
            fn write(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut map = serde_json::Map::new();
                $(crate::policy::member::Member::put(&self.$field, $wire, &mut map);)+
                crate::policy::member::put_unmodelled(&self.unmodelled, &mut map);
                map
            }
            fn unmodelled_members<'a>(&'a self, path: &str, out: &mut Vec<(String, &'a serde_json::Value)>) {
                use crate::policy::{fields::join, member::Member};
                $(self.$field.unmodelled(&join(path, $wire), out);)+
                out.extend(self.unmodelled.iter().map(|(name, value)| (join(path, name), value)));
            }
        }
    };
}
pub(crate) use resource;

/// Declares an enumeration that Graph may extend.
macro_rules! evolvable {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $wire:literal $(, retired: $why:literal)?;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A member that this version does not know, as it was spelt.
            Unknown(String),
        }

        impl $name {
            /// Every member that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)+];
        }

        impl crate::policy::Evolvable for $name {
            fn parse(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($wire) { return Self::$variant; })+
                Self::Unknown(text.to_owned())
            }
            fn as_str(&self) -> &str {
                match self { $(Self::$variant => $wire,)+ Self::Unknown(text) => text }
            }
            fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
            fn retired(&self) -> Option<&'static str> {
                let why: &[&'static str] = match self {
                    $(Self::$variant => &[$($why)?],)+
                    Self::Unknown(_) => &[],
                };
                why.first().copied()
            }
        }

        impl crate::policy::member::Member for Option<$name> {
            fn take(fields: &mut crate::policy::fields::Fields<'_, '_>, name: &str) -> Self {
                crate::policy::member::take_enum(fields, name)
            }
            fn put(&self, name: &str, into: &mut serde_json::Map<String, serde_json::Value>) {
                if let Some(value) = self {
                    let text = crate::policy::Evolvable::as_str(value);
                    into.insert(name.to_owned(), serde_json::Value::from(text));
                }
            }
        }
    };
}
pub(crate) use evolvable;
