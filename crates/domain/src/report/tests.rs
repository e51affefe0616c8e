use super::*;
use crate::{
    binding::Bindings,
    facts::Facts,
    licence::{Licences, detect},
    names::{NameKind, Names},
    policy_notes::{IntendedState, PolicyNotes},
    policy_set::PolicySet,
    snapshot::SubscribedSku,
};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

const BREAK_GLASS: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e01";
const SALES: &str = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e02";

/// The agreed state of a small tenant.
fn agreed() -> Vec<Value> {
    vec![
        policy(
            "Require MFA for everyone",
            json!({
                "users": {"includeUsers": ["All"], "excludeGroups": [BREAK_GLASS]},
                "applications": {"includeApplications": ["All"]},
            }),
            json!(["mfa"]),
        ),
        policy(
            "Block legacy authentication",
            json!({
                "users": {"includeUsers": ["All"], "excludeGroups": [BREAK_GLASS]},
                "applications": {"includeApplications": ["All"]},
                "clientAppTypes": ["exchangeActiveSync", "other"],
            }),
            json!(["block"]),
        ),
        policy(
            "Block risky sign-ins",
            json!({
                "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]},
                "signInRiskLevels": ["high"],
            }),
            json!(["block"]),
        ),
        policy(
            "Require compliant devices for Office 365",
            json!({
                "users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["Office365"]},
                "platforms": {"includePlatforms": ["windows", "macOS"]},
            }),
            json!(["compliantDevice"]),
        ),
    ]
}

fn policy(name: &str, conditions: Value, controls: Value) -> Value {
    let digest = crate::canonical::digest(name.as_bytes());
    json!({
        "id": Uuid::from_slice(&digest[..16]).expect("sixteen bytes").to_string(),
        "displayName": name, "state": "enabled", "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": controls},
    })
}

fn names() -> Names {
    let mut names = Names::new();
    names.insert(NameKind::Group, BREAK_GLASS, "Emergency access", None);
    names.insert(NameKind::Group, SALES, "Sales", None);
    names
}

/// The same tenant after some months.
fn drifted() -> Vec<Value> {
    let mut live = agreed();
    live[0]["conditions"]["users"]["excludeGroups"] = json!([BREAK_GLASS, SALES]);
    live[1]["state"] = json!("enabledForReportingButNotEnforced");
    live.remove(2);
    live[2]["conditions"]["platforms"] = json!(null);
    live.push(policy("Terms of use for guests", json!({
        "users": {"includeUsers": ["GuestsOrExternalUsers"]}, "applications": {"includeApplications": ["Office365"]},
    }), json!(["mfa"])));
    live
}

fn p1_only() -> Licences {
    let p1 = Uuid::parse_str("41781fb2-bc02-4b7c-bd55-b576c07bb09d").expect("a plan id");
    detect(&[SubscribedSku {
        sku_id: Uuid::nil(),
        sku_part_number: "AAD_PREMIUM".to_owned(),
        capability_status: "Enabled".to_owned(),
        enabled_units: 5,
        consumed_units: 5,
        service_plans: BTreeMap::from([(p1, "Success".to_owned())]),
    }])
}

fn report(baseline: &[Value], live: &[Value], source: BaselineSource) -> Report {
    let baseline = PolicySet::of_bodies(baseline, names());
    let live = PolicySet::of_bodies(live, names());
    let facts = Facts { licences: Some(p1_only()), ..Facts::default() };
    compared(&baseline, &live, source, &facts)
}

fn compared(
    baseline: &PolicySet,
    live: &PolicySet,
    baseline_source: BaselineSource,
    facts: &Facts,
) -> Report {
    let same = baseline_source == BaselineSource::ImportedSnapshot;
    let bindings = if same { Bindings::same_tenant() } else { Bindings::suggest(baseline, live, facts) };
    compare(&ComparisonInput {
        live,
        facts,
        baseline,
        baseline_source,
        bindings: &bindings,
        with_checks: false,
    })
}

fn workspace() -> BaselineSource {
    BaselineSource::Workspace { name: "House rules".to_owned(), baseline_id: None }
}

