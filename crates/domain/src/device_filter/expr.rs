//! Rules as expressions.

use super::{
    attribute::{Attribute, Kind},
    properties::{DeviceProperties, Property},
    text::Text,
};
use std::fmt::{self, Write};

/// A rule in negation normal form: `-not` stands at comparisons only, parts of a conjunction or disjunction are
/// sorted and each there once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expr {
    /// One comparison.
    Compare(Comparison),
    /// All of them; at least two.
    And(Vec<Expr>),
    /// At least one of them; at least two.
    Or(Vec<Expr>),
}

/// An attribute, what is asked of it, and whether the opposite is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Comparison {
    /// The attribute.
    pub attribute: Attribute,
    /// What is asked of it.
    pub test: Test,
    /// Whether the opposite is asked: `-ne`, `-notIn`, ….
    pub negated: bool,
}

/// What a positive operator asks of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// `-eq null`.
    Null,
    /// `-eq` and `-in`: sorted, each once, not empty.
    In(Vec<Text>),
    /// `-startsWith`.
    StartsWith(Text),
    /// `-endsWith`.
    EndsWith(Text),
    /// `-contains`.
    Contains(Text),
}

impl Expr {
    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, true)
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, false)
    }

    fn join(parts: Vec<Self>, and: bool) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) if and => flat.extend(inner),
                Self::Or(inner) if !and => flat.extend(inner),
                other => flat.push(other),
            }
        }
        flat.sort();
        flat.dedup();
        if flat.len() == 1 {
            return flat.remove(0);
        }
        if and { Self::And(flat) } else { Self::Or(flat) }
    }

    pub(super) fn negate(self) -> Self {
        match self {
            Self::Compare(one) => Self::Compare(Comparison { negated: !one.negated, ..one }),
            Self::And(parts) => Self::any(parts.into_iter().map(Self::negate).collect()),
            Self::Or(parts) => Self::all(parts.into_iter().map(Self::negate).collect()),
        }
    }

    /// Whether a device with these attributes matches the rule.
    pub fn matches(&self, device: &DeviceProperties) -> bool {
        match self {
            Self::Compare(comparison) => comparison.matches(device),
            Self::And(parts) => parts.iter().all(|part| part.matches(device)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(device)),
        }
    }

    /// Every comparison in it.
    pub fn comparisons(&self) -> Vec<&Comparison> {
        let mut out = Vec::new();
        self.collect(&mut out);
        out
    }

    fn collect<'a>(&'a self, out: &mut Vec<&'a Comparison>) {
        match self {
            Self::Compare(comparison) => out.push(comparison),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.collect(out)),
        }
    }

    /// The rule in one spelling: equal for equal rules, and parsed again it is the same rule.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        // Writing to a string can't fail.
        let _ = self.write(&mut out, &|text, out| quote(text.folded(), out));
        out
    }

    fn write(&self, out: &mut String, literal: &dyn Fn(&Text, &mut String) -> fmt::Result) -> fmt::Result {
        let (parts, joint, is_and) = match self {
            Self::Compare(comparison) => return comparison.write(out, literal),
            Self::And(parts) => (parts, " -and ", true),
            Self::Or(parts) => (parts, " -or ", false),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push_str(joint);
            }
            let parentheses = is_and && matches!(part, Self::Or(_));
            if parentheses {
                out.push('(');
            }
            part.write(out, literal)?;
            if parentheses {
                out.push(')');
            }
        }
        Ok(())
    }
}

/// With literals as they were spelt.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, &|text, out| quote(text.as_str(), out))?;
        f.write_str(&out)
    }
}

fn quote(text: &str, out: &mut String) -> fmt::Result {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '`') {
            out.push('`');
        }
        out.push(c);
    }
    out.push('"');
    Ok(())
}

impl Comparison {
    fn matches(&self, device: &DeviceProperties) -> bool {
        self.test.holds(&self.attribute, device.property(&self.attribute)) != self.negated
    }

    fn write(&self, out: &mut String, literal: &dyn Fn(&Text, &mut String) -> fmt::Result) -> fmt::Result {
        let operator = match (&self.test, self.negated) {
            (Test::Null, false) => "eq",
            (Test::Null, true) => "ne",
            (Test::In(list), false) if list.len() == 1 => "eq",
            (Test::In(list), true) if list.len() == 1 => "ne",
            (Test::In(_), false) => "in",
            (Test::In(_), true) => "notIn",
            (Test::StartsWith(_), false) => "startsWith",
            (Test::StartsWith(_), true) => "notStartsWith",
            (Test::EndsWith(_), false) => "endsWith",
            (Test::EndsWith(_), true) => "notEndsWith",
            (Test::Contains(_), false) => "contains",
            (Test::Contains(_), true) => "notContains",
        };
        // An unknown name may differ in case between equal rules.
        let name = if self.attribute.is_known() { self.attribute.name() } else { self.attribute.folded() };
        write!(out, "device.{name} -{operator} ")?;
        match &self.test {
            Test::Null => out.push_str("null"),
            Test::In(list) if list.len() > 1 => {
                for (at, text) in list.iter().enumerate() {
                    out.push_str(if at == 0 { "[" } else { ", " });
                    literal(text, out)?;
                }
                out.push(']');
            }
            test => test.texts().iter().try_for_each(|text| literal(text, out))?,
        }
        Ok(())
    }
}

impl Test {
    pub(super) fn texts(&self) -> &[Text] {
        match self {
            Self::Null => &[],
            Self::In(list) => list,
            Self::StartsWith(text) | Self::EndsWith(text) | Self::Contains(text) => {
                std::slice::from_ref(text)
            }
        }
    }

    /// Whether a value passes. Null passes nothing but the question for null.
    pub(super) fn holds(&self, attribute: &Attribute, value: Option<&Property>) -> bool {
        let whole = attribute.kind() == Kind::Collection;
        match value {
            None => *self == Self::Null,
            Some(Property::Text(text)) => self.holds_for(text, whole),
            Some(Property::List(list)) => list.iter().any(|text| self.holds_for(text, whole)),
        }
    }

    /// Whether one folded text passes; `whole` where `-contains` asks for a whole member of a collection.
    pub(super) fn holds_for(&self, value: &str, whole: bool) -> bool {
        match self {
            Self::Null => false,
            Self::In(list) => list.iter().any(|text| text.folded() == value),
            Self::StartsWith(text) => value.starts_with(text.folded()),
            Self::EndsWith(text) => value.ends_with(text.folded()),
            Self::Contains(text) if whole => value == text.folded(),
            Self::Contains(text) => value.contains(text.folded()),
        }
    }
}
