//! Imports of the emulator's fleet, undisturbed.

use crate::common::{
    Steps,
    sim::{CLOUD, asked, client, config, credentials, demo, fleet, id},
};
use policytab_domain::{
    import::ImportStep,
    problem::ProblemCode,
    snapshot::{DocumentKind, ReferenceKind, ReferenceState, SnapshotContent},
};
use policytab_graph_client::{GraphClient, GraphConfig, StepEvent, StepFailure};
use policytab_graph_sim::{CaThrottle, Sim, TenantEdit};
use policytab_test_support::shared;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

async fn read(sim: &Sim, key: &str) -> Result<SnapshotContent, StepFailure> {
    let tenant = demo(sim, key);
    client(sim).snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await
}

fn policies(read: &SnapshotContent) -> usize {
    read.of_kind(DocumentKind::Policy).count()
}

fn in_state(read: &SnapshotContent, state: ReferenceState) -> usize {
    read.references.iter().filter(|reference| reference.state == state).count()
}

#[tokio::test]
async fn a_good_tenant_is_read_whole() {
    let sim = fleet().await;
    let tenant = demo(&sim, "good");
    let steps = Steps::default();
    let read = client(&sim).snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &steps).await.unwrap();
    assert_eq!(read.tenant.tenant_id, id(&tenant));
    assert_eq!(policies(&read), 14);
    assert!(read.of_kind(DocumentKind::NamedLocation).count() > 0);
    assert!(read.of_kind(DocumentKind::AuthenticationStrength).count() >= 3);
    assert_eq!(read.security_defaults, Some(false));
    assert!(read.skus.as_ref().is_some_and(|skus| !skus.is_empty()));
    let named: BTreeSet<_> = read.references.iter().map(|r| (r.kind, r.id.as_str())).collect();
    assert_eq!(named.len(), read.references.len(), "each object once");
    assert!(in_state(&read, ReferenceState::Resolved) > 0);
    assert!(read.references.iter().all(|r| r.state != ReferenceState::Resolved || r.display_name.is_some()));
    for membership in &read.memberships {
        assert!(membership.complete);
        assert_eq!(membership.head_count, membership.members.len() as u64);
        assert!(membership.members.is_sorted());
    }
    for step in &ImportStep::ALL[..7] {
        assert!(
            matches!(steps.end(*step), Some(StepEvent::Succeeded { .. })),
            "{step:?}: {:?}",
            steps.end(*step)
        );
    }
    assert_eq!(steps.all().len(), 14, "each step begins once and ends once");
}

#[tokio::test]
async fn a_messy_tenant_keeps_what_is_deleted_and_marks_what_only_beta_shows() {
    let sim = fleet().await;
    let read = read(&sim, "messy").await.unwrap();
    assert_eq!(policies(&read), 31);
    assert_eq!(read.of_kind(DocumentKind::Policy).filter(|policy| policy.beta_only).count(), 2);
    assert!(in_state(&read, ReferenceState::Deleted) > 0);
    let deleted: BTreeSet<&str> = read
        .references
        .iter()
        .filter(|r| r.state == ReferenceState::Deleted)
        .map(|r| r.id.as_str())
        .collect();
    assert!(read.memberships.iter().all(|membership| !deleted.contains(membership.id.as_str())));
}

#[tokio::test]
async fn a_large_tenant_is_read_in_pages_and_batches() {
    let sim = fleet().await;
    sim.control().settings_update(|settings| settings.ca_page_size = 70);
    let read = read(&sim, "large").await.unwrap();
    assert_eq!(policies(&read), 200);
    let groups = read.memberships.iter().filter(|m| m.kind == ReferenceKind::Group);
    let most = groups.clone().map(|m| m.members.len()).max().unwrap_or(0);
    assert!(most > 999, "one group needs several pages, the largest has {most}");
    assert!(groups.clone().count() >= 50 && groups.clone().all(|m| m.complete));
    assert_eq!(asked(&sim, "/beta/identity/conditionalAccess/policies").len(), 3, "pages of 70");
    let outer = sim.control().requests().into_iter().filter(|request| !request.in_batch).count();
    assert!(outer < 60, "{outer} round trips for 200 policies and 60 groups");
}