fn context() -> HtmlContext {
    HtmlContext {
        customer: "Contoso".to_owned(),
        tenant: "Contoso (contoso.com)".to_owned(),
        snapshot_taken: "2026-03-01 08:00 UTC".to_owned(),
        generated: "2026-03-01 08:01 UTC".to_owned(),
    }
}

#[test]
fn the_imported_snapshot_has_no_gap_and_says_so() {
    let report = report(&agreed(), &agreed(), BaselineSource::ImportedSnapshot);
    assert_eq!(report.summary, Summary::default());
    assert_eq!(report.findings, []);
    assert!(report.notice.expect("a notice").contains("no gap"));
    assert!(report.pairs.iter().all(|pair| pair.diff.is_empty() && pair.similarity == 100));
}

#[test]
fn drift_from_the_imported_snapshot() {
    let report = report(&agreed(), &drifted(), BaselineSource::ImportedSnapshot);
    insta::with_settings!({sort_maps => true}, { insta::assert_json_snapshot!(report) });
}

#[test]
fn a_baseline_from_elsewhere_is_compared_by_name_and_says_what_it_cannot_tell() {
    let mut baseline = agreed();
    // The group of another tenant, which has the same name there.
    let elsewhere = "11111111-2222-4333-8444-555555555555";
    for body in &mut baseline {
        body.as_object_mut().expect("an object").remove("id");
        if body["conditions"]["users"]["excludeGroups"].is_array() {
            body["conditions"]["users"]["excludeGroups"] = json!([elsewhere]);
        }
    }
    baseline[3]["conditions"]["users"]["excludeGroups"] = json!(["<Kiosk devices>"]);
    let mut theirs = Names::new();
    theirs.insert(NameKind::Group, elsewhere, "emergency  ACCESS", None);
    let baseline = PolicySet::of_bodies(&baseline, theirs);
    let live = PolicySet::of_bodies(&agreed(), names());
    let report = compared(&baseline, &live, workspace(), &Facts::default());
    let differing: Vec<_> = report.pairs.iter().filter(|pair| !pair.diff.is_empty()).collect();
    assert_eq!(differing.len(), 1, "groups of the same name are the same");
    let field = &differing[0].diff[0];
    assert_eq!(field.unresolved, ["group \"<Kiosk devices>\" is a placeholder"]);
    assert!(report.notice.expect("a notice").contains("<Kiosk devices>"));
    assert_eq!(report.summary.gaps(), 0, "the live policy leaves out no more than the baseline may");
}

