//! What is known of one device.

use super::{attribute::Attribute, text::fold};
use crate::sign_in::SignInDevice;
use serde_json::Value;
use std::collections::BTreeMap;

/// A value, folded for comparison; a flag is the text `true` or `false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Property {
    Text(String),
    List(Vec<String>),
}

/// The attributes of a device, by name without regard to case. What is not there is null; of an unregistered device
/// everything is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceProperties {
    values: BTreeMap<Attribute, Property>,
}

impl DeviceProperties {
    /// A device that the directory does not know.
    pub fn unregistered() -> Self {
        Self::default()
    }

    /// Whether nothing is known of the device.
    pub fn is_unregistered(&self) -> bool {
        self.values.is_empty()
    }

    /// The device of a sign-in. `compliant` gives `isCompliant`, `joined` gives `trustType` (`true` is hybrid joined);
    /// `properties` go before both.
    pub fn of(device: &SignInDevice) -> Self {
        let mut out = Self::default();
        if let Some(compliant) = device.compliant {
            out.set("isCompliant", &Value::Bool(compliant));
        }
        match &device.joined {
            Some(Value::Bool(true)) => out.set("trustType", &Value::String("ServerAD".to_owned())),
            Some(word @ Value::String(_)) => out.set("trustType", word),
            _ => {}
        }
        for (name, value) in &device.properties {
            out.set(name, value);
        }
        out
    }

    /// States an attribute; `null`, and what is neither a scalar nor a list of scalars, makes it unknown.
    pub fn set(&mut self, name: &str, value: &Value) {
        let attribute = Attribute::new(name);
        let property = match value {
            Value::Array(items) => Some(Property::List(items.iter().filter_map(scalar).collect())),
            other => scalar(other).map(Property::Text),
        };
        match property {
            Some(property) => drop(self.values.insert(attribute, property)),
            None => drop(self.values.remove(&attribute)),
        }
    }

    pub(super) fn property(&self, attribute: &Attribute) -> Option<&Property> {
        self.values.get(attribute)
    }
}

impl<'a> FromIterator<(&'a String, &'a Value)> for DeviceProperties {
    fn from_iter<I: IntoIterator<Item = (&'a String, &'a Value)>>(attributes: I) -> Self {
        let mut out = Self::default();
        attributes.into_iter().for_each(|(name, value)| out.set(name, value));
        out
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(fold(text)),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
