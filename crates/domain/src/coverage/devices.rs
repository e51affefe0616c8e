//! With which device: the classes that filters for devices tell apart. The older lists of device states are read as
//! the filters that say the same.

use super::cell::Atoms;
use crate::{
    device_filter::{Classes, Expr, parse},
    normal::{Field, Item, NormalPolicy, NormalValue},
    policy::FilterMode,
};

/// A rule that policies use: as an expression, or as its text where it can't be parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) text: String,
    pub(crate) expr: Option<Expr>,
}

impl Rule {
    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), expr: parse(text).ok() }
    }

    /// Rules that mean the same are one; those that can't be parsed are the same when their texts are.
    fn is(&self, other: &Self) -> bool {
        match (&self.expr, &other.expr) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (None, None) => self.text == other.text,
            _ => false,
        }
    }
}

/// The device dimension.
#[derive(Debug, Clone)]
pub(crate) struct Devices {
    pub(crate) rules: Vec<Rule>,
    pub(crate) classes: Classes,
}

impl Devices {
    pub(crate) fn of<'p>(policies: impl Iterator<Item = &'p NormalPolicy>) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for (rule, _) in policies.flat_map(conditions) {
            if !rules.iter().any(|known| known.is(&rule)) {
                rules.push(rule);
            }
        }
        let exprs: Vec<Option<&Expr>> = rules.iter().map(|rule| rule.expr.as_ref()).collect();
        let classes = Classes::of(&exprs);
        Self { rules, classes }
    }

    pub(crate) fn len(&self) -> usize {
        self.classes.classes.len()
    }

    /// The classes that a policy covers.
    pub(crate) fn covered(&self, policy: &NormalPolicy) -> Atoms {
        let conditions: Vec<(Option<usize>, bool)> = conditions(policy)
            .map(|(rule, wanted)| (self.rules.iter().position(|known| known.is(&rule)), wanted))
            .collect();
        let covers = |holds: &[bool]| {
            conditions.iter().all(|(rule, wanted)| rule.is_some_and(|rule| holds[rule] == *wanted))
        };
        let covered = self.classes.classes.iter().enumerate().filter(|(_, class)| covers(&class.holds));
        Atoms::of(self.len(), covered.map(|(at, _)| at))
    }
}

/// What a policy asks of a device: rules, and whether each must hold or must not.
fn conditions(policy: &NormalPolicy) -> impl Iterator<Item = (Rule, bool)> {
    let filter = match policy.fields.get(&Field::DeviceFilter) {
        Some(NormalValue::Rule(mode, rule)) => Some((Rule::of(rule), *mode != FilterMode::Exclude)),
        _ => None,
    };
    let lists = [
        (Field::IncludeDevices, true),
        (Field::ExcludeDevices, false),
        (Field::IncludeDeviceStates, true),
        (Field::ExcludeDeviceStates, false),
    ];
    let lists = lists.into_iter().filter_map(|(field, wanted)| {
        let words: Vec<&str> = policy.set(&field).iter().map(Item::id).collect();
        if words.is_empty() || (wanted && words.contains(&"All")) {
            return None;
        }
        let said: Vec<String> = words.iter().map(|word| state_rule(word)).collect();
        Some((Rule::of(&said.join(" -or ")), wanted))
    });
    filter.into_iter().chain(lists)
}

/// The filter that says the same as a word of the older lists (`conditionalAccessDeviceStates`).
fn state_rule(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "compliant" => "device.isCompliant -eq True".to_owned(),
        "domainjoined" => "device.trustType -eq \"ServerAD\"".to_owned(),
        // Every device has it or has not; nothing more can be told.
        _ => format!("device state {word}"),
    }
}