#[test]
fn terms_of_use_that_cannot_be_told_are_not_missing() {
    let all = json!({"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}});
    let asks = |terms: &str| {
        let mut body = policy("Terms for guests", all.clone(), json!([]));
        body["grantControls"] = json!({"operator": "OR", "termsOfUse": [terms]});
        body
    };
    let here = "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e07";
    let said = report(&[asks("<Guest terms>")], &[asks(here)], workspace());
    assert_eq!((said.findings.len(), said.findings[0].kind), (1, FindingKind::Changed));
    assert!(said.findings[0].title.starts_with("Not comparable in part"), "{}", said.findings[0].title);
    // Where nobody is asked for any, they are missing.
    let mfa = policy("Terms for guests", all.clone(), json!(["mfa"]));
    let said = report(&[asks("<Guest terms>")], &[mfa], workspace());
    assert!(said.findings.iter().any(|finding| finding.kind == FindingKind::Missing), "{:?}", said.findings);
}

#[test]
fn what_a_baseline_says_of_its_policies_counts() {
    let all = json!({"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}});
    let mut off = policy("Everyone", all, json!(["mfa"]));
    off["state"] = json!("disabled");
    let baseline = PolicySet::of_bodies(&[off, policy("Other", json!({}), json!(["mfa"]))], names());
    let live = PolicySet::default();
    let silent = compared(&baseline, &live, workspace(), &Facts::default());
    assert!(silent.findings.iter().all(|finding| finding.severity != Severity::Low), "it is off");
    let said = PolicyNotes {
        intended_state: Some(IntendedState::Enabled),
        severity: Some(Severity::Low),
        frameworks: vec!["House rules 1".to_owned()],
        note: "Agreed in spring.".to_owned(),
    };
    let notes = [(baseline.policies[0].key.clone(), said)].into();
    let report = compared(&baseline.with_notes(&notes), &live, workspace(), &Facts::default());
    let finding = &report.findings[0];
    assert_eq!((finding.kind, finding.severity), (FindingKind::Missing, Severity::Low));
    assert_eq!(finding.frameworks, ["House rules 1"]);
    assert!(finding.cause.contains("Agreed in spring."), "{}", finding.cause);
}

#[test]
fn two_groups_of_the_same_name_are_not_guessed_between() {
    let mut baseline = agreed();
    baseline[0]["conditions"]["users"]["excludeGroups"] = json!(["11111111-2222-4333-8444-555555555555"]);
    let mut theirs = Names::new();
    theirs.insert(NameKind::Group, "11111111-2222-4333-8444-555555555555", "Sales", None);
    let mut ours = names();
    ours.insert(NameKind::Group, "6a0e2f5c-2f4d-4d0f-8a3b-0f6f3c1d9e03", "Sales", None);
    let live = PolicySet::of_bodies(&agreed(), ours);
    let baseline = PolicySet::of_bodies(&baseline, theirs);
    let report = compared(&baseline, &live, workspace(), &Facts::default());
    let diff = &report.pairs[0].diff;
    assert_eq!(diff[0].direction, crate::diff::Direction::Different);
    assert!(diff[0].unresolved[0].contains("2 objects"));
    assert_eq!(report.findings[0].severity, Severity::Info);
}

#[test]
fn what_is_not_enforced_in_the_baseline_asks_for_nothing() {
    let mut baseline = agreed();
    for body in &mut baseline[1..] {
        body["state"] = json!("enabledForReportingButNotEnforced");
    }
    for source in [BaselineSource::ImportedSnapshot, workspace()] {
        let report = report(&baseline, &[], source);
        assert_eq!(report.findings.len(), 1);
        assert!(report.notice.expect("a notice").contains("3 of the 4 policies"));
    }
    baseline[0]["state"] = json!("disabled");
    assert_eq!(report(&baseline, &[], BaselineSource::ImportedSnapshot).findings, []);
}

#[test]
fn a_baseline_that_ships_unenforced_asks_for_what_it_ships_and_for_nothing_where_it_is_rolled_out_as_it_ships()
 {
    for (state, asked) in [("enabledForReportingButNotEnforced", 4), ("disabled", 4)] {
        let mut baseline = agreed();
        for body in &mut baseline {
            body["state"] = json!(state);
        }
        let report = report(&baseline, &[], workspace());
        assert_eq!(report.findings.len(), asked, "{state}");
        assert!(report.notice.expect("a notice").contains("precaution"));
        assert_eq!(self::report(&baseline, &baseline, workspace()).findings, []);
        assert_eq!(self::report(&baseline, &agreed(), workspace()).summary.gaps(), 0);
    }
}

#[test]
fn what_cannot_be_understood_cannot_be_relied_on() {
    let mut live = agreed();
    live[0]["conditions"]["phaseOfTheMoon"] = json!("full");
    let report = report(&agreed(), &live, BaselineSource::ImportedSnapshot);
    assert_eq!(report.findings[0].severity, Severity::Critical, "{:?}", report.findings[0]);
    assert!(report.findings[0].cause.contains("conditions.phaseOfTheMoon"));
    let same = self::report(&live, &live, BaselineSource::ImportedSnapshot);
    assert_eq!(same.findings, []);
}

#[test]
fn what_is_not_licensed_is_told_apart_one_step_lower() {
    let report = report(&agreed(), &drifted(), BaselineSource::ImportedSnapshot);
    let risky =
        report.findings.iter().find(|finding| finding.title.contains("risky sign-ins")).expect("a finding");
    assert_eq!(risky.not_licensed, ["Microsoft Entra ID P2"]);
    assert_eq!(risky.severity, Severity::Medium);
    assert!(risky.severity_reason.contains("1 lower: not licensed"));
}

#[test]
fn ids_of_findings_stay_as_long_as_they_are_about_the_same_policies() {
    let ids = |live: &[Value]| -> Vec<String> {
        report(&agreed(), live, BaselineSource::ImportedSnapshot).findings.into_iter().map(|f| f.id).collect()
    };
    let before = ids(&drifted());
    let mut renamed = drifted();
    renamed.reverse();
    renamed[0]["displayName"] = json!("Renamed");
    let mut after = ids(&renamed);
    let mut sorted = before.clone();
    sorted.sort();
    after.sort();
    assert_eq!(sorted, after);
}

#[test]
fn the_table_cannot_be_taken_for_formulas() {
    let mut live = drifted();
    live[3]["displayName"] = json!("=cmd|' /C calc'!A0");
    live[0]["displayName"] = json!("@SUM(1+1)\"quoted\",\nsecond line");
    let report = report(&agreed(), &live, BaselineSource::ImportedSnapshot);
    let text = to_csv(&report);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().expect("headings").len(), 21);
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), report.findings.len());
    let cells: Vec<&str> = rows.iter().flat_map(|row| row.iter()).collect();
    assert!(cells.contains(&"'=cmd|' /C calc'!A0"));
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])));
}

