//! The report as a SARIF 2.1.0 log (OASIS, Static Analysis Results Interchange Format), for pipelines that gather the
//! results of many tools.
//!
//! Invariants, which the standard demands: every result names a rule that the log lists; ids of rules are unique; a
//! result that is no failure has the level `none`; the same report gives the same log.

use super::{Acceptance, Accepted, Finding, Report, told};
use crate::severity::Severity;
use serde_json::{Map, Value, json};

/// Where the standard's schema is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// Writes the log. `version` is that of the program.
pub fn to_sarif(report: &Report, version: &str) -> String {
    to_sarif_with(report, version, &Accepted::new())
}

/// The same with the findings that people live with, as suppressed results.
pub fn to_sarif_with(report: &Report, version: &str, accepted: &Accepted) -> String {
    let mut rules: Vec<(String, Value)> = Vec::new();
    let mut results = Vec::new();
    for finding in &report.findings {
        let id = rule_id(finding);
        let at = rules.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            rules.push((id.clone(), rule(&id, finding)));
            rules.len() - 1
        });
        results.push(result(finding, &id, at, accepted.get(&finding.id)));
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
    let written = serde_json::to_value(finding).unwrap_or(Value::Null);
    let check = ["check_id", "check"].iter().find_map(|name| match &written[name] {
        Value::String(id) => Some(id.clone()),
        Value::Object(check) => check.get("id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    });
    check.unwrap_or_else(|| format!("{}/{}", told::source(finding), told::kind(finding)))
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
        "missing" => "The baseline has a policy without a live counterpart.".to_owned(),
        "changed" => "A live policy differs from its counterpart in the baseline.".to_owned(),
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

fn result(finding: &Finding, rule: &str, at: usize, accepted: Option<&Acceptance>) -> Value {
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": at,
        "kind": if finding.severity == Severity::Info { "informational" } else { "fail" },
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "fingerprints": {"policytab/v1": finding.id},
        "properties": properties(finding),
    });
    let locations = locations(finding);
    if !locations.is_empty() {
        result["locations"] = json!([{"logicalLocations": locations}]);
    }
    if let Some(accepted) = accepted {
        result["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": accepted.sentence()}]);
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
    let regions: Vec<String> = told::parts(finding).into_iter().map(|part| part.text).collect();
    for (name, list) in
        [("frameworks", &finding.frameworks), ("regions", &regions), ("not_licensed", &finding.not_licensed)]
    {
        if !list.is_empty() {
            bag.insert(name.to_owned(), json!(list));
        }
    }
    if let Some(witness) = told::witness(finding) {
        bag.insert("witness".to_owned(), json!(witness));
    }
    Value::Object(bag)
}

#[cfg(test)]
mod tests;
