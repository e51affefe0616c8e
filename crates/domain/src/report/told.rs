//! What every export tells of a finding, in words: the one place that knows how a finding is made up.
//!
//! Parts whose shape is the analysis's business (regions, witness, kind, source) are read from their serialised form,
//! so that an export shows what is there.

use super::Finding;
use serde::Serialize;
use serde_json::Value;

/// A part of the unprotected sign-ins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) share: Option<f64>,
    pub(super) missing: Vec<String>,
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn word(value: &impl Serialize) -> String {
    match written(value) {
        Value::String(word) => word,
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

/// The unprotected sign-ins, the largest part first, as the analysis gave them.
pub(super) fn parts(finding: &Finding) -> Vec<Part> {
    let Value::Array(items) = written(&finding.regions) else { return Vec::new() };
    items.iter().filter_map(part).collect()
}

fn part(item: &Value) -> Option<Part> {
    let texts = |value: Option<&Value>| {
        let items = value.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match item {
        Value::String(text) => Some(Part { text: text.clone(), share: None, missing: Vec::new() }),
        Value::Object(map) => Some(Part {
            text: map.get("text")?.as_str()?.to_owned(),
            share: map.get("share").and_then(Value::as_f64),
            missing: texts(map.get("missing")),
        }),
        _ => None,
    }
}

/// One unprotected sign-in as a sentence.
pub(super) fn witness(finding: &Finding) -> Option<String> {
    match written(&finding.witness) {
        Value::Null => None,
        Value::String(sentence) => Some(sentence),
        Value::Object(map) => match map.get("sentence") {
            Some(Value::String(sentence)) => Some(sentence.clone()),
            _ => Some(Value::Object(map).to_string()),
        },
        other => Some(other.to_string()),
    }
}

/// Names of the live policies.
pub(super) fn live_names(finding: &Finding) -> Vec<&str> {
    finding.live_policies.iter().map(|policy| policy.display_name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        let told = [0.0, 0.0004, 0.01, 0.374, 0.9951, 1.0].map(percent);
        assert_eq!(told, ["0 %", "< 1 %", "1 %", "37 %", "> 99 %", "100 %"]);
        assert_eq!(spoken("not_licensed"), "Not licensed");
    }

    #[test]
    fn parts_may_be_texts_or_objects() {
        let text = part(&json!("guests · all apps")).expect("a part");
        assert_eq!((text.text.as_str(), text.share), ("guests · all apps", None));
        let object =
            part(&json!({"text": "guests", "share": 0.25, "missing": ["MFA"], "more": 1})).expect("a part");
        assert_eq!((object.share, object.missing), (Some(0.25), vec!["MFA".to_owned()]));
        assert_eq!(part(&json!(7)), None);
    }
}