#[test]
fn the_page_escapes_whatever_a_tenant_holds_and_needs_nothing_else() {
    let mut live = drifted();
    live[3]["displayName"] = json!("<script>alert('x')</script>\"&\u{7}");
    live[0]["displayName"] = json!("</title><img src=x onerror=y>");
    let report = report(&agreed(), &live, BaselineSource::ImportedSnapshot);
    let mut context = context();
    context.customer = "<b>Contoso</b> & 'Söhne'\"}</style><i>".to_owned();
    let page = to_html(&report, &context);
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"));
    assert!(page.contains("&lt;b&gt;Contoso&lt;/b&gt; &amp; &#39;Söhne&#39;"));
    assert_eq!(page.matches("</style>").count(), 1);
    for forbidden in
        ["<script", "<img", "<b>Contoso", "<i>", "http://", "https://", "url(", "@import", "\u{7}"]
    {
        assert!(!page.contains(forbidden), "{forbidden} is in the page");
    }
    for finding in &report.findings {
        assert_eq!(page.matches(&format!("id=\"f-{}\"", finding.id)).count(), 1);
    }
}

#[test]
fn what_the_analysis_found_shows_in_every_export() {
    let mut report = report(&agreed(), &drifted(), BaselineSource::ImportedSnapshot);
    let finding = &mut report.findings[0];
    finding.share = Some(0.374);
    finding.regions = vec!["guests · <all> apps".into(), "=1+1".into()];
    finding.witness_text = Some("A guest signs in & nobody asks.".into());
    finding.frameworks = vec!["MS.AAD.3.2v1".into()];
    let now = chrono::DateTime::UNIX_EPOCH;
    let acceptance = Acceptance {
        reason: "<b>soon</b>".to_owned(),
        owner: "Ada".to_owned(),
        expires_at: now + chrono::TimeDelta::days(30),
        accepted_by: "An Operator".to_owned(),
        accepted_at: now,
        ended: None,
    };
    let kept = KeptAcceptance {
        finding_id: finding.id.clone(),
        fingerprint: finding.fingerprint.clone(),
        acceptance,
    };
    report.stand(&[kept], now);
    let page = to_html(&report, &context());
    for part in [
        "<span style=\"width:37%\"></span></span> 37 % of these sign-ins unprotected",
        "<li>guests · &lt;all&gt; apps</li>",
        "A guest signs in &amp; nobody asks.",
        "MS.AAD.3.2v1",
        "owner Ada: &lt;b&gt;soon&lt;/b&gt;",
        "Comparison baseline · ",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let table = to_csv(&report);
    let row = ::csv::Reader::from_reader(table.as_bytes()).records().next().expect("a row").expect("a row");
    let row: Vec<&str> = row.iter().collect();
    for part in [
        "37 %",
        "guests · <all> apps; =1+1",
        "A guest signs in & nobody asks.",
        "comparison_baseline",
        "accepted",
    ] {
        assert!(row.contains(&part), "{part}");
    }
    let text = to_text(&report);
    assert!(text.contains("  Unprotected: 37 %\n  - guests · <all> apps\n"));
    assert!(text.contains("  For instance: A guest signs in & nobody asks.\n"));
}

#[test]
fn the_page_of_a_report() {
    let report = report(&agreed(), &drifted(), BaselineSource::ImportedSnapshot);
    insta::assert_snapshot!(to_html(&report, &context()));
}

#[test]
fn a_report_survives_being_stored() {
    let report = report(&agreed(), &drifted(), workspace());
    let stored = report.to_stored().expect("a report is JSON");
    assert_eq!(stored["compared_with"]["kind"], "workspace_baseline");
    assert_eq!(Report::from_stored(stored).expect("it reads again"), report);
}

#[test]
fn a_report_is_kept_without_the_words_of_the_catalog() {
    let report = check(&PolicySet::of_bodies(&drifted(), names()), &Facts::default());
    assert!(report.checks.len() > 40);
    let whole = serde_json::to_value(&report).expect("a report is JSON");
    let stored = report.to_stored().expect("a report is JSON");
    for view in stored["checks"].as_array().expect("checks") {
        assert_eq!(
            (&view["title"], &view["family"], &view["frameworks"]),
            (&json!(""), &json!(""), &json!([]))
        );
    }
    let words = stored["findings"].as_array().expect("findings").iter();
    assert!(words.clone().all(|finding| finding["remedy"] == "" && finding["frameworks"] == json!([])));
    assert!(words.clone().all(|finding| finding["title"] != "" && finding["cause"] != ""));
    assert_eq!(Report::from_stored(stored).expect("it reads again"), report);
    // One that was kept whole.
    assert_eq!(Report::from_stored(whole).expect("it reads again"), report);
}

#[test]
fn what_the_catalog_does_not_know_or_says_otherwise_is_kept_as_it_is() {
    let mut report = check(&PolicySet::of_bodies(&drifted(), names()), &Facts::default());
    report.checks[0].title = "Another title".to_owned();
    report.checks[1].id = "no-check-of-ours".to_owned();
    report.findings[0].remedy = "Ask us.".to_owned();
    let stored = report.to_stored().expect("a report is JSON");
    assert_eq!(stored["checks"][0]["title"], "Another title");
    assert_eq!(stored["checks"][1]["title"], report.checks[1].title.as_str());
    assert_eq!(Report::from_stored(stored).expect("it reads again"), report);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(policytab_test_support::cases(60)))]

    #[test]
    fn any_set_compared_with_itself_has_no_finding(
        bodies in proptest::collection::vec(crate::arbitrary::any_policy(), 0..6)
    ) {
        for source in [BaselineSource::ImportedSnapshot, workspace()] {
            proptest::prop_assert_eq!(report(&bodies, &bodies, source).findings, []);
        }
    }

    #[test]
    fn a_report_is_the_same_every_time_and_its_ids_are_unique(
        baseline in proptest::collection::vec(crate::arbitrary::any_policy(), 0..5),
        live in proptest::collection::vec(crate::arbitrary::any_policy(), 0..5),
    ) {
        let first = report(&baseline, &live, workspace());
        let mut named: Vec<_> = first.findings.iter().map(|finding| &finding.id).collect();
        named.sort();
        named.dedup();
        proptest::prop_assert_eq!(named.len(), first.findings.len());
        proptest::prop_assert!(first.findings.len() <= baseline.len() + live.len());
        proptest::prop_assert_eq!(&first, &report(&baseline, &live, workspace()));
        proptest::prop_assert!(to_html(&first, &context()).ends_with("</html>\n"));
    }
}
