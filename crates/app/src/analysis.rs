//! From what an import read to what it writes: canonical documents, licences, the comparison.

use crate::{AppResult, baselines::Source};
use policytab_domain::{
    binding::{BindingChoice, Bindings},
    canonical::canonicalise,
    facts::{EmergencyChoices, Facts},
    ids::BaselineId,
    import::{ComparisonBaseline, ZeroPolicies},
    licence::{self, Licences},
    names::Names,
    normal::normal_digest,
    policy::Policy,
    policy_set::PolicySet,
    report::{BaselineSource, ComparisonInput, Report, compare},
    snapshot::{Document, DocumentKind, SnapshotContent},
};
use policytab_store::{CanonicalDocument, CustomerCounts, CustomerRef, Mode, StoredDocument, TenantTx};
use serde_json::{Value, json};

/// What to compare with, loaded.
#[derive(Debug)]
pub(crate) enum Baseline {
    /// The customer's own first snapshot; `None` while it is being taken.
    Imported(Option<Box<SnapshotContent>>),
    /// A workspace baseline.
    Workspace { id: BaselineId, version: i32, name: String, source: Value, documents: Vec<StoredDocument> },
}

impl Baseline {
    /// Loads the chosen baseline.
    pub(crate) async fn load<M: Mode>(
        tx: &mut TenantTx<M>,
        customer: &CustomerRef,
        choice: ComparisonBaseline,
    ) -> AppResult<Self> {
        Ok(match choice {
            ComparisonBaseline::ImportedSnapshot => match tx.co_managed_fetch(customer).await? {
                None => Self::Imported(None),
                // Seeded from the first snapshot, which is the imported one.
                Some((seeded, _)) => {
                    let content = tx.snapshot_content(customer, seeded.snapshot_id).await?;
                    Self::Imported(Some(Box::new(content)))
                }
            },
            ComparisonBaseline::WorkspaceBaseline { baseline_id, version } => {
                let baseline = tx.baseline_fetch(baseline_id).await?;
                let version = tx.baseline_version(baseline_id, version).await?;
                let documents = tx.baseline_documents(baseline_id, Some(version.number)).await?;
                Self::Workspace {
                    id: baseline_id,
                    version: version.number,
                    name: baseline.display_name,
                    source: version.source,
                    documents,
                }
            }
        })
    }

    /// The choice with the version that was loaded.
    pub(crate) fn exactly(&self) -> ComparisonBaseline {
        match self {
            Self::Imported(_) => ComparisonBaseline::ImportedSnapshot,
            Self::Workspace { id, version, .. } => {
                ComparisonBaseline::WorkspaceBaseline { baseline_id: *id, version: Some(*version) }
            }
        }
    }

    /// The baseline's policies; `live` are the newest snapshot's.
    fn into_set(self, live: &PolicySet) -> (BaselineSource, PolicySet) {
        match self {
            Self::Imported(None) => (BaselineSource::ImportedSnapshot, live.clone()),
            Self::Imported(Some(first)) => (BaselineSource::ImportedSnapshot, PolicySet::of_snapshot(&first)),
            Self::Workspace { id, name, source, documents, .. } => {
                (BaselineSource::Workspace { name, baseline_id: Some(id) }, stored_set(&source, &documents))
            }
        }
    }
}

/// What an analysis rests on beside the snapshot, loaded.
#[derive(Debug)]
pub(crate) struct Ground {
    /// What to compare with.
    pub(crate) baseline: Baseline,
    /// What people said of the baseline's references.
    pub(crate) bindings: Vec<BindingChoice>,
    /// What people said of emergency access.
    pub(crate) emergency: EmergencyChoices,
}

impl Ground {
    /// Loads what the chosen comparison rests on.
    pub(crate) async fn load<M: Mode>(
        tx: &mut TenantTx<M>,
        customer: &CustomerRef,
        choice: ComparisonBaseline,
    ) -> AppResult<Self> {
        let bindings = match choice {
            // The tenant's own ids mean themselves.
            ComparisonBaseline::ImportedSnapshot => Vec::new(),
            ComparisonBaseline::WorkspaceBaseline { baseline_id, .. } => {
                tx.bindings_confirmed(customer, baseline_id).await?
            }
        };
        Ok(Self {
            baseline: Baseline::load(tx, customer, choice).await?,
            bindings,
            emergency: tx.emergency_choices(customer).await?,
        })
    }
}

/// A snapshot and what it is compared with, read.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The snapshot's policies.
    pub(crate) live: PolicySet,
    /// The baseline's.
    pub(crate) baseline: PolicySet,
    /// Where these come from.
    pub(crate) source: BaselineSource,
    /// What is known of the tenant beside its policies.
    pub(crate) facts: Facts,
    /// What the baseline's references mean there.
    pub(crate) bindings: Bindings,
    /// What people said of references that the baseline does not hold: a sentence each.
    pub(crate) unused: Vec<String>,
}

impl Compared {
    /// Reads both sides. Pure computation, but of hostile input perhaps a long one.
    pub(crate) fn of(content: &SnapshotContent, ground: Ground) -> Self {
        let Ground { baseline, bindings: said, emergency } = ground;
        let facts = Facts { emergency, ..Facts::of_snapshot(content) };
        let live = PolicySet::of_snapshot(content);
        let (source, baseline) = baseline.into_set(&live);
        let mut bindings = match source {
            BaselineSource::Workspace { .. } => Bindings::suggest(&baseline, &live, &facts),
            _ => Bindings::same_tenant(),
        };
        let unused = bindings.take_choices(&said);
        Self { live, baseline, source, facts, bindings, unused }
    }
}

