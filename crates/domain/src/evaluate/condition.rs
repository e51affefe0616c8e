//! What a condition of a policy is made of: who or what is in, and who or what is out.

use super::{subject::Subject, tags::Bits};

/// What is in: everything, or whatever has one of the numbers.
#[derive(Debug, Default)]
pub(super) struct Include {
    pub(super) all: bool,
    pub(super) any_of: Vec<u32>,
    /// For people, when it is not met.
    pub(super) text: String,
}

impl Include {
    pub(super) fn holds(&self, has: &Bits) -> bool {
        self.all || has.has_any(&self.any_of)
    }
}

/// What is out: one number and its words each.
#[derive(Debug, Default)]
pub(super) struct Exclude {
    pub(super) items: Vec<(u32, String)>,
}

impl Exclude {
    pub(super) fn hit(&self, has: &Bits) -> Option<&str> {
        self.items.iter().find(|(number, _)| has.has(*number)).map(|(_, text)| text.as_str())
    }
}

/// Kinds of guests, and the tenants that they come from.
#[derive(Debug, Default)]
pub(super) struct Guests {
    pub(super) types: Vec<u32>,
    /// `None` is any tenant.
    pub(super) tenants: Option<Vec<u32>>,
    pub(super) text: String,
}

impl Guests {
    pub(super) fn holds(&self, has: &Bits) -> bool {
        has.has_any(&self.types) && self.tenants.as_ref().is_none_or(|tenants| has.has_any(tenants))
    }
}

/// People.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) include: Include,
    pub(super) include_guests: Guests,
    pub(super) exclude: Exclude,
    pub(super) exclude_guests: Guests,
}

impl People {
    pub(super) fn miss(&self, has: &Bits) -> Option<&str> {
        if !self.include.holds(has) && !self.include_guests.holds(has) {
            return Some(&self.include.text);
        }
        if self.exclude_guests.holds(has) {
            return Some(&self.exclude_guests.text);
        }
        self.exclude.hit(has)
    }
}

/// Something that is in, less something that is out.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) include: Include,
    pub(super) exclude: Exclude,
    /// The words for leaving out everything, where that is what the policy does.
    pub(super) exclude_all: Option<String>,
}

impl Pair {
    pub(super) fn miss(&self, has: &Bits) -> Option<&str> {
        if !self.include.holds(has) {
            return Some(&self.include.text);
        }
        self.exclude_all.as_deref().or_else(|| self.exclude.hit(has))
    }
}

/// Locations; trusted ones have a word of their own.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) pair: Pair,
    pub(super) include_trusted: bool,
    pub(super) exclude_trusted: Option<String>,
}

impl Places {
    pub(super) fn miss(&self, subject: &Subject<'_>) -> Option<&str> {
        let Pair { include, exclude, exclude_all } = &self.pair;
        let is_in = include.holds(&subject.has) || (self.include_trusted && subject.trusted);
        if !is_in {
            return Some(&include.text);
        }
        let trusted = self.exclude_trusted.as_deref().filter(|_| subject.trusted);
        exclude_all.as_deref().or(trusted).or_else(|| exclude.hit(&subject.has))
    }
}

/// What of a device decides.
#[derive(Debug)]
pub(super) enum DeviceTest {
    /// A filter, by its place in the evaluator.
    Filter(usize),
    /// A rule that can't be parsed, by its number: it holds where the sign-in says so.
    Stated(u32),
}

impl DeviceTest {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Filter(filter) => subject.matches(*filter),
            Self::Stated(number) => subject.has.has(*number),
        }
    }
}

/// Devices that are in (any of the tests), or out.
#[derive(Debug, Default)]
pub(super) struct DeviceRules {
    /// Lists of tests: of each at least one must hold.
    pub(super) include: Vec<(Vec<DeviceTest>, String)>,
    pub(super) exclude: Vec<(DeviceTest, String)>,
    /// The words for leaving out every device.
    pub(super) exclude_all: Option<String>,
}

impl DeviceRules {
    pub(super) fn miss(&self, subject: &Subject<'_>) -> Option<&str> {
        let outside = self.include.iter().find(|(tests, _)| !tests.iter().any(|test| test.holds(subject)));
        if let Some((_, text)) = outside {
            return Some(text);
        }
        if let Some(text) = &self.exclude_all {
            return Some(text);
        }
        self.exclude.iter().find(|(test, _)| test.holds(subject)).map(|(_, text)| text.as_str())
    }
}
