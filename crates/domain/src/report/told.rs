//! What every export tells of a finding, in words.

use super::Finding;
use serde::Serialize;
use serde_json::Value;

fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The finding's kind as it is on the wire.
pub(super) fn kind(finding: &Finding) -> String {
    word(&finding.kind)
}

/// A word of the wire for people: `not_licensed` is "Not licensed".
pub(super) fn spoken(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Against what it was found, as it is on the wire.
pub(super) fn source(finding: &Finding) -> String {
    word(&finding.source)
}

/// A share for people. Nothing is rounded to all or none that is not.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        exact if exact <= 0.0 => "0 %".to_owned(),
        exact if exact < 1.0 => "< 1 %".to_owned(),
        exact if exact >= 100.0 => "100 %".to_owned(),
        exact if exact > 99.0 => "> 99 %".to_owned(),
        exact => format!("{exact:.0} %"),
    }
}

/// Names of the live policies.
pub(super) fn live_names(finding: &Finding) -> Vec<&str> {
    finding.live_policies.iter().map(|policy| policy.display_name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        let told = [0.0, 0.0004, 0.01, 0.374, 0.9951, 1.0].map(percent);
        assert_eq!(told, ["0 %", "< 1 %", "1 %", "37 %", "> 99 %", "100 %"]);
        assert_eq!(spoken("not_licensed"), "Not licensed");
    }
}
