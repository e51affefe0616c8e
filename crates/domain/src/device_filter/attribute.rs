//! The attributes of a device that a rule may name.

use super::text::{Text, fold};

/// What kind of value an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// `True` or `False`.
    Flag,
    /// One of a few words.
    Words(&'static [&'static str]),
    /// Any number of texts; `-contains` asks for a whole one.
    Collection,
}

/// An attribute by its name without `device.`, known or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute(Text);

/// The documented attributes besides `extensionAttribute1` to `extensionAttribute15`.
const KNOWN: [(&str, Kind); 14] = [
    ("deviceId", Kind::Text),
    ("deviceOwnership", Kind::Words(&["Company", "Personal"])),
    ("displayName", Kind::Text),
    ("enrollmentProfileName", Kind::Text),
    ("isCompliant", Kind::Flag),
    ("manufacturer", Kind::Text),
    ("mdmAppId", Kind::Text),
    ("model", Kind::Text),
    ("operatingSystem", Kind::Text),
    ("operatingSystemVersion", Kind::Text),
    ("physicalIds", Kind::Collection),
    ("profileType", Kind::Text),
    ("systemLabels", Kind::Collection),
    ("trustType", Kind::Words(&["AzureAD", "ServerAD", "Workplace"])),
];

/// What dynamic membership rules, and the example in an earlier edition of the page, call `physicalIds`.
const PHYSICAL_IDS_ALIAS: &str = "devicephysicalids";

const EXTENSION: &str = "extensionAttribute";

impl Attribute {
    /// Takes a name in any case.
    pub fn new(name: &str) -> Self {
        let folded = fold(name);
        let looked_up = if folded == PHYSICAL_IDS_ALIAS { "physicalids" } else { &folded };
        if let Some((known, _)) = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(looked_up)) {
            return Self(Text::new(known));
        }
        match extension_number(&folded) {
            Some(number) => Self(Text::new(&format!("{EXTENSION}{number}"))),
            None => Self(Text::new(name)),
        }
    }

    /// The name: known ones in Microsoft's spelling, others as they were written.
    pub fn name(&self) -> &str {
        self.0.as_str()
    }

    /// The name as it is compared.
    pub fn folded(&self) -> &str {
        self.0.folded()
    }

    /// Whether it is one of the documented attributes.
    pub fn is_known(&self) -> bool {
        extension_number(self.folded()).is_some() || KNOWN.iter().any(|(known, _)| *known == self.name())
    }

    pub(super) fn kind(&self) -> Kind {
        KNOWN.iter().find(|(known, _)| *known == self.name()).map_or(Kind::Text, |(_, kind)| *kind)
    }
}

fn extension_number(folded: &str) -> Option<u8> {
    let digits = folded.strip_prefix("extensionattribute")?;
    let number: u8 = digits.parse().ok()?;
    ((1..=15).contains(&number) && number.to_string() == digits).then_some(number)
}