#[tokio::test]
async fn tenants_without_policies_are_a_success() {
    let sim = fleet().await;
    for (key, defaults) in [("no-policies", false), ("security-defaults", true)] {
        let tenant = demo(&sim, key);
        let steps = Steps::default();
        let read =
            client(&sim).snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &steps).await.unwrap();
        assert_eq!((policies(&read), read.security_defaults), (0, Some(defaults)), "{key}");
        assert!(read.references.is_empty() && read.memberships.is_empty());
        assert!(matches!(steps.end(ImportStep::ReferencedObjects), Some(StepEvent::Skipped { .. })));
    }
}

#[tokio::test]
async fn every_tenant_of_the_fleet_ends_as_it_should() {
    let sim = fleet().await;
    for tenant in sim.demo_tenants() {
        let key = tenant.key().to_owned();
        let result = client(&sim).snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await;
        let (step, reason) = match key.as_str() {
            "expired-secret" => (ImportStep::Token, "expired_secret"),
            "app-disabled" => (ImportStep::Token, "app_disabled"),
            "blocked" => (ImportStep::Token, "blocked_by_policy"),
            "no-service-principal" => (ImportStep::Token, "app_not_found"),
            "no-consent" => (ImportStep::Token, "admin_consent_missing"),
            "no-policy-read" => (ImportStep::Policies, ""),
            _ => {
                result.unwrap_or_else(|failure| panic!("{key}: {failure}"));
                continue;
            }
        };
        let failure = result.expect_err(&key);
        assert_eq!(failure.step, step, "{key}: {failure}");
        let problem = failure.error.problem();
        match reason {
            "" => {
                assert_eq!(problem.code, ProblemCode::GraphPermissionMissing);
                assert_eq!(problem.missing_permissions, ["Policy.Read.All"]);
            }
            reason => assert_eq!(problem.reason.as_deref(), Some(reason), "{key}"),
        }
    }
}

#[tokio::test]
async fn without_directory_read_names_stay_unknown_and_nothing_is_called_deleted() {
    let sim = fleet().await;
    let read = read(&sim, "no-directory").await.unwrap();
    assert!(policies(&read) > 0 && !read.references.is_empty());
    assert_eq!(in_state(&read, ReferenceState::Deleted), 0);
    let of = |kind| read.references.iter().filter(move |r| r.kind == kind);
    assert!(of(ReferenceKind::Group).all(|r| r.state == ReferenceState::Unreadable));
    let unread: BTreeSet<&str> = read.unread.iter().map(|unread| unread.what.as_str()).collect();
    assert!(unread.contains("directory_objects"), "{unread:?}");
    assert!(read.unread.iter().all(|unread| unread.permission.is_some()));
}

#[tokio::test]
async fn optional_permissions_are_optional() {
    let sim = fleet().await;
    let permission = "AuthenticationContext.Read.All".to_owned();
    sim.control().edit("good", &TenantEdit::PermissionRevoke { permission }).unwrap();
    let read = read(&sim, "good").await.unwrap();
    let missing = read.unread.iter().find(|unread| unread.what == "authentication_contexts").unwrap();
    assert_eq!(missing.permission.as_deref(), Some("AuthenticationContext.Read.All"));
}

#[tokio::test]
async fn terms_of_use_that_an_app_may_not_read_stay_ids() {
    let sim = fleet().await;
    let terms = "7e4a5000-0000-4000-8000-00000000000f";
    let policy = serde_json::json!({
        "displayName": "Terms", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": [], "termsOfUse": [terms]},
    });
    sim.control().edit("no-policies", &TenantEdit::PolicyPut { policy }).unwrap();
    let read = read(&sim, "no-policies").await.unwrap();
    assert_eq!(read.references.len(), 1);
    assert_eq!(
        (read.references[0].id.as_str(), read.references[0].state),
        (terms, ReferenceState::Unreadable)
    );
    assert!(read.unread.iter().any(|unread| unread.what == "terms_of_use"));
}

