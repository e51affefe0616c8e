//! The product's own reference baseline: policies as Graph JSON, with groups and locations as placeholders, and what is
//! said of each: for which licence, how bad it is when it is missing, which checks of the catalog it meets.
//!
//! Its texts and policies are the project's own. Every policy ships in report-only, or off where Entra has no
//! report-only (user actions), so that nobody who takes it into a tenant is locked out, and is meant to be on in the end.

mod files;

use crate::{
    catalog::checks,
    licence::Licence,
    names::Names,
    policy_notes::{IntendedState, PolicyNotes},
    policy_set::PolicySet,
    severity::Severity,
};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// Its name in every library.
pub const NAME: &str = "Policytab reference baseline";

/// Grows with every change of its content.
pub fn version() -> u32 {
    BASELINE.version
}

/// A policy of the reference baseline.
#[derive(Debug, Clone)]
pub struct ReferencePolicy {
    /// The file it is in.
    pub file: &'static str,
    /// Graph's `conditionalAccessPolicy`.
    pub body: Value,
    /// What a tenant must be licensed for.
    pub licence: Licence,
    /// The checks of the catalog that it helps to meet, by id.
    pub checks: Vec<String>,
    /// What is said of it.
    pub notes: PolicyNotes,
}

struct Baseline {
    version: u32,
    policies: Vec<ReferencePolicy>,
}

#[derive(Deserialize)]
struct Manifest {
    version: u32,
    policies: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    file: String,
    tier: Tier,
    severity: Severity,
    intended_state: IntendedState,
    checks: Vec<String>,
    note: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tier {
    P1,
    P2,
    Intune,
    Workload,
    InsiderRisk,
}

impl Tier {
    const fn licence(self) -> Licence {
        match self {
            Self::P1 => Licence::EntraIdP1,
            Self::P2 => Licence::EntraIdP2,
            Self::Intune => Licence::Intune,
            Self::Workload => Licence::WorkloadIdentities,
            Self::InsiderRisk => Licence::InsiderRisk,
        }
    }
}

static BASELINE: LazyLock<Baseline> = LazyLock::new(|| {
    // The files are compiled in, and a test reads every one of them.
    let manifest: Manifest =
        serde_json::from_str(files::MANIFEST).expect("the manifest is JSON of its shape");
    let rows: BTreeMap<String, Row> =
        manifest.policies.into_iter().map(|row| (row.file.clone(), row)).collect();
    let policies = files::POLICIES.iter().map(|(file, text)| {
        let row = &rows[*file];
        ReferencePolicy {
            file,
            body: serde_json::from_str(text).expect("a policy is JSON"),
            licence: row.tier.licence(),
            checks: row.checks.clone(),
            notes: PolicyNotes {
                intended_state: Some(row.intended_state),
                severity: Some(row.severity),
                frameworks: frameworks(&row.checks),
                note: row.note.clone(),
            },
        }
    });
    Baseline { version: manifest.version, policies: policies.collect() }
});

/// The references of some checks, each once.
fn frameworks(ids: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for check in checks().iter().filter(|check| ids.iter().any(|id| id == check.id)) {
        for text in check.framework_texts() {
            if !out.contains(&text) {
                out.push(text);
            }
        }
    }
    out
}

/// The policies, in their order.
pub fn policies() -> &'static [ReferencePolicy] {
    &BASELINE.policies
}

/// What is said of the policies, by key in their set.
pub fn notes() -> BTreeMap<String, PolicyNotes> {
    let set = PolicySet::of_bodies(policies().iter().map(|policy| &policy.body), Names::new());
    set.policies.into_iter().zip(policies()).map(|(one, own)| (one.key, own.notes.clone())).collect()
}

/// The policies as a set, as they are meant to be in the end.
pub fn policy_set() -> PolicySet {
    let set = PolicySet::of_bodies(policies().iter().map(|policy| &policy.body), Names::new());
    set.with_notes(&notes())
}

#[cfg(test)]
mod tests;
