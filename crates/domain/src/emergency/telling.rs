//! What a name says. Names support what the policies show; they decide nothing alone.

/// Words for emergency access in the languages of the product's customers, without blanks and signs.
const WORDS: [&str; 9] = [
    "breakglass",
    "emergency",
    "notfall",
    "urgence",
    "emergencia",
    "emergenza",
    "noodtoegang",
    "nødadgang",
    "nödåtkomst",
];
/// Abbreviations that only count as a word of their own.
const ABBREVIATIONS: [&str; 3] = ["bg", "bga", "bgaccount"];
/// How Microsoft Entra Connect names its accounts.
const SYNCHRONISATION: [&str; 2] = ["directorysynchronization", "directorysyncaccount"];

pub(super) fn says_emergency(name: &str) -> bool {
    let name = name.to_lowercase();
    let squeezed = squeeze(&name);
    WORDS.iter().any(|word| squeezed.contains(word))
        || name.split(|c: char| !c.is_alphabetic()).any(|part| ABBREVIATIONS.contains(&part))
}

pub(super) fn says_synchronisation(name: &str) -> bool {
    let squeezed = squeeze(&name.to_lowercase());
    SYNCHRONISATION.iter().any(|word| squeezed.contains(word))
}

fn squeeze(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_however_they_are_written() {
        for name in
            ["CA-BreakGlass", "Break Glass 1", "break_glass", "SG-BG-Exclude", "Notfallzugang", "bg01"]
        {
            assert!(says_emergency(name), "{name}");
        }
        for name in ["Big Group", "BGP operators", "Sales", ""] {
            assert!(!says_emergency(name), "{name}");
        }
        assert!(says_synchronisation("On-Premises Directory Synchronization Service Account"));
    }
}