#[tokio::test]
async fn a_group_deleted_after_the_policy_was_made_is_a_dangling_id() {
    let sim = fleet().await;
    let before = read(&sim, "good").await.unwrap();
    let group = before.references.iter().find(|r| r.kind == ReferenceKind::Group).unwrap().id.clone();
    sim.control().edit("good", &TenantEdit::ObjectDelete { id: group.clone() }).unwrap();
    let after = read(&sim, "good").await.unwrap();
    let reference = after.references.iter().find(|r| r.id == group).unwrap();
    assert_eq!((reference.state, &reference.display_name), (ReferenceState::Deleted, &None));
    assert!(!after.memberships.iter().any(|membership| membership.id == group));
}

#[tokio::test]
async fn two_reads_of_an_unchanged_tenant_are_the_same() {
    let sim = fleet().await;
    let (mut first, second) = (read(&sim, "messy").await.unwrap(), read(&sim, "messy").await.unwrap());
    first.taken_at = second.taken_at;
    assert_eq!(first, second);
}

/// How many requests were throttled.
fn throttled(sim: &Sim) -> usize {
    sim.control().requests().iter().filter(|request| request.status == 429).count()
}

/// On a machine with other work to do, a call may be late by more than any margin; one undisturbed run in three proves
/// what is to be proved.
const RUNS: u32 = 3;

#[tokio::test]
async fn under_the_real_limit_an_import_takes_its_two_seconds_and_no_429() {
    let sim = fleet().await;
    sim.control().settings_update(|settings| {
        settings.ca_throttle = CaThrottle::Strict;
        settings.latency_ms = 100;
    });
    let client =
        GraphClient::new(GraphConfig { emulator: sim.base_url().parse().ok(), ..GraphConfig::default() });
    let (client, tenant) = (client.unwrap(), demo(&sim, "messy"));
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        sim.control().requests_clear();
        let begun = Instant::now();
        client.snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await.unwrap();
        runs.push((throttled(&sim), begun.elapsed()));
        if throttled(&sim) == 0 {
            break;
        }
    }
    eprintln!("31 policies at 100 ms and one request a second (throttled, time): {runs:?}");
    let (throttled, took) = runs[runs.len() - 1];
    assert_eq!(throttled, 0, "{runs:?}");
    assert!(took >= Duration::from_secs(2) && took < Duration::from_millis(3500), "{runs:?}");
}

#[tokio::test]
async fn two_imports_of_one_tenant_share_its_pace() {
    let sim = fleet().await;
    sim.control().settings_update(|settings| settings.ca_throttle = CaThrottle::Strict);
    let config = GraphConfig { ca_interval: Duration::from_secs(1), compare_versions: false, ..config(&sim) };
    let (client, tenant) = (GraphClient::new(config).unwrap(), demo(&sim, "good"));
    let credentials = credentials(&tenant);
    let read = || client.snapshot_read(CLOUD, id(&tenant), &credentials, &());
    let mut runs = Vec::new();
    while runs.last() != Some(&0) && runs.len() < RUNS as usize {
        sim.control().requests_clear();
        let (first, second) = tokio::join!(read(), read());
        assert_eq!(policies(&first.unwrap()), policies(&second.unwrap()));
        runs.push(throttled(&sim));
    }
    assert_eq!(runs.last(), Some(&0), "{runs:?}");
}

#[tokio::test]
async fn published_policies_are_imported_as_tenants() {
    let Some(corpus) = shared("corpus") else { return };
    let sim = fleet().await;
    let mut imported = 0;
    let mut folders: Vec<_> =
        std::fs::read_dir(corpus).unwrap().filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|path| path.is_dir()) {
        let Ok(report) = sim.control().folder_load(&folder, None) else { continue };
        let tenant = report.tenant;
        let read = client(&sim).snapshot_read(CLOUD, id(&tenant), &credentials(&tenant), &()).await;
        let read = read.unwrap_or_else(|failure| panic!("{}: {failure}", tenant.name));
        assert_eq!(policies(&read), report.policies, "{}", tenant.name);
        imported += report.policies;
    }
    assert!(imported > 100, "{imported}");
}
