use super::*;
use crate::{
    binding::Bindings,
    facts::Facts,
    names::Names,
    policy_set::PolicySet,
    report::{Acceptance, BaselineSource, ComparisonInput, KeptAcceptance, compare},
};
use std::collections::BTreeSet;

/// What a log has to be by the standard, as far as this writer uses it. Unlike the standard it allows no member
/// beside those that are listed, so that a misspelt one shows.
const REQUIREMENTS: &str = r##"{
  "type": "object", "required": ["$schema", "version", "runs"], "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
    "runs": {"type": "array", "minItems": 1, "items": {
      "type": "object", "required": ["tool", "results"], "additionalProperties": false,
      "properties": {
        "properties": {"type": "object"},
        "tool": {"type": "object", "required": ["driver"], "additionalProperties": false, "properties": {"driver": {
          "type": "object", "required": ["name"], "additionalProperties": false, "properties": {
            "name": {"type": "string", "minLength": 1}, "version": {"type": "string"},
            "rules": {"type": "array", "uniqueItems": true, "items": {
              "type": "object", "required": ["id"], "additionalProperties": false, "properties": {
                "id": {"type": "string", "minLength": 1},
                "shortDescription": {"$ref": "#/definitions/text"},
                "defaultConfiguration": {"type": "object", "additionalProperties": false,
                  "properties": {"level": {"$ref": "#/definitions/level"}}}
              }}}
          }}}},
        "results": {"type": "array", "uniqueItems": true, "items": {
          "type": "object", "required": ["message"], "additionalProperties": false, "properties": {
            "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
            "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
            "level": {"$ref": "#/definitions/level"},
            "message": {"$ref": "#/definitions/text"},
            "fingerprints": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
            "properties": {"type": "object"},
            "locations": {"type": "array", "items": {"type": "object", "required": ["logicalLocations"],
              "additionalProperties": false, "properties": {"logicalLocations": {"type": "array", "uniqueItems": true,
                "items": {"type": "object", "additionalProperties": false, "properties": {
                  "name": {"type": "string", "minLength": 1}, "kind": {"const": "resource"},
                  "fullyQualifiedName": {"type": "string", "minLength": 1}}}}}}},
            "suppressions": {"type": "array", "uniqueItems": true, "items": {
              "type": "object", "required": ["kind"], "additionalProperties": false, "properties": {
                "kind": {"enum": ["inSource", "external"]},
                "status": {"enum": ["accepted", "underReview", "rejected"]},
                "justification": {"type": "string"}}}}
          }}}
      }}}
  },
  "definitions": {
    "level": {"enum": ["none", "note", "warning", "error"]},
    "text": {"type": "object", "required": ["text"], "additionalProperties": false,
      "properties": {"text": {"type": "string", "minLength": 1}}}
  }
}"##;

fn body(name: &str, control: &str) -> Value {
    json!({
        "displayName": name, "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
            "clientAppTypes": if control == "block" { json!(["other"]) } else { json!(["all"]) }},
        "grantControls": {"operator": "OR", "builtInControls": [control]},
    })
}

fn report(baseline: &[Value], live: &[Value]) -> Report {
    let set = |bodies: &[Value]| PolicySet::of_bodies(bodies, Names::new());
    compare(&ComparisonInput {
        live: &set(live),
        baseline: &set(baseline),
        baseline_source: BaselineSource::Workspace { name: "House rules".to_owned(), baseline_id: None },
        facts: &Facts::default(),
        bindings: &Bindings::same_tenant(),
        with_checks: false,
    })
}

#[track_caller]
fn checked(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("it is JSON");
    let schema: Value = serde_json::from_str(REQUIREMENTS).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert_eq!(errors, [""; 0]);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids.len(), rules.len(), "ids of rules are unique");
    for result in run["results"].as_array().expect("results") {
        let at = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("it is small");
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert_eq!(result["kind"] == "fail", result["level"] != "none", "only failures have a level");
    }
    log
}

#[test]
fn every_finding_is_a_result_of_a_rule() {
    let hostile = "<script>\"\u{7}\u{202E} 'x'";
    let report = report(&[body("Legacy", "block"), body("MFA", "mfa")], &[body(hostile, "compliantDevice")]);
    assert!(report.findings.len() > 1);
    let log = checked(&to_sarif(&report, "1.2.3"));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), report.findings.len());
    for (result, finding) in results.iter().zip(&report.findings) {
        assert_eq!(result["fingerprints"]["policytab/v1"], finding.id.as_str());
        assert_eq!(result["properties"]["severity"], finding.severity.as_str());
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains(&finding.cause)));
    }
    assert_eq!(results[0]["level"], "error");
    assert_eq!(log["runs"][0]["tool"]["driver"]["version"], "1.2.3");
    assert_eq!(to_sarif(&report, "1.2.3"), to_sarif(&report, "1.2.3"));
}

#[test]
fn an_accepted_finding_is_a_suppressed_result() {
    let mut report = report(&[body("MFA", "mfa")], &[]);
    let now = chrono::DateTime::UNIX_EPOCH;
    let acceptance = Acceptance {
        reason: "Another product".to_owned(),
        owner: "Ada".to_owned(),
        expires_at: now + chrono::TimeDelta::days(30),
        accepted_by: "An Operator".to_owned(),
        accepted_at: now,
        ended: None,
    };
    let (finding_id, fingerprint) = (report.findings[0].id.clone(), report.findings[0].fingerprint.clone());
    report.stand(&[KeptAcceptance { finding_id, fingerprint, acceptance }], now);
    let log = checked(&to_sarif(&report, "1"));
    let suppression = &log["runs"][0]["results"][0]["suppressions"][0];
    assert!(
        suppression["justification"].as_str().is_some_and(|why| why.ends_with("owner Ada: Another product"))
    );
}

#[test]
fn no_finding_is_a_log_without_results() {
    let log = checked(&to_sarif(&report(&[body("MFA", "mfa")], &[body("MFA", "mfa")]), "1"));
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert!(log["runs"][0]["properties"]["notice"].is_string());
}
