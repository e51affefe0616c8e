//! The report as a SARIF 2.1.0 log (OASIS, Static Analysis Results Interchange Format), for pipelines that gather the
//! results of many tools.
//!
//! Invariants, which the standard demands: every result names a rule that the log lists; ids of rules are unique; a
//! result that is no failure has the level `none`; the same report gives the same log.

use super::{Finding, FindingStatus, Report, acceptance::acceptance_words, told};
use crate::severity::Severity;
use serde_json::{Map, Value, json};

/// Where the standard's schema is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// Writes the log. `version` is that of the program.
///
/// Accepted findings are suppressed results.
pub fn to_sarif(report: &Report, version: &str) -> String {
    let mut rules: Vec<(String, Value)> = Vec::new();
    let mut results = Vec::new();
    for finding in &report.findings {
        let id = rule_id(finding);
        let at = rules.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            rules.push((id.clone(), rule(&id, finding)));
            rules.len() - 1
        });
        results.push(result(finding, &id, at));
    }
    let rules: Vec<Value> = rules.into_iter().map(|(_, rule)| rule).collect();
    let mut properties = json!({"compared_with": report.compared_with.describe()});
    if let Some(notice) = &report.notice {
        properties["notice"] = json!(notice);
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "Policytab", "version": version, "rules": rules}},
            "results": results,
            "properties": properties,
        }],
    });
    format!("{log:#}\n")
}

/// What was broken: the check of the catalog where it is one, else the kind of finding.
fn rule_id(finding: &Finding) -> String {
    finding.check.clone().unwrap_or_else(|| format!("{}/{}", told::source(finding), told::kind(finding)))
}

fn rule(id: &str, finding: &Finding) -> Value {
    let is_check = !id.contains('/');
    let text = if is_check { finding.title.clone() } else { kind_text(&told::kind(finding)) };
    json!({
        "id": id,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": level(finding.severity)},
    })
}

/// What a kind of finding of the comparison means.
fn kind_text(kind: &str) -> String {
    match kind {
        "missing" => "Nothing of what a policy of the baseline protects is protected.".to_owned(),
        "gap" => "A part of what a policy of the baseline protects is open.".to_owned(),
        "not_decided" => "It could not be worked out whether a policy of the baseline is covered.".to_owned(),
        "changed" => {
            "A live policy differs from its counterpart, and no sign-in loses protection by it.".to_owned()
        }
        "extra" => "A live policy is not in the baseline.".to_owned(),
        other => format!("{}.", told::spoken(other)),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
        Severity::Info => "none",
    }
}

fn result(finding: &Finding, rule: &str, at: usize) -> Value {
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": at,
        "kind": if finding.severity == Severity::Info { "informational" } else { "fail" },
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "fingerprints": {"policytab/v1": finding.id, "facts/v1": finding.fingerprint},
        "properties": properties(finding),
    });
    let locations = locations(finding);
    if !locations.is_empty() {
        result["locations"] = json!([{"logicalLocations": locations}]);
    }
    if finding.status == FindingStatus::Accepted {
        let why = acceptance_words(finding);
        result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": why}]);
    }
    result
}

/// Title, cause and remedy; a message may not be empty.
fn message(finding: &Finding) -> String {
    let mut said = vec![format!("{}.", finding.title.trim_end_matches('.'))];
    said.extend([&finding.cause, &finding.remedy].into_iter().filter(|text| !text.is_empty()).cloned());
    said.join(" ")
}

/// The policies it is about: the live ones, else that of the baseline.
fn locations(finding: &Finding) -> Vec<Value> {
    let live = finding.live_policies.iter().map(|policy| ("live", policy));
    let baseline = finding.baseline_policy.iter().map(|policy| ("baseline", policy));
    live.chain(baseline)
        .map(|(side, policy)| {
            let named = if policy.display_name.is_empty() { "(no name)" } else { &policy.display_name };
            let key = policy.id.as_deref().unwrap_or(named);
            json!({"name": named, "fullyQualifiedName": format!("{side}/{key}"), "kind": "resource"})
        })
        .collect()
}

fn properties(finding: &Finding) -> Value {
    let mut bag = Map::new();
    bag.insert("severity".to_owned(), json!(finding.severity.as_str()));
    bag.insert("severity_reason".to_owned(), json!(finding.severity_reason));
    bag.insert("source".to_owned(), json!(told::source(finding)));
    bag.insert("share".to_owned(), json!(finding.share));
    bag.insert("policies".to_owned(), json!(told::live_names(finding)));
    for (name, list) in [
        ("frameworks", &finding.frameworks),
        ("regions", &finding.regions),
        ("conditions", &finding.conditions),
        ("not_licensed", &finding.not_licensed),
    ] {
        if !list.is_empty() {
            bag.insert(name.to_owned(), json!(list));
        }
    }
    if let Some(witness) = &finding.witness_text {
        bag.insert("witness".to_owned(), json!(witness));
    }
    Value::Object(bag)
}

#[cfg(test)]
mod tests;
