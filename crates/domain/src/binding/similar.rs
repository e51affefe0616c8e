//! How alike two names are, without the prefixes that conventions put in front of them.

use std::collections::BTreeSet;

/// Words that say what sort of object it is or whose convention named it, and nothing of what it is for.
const CONVENTION: [&str; 25] = [
    "ca", "cap", "csb", "sg", "sgu", "gg", "dg", "ug", "grp", "group", "groups", "sec", "security", "aad",
    "azuread", "azure", "entra", "mg", "m365", "the", "of", "for", "and", "app", "role",
];

/// The least likeness, of 1, at which a name is proposed.
pub(super) const LEAST: f64 = 0.5;

/// A name without regard to case and runs of blanks.
pub(super) fn fold_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What stands inside the marks of a placeholder.
pub(super) fn unmark(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "<>[]{}%$#_".contains(c))
}

/// A name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    words: BTreeSet<String>,
    joined: String,
}

impl Words {
    pub(super) fn of(name: &str) -> Self {
        let all = split(name);
        let told: Vec<String> = all.iter().filter(|word| !is_convention(word)).cloned().collect();
        // A name of nothing but prefixes is at least itself.
        let words = if told.is_empty() { all } else { told };
        Self { joined: words.concat(), words: words.into_iter().collect() }
    }

    /// Likeness from 0 to 1: the words both have among all they have, or the same letters.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        if self.joined.is_empty() || other.joined.is_empty() {
            return 0.0;
        }
        if self.joined == other.joined {
            return 1.0;
        }
        let shared = self.words.intersection(&other.words);
        let (mut count, mut telling) = (0_u32, false);
        for word in shared {
            count += 1;
            telling |= word.chars().count() > 2;
        }
        let sum = u32::try_from(self.words.len() + other.words.len()).unwrap_or(u32::MAX);
        if telling { f64::from(2 * count) / f64::from(sum) } else { 0.0 }
    }
}

/// Whether a name speaks of emergency access.
pub(crate) fn is_emergency(name: &str) -> bool {
    let joined = split(name).concat();
    ["breakglass", "emergencyaccess", "emergencyaccount", "emergencyadmin", "firecall"]
        .iter()
        .any(|word| joined.contains(word))
        || split(name).iter().any(|word| word == "emergency" || word == "bg")
}

fn is_convention(word: &str) -> bool {
    let digits = word.trim_start_matches("ca");
    CONVENTION.contains(&word) || (word.starts_with("ca") && digits.chars().all(|c| c.is_ascii_digit()))
}

/// Words in lower case: at blanks, signs, and where a capital follows a small letter or ends a run of capitals.
fn split(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase() || (b.is_uppercase() && after.is_some_and(|a| a.is_lowercase()))
            });
        if !c.is_alphanumeric() || begins {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventions_play_no_part_and_words_do() {
        let like = |a: &str, b: &str| Words::of(a).likeness(&Words::of(b));
        assert!(like("CA-BreakGlass", "SG Break Glass") > 0.99);
        assert!(like("AAD-ServiceAccounts", "Group - service accounts (cloud)") > LEAST);
        assert!(like("CA001-Guests", "CA002-Admins") < LEAST);
        assert!(like("SG-A1", "CA-A1 b2") < LEAST, "two letters tell nothing");
        assert_eq!(like("", "x"), 0.0);
        assert_eq!(split("SGU - iOSApps_MFA2Users"), ["sgu", "i", "os", "apps", "mfa2users"]);
    }

    #[test]
    fn emergency_access_has_many_names() {
        for name in
            ["CA-BreakGlass", "<EmergencyAccessAccountsGroup>", "emergency access", "Break glass 2", "BG"]
        {
            assert!(is_emergency(name), "{name}");
        }
        for name in ["Glassware", "Breakfast club", "BGM players", "Admins"] {
            assert!(!is_emergency(name), "{name}");
        }
    }
}