/// Everything that follows from what was read.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) documents: Vec<CanonicalDocument>,
    /// Policies on, in report-only mode, off.
    pub(crate) policies: [i32; 3],
    /// Licences in full; `None` where unreadable.
    pub(crate) licences: Option<Value>,
    /// The few that the dashboard shows.
    pub(crate) licence_summary: Option<Value>,
    pub(crate) zero_policies: Option<ZeroPolicies>,
    pub(crate) report: Report,
    /// What it was compared with, to the version.
    pub(crate) compared_with: ComparisonBaseline,
    /// What was said of references that the baseline does not hold: a sentence each.
    pub(crate) unused: Vec<String>,
}

/// Open findings: critical, high, medium, low, info.
pub(crate) fn open_findings(report: &Report) -> [i32; 5] {
    let s = &report.summary;
    [s.critical, s.high, s.medium, s.low, s.info].map(|n| i32::try_from(n).unwrap_or(i32::MAX))
}

impl Analysis {
    /// Analyses a snapshot.
    pub(crate) fn of(content: &SnapshotContent, ground: Ground) -> Self {
        let compared_with = ground.baseline.exactly();
        let Compared { live, baseline, source, facts, bindings, unused } = Compared::of(content, ground);
        let licences = facts.licences.as_ref();
        let report = compare(&ComparisonInput {
            live: &live,
            facts: &facts,
            baseline: &baseline,
            baseline_source: source,
            bindings: &bindings,
            with_checks: true,
        });
        let policies = counts(content);
        let zero_policies = (policies.iter().sum::<i32>() == 0)
            .then(|| licence::diagnose_zero(content.security_defaults, licences));
        Self {
            documents: content.documents.iter().map(canonical).collect(),
            policies,
            licence_summary: licences.map(summary),
            licences: licences.and_then(|l| serde_json::to_value(l).ok()),
            zero_policies,
            report,
            compared_with,
            unused,
        }
    }

    /// The dashboard's numbers.
    pub(crate) fn counts(&self, findings: [i32; 5]) -> CustomerCounts {
        let [policies_enabled, policies_report_only, policies_disabled] = self.policies;
        CustomerCounts { policies_enabled, policies_report_only, policies_disabled, findings }
    }
}

fn summary(licences: &Licences) -> Value {
    json!({
        "entra_id_p1": licences.p1.licensed,
        "entra_id_p2": licences.p2.licensed,
        "intune": licences.intune.licensed,
        "workload_id": licences.workload.licensed,
    })
}

pub(crate) fn canonical(document: &Document) -> CanonicalDocument {
    let canonical = canonicalise(&document.body);
    let normal =
        (document.kind == DocumentKind::Policy).then(|| normal_digest(&Policy::read(&document.body).0));
    CanonicalDocument {
        kind: document.kind,
        object_id: document.object_id.clone(),
        display_name: document.display_name.clone(),
        beta_only: document.beta_only,
        sha256: canonical.sha256,
        normal_sha256: normal,
        bytes: canonical.bytes,
    }
}

/// Policies on, in report-only mode, off. A state that Graph does not document enforces nothing we could rely on.
fn counts(content: &SnapshotContent) -> [i32; 3] {
    let mut counts = [0; 3];
    for document in content.of_kind(DocumentKind::Policy) {
        let slot = match document.body.get("state").and_then(Value::as_str) {
            Some(s) if s.eq_ignore_ascii_case("enabled") => 0,
            Some(s) if s.eq_ignore_ascii_case("enabledForReportingButNotEnforced") => 1,
            _ => 2,
        };
        counts[slot] += 1;
    }
    counts
}

/// A stored baseline's policies with the names that came along, and what is said of them.
pub fn stored_set(source: &Value, documents: &[StoredDocument]) -> PolicySet {
    let (bodies, names) = stored_names(source, documents);
    let notes = serde_json::from_value::<Source>(source.clone()).map(|source| source.policies);
    PolicySet::of_bodies(bodies.iter().map(|(_, body)| body), names).with_notes(&notes.unwrap_or_default())
}

/// Bodies of the stored policies, and the names of what they refer to.
pub fn stored_names(source: &Value, documents: &[StoredDocument]) -> (Vec<(String, Value)>, Names) {
    use policytab_domain::names::NameKind;
    let mut names = Names::new();
    let mut policies = Vec::new();
    for document in documents {
        // The store holds canonical JSON that this program wrote.
        let body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
        let kind = match document.kind {
            DocumentKind::Policy => {
                policies.push((document.object_id.clone(), body));
                continue;
            }
            DocumentKind::NamedLocation => NameKind::NamedLocation,
            DocumentKind::AuthenticationStrength => NameKind::AuthenticationStrength,
            DocumentKind::AuthenticationContext => NameKind::AuthenticationContext,
        };
        names.insert(kind, &document.object_id, &document.display_name, Some(body));
    }
    if let Ok(source) = serde_json::from_value::<Source>(source.clone()) {
        for name in source.names {
            if let Ok(kind) = serde_json::from_value::<NameKind>(Value::String(name.kind))
                && names.entry(kind, &name.id).is_none()
            {
                names.insert(kind, &name.id, &name.display_name, None);
            }
        }
    }
    (policies, names)
}
